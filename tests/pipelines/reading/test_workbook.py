"""What a file of an unknown sender gives: its cells as typed, or the one reason why not, with the place."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading import cells, package
from pipelines.reading import workbook as reading
from pipelines.reading.workbook import CellNote, ReadWorkbook, read_workbook
from tests import hostile
from tests.hostile import DATE, DATETIME, DURATION, Hostile, cell, row, save, sheet

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official"


def read_cells(folder: Path, *cells: str, number: int = 1) -> ReadWorkbook:
    """A workbook of one row."""
    return read_workbook(save(folder / "book.xlsx", hostile.workbook(sheet(row(number, *cells)))))


def notes_of(folder: Path, *cells: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(note.code, note.sheet, note.cell, note.quoted) for note in read_cells(folder, *cells).notes]


@pytest.mark.parametrize("file", hostile.REFUSED, ids=lambda file: file.name)
def test_hostile_file_is_refused_with_code_and_place(file: Hostile, tmp_path: Path) -> None:
    read = read_workbook(file.save(tmp_path))
    assert read.refusal is not None
    assert read.refusal.code == file.code
    assert file.values.items() <= read.refusal.values.items()
    assert read.sheets == ()


def test_far_cell_is_refused_at_once(tmp_path: Path) -> None:
    path = save(tmp_path / "far.xlsx", hostile.workbook(sheet(row(1_048_576, cell("XFD1048576", 1)))))
    started = time.perf_counter()
    read_workbook(path)
    assert path.stat().st_size < 5_000
    assert time.perf_counter() - started < 1


def test_too_large_file_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.write(hostile.zipped())
        file.truncate(package.MAX_FILE_BYTES + 1)
    refusal = read_workbook(path).refusal
    assert refusal is not None
    assert (refusal.code, refusal.values["limit"]) == ("too_large", "file_bytes")


@pytest.mark.parametrize("name", ["missing.xlsx", "."])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    refusal = read_workbook(tmp_path / name).refusal
    assert refusal is not None
    assert refusal.code == "unreadable_file"


def test_name_says_nothing(tmp_path: Path) -> None:
    assert read_workbook(save(tmp_path / "notes.txt", hostile.PLAIN)).sheets[0].rows == ((1,),)


def test_claimed_size_is_not_believed(tmp_path: Path) -> None:
    parts = hostile.workbook(sheet(row(2, cell("C2", 5)), before='<dimension ref="A1:XFD1048576"/>'))
    assert read_workbook(save(tmp_path / "claim.xlsx", parts)).sheets[0].rows == ((), (None, None, 5))


def test_formatting_is_not_content(tmp_path: Path) -> None:
    styled = [f'<row r="{number}" s="1"><c r="A{number}" s="1"/></row>' for number in range(2, 60_000)]
    last = row(1_048_576, '<c r="XFD1048576" s="1"/>')
    path = save(tmp_path / "styled.xlsx", hostile.workbook(sheet(row(1, cell("A1", 1)), *styled, last)))
    assert read_workbook(path).sheets[0].rows == ((1,),)


def test_cells_keep_their_types_and_text_is_kept_as_it_is(tmp_path: Path) -> None:
    read = read_cells(
        tmp_path,
        cell("A1", 1, "s"),
        '<c r="B1" t="inlineStr"><is><r><t>Fjord</t></r><r><t xml:space="preserve"> by_x000D_</t></r></is></c>',
        cell("C1", -12),
        cell("D1", 0.1),
        cell("E1", "1E-3"),
        cell("F1", 1, "b"),
        cell("G1", "t\u00a0kst", "str", formula="B1"),
        cell("I1", 7, formula="3+4"),
        cell("J1", "", "str", formula='""'),
    )
    assert read.sheets[0].rows == ((" æøå ", "Fjord by\r", -12, 0.1, 0.001, True, "t\u00a0kst", None, 7),)
    assert [type(found) for found in read.sheets[0].rows[0][2:6]] == [int, float, float, bool]
    assert read.notes == ()


def test_cells_without_references_follow_each_other(tmp_path: Path) -> None:
    parts = hostile.workbook(sheet("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>"))
    assert read_workbook(save(tmp_path / "book.xlsx", parts)).sheets[0].rows == ((1, None, 3), (), (4,))


@pytest.mark.parametrize(
    ("serial", "style", "expected"),
    [
        (46_357, DATE, dt.date(2026, 12, 1)),
        (46_357.5, DATETIME, dt.datetime(2026, 12, 1, 12)),
        (46_357, DATETIME, dt.date(2026, 12, 1)),
        (1, DATE, dt.date(1900, 1, 1)),
        (59, DATE, dt.date(1900, 2, 28)),
        (61, DATE, dt.date(1900, 3, 1)),
        (0.25, DATE, 0.25),  # a time of day
        (1.5, DURATION, 1.5),
    ],
)
def test_serials_become_dates_where_the_style_says_so(serial: float, style: int, expected: object, tmp_path: Path) -> None:
    assert read_cells(tmp_path, cell("A1", serial, style=style)).sheets[0].rows == ((expected,),)


def test_calendar_from_1904(tmp_path: Path) -> None:
    parts = hostile.workbook(sheet(row(1, cell("A1", 44_895, style=DATE))))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert read_workbook(save(tmp_path / "mac.xlsx", parts)).sheets[0].rows == ((dt.date(2026, 12, 1),),)


def test_iso_date(tmp_path: Path) -> None:
    assert read_cells(tmp_path, cell("A1", "2026-12-01T10:30:00", "d")).sheets[0].rows == ((dt.datetime(2026, 12, 1, 10, 30),),)


@pytest.mark.parametrize(
    ("faulty", "code", "quoted"),
    [
        (cell("H7", None, formula="SUM(A1:A3)"), "formula_without_result", "=SUM(A1:A3)"),
        (cell("H7", "", formula="A1"), "formula_without_result", "=A1"),
        (cell("H7", "#REF!", "e", formula="A1"), "error_value", "#REF!"),
        (cell("H7", "#N/A", "e"), "error_value", "#N/A"),
        (cell("H7", "NaN"), "not_a_number", "NaN"),
        (cell("H7", "1e309"), "not_a_number", "1e309"),
        (cell("H7", "-INF"), "not_a_number", "-INF"),
        (cell("H7", "9" * 400), "not_a_number", "9" * 200),
        (cell("H7", "12,4"), "not_a_number", "12,4"),
        (cell("H7", "1_0"), "not_a_number", "1_0"),
        (cell("H7", -1, style=DATE), "error_value", "-1"),
        (cell("H7", 1e9, style=DATE), "error_value", "1000000000.0"),
        (cell("H7", "snart", "d"), "error_value", "snart"),
    ],
)
def test_unusable_cell_is_noted_with_its_place_and_stays_empty(faulty: str, code: str, quoted: str, tmp_path: Path) -> None:
    read = read_cells(tmp_path, cell("A7", 1), faulty, cell("I7", 2), number=7)
    assert read.notes == (CellNote(code, "Ark1", "H7", quoted),)
    assert read.sheets[0].rows[6] == (1, *[None] * 7, 2)


def test_notes_are_capped_and_the_rest_is_counted(tmp_path: Path) -> None:
    rows = [row(number, cell(f"A{number}", "#REF!", "e")) for number in range(1, 601)]
    notes = read_workbook(save(tmp_path / "errors.xlsx", hostile.workbook(sheet(*rows)))).notes
    assert len(notes) == 501
    assert notes[-1] == CellNote("more_notes", None, None, "100")


def test_sheets_come_in_order_and_hidden_ones_are_marked(tmp_path: Path) -> None:
    parts = hostile.workbook(hostile.ONE_CELL, hostile.ONE_CELL, sheet(), states=("visible", "hidden", "veryHidden"))
    sheets = read_workbook(save(tmp_path / "book.xlsx", parts)).sheets
    assert [(found.name, found.is_hidden, len(found.rows)) for found in sheets] == [
        ("Ark1", False, 1),
        ("Ark2", True, 1),
        ("Ark3", True, 0),
    ]


def test_workbook_written_by_openpyxl_comes_back_with_its_properties(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.properties.title = "Rapport"
    book.custom_doc_props.append(openpyxl.packaging.custom.StringProperty(name="template_version", value="3"))
    book.active.append(["Økonomi", 12.5, dt.date(2026, 9, 30), True, None, "=1+1"])
    book.save(tmp_path / "book.xlsx")
    read = read_workbook(tmp_path / "book.xlsx")
    assert read.sheets[0].rows == (("Økonomi", 12.5, dt.date(2026, 9, 30), True),)
    assert read.notes == (CellNote("formula_without_result", "Sheet", "F1", "=1+1"),)
    assert (read.properties["title"], read.properties["template_version"]) == ("Rapport", "3")


@given(at=st.integers(0, 3_000), replaced=st.binary(min_size=1, max_size=3))
def test_damaged_bytes_never_raise(at: int, replaced: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    held = bytearray(hostile.zipped())
    held[at % len(held) : at % len(held) + len(replaced)] = replaced
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    path.write_bytes(held)
    read = read_workbook(path)
    assert (read.refusal is None) == bool(read.sheets)


@given(part=st.sampled_from(sorted(hostile.PLAIN)), at=st.floats(0, 1), put=st.text(alphabet='<>/"=a1 &;', max_size=4))
def test_damaged_xml_never_raises(part: str, at: float, put: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    xml = str(hostile.PLAIN[part])
    place = int(at * len(xml))
    path = save(tmp_path_factory.getbasetemp() / "damaged.xlsx", {**hostile.PLAIN, part: xml[:place] + put + xml[place + 2 :]})
    read = read_workbook(path)
    assert (read.refusal is None) == bool(read.sheets)


@given(column=st.integers(1, 16_384))
def test_columns_are_named_as_openpyxl_names_them(column: int) -> None:
    assert cells._column(openpyxl.utils.get_column_letter(column)) == column


def test_reading_without_guard_against_hostile_xml_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(reading.DefusedXmlMissing):
        read_workbook(save(tmp_path / "book.xlsx", hostile.PLAIN))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "tallmateriale_8952.xlsx",
            {
                "punkt_adt": 84,
                "punktindeks_maned": 665,
                "punktindeks_aar": 84,
                "byindeks_aarlig": 15,
                "byindeks_hittil": 16,
                "punkt_glid_indeks": 6024,
                "by_glid_indeks": 196,
            },
        ),
        (
            "tallmateriale_8952_2025-07_with_punkt_mdt.xlsx",
            {
                "punkt_adt": 84,
                "punktindeks_maned": 582,
                "byindeks_aarlig": 13,
                "punkt_mdt": 5512,
                "punkt_3_aar_glid_indeks": 1846,
                "by_glid_indeks": 169,
            },
        ),
        (
            "tallmateriale_956.xlsx",
            {
                "punkt_adt": 23,
                "punktindeks_maned": 201,
                "byindeks_aarlig": 16,
                "punkt_mdt": 2015,
                "punkt_3_aar_glid_indeks": 830,
                "by_glid_indeks": 220,
            },
        ),
    ],
)
def test_official_workbook_is_read_whole(name: str, expected: dict[str, int]) -> None:
    if not (OFFICIAL / name).exists():
        pytest.skip(f"the official workbook {name} does not lie beside the repository")
    read = read_workbook(OFFICIAL / name)
    assert {found.name: len(found.rows) for found in read.sheets} == expected
    assert read.notes == ()
    assert read.refusal is None
