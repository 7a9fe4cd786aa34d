"""The page of the other indicators."""
