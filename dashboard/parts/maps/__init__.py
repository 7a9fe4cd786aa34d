"""Maps of municipalities and points."""
