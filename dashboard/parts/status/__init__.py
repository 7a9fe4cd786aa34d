"""The page of the steering group."""
