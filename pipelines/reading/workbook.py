"""Sheets of an Excel file as typed cells, or the reason why the file is refused. Knows Excel, not our subject.

Files of other people are read through child.py: package.py and cells.py bound what a file may hold, child.py time and memory.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.reading.cells import CellNote, Cells, Scalar
from pipelines.reading.package import check_package
from pipelines.reading.refusing import BROKEN, FileRefused, Refusal, broken

__all__ = ["CellNote", "DefusedXmlMissing", "ReadWorkbook", "Refusal", "Scalar", "Sheet", "read_workbook"]


class DefusedXmlMissing(RuntimeError):
    """openpyxl would read hostile XML without a guard; the package defusedxml must be installed."""


@dataclass(frozen=True)
class Sheet:
    """`rows[0]` is Excel's row 1. Empty cells and rows at the end are left out, so rows differ in length."""

    name: str
    rows: tuple[tuple[Scalar, ...], ...]
    is_hidden: bool


@dataclass(frozen=True)
class ReadWorkbook:
    """What a file holds; with a refusal, nothing."""

    sheets: tuple[Sheet, ...]
    properties: dict[str, str]
    notes: tuple[CellNote, ...]
    refusal: Refusal | None


def read_workbook(path: Path) -> ReadWorkbook:
    """The sheets of a file in the order of the workbook. What its user did wrong becomes a refusal or a note, never an exception.

    Merged cells have their content in the first one. Dates without a time are dates; durations and times of day stay Excel's
    number of days. Raises DefusedXmlMissing.
    """
    try:
        if not path.is_file():
            raise FileRefused("unreadable_file")
        with path.open("rb") as handle:
            check_package(handle)
            return _read(handle)
    except PermissionError:
        return ReadWorkbook((), {}, (), Refusal("unreadable_file", None, {}))
    except FileRefused as refused:
        return ReadWorkbook((), {}, (), refused.refusal)


def _read(handle: BinaryIO) -> ReadWorkbook:
    # Imported here, so that the child has limited itself before, and who only needs the types above does not wait for it.
    import openpyxl
    from defusedxml.common import DefusedXmlException
    from openpyxl.reader.excel import ExcelReader

    if not openpyxl.DEFUSEDXML:
        raise DefusedXmlMissing("openpyxl.DEFUSEDXML is false; install defusedxml and leave OPENPYXL_DEFUSEDXML unset")

    class Opener(ExcelReader):
        """openpyxl reads strings, styles and properties. It would also search each sheet for its claimed size."""

        def read_worksheets(self) -> None: ...

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about things that we do not read
            reader = Opener(handle, read_only=True, data_only=True, keep_links=False)
            reader.read()
            sheets = [(sheet, link) for sheet, link in reader.parser.find_sheets() if link.Type.endswith("/worksheet")]
        properties = _properties(reader.wb)
    except DefusedXmlException as error:
        raise FileRefused("xml_entities") from error
    except BROKEN as error:
        raise broken(error) from error
    if not sheets:
        raise FileRefused("broken_workbook", part="xl/workbook.xml")
    cells = Cells(reader.shared_strings, reader.wb)
    with reader.archive as archive:
        read = [Sheet(sheet.name, cells.of(archive, link.target, sheet.name), sheet.state != "visible") for sheet, link in sheets]
    return ReadWorkbook(tuple(read), properties, cells.all_notes(), None)


def _properties(book) -> dict[str, str]:  # type: ignore[no-untyped-def]  # openpyxl has no types
    """The document's properties, its custom ones too, as text."""
    named = [*vars(book.properties).items(), *((found.name, found.value) for found in book.custom_doc_props)]
    return {name: str(found) for name, found in named if found is not None}
