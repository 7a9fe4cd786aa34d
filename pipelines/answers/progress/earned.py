"""What is finished against what was planned and spent: earned schedule and earned value of each project, and of the portfolio.

Where a project reports no physical progress there is spending against budget alone, with the reason; spending is never progress.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from domain.model import Agreement
from domain.period import Month, Period
from pipelines.answers.costs import costs
from pipelines.answers.economy.line_table import SPENT
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import NO_SUMS, Sums, sums_by
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import Price
from pipelines.answers.progress.milestone_history import CONSTRUCTION_START, OPENING, NewestMilestone, newest_milestones
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.earned_value import EarnedValue, Progress, Spending, earned_value, spending
from pipelines.methods.money import Figure

BUILDING, BUILT = "construction", ("opened", "closed")
# Why a project has no earned value at all: it has not begun to build, or its start is not in the adopted plan.
Why = Literal["not_building", "physical_missing", "planned_missing", "no_start"]
BUDGET = "budget_mnok"
_WHOLE_PCT = Decimal(100)
_PROGRESS = """
SELECT s.project_id, s.period, s.newest_from <= $moment AND $moment < s.newest_to AS is_newest,
    p.physical_pct, p.planned_pct, p.submission_id, p.sheet, p.row_number
FROM snapshot.project_status AS s
JOIN snapshot.return_progress AS p ON p.submission_id = s.submission_id AND p.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
    AND s.project_id IN (SELECT unnest($project_ids::VARCHAR[]))
ORDER BY s.project_id, s.period_ends_on, s.period
"""


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What a report says of physical progress, and where; per cent as reported."""

    period: str
    is_newest: bool
    physical_pct: Decimal | None
    planned_pct: Decimal | None
    submission_id: int
    sheet: str
    row_number: int


@dataclass(frozen=True, slots=True)
class Earned:
    """A project by its newest report. `found` counts in reporting periods from the one in which the adopted plan begins.

    `found` is None where `why` says why, and then there is `spent` against budget, of the years up to `through_year`.
    """

    project_id: str
    project_name: str
    phase: str
    period: str
    submission_id: int
    report: ProgressReport | None
    found: EarnedValue | None
    why: Why | None
    spent: Spending
    through_year: int


@dataclass(frozen=True, slots=True)
class PlanAgainstActual:
    """Planned and physically complete of what is being built, weighted with the control frame (P50) of each project.

    Per cent of the projects that have both percentages and a frame: `with_figures` of how many that are being built. None where
    there is none of them.
    """

    planned_pct: float | None
    physical_pct: float | None
    with_figures: tuple[int, int]
    submission_ids: tuple[int, ...]


class _Money(NamedTuple):
    """The money of a project: all of it, and that of the years that have ended by the end of its report's period."""

    whole: Sums
    past: Sums


class _Plan(NamedTuple):
    """The adopted start and end of building."""

    start_on: dt.date | None
    end_on: dt.date | None


