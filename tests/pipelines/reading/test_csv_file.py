"""A CSV file as its cells: exact texts at the places where a spreadsheet shows them, or the reason why not."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading import csv_file
from pipelines.reading.csv_file import read_csv
from pipelines.reading.workbook import CellNote, ReadWorkbook


def read(folder: Path, content: bytes | str, name: str = "retur.csv") -> ReadWorkbook:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(path)


@dataclass(frozen=True)
class Text:
    """A file and the rows that must come of it."""

    name: str
    content: bytes | str
    rows: tuple[tuple[str | None, ...], ...]
    encoding: str = "utf-8"
    delimiter: str = ";"


AB = (("a", "b"), ("1", "2"))
TEXTS = [
    Text("semicolons", "a;b\r\n1;2\r\n", AB),
    Text("commas", "a,b\r\n1,2\r\n", AB, delimiter=","),
    Text("tabs", "a\tb\r\n1\t2\r\n", AB, delimiter="\t"),
    Text("semicolon_before_commas", "a, og c, og d;b\n1,5;2\n", (("a, og c, og d", "b"), ("1,5", "2"))),
    Text("semicolon_before_tabs", "a\tc;b\n", (("a\tc", "b"),)),
    Text("tab_before_commas", "kostnad, mnok, 2024\tb\n", (("kostnad, mnok, 2024", "b"),), delimiter="\t"),
    Text("semicolon_in_quotes_alone", '"a;x",b\n1,2\n', (("a;x", "b"), ("1", "2")), delimiter=","),
    Text("semicolon_below_the_header", "a,b\n1;2,3\n", (("a", "b"), ("1;2", "3")), delimiter=","),
    Text("header_over_two_lines", '"a\n,x";b\n', (("a\n,x", "b"),)),
    Text("title_above_the_header", "Rapport\n\na,b\n", (("Rapport",), (), ("a", "b")), delimiter=","),
    Text("one_column", "a\n1\n", (("a",), ("1",))),
    Text("stated_separator", "sep=,\r\na;x,b\r\n", (("a;x", "b"),), delimiter=","),
    Text("stated_separator_in_capitals", "SEP=|\na|b\n", (("a", "b"),), delimiter="|"),
    Text("stated_tab", "sep=\t\na\tb\n", (("a", "b"),), delimiter="\t"),
    Text("stated_separator_after_a_mark", b"\xef\xbb\xbfsep=;\r\na;b\r\n", (("a", "b"),), "utf-8-sig"),
    Text("separator_in_a_cell", "sep=;x\n", (("sep=", "x"),)),
    Text("utf_8", "Økonomi;«blå»\n", (("Økonomi", "«blå»"),)),
    Text("utf_8_with_mark", "\ufeffØkonomi;b\n", (("Økonomi", "b"),), "utf-8-sig"),
    Text("mark_and_quotes", '\ufeff"a";b\n', (("a", "b"),), "utf-8-sig"),
    Text("utf_16", "Økonomi;b\r\n1;2\r\n".encode("utf-16"), (("Økonomi", "b"), ("1", "2")), "utf-16"),
    Text("utf_16_be", b"\xfe\xff" + "Økonomi\tb\n".encode("utf-16-be"), (("Økonomi", "b"),), "utf-16", "\t"),
    Text("cp1252", "Økonomi;€ – …\n".encode("cp1252"), (("Økonomi", "€ – …"),), "cp1252"),
    Text("cp1252_capitals", "TROMSØ»;«ÅS\n".encode("cp1252"), (("TROMSØ»", "«ÅS"),), "cp1252"),
    Text("lines_of_unix", "a;b\n1;2\n", AB),
    Text("lines_of_the_old_mac", "a;b\r1;2\r", AB),
    Text("mixed_line_ends", "a;b\r\n1;2\n3;4\r5;6", (*AB, ("3", "4"), ("5", "6"))),
    Text("no_last_line_end", "a;b\n1;2", AB),
    Text("blank_lines", "\n\na;b\n\n\n1;2\n\n\n", ((), (), ("a", "b"), (), (), ("1", "2"))),
    Text("lines_of_delimiters_at_the_end", "a;b\n1;2\n;;\n;;\n", AB),
    Text("line_of_delimiters_within", "a;b\n;;\n1;2\n", (("a", "b"), (), ("1", "2"))),
    Text("empty_cells", "a;;b\n;2;\n", (("a", None, "b"), (None, "2"))),
    Text("quoted_empty_cell", '"";b\n', ((None, "b"),)),
    Text("rows_of_different_lengths", "a;b\n1\n1;2;3\n", (("a", "b"), ("1",), ("1", "2", "3"))),
    Text("quotes", '"a";"b"\n"1";"2"\n', AB),
    Text("doubled_quotes", '"en ""liten"" bane";b\n', (('en "liten" bane', "b"),)),
    Text("quotes_alone", '"""";b\n', (('"', "b"),)),
    Text("quote_within_a_text", 'rør 12";b\n', (('rør 12"', "b"),)),
    Text("delimiter_in_quotes", '"a;x";b\n', (("a;x", "b"),)),
    Text("line_break_in_quotes", 'a;b\n"1\nto\r\ntre";2\nx;y\n', (("a", "b"), ("1\nto\r\ntre", "2"), ("x", "y"))),
    Text("blank_line_in_quotes", '"1\n\nto";2\nx;y\n', (("1\n\nto", "2"), ("x", "y"))),
    Text("spaces_are_kept", " a ;  b\n", ((" a ", "  b"),)),
    Text("spaces_alone_are_text", "a;b\n  ;\u00a0\n", (("a", "b"), ("  ", "\u00a0"))),
    Text("nothing_is_typed", "0301;12,4;1e3;TRUE;2026-12-01;=1+1;-5;NaN\n", (("0301", "12,4", "1e3", "TRUE", "2026-12-01", "=1+1", "-5", "NaN"),)),
    Text("text_formula_of_leading_zeros", 'a;="007"\n', (("a", '="007"'),)),
    Text("apostrophe", "'007;b\n", (("'007", "b"),)),
    Text("no_break_space", "1\u00a0234,5;b\n", (("1\u00a0234,5", "b"),)),
    Text("emoji_and_marks", "🚲;a\u202eb\u200f;A\u030as\n", (("🚲", "a\u202eb\u200f", "A\u030as"),)),
    Text("separators_that_end_no_line", "a\u2028b\x85c;d\n", (("a\u2028b\x85c", "d"),)),
    Text("headers_twice", "navn;navn\n", (("navn", "navn"),)),
    Text("end_sign_of_old_programs", "a;b\n1;2\n\x1a", AB),
    Text("mark_within", "a;\ufeffb\n", (("a", "\ufeffb"),)),
    Text("longest_text", f"{'x' * 32_767};b\n", (("x" * 32_767, "b"),)),
    Text("widest_row", ";" * 199 + "b\n", ((*[None] * 199, "b"),)),
    Text("delimiters_beyond_the_widest_row", "a;b" + ";" * 500 + "\n", (("a", "b"),)),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_text_stands_where_a_spreadsheet_shows_it(text: Text, tmp_path: Path) -> None:
    found = read(tmp_path, text.content)
    assert found.refusal is None
    assert found.notes == ()
    assert found.sheets[0].rows == text.rows
    assert found.properties == {"format": "csv", "encoding": text.encoding, "delimiter": text.delimiter}


