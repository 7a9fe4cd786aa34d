"""Hourly files in every order and shape against the oracle, and everything for which they are refused."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import hourly_points
from pipelines.hourly import HourlyAnswer, hourly_index
from pipelines.methods.hourly import YearPair
from pipelines.reading import hourly_buckets, hourly_file
from tests.hourly_files import HOURS, two_years, write_day_rows, write_days, write_hours
from tests.oracles_hourly import Hour, area_slowly, months_slowly, repeated_slowly, some_hours

PAIR = YearPair(2019, 2020)
seeds = st.integers(0, 2**32)


def answer(*paths: Path) -> HourlyAnswer:
    return hourly_index(paths, [PAIR])


def months(*paths: Path) -> list[tuple]:
    """The months of 2019 and 2020; without any finding."""
    found = answer(*paths)
    assert found.findings == ()
    return [tuple(row) for row in found.indices[0].rows()]


def findings(*paths: Path) -> list[tuple]:
    """Code, quoted value and count of each finding; nothing is computed."""
    found = answer(*paths)
    assert found.is_refused
    assert found.indices == ()
    return [(finding.code, finding.quoted, finding.named.get("count")) for finding in found.findings]


@pytest.fixture
def small_limits(monkeypatch):
    """Pieces and buckets so small that points go on from one to the next."""
    monkeypatch.setattr(hourly_file, "PIECE_ROWS", 700)
    monkeypatch.setattr(hourly_buckets, "BUCKET_ROWS", 1000)


@pytest.fixture
def by_bucket(monkeypatch, small_limits):
    monkeypatch.setattr(hourly_points, "_few_rows_wait", lambda _: False)


def check_against_the_oracle(seed: int) -> None:
    """Rows in any order, in any number of files in any order, with row groups of any size."""
    random, rows = Random(seed), some_hours(seed, n_points=3)
    expected = months_slowly(rows, *PAIR)
    order = random.choice(["sorted", "by_year", "by_time", "shuffled"])
    rows.sort(key={"by_year": lambda row: row[1], "by_time": lambda row: row[1:5]}.get(order, lambda row: row[:5]))
    if order == "shuffled":
        random.shuffle(rows)
    cuts = sorted(random.choices(range(len(rows)), k=random.randint(0, 3)))
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            write_hours(Path(folder) / f"{start}-{stop}.parquet", rows[start:stop], row_group_size=random.randint(50, 2000))
            for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True)
        ]
        random.shuffle(paths)
        found = answer(*paths)
    assert found.findings == ()
    assert [tuple(row) for row in found.indices[0].rows()] == expected
    index_pct, error_pct, n_points = area_slowly(expected)
    area = found.indices[0].area
    assert (area.index_pct, area.n_points) == (index_pct and pytest.approx(index_pct, abs=1e-9), n_points)
    assert area.standard_error_pct == (error_pct and pytest.approx(error_pct, abs=1e-9))


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_every_order_of_rows_and_files_equals_the_oracle(seed):
    check_against_the_oracle(seed)


@pytest.mark.parametrize("seed", range(8))
def test_points_that_go_on_in_other_pieces_equal_the_oracle(seed, small_limits):
    check_against_the_oracle(seed)


@pytest.mark.parametrize("seed", range(8))
def test_buckets_equal_the_oracle(seed, by_bucket):
    check_against_the_oracle(seed)


def test_rows_that_would_wait_too_long_go_by_bucket(tmp_path, monkeypatch, small_limits):
    rows = sorted(some_hours(3, n_points=3), key=lambda row: row[1:5])
    path = write_hours(tmp_path / "a.parquet", rows, row_group_size=200)
    expected = months(path)
    asked = []
    monkeypatch.setattr(hourly_points, "MAX_WAITING_ROWS", 1000)
    monkeypatch.setattr(hourly_points, "write_buckets", lambda *all: asked.append(all) or hourly_buckets.write_buckets(*all))
    assert months(path) == expected == months_slowly(rows, *PAIR)
    assert len(asked) == 1


def test_a_row_group_too_large_to_be_read_whole_goes_by_bucket(tmp_path, monkeypatch):
    rows = some_hours(3)
    monkeypatch.setattr(hourly_points, "MAX_PIECE_ROWS", 100)
    assert months(write_hours(tmp_path / "a.parquet", rows)) == months_slowly(rows, *PAIR)


def test_statistics_that_lie_are_found_out(tmp_path, monkeypatch, small_limits):
    rows = sorted(some_hours(0, n_points=3), key=lambda row: row[1:5])
    path = write_hours(tmp_path / "a.parquet", rows, row_group_size=300)
    pieces = hourly_file.pieces_of

    def lying(file: hourly_file.HourlyFile) -> list[hourly_file.Piece]:
        return [replace(piece, first_point=f"{n:04}", last_point=f"{n:04}~") for n, piece in enumerate(pieces(file))]

    monkeypatch.setattr(hourly_points, "pieces_of", lying)
    assert months(path) == months_slowly(rows, *PAIR)


def test_several_pairs_come_of_one_reading(tmp_path, monkeypatch):
    rows = some_hours(5, years=(2018, 2019, 2020), month=10)
    path = write_hours(tmp_path / "a.parquet", rows)
    read = []
    monkeypatch.setattr(hourly_points, "read_piece", lambda piece: read.append(piece) or hourly_file.read_piece(piece))
    pairs = [YearPair(2018, 2019), YearPair(2019, 2020), YearPair(2018, 2020)]
    found = hourly_index([path], pairs)
    for index, pair in zip(found.indices, pairs, strict=True):
        assert [tuple(row) for row in index.rows()] == months_slowly(rows, *pair)
    assert len(read) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"use_dictionary": False},
        {"write_statistics": False},
        {"compression": "zstd", "data_page_version": "2.0"},
        {"use_dictionary": False, "column_encoding": {"point_id": "DELTA_BYTE_ARRAY"}},
        {"dictionary_pagesize_limit": 1},
    ],
)
def test_every_way_of_writing_reads_the_same(tmp_path, options):
    rows = some_hours(11, n_points=3)
    assert months(write_hours(tmp_path / "a.parquet", rows, row_group_size=400, **options)) == months_slowly(rows, *PAIR)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("point_id", pa.large_string()),
        ("point_id", pa.dictionary(pa.int16(), pa.string())),
        ("year", pa.int64()),
        ("month", pa.uint8()),
        ("hour", pa.uint32()),
        ("volume", pa.uint16()),
        ("volume", pa.int64()),
        ("coverage", pa.float64()),
        ("length_quality", pa.float64()),
    ],
)
def test_every_width_of_a_type_reads_the_same(tmp_path, column, kind):
    rows = [row._replace(volume=row.volume or 0) for row in some_hours(12)]
    schema = HOURS.set(HOURS.get_field_index(column), pa.field(column, kind))
    assert months(write_hours(tmp_path / "a.parquet", rows, schema)) == months_slowly(rows, *PAIR)


def test_files_of_duckdb_and_pandas_read_the_same(tmp_path):
    rows = [row._replace(volume=row.volume or 0) for row in some_hours(13, n_points=3)]
    frame = pd.DataFrame(rows)
    frame.to_parquet(tmp_path / "pandas.parquet")
    given = pq.read_table(write_hours(tmp_path / "a.parquet", rows))
    with duckdb.connect() as connection:
        connection.register("given", given)
        connection.execute("COPY given TO '" + str(tmp_path / "duckdb.parquet") + "' (FORMAT parquet)")
    expected = months_slowly(rows, *PAIR)
    assert [months(tmp_path / f"{maker}.parquet") for maker in ("pandas", "duckdb")] == [expected, expected]


def test_columns_may_stand_in_another_order_beside_others(tmp_path):
    rows = two_years()
    table = pq.read_table(write_hours(tmp_path / "a.parquet", rows))
    table = table.select(list(reversed(table.column_names))).append_column("note", pa.array(["x"] * len(rows)))
    pq.write_table(table, tmp_path / "b.parquet")
    assert months(tmp_path / "b.parquet") == [("A", 1, 38_400, 42_240, 16)]


@pytest.mark.parametrize(
    ("coverage", "counts"), [(98.5, False), (98.6, True), (99.0, True), (float("nan"), False), (None, False)]
)
def test_coverage_is_rounded_before_it_is_compared(tmp_path, coverage, counts):
    rows = [row._replace(coverage=coverage) for row in two_years()]
    assert bool(months(write_hours(tmp_path / "a.parquet", rows))) == counts


def test_a_volume_that_is_not_given_is_no_hour(tmp_path):
    rows = [row._replace(volume=None) if row.hour < 9 else row for row in two_years()]
    assert months(write_hours(tmp_path / "a.parquet", rows)) == []


def test_the_daily_rule_is_of_both_years_and_what_is_not_given_counts(tmp_path):
    rows = [
        Hour(f"P{point}", year, 1, day, hour) for point in range(4) for year in PAIR for day in range(1, 19) for hour in range(24)
    ]
    daily = {("P0", 2019, 1, 1): 94.5, ("P0", 2020, 1, 2): 94.0, ("P1", 2019, 1, 1): 95.0, ("P1", 2020, 1, 1): None}
    daily |= {("P2", 2019, 1, day): 60.0 for day in (1, 2, 3)} | {("P9", 2019, 1, 1): 0.0, ("P1", 2011, 1, 1): 0.0}
    hours, days = write_hours(tmp_path / "a.parquet", rows), write_days(tmp_path / "b.parquet", daily)
    assert [row[4] for row in months(hours)] == [18, 18, 18, 18]
    expected = months_slowly(rows, *PAIR, daily)
    assert months(hours, days) == months(days, hours) == expected
    assert [(row[0], row[4]) for row in expected] == [("P0", 16), ("P1", 18), ("P3", 18)]


@pytest.mark.parametrize("seed", range(3))
def test_daily_rows_in_any_order_equal_the_oracle(tmp_path, seed):
    random, rows = Random(seed), some_hours(seed, n_points=3)
    daily = {day: random.choice([None, 94.0, *[100.0] * 30]) for day in {row[:4] for row in rows}}
    hours, days = write_hours(tmp_path / "a.parquet", rows), write_days(tmp_path / "b.parquet", daily)
    assert months(hours, days) == months_slowly(rows, *PAIR, daily)


def test_an_area_is_the_index_of_its_points(tmp_path):
    rows = [*two_years("A", 100, 110), *two_years("B", 300, 300), *two_years("C", 50, 40)]
    path = write_hours(tmp_path / "a.parquet", rows)
    areas = {"nord": frozenset("AB"), "sor": frozenset("C"), "vest": frozenset("XC"), "tom": frozenset()}
    found = hourly_index([path], [PAIR], areas)
    index = found.indices[0]
    assert {area: (one.index_pct, one.n_points) for area, one in index.areas.items()} == {
        "nord": (pytest.approx(2.5), 2),
        "sor": (pytest.approx(-20), 1),
        "vest": (pytest.approx(-20), 1),
        "tom": (None, 0),
    }
    assert index.areas["nord"].standard_error_pct == pytest.approx(31.25**0.5)
    assert [(finding.code, finding.severity, finding.quoted) for finding in found.findings] == [
        ("area_points_not_counted", "warning", "X")
    ]


# What is refused.


@pytest.mark.parametrize("n_groups", [1, 7])
def test_repeated_hours_are_refused_with_point_and_count(tmp_path, n_groups, small_limits):
    rows = [*two_years("A"), *two_years("B"), *two_years("C")]
    again = [*rows[:5], *rows[:1], *rows[800:803]]
    path = write_hours(tmp_path / "a.parquet", sorted(rows + again), row_group_size=-(-len(rows) // n_groups))
    assert findings(path) == [("hour_twice", "A (6), B (3)", 9)]
    assert repeated_slowly(rows + again) == 9


def test_the_same_file_twice_is_refused(tmp_path):
    path = write_hours(tmp_path / "a.parquet", two_years())
    assert findings(path, path) == [("hour_twice", "A (768)", 768)]


def test_a_repeated_hour_of_a_year_that_is_not_asked_for_is_refused_too(tmp_path):
    rows = [*two_years(), Hour("A", 2017, 1, 1, 1), Hour("A", 2017, 1, 1, 1)]
    assert findings(write_hours(tmp_path / "a.parquet", rows)) == [("hour_twice", "A (1)", 1)]


def test_repeated_hours_are_found_in_buckets(tmp_path, by_bucket):
    rows = [*two_years("A"), *two_years("B")]
    random = Random(1)
    again = random.choices(rows, k=5)
    path = write_hours(tmp_path / "a.parquet", random.sample(rows + again, len(rows) + 5), row_group_size=100)
    assert findings(path)[0][::2] == ("hour_twice", 5)


def test_many_points_with_repeated_hours_are_not_all_named(tmp_path):
    rows = [Hour(f"P{n:02}", year, 1, 1, 1) for n in range(12) for year in (2019, 2019, 2020)]
    ((code, quoted, count),) = findings(write_hours(tmp_path / "a.parquet", rows))
    assert (code, quoted.count("("), quoted.endswith(", …"), count) == ("hour_twice", 10, True, 12)


def test_a_repeated_day_is_refused(tmp_path):
    hours = write_hours(tmp_path / "a.parquet", two_years())
    days = write_day_rows(tmp_path / "b.parquet", [("A", 2019, 1, 1, 100.0), ("A", 2019, 1, 1, 90.0), ("A", 2019, 1, 2, None)])
    assert findings(hours, days) == [("day_twice", "A (1)", 1)]


@pytest.mark.parametrize("name", HOURS.names)
def test_a_missing_column_is_named(tmp_path, name):
    table = pq.read_table(write_hours(tmp_path / "a.parquet", two_years()))
    pq.write_table(table.drop_columns([name]), tmp_path / "b.parquet")
    assert findings(tmp_path / "b.parquet") == [("parquet_column_missing", name, None)]


@pytest.mark.parametrize("name", ["point_id", "year", "month", "day", "length_quality"])
def test_a_missing_column_of_a_daily_file_is_named(tmp_path, name):
    hours = write_hours(tmp_path / "a.parquet", two_years())
    table = pq.read_table(write_day_rows(tmp_path / "b.parquet", [("A", 2019, 1, 1, 100.0)])).drop_columns([name])
    pq.write_table(table, tmp_path / "b.parquet")
    assert ("parquet_column_missing", name, None) in findings(hours, tmp_path / "b.parquet")


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("point_id", pa.int64()),
        ("year", pa.string()),
        ("hour", pa.float64()),
        ("volume", pa.float64()),
        ("coverage", pa.string()),
    ],
)
def test_a_column_of_another_type_is_named(tmp_path, column, kind):
    table = pq.read_table(write_hours(tmp_path / "a.parquet", [row._replace(point_id="1") for row in two_years()]))
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, column, table.column(column).cast(kind)), tmp_path / "b.parquet")
    assert findings(tmp_path / "b.parquet") == [("parquet_column_type", column, None)]


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("year", 19),
        ("month", 0),
        ("month", 13),
        ("day", 32),
        ("hour", 24),
        ("hour", -1),
        ("volume", -1),
        ("volume", 2_000_000_000),
        ("point_id", None),
        ("year", None),
        ("hour", None),
    ],
)
@pytest.mark.parametrize("limits", ["small_limits", "by_bucket"])
def test_values_that_cannot_be_are_refused_with_their_number(tmp_path, column, wrong, limits, request):
    request.getfixturevalue(limits)
    rows = two_years()
    rows[3] = rows[3]._replace(**{column: wrong})
    rows[500] = rows[500]._replace(**{column: wrong})
    path = write_hours(tmp_path / "a.parquet", rows, row_group_size=200)
    assert findings(path) == [("hourly_not_possible", "–" if wrong is None else str(wrong), 2)]


def test_values_of_a_daily_file_that_cannot_be_are_refused(tmp_path):
    hours = write_hours(tmp_path / "a.parquet", two_years())
    days = write_day_rows(tmp_path / "b.parquet", [("A", 2019, 13, 1, 100.0)])
    assert findings(hours, days) == [("hourly_not_possible", "13", 1)]


def test_a_day_that_the_year_does_not_have_is_refused(tmp_path):
    rows = [*two_years(), Hour("A", 2019, 2, 29, 5), Hour("A", 2020, 2, 30, 5)]
    assert findings(write_hours(tmp_path / "a.parquet", rows)) == [("hour_on_no_day", "A (2)", 2)]


def test_a_year_without_hours_is_refused_with_those_that_there_are(tmp_path):
    path = write_hours(tmp_path / "a.parquet", two_years())
    found = hourly_index([path], [YearPair(2017, 2020)])
    assert [(finding.code, finding.quoted, finding.named["years"]) for finding in found.findings] == [
        ("year_without_hours", "2017", "2019, 2020")
    ]


@pytest.mark.parametrize("by_bucket", [False, True])
def test_an_empty_file_has_no_hours_of_any_year(tmp_path, monkeypatch, by_bucket):
    if by_bucket:
        monkeypatch.setattr(hourly_points, "_few_rows_wait", lambda _: False)
    path = write_hours(tmp_path / "a.parquet", [])
    assert findings(path) == [("year_without_hours", "2019", None), ("year_without_hours", "2020", None)]


def test_days_alone_have_no_hours(tmp_path):
    path = write_day_rows(tmp_path / "a.parquet", [("A", 2019, 1, 1, 100.0)])
    assert [code for code, *_ in findings(path)] == ["year_without_hours"] * 2


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("point_id;year", encoding="utf-8")
    assert [code for code, *_ in findings(tmp_path / "a.parquet")] == ["not_parquet"]


@pytest.mark.parametrize("limits", ["small_limits", "by_bucket"])
def test_a_damaged_file_is_refused(tmp_path, limits, request):
    request.getfixturevalue(limits)
    path = write_hours(tmp_path / "a.parquet", two_years(), compression="zstd", row_group_size=100)
    content = bytearray(path.read_bytes())
    content[200:2000] = bytes(1800)
    path.write_bytes(content)
    assert [code for code, *_ in findings(path)] == ["not_parquet"]
