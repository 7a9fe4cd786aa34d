"""Amounts that know what they are: added only where they may be, in one price by a named index, exact to the øre.

Pure. Amounts are mill. kr as exact decimals. Nothing is rounded but a finished sum, to the øre with halves away from zero; its
parts are rounded so that they add up to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Literal, TypeVar

from domain.returns import Missing

PriceKind = Literal["real", "nominal"]
ORE_PER_MNOK = 10**8
# Moves the point of any number of digits, in two thirds of the time that a text of them takes.
_MNOK_PLACES, _EXACT = -8, Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
# The code of a figure that is not there and says no reason.
NOT_STATED = "not_stated"
K = TypeVar("K", str, int, tuple[str, ...])


class MoneyRefused(ValueError):
    """Base of every reason not to add or convert amounts."""


class NotWholeOre(MoneyRefused):
    """An amount is not a whole number of øre."""


class MixedAmountTypes(MoneyRefused):
    """Amounts of different types, such as a budget and a forecast, are never added."""

    def __init__(self, amount_types: Iterable[str]) -> None:
        self.amount_types = tuple(sorted(set(amount_types)))
        super().__init__(f"{', '.join(self.amount_types)}; accepted: amounts of one type")


class MixedVat(MoneyRefused):
    """Amounts with and without VAT are never added, and no index turns one into the other."""

    def __init__(self) -> None:
        super().__init__("with VAT and without; accepted: one of them")


class MixedBases(MoneyRefused):
    """Amounts in different kroner, and no index to make them one. `bases` are those found, and the one asked for."""

    def __init__(self, bases: Iterable[Basis]) -> None:
        self.bases = tuple(sorted(set(bases), key=str))
        super().__init__(f"{'; '.join(map(str, self.bases))}; accepted: one basis, or a named index with the basis to convert to")


class YearNotKnown(MoneyRefused):
    """Nominal kroner cannot be converted, nor real ones made nominal, without the year that the money falls in."""


class IndexLacksYear(MoneyRefused):
    """The index has no figure for a year that a conversion needs."""

    def __init__(self, index: PriceIndex, year: int) -> None:
        self.year = year
        known = ", ".join(map(str, sorted(index.figure_by_year)))
        super().__init__(f"{index.price_index_id} {index.version} has no figure for {year}; it has {known}")


@dataclass(frozen=True, slots=True)
class Basis:
    """What kroner are worth. Real kroner have a price year, nominal ones have none. ValueError for anything else."""

    price_kind: PriceKind
    price_year: int | None
    includes_vat: bool

    def __post_init__(self) -> None:
        if (self.price_kind == "real") != (self.price_year is not None):
            raise ValueError(f"{self.price_kind} kroner, price year {self.price_year}; accepted: real with one, nominal without")

    def __str__(self) -> str:
        kind = f"real {self.price_year}" if self.price_kind == "real" else "nominal"
        return f"{kind} {'with' if self.includes_vat else 'without'} VAT"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in mill. kr with its type, its kroner and its source; `year` is the one that the money falls in. NotWholeOre."""

    mnok: Decimal
    amount_type: str
    basis: Basis
    source: str
    year: int | None = None

    def __post_init__(self) -> None:
        ore_of(self.mnok)


# A figure as reported: an amount, or why there is none. None is a blank.
Figure = Amount | Missing | None


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """One version of a named index: its figure of each year, above zero. Only ratios of figures are ever used."""

    price_index_id: str
    version: str
    # What is the same in all has the same hash without it, too.
    figure_by_year: Mapping[int, Decimal] = field(hash=False)

    def ratio(self, from_year: int, to_year: int) -> Fraction:
        """What a krone of one year is in kroner of another, exactly. IndexLacksYear, but never for a year and itself."""
        if from_year == to_year:
            return Fraction(1)
        for year in (from_year, to_year):
            if year not in self.figure_by_year:
                raise IndexLacksYear(self, year)
        return Fraction(self.figure_by_year[to_year]) / Fraction(self.figure_by_year[from_year])


@dataclass(frozen=True, slots=True)
class CommonPrice:
    """The kroner to convert to, and the index to do it with."""

    basis: Basis
    index: PriceIndex


