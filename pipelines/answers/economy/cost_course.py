"""The money of the portfolio along time: the plan and the forecast year by year, and what was spent report by report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from domain.model import Agreement
from pipelines.answers.economy.lines import Line, Lines, economy_lines, kroner_of, part_in
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount, Figure, total

_SPENT = """
SELECT s.project_id, s.period_ends_on, e.year, e.price_kind, e.price_year, e.includes_vat, e.spent_to_date_mnok
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
ORDER BY s.project_id, s.period_ends_on
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A sum up to a day, of the projects with figures among those that had reported by then."""

    on: dt.date
    mnok: Decimal
    with_figures: tuple[int, int]


@dataclass(frozen=True, slots=True)
class CostCourse:
    """Cumulative sums. Plan and forecast at the end of each year; spent at the end of each reporting period that was reported."""

    plan: tuple[Point, ...]
    forecast: tuple[Point, ...]
    spent: tuple[Point, ...]


def cost_course(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> CostCourse:
    """The course of a selection's money as it was known on a date; empty without reports.

    Plan is the budget. Spent at the end of a period is by each project's newest report of that period or an earlier one, of the
    projects that the selection has on the date, split between areas as they are split then.
    """
    found = economy_lines(snapshot, agreement, price, as_of, selection, ("budget_mnok", "forecast_mnok"))
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
    rows = [row for row in snapshot.records(_SPENT, given) if row["project_id"] in found.projects]
    reports = _reports(rows, found, selection.working_area_id)
    ends = sorted({row["period_ends_on"] for row in rows})
    spent = [_spent_on(end, reports) for end in ends]
    return CostCourse(
        _by_year(found.lines, "budget_mnok"), _by_year(found.lines, "forecast_mnok"), tuple(point for point in spent if point)
    )


def _reports(rows: Iterable[Mapping[str, Any]], found: Lines, area: str | None) -> dict[str, dict[dt.date, list[Figure]]]:
    """What was spent by each line of each report, by project and the end of its period."""
    reports: dict[str, dict[dt.date, list[Figure]]] = {}
    # What was spent in a finished year stands the same in every report after it.
    known: dict[tuple[object, ...], Figure] = {}
    for row in rows:
        key = (row["spent_to_date_mnok"], *kroner_of(row), row["year"])
        if key not in known:
            known[key] = figure_in(found.price, row["spent_to_date_mnok"], "spent", kroner_of(row), "", row["year"])
        shares = found.projects[row["project_id"]].shares_pct
        figure = part_in(known[key], shares, area) if area else known[key]
        reports.setdefault(row["project_id"], {}).setdefault(row["period_ends_on"], []).append(figure)
    return reports


def _spent_on(end: dt.date, reports: Mapping[str, Mapping[dt.date, list[Figure]]]) -> Point | None:
    newest = [own[max(day for day in own if day <= end)] for own in reports.values() if min(own) <= end]
    whole = total(figure for figures in newest for figure in figures)
    n_complete = sum(all(isinstance(figure, Amount) for figure in figures) for figures in newest)
    return None if whole.mnok is None else Point(end, whole.mnok, (n_complete, len(newest)))


def _by_year(lines: Iterable[Line], name: str) -> tuple[Point, ...]:
    """The sum up to the end of each year from the first to the last."""
    asked = [line for line in lines if name in line.figures]
    if not asked:
        return ()
    years = range(min(line.year for line in asked), max(line.year for line in asked) + 1)
    mnok = dict.fromkeys(years, Decimal(0))
    lacking: dict[str, bool] = {}
    for line in asked:
        figure = line.figures[name]
        mnok[line.year] += figure.mnok if isinstance(figure, Amount) else 0
        lacking[line.project.project_id] = lacking.get(line.project.project_id, False) or not isinstance(figure, Amount)
    with_figures = (len(lacking) - sum(lacking.values()), len(lacking))
    reached = accumulate(mnok.values())
    return tuple(Point(dt.date(year, 12, 31), so_far, with_figures) for year, so_far in zip(years, reached, strict=True))
