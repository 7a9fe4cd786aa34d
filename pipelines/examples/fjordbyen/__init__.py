"""The invented agreement's data: counts of its points, and the returns of its parties."""
