"""Numbers of theirs in our units: kroner or, by the rate that the mapping states, another currency. None is taken for another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from domain.facts import LocalText
from domain.forms import Form, FormColumn
from domain.mapping_columns import FACTORS, MONEY_UNITS, TheirNumber
from domain.mappings import FormMapping
from pipelines.reading.answers import AnswerReader, Fault, cleaned, shown
from pipelines.reading.mapped.amounts import Written, written_amount, written_range
from pipelines.reading.workbook import Scalar

_NAME = LocalText(nb="Tall", en="Number")
# Their numbers are read as those of a column of ours that asks for them in the same unit, or in none.
_NUMBER = FormColumn(column="number", header=_NAME, help=_NAME, type="decimal")
_LIKE_OURS = {
    "mnok": _NUMBER.model_copy(update={"type": "money", "unit": "mnok"}),
    "pct": _NUMBER.model_copy(update={"type": "percent", "unit": "pct"}),
}
_BRACKETS = re.compile(r"\((.+)\)")
_DIGITS = {
    ".": re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)?(?:\.[0-9]+)?"),
    ",": re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:[. ][0-9]{3})+)?(?:,[0-9]+)?"),
}


@dataclass(frozen=True)
class Numbers:
    """Reads numbers of theirs, in whatever way they are written, into our units."""

    form: Form
    mapping: FormMapping

    @cached_property
    def _readers(self) -> dict[str, AnswerReader]:
        asked = {"": _NUMBER, **_LIKE_OURS}
        return {unit: AnswerReader(column, self.form, ()) for unit, column in asked.items()}

    def as_written(self, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        """The number in their own unit and with their own sign, or why it is none."""
        if isinstance(scalar, str) and theirs.unit in MONEY_UNITS and (self.mapping.currency or self.mapping.decimals):
            return self._amount(written_amount(scalar, self._digits), scalar, theirs)
        if isinstance(scalar, str) and (inner := _BRACKETS.fullmatch(cleaned(scalar))):
            found = self._plainly(inner[1], theirs)
            return -found if isinstance(found, Decimal) and found >= 0 else Fault("not_a_number", "error", shown(scalar))
        found = self._plainly(scalar, theirs)
        if isinstance(found, Fault) and isinstance(scalar, str) and (written := written_amount(scalar, self._digits)):
            return self._foreign(written, scalar) or found
        return found

    def number(self, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        """The number in our unit and with our sign, of another currency in millions of it; or why it is none."""
        read = self.as_written(scalar, theirs)
        return read if isinstance(read, Fault) else read * theirs.factor

    def range_of(self, scalar: Scalar, theirs: TheirNumber) -> dict[str, Decimal | Fault | None] | None:
        """The low and the high end of a range in words, as `number` gives them; an open end is None. None for no range."""
        found = written_range(scalar, self._digits) if isinstance(scalar, str) else None
        if found is None:
            return None
        ends = {"low": found.low, "high": found.high}
        return {name: None if end is None else self._end(end, scalar, theirs) for name, end in ends.items()}

    def in_kroner(self, number: Decimal, column: FormColumn) -> Decimal:
        """A number of `number` for one of our columns: amounts at the rate of the mapping."""
        currency = self.mapping.currency
        return number * currency.nok if currency and column.type == "money" else number

    def _plainly(self, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        read = self._readers.get(theirs.unit or "", self._readers[""]).answer(scalar)
        if isinstance(read, Fault):
            return read
        return Decimal(read) if isinstance(read, (int, Decimal)) else Fault("not_a_number", "error", shown(scalar))

    def _end(self, end: Written, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        read = self._amount(end, scalar, theirs)
        return read if isinstance(read, Fault) else read * theirs.factor

    def _amount(self, written: Written | None, scalar: Scalar, theirs: TheirNumber) -> Decimal | Fault:
        """An amount in the unit of its column: what the cell itself says of its size goes before it."""
        if written is None:
            return Fault("not_a_number", "error", shown(scalar))
        if foreign := self._foreign(written, scalar):
            return foreign
        if written.size is None:
            return written.number
        return written.number * written.size / FACTORS[theirs.unit or "million"]

    def _foreign(self, written: Written, scalar: Scalar) -> Fault | None:
        """A fault where the cell is in another currency than the mapping states, kroner where it states none."""
        own = self.mapping.currency.code if self.mapping.currency else "NOK"
        if written.currency in (None, own):
            return None
        return Fault("mapped_currency_unknown", "error", shown(scalar), {"currency": written.currency or "", "own": own})

    def _digits(self, digits: str) -> Decimal | None:
        """Plain digits by the sign that the mapping says stands before decimals, or else as our own form is read."""
        decimals = self.mapping.decimals
        if decimals is None:
            read = self._readers[""].answer(digits)
            return Decimal(read) if isinstance(read, (int, Decimal)) else None
        if not _DIGITS[decimals].fullmatch(digits):
            return None
        thousands = "," if decimals == "." else "."
        return Decimal(digits.replace(thousands, "").replace(" ", "").replace(decimals, "."))
