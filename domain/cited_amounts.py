"""What the words of public sources mean: the type of an amount, its kroner, whether a date has come. Read once from its file.

A phrase that the file does not hold is unknown, and what is unknown is compared with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Literal

from pydantic import Field

from domain.fact_files import Content, doubles, load_fact_file, mappings_in
from domain.facts import Fact
from domain.faults import Fault, quoted
from domain.load import BUILT_IN

CITED_WORDS = BUILT_IN.with_name("cited_amounts.yaml")
AmountType = Literal[
    "total_estimate", "p50", "p85", "forecast", "overrun_step", "remaining_need", "programme_grant", "earlier_grant",
    "contract_value", "budget", "spent", "frame", "unknown",
]  # fmt: skip
Tells = Literal["whole_cost", "increase", "need", "grant", "contract", "year", "frame", "nothing"]
PriceKind = Literal["real", "nominal", "not_stated"]
Land = Literal["included", "excluded"]
DateKind = Literal["planned", "actual", "stated"]
# Where the amount stands in the words of a note.
_AMOUNT = "{amount}"
_NUMBER = r"(\d[\d\s]*(?:,\d+)?)"


class AmountKind(Fact):
    """One type of amount: what it tells of a project, and whether amounts of it make a series."""

    amount_type: AmountType
    tells: Tells
    forms_series: bool


class AmountWords(Fact):
    """A phrase for an amount. `land` and `includes_vat` are None where it says nothing of them."""

    stated_as: str
    amount_type: AmountType
    land: Land | None = None
    includes_vat: bool | None = None
    is_about: bool = False
    is_part: bool = False
    is_per_year: bool = False


class PriceWords(Fact):
    """A phrase for what kroner are worth. Only real kroner have a price year."""

    price_stated: str
    price_kind: PriceKind
    price_year: int | None = None
    price_quarter: int | None = Field(default=None, ge=1, le=4)
    includes_vat: bool | None = None
    is_about: bool = False


class NoteWords(Fact):
    """A whole note that states an amount, which stands where `{amount}` is."""

    note: str
    amount_type: AmountType
    is_about: bool = False
    is_part: bool = False


class DateWords(Fact):
    """A phrase for a line of dates: whether they are planned or have come."""

    stated_as: str
    dates: Literal["planned", "actual"]


class PhaseWords(Fact):
    """A phrase for how far a project is."""

    phase_stated: str
    is_opened: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an amount is, as far as the words about it say. None and `not_stated` are what they do not say."""

    amount_type: AmountType
    tells: Tells
    forms_series: bool
    price_kind: PriceKind
    price_year: int | None = None
    price_quarter: int | None = None
    includes_vat: bool | None = None
    land: Land | None = None
    is_about: bool = False
    is_part: bool = False
    is_per_year: bool = False

    @property
    def comparable_group(self) -> str | None:
        """The same for amounts that may be compared: of one type, in the same kroner, with the same contents; None for no other.

        An unknown price level is not the same as another unknown one.
        """
        if not self.forms_series or self.price_kind == "not_stated":
            return None
        vat = {None: "vat_not_stated", True: "incl_vat", False: "excl_vat"}[self.includes_vat]
        quarter = f"q{self.price_quarter}" if self.price_quarter else ""
        land = f"land_{self.land}" if self.land else ""
        parts = (self.amount_type, self.price_kind, str(self.price_year or ""), quarter, vat, land)
        return ":".join(part for part in parts if part)


