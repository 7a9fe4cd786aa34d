"""What a block of another form answers of one of our tables: its lines as typed rows, each answer with the cell that gave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from domain.forms import Form, FormColumn, choices
from domain.mapping_columns import Calculation, TheirColumn
from domain.mappings import Block, FormMapping, TablePart
from domain.model import Agreement
from domain.returns import Answer, ReturnRow
from domain.rows import Cell
from pipelines.reading.answers import Fault, is_blank, shown
from pipelines.reading.mapped.answers import MappedReader, Named, Names, accepted_constants, constant_answer, outdated_names
from pipelines.reading.mapped.lines import BlockLines, Line
from pipelines.reading.mapped.made import Made
from pipelines.reading.mapped.rules import Noted
from pipelines.reading.workbook import Scalar

LANGUAGE = "nb"
PROJECT_ID = "project_id"
AMOUNT_SOURCE = "amount_source"


class Reading(Protocol):
    """What all parts of a file have in common."""

    mapping: FormMapping
    form: Form
    agreement: Agreement
    reported_on: dt.date
    noted: Noted

    @property
    def names(self) -> Names:
        """Every name of every project."""


@dataclass(frozen=True, slots=True)
class MappedRow(ReturnRow):
    """A row whose answers stand wherever their sheet has them; one that the mapping says itself has no place."""

    @property
    def head(self) -> Cell:
        """Where the row is to be found: its project, or its first cell."""
        cells = (cell for name in self.places if (cell := self.cell(name)))
        return self.cell(PROJECT_ID) or next(cells, Cell(self.sheet, self.row, 1))


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row as read, with the project as their line names it, and the columns that the mapping says anything of.

    `line` is the number of their line; 0 for a row that the mapping says itself.
    """

    row: MappedRow
    named: Named | None
    said: frozenset[str]
    order: int
    line: int = 0


