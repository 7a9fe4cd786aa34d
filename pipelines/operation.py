"""What keeps the product running: publishing anew, and looking whether all is what it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.acting import person_who_may_somewhere
from pipelines.history.audit import Deed
from pipelines.history.ledger import Change, open_ledger
from pipelines.history.publish import content_of, current_name, publish
from pipelines.history.verify import Verdict
from pipelines.history.verify import verify as verify_ledger

__all__ = ["publish_now", "verify_now"]


def publish_now(actor: str, at: dt.datetime, data_dir: Path) -> tuple[str, bool]:
    """The snapshot of all that the ledger knows, and whether it is new. NotAllowed, LedgerBusy, LedgerLoss."""
    person = person_who_may_somewhere("publish", actor, data_dir)
    with open_ledger(data_dir) as ledger:
        before, content = current_name(data_dir), content_of(ledger)
        is_new = not (before and before.endswith(f"-{content}.duckdb") and (data_dir / "published" / before).exists())
        if is_new:
            deed = Deed(at, person.person_id, person.roles, "publish", None, f"snapshot:{content}", None, {})
            ledger.write([Change(deed)])
        return publish(ledger, at), is_new


def verify_now(data_dir: Path) -> Verdict:
    """What is not what it was, first of all. Anybody may ask. LedgerBusy."""
    return verify_ledger(data_dir)
