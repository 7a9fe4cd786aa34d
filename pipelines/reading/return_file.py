"""A party's return out of its workbook or CSV files: tables by sheet, columns by heading, answers by cell, problems as findings.

Nothing is guessed in silence: what is left out, hidden, merged or understood only just is said, with its cell.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from checks.order import MORE, MOST_OF_ONE_CODE
from checks.rules import Rule
from domain.facts import Unknown
from domain.forms import STAMP, STAMP_PROPERTY, STAMP_SHEET, Form, FormColumn, FormTable, choices
from domain.model import Agreement
from domain.period import Period
from domain.returns import Answer, Return, ReturnRow
from domain.rows import Cell, Finding
from domain.words import LANGUAGES, text
from pipelines.reading.answers import AnswerReader, Fault, cleaned, folded, is_blank, shown, unit_words
from pipelines.reading.any_file import BOTH
from pipelines.reading.child import read_many_in_child
from pipelines.reading.workbook import CellNote, ReadWorkbook, Refusal, Scalar, Sheet

# Headings are looked for in the first rows: text above them is harmless.
HEADER_ROWS = 20
# A CSV file whose name says nothing is the table that has at least this share of its headings.
SHARE_OF_HEADINGS = 0.5
CLOSE_HEADING = 0.7
TOTALS = frozenset({"sum", "sum totalt", "totalsum", "total", "totals", "totalt", "i alt", "til sammen", "samlet"})
# Without rows in these there is nothing to report of; of the other tables a party may have nothing to tell.
NEVER_EMPTY = frozenset({"projects", "economy"})
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}

RULES: tuple[Rule, ...] = (
    # A file that is not read at all.
    Rule("unreadable_file", "error", "file"),
    Rule("not_a_workbook", "error", "file"),
    Rule("not_a_return_file", "error", "file"),
    Rule("old_or_protected_workbook", "error", "file"),
    Rule("too_large", "error", "file"),
    Rule("zip_bomb", "error", "file"),
    Rule("broken_workbook", "error", "file"),
    Rule("active_content", "error", "file"),
    Rule("xml_entities", "error", "file"),
    Rule("reading_exceeded_limits", "error", "file"),
    Rule("empty_file", "error", "file"),
    Rule("unknown_encoding", "error", "file"),
    Rule("broken_quotes", "error", "file"),
    Rule("text_too_long", "error", "file"),
    # Whose return it is, and for when.
    Rule("not_a_return", "error", "file"),
    Rule("other_form", "error", "file"),
    Rule("stamps_differ", "error", "file"),
    Rule("agreement_not_said", "error", "file"),
    Rule("party_not_said", "error", "file"),
    Rule("period_not_said", "error", "file"),
    Rule("agreement_contradicts", "error", "file"),
    Rule("party_contradicts", "error", "file"),
    Rule("period_contradicts_file", "error", "file"),
    Rule("agreement_unknown", "error", "file"),
    Rule("party_unknown", "error", "file"),
    Rule("period_unknown", "error", "file"),
    Rule("period_wrong_length", "error", "file"),
    Rule("form_version_unknown", "error", "file"),
    Rule("form_version_newer", "error", "file"),
    Rule("form_version_older", "warning", "file"),
    # Sheets.
    Rule("table_missing", "error", "file"),
    Rule("table_twice", "error", "file"),
    Rule("table_empty", "error", "file"),
    Rule("table_not_asked", "info", "file"),
    Rule("sheet_ignored", "warning", "file"),
    Rule("hidden_sheet", "error", "file"),
    Rule("header_missing", "error", "file"),
    # Columns and rows.
    Rule("asked_column_missing", "error", "file"),
    Rule("optional_column_missing", "warning", "file"),
    Rule("column_twice", "error", "file"),
    Rule("column_renamed", "warning", "file"),
    Rule("column_unknown", "warning", "file"),
    Rule("column_not_asked", "info", "file"),
    Rule("column_other_unit", "error", "file"),
    Rule("content_outside", "warning", "file"),
    Rule("total_row", "error", "file"),
    Rule("merged_cells", "error", "file"),
    Rule("hidden_row", "error", "file"),
    Rule("hidden_column", "error", "file"),
    # Cells that the file itself cannot tell.
    Rule("formula_without_result", "error", "file"),
    Rule("error_value", "error", "file"),
    Rule("unreadable_text", "error", "file"),
    Rule("more_notes", "error", "file"),
    # Answers.
    Rule("answer_too_long", "error", "column"),
    Rule("missing_never_allowed", "error", "column"),
    Rule("missing_not_allowed", "error", "column"),
    Rule("missing_misspelt", "error", "column"),
    Rule("choice_misspelt", "error", "column"),
    Rule("choice_unknown", "error", "column"),
    Rule("choice_twice", "error", "column"),
    Rule("separate_with_semicolon", "error", "column"),
    Rule("separators_only", "error", "column"),
    Rule("split_share_missing", "error", "column"),
    Rule("split_share_unclear", "error", "column"),
    Rule("not_yes_or_no", "error", "column"),
    Rule("yes_no_not_asked", "error", "column"),
    Rule("not_a_number", "error", "column"),
    Rule("not_a_whole_number", "error", "column"),
    Rule("number_too_large", "error", "column"),
    Rule("number_ambiguous", "error", "column"),
    Rule("unit_not_asked", "error", "column"),
    Rule("number_as_text", "warning", "column"),
    Rule("unit_in_cell", "info", "column"),
    Rule("not_a_date", "error", "column"),
    Rule("number_for_date", "error", "column"),
    Rule("date_for_number", "error", "column"),
    Rule("date_for_text", "error", "column"),
    Rule("date_with_time", "error", "column"),
    Rule("date_two_digit_year", "error", "column"),
    Rule("date_order_unclear", "error", "column"),
    Rule("date_as_text", "warning", "column"),
)
_SEVERITY = {rule.code: rule.severity for rule in RULES}
_NOT_SAID = {"agreement_id": "agreement_not_said", "party_id": "party_not_said", "period": "period_not_said"}
_CONTRADICTS = {"agreement_id": "agreement_contradicts", "party_id": "party_contradicts", "period": "period_contradicts_file"}
# In a CSV file every number and date is text.
_ORDINARY_IN_CSV = frozenset({"number_as_text", "date_as_text"})

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
_WORD = re.compile(r"[^\W_]+|[%°]")
_COPY_NUMBER = re.compile(r"\s*\([0-9]+\)$")
_BEFORE_BRACKET = re.compile(r"([^(\[]+?)\s*[(\[]([^)\]]*)[)\]]?")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose return the caller says that it is, as far as the caller says it."""

    agreement_id: str | None = None
    party_id: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class ReadReturn:
    """What was read. Without `found` the files are no return that could be checked, and a finding says why."""

    found: Return | None
    findings: tuple[Finding, ...]
    agreement: Agreement | None

    @property
    def is_refused(self) -> bool:
        return self.found is None


