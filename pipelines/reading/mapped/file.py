"""A report in another form as a return of ours, by a mapping: every answer with the cell of their file that it stood in.

Nothing is guessed: what the mapping does not say is a finding, and so is what their own figures contradict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from domain.forms import Form, FormColumn, FormTable, RequiredWhen, choices
from domain.mappings import Block, FormMapping, TablePart, TheirColumn
from domain.model import Agreement, Unknown
from domain.returns import Answer, Missing, Return, ReturnRow
from domain.rows import Cell, Finding
from pipelines.reading.answers import Fault, is_blank, shown
from pipelines.reading.mapped.answers import MappedReader, Named, Names, accepted_constants, constant_answer, outdated_names
from pipelines.reading.mapped.checks import check_block
from pipelines.reading.mapped.grid import sheet_named
from pipelines.reading.mapped.lines import BlockLines, Line
from pipelines.reading.mapped.rules import RULES, Noted
from pipelines.reading.return_file import MONTHS_OF, ReadReturn
from pipelines.reading.workbook import ReadWorkbook, Scalar

__all__ = ["RULES", "MappedRow", "read_mapped"]

LANGUAGE = "nb"
NOT_DELIVERED = "not_delivered"
PROJECT_ID = "project_id"


@dataclass(frozen=True, slots=True)
class MappedRow(ReturnRow):
    """A row whose answers stand wherever their sheet has them. `cells` are those of the columns that a cell answers.

    Where lines are columns, `row` and `places` lead to the head of the line: a return has no place for more.
    """

    cells: Mapping[str, Cell] = field(default_factory=dict)

    def cell(self, column: str) -> Cell | None:
        """Where the answer stands; None for what the mapping says itself."""
        return self.cells.get(column)

    @property
    def head(self) -> Cell:
        """Where the row is to be found: its project, or its first cell."""
        return self.cells.get(PROJECT_ID) or next(iter(self.cells.values()), Cell(self.sheet, self.row, 1))


def read_mapped(
    book: ReadWorkbook, mapping: FormMapping, form: Form, agreement: Agreement, reported_on: dt.date, party_id: str | None = None
) -> ReadReturn:
    """The report of one date and party. `form` holds every version; `party_id` is needed where the mapping does not say it.

    Without `found` nothing of the file could be read by the mapping, and a finding says why.
    """
    noted = Noted()
    if book.refusal:
        refusal = book.refusal
        sheet, cell = (str(refusal.values[part]) if part in refusal.values else None for part in ("sheet", "cell"))
        return ReadReturn(None, (Finding(refusal.code, "error", sheet, cell, refusal.quoted, dict(refusal.values)),), agreement)
    party = _party(party_id, mapping, agreement, noted)
    if party is None:
        return ReadReturn(None, noted.in_order(), agreement)
    period = mapping.period_of(reported_on, _months(agreement))
    asked = form.at(form.version_for(period))
    reading = _Reading(book, mapping, asked, agreement, reported_on, party, noted)
    rows = reading.all_rows()
    if not any(rows.values()):
        noted.add("mapped_nothing_read", quoted=mapping.mapping_id)
        return ReadReturn(None, noted.in_order(), agreement)
    found = Return(asked.form_id, asked.newest, agreement.agreement_id, party, period, rows)
    return ReadReturn(found, noted.in_order(), agreement)


def _party(given: str | None, mapping: FormMapping, agreement: Agreement, noted: Noted) -> str | None:
    """Whose report is read; None, and noted, where nobody says it or they disagree."""
    if given and mapping.party_id and given != mapping.party_id:
        _say(noted, "party_contradicts", mapping.party_id, asked=given)
        return None
    party = given or mapping.party_id
    known = [found.party_id for found in agreement.parties]
    if party is None:
        _say(noted, "party_not_said", None)
    elif party not in known:
        _say(noted, "party_unknown", party, known="; ".join(known))
    return party if party in known else None


def _say(noted: Noted, code: str, quoted: str | None, **named: str) -> None:
    """Notes what the readers of our own form have words for."""
    noted.put(Finding(code, "error", None, None, quoted, {**named}), None, -1)


def _months(agreement: Agreement) -> int:
    """The months of the agreement's reporting period. A quarter where it states none that can be written."""
    frequency = None if isinstance(agreement.reporting, Unknown) else agreement.reporting.frequency
    return MONTHS_OF.get(frequency or "", 3)


