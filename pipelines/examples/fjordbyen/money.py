"""What each invented project spends and will cost, by source, cost element and year, in øre.

What is spent only ever grows, and what is over stands still, so that no later report contradicts an earlier one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipelines.examples.fjordbyen.dates import BEFORE, ENDS, Dates, spent_part
from pipelines.examples.fjordbyen.portfolio import ON_HOLD, QUARTERS, SPEND_AHEAD, Project

ORE = 10**8  # of a million kroner
THOUSAND_KRONER = ORE // 1000
HUNDRED_THOUSAND_KRONER = ORE // 10
# Accounts are kept to the øre; most parties report whole thousands.
REPORTS_TO_THE_ORE = "veietaten"
HALVED, STATE_HALF, OTHER_HALF = "light_rail", "stat_50_50", "bompenger"
ONCE_SET = frozenset({"planning", "land"})
FIRST_DAY, LAST_DAY = dt.date(2019, 1, 1), dt.date(2029, 12, 31)
# The budget of a year is adopted in the autumn before; that of 2025 in the first quarter that is told of.
_FIRST_BUDGET_YEAR = 2025

Key = tuple[str, str]  # cost element and source


@dataclass(frozen=True, slots=True)
class YearAmounts:
    """What one source pays of one cost element in one year, in øre."""

    source: str
    element: str
    year: int
    budget: int
    spent_period: int
    spent_to_date: int
    forecast: int


@dataclass(frozen=True, slots=True)
class Money:
    """The money of a project so far: what is spent by year, and every forecast that was made."""

    project: Project
    dates: Dates
    spent: dict[Key, dict[int, int]] = field(default_factory=dict)
    forecasts: dict[int, dict[tuple[str, str, int], int]] = field(default_factory=dict)

    def step(self, quarter: int, p50: int, forecast: int) -> tuple[YearAmounts, ...]:
        """The amounts at the end of a quarter whose forecast of the whole is given. Call for one quarter after the other."""
        totals = by_element_and_source(self.project, p50, rounded(forecast, HUNDRED_THOUSAND_KRONER))
        forecasts: dict[tuple[str, str, int], int] = {}
        spent_now: dict[Key, int] = {}
        for key, total in totals.items():
            if key not in self.spent:
                self.spent[key] = self._spent_before(key[0], total)
            own = self.spent[key]
            total = max(total, sum(own.values()))
            spent_now[key] = self._spend(own, key[0], total, quarter)
            own[ENDS[quarter].year] = own.get(ENDS[quarter].year, 0) + spent_now[key]
            forecasts |= {(*key, year): amount for year, amount in self._spread(own, key[0], total, quarter).items()}
        self.forecasts[quarter] = forecasts
        return self._rows(quarter, spent_now)

    def closed(self, quarter: int) -> tuple[YearAmounts, ...]:
        """The amounts of a project that has ended: what was spent, and nothing more to come."""
        self.forecasts[quarter] = {key: self.spent[key[:2]].get(key[2], 0) for key in self.forecasts[quarter - 1]}
        return self._rows(quarter, {})

    @property
    def _grain(self) -> int:
        return 1 if self.project.party_id == REPORTS_TO_THE_ORE else THOUSAND_KRONER

    def _profile(self, element: str, milestones: Sequence[dt.date]) -> Callable[[dt.date], float]:
        """The part of an element's money that is spent by a day. One who joins late has spent nothing before."""
        joined = self.project.first_quarter
        first = ENDS[joined] - dt.timedelta(days=85) if joined else FIRST_DAY
        ahead = 0.55 if self.project.project_id in SPEND_AHEAD else 1.0
        return lambda day: spent_part(element, milestones, first, LAST_DAY, ahead, day)

    def _spent_before(self, element: str, total: int) -> dict[int, int]:
        """What was spent in each year before the first report."""
        profile, joined = self._profile(element, self.dates.true), self.project.first_quarter
        last = ENDS[joined - 1] if joined else BEFORE
        own: dict[int, int] = {}
        done = 0.0
        for year in range(FIRST_DAY.year, last.year + 1):
            by_then = profile(min(dt.date(year, 12, 31), last))
            if amount := rounded(total * (by_then - done), self._grain):
                own[year] = amount
            done = by_then
        return own

    def _spend(self, own: Mapping[int, int], element: str, total: int, quarter: int) -> int:
        """What is spent in a quarter of an element: the part of what remains that is done in it, and at the end all of it."""
        held_from = ON_HOLD.get(self.project.project_id)
        if held_from and quarter >= QUARTERS.index(held_from):
            return 0
        profile, remaining = self._profile(element, self.dates.true), total - sum(own.values())
        before, now = profile(ENDS[quarter - 1] if quarter else BEFORE), profile(ENDS[quarter])
        if now >= 1:
            return remaining
        return min(rounded(remaining * (now - before) / (1 - before), self._grain), remaining)

    def _spread(self, own: Mapping[int, int], element: str, total: int, quarter: int) -> dict[int, int]:
        """The forecast of each year: of finished years what was spent, of the rest as the forecast dates have it."""
        remaining = total - sum(own.values())
        if remaining <= 0:
            return dict(own)
        profile, end = self._profile(element, self.dates.forecast(quarter)), ENDS[quarter]
        years = range(end.year, LAST_DAY.year + 1)
        by_then = [profile(end), *(profile(dt.date(year, 12, 31)) for year in years)]
        weights = [max(after - before, 0.0) for before, after in pairwise(by_then)]
        last = max((number for number, weight in enumerate(weights) if weight > 0), default=0)
        spread, left = dict(own), remaining
        for number, year in enumerate(years[: last + 1]):
            planned = rounded(remaining * weights[number] / (sum(weights) or 1), THOUSAND_KRONER)
            amount = left if number == last else min(left, planned)
            spread[year] = spread.get(year, 0) + amount
            left -= amount
        return spread

    def _rows(self, quarter: int, spent_now: Mapping[Key, int]) -> tuple[YearAmounts, ...]:
        """A row that was there once stays, with nothing in it if need be. Only who goes on has budgets of years to come."""
        year_now, forecasts = ENDS[quarter].year, self.forecasts[quarter]
        keys = {key for told in self.forecasts.values() for key, amount in told.items() if amount}
        return tuple(
            YearAmounts(
                source, element, year,
                self._budget(quarter, (element, source, year)) if spent_now or year <= year_now else 0,
                spent_now.get((element, source), 0) if year == year_now else 0,
                self.spent[(element, source)].get(year, 0),
                forecasts.get((element, source, year), 0),
            )
            for element, source, year in sorted(keys, key=lambda key: (key[1], key[0], key[2]))
        )  # fmt: skip

    def _budget(self, quarter: int, key: tuple[str, str, int]) -> int:
        """The budget of a year: the forecast in the autumn before, as far as that is known, in whole hundred thousands."""
        adopted = 4 * (key[2] - _FIRST_BUDGET_YEAR)
        known = min(max(adopted, self.project.first_quarter), quarter)
        return raised(self.forecasts[known].get(key, 0))