def read_return(paths: Sequence[Path], form: Form, agreements: Mapping[str, Agreement], asked: Asked) -> ReadReturn:
    """One return out of a workbook, or of a CSV file for each table. `form` holds every version. Never raises for the files."""
    books = read_many_in_child(paths, kinds=BOTH)
    refused = [_refused(book.refusal, path.name) for path, book in zip(paths, books, strict=True) if book.refusal]
    return ReadReturn(None, tuple(refused), None) if refused else return_of(books, form, agreements, asked)


def return_of(books: Sequence[ReadWorkbook], form: Form, agreements: Mapping[str, Agreement], asked: Asked) -> ReadReturn:
    """What the sheets of one or several read files say, as one return."""
    noted = _Noted()
    sheets = [_OfFile(sheet, book) for book in books for sheet in book.sheets if not _is_our_own(sheet)]
    stamp = _stamp(books, noted)
    tables = _matched(sheets, form)
    if not stamp and not any(table for table, _ in tables):
        noted.add("not_a_return", quoted="; ".join(cleaned(part.sheet.name) for part in sheets)[:80])
        return ReadReturn(None, noted.in_order(), None)
    told = _told(stamp, asked, form, noted)
    agreement = _agreement(told, agreements, noted)
    _check_party_and_period(told, agreement, noted)
    if agreement is None or noted.findings:
        return ReadReturn(None, noted.in_order(), agreement)
    version = _version(stamp.get("form_version"), form, told["period"], noted)
    reading = _Reading(form, form.at(version), agreement, stamp.get("language", LANGUAGES[0]), noted)
    rows = reading.all_rows(tables)
    for note in (note for book in books for note in book.notes if note.sheet is None):
        noted.add(note.code, quoted=note.quoted)
    found = Return(form.form_id, version, told["agreement_id"], told["party_id"], told["period"], rows)
    return ReadReturn(found, noted.in_order(), agreement)