@dataclass(frozen=True, slots=True)
class _Found:
    """A row as read, with the project as their line names it, and the columns that the mapping says anything of."""

    row: MappedRow
    named: Named | None
    said: frozenset[str]
    order: int


@dataclass(eq=False)
class _Reading:
    """One file being read by a mapping for a date and a party."""

    book: ReadWorkbook
    mapping: FormMapping
    form: Form
    agreement: Agreement
    reported_on: dt.date
    party_id: str
    noted: Noted

    @cached_property
    def names(self) -> Names:
        return Names(self.mapping)

    def all_rows(self) -> dict[str, tuple[ReturnRow, ...]]:
        """The rows by table, in the order of the form, of the tables that their form has anything of."""
        found: dict[str, list[_Found]] = {}
        for order, block in enumerate(self.mapping.blocks):
            for name, row in self._rows_of(block, order):
                found.setdefault(name, []).append(row)
        mapped = {part.table for block in self.mapping.blocks for part in block.tables}
        rows = {
            table.table: self._joined(table, found.get(table.table, [])) for table in self.form.tables if table.table in mapped
        }
        projects = {each.row.code(PROJECT_ID): each.row for each in rows.get("projects", [])}
        absent = [table.sheet.in_language(LANGUAGE) for table in self.form.tables if table.table not in mapped]
        if absent:
            self.noted.add("mapped_tables_absent", quoted="; ".join(absent), order=len(self.mapping.blocks))
        return {name: tuple(self._completed(self.form.table(name), listed, projects)) for name, listed in rows.items()}

    def _rows_of(self, block: Block, order: int) -> Iterator[tuple[str, _Found]]:
        sheet = sheet_named(self.book.sheets, block.sheet)
        if sheet is None:
            known = "; ".join(found.name for found in self.book.sheets)[:200]
            self.noted.add("mapped_sheet_missing", quoted=block.sheet, order=order, known=known)
            return
        lines = BlockLines(block, sheet, self.mapping, self.reported_on, self.party_id, self.noted, order)
        if lines.is_of_another_day():
            return
        parts = [_Part(self, block, part, lines) for part in block.tables if self._is_asked(part)]
        counted = list(lines.counted())
        for part in parts:
            yield from ((part.table.table, found) for found in part.rows(counted))
        _note_unusable(self.book, lines, parts, counted)
        check_block(lines, counted, self.form, {number: theirs for part in parts for number, theirs in part.numbers.items()})

    def _is_asked(self, part: TablePart) -> bool:
        return any(table.table == part.table for table in self.form.tables)

    # Projects that are several in their form.

    def _joined(self, table: FormTable, found: list[_Found]) -> list[_Found]:
        """The rows, where several of their projects are one of ours joined into one: amounts added, the rest of the first."""
        first: dict[tuple[str, ...], int] = {}
        joined: list[_Found] = []
        for each in found:
            key = each.row.key(table.key)
            earlier = joined[first[key]] if key in first else None
            if earlier and all(key) and _are_two(earlier.named, each.named):
                joined[first[key]] = replace(earlier, row=_sum(earlier.row, each.row, table))
                self._note_joined(table, earlier, each)
            else:
                first.setdefault(key, len(joined))
                joined.append(each)
        return joined

    def _note_joined(self, table: FormTable, earlier: _Found, each: _Found) -> None:
        if earlier.named and each.named:
            cell, named = each.row.head, each.named
            self.noted.add(
                "mapped_projects_joined", cell.sheet, cell, named.text[:80], each.order,
                project_id=named.project_id, other=earlier.named.text[:80], table=table.table,
            )  # fmt: skip

    # What our form asks and theirs does not say.

    def _completed(self, table: FormTable, found: list[_Found], projects: Mapping[str | None, MappedRow]) -> list[MappedRow]:
        """The rows with a reason for each required answer that their form has no column for, where our form takes one."""
        needed = [column for column in table.columns if column.required != "never"]
        unanswered: dict[str, list[MappedRow]] = {}
        completed = []
        for row, said in ((each.row, each.said) for each in found):
            added: dict[str, Answer] = {}
            for column in needed:
                is_answered = column.column in said or column.column in row.answers
                if is_answered or not _is_needed(column, row, projects):
                    continue
                if NOT_DELIVERED in column.missing:
                    added[column.column] = Missing(NOT_DELIVERED)
                else:
                    unanswered.setdefault(column.column, []).append(row)
            completed.append(replace(row, answers={**row.answers, **added}) if added else row)
        for name, needing in unanswered.items():
            self._note_needed(table, table.column(name), needing)
        return completed

    def _note_needed(self, table: FormTable, column: FormColumn, rows: list[MappedRow]) -> None:
        head = rows[0].head
        code = "mapped_answer_needed" if column.required == "always" else "mapped_answer_needed_when"
        accepted = accepted_constants(column, choices(column, self.agreement))[:200]
        self.noted.add(
            code, head.sheet, head, None, len(self.mapping.blocks), table=table.table, column=column.column,
            constant=f"{table.table}.{column.column}", accepted=accepted, n=len(rows),
        )  # fmt: skip


