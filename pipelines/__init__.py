"""How data moves: files are read, checked, stored in a ledger and published as read-only snapshots."""
