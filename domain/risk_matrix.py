"""The classes of the risk matrix: where each begins, and what an agreement's own must be like. Reads no file."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from domain.facts import Fact, Id
from domain.faults import Fault

# Where the second and each later class begins.
Begins = tuple[Decimal, Decimal, Decimal, Decimal]
_AXES = ("probability_from_pct", "consequence_from_mnok")


class RiskMatrix(Fact):
    """Five classes of probability, in per cent, and five of consequence, in mill. kr. A class holds what it begins with.

    A decision names its day and its sources, which are ids of the agreement.
    """

    basis: Literal["local_setting", "decision"]
    sources: tuple[Id, ...] = ()
    decided_on: dt.date | None = None
    probability_from_pct: Begins
    consequence_from_mnok: Begins

    def probability_class(self, pct: Decimal) -> int:
        """0 for the least likely, 4 for the most."""
        return bisect_right(self.probability_from_pct, pct)

    def consequence_class(self, mnok: Decimal) -> int:
        """0 for the smallest, 4 for the largest."""
        return bisect_right(self.consequence_from_mnok, mnok)


def matrix_faults(content: Mapping[str, object]) -> Iterator[Fault]:
    """What the model cannot say: classes that do not rise or begin outside what there is, a decision without its papers."""
    for axis in _AXES:
        listed = content.get(axis)
        if not isinstance(listed, list) or not all(isinstance(it, (int, float, Decimal)) for it in listed):
            continue  # the model says what is wrong with the form
        highest = 100 if axis == _AXES[0] else None
        for number, begin in enumerate(listed):
            if begin <= 0 or (highest is not None and begin >= highest):
                yield Fault((axis, number), str(begin), "must be above 0" + (f" and below {highest}" if highest else ""))
        for number, (one, other) in enumerate(pairwise(listed)):
            if other <= one:
                yield Fault((axis, number + 1), str(other), "must be above the one before")
    if content.get("basis") == "decision":
        for name, accepted in (("sources", "must hold at least one"), ("decided_on", "must be the day of the decision")):
            if not content.get(name):
                yield Fault((name,), "", f"{accepted}, or the basis must be local_setting")


def own_matrix_faults(content: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the classes that the file of an agreement states, by their place in it; nothing where it states none."""
    own = content.get("risk_matrix")
    return [Fault(("risk_matrix", *it.location), *it[1:]) for it in matrix_faults(own)] if isinstance(own, dict) else []
