"""The rolling index against its oracle, its laws, and every row that Statens vegvesen has printed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.period import Month
from domain.rows import PointMean, PointMonth, PublishedRolling, PublishedYearly, RollingIndex, TrafficFile
from pipelines.methods.city_index import (
    answer,
    certainty,
    chain_after,
    chained_years,
    index_from_means,
    means_of_points,
    one_decimal,
    rolling_index,
)
from pipelines.reading.traffic_file import traffic_rows
from pipelines.reading.workbook import read_workbook
from tests.oracles import rolling_index_slowly

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official"
NEEDS_OFFICIAL = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official workbooks are not beside the checkout")


def months_of(point_id: str, first: Month, volumes: list[int | None]) -> list[PointMonth]:
    return [PointMonth(point_id, first.plus(n), volume, 100, 100) for n, volume in enumerate(volumes)]


def steady(point_id: str, reference: int, later: int, n_years: int = 3) -> list[PointMonth]:
    """2018 at one level and the years after it at another."""
    return months_of(point_id, Month(2018, 1), [reference] * 12 + [later] * 12 * n_years)


volumes = st.lists(st.one_of(st.none(), st.integers(1, 40_000)), min_size=50, max_size=75)
points = st.lists(volumes, min_size=1, max_size=5).map(
    lambda lists: [row for n, found in enumerate(lists) for row in months_of(f"P{n}", Month(2018, 1), found)]
)


@given(points)
@settings(max_examples=60, deadline=None)
def test_every_row_equals_the_oracle(rows):
    ours = {(row.window_months, row.last_month): row for row in rolling_index(rows, 2018)}
    slow = rolling_index_slowly(rows, 2018)
    assert ours.keys() == slow.keys()
    for key, expected in slow.items():
        assert ours[key].index_pct == pytest.approx(expected["index_pct"], abs=1e-9)
        assert ours[key].n_points == expected["n_points"]
        if ours[key].n_points > 1:
            assert ours[key].standard_error_pct == pytest.approx(expected["standard_error_pct"], abs=1e-9)
            assert ours[key].ci_low_pct == pytest.approx(expected["low"], abs=0.0501)


@given(points, st.randoms())
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert rolling_index(shuffled, 2018) == rolling_index(rows, 2018)


@given(points)
@settings(max_examples=25, deadline=None)
def test_doubling_all_volumes_changes_nothing(rows):
    doubled = [PointMonth(row.point_id, row.month, row.mdt and 2 * row.mdt, 100, 100) for row in rows]
    for one, two in zip(rolling_index(rows, 2018), rolling_index(doubled, 2018), strict=True):
        assert two.index_pct == pytest.approx(one.index_pct, abs=1e-9)
        assert two.n_eff == pytest.approx(one.n_eff)


@given(points)
@settings(max_examples=25, deadline=None)
def test_the_interval_holds_the_estimate(rows):
    for row in rolling_index(rows, 2018):
        if row.ci_low_pct is not None:
            assert row.ci_low_pct - 0.05 <= row.index_pct <= row.ci_high_pct + 0.05


def test_one_point_is_its_own_index_and_has_no_interval():
    row = rolling_index(steady("A", 1000, 1100), 2018)[0]
    assert row.index_pct == pytest.approx(10)
    assert (row.n_points, row.n_eff, row.standard_error_pct, row.ci_low_pct) == (1, 1, None, None)


def test_the_first_window_ends_in_december_after_its_own_years():
    first = {}
    for row in rolling_index(steady("A", 1000, 1000), 2018):
        first.setdefault(row.window_months, row.last_month)
    assert first == {12: Month(2019, 12), 24: Month(2020, 12), 36: Month(2021, 12)}


@pytest.mark.parametrize(
    ("coverage", "quality", "counts"),
    [(50, 98.5, True), (49.99, 100, False), (100, 98.49, False), (None, 100, False), (100, None, False)],
)
def test_a_point_month_counts_from_its_limits_on(coverage, quality, counts):
    rows = [PointMonth("A", row.month, row.mdt, coverage, quality) for row in steady("A", 1000, 1000)]
    assert bool(rolling_index(rows, 2018)) == counts


@pytest.mark.parametrize(("n_months", "counts"), [(9, False), (10, True)])
def test_the_reference_year_needs_ten_months(n_months, counts):
    rows = months_of("A", Month(2018, 1), [1000] * n_months + [None] * (12 - n_months) + [1000] * 12)
    assert bool(rolling_index(rows, 2018)) == counts


@pytest.mark.parametrize(("window", "needed"), [(12, 9), (24, 20), (36, 31)])
def test_a_window_needs_its_months(window, needed):
    for there, counts in ((needed, True), (needed - 1, False)):
        later = [None] * (window - there) + [1000] * there
        rows = months_of("A", Month(2018, 1), [1000] * 12 + later)
        found = [row for row in rolling_index(rows, 2018) if row.window_months == window]
        assert bool(found) == counts


def test_a_calendar_month_seen_once_is_left_out_of_36_months_only():
    # January is there once of three times, at ten times the level; 33 of 36 months remain without it.
    later = [10_000] + [1000] * 11 + ([None] + [1000] * 11) * 2
    rows = months_of("A", Month(2018, 1), [1000] * 12 + later)
    by_window = {row.window_months: row.index_pct for row in rolling_index(rows, 2018) if row.last_month == Month(2021, 12)}
    assert by_window[36] == pytest.approx(0)
    assert by_window[24] == pytest.approx(0)


def test_every_calendar_month_weighs_the_same():
    # Two Januaries at 2000 and one of every other month at 1000: a plain mean would give 1076.9.
    later = [2000, *[1000] * 11, 2000, *[None] * 2, *[1000] * 9]
    rows = months_of("A", Month(2018, 1), [1000] * 12 + later)
    (row,) = (row for row in rolling_index(rows, 2018) if row.window_months == 24)
    assert row.index_pct == pytest.approx(100 * (13_000 / 12_000 - 1))


def test_groups_are_weighted_and_centred_by_themselves():
    rows = [*steady("A", 1000, 1100), *steady("B", 3000, 3000), *steady("C", 500, 400)]
    groups = {"municipality": {"A": "North", "B": "North", "C": "South"}}
    found = {row.group: row for row in rolling_index(rows, 2018, (12,), groups) if row.last_month == Month(2020, 12)}
    assert found["North"].index_pct == pytest.approx(2.5)
    assert found["South"].index_pct == pytest.approx(-20)
    assert found["North"].n_eff == pytest.approx(1 / (0.25**2 + 0.75**2))
    assert found[""].index_pct == pytest.approx(100 * (4500 / 4500 - 1))


def test_means_per_point_give_the_same_as_their_months():
    rows = [*steady("A", 1000, 1100), *steady("B", 3000, 2900)]
    means = [PointMean("A", 36, Month(2021, 12), 2018, 1000, 1100), PointMean("B", 36, Month(2021, 12), 2018, 3000, 2900)]
    (from_means,) = index_from_means(means)
    (from_months,) = (row for row in rolling_index(rows, 2018) if row.window_months == 36)
    assert (from_means.index_pct, from_means.ci_low_pct) == (from_months.index_pct, from_months.ci_low_pct)


@given(points)
@settings(max_examples=15, deadline=None)
def test_the_means_of_the_points_make_the_same_index(rows):
    by_key = {(row.window_months, row.last_month): row.index_pct for row in rolling_index(rows, 2018)}
    again = {(row.window_months, row.last_month): row.index_pct for row in index_from_means(means_of_points(rows, 2018))}
    assert again.keys() == by_key.keys()
    assert all(again[key] == pytest.approx(by_key[key], abs=1e-9) for key in by_key)


def test_a_later_start_is_chained_with_unrounded_values_and_196():
    row = RollingIndex(12, Month(2023, 12), 2022, 9, 6.5, 2.0, 4.0, 1.0, 0.0, 4.0, "point_means", "m")
    chained = chain_after(row, 1.05, 0.8, 2019)
    error = 100 * (1.05**2 * 0.01**2 + 1.02**2 * 0.008**2 + 0.01**2 * 0.008**2) ** 0.5
    assert chained.index_pct == pytest.approx(7.1)
    assert chained.standard_error_pct == pytest.approx(error)
    assert (chained.ci_low_pct, chained.ci_high_pct) == (round(7.1 - 1.96 * error, 1), round(7.1 + 1.96 * error, 1))
    assert (chained.reference_year, chained.n_points, chained.n_eff, chained.sd_pct) == (2019, 9, 6.5, 4.0)


def direct(year: int, ratio: float, error: float | None, month: int = 12) -> PublishedYearly:
    return PublishedYearly(year - 1, year, month, False, False, ratio, 100 * (ratio - 1), n_points=year, standard_error_pct=error)


def test_years_are_chained_from_the_left_and_an_incomplete_year_stays_out():
    rows = chained_years([direct(2019, 0.98, 0.5), direct(2020, 0.92, 1.0), direct(2021, 1.05, 0.4), direct(2022, 1.2, 0.1, 4)])
    assert [(row.year_from, row.year_to) for row in rows] == [(2018, 2020), (2018, 2021)]
    assert rows[-1].index_pct == pytest.approx(100 * (0.98 * 0.92 * 1.05 - 1))
    assert rows[-1].n_points == 2021
    assert rows[0].standard_error_pct == pytest.approx(100 * (0.98**2 * 1e-4 + 0.92**2 * 25e-6 + 25e-10) ** 0.5)


def test_without_standard_errors_the_chain_has_no_bounds():
    (row,) = chained_years([direct(2019, 0.98, None), direct(2020, 0.92, 1.0)])
    assert (row.standard_error_pct, row.ci_low_pct) == (None, None)
    assert row.index_pct == pytest.approx(100 * (0.98 * 0.92 - 1))


@pytest.mark.parametrize(
    ("low", "high", "ours", "official"),
    [
        (-2.2, 3.8, "cannot_tell", "uncertain"),
        (-5.0, -0.1, "met", "decreased"),
        (-5.0, 0.0, "met", "decreased"),
        (0.0, 4.0, "not_met", "increased"),
        (0.1, 4.0, "not_met", "increased"),
        (0.0, 0.0, "met", "unchanged"),
    ],
)
def test_the_four_answers_and_the_official_conclusion(low, high, ours, official):
    assert (answer(low, high), certainty(low, high)) == (ours, official)
    assert answer(None, high) == "no_data"


def test_one_decimal_is_never_minus_zero():
    assert str(one_decimal(-0.04)) == "0.0"


def equals(published: PublishedRolling, row: RollingIndex) -> bool:
    """Equal to 1e-9, the bounds to the printed decimal."""
    pairs = [
        (published.index_pct, row.index_pct),
        (published.n_eff, row.n_eff),
        (published.standard_error_pct, row.standard_error_pct),
        (published.sd_pct, row.sd_pct),
    ]
    same_bounds = (published.ci_low_pct, published.ci_high_pct, published.n_points) == (
        row.ci_low_pct,
        row.ci_high_pct,
        row.n_points,
    )
    return same_bounds and all(abs(printed - ours) < 1e-9 for printed, ours in pairs)


@cache
def official(name: str) -> TrafficFile:
    return traffic_rows(read_workbook(OFFICIAL / name))


@NEEDS_OFFICIAL
@pytest.mark.parametrize(
    ("name", "reference_year", "n_rows"),
    [("tallmateriale_8952_2025-07_with_punkt_mdt.xlsx", 2018, 168), ("tallmateriale_956.xlsx", 2016, 219)],
)
def test_every_printed_row_follows_from_the_point_months(name, reference_year, n_rows):
    file = official(name)
    ours = {(row.window_months, row.last_month): row for row in rolling_index(file.point_months, reference_year)}
    good = [row for row in file.rolling if equals(row, ours[row.window_months, row.last_month])]
    assert len(good) == len(file.rolling) == len(ours) == n_rows


@NEEDS_OFFICIAL
def test_every_row_with_points_follows_from_the_point_means():
    file = official("tallmateriale_8952.xlsx")
    ours = {(row.window_months, row.last_month): row for row in index_from_means(file.point_means)}
    printed = [row for row in file.rolling if (row.window_months, row.last_month) in ours]
    assert sum(equals(row, ours[row.window_months, row.last_month]) for row in printed) == len(printed) == len(ours) == 130


@NEEDS_OFFICIAL
def test_every_chained_row_follows_from_its_links():
    n_good = n_printed = 0
    for path in sorted(OFFICIAL.glob("*.xlsx")):
        yearly = official(path.name).yearly
        for to_date in (False, True):
            rows = [row for row in yearly if row.is_to_date == to_date]
            month = max((row.month for row in rows if row.is_chained), default=12)
            ours = {(row.year_from, row.year_to): row for row in chained_years(rows, month)}
            for row in (row for row in rows if row.is_chained):
                found = ours[row.year_from, row.year_to]
                n_printed += 1
                n_good += (
                    abs(found.index_pct / 100 + 1 - row.index_ratio) < 1e-9
                    and abs(found.standard_error_pct - row.standard_error_pct) < 1e-9
                    and (found.ci_low_pct, found.ci_high_pct, found.n_points) == (row.ci_low_pct, row.ci_high_pct, row.n_points)
                )
    assert (n_good, n_printed) == (25, 25)
