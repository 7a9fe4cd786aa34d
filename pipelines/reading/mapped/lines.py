"""The lines of a block of another form that count: of the report date and the party, down to where the table ends."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.mappings import Block, FormMapping, header_on
from domain.rows import Cell
from pipelines.reading.answers import folded, is_blank, shown
from pipelines.reading.mapped.dates import report_day
from pipelines.reading.mapped.grid import Grid, Headers, column_number, each_text, folded_texts
from pipelines.reading.mapped.rules import Noted
from pipelines.reading.workbook import Sheet

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_MOST_DAYS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the day that it says it is of, where it says one; and whether it adds others up."""

    number: int
    day: dt.date | None = None
    is_total: bool = False


@dataclass(frozen=True, eq=False)
class BlockLines:
    """A block in its sheet, read for one report date. What is odd is noted once, however often it is asked."""

    block: Block
    sheet: Sheet
    mapping: FormMapping
    reported_on: dt.date
    party_id: str | None
    noted: Noted
    order: int
    _fields: dict[tuple[tuple[str, ...], int | None], int | None] = field(default_factory=dict)

    @cached_property
    def grid(self) -> Grid:
        return Grid(self.sheet, self.block.orientation == "columns")

    @cached_property
    def headers(self) -> Headers:
        """The headers that are looked at: those of another report date are not."""
        left_out = {number for number, day in self._days_above.items() if day != self.reported_on}
        return Headers(self.grid, self.block.headers_in, frozenset(left_out))

    def note(self, code: str, cell: Cell | None = None, quoted: str | None = None, **named: str | int | float) -> None:
        """Notes something about the sheet, or a cell of it."""
        self.noted.add(code, self.sheet.name, cell, quoted, self.order, **named)

    def field_of(self, header: Sequence[str], nth: int | None = None) -> int | None:
        """The field that a header of the mapping leads to, the nth of that header where it says so.

        None, and noted, where it leads to none or to several.
        """
        key = header_on(header, self.reported_on), nth
        if key not in self._fields:
            self._fields[key] = self._found(*key)
        return self._fields[key]

    def _found(self, header: tuple[str, ...], nth: int | None) -> int | None:
        numbers = self.headers.numbers_of(header)
        quoted = " / ".join(header)[:80]
        if nth is not None:
            numbers = numbers[nth - 1 : nth]
        if len(numbers) == 1:
            return numbers[0]
        if numbers:
            cell = self.grid.cell(self.block.headers_in[-1], numbers[1])
            first = self.grid.cell(self.block.headers_in[-1], numbers[0]).address
            self.note("mapped_header_twice", cell, quoted, first=first)
        elif nearest := self.headers.nearest(header):
            self.note("mapped_header_renamed", None, quoted, nearest=nearest)
        else:
            self.note("mapped_header_missing", None, quoted)
        return None

    # Days.

    @cached_property
    def _days_above(self) -> dict[int, dt.date]:
        """The day of each field that stands below one, or in a transposed sheet beside one."""
        date = self.block.report_date
        if date is None or date.above is None:
            return {}
        days = [report_day(scalar, date.date_format) for scalar in self.grid.filled(date.above)]
        return {number: day for number, day in enumerate(days, 1) if day is not None}

    @cached_property
    def _day_of_sheet(self) -> dt.date | None:
        """The day that one cell says for all lines."""
        date = self.block.report_date
        found = _ADDRESS.fullmatch(date.cell) if date and date.cell else None
        if date is None or found is None:
            return None
        cell = Cell(self.sheet.name, int(found[2]), column_number(found[1].upper()))
        scalar = Grid(self.sheet).spread(cell.row, cell.column)
        day = report_day(scalar, date.date_format)
        if day is None:
            self.note("mapped_date_unreadable", cell, shown(scalar) if not is_blank(scalar) else None)
        return day

    def is_of_another_day(self) -> bool:
        """Whether nothing of the block is of the report date; noted with the days that it has."""
        date = self.block.report_date
        if date is None:
            return False
        if date.cell is not None:
            days = {self._day_of_sheet} if self._day_of_sheet else set()
        elif date.above is not None:
            days = set(self._days_above.values())
        else:
            days = {line.day for line in self.body if line.day}
        others = sorted(days - {self.reported_on})
        if self.reported_on in days or (self.takes_newest and any(day < self.reported_on for day in days)):
            if date.above is not None and others:
                n_fields = sum(day != self.reported_on for day in self._days_above.values())
                self.note("mapped_other_dates", None, None, n=n_fields, days=_listed(others))
            return False
        self.note("mapped_date_absent", None, None, day=self.reported_on.isoformat(), days=_listed(others) or "–")
        return True

    # Lines.

    @cached_property
    def body(self) -> tuple[Line, ...]:
        """Every line that holds anything and adds nothing up, of whatever day and party."""
        return tuple(line for line in self._until_end if not line.is_total)

    @cached_property
    def totals(self) -> tuple[Line, ...]:
        """The lines that add others up."""
        return tuple(line for line in self._until_end if line.is_total)

    @property
    def takes_newest(self) -> bool:
        """Whether each project's newest line up to the report date counts, of whatever day that is."""
        date = self.block.report_date
        return date is not None and date.takes == "newest_until"

    def counted(self, project_of: Callable[[Line], str]) -> list[Line]:
        """The lines of the body that are of the report date and the party. Others are counted in a note."""
        known = [line for line in self.body if line.day is None or self._is_known(line.day)]
        own = [line for line in known if not self.block.party or self._is_of_party(line)]
        kept = self._newest(own, project_of) if self.takes_newest else own
        numbers = {line.number for line in kept}
        others = [line.day for line in self.body if line.day is not None and not self._is_known(line.day)]
        others += [line.day for line in own if line.day is not None and line.number not in numbers]
        if others:
            self.note("mapped_other_dates", None, None, n=len(others), days=_listed(sorted(set(others))))
        if len(own) < len(known):
            self.note("mapped_other_parties", None, None, n=len(known) - len(own), party=self.party_id or "–")
        return kept

    def _is_known(self, day: dt.date) -> bool:
        return day <= self.reported_on if self.takes_newest else day == self.reported_on

    def _newest(self, lines: Sequence[Line], project_of: Callable[[Line], str]) -> list[Line]:
        """The lines of the newest day of each project that is still there; noted where that is before the report date."""
        left = {entry.project_id: entry.left.valid_from for entry in self.mapping.identity if entry.left}
        newest: dict[str, dt.date] = {}
        dated = [(line, line.day, project_of(line)) for line in lines if line.day is not None]
        for _, day, project in dated:
            newest[project] = max(day, newest.get(project, day))
        kept = [
            (line, day, project)
            for line, day, project in dated
            if day == newest[project] and not day < left.get(project, dt.date.min) <= self.reported_on
        ]
        for line, day, project in kept:
            if day < self.reported_on and self._date_field is not None:
                cell = self.grid.cell(line.number, self._date_field)
                self.note("mapped_carried_forward", cell, day.isoformat(), project=project)
        return [line for line, _, _ in kept]

    @cached_property
    def _until_end(self) -> tuple[Line, ...]:
        found: list[Line] = []
        date_field = self._date_field
        stops, skipped, totals = (folded_texts(texts) for texts in (self.block.stop_at, self.block.skip, self.block.totals))
        for number in range(self.block.first_line, self.grid.n_lines + 1):
            if self._is_empty(number, date_field):
                if self.block.stop_at_blank and found:
                    self._note_rest(number, date_field)
                    break
                continue
            texts = folded_texts(each_text(self.grid, number))
            if texts & stops:
                break
            if not texts & skipped:
                is_total = bool(texts & totals)
                found.append(Line(number, self._day_of(number, date_field, is_total), is_total))
        return tuple(found)

    def _note_rest(self, after: int, date_field: int | None) -> None:
        """Notes the lines that stand after the blank one at which the block stops."""
        rest = [number for number in range(after, self.grid.n_lines + 1) if not self._is_empty(number, date_field)]
        if rest:
            cell = next(self.grid.cell(rest[0], own) for own in self.headers.paths if not is_blank(self.grid.at(rest[0], own)))
            self.note("mapped_lines_unread", cell, None, n=len(rest))

    @cached_property
    def _date_field(self) -> int | None:
        date = self.block.report_date
        return self.field_of(date.header) if date and date.header else None

    def _is_empty(self, number: int, date_field: int | None) -> bool:
        """Whether a line holds nothing below the headers that are looked at. A date alone is nothing."""
        return all(is_blank(self.grid.at(number, own)) for own in self.headers.paths if own != date_field)

    def _day_of(self, number: int, date_field: int | None, is_total: bool) -> dt.date | None:
        if date_field is None:
            return None
        scalar, date = self.grid.spread(number, date_field), self.block.report_date
        day = report_day(scalar, date.date_format if date else ())
        if day is None and not is_total:
            quoted = None if is_blank(scalar) else shown(scalar)
            self.note("mapped_date_unreadable", self.grid.cell(number, date_field), quoted)
        return day

    def _is_of_party(self, line: Line) -> bool:
        number = self.field_of(self.block.party or ())
        if number is None:
            return False
        scalar = self.grid.spread(line.number, number)
        word = "" if is_blank(scalar) else folded(str(scalar))
        own = next((party_id for party_id, names in self._party_names.items() if word in names), None)
        if own is None:
            known = "; ".join(self.mapping.parties)
            quoted = None if is_blank(scalar) else shown(scalar)
            self.note("mapped_party_unknown", self.grid.cell(line.number, number), quoted, known=known)
        return own is not None and own == self.party_id

    @cached_property
    def _party_names(self) -> dict[str, set[str]]:
        return {party_id: {folded(name) for name in (party_id, *names)} for party_id, names in self.mapping.parties.items()}


def _listed(days: Sequence[dt.date]) -> str:
    more = ["…"] if len(days) > _MOST_DAYS else []
    return "; ".join([*(day.isoformat() for day in days[:_MOST_DAYS]), *more])
