"""The history of one project: what each of its reports said of cost, opening, progress and colours, as known on a date."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.deviation_limits import Colour
from domain.limit_file import limits_of
from domain.model import Agreement
from domain.returns import Missing
from pipelines.answers.deviations.deviations import rule_results
from pipelines.answers.kroner import kroner_of, most_used_price
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviations import DEVIATES, Level
from pipelines.methods.money import Amount, Figure, Total, total

FORECAST, P50, P85 = "forecast_mnok", "p50_mnok", "p85_mnok"
COSTS = (FORECAST, P50, P85)
# What an owner gives a colour of.
SUBJECTS = ("overall", "time", "cost", "quality", "risk")
_REPORTS = """
SELECT s.period, s.period_ends_on, s.submission_id, s.reported_on, s.data_colour, p.project_name, p.earlier_names, p.party_id,
    p.owner_party_id, p.phase, p.standing, p.merged_into, p.focus_area_id, p.working_area_split, p.municipality_codes,
    p.latitude, p.longitude, p.row_number AS project_row,
    c.row_number AS cost_row, c.forecast_mnok, c.p50_mnok, c.p85_mnok, c.price_kind, c.price_year, c.includes_vat,
    c.missing AS cost_missing,
    m.row_number AS opening_row, m.baseline_on, m.forecast_on, m.actual_on, m.baseline_decision,
    g.row_number AS progress_row, g.physical_pct, g.colour_overall, g.reason_overall, g.colour_time, g.reason_time,
    g.colour_cost, g.reason_cost, g.colour_quality, g.reason_quality, g.colour_risk, g.reason_risk, g.status_text
FROM snapshot.project_status AS s
JOIN snapshot.return_project AS p USING (submission_id, project_id)
LEFT JOIN snapshot.return_cost_estimate AS c USING (submission_id, project_id)
LEFT JOIN snapshot.return_progress AS g USING (submission_id, project_id)
LEFT JOIN snapshot.return_milestone AS m
    ON m.submission_id = s.submission_id AND m.project_id = s.project_id AND m.milestone = 'opening'
WHERE s.agreement_id = $agreement_id AND s.project_id = $project_id AND s.known_from <= $moment AND $moment < s.known_to
ORDER BY s.period_ends_on, s.submission_id
"""
_SPENT = """
SELECT e.submission_id, e.year, e.spent_to_date_mnok, e.price_kind, e.price_year, e.includes_vat, e.missing
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.project_id = $project_id AND s.known_from <= $moment AND $moment < s.known_to
"""
_RULES = """
SELECT r.rule, s.period, r.level
FROM snapshot.project_status AS s
JOIN snapshot.rule_result AS r ON r.agreement_id = s.agreement_id AND r.project_id = s.project_id AND r.basis = s.basis
WHERE s.agreement_id = $agreement_id AND s.project_id = $project_id AND s.known_from <= $moment AND $moment < s.known_to
    AND r.known_from <= $moment AND $moment < r.known_to
ORDER BY s.period_ends_on, s.submission_id
"""
_NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Opening:
    """The row of the milestone of opening: the adopted day, the day that is expected, and the day that it was."""

    baseline_on: dt.date | None
    forecast_on: dt.date | None
    actual_on: dt.date | None
    baseline_decision: str | None
    row_number: int

    @property
    def on(self) -> dt.date | None:
        """The day that it opened, or else is expected to."""
        return self.actual_on or self.forecast_on


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a project. Amounts are in the chosen price, or say why not; the colours are of the day it was handed in.

    `rows` are the row numbers in the sheets that have one row a project, by table. `reported` are colour and reason by subject.
    """

    period: str
    period_ends_on: dt.date
    submission_id: int
    reported_on: dt.date
    project_name: str
    phase: str | None
    standing: str | None
    rows: Mapping[str, int]
    costs: Mapping[str, Figure]
    spent: Total
    opening: Opening | None
    physical_pct: float | None
    reported: Mapping[str, tuple[Colour | None, str | None]]
    data_colour: Level
    status_text: str | None

    def mnok(self, name: str) -> Decimal | None:
        """An amount of the estimate; None where there is none in the chosen price."""
        figure = self.costs.get(name)
        return figure.mnok if isinstance(figure, Amount) else None

    def over_mnok(self, name: str) -> Decimal | None:
        """How far the forecast lies above a frame, below it with a minus; None where one of them is not known."""
        forecast, frame = self.mnok(FORECAST), self.mnok(name)
        return None if forecast is None or frame is None else forecast - frame


@dataclass(frozen=True, slots=True)
class Profile:
    """What the newest report says of where a project belongs."""

    party_id: str
    owner_party_id: str | None
    focus_area_id: str | None
    working_area_split: str | None
    municipality_codes: tuple[str, ...]
    earlier_names: str | None
    merged_into: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class ReasonRun:
    """A reason that the owner gave for a colour, the same in reports that follow each other. The place is of the last one."""

    subject: str
    colour: Colour | None
    reason: str
    first_period: str
    last_period: str
    submission_id: int
    row_number: int


