"""A sheet with a header row as rows whose values keep their cells. Knows tables, not our subject."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.period import Month
from domain.rows import Cell, Finding
from pipelines.reading.workbook import Scalar, Sheet

# Beyond this no sheet counts anything, and squares and sums of such numbers are still finite.
LARGEST_NUMBER = 1e15


@dataclass
class Table:
    """The rows below a sheet's first row, by column name. What is wrong with a value is collected in `findings`."""

    sheet: Sheet
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        header = self.sheet.rows[0] if self.sheet.rows else ()
        names = [str(name).strip() if name is not None else "" for name in header]
        self.columns = {name: number for number, name in reversed(list(enumerate(names))) if name}
        doubles = sorted({name for name in names if name and names.count(name) > 1})
        self.findings += [Finding("column_twice", "error", self.sheet.name, None, name) for name in doubles]

    @property
    def name(self) -> str:
        return self.sheet.name

    def lacks(self, *names: str) -> bool:
        """Whether any of the columns is missing; each missing one becomes a finding."""
        missing = [name for name in names if name not in self.columns]
        self.findings += [Finding("column_missing", "error", self.name, None, name) for name in missing]
        return bool(missing)

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything."""
        for number, values in enumerate(self.sheet.rows[1:], start=2):
            if any(found is not None and found != "" for found in values):
                yield Row(self, number, values)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `number` counts as Excel does."""

    table: Table
    number: int
    values: tuple[Scalar, ...]

    def cell(self, name: str) -> Cell:
        return Cell(self.table.name, self.number, self.table.columns[name] + 1)

    def raw(self, name: str) -> Scalar:
        """What stands in the column; None where the column or the value is missing, or R's NA is printed."""
        column = self.table.columns.get(name)
        found = self.values[column] if column is not None and column < len(self.values) else None
        return None if found in ("", "NA") else found

    def text(self, name: str) -> str | None:
        """The value as text. Ids that a spreadsheet turned into numbers keep their digits."""
        found = self.raw(name)
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        return None if found is None else str(found).strip() or None

    def number_in(self, name: str) -> float | None:
        """The number in the column; a finding where it is something else."""
        found = self.raw(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not abs(found) < LARGEST_NUMBER:
            self.reject("not_a_number", name)
            return None
        return float(found)

    def whole(self, name: str) -> int | None:
        """The whole number in the column; a finding where it is something else."""
        found = self.number_in(name)
        if found is None:
            return None
        if not found.is_integer():
            self.reject("not_a_whole_number", name)
            return None
        return int(found)

    def month(self, name: str) -> Month | None:
        """The month of the date in the column; a finding where it is something else."""
        found = self.raw(name)
        if isinstance(found, (dt.date, dt.datetime)):
            return Month(found.year, found.month)
        if isinstance(found, str) and len(found) >= 7:
            try:
                return Month.parse(found[:7])
            except ValueError:
                found = str(found)
        if found is not None:
            self.reject("not_a_date", name)
        return None

    def reject(self, code: str, name: str) -> None:
        """Records that the value of a column cannot be used."""
        quoted = str(self.raw(name))[:80]
        self.table.findings.append(Finding(code, "error", self.table.name, self.cell(name).address, quoted, {"column": name}))

    def has(self, *names: str) -> bool:
        """Whether every named column has a value; a finding for each that has none."""
        missing = [name for name in names if self.raw(name) is None]
        for name in missing:
            self.table.findings.append(
                Finding("value_missing", "error", self.table.name, self.cell(name).address, None, {"column": name})
            )
        return not missing
