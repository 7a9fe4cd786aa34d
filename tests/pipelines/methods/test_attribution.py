"""The index taken apart: steps that add up, points left out, sets that changed; and the figures of Bergen."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.period import Month
from domain.rows import PointMean, TrafficFile
from pipelines.methods.attribution import (
    NotOneWindow,
    attribution,
    bootstrap_error_pct,
    composition,
    leave_one_out,
    point_changes,
)
from pipelines.methods.city_index import groups_of, index_from_means
from pipelines.reading.traffic_file import traffic_rows
from pipelines.reading.workbook import read_workbook

BERGEN = Path(__file__).parents[3].parent / "shared" / "official" / "tallmateriale_8952.xlsx"
NEEDS_BERGEN = pytest.mark.skipif(not BERGEN.is_file(), reason="the official workbooks are not beside the checkout")
APRIL = Month(2026, 4)


def mean(point_id: str, reference: float, calculated: float, last: Month = APRIL, year: int = 2018, window: int = 36):
    return PointMean(point_id, window, last, year, reference, calculated)


# Roads carry from some tens to some tens of thousands of light vehicles a day, and change by less than their own size.
sets = st.lists(st.tuples(st.floats(20, 60_000), st.floats(0.2, 3)), min_size=1, max_size=60).map(
    lambda found: [mean(f"P{number}", reference, reference * ratio) for number, (reference, ratio) in enumerate(found)]
)


@given(sets, st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_the_steps_add_up_to_the_official_index(means, n_groups):
    groups = {row.point_id: f"G{number % n_groups}" for number, row in enumerate(means) if number % 7}  # some have no group
    found = attribution(means, groups)
    (official,) = index_from_means(means)
    assert abs(found.remainder_pct) < 1e-12
    assert abs(math.fsum(group.contribution_pct for group in found.groups) - official.index_pct) < 1e-12
    assert abs(math.fsum(point.contribution_pct for point in point_changes(means)) - official.index_pct) < 1e-12
    assert sum(group.n_points for group in found.groups) == len(means)
    assert math.fsum(group.weight_pct for group in found.groups) == pytest.approx(100)


@given(sets, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_points_does_not_matter(means, random):
    shuffled, groups = random.sample(means, len(means)), {row.point_id: row.point_id[-1] for row in means}
    assert attribution(shuffled, groups) == attribution(means, groups)
    assert leave_one_out(shuffled) == leave_one_out(means)


@given(sets)
@settings(max_examples=40, deadline=None)
def test_a_point_without_weight_changes_nothing(means):
    silent = mean("silent", 0, 500)  # not counted: no traffic to change from
    assert attribution([*means, silent], {}) == attribution(means, {})
    assert leave_one_out([*means, silent]) == leave_one_out(means)
    faint = leave_one_out([*means, mean("faint", 1e-9, 2e-9)])
    assert faint.without_pct["faint"] == pytest.approx(faint.index_pct, abs=1e-6)


@given(sets)
@settings(max_examples=40, deadline=None)
def test_each_point_left_out_is_the_index_of_the_others(means):
    found = leave_one_out(means)
    if len(means) == 1:
        assert found is None
        return
    for row in means:
        (others,) = index_from_means([other for other in means if other is not row])
        assert found.without_pct[row.point_id] == pytest.approx(others.index_pct, abs=1e-9)
    assert (found.lowest_pct, found.highest_pct) == (min(found.without_pct.values()), max(found.without_pct.values()))


@given(sets, sets, st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_same_points_and_changed_set_are_the_whole_change(before, after, n_joined):
    later = [mean(f"P{number + n_joined}", row.mean_reference, row.mean_window) for number, row in enumerate(after)]
    found = composition(before, later)
    if found is None:
        assert n_joined >= len(before)
        return
    assert found.same_points_pct + found.changed_set_pct == pytest.approx(found.total_pct, abs=1e-9)
    assert found.later_pct - found.earlier_pct == found.total_pct
    assert len(found.joined) + found.n_same == len(later)
    assert len(found.left) + found.n_same == len(before)


@given(sets, st.floats(0.5, 2))
@settings(max_examples=40, deadline=None)
def test_with_the_same_set_nothing_comes_of_composition(means, factor):
    later = [mean(row.point_id, row.mean_reference, factor * row.mean_window) for row in means]
    assert composition(means, later).changed_set_pct == 0


def test_a_point_has_its_own_change_and_its_weight_in_the_area():
    rise, fall = point_changes([mean("A", 3000, 2700), mean("B", 1000, 1200)])
    assert (rise.point_id, fall.point_id) == ("B", "A")
    assert (rise.change_pct, rise.weight_pct, rise.contribution_pct) == pytest.approx((20, 25, 5))
    assert (fall.change_pct, fall.weight_pct, fall.contribution_pct) == pytest.approx((-10, 75, -7.5))


def test_steps_go_from_the_largest_rise_and_the_ungrouped_stand_last():
    means = [mean("A", 1000, 900), mean("B", 1000, 1100), mean("C", 1000, 1500)]
    found = attribution(means, {"A": "West", "B": "East"})
    assert [group.group for group in found.groups] == ["East", "West", None]


@pytest.mark.parametrize(("n_points", "is_few"), [(1, True), (4, True), (5, False)])
def test_a_group_of_under_five_points_is_marked(n_points, is_few):
    means = [mean(f"P{number}", 1000, 1000) for number in range(n_points)]
    (group,) = attribution(means, {row.point_id: "West" for row in means}).groups
    assert (group.n_points, group.is_few) == (n_points, is_few)


def test_the_change_of_a_group_is_its_own_index():
    means = [mean("A", 1000, 900), mean("B", 3000, 3300), mean("C", 9000, 9000)]
    groups = {"A": "West", "B": "West"}
    found = {group.group: group.change_pct for group in attribution(means, groups).groups}
    own = {row.group: row.index_pct for row in index_from_means(means, {"municipality": groups})}
    assert found["West"] == pytest.approx(own["West"]) == pytest.approx(5)


def test_the_sign_hangs_on_a_point():
    means = [mean("A", 1000, 990), mean("B", 1000, 990), mean("C", 1000, 1100)]
    assert not leave_one_out(means).keeps_sign
    assert leave_one_out([mean("A", 1000, 1010), mean("B", 1000, 1020)]).keeps_sign


def test_who_joined_and_who_left():
    before, after = [mean("A", 1, 1), mean("B", 1, 1)], [mean("B", 1, 2), mean("C", 1, 1)]
    found = composition(before, after)
    assert (found.left, found.joined, found.n_same, found.same_points_pct) == (("A",), ("C",), 1, 100)
    assert composition(before, [mean("C", 1, 1)]) is None


@pytest.mark.parametrize("other", [mean("B", 1, 1, window=12), mean("B", 1, 1, last=Month(2026, 3)), mean("B", 1, 1, year=2019)])
def test_means_of_two_kinds_are_refused(other):
    with pytest.raises(NotOneWindow):
        attribution([mean("A", 1, 1), other], {})


def test_two_reference_years_have_no_change_between_them():
    with pytest.raises(NotOneWindow, match="2019"):
        composition([mean("A", 1, 1)], [mean("A", 1, 1, year=2019)])


@pytest.mark.parametrize("means", [[], [mean("A", 0, 10)]])
def test_without_traffic_before_there_is_nothing_to_take_apart(means):
    with pytest.raises(NotOneWindow):
        attribution(means, {})


def test_the_same_seed_draws_the_same():
    means = [mean("A", 1000, 900), mean("B", 3000, 3300), mean("C", 9000, 9000)]
    assert bootstrap_error_pct(means, 100, 7) == bootstrap_error_pct(means, 100, 7) != bootstrap_error_pct(means, 100, 8)
    assert bootstrap_error_pct(means[:1]) is None


@cache
def bergen() -> TrafficFile:
    return traffic_rows(read_workbook(BERGEN))


def of_month(last: Month, window: int = 36) -> list[PointMean]:
    return [row for row in bergen().point_means if (row.window_months, row.last_month) == (window, last)]


@NEEDS_BERGEN
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("municipality", {"Bergen": 0.21, "Askøy": 0.18, "Bjørnafjorden": 0.23, "Øygarden": 0.33, "Alver": -0.13}),
        ("road_category", {"E": 0.63, "R": 0.55, "F": -0.37}),
    ],
)
def test_bergen_by_group(kind, expected):
    found = attribution(of_month(APRIL), groups_of(bergen().points)[kind])
    assert {group.group: round(group.contribution_pct, 2) for group in found.groups} == expected
    assert found.index_pct == pytest.approx(0.8155, abs=5e-5)
    assert abs(found.remainder_pct) < 1e-12


@NEEDS_BERGEN
def test_no_single_point_of_bergen_changes_the_sign():
    found = leave_one_out(of_month(APRIL))
    assert (round(found.lowest_pct, 2), round(found.highest_pct, 2), found.keeps_sign) == (0.16, 1.49, True)
    assert round(found.jackknife_error_pct, 2) == 1.38
    assert round(bootstrap_error_pct(of_month(APRIL)), 2) == 1.33


@NEEDS_BERGEN
def test_the_change_of_bergen_in_a_year():
    found = composition(of_month(Month(2025, 4)), of_month(APRIL))
    assert [round(part, 2) for part in (found.total_pct, found.same_points_pct, found.changed_set_pct)] == [0.25, 1.12, -0.87]
    assert (found.n_same, len(found.joined), len(found.left)) == (34, 2, 3)
