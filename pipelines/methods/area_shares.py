"""Money of projects by the areas that they lie in: all of it, to the øre, and never twice.

Pure. Amounts are mill. kr as exact decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pipelines.methods.money import MixedBases, Total, mnok_of, ore_of, refuse_mixed_kinds

Numbers = npt.NDArray[np.int64]
# Where the money of a project falls that lies in several areas without a usable split, or in none.
SEVERAL_AREAS = "several_areas"
NO_AREA = "no_area"


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """What falls on an area, of which projects, and how many of these have all their figures. `mnok` is None where none has."""

    mnok: Decimal | None
    project_ids: tuple[str, ...]
    n_known: int
    n_asked: int


def by_area(mnok: Decimal, shares_pct: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """What falls on each area of one amount; together it is the amount, to the øre. NotWholeOre.

    By the shares where all are stated, above zero and 100 together; all on the area where only one is named. Else all of it on
    SEVERAL_AREAS, or on NO_AREA where none is named. It is never counted twice.
    """
    weights = area_weights(shares_pct)
    if len(weights) == 1:
        return dict.fromkeys(weights, mnok)
    return {area: mnok_of(ore) for area, ore in ore_by_area(ore_of(mnok), weights).items()}


def area_weights(shares_pct: Mapping[str, Decimal | None]) -> Mapping[str, int]:
    """How a whole falls on areas, by the rule of `by_area`: whole numbers in the proportion of the shares."""
    return _weights(tuple(shares_pct.items()))


@lru_cache(maxsize=4096)
def _weights(shares_pct: tuple[tuple[str, Decimal | None], ...]) -> Mapping[str, int]:
    if not shares_pct:
        return {NO_AREA: 1}
    shares = {area: Fraction(share) for area, share in sorted(shares_pct) if share is not None and share > 0}
    if len(shares_pct) == 1 and shares_pct[0][1] is None:
        return {shares_pct[0][0]: 1}
    if len(shares) < len(shares_pct) or sum(shares.values()) != 100:
        return {SEVERAL_AREAS: 1}
    under = lcm(*(share.denominator for share in shares.values()))
    return MappingProxyType({area: int(share * under) for area, share in shares.items()})


def ore_by_area(ore: int, weights: Mapping[str, int]) -> dict[str, int]:
    """An amount in øre by weights: the parts add up to it, what rounding leaves goes to the largest remainders."""
    whole = sum(weights.values())
    found = {area: divmod(ore * weight, whole) for area, weight in weights.items()}
    parts = {area: floor for area, (floor, _) in found.items()}
    for area in sorted(found, key=lambda area: -found[area][1])[: ore - sum(parts.values())]:
        parts[area] += 1
    return parts


def each_by_area(ore: Numbers, weights: Mapping[str, int]) -> Numbers:
    """Each of many amounts in øre by weights as `ore_by_area` gives it: one row an amount, one column an area in their order."""
    whole = sum(weights.values())
    # What 64 bits hold.
    if int(np.abs(ore).max(initial=0)) * whole >= 2**63:
        return np.array([list(ore_by_area(it, weights).values()) for it in ore.tolist()], np.int64).reshape(
            len(ore), len(weights)
        )
    parts, left = np.divmod(ore[:, None] * np.array(list(weights.values()), np.int64), whole)
    by_remainder = np.argsort(-left, axis=1, kind="stable")
    place = np.argsort(by_remainder, axis=1, kind="stable")
    found: Numbers = parts + (place < (ore - parts.sum(axis=1))[:, None])
    return found


def area_totals(by_project: Mapping[str, Total], shares_pct: Mapping[str, Mapping[str, Decimal | None]]) -> dict[str, AreaTotal]:
    """One row per area that any project lies in, SEVERAL_AREAS and NO_AREA included; they add up to the projects, to the øre.

    A project without a figure is asked for in the areas where its money would fall. MixedAmountTypes, MixedVat, MixedBases.
    """
    found = [total.basis for total in by_project.values() if total.basis]
    refuse_mixed_kinds({total.amount_type for total in by_project.values() if total.amount_type}, found)
    if len(set(found)) > 1:
        raise MixedBases(found)
    ore: dict[str, dict[str, int]] = {}
    for project_id, whole in by_project.items():
        for area, mnok in by_area(whole.mnok or Decimal(0), shares_pct.get(project_id, {})).items():
            ore.setdefault(area, {})[project_id] = ore_of(mnok)
    return {area: _area_total(ore[area], by_project) for area in sorted(ore)}


def _area_total(ore: Mapping[str, int], by_project: Mapping[str, Total]) -> AreaTotal:
    wholes = [by_project[project_id] for project_id in ore]
    mnok = mnok_of(sum(ore.values())) if any(whole.mnok is not None for whole in wholes) else None
    return AreaTotal(mnok, tuple(sorted(ore)), sum(whole.is_complete for whole in wholes), len(ore))
