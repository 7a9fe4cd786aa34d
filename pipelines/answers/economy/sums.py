"""Sums of lines of economy: by any key, each with how many of its figures are known, why others are not, and its returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from pipelines.answers.columns import Coded, Numbers, Texts, n_different, summed
from pipelines.answers.economy.areas import ON_SEVERAL, alone, by_areas
from pipelines.answers.economy.line_table import AMOUNTS, TYPES, Amounts, Lines
from pipelines.methods.money import NOT_STATED, Total, mnok_of

_NOTHING = Total(None, None, None, 0, 0)
# What lines are grouped by: an entry for each. Texts that have their numbers already take less time.
Key = Texts | Numbers | Coded


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
    return sums_by(lines).get((), NO_SUMS)


def sums_by(lines: Lines, *keys: Key) -> dict[Any, Sums]:
    """The amounts of the lines of each key, in the order of keys. Each of `keys` is one of every line; several make a tuple."""
    return sums_by_each(lines, keys)[0]


def sums_by_each(lines: Lines, *groupings: Sequence[Key]) -> list[dict[Any, Sums]]:
    """The sums of the same lines by several groupings, each the keys of one as `sums_by` takes them; none is all together.

    Lines that no grouping holds apart, of the same year and return, are added up once for them all.
    """
    if not len(lines):
        return [{} for _ in groupings]
    bundles = _bundled(lines, list({id(key): key for keys in groupings for key in keys}.values()))
    added = {name: _added(lines.amounts[name], bundles) for name in lines.amounts}
    return [_grouped(lines, bundles, added, keys) for keys in groupings]


def sums_by_area(lines: Lines, *groupings: Sequence[Key]) -> tuple[dict[str, Sums], list[dict[Any, Sums]]]:
    """The sums of what falls on each area, by area, and those of the lines by other groupings, as `sums_by_each` has them.

    Only lines that fall on several areas are cut up: their projects are others than those that lie in one.
    """
    area = alone(lines)
    by_one, *others = sums_by_each(lines, (area,), *groupings)
    if ON_SEVERAL in by_one:
        del by_one[ON_SEVERAL]
        areas, pieces = by_areas(lines.where((area.names == ON_SEVERAL)[area.codes]))
        of_pieces = sums_by(pieces, areas)
        areas_of_all = sorted({*by_one, *of_pieces})
        by_one = {it: _both(by_one.get(it, NO_SUMS), of_pieces.get(it, NO_SUMS)) for it in areas_of_all}
    return by_one, others


def known_by_project(lines: Lines, name: str) -> dict[str, Decimal]:
    """What is known of an amount of each project that has any, in mill. kr."""
    amounts = lines.amounts[name]
    return mnok_by(lines.project_codes.where(amounts.is_known), amounts.ore[amounts.is_known])


def mnok_by(key: Coded, ore: Numbers) -> dict[str, Decimal]:
    """Amounts in øre together, in mill. kr, by the key of each."""
    together, n = summed(key.codes, ore, len(key.names)).tolist(), np.bincount(key.codes, minlength=len(key.names)).tolist()
    return {it: mnok_of(own) for it, own, any_of in zip(key.names.tolist(), together, n, strict=True) if any_of}


@dataclass(frozen=True, slots=True, eq=False)
class _Bundles:
    """Lines of the same keys, year and return: the bundle of each line; of each bundle the number of its year and return.

    `keys` has, by the id of a key's array, the number of each bundle's key and what the numbers mean, in their order.
    """

    of_line: Numbers
    year: Numbers
    submission: Numbers
    keys: Mapping[int, tuple[Numbers, Texts | Numbers]]

    def __len__(self) -> int:
        return len(self.year)


@dataclass(frozen=True, slots=True, eq=False)
class _Added:
    """An amount of every bundle: its øre, how many lines are known and asked, and how many lack for which reason."""

    ore: Numbers
    n_known: Numbers
    n_asked: Numbers
    n_lacking: Numbers
    reasons: tuple[str, ...]


def _bundled(lines: Lines, keys: Sequence[Key]) -> _Bundles:
    numbered = [lines.year_codes, lines.return_codes, *map(_in_order, keys)]
    together = np.zeros(len(lines), np.int64)
    for codes, found in numbered:
        together = together * len(found) + codes
    of_line, bundles = pd.factorize(together)
    parts = []
    for _, found in reversed(numbered):
        bundles, part = np.divmod(bundles, len(found))
        parts.append(part)
    year, submission, *of_keys = reversed(parts)
    named = {id(key): (codes, found) for key, codes, (_, found) in zip(keys, of_keys, numbered[2:], strict=True)}
    return _Bundles(of_line, year, submission, named)


def _in_order(key: Key) -> tuple[Numbers, Texts | Numbers]:
    """The number of each line's key in the order of keys, and what the numbers mean."""
    return key.in_order() if isinstance(key, Coded) else pd.factorize(key, sort=True)


def _added(amounts: Amounts, bundles: _Bundles) -> _Added:
    known, lacking = np.flatnonzero(amounts.is_known), np.flatnonzero(amounts.is_asked & ~amounts.is_known)
    # The last one is of blanks; the same may be said under several numbers.
    told = [*amounts.said, NOT_STATED]
    reasons = tuple(sorted(set(told)))
    codes = np.array([reasons.index(it) for it in told], np.int64)[amounts.reasons[lacking]]
    n = len(bundles)
    return _Added(
        summed(bundles.of_line[known], amounts.ore[known], n),
        np.bincount(bundles.of_line[known], minlength=n),
        np.bincount(bundles.of_line[amounts.is_asked], minlength=n),
        _counted(bundles.of_line[lacking], codes, n, len(reasons)),
        reasons,
    )


