"""The money of the portfolio along time: the plan and the forecast year by year, and what was spent report by report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import accumulate, groupby
from typing import Any, NamedTuple

from domain.model import Agreement
from pipelines.answers.economy.areas import part_in
from pipelines.answers.economy.line_table import Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import sums, sums_by
from pipelines.answers.kroner import kroner_of
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount

# Lines of a report in the kroner that are asked for are one sum; of the others, which are converted one by one, equal amounts are
# one row.
_SPENT = """
WITH lines AS (
    SELECT s.project_id, s.period_ends_on, e.year, e.price_kind, e.price_year, e.includes_vat, e.spent_to_date_mnok AS spent_mnok,
        coalesce(e.price_kind = $price_kind AND e.price_year IS NOT DISTINCT FROM $price_year AND NOT e.includes_vat, false)
            AS is_own
    FROM snapshot.project_status AS s
    JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
    WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
)
SELECT project_id, period_ends_on, CASE WHEN NOT is_own THEN year END AS year,
    CASE WHEN NOT is_own THEN spent_mnok END AS each_mnok, is_own,
    price_kind, price_year, includes_vat, sum(spent_mnok) AS mnok, count(spent_mnok) AS n_known, count(*) AS n_lines
FROM lines
GROUP BY ALL
ORDER BY period_ends_on, project_id
"""


class _Spent(NamedTuple):
    """What was spent by the lines of a report: the sum of those that are known, and of how many of them that is."""

    mnok: Decimal
    n_known: int
    n_lines: int

    def plus(self, other: _Spent) -> _Spent:
        return _Spent(self.mnok + other.mnok, self.n_known + other.n_known, self.n_lines + other.n_lines)


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
    return CostCourse(
        _by_year(found, "budget_mnok"), _by_year(found, "forecast_mnok"), _spent(snapshot, agreement, found, as_of, selection)
    )


def _spent(
    snapshot: Snapshot, agreement: Agreement, found: Lines, as_of: dt.date | None, selection: Selection
) -> tuple[Point, ...]:
    """What was spent by the end of each period that anything was reported of; none where no amount is known."""
    area, basis = selection.working_area_id, found.price.common.basis if found.price else None
    given = {
        "agreement_id": agreement.agreement_id, "moment": moment_of(as_of),
        # What falls on an area is taken of each line by itself.
        "price_kind": basis.price_kind if basis and not area else None, "price_year": basis.price_year if basis else None,
    }  # fmt: skip
    rows = (row for row in snapshot.records(_SPENT, given) if row["project_id"] in found.projects)
    newest: dict[str, _Spent] = {}
    points = []
    for end, of_end in groupby(rows, lambda row: row["period_ends_on"]):
        for project_id, own in groupby(of_end, lambda row: row["project_id"]):
            shares = found.projects[project_id].shares_pct
            newest[project_id] = reduce(_Spent.plus, (_row(row, found.price, shares, area) for row in own))
        if any(it.n_known for it in newest.values()):
            mnok = sum((it.mnok for it in newest.values()), Decimal(0))
            n_complete = sum(it.n_known == it.n_lines for it in newest.values())
            points.append(Point(end, mnok, (n_complete, len(newest))))
    return tuple(points)


def _row(row: Mapping[str, Any], price: Price | None, shares_pct: Mapping[str, Decimal], area: str | None) -> _Spent:
    """The lines of a row: their sum as it stands, or so many times one amount that is converted or shared."""
    if row["is_own"]:
        return _Spent(row["mnok"] or Decimal(0), row["n_known"], row["n_lines"])
    figure = figure_in(price, row["each_mnok"], "spent", kroner_of(row), "", row["year"])
    part = part_in(figure, shares_pct, area) if area else figure
    if not isinstance(part, Amount):
        return _Spent(Decimal(0), 0, row["n_lines"])
    return _Spent(part.mnok * row["n_known"], row["n_known"], row["n_lines"])


def _by_year(lines: Lines, name: str) -> tuple[Point, ...]:
    """The sum up to the end of each year from the first to the last, of the projects that the amount is asked of."""
    asked = lines.where(lines.amounts[name].is_asked)
    if not len(asked):
        return ()
    by_year = sums_by(asked, asked.year)
    years = range(min(by_year), max(by_year) + 1)
    mnok = [(by_year[year].mnok(name) if year in by_year else None) or Decimal(0) for year in years]
    with_figures = sums(asked).with_figures[name]
    return tuple(Point(dt.date(year, 12, 31), so_far, with_figures) for year, so_far in zip(years, accumulate(mnok), strict=True))