class Part:
    """A block as the rows of one of our tables."""

    def __init__(self, reading: Reading, block: Block, part: TablePart, lines: BlockLines) -> None:
        self.reading, self.lines = reading, lines
        self.table = reading.form.table(part.table)
        pointed = {**block.columns, **part.columns}
        self.own = {name for name in part.columns if self.table.has(name)}
        self.allowed = {column.column: choices(column, reading.agreement) for column in self.table.columns}
        self.fields = {
            name: number
            for name, theirs in pointed.items()
            if self.table.has(name) and (number := lines.field_of(theirs.header, theirs.nth)) is not None
        }
        self._pointed = {name: pointed[name] for name in self.fields}
        self._told = {
            name: told
            for name, told in {**block.constants, **part.constants}.items()
            if self.table.has(name) and name not in part.columns
        }
        self._readers_of: dict[dt.date, dict[str, MappedReader]] = {}
        self._constants_of: dict[dt.date, dict[str, Answer]] = {}
        self.calculated = {
            name: made
            for name, calculation in part.calculated.items()
            if self.table.has(name) and (made := self._made(name, calculation)) is not None
        }
        self.said = frozenset(name for name in (*pointed, *part.calculated, *self._told) if self.table.has(name))
        # What is wrong with the mapping is said even where no line is of the report date itself.
        self.readers(reading.reported_on)
        self.constants(reading.reported_on)

    @property
    def numbers(self) -> dict[int, TheirColumn]:
        """The fields that hold numbers, with what the mapping says of them."""
        own = {number: self._pointed[name] for name, number in self.fields.items() if self.table.column(name).is_number}
        return {**{number: theirs for made in self.calculated.values() for number, theirs in made.terms.items()}, **own}

    def _made(self, name: str, calculation: Calculation) -> Made | None:
        """None, and noted, where a column of the calculation is not in the sheet."""
        numbers = [self.lines.field_of(term.header, term.nth) for term in calculation.terms]
        found = tuple((number, term) for number, term in zip(numbers, calculation.terms, strict=True) if number is not None)
        if len(found) < len(numbers):
            return None
        reading = self.reading
        return Made(calculation.kind, found, self.table.column(name), reading.mapping, reading.form, reading.names)

    def readers(self, day: dt.date) -> dict[str, MappedReader]:
        """How each column is read in a line of a day: scales and names are those of then."""
        if day not in self._readers_of:
            self._readers_of[day] = {name: self._reader(name, theirs, day) for name, theirs in self._pointed.items()}
        return self._readers_of[day]

    def constants(self, day: dt.date) -> dict[str, Answer]:
        """What the mapping says itself, for a line of a day."""
        if day not in self._constants_of:
            answers = {name: self.constant(name, told, day) for name, told in self._told.items()}
            self._constants_of[day] = {name: answer for name, answer in answers.items() if answer is not None}
        return self._constants_of[day]

    def _day_of(self, line: Line) -> dt.date:
        return line.day or self.reading.reported_on

    def _reader(self, name: str, theirs: TheirColumn, day: dt.date) -> MappedReader:
        reading = self.reading
        if theirs.scale:
            self._note_scale(theirs.scale, day)
        return MappedReader(
            self.table.column(name), theirs, reading.mapping, reading.names, reading.form, self.allowed[name], day
        )

    def _note_scale(self, scale_id: str, day: dt.date) -> None:
        """Notes that no scale holds on a day or, of one that has changed, which of them does."""
        scale = self.reading.mapping.scale_on(scale_id, day)
        if scale is None:
            self.lines.note("mapped_scale_absent", None, scale_id, day=day.isoformat())
        elif len(self.reading.mapping.scales[scale_id]) > 1:
            first, last = (end.isoformat() if end else "–" for end in (scale.valid_from, scale.valid_to))
            self.lines.note(
                "mapped_scale_of_day", None, scale_id, day=day.isoformat(), first=first, last=last, n=len(scale.codes)
            )

    def constant(self, name: str, told: str | float | bool | dt.date, day: dt.date) -> Answer | None:
        """What a constant of the mapping answers; None, and noted, where our form takes no such answer or has no such column."""
        if not self.table.has(name):
            return None
        column, reading = self.table.column(name), self.reading
        answer = constant_answer(told, column, reading.form, self.allowed[name], day)
        if isinstance(answer, Fault):
            self.lines.note(
                "mapped_constant_wrong", None, str(told)[:80], table=self.table.table, column=name,
                accepted=accepted_constants(column, self.allowed[name])[:200],
            )  # fmt: skip
            return None
        return answer

    def rows(self, lines: list[Line]) -> Iterator[FoundRow]:
        """A row for each line that answers anything of the table's own."""
        for line in lines:
            own = [number for name, number in self.fields.items() if name in self.own] or list(self.fields.values())
            if all(is_blank(self._scalar(line, number)) for number in own):
                continue
            found = self._row(line)
            if found is not None:
                yield found

    def knows(self, line: Line) -> bool:
        """Whether the mapping knows the project of a line; so, too, where lines name none."""
        number = self.fields.get(PROJECT_ID)
        if number is None:
            return True
        scalar = self._scalar(line, number)
        return not is_blank(scalar) and self.reading.names.named(scalar, self._day_of(line)) is not None

    def project_of(self, line: Line) -> str:
        """The project of a line, by our id; its own text where the mapping does not know it."""
        number = self.fields.get(PROJECT_ID)
        scalar = self._scalar(line, number) if number is not None else None
        named = None if is_blank(scalar) else self.reading.names.named(scalar, self._day_of(line))
        return named.project_id if named else shown(scalar)

    def _scalar(self, line: Line, number: int) -> Scalar:
        return self.lines.grid.spread(line.number, number)

    def _row(self, line: Line) -> FoundRow | None:
        named = self._project(line)
        if named is None and PROJECT_ID in self.fields:
            return None
        answers: dict[str, Answer] = {}
        for column in self.table.columns:
            answer = self._answer(column, line, named)
            if answer is not None:
                answers[column.column] = answer
        self._say_currency(answers)
        return FoundRow(self._placed(line, answers), named, self.said, self.lines.order, line.number)

    def _say_currency(self, answers: dict[str, Answer]) -> None:
        """Of amounts that were another currency, the source says the rate."""
        currency, source = self.reading.mapping.currency, answers.get(AMOUNT_SOURCE)
        if currency and isinstance(source, str):
            answers[AMOUNT_SOURCE] = f"{source}; {currency.said}"[: self.table.column(AMOUNT_SOURCE).longest]

    @cached_property
    def _numbers_of(self) -> dict[str, int]:
        """The field of each column that a cell answers, in our order; of a calculated one the first that it is made of."""
        found = {name: made.first for name, made in self.calculated.items()} | self.fields
        return {column.column: found[column.column] for column in self.table.columns if column.column in found}

    def _placed(self, line: Line, answers: dict[str, Answer]) -> MappedRow:
        grid, fields = self.lines.grid, self._numbers_of
        if grid.is_transposed:
            head = fields.get(PROJECT_ID, min(fields.values(), default=1))
            return MappedRow(self.table.table, grid.sheet.name, head, answers, dict.fromkeys(fields, line.number), fields)
        return MappedRow(self.table.table, grid.sheet.name, line.number, answers, fields)

    def _project(self, line: Line) -> Named | None:
        """The project of the line; None, and noted, where the mapping does not know it."""
        number = self.fields.get(PROJECT_ID)
        if number is None:
            return None
        grid, reading = self.lines.grid, self.reading
        scalar, cell = grid.spread(line.number, number), grid.cell(line.number, number)
        if is_blank(scalar):
            self.lines.note("mapped_project_unknown", cell, None)
            return None
        day = self._day_of(line)
        named = reading.names.named(scalar, day)
        if named is None and (nearest := reading.names.nearest(scalar)):
            self.lines.note("mapped_project_close", cell, shown(scalar), nearest=nearest)
        elif named is None:
            self.lines.note("mapped_project_unknown", cell, shown(scalar))
        elif named.is_outdated(day) and named.name and named.name.valid_to:
            self.lines.note(
                "mapped_earlier_name", cell, shown(scalar), project_id=named.project_id, until=named.name.valid_to.isoformat()
            )
        return named

    def _answer(self, column: FormColumn, line: Line, named: Named | None) -> Answer | None:
        name = column.column
        if name == PROJECT_ID and named is not None:
            return named.project_id
        if name in self.fields:
            return self._read(column, line)
        if name in self.calculated:
            return self._calculated(self.calculated[name], line)
        day = self._day_of(line)
        if name in self.constants(day):
            return self.constants(day)[name]
        if named is None or named.entry is None:
            return None
        if name in named.entry.answers:
            return self.constant(name, named.entry.answers[name], day)
        if name == "earlier_names":
            return "; ".join(outdated_names(named.entry, day)) or None
        return None

    def _read(self, column: FormColumn, line: Line) -> Answer | None:
        grid, number = self.lines.grid, self.fields[column.column]
        # An amount in merged cells is that of the first one, or it would count several times.
        scalar = grid.at(line.number, number) if column.is_number else grid.spread(line.number, number)
        answer = self._said(self.readers(self._day_of(line))[column.column].answer(scalar), line, number)
        if column.is_number and answer is not None and grid.is_merged(line.number, number):
            self.lines.note("mapped_merged_numbers", grid.cell(line.number, number), shown(scalar))
        return answer

    def _calculated(self, made: Made, line: Line) -> Answer | None:
        answer, number = made.answer(self.lines.grid, line)
        return self._said(answer, line, number)

    def _said(self, answer: Answer | Fault | None, line: Line, number: int) -> Answer | None:
        """An answer as it is; a fault is noted at its cell, and answers nothing."""
        if not isinstance(answer, Fault):
            return answer
        cell = self.lines.grid.cell(line.number, number)
        self.reading.noted.put(answer.finding(cell.sheet, cell.address, LANGUAGE), cell, self.lines.order)
        return None


def rows_that_left(part: Part, present: Container[str | None]) -> Iterator[FoundRow]:
    """A row of our table of projects for each that is no longer in their form, as the mapping says what became of it."""
    reading = part.reading
    for entry in reading.mapping.identity:
        if entry.left is None or entry.left.valid_from > reading.reported_on or entry.project_id in present:
            continue
        last = max(entry.names, key=lambda name: name.valid_to or dt.date.max)
        told = {"project_name": last.name, **entry.answers, **entry.left.answers}
        day = reading.reported_on
        own = {name: answer for name in told if (answer := part.constant(name, told[name], day)) is not None}
        stated = {**part.constants(day), **own, PROJECT_ID: entry.project_id}
        answers = {column.column: stated[column.column] for column in part.table.columns if column.column in stated}
        row = MappedRow(part.table.table, part.lines.sheet.name, part.lines.block.headers_in[-1], answers)
        part.lines.note("mapped_project_left", None, entry.project_id, name=last.name, day=entry.left.valid_from.isoformat())
        yield FoundRow(row, None, frozenset({*told, *part.said}), part.lines.order)
