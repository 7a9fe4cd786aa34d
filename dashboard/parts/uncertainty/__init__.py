"""The page of uncertainty."""
