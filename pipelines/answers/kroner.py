"""What kroner amounts are stated in, and whole columns of them in one price: each to the øre by itself, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.answers.columns import Numbers, coded, flags, known, numbers
from pipelines.answers.prices import NOMINAL, Price
from pipelines.methods.money import CommonPrice, PriceIndex, basis_of, times

# What 64 bits hold.
_MOST = 2**63 - 1
# Above every year, and what is said of VAT by number.
_YEARS = 10_000
_VAT = (None, False, True)
# Price kind, price year and with VAT, as a row states them.
Kroner = tuple[str | None, int | None, bool | None]

KRONER = ("price_kind", "price_year", "includes_vat")


def kroner_of(row: Mapping[str, Any]) -> Kroner:
    """Price kind, price year and with VAT of a row of a mart."""
    return row["price_kind"], row["price_year"], row["includes_vat"]


def stated_kroner(table: pa.Table, names: Sequence[str] = KRONER) -> tuple[Numbers, tuple[Kroner, ...]]:
    """What the amounts of each row are stated in, by number, and what the numbers mean. `names` are the three columns."""
    kind, year, vat = names
    kinds, known_kinds = coded(table, kind)
    with_vat = np.where(known(table, vat), flags(table, vat).astype(np.int64), -1)
    # One number of the three, each above zero.
    together = ((kinds + 1) * _YEARS + numbers(table, year, -1) + 1) * len(_VAT) + with_vat + 1
    codes, found = pd.factorize(together)
    return codes, tuple(
        (known_kinds[of - 1] if of else None, price_year - 1 if price_year else None, _VAT[has_vat])
        for of, price_year, has_vat in (
            (it // len(_VAT) // _YEARS, it // len(_VAT) % _YEARS, it % len(_VAT)) for it in found.tolist()
        )
    )


def most_used_price(lines_by_kroner: Mapping[Kroner, int]) -> Price | None:
    """The kroner that most rows were reported in, without an index; None where no row says."""
    n_lines: dict[Any, int] = {}
    for kroner, n in lines_by_kroner.items():
        if basis := basis_of(*kroner):
            n_lines[basis] = n_lines.get(basis, 0) + n
    if not n_lines:
        return None
    basis = min(n_lines, key=lambda found: (-n_lines[found], str(found)))
    choice = NOMINAL if basis.price_year is None else str(basis.price_year)
    return Price(choice, CommonPrice(basis, PriceIndex("", "", {})), None, None)


def times_each(ore: Numbers, ratios: Sequence[Fraction], which: Numbers) -> Numbers:
    """Each amount by itself times its own of the ratios, which are above zero, to the øre, halves away from zero."""
    most = 2 * int(np.abs(ore).max(initial=0)) * max((it.numerator for it in ratios), default=1)
    if most + max((it.denominator for it in ratios), default=1) > _MOST:
        one_by_one = zip(ore.tolist(), which.tolist(), strict=True)
        return np.array([times([it], ratios[place])[0] for it, place in one_by_one], np.int64)
    over, under = (
        np.array(part, np.int64)[which] for part in ([it.numerator for it in ratios], [it.denominator for it in ratios])
    )
    found: Numbers = np.sign(ore) * ((2 * np.abs(ore) * over + under) // (2 * under))
    return found
