"""Money of the portfolio."""
