"""Sums of lines of economy: by any key, each with how many of its figures are known, why others are not, and its returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from pipelines.answers.columns import Numbers, Texts
from pipelines.answers.economy.line_table import AMOUNTS, TYPES, Amounts, Lines
from pipelines.methods.money import NOT_STATED, Total, mnok_of

_NOTHING = Total(None, None, None, 0, 0)


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


NO_SUMS = Sums(dict.fromkeys(AMOUNTS, _NOTHING), dict.fromkeys(AMOUNTS, (0, 0)))


def sums(lines: Lines) -> Sums:
    """The amounts of all the lines together."""
    return sums_by(lines, np.zeros(len(lines), np.int64)).get(0, NO_SUMS)


def sums_by(lines: Lines, *keys: Texts | Numbers) -> dict[Any, Sums]:
    """The amounts of the lines of each key, in the order of keys. Each of `keys` is one of every line; several make a tuple."""
    if not len(lines):
        return {}
    groups, found = _numbered(keys)
    totals = {name: _totals(lines, name, groups, len(found)) for name in lines.amounts}
    counts = _with_figures(lines, groups, len(found))
    return {
        key: Sums(
            {name: totals[name][place] if name in totals else _NOTHING for name in AMOUNTS},
            {name: counts[name][place] if name in counts else (0, 0) for name in AMOUNTS},
        )
        for place, key in enumerate(found)
    }


def known_by_project(lines: Lines, name: str) -> dict[str, Decimal]:
    """What is known of an amount of each project that has any, in mill. kr."""
    known = np.flatnonzero(lines.amounts[name].is_known)
    projects, ids = lines.project_codes
    ore = np.zeros(len(ids), np.int64)
    np.add.at(ore, projects[known], lines.amounts[name].ore[known])
    has_any = np.bincount(projects[known], minlength=len(ids)).tolist()
    return {it: mnok_of(own) for it, own, any_of in zip(ids.tolist(), ore.tolist(), has_any, strict=True) if any_of}


def _totals(lines: Lines, name: str, groups: Numbers, n_groups: int) -> list[Total]:
    """The total of an amount in each group."""
    amounts = lines.amounts[name]
    known = np.flatnonzero(amounts.is_known)
    of_known = groups[known]
    ore = np.zeros(n_groups, np.int64)
    np.add.at(ore, of_known, amounts.ore[known])
    n_asked = np.bincount(groups[amounts.is_asked], minlength=n_groups).tolist()
    (years, all_years), (returns, all_returns) = lines.year_codes, lines.return_codes
    by_year = _counted(of_known, years[known], n_groups, len(all_years))
    by_return = _counted(of_known, returns[known], n_groups, len(all_returns))
    sources = [str(it) for it in all_returns.tolist()]
    reasons = _reasons(amounts, groups, n_groups)
    basis = lines.price.common.basis if lines.price else None
    columns = ore.tolist(), by_year.sum(axis=1).tolist(), n_asked, by_return.tolist(), _the_only(by_year, all_years)
    return [
        Total(
            mnok_of(it), TYPES[name], basis, n_known, n, reasons.get(group, ()), tuple(sorted(compress(sources, seen))), year
        )
        if n_known
        else Total(None, None, None, 0, n, reasons.get(group, ()))
        for group, (it, n_known, n, seen, year) in enumerate(zip(*columns, strict=True))
    ]  # fmt: skip


def _with_figures(lines: Lines, groups: Numbers, n_groups: int) -> dict[str, list[tuple[int, int]]]:
    """Of each amount, how many projects of each group have all their figures, and how many are asked for any."""
    projects, ids = lines.project_codes
    # The lines of one project in one group.
    of_line, pairs = pd.factorize(groups * len(ids) + projects)
    group = pairs // len(ids)
    found = {}
    for name, amounts in lines.amounts.items():
        asked, lacking = (
            np.bincount(group[np.bincount(of_line[chosen], minlength=len(pairs)) > 0], minlength=n_groups).tolist()
            for chosen in (amounts.is_asked, amounts.is_asked & ~amounts.is_known)
        )
        found[name] = [(n - lack, n) for n, lack in zip(asked, lacking, strict=True)]
    return found


def _reasons(amounts: Amounts, groups: Numbers, n_groups: int) -> dict[int, tuple[tuple[str, int], ...]]:
    """Why amounts that are asked are not known, by group, each reason with how many."""
    lacking = np.flatnonzero(amounts.is_asked & ~amounts.is_known)
    if not len(lacking):
        return {}
    told = np.array([reason or NOT_STATED for reason in amounts.reasons[lacking].tolist()], object)
    codes, reasons = pd.factorize(told, sort=True)
    counted = _counted(groups[lacking], codes, n_groups, len(reasons))
    found: dict[int, list[tuple[str, int]]] = {}
    for group, code in np.argwhere(counted).tolist():
        found.setdefault(group, []).append((reasons[code], int(counted[group, code])))
    return {group: tuple(listed) for group, listed in found.items()}


def _numbered(keys: Sequence[Texts | Numbers]) -> tuple[Numbers, list[Any]]:
    """The number of each line's key in the order of keys, and the keys in that order."""
    numbered = [pd.factorize(key, sort=True) for key in keys]
    if len(numbered) == 1:
        return numbered[0][0], numbered[0][1].tolist()
    together = np.zeros(len(keys[0]), np.int64)
    for numbers, found in numbered:
        together = together * len(found) + numbers
    groups, numbers = pd.factorize(together, sort=True)
    parts = []
    for _, found in reversed(numbered):
        numbers, place = np.divmod(numbers, len(found))
        parts.append(found[place].tolist())
    return groups, list(zip(*reversed(parts), strict=True))


def _counted(groups: Numbers, members: Numbers, n_groups: int, n_members: int) -> Numbers:
    """How often each group has each member, one row a group."""
    return np.bincount(groups * n_members + members, minlength=n_groups * n_members).reshape(n_groups, n_members)


def _the_only(counted: Numbers, members: Numbers) -> list[int | None]:
    """The member of each group that has no other; None where there are several."""
    is_one = np.count_nonzero(counted, axis=1) == 1
    return [found if one else None for found, one in zip(members[counted.argmax(axis=1)].tolist(), is_one.tolist(), strict=True)]
