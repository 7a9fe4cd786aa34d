"""A mapping while it is made by pointing: what has been chosen so far, and the content of the file that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.parts.surroundings import Surroundings
from domain.forms import Form, FormColumn, FormTable
from domain.model import Agreement
from pipelines.pointing import Layout, Theirs

# Chosen where nothing is.
NONE = ""
# Between the parts of a header of two rows, as it is shown.
HEADER_PARTS = " / "


@dataclass
class MadeColumn:
    """What answers one of our columns: a header of theirs with unit, sign and words, or a constant."""

    header: tuple[str, ...] = ()
    unit: str = NONE
    is_turned: bool = False
    words: dict[str, str] = field(default_factory=dict)
    constant: str = NONE

    @property
    def is_pointed(self) -> bool:
        return bool(self.header)


@dataclass
class MadeTable:
    """What answers one of our tables, and where it lies. The report date stands nowhere, in a cell, a column or above."""

    layout: Layout
    date_kind: str = NONE
    date_place: str = NONE
    columns: dict[str, MadeColumn] = field(default_factory=dict)

    @property
    def is_pointed(self) -> bool:
        return any(column.is_pointed for column in self.columns.values())

    def lacks_unit(self, table: FormTable) -> list[FormColumn]:
        """The columns whose numbers nobody has said the unit of yet."""
        pointed = [name for name, column in self.columns.items() if column.is_pointed and not column.unit]
        return [column for column in table.columns if column.column in pointed and column.type in ("money", "percent")]


@dataclass
class Made:
    """A whole mapping being made.

    `names` are the names of theirs, each with the project of ours that it is; `missing` their words for a missing answer.
    """

    tables: dict[str, MadeTable] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def pointed(self) -> dict[str, MadeTable]:
        """The tables that anything has been pointed at for."""
        return {name: table for name, table in self.tables.items() if table.is_pointed}


@dataclass(frozen=True)
class Dropped:
    """A file of others as it was read; with a refusal there is nothing to point at."""

    name: str
    digest: str
    theirs: Theirs


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where in the page something is pointed at: the file, our form, and the table that is open."""

    here: Surroundings
    agreement: Agreement
    form: Form
    dropped: Dropped
    made: Made
    table: FormTable

    @property
    def open(self) -> MadeTable:
        return self.made.tables[self.table.table]

    def key(self, *parts: object) -> str:
        """A key of a widget that belongs to this file and table."""
        return "-".join(map(str, ("map", self.dropped.digest[:8], self.table.table, *parts)))

    def own_key(self, *parts: object) -> str:
        """As `key`, and of the way that the sheet is read: with other headers there are other things to choose."""
        layout = self.open.layout
        return self.key(layout.sheet, layout.orientation, *layout.headers_in, self.table.table, *parts)


def content_of(made: Made, about: Mapping[str, Any], tables: Mapping[str, FormTable]) -> dict[str, Any]:
    """The content of the mapping's file. `about` is what stands on top of it. Columns without their unit are left out."""
    scales: dict[str, Any] = {}
    blocks = [_block(name, table, tables[name], scales) for name, table in made.pointed().items()]
    identity: dict[str, list[str]] = {}
    for name, project_id in made.names.items():
        if project_id:
            identity.setdefault(project_id, []).append(name)
    missing = {word: code for word, code in made.missing.items() if code}
    content = {**about, "missing": missing, "scales": scales}
    content["identity"] = [{"project_id": project_id, "names": names} for project_id, names in identity.items()]
    return {**{key: found for key, found in content.items() if found not in ({}, [], NONE)}, "blocks": blocks}


def _block(name: str, made: MadeTable, table: FormTable, scales: dict[str, Any]) -> dict[str, Any]:
    axis = "header_row" if made.layout.orientation == "rows" else "header_column"
    lacking = {column.column for column in made.lacks_unit(table)}
    columns, constants = {}, {}
    for column, found in made.columns.items():
        if found.is_pointed and column not in lacking:
            columns[column] = _column(found, f"{name}_{column}", scales)
        elif not found.is_pointed and found.constant:
            constants[column] = found.constant
    block: dict[str, Any] = {"sheet": made.layout.sheet, "orientation": made.layout.orientation}
    block[axis] = made.layout.headers_in[0] if len(made.layout.headers_in) == 1 else list(made.layout.headers_in)
    if made.date_kind and made.date_place:
        block["report_date"] = {made.date_kind: _date_place(made)}
    part: dict[str, Any] = {"table": name, "columns": columns}
    return {**block, "tables": [{**part, "constants": constants} if constants else part]}


def _date_place(made: MadeTable) -> Any:
    """A row's number, a cell, or a header, which may have two parts."""
    if made.date_kind == "above":
        return int(made.date_place)
    parts = made.date_place.split(HEADER_PARTS)
    return parts if made.date_kind == "header" and len(parts) == len(made.layout.headers_in) == 2 else made.date_place


def _column(found: MadeColumn, scale: str, scales: dict[str, Any]) -> Any:
    """A header alone, or with what more there is to say."""
    said: dict[str, Any] = {"header": found.header[0] if len(found.header) == 1 else list(found.header)}
    if found.unit:
        said["unit"] = found.unit
    if found.is_turned:
        said["sign"] = -1
    if any(found.words.values()):
        scales[scale] = [{"codes": {word: code for word, code in found.words.items() if code}}]
        said["scale"] = scale
    return said["header"] if list(said) == ["header"] else said
