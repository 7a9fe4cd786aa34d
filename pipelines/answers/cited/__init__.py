"""Facts cited from public sources."""
