"""Sums of lines of economy: by any key, each with how many of its figures are known, why others are not, and its returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from pipelines.answers.columns import Flags, Numbers, Texts
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
    projects, (returns, submission_ids) = lines.project_codes[0], lines.return_codes
    totals: dict[str, list[Total]] = {}
    counts: dict[str, list[tuple[int, int]]] = {}
    for name, amounts in lines.amounts.items():
        sources = _seen_by(groups[amounts.is_known], returns[amounts.is_known], len(found), len(submission_ids))
        totals[name] = _totals(lines, name, amounts, groups, [submission_ids[seen] for seen in sources])
        asked, lacking = (
            _seen_by(groups[chosen], projects[chosen], len(found), len(lines.projects)).sum(axis=1).tolist()
            for chosen in (amounts.is_asked, amounts.is_asked & ~amounts.is_known)
        )
        counts[name] = [(n - lack, n) for n, lack in zip(asked, lacking, strict=True)]
    return {
        key: Sums(
            {name: totals[name][place] if name in totals else _NOTHING for name in AMOUNTS},
            {name: counts[name][place] if name in counts else (0, 0) for name in AMOUNTS},
        )
        for place, key in enumerate(found)
    }


def known_by_project(lines: Lines, name: str) -> dict[str, Decimal]:
    """What is known of an amount of each project that has any, in mill. kr."""
    known = lines.amounts[name].is_known
    projects, ids = pd.factorize(lines.project_id[known])
    ore = np.zeros(len(ids), np.int64)
    np.add.at(ore, projects, lines.amounts[name].ore[known])
    return dict(zip(ids.tolist(), map(mnok_of, ore.tolist()), strict=True))


def _totals(lines: Lines, name: str, amounts: Amounts, groups: Numbers, sources: Iterable[Numbers]) -> list[Total]:
    """The total of an amount in each group."""
    known = amounts.is_known
    n_groups = int(groups.max()) + 1
    ore = np.zeros(n_groups, np.int64)
    np.add.at(ore, groups[known], amounts.ore[known])
    n_known = np.bincount(groups[known], minlength=n_groups).tolist()
    n_asked = np.bincount(groups[amounts.is_asked], minlength=n_groups).tolist()
    first_year, last_year = np.full(n_groups, np.iinfo(np.int64).max), np.full(n_groups, -1)
    np.minimum.at(first_year, groups[known], lines.year[known])
    np.maximum.at(last_year, groups[known], lines.year[known])
    reasons = _reasons(amounts, groups)
    basis = lines.price.common.basis if lines.price else None
    return [
        Total(
            mnok_of(it), TYPES[name], basis, n_known[group], n_asked[group], reasons.get(group, ()),
            tuple(sorted(map(str, of.tolist()))), int(last_year[group]) if first_year[group] == last_year[group] else None,
        )
        if n_known[group]
        else Total(None, None, None, 0, n_asked[group], reasons.get(group, ()))
        for group, (it, of) in enumerate(zip(ore.tolist(), sources, strict=True))
    ]  # fmt: skip


def _reasons(amounts: Amounts, groups: Numbers) -> dict[int, tuple[tuple[str, int], ...]]:
    """Why amounts that are asked are not known, by group, each reason with how many."""
    lacking = amounts.is_asked & ~amounts.is_known
    told = np.array([reason or NOT_STATED for reason in amounts.reasons[lacking].tolist()], object)
    codes, reasons = pd.factorize(told, sort=True)
    found: dict[int, list[tuple[str, int]]] = {}
    pairs, n_lacking = np.unique(groups[lacking] * len(reasons) + codes, return_counts=True)
    for pair, n in zip(pairs.tolist(), n_lacking.tolist(), strict=True):
        found.setdefault(pair // len(reasons), []).append((reasons[pair % len(reasons)], n))
    return {group: tuple(counted) for group, counted in found.items()}


def _numbered(keys: Sequence[Texts | Numbers]) -> tuple[Numbers, list[Any]]:
    """The number of each line's key in the order of keys, and the keys in that order."""
    numbered = [pd.factorize(key, sort=True) for key in keys]
    together = np.zeros(len(keys[0]), np.int64)
    for numbers, found in numbered:
        together = together * len(found) + numbers
    groups, numbers = pd.factorize(together, sort=True)
    if len(keys) == 1:
        return groups, numbered[0][1].tolist()
    parts = []
    for _, found in reversed(numbered):
        numbers, place = np.divmod(numbers, len(found))
        parts.append(found[place].tolist())
    return groups, list(zip(*reversed(parts), strict=True))


def _seen_by(groups: Numbers, members: Numbers, n_groups: int, n_members: int) -> Flags:
    """Which members each group has, one row a group."""
    seen = np.zeros((n_groups, n_members), np.bool_)
    seen[groups, members] = True
    return seen
