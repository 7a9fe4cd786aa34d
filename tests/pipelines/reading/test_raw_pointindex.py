"""The raw point indices, in both shapes that they have, and what is said of files that are something else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from domain.rows import Cell, PointVolumes
from pipelines.reading.raw_pointindex import (
    MOST_FINDINGS,
    RawFile,
    RawIndex,
    point_ids_by_msnr,
    read_city_points,
    read_raw_pointindex,
    year_to_date_volumes,
)

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official"
NEEDS_OFFICIAL = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the raw files are not beside the checkout")
OLD = (
    "fylkenr;msnr;msnavn;Vegkategori;vegnr;hp;meter;ant_kjørefelt;ådt;første_igangsetting_datainn;døgn;lengdeklasse;periode;indeks;"
    "dekning;trafikkmengde indeksår;trafikkmengde basisår"
)
NEW = "fylkenr;trpid;trpnavn;vegkategori;vegref;døgn;lengdeklasse;periode;indeks;dekning;trafikkmengde indeksår;trafikkmengde basisår"


def old(number: str, day: str, length: str, period: str, *numbers: str) -> str:
    """An invented line with an old number."""
    return ";".join(["10", number, "HØYBRØ", "F", "1", "1", "1", "2", "", "", day, length, period, *numbers])


def new(point_id: str, period: str, *numbers: str, length: str = "< 5,6m") -> str:
    """An invented line with today's id."""
    return ";".join(["46", point_id, "HØYBRØ", "E", "EV1 S1D1 m1", "Alle", length, period, *numbers])


@pytest.fixture
def written(tmp_path):
    def write(*lines: str, encoding: str = "iso-8859-1", name: str = "raw.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join((*lines, "")).encode(encoding))
        return path

    return write


def codes(path: Path) -> list[tuple[str, str | None, str | None]]:
    return [(found.code, found.cell, found.quoted) for found in read_raw_pointindex(path).findings]


def test_rows_of_every_kind_keep_their_cells(written):
    file = read_raw_pointindex(
        written(
            OLD,
            old("100", "Alle", "< 5,6m", "Januar", "-1,757", "100,000", "439375", "447231"),
            old("100", "Yrkesdøgn", ">= 16,0m", "Hittil i år", "0,000", "0,000", "0", "0"),
            old("100", "Helgedøgn", "Alle", "Siste 12 måneder", "-", "-", "-", "-"),
        )
    )
    assert file.findings == ()
    assert file.rows == (
        RawIndex("100", "HØYBRØ", "ALL", "[..,5.6)", 1, -1.757, 100.0, 439375.0, 447231.0, Cell("raw.csv", 2, 14)),
        RawIndex("100", "HØYBRØ", "WEEKDAY", "[16.0,..)", "year_to_date", 0.0, 0.0, 0.0, 0.0, Cell("raw.csv", 3, 14)),
        RawIndex("100", "HØYBRØ", "WEEKEND", "[..,..)", "last_12_months", None, None, None, None, Cell("raw.csv", 4, 14)),
    )


def test_the_newer_shape_has_ids_and_two_classes_more(written):
    file = read_raw_pointindex(
        written(
            NEW,
            new("00001V1", "April", "-13,365", "75,830", "274936", "317349", length="16,0m - 24,0m"),
            new("00001V1", "April", "Inf", "75,830", "1", "0", length=">= 24,0m"),
        )
    )
    assert file.findings == ()
    assert [(row.key, row.length_class, row.period, row.index_pct) for row in file.rows] == [
        ("00001V1", "[16.0,24.0)", 4, -13.365),
        ("00001V1", "[24.0,..)", 4, None),
    ]


def test_a_file_that_was_saved_again_as_utf_8_is_read(written):
    path = written("\ufeff" + OLD, old("100", "Alle", "Alle", "Hittil i år", "1,0", "1", "2", "3"), encoding="utf-8")
    assert read_raw_pointindex(path).findings == ()


def test_year_to_date_ends_at_the_last_month_that_is_printed(written):
    months = [new("00001V1", name, "-", "0,000", "0", "0") for name in ("Mai", "Desember", "Januar", "April")]
    lines = [
        *months,
        new("00001V1", "Siste 12 måneder", "1,0", "9", "8", "7"),
        new("00001V1", "Hittil i år", "1,0", "9", "101", "100"),
    ]
    others = [
        new("00001V1", "Hittil i år", "1,0", "9", "999", "999", length=">= 5,6m"),  # not counted: long vehicles
        new("00002V2", "Hittil i år", "-", "0,000", "0", "0"),  # not counted: nothing to change from
    ]
    file = read_raw_pointindex(written(NEW, *lines, *others))
    assert file.findings == ()
    assert year_to_date_volumes(file, 2020) == (PointVolumes("00001V1", 2020, 4, 100, 101, cell=Cell("raw.csv", 7, 9)),)


def test_old_numbers_become_ids_where_there_is_one(written):
    names = written(
        "city_area_name;legacyNortrafMpn;base_year;agreement_start;trp_id;kommentar",
        "Nord-Jæren;100;2016;2017;00001V1;",
        "Nord-Jæren;200;2016;2017;00002V2;",
        "Nord-Jæren;200;2016;2017;00003V3;delt",
        "Nord-Jæren;300;2016;2017;NA;virtuelt",
        "Nord-Jæren;;2016;2017;00004V4;erstatter for 300",
        name="cities_points.csv",
    )
    points, findings = read_city_points(names)
    ids = point_ids_by_msnr(points)
    assert findings == ()
    assert (points[0].city, points[4].msnr, points[3].point_id, points[3].comment) == ("Nord-Jæren", None, None, "virtuelt")
    assert ids == {"100": ("00001V1",), "200": ("00002V2", "00003V3"), "300": ()}
    file = read_raw_pointindex(
        written(
            OLD,
            *(old(number, "Alle", "< 5,6m", "Hittil i år", "1", "2", "101", "100") for number in ("100", "200", "300", "400")),
        )
    )
    assert [row.point_id for row in year_to_date_volumes(file, 2018, ids)] == ["00001V1", "200", "300", "400"]


def test_what_is_wrong_is_said_with_its_cell(written):
    good = ("1,0", "1", "2", "3")
    path = written(
        OLD,
        old("100", "Alle", "Alle", "Januar", "1.5", "1", "2", "3"),
        old("100", "Hverdag", "Alle", "Februar", *good),
        old("100", "Alle", "< 6m", "Februar", *good),
        old("100", "Alle", "Alle", "Vår", *good),
        old("", "Alle", "Alle", "Mars", *good),
        "10;100;for kort",
        old("100", "Alle", "Alle", "April", *good),
        old("100", "Alle", "Alle", "April", *good),
    )
    assert codes(path) == [
        ("not_a_number", "N2", "1.5"),
        ("raw_unknown_word", "K3", "Hverdag"),
        ("raw_unknown_word", "L4", "< 6m"),
        ("raw_unknown_word", "M5", "Vår"),
        ("value_missing", "B6", ""),
        ("raw_line_uneven", "A7", "10;100;for kort"),
        ("row_twice", "N8", "100, ALL, [..,..), 4"),
    ]


def test_missing_columns_are_named(written):
    assert codes(written("msnr;døgn;periode", "1;Alle;Mai"))[0] == ("raw_column_missing", None, "lengdeklasse")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "raw_not_a_table"),
        (b"<html>Logg inn</html>", "raw_not_a_table"),
        (b"\x00\x01;\x00\n\x00;\x00\n", "raw_column_missing"),
        (b'a;b\n"' + b"x" * 200_000, "raw_not_a_table"),
        (b"PK\x03\x04;1\n1;2\n", "raw_column_missing"),
    ],
)
def test_a_file_that_is_something_else_is_refused(tmp_path, content, code):
    path = tmp_path / "raw.csv"
    path.write_bytes(content)
    assert codes(path)[0][0] == code


