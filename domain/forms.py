"""A reporting form as data: its tables, columns, units, allowed answers and help. One definition, whose versions are differences.

From it come the template, the reading, the column checks, the help texts and the data dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from domain.fact_files import Content, doubles, load_fact_file, mappings_in
from domain.facts import Fact, Id, LocalText, PeriodText, Unknown
from domain.faults import Fault, Location
from domain.indicators import load_indicators
from domain.model import Agreement
from domain.period import Period

BUILT_IN = Path(__file__).parent / "forms"
QUARTERLY_RETURN = "quarterly_return"
# What a template carries of itself: in a sheet that nobody sees (A: name, B: content) and in the document's properties.
STAMP_SHEET = "_nullvekst"
STAMP_PROPERTY = "nullvekst_"
STAMP = ("form_id", "form_version", "agreement_id", "party_id", "period", "language")

ColumnType = Literal[
    "id", "text", "choice", "choices", "ids", "split", "whole", "decimal", "money", "percent", "date", "year", "yes_no"
]  # fmt: skip
NUMBERS = frozenset({"whole", "decimal", "money", "percent", "year"})
# The lists of an agreement that a column may take its allowed answers from.
AllowedFrom = Literal[
    "parties", "working_areas", "municipalities", "focus_areas", "funding_sources", "bodies", "indicators", "projects"
]  # fmt: skip
AmountType = Literal[
    "total_estimate", "p50", "p85", "programme_grant", "earlier_grant", "remaining_need", "contract_value", "budget", "spent",
    "requisitioned", "forecast", "frame", "consequence", "reserve",
]  # fmt: skip
# How the last period comes into the template: as the answer, greyed beside it, both, or not at all.
Carried = Literal["kept", "beside", "both", "none"]


class Choice(Fact):
    """One allowed answer: its code in our tables, and what stands in the workbook."""

    code: str
    label: LocalText


class MissingCode(Fact):
    """Why a cell has no answer. The label is written in the cell, and after a colon whatever explains it."""

    code: Id
    label: LocalText
    help: LocalText


class RequiredWhen(Fact):
    """A column must be answered when another has one of these codes; `projects.phase` is that of the row's project."""

    column: str
    is_one_of: tuple[str, ...] = Field(min_length=1)


class FormColumn(Fact):
    """One question. `since` and `until` are the versions of the form that ask it, both included."""

    column: Id
    header: LocalText
    help: LocalText
    type: ColumnType
    unit: Id | None = None
    required: Literal["always", "never"] | RequiredWhen = "never"
    allowed: tuple[Choice, ...] = ()
    allowed_from: AllowedFrom | None = None
    pattern: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    longest: int = 500
    missing: tuple[Id, ...] = ()
    carried: Carried = "none"
    amount_type: AmountType | None = None
    since: int = 1
    until: int | None = None

    @property
    def is_number(self) -> bool:
        return self.type in NUMBERS

    def is_asked_in(self, version: int) -> bool:
        return self.since <= version and (self.until is None or version <= self.until)


class FormTable(Fact):
    """One sheet. `key` tells its rows apart; `one_row_for` says that each running project must have a row."""

    table: Id
    sheet: LocalText
    about: LocalText
    key: tuple[Id, ...] = Field(min_length=1)
    one_row_for: Literal["each_running_project"] | None = None
    columns: tuple[FormColumn, ...] = Field(min_length=1)
    since: int = 1

    def column(self, name: str) -> FormColumn:
        """The column of a name. KeyError for a name that the table does not have."""
        found = next((column for column in self.columns if column.column == name), None)
        if found is None:
            raise KeyError(f"{self.table} has no column {name!r}; it has {', '.join(column.column for column in self.columns)}")
        return found

    def has(self, name: str) -> bool:
        return any(column.column == name for column in self.columns)


class FormVersion(Fact):
    """A version of the form: the first period that it is used for, and what it changed."""

    version: int = Field(ge=1)
    from_period: PeriodText
    what: LocalText


class Form(Fact):
    """A form. As loaded it holds every column that was ever asked; `at` leaves out what a version does not ask."""

    form_id: Id
    name: LocalText
    versions: tuple[FormVersion, ...] = Field(min_length=1)
    units: dict[Id, LocalText]
    missing: tuple[MissingCode, ...] = Field(min_length=1)
    tables: tuple[FormTable, ...] = Field(min_length=1)

    @property
    def newest(self) -> int:
        return self.versions[-1].version

    def at(self, version: int) -> Form:
        """The form as a version asks it. KeyError for a version that never was."""
        if version not in {found.version for found in self.versions}:
            raise KeyError(f"{self.form_id} has no version {version}; it has {', '.join(str(v.version) for v in self.versions)}")
        tables = [
            table.model_copy(update={"columns": tuple(column for column in table.columns if column.is_asked_in(version))})
            for table in self.tables
            if table.since <= version
        ]
        kept = tuple(found for found in self.versions if found.version <= version)
        return self.model_copy(update={"tables": tuple(tables), "versions": kept})

    def version_for(self, period: str) -> int:
        """The version that a period is reported in."""
        first = Period.parse(period).first
        used = [found.version for found in self.versions if Period.parse(found.from_period).first <= first]
        return used[-1] if used else self.versions[0].version

    def table(self, name: str) -> FormTable:
        """The table of a name. KeyError for a name that the form does not have."""
        found = next((table for table in self.tables if table.table == name), None)
        if found is None:
            raise KeyError(f"{self.form_id} has no table {name!r}; it has {', '.join(table.table for table in self.tables)}")
        return found

    def heading(self, column: FormColumn, language: str) -> str:
        """What stands on top of a column: its header, with the unit where it has one."""
        unit = self.units[column.unit].in_language(language) if column.unit else ""
        header = column.header.in_language(language)
        return f"{header} ({unit})" if unit else header

    def missing_code(self, code: str) -> MissingCode:
        return next(found for found in self.missing if found.code == code)


