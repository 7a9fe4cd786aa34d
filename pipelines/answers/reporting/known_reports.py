"""The reports of projects that were known on a date, with what the rules look at, and a new one among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from domain.model import Agreement
from domain.period import Month, Period
from domain.returns import ReturnRow
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.return_rows import return_row
from pipelines.history.snapshot import Snapshot
from pipelines.methods.project_reports import ProjectReport

# The rules look at the two newest reports whole, and further back at these tables alone.
_WHOLE_REPORTS, _LOOKED_BACK = 2, ("projects", "milestones", "cost_estimates")
_REPORTS = """
SELECT p.project_id, p.submission_id, p.period, p.known_from
FROM snapshot.return_project AS p
WHERE p.agreement_id = $agreement_id AND p.known_from <= $moment AND $moment < p.known_to
    AND list_contains($project_ids, p.project_id)
"""
_ROWS = """
SELECT answers->>'$.project_id' AS project_id, submission_id, table_name, sheet, row_number, answers, missing, places
FROM snapshot.return_row
WHERE list_contains($submissions, submission_id) AND list_contains($project_ids, answers->>'$.project_id')
    AND (list_contains($whole, submission_id) OR list_contains($tables, table_name))
ORDER BY submission_id, table_name, position
"""


def known_reports(
    snapshot: Snapshot, agreement: Agreement, project_ids: tuple[str, ...], as_of: dt.date
) -> dict[str, tuple[ProjectReport, ...]]:
    """The reports of projects that were known on a date, by project and in the order of periods, with what the rules look at."""
    asked = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "project_ids": list(project_ids)}
    listed: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(snapshot.records(_REPORTS, asked), key=lambda it: order_of(Period.parse(it["period"]))):
        listed.setdefault(row["project_id"], []).append(row)
    whole = {row["submission_id"] for rows in listed.values() for row in rows[-_WHOLE_REPORTS:]}
    every = {row["submission_id"] for rows in listed.values() for row in rows}
    tables = _tables(snapshot, project_ids, every, whole)
    return {
        project_id: tuple(
            ProjectReport(
                project_id, Period.parse(row["period"]), row["known_from"].date(),
                {name: tuple(found) for name, found in tables.get((project_id, row["submission_id"]), {}).items()},
                row["submission_id"],
            )
            for row in rows
        )
        for project_id, rows in listed.items()
    }  # fmt: skip


def _tables(
    snapshot: Snapshot, project_ids: Sequence[str], every: Iterable[int], whole: Iterable[int]
) -> dict[tuple[str, int], dict[str, list[ReturnRow]]]:
    """The rows of projects by project, submission and table."""
    asked = {
        "project_ids": list(project_ids), "submissions": list(every), "whole": list(whole), "tables": list(_LOOKED_BACK)
    }  # fmt: skip
    found: dict[tuple[str, int], dict[str, list[ReturnRow]]] = {}
    places: dict[str, dict[str, int]] = {}
    for row in snapshot.records(_ROWS, asked):
        tables = found.setdefault((row["project_id"], row["submission_id"]), {})
        tables.setdefault(row["table_name"], []).append(return_row(row, places))
    return found


def with_new(known: Sequence[ProjectReport], new: ProjectReport) -> tuple[ProjectReport, ...]:
    """A project's reports with a new one, which replaces that of its period."""
    others = [report for report in known if report.period != new.period]
    return tuple(sorted([*others, new], key=lambda it: order_of(it.period)))


def order_of(period: Period) -> tuple[Month, Month]:
    """In which order periods come: by their end, then by their beginning."""
    return period.last, period.first