@pytest.mark.parametrize("name", ["retur.csv", "retur.2026-Q3.csv", "Økonomi nord.CSV", ".csv", "retur"])
def test_sheet_is_named_as_the_file(name: str, tmp_path: Path) -> None:
    sheet = read(tmp_path, "a;b\n", name).sheets[0]
    assert (sheet.name, sheet.is_hidden, sheet.merged, sheet.hidden_rows, sheet.hidden_columns) == (
        Path(name).stem,
        False,
        (),
        (),
        (),
    )


@pytest.mark.parametrize(
    ("cell", "quoted"),
    [
        (b"By\x02bane", "By\ufffdbane"),
        (b"By\x0bbane", "By\ufffdbane"),
        (b"\x81rlig", "\ufffdrlig"),  # no letter of cp1252
        (b"\x90\x9d", "\ufffd\ufffd"),
        ("Kj\ufffdp".encode(), "Kj\ufffdp"),  # lost before
        ("a\uffffb".encode(), "a\ufffdb"),
        (b"\x1f" * 300, "\ufffd" * 200),
    ],
)
def test_unreadable_text_is_noted_with_its_place_and_stays_empty(cell: bytes, quoted: str, tmp_path: Path) -> None:
    found = read(tmp_path, b'navn;merknad;x\n"1\n2";' + cell + b";3\n4;5;6\n")
    assert found.notes == (CellNote("unreadable_text", "retur", "B2", quoted),)
    assert found.sheets[0].rows == (("navn", "merknad", "x"), ("1\n2", None, "3"), ("4", "5", "6"))


