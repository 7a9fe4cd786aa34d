"""The money of the returns told another way: plain SQL over the rows as they were read, in whole øre. The oracle of the answers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from functools import cache

from domain.model import Agreement
from domain.price_indices import price_indices_for
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot

COLUMNS = ("budget_mnok", "spent_to_date_mnok", "forecast_mnok", "requisitioned_mnok")
# Amounts and figures of the index are whole numbers here, so that halves are rounded away from zero exactly.
LINES = """
WITH known AS (
    SELECT submission_id, party_id, period FROM snapshot.return_submission
    WHERE agreement_id = $agreement_id AND known_from <= $moment AND $moment < known_to
), project AS (
    SELECT k.submission_id, k.party_id, k.period, (r.answers->>'$.project_id') AS project_id,
        (r.answers->>'$.standing') IN ('cancelled', 'merged') AS has_ended,
        coalesce((r.answers->>'$.working_area_split.split'), '[]') AS split
    FROM snapshot.return_row AS r JOIN known AS k USING (submission_id)
    WHERE r.table_name = 'projects'
    QUALIFY row_number() OVER (PARTITION BY project_id ORDER BY k.period DESC, submission_id DESC) = 1
), line AS (
    SELECT p.*, e.answers AS a, e.missing AS m, (e.answers->>'$.year.whole')::INTEGER AS year,
        CASE WHEN (e.answers->>'$.price_kind') = 'nominal' THEN 'nominal' ELSE (e.answers->>'$.price_year.whole') END AS kroner
    FROM project AS p LEFT JOIN snapshot.return_row AS e
        ON e.submission_id = p.submission_id AND e.table_name = 'economy' AND (e.answers->>'$.project_id') = p.project_id
)
SELECT project_id, party_id, has_ended, split, period, submission_id, (a->>'$.funding_source_id') AS funding_source_id, year, kroner,
    {amounts}
FROM line
"""
_AMOUNT = """
    round((a->>'$.{name}.decimal')::DECIMAL(28, 8) * 100000000)::HUGEINT AS {name},
    (m->>'$.{name}.missing') AS {name}_missing
"""


@cache
def _rows(snapshot: Snapshot, agreement_id: str, as_of: dt.date) -> list[dict]:
    sql = LINES.format(amounts=", ".join(_AMOUNT.format(name=name) for name in COLUMNS))
    return snapshot.records(sql, {"agreement_id": agreement_id, "moment": moment_of(as_of)})


def raw_lines(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, choice: str, index_on: dt.date | None = None
) -> list[dict]:
    """One row per row of the sheet of economy, its amounts in øre of the chosen kroner; one without amounts of other projects.

    They are converted by the index as it was on a day of its own, if one is given.
    """
    rows = _rows(snapshot, agreement.agreement_id, as_of)
    return [
        {**row, **{name: in_kroner(row, row[name], agreement, index_on or as_of, choice) for name in COLUMNS}} for row in rows
    ]


def in_kroner(row: dict, ore: int | None, agreement: Agreement, as_of: dt.date, choice: str) -> int | None:
    """The øre in the chosen kroner; None where the index of the day lacks a year."""
    if ore is None or row["kroner"] == choice:
        return ore
    start, end = (row["year"] if kroner == "nominal" else int(kroner) for kroner in (row["kroner"], choice))
    if start == end:
        return ore
    version = price_indices_for(agreement)[0].known_on(as_of)
    tenths = {year: int(figure * 10) for year, figure in version.figure_by_year.items()} if version else {}
    if start not in tenths or end not in tenths:
        return None
    size = (2 * abs(int(ore)) * tenths[end] + tenths[start]) // (2 * tenths[start])
    return size if ore >= 0 else -size


def summed(rows: list[dict], name: str, key: str | None = None) -> dict:
    """The øre of what is known, by the column of a key."""
    found: dict = defaultdict(int)
    for row in rows:
        if row[name] is not None:
            found[row[key] if key else ""] += int(row[name])
    return dict(found)


def project_totals(rows: list[dict], name: str) -> dict[str, int | None]:
    """The øre of each project that goes on; None where one of its figures is lacking, or all are."""
    by_project: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        if not row["has_ended"]:
            by_project[row["project_id"]].append(row)
    totals: dict[str, int | None] = {}
    for project_id, own in by_project.items():
        asked = [row[name] for row in own if row["submission_id"] and row["year"] and row[f"{name}_missing"] != "not_applicable"]
        totals[project_id] = sum(int(ore) for ore in asked) if asked and None not in asked else None
    return totals


def mnok(ore: int | None) -> Decimal | None:
    return None if ore is None else Decimal(int(ore)) / 10**8
