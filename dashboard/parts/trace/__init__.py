"""The page that leads a figure to its cell."""
