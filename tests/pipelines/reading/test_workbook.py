"""What a file of an unknown sender gives: its cells as typed, or the one reason why not, with the place."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading import cells, package
from pipelines.reading.workbook import CellNote, ReadWorkbook, read_workbook, shows_a_date
from tests import hostile
from tests.hostile import DATE, DATETIME, DURATION, Hostile, Parts, cell, row, save, sheet

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
    assert file.as_return or file.values.items() <= read.refusal.values.items()
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


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *(
            (code, True)
            for code in ("yyyy-mm-dd", "dd.mm.yyyy", "[$-414]d. mmmm yyyy;@", "h:mm", "hh:mm:ss.000", "mmss.0", "mmm-yy")
        ),
        *(
            (code, True)
            for code in ("[Red]d.m.yyyy", 'yyyy" år"', "d\\.m\\.yyyy", "[$-F800]dddd, mmmm dd, yyyy", "YYYY", "[>=1]d.m;0")
        ),
        *((code, False) for code in ("General", "@", "0", "0.00%", "#,##0", "0.00E+00", "# ?/?", "[Red]0", "[Blue][<1]0.0", "")),
        *(
            (code, False)
            for code in ('#,##0.00 "kr"', "#,##0 [$kr-414]", '0.0" mill. kr"', "[h]:mm", "[mm]:ss", "[s].00", "[HH]:MM")
        ),
        *(
            (code, False)
            for code in ("0\\d", "_d0", "*d0", '"sendt "0', "0;[Red]-0;d", '"a;b"0;d', "0.0,, \\m\\r\\d", '"uten slutt d')
        ),
    ],
)
def test_format_tells_a_day_from_a_number(code: str, expected: bool) -> None:
    assert shows_a_date(code) is expected


@pytest.mark.parametrize("code", sorted(openpyxl.styles.numbers.BUILTIN_FORMATS.values()))
def test_formats_of_excel_are_told_apart_as_openpyxl_does(code: str) -> None:
    numbers = openpyxl.styles.numbers
    assert shows_a_date(code) == (numbers.is_date_format(code) and not numbers.is_timedelta_format(code))


def shown_in(*codes: str) -> str:
    """A stylesheet whose cell styles 0, 1, 2 ... show numbers so. Other lists of formats stand beside and say something else."""
    formats = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in enumerate(codes, 164))
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in range(164, 164 + len(codes)))
    return (
        f'<styleSheet xmlns="{hostile.MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f'<cellXfs>{styles}</cellXfs><dxfs><dxf><numFmt numFmtId="164" formatCode="d"/></dxf></dxfs></styleSheet>'
    )


@dataclass(frozen=True)
class Oddity:
    """What stands in the first row of a workbook, and what must come of it: the row, and code, cell and quote of each note."""

    name: str
    cells: str
    expected: tuple[object, ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()
    parts: Parts = field(default_factory=dict)


def inline(*runs: str) -> str:
    return f'<c t="inlineStr"><is>{"".join(runs)}</is></c>'


def string(xml: str) -> Parts:
    """A table of strings with this one."""
    return {"xl/sharedStrings.xml": f'<sst xmlns="{hostile.MAIN}"><si>{xml}</si></sst>'}


def formats(*codes: str) -> Parts:
    return {"xl/styles.xml": shown_in(*codes)}


FROM_1904 = {
    "xl/workbook.xml": str(hostile.PLAIN["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="true"/><sheets>')
}
S0 = '<c t="s"><v>0</v></c>'
LONG = "x" * 32_767

ODDITIES = [
    Oddity("number_of_17_digits", cell("A1", "0.12345678901234568"), (0.12345678901234568,)),
    Oddity("whole_number_of_17_digits", cell("A1", "12345678901234567"), (12345678901234567,)),
    Oddity("sum_with_binary_dust", cell("A1", "0.30000000000000004"), (0.30000000000000004,)),
    Oddity("minus_zero", cell("A1", "-0") + cell("B1", "-0.0"), (0, 0.0)),
    Oddity("power_of_ten", cell("A1", "1.5E+3") + cell("B1", "1E3"), (1500.0, 1000.0)),
    Oddity("smallest_number", cell("A1", "5E-324"), (5e-324,)),
    Oddity("beyond_the_smallest", cell("A1", "1E-400"), (0.0,)),
    Oddity("beyond_the_largest", cell("A1", "1e309"), (), (("not_a_number", "A1", "1e309"),)),
    Oddity("not_a_number", cell("A1", "NaN"), (), (("not_a_number", "A1", "NaN"),)),
    Oddity("infinity", cell("A1", "INF") + cell("B1", "infinity"), (), (("not_a_number", "A1", "INF"), ("not_a_number", "B1", "infinity"))),
    Oddity("nan_as_text", cell("A1", "NaN", "str") + cell("B1", "INF", "str"), ("NaN", "INF")),
    Oddity("decimal_comma", cell("A1", "12,4", "str") + cell("B1", "12,4"), ("12,4",), (("not_a_number", "B1", "12,4"),)),
    Oddity("thousands_with_no_break_space", cell("A1", "1\u00a0234,5", "str"), ("1\u00a0234,5",)),
    Oddity("no_break_space_in_a_number", cell("A1", "1\u00a0234"), (), (("not_a_number", "A1", "1\u00a0234"),)),
    Oddity("narrow_space", cell("A1", "1\u202f234", "str"), ("1\u202f234",)),
    Oddity("digits_of_another_script", cell("A1", "\u0661\u0662"), (), (("not_a_number", "A1", "\u0661\u0662"),)),
    Oddity("spaces_around_a_number", cell("A1", " 7 "), (7.0,)),
    Oddity("leading_zeros_as_text", cell("A1", "0301", "str"), ("0301",)),
    Oddity("leading_zeros_shown_only", cell("A1", 301), (301,), parts=formats("0000")),
    Oddity("number_as_text", cell("A1", "12.5", "str"), ("12.5",)),
    Oddity("true_minus_sign_as_text", cell("A1", "\u22125", "str"), ("\u22125",)),
    Oddity("percent", cell("A1", 0.125), (0.125,), parts=formats("0.0%")),
    Oddity("money", cell("A1", 12.5), (12.5,), parts=formats("#,##0.00 [$kr-414]")),
    Oddity("millions_shown", cell("A1", 12_500_000), (12_500_000,), parts=formats("0.0,, &quot;mill.&quot;")),
    Oddity("hidden_by_its_format", cell("A1", 5), (5,), parts=formats(";;;")),
    Oddity("date", cell("A1", 46_357), (dt.date(2026, 12, 1),), parts=formats("dd.mm.yyyy")),
    Oddity("date_as_text", cell("A1", "01.12.2026", "str"), ("01.12.2026",)),
    Oddity("date_of_1904", cell("A1", 44_895, style=DATE), (dt.date(2026, 12, 1),), parts=FROM_1904),
    Oddity("first_day_of_1904", cell("A1", 1, style=DATE), (dt.date(1904, 1, 2),), parts=FROM_1904),
    Oddity("day_60_of_1904", cell("A1", 60, style=DATE), (dt.date(1904, 3, 1),), parts=FROM_1904),
    Oddity("day_60_never_was", cell("A1", 60, style=DATE), (), (("not_a_date", "A1", "60"),)),
    Oddity("hour_of_day_60", cell("A1", 60.5, style=DATETIME), (), (("not_a_date", "A1", "60.5"),)),
    Oddity("before_march_1900", cell("A1", 59, style=DATE) + cell("B1", 61, style=DATE), (dt.date(1900, 2, 28), dt.date(1900, 3, 1))),
    Oddity("before_1900", cell("A1", -1, style=DATE), (), (("error_value", "A1", "-1"),)),
    Oddity("last_day", cell("A1", 2_958_465, style=DATE), (dt.date(9999, 12, 31),)),
    Oddity("after_the_last_day", cell("A1", 2_958_466, style=DATE), (), (("error_value", "A1", "2958466"),)),
    Oddity("year_as_date", cell("A1", 2026, style=DATE), (dt.date(1905, 7, 18),)),
    Oddity("fraction_of_a_second", cell("A1", 46_357 + 1 / 86_400_000, style=DATETIME), (dt.datetime(2026, 12, 1, 0, 0, 0, 1_000),)),
    Oddity("rounded_to_the_next_day", cell("A1", "46356.99999999999", style=DATETIME), (dt.date(2026, 12, 1),)),
    Oddity("noon", cell("A1", 46_357.5, style=DATETIME), (dt.datetime(2026, 12, 1, 12),)),
    Oddity("time_of_day", cell("A1", 0.25), (0.25,), parts=formats("hh:mm")),
    Oddity("duration", cell("A1", 1.5, style=DURATION), (1.5,)),
    Oddity("iso_date", cell("A1", "2026-12-01", "d") + cell("B1", "2026-12-01T10:30:00.250", "d"), (dt.date(2026, 12, 1), dt.datetime(2026, 12, 1, 10, 30, 0, 250_000))),
    Oddity("iso_date_that_is_none", cell("A1", "2026-02-30", "d"), (), (("error_value", "A1", "2026-02-30"),)),
    Oddity("formula", cell("A1", 7, formula="3+4"), (7,)),
    Oddity("formula_with_text", cell("A1", "sju", "str", formula="B1"), ("sju",)),
    Oddity("formula_with_empty_text", cell("A1", "", "str", formula='""') + cell("B1", 1), (None, 1)),
    Oddity("formula_without_result", cell("A1", None, formula="SUM(B1:B9)"), (), (("formula_without_result", "A1", "=SUM(B1:B9)"),)),
    Oddity("formula_with_error", cell("A1", "#DIV/0!", "e", formula="1/0"), (), (("error_value", "A1", "#DIV/0!"),)),
    Oddity("formula_that_looks_up_nothing", cell("A1", "#N/A", "e", formula="VLOOKUP(1,B:C,2)"), (), (("error_value", "A1", "#N/A"),)),
    Oddity("error_in_norwegian_as_text", cell("A1", "#I/T", "str"), ("#I/T",)),
    Oddity("boolean_result", cell("A1", 1, "b", formula="TRUE()") + cell("B1", 0, "b"), (True, False)),
    Oddity("boolean_in_words", cell("A1", "true", "b") + cell("B1", "false", "b"), (True, False)),
    Oddity("boolean_that_is_none", cell("A1", 2, "b"), (), (("error_value", "A1", "2"),)),
    Oddity("shared_formula", '<c><f t="shared" ref="A1:B1" si="0">C1*2</f><v>4</v></c><c><f t="shared" si="0"/><v>6</v></c>', (4, 6)),
    Oddity("shared_formula_without_result", '<c r="B1"><f t="shared" si="0"/></c>', (), (("formula_without_result", "B1", "="),)),
    Oddity("array_formula", '<c><f t="array" ref="A1:B1">C1:D1</f><v>4</v></c><c><v>6</v></c>', (4, 6)),
    Oddity("injected_formula_is_text", cell("A1", "=1+1", "str") + cell("B1", "@SUM(1)", "str"), ("=1+1", "@SUM(1)")),
    Oddity("type_that_is_none", cell("A1", "x", "zz"), (), (("error_value", "A1", "x"),)),
    Oddity("rich_text", S0, ("fet kursiv",), parts=string("<r><rPr><b/></rPr><t>fet </t></r><r><t>kursiv</t></r>")),
    Oddity("phonetic_text", S0, ("東京",), parts=string('<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>')),
    Oddity("phonetic_text_inline", inline("<r><t>東</t></r>", '<rPh sb="0" eb="1"><t>トウ</t></rPh>', "<r><t>京</t></r>"), ("東京",)),
    Oddity("inline_text", inline("<t> a </t>"), (" a ",)),
    Oddity("empty_inline_text", inline("<t/>") + cell("B1", 1), (None, 1)),
    Oddity("empty_shared_text", S0 + cell("B1", 1), (None, 1), parts=string("<t/>")),
    Oddity("leading_and_trailing_spaces", cell("A1", " Bybane  ", "str"), (" Bybane  ",)),
    Oddity("spaces_alone", cell("A1", "  ", "str"), ("  ",)),
    Oddity("apostrophe", cell("A1", "'007", "str"), ("'007",)),
    Oddity("line_breaks", cell("A1", "a_x000D_&#10;b&#9;c", "str"), ("a\r\nb\tc",)),
    Oddity("escape_that_was_typed", S0, ("_x000D_",), parts=string("<t>_x005F_x000D_</t>")),
    Oddity("escape_of_a_letter", S0, ("Å_x00",), parts=string("<t>_x00C5__x00</t>")),
    Oddity("escape_of_a_control_sign", S0, ("a_x0000_b_xD800_",), parts=string("<t>a_x0000_b_xD800_</t>")),
    Oddity("entities", cell("A1", "&lt;b&gt; &amp;amp; &quot;", "str"), ('<b> &amp; "',)),
    Oddity("character_data", "<c t='str'><v><![CDATA[<b>]]></v></c>", ("<b>",)),
    Oddity("comment_within", "<c><v>1<!-- x -->2</v></c>", (12,)),
    Oddity("emoji", cell("A1", "🚲👩‍🔧🇳🇴", "str"), ("🚲👩‍🔧🇳🇴",)),
    Oddity("right_to_left_marks", cell("A1", "a\u202eb\u200f", "str"), ("a\u202eb\u200f",)),
    Oddity("combining_letter", cell("A1", "A\u030as", "str") + cell("B1", "Ås", "str"), ("A\u030as", "Ås")),
    Oddity("invisible_signs", cell("A1", "\u200bBy\ufeff\u00ad", "str"), ("\u200bBy\ufeff\u00ad",)),
    Oddity("longest_text", cell("A1", LONG, "str"), (LONG,)),
    Oddity("headers_twice", cell("A1", "navn", "str") + cell("B1", "navn", "str"), ("navn", "navn")),
    Oddity("gaps", cell("B1", 1) + cell("E1", 2), (None, 1, None, None, 2)),
    Oddity("cells_without_places", "<c><v>1</v></c><c/><c><v>3</v></c>", (1, None, 3)),
    Oddity("place_then_none", cell("C1", 1) + "<c><v>2</v></c>", (None, None, 1, 2)),
    Oddity("styles_alone", '<c r="A1" s="1"/><c r="B1" s="2"><v></v></c>'),
    Oddity("style_that_is_none", cell("A1", 46_357, style=99), (46_357,)),
    Oddity("no_styles", cell("A1", 46_357, style=1), (46_357,), parts={"xl/styles.xml": "<styleSheet/>"}),
    Oddity("built_in_date", cell("A1", 46_357), (dt.date(2026, 12, 1),), parts={"xl/styles.xml": "<styleSheet><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>"}),
    Oddity("built_in_number_redefined", cell("A1", 46_357), (46_357,), parts={"xl/styles.xml": "<styleSheet><numFmts><numFmt numFmtId='14' formatCode='0'/></numFmts><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>"}),
]  # fmt: skip


def test_there_are_many_oddities_each_with_a_name_of_its_own() -> None:
    assert len({oddity.name for oddity in ODDITIES}) == len(ODDITIES) > 80


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda oddity: oddity.name)
def test_odd_content_is_read_exactly_or_noted(oddity: Oddity, tmp_path: Path) -> None:
    parts = {**hostile.workbook(sheet(f'<row r="1">{oddity.cells}</row>')), **oddity.parts}
    read = read_workbook(save(tmp_path / "book.xlsx", parts))
    assert read.refusal is None
    rows = read.sheets[0].rows
    assert repr(rows[0] if rows else ()) == repr(oddity.expected)  # repr tells 1 from 1.0 and from True
    assert [(note.code, note.cell, note.quoted) for note in read.notes] == list(oddity.notes)


def seen_as(folder: Path, xml: str) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Merged ranges, hidden rows and hidden columns of a sheet."""
    found = read_workbook(save(folder / "book.xlsx", hostile.workbook(xml))).sheets[0]
    return found.merged, found.hidden_rows, found.hidden_columns