def test_file_of_nothing_but_unreadable_text_is_not_empty(tmp_path: Path) -> None:
    found = read(tmp_path, b"\x02\n")
    assert (found.refusal, len(found.notes)) == (None, 1)


def test_notes_are_capped_and_the_rest_is_counted(tmp_path: Path) -> None:
    notes = read(tmp_path, b"\x02;a\n" * 600).notes
    assert len(notes) == 501
    assert notes[-1] == CellNote("more_notes", None, None, "100")


@pytest.mark.parametrize(
    ("content", "code", "cell"),
    [
        ('a;b\n1;"2\n', "broken_quotes", "A2"),
        ('a;b\n"x\ny";1\n1;"2\n', "broken_quotes", "A3"),  # records are counted, not lines
        ('\n\n"a;b\n', "broken_quotes", "A3"),
        ('sep=;\na;b\n"1;2\n', "broken_quotes", "A2"),  # as a spreadsheet counts
        ('a;b\n"1" ;2\n', "broken_quotes", "A2"),
        (f"a;b\n1;{'x' * 32_768}\n", "text_too_long", "B2"),
    ],
)
def test_refusal_names_the_record(content: str, code: str, cell: str, tmp_path: Path) -> None:
    refusal = read(tmp_path, content).refusal
    assert refusal is not None
    assert (refusal.code, refusal.values["sheet"], refusal.values["cell"]) == (code, "retur", cell)


def test_refusal_quotes_where_the_record_begins(tmp_path: Path) -> None:
    refusal = read(tmp_path, 'a;b\nSjøbane;"åpen\nx;y\n').refusal
    assert refusal is not None
    assert refusal.quoted == 'Sjøbane;"åpen'


def test_mixed_encodings_are_quoted(tmp_path: Path) -> None:
    refusal = read(tmp_path, "navn;b\nSjøbane;1\n".encode() + "Sjøbane;2\n".encode("cp1252")).refusal
    assert refusal is not None
    assert (refusal.code, "SjÃ\u00b8bane" in str(refusal.quoted)) == ("unknown_encoding", True)


def test_too_large_file_is_refused_without_reading_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_FILE_BYTES", 10)
    assert read(tmp_path, "a;b\n1;2\nx").refusal is None
    refusal = read(tmp_path, "a;b\n1;2\nxyz").refusal
    assert refusal is not None
    assert (refusal.code, refusal.values) == ("too_large", {"limit": "file_bytes", "allowed": 10})


@pytest.mark.parametrize("line", [b"\n", b";;\r\n"])
def test_empty_records_have_an_end(line: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_RECORDS", 100)
    assert read(tmp_path, b"a;b\r\n" + line * 99).refusal is None
    refusal = read(tmp_path, b"a;b\r\n" + line * 100).refusal
    assert refusal is not None
    assert (refusal.code, refusal.values["cell"], refusal.values["allowed"]) == ("too_large", "A101", 100)


@pytest.mark.parametrize("rows", [49_999, 50_000])
def test_longest_file_is_read(rows: int, tmp_path: Path) -> None:
    assert len(read(tmp_path, "1\n" * rows + ";\n" * 20_000).sheets[0].rows) == rows


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufffe\uffff"), max_size=5
) | st.sampled_from(['"', ";", "\n", "\r\n", ",", "\t", ' "x" ', "sep=,"])


@given(rows=st.lists(st.lists(texts, min_size=1, max_size=4), max_size=5), line_end=st.sampled_from(["\r\n", "\n", "\r"]))
def test_what_pythons_writer_writes_comes_back(
    rows: list[list[str]], line_end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    held = io.StringIO(newline="")
    writer = csv.writer(held, delimiter=";", lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([["navn", "kostnad"], *rows])
    found = read(tmp_path_factory.getbasetemp(), held.getvalue().encode())
    padded = [[*row, "", "", "", ""][:4] for row in [["navn", "kostnad"], *rows]]
    kept = [[text or "" for text in (*row, *[None] * 4)][:4] for row in found.sheets[0].rows]
    while padded and not any(padded[-1]):
        padded.pop()
    assert kept == padded


@given(content=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = read(tmp_path_factory.getbasetemp(), content)
    assert (found.refusal is None) == bool(found.sheets)
    for sheet in found.sheets:
        assert all(text is None or (text and not csv_file.UNREADABLE.search(text)) for row in sheet.rows for text in row)
        assert all(row and row[-1] is not None for row in sheet.rows[-1:])
