"""What the deviation rules say, in words."""
