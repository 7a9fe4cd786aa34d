"""Reporting periods and months: parse, order, contain, step. Nothing here reads the clock."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

_FORMS = re.compile(r"^(?P<year>\d{4})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?$")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, ordered in time."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written as 2026-04. ValueError names what was given and what is accepted."""
        match = _FORMS.match(text)
        if not match or match["month"] is None:
            raise ValueError(f"{text!r} is not a month; write YYYY-MM, such as 2026-04")
        return cls(int(match["year"]), int(match["month"]))

    @classmethod
    def from_number(cls, number: int) -> Month:
        """The inverse of `number`."""
        return cls(number // 12, number % 12 + 1)

    @property
    def number(self) -> int:
        """Months since year 0, so that months can be subtracted."""
        return self.year * 12 + self.month - 1

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    def plus(self, months: int) -> Month:
        """The month so many months later (earlier when negative)."""
        return Month.from_number(self.number + months)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Period:
    """A year, quarter or month that figures are about: 2026, 2026-Q3, 2026-09."""

    first: Month
    last: Month

    @classmethod
    @cache
    def parse(cls, text: str) -> Period:
        """The period written as 2026, 2026-Q3 or 2026-09. ValueError names what was given and what is accepted."""
        match = _FORMS.match(text)
        if not match:
            raise ValueError(f"{text!r} is not a period; write 2026, 2026-Q3 or 2026-09")
        year = int(match["year"])
        if match["quarter"]:
            start = Month(year, 3 * int(match["quarter"]) - 2)
            return cls(start, start.plus(2))
        if match["month"]:
            month = Month(year, int(match["month"]))
            return cls(month, month)
        return cls(Month(year, 1), Month(year, 12))

    @property
    def n_months(self) -> int:
        return self.last.number - self.first.number + 1

    def contains(self, month: Month) -> bool:
        return self.first <= month <= self.last

    def previous(self) -> Period:
        """The period of the same length just before."""
        return Period(self.first.plus(-self.n_months), self.first.plus(-1))

    def __str__(self) -> str:
        if self.n_months == 12:
            return f"{self.first.year:04d}"
        if self.n_months == 3:
            return f"{self.first.year:04d}-Q{(self.first.month + 2) // 3}"
        return str(self.first)
