"""The page of the zero-growth goal."""
