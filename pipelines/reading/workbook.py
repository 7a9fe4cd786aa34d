"""Sheets of an Excel file as typed cells, or the reason why the file is refused. Knows Excel, not our subject.

Files of other people are read through child.py: package.py and cells.py bound what a file may hold, child.py time and memory.
Nothing but the standard library is needed: a reader of everything that Excel can do costs the child more than the reading.
"""

from __future__ import annotations

import datetime
import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.reading.cells import CellNote, Cells, Notes, Scalar, Sheet, as_typed
from pipelines.reading.package import check_package, each_element
from pipelines.reading.refusing import DAMAGED, FileRefused, Refusal, broken

__all__ = ["CellNote", "ReadWorkbook", "Refusal", "Scalar", "Sheet", "opened_workbook", "read_or_refuse", "read_workbook"]

EPOCH, EPOCH_OF_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)
# ECMA-376 part 1, 18.8.30: the formats of dates and times that no file spells out. 45 to 47 are minutes, [h]:mm:ss, seconds.
BUILT_IN_DATES = {str(number) for number in (*range(14, 23), 45, 47)}
# What a format code quotes, colours, conditions, languages, and signs that are shown as they are.
_SHOWN_AS_IS = re.compile(r'"[^"]*"?|\[(?!(?:hh?|mm?|ss?)\])[^\]]*\]|[\\_*].', re.IGNORECASE | re.DOTALL)
_ELAPSED = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_DATE_PART = re.compile("[dmhys]", re.IGNORECASE)


@dataclass(frozen=True)
class ReadWorkbook:
    """What a file holds; with a refusal, nothing."""

    sheets: tuple[Sheet, ...]
    properties: dict[str, str]
    notes: tuple[CellNote, ...]
    refusal: Refusal | None


@dataclass(frozen=True)
class _Link:
    """A relationship of a part: the last word of its type, and the part it leads to (None where it leads out of the file)."""

    name: str
    kind: str
    part: str | None


def read_workbook(path: Path) -> ReadWorkbook:
    """The sheets of a file in the order of the workbook. What its user did wrong becomes a refusal or a note, never an exception.

    Merged cells have their content in the first one. Dates without a time are dates; durations and times of day stay Excel's
    number of days.
    """
    return read_or_refuse(path, opened_workbook)


def read_or_refuse(path: Path, read: Callable[[BinaryIO], ReadWorkbook]) -> ReadWorkbook:
    """What `read` makes of the opened file, or the refusal that it raises; also for what is no file or may not be opened."""
    try:
        if not path.is_file():
            raise FileRefused("unreadable_file")
        with path.open("rb") as handle:
            return read(handle)
    except PermissionError:
        return ReadWorkbook((), {}, (), Refusal("unreadable_file", None, {}))
    except FileRefused as refused:
        return ReadWorkbook((), {}, (), refused.refusal)


def opened_workbook(handle: BinaryIO) -> ReadWorkbook:
    """The sheets of an opened file. Raises FileRefused."""
    check_package(handle)
    try:
        with zipfile.ZipFile(handle) as archive:
            return _read(archive)
    except DAMAGED as error:
        raise broken(error) from error


def _read(archive: zipfile.ZipFile) -> ReadWorkbook:
    package_links = _links(archive, "")
    main = _linked(package_links, "officeDocument")
    if main is None:
        raise FileRefused("broken_workbook", "_rels/.rels", part="_rels/.rels")
    links = _links(archive, main)
    sheets, epoch = _sheets(archive, main)
    notes = Notes()
    cells = Cells(
        _strings(archive, _linked(links, "sharedStrings")), _date_styles(archive, _linked(links, "styles")), epoch, notes
    )
    parts = {link.name: link.part for link in links if link.kind == "worksheet"}
    known = {link.name for link in links}
    read = []
    for name, link, is_hidden in sheets:
        if link not in known or (link in parts and parts[link] is None):
            raise FileRefused("broken_workbook", name, part=main, sheet=name)
        if part := parts.get(link):  # a sheet that is a chart holds no cells
            read.append(cells.of(archive, part, name, is_hidden))
    if not read:
        raise FileRefused("broken_workbook", main, part=main)
    return ReadWorkbook(tuple(read), _properties(archive, package_links), notes.all(), None)


