"""Columns of what a snapshot answers, as arrays: texts as Python has them, whole numbers, flags, and amounts as whole øre."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Texts = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# As marts keep mill. kr: the unscaled number is the amount in øre.
_MNOK = pa.decimal128(18, 8)
# Up to so many places to mark, marking them is quicker than to look for pairs that are the same.
_MOST_PLACES = 500_000


class Coded(NamedTuple):
    """Texts by number: the number of each row, -1 where there is none, and what the numbers mean, each text once."""

    codes: Numbers
    names: Texts

    @property
    def texts(self) -> Texts:
        """The text of each row, None where there is none. Same texts are one object, so that they compare at once."""
        return said_by(self.codes, self.names)

    def where(self, chosen: npt.NDArray[Any]) -> Coded:
        """The chosen rows: a flag for each, or their places."""
        return Coded(self.codes[chosen], self.names)

    def in_order(self) -> Coded:
        """The same with numbers in the order of the texts."""
        order = np.argsort(self.names, kind="stable")
        place = np.empty(len(order) + 1, np.int64)
        place[order], place[-1] = np.arange(len(order)), -1
        return Coded(place[self.codes], self.names[order])


def coded(table: pa.Table, name: str) -> Coded:
    """The texts of a column by number, in the order in which rows have them first."""
    column = table[name].combine_chunks().dictionary_encode()
    codes = np.asarray(column.indices.fill_null(-1).to_numpy(), np.int64)
    return Coded(codes, column.dictionary.to_numpy(zero_copy_only=False))


def coded_each(found: Sequence[str]) -> Coded:
    """Texts by number, in the order in which they come first."""
    return Coded(*pd.factorize(object_array(found)))


def object_array(found: Sequence[Any]) -> npt.NDArray[np.object_]:
    """What is listed as an array, also of nothing, and of sequences."""
    array = np.empty(len(found), object)
    array[:] = found
    return array


def numbers(table: pa.Table, name: str, instead: int = 0) -> Numbers:
    """The whole numbers of a column, `instead` where there is none."""
    column = table[name]
    filled = column.fill_null(instead) if column.null_count else column
    return np.asarray(filled.to_numpy(), np.int64)


def flags(table: pa.Table, name: str) -> Flags:
    """The flags of a column, false where there is none."""
    return np.asarray(table[name].fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def known(table: pa.Table, name: str) -> Flags:
    """Whether a column has anything, row by row."""
    return np.asarray(table[name].is_valid().to_numpy(zero_copy_only=False), np.bool_)


def ore(table: pa.Table, name: str) -> Numbers:
    """The amounts of a column of mill. kr in whole øre, exactly, 0 where there is none. TypeError for another kind of number."""
    column = table[name].combine_chunks()
    if column.type != _MNOK:
        raise TypeError(f"{name} is {column.type}; accepted: {_MNOK}")
    if column.null_count:
        column = column.fill_null(0)
    # An amount has 128 bits, the lower half first; eighteen digits fit into that.
    halves = np.frombuffer(column.buffers()[1], np.dtype("<i8"))
    return halves[2 * column.offset : 2 * (column.offset + len(column)) : 2].astype(np.int64)


def summed(groups: Numbers, amounts: Numbers, n_groups: int) -> Numbers:
    """The whole numbers of each group together. `groups` is the number of the group of each."""
    found = np.zeros(n_groups, np.int64)
    np.add.at(found, groups, amounts)
    return found


def n_different(groups: Numbers, members: Numbers, n_groups: int, n_members: int) -> Numbers:
    """How many different members each group has. `groups` and `members` are the numbers of those of each row."""
    pairs = groups * n_members + members
    if n_groups * n_members > _MOST_PLACES:
        return np.bincount(pd.unique(pairs) // n_members, minlength=n_groups)
    seen = np.zeros(n_groups * n_members, np.bool_)
    seen[pairs] = True
    return np.count_nonzero(seen.reshape(n_groups, n_members), axis=1)


def entries(table: pa.Table, name: str) -> list[Any]:
    """What a column has, as Python has it, None where there is nothing. Days go by numpy: one by one they take thirty times."""
    if pa.types.is_date(table[name].type):
        days: list[dt.date | None] = table[name].to_numpy(zero_copy_only=False).tolist()
        return days
    found: list[Any] = table[name].to_pylist()
    return found


def missing_codes(table: pa.Table, names: Sequence[str]) -> tuple[dict[str, Numbers], tuple[str, ...]]:
    """Why cells of columns have no number, as the column `missing` of a row says it, by number: -1 for no reason.

    And what the numbers mean, for all the columns: codes of the form.
    """
    codes, said = coded(table, "missing")
    found = [_codes(text) for text in said]
    reasons = tuple(dict.fromkeys(reason for own in found for name in names if (reason := own.get(name))))
    number = {reason: place for place, reason in enumerate(reasons)}
    # The last one is of the rows that say nothing.
    return {
        name: np.array([*(number.get(own.get(name, ""), -1) for own in found), -1], np.int64)[codes] for name in names
    }, reasons


def said_by(codes: Numbers, said: Sequence[str] | Texts) -> Texts:
    """What numbers mean, None for -1."""
    return np.array([*said, None], object)[codes]


@lru_cache(maxsize=4096)
def _codes(text: str) -> dict[str, str]:
    return {name: found["missing"] for name, found in json.loads(text).items()}
