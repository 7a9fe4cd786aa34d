"""What parties have reported: a committed return as typed rows again, and who has delivered for a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from domain.model import Agreement, ReportingCycle
from domain.period import Period
from domain.returns import Return
from pipelines.history.return_rows import return_from_rows
from pipelines.history.snapshot import Snapshot

_KNOWN = """
SELECT submission_id, agreement_id, party_id, period, form_id, form_version, tables, submitted_at, n_projects
FROM snapshot.return_submission
WHERE agreement_id = ? AND known_from <= ? AND ? < known_to
"""
_ROWS = """
SELECT table_name, sheet, row_number, answers, missing, places
FROM snapshot.return_row
WHERE submission_id = ?
ORDER BY table_name, position
"""
_FIRST = """
SELECT period, party_id, min(submitted_at) AS first_submitted_at
FROM snapshot.return_submission
WHERE agreement_id = ? AND known_from <= ?
GROUP BY period, party_id
"""
_OF_RETURN = ("submission_id", "submitted_at", "n_projects", "first_submitted_at")
_STATUS_COLUMNS = {
    "party_id": object, "party_name": object, "submission_id": "Int64", "submitted_at": "datetime64[us]", "n_projects": "Int64",
    "first_submitted_at": "datetime64[us]", "deadline_on": object, "status": object,
}  # fmt: skip
# The last moment that can be asked about: before the end of what is still known.
_NEWEST = dt.datetime(9999, 12, 30)


def moment_of(as_of: dt.date | None) -> dt.datetime:
    """The moment that a date asks about, its end, so that what came in on that day is seen; None asks about the newest."""
    return min(dt.datetime.combine(as_of, dt.time.max), _NEWEST) if as_of else _NEWEST


def last_return(
    snapshot: Snapshot, agreement: Agreement, party_id: str, before_period: str, as_of: dt.date | None = None
) -> Return | None:
    """The party's return for the latest period before the given one, as known at a date; None where there is none."""
    limit = Period.parse(before_period).first
    known = _known(snapshot, agreement, as_of)
    earlier = {
        Period.parse(period).last: period
        for period in known.loc[known["party_id"] == party_id, "period"]
        if Period.parse(period).last < limit
    }
    return return_of(snapshot, agreement, party_id, earlier[max(earlier)], as_of) if earlier else None


def return_of(
    snapshot: Snapshot, agreement: Agreement, party_id: str, period: str, as_of: dt.date | None = None
) -> Return | None:
    """The party's return for a period as known at a date, every row with its cells; None where there is none."""
    known = _known(snapshot, agreement, as_of)
    found = known[(known["party_id"] == party_id) & (known["period"] == period)].to_dict("records")
    if not found:
        return None
    rows = snapshot.rows(_ROWS, [found[0]["submission_id"]])
    return return_from_rows(found[0], rows.to_dict("records"))


def reporting_status(snapshot: Snapshot, agreement: Agreement, period: str, as_of: dt.date) -> pd.DataFrame:
    """One row per party that reports, or of which that is not known: what it has delivered for a period, as known at a date.

    `submitted_at` and `n_projects` are of the newest submission; `first_submitted_at` decides whether the party was in time.
    `deadline_on` is None where the agreement states none. `status` is delivered, late (but delivered), awaited or missing.
    """
    rows = status_rows(agreement, period, reported(snapshot, agreement, as_of).get(period, {}), as_of)
    return pd.DataFrame(rows, columns=list(_STATUS_COLUMNS)).astype(_STATUS_COLUMNS)


def reported(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, dict[str, dict[str, Any]]]:
    """The newest return of each period and party that was known on a date, with the moment of the first one."""
    moment = moment_of(as_of)
    first = {
        (row["period"], row["party_id"]): row["first_submitted_at"]
        for row in snapshot.records(_FIRST, [agreement.agreement_id, moment])
    }
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in snapshot.records(_KNOWN, [agreement.agreement_id, moment, moment]):
        key = row["period"], row["party_id"]
        found.setdefault(key[0], {})[key[1]] = {**row, "first_submitted_at": first[key]}
    return found


def status_rows(
    agreement: Agreement, period: str, newest: Mapping[str, Mapping[str, Any]], as_of: dt.date
) -> list[dict[str, Any]]:
    """The rows of `reporting_status` as dictionaries; `newest` has what is `reported` for the period, by party."""
    deadline, nothing = deadline_on(agreement, period), dict.fromkeys(_OF_RETURN)
    rows = []
    for party in agreement.parties:
        if party.is_reporting is not False or party.party_id in newest:
            found = newest.get(party.party_id, nothing)
            rows.append(
                {
                    "party_id": party.party_id, "party_name": party.name, **{name: found[name] for name in _OF_RETURN},
                    "deadline_on": deadline, "status": _status(found["first_submitted_at"], deadline, as_of),
                }
            )  # fmt: skip
    return rows


def deadline_on(agreement: Agreement, period: str) -> dt.date | None:
    """The last day on which a return for a period is in time; None where the agreement does not say."""
    cycle = agreement.reporting
    if not isinstance(cycle, ReportingCycle) or not isinstance(cycle.deadline_days, int):
        return None
    last_day = Period.parse(period).last.plus(1).first_day - dt.timedelta(days=1)
    return last_day + dt.timedelta(days=cycle.deadline_days)


def _known(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None) -> pd.DataFrame:
    """One row per party and period that has a return, as known at a date."""
    moment = moment_of(as_of)
    return snapshot.rows(_KNOWN, [agreement.agreement_id, moment, moment])


def _status(submitted_at: dt.datetime | None, deadline: dt.date | None, as_of: dt.date) -> str:
    if submitted_at is None:
        return "missing" if deadline and as_of > deadline else "awaited"
    return "late" if deadline and submitted_at.date() > deadline else "delivered"
