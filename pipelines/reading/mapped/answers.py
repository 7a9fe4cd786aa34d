"""What a cell of another form answers to a column of ours: unit and sign converted, ratings and missing texts understood."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from domain.forms import Choice, Form, FormColumn
from domain.mapping_columns import TheirColumn
from domain.mappings import FormMapping, Identity, TheirName, constant_on
from domain.returns import Answer, Missing
from pipelines.reading.answers import AnswerReader, Fault, folded, is_blank, shown
from pipelines.reading.mapped.dates import day_written
from pipelines.reading.mapped.grid import header_text
from pipelines.reading.mapped.numbers import Numbers
from pipelines.reading.workbook import Scalar

CLOSE_NAME = 0.6
_SEVERAL = re.compile(r"[;,\n]")
_LONGEST_REASON = 200
# A number with so many decimals is never taken for one with thousands.
_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Named:
    """One of our projects as a text of theirs names it. `entry` is None where their text is our id itself."""

    project_id: str
    text: str
    entry: Identity | None = None
    name: TheirName | None = None

    def is_outdated(self, day: dt.date) -> bool:
        """Whether the name was no longer in use on the day."""
        return self.name is not None and self.name.valid_to is not None and self.name.valid_to < day


@dataclass(frozen=True)
class Names:
    """Every name of every project, as the mapping has them."""

    mapping: FormMapping

    @cached_property
    def _by_name(self) -> dict[str, list[Named]]:
        found: dict[str, list[Named]] = {}
        for entry in self.mapping.identity:
            own = Named(entry.project_id, entry.project_id, entry)
            found.setdefault(folded(entry.project_id), []).append(own)
            for name in entry.names:
                found.setdefault(folded(name.name), []).append(Named(entry.project_id, name.name, entry, name))
        return found

    def named(self, scalar: Scalar, day: dt.date) -> Named | None:
        """The project that a cell names on a day; None for a name that the mapping does not have.

        Of a name that was given to another project later, the one that had it then. Without any names, ids are our own.
        """
        text = header_text(scalar)
        if not self.mapping.identity:
            return Named(text, text) if text else None
        listed = self._by_name.get(folded(text), [])
        in_use = [found for found in listed if not found.is_outdated(day)]
        first_to_end = sorted(in_use or listed, key=lambda found: (found.name and found.name.valid_to) or dt.date.max)
        chosen = first_to_end[0] if in_use else first_to_end[-1] if first_to_end else None
        return Named(chosen.project_id, text, chosen.entry, chosen.name) if chosen else None

    def nearest(self, scalar: Scalar) -> str | None:
        """The name that one is nearly."""
        known = {key: listed[0].text for key, listed in self._by_name.items()}
        close = difflib.get_close_matches(folded(header_text(scalar))[:80], known, n=1, cutoff=CLOSE_NAME)
        return known[close[0]] if close else None


@dataclass(frozen=True, slots=True)
class MissingText:
    """Why there is no answer, and whether their text only begins with the words of the mapping: then all of it is the reason."""

    code: str
    is_a_beginning: bool


class MissingTexts:
    """Their words for answers that are missing; those of a column go before those of the whole mapping."""

    def __init__(self, listed: Iterable[Mapping[str, str]]) -> None:
        self._levels = [
            (
                {folded(text): code for text, code in words.items() if not text.endswith("*")},
                {folded(text[:-1]): code for text, code in words.items() if text.endswith("*")},
            )
            for words in listed
            if words
        ]

    def reason(self, scalar: Scalar) -> MissingText | None:
        """What a cell says of why it has no answer; None where it holds something else."""
        if not self._levels:
            return None
        text = folded(header_text(scalar))
        for whole, beginnings in self._levels:
            if text in whole:
                return MissingText(whole[text], False)
            longest = max((begun for begun in beginnings if text.startswith(begun)), key=len, default=None)
            if longest is not None:
                return MissingText(beginnings[longest], True)
        return None


class MappedReader:
    """Reads the cells of one of their columns as answers to one of ours, on a report date. Made once for many cells."""

    def __init__(
        self, column: FormColumn, theirs: TheirColumn, mapping: FormMapping, names: Names, form: Form,
        allowed: tuple[Choice, ...], day: dt.date,
    ) -> None:  # fmt: skip
        self.column, self.theirs, self._names, self._day = column, theirs, names, day
        self._own = AnswerReader(column, form, allowed)
        self._numbers = Numbers(form, mapping)
        self._missing = MissingTexts((theirs.missing, mapping.missing))
        scale = mapping.scale_on(theirs.scale, day) if theirs.scale else None
        self._codes = {folded(text): code for text, code in scale.codes.items()} if scale else {}

    def answer(self, scalar: Scalar) -> Answer | Fault | None:
        """The answer; None where there is none and none is needed; or the one fault of the cell, quoting it as it stands."""
        if is_blank(scalar):
            return None if self.theirs.blank_means is None else self._said(self.theirs.blank_means, scalar)
        if found := self._missing.reason(scalar):
            return self._without(found, scalar)
        if self.theirs.scale:
            rating = self._codes.get(folded(header_text(scalar)))
            return self._said(rating, scalar) if rating is not None else self._no_rating(scalar)
        if self._points_at_projects:
            return self._projects(scalar)
        if self.theirs.unit or self.theirs.factor != 1:
            return self._number(scalar)
        days = (day_written(scalar, date_format) for date_format in self.theirs.date_format)
        return self._own.answer(next((day for day in days if day), scalar))

    def calculated(self, numbers: Decimal, scalar: Scalar) -> Answer | Fault:
        """A number that theirs give together, as an answer; `scalar` is what a fault quotes."""
        return self._said(_padded(self._numbers.in_kroner(numbers, self.column)), scalar)

    def _number(self, scalar: Scalar) -> Answer | Fault | None:
        if isinstance(scalar, str) and isinstance(own := self._own.answer(scalar), Missing):
            return own
        if self.theirs.range:
            return self._end_of_range(self.theirs.range, scalar)
        number = self._numbers.number(scalar, self.theirs)
        if isinstance(number, Fault):
            is_range = self._numbers.range_of(scalar, self.theirs) is not None
            return Fault("mapped_range", "error", shown(scalar)) if is_range else number
        return self.calculated(number, scalar)

    def _end_of_range(self, answers: str, scalar: Scalar) -> Answer | Fault | None:
        """The end of a range that is asked for, or why a range is no number. A number alone has no ends."""
        ends = self._numbers.range_of(scalar, self.theirs)
        number = self._numbers.number(scalar, self.theirs) if ends is None else ends.get(answers)
        if isinstance(number, Fault):
            return number
        if ends is None:
            is_asked = answers not in ("low", "high")
            return self.calculated(number, scalar) if is_asked and number is not None else _left_blank(scalar, "mapped_no_range")
        if answers in ("low", "high"):
            return self.calculated(number, scalar) if number is not None else _left_blank(scalar, "mapped_open_range")
        return self._because(answers, scalar)

    @property
    def _points_at_projects(self) -> bool:
        """Whether the column holds other projects than the line's own."""
        return self.column.type in {"id", "ids"} and self.column.column in {"merged_into", "depends_on"}

    def _without(self, found: MissingText, scalar: Scalar) -> Answer | Fault:
        """Why there is no answer. A question that needs none, and takes no reason, is left blank with a word about it."""
        if found.code not in self.column.missing and self.column.required == "never":
            return _left_blank(scalar, "mapped_left_blank")
        return self._because(found.code, scalar) if found.is_a_beginning else self._said(found.code, scalar)

    def _because(self, code: str, scalar: Scalar) -> Answer | Fault:
        """A coded missing answer with their own words as the reason."""
        said = self._said(code, scalar)
        return Missing(said.code, header_text(scalar)[:_LONGEST_REASON]) if isinstance(said, Missing) else said

    def _said(self, answer: str, scalar: Scalar) -> Answer | Fault:
        """What our form makes of an answer; a fault quotes what stands in the cell."""
        found = self._own.answer(answer)
        return Fault(found.code, found.severity, shown(scalar), found.named) if isinstance(found, Fault) else found

    def _no_rating(self, scalar: Scalar) -> Fault:
        accepted = "; ".join(self._codes) or "–"
        return Fault("mapped_rating_unknown", "error", shown(scalar), {"accepted": accepted, "day": self._day.isoformat()})

    def _projects(self, scalar: Scalar) -> Answer | Fault:
        parts = [part.strip() for part in _SEVERAL.split(header_text(scalar)) if part.strip()]
        named = [self._names.named(part, self._day) for part in parts]
        unknown = next((part for part, found in zip(parts, named, strict=True) if found is None), None)
        if unknown is not None:
            return Fault("mapped_project_unknown", "error", unknown[:80])
        return self._said("; ".join(found.project_id for found in named if found), scalar)


def constant_answer(
    constant: str | float | bool | dt.date, column: FormColumn, form: Form, allowed: tuple[Choice, ...], day: dt.date
) -> Answer | Fault:
    """What a constant of the mapping answers."""
    return AnswerReader(column, form, allowed).answer(constant_on(constant, day))


def outdated_names(entry: Identity, day: dt.date) -> Iterable[str]:
    """The names that a project had before the day."""
    return (name.name for name in entry.names if name.valid_to is not None and name.valid_to < day)


def accepted_constants(column: FormColumn, allowed: tuple[Choice, ...]) -> str:
    """What a constant for the column can be: its codes, or one that has the right form."""
    codes = [*(choice.code for choice in allowed), *column.missing]
    example = {"date": "2026-12-31", "year": "report_year"}.get(column.type, "0" if column.is_number else "Rapport")
    return "; ".join(codes) or example


def _left_blank(scalar: Scalar, code: str) -> Fault:
    return Fault(code, "info", shown(scalar))


def _padded(number: Decimal) -> str:
    """A number as a text that can be read in one way only."""
    exponent = number.as_tuple().exponent
    digits = max(_DECIMALS, -exponent if isinstance(exponent, int) else 0)
    return f"{number:.{digits}f}"
