"""From a figure that is computed to the cells that it is computed from."""
