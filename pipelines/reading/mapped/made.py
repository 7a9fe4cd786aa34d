"""Numbers of ours that several of theirs give together, line by line: a forecast of a budget and a variance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from domain.forms import Form, FormColumn
from domain.mapping_columns import Kind, TheirColumn, TheirNumber, computed
from domain.mappings import FormMapping
from domain.returns import Answer, Missing
from pipelines.reading.answers import Fault, is_blank
from pipelines.reading.mapped.answers import MappedReader, Names
from pipelines.reading.mapped.grid import Grid
from pipelines.reading.mapped.lines import Line
from pipelines.reading.mapped.numbers import Numbers


@dataclass(frozen=True)
class Made:
    """How a column of ours is made: the fields that it is made of, in the order of the calculation."""

    kind: Kind
    fields: tuple[tuple[int, TheirNumber], ...]
    column: FormColumn
    mapping: FormMapping
    form: Form
    names: Names

    @property
    def terms(self) -> dict[int, TheirColumn]:
        """What the mapping says of each field, as of a column that is read."""
        return {number: TheirColumn(**theirs.model_dump()) for number, theirs in self.fields}

    @property
    def first(self) -> int:
        """The field that leads to what it is made of."""
        return self.fields[0][0]

    def answer(self, grid: Grid, line: Line) -> tuple[Answer | Fault | None, int]:
        """What the numbers of a line give together, with the field that it is said of.

        Where one is coded missing or faulty, so is this; where one is blank, there is nothing.
        """
        operands: list[Decimal] = []
        for number, theirs in self.fields:
            scalar = grid.at(line.number, number)
            if is_blank(scalar):
                return None, number
            read = self._readers[number].answer(scalar)
            found = self._numbers.number(scalar, theirs)
            if isinstance(read, (Fault, Missing)):
                return read, number
            if not isinstance(found, Decimal):
                return found, number
            operands.append(found)
        total = computed(self.kind, operands)
        if total is None:
            return None, self.first
        return self._readers[self.first].calculated(total, grid.at(line.number, self.first)), self.first

    @cached_property
    def _numbers(self) -> Numbers:
        return Numbers(self.form, self.mapping)

    @cached_property
    def _readers(self) -> dict[int, MappedReader]:
        # The limits of the answer are not those of the numbers that it is made of; a day plays no part in numbers.
        free = self.column.model_copy(update={"minimum": None, "maximum": None})
        return {
            number: MappedReader(free, theirs, self.mapping, self.names, self.form, (), dt.date.max)
            for number, theirs in self.terms.items()
        }
