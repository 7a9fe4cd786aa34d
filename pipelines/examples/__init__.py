"""Example data: what is loaded so that a fresh installation shows something true or plainly invented."""
