"""The page of money."""
