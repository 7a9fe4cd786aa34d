"""The classes of the risk matrix, and the reader of the file that says where they begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Literal

from domain.fact_files import Content, load_fact_file
from domain.facts import Fact
from domain.faults import Fault
from domain.load import BUILT_IN

_FILE = BUILT_IN.with_name("risk_matrix.yaml")
# Where the second and each later class begins.
Begins = tuple[Decimal, Decimal, Decimal, Decimal]
_AXES = ("probability_from_pct", "consequence_from_mnok")


class RiskMatrix(Fact):
    """Five classes of probability, in per cent, and five of consequence, in mill. kr. A class holds what it begins with."""

    basis: Literal["local_setting"]
    probability_from_pct: Begins
    consequence_from_mnok: Begins

    def probability_class(self, pct: Decimal) -> int:
        """0 for the least likely, 4 for the most."""
        return bisect_right(self.probability_from_pct, pct)

    def consequence_class(self, mnok: Decimal) -> int:
        """0 for the smallest, 4 for the largest."""
        return bisect_right(self.consequence_from_mnok, mnok)


@cache
def risk_matrix() -> RiskMatrix:
    """The classes that are built in. LoadError with every problem at once."""
    return load_fact_file(_FILE, RiskMatrix, "the risk matrix", matrix_faults)


def matrix_faults(content: Content) -> Iterator[Fault]:
    """What the model cannot say of the file: classes that do not rise, or that begin outside what there is."""
    for axis in _AXES:
        listed = content.get(axis)
        if not isinstance(listed, list) or not all(isinstance(it, (int, float, Decimal)) for it in listed):
            continue  # load_fact_file says what is wrong with the form
        highest = 100 if axis == _AXES[0] else None
        for number, begin in enumerate(listed):
            if begin <= 0 or (highest is not None and begin >= highest):
                yield Fault((axis, number), str(begin), "must be above 0" + (f" and below {highest}" if highest else ""))
        for number, (one, other) in enumerate(pairwise(listed)):
            if other <= one:
                yield Fault((axis, number + 1), str(other), "must be above the one before")
