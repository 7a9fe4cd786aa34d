"""What a file is, is told by its content: workbook, CSV, or neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.reading.any_file import BOTH, XLSX, read_file
from pipelines.reading.csv_file import read_csv
from pipelines.reading.workbook import read_workbook
from tests import hostile
from tests.hostile import PLAIN, Hostile, save


def written(folder: Path, content: bytes, name: str = "retur.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["bok.xlsx", "bok.csv", "bok.xls", "bok", "bok.pdf", ".xlsx"])
def test_workbook_is_one_whatever_its_name(name: str, tmp_path: Path) -> None:
    path = save(tmp_path / name, PLAIN)
    assert read_file(path) == read_file(path, XLSX) == read_workbook(path)
    assert read_file(path).sheets[0].rows == ((1,),)


@pytest.mark.parametrize("name", ["retur.csv", "retur.txt", "retur.xlsx", "retur"])
@pytest.mark.parametrize(
    "content",
    [
        b"navn;kostnad\r\nBybane;12,4\r\n",
        b"ID;Prosjekt\r\nP;Plan\r\n",  # begins as SYLK does
        b"ID;PROSJEKT\nF-001;Bybane\n",
        b"PK;navn\n1;Bybane\n",  # begins as a zip does
        b"MZ;navn\n",
        b"[navn];[kostnad]\n",
        b"[1. kvartal];2\n",
        b"{navn};1\n",
        b"<navn>;<kostnad>\n",
        b"TABLE;0,1\n",
        b"BZh;1\n",
        b"%;PDF\n",
        b"RTF;1\n",
        "\ufeffnavn;æøå\n".encode("utf-16"),
        "Økonomi;1\n".encode("cp1252"),
        b"navn;merknad\n1;en\x0b to \x02 tre\n",  # a sign from a word processor
        b"bare en kolonne\n1\n",
    ],
)
def test_text_is_csv_whatever_its_name(content: bytes, name: str, tmp_path: Path) -> None:
    path = written(tmp_path, content, name)
    read = read_file(path)
    assert read.refusal is None
    assert read == read_csv(path)
    assert read.properties["format"] == "csv"
    assert read.sheets[0].name == Path(name).stem


@pytest.mark.parametrize("kinds", [XLSX, ["xlsx"]])
@pytest.mark.parametrize("content", [b"navn;kostnad\r\nBybane;12,4\r\n", b"", b"%PDF-1.7", b"<html>"])
def test_what_is_no_workbook_is_refused_where_workbooks_alone_are_taken(content: bytes, kinds: list, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    read = read_file(path, kinds)
    assert read == read_workbook(path)
    assert read.refusal is not None
    assert read.refusal.code == "not_a_workbook"


def test_workbook_is_refused_where_csv_alone_is_taken(tmp_path: Path) -> None:
    refusal = read_file(save(tmp_path / "retur.csv", PLAIN), ("csv",)).refusal
    assert refusal is not None
    assert (refusal.code, refusal.quoted) == ("not_a_return_file", "0x504b030414000000")
    assert read_file(written(tmp_path, b"a;b\n"), ("csv",)).refusal is None


@pytest.mark.parametrize("file", hostile.OTHERS, ids=lambda file: file.name)
def test_other_file_is_told_what_it_is(file: Hostile, tmp_path: Path) -> None:
    refusal = read_file(file.save(tmp_path)).refusal
    assert refusal is not None
    assert refusal.code == file.return_code
    assert refusal.quoted or refusal.code != "not_a_return_file"


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"PAR1\x15", "Parquet"),
        (b"SQLite format 3\0", "SQLite"),
        (b"12345678DUCK\0", "DuckDB"),
        (b"\xef\xbb\xbf  <!doctype  HTML>", "HTML"),
        ("<?xml version='1.0'?><x/>".encode("utf-16"), "XML"),
        (b'{ "a": 1}', "JSON"),
        (b"ID;PWXL;N;E\nP;PGeneral", "SYLK"),
        (bytes(20), "0x0000000000000000"),
        (b"\x01\x02", "0x0102"),
    ],
)
def test_refusal_quotes_what_people_call_the_file(content: bytes, quoted: str, tmp_path: Path) -> None:
    refusal = read_file(written(tmp_path, content)).refusal
    assert refusal is not None
    assert (refusal.code, refusal.quoted) == ("not_a_return_file", quoted)


@pytest.mark.parametrize("name", ["borte.xlsx", "."])
@pytest.mark.parametrize("kinds", [XLSX, BOTH])
def test_what_is_no_file_is_refused(name: str, kinds: tuple, tmp_path: Path) -> None:
    refusal = read_file(tmp_path / name, kinds).refusal
    assert refusal is not None
    assert refusal.code == "unreadable_file"
