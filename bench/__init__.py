"""Yardsticks: what the product takes, as ratios measured in one run."""
