"""Lines of economy by the areas that their money falls on: together the areas have all of it, to the øre, nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from pipelines.answers.economy.line_table import Amounts, Lines, Numbers, Texts
from pipelines.methods.area_shares import area_weights, by_area, ore_by_area
from pipelines.methods.money import Amount, Figure

WHOLE_PCT = Decimal(100)


def by_areas(lines: Lines) -> tuple[Texts, Lines]:
    """The lines once for each area that they fall on, with what falls there, and beside each its area.

    Several areas and no area are among them, for projects without a usable split.
    """
    codes, shares = _shares(lines)
    n_areas = np.array([len(own) for own in shares], np.int64)[codes]
    places = np.repeat(np.arange(len(lines)), n_areas)
    starts = np.cumsum(n_areas) - n_areas
    areas = np.repeat(_array([next(iter(own)) for own in shares])[codes], n_areas)
    split = np.flatnonzero(n_areas > 1)
    for place in split:
        areas[starts[place] : starts[place] + n_areas[place]] = list(shares[codes[place]])
    amounts = {name: it.where(places) for name, it in lines.amounts.items()}
    for name, it in lines.amounts.items():
        for place in split[it.is_known[split]]:
            parts = ore_by_area(int(it.ore[place]), shares[codes[place]])
            amounts[name].ore[starts[place] : starts[place] + n_areas[place]] = list(parts.values())
    return areas, lines.with_amounts(amounts, places)


def in_area(lines: Lines, area: str) -> Lines:
    """The lines with what falls on an area of each of their amounts."""
    codes, shares = _shares(lines)
    is_whole = np.array([set(own) == {area} for own in shares], np.bool_)[codes] if len(lines) else np.array([], np.bool_)
    amounts = {}
    for name, it in lines.amounts.items():
        ore = np.where(is_whole, it.ore, 0)
        for place in np.flatnonzero(it.is_known & ~is_whole):
            ore[place] = ore_by_area(int(it.ore[place]), shares[codes[place]]).get(area, 0)
        amounts[name] = Amounts(ore, it.is_asked, it.is_known, it.reasons)
    return lines.with_amounts(amounts, np.arange(len(lines)))


def part_in(figure: Figure, shares_pct: Mapping[str, Decimal], area: str) -> Figure:
    """What falls on an area of an amount."""
    # Most projects lie in one area, whole.
    if not isinstance(figure, Amount) or (len(shares_pct) == 1 and shares_pct.get(area) == WHOLE_PCT):
        return figure
    return replace(figure, mnok=by_area(figure.mnok, shares_pct).get(area, Decimal(0)))


def _shares(lines: Lines) -> tuple[Numbers, list[Mapping[str, int]]]:
    """The shares of each project that has lines, and for every line which of them are its own."""
    codes, ids = pd.factorize(lines.project_id)
    return codes, [area_weights(lines.projects[project_id].shares_pct) for project_id in ids]


def _array(found: list[str]) -> Texts:
    """Texts as an array of objects, also of none."""
    array = np.empty(len(found), object)
    array[:] = found
    return array
