"""The lines of the sheet of economy as a table in memory: one array a column, so that sums over many thousands take no time.

Amounts are whole øre in 64 bits. A column that could not be summed in them is refused, since it would go wrong in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from domain.returns import Missing
from pipelines.answers.columns import Coded, Flags, Numbers, Texts, coded_each, object_array
from pipelines.answers.portfolio import OfProject
from pipelines.answers.prices import Price
from pipelines.methods.money import Amount, Figure, mnok_of

SPENT, SPENT_THIS_YEAR = "spent_to_date_mnok", "spent_this_year_mnok"
# What an amount is, by its column. What is spent in the year of the report is a part of what is spent to date.
TYPES = {
    "budget_mnok": "budget", SPENT: "spent", SPENT_THIS_YEAR: "spent", "forecast_mnok": "forecast",
    "requisitioned_mnok": "requisitioned",
}  # fmt: skip
AMOUNTS = tuple(TYPES)
# Half of what 64 bits hold, so that no rounding of the check lets more through.
_MOST_ORE = float(2**62)


@dataclass(frozen=True, slots=True)
class Line:
    """What one source pays of one cost element of a project in one year.

    `figures` has every amount that is asked: without what does not apply, and what is spent this year only in its year.
    """

    project: OfProject
    submission_id: int
    row_number: int
    funding_source_id: str
    cost_element: str
    year: int
    report_year: int
    figures: Mapping[str, Figure]


class TooMuchMoney(ValueError):
    """The amounts of a column are together more than 64 bits hold: 92 milliards of mill. kr."""


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """One amount of every line: whether it is asked, whether it is known, and then its øre; else why not, by number.

    `said` is what the numbers mean; -1 is of a blank, and of what is known. TooMuchMoney.
    """

    ore: Numbers
    is_asked: Flags
    is_known: Flags
    reasons: Numbers
    said: tuple[str, ...]

    def __post_init__(self) -> None:
        together = float(np.abs(self.ore.astype(np.float64)).sum())
        if together >= _MOST_ORE:
            raise TooMuchMoney(f"{together / 1e8:.4g} mill. kr together; accepted: below {_MOST_ORE / 1e8:.4g}")

    def where(self, chosen: npt.NDArray[Any]) -> Amounts:
        """The amount of the chosen lines."""
        return Amounts(self.ore[chosen], self.is_asked[chosen], self.is_known[chosen], self.reasons[chosen], self.said)

    def figure(self, place: int, amount_type: str, price: Price | None, source: str, year: int) -> Figure:
        """The amount of one line. Without a price none is known."""
        if self.is_known[place] and price:
            return Amount(mnok_of(int(self.ore[place])), amount_type, price.common.basis, source, year)
        return Missing(self.said[self.reasons[place]]) if self.reasons[place] >= 0 else None


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a selection by column, its projects by id, with lines or without, and the price that all amounts are in.

    Every column has one entry a line; `amounts` are by name, those that were asked for. Lines come by project.
    """

    projects: Mapping[str, OfProject]
    price: Price | None
    project: Coded
    submission_id: Numbers
    row_number: Numbers
    source: Coded
    element: Coded
    year: Numbers
    reported_in: Numbers
    amounts: Mapping[str, Amounts]

    def __len__(self) -> int:
        return len(self.year)

    @property
    def report_year(self) -> int | None:
        """The year of the newest report among them."""
        return int(self.reported_in.max()) if len(self) else None

    @cached_property
    def project_id(self) -> Texts:
        """The project of each line."""
        return self.project.texts

    @cached_property
    def funding_source_id(self) -> Texts:
        """The source of each line."""
        return self.source.texts

    @cached_property
    def cost_element(self) -> Texts:
        """The cost element of each line."""
        return self.element.texts

    @cached_property
    def project_codes(self) -> Coded:
        """The number of each line's project among those that have any."""
        codes, found = pd.factorize(self.project.codes)
        return Coded(codes, self.project.names[found])

    @cached_property
    def return_codes(self) -> tuple[Numbers, Numbers]:
        """The number of each line's return, and what the numbers mean."""
        return pd.factorize(self.submission_id)

    @cached_property
    def year_codes(self) -> tuple[Numbers, Numbers]:
        """The number of each line's year, and what the numbers mean."""
        return pd.factorize(self.year)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines one by one."""
        return tuple(self._line(place) for place in range(len(self)))

    def where(self, chosen: npt.NDArray[Any]) -> Lines:
        """The chosen lines: a flag for each, or their places."""
        return self.with_amounts({name: it.where(chosen) for name, it in self.amounts.items()}, chosen)

    def of_source(self, funding_source_id: str) -> Lines:
        """The lines of one source."""
        return self.where(self.funding_source_id == funding_source_id)

    def of_projects(self, project_ids: Iterable[str]) -> Lines:
        """The lines of some projects."""
        chosen = frozenset(project_ids)
        codes, ids = self.project_codes
        return self.where(np.array([it in chosen for it in ids], np.bool_)[codes])

    def by_project(self) -> dict[str, Lines]:
        """The lines of each project that has any, in their order."""
        codes, ids = self.project_codes
        pieces = np.split(np.arange(len(self)), np.flatnonzero(codes[1:] != codes[:-1]) + 1) if len(self) else []
        return {str(own): self.where(piece) for own, piece in zip(ids, pieces, strict=True)}

    def each(self, project_fact: Mapping[str, Any]) -> Texts:
        """What is known of the project of each line."""
        codes, ids = self.project_codes
        return object_array([project_fact[project_id] for project_id in ids])[codes]

    def coded_each(self, project_fact: Mapping[str, str]) -> Coded:
        """A text of the project of each line."""
        codes, ids = self.project_codes
        return coded_each([project_fact[project_id] for project_id in ids]).where(codes)

    def with_amounts(self, amounts: Mapping[str, Amounts], places: npt.NDArray[Any]) -> Lines:
        """The lines of places, with other amounts."""
        return Lines(
            self.projects, self.price, self.project.where(places), self.submission_id[places], self.row_number[places],
            self.source.where(places), self.element.where(places), self.year[places], self.reported_in[places], amounts,
        )  # fmt: skip

    def _line(self, place: int) -> Line:
        source, year = str(self.submission_id[place]), int(self.year[place])
        return Line(
            self.projects[self.project_id[place]], int(self.submission_id[place]), int(self.row_number[place]),
            self.funding_source_id[place], self.cost_element[place], year, int(self.reported_in[place]),
            {
                name: it.figure(place, TYPES[name], self.price, source, year)
                for name, it in self.amounts.items()
                if it.is_asked[place]
            },
        )  # fmt: skip
