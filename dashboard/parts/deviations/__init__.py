"""The working list of deviations."""
