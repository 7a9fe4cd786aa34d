"""The reading side: one function per question, over a snapshot. Used by pages, the command line and tests."""