class CitedWords(Fact):
    """Every phrase that is known, and the types of amount."""

    amount_types: tuple[AmountKind, ...] = Field(min_length=1)
    amount_words: tuple[AmountWords, ...]
    price_words: tuple[PriceWords, ...]
    note_words: tuple[NoteWords, ...]
    date_words: tuple[DateWords, ...]
    phase_words: tuple[PhaseWords, ...]

    def kind(self, amount_type: str) -> AmountKind:
        """The type of a code. KeyError with the types that there are."""
        for found in self.amount_types:
            if found.amount_type == amount_type:
                return found
        raise KeyError(f"{amount_type!r}; there are {', '.join(found.amount_type for found in self.amount_types)}")

    def meaning(self, stated_as: str, price_stated: str, own_type: str = "") -> Meaning:
        """What an amount is. Unknown where its phrase is, or where the list that it stands in gives it another type."""
        words = next((found for found in self.amount_words if found.stated_as == stated_as), None)
        price = next((found for found in self.price_words if found.price_stated == price_stated), None)
        is_known = words is not None and own_type in ("", words.amount_type)
        kind = self.kind(words.amount_type if words and is_known else "unknown")
        meaning = Meaning(kind.amount_type, kind.tells, kind.forms_series, price.price_kind if price else "not_stated")
        if price:
            meaning = replace(
                meaning, price_year=price.price_year, price_quarter=price.price_quarter, includes_vat=price.includes_vat,
                is_about=price.is_about,
            )  # fmt: skip
        if not words or not is_known:
            return meaning
        return replace(
            meaning, land=words.land, is_about=meaning.is_about or words.is_about, is_part=words.is_part,
            is_per_year=words.is_per_year, includes_vat=_vat(meaning.includes_vat, words.includes_vat),
        )  # fmt: skip

    def in_note(self, note: str) -> tuple[Decimal, Meaning] | None:
        """The amount in mill. kr that a note states, and what it is; None for a note without a known phrase."""
        for words in self.note_words:
            found = re.fullmatch(re.escape(words.note).replace(re.escape(_AMOUNT), _NUMBER), note)
            if found:
                kind = self.kind(words.amount_type)
                meaning = Meaning(
                    kind.amount_type, kind.tells, kind.forms_series, "not_stated", is_about=words.is_about, is_part=words.is_part
                )
                return Decimal(re.sub(r"\s", "", found[1]).replace(",", ".")), meaning
        return None

    def date_kind(self, stated_as: str, phase_stated: str) -> DateKind:
        """Whether the dates of a line are planned or have come; `stated` where its words do not say."""
        words = next((found for found in self.date_words if found.stated_as == stated_as), None)
        if words:
            return words.dates
        is_opened = any(found.is_opened for found in self.phase_words if found.phase_stated == phase_stated)
        return "actual" if is_opened else "stated"


def _vat(*said: bool | None) -> bool | None:
    """What is said of VAT; None where nothing is, or the contrary, too."""
    found = {each for each in said if each is not None}
    return found.pop() if len(found) == 1 else None


@cache
def cited_words() -> CitedWords:
    """The phrases of the built-in file. LoadError with every problem at once."""
    return load_fact_file(CITED_WORDS, CitedWords, "the words of cited amounts", cited_faults)


def cited_faults(content: Content) -> Iterator[Fault]:
    """What the model cannot say of the file: phrases given twice, a price year too many or too few, a note without amount."""
    keys = {
        "amount_types": "amount_type", "amount_words": "stated_as", "price_words": "price_stated", "note_words": "note",
        "date_words": "stated_as", "phase_words": "phase_stated",
    }  # fmt: skip
    for name, key in keys.items():
        yield from doubles(content, name, key)
    listed = {kind.get("amount_type") for _, kind in mappings_in(content, "amount_types")}
    for name in ("amount_words", "note_words"):
        for number, item in mappings_in(content, name):
            if item.get("amount_type") not in listed:
                yield Fault((name, number, "amount_type"), quoted(item.get("amount_type")), "must be one of amount_types")
    for number, item in mappings_in(content, "price_words"):
        if (item.get("price_kind") == "real") != (item.get("price_year") is not None):
            yield Fault(("price_words", number, "price_year"), "", "must be given for real kroner, and for no other")
    for number, item in mappings_in(content, "note_words"):
        if str(item.get("note", "")).count(_AMOUNT) != 1:
            yield Fault(("note_words", number, "note"), quoted(item.get("note")), f"must hold {_AMOUNT} once")
