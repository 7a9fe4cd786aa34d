"""Files in, typed rows out. Files of other people are opened only in the limited child process."""