def by_element_and_source(project: Project, p50: int, forecast: int) -> dict[Key, int]:
    """The forecast by cost element and source. The state's half of what is halved never rises above that of P50.

    What comes on top of P50, or is saved, shows in what is built and not in planning and land.
    """
    totals: dict[Key, int] = {}
    left, (main, *_) = forecast, project.elements
    for element, share in reversed(list(project.elements.items())):
        whole = p50 if element in ONCE_SET else forecast
        amount = left if element == main else rounded(whole * share / 100, THOUSAND_KRONER)
        left -= amount
        first, *others = project.sources
        if element == HALVED:
            state = _floored(min(amount, p50 * share // 100) // 2)
            shares = {STATE_HALF: state, OTHER_HALF: amount - state}
        else:
            shares = {source: _floored(amount * pct // 100) for source, pct in others if element not in ONCE_SET}
            shares[first[0]] = amount - sum(shares.values())
        totals.update({(element, source): of_source for source, of_source in shares.items()})
    return totals


def rounded(amount: float, grain: int) -> int:
    """To the nearest whole number of grains."""
    return round(amount / grain) * grain


def raised(ore: int) -> int:
    """Up to the next hundred thousand kroner."""
    return -(-ore // HUNDRED_THOUSAND_KRONER) * HUNDRED_THOUSAND_KRONER


def _floored(ore: int) -> int:
    return ore // THOUSAND_KRONER * THOUSAND_KRONER
