"""Workbooks written part by part, so that a test states exactly what is wrong with one. Nothing of ours is used to make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")

Parts = dict[str, str | bytes]

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>'
    '<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="46"/></cellXfs></styleSheet>'
)
DATE, DATETIME, DURATION = 1, 2, 3  # places in cellXfs above
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def sheet(*rows: str, before: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData></worksheet>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(place: str, value: object = None, kind: str = "n", formula: str | None = None, style: int = 0) -> str:
    inner = "" if formula is None else f"<f>{formula}</f>"
    inner += "" if value is None else f"<v>{value}</v>"
    return f'<c r="{place}" t="{kind}" s="{style}">{inner}</c>'


def workbook(*sheets: str, states: Iterable[str] = (), main_type: str = f"{TYPE}.sheet.main+xml", types: str = "") -> Parts:
    """The parts of a workbook with sheets named Ark1, Ark2 and so on."""
    numbers = range(1, len(sheets) + 1)
    shown = dict(zip(numbers, states, strict=False))
    entries = "".join(
        f'<sheet name="Ark{number}" sheetId="{number}" state="{shown.get(number, "visible")}" r:id="rId{number}"/>'
        for number in numbers
    )
    links = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    links += [("rIdS", "styles", "styles.xml"), ("rIdT", "sharedStrings", "sharedStrings.xml")]
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main_type}"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/>{types}</Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(*links),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>navn</t></si><si><t xml:space="preserve"> æøå </t></si></sst>',
        **{f"xl/worksheets/sheet{number}.xml": xml for number, xml in zip(numbers, sheets, strict=True)},
    }


def relations(*links: tuple[str, str, str]) -> str:
    entries = "".join(f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def save(path: Path, parts: Parts, claimed_bytes: dict[str, int] | None = None) -> Path:
    """Zips the parts; `claimed_bytes` is what the directory says that a part inflates to."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        for name, count in (claimed_bytes or {}).items():
            archive.getinfo(name).file_size = count
    return path


ONE_CELL = sheet(row(1, cell("A1", 1)))
PLAIN = workbook(ONE_CELL)


@dataclass(frozen=True)
class Hostile:
    """A file that must be refused with this code and these values. `parts` is zipped; or else `raw` is the file."""

    name: str
    code: str
    parts: Callable[[], Parts] = dict
    raw: Callable[[], bytes] | None = None
    values: dict[str, str | int] = field(default_factory=dict)
    claimed_bytes: dict[str, int] | None = None

    def save(self, folder: Path) -> Path:
        path = folder / f"{self.name}.xlsx"
        if self.raw is None:
            return save(path, self.parts(), self.claimed_bytes)
        path.write_bytes(self.raw())
        return path


def with_part(name: str, content: str | bytes = "<x/>", types: str = "") -> Callable[[], Parts]:
    return lambda: {**workbook(ONE_CELL, types=types), name: content}


def with_sheet(*rows: str, before: str = "") -> Callable[[], Parts]:
    return lambda: workbook(sheet(*rows, before=before))


def padding() -> bytes:
    """16 MB that shrink a hundred times: less than what betrays a bomb by its ratio."""
    return (bytes(range(256)) * 12 + bytes(9_000)) * 1_400


def zipped(parts: Parts = PLAIN) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def with_flag(bit: int) -> bytes:
    """A workbook whose every part claims the flag in the directory, as an encrypted zip does."""
    held, at = bytearray(zipped()), 0
    while (at := held.find(b"PK\x01\x02", at)) >= 0:
        held[at + 8] |= bit
        at += 4
    return bytes(held)


SHEET1 = "xl/worksheets/sheet1.xml"
FAR = {"sheet": "Ark1", "cell": "XFD1048576"}

