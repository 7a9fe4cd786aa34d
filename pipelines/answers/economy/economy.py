"""The money of the portfolio: budget, spent, forecast and requisitioned, by source, area, party and year, and along time.

Ended projects are in every sum: what was used on them is used. A sum says how many projects have all the figures asked of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.model import Agreement
from pipelines.answers.columns import n_different, summed
from pipelines.answers.economy.line_table import Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import NO_SUMS, Sums, sums, sums_by_area, sums_by_each
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import mnok_of

BUDGET, FORECAST = "budget_mnok", "forecast_mnok"


@dataclass(frozen=True, slots=True)
class YearBalance:
    """What is left of a year's budget, or lacking, and what that makes of the next.

    Result (`result_mnok`) is budget minus forecast: positive is money not used (mindreforbruk), negative more used than budgeted
    (merforbruk). The forecast of a finished year is what was spent in it. Carried in is what the year before carried out, nothing
    in the first year; available is budget plus carried in; carried out is available minus forecast. Only lines with both budget
    and forecast count; `with_figures` are the projects whose lines of the year all have both, and all that have any.
    How much a source allows to be carried over is not applied: the agreement states it in words.
    """

    year: int
    is_finished: bool
    budget_mnok: Decimal
    forecast_mnok: Decimal
    result_mnok: Decimal
    carried_in_mnok: Decimal
    available_mnok: Decimal
    carried_out_mnok: Decimal
    with_figures: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Economy:
    """The money of a selection in one price. The sums of each grouping add up to the whole, to the øre."""

    price: Price | None
    report_year: int | None
    whole: Sums
    by_source: Mapping[str, Sums]
    by_area: Mapping[str, Sums]
    by_party: Mapping[str, Sums]
    by_year: Mapping[int, Sums]
    by_year_and_source: Mapping[tuple[str, ...], Sums]
    of_ended: Sums
    balances: tuple[YearBalance, ...]
    n_projects: int
    n_ended: int
    n_without_lines: int


def economy(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> Economy:
    """The money of a selection as it was known on a date. Keys are ids; those of year and source are both as text."""
    found = economy_lines(snapshot, agreement, price, as_of, selection)
    ended = {project_id for project_id, project in found.projects.items() if project.has_ended}
    area = selection.working_area_id
    parties = found.coded_each({project_id: project.party_id for project_id, project in found.projects.items()})
    years, sources = found.year, found.source
    groupings = ((), (sources,), (parties,), (years,), (years, sources))
    # Of a selected area there is what falls on it alone.
    by_area, rest = ({}, sums_by_each(found, *groupings)) if area else sums_by_area(found, *groupings)
    whole, by_source, by_party, by_year, by_both = rest
    return Economy(
        found.price,
        found.report_year,
        whole.get((), NO_SUMS),
        by_source,
        ({area: whole[()]} if whole else {}) if area else by_area,
        by_party,
        by_year,
        {(str(year), source): it for (year, source), it in by_both.items()},
        sums(found.of_projects(ended)),
        year_balances(found),
        len(found.projects),
        len(ended),
        len(found.projects) - len(found.project_codes[1]),
    )


def year_balances(found: Lines) -> tuple[YearBalance, ...]:
    """One row per year that any line is of, the years between included, the oldest first."""
    balances: list[YearBalance] = []
    carried = Decimal(0)
    projects, ids = found.project_codes
    has_both = found.amounts[BUDGET].is_known & found.amounts[FORECAST].is_known
    first = int(found.year.min()) if len(found) else 0
    place = found.year - first
    n_years = int(place.max()) + 1 if len(found) else 0
    sums_of_years = (summed(place[has_both], found.amounts[name].ore[has_both], n_years).tolist() for name in (BUDGET, FORECAST))
    asked, lacking = (
        n_different(place[chosen], projects[chosen], n_years, len(ids)).tolist() for chosen in (slice(None), ~has_both)
    )
    for n, (budget_ore, forecast_ore, n_asked, n_lacking) in enumerate(zip(*sums_of_years, asked, lacking, strict=True)):
        year, budget, forecast = first + n, mnok_of(budget_ore), mnok_of(forecast_ore)
        available = budget + carried
        balances.append(
            YearBalance(
                year, year < (found.report_year or year), budget, forecast, budget - forecast, carried, available,
                available - forecast, (n_asked - n_lacking, n_asked),
            )
        )  # fmt: skip
        carried = available - forecast
    return tuple(balances)
