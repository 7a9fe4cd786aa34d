"""The zero-growth goal: index, movement, releases."""
