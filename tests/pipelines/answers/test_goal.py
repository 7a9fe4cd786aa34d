"""The goal page's questions, over small snapshots."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.answers.goal.goal import goal, groups, years
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement, printed, store


def test_without_rows_there_is_no_answer(tmp_path):
    store(tmp_path, printed(1, 0, 2, window=12))
    found = goal(open_snapshot(tmp_path), agreement())
    assert (found.answer, found.judged, found.certainty) == ("no_data", None, None)
    assert list(found.latest) == [12]


def test_the_answer_rests_on_the_latest_month_of_the_agreements_own_window(tmp_path):
    store(
        tmp_path,
        printed(-3, -4, -2, "2026-05"),  # not judged: an earlier month
        printed(3, 2, 4, "2026-06"),
        printed(-9, -10, -8, "2026-07", window=12),  # not judged: another window
    )
    found = goal(open_snapshot(tmp_path), agreement())
    assert (found.answer, found.judged.last_month) == ("not_met", dt.date(2026, 6, 1))


def test_months_that_follow_each_other_are_a_line_and_others_are_not(tmp_path):
    store(tmp_path, *(printed(1, 0, 2, month) for month in ("2025-11", "2025-12", "2026-01")))
    assert goal(open_snapshot(tmp_path), agreement()).is_monthly
    store(tmp_path, printed(1, 0, 2, "2026-04"), published_on=dt.date(2026, 8, 1))
    assert not goal(open_snapshot(tmp_path), agreement()).is_monthly


def test_as_of_shows_what_was_known_then(tmp_path):
    store(tmp_path, printed(-1, -2, 0), published_on=dt.date(2026, 7, 10))
    store(tmp_path, printed(1, 0, 2), published_on=dt.date(2026, 8, 10))
    snapshot = open_snapshot(tmp_path)
    assert goal(snapshot, agreement(), dt.date(2026, 7, 9)).answer == "no_data"
    assert goal(snapshot, agreement(), dt.date(2026, 7, 10)).answer == "met"
    assert goal(snapshot, agreement(), dt.date(2026, 8, 9)).answer == "met"
    assert goal(snapshot, agreement(), dt.date(2026, 8, 10)).answer == "not_met"


@pytest.mark.parametrize("kind", ["municipality", "working_area", "road_category"])
def test_the_points_of_all_groups_are_the_points_of_the_area(example_snapshot, kind):
    area = goal(example_snapshot, agreement()).judged
    found = groups(example_snapshot, agreement(), kind, 36, area.last_month)
    assert found["n_points"].sum() == area.n_points
    assert found["index_pct"].min() < area.index_pct < found["index_pct"].max()


def test_published_years_are_direct_first_and_then_chained(example_snapshot):
    found = years(example_snapshot, agreement("miljoloftet"))
    assert len(found) == 14
    assert list(found["is_chained"]) == sorted(found["is_chained"])
    last = found.iloc[-1]
    assert (last["year_from"], last["year_to"], last["index_pct"], last["cell"]) == (2018, 2025, 2.2, last["cell"])
