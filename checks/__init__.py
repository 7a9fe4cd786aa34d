"""What must be true of a submission. Rows in, Findings out: no file, no database."""