ROWS = "".join(row(number, cell(f"A{number}", 1), cell(f"C{number}", 2)) for number in (1, 2))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('hidden="1"', (3,)),
        ('hidden="true"', (3,)),
        ('hidden="0"', ()),
        ('ht="0" customHeight="1"', (3,)),
        ('ht="0.0"', (3,)),
        ('ht="0.75"', ()),
        ('ht=""', ()),
        ('hidden="1" outlineLevel="1"', (3,)),
        ('collapsed="1"', ()),
    ],
)
def test_hidden_row_is_told_where_it_holds_a_value(attributes: str, expected: tuple[int, ...], tmp_path: Path) -> None:
    hidden = f'<row r="3" {attributes}>{cell("B3", 1)}</row>'
    assert seen_as(tmp_path, sheet(hidden))[1] == expected
    # Without a number, without a value, with a style alone, with an empty text or an error.
    assert seen_as(tmp_path, sheet("<row/><row/>", hidden.replace('r="3"', "", 1)))[1] == expected
    for empty in ("", '<c r="B3" s="1"/>', cell("B3", "", "str", formula="C3"), cell("B3", "#REF!", "e")):
        assert seen_as(tmp_path, sheet(f'<row r="3" {attributes}>{empty}</row>'))[1] == ()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ('<col min="1" max="1" hidden="1"/>', (1,)),
        ('<col min="2" max="2" hidden="1"/>', ()),
        ('<col min="1" max="16384" hidden="true"/>', (1, 3)),
        ('<col min="2" max="3" width="0" customWidth="1"/>', (3,)),
        ('<col min="3" max="3" width="9"/>', ()),
        ('<col min="300" max="16384" hidden="1"/>', ()),
        ('<col min="3" max="1" hidden="1"/>', ()),
        ('<col min="1" max="1" hidden="1"/><col min="3" max="3" hidden="1"/>', (1, 3)),
        ("", ()),
    ],
)
def test_hidden_column_is_told_where_it_holds_a_value(columns: str, expected: tuple[int, ...], tmp_path: Path) -> None:
    assert seen_as(tmp_path, sheet(ROWS, before=f"<cols>{columns}</cols>")) == ((), (), expected)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("B3:C4", ("B3:C4",)),
        ("$B$3:$C$4", ("B3:C4",)),
        ("C4:B3", ("B3:C4",)),
        ("A1:XFD1", ("A1:XFD1",)),
        ("GR50000:GS50001", ("GR50000:GS50001",)),
        ("GS1:GT1", ()),
        ("A50001:B50001", ()),
        ("B3", ()),
        ("b3:c4", ()),
        ("A0:B1", ()),
    ],
)
def test_merged_range_is_told_where_it_begins_among_cells_that_are_read(
    reference: str, expected: tuple[str, ...], tmp_path: Path
) -> None:
    merged = f'<mergeCells count="1"><mergeCell ref="{reference}"/></mergeCells></worksheet>'
    assert seen_as(tmp_path, sheet(ROWS).replace("</worksheet>", merged)) == (expected, (), ())


