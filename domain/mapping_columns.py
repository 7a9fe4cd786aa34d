"""One column of another form: where it stands, in what unit, sign, currency and format, and what its words mean.

The parts that a mapping (domain/mappings.py) points with.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.facts import Fact, Id

OwnUnit = Literal["kr", "tkr", "mnok", "mrd", "pct", "share"]
Unit = Literal[OwnUnit, "one", "thousand", "million", "billion"]
# What one of their units is in ours: million kroner, and per cent. The last four are of the mapping's own currency.
FACTORS: dict[str, Decimal] = {
    "kr": Decimal("0.000001"), "tkr": Decimal("0.001"), "mnok": Decimal(1), "mrd": Decimal(1000),
    "pct": Decimal(1), "share": Decimal(100),
    "one": Decimal("0.000001"), "thousand": Decimal("0.001"), "million": Decimal(1), "billion": Decimal(1000),
}  # fmt: skip
KRONER_UNITS: tuple[Unit, ...] = ("kr", "tkr", "mnok", "mrd")
CURRENCY_UNITS: tuple[Unit, ...] = ("one", "thousand", "million", "billion")
PERCENT_UNITS: tuple[Unit, ...] = ("pct", "share")
MONEY_UNITS = (*KRONER_UNITS, *CURRENCY_UNITS)
Sign = Literal[1, -1, "over_is_positive", "over_is_negative", "saving_is_positive"]
Kind = Literal["sum", "difference", "ratio_pct"]
_TURNED = frozenset({-1, "over_is_negative", "saving_is_positive"})
_COLUMN_LETTERS = re.compile(r"[A-Za-z]{1,3}")


def _as_header(given: object) -> object:
    """A header as it is looked for: one text, or two for a header of two rows."""
    parts = given if isinstance(given, (list, tuple)) else [given]
    if not 1 <= len(parts) <= 2:
        raise PydanticCustomError("header", "must be one text, or two for a header of two rows")
    return tuple(part if isinstance(part, str) else _plain(part) for part in parts)


def _as_text(given: object) -> object:
    return given if isinstance(given, str) else _plain(given)


def _plain(given: object) -> object:
    """Numbers and days, which YAML makes of 2026 and 2026-04-30, as they were written."""
    return str(given) if isinstance(given, (int, float, dt.date)) and not isinstance(given, bool) else given


def _as_place(given: object) -> object:
    """The number of a row, or of a column that may be given by its letters."""
    if isinstance(given, str) and _COLUMN_LETTERS.fullmatch(given):
        number = 0
        for letter in given.upper():
            number = number * 26 + ord(letter) - 64
        return number
    return given


def _as_places(given: object) -> object:
    parts = given if isinstance(given, (list, tuple)) else [given]
    if not 1 <= len(parts) <= 2:
        raise PydanticCustomError("places", "must be one row or column, or two for a header of two")
    return tuple(_as_place(part) for part in parts)


def _as_several(given: object) -> object:
    """One text as a list of one."""
    return (given,) if isinstance(given, str) else given


def texts_of_keys(given: object) -> object:
    """A mapping whose keys are texts, as they were written."""
    return {_as_text(key): inner for key, inner in given.items()} if isinstance(given, dict) else given


Text = Annotated[str, BeforeValidator(_as_text)]
Header = Annotated[tuple[str, ...], BeforeValidator(_as_header)]
Place = Annotated[int, BeforeValidator(_as_place), Field(ge=1, le=50_000)]
Places = Annotated[tuple[Place, ...], BeforeValidator(_as_places)]
DateFormats = Annotated[tuple[str, ...], BeforeValidator(_as_several)]
# Their words for an answer that is missing, and our codes. One that ends in * stands for every text that begins so.
MissingWords = Annotated[dict[str, Id], BeforeValidator(texts_of_keys)]


def _from_header(given: Any) -> Any:
    return given if isinstance(given, (dict, Fact)) else {"header": given}


class TheirNumber(Fact):
    """A column of theirs, found by its header. With unit and sign its numbers are ours: over the plan is positive.

    `nth` tells columns apart that have the same header, counted from one.
    """

    header: Header
    nth: Annotated[int, Field(ge=1, le=200)] | None = None
    unit: Unit | None = None
    sign: Sign = 1

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        return _from_header(given)

    @property
    def factor(self) -> Decimal:
        """What a number of theirs is multiplied by; of another currency to millions of it."""
        factor = FACTORS[self.unit] if self.unit else Decimal(1)
        return -factor if self.sign in _TURNED else factor


class TheirColumn(TheirNumber):
    """Which of their columns answers one of ours. `blank_means` is why a blank cell has no answer, where that is known.

    `missing` are words of this column alone. `range` is what a range in words answers: its low or its high end, or a code for why
    it is no number.
    """

    scale: Id | None = None
    date_format: DateFormats = ()
    blank_means: Id | None = None
    missing: MissingWords = Field(default_factory=dict)
    range: Id | None = None


class LeftOut(Fact):
    """A column of theirs that is not to be read, and why: it was filled in afterwards, or our form does not ask it."""

    header: Header
    nth: Annotated[int, Field(ge=1, le=200)] | None = None
    why: Literal["back_filled", "not_asked"]


class Calculation(Fact):
    """What a number of theirs must be, of their own others."""

    sum: tuple[TheirNumber, ...] = ()
    difference: tuple[TheirNumber, ...] = ()
    ratio_pct: tuple[TheirNumber, ...] = ()

    @property
    def terms(self) -> tuple[TheirNumber, ...]:
        return self.sum or self.difference or self.ratio_pct

    @property
    def kind(self) -> Kind:
        return "sum" if self.sum else "difference" if self.difference else "ratio_pct"


def computed(kind: Kind, operands: Sequence[Decimal]) -> Decimal | None:
    """What a calculation gives of numbers in the order of its terms; None for a part of nothing."""
    if kind == "sum":
        return sum(operands, Decimal(0))
    if kind == "difference":
        return operands[0] - operands[1]
    return 100 * operands[0] / operands[1] if operands[1] else None


class Recomputation(TheirNumber):
    """A column of theirs that others give. If it does not come out, a sign or a unit of the mapping is wrong, or their file."""

    equals: Calculation


class Currency(Fact):
    """The money of a form that is not in kroner: what one unit is in kroner, on which day, and who says so.

    One rate for every report of the form, so that no movement of the exchange shows as a cost that grows.
    """

    code: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    nok: Annotated[Decimal, Field(gt=0)]
    on: dt.date
    source: Annotated[str, Field(min_length=1, max_length=80)]

    @property
    def said(self) -> str:
        """The conversion in a few words, for whoever reads the source of an amount."""
        return f"1 {self.code} = {self.nok.normalize():f} NOK ({self.source}, {self.on.isoformat()})"
