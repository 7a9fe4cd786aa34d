"""Matched hours against their oracle, the limits of hour, day and month, and what clocks and calendars do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.methods import hourly
from pipelines.methods.hourly import (
    HOURS_OF_YEAR,
    REJECTED,
    Hours,
    Matched,
    YearPair,
    accepted_volume,
    area_index,
    day_number,
    doubled_hour,
    hour_of_year,
    is_poor_day,
    matched_months,
)
from tests.oracles_hourly import Hour, area_slowly, months_slowly, repeated_slowly, some_hours

PAIR = YearPair(2019, 2020)


def hours_of(rows: Sequence[Hour]) -> tuple[list[str], Hours]:
    """The rows as the product takes them, with the points that they are of."""
    ids = sorted({row.point_id for row in rows})
    year, month, day, hour = (np.array([row[part] for row in rows], dtype=np.int16) for part in range(1, 5))
    volume = np.array([0 if row.volume is None else row.volume for row in rows], dtype=np.int32)
    coverage, quality = (np.array([row[part] for row in rows], dtype=np.float32) for part in (6, 7))
    accepted = accepted_volume(volume, coverage, quality)
    accepted[[row.volume is None for row in rows]] = REJECTED
    point = np.array([ids.index(row.point_id) for row in rows], dtype=np.int32)
    return ids, Hours(point, year, hour_of_year(month, day, hour), accepted)


def matched(rows: Sequence[Hour], *pairs: YearPair, poor: dict[str, np.ndarray] | None = None) -> tuple[list[str], Matched]:
    ids, hours = hours_of(rows)
    return ids, matched_months(hours, len(ids), pairs or (PAIR,), [(poor or {}).get(point_id) for point_id in ids])


def months(rows: Sequence[Hour], *pairs: YearPair, place: int = 0) -> list[tuple]:
    """The months of one of the pairs, as the oracle gives them."""
    ids, found = matched(rows, *pairs)
    return months_of(ids, found, place)


def months_of(ids: Sequence[str], found: Matched, place: int = 0) -> list[tuple]:
    of_pair = found.months.of(found.months.pair == place)
    columns = (of_pair.point, of_pair.month, of_pair.base, of_pair.calculation, of_pair.days)
    return sorted((ids[point], *rest) for point, *rest in zip(*(column.tolist() for column in columns), strict=True))


def whole_days(year: int, month: int, n_days: int = 16, hours: Iterable[int] = range(16), first_day: int = 1) -> list[Hour]:
    """Days of a month with the same hours, 100 light vehicles in each."""
    return [Hour("A", year, month, day, hour) for day in range(first_day, first_day + n_days) for hour in hours]


seeds = st.integers(0, 2**32)


@given(seeds)
@example(0)
@settings(max_examples=30, deadline=None)
def test_every_month_equals_the_oracle(seed):
    rows = some_hours(seed)
    assert months(rows) == months_slowly(rows, *PAIR)


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_any_pairs_of_years_equal_the_oracle(seed):
    rows = some_hours(seed, years=(2018, 2019, 2021), month=10)
    pairs = (YearPair(2018, 2019), YearPair(2019, 2021), YearPair(2021, 2018), YearPair(2018, 2020), YearPair(2030, 2018))
    for place, pair in enumerate(pairs):
        assert months(rows, *pairs, place=place) == months_slowly(rows, *pair)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(seed):
    rows = some_hours(seed)
    shuffled = Random(seed).sample(rows, len(rows))
    assert months(shuffled) == months(rows)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_repeated_rows_are_counted_as_the_oracle_does(seed):
    rows, random = some_hours(seed), Random(seed)
    rows += random.choices(rows, k=random.randint(0, 30))
    assert matched(rows)[1].n_repeated.sum() == repeated_slowly(rows)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_doubling_all_volumes_changes_no_index(seed):
    def index(rows: list[Hour]) -> hourly.AreaIndex:
        found = matched(rows)[1].months
        return area_index(*(np.bincount(found.point, volume, 3) for volume in (found.base, found.calculation)))

    rows = some_hours(seed, n_points=3)
    one, two = index(rows), index([row._replace(volume=row.volume and 2 * row.volume) for row in rows])
    assert one.n_points == two.n_points
    assert one.index_pct == pytest.approx(two.index_pct, abs=1e-9)
    assert one.standard_error_pct == pytest.approx(two.standard_error_pct, abs=1e-9)


def test_small_blocks_of_points_give_the_same(monkeypatch):
    rows = some_hours(7, n_points=5)
    expected = months(rows)
    monkeypatch.setattr(hourly, "_GRID_CELLS", 2 * 2 * HOURS_OF_YEAR)
    assert months(rows) == expected


def test_rows_that_need_wider_numbers_give_the_same():
    rows = some_hours(8)
    ids, hours = hours_of(rows)
    far = Hours(hours.point + np.int32(200_000), hours.year, hours.hour, hours.volume)
    found = matched_months(far, 200_002, [PAIR])
    assert months_of([*[""] * 200_000, *ids], found) == months(rows)


def test_no_rows_give_no_months():
    found = matched_months(Hours.joined(()), 2, [PAIR])
    assert (len(found.months.point), found.n_rows.tolist(), found.years) == (0, [0, 0], frozenset())


@pytest.mark.parametrize(
    ("coverage", "quality", "counts"),
    [
        (99, 95, True),
        (98.51, 94.51, True),
        (98.5, 100, False),  # half to even: 98
        (100, 94.5, False),  # 94
        (98.49, 100, False),
        (100, 94.49, False),
        (math.nan, 100, False),
        (100, math.nan, False),
    ],
)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_an_hour_is_rounded_to_even_and_then_compared(coverage, quality, counts, kind):
    volume = accepted_volume(np.array([7], np.int32), np.array([coverage], kind), np.array([quality], kind))
    assert volume.tolist() == [7 if counts else REJECTED]


@pytest.mark.parametrize(("quality", "is_poor"), [(95, False), (94.51, False), (94.5, True), (94.49, True), (math.nan, False)])
def test_a_day_is_rounded_to_even_and_then_compared(quality, is_poor):
    assert is_poor_day(np.array([quality], np.float32)).tolist() == [is_poor]


@pytest.mark.parametrize(("n_hours", "n_days", "counts"), [(16, 16, True), (15, 31, False), (24, 15, False)])
def test_a_day_needs_sixteen_hours_and_a_month_sixteen_days(n_hours, n_days, counts):
    rows = [row for year in PAIR for row in whole_days(year, 1, n_days, range(n_hours))]
    assert bool(months(rows)) == counts


def test_hours_count_only_where_both_years_have_them():
    rows = [*whole_days(2019, 1, hours=range(16)), *whole_days(2020, 1, hours=range(1, 17))]
    assert months(rows) == []
    rows = [*whole_days(2019, 1, hours=range(17)), *whole_days(2020, 1, hours=range(1, 24))]
    assert months(rows) == [("A", 1, 25_600, 25_600, 16)]


def test_the_sums_are_of_the_days_that_count():
    rows = [*whole_days(2019, 1, 16), *whole_days(2020, 1, 16), *whole_days(2019, 1, 1, range(15), 20)]
    rows += whole_days(2020, 1, 1, range(15), 20)  # not counted: 15 hours
    assert months(rows) == [("A", 1, 25_600, 25_600, 16)]


def test_the_hour_that_october_doubles_is_summed():
    """27 October 2019 and 25 October 2020; each stands twice in its own year, and the other year has it once."""
    rows = [row for year in PAIR for row in whole_days(year, 10, 16, range(24), 12)]
    twice = [row for row in rows if (row.year, row.day, row.hour) in {(2019, 27, 2), (2020, 25, 2)}]
    assert months([*rows, *twice]) == [("A", 10, 38_500, 38_500, 16)]
    half = [row._replace(coverage=50) for row in twice]
    assert months([*rows, *half]) == months([*half, *rows]) == [("A", 10, 38_400, 38_400, 16)]
    assert matched([*rows, *twice])[1].n_repeated.tolist() == [0]
    assert matched([*rows, *twice, *twice])[1].n_repeated.tolist() == [2]


@pytest.mark.parametrize(("year", "day"), [(2017, 29), (2018, 28), (2019, 27), (2020, 25), (2021, 31), (2026, 25)])
def test_the_doubled_hour_is_on_the_last_sunday_of_october(year, day):
    assert doubled_hour(year) == hour_of_year(*(np.array([part], np.int16) for part in (10, day, 2)))[0]


def test_an_hour_twice_on_another_sunday_is_a_repeated_row():
    rows = whole_days(2019, 10, 16, range(24), 12)
    again = [row for row in rows if (row.day, row.hour) in {(20, 2), (27, 1), (27, 3)}]
    assert matched([*rows, *again])[1].n_repeated.tolist() == [3]


def test_the_hour_that_march_skips_does_not_match():
    """31 March 2019 has no hour 2; 29 March 2020 has none either."""
    rows = [row for year in PAIR for row in whole_days(year, 3, 16, range(24), 16)]
    rows = [row for row in rows if (row.year, row.day, row.hour) not in {(2019, 31, 2), (2020, 29, 2)}]
    assert months(rows) == [("A", 3, 38_200, 38_200, 16)]


def test_the_29th_of_february_does_not_match():
    rows = [*whole_days(2019, 2, 15, range(24), 14), *whole_days(2020, 2, 16, range(24), 14)]
    assert months(rows) == []
    rows += whole_days(2019, 2, 1, range(24), 13) + whole_days(2020, 2, 1, range(24), 13)
    assert months(rows) == [("A", 2, 38_400, 38_400, 16)]


def test_days_that_a_year_does_not_have_are_counted():
    rows = [*whole_days(2019, 2, 4, range(2), 28), *whole_days(2020, 2, 4, range(2), 28), *whole_days(2020, 4, 1, [0], 31)]
    assert matched(rows)[1].n_impossible.tolist() == [3 * 2 + 2 * 2 + 1]


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_poor_days_equal_the_oracle(seed):
    rows, random = some_hours(seed), Random(seed)
    days = sorted({row[:4] for row in rows})
    daily = {day: random.choice([None, 95.0, 94.5, 50.0, *[100.0] * 40]) for day in days}
    poor = [day for day, quality in daily.items() if quality is not None and quality <= 94.5]
    of_point = {
        point_id: day_number(*(np.array([day[part] for day in poor if day[0] == point_id], np.int16) for part in (1, 2, 3)))
        for point_id in {day[0] for day in poor}
    }
    assert months_of(*matched(rows, poor=of_point)) == months_slowly(rows, *PAIR, daily)


volumes = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=12)


@given(volumes)
@settings(deadline=None)
def test_the_index_of_an_area_equals_the_oracle(found):
    base, calculation = np.array(found, dtype=np.int64).reshape(-1, 2).T
    ours = area_index(base, calculation)
    index_pct, error_pct, n_points = area_slowly([(str(n), 1, *pair, 20) for n, pair in enumerate(found)])
    assert ours.n_points == n_points
    assert ours.index_pct == (None if index_pct is None else pytest.approx(index_pct, rel=1e-9, abs=1e-9))
    if ours.standard_error_pct is not None:
        assert ours.standard_error_pct == pytest.approx(error_pct, rel=1e-6, abs=1e-6)


def test_two_points_have_the_index_and_error_that_paper_gives():
    """B 100 and 300, C 110 and 300: P 2.5; w 1/4 and 3/4, s2 10/16; sd² = (7.5²/4 + 3 · 2.5²/4)/(6/16) = 50; SE² = 31.25."""
    found = area_index(np.array([100, 300]), np.array([110, 300]))
    assert (found.index_pct, found.n_points) == (pytest.approx(2.5), 2)
    assert found.standard_error_pct == pytest.approx(math.sqrt(31.25))


def test_one_point_has_no_standard_error_and_no_traffic_no_index():
    assert area_index(np.array([100]), np.array([90])) == hourly.AreaIndex(pytest.approx(-10), None, 1)
    assert area_index(np.array([0]), np.array([90])) == hourly.AreaIndex(None, None, 0)
