"""Pure arithmetic: no file, no clock, no database."""
