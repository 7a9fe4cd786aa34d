"""Rows out of the house: files that others open."""