class _Part:
    """What a block answers of one table."""

    def __init__(self, reading: _Reading, block: Block, part: TablePart, lines: BlockLines) -> None:
        self.reading, self.lines = reading, lines
        self.table = reading.form.table(part.table)
        pointed = {**block.columns, **part.columns}
        self.own = {name for name in part.columns if self.table.has(name)}
        self.allowed = {column.column: choices(column, reading.agreement) for column in self.table.columns}
        self.fields = {
            name: number
            for name, theirs in pointed.items()
            if self.table.has(name) and (number := lines.field_of(theirs.header)) is not None
        }
        self.readers = {name: self._reader(name, pointed[name]) for name in self.fields}
        constants = {name: told for name, told in {**block.constants, **part.constants}.items() if self.table.has(name)}
        self.constants = {
            name: answer
            for name, told in constants.items()
            if name not in part.columns and (answer := self._constant(name, told)) is not None
        }
        self.said = frozenset(name for name in (*pointed, *constants) if self.table.has(name))

    @property
    def numbers(self) -> dict[int, TheirColumn]:
        """The fields that hold numbers, with what the mapping says of them."""
        return {number: self.readers[name].theirs for name, number in self.fields.items() if self.readers[name].column.is_number}

    def _reader(self, name: str, theirs: TheirColumn) -> MappedReader:
        reading = self.reading
        if theirs.scale and reading.mapping.scale_on(theirs.scale, reading.reported_on) is None:
            self.lines.note("mapped_scale_absent", None, theirs.scale, day=reading.reported_on.isoformat())
        return MappedReader(
            self.table.column(name), theirs, reading.mapping, reading.names, reading.form, self.allowed[name], reading.reported_on
        )

    def _constant(self, name: str, told: str | float | bool | dt.date) -> Answer | None:
        column, reading = self.table.column(name), self.reading
        answer = constant_answer(told, column, reading.form, self.allowed[name], reading.reported_on)
        if isinstance(answer, Fault):
            self.lines.note(
                "mapped_constant_wrong", None, str(told)[:80], table=self.table.table, column=name,
                accepted=accepted_constants(column, self.allowed[name])[:200],
            )  # fmt: skip
            return None
        return answer

    def rows(self, lines: list[Line]) -> Iterator[_Found]:
        """A row for each line that answers anything of the table's own."""
        for line in lines:
            own = [number for name, number in self.fields.items() if name in self.own] or list(self.fields.values())
            if all(is_blank(self._scalar(line, number)) for number in own):
                continue
            found = self._row(line)
            if found is not None:
                yield found

    def _scalar(self, line: Line, number: int) -> Scalar:
        return self.lines.grid.spread(line.number, number)

    def _row(self, line: Line) -> _Found | None:
        named = self._project(line)
        if named is None and PROJECT_ID in self.fields:
            return None
        answers: dict[str, Answer] = {}
        for column in self.table.columns:
            answer = self._answer(column, line, named)
            if answer is not None:
                answers[column.column] = answer
        cells = {name: self.lines.grid.cell(line.number, number) for name, number in sorted(self.fields.items())}
        ordered = {column.column: cells[column.column] for column in self.table.columns if column.column in cells}
        return _Found(self._placed(line, answers, ordered), named, self.said, self.lines.order)

    def _placed(self, line: Line, answers: dict[str, Answer], cells: dict[str, Cell]) -> MappedRow:
        grid = self.lines.grid
        if grid.is_transposed:
            head = self.fields.get(PROJECT_ID, min(self.fields.values(), default=1))
            return MappedRow(self.table.table, grid.sheet.name, head, answers, dict.fromkeys(cells, line.number), cells)
        places = {name: cell.column for name, cell in cells.items()}
        return MappedRow(self.table.table, grid.sheet.name, line.number, answers, places, cells)

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
        named = reading.names.named(scalar, reading.reported_on)
        if named is None and (nearest := reading.names.nearest(scalar)):
            self.lines.note("mapped_project_close", cell, shown(scalar), nearest=nearest)
        elif named is None:
            self.lines.note("mapped_project_unknown", cell, shown(scalar))
        elif named.is_outdated(reading.reported_on) and named.name and named.name.valid_to:
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
        if name in self.constants:
            return self.constants[name]
        if named is None or named.entry is None:
            return None
        if name in named.entry.answers:
            return self._constant(name, named.entry.answers[name])
        if name == "earlier_names":
            return "; ".join(outdated_names(named.entry, self.reading.reported_on)) or None
        return None

    def _read(self, column: FormColumn, line: Line) -> Answer | None:
        grid, number = self.lines.grid, self.fields[column.column]
        # An amount in merged cells is that of the first one, or it would count several times.
        scalar = grid.at(line.number, number) if column.is_number else grid.spread(line.number, number)
        reader = self.readers[column.column]
        answer = reader.answer(scalar)
        if isinstance(answer, Fault):
            cell = grid.cell(line.number, number)
            finding = answer.finding(grid.sheet.name, cell.address, LANGUAGE)
            self.reading.noted.put(finding, cell, self.lines.order)
            return None
        if column.is_number and answer is not None and grid.is_merged(line.number, number):
            self.lines.note("mapped_merged_numbers", grid.cell(line.number, number), shown(scalar))
        return answer


