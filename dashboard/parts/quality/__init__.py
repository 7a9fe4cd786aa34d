"""The page of what has been delivered."""
