"""What kroner amounts are stated in, and whole columns of them in one price: each to the øre by itself, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.returns import Missing
from pipelines.answers.prices import NOMINAL, Price, ratio_in
from pipelines.methods.money import CommonPrice, PriceIndex, basis_of, times

# Price kind, price year and with VAT, as a row states them.
Kroner = tuple[str | None, int | None, bool | None]


def kroner_of(row: Mapping[str, Any]) -> Kroner:
    """Price kind, price year and with VAT of a row of a mart."""
    return row["price_kind"], row["price_year"], row["includes_vat"]


def kroner_from(text: str) -> Kroner:
    """The three of a text that has them with colons between, none where nothing stands."""
    kind, year, includes_vat = text.split(":")
    return kind or None, int(year) if year else None, includes_vat == "true" if includes_vat else None


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


def in_price(ore: npt.NDArray[np.int64], kroner: Kroner, year: int, price: Price | None) -> npt.NDArray[np.int64] | Missing:
    """Amounts that are stated in the same kroner and fall in the same year, in the price; or why they cannot be in it."""
    ratio = ratio_in(price, kroner, year)
    if isinstance(ratio, Missing):
        return ratio
    return ore if ratio == 1 else np.array(times(ore.tolist(), ratio), np.int64)