def earned(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> tuple[Earned, ...]:
    """One row per project of a selection that is neither opened nor ended, by id.

    The budget is that of all years, what is spent is spent to date, both in the price and of the whole project, also where an
    area is selected. A project that is finished before it is reported as opened is measured on when it was.
    """
    lines = economy_lines(snapshot, agreement, price, as_of, _anywhere(selection), (BUDGET, SPENT))
    starts, openings = (newest_milestones(snapshot, agreement, as_of, it) for it in (CONSTRUCTION_START, OPENING))
    listed = projects(snapshot, agreement, as_of, selection).to_dict("records")
    rows = [row for row in listed if not row["has_ended"] and row["phase"] not in BUILT]
    reports = _reports(snapshot, agreement, as_of, (row["project_id"] for row in rows))
    whole = sums_by(lines, lines.project)
    through = {str(row["project_id"]): _last_whole_year(row["period"]) for row in listed}
    own = lines.of_projects(through)
    past_lines = own.where(own.year <= own.each(through))
    past = sums_by(past_lines, past_lines.project)
    return tuple(
        _earned(
            row,
            reports.get(row["project_id"], []),
            _Money(whole.get(row["project_id"], NO_SUMS), past.get(row["project_id"], NO_SUMS)),
            _Plan(_adopted(starts, row["project_id"]), _adopted(openings, row["project_id"])),
        )
        for row in rows
    )


def is_slower(spi_t: float) -> bool:
    """Whether a pace is below the plan, to the hundredth that is shown."""
    return round(spi_t, 2) < 1


def plan_against_actual(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> PlanAgainstActual:
    """How much of what is being built was to be finished by now, and how much is."""
    rows = costs(snapshot, agreement, price, as_of, selection)
    building = {row["project_id"]: row["p50_mnok"] for row in rows if row["phase"] == BUILDING and not row["has_ended"]}
    reports = _reports(snapshot, agreement, as_of, building)
    newest = {project_id: reports[project_id][-1] for project_id in building if reports.get(project_id)}
    weighed = [
        (report, Decimal(weight))
        for project_id, report in newest.items()
        if report.is_newest and None not in (report.planned_pct, report.physical_pct) and (weight := building[project_id])
    ]
    ids = tuple(sorted({report.submission_id for report, _ in weighed}))
    return PlanAgainstActual(
        _weighted((report.planned_pct, weight) for report, weight in weighed),
        _weighted((report.physical_pct, weight) for report, weight in weighed),
        (len(weighed), len(building)), ids,
    )  # fmt: skip


def _weighted(parts: Iterable[tuple[Decimal | None, Decimal]]) -> float | None:
    given = [(pct, weight) for pct, weight in parts if pct is not None]
    whole = sum(weight for _, weight in given)
    return float(sum(pct * weight for pct, weight in given) / whole) if whole else None


def _anywhere(selection: Selection) -> Selection:
    """The selection without its area: money of a project is not shared when it is held against the project's progress."""
    return Selection(
        None, selection.municipality_code, selection.party_id, selection.focus_area_id, selection.phase, selection.project_id
    )


def _reports(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None, project_ids: Iterable[str]
) -> dict[str, list[ProgressReport]]:
    """The progress that projects have reported, in the order of periods."""
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "project_ids": list(project_ids)}
    found: dict[str, list[ProgressReport]] = {}
    for row in snapshot.records(_PROGRESS, given):
        found.setdefault(row["project_id"], []).append(
            ProgressReport(
                row["period"], row["is_newest"], _pct(row["physical_pct"]), _pct(row["planned_pct"]), row["submission_id"],
                row["sheet"], row["row_number"],
            )
        )  # fmt: skip
    return found


def _pct(reported: float | None) -> Decimal | None:
    """The per cent as it was written."""
    return None if reported is None else Decimal(str(reported))


def _earned(row: Mapping[Any, Any], reports: Sequence[ProgressReport], money: _Money, plan: _Plan) -> Earned:
    newest = reports[-1] if reports and reports[-1].is_newest else None
    through_year = _last_whole_year(row["period"])
    spent = spending(_complete(money.past, SPENT), _complete(money.past, BUDGET))
    why: Why | None = (
        "not_building" if row["phase"] != BUILDING
        else "physical_missing" if newest is None or newest.physical_pct is None
        else "planned_missing" if newest.planned_pct is None
        else "no_start" if plan.start_on is None
        else None
    )  # fmt: skip
    found = None
    if why is None and newest and plan.start_on:
        found = earned_value(_progress(reports, money.whole, plan.start_on, plan.end_on))
    return Earned(
        row["project_id"],
        row["project_name"],
        row["phase"],
        row["period"],
        int(row["submission_id"]),
        newest,
        found,
        why,
        spent,
        through_year,
    )


def _progress(reports: Sequence[ProgressReport], whole: Sums, start: dt.date, end: dt.date | None) -> Progress:
    """The project on the newest report, or on the one in which it was finished."""
    newest = reports[-1]
    at = next((it for it in reports if newest.physical_pct == _WHOLE_PCT and it.physical_pct == _WHOLE_PCT), newest)
    places = {it.period: _place(it.period, start) for it in reports}
    plan = {places[it.period]: it.planned_pct for it in reports if it.planned_pct is not None and places[it.period] > 0}
    planned_periods = max(_place_of(end, newest.period, start), 1) if end else None
    return Progress(
        max(places[at.period], 0), plan, at.physical_pct, _complete(whole, BUDGET), _complete(whole, SPENT), planned_periods
    )


def _place(period: str, start: dt.date) -> int:
    """The number of a reporting period, of which the first is the one that the start lies in."""
    found = Period.parse(period)
    return (found.last.number - Month(start.year, start.month).number) // found.n_months + 1


def _place_of(day: dt.date, like: str, start: dt.date) -> int:
    """The number of the reporting period that a day lies in; periods are as long as the given one."""
    found = Period.parse(like)
    behind = -((found.last.number - Month(day.year, day.month).number) // found.n_months)
    return _place(like, start) + behind


def _adopted(known: Mapping[str, NewestMilestone], project_id: str) -> dt.date | None:
    return known[project_id].report.adopted_on if project_id in known else None


def _last_whole_year(period: str) -> int:
    """The last year that has ended by the end of a period."""
    last = Period.parse(period).last
    return last.year if last.month == 12 else last.year - 1


def _complete(sums: Sums, name: str) -> Figure:
    """The sum of all lines where each has the figure; None where one lacks it, or where there is none."""
    found = sums.totals[name]
    return found.figure if found.is_complete else None
