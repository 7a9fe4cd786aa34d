"""The commands of the public contract, one file each: its arguments, and the service that it calls. Thin."""
