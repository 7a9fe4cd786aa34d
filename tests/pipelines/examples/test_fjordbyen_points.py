"""The invented traffic: reproducible, faulty as real traffic is, and with a story that the goal page can tell."""

from __future__ import annotations

import hashlib
from collections import Counter
from statistics import fmean

import pytest

from domain.load import BUILT_IN, load_agreement
from domain.period import Month, Period
from domain.rows import Point, PointMonth
from pipelines.examples.fjordbyen import points as fjordbyen
from pipelines.examples.fjordbyen.points import generate
from pipelines.methods.city_index import answer, rolling_index

OLD_ROAD = ("FJ043", "FJ044", "FJ048", "FJ049")
TUNNEL = ("FJ047", "FJ050")
OPENED_LATER = {"FJ012": "2021-02", "FJ026": "2019-09", "FJ047": "2022-11", "FJ050": "2022-11", "FJ060": "2024-05"}
N_MONTHS = 126
CANONICAL_SHA256 = "76d9d2b2234014dde4ee9e4918cf185e7a3f50f9f6858ae298b55aa06b1f6fbf"


@pytest.fixture(scope="module")
def points() -> tuple[Point, ...]:
    return generate()[0]


@pytest.fixture(scope="module")
def rows() -> tuple[PointMonth, ...]:
    return generate()[1]


def test_the_same_seed_gives_the_same_rows(points, rows):
    assert generate() == (points, rows)
    lines = [f"{row.point_id} {row.month} {row.mdt} {row.coverage_pct} {row.length_quality_pct}" for row in rows]
    lines += [f"{point.point_id} {point.latitude} {point.longitude}" for point in points]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == CANONICAL_SHA256


def test_another_seed_gives_other_traffic_at_the_same_points(points, rows):
    other_points, other_rows = generate(1)
    assert [point.name for point in other_points] == [point.name for point in points]
    assert other_rows != rows


def test_a_point_is_left_as_it_is_when_another_goes(monkeypatch, rows):
    without_the_first = "\n".join(fjordbyen.SITES.strip().splitlines()[1:])
    monkeypatch.setattr(fjordbyen, "SITES", without_the_first)
    assert generate()[1] == tuple(row for row in rows if row.point_id != "FJ001")


def test_the_points(points):
    assert [point.point_id for point in points] == [f"FJ{number:03d}" for number in range(1, 61)]
    assert len({point.name for point in points}) == 60
    assert {point.road_category for point in points} == {"E", "R", "F", "K"}
    assert all(point.road.startswith(point.road_category) for point in points)


def test_the_points_lie_in_the_open_sea(points):
    # West of 4 degrees east at this latitude there is no land.
    assert all(60.8 < point.latitude < 61.2 and 3.0 < point.longitude < 3.7 for point in points)


def test_the_agreement_says_the_same_of_the_points(points):
    agreement = load_agreement(BUILT_IN / "fjordbyen.yaml")
    assert agreement.point_working_areas == {point.point_id: point.working_area_id for point in points}
    names = {place.municipality_code: place.name for place in agreement.municipalities}
    assert all(names[point.municipality_code] == point.municipality_name for point in points)
    codes = {area.working_area_id: area.municipality_codes for area in agreement.working_areas}
    assert all(point.municipality_code in codes[point.working_area_id] for point in points)


def test_every_working_area_and_municipality_has_at_least_five_points(points):
    assert min(Counter(point.working_area_id for point in points).values()) >= 5
    assert min(Counter(point.municipality_code for point in points).values()) >= 5
    assert len({point.working_area_id for point in points}) == 4
    assert len({point.municipality_code for point in points}) == 5


def test_one_row_a_point_and_month_from_opening_to_the_last_month(rows):
    assert len({(row.point_id, row.month) for row in rows}) == len(rows)
    assert (min(row.month for row in rows), max(row.month for row in rows)) == (Month(2016, 1), Month(2026, 6))
    for point_id, opened in OPENED_LATER.items():
        assert min(row.month for row in rows if row.point_id == point_id) == Month.parse(opened)