def _refused(refusal: Refusal, name: str) -> Finding:
    sheet, cell = (str(refusal.values[part]) if part in refusal.values else None for part in ("sheet", "cell"))
    return Finding(refusal.code, "error", sheet, cell, refusal.quoted, {"file": name, **refusal.values})


@dataclass
class _Noted:
    """What was found: of each code in each sheet the first ones, and how many more there are.

    The rest is not even kept, for a file may have a fault in every one of its cells.
    """

    findings: list[tuple[tuple[int, int, int, str], Finding]] = field(default_factory=list)
    counts: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    first_left_out: dict[tuple[str | None, str], tuple[tuple[int, int, int, str], Finding]] = field(default_factory=dict)

    def add(
        self, code: str, sheet: str | None = None, cell: Cell | None = None, quoted: str | None = None, order: int = -1,
        **named: str | int | float,
    ) -> None:  # fmt: skip
        """Notes a finding with the severity of its rule."""
        self.put(Finding(code, _SEVERITY[code], sheet, cell.address if cell else None, quoted, named), cell, order)

    def put(self, finding: Finding, cell: Cell | None, order: int) -> None:
        """Keeps a finding while there are few of its kind."""
        place = (order, cell.row if cell else 0, cell.column if cell else 0, finding.code)
        kind = (finding.sheet, finding.code)
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_OF_ONE_CODE:
            self.findings.append((place, finding))
        else:
            self.first_left_out.setdefault(kind, (place, finding))

    def in_order(self) -> tuple[Finding, ...]:
        """Every finding by sheet, row, column and code."""
        more = [
            (place, _and_more(finding, self.counts[kind] - MOST_OF_ONE_CODE))
            for kind, (place, finding) in self.first_left_out.items()
        ]
        return tuple(finding for _, finding in sorted([*self.findings, *more], key=lambda found: found[0]))


def _and_more(finding: Finding, count: int) -> Finding:
    """Stands for a finding and all of its kind after it, as checks/order.py tells it."""
    named: dict[str, str | int | float] = {"count": count, "shown": MOST_OF_ONE_CODE}
    return Finding(MORE.code, finding.severity, finding.sheet, finding.cell, finding.code, named)


@dataclass(frozen=True, eq=False)
class _OfFile:
    """A sheet, with the file that it stands in."""

    sheet: Sheet
    book: ReadWorkbook

    @property
    def is_csv(self) -> bool:
        return self.book.properties.get("format") == "csv"

    @cached_property
    def has_content(self) -> bool:
        return any(not is_blank(scalar) for row in self.sheet.rows for scalar in row)

    def notes(self) -> Iterator[tuple[Cell, CellNote]]:
        """The cells whose content cannot be used."""
        for note in self.book.notes:
            if note.sheet == self.sheet.name and note.cell and (cell := _cell(note.sheet, note.cell)):
                yield cell, note


# Whose return it is.


def _stamp(books: Iterable[ReadWorkbook], noted: _Noted) -> dict[str, str]:
    """What the files say of themselves, by the names of STAMP. A sheet says more than the properties of its file."""
    stamp: dict[str, str] = {}
    for book in books:
        own = {name: cleaned(book.properties.get(f"{STAMP_PROPERTY}{name}", "")) for name in STAMP}
        for row in next((sheet.rows for sheet in book.sheets if sheet.name == STAMP_SHEET), ()):
            if len(row) > 1 and row[0] in own and not is_blank(row[1]):
                own[str(row[0])] = shown(row[1])
        for name, told in own.items():
            if told and stamp.setdefault(name, told) != told:
                noted.add("stamps_differ", quoted=told, other=stamp[name])
    return stamp


