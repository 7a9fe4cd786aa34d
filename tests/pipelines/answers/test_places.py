"""Where traffic changed: points and municipalities, over small snapshots and the invented agreement."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from domain.period import Month
from domain.rows import Point, PointMean, TrafficFile
from pipelines.answers.goal.goal import goal
from pipelines.answers.goal.places import beside_area, municipalities_now, municipalities_on_map, place_beside, points_on_map
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from pipelines.recompute import check_traffic
from pipelines.traffic import commit_traffic
from tests.builders import AT, agreement, printed, store, submission

JUNE = dt.date(2026, 6, 1)
FIRST, SECOND = dt.date(2026, 7, 10), dt.date(2026, 8, 10)
POINTS = (
    Point("B", "Brua", "E99", "E", "Lindvåg", latitude=61.1, longitude=3.5),
    Point("A", "Torget", "Fv 901", "F", "Fjordby", latitude=61.0, longitude=3.4),
    Point("C", "Utenfor", "Fv 1", "F", "Annetsted"),
)


def mean(point_id: str, reference: float, window: float, months: int = 36, last: str = "2026-06") -> PointMean:
    return PointMean(point_id, months, Month.parse(last), 2018, reference, window)


@pytest.fixture
def stored(tmp_path):
    """Stores publications of points and their means, and gives the snapshot."""

    def store_them(*publications: tuple[dt.date, tuple[PointMean, ...]]):
        with open_ledger(tmp_path) as ledger:
            for published_on, means in publications:
                file = TrafficFile(points=POINTS, point_means=means)
                commit_traffic(ledger, submission(repr(means), published_on), check_traffic(file, 2018), agreement())
            publish(ledger, AT)
        return open_snapshot(tmp_path)

    return store_them


def test_a_point_has_its_place_its_change_and_its_weight(stored):
    snapshot = stored(
        (
            FIRST,
            (
                mean("B", 3000, 3300),
                mean("A", 1000, 900),
                mean("A", 1000, 2000, months=12),  # not counted: another window
                mean("A", 1000, 2000, last="2026-05"),  # not counted: another month
            ),
        )
    )
    found = points_on_map(snapshot, agreement(), 36, JUNE)
    shown = found[["name", "road", "municipality_name", "latitude", "longitude", "mean_reference", "is_in_agreement"]]
    assert shown.values.tolist() == [
        ["Torget", "Fv 901", "Fjordby", 61.0, 3.4, 1000.0, True],
        ["Brua", "E99", "Lindvåg", 61.1, 3.5, 3000.0, True],
    ]
    assert found["change_pct"].tolist() == pytest.approx([-10.0, 10.0])
    assert found["weight_pct"].tolist() == pytest.approx([25.0, 75.0])


def test_a_point_outside_the_agreement_says_so_and_one_without_coordinates_has_none(stored):
    found = points_on_map(stored((FIRST, (mean("C", 10, 11), mean("A", 10, 11)))), agreement(), 36, JUNE)
    assert found["is_in_agreement"].tolist() == [True, False]
    assert found["latitude"].isna().tolist() == [False, True]


def test_the_points_of_one_submission_stand_alone(stored):
    snapshot = stored(
        (FIRST, (mean("A", 1000, 900), mean("B", 3000, 3300))),
        (SECOND, (mean("A", 1000, 800),)),
    )
    now = points_on_map(snapshot, agreement(), 36, JUNE)
    assert now[["point_id", "submission_id"]].values.tolist() == [["A", 2]]
    assert now["weight_pct"].tolist() == [100.0]
    assert now["change_pct"].tolist() == pytest.approx([-20.0])
    then = points_on_map(snapshot, agreement(), 36, JUNE, SECOND - dt.timedelta(days=1))
    assert then[["point_id", "submission_id"]].values.tolist() == [["A", 1], ["B", 1]]
    assert points_on_map(snapshot, agreement(), 36, JUNE, FIRST - dt.timedelta(days=1)).empty


def test_without_means_there_are_no_points(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    snapshot = open_snapshot(tmp_path)
    found = points_on_map(snapshot, agreement(), 36, JUNE)
    assert found.empty
    assert {"name", "latitude", "change_pct", "is_in_agreement"} <= set(found.columns)
    area = goal(snapshot, agreement()).judged
    assert beside_area(found, area).empty


@pytest.mark.parametrize(
    ("change", "bounds", "expected"),
    [
        (3.9, (-2.2, 3.8), "above"),
        (3.84, (-2.2, 3.8), "within"),  # printed as 3.8
        (3.86, (-2.2, 3.8), "above"),
        (3.8, (-2.2, 3.8), "within"),
        (-2.2, (-2.2, 3.8), "within"),
        (-2.3, (-2.2, 3.8), "below"),
        (50.0, (None, None), "unknown"),
    ],
)
def test_a_points_change_is_held_against_the_interval_of_the_area(change, bounds, expected):
    assert place_beside(change, *bounds) == expected


def test_the_farthest_from_the_area_come_first(example_snapshot):
    area = goal(example_snapshot, agreement()).judged
    found = beside_area(points_on_map(example_snapshot, agreement(), 36, area.last_month), area)
    assert len(found) == area.n_points
    assert (found["weight_pct"] * found["change_pct"] / 100).sum() == pytest.approx(area.index_pct)
    assert found["deviation_pct"].abs().is_monotonic_decreasing
    assert (found["change_pct"] - found["deviation_pct"]).tolist() == pytest.approx([area.index_pct] * len(found))
    beside = {"above": found["change_pct"].round(1) > area.ci_high_pct, "below": found["change_pct"].round(1) < area.ci_low_pct}
    for place, expected in beside.items():
        assert (found["place"] == place).tolist() == expected.tolist()


def test_every_municipality_of_the_agreement_has_a_row(stored):
    snapshot = stored((FIRST, (mean("A", 1000, 900), mean("B", 3000, 3300), mean("C", 50, 60))))
    found = municipalities_on_map(snapshot, agreement(), 36, JUNE)
    assert found["municipality_code"].tolist() == ["F01", "F02", "F03", "F04", "F05"]
    assert found["name"].tolist()[:2] == ["Fjordby", "Lindvåg"]
    assert found["answer"].tolist() == ["cannot_tell", "cannot_tell", "no_data", "no_data", "no_data"]
    assert found["index_pct"].tolist()[:2] == pytest.approx([-10.0, 10.0])
    assert found["ci_low_pct"].isna().all()


def test_a_municipality_answers_by_its_own_interval(example_snapshot):
    area = goal(example_snapshot, agreement()).latest[12]
    found = municipalities_on_map(example_snapshot, agreement(), 12, area.last_month)
    assert found["n_points"].sum() == area.n_points
    expected = [
        "met" if row.ci_high_pct <= 0 else "not_met" if row.ci_low_pct >= 0 else "cannot_tell" for row in found.itertuples()
    ]
    assert found["answer"].tolist() == expected
    assert "not_met" in expected


def test_only_present_municipalities_inside_the_agreement_are_shown():
    found = [place.name for place in municipalities_now(agreement("miljoloftet"))]
    assert found == ["Bergen", "Askøy", "Alver", "Bjørnafjorden", "Øygarden"]


def test_without_any_index_every_municipality_lacks_figures(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    found = municipalities_on_map(open_snapshot(tmp_path), agreement(), 36, JUNE)
    assert set(found["answer"]) == {"no_data"}
    assert pd.isna(found["index_pct"]).all()