@dataclass(frozen=True, slots=True)
class Total:
    """A sum with what it is a sum of. `mnok` is None where no figure is known: missing is not zero.

    `n_known` of `n_asked` figures are in it; `missing` counts the reasons of the others. `year` is the one year that all the
    money falls in. `index` is named with its version where the price of any amount was changed by it.
    """

    mnok: Decimal | None
    amount_type: str | None
    basis: Basis | None
    n_known: int
    n_asked: int
    missing: tuple[tuple[str, int], ...] = ()
    sources: tuple[str, ...] = ()
    year: int | None = None
    index: tuple[str, str] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every figure is known, and there is one."""
        return 0 < self.n_known == self.n_asked

    @property
    def figure(self) -> Figure:
        """The sum as an amount; without every figure it is none, for the most frequent of their reasons."""
        if self.mnok is None or self.amount_type is None or self.basis is None or not self.is_complete:
            return Missing(max(self.missing, key=lambda found: found[1])[0]) if self.missing else None
        return Amount(self.mnok, self.amount_type, self.basis, "; ".join(self.sources), self.year)


def basis_of(price_kind: str | None, price_year: int | None, includes_vat: bool | None) -> Basis | None:
    """The basis that a row states; None where a part of it is not known. A price year of nominal kroner says nothing."""
    if includes_vat is None:
        return None
    if price_kind == "real" and price_year is not None:
        return Basis("real", price_year, includes_vat)
    return Basis("nominal", None, includes_vat) if price_kind == "nominal" else None


def total(figures: Iterable[Figure], common: CommonPrice | None = None) -> Total:
    """The sum of amounts of one type and basis, or of any price when there is a common one to convert to.

    MixedAmountTypes, MixedVat, MixedBases; with a common price YearNotKnown and IndexLacksYear too.
    """
    given = list(figures)
    return _total(given, _as_ore(_exact_ore(_amounts(given), common)), common)


def totals_by(figures: Iterable[tuple[K, Figure]], common: CommonPrice | None = None) -> tuple[Total, dict[K, Total]]:
    """The sum of everything as `total` gives it, and that of each key in the order of keys: they add up to it, to the øre.

    What a conversion leaves of øre goes to the largest remainders, so that a part may differ by one from its sum taken alone.
    """
    by_key: dict[K, list[Figure]] = {}
    for key, figure in figures:
        by_key.setdefault(key, []).append(figure)
    everything = [figure for found in by_key.values() for figure in found]
    _refuse_mixed(_amounts(everything), common)
    exact = {key: _exact_ore(_amounts(by_key[key]), common) for key in sorted(by_key)}
    whole = _as_ore(sum(exact.values(), Fraction(0)))
    parts = zip(exact, _apportioned(whole, list(exact.values())), strict=True)
    return _total(everything, whole, common), {key: _total(by_key[key], ore, common) for key, ore in parts}


def converted(amount: Amount, common: CommonPrice) -> Amount:
    """The amount in the common price, to the øre. MixedVat, YearNotKnown, IndexLacksYear."""
    ore = _as_ore(_exact_ore([amount], common))
    return Amount(mnok_of(ore), amount.amount_type, common.basis, amount.source, amount.year)


def ratio(basis: Basis, year: int | None, common: CommonPrice) -> Fraction:
    """What a krone of a basis, in money that falls in a year, is in the common price, exactly. MixedVat, YearNotKnown,
    IndexLacksYear."""
    refuse_mixed_kinds(set(), {basis, common.basis})
    years = _years(basis, year, common.basis)
    return common.index.ratio(*years) if years else Fraction(1)


def times(ore: Iterable[int], by: Fraction) -> list[int]:
    """Each amount by itself times a ratio above zero, to the øre, halves away from zero."""
    over, under = by.numerator, by.denominator
    return [(2 * it * over + under) // (2 * under) if it >= 0 else -((-2 * it * over + under) // (2 * under)) for it in ore]


def ore_of(mnok: Decimal) -> int:
    """Mill. kr as øre. NotWholeOre."""
    numerator, denominator = mnok.as_integer_ratio() if mnok.is_finite() else (1, 0)
    if denominator == 0 or ORE_PER_MNOK * numerator % denominator:
        raise NotWholeOre(f"{mnok} mill. kr; accepted: whole øre, eight decimals at most")
    return ORE_PER_MNOK * numerator // denominator


def mnok_of(ore: int) -> Decimal:
    """Øre as mill. kr, exact however large, with eight decimals."""
    return _EXACT.scaleb(ore, _MNOK_PLACES)


def to_ore(mnok: Fraction) -> Decimal:
    """The nearest whole øre, halves away from zero."""
    return mnok_of(_as_ore(mnok * ORE_PER_MNOK))


def _total(figures: Sequence[Figure], ore: int, common: CommonPrice | None) -> Total:
    amounts = _amounts(figures)
    reasons = Counter(figure.code if figure else NOT_STATED for figure in figures if not isinstance(figure, Amount))
    missing = tuple(sorted(reasons.items()))
    if not amounts:
        return Total(None, None, None, 0, len(figures), missing)
    basis = common.basis if common else amounts[0].basis
    years = {amount.year for amount in amounts}
    return Total(
        mnok_of(ore), amounts[0].amount_type, basis, len(amounts), len(figures), missing,
        tuple(sorted({amount.source for amount in amounts})),
        years.pop() if len(years) == 1 else None,
        (common.index.price_index_id, common.index.version) if common and _is_repriced(amounts, common.basis) else None,
    )  # fmt: skip


def _amounts(figures: Iterable[Figure]) -> list[Amount]:
    return [figure for figure in figures if isinstance(figure, Amount)]


def _exact_ore(amounts: Sequence[Amount], common: CommonPrice | None) -> Fraction:
    """The sum of the amounts before it is rounded. Every reason to refuse it."""
    _refuse_mixed(amounts, common)
    if common is None:
        return Fraction(sum(ore_of(amount.mnok) for amount in amounts))
    by_years: dict[tuple[int, int] | None, int] = {}
    for amount in amounts:
        years = _years(amount.basis, amount.year, common.basis)
        by_years[years] = by_years.get(years, 0) + ore_of(amount.mnok)
    return sum((ore * (common.index.ratio(*years) if years else Fraction(1)) for years, ore in by_years.items()), Fraction(0))


def _refuse_mixed(amounts: Sequence[Amount], common: CommonPrice | None) -> None:
    bases = {amount.basis for amount in amounts}
    asked = bases | {common.basis} if common and bases else bases
    refuse_mixed_kinds({amount.amount_type for amount in amounts}, asked)
    if common is None and len(bases) > 1:
        raise MixedBases(bases)


def refuse_mixed_kinds(amount_types: set[str], bases: Iterable[Basis]) -> None:
    """MixedAmountTypes, MixedVat where amounts of these types and bases may not be added."""
    if len(amount_types) > 1:
        raise MixedAmountTypes(amount_types)
    if len({basis.includes_vat for basis in bases}) > 1:
        raise MixedVat


def _years(basis: Basis, year: int | None, to: Basis) -> tuple[int, int] | None:
    """From which year's kroner to which money of a year goes; None where it stays as it is. YearNotKnown."""
    if basis == to:
        return None
    from_year = basis.price_year if basis.price_year is not None else year
    to_year = to.price_year if to.price_year is not None else year
    if from_year is None or to_year is None:
        raise YearNotKnown(f"{basis} to {to}; accepted: an amount with the year that it falls in")
    return from_year, to_year


def _is_repriced(amounts: Iterable[Amount], to: Basis) -> bool:
    found = (_years(amount.basis, amount.year, to) for amount in amounts)
    return any(years is not None and years[0] != years[1] for years in found)


def _as_ore(exact: Fraction) -> int:
    """Rounded, halves away from zero, so that a minus changes the sign and nothing else."""
    half_up = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return half_up if exact >= 0 else -half_up


def _apportioned(whole: int, exact: Sequence[Fraction]) -> list[int]:
    """Each part rounded down, and one øre more for as many of the largest remainders as the whole needs; of equals the first."""
    floors = [part.numerator // part.denominator for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for place in by_remainder[: whole - sum(floors)]:
        floors[place] += 1
    return floors
