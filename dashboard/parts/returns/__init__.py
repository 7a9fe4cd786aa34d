"""Handing in and approving returns."""