def test_a_file_that_is_not_there_or_too_large_is_not_read(tmp_path, monkeypatch, written):
    assert codes(tmp_path / "nowhere.csv")[0][0] == "unreadable_file"
    monkeypatch.setattr("pipelines.reading.raw_pointindex.LARGEST_BYTES", 10)
    assert codes(written(OLD))[0][0] == "too_large"


def test_a_header_alone_has_no_rows(written):
    assert read_raw_pointindex(written(OLD)) == RawFile((), ())


def test_a_flood_of_faults_is_cut_short(written):
    found = codes(written(OLD, *["10;kort"] * 1000))
    assert (len(found), found[-1][0]) == (MOST_FINDINGS + 1, "more_notes")


@NEEDS_OFFICIAL
@pytest.mark.parametrize(("year", "n_points", "n_rows"), [(2017, 24, 7056), (2018, 22, 6468), (2019, 17, 4998)])
def test_the_official_files_are_read_whole(year, n_points, n_rows):
    file = read_raw_pointindex(OFFICIAL / f"pointindex_956_{year}.csv")
    assert (file.findings, len(file.rows), len({row.key for row in file.rows})) == ((), n_rows, n_points)
    assert set(Counter(row.key for row in file.rows).values()) == {3 * 7 * 14}
    for row in file.rows:
        if row.index_pct is not None and row.base_volume:
            assert row.index_pct == pytest.approx(100 * (row.calculation_volume / row.base_volume - 1), abs=6e-4)


@NEEDS_OFFICIAL
def test_the_official_list_of_points_is_read_whole():
    points, findings = read_city_points(OFFICIAL / "cities_points.csv")
    assert (len(points), findings, sum(point.point_id is None for point in points)) == (452, (), 14)
