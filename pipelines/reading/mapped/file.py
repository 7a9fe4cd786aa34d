"""A report in another form as a return of ours, by a mapping: every answer with the cell of their file that it stood in.

Nothing is guessed: what the mapping does not say is a finding, and so is what their own figures contradict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from domain.facts import Unknown
from domain.forms import Form, FormColumn, FormTable, RequiredWhen, choices
from domain.mappings import Block, FormMapping, TablePart
from domain.model import Agreement
from domain.returns import Answer, Missing, Return, ReturnRow
from domain.rows import Finding
from pipelines.reading.mapped.answers import Named, Names, accepted_constants
from pipelines.reading.mapped.checks import check_block
from pipelines.reading.mapped.grid import sheet_named
from pipelines.reading.mapped.lines import BlockLines, Line
from pipelines.reading.mapped.part import LANGUAGE, PROJECT_ID, FoundRow, MappedRow, Part, rows_that_left
from pipelines.reading.mapped.rules import RULES, Noted
from pipelines.reading.mapped.unread import Reach, note_unread, note_unusable, note_without_answers
from pipelines.reading.return_file import ReadReturn
from pipelines.reading.returned.whose import MONTHS_OF
from pipelines.reading.workbook import ReadWorkbook

__all__ = ["RULES", "MappedRow", "read_mapped"]

NOT_DELIVERED = "not_delivered"


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
    reached: list[Reach] = field(default_factory=list)
    told_sheets: set[str] = field(default_factory=set)

    @cached_property
    def names(self) -> Names:
        return Names(self.mapping)

    def all_rows(self) -> dict[str, tuple[ReturnRow, ...]]:
        """The rows by table, in the order of the form, of the tables that their form has anything of."""
        found: dict[str, list[FoundRow]] = {}
        blocks = [(order, block) for order, block in enumerate(self.mapping.blocks) if block.holds_on(self.reported_on)]
        for order, block in blocks:
            for name, row in self._rows_of(block, order):
                found.setdefault(name, []).append(row)
        note_unread(self.book, self.reached, self.told_sheets, self.noted)
        self._add_those_that_left(found)
        mapped = {part.table for _, block in blocks for part in block.tables}
        rows = {
            table.table: self._joined(table, found.get(table.table, [])) for table in self.form.tables if table.table in mapped
        }
        projects = {each.row.code(PROJECT_ID): each.row for each in rows.get("projects", [])}
        absent = [table.sheet.in_language(LANGUAGE) for table in self.form.tables if table.table not in mapped]
        if absent:
            self.noted.add("mapped_tables_absent", quoted="; ".join(absent), order=len(self.mapping.blocks))
        return {name: tuple(self._completed(self.form.table(name), listed, projects)) for name, listed in rows.items()}

    def _rows_of(self, block: Block, order: int) -> Iterator[tuple[str, FoundRow]]:
        sheet = sheet_named(self.book.sheets, block.sheet)
        if sheet is None:
            known = "; ".join(found.name for found in self.book.sheets)[:200]
            self.noted.add("mapped_sheet_missing", quoted=block.sheet, order=order, known=known)
            return
        self.told_sheets.add(sheet.name)
        lines = BlockLines(block, sheet, self.mapping, self.reported_on, self.party_id, self.noted, order)
        if lines.is_of_another_day():
            return
        parts = [Part(self, block, part, lines) for part in block.tables if self._is_asked(part)]
        with_project = next((part for part in parts if PROJECT_ID in part.fields), None)
        counted = lines.counted(with_project.project_of if with_project else _no_project)
        answering: set[int] = set()
        for part in parts:
            for found in part.rows(counted):
                answering.add(found.line)
                yield part.table.table, found
        reach = Reach(lines, counted, parts)
        self.reached.append(reach)
        note_unusable(self.book, reach)
        note_without_answers(reach, answering)
        check_block(lines, counted, self.form, {number: theirs for part in parts for number, theirs in part.numbers.items()})

    def _add_those_that_left(self, found: dict[str, list[FoundRow]]) -> None:
        """Adds the projects that are no longer in their form to the table of projects, where there is one."""
        part = next((part for reach in self.reached for part in reach.parts if part.table.table == "projects"), None)
        if part is not None:
            listed = found.setdefault("projects", [])
            listed += list(rows_that_left(part, {each.row.code(PROJECT_ID) for each in listed}))

    def _is_asked(self, part: TablePart) -> bool:
        return any(table.table == part.table for table in self.form.tables)

    # Projects that are several in their form.

    def _joined(self, table: FormTable, found: list[FoundRow]) -> list[FoundRow]:
        """The rows, where several of their projects are one of ours joined into one: amounts added, the rest of the first."""
        first: dict[tuple[str, ...], int] = {}
        joined: list[FoundRow] = []
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

    def _note_joined(self, table: FormTable, earlier: FoundRow, each: FoundRow) -> None:
        if earlier.named and each.named:
            cell, named = each.row.head, each.named
            self.noted.add(
                "mapped_projects_joined", cell.sheet, cell, named.text[:80], each.order,
                project_id=named.project_id, other=earlier.named.text[:80], table=table.table,
            )  # fmt: skip

    # What our form asks and theirs does not say.

    def _completed(self, table: FormTable, found: list[FoundRow], projects: Mapping[str | None, MappedRow]) -> list[MappedRow]:
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


def _no_project(line: Line) -> str:
    """Each line by itself, where none names a project."""
    return str(line.number)


def _are_two(one: Named | None, other: Named | None) -> bool:
    """Whether two lines are two projects of theirs."""
    return one is not None and other is not None and one.text.casefold() != other.text.casefold()


def _sum(one: MappedRow, other: MappedRow, table: FormTable) -> MappedRow:
    """Two rows as one. An amount that either does not know is not known."""
    answers: dict[str, Answer] = {**other.answers, **one.answers}
    for column in table.columns:
        mine, theirs = one.answers.get(column.column), other.answers.get(column.column)
        if column.type != "money" or (mine is None and theirs is None):
            continue
        if mine is None or theirs is None:
            # A part that is blank is not 0, and makes the whole unknown.
            reason = next((code for code in (NOT_DELIVERED, "not_yet_known") if code in column.missing), None)
            answers.pop(column.column)
            answers |= {column.column: Missing(reason)} if reason else {}
        elif isinstance(mine, Decimal) and isinstance(theirs, Decimal):
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
