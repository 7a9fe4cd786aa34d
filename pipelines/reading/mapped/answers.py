"""What a cell of another form answers to a column of ours: unit and sign converted, ratings and missing texts understood."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from domain.forms import Choice, Form, FormColumn
from domain.mappings import FormMapping, Identity, TheirColumn, TheirName, TheirNumber, constant_on
from domain.model import LocalText
from domain.returns import Answer, Missing
from pipelines.reading.answers import AnswerReader, Fault, folded, is_blank, shown
from pipelines.reading.mapped.dates import day_written
from pipelines.reading.mapped.grid import header_text
from pipelines.reading.workbook import Scalar

CLOSE_NAME = 0.6
_NAME = LocalText(nb="Tall", en="Number")
# Their numbers are read as those of a column of ours that asks for them in the same unit, or in none.
_NUMBER = FormColumn(column="number", header=_NAME, help=_NAME, type="decimal")
_LIKE_OURS = {
    "mnok": _NUMBER.model_copy(update={"type": "money", "unit": "mnok"}),
    "pct": _NUMBER.model_copy(update={"type": "percent", "unit": "pct"}),
}
_SEVERAL = re.compile(r"[;,\n]")
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


@dataclass(frozen=True)
class Numbers:
    """Reads numbers of theirs, in whatever Norwegian or English way they are written, into our units."""

    form: Form

    @cached_property
    def _readers(self) -> dict[str, AnswerReader]:
        asked = {"": _NUMBER, **_LIKE_OURS}
        return {unit: AnswerReader(column, self.form, ()) for unit, column in asked.items()}

    def as_written(self, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        """The number in their own unit and with their own sign, or why it is none."""
        read = self._readers.get(theirs.unit or "", self._readers[""]).answer(scalar)
        if isinstance(read, Fault):
            return read
        return Decimal(read) if isinstance(read, (int, Decimal)) else Fault("not_a_number", "error", shown(scalar))

    def number(self, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        """The number in our unit and with our sign, or why it is none."""
        read = self.as_written(scalar, theirs)
        return read if isinstance(read, Fault) else read * theirs.factor


class MappedReader:
    """Reads the cells of one of their columns as answers to one of ours, on a report date. Made once for many cells."""

    def __init__(
        self, column: FormColumn, theirs: TheirColumn, mapping: FormMapping, names: Names, form: Form,
        allowed: tuple[Choice, ...], day: dt.date,
    ) -> None:  # fmt: skip
        self.column, self.theirs, self._names, self._day = column, theirs, names, day
        self._own = AnswerReader(column, form, allowed)
        self._numbers = Numbers(form)
        self._missing = {folded(text): code for text, code in mapping.missing.items()}
        scale = mapping.scale_on(theirs.scale, day) if theirs.scale else None
        self._codes = {folded(text): code for text, code in scale.codes.items()} if scale else {}

    def answer(self, scalar: Scalar) -> Answer | Fault | None:
        """The answer; None where there is none and none is needed; or the one fault of the cell, quoting it as it stands."""
        code = self._missing_code(scalar)
        if code is not None:
            # A question that needs no answer is left blank where it takes no reason.
            may_be_blank = code not in self.column.missing and self.column.required == "never"
            return None if may_be_blank else self._said(code, scalar)
        if is_blank(scalar):
            return None
        if self.theirs.scale:
            rating = self._codes.get(folded(header_text(scalar)))
            return self._said(rating, scalar) if rating is not None else self._no_rating(scalar)
        if self._points_at_projects:
            return self._projects(scalar)
        if self.theirs.unit or self.theirs.factor != 1:
            if isinstance(scalar, str) and isinstance(own := self._own.answer(scalar), Missing):
                return own
            number = self._numbers.number(scalar, self.theirs)
            return number if isinstance(number, Fault) else self._said(_padded(number), scalar)
        if self.theirs.date_format:
            scalar = day_written(scalar, self.theirs.date_format) or scalar
        return self._own.answer(scalar)

    @property
    def _points_at_projects(self) -> bool:
        """Whether the column holds other projects than the line's own."""
        return self.column.type in {"id", "ids"} and self.column.column in {"merged_into", "depends_on"}

    def _missing_code(self, scalar: Scalar) -> str | None:
        if is_blank(scalar):
            return self.theirs.blank_means
        return self._missing.get(folded(header_text(scalar)))

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


def _padded(number: Decimal) -> str:
    """A number as a text that can be read in one way only."""
    exponent = number.as_tuple().exponent
    digits = max(_DECIMALS, -exponent if isinstance(exponent, int) else 0)
    return f"{number:.{digits}f}"
