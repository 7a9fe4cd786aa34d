"""The returns of the example agreement as they were known on any date: read once, for the tests that compute everything again."""

from __future__ import annotations

import datetime as dt
from functools import cache

from domain.load import load_agreements
from pipelines.answers.reporting.returns import moment_of, return_of
from pipelines.history.snapshot import Snapshot
from pipelines.methods.project_reports import HandedIn

FJORDBYEN = load_agreements()["fjordbyen"]
_EVERY = """
SELECT party_id, period, submission_id, known_from, known_to FROM snapshot.return_submission WHERE agreement_id = ?
ORDER BY submission_id
"""


def known_returns(snapshot: Snapshot, as_of: dt.date, party_id: str | None = None) -> list[HandedIn]:
    """Every return that was known at the end of a date, of one party or of all."""
    moment = moment_of(as_of)
    return [
        HandedIn(found, known_from.date(), submission_id)
        for (submission_id, known_from, known_to), found in _every_return(snapshot)
        if known_from <= moment < known_to and party_id in {None, found.party_id}
    ]


@cache
def _every_return(snapshot: Snapshot):
    rows = snapshot.records(_EVERY, [FJORDBYEN.agreement_id])
    return [
        (
            (row["submission_id"], row["known_from"], row["known_to"]),
            return_of(snapshot, FJORDBYEN, row["party_id"], row["period"], row["known_from"].date()),
        )
        for row in rows
    ]
