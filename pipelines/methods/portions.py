"""How the cost of projects lies over years, sources and areas, and how much of it falls within frames. Pure.

Amounts are mill. kr of one price basis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
# A mill. kr in øre, in hundredths.
_ORE_PCT = 100 * 10**8


class Portion(NamedTuple):
    """What a project costs in a year from a source in an area, by its forecast, and how much of that is spent."""

    year: int
    funding_source_id: str
    working_area_id: str | None
    forecast_mnok: float
    spent_mnok: float = 0.0


@dataclass(frozen=True, slots=True)
class CostFrame:
    """An amount that cost is held against: all of it, or that of some years, a source or an area.

    Without an amount only the spread is told.
    """

    frame_id: str
    amount_mnok: float | None = None
    from_year: int | None = None
    to_year: int | None = None
    funding_source_id: str | None = None
    working_area_id: str | None = None

    @property
    def holds_all(self) -> bool:
        return self.from_year is None and self.to_year is None and self.funding_source_id is None and self.working_area_id is None

    def holds(self, portions: Portions) -> Flags:
        """Which portions fall within it."""
        found = np.ones(len(portions.year), np.bool_)
        if self.from_year is not None:
            found &= portions.year >= self.from_year
        if self.to_year is not None:
            found &= portions.year <= self.to_year
        if self.funding_source_id is not None:
            found &= portions.funding_source_id == self.funding_source_id
        if self.working_area_id is not None:
            found &= portions.working_area_id == self.working_area_id
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Portions:
    """The portions of projects by column, one entry a portion; `project` is the place of its project."""

    project: NDArray[np.int64]
    year: NDArray[np.int64]
    funding_source_id: NDArray[np.object_]
    working_area_id: NDArray[np.object_]
    forecast_mnok: Numbers
    spent_mnok: Numbers


def split_over(
    amounts: Sequence[NDArray[Any]], ore: Sequence[NDArray[np.int64]], shares_pct: Sequence[Mapping[str, Decimal]]
) -> Portions:
    """The portions of amounts that are each of a project, year and source, in columns, by the areas of the project.

    `ore` are forecast and spent; `shares_pct` the areas of each project, none where they are not known.
    """
    projects, years, sources = amounts
    # An area and its share in per cent, of each project after the other.
    listed: list[list[tuple[str | None, Decimal]]] = [[*own.items()] or [(None, Decimal(100))] for own in shares_pct]
    n_areas = np.array([len(own) for own in listed], np.int64)
    areas, shares = zip(*(pair for own in listed for pair in own), strict=True) if listed else ((), ())
    of = np.repeat(np.arange(len(projects)), n_areas[projects])
    within = np.arange(len(of)) - np.repeat(np.cumsum(n_areas[projects]) - n_areas[projects], n_areas[projects])
    place = (np.cumsum(n_areas) - n_areas)[projects[of]] + within
    share = np.array(shares, np.float64)[place]
    forecast, spent = (own[of] * share / _ORE_PCT for own in ore)
    return Portions(projects[of], years[of], sources[of], np.array([*areas, None], object)[place], forecast, spent)


def by_column(of_projects: Sequence[Sequence[Portion]]) -> Portions:
    """The portions of several projects, each by its place."""
    listed = [portion for own in of_projects for portion in own]
    years, sources, areas, forecast, spent = zip(*listed, strict=True) if listed else ((),) * 5
    return Portions(
        np.repeat(np.arange(len(of_projects)), [len(own) for own in of_projects]), np.array(years, np.int64),
        np.array([*sources, None], object)[:-1], np.array([*areas, None], object)[:-1], np.array(forecast, np.float64),
        np.array(spent, np.float64),
    )  # fmt: skip


def weights(portions: Portions, frames: Sequence[CostFrame], n_projects: int) -> tuple[Numbers, Numbers]:
    """For each frame: how much of each krone of a project falls within it, and what falls within it whatever the cost."""
    shares = _open_shares(portions, n_projects)
    spent = np.bincount(portions.project, portions.spent_mnok, n_projects)
    slopes = np.zeros((len(frames), n_projects))
    fixed = np.zeros(len(frames))
    for row, frame in enumerate(frames):
        if frame.holds_all:
            slopes[row] = 1
            continue
        held = frame.holds(portions)
        slopes[row] = np.bincount(portions.project[held], shares[held], n_projects)
        fixed[row] = portions.spent_mnok[held].sum() - slopes[row] @ spent
    return slopes, fixed


def _open_shares(portions: Portions, n_projects: int) -> Numbers:
    """How the cost that is not spent is shared over a project's portions; where all is spent, over those of its last year."""
    left = np.maximum(0.0, portions.forecast_mnok - portions.spent_mnok)
    last = np.zeros(n_projects, np.int64)
    np.maximum.at(last, portions.project, portions.year)
    is_open = np.bincount(portions.project, left, n_projects)[portions.project] > 0
    is_last = portions.year == last[portions.project]
    left = np.where(is_open, left, np.where(is_last, portions.forecast_mnok, 0.0))
    whole = np.bincount(portions.project, left, n_projects)[portions.project]
    return np.divide(left, whole, out=np.zeros_like(left), where=whole != 0)