@settings(max_examples=15, deadline=None)
@given(
    hidden_rows=st.sets(st.integers(1, 6)),
    hidden_columns=st.sets(st.sampled_from("ABCDEF")),
    filled=st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6))),
)
def test_what_openpyxl_hides_is_hidden(
    hidden_rows: set[int], hidden_columns: set[str], filled: set[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = openpyxl.Workbook()
    for at_row, at_column in filled:
        book.active.cell(at_row, at_column, 1)
    for number in hidden_rows:
        book.active.row_dimensions[number].hidden = True
    for letter in hidden_columns:
        book.active.column_dimensions[letter].hidden = True
    book.active.merge_cells("H2:I9")
    path = tmp_path_factory.getbasetemp() / "hidden.xlsx"
    book.save(path)
    found = read_workbook(path).sheets[0]
    assert found.hidden_rows == tuple(sorted(hidden_rows & {at_row for at_row, _ in filled}))
    assert found.hidden_columns == tuple(sorted({"ABCDEF".index(one) + 1 for one in hidden_columns} & {at for _, at in filled}))
    assert found.merged == ("H2:I9",)


def test_strict_form_of_the_format_is_read_as_the_usual_one(tmp_path: Path) -> None:
    parts = hostile.workbook(
        sheet(row(1, cell("A1", 0, "s"), cell("B1", 46_357, style=DATE)), '<row r="2" hidden="1"><c><v>1</v></c></row>')
    )
    spelled = {hostile.MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main", hostile.OFFICE: "http://purl.oclc.org/ooxml/officeDocument/relationships"}  # fmt: skip
    strict = dict(parts)
    for usual, other in spelled.items():
        strict = {name: str(xml).replace(usual, other) for name, xml in strict.items()}
    read = read_workbook(save(tmp_path / "strict.xlsx", strict))
    assert read == read_workbook(save(tmp_path / "usual.xlsx", parts))
    assert read.sheets[0].rows == (("navn", dt.date(2026, 12, 1)), (1,))
    assert read.sheets[0].hidden_rows == (2,)


def test_parts_are_found_by_their_relationships_and_not_by_their_names(tmp_path: Path) -> None:
    moved = {"xl/workbook.xml": "bok/b.xml", "xl/worksheets/sheet1.xml": "ark.xml", "xl/sharedStrings.xml": "bok/tekst/t.xml"}
    parts = hostile.workbook(sheet(row(1, cell("A1", 0, "s"))))
    parts = {moved.get(name, name): xml for name, xml in parts.items() if not name.endswith(".rels")}
    parts["_rels/.rels"] = hostile.relations(("x", "officeDocument", "/bok/b.xml"))
    parts["bok/_rels/b.xml.rels"] = hostile.relations(
        ("rId1", "worksheet", "../ark.xml"), ("t", "sharedStrings", "./tekst/t.xml")
    )
    assert read_workbook(save(tmp_path / "book.xlsx", parts)).sheets[0].rows == (("navn",),)


def test_sheet_that_is_a_chart_is_left_out(tmp_path: Path) -> None:
    parts = hostile.workbook(hostile.ONE_CELL, hostile.ONE_CELL)
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace("/worksheet", "/chartsheet", 1)
    assert [found.name for found in read_workbook(save(tmp_path / "book.xlsx", parts)).sheets] == ["Ark2"]


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
