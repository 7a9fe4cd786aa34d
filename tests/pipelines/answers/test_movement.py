"""What moved the index and what would happen if, over small snapshots, the invented agreement, and Bergen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from domain.period import Month
from domain.rows import Point, PointMean, TrafficFile
from pipelines.answers.goal.goal import goal, groups
from pipelines.answers.goal.movement import attribution, composition, leave_one_out, points
from pipelines.answers.goal.outlook import outlook
from pipelines.answers.goal.window_points import months_with_points
from pipelines.history.ledger import NewSubmission, Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from pipelines.reading.traffic_file import traffic_rows
from pipelines.reading.workbook import read_workbook
from pipelines.recompute import check_traffic
from pipelines.traffic import commit_traffic
from tests.builders import AT, agreement, printed, store

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official" / "tallmateriale_8952.xlsx"
MAY, JUNE, APRIL = dt.date(2026, 5, 1), dt.date(2026, 6, 1), dt.date(2026, 4, 1)
FIRST, SECOND = dt.date(2026, 7, 10), dt.date(2026, 8, 10)


def publications(data_dir: Path, *found: tuple[dt.date, TrafficFile], agreement_id: str = "fjordbyen"):
    """The snapshot after traffic files of these days."""
    its = agreement(agreement_id)
    with open_ledger(data_dir) as ledger:
        for published_on, file in found:
            original = Original("a.xlsx", repr((file.points, file.point_means)).encode())
            new = NewSubmission(agreement_id, "traffic", (original,), "Kilde", None, published_on, "admin", AT, its.is_synthetic)
            commit_traffic(ledger, new, check_traffic(file, 2018), its)
        publish(ledger, AT)
    return open_snapshot(data_dir)


def point(point_id: str, municipality: str | None = "Fjordby", category: str | None = "E", name: str | None = None) -> Point:
    return Point(point_id, name or f"Punkt {point_id}", "E99", category, municipality)


def means(*found: tuple[str, float, float], last: dt.date = JUNE, window: int = 36) -> tuple[PointMean, ...]:
    return tuple(PointMean(name, window, Month(last.year, last.month), 2018, before, after) for name, before, after in found)


POINTS = (point("A"), point("B", "Lindvåg", "F"), point("C", "Lindvåg", "F"))
FILE = TrafficFile(points=POINTS, point_means=means(("A", 3000, 2700), ("B", 1000, 1200), ("C", 1000, 1000)))


def test_without_points_there_is_no_answer(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    snapshot = open_snapshot(tmp_path)
    assert attribution(snapshot, agreement(), "municipality", 36, JUNE) is None
    assert leave_one_out(snapshot, agreement(), 36, JUNE) is None
    assert composition(snapshot, agreement(), 36, MAY, JUNE) is None
    assert points(snapshot, agreement(), 36, JUNE).empty
    assert "change_pct" in points(snapshot, agreement(), 36, JUNE)
    assert months_with_points(snapshot, agreement(), 36) == []


def test_an_agreement_without_traffic_has_no_outlook(tmp_path):
    store(tmp_path, printed(1, 0, 2, window=12))
    assert outlook(open_snapshot(tmp_path), agreement()) is None


def test_the_steps_by_municipality(tmp_path):
    found = attribution(publications(tmp_path, (FIRST, FILE)), agreement(), "municipality", 36, JUNE)
    assert list(found.steps["group_name"]) == ["Lindvåg", "Fjordby"]
    assert list(found.steps["contribution_pct"]) == pytest.approx([4, -6])
    assert found.steps["is_few"].all()
    assert (found.footing.index_pct, found.footing.n_points, found.footing.reference_year) == (pytest.approx(-2), 3, 2018)
    assert (found.footing.published_on, found.footing.last_month, found.is_given) == (FIRST, JUNE, True)


def test_points_of_no_group_are_a_step_of_their_own(tmp_path):
    file = TrafficFile(points=(point("A", "Fjordby"), point("B", None)), point_means=means(("A", 3000, 2700), ("B", 1000, 1200)))
    snapshot = publications(tmp_path, (FIRST, file))
    assert list(attribution(snapshot, agreement(), "municipality", 36, JUNE).steps["group_name"]) == ["Fjordby", ""]
    areas = attribution(snapshot, agreement(), "working_area", 36, JUNE)
    assert (areas.is_given, len(areas.steps), areas.steps["group_name"][0]) == (False, 1, "")


def test_points_are_sorted_by_their_change_and_walk_back_to_their_submission(tmp_path):
    found = points(publications(tmp_path, (FIRST, FILE)), agreement(), 36, JUNE)
    assert list(found["point_id"]) == ["B", "C", "A"]
    assert list(found["change_pct"]) == pytest.approx([20, 0, -10])
    assert list(found["weight_pct"]) == pytest.approx([20, 20, 60])
    assert found["contribution_pct"].sum() == pytest.approx(-2)
    assert (found["point_name"][0], found["municipality_name"][0], found["submission_id"][0]) == ("Punkt B", "Lindvåg", 1)


def test_the_rows_of_two_submissions_are_never_mixed(tmp_path):
    # The second publication has other points for June and none for May.
    first = TrafficFile(points=POINTS, point_means=(*FILE.point_means, *means(("A", 3000, 3000), last=MAY)))
    second = TrafficFile(points=POINTS, point_means=means(("A", 3000, 3300), ("B", 1000, 1000)))
    snapshot = publications(tmp_path, (FIRST, first), (SECOND, second))
    assert list(points(snapshot, agreement(), 36, JUNE)["point_id"]) == ["A", "B"]
    assert list(points(snapshot, agreement(), 36, MAY)["point_id"]) == ["A"]
    assert list(points(snapshot, agreement(), 36, JUNE, FIRST)["point_id"]) == ["B", "C", "A"]
    assert points(snapshot, agreement(), 36, JUNE, dt.date(2026, 7, 9)).empty
    assert months_with_points(snapshot, agreement(), 36) == [MAY, JUNE]
    assert months_with_points(snapshot, agreement(), 36, dt.date(2026, 7, 9)) == []
    assert leave_one_out(snapshot, agreement(), 36, JUNE, FIRST).footing.submission_id == 1
    assert leave_one_out(snapshot, agreement(), 36, JUNE).footing.submission_id == 2


def test_a_file_entered_late_does_not_hide_a_newer_one(tmp_path):
    older = TrafficFile(points=POINTS, point_means=means(("A", 3000, 3000)))
    snapshot = publications(tmp_path, (SECOND, FILE), (FIRST, older))
    assert len(points(snapshot, agreement(), 36, JUNE)) == 3
    assert len(points(snapshot, agreement(), 36, JUNE, FIRST)) == 1


def test_a_point_keeps_one_name_at_a_time(tmp_path):
    renamed = TrafficFile(points=(point("A", name="Nytt navn"),), point_means=means(("A", 3000, 3000), last=MAY))
    snapshot = publications(tmp_path, (FIRST, FILE), (SECOND, renamed))
    assert len(points(snapshot, agreement(), 36, JUNE)) == 3
    names = [set(points(snapshot, agreement(), 36, JUNE, day)["point_name"]) for day in (FIRST, SECOND)]
    assert [("Punkt A" in found, "Nytt navn" in found) for found in names] == [(True, False), (False, True)]


def test_each_point_left_out(tmp_path):
    found = leave_one_out(publications(tmp_path, (FIRST, FILE)), agreement(), 36, JUNE)
    assert list(found.by_point["point_id"]) == ["B", "C", "A"]
    assert list(found.by_point["index_pct"]) == pytest.approx([-7.5, -2.5, 10])
    assert (found.lowest_pct, found.highest_pct, found.keeps_sign) == (pytest.approx(-7.5), pytest.approx(10), False)


def test_the_change_between_two_months(tmp_path):
    before = means(("A", 3000, 3000), ("D", 500, 450), last=MAY)
    file = TrafficFile(points=POINTS, point_means=(*before, *FILE.point_means))
    found = composition(publications(tmp_path, (FIRST, file)), agreement(), 36, MAY, JUNE)
    assert found.same_points_pct == pytest.approx(-10)
    assert found.same_points_pct + found.changed_set_pct == pytest.approx(found.total_pct)
    assert found.total_pct == pytest.approx(-2 + 100 * 50 / 3500)
    assert list(zip(found.changed["point_id"], found.changed["has_joined"], strict=True)) == [
        ("B", True),
        ("C", True),
        ("D", False),
    ]
    assert (found.earlier.last_month, found.later.last_month, found.n_same) == (MAY, JUNE, 1)
    assert list(found.changed["point_name"]) == ["Punkt B", "Punkt C", "D"]  # the file does not describe D


def test_what_cited_rows_alone_can_tell(tmp_path):
    store(tmp_path, printed(1, -1, 3), printed(4, 2, 6, window=12))
    found = outlook(open_snapshot(tmp_path), agreement())
    assert found.probability_at_or_below == pytest.approx(0.1617, abs=1e-4)
    assert found.points_needed.keys() == {2.0, 1.0}
    assert found.what_if == ()  # the year before is not there


def test_the_same_points_and_all_points_of_each_window(tmp_path):
    # B left two years ago; the index of 36 months is of A alone.
    years = [JUNE, dt.date(2025, 6, 1), dt.date(2024, 6, 1)]
    yearly = [row for day in years for row in means(("A", 1000, 1020), ("B", 1000, 1100), last=day, window=12)]
    file = TrafficFile(points=POINTS, point_means=(*yearly, *means(("A", 1000, 1020), ("C", 1000, 1020))))
    found = outlook(publications(tmp_path, (FIRST, file)), agreement())
    same, each = found.what_if
    assert (same.points, each.points) == ("same_points", "each_window")
    assert (same.start_pct, same.gap_pct, same.needed_pct) == pytest.approx((2, 0, -4))
    assert (each.start_pct, each.gap_pct, each.needed_pct) == pytest.approx((6, -4, -12))
    assert same.end_month == dt.date(2027, 6, 1)
    at_minus_4 = same.outcomes.set_index("level_pct").loc[-4.0]
    assert (at_minus_4["end_pct"], at_minus_4["crosses_on"]) == (pytest.approx(0), dt.date(2027, 6, 1))
    assert same.outcomes.set_index("level_pct")["crosses_on"].isna()[0.0]


@pytest.mark.parametrize("kind", ["municipality", "working_area", "road_category"])
@pytest.mark.parametrize("window", [12, 24, 36])
def test_the_steps_of_the_invented_agreement_are_its_index(example_snapshot, kind, window):
    shown = goal(example_snapshot, agreement()).latest[window]
    found = attribution(example_snapshot, agreement(), kind, window, shown.last_month)
    assert abs(found.steps["contribution_pct"].sum() - shown.index_pct) < 1e-9
    assert found.footing.submission_id == shown.submission_id
    own = groups(example_snapshot, agreement(), kind, window, shown.last_month).set_index("group_name")["index_pct"]
    assert found.steps.set_index("group_name")["change_pct"].to_dict() == pytest.approx(own.to_dict())


def test_the_invented_agreement_has_scenarios_and_says_that_it_is_invented(example_snapshot):
    found = outlook(example_snapshot, agreement())
    assert [what_if.points for what_if in found.what_if] == ["same_points", "each_window"]
    assert all(len(what_if.paths) == 11 * 13 for what_if in found.what_if)
    assert abs(found.what_if[0].gap_pct) < abs(found.what_if[1].gap_pct) + 0.2
    assert points(example_snapshot, agreement(), 36, found.last_month)["is_synthetic"].all()


def test_an_outlook_of_cited_rows_has_no_points_behind_it(example_snapshot):
    found = outlook(example_snapshot, agreement("miljoloftet"))
    assert round(found.probability_at_or_below, 2) == 0.29
    assert (found.points_needed[2.0], found.points_needed[1.0]) == (79, 308)
    assert round(found.detectable_change_pct, 1) == 4.3


@pytest.fixture(scope="module")
def bergen(tmp_path_factory):
    if not OFFICIAL.is_file():
        pytest.skip("the official workbooks are not beside the checkout")
    file = traffic_rows(read_workbook(OFFICIAL))
    return publications(tmp_path_factory.mktemp("bergen"), (dt.date(2026, 5, 21), file), agreement_id="miljoloftet")


def test_bergen_by_road_category(bergen):
    found = attribution(bergen, agreement("miljoloftet"), "road_category", 36, APRIL)
    steps = found.steps.set_index("group_name")["contribution_pct"].round(2).to_dict()
    assert steps == {"E": 0.63, "R": 0.55, "F": -0.37}
    assert not attribution(bergen, agreement("miljoloftet"), "working_area", 36, APRIL).is_given


def test_bergen_in_the_year_to_april_2026(bergen):
    found = composition(bergen, agreement("miljoloftet"), 36, dt.date(2025, 4, 1), APRIL)
    assert [round(part, 2) for part in (found.total_pct, found.same_points_pct, found.changed_set_pct)] == [0.25, 1.12, -0.87]
    assert len(found.changed) == 5


def test_bergen_leaves_one_out_and_walks_back_to_cells(bergen):
    found = leave_one_out(bergen, agreement("miljoloftet"), 36, APRIL)
    assert (round(found.lowest_pct, 2), round(found.highest_pct, 2), round(found.jackknife_error_pct, 2)) == (0.16, 1.49, 1.38)
    assert round(found.bootstrap_error_pct, 2) == 1.33
    rows = points(bergen, agreement("miljoloftet"), 36, APRIL)
    assert rows["cell"].notna().all()
    assert rows["point_id"].is_unique


def test_bergen_ahead(bergen):
    found = outlook(bergen, agreement("miljoloftet"))
    assert round(found.probability_at_or_below, 2) == 0.29
    assert found.points_needed == {2.0: 79, 1.0: 308}
    same, each = found.what_if
    assert (round(each.needed_pct, 1), each.end_month) == (-5.0, dt.date(2027, 4, 1))
    assert (round(each.gap_pct, 2), round(same.gap_pct, 2)) == (-1.05, 0.03)
    assert round(same.needed_pct, 1) == -2.7
