"""The day that figures of another form are of, however its sender writes it: a date, a month, a quarter, a tertial."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from babel.dates import get_month_names

from domain.facts import LocalText
from domain.forms import FormColumn, load_form
from domain.period import Month
from pipelines.reading.answers import answer_of, cleaned, folded
from pipelines.reading.workbook import Scalar

# A date within a text, such as "Per 30.04.2026" or "Status pr. 30. april 2026".
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\. ?[0-9]{1,2}\. ?[0-9]{4}|[0-9]{1,2}\. ?[^\W\d_]+\.? [0-9]{4}")
_PARTS_OF_YEAR = (
    (re.compile(r"(?:([1-3])\. ?tertial|t([1-3])|tertial ([1-3])) ?,?/? ?([0-9]{4})|([0-9]{4})[- ]?t([1-3])"), 4),
    (re.compile(r"(?:([1-4])\. ?kvartal|[kq]([1-4])|kvartal ([1-4])) ?,?/? ?([0-9]{4})|([0-9]{4})[- ]?[kq]([1-4])"), 3),
)
_QUARTER = _PARTS_OF_YEAR[1][0]
_EPOCH = dt.date(1899, 12, 30)
_FIRST_SERIAL, _AFTER_SERIALS = ((dt.date(year, 1, 1) - _EPOCH).days for year in (1990, 2100))
_SERIAL_DIGITS = 5
_MONTH_OF_YEAR = re.compile(r"([^\W\d_]+) ([0-9]{4})")
_TOKENS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
_NAME = LocalText(nb="Dato", en="Date")
_DAY = FormColumn(column="day", header=_NAME, help=_NAME, type="date")


def report_day(scalar: Scalar, date_formats: Sequence[str] = ()) -> dt.date | None:
    """The day that a cell says; of a month, quarter or tertial its last one. None where it says none."""
    if isinstance(scalar, dt.datetime):
        return scalar.date()
    if isinstance(scalar, dt.date):
        return scalar
    if day := next((day for one in date_formats if (day := day_written(scalar, one))), None):
        return day
    if not isinstance(scalar, str):
        return None
    text = cleaned(scalar)
    if found := _DATE.search(text):
        read = answer_of(found[0], _DAY, load_form(), ())
        if isinstance(read, dt.date):
            return read
    return _end_of_part(text.casefold())


def day_written(scalar: Scalar, date_format: str) -> dt.date | None:
    """The day that a text, or a number such as 20260430, writes in a format; None where it is another one.

    `excel_serial` is a day that lost its format, `quarter_end` the last day of a quarter such as "Q2 2027".
    """
    if isinstance(scalar, bool) or not isinstance(scalar, (str, int, float)):
        return None
    if date_format == "excel_serial":
        return _serial_day(scalar)
    if date_format == "quarter_end":
        return _last_day_of_quarter(scalar) if isinstance(scalar, str) else None
    written = str(int(scalar)) if isinstance(scalar, float) and scalar.is_integer() else cleaned(str(scalar))
    pattern = date_format
    for token, sign in _TOKENS.items():
        pattern = pattern.replace(token, sign) if token != "yy" or "%Y" not in pattern else pattern
    # Leading zeros that a number has lost.
    written = written.zfill(len(date_format)) if written.isdigit() else written
    try:
        return dt.datetime.strptime(written, pattern).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _serial_day(scalar: str | float) -> dt.date | None:
    """The day of a whole number that Excel shows as a date; one of the years 1990 to 2099."""
    if isinstance(scalar, str):
        scalar = int(text) if (text := cleaned(scalar)).isascii() and text.isdigit() and len(text) == _SERIAL_DIGITS else -1
    if not float(scalar).is_integer() or not _FIRST_SERIAL <= scalar < _AFTER_SERIALS:
        return None
    return _EPOCH + dt.timedelta(days=int(scalar))


def _last_day_of_quarter(text: str) -> dt.date | None:
    found = _QUARTER.fullmatch(cleaned(text).casefold())
    numbers = sorted(int(part) for part in found.groups() if part) if found else []
    return _last_day(Month(numbers[1], 3 * numbers[0])) if numbers and 1900 <= numbers[1] < 2200 else None


def _end_of_part(text: str) -> dt.date | None:
    for pattern, months in _PARTS_OF_YEAR:
        if found := pattern.search(text):
            numbers = [int(part) for part in found.groups() if part]
            number, year = sorted(numbers)
            return _last_day(Month(year, number * months)) if 1900 <= year < 2200 else None
    if found := _MONTH_OF_YEAR.search(text):
        month = _months().get(folded(found[1]))
        return _last_day(Month(int(found[2]), month)) if month and 1900 <= int(found[2]) < 2200 else None
    return None


def _last_day(month: Month) -> dt.date:
    return month.plus(1).first_day - dt.timedelta(days=1)


def _months() -> dict[str, int]:
    return {folded(name): number for locale in ("nb_NO", "en_GB") for number, name in get_month_names(locale=locale).items()}
