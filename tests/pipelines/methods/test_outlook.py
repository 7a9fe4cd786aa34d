"""Chance, precision and scenarios: their laws, and the figures of Bergen."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from domain.period import Month
from domain.rows import PointMean, RollingIndex, TrafficFile
from pipelines.methods.attribution import attribution
from pipelines.methods.city_index import index_from_means
from pipelines.methods.outlook import (
    LEVELS_PCT,
    detectable_change_pct,
    half_width_pct,
    level_needed,
    points_needed,
    probability_at_or_below,
    scenario,
    scenarios,
)
from pipelines.reading.traffic_file import traffic_rows
from pipelines.reading.workbook import read_workbook

BERGEN = Path(__file__).parents[3].parent / "shared" / "official" / "tallmateriale_8952.xlsx"
NEEDS_BERGEN = pytest.mark.skipif(not BERGEN.is_file(), reason="the official workbooks are not beside the checkout")
APRIL = Month(2026, 4)

percents = st.floats(-20, 20)
errors = st.floats(0.05, 10)
counts = st.integers(2, 200)


@given(percents, errors, counts)
def test_chances_on_both_sides_are_one(index_pct, error_pct, n_points):
    below = probability_at_or_below(index_pct, error_pct, n_points)
    assert below == pytest.approx(stats.t.cdf(-index_pct / error_pct, n_points - 1), abs=1e-12)
    assert below + probability_at_or_below(-index_pct, error_pct, n_points) == pytest.approx(1)


@pytest.mark.parametrize(
    ("index_pct", "error_pct", "n_points", "expected"),
    [(0, 1, 30, 0.5), (-1, 0, 30, 1), (0, 0, 30, 1), (1, 0, 30, 0), (1, None, 30, None), (1, 1, None, None), (1, 1, 1, None)],
)
def test_the_chance_at_its_ends(index_pct, error_pct, n_points, expected):
    assert probability_at_or_below(index_pct, error_pct, n_points) == expected


@given(st.floats(0.5, 10), errors, counts)
def test_the_points_needed_are_the_fewest(wanted_pct, error_pct, n_points):
    needed = points_needed(wanted_pct, error_pct, n_points)
    assert half_width_pct(error_pct * math.sqrt(n_points / needed), needed) <= wanted_pct
    if needed > 2:
        assert half_width_pct(error_pct * math.sqrt(n_points / (needed - 1)), needed - 1) > wanted_pct


@pytest.mark.parametrize("wanted_pct", [0, -1])
def test_no_number_of_points_gives_no_width(wanted_pct):
    with pytest.raises(ValueError, match="above 0"):
        points_needed(wanted_pct, 1, 30)


@given(errors, counts)
def test_what_is_seen_with_a_chance_of_a_half_is_half_the_interval(error_pct, n_points):
    assert detectable_change_pct(error_pct, n_points, 0.5) == pytest.approx(half_width_pct(error_pct, n_points))
    assert detectable_change_pct(error_pct, n_points) > half_width_pct(error_pct, n_points)


series = st.lists(percents, min_size=25, max_size=25).map(
    lambda found: {APRIL.plus(number - 24): pct for number, pct in enumerate(found)}
)


@given(series, percents, st.integers(1, 12))
def test_the_level_needed_leads_to_what_is_wanted(years, wanted_pct, months_ahead):
    at = APRIL.plus(months_ahead)
    level_pct = level_needed(years, APRIL, at, wanted_pct=wanted_pct)
    reached = {step.last_month: step.index_pct for step in scenario(years, APRIL, level_pct).path}
    assert reached[at] == pytest.approx(wanted_pct, abs=1e-9)


@given(series, percents)
def test_a_scenario_begins_today_and_ends_at_the_mean_of_three_years(years, level_pct):
    path = scenario(years, APRIL, level_pct).path
    assert [step.last_month for step in path] == [APRIL.plus(passed) for passed in range(13)]
    assert path[0].index_pct == pytest.approx(fmean([years[APRIL], years[APRIL.plus(-12)], years[APRIL.plus(-24)]]))
    assert path[-1].index_pct == pytest.approx(fmean([level_pct, years[APRIL], years[APRIL.plus(-12)]]))


@given(series)
def test_a_higher_level_is_never_lower(years):
    ends = [found.path[-1].index_pct for found in scenarios(years, APRIL)]
    assert ends == sorted(ends)
    assert len(ends) == len(LEVELS_PCT) == 11


def flat(level_pct: float) -> dict[Month, float]:
    return {APRIL.plus(-back): level_pct for back in range(25)}


def test_the_crossing_is_the_first_month_on_the_other_side():
    # Two years at +1 and one at g: zero after k months when (36 - k) + k g = 0, at g = -5 after 6 months, where zero is below.
    assert scenario(flat(1), APRIL, -5).crosses_on == APRIL.plus(6)
    assert scenario(flat(1), APRIL, -2).crosses_on == APRIL.plus(12)
    assert scenario(flat(1), APRIL, -1).crosses_on is None
    assert scenario(flat(-1), APRIL, 5).crosses_on == APRIL.plus(7)
    assert scenario(flat(0), APRIL, 0).crosses_on is None


def test_months_with_an_unknown_year_are_left_out():
    sparse = {APRIL: 3.0, APRIL.plus(-12): 1.0}
    assert [step.last_month for step in scenario(sparse, APRIL, 0).path] == [APRIL.plus(12)]
    assert level_needed(sparse, APRIL, APRIL.plus(6)) is None
    assert level_needed(sparse, APRIL, APRIL.plus(12)) == pytest.approx(-4)
    assert scenario({}, APRIL, 0) == scenario({APRIL: 1.0}, APRIL, 0)


def test_a_window_of_one_year_needs_no_earlier_years():
    assert scenario({APRIL: 3.0}, APRIL, -3, window_months=12).crosses_on == APRIL.plus(6)
    assert level_needed({APRIL: 3.0}, APRIL, APRIL.plus(6), window_months=12) == pytest.approx(-3)


@pytest.mark.parametrize("months_ahead", [-1, 0, 13])
def test_the_horizon_is_a_year(months_ahead):
    with pytest.raises(ValueError, match="1 to 12"):
        level_needed(flat(1), APRIL, APRIL.plus(months_ahead))


@cache
def bergen() -> TrafficFile:
    return traffic_rows(read_workbook(BERGEN))


@cache
def bergen_index() -> dict[tuple[int, Month], RollingIndex]:
    return {(row.window_months, row.last_month): row for row in index_from_means(bergen().point_means)}


@NEEDS_BERGEN
@pytest.mark.parametrize(("last", "expected"), [("2023-12", 0.98), ("2024-12", 0.54), ("2026-04", 0.29)])
def test_the_chance_in_bergen(last, expected):
    row = bergen_index()[36, Month.parse(last)]
    assert round(probability_at_or_below(row.index_pct, row.standard_error_pct, row.n_points), 2) == expected


@NEEDS_BERGEN
def test_the_precision_in_bergen():
    row = bergen_index()[36, APRIL]
    assert points_needed(2.0, row.standard_error_pct, row.n_points) == 79
    assert points_needed(1.0, row.standard_error_pct, row.n_points) == 308
    assert round(detectable_change_pct(row.standard_error_pct, row.n_points), 1) == 4.3


@NEEDS_BERGEN
def test_what_zero_in_april_2027_takes_in_bergen():
    years = {last: row.index_pct for (window, last), row in bergen_index().items() if window == 12}
    assert (round(years[APRIL.plus(-12)], 2), round(years[APRIL], 2)) == (1.42, 3.58)
    assert round(level_needed(years, APRIL, Month(2027, 4)), 1) == -5.0
    assert [found.crosses_on for found in scenarios(years, APRIL)] == [Month(2027, 4), *[None] * 10]


@NEEDS_BERGEN
def test_three_years_of_the_same_points_are_the_36_months_and_of_changing_points_are_not():
    by_month: dict[tuple[int, Month], list[PointMean]] = {}
    for row in bergen().point_means:
        by_month.setdefault((row.window_months, row.last_month), []).append(row)
    months = [last for window, last in by_month if window == 36 and (12, last.plus(-24)) in by_month]
    same_gap, own_gap = [], []
    for last in months:
        members = {row.point_id for row in by_month[36, last]}
        windows = [by_month[12, last.plus(-12 * back)] for back in range(3)]
        same = fmean(attribution([row for row in found if row.point_id in members], {}).index_pct for found in windows)
        own = fmean(bergen_index()[12, last.plus(-12 * back)].index_pct for back in range(3))
        same_gap.append(abs(bergen_index()[36, last].index_pct - same))
        own_gap.append(abs(bergen_index()[36, last].index_pct - own))
    assert (len(months), round(max(same_gap), 2), round(max(own_gap), 2)) == (53, 0.23, 1.05)
