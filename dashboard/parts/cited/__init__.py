"""Cited facts about projects and frames, for an agreement without returns."""