def _grouped(lines: Lines, bundles: _Bundles, added: Mapping[str, _Added], keys: Sequence[Key]) -> dict[Any, Sums]:
    groups, found = _numbered([bundles.keys[id(key)] for key in keys], len(bundles))
    totals = {name: _totals(lines, bundles, name, it, groups, len(found)) for name, it in added.items()}
    counts = _with_figures(lines, groups[bundles.of_line], len(found))
    return {
        key: Sums(
            {name: totals[name][place] if name in totals else _NOTHING for name in AMOUNTS},
            {name: counts[name][place] if name in counts else (0, 0) for name in AMOUNTS},
        )
        for place, key in enumerate(found)
    }


def _numbered(keys: Sequence[tuple[Numbers, Texts | Numbers]], n_bundles: int) -> tuple[Numbers, list[Any]]:
    """The number of each bundle's group in the order of keys, and the keys of the groups in that order."""
    together = np.zeros(n_bundles, np.int64)
    for codes, found in keys:
        together = together * len(found) + codes
    groups, numbers = pd.factorize(together, sort=True)
    parts: list[list[Any]] = []
    for _, found in reversed(keys):
        numbers, place = np.divmod(numbers, len(found))
        parts.append(found[place].tolist())
    if len(parts) == 1:
        return groups, parts[0]
    return groups, list(zip(*reversed(parts), strict=True)) if parts else [()]


def _totals(lines: Lines, bundles: _Bundles, name: str, added: _Added, groups: Numbers, n_groups: int) -> list[Total]:
    """The total of an amount in each group."""
    all_years, all_returns = lines.year_codes[1], lines.return_codes[1]
    by_year = summed(groups * len(all_years) + bundles.year, added.n_known, n_groups * len(all_years))
    by_return = summed(groups * len(all_returns) + bundles.submission, added.n_known, n_groups * len(all_returns))
    by_year, by_return = by_year.reshape(n_groups, -1), by_return.reshape(n_groups, -1)
    sources = [str(it) for it in all_returns.tolist()]
    reasons = _reasons(added, groups, n_groups)
    basis = lines.price.common.basis if lines.price else None
    columns = (
        summed(groups, added.ore, n_groups).tolist(), by_year.sum(axis=1).tolist(),
        summed(groups, added.n_asked, n_groups).tolist(), by_return.tolist(), _the_only(by_year, all_years),
    )  # fmt: skip
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
    n_of_all = n_different(groups, projects, n_groups, len(ids))
    found = {}
    for name, amounts in lines.amounts.items():
        asked, lacking = amounts.is_asked, amounts.is_asked & ~amounts.is_known
        n_asked = n_of_all if asked.all() else n_different(groups[asked], projects[asked], n_groups, len(ids))
        n_lacking = n_different(groups[lacking], projects[lacking], n_groups, len(ids))
        found[name] = list(zip((n_asked - n_lacking).tolist(), n_asked.tolist(), strict=True))
    return found


def _reasons(added: _Added, groups: Numbers, n_groups: int) -> dict[int, tuple[tuple[str, int], ...]]:
    """Why amounts that are asked are not known, by group, each reason with how many."""
    counted = np.zeros((n_groups, len(added.reasons)), np.int64)
    np.add.at(counted, groups, added.n_lacking)
    found: dict[int, list[tuple[str, int]]] = {}
    for group, code in np.argwhere(counted).tolist():
        found.setdefault(group, []).append((added.reasons[code], int(counted[group, code])))
    return {group: tuple(listed) for group, listed in found.items()}


def _counted(groups: Numbers, members: Numbers, n_groups: int, n_members: int) -> Numbers:
    """How often each group has each member, one row a group."""
    return np.bincount(groups * n_members + members, minlength=n_groups * n_members).reshape(n_groups, n_members)


def _both(one: Sums, other: Sums) -> Sums:
    """The sums of the lines of both, which are of different projects."""
    return Sums(
        {name: _both_totals(own, other.totals[name]) for name, own in one.totals.items()},
        {name: (n + other.with_figures[name][0], of + other.with_figures[name][1]) for name, (n, of) in one.with_figures.items()},
    )


def _both_totals(one: Total, other: Total) -> Total:
    missing = dict(one.missing)
    for reason, n in other.missing:
        missing[reason] = missing.get(reason, 0) + n
    reasons, n_asked = tuple(sorted(missing.items())), one.n_asked + other.n_asked
    known = [it for it in (one, other) if it.mnok is not None]
    if not known:
        return Total(None, None, None, 0, n_asked, reasons)
    years = {it.year for it in known}
    return replace(
        known[0], mnok=sum((it.mnok for it in known if it.mnok is not None), Decimal(0)), n_known=one.n_known + other.n_known,
        n_asked=n_asked, missing=reasons, sources=tuple(sorted({source for it in known for source in it.sources})),
        year=years.pop() if len(years) == 1 else None,
    )  # fmt: skip


def _the_only(counted: Numbers, members: Numbers) -> list[int | None]:
    """The member of each group that has no other; None where there are several."""
    is_one = np.count_nonzero(counted, axis=1) == 1
    return [found if one else None for found, one in zip(members[counted.argmax(axis=1)].tolist(), is_one.tolist(), strict=True)]