def _links(archive: zipfile.ZipFile, source: str) -> list[_Link]:
    """The relationships of a part, or of the whole package for "". A part without any has no file of them."""
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    found: list[_Link] = []

    def seen(_: str, name: str, attributes: dict[str, str], __: str) -> None:
        if name == "Relationship":
            leads_out = attributes.get("TargetMode") == "External"
            # A target begins at the package where it begins with a slash, else at the folder of its source.
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            kind = attributes["Type"].rpartition("/")[2]
            found.append(_Link(attributes["Id"], kind, None if leads_out else target))

    if part in archive.namelist():
        each_element(archive, part, seen)
    return found


def _linked(links: list[_Link], kind: str) -> str | None:
    return next((link.part for link in links if link.kind == kind), None)


def _sheets(archive: zipfile.ZipFile, main: str) -> tuple[list[tuple[str, str, bool]], datetime.datetime]:
    """Name, relationship and whether hidden of each sheet in order, and the day from which the workbook counts."""
    sheets: list[tuple[str, str, bool]] = []
    epoch = [EPOCH]

    def seen(parent: str, name: str, attributes: dict[str, str], _: str) -> None:
        if name == "sheet" and parent == "sheets":
            link = next((found for key, found in attributes.items() if key.endswith("/relationships id")), "")
            sheets.append((attributes["name"], link, attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            epoch.append(EPOCH_OF_1904)

    each_element(archive, main, seen)
    names = [name.casefold() for name, _, _ in sheets]
    # Two sheets of one name are told apart by no one; Excel writes none.
    if twice := next((name for name, _, _ in sheets if names.count(name.casefold()) > 1), None):
        raise FileRefused("broken_workbook", twice, part=main, sheet=twice)
    return sheets, epoch[-1]


def _strings(archive: zipfile.ZipFile, part: str | None) -> list[str | None]:
    """The texts that cells name by number, without how they are pronounced."""
    strings: list[str | None] = []
    runs: list[str] = []

    def seen(parent: str, name: str, _: dict[str, str], text: str) -> None:
        if name == "t" and parent in ("si", "r"):
            runs.append(text)
        elif name == "si":
            strings.append(as_typed("".join(runs)))
            runs.clear()

    if part:
        each_element(archive, part, seen)
    return strings


def _date_styles(archive: zipfile.ZipFile, part: str | None) -> set[str]:
    """The numbers of the cell styles that show a day or a time of day."""
    codes: dict[str, str] = {}
    formats: list[str] = []

    def seen(parent: str, name: str, attributes: dict[str, str], _: str) -> None:
        if name == "numFmt" and parent == "numFmts":
            codes[attributes["numFmtId"]] = attributes["formatCode"]
        elif name == "xf" and parent == "cellXfs":
            formats.append(attributes.get("numFmtId", "0"))

    if part:
        each_element(archive, part, seen)
    dates = {number for number, code in codes.items() if shows_a_date(code)} | (BUILT_IN_DATES - codes.keys())
    return {str(style) for style, number in enumerate(formats) if number in dates}


def shows_a_date(code: str) -> bool:
    """Whether a format code shows a number as a day or a time of day. Hours counted beyond a day are a duration, not a time."""
    shown = _SHOWN_AS_IS.sub("", code).split(";")[0]
    return not _ELAPSED.search(shown) and bool(_DATE_PART.search(shown))


def _properties(archive: zipfile.ZipFile, links: list[_Link]) -> dict[str, str]:
    """The document's properties, its custom ones too, as text."""
    properties: dict[str, str] = {}
    custom: list[str] = []

    def seen(parent: str, name: str, attributes: dict[str, str], text: str) -> None:
        if parent == "property":
            custom.append(text)
        elif name == "property" and custom:
            properties[attributes["name"]] = custom.pop()
        elif parent == "coreProperties" and text:
            properties[name] = text

    for kind in ("core-properties", "custom-properties"):
        part = _linked(links, kind)
        if part in archive.namelist():
            each_element(archive, str(part), seen)
    return properties