REFUSED = [
    Hostile("empty", "not_a_workbook", raw=bytes),
    Hostile("renamed_csv", "not_a_workbook", raw=lambda: b"navn;kostnad\r\nBybane;12,4\r\n"),
    Hostile("pdf", "not_a_workbook", raw=lambda: b"%PDF-1.7\n"),
    Hostile("other_zip", "not_a_workbook", lambda: {"readme.txt": "hei"}),
    Hostile("document", "not_a_workbook", lambda: {"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}),
    Hostile("old_xls", "old_or_protected_workbook", raw=lambda: OLE2 + bytes(4_000)),
    Hostile("password", "old_or_protected_workbook", raw=lambda: OLE2 + "EncryptedPackage".encode("utf-16-le") + bytes(4_000)),
    Hostile("encrypted_zip", "old_or_protected_workbook", raw=lambda: with_flag(1)),
    Hostile("binary", "old_or_protected_workbook", with_part("xl/workbook.bin", b"\0")),
    Hostile("truncated", "broken_workbook", raw=lambda: zipped()[:-700]),
    Hostile("half", "broken_workbook", raw=lambda: zipped()[:900]),
    Hostile("no_sheets", "broken_workbook", lambda: {**PLAIN, "xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}),
    Hostile("lost_sheet", "broken_workbook", lambda: {name: xml for name, xml in PLAIN.items() if name != SHEET1}),
    Hostile("cut_xml", "broken_workbook", lambda: {**PLAIN, SHEET1: ONE_CELL[:-20]}, values={"part": SHEET1}),
    Hostile("no_such_string", "broken_workbook", with_sheet(row(1, cell("A1", 2, "s"))), values={"sheet": "Ark1"}),
    Hostile("negative_string", "broken_workbook", with_sheet(row(1, cell("A1", -1, "s"))), values={"sheet": "Ark1"}),
    Hostile("cell_twice", "broken_workbook", with_sheet(row(1, cell("B1", 1), cell("B1", 2))), values={"cell": "B1"}),
    Hostile("rows_backwards", "broken_workbook", with_sheet(row(3, cell("A3", 1)), row(2, cell("A2", 1))), values={"cell": "A2"}),
    Hostile("cell_elsewhere", "broken_workbook", with_sheet(row(3, cell("A4", 1))), values={"sheet": "Ark1"}),
    Hostile("row_zero", "broken_workbook", with_sheet(row(0, cell("A0", 1))), values={"sheet": "Ark1"}),
    Hostile("bomb", "zip_bomb", lambda: {**PLAIN, SHEET1: bytes(3_000_000)}, values={"part": SHEET1}),
    Hostile("bomb_beside", "zip_bomb", with_part("docProps/x.bin", bytes(3_000_000)), values={"part": "docProps/x.bin"}),
    Hostile("lying_bomb", "zip_bomb", lambda: {**PLAIN, SHEET1: bytes(3_000_000)}, claimed_bytes={SHEET1: 900}),
    Hostile("many_small_bombs", "zip_bomb", lambda: PLAIN | dict.fromkeys((f"xl/media/{n}.png" for n in range(10)), padding())),
    Hostile("members", "zip_bomb", lambda: PLAIN | {f"xl/media/{n}.png": b"" for n in range(300)}, values={"limit": "members"}),
    Hostile("laughs", "xml_entities", lambda: {**PLAIN, SHEET1: LAUGHS + ONE_CELL}, values={"part": SHEET1}),
    Hostile("laughs_utf16", "xml_entities", lambda: {**PLAIN, SHEET1: (LAUGHS + ONE_CELL).encode("utf-16")}),
    Hostile(
        "laughs_in_unknown_part",
        "xml_entities",
        lambda: {
            **{name: xml.replace("sheet1.xml", "sheet1.dat") for name, xml in PLAIN.items() if isinstance(xml, str)},
            "xl/worksheets/sheet1.dat": LAUGHS + ONE_CELL,
        },
        values={"part": "xl/worksheets/sheet1.dat"},
    ),
    Hostile(
        "outside_file",
        "xml_entities",
        lambda: {**PLAIN, "xl/sharedStrings.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst/>'},
        values={"part": "xl/sharedStrings.xml"},
    ),
    Hostile("macro", "active_content", with_part("xl/vbaProject.bin", b"\0"), values={"part": "/xl/vbaProject.bin"}),
    Hostile("renamed_xlsm", "active_content", lambda: workbook(ONE_CELL, main_type=MACRO_TYPE), values={"part": MACRO_TYPE}),
    Hostile("external_link", "active_content", with_part("xl/externalLinks/externalLink1.xml")),
    Hostile("connection", "active_content", with_part("xl/connections.xml")),
    Hostile("query", "active_content", with_part("xl/queryTables/queryTable1.xml")),
    Hostile("embedded", "active_content", with_part("xl/embeddings/book.xlsx", zipped())),
    Hostile("active_x", "active_content", with_part("xl/activeX/activeX1.xml")),
    Hostile("old_macro_sheet", "active_content", with_part("xl/macrosheets/sheet1.xml")),
    Hostile(
        "hidden_object",
        "active_content",
        with_part("xl/a.b", types=f'<Default Extension="b" ContentType="{TYPE}.ole&#79;bject"/>'),
    ),
    Hostile("far_cell", "too_large", with_sheet(row(1_048_576, cell("XFD1048576", 1))), values=FAR),
    Hostile("far_row", "too_large", with_sheet(row(1_000_000, cell("A1000000", 1))), values={"cell": "A1000000"}),
    Hostile(
        "many_rows",
        "too_large",
        lambda: workbook(sheet(*(row(number, cell(f"B{number}", number)) for number in range(1, 50_010)))),
        values={"sheet": "Ark1", "cell": "B50001", "limit": "rows", "allowed": 50_000},
    ),
    Hostile(
        "wide_row",
        "too_large",
        lambda: workbook(ONE_CELL, sheet('<row r="7">' + "<c><v>1</v></c>" * 300 + "</row>")),
        values={"sheet": "Ark2", "cell": "GS7", "limit": "columns", "allowed": 200},
    ),
    Hostile(
        "many_cells",
        "too_large",
        lambda: workbook(sheet(*(row(number, cell(f"GR{number}", 1)) for number in range(1, 12_000)))),
        values={"cell": "GR10001", "limit": "cells", "allowed": 2_000_000},
    ),
]