def _are_two(one: Named | None, other: Named | None) -> bool:
    """Whether two lines are two projects of theirs."""
    return one is not None and other is not None and one.text.casefold() != other.text.casefold()


def _sum(one: MappedRow, other: MappedRow, table: FormTable) -> MappedRow:
    """Two rows as one. An amount that either does not know is not known."""
    answers: dict[str, Answer] = {**other.answers, **one.answers}
    for column in table.columns:
        mine, theirs = one.answers.get(column.column), other.answers.get(column.column)
        if column.type != "money" or mine is None or theirs is None:
            continue
        if isinstance(mine, Decimal) and isinstance(theirs, Decimal):
            answers[column.column] = mine + theirs
        else:
            answers[column.column] = mine if isinstance(mine, Missing) else theirs
    return replace(one, answers=answers)


def _is_needed(column: FormColumn, row: ReturnRow, projects: Mapping[str | None, MappedRow]) -> bool:
    rule = column.required
    if not isinstance(rule, RequiredWhen):
        return rule == "always"
    table, _, other = rule.column.rpartition(".")
    asked = projects.get(row.code(PROJECT_ID)) if table else row
    return asked is not None and asked.code(other) in rule.is_one_of


def _note_unusable(book: ReadWorkbook, lines: BlockLines, parts: list[_Part], counted: list[Line]) -> None:
    """Notes the cells that hold what no reader can use, and lines and columns that Excel hides, where they are read."""
    grid = lines.grid
    fields = sorted({number for part in parts for number in part.fields.values()})
    cells = {grid.cell(line.number, number).address: grid.cell(line.number, number) for line in counted for number in fields}
    for note in book.notes:
        if note.sheet == grid.sheet.name and note.cell in cells:
            lines.noted.put(Finding(note.code, "error", note.sheet, note.cell, note.quoted), cells[note.cell], lines.order)
    hidden = [grid.cell(line.number, fields[0]) for line in counted if fields and grid.is_hidden_line(line.number)]
    hidden += [grid.cell(lines.block.headers_in[-1], number) for number in fields if grid.is_hidden_field(number)]
    for cell in hidden:
        lines.note("mapped_hidden", cell)