@dataclass(frozen=True, slots=True)
class RuleCourse:
    """What a rule said in each report, by period. Only of rules that have deviated in one of them."""

    rule: str
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class ProjectHistory:
    """The reports of a project that were known on a date, the oldest first, and its colours on that date."""

    project_id: str
    price: Price | None
    reports: tuple[Report, ...]
    profile: Profile | None
    data_colour: Level | None
    reported_colour: Colour | None
    courses: tuple[RuleCourse, ...]

    @property
    def newest(self) -> Report | None:
        return self.reports[-1] if self.reports else None

    @property
    def moved_days(self) -> int | None:
        """How many days later the opening is than in the report before, earlier with a minus; None where one has no day."""
        days = [report.opening.on for report in self.reports[-2:] if report.opening and report.opening.on]
        return (days[1] - days[0]).days if len(days) == 2 else None

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Every name that the project was reported under, with the first period of each spell."""
        found: list[tuple[str, str]] = []
        for report in self.reports:
            if not found or found[-1][0] != report.project_name:
                found.append((report.project_name, report.period))
        return tuple(found)

    @property
    def reasons(self) -> tuple[ReasonRun, ...]:
        """Every reason of the owner, the one given last first, in the order of subjects."""
        found = [run for subject in SUBJECTS for run in _runs(self.reports, subject)]
        order = {report.period: place for place, report in enumerate(self.reports)}
        return tuple(sorted(found, key=lambda run: -order[run.last_period]))


def project_history(
    snapshot: Snapshot, agreement: Agreement, project_id: str, as_of: dt.date, price: Price | None
) -> ProjectHistory:
    """One row per report of the project known on the date; empty where none was."""
    given = {"agreement_id": agreement.agreement_id, "project_id": project_id, "moment": moment_of(as_of)}
    rows = snapshot.records(_REPORTS, given)
    economy = snapshot.records(_SPENT, given)
    shown = price or most_used_price(Counter(map(kroner_of, [*economy, *rows])))
    spent: dict[int, list[Figure]] = {}
    for line in economy:
        missing = json.loads(line["missing"]).get("spent_to_date_mnok", {}).get("missing")
        if missing != _NOT_APPLICABLE:
            figure = figure_in(shown, line["spent_to_date_mnok"], "spent", kroner_of(line), "", line["year"], missing)
            spent.setdefault(line["submission_id"], []).append(figure)
    # Every rule says the same colours of the day.
    judged = next(iter(rule_results(snapshot, agreement, as_of, Selection(project_id=project_id))), None)
    return ProjectHistory(
        project_id,
        shown,
        tuple(_report(row, total(spent.get(row["submission_id"], ())), shown) for row in rows),
        _profile(rows[-1]) if rows else None,
        judged.report.data_colour if judged else None,
        judged.report.reported_colour if judged else None,
        _courses(agreement, snapshot.records(_RULES, given)),
    )


def _runs(reports: Iterable[Report], subject: str) -> list[ReasonRun]:
    found: list[ReasonRun] = []
    before: tuple[Colour | None, str | None] = (None, None)
    for report in reports:
        colour, reason = report.reported[subject]
        if reason:
            is_same = before == (colour, reason)
            first = found.pop().first_period if is_same else report.period
            at = report.submission_id, report.rows["progress"]
            found.append(ReasonRun(subject, colour, reason, first, report.period, *at))
        before = colour, reason
    return found


def _report(row: Mapping[str, Any], spent: Total, price: Price | None) -> Report:
    missing = json.loads(row["cost_missing"] or "{}")
    rows = {"projects": row["project_row"], "cost_estimates": row["cost_row"], "progress": row["progress_row"]}
    return Report(
        row["period"], row["period_ends_on"], row["submission_id"], row["reported_on"], row["project_name"], row["phase"],
        row["standing"],
        {table: number for table, number in rows.items() if number is not None},
        {
            name: figure_in(
                price, row[name], name.removesuffix("_mnok"), kroner_of(row), str(row["submission_id"]),
                missing=missing.get(name, {}).get("missing"),
            )
            for name in COSTS
        } if row["cost_row"] is not None else dict.fromkeys(COSTS, Missing("no_row")),
        spent,
        _opening(row) if row["opening_row"] is not None else None,
        row["physical_pct"],
        {subject: (row[f"colour_{subject}"], row[f"reason_{subject}"]) for subject in SUBJECTS},
        row["data_colour"], row["status_text"],
    )  # fmt: skip


def _opening(row: Mapping[str, Any]) -> Opening:
    return Opening(row["baseline_on"], row["forecast_on"], row["actual_on"], row["baseline_decision"], row["opening_row"])


def _profile(row: Mapping[str, Any]) -> Profile:
    return Profile(
        row["party_id"], row["owner_party_id"], row["focus_area_id"], row["working_area_split"],
        tuple(row["municipality_codes"] or ()), row["earlier_names"], row["merged_into"], row["latitude"], row["longitude"],
    )  # fmt: skip


def _courses(agreement: Agreement, rows: Iterable[Mapping[str, Any]]) -> tuple[RuleCourse, ...]:
    """In the order of the agreement's rules."""
    levels: dict[str, dict[str, Level]] = {}
    for row in rows:
        levels.setdefault(row["rule"], {})[row["period"]] = row["level"]
    return tuple(
        RuleCourse(rule, levels[rule])
        for rule in limits_of(agreement).rules
        if any(level in DEVIATES for level in levels.get(rule, {}).values())
    )
