"""What waits to be decided, and what was done with returns by whom. Of what waits no figure is shown anywhere else."""

from __future__ import annotations

import json

import pandas as pd

from domain.model import Agreement
from domain.returns import Return
from domain.rows import Finding
from pipelines.history.return_rows import return_from_rows
from pipelines.history.snapshot import Snapshot

_WAITING = """
SELECT
    submission_id, party_id, period, receipt, file_name, submitted_by, submitted_at, note, n_hold, n_warning, n_info
FROM snapshot.return_staged
WHERE agreement_id = ?
ORDER BY submitted_at, submission_id
"""
_HEAD = "FROM snapshot.return_staged WHERE agreement_id = ? AND submission_id = ?"
_ROWS = """
SELECT table_name, sheet, row_number, answers, missing, places
FROM snapshot.return_staged_row
WHERE submission_id = ?
ORDER BY table_name, position
"""
_FINDINGS = """
SELECT code, severity, sheet, cell, quoted, named
FROM snapshot.return_finding
WHERE agreement_id = ? AND submission_id = ?
ORDER BY position
"""
_ACTS = """
SELECT sequence, submission_id, party_id, period, act, person_id, acted_at, related_id, said
FROM snapshot.return_act
WHERE agreement_id = ?
ORDER BY sequence DESC, submission_id
"""


def waiting_returns(snapshot: Snapshot, agreement: Agreement) -> pd.DataFrame:
    """One row per return that waits to be approved or rejected, the oldest first, with its note and how much was found."""
    return snapshot.rows(_WAITING, [agreement.agreement_id])


def waiting_return(snapshot: Snapshot, agreement: Agreement, submission_id: int) -> Return | None:
    """A return that waits, every row with its cells; None where none of this number does."""
    head = snapshot.rows(_HEAD, [agreement.agreement_id, submission_id]).to_dict("records")
    return return_from_rows(head[0], snapshot.rows(_ROWS, [submission_id]).to_dict("records")) if head else None


def findings_when_submitted(snapshot: Snapshot, agreement: Agreement, submission_id: int) -> tuple[Finding, ...]:
    """What was found wrong with a return when it was handed in, in the order of its sheets."""
    rows = snapshot.rows(_FINDINGS, [agreement.agreement_id, submission_id])
    return tuple(
        Finding(
            row["code"], row["severity"], _text(row["sheet"]), _text(row["cell"]), _text(row["quoted"]), json.loads(row["named"])
        )
        for row in rows.to_dict("records")
    )


def acts_on_returns(snapshot: Snapshot, agreement: Agreement) -> pd.DataFrame:
    """One row per act and return, the newest first, with the note or the reason that was given (`said`)."""
    return snapshot.rows(_ACTS, [agreement.agreement_id])


def _text(found: object) -> str | None:
    return None if pd.isna(found) else str(found)