def choices(column: FormColumn, agreement: Agreement) -> tuple[Choice, ...]:
    """The allowed answers of a column in an agreement; empty where any answer will do, or where the agreement's list is unknown.

    The projects that a column may point at are those of the return itself, and are not listed here.
    """
    if column.type == "yes_no":
        return YES_NO
    if column.allowed or column.allowed_from is None:
        return column.allowed
    return tuple(Choice(code=code, label=label) for code, label in _listed(column.allowed_from, agreement))


YES_NO = (
    Choice(code="yes", label=LocalText(nb="Ja", en="Yes")),
    Choice(code="no", label=LocalText(nb="Nei", en="No")),
)


def _listed(kind: AllowedFrom, agreement: Agreement) -> Iterator[tuple[str, LocalText]]:
    """Codes and names of an agreement's list, in its order."""
    if kind == "indicators":
        yield from ((found.indicator_id, found.name) for found in load_indicators().values())
        return
    if kind == "projects":
        return
    listed = getattr(agreement, kind)
    if isinstance(listed, Unknown):
        return
    name_of = {"municipalities": "municipality_code", "bodies": "body_id", "parties": "party_id"}
    key = name_of.get(kind, f"{kind.removesuffix('s')}_id")
    for found in listed:
        if getattr(found, "is_in_agreement", True) and getattr(found, "standing", None) != "former":
            yield getattr(found, key), LocalText(nb=found.name, en=found.name)


@cache
def load_form(form_id: str = QUARTERLY_RETURN, folder: Path = BUILT_IN) -> Form:
    """A form with every column of every version. LoadError with every problem at once."""
    return load_fact_file(folder / f"{form_id}.yaml", Form, "a form", _own_faults)


def _own_faults(content: Content) -> Iterator[Fault]:
    yield from doubles(content, "tables", "table")
    yield from doubles(content, "missing", "code")
    units = content.get("units")
    known = _Known(
        codes=_names(content, "missing", "code"),
        units=[str(unit) for unit in units] if isinstance(units, dict) else [],
        versions=_names(content, "versions", "version"),
        columns=[
            f"{table.get('table')}.{name}"
            for _, table in mappings_in(content, "tables")
            for name in _names(table, "columns", "column")
        ],
    )
    for place, table in mappings_in(content, "tables"):
        own = _names(table, "columns", "column")
        yield from _astray(("tables", place, "key"), table.get("key"), own)
        for fault in doubles(table, "columns", "column"):
            yield Fault(("tables", place, *fault.location), fault.value, fault.accepted)
        for number, column in mappings_in(table, "columns"):
            yield from _column_faults(("tables", place, "columns", number), column, own, known)


class _Known(Fact):
    """What the columns of a form may point at."""

    codes: list[str]
    units: list[str]
    versions: list[str]
    columns: list[str]


def _names(content: Content, listed: str, name: str) -> list[str]:
    return [str(found.get(name)) for _, found in mappings_in(content, listed)]


def _column_faults(here: Location, column: Content, own: list[str], known: _Known) -> Iterator[Fault]:
    yield from _astray((*here, "missing"), column.get("missing"), known.codes)
    yield from _astray((*here, "unit"), column.get("unit"), known.units)
    for name in ("since", "until"):
        yield from _astray((*here, name), column.get(name), known.versions)
    required = column.get("required")
    if isinstance(required, dict):
        yield from _astray((*here, "required", "column"), required.get("column"), [*own, *known.columns])
    is_choice = column.get("type") in {"choice", "choices", "split"}
    if is_choice and not column.get("allowed") and not column.get("allowed_from"):
        yield Fault((*here, "allowed"), "", "is missing: a choice needs allowed or allowed_from")
    if column.get("type") == "money" and not column.get("amount_type"):
        yield Fault((*here, "amount_type"), "", "is missing: every amount says what kind it is")


def _astray(here: Location, found: object, accepted: list[str]) -> Iterator[Fault]:
    """Names that point at nothing: one, or each of a list."""
    for number, name in enumerate(found) if isinstance(found, list) else [(None, found)]:
        if name is not None and str(name) not in accepted:
            place = here if number is None else (*here, number)
            yield Fault(place, repr(name), f"must be one of: {', '.join(accepted)}")
