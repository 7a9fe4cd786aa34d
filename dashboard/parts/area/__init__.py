"""The page of one area or municipality."""
