"""What the newest report of one project says, sheet by sheet, and which other projects it hangs together with."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.model import Agreement
from pipelines.answers.economy.line_table import Line
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import Sums, sums
from pipelines.answers.kroner import kroner_of
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Figure

_NEWEST = """
WITH newest AS (
    SELECT submission_id, project_id FROM snapshot.project_status
    WHERE agreement_id = $agreement_id AND project_id = $project_id AND newest_from <= $moment AND $moment < newest_to
)
"""
_MILESTONES = """
SELECT m.milestone, m.baseline_on, m.forecast_on, m.actual_on, m.baseline_decision, m.submission_id, m.row_number, m.missing
FROM newest JOIN snapshot.return_milestone AS m USING (submission_id, project_id)
ORDER BY m.row_number
"""
_RISKS = """
SELECT r.risk_id, r.kind, r.description, r.probability_pct, r.consequence_low_mnok, r.consequence_likely_mnok,
    r.consequence_high_mnok, r.consequence_days, r.response, r.responsible, r.is_open, r.price_kind, r.price_year, r.includes_vat,
    r.submission_id, r.row_number, r.missing
FROM newest JOIN snapshot.return_risk AS r USING (submission_id, project_id)
ORDER BY r.is_open DESC NULLS LAST, r.kind DESC, r.row_number
"""
_CONTRIBUTIONS = """
SELECT g.indicator_id, g.low, g.likely, g.high, g.effect_unit, g.evidence_grade, g.effect_source, g.submission_id, g.row_number
FROM newest JOIN snapshot.return_goal_contribution AS g USING (submission_id, project_id)
ORDER BY g.row_number
"""
_RESERVES = """
SELECT v.reserve_level, v.released_mnok, v.held_mnok, v.reserve_decision, v.price_kind, v.price_year, v.includes_vat,
    v.submission_id, v.row_number, v.missing
