"""The analyst's own workbook back: each cell with a finding coloured and commented, and a first sheet that lists them all.

openpyxl opens the whole file here, so this runs in the limited child of marking.py, never where pages are served.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

# Light enough for black text; the comment and the list say the same in words.
FILLS = {"error": "F6C6C2", "hold": "FAD9A8", "warning": "FBEFB5", "info": "CFE6F5"}
_WORST_FIRST = tuple(FILLS)
_CELL = re.compile(r"^([A-Z]{1,3}[1-9]\d{0,6})(:[A-Z]{1,3}[1-9]\d{0,6})?$")
_COMMENT_LENGTH = 1_500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Parts of a workbook that openpyxl does not carry over, by what a person calls them.
_LOST_PARTS = {
    "charts": "/charts/",
    "images": "/media/",
    "drawings": "/drawings/drawing",
    "threaded_comments": "/threadedcomments/",
    "slicers": "/slicer",
    "custom_parts": "customxml/",
}
_LOST_EXTENSIONS = b"<extLst"


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding in the reader's words. Without a sheet it is about the whole file; without a cell about the sheet."""

    severity: str
    severity_text: str
    sheet: str | None
    cell: str | None
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class ListWords:
    """The words of the list of findings: its sheet, its headings, and what stands on top."""

    sheet: str
    headings: tuple[str, str, str, str]
    about: tuple[str, ...]
    whole_file: str


@dataclass(frozen=True, slots=True)
class MarkedCopy:
    """A workbook with its marks, and what of the original it could not keep: codes of `marked.lost`."""

    content: bytes
    lost: tuple[str, ...]


def marked_workbook(path: Path, marks: Sequence[Mark], words: ListWords) -> MarkedCopy:
    """A copy of an Excel file with its findings. What cannot be opened raises what openpyxl raises."""
    original = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what is not kept; that is found by comparing
        book = load_workbook(io.BytesIO(original), keep_links=False)
    return _finished(book, marks, words, _lost(original))


def marked_tables(
    tables: Iterable[tuple[str, Sequence[Sequence[object]]]], marks: Sequence[Mark], words: ListWords
) -> MarkedCopy:
    """A new workbook of the given sheets with their findings: what a CSV file comes back as."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in tables:
        sheet = book.create_sheet(_sheet_name(name))
        for number, row in enumerate(rows, start=1):
            for place, found in enumerate(row, start=1):
                if found not in (None, ""):
                    _write(sheet, number, place, found)
    return _finished(book, marks, words, ())


def findings_list(marks: Sequence[Mark], words: ListWords) -> MarkedCopy:
    """The findings alone, as a workbook of one sheet."""
    book = Workbook()
    book.remove(book.active)
    return _finished(book, marks, words, ())


def _finished(book: Workbook, marks: Sequence[Mark], words: ListWords, lost: tuple[str, ...]) -> MarkedCopy:
    _mark_cells(book, marks)
    _list(book, marks, words)
    held = io.BytesIO()
    book.save(held)
    return MarkedCopy(held.getvalue(), lost)


def _mark_cells(book: Workbook, marks: Sequence[Mark]) -> None:
    by_cell: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        place = _CELL.match(mark.cell or "")
        if mark.sheet in book.sheetnames and place:
            by_cell.setdefault((mark.sheet or "", place[1]), []).append(mark)
    for (sheet, address), found in by_cell.items():
        # The first cell of a merged range is the only one that can hold a comment.
        cell = book[sheet][_first_of_range(book[sheet], address)]
        worst = min((mark.severity for mark in found), key=_WORST_FIRST.index)
        cell.fill = PatternFill("solid", fgColor=FILLS[worst])
        said = "\n\n".join(f"{mark.severity_text}: {mark.message} {mark.action}" for mark in found)
        earlier = f"{cell.comment.text}\n\n" if cell.comment else ""
        comment = Comment(_plain(earlier + said)[:_COMMENT_LENGTH], "Nullvekst")
        comment.width, comment.height = 320, min(60 + 22 * (len(said) // 45 + len(found)), 400)
        cell.comment = comment


def _first_of_range(sheet, address: str) -> str:  # type: ignore[no-untyped-def]  # openpyxl has no types
    for merged in sheet.merged_cells.ranges:
        if address in merged:
            return str(merged.start_cell.coordinate)
    return address


def _list(book: Workbook, marks: Sequence[Mark], words: ListWords) -> None:
    name = words.sheet
    while name.casefold() in {taken.casefold() for taken in book.sheetnames}:
        name = f"{name[:28]} +"
    sheet = book.create_sheet(name, 0)
    for number, line in enumerate(words.about, start=1):
        _write(sheet, number, 1, line).font = Font(bold=number == 1, size=14 if number == 1 else 11)
    top = len(words.about) + 2
    for place, heading in enumerate(words.headings, start=1):
        cell = _write(sheet, top, place, heading)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="0B5C8A")
    for number, mark in enumerate(marks, start=top + 1):
        _list_row(sheet, number, mark, words, book.sheetnames)
    for place, width in enumerate((16, 28, 70, 70), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _list_row(sheet, number: int, mark: Mark, words: ListWords, known: list[str]) -> None:  # type: ignore[no-untyped-def]
    place = " ".join(part for part in (mark.sheet, mark.cell) if part) or words.whole_file
    for column, said in enumerate((mark.severity_text, place, mark.message, mark.action), start=1):
        cell = _write(sheet, number, column, said)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(number, 1).fill = PatternFill("solid", fgColor=FILLS[mark.severity])
    if mark.sheet in known and _CELL.match(mark.cell or ""):
        quoted = (mark.sheet or "").replace("'", "''")
        sheet.cell(number, 2).hyperlink = f"#'{quoted}'!{mark.cell}"
        sheet.cell(number, 2).font = Font(color="0B5C8A", underline="single")


def _write(sheet, row: int, column: int, found: object):  # type: ignore[no-untyped-def]  # openpyxl has no types
    """Writes a value; text is always text, never a formula."""
    cell = sheet.cell(row, column)
    if isinstance(found, str):
        cell.value = _plain(found)[:32_000]
        cell.data_type = "s"
    else:
        cell.value = found
    return cell


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)


def _sheet_name(name: str) -> str:
    return "".join(sign for sign in _plain(name) if sign not in "[]:*?/\\").strip("' ")[:31] or "-"


def _lost(original: bytes) -> tuple[str, ...]:
    """What the original holds that the copy will not."""
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        names = [name.lower() for name in archive.namelist()]
        sheets = [name for name in archive.namelist() if name.lower().startswith("xl/worksheets/") and name.endswith(".xml")]
        has_extensions = any(_LOST_EXTENSIONS in archive.read(name) for name in sheets)
    lost = [code for code, part in _LOST_PARTS.items() if any(part in f"/{name}" for name in names)]
    return (*lost, "extensions") if has_extensions else tuple(lost)
