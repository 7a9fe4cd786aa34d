"""A CSV file as one sheet of texts, or the reason why it is refused. What a text means is decided later, by its column."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipelines.reading.cells import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, UNREADABLE, CellNote, Notes, Scalar, Sheet, address
from pipelines.reading.package import MAX_FILE_BYTES
from pipelines.reading.refusing import MAX_QUOTED, FileRefused
from pipelines.reading.workbook import ReadWorkbook, read_or_refuse

MAX_CHARACTERS = 32_767  # of one cell in Excel
MAX_RECORDS = 1_048_576  # of a sheet in Excel; empty ones count, or millions of them would take all the time there is
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_STATED = re.compile(r"sep=([;,\t|])(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_RECORD = re.compile(r'(?:"(?:[^"]|"")*+"|[^"\r\n])++')
_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
# What UTF-8 has for æ, ø, å and their like, and for dashes and quotes. In cp1252 these are signs that never stand together.
_UTF_8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")
RECORDS_ABOVE_HEADER = 100


def read_csv(path: Path) -> ReadWorkbook:
    """One sheet named as the file is, without its ending; every cell is text, and an empty one None. Never raises for the file.

    `rows` counts records, as a spreadsheet does: a text in quotes with a line break in it is one row, a blank line is a row, and
    Excel's own first line "sep=;" is none. Encoded as UTF-8, UTF-16 with its mark, or else cp1252.
    """
    return read_or_refuse(path, lambda handle: opened_csv(handle, path.stem))


def opened_csv(handle: BinaryIO, name: str) -> ReadWorkbook:
    """The sheet of an opened file. Raises FileRefused."""
    raw = handle.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise FileRefused("too_large", limit="file_bytes", allowed=MAX_FILE_BYTES)
    text, encoding = _decoded(raw, name)
    delimiter, start = _delimiter(text)
    notes = Notes()
    sheet = Sheet(name, _rows(_records(text, start, delimiter, name), notes, name), is_hidden=False)
    if not sheet.rows and not notes.count:
        raise FileRefused("empty_file")
    return ReadWorkbook((sheet,), {"format": "csv", "encoding": encoding, "delimiter": delimiter}, notes.all(), None)


def _decoded(raw: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding. A byte that cp1252 does not have becomes the sign of a lost one, which its cell is noted for."""
    marked = "utf-16" if raw.startswith(UTF_16_MARKS) else "utf-8-sig" if raw.startswith(UTF_8_MARK) else None
    if marked != "utf-16" and b"\0" in raw:
        raise FileRefused("not_a_return_file", "0x00")
    try:
        text, encoding = raw.decode(marked or "utf-8"), marked or "utf-8"
    except UnicodeDecodeError as error:
        mixed = None if marked else _UTF_8_LETTER.search(raw)
        if marked or mixed:
            around = mixed.start() if mixed else error.start
            quoted = raw[max(0, around - 20) : around + 20].decode("cp1252", errors="replace").replace("\0", "")
            raise FileRefused("unknown_encoding", quoted, sheet=name) from error
        text, encoding = raw.decode("cp1252", errors="replace"), "cp1252"
    return text.removesuffix("\x1a"), encoding  # old programs end a file so


def _delimiter(text: str) -> tuple[str, int]:
    """The sign between the cells, and where the first record begins. The first record that has any such sign decides."""
    if stated := _STATED.match(text):
        return stated[1], stated.end()
    for record in itertools.islice(_RECORD.finditer(text), RECORDS_ABOVE_HEADER):
        header = _QUOTED.sub("", record[0])
        if found := next((sign for sign in ";\t," if sign in header), None):
            return found, 0
    return ";", 0


def _records(text: str, start: int, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The number and the fields of each record. Raises FileRefused for quotes that are not closed, naming the record."""
    lines = io.StringIO(text, newline="")
    lines.seek(start)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    for number in itertools.count(1):
        begin = lines.tell()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            quoted = text[begin : begin + MAX_QUOTED].splitlines()[0]
            place = {"sheet": name, "cell": address(number, 1)}
            # Python's reader stops at a field of 131 072 characters, which is also what a quote that is never closed becomes.
            if "field limit" in str(error) and text.count('"', begin) % 2 == 0:
                raise FileRefused("text_too_long", quoted, **place) from error
            raise FileRefused("broken_quotes", quoted, **place) from error
        if number > MAX_RECORDS:
            place = {"sheet": name, "cell": address(number, 1)}
            raise FileRefused("too_large", place["cell"], **place, limit="rows", allowed=MAX_RECORDS)
        yield number, record


def _rows(records: Iterator[tuple[int, list[str]]], notes: Notes, name: str) -> tuple[tuple[Scalar, ...], ...]:
    """The rows up to the last one that holds anything, each up to its last text."""
    rows: list[tuple[Scalar, ...]] = []
    n_cells = 0
    for number, record in records:
        row = [_cell(text, notes, name, number, column) if text else None for column, text in enumerate(record, 1)]
        while row and row[-1] is None:
            row.pop()
        if not row:
            continue
        # Fillers count too, as they do in a sheet.
        n_cells += len(row) + number - len(rows) - 1
        for limit, allowed, found in (
            ("rows", MAX_ROWS, number),
            ("columns", MAX_COLUMNS, len(row)),
            ("cells", MAX_CELLS, n_cells),
        ):
            if found > allowed:
                place = address(number, len(row))
                raise FileRefused("too_large", place, sheet=name, cell=place, limit=limit, allowed=allowed)
        rows.extend(() for _ in range(number - len(rows) - 1))
        rows.append(tuple(row))
    return tuple(rows)


def _cell(text: str, notes: Notes, name: str, row: int, column: int) -> str | None:
    if len(text) > MAX_CHARACTERS:
        place = address(row, column)
        raise FileRefused("text_too_long", text, sheet=name, cell=place, limit="characters", allowed=MAX_CHARACTERS)
    if UNREADABLE.search(text):
        quoted = UNREADABLE.sub("\ufffd", text)[:MAX_QUOTED]
        notes.add(CellNote("unreadable_text", name, address(row, column), quoted))
        return None
    return text