def _told(stamp: Mapping[str, str], asked: Asked, form: Form, noted: _Noted) -> dict[str, str]:
    """Agreement, party and period, of the file and the caller together. Whatever they do not agree on is noted."""
    if stamp.get("form_id", form.form_id) != form.form_id:
        noted.add("other_form", quoted=stamp["form_id"], form=form.form_id)
    told = {}
    for name in _NOT_SAID:
        of_file, of_caller = stamp.get(name), cleaned(getattr(asked, name) or "")
        if of_file and of_caller and of_file != of_caller:
            noted.add(_CONTRADICTS[name], quoted=of_file, asked=of_caller)
        elif not of_file and not of_caller:
            noted.add(_NOT_SAID[name])
        told[name] = of_file or of_caller
    return told


def _agreement(told: Mapping[str, str], agreements: Mapping[str, Agreement], noted: _Noted) -> Agreement | None:
    agreement = agreements.get(told["agreement_id"])
    if told["agreement_id"] and agreement is None:
        noted.add("agreement_unknown", quoted=told["agreement_id"], known="; ".join(sorted(agreements)))
    return agreement


def _check_party_and_period(told: Mapping[str, str], agreement: Agreement | None, noted: _Noted) -> None:
    if agreement and told["party_id"] and told["party_id"] not in (known := [party.party_id for party in agreement.parties]):
        noted.add("party_unknown", quoted=told["party_id"], known="; ".join(known))
    if not told["period"]:
        return
    try:
        period = Period.parse(told["period"])
    except ValueError:
        noted.add("period_unknown", quoted=told["period"])
        return
    if agreement and not isinstance(agreement.reporting, Unknown):
        expected = MONTHS_OF.get(agreement.reporting.frequency)
        if expected and period.n_months != expected:
            noted.add("period_wrong_length", quoted=told["period"], months=expected)


def _version(stamped: str | None, form: Form, period: str, noted: _Noted) -> int:
    """The version to read by: the template's own, where it was in use by then, else the period's."""
    current = form.version_for(period)
    if stamped is None or stamped == str(current):
        return current
    known = {str(version.version): version.version for version in form.versions}
    if stamped not in known:
        noted.add("form_version_unknown", quoted=stamped, current=current)
        return current
    if known[stamped] > current:
        noted.add("form_version_newer", quoted=stamped, current=current)
        return current
    noted.add("form_version_older", quoted=stamped, current=current)
    return known[stamped]


# Which sheet is which table.


def _is_our_own(sheet: Sheet) -> bool:
    """Whether a sheet is one that the template or a marked copy brings beside the tables."""
    own = {folded(text(key, language)) for key in ("template.sheet", "marked.sheet") for language in LANGUAGES}
    return sheet.name == STAMP_SHEET or folded(sheet.name) in own or (sheet.is_hidden and sheet.name.startswith("_"))


def _matched(sheets: Sequence[_OfFile], form: Form) -> list[tuple[FormTable | None, _OfFile]]:
    """Each sheet with its table: by the sheet's name; a CSV file also by a part of its name, or else by its headings."""
    by_name = [(_table_named(part, form), part) for part in sheets]
    taken = {table.table for table, _ in by_name if table}
    left = [table for table in form.tables if table.table not in taken]
    return [(table or (_table_headed(part.sheet, left, form) if part.is_csv else None), part) for table, part in by_name]


def _table_named(part: _OfFile, form: Form) -> FormTable | None:
    name = _words(_COPY_NUMBER.sub("", part.sheet.name) if part.is_csv else part.sheet.name)
    lengths: dict[str, int] = {}
    for table in form.tables:
        for known in map(_words, (table.table, table.sheet.nb, table.sheet.en)):
            ends = part.is_csv and known in (name[: len(known)], name[-len(known) :])
            if name == known or ends:
                lengths[table.table] = max(len(known), lengths.get(table.table, 0))
    longest = [table for table, length in lengths.items() if length == max(lengths.values())]
    return form.table(longest[0]) if len(longest) == 1 else None


def _table_headed(sheet: Sheet, tables: Sequence[FormTable], form: Form) -> FormTable | None:
    """The table whose headings the sheet has, where no other comes as near."""
    counted = [(_Headings(table, form).best_row(sheet)[1] / len(table.columns), table.table) for table in tables]
    shares = sorted(counted, reverse=True)
    if not shares or shares[0][0] < SHARE_OF_HEADINGS or (len(shares) > 1 and shares[0][0] == shares[1][0]):
        return None
    return form.table(shares[0][1])


