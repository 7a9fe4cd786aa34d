"""How uncertain the cost of the portfolio is."""
