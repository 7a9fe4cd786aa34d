"""Where figures come from: one submission with its files and all that was done with it, as known at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from domain.model import Agreement
from pipelines.history.snapshot import Snapshot
from pipelines.originals import OriginalFile, original_files

Standing = Literal["counts", "waits", "published"]
# What has no end yet, in the marts.
_FOREVER = dt.datetime(9999, 1, 1)
_RETURNS = """
SELECT
    submission_id, agreement_id, party_id, period, form_id, form_version, tables, submitted_by, known_from, known_to, recorded_at,
    'counts' AS standing
FROM snapshot.return_submission
WHERE agreement_id = ?
UNION ALL
SELECT
    submission_id, agreement_id, party_id, period, form_id, form_version, tables, submitted_by, submitted_at, NULL, NULL, 'waits'
FROM snapshot.return_staged
WHERE agreement_id = ?
ORDER BY submission_id
"""
_PUBLISHED = """
SELECT submission_id, submitted_by, known_from, recorded_at, source_title, source_url, published_on
FROM snapshot.submission
WHERE agreement_id = ? AND kind <> 'return' AND submission_id = ? AND known_from <= ?
"""
_ACTS = """
SELECT act, person_id, acted_at, related_id, said
FROM snapshot.return_act
WHERE agreement_id = ? AND submission_id = ? AND acted_at <= ?
ORDER BY sequence
"""


@dataclass(frozen=True, slots=True)
class Done:
    """An act on a return. `said` is the note or the reason; `related_id` the return that superseded it or is back in it."""

    act: str
    person_id: str
    at: dt.datetime
    said: str | None
    related_id: int | None


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submission as known at a moment. `replaced_at` is None while nothing newer was known for the same party and period.

    Party, period and form are of returns; title, address and date of publication of what others publish. A return that waits
    has no `recorded_at`.
    """

    submission_id: int
    standing: Standing
    submitted_by: str
    known_from: dt.datetime
    replaced_at: dt.datetime | None
    recorded_at: dt.datetime | None
    files: tuple[OriginalFile, ...]
    acts: tuple[Done, ...] = ()
    party_id: str | None = None
    period: str | None = None
    form_id: str | None = None
    form_version: int | None = None
    source_title: str | None = None
    source_url: str | None = None
    published_on: dt.date | None = None

    def file_of(self, sheet: str | None) -> OriginalFile | None:
        """The file that holds a sheet: the only one, or the one that is called as the sheet is; None where neither is."""
        if len(self.files) == 1:
            return self.files[0]
        return next((one for one in self.files if sheet is not None and one.holds(sheet)), None)

    def newest(self, *acts: str) -> Done | None:
        """The last of its acts that is one of these; None where none is."""
        return next((done for done in reversed(self.acts) if done.act in acts), None)


def known_returns(snapshot: Snapshot, agreement: Agreement, moment: dt.datetime) -> list[dict[str, Any]]:
    """The heads of all returns that were known at a moment, in the order of their numbers; `standing` says whether one counts.

    `known_to` is None where nothing newer was known at that moment.
    """
    rows = snapshot.rows(_RETURNS, [agreement.agreement_id, agreement.agreement_id]).to_dict("records")
    known = [row for row in rows if row["known_from"] <= moment]
    return [{**{str(name): found for name, found in row.items()}, "known_to": ended(row["known_to"], moment)} for row in known]


def return_handed_in(snapshot: Snapshot, agreement: Agreement, head: Mapping[str, Any], moment: dt.datetime) -> HandedIn:
    """A return of its head, with its files and what was done with it until a moment."""
    number = int(head["submission_id"])
    return HandedIn(
        number, head["standing"], head["submitted_by"], _moment(head["known_from"]), head["known_to"],
        None if pd.isna(head["recorded_at"]) else _moment(head["recorded_at"]), original_files(snapshot, number),
        _acts(snapshot.rows(_ACTS, [agreement.agreement_id, number, moment]).to_dict("records")),
        head["party_id"], head["period"], head["form_id"], int(head["form_version"]),
    )  # fmt: skip


def published_handed_in(snapshot: Snapshot, agreement: Agreement, submission_id: int, moment: dt.datetime) -> HandedIn | None:
    """A submission of what somebody publishes; None where none of this number was known."""
    rows = snapshot.rows(_PUBLISHED, [agreement.agreement_id, submission_id, moment]).to_dict("records")
    if not rows:
        return None
    row = rows[0]
    return HandedIn(
        submission_id, "published", row["submitted_by"], _moment(row["known_from"]), None, _moment(row["recorded_at"]),
        original_files(snapshot, submission_id), source_title=row["source_title"],
        source_url=row["source_url"] if isinstance(row["source_url"], str) else None, published_on=row["published_on"].date(),
    )  # fmt: skip


def ended(known_to: Any, moment: dt.datetime) -> dt.datetime | None:
    """When something ended to be the newest known, as far as that was known at a moment."""
    if pd.isna(known_to) or _moment(known_to) >= _FOREVER or _moment(known_to) > moment:
        return None
    return _moment(known_to)


def _acts(rows: Sequence[Mapping[Any, Any]]) -> tuple[Done, ...]:
    return tuple(
        Done(
            row["act"], row["person_id"], _moment(row["acted_at"]), row["said"] if isinstance(row["said"], str) else None,
            None if pd.isna(row["related_id"]) else int(row["related_id"]),
        )
        for row in rows
    )  # fmt: skip


def _moment(found: Any) -> dt.datetime:
    """A moment of a mart as Python's own."""
    return found.to_pydatetime() if isinstance(found, pd.Timestamp) else found
