"""Deviations from the figures."""
