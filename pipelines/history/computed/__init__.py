"""Marts that are computed with Python: row facts and rule results once per commit, copied forward into the next snapshot."""
