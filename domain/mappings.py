"""How another form is read as ours: which of its cells answer which of our columns, in what unit, sign, scale and names.

A mapping is one YAML file. It says nothing of one report: the same mapping reads every report of the same form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.fact_files import load_fact_file
from domain.facts import Fact, Id, LocalText
from domain.mapping_columns import (
    Calculation,
    Currency,
    DateFormats,
    Header,
    LeftOut,
    MissingWords,
    Place,
    Places,
    Recomputation,
    Text,
    TheirColumn,
    texts_of_keys,
)
from domain.mapping_faults import Content, faults_of
from domain.period import Month, Period

BUILT_IN = Path(__file__).parent / "mappings"

# The year of the report date, or so many years from it: as a constant, or in braces as a part of a header.
_REPORT_YEAR = re.compile(r"report_year(?: ?([+-]) ?([0-9]{1,2}))?")
_IN_BRACES = re.compile(rf"\{{{_REPORT_YEAR.pattern}\}}")
# What stands beside the rows that add it up.
TOTALS = ("Sum", "Sum totalt", "Totalsum", "Total", "Totalt", "I alt", "Til sammen", "Samlet")


def _as_constant(given: object) -> object:
    if isinstance(given, (str, bool, int, float, dt.date)):
        return given
    raise PydanticCustomError("constant", "must be a text, a number, a day, or true or false")


Constant = Annotated[Any, BeforeValidator(_as_constant)]


class ReportDate(Fact):
    """Where it stands which day the figures are of: in one cell, in each line, or above groups of columns.

    In a transposed sheet the last is a column, with groups of rows beside it. Where each project is reported on days of its own,
    `takes: newest_until` reads the newest line of each that is not of a later day.
    """

    cell: str | None = None
    header: Header | None = None
    above: Place | None = None
    date_format: DateFormats = ()
    takes: Literal["that_day", "newest_until"] = "that_day"


class TablePart(Fact):
    """What a block answers of one of our tables. A table may be given twice, as when each year has its own columns.

    `calculated` are numbers of ours that theirs give together, line by line, such as a forecast of a budget and a variance.
    """

    table: Id
    columns: dict[Id, TheirColumn] = Field(default_factory=dict)
    calculated: dict[Id, Calculation] = Field(default_factory=dict)
    constants: dict[Id, Constant] = Field(default_factory=dict)


class Block(Fact):
    """Lines of one sheet: rows below their headers or, transposed, columns beside them.

    `columns` and `constants` hold for each of its tables that has such a column. A form that was laid out anew has a block for
    each layout, with the report dates that it is of. `left_out` are the columns that are known and not read.
    """

    sheet: Text
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
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
    left_out: tuple[LeftOut, ...] = ()

    def holds_on(self, day: dt.date) -> bool:
        """Whether reports of the day are laid out so."""
        return _is_within(day, self.valid_from, self.valid_to)

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
    codes: Annotated[dict[str, Text], BeforeValidator(texts_of_keys)]

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


class Left(Fact):
    """From which day a project is no longer in their form, and what became of it: answers to our table of projects."""

    valid_from: dt.date
    answers: dict[Id, Constant]


class Identity(Fact):
    """One of our projects: every name that it has or had in their form. Two that hold at once are two of theirs in one of ours.

    `answers` is what our form asks of the project and theirs never says, by column.
    """

    project_id: str
    names: tuple[TheirName, ...]
    answers: dict[Id, Constant] = Field(default_factory=dict)
    left: Left | None = None


class FormMapping(Fact):
    """A whole mapping. `party_id` says whose every report is; `parties` are the names by which a column says it.

    `currency` is the money of a form that is not in kroner, and `decimals` the sign before decimals in numbers that are texts.
    """

    mapping_id: Id
    name: LocalText
    form_id: Id
    agreement_id: Id | None = None
    party_id: Id | None = None
    parties: dict[Id, tuple[Text, ...]] = Field(default_factory=dict)
    period: Literal["last_ended", "containing"] = "last_ended"
    currency: Currency | None = None
    decimals: Literal[".", ","] | None = None
    missing: MissingWords = Field(default_factory=dict)
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