@dataclass(frozen=True)
class _Headings:
    """The columns of a table by every way that their headings are written."""

    table: FormTable
    form: Form

    @cached_property
    def columns(self) -> dict[str, FormColumn]:
        """By heading, header or name, in either language, with the unit or without."""
        found: dict[str, FormColumn] = {}
        for column in self.table.columns:
            for header in (column.header.nb, column.header.en):
                for unit in ("", *unit_words(column, self.form)):
                    found.setdefault(_plain_heading(f"{header} {unit}"), column)
            found.setdefault(_plain_heading(column.column), column)
        return found

    def best_row(self, sheet: Sheet) -> tuple[int, int]:
        """The index of the row with most headings among the first, and how many it has."""
        counts = [len({column.column for column in map(self.column_of, row) if column}) for row in sheet.rows[:HEADER_ROWS]]
        most = max(counts, default=0)
        return (counts.index(most), most) if most else (0, 0)

    def column_of(self, header: Scalar) -> FormColumn | None:
        return self.columns.get(_plain_heading(header)) if isinstance(header, str) else None

    def column_in_other_unit(self, header: str) -> tuple[FormColumn, str] | None:
        """The column whose heading stands with a bracket that is not its unit, and the bracket."""
        found = _BEFORE_BRACKET.fullmatch(cleaned(header))
        column = self.column_of(found[1]) if found else None
        return (column, found[2]) if found and column else None

    def nearest(self, header: str, language: str) -> str | None:
        """The heading that a header is nearly, in the language of the sheet."""
        close = difflib.get_close_matches(_plain_heading(header)[:80], self.columns, n=1, cutoff=CLOSE_HEADING)
        return self.form.heading(self.columns[close[0]], language) if close else None

    def language(self, headers: Iterable[Scalar], otherwise: str) -> str:
        """The language that most of the headings are in."""
        counts: Counter[str] = Counter()
        for header in headers:
            if column := self.column_of(header):
                plain = _plain_heading(str(header))
                of_it = [one for one in LANGUAGES if plain.startswith(_plain_heading(column.header.in_language(one)))]
                counts.update(of_it if len(of_it) == 1 else ())
        return counts.most_common(1)[0][0] if counts else otherwise


# The rows of a table.


@dataclass(frozen=True)
class _Reading:
    """One return being read: by which form, for which agreement, and what is noted on the way."""

    whole: Form
    form: Form
    agreement: Agreement
    language: str
    noted: _Noted

    def all_rows(self, tables: Sequence[tuple[FormTable | None, _OfFile]]) -> dict[str, tuple[ReturnRow, ...]]:
        """The rows by table, in the order of the form. Sheets and tables that have no partner are noted."""
        first: dict[str, _OfFile] = {}
        for position, (table, part) in enumerate(tables):
            self._place(table, part, first, len(self.whole.tables) + position)
        rows = {}
        for order, table in enumerate(self.form.tables):
            if table.table in first:
                rows[table.table] = self._rows(table, first[table.table], order)
            else:
                self.noted.add("table_missing", quoted=table.sheet.in_language(self._said()))
        return rows

    def _said(self) -> str:
        return self.language if self.language in LANGUAGES else LANGUAGES[0]

    def _place(self, table: FormTable | None, part: _OfFile, first: dict[str, _OfFile], last: int) -> None:
        """Takes the first sheet of each table that is asked; notes the others."""
        name = part.sheet.name
        if table is None:
            if part.has_content:
                self.noted.add("sheet_ignored", name, quoted=cleaned(name), order=last)
        elif table.table in first:
            self.noted.add("table_twice", name, quoted=cleaned(name), order=last, other=first[table.table].sheet.name)
        elif not any(asked.table == table.table for asked in self.form.tables):
            self.noted.add("table_not_asked", name, quoted=cleaned(name), order=last)
        else:
            first[table.table] = part

    def _rows(self, table: FormTable, part: _OfFile, order: int) -> tuple[ReturnRow, ...]:
        if part.sheet.is_hidden and part.has_content:
            self.noted.add("hidden_sheet", part.sheet.name, quoted=part.sheet.name, order=order)
        headings = _Headings(self.whole.table(table.table), self.whole)
        top, n_headings = headings.best_row(part.sheet)
        if not n_headings:
            self.noted.add("header_missing", part.sheet.name, quoted=part.sheet.name, order=order)
            return ()
        language = headings.language(part.sheet.rows[top], self._said())
        return _SheetReading(self, table, part, order, headings, top, language).rows()


