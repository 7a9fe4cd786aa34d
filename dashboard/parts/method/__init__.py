"""The page that says how figures are computed."""
