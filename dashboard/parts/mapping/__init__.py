"""The page on which a mapping is made."""
