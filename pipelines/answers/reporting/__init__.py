"""What parties have reported, when, and what was found and done."""
