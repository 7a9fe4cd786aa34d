"""How another form is read as ours: which of its cells answer which of our columns, in what unit, sign, scale and names.

A mapping is one YAML file. It says nothing of one report: the same mapping reads every report of the same form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.fact_files import load_fact_file
from domain.mapping_faults import Content, faults_of
from domain.model import Fact, Id, LocalText
from domain.period import Month, Period

BUILT_IN = Path(__file__).parent / "mappings"

Unit = Literal["kr", "tkr", "mnok", "mrd", "pct", "share"]
# What one of their units is in ours: million kroner, and per cent.
FACTORS: dict[str, Decimal] = {
    "kr": Decimal("0.000001"), "tkr": Decimal("0.001"), "mnok": Decimal(1), "mrd": Decimal(1000),
    "pct": Decimal(1), "share": Decimal(100),
}  # fmt: skip
Sign = Literal[1, -1, "over_is_positive", "over_is_negative", "saving_is_positive"]
_TURNED = frozenset({-1, "over_is_negative", "saving_is_positive"})
# The year of the report date, or so many years from it: as a constant, or in braces as a part of a header.
_REPORT_YEAR = re.compile(r"report_year(?: ?([+-]) ?([0-9]{1,2}))?")
_IN_BRACES = re.compile(rf"\{{{_REPORT_YEAR.pattern}\}}")
# What stands beside the rows that add it up.
TOTALS = ("Sum", "Sum totalt", "Totalsum", "Total", "Totalt", "I alt", "Til sammen", "Samlet")
_COLUMN_LETTERS = re.compile(r"[A-Za-z]{1,3}")


def _as_header(given: object) -> object:
    """A header as it is looked for: one text, or two for a header of two rows."""
    parts = given if isinstance(given, (list, tuple)) else [given]
    if not 1 <= len(parts) <= 2:
        raise PydanticCustomError("header", "must be one text, or two for a header of two rows")
    return tuple(part if isinstance(part, str) else _plain(part) for part in parts)


def _as_text(given: object) -> object:
    return given if isinstance(given, str) else _plain(given)


def _plain(given: object) -> object:
    """Numbers and days, which YAML makes of 2026 and 2026-04-30, as they were written."""
    return str(given) if isinstance(given, (int, float, dt.date)) and not isinstance(given, bool) else given


def _as_place(given: object) -> object:
    """The number of a row, or of a column that may be given by its letters."""
    if isinstance(given, str) and _COLUMN_LETTERS.fullmatch(given):
        number = 0
        for letter in given.upper():
            number = number * 26 + ord(letter) - 64
        return number
    return given


def _as_places(given: object) -> object:
    parts = given if isinstance(given, (list, tuple)) else [given]
    if not 1 <= len(parts) <= 2:
        raise PydanticCustomError("places", "must be one row or column, or two for a header of two")
    return tuple(_as_place(part) for part in parts)


def _as_constant(given: object) -> object:
    if isinstance(given, (str, bool, int, float, dt.date)):
        return given
    raise PydanticCustomError("constant", "must be a text, a number, a day, or true or false")


def _texts_of_keys(given: object) -> object:
    return {_as_text(key): inner for key, inner in given.items()} if isinstance(given, dict) else given


Text = Annotated[str, BeforeValidator(_as_text)]
Header = Annotated[tuple[str, ...], BeforeValidator(_as_header)]
Place = Annotated[int, BeforeValidator(_as_place), Field(ge=1, le=50_000)]
Places = Annotated[tuple[Place, ...], BeforeValidator(_as_places)]
Constant = Annotated[Any, BeforeValidator(_as_constant)]


def _from_header(given: Any) -> Any:
    return given if isinstance(given, (dict, Fact)) else {"header": given}


class TheirNumber(Fact):
    """A column of theirs, found by its header. With unit and sign its numbers are ours: over the plan is positive."""

    header: Header
    unit: Unit | None = None
    sign: Sign = 1

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        return _from_header(given)

    @property
    def factor(self) -> Decimal:
        """What a number of theirs is multiplied by."""
        factor = FACTORS[self.unit] if self.unit else Decimal(1)
        return -factor if self.sign in _TURNED else factor


class TheirColumn(TheirNumber):
    """Which of their columns answers one of ours. `blank_means` is why a blank cell has no answer, where that is known."""

    scale: Id | None = None
    date_format: str | None = None
    blank_means: Id | None = None


class Calculation(Fact):
    """What a number of theirs must be, of their own others."""

    sum: tuple[TheirNumber, ...] = ()
    difference: tuple[TheirNumber, ...] = ()
    ratio_pct: tuple[TheirNumber, ...] = ()

    @property
    def terms(self) -> tuple[TheirNumber, ...]:
        return self.sum or self.difference or self.ratio_pct


class Recomputation(TheirNumber):
    """A column of theirs that others give. If it does not come out, a sign or a unit of the mapping is wrong, or their file."""

    equals: Calculation


class ReportDate(Fact):
    """Where it stands which day the figures are of: in one cell, in each line, or above groups of columns.

    In a transposed sheet the last is a column, with groups of rows beside it.
    """

    cell: str | None = None
    header: Header | None = None
    above: Place | None = None
    date_format: str | None = None


class TablePart(Fact):
    """What a block answers of one of our tables. A table may be given twice, as when each year has its own columns."""

    table: Id
    columns: dict[Id, TheirColumn] = Field(default_factory=dict)
    constants: dict[Id, Constant] = Field(default_factory=dict)


class Block(Fact):
    """Lines of one sheet: rows below their headers or, transposed, columns beside them.

    `columns` and `constants` hold for each of its tables that has such a column.
    """

    sheet: Text
    orientation: Literal["rows", "columns"] = "rows"
    header_row: Places | None = None
    header_column: Places | None = None
    first_row: Place | None = None
    first_column: Place | None = None
    stop_at_blank: bool = False
    stop_at: tuple[Text, ...] = ()
    skip: tuple[Text, ...] = ()
    totals: tuple[Text, ...] = TOTALS
    report_date: ReportDate | None = None
    party: Header | None = None
    columns: dict[Id, TheirColumn] = Field(default_factory=dict)
    constants: dict[Id, Constant] = Field(default_factory=dict)
    tables: tuple[TablePart, ...]
    checks: tuple[Recomputation, ...] = ()

    @property
    def headers_in(self) -> tuple[int, ...]:
        """The rows, or columns, that hold the headers."""
        return (self.header_row if self.orientation == "rows" else self.header_column) or (1,)

    @property
    def first_line(self) -> int:
        """The first row, or column, that may answer anything."""
        return (self.first_row if self.orientation == "rows" else self.first_column) or max(self.headers_in) + 1


class Scale(Fact):
    """What their words or ratings mean, from a day to a day, both included."""

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    codes: Annotated[dict[str, Text], BeforeValidator(_texts_of_keys)]

    def holds_on(self, day: dt.date) -> bool:
        return _is_within(day, self.valid_from, self.valid_to)


class TheirName(Fact):
    """A name or number that a project has in their form, and the last day on which it had it."""

    name: Text
    valid_to: dt.date | None = None

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        return given if isinstance(given, (dict, Fact)) else {"name": given}


class Identity(Fact):
    """One of our projects: every name that it has or had in their form. Two that hold at once are two of theirs in one of ours.

    `answers` is what our form asks of the project and theirs never says, by column.
    """

    project_id: str
    names: tuple[TheirName, ...]
    answers: dict[Id, Constant] = Field(default_factory=dict)


class FormMapping(Fact):
    """A whole mapping. `party_id` says whose every report is; `parties` are the names by which a column says it."""

    mapping_id: Id
    name: LocalText
    form_id: Id
    agreement_id: Id | None = None
    party_id: Id | None = None
    parties: dict[Id, tuple[Text, ...]] = Field(default_factory=dict)
    period: Literal["last_ended", "containing"] = "last_ended"
    missing: Annotated[dict[str, Id], BeforeValidator(_texts_of_keys)] = Field(default_factory=dict)
    scales: dict[Id, tuple[Scale, ...]] = Field(default_factory=dict)
    identity: tuple[Identity, ...] = ()
    blocks: tuple[Block, ...]

    def period_of(self, reported_on: dt.date, n_months: int = 3) -> str:
        """The period that a report date is of: the last one that had ended by the end of that day, or the one it lies in.

        So 31 December closes the fourth quarter, and 31 August the second one, unless the mapping says `containing`.
        """
        month = Month(reported_on.year, reported_on.month)
        first = month.plus(-((month.month - 1) % n_months))
        within = Period(first, first.plus(n_months - 1))
        next_day = reported_on + dt.timedelta(days=1)
        has_ended = within.last.plus(1).first_day <= next_day
        return str(within if has_ended or self.period == "containing" else within.previous())

    def scale_on(self, scale_id: str, day: dt.date) -> Scale | None:
        """The scale as it is on a day; None where none holds."""
        return next((scale for scale in self.scales[scale_id] if scale.holds_on(day)), None)


def load_mapping(path: Path) -> FormMapping:
    """The mapping of one file. LoadError with every problem at once."""

    def own_faults(content: Content) -> Iterable[Any]:
        return faults_of(content, path.stem)

    return load_fact_file(path, FormMapping, "a mapping", own_faults)


def mapping_paths(*folders: Path) -> dict[str, Path]:
    """The files of the built-in folder and the given ones, by mapping id. A city's own file replaces a built-in one."""
    return {path.stem: path for folder in (BUILT_IN, *folders) if folder.is_dir() for path in sorted(folder.glob("*.yaml"))}


def constant_on(constant: str | float | bool | dt.date, day: dt.date) -> str | float | bool | dt.date:
    """A constant as it is for a report date."""
    found = _REPORT_YEAR.fullmatch(constant) if isinstance(constant, str) else None
    return _year(found, day) if found else constant


def header_on(header: Iterable[str], day: dt.date) -> tuple[str, ...]:
    """A header as it is in a report of a date."""
    return tuple(_IN_BRACES.sub(lambda found: str(_year(found, day)), part) for part in header)


def _year(found: re.Match[str], day: dt.date) -> int:
    return day.year + (int(found[1] + found[2]) if found[1] else 0)


def _is_within(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
