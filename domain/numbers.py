"""Numbers and dates as Norwegians and the English write them. No-break spaces, a real minus, units by the caller."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from domain.period import Period

_LOCALE = {"nb": "nb_NO", "en": "en_GB"}
NO_VALUE = "–"
# A page writes some hundred numbers, most of them those of the run before.
_KEPT = 8192
# Babel sets its own spaces, which differ between languages and releases, and plain ones in dates.
_NO_BREAK = str.maketrans({" ": "\u00a0", "\u202f": "\u00a0", "-": "\u2212"})


def decimal_text(number: float | None, decimals: int, language: str) -> str:
    """1 234,5 in bokmål and 1,234.5 in English; minus is U+2212; no minus zero; an en dash where there is no number."""
    if number is None or number != number:
        return NO_VALUE
    return _written(round(float(number), decimals) + 0.0, decimals, language)


@lru_cache(maxsize=_KEPT)
def _written(rounded: float, decimals: int, language: str) -> str:
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(rounded, pattern, locale=_LOCALE[language]).translate(_NO_BREAK)


@lru_cache(maxsize=_KEPT)
def exact_text(number: Decimal, language: str) -> str:
    """Like `decimal_text`, with every decimal that the number has and no closing zeros."""
    plain = number.normalize() if number else Decimal(0)
    decimals = max(0, -int(plain.as_tuple().exponent))
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(plain, pattern, locale=_LOCALE[language], decimal_quantization=False).translate(_NO_BREAK)


def signed_text(number: float | None, decimals: int, language: str) -> str:
    """Like `decimal_text`, with a plus before what is above zero."""
    said = decimal_text(number, decimals, language)
    return f"+{said}" if number is not None and round(float(number), decimals) > 0 else said


@lru_cache(maxsize=_KEPT)
def date_text(day: dt.date, language: str) -> str:
    """22. november 2026 and 22 November 2026, kept on one line."""
    pattern = "d. MMMM y" if language == "nb" else "d MMMM y"
    return format_date(day, pattern, locale=_LOCALE[language]).translate(_NO_BREAK)


@lru_cache(maxsize=_KEPT)
def month_text(day: dt.date, language: str) -> str:
    """april 2026 and April 2026, kept on one line."""
    return format_date(day, "LLLL y", locale=_LOCALE[language]).translate(_NO_BREAK)


def period_head(period: str, language: str) -> str:
    """A period as `period_text` has it, above a narrow column, where the year may stand on a line of its own."""
    return " ".join(period_text(period, language).rsplit("\u00a0", 1))


def period_text(period: str, language: str) -> str:
    """3. kvartal 2026 and Q3 2026; a month by its name; a year as it is."""
    found = Period.parse(period)
    if found.n_months == 3:
        quarter = (found.first.month + 2) // 3
        said = f"{quarter}. kvartal {found.first.year}" if language == "nb" else f"Q{quarter} {found.first.year}"
        return said.translate(_NO_BREAK)
    return month_text(found.first.first_day, language) if found.n_months == 1 else str(found)