FROM newest JOIN snapshot.return_reserve AS v USING (submission_id, project_id)
ORDER BY v.row_number
"""


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone: the adopted day, the expected one, and the day it was reached. `missing` are codes by column."""

    milestone: str
    baseline_on: dt.date | None
    forecast_on: dt.date | None
    actual_on: dt.date | None
    baseline_decision: str | None
    missing: Mapping[str, str]
    submission_id: int
    row_number: int

    @property
    def slip_days(self) -> int | None:
        """How many days after the adopted day it was reached or is expected; None where one of the days is not there."""
        day = self.actual_on or self.forecast_on
        return (day - self.baseline_on).days if day and self.baseline_on else None


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk, or an opportunity. Consequences are without sign, in the chosen price."""

    risk_id: str
    kind: str
    description: str | None
    probability_pct: float | None
    consequences: Mapping[str, Figure]
    consequence_days: int | None
    response: str | None
    responsible: str | None
    is_open: bool | None
    submission_id: int
    row_number: int


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """What a project says that it contributes to an indicator, a year, in the unit of the row."""

    indicator_id: str
    low: float | None
    likely: float | None
    high: float | None
    effect_unit: str | None
    evidence_grade: str | None
    effect_source: str | None
    submission_id: int
    row_number: int


@dataclass(frozen=True, slots=True)
class ReserveRow:
    """The reserve at a level: what is released and what is held back, in the chosen price."""

    reserve_level: str
    released: Figure
    held: Figure
    reserve_decision: str | None
    submission_id: int
    row_number: int


@dataclass(frozen=True, slots=True)
class ProjectSheets:
    """The newest report of a project known on a date. Lines are by source, element and year; `funding` is their sum."""

    milestones: tuple[MilestoneRow, ...]
    lines: tuple[Line, ...]
    funding: Sums
    risks: tuple[RiskRow, ...]
    contributions: tuple[ContributionRow, ...]
    reserves: tuple[ReserveRow, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another project that this one hangs together with. Name and phase are None of one that is not reported."""

    project_id: str
    project_name: str | None
    phase: str | None
    standing: str | None


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Which projects must be finished before this one, which wait for it, and which were merged with it."""

    depends_on: tuple[Neighbour, ...]
    needed_by: tuple[Neighbour, ...]
    merged_into: tuple[Neighbour, ...]
    merged_from: tuple[Neighbour, ...]

    @property
    def is_alone(self) -> bool:
        return not (self.depends_on or self.needed_by or self.merged_into or self.merged_from)


def project_sheets(
    snapshot: Snapshot, agreement: Agreement, project_id: str, as_of: dt.date, price: Price | None
) -> ProjectSheets:
    """The rows of the newest report of a project that was known on a date; empty where none was."""
    asked = {"agreement_id": agreement.agreement_id, "project_id": project_id, "moment": moment_of(as_of)}
    lines = economy_lines(snapshot, agreement, price, as_of, Selection(project_id=project_id))
    return ProjectSheets(
        tuple(
            MilestoneRow(**{**row, "missing": {name: it["missing"] for name, it in json.loads(row["missing"]).items()}})
            for row in snapshot.records(_NEWEST + _MILESTONES, asked)
        ),
        tuple(sorted(lines.lines, key=lambda line: (line.funding_source_id, line.cost_element, line.year))),
        sums(lines),
        tuple(_risk(row, price) for row in snapshot.records(_NEWEST + _RISKS, asked)),
        tuple(ContributionRow(**row) for row in snapshot.records(_NEWEST + _CONTRIBUTIONS, asked)),
        tuple(_reserve(row, price) for row in snapshot.records(_NEWEST + _RESERVES, asked)),
    )


def dependencies(snapshot: Snapshot, agreement: Agreement, project_id: str, as_of: dt.date) -> Dependencies:
    """The projects that this one hangs together with, as the newest reports known on a date say, by id."""
    listed = {row["project_id"]: row for row in projects(snapshot, agreement, as_of).to_dict("records")}
    own = listed.get(project_id)
    waits = {name: _ids(row["depends_on"]) for name, row in listed.items()}
    into = {name: row["merged_into"] for name, row in listed.items() if isinstance(row["merged_into"], str)}

    def named(ids: object) -> tuple[Neighbour, ...]:
        return tuple(_neighbour(found, listed) for found in sorted(_ids(ids)))

    return Dependencies(
        named(waits.get(project_id, ()) if own else ()),
        named([name for name, found in waits.items() if project_id in found]),
        named([into[project_id]] if project_id in into else []),
        named([name for name, found in into.items() if found == project_id]),
    )


def _ids(found: object) -> tuple[str, ...]:
    """A list of ids of a table; a project without any has none."""
    return tuple(map(str, found)) if hasattr(found, "__iter__") and not isinstance(found, str) else ()


def _neighbour(project_id: str, listed: Mapping[str, Mapping[Any, Any]]) -> Neighbour:
    row = listed.get(project_id, {})
    return Neighbour(project_id, row.get("project_name"), row.get("phase"), row.get("standing"))


def _risk(row: Mapping[str, Any], price: Price | None) -> RiskRow:
    names = ("consequence_low_mnok", "consequence_likely_mnok", "consequence_high_mnok")
    return RiskRow(
        row["risk_id"], row["kind"], row["description"], row["probability_pct"],
        {name: _figure(row, name, "consequence", price) for name in names},
        row["consequence_days"], row["response"], row["responsible"], row["is_open"], row["submission_id"], row["row_number"],
    )  # fmt: skip


def _reserve(row: Mapping[str, Any], price: Price | None) -> ReserveRow:
    return ReserveRow(
        row["reserve_level"], _figure(row, "released_mnok", "reserve", price), _figure(row, "held_mnok", "reserve", price),
        row["reserve_decision"], row["submission_id"], row["row_number"],
    )  # fmt: skip


def _figure(row: Mapping[str, Any], name: str, amount_type: str, price: Price | None) -> Figure:
    missing = json.loads(row["missing"]).get(name, {}).get("missing")
    return figure_in(price, row[name], amount_type, kroner_of(row), str(row["submission_id"]), missing=missing)
