"""Figures that rest on published figures: made again from what they lead to, each of which has a trace of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from domain.rows import TrafficFile
from pipelines.answers.goal.outlook import outlook
from pipelines.answers.indicators import indicators
from pipelines.answers.named_figures import Asked
from pipelines.answers.reporting.coverage import found_in_returns
from pipelines.answers.selection import EVERYTHING
from pipelines.answers.trace.computed.ahead import level_key
from pipelines.answers.trace.computed.cited import change_key, figure_key
from pipelines.answers.trace.computed.computed import days_before, figure_on, trace_figure
from pipelines.answers.trace.computed.made import Wanted
from pipelines.answers.trace.index_parts import index_parts
from pipelines.answers.trace.published import trace_published
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement
from tests.pipelines.answers.test_movement import FILE, FIRST, JUNE, POINTS, SECOND, means, publications

DAY = dt.date(2026, 11, 22)
SETS = ["same_points", "each_window"]
MEANS = """
SELECT submission_id, window_months || ' / ' || strftime(last_month, '%Y-%m') || ' / ' || point_id AS key, mean_window, mean_reference
FROM snapshot.point_mean WHERE agreement_id = ? AND kind = 'traffic'
"""


def asked_of(examples, agreement_id, day=DAY):
    return Asked(open_snapshot(examples), agreement(agreement_id), None, day, EVERYTHING)


@pytest.fixture(scope="module", params=["fjordbyen", "miljoloftet"])
def asked(examples, request):
    return asked_of(examples, request.param)


def made_of(asked, page, name, key=None):
    found = trace_figure(asked, Wanted(page, name, "outlook" if page == "goal" else "indicator", key))
    return found.made if found else None


def led(asked, rest):
    return trace_published(asked.snapshot, asked.agreement, rest.submission_id, rest.table, rest.key, as_of=asked.as_of)


def index_of(asked, rests):
    """The index of the means that rests lead to, by what stands beside each of them in the snapshot."""
    rows = asked.snapshot.rows(MEANS, [asked.agreement.agreement_id]).set_index(["submission_id", "key"])
    rows = rows.loc[[(it.submission_id, it.key) for it in rests]]
    assert list(rows["mean_window"]) == pytest.approx([it.amount for it in rests])
    return 100 * (rows["mean_window"].sum() / rows["mean_reference"].sum() - 1)


def yearly(asked, rests):
    """The 12-month indices of rests, the newest first: as published, or of the means of the points."""
    months = sorted({it.period for it in rests if it.period}, reverse=True)
    by_month = [[it for it in rests if it.period == month] for month in months]
    return [led(asked, own[0]).amount if own[0].table == "rolling_index" else index_of(asked, own) for own in by_month]


@pytest.mark.parametrize("name", SETS)
def test_what_if_is_made_again_from_what_it_leads_to(asked, name):
    shown = next((it for it in outlook(asked.snapshot, asked.agreement, asked.as_of).what_if if it.points == name), None)
    start = made_of(asked, "goal", "what_if_start", name)
    assert (start is None) == (shown is None)
    if shown is None:
        return
    years = yearly(asked, start.rests)
    assert start.amount == pytest.approx(sum(years) / len(years))
    assert made_of(asked, "goal", "level_last_year", name).amount == pytest.approx(years[0])
    gap = made_of(asked, "goal", "what_if_gap", name)
    assert gap.rests[0].key == "36 / " + max(it.period for it in gap.rests)
    assert gap.amount == pytest.approx(led(asked, gap.rests[0]).amount - start.amount)
    # A year at a level puts that level in the place of the oldest year.
    for level_pct in (-2.0, 3.25):
        end = made_of(asked, "goal", "what_if_end", f"{name}:{level_pct!r}")
        assert end.amount == pytest.approx((sum(years[:-1]) + level_pct) / len(years))
    needed = made_of(asked, "goal", "level_needed", name).amount
    assert needed == pytest.approx(-sum(years[:-1]))
    assert made_of(asked, "goal", "what_if_end", f"{name}:needed").amount == pytest.approx(0, abs=1e-9)
    assert made_of(asked, "goal", "what_if_end", level_key(shown, shown.last_year_pct)).amount == pytest.approx(
        (sum(years[:-1]) + years[0]) / len(years)
    )


def test_each_figure_that_something_rests_on_is_itself_traced(asked):
    for rest in made_of(asked, "goal", "what_if_gap", "same_points").rests[::200] if asked.agreement.is_synthetic else ():
        assert led(asked, rest).amount == pytest.approx(rest.amount)


def test_how_certain_it_is_rests_on_the_judged_index(asked):
    found = outlook(asked.snapshot, asked.agreement, asked.as_of)
    told = {
        "chance_reached": found.probability_at_or_below, "half_width": found.half_width_pct, "detectable": found.detectable_change_pct,
        "points_now": found.n_points,
    }  # fmt: skip
    for name, amount in told.items():
        made = made_of(asked, "goal", name)
        (rest,) = made.rests
        row = dict(led(asked, rest).row)
        assert (made.amount, row["index_pct"], row["n_points"]) == (amount, found.index_pct, found.n_points)
    for half_pct, n_points in found.points_needed.items():
        assert made_of(asked, "goal", "points_needed", repr(half_pct)).amount == n_points


def test_earlier_days_are_days_of_publication_and_hold_what_was_known_then(tmp_path):
    second = TrafficFile(points=POINTS, point_means=means(("A", 3000, 3300), ("B", 1000, 1000)))
    asked = Asked(publications(tmp_path, (FIRST, FILE), (SECOND, second)), agreement(), None, DAY, EVERYTHING)
    made = made_of(asked, "goal", "points_now")
    assert (made.amount, days_before(asked, made)) == (2, (SECOND, FIRST))
    assert figure_on(asked, Wanted("goal", "points_now"), FIRST).made.amount == 3
    assert days_before(replace(asked, as_of=FIRST), made) == ()


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("goal", "level_needed"), Wanted("goal", "level_needed", "outlook", "no_such"), Wanted("goal", "what_if_end", "outlook", "same_points"),
        Wanted("goal", "what_if_end", "outlook", "same_points:much"), Wanted("goal", "what_if_end", "outlook", ":needed"),
        Wanted("goal", "points_needed"), Wanted("goal", "points_needed", "outlook", "-1"), Wanted("goal", "points_needed", "outlook", "nan"), Wanted("goal", "points_needed", "outlook", "1e-300"),
        Wanted("goal", "what_if_end", "outlook", "same_points:inf"), Wanted("indicators", "indicator_sum", "indicator", "a|b|c|2020"),
        Wanted("indicators", "indicator_change", "indicator"),
    ],
    ids=str,
)  # fmt: skip
def test_what_there_is_not_is_none(examples, wanted):
    assert trace_figure(asked_of(examples, "fjordbyen"), wanted) is None


def test_before_anything_was_published_there_is_no_outlook(examples):
    assert made_of(asked_of(examples, "fjordbyen", dt.date(2020, 1, 1)), "goal", "half_width") is None


def test_indicators_are_counted_of_their_first_and_last_figures(examples):
    asked = asked_of(examples, "miljoloftet")
    found = indicators(asked.snapshot, asked.agreement, asked.as_of).figures
    moved = made_of(asked, "indicators", "indicators_moved")
    wanted = made_of(asked, "indicators", "indicators_wanted")
    names = {it.name.partition("|")[0] for it in moved.rests}
    assert names == {it.indicator.indicator_id for it in found if it.movement}
    assert (moved.amount, wanted.amount) == (len(names), len({it.name.partition("|")[0] for it in wanted.rests}))
    assert 0 < wanted.amount < moved.amount
    for rest in moved.rests:
        assert (led(asked, rest).amount, dict(led(asked, rest).row)["year"]) == (rest.amount, rest.period)


def test_a_sum_and_a_change_are_made_again_from_the_cited_figures(examples):
    asked = asked_of(examples, "miljoloftet")
    n_sums = n_changes = 0
    for it in indicators(asked.snapshot, asked.agreement, asked.as_of).figures:
        own = it.indicator.indicator_id
        for series in it.levels:
            for seen in (seen for seen in series.observations if seen.parts):
                made = made_of(asked, "indicators", "indicator_sum", figure_key(own, series.item_id, series.area_name, seen.year))
                assert made.amount == seen.amount == sum(led(asked, rest).amount for rest in made.rests)
                n_sums += 1
        for change in (change for change in it.changes if change.computed_from):
            made = made_of(asked, "indicators", "indicator_change", change_key(it, change))
            then, now = (led(asked, rest).amount for rest in made.rests)
            assert made.amount == pytest.approx(float(100 * (now / then - 1)))
            n_changes += 1
    assert n_sums
    assert n_changes


def test_targets_are_counted_of_the_agreements_own_file(examples):
    made = made_of(asked_of(examples, "miljoloftet"), "indicators", "indicators_with_target")
    assert (made.amount, made.outside) == (0, ())


def test_where_points_are_there_is_an_index_of_the_same_submission_to_lead_to(tmp_path):
    # The second publication has points and no index of its own: ours is made of them.
    second = TrafficFile(points=POINTS, point_means=means(("A", 3000, 3300), ("B", 1000, 1000)))
    snapshot = publications(tmp_path, (FIRST, FILE), (SECOND, second))
    found = trace_published(snapshot, agreement(), 2, "rolling_index", f"36 / {JUNE:%Y-%m}")
    assert (found.amount, found.n_points, found.cell) == (pytest.approx(7.5), 2, None)
    assert index_parts(snapshot, agreement(), found).contribution_pct == pytest.approx(7.5)


def test_kinds_of_findings_in_several_periods_are_those_of_the_chosen_one(examples):
    asked = asked_of(examples, "fjordbyen")
    rows = found_in_returns(asked.snapshot, asked.agreement, asked.as_of)
    periods_of = rows.groupby(["code", "severity"])["period"].agg(set)
    for period in (None, *rows["period"].unique()):
        often = {kind for kind, periods in periods_of.items() if len(periods) > 1 and (period is None or period in periods)}
        made = made_of(asked, "quality", "findings_often", f"period={period}" if period else None)
        assert made.amount == len(often)
        assert {(it.finding.code, it.finding.severity) for it in made.findings} == often
