"""That somebody else is writing. Apart from the ledger, so that who only waits need not load the database."""

from __future__ import annotations


class LedgerBusy(Exception):
    """Another process writes to the ledger; try again."""
