"""The kroner that money is shown in: which can be chosen, and a figure in them, or why it cannot be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from domain.model import Agreement
from domain.price_indices import PriceIndex as NamedIndex
from domain.price_indices import price_indices_for
from domain.returns import Missing
from pipelines.methods.money import (
    Amount,
    Basis,
    CommonPrice,
    Figure,
    IndexLacksYear,
    MixedVat,
    PriceIndex,
    YearNotKnown,
    basis_of,
    converted,
    ratio,
)

NOMINAL = "nominal"
# How many of the newest years of an index can be chosen.
_YEARS_BACK = 3
# Why a figure is not shown in the chosen kroner, beside the codes of the form.
NO_INDEX, NO_YEAR, OTHER_VAT, NO_BASIS = "no_index", "no_year", "other_vat", "no_basis"


@dataclass(frozen=True, slots=True)
class Price:
    """The chosen kroner: `choice` is a price year as text, or nominal. `index` is the one to convert with, where there is one.

    An agreement without a stated price year and without an index shows amounts only in the kroner that they were reported in.
    """

    choice: str
    common: CommonPrice
    index: NamedIndex | None = field(hash=False)
    index_version: str | None

    @property
    def is_nominal(self) -> bool:
        return self.choice == NOMINAL


def price_choices(agreement: Agreement, as_of: dt.date) -> tuple[str, ...]:
    """The kroner that can be chosen, the agreement's own price year first, then the years of the index, then nominal."""
    own = str(agreement.price_year) if isinstance(agreement.price_year, int) else None
    index = _index(agreement)
    version = index.known_on(as_of) if index else None
    if version is None:
        return (own,) if own else ()
    years = [str(year) for year in sorted(version.figure_by_year) if version.standing(year) != "projected"][-_YEARS_BACK:]
    return (*([own] if own else []), *(year for year in years if year != own), NOMINAL)


def price(agreement: Agreement, as_of: dt.date, choice: str | None = None) -> Price | None:
    """The price of a choice, by default the agreement's own; None where nothing can be chosen. Money is without VAT.

    The index is the version that was known on the date, so that a view of an earlier day converts as it was done then.
    """
    choices = price_choices(agreement, as_of)
    if not choices:
        return None
    chosen = choice if choice in choices else choices[0]
    basis = Basis("nominal", None, False) if chosen == NOMINAL else Basis("real", int(chosen), False)
    index = _index(agreement)
    version = index.known_on(as_of) if index else None
    if index is None or version is None:
        return Price(chosen, CommonPrice(basis, PriceIndex("", "", {})), None, None)
    return Price(
        chosen,
        CommonPrice(basis, PriceIndex(index.price_index_id, version.version, version.figure_by_year)),
        index,
        version.version,
    )


def figure_in(
    price: Price | None,
    mnok: Decimal | None,
    amount_type: str,
    kroner: tuple[str | None, int | None, bool | None],
    source: str,
    year: int | None = None,
    missing: str | None = None,
) -> Figure:
    """An amount as reported in the chosen kroner, or why there is none. `missing` is the code of a cell without a number.

    `kroner` are price kind, price year and with VAT. Without a price the amount stays in its own.
    """
    if mnok is None:
        return Missing(missing) if missing else None
    found, basis = ratio_in(price, kroner, year), basis_of(*kroner)
    if isinstance(found, Missing) or basis is None:
        return found if isinstance(found, Missing) else Missing(NO_BASIS)
    amount = Amount(mnok, amount_type, basis, source, year)
    return amount if price is None or basis == price.common.basis else converted(amount, price.common)


def ratio_in(price: Price | None, kroner: tuple[str | None, int | None, bool | None], year: int | None) -> Fraction | Missing:
    """What a krone as stated, of money that falls in a year, is in the price; or why that is not known."""
    basis = basis_of(*kroner)
    if basis is None:
        return Missing(NO_BASIS)
    if price is None or basis == price.common.basis:
        return Fraction(1)
    try:
        return ratio(basis, year, price.common)
    except IndexLacksYear:
        return Missing(NO_INDEX)
    except YearNotKnown:
        return Missing(NO_YEAR)
    except MixedVat:
        return Missing(OTHER_VAT)


def _index(agreement: Agreement) -> NamedIndex | None:
    """The agreement's index: the first of those that hold for it by name, else of those that hold for any."""
    found = sorted(price_indices_for(agreement), key=lambda it: (not it.holds_for, it.price_index_id))
    return found[0] if found else None
