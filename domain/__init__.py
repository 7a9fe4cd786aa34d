"""What Nullvekst talks about: agreements, periods, rows, words. Imports nothing of ours, no database, no screen."""
