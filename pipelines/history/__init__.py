"""The store: a ledger that only adds, and small read-only snapshots published from it. The only room that knows DuckDB."""
