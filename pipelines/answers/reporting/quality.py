"""What has come from whom, for when, when and with which findings; and how old each party's newest figures are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd

from domain.limit_file import default_limits
from domain.model import Agreement, Party, ReportingCycle
from domain.period import Month, Period
from pipelines.answers.reporting.returns import moment_of, reported, status_rows
from pipelines.history.snapshot import Snapshot

STALE_RULE = "report_stale"
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
# What counts and what waits know when they were handed in; of what was sent back or replaced while it waited, the act does.
_HANDED_IN = """
WITH handed_in AS (
    SELECT submission_id, party_id, period, submitted_by, submitted_at, n_projects, true AS counts, known_to
    FROM snapshot.return_submission
    WHERE agreement_id = $1
    UNION ALL
    SELECT submission_id, party_id, period, submitted_by, submitted_at, NULL, false, NULL
    FROM snapshot.return_staged
    WHERE agreement_id = $1
    UNION ALL
    SELECT submission_id, party_id, period, person_id, acted_at, NULL, false, NULL
    FROM snapshot.return_act
    WHERE agreement_id = $1 AND act = 'submit'
        AND submission_id NOT IN (SELECT submission_id FROM snapshot.return_submission)
        AND submission_id NOT IN (SELECT submission_id FROM snapshot.return_staged)
), act AS (
    SELECT submission_id, act, person_id, acted_at, related_id, said
    FROM snapshot.return_act
    WHERE agreement_id = $1 AND (acted_at <= $2 OR act = 'import')
    QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY sequence DESC) = 1
), told AS (
    SELECT submission_id, any_value(said) AS note
    FROM snapshot.return_act
    WHERE agreement_id = $1 AND act = 'submit'
    GROUP BY submission_id
), found AS (
    SELECT
        submission_id, count(*) FILTER (WHERE severity = 'warning') AS n_warning,
        count(*) FILTER (WHERE severity = 'hold') AS n_hold, count(*) FILTER (WHERE severity = 'info') AS n_info
    FROM snapshot.return_finding
    GROUP BY submission_id
)
SELECT
    h.submission_id, h.party_id, h.period, h.submitted_by, h.submitted_at, h.n_projects, h.counts,
    h.counts AND coalesce(h.known_to <= $2, false) AS is_replaced,
    h.counts AND row_number() OVER (PARTITION BY h.party_id, h.period, h.counts ORDER BY h.submitted_at, h.submission_id) > 1
        AS is_correction,
    a.act AS last_act, a.person_id AS acted_by, a.acted_at, coalesce(a.said, t.note) AS said,
    coalesce(f.n_warning, 0) AS n_warning, coalesce(f.n_hold, 0) AS n_hold,
    coalesce(f.n_info, 0) AS n_info
