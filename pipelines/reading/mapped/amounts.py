"""Amounts as people write them: "£26.19m", "(4.2)", "between 20 and 25 million", "£1bn-£1.5bn". Knows no form and no mapping."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.reading.answers import cleaned

# What a word or a sign behind a number makes of it, in millions.
_SIZES: tuple[tuple[Decimal, str], ...] = (
    (Decimal(1000), r"bn|billions?|mrd\.?|milliard(?:er)?"),
    (Decimal(1), r"mn|mill\.?|millions?|million(?:er)?|m"),
    (Decimal("0.001"), r"tusen|thousands?|k"),
)
_CODES = ("GBP", "EUR", "USD", "SEK", "DKK", "ISK", "CHF", "CAD", "AUD", "NZD", "JPY", "NOK")
_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY", "kr": "NOK", "kr.": "NOK", "kroner": "NOK"}
# Nobody writes an amount in more signs than these, and the patterns below are slow on what is no amount.
_LONGEST = 120
_ANY_SIZE = "|".join(words for _, words in _SIZES)
_ANY_CURRENCY = "|".join([*_CODES, "[£€$¥]", r"kr\.?(?![a-z])", "kroner"])
_DIGITS = r"[0-9](?:[0-9., ]*[0-9])?|[.,][0-9]+"
_AMOUNT = re.compile(
    rf"(?P<outer>\()?(?P<minus>[+\-−–])? ?(?P<before>{_ANY_CURRENCY})? ?(?P<inner>\()?(?P<sign>[+\-−–])? ?(?P<digits>{_DIGITS})"
    rf" ?(?P<size>{_ANY_SIZE})?(?P<closed>\))? ?(?P<late>{_ANY_SIZE})? ?(?P<after>{_ANY_CURRENCY})?(?P<end>\))?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:between|from|mellom|fra)? ?(.*[0-9].*?) ?(?:\band\b|\bto\b|\bog\b|\btil\b|-|–|—) ?(.*[0-9].*)", re.IGNORECASE
)
_AT_LEAST = re.compile(r"(?:over|above|more than|at least|from|minst|mer enn|fra|[>≥]) ?(.*[0-9].*)", re.IGNORECASE)
_AT_MOST = re.compile(r"(?:under|below|less than|up to|at most|inntil|opptil|høyst|mindre enn|[<≤]) ?(.*[0-9].*)", re.IGNORECASE)
# Names of currencies in a header or above a table: signs beside a size, or codes that stand alone.
_SAID = (
    *((code, re.compile(rf"\b{code}\b")) for code in _CODES if code != "NOK"),
    ("GBP", re.compile(r"£|\bpounds?\b|\bsterling\b", re.IGNORECASE)),
    ("EUR", re.compile(r"€|\beuros?\b", re.IGNORECASE)),
    ("USD", re.compile(r"\$|\bdollars?\b", re.IGNORECASE)),
)
_SIZE_SAID = tuple((size, re.compile(rf"(?:\b|[£€$¥ ])(?:{words})(?![^\W\d_])", re.IGNORECASE)) for size, words in _SIZES)


@dataclass(frozen=True, slots=True)
class Written:
    """An amount as it is written: the number, what its own word makes of it in millions, and its currency, where it says them."""

    number: Decimal
    size: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A range in words. One end is None where it is open."""

    low: Written | None
    high: Written | None


# Reads plain digits; None where they can be read in several ways, or in none.
Digits = Callable[[str], Decimal | None]


def written_amount(text: str, digits: Digits) -> Written | None:
    """The amount that a text writes, brackets for less than zero; None where it writes none, or not one alone."""
    found = _AMOUNT.fullmatch(cleaned(text)) if len(text) <= _LONGEST else None
    if found is None:
        return None
    opened, closed = (sum(bool(found[name]) for name in names) for names in (("outer", "inner"), ("closed", "end")))
    signs = [sign for sign in (found["minus"], found["sign"]) if sign]
    sizes = [size for size in (found["size"], found["late"]) if size]
    currencies = {_currency(name) for name in (found["before"], found["after"]) if name}
    if opened != closed or opened > 1 or len(sizes) > 1 or len(currencies) > 1 or len(signs) > 1 or (opened and signs):
        return None
    number = digits(found["digits"])
    if number is None:
        return None
    is_negative = bool(opened) or (bool(signs) and signs[0] != "+")
    return Written(-number if is_negative else number, _size(sizes[0]) if sizes else None, next(iter(currencies), None))


def written_range(text: str, digits: Digits) -> Range | None:
    """The range that a text writes; None where it writes none. An end that says no size or currency has that of the other."""
    whole = cleaned(text)
    if len(whole) > _LONGEST or written_amount(whole, digits):
        return None
    for pattern, is_low in ((_AT_LEAST, True), (_AT_MOST, False)):
        if (found := pattern.fullmatch(whole)) and (end := written_amount(found[1], digits)):
            return Range(end, None) if is_low else Range(None, end)
    found = _RANGE.fullmatch(whole)
    low, high = (written_amount(part, digits) for part in found.groups()) if found else (None, None)
    if low is None or high is None or low.number < 0 or (low.currency and high.currency and low.currency != high.currency):
        return None
    low = replace(low, size=low.size or high.size, currency=low.currency or high.currency)
    high = replace(high, currency=high.currency or low.currency)
    if high.size is None and low.size is not None:
        return None  # "£1bn to 2": two of what?
    return Range(low, high) if _plain(low) <= _plain(high) else None


def currency_said(text: str) -> str | None:
    """The currency, not kroner, that a header or a text above a table says; None where it says none."""
    return next((code for code, said in _SAID if said.search(text)), None)


def size_said(text: str) -> Decimal | None:
    """What a header such as "Cost (£m)" or "USD million" makes of its numbers, in millions; None where it does not say it."""
    return next((size for size, said in _SIZE_SAID if said.search(text)), None)


def _currency(name: str) -> str:
    return _SIGNS.get(name.casefold(), name.upper())


def _size(word: str) -> Decimal:
    return next(size for size, words in _SIZES if re.fullmatch(words, word, re.IGNORECASE))


def _plain(amount: Written) -> Decimal:
    return amount.number * (amount.size or Decimal(1))
