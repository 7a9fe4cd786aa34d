"""Files written part by part, so that a test states exactly what is wrong with one. Nothing of ours is used to make them.

REFUSED are those that no reader may take. A test asks `save` for the file, `code` for the answer of a reader of workbooks and
`return_code` for that of a reader that takes CSV files too.
"""

from __future__ import annotations

import gzip
import io
import lzma
import pickle
import random
import struct
import tarfile
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
    """A file that must be refused with this code and these values. `parts` is zipped; or else `raw` is the file.

    With `as_return` that code and these values are the answer where CSV files are taken, too.
    """

    name: str
    code: str
    parts: Callable[[], Parts] = dict
    raw: Callable[[], bytes] | None = None
    values: dict[str, str | int] = field(default_factory=dict)
    claimed_bytes: dict[str, int] | None = None
    as_return: str | None = None
    ending: str = "xlsx"

    @property
    def return_code(self) -> str:
        return self.as_return or self.code

    def save(self, folder: Path) -> Path:
        path = folder / f"{self.name}.{self.ending}"
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

DAMAGED_OR_LARGE = [
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

STRINGS, STYLES_PART, BOOK, TYPES = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"
ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'
ZEROS = bytes(3_000_000)


def with_text(part: str, old: str, new: str) -> Callable[[], Parts]:
    """The plain workbook with some text of a part replaced, which must be there."""
    xml = str(PLAIN[part])
    if old not in xml:
        raise ValueError(f"{part} has no {old!r}")
    return lambda: {**PLAIN, part: xml.replace(old, new)}


def bomb(part: str, claimed: int | None = None) -> Hostile:
    """A part that inflates to a thousand times its size; with `claimed` the directory says that it does not."""
    name = part.rpartition("/")[2].replace(".", "_").strip("[]")
    return Hostile(
        f"bomb_{'lying_' if claimed else ''}{name}", "zip_bomb", lambda: {**PLAIN, part: ZEROS}, values={"part": part},
        claimed_bytes={part: claimed} if claimed else None,
    )  # fmt: skip


BOMBED = (
    STRINGS, STYLES_PART, BOOK, TYPES, "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/theme/theme1.xml", "docProps/core.xml",
    "docProps/custom.xml", "xl/media/image1.png", "xl/comments1.xml", "xl/calcChain.xml", "xl/printerSettings/printer1.bin",
    "customXml/item1.xml", "unknown.bin",
)  # fmt: skip


def stored(parts: Parts, method: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def entry_twice() -> bytes:
    """A directory that lists the first sheet a second time under another name: the way of overlapping bombs."""
    held = zipped()
    with zipfile.ZipFile(io.BytesIO(held)) as archive:
        directory = archive.start_dir
        at = archive.getinfo(SHEET1).header_offset
    head = held.index(SHEET1.encode(), directory) - 46
    entry = bytearray(held[head : head + 46 + len(SHEET1)])
    entry[46:] = SHEET1.replace("1", "9").encode()
    entry[42:46] = struct.pack("<I", at)
    end = bytearray(held[held.rindex(b"PK\x05\x06") :])
    count = struct.unpack("<H", end[8:10])[0] + 1
    size = struct.unpack("<I", end[12:16])[0] + len(entry)
    end[8:16] = struct.pack("<HHI", count, count, size)
    return held[: held.rindex(b"PK\x05\x06")] + bytes(entry) + bytes(end)


def same_name_twice() -> bytes:
    held = bytearray(stored({**PLAIN, "xl/worksheets/sheet2.xml": sheet(row(1, cell("A1", 2)))}, zipfile.ZIP_DEFLATED))
    return bytes(held.replace(b"sheet2.xml", b"sheet1.xml"))


BOMBS = [
    *map(bomb, BOMBED),
    *(bomb(part, claimed=700) for part in (STRINGS, STYLES_PART, BOOK, "xl/media/image1.png")),
    Hostile("bomb_of_spaces", "zip_bomb", with_sheet(" " * 3_000_000), values={"part": SHEET1}),
    Hostile("bomb_in_one_text", "zip_bomb", with_text(STRINGS, "navn", "x" * 3_000_000), values={"part": STRINGS}),
    Hostile("bomb_of_rows", "zip_bomb", with_sheet("<row/>" * 500_000), values={"part": SHEET1}),
    Hostile(
        "second_sheet_bomb", "zip_bomb", lambda: workbook(ONE_CELL, "<!--" + "-" * 3_000_000), values={"limit": "inflated_bytes"}
    ),
    Hostile("members_nested", "zip_bomb", lambda: PLAIN | {f"a/b/{n}/c.xml": "<x/>" for n in range(200)}, values={"found": 207}),
    Hostile("overlapping", "broken_workbook", raw=entry_twice),
    Hostile("same_name_twice", "broken_workbook", raw=same_name_twice),
    Hostile("same_name_other_case", "broken_workbook", lambda: {**PLAIN, "xl/Styles.xml": STYLES}),
    Hostile("bzip2_inside", "broken_workbook", raw=lambda: stored(PLAIN, zipfile.ZIP_BZIP2)),
    Hostile("lzma_inside", "broken_workbook", raw=lambda: stored(PLAIN, zipfile.ZIP_LZMA)),
]


def declared(name: str, part: str, declaration: str, encoding: str = "utf-8", content: str = "<x/>") -> Hostile:
    """A part that begins with the declaration."""
    said = (declaration + str(PLAIN.get(part, content))).encode(encoding)
    return Hostile(f"xml_{name}", "xml_entities", lambda: {**PLAIN, part: said}, values={"part": part})


QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"ha" * 20_000}">]>'
XML = [
    *(
        declared(f"entity_{number}", part, ENTITY)
        for number, part in enumerate([*PLAIN, *BOMBED[6:9], "xl/drawings/vml.vml", "A.XML"])
    ),
    declared("quadratic", STRINGS, QUADRATIC),
    declared("type_alone", SHEET1, "<!DOCTYPE worksheet>"),
    declared("http", SHEET1, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    declared("public", SHEET1, '<!DOCTYPE x PUBLIC "-//X//X" "file:///etc/hostname">'),
    declared("parameter", STRINGS, '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>'),
    declared("unparsed", BOOK, '<!DOCTYPE x [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "x.gif" NDATA n>]>'),
    declared("attributes", SHEET1, '<!DOCTYPE x [<!ATTLIST c t CDATA "s">]>'),
    declared("after_comment", SHEET1, f"<?xml version='1.0'?><!-- {'x' * 70_000} -->{ENTITY}"),
    declared("across_pieces", SHEET1, f"<!--{' ' * (65_536 - 12)}-->{ENTITY}"),
    declared("utf_16_be", SHEET1, ENTITY, "utf-16-be"),
    declared("utf_16_le", SHEET1, ENTITY, "utf-16-le"),
    declared("utf_16_rels", "_rels/.rels", ENTITY, "utf-16"),
    declared("utf_8_mark", SHEET1, ENTITY, "utf-8-sig"),
    declared("latin", SHEET1, f'<?xml version="1.0" encoding="iso-8859-1"?>{ENTITY}', "latin-1"),
    Hostile("xml_undefined", "broken_workbook", with_text(SHEET1, "<v>1", "<v>&a;1"), values={"part": SHEET1}),
    Hostile("xml_utf_7", "broken_workbook", with_part(SHEET1, b'<?xml version="1.0" encoding="utf-7"?>+ADw-x/+AD4-')),
    Hostile("xml_unknown_encoding", "broken_workbook", with_part(SHEET1, '<?xml version="1.0" encoding="x"?>' + ONE_CELL)),
    Hostile("xml_control", "broken_workbook", with_text(STRINGS, "navn", "na\x01vn"), values={"part": STRINGS}),
    Hostile("xml_control_escaped", "broken_workbook", with_text(STRINGS, "navn", "na&#1;vn"), values={"part": STRINGS}),
    Hostile(
        "xml_half_letter", "broken_workbook", with_part(STRINGS, b"<sst><si><t>\xc3</t></si></sst>"), values={"part": STRINGS}
    ),
    Hostile("xml_deep", "broken_workbook", with_part(BOOK, "<a>" * 10_000), values={"part": BOOK}),
    Hostile("xml_prefix", "broken_workbook", with_text(SHEET1, "<v>", "<x:v>"), values={"sheet": "Ark1"}),
    Hostile("xml_attribute_twice", "broken_workbook", with_text(SHEET1, 't="n"', 't="n" t="s"'), values={"sheet": "Ark1"}),
]

FLOOD = "".join(f'<mergeCell ref="A{number}:B{number}"/>' for number in range(1, 50_001))
TOO_LARGE = [
    Hostile("far_column", "too_large", with_sheet(row(1, cell("XFD1", 1))), values={"cell": "XFD1", "limit": "columns"}),
    Hostile("just_too_wide", "too_large", with_sheet(row(1, cell("GS1", 1))), values={"cell": "GS1"}),
    Hostile("just_too_long", "too_large", with_sheet(row(50_001, cell("A50001", 1))), values={"cell": "A50001"}),
    Hostile("far_text", "too_large", with_sheet(row(60_000, cell("A60000", 0, "s"))), values={"limit": "rows"}),
    Hostile(
        "far_inline", "too_large", with_sheet(row(60_000, '<c t="inlineStr"><is><t>x</t></is></c>')), values={"limit": "rows"}
    ),
    Hostile("far_formula", "too_large", with_sheet(row(60_000, cell("C60000", None, formula="1"))), values={"cell": "C60000"}),
    Hostile("far_error", "too_large", with_sheet(row(60_000, cell("C60000", "#REF!", "e"))), values={"cell": "C60000"}),
    Hostile("far_beyond_excel", "too_large", with_sheet(row(10**15, cell(f"A{10**15}", 1))), values={"limit": "rows"}),
    Hostile(
        "far_on_last_sheet",
        "too_large",
        lambda: workbook(ONE_CELL, sheet(row(99_999, cell("A99999", 1)))),
        values={"sheet": "Ark2"},
    ),
    Hostile(
        "far_on_hidden_sheet",
        "too_large",
        lambda: workbook(ONE_CELL, sheet(row(99_999, cell("A99999", 1))), states=("visible", "veryHidden")),
        values={"sheet": "Ark2"},
    ),
    Hostile(
        "small_claim",
        "too_large",
        with_sheet(row(99_999, cell("A99999", 1)), before='<dimension ref="A1"/>'),
        values={"limit": "rows"},
    ),
    Hostile(
        "cells_of_all_sheets",
        "too_large",
        lambda: workbook(*(sheet(*(row(n, cell(f"GR{n}", 1)) for n in range(1, 3_400))) for _ in range(3))),
        values={"sheet": "Ark3", "limit": "cells"},
    ),
    Hostile(
        "merged_flood",
        "too_large",
        lambda: {
            **PLAIN,
            SHEET1: sheet().replace("</worksheet>", f'<mergeCells>{FLOOD}<mergeCell ref="C1:D1"/></mergeCells></worksheet>'),
        },
        values={"limit": "merged"},
    ),
    Hostile("column_beyond_letters", "broken_workbook", with_sheet(row(1, cell("AAAA1", 1))), values={"sheet": "Ark1"}),
    Hostile("column_lower_case", "broken_workbook", with_sheet(row(1, cell("a1", 1))), values={"sheet": "Ark1"}),
    Hostile("row_negative", "broken_workbook", with_sheet(row(-1, cell("A-1", 1))), values={"sheet": "Ark1"}),
    Hostile("row_no_number", "broken_workbook", with_sheet('<row r="x"><c><v>1</v></c></row>'), values={"sheet": "Ark1"}),
    Hostile(
        "row_of_other_digits", "broken_workbook", with_sheet('<row r="&#xFF11;"><c><v>1</v></c></row>'), values={"sheet": "Ark1"}
    ),
    Hostile("row_again", "broken_workbook", with_sheet(row(1, cell("A1", 1)), row(1, cell("B1", 1))), values={"cell": "B1"}),
    Hostile("cells_backwards", "broken_workbook", with_sheet(row(1, cell("C1", 1), cell("A1", 1))), values={"cell": "A1"}),
    Hostile("string_no_number", "broken_workbook", with_sheet(row(1, cell("A1", "x", "s"))), values={"sheet": "Ark1"}),
    Hostile("string_fraction", "broken_workbook", with_sheet(row(1, cell("A1", "0.5", "s"))), values={"sheet": "Ark1"}),
    Hostile("other_root", "broken_workbook", lambda: {**PLAIN, SHEET1: "<worksheet/>"}, values={"sheet": "Ark1"}),
    Hostile("dialog_for_sheet", "broken_workbook", lambda: {**PLAIN, SHEET1: ONE_CELL.replace("worksheet", "dialogsheet")}),
    Hostile(
        "sheet_names_twice",
        "broken_workbook",
        lambda: {
            **PLAIN,
            BOOK: str(workbook(ONE_CELL, ONE_CELL)[BOOK]).replace("Ark2", "ARK1"),
            "xl/_rels/workbook.xml.rels": workbook(ONE_CELL, ONE_CELL)["xl/_rels/workbook.xml.rels"],
        },
        values={"sheet": "Ark1"},
    ),
    Hostile("sheet_without_name", "broken_workbook", with_text(BOOK, 'name="Ark1" ', ""), values={"part": BOOK}),
    Hostile("sheet_without_link", "broken_workbook", with_text(BOOK, ' r:id="rId1"', ""), values={"sheet": "Ark1"}),
    Hostile(
        "sheet_elsewhere",
        "broken_workbook",
        with_text(
            "xl/_rels/workbook.xml.rels", 'Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1:9/x" TargetMode="External"'
        ),
        values={"sheet": "Ark1"},
    ),
    Hostile(
        "sheet_above_the_package",
        "broken_workbook",
        with_text("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "../../../../etc/hostname"),
        values={"sheet": "Ark1"},
    ),
    Hostile(
        "no_main_part", "broken_workbook", with_text("_rels/.rels", "officeDocument", "other"), values={"part": "_rels/.rels"}
    ),
    Hostile("lost_strings", "broken_workbook", lambda: {name: xml for name, xml in PLAIN.items() if name != STRINGS}),
    Hostile(
        "no_formats", "broken_workbook", lambda: {**PLAIN, STYLES_PART: "<styleSheet><numFmts><numFmt/></numFmts></styleSheet>"}
    ),
]


def active(name: str, part: str) -> Hostile:
    return Hostile(f"active_{name}", "active_content", with_part(part), values={"part": "/" + part})


def typed(name: str, main_type: str, code: str = "active_content") -> Hostile:
    """A workbook whose main part has another type."""
    return Hostile(f"type_{name}", code, lambda: workbook(ONE_CELL, main_type=main_type))


MASHUP = '<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">UEsDBA==</DataMashup>'
ACTIVE = [
    active("macro_elsewhere", "macros/VBAPROJECT.bin"),
    active("macro_signature", "xl/vbaProjectSignature.bin"),
    active("link_2", "xl/externalLinks/externalLink2.xml"),
    active("link_relations", "xl/externalLinks/_rels/externalLink1.xml.rels"),
    active("connections_case", "xl/Connections.xml"),
    active("query_tables", "xl/queryTables/queryTable7.xml"),
    active("embedded_binary", "xl/embeddings/oleObject1.bin"),
    active("embedded_document", "xl/embeddings/Microsoft_Word_Document.docx"),
    active("active_x_binary", "xl/activeX/activeX1.bin"),
    active("macro_sheet_part", "xl/macrosheets/intlsheet1.xml"),
    active("web_extension", "xl/webextensions/taskpanes.xml"),
    active("data_model", "xl/model/item.data"),
    typed("template_with_macros", "application/vnd.ms-excel.template.macroEnabled.main+xml"),
    typed("add_in", "application/vnd.ms-excel.addin.macroEnabled.main+xml"),
    typed("macros_in_capitals", "APPLICATION/VND.MS-EXCEL.SHEET.MACROENABLED.MAIN+XML"),
    typed("binary_main", "application/vnd.ms-excel.sheet.binary.macroEnabled.main", "old_or_protected_workbook"),
    typed("document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "not_a_workbook"),
    typed("none", "application/xml", "not_a_workbook"),
    Hostile(
        "active_connections_type",
        "active_content",
        with_part("xl/c.x", types=f'<Override PartName="/xl/c.x" ContentType="{TYPE}.connections+xml"/>'),
    ),
    Hostile(
        "active_query_type",
        "active_content",
        with_part("xl/q.x", types=f'<Override PartName="/xl/q.x" ContentType="{TYPE}.queryTable+xml"/>'),
    ),
    Hostile(
        "active_link_type",
        "active_content",
        with_part("xl/l.x", types=f'<Override PartName="/xl/l.x" ContentType="{TYPE}.externalLink+xml"/>'),
    ),
    Hostile(
        "active_hidden_macro_type",
        "active_content",
        with_part("xl/v.x", types='<Default Extension="x" ContentType="application/vnd.ms-office.vbaProject"/>'),
    ),
    Hostile("power_query", "active_content", with_part("customXml/item1.xml", MASHUP), values={"part": "customXml/item1.xml"}),
    Hostile(
        "power_query_utf_16",
        "active_content",
        with_part("customXml/item1.xml", MASHUP.encode("utf-16")),
        values={"part": "customXml/item1.xml"},
    ),
    Hostile("binary_sheet", "old_or_protected_workbook", with_part("xl/workbook.bin")),
    Hostile("flag_strong_encryption", "old_or_protected_workbook", raw=lambda: with_flag(0x41)),
]


def other(name: str, content: bytes) -> Hostile:
    """A file that is neither a workbook nor text."""
    return Hostile(f"other_{name}", "not_a_workbook", raw=lambda: content, as_return="not_a_return_file")


def tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("navn.csv"))
    return held.getvalue()


def noise(count: int) -> bytes:
    return random.Random(20261122).randbytes(count)


XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
OTHERS = [
    other("pdf", b"%PDF-1.7\n" + noise(50)),
    other("png", b"\x89PNG\r\n\x1a\n" + noise(50)),
    other("jpeg", b"\xff\xd8\xff\xe0" + noise(50)),
    other("gif", b"GIF89a" + noise(50)),
    other("tiff", b"II*\0" + noise(50)),
    other("webp", b"RIFF\x24\0\0\0WEBPVP8 " + noise(50)),
    other("mp3", b"ID3\x03\0" + noise(50)),
    other("gzip", gzip.compress(b"navn;kostnad\n", mtime=0)),
    other("xz", lzma.compress(b"navn;kostnad\n")),
    other("bzip2", b"BZh91AY&SY" + noise(200)),
    other("seven_zip", b"7z\xbc\xaf\x27\x1c" + noise(50)),
    other("rar", b"Rar!\x1a\x07\x01" + noise(50)),
    other("zstandard", b"(\xb5/\xfd" + noise(200)),
    other("tar", tar()),
    other("empty_zip", b"PK\x05\x06" + bytes(18)),
    other("split_zip", b"PK\x07\x08" + zipped()),
    other("zip_after_text", b"hei " + zipped()),
    other("elf", b"\x7fELF\x02\x01\x01" + bytes(50)),
    other("exe", b"MZ\x90\0\x03" + bytes(50)),
    other("java", b"\xca\xfe\xba\xbe\0\0\0\x34" + noise(50)),
    other("parquet", b"PAR1\x15\x04" + noise(50) + b"PAR1"),
    other("arrow", b"ARROW1\0\0" + noise(50)),
    other("sqlite", b"SQLite format 3\0" + bytes(84)),
    other("duckdb", b"\x21\x22\x23\x24\x25\x26\x27\x28DUCK\x40" + bytes(30)),
    other("pickle", pickle.dumps({"navn": ["Bybane"]})),
    other("numpy", b"\x93NUMPY\x01\0v\0{'descr'"),
    other("excel_2", b"\x09\x00\x04\x00\x07\x00\x10\x00"),
    other("excel_5_stream", b"\x09\x08\x10\x00\x00\x06\x05\x00"),
    other("html", b"<html><body><table><tr><td>1</td></tr></table></body></html>"),
    other("html_with_type", b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>hei"),
    other("html_table", b"<TABLE border=1><tr><td>navn</td></tr></TABLE>"),
    other("xml_2003", XML_2003),
    other("xml_2003_utf_16", XML_2003.decode().encode("utf-16")),
    other("json", b'{"navn": "Bybane"}'),
    other("json_list", b'\n[{"navn": "Bybane"}]'),
    other("rtf", b"{\\rtf1\\ansi navn}"),
    other("sylk", b"ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K1\r\nE\r\n"),
    other("dif", b'TABLE\r\n0,1\r\n"EXCEL"\r\n'),
    other("web_archive", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n"),
    other("postscript", b"%!PS-Adobe-3.0\n"),
    other("zeros", bytes(1_000)),
    other("noise", noise(5_000)),
    other("utf_16_without_mark", "navn;kostnad\r\n".encode("utf-16-le")),
    other("utf_32", "navn;kostnad\r\n".encode("utf-32-be")),
    Hostile(
        "other_spreadsheet",
        "not_a_workbook",
        lambda: {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"},
    ),
    Hostile("other_presentation", "not_a_workbook", lambda: {TYPES: "<Types/>", "ppt/presentation.xml": "<x/>"}),
    Hostile("other_jar", "not_a_workbook", lambda: {"META-INF/MANIFEST.MF": "Manifest-Version: 1.0"}),
    Hostile("other_numbers", "not_a_workbook", lambda: {"Index/Document.iwa": b"\0"}),
    Hostile("other_word", "old_or_protected_workbook", raw=lambda: OLE2 + "WordDocument".encode("utf-16-le") + bytes(600)),
    Hostile(
        "other_mail", "old_or_protected_workbook", raw=lambda: OLE2 + "__properties_version1.0".encode("utf-16-le") + bytes(600)
    ),
    Hostile("magic_alone", "broken_workbook", raw=lambda: b"PK\x03\x04"),
    Hostile("magic_and_noise", "broken_workbook", raw=lambda: b"PK\x03\x04" + noise(3_000)),
]

# Offsets spread over the whole file: heads, contents, directory, end.
CUT = [
    Hostile(f"cut_{at}", "broken_workbook", raw=lambda at=at: zipped()[:at])
    for at in (5, 30, 66, 150, 400, 700, 1_000, 1_300, 1_500, 1_700)
]
CUT += [
    Hostile(f"cut_end_{less}", "broken_workbook", raw=lambda less=less: zipped()[:-less])
    for less in (1, 2, 10, 21, 22, 23, 60, 300)
]
HEADER = b"navn;kostnad\r\n"


def text_file(name: str, as_return: str, content: bytes, **values: str | int) -> Hostile:
    """A CSV file that must be refused."""
    return Hostile(f"csv_{name}", "not_a_workbook", raw=lambda: content, as_return=as_return, ending="csv", values=values)


TEXTS = [
    text_file("empty", "empty_file", b""),
    text_file("blank", "empty_file", b"\r\n\r\n ;;\r\n".replace(b" ", b"")),
    text_file("mark_alone", "empty_file", b"\xef\xbb\xbf"),
    text_file("utf_16_mark_alone", "empty_file", b"\xff\xfe"),
    text_file("separator_alone", "empty_file", b"sep=;\r\n"),
    text_file("open_quote", "broken_quotes", HEADER + b'Bybane;1\r\n"Gang;2\r\nSykkel;3\r\n', cell="A3"),
    text_file("open_quote_in_header", "broken_quotes", b'navn;"kostnad\r\nBybane;1\r\n', cell="A1"),
    text_file("open_quote_at_end", "broken_quotes", HEADER + b'Bybane;"', cell="A2"),
    text_file("open_quote_before_much", "broken_quotes", HEADER + b'"' + b"Bybane;1\r\n" * 20_000, cell="A2"),
    text_file("text_after_quote", "broken_quotes", HEADER + b'"By"bane;1\r\n', cell="A2"),
    text_file("quotes_not_doubled", "broken_quotes", HEADER + b'"en "liten" bane";1\r\n', cell="A2"),
    text_file("long_text", "text_too_long", HEADER + b"x" * 32_768 + b";1\r\n", cell="A2", limit="characters"),
    text_file("long_quoted", "text_too_long", HEADER + b'1;"' + b"x" * 40_000 + b'"\r\n', cell="B2", limit="characters"),
    text_file("very_long_text", "text_too_long", HEADER + b"1;2\r\n" + b"x" * 200_000 + b"\r\n", cell="A3"),
    text_file("very_long_quoted", "text_too_long", HEADER + b'"' + b"x" * 200_000 + b'"\r\n', cell="A2"),
    text_file("wide", "too_large", HEADER + b";" * 200 + b"1\r\n", cell="GS2", limit="columns", allowed=200),
    text_file("long", "too_large", b"1\n" * 50_001, cell="A50001", limit="rows", allowed=50_000),
    text_file("far_row", "too_large", HEADER + b"\n" * 60_000 + b"1\n", limit="rows"),
    text_file("many_cells", "too_large", (b";" * 199 + b"1\n") * 10_001, cell="GR10001", limit="cells"),
    text_file("one_null", "not_a_return_file", HEADER + b"By\0bane;1\r\n"),
    text_file("null_far_in", "not_a_return_file", HEADER + b"Bybane;1\r\n" * 1_000 + b"\0"),
    text_file("utf_16_cut", "unknown_encoding", "navn;kostnad".encode("utf-16")[:-1]),
    text_file("utf_16_half_pair", "unknown_encoding", b"\xff\xfea\0\x3d\xd8"),
    text_file("utf_8_mark_but_not", "unknown_encoding", b"\xef\xbb\xbf" + "Økonomi;1\r\n".encode("cp1252")),
    text_file("mixed", "unknown_encoding", "Økonomi;1\r\n".encode() + "Økonomi;2\r\n".encode("cp1252")),
    text_file("mixed_dash", "unknown_encoding", "2019–2029;1\r\n".encode() + "Økonomi;2\r\n".encode("cp1252")),
]

REFUSED = [*DAMAGED_OR_LARGE, *BOMBS, *XML, *TOO_LARGE, *ACTIVE, *OTHERS, *CUT, *TEXTS]