@dataclass(frozen=True)
class _SheetReading:
    """One sheet being read. `top` is the index of the row with the headings; rows and columns of cells count from one."""

    reading: _Reading
    table: FormTable
    part: _OfFile
    order: int
    headings: _Headings
    top: int
    language: str
    columns: dict[int, FormColumn] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet:
        return self.part.sheet

    @cached_property
    def below(self) -> dict[int, tuple[int, int, int]]:
        """How many cells of each column hold anything below the headings, and the first and the last row of them."""
        found: dict[int, tuple[int, int, int]] = {}
        for row, scalars in enumerate(self.sheet.rows[self.top + 1 :], self.top + 2):
            for number, scalar in enumerate(scalars, 1):
                if not is_blank(scalar):
                    n, first, _ = found.get(number, (0, row, row))
                    found[number] = n + 1, first, row
        return found

    def rows(self) -> tuple[ReturnRow, ...]:
        """The rows that answer anything. What stands in no column, or in no row of its own, is noted."""
        unread = self._find_columns()
        self._note_missing_columns()
        self._note_shape()
        self._note_unusable()
        places = {column.column: number for number, column in sorted(self.columns.items())}
        found = tuple(self._each_row(places))
        self._note_outside(unread)
        if not found and self.table.table in NEVER_EMPTY:
            self._note("table_empty", quoted=self.sheet.name)
        return found

    def _note(self, code: str, cell: Cell | None = None, quoted: str | None = None, **named: str | int | float) -> None:
        self.reading.noted.add(code, self.sheet.name, cell, quoted, self.order, **named)

    def _at(self, row: int, column: int) -> Cell:
        return Cell(self.sheet.name, row, column)

    # Columns.

    def _find_columns(self) -> dict[int, str]:
        """Fills `columns`; gives the headers of the columns that are not read though they may hold something."""
        unread: dict[int, str] = {}
        seen: set[str] = set()
        asked = {column.column for column in self.table.columns}
        for number, header in enumerate(self.sheet.rows[self.top], 1):
            if is_blank(header) or _is_last(header):
                continue
            cell, column = self._at(self.top + 1, number), self._column_of(header, self._at(self.top + 1, number))
            if column is None:
                unread[number] = shown(header)
            elif column.column in seen:
                self._note("column_twice", cell, shown(header))
            elif column.column not in asked:
                seen.add(column.column)
                if number in self.below:
                    self._note("column_not_asked", cell, shown(header))
            else:
                seen.add(column.column)
                self.columns[number] = self.table.column(column.column)
        return unread

    def _column_of(self, header: Scalar, cell: Cell) -> FormColumn | None:
        if (column := self.headings.column_of(header)) or not isinstance(header, str):
            return column
        if not (found := self.headings.column_in_other_unit(header)):
            return None
        column, bracket = found
        if column.unit:
            unit = self.reading.whole.units[column.unit].in_language(self.language)
            self._note("column_other_unit", cell, shown(header), found=bracket[:40], unit=unit)
        return column

    def _note_missing_columns(self) -> None:
        present = {column.column for column in self.columns.values()}
        for column in self.table.columns:
            if column.column in present:
                continue
            heading = self.reading.whole.heading(column, self.language)
            if column.required == "never":
                self._note("optional_column_missing", quoted=heading)
            else:
                self._note("asked_column_missing", quoted=heading)

    def _note_outside(self, unread: Mapping[int, str]) -> None:
        """Notes what stands below a header that is not in the form, or below none. What the template greys out is ours."""
        headers = dict(enumerate(self.sheet.rows[self.top], 1))
        for number, (n, first, _) in sorted(self.below.items()):
            if number in self.columns or not (is_blank(headers.get(number)) or number in unread):
                continue
            header = self._at(self.top + 1, number)
            if number not in unread:
                self._note("content_outside", self._at(first, number), shown(self.sheet.rows[first - 1][number - 1]), n=n)
            elif nearest := self.headings.nearest(unread[number], self.language):
                self._note("column_renamed", header, unread[number], nearest=nearest)
            else:
                self._note("column_unknown", header, unread[number])

    # What the sheet does to its cells.

    def _note_shape(self) -> None:
        """Notes what is merged or hidden in the area of the table."""
        known = sorted(self.columns)
        last = max((self.below[number][2] for number in known if number in self.below), default=self.top + 1)
        for reference in self.sheet.merged:
            first, end = (_cell(self.sheet.name, part) for part in reference.split(":"))
            if first and end and first.row <= last and end.row > self.top and any(first.column <= n <= end.column for n in known):
                self._note("merged_cells", first, reference)
        for row in self.sheet.hidden_rows:
            scalars = self.sheet.rows[row - 1] if row <= len(self.sheet.rows) else ()
            if row > self.top + 1 and any(not is_blank(_in(scalars, number)) for number in known):
                self._note("hidden_row", self._at(row, known[0]), str(row))
        for number in self.sheet.hidden_columns:
            if number in self.columns:
                header = shown(self.sheet.rows[self.top][number - 1])
                self._note("hidden_column", self._at(self.top + 1, number), header)

    def _note_unusable(self) -> None:
        for cell, note in self.part.notes():
            if cell.row == self.top + 1 or (cell.row > self.top and cell.column in self.columns):
                self._note(note.code, cell, note.quoted)

    # Rows.

    def _each_row(self, places: Mapping[str, int]) -> Iterator[ReturnRow]:
        readers = [
            (number, AnswerReader(column, self.reading.form, choices(column, self.reading.agreement)))
            for number, column in sorted(self.columns.items())
        ]
        keys = [places[name] for name in self.table.key if name in places]
        for row, scalars in enumerate(self.sheet.rows[self.top + 1 :], self.top + 2):
            filled = [(number, reader, scalar) for number, reader in readers if not is_blank(scalar := _in(scalars, number))]
            if not filled:
                continue
            if total := next((number for number in keys if _is_total(_in(scalars, number))), None):
                self._note("total_row", self._at(row, total), shown(scalars[total - 1]))
                continue
            answers = dict(self._answers(row, filled))
            yield ReturnRow(self.table.table, self.sheet.name, row, answers, places)

    def _answers(self, row: int, filled: Iterable[tuple[int, AnswerReader, Scalar]]) -> Iterator[tuple[str, Answer]]:
        for number, reader, scalar in filled:
            answer = reader.answer(scalar)
            if isinstance(answer, Fault):
                self._put(answer, self._at(row, number))
                continue
            for remark in reader.remarks(scalar, answer):
                if not (self.part.is_csv and remark.code in _ORDINARY_IN_CSV):
                    self._put(remark, self._at(row, number))
            yield reader.column.column, answer

    def _put(self, fault: Fault, cell: Cell) -> None:
        self.reading.noted.put(fault.finding(self.sheet.name, cell.address, self.language), cell, self.order)


def _in(scalars: Sequence[Scalar], number: int) -> Scalar:
    """What stands in a column of a row, counted from one."""
    return scalars[number - 1] if number <= len(scalars) else None


def _plain_heading(header: str) -> str:
    """A heading without capitals, spaces and signs."""
    return "".join(_words(header))


def _words(name: str) -> list[str]:
    return _WORD.findall(folded(name))


def _is_last(header: Scalar) -> bool:
    """Whether a column shows what was reported last, which the template greys out."""
    return isinstance(header, str) and folded(header).startswith(_words_of_last())


@cache
def _words_of_last() -> tuple[str, ...]:
    return tuple(folded(text("template.last", language)) for language in LANGUAGES)


def _is_total(scalar: Scalar) -> bool:
    return isinstance(scalar, str) and folded(scalar).rstrip(" :.") in TOTALS


def _cell(sheet: str, address: str) -> Cell | None:
    """The cell of an address; None for what is no address."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return Cell(sheet, int(found[2]), column)
