"""Lines of economy by the areas that their money falls on: together the areas have all of it, to the øre, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from pipelines.answers.columns import Coded, Numbers, Texts, coded_each, object_array
from pipelines.answers.economy.line_table import Lines
from pipelines.methods.area_shares import area_weights, by_area, each_by_area
from pipelines.methods.money import Amount, Figure

WHOLE_PCT = Decimal(100)
# Stands for the area of a line that falls on several; no id of an area is empty.
ON_SEVERAL = ""


def by_areas(lines: Lines) -> tuple[Texts, Lines]:
    """The lines once for each area that they fall on, with what falls there, and beside each its area.

    Several areas and no area are among them, for projects without a usable split.
    """
    codes, shares = _shares(lines)
    n_areas = np.array([len(own) for own in shares], np.int64)[codes]
    places = np.repeat(np.arange(len(lines)), n_areas)
    starts = np.cumsum(n_areas) - n_areas
    areas = np.repeat(object_array([next(iter(own)) for own in shares])[codes], n_areas)
    amounts = {name: it.where(places) for name, it in lines.amounts.items()}
    for own, split in _split(codes, shares):
        into = starts[split][:, None] + np.arange(len(own))
        areas[into] = object_array(list(own))
        for name, it in lines.amounts.items():
            known = it.is_known[split]
            amounts[name].ore[into[known]] = each_by_area(it.ore[split[known]], own)
    return areas, lines.with_amounts(amounts, places)


def alone(lines: Lines) -> Coded:
    """The area of each line that falls on one alone, ON_SEVERAL for the others."""
    codes, shares = _shares(lines)
    return coded_each([next(iter(own)) if len(own) == 1 else ON_SEVERAL for own in shares]).where(codes)


def in_area(lines: Lines, area: str) -> Lines:
    """The lines with what falls on an area of each of their amounts."""
    codes, shares = _shares(lines)
    is_whole = np.array([set(own) == {area} for own in shares], np.bool_)[codes] if len(lines) else np.array([], np.bool_)
    ore = {name: np.where(is_whole, it.ore, 0) for name, it in lines.amounts.items()}
    for own, split in _split(codes, shares):
        if area in own:
            for name, it in lines.amounts.items():
                known = split[it.is_known[split]]
                ore[name][known] = each_by_area(it.ore[known], own)[:, list(own).index(area)]
    amounts = {name: replace(it, ore=ore[name]) for name, it in lines.amounts.items()}
    return lines.with_amounts(amounts, np.arange(len(lines)))


def part_in(figure: Figure, shares_pct: Mapping[str, Decimal], area: str) -> Figure:
    """What falls on an area of an amount."""
    # Most projects lie in one area, whole.
    if not isinstance(figure, Amount) or (len(shares_pct) == 1 and shares_pct.get(area) == WHOLE_PCT):
        return figure
    return replace(figure, mnok=by_area(figure.mnok, shares_pct).get(area, Decimal(0)))


def _shares(lines: Lines) -> tuple[Numbers, list[Mapping[str, int]]]:
    """The shares of each project that has lines, and for every line which of them are its own."""
    codes, ids = lines.project_codes
    # Projects of the same split have the same shares.
    listed = [lines.projects[project_id].shares_pct for project_id in ids]
    weights = {id(own): area_weights(own) for own in {id(own): own for own in listed}.values()}
    return codes, [weights[id(own)] for own in listed]


def _split(codes: Numbers, shares: Sequence[Mapping[str, int]]) -> Iterator[tuple[Mapping[str, int], Numbers]]:
    """The shares of several areas, each once, with the places of the lines that fall on them so."""
    projects: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for project, own in enumerate(shares):
        if len(own) > 1:
            projects.setdefault(tuple(own.items()), []).append(project)
    for same in projects.values():
        yield shares[same[0]], np.flatnonzero(np.isin(codes, same))