def test_figures_are_of_the_kind_that_the_source_gives(rows):
    for row in rows:
        if row.mdt is None:
            assert row.coverage_pct is row.length_quality_pct is None
        else:
            assert isinstance(row.mdt, int)
            assert row.mdt > 0
            assert 0 < row.coverage_pct <= row.length_quality_pct <= 100
            assert (row.coverage_pct, row.length_quality_pct) == (round(row.coverage_pct, 2), round(row.length_quality_pct, 2))


def test_there_are_outages_and_months_that_are_not_accepted(rows):
    measured = [row for row in rows if row.mdt is not None]
    due = 60 * N_MONTHS - sum(Month.parse(opened).number - Month(2016, 1).number for opened in OPENED_LATER.values())
    assert 50 < due - len(rows) < 300  # absent
    assert 30 < len(rows) - len(measured) < 300
    assert 30 < sum(row.coverage_pct < 50 for row in measured) < 300
    assert 30 < sum(row.length_quality_pct < 98.5 for row in measured) < 300
    assert sum(95 <= row.coverage_pct <= 100 for row in measured) > 0.9 * len(measured)


def test_the_pandemic_shows(rows):
    whole = {point.point_id for point in generate()[0]} - set(OPENED_LATER)
    assert 0.68 < _daily(rows, whole, "2020-04") / _daily(rows, whole, "2019-04") < 0.82
    assert 0.95 < _daily(rows, whole, "2022-04") / _daily(rows, whole, "2019-04") < 1.02


def test_the_new_road_moves_traffic(rows):
    ratio = _daily(rows, OLD_ROAD, "2023") / _daily(rows, OLD_ROAD, "2021-11", "2022-10")
    assert 0.70 < ratio < 0.82
    # A section of the old road and the tunnel beside it carry together about what the old road carried.
    for old, new in zip(("FJ044", "FJ048"), TUNNEL, strict=True):
        together = _daily(rows, [old], "2023") + _daily(rows, [new], "2023")
        assert 0.95 < together / _daily(rows, [old], "2021-11", "2022-10") < 1.2


def test_other_roads_do_not_change_where_the_new_road_opens(rows):
    others = [f"FJ{number:03d}" for number in range(13, 26)]
    assert 0.97 < _daily(rows, others, "2023") / _daily(rows, others, "2021-11", "2022-10") < 1.03


def test_the_agreement_says_when_traffic_changed():
    events = load_agreement(BUILT_IN / "fjordbyen.yaml").events
    assert {(event.from_month, event.to_month) for event in events if event.to_month} == {
        (first, last) for first, last, _ in fjordbyen.PANDEMIC
    }
    assert {event.from_month for event in events if not event.to_month} == {first for first, _, _ in fjordbyen.LASTING}


def test_the_newest_index_leaves_the_goal_open(rows):
    newest = {row.window_months: row for row in rolling_index(rows, 2018) if row.last_month == Month(2026, 6)}
    three_years = newest[36]
    assert answer(three_years.ci_low_pct, three_years.ci_high_pct) == "cannot_tell"
    assert newest[12].index_pct > newest[24].index_pct > three_years.index_pct > 0
    assert 45 <= three_years.n_points <= 55
    assert 1 < (three_years.ci_high_pct - three_years.ci_low_pct) / 2 < 2.5


def _daily(rows: tuple[PointMonth, ...], point_ids, first: str, last: str | None = None) -> float:
    """Sum over the points of their mean in the months, for a point without a figure nothing."""
    period = Period(Period.parse(first).first, Period.parse(last or first).last)
    by_point: dict[str, list[float]] = {}
    for row in rows:
        if row.point_id in point_ids and row.mdt is not None and period.contains(row.month):
            by_point.setdefault(row.point_id, []).append(row.mdt)
    return sum(fmean(values) for values in by_point.values())