FROM handed_in AS h
LEFT JOIN act AS a USING (submission_id)
LEFT JOIN told AS t USING (submission_id)
LEFT JOIN found AS f USING (submission_id)
WHERE h.submitted_at <= $2
ORDER BY h.submitted_at DESC, h.submission_id DESC
"""
_NEWEST = """
SELECT party_id, period, submission_id, submitted_at, n_projects
FROM snapshot.return_submission
WHERE agreement_id = ? AND known_from <= ? AND ? < known_to
"""


def handed_in(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> pd.DataFrame:
    """One row per return handed in by a date, the newest first: by whom, and the last that was done with it by then, by whom.

    `said` is the reason of who decided, else the note of the sender. `counts` is false for what waits, was sent back or was
    replaced while it waited; of the latter two no findings are kept. `is_replaced` says that a later return counts,
    `is_correction` that an earlier one did.
    """
    rows = snapshot.rows(_HANDED_IN, [agreement.agreement_id, moment_of(as_of)])
    return rows.astype({"n_projects": "Int64", "counts": bool, "is_replaced": bool, "is_correction": bool})


def periods_asked(agreement: Agreement, as_of: dt.date, delivered: Iterable[str] = ()) -> list[str]:
    """The periods that are over and to be reported, with those delivered, the newest first.

    From the first period that the agreement names, else from the first delivered. Without a reporting cycle the delivered alone.
    """
    found = {Period.parse(period) for period in delivered}
    cycle = agreement.reporting
    if isinstance(cycle, ReportingCycle):
        due = _last_ended(cycle, min(as_of, dt.date(agreement.period.to_year + 1, 1, 1)))
        first = Period.parse(cycle.first_period) if cycle.first_period else min(found, key=_order, default=due)
        while due.last >= first.last:
            found.add(due)
            due = due.previous()
    return [str(period) for period in sorted(found, key=_order, reverse=True)]


def deliveries(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> pd.DataFrame:
    """One row per period and party that reports for it, newest period first: what came by a date, and when.

    `status` is delivered, late, awaited or missing; `waiting` where a return has come that nobody has decided yet, `sent_back`
    where the last one was; `not_delivered` where no deadline was set. `days_after` is of the first return that counts, or of the
    date where none has come: negative before the deadline, None without one. `n_before` counts the returns that were corrected;
    `waiting_at` is when the return came that waits.
    """
    own: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in snapshot.records(_HANDED_IN, [agreement.agreement_id, moment_of(as_of)]):
        own.setdefault((row["period"], row["party_id"]), []).append(row)
    known = reported(snapshot, agreement, as_of)
    rows = [
        _delivery(period, row, own.get((period, row["party_id"]), []), as_of)
        for period in periods_asked(agreement, as_of, (period for period, _ in own))
        for row in status_rows(agreement, period, known.get(period, {}), as_of)
        if _is_there(agreement, row["party_id"], period) or (period, row["party_id"]) in own
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def ages(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> pd.DataFrame:
    """One row per party that reports: the newest period that it has figures of, and the days since that period ended.

    `colour` is that of the limit `report_stale`; None for a party without any figures.
    """
    moment = moment_of(as_of)
    known = snapshot.rows(_NEWEST, [agreement.agreement_id, moment, moment]).to_dict("records")
    newest: dict[str, dict[str, Any]] = {}
    for row in sorted(known, key=lambda row: _order(Period.parse(row["period"]))):
        newest[row["party_id"]] = {str(name): answer for name, answer in row.items()}
    limit = default_limits().limit(STALE_RULE)
    rows = []
    for party in agreement.parties:
        if party.party_id not in newest and not reports(party, as_of, as_of):
            continue
        row = newest.get(party.party_id, {})
        days = (as_of - last_day(row["period"])).days if row else None
        colour = limit.colour_of(Decimal(days)) if days is not None else None
        rows.append({**row, "party_id": party.party_id, "party_name": party.name, "age_days": days, "colour": colour})
    names = ("party_id", "party_name", "period", "submission_id", "submitted_at", "n_projects", "age_days", "colour")
    return pd.DataFrame(rows, columns=list(names)).astype(
        {"period": object, "submission_id": "Int64", "n_projects": "Int64", "age_days": "Int64", "colour": object}
    )


def stale_after_days() -> int | None:
    """How old figures may be before the limit `report_stale` marks them; None where that rule is off."""
    limit = default_limits().limit(STALE_RULE)
    bounds = limit.yellow or limit.red
    return int(bounds.above) if bounds and bounds.above is not None else None


def reports(party: Party, first: dt.date, last: dt.date) -> bool:
    """Whether a party reports, or that is not known, and existed at some time between two days."""
    is_over = party.valid_to is not None and party.valid_to < first
    has_begun = party.valid_from is None or party.valid_from <= last
    return party.is_reporting is not False and has_begun and not is_over


def last_day(period: str) -> dt.date:
    """The last day of a period."""
    return Period.parse(period).last.plus(1).first_day - dt.timedelta(days=1)


def _delivery(period: str, row: dict[str, Any], came: list[dict[str, Any]], as_of: dt.date) -> dict[str, Any]:
    """One cell of the grid: the status of a party for a period beside what was handed in for it."""
    counting, pending = [it for it in came if it["counts"]], [it for it in came if not it["counts"]]
    newest = [it for it in counting if it["submission_id"] == row["submission_id"]]
    first = row["first_submitted_at"]
    deadline = row["deadline_on"]
    day = first.date() if first else as_of
    return {
        "period": period,
        "party_id": row["party_id"],
        "party_name": row["party_name"],
        "deadline_on": deadline,
        "status": row["status"] if counting else _status_without(row, pending),
        "submission_id": row["submission_id"],
        "first_submitted_at": first,
        "submitted_at": row["submitted_at"],
        "days_after": (day - deadline).days if deadline else None,
        "n_before": max(0, len(counting) - 1),
        "waiting_at": max((it["submitted_at"] for it in pending if it["last_act"] == "submit"), default=None),
        "n_projects": row["n_projects"],
        **{name: sum(it[name] for it in newest) for name in ("n_warning", "n_hold", "n_info")},
    }


def _status_without(row: dict[str, Any], pending: list[dict[str, Any]]) -> str:
    """The status of a party whose returns for a period, if any, do not count. The newest of them comes first."""
    acts = [it["last_act"] for it in pending]
    if "submit" in acts:
        return "waiting"
    if acts[:1] == ["reject"]:
        return "sent_back"
    return row["status"] if row["deadline_on"] else "not_delivered"


_COLUMNS = {
    "period": object, "party_id": object, "party_name": object, "deadline_on": object, "status": object,
    "submission_id": "Int64", "first_submitted_at": "datetime64[us]", "submitted_at": "datetime64[us]", "days_after": "Int64",
    "n_before": int, "waiting_at": "datetime64[us]", "n_projects": "Int64", "n_warning": int, "n_hold": int, "n_info": int,
}  # fmt: skip


def _last_ended(cycle: ReportingCycle, day: dt.date) -> Period:
    """The last period that was over at the beginning of a day. Quarters where the form has no such period, as it asks them."""
    n_months = _MONTHS_OF.get(cycle.frequency, 3)
    number = Month(day.year, day.month).number
    first = Month.from_number(number - number % n_months)
    return Period(first, first.plus(n_months - 1)).previous()


def _is_there(agreement: Agreement, party_id: str, period: str) -> bool:
    first, last = Period.parse(period).first.first_day, last_day(period)
    return any(party.party_id == party_id and reports(party, first, last) for party in agreement.parties)


def _order(period: Period) -> tuple[Month, Month]:
    return period.last, period.first
