"""A workbook or a CSV file, told apart by what is in it and never by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Literal

from pipelines.reading.csv_file import UTF_16_MARKS, opened_csv
from pipelines.reading.package import OLE2, ZIP
from pipelines.reading.refusing import FileRefused
from pipelines.reading.workbook import ReadWorkbook, opened_workbook, read_or_refuse

Kind = Literal["xlsx", "csv"]
XLSX: tuple[Kind, ...] = ("xlsx",)
BOTH: tuple[Kind, ...] = ("xlsx", "csv")

HEAD_BYTES = 4096
# How other files begin, by the names that people know.
BEGINNINGS = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "GZIP", b"\xfd7zXZ": "XZ",
    b"7z\xbc\xaf": "7Z", b"Rar!\x1a": "RAR", b"PK\x05\x06": "ZIP", b"PK\x07\x08": "ZIP", b"PAR1": "Parquet", b"ARROW1": "Arrow",
    b"SQLite format 3": "SQLite", b"{\\rtf": "RTF", b"%!PS": "PostScript",
    b"\x09\x00\x04\x00": "XLS", b"\x09\x02\x06\x00": "XLS", b"\x09\x04\x06\x00": "XLS", b"\x09\x08\x10\x00": "XLS",
}  # fmt: skip
DUCKDB = b"DUCK"  # behind a checksum of eight bytes
# How other texts begin. The header of a CSV file may begin with "ID;" too, so a SYLK file is known by its second line.
TEXT_BEGINNINGS = (
    (re.compile(r"<(!doctype\s+html|html|head|body|table|meta|style)\b", re.IGNORECASE), "HTML"),
    (re.compile(r"<\?xml\b"), "XML"),
    (re.compile(r'\{\s*["}]|\[\s*[\[{"]'), "JSON"),
    (re.compile(r"ID;P[A-Z0-9]*(;[NE])*\s+(P;[PEF]|[BCFOW];|N[NEU];)"), "SYLK"),
    (re.compile(r"TABLE\s+0,1\s"), "DIF"),
    (re.compile(r"MIME-Version:", re.IGNORECASE), "MHTML"),
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
MOST_CONTROL = 0.05  # of compressed bytes it is a tenth


def read_file(path: Path, kinds: Sequence[Kind] = BOTH) -> ReadWorkbook:
    """What the file holds: the sheets of a workbook, or a CSV file as one sheet. What is of none of these kinds is refused.

    Where workbooks alone are taken, the answer is that of read_workbook. Never raises for what is wrong with the file.
    """

    def read(handle: BinaryIO) -> ReadWorkbook:
        head = handle.read(HEAD_BYTES)
        handle.seek(0)
        if "csv" not in kinds or ("xlsx" in kinds and head.startswith((ZIP, OLE2))):
            return opened_workbook(handle)
        if other := _other_kind(head):
            raise FileRefused("not_a_return_file", other)
        return opened_csv(handle, path.stem)

    return read_or_refuse(path, read)


def _other_kind(head: bytes) -> str | None:
    """What a file is that begins so, or its first bytes; None if it may be text."""
    if known := next((name for begin, name in BEGINNINGS.items() if head.startswith(begin)), None):
        return known
    if head[8:12] == DUCKDB:
        return "DuckDB"
    is_utf_16 = head.startswith(UTF_16_MARKS)
    if not is_utf_16 and (b"\0" in head or len(_CONTROL.findall(head)) > MOST_CONTROL * len(head)):
        return f"0x{head[:8].hex()}"
    text = head.decode("utf-16" if is_utf_16 else "utf-8", errors="ignore").lstrip("\ufeff \t\r\n")
    return next((name for pattern, name in TEXT_BEGINNINGS if pattern.match(text)), None)
