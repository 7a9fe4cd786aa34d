"""Progress of the portfolio."""
