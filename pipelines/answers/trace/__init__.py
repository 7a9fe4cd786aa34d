"""From a figure to its cell."""
