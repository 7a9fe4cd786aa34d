"""The money of the portfolio: budget, spent, forecast and requisitioned, by source, area, party and year, and along time.

Ended projects are in every sum: what was used on them is used. A sum says how many projects have all the figures asked of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from domain.model import Agreement
from pipelines.answers.economy.lines import AMOUNTS, Line, Lines, areas_of, economy_lines, in_area
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount, Total, totals_by

K = TypeVar("K", str, int, tuple[str, ...])
BUDGET, FORECAST = "budget_mnok", "forecast_mnok"


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts of one group, by column. `with_figures` counts projects: those with all figures asked of them, and all."""

    totals: Mapping[str, Total]
    with_figures: Mapping[str, tuple[int, int]]

    def mnok(self, name: str) -> Decimal | None:
        """The sum of what is known; None where nothing is."""
        return self.totals[name].mnok

    def submission_ids(self, name: str) -> tuple[int, ...]:
        """The returns that the sum comes from."""
        return tuple(sorted(int(source) for source in self.totals[name].sources))


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
    lines = found.lines
    ended = {project.project_id for project in found.projects.values() if project.has_ended}
    area = selection.working_area_id
    pieces = [(area, line) for line in lines] if area else [(at, in_area(line, at)) for line in lines for at in areas_of(line)]
    return Economy(
        found.price,
        found.report_year,
        sums(lines),
        sums_by(lines, lambda line: line.funding_source_id),
        _grouped(pieces),
        sums_by(lines, lambda line: line.project.party_id),
        sums_by(lines, lambda line: line.year),
        sums_by(lines, lambda line: (str(line.year), line.funding_source_id)),
        sums(line for line in lines if line.project.has_ended),
        year_balances(found),
        len(found.projects),
        len(ended),
        len(found.projects.keys() - {line.project.project_id for line in lines}),
    )


def sums(lines: Iterable[Line]) -> Sums:
    """The amounts of all the lines together."""
    listed = [("", line) for line in lines]
    return _grouped(listed).get("", _sums_of([], {name: {} for name in AMOUNTS}, ""))


def sums_by(lines: Iterable[Line], key: Callable[[Line], K]) -> dict[K, Sums]:
    """The amounts of the lines of each key, in the order of keys."""
    return _grouped([(key(line), line) for line in lines])


def year_balances(found: Lines) -> tuple[YearBalance, ...]:
    """One row per year that any line is of, the years between included, the oldest first."""
    by_year: dict[int, list[Line]] = {}
    for line in found.lines:
        by_year.setdefault(line.year, []).append(line)
    balances: list[YearBalance] = []
    carried = Decimal(0)
    for year in range(min(by_year), max(by_year) + 1) if by_year else ():
        lines = by_year.get(year, [])
        known = [line for line in lines if _both(line)]
        budget, forecast = (sum((_mnok(line, name) for line in known), Decimal(0)) for name in (BUDGET, FORECAST))
        asked = {line.project.project_id for line in lines}
        lacking = {line.project.project_id for line in lines if not _both(line)}
        available = budget + carried
        balances.append(
            YearBalance(
                year, year < (found.report_year or year), budget, forecast, budget - forecast, carried, available,
                available - forecast, (len(asked - lacking), len(asked)),
            )
        )  # fmt: skip
        carried = available - forecast
    return tuple(balances)


def _grouped(lines: Iterable[tuple[K, Line]]) -> dict[K, Sums]:
    given = list(lines)
    keys = sorted({key for key, _ in given})
    totals = {
        name: totals_by((key, line.figures[name]) for key, line in given if name in line.figures)[1] if given else {}
        for name in AMOUNTS
    }
    by_key: dict[K, list[Line]] = {}
    for key, line in given:
        by_key.setdefault(key, []).append(line)
    return {key: _sums_of(by_key[key], totals, key) for key in keys}


def _sums_of(lines: list[Line], totals: Mapping[str, Mapping[K, Total]], key: K) -> Sums:
    nothing = Total(None, None, None, 0, 0)
    return Sums(
        {name: totals[name].get(key, nothing) for name in AMOUNTS},
        {name: _with_figures(lines, name) for name in AMOUNTS},
    )


def _with_figures(lines: Iterable[Line], name: str) -> tuple[int, int]:
    asked: dict[str, bool] = {}
    for line in lines:
        if name in line.figures:
            of_project = line.project.project_id
            asked[of_project] = asked.get(of_project, True) and isinstance(line.figures[name], Amount)
    return sum(asked.values()), len(asked)


def _both(line: Line) -> bool:
    return all(isinstance(line.figures.get(name), Amount) for name in (BUDGET, FORECAST))


def _mnok(line: Line, name: str) -> Decimal:
    figure = line.figures.get(name)
    return figure.mnok if isinstance(figure, Amount) else Decimal(0)
