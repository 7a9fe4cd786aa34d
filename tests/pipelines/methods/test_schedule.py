"""Milestones: slip against baseline and last report, new baselines, and the range that the record gives."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.methods.schedule import (
    BANDS_DAYS,
    FEWEST,
    FinalSlip,
    MilestoneRow,
    TwoReports,
    final_slips,
    forecast_range,
    trends,
)

DAY = dt.timedelta(days=1)
PERIODS = [f"{year}-Q{quarter}" for year in (2024, 2025, 2026) for quarter in (1, 2, 3, 4)]


def on(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def row(period, baseline, forecast, actual=None, decision=None, project="F-1", milestone="opening") -> MilestoneRow:
    return MilestoneRow(project, milestone, period, on(baseline), on(forecast), on(actual), decision)


ROWS = [
    row("2025-Q1", "2026-06-01", "2026-06-01"),
    row("2025-Q2", "2026-06-01", "2026-07-16"),
    row("2025-Q4", "2026-06-01", None),  # not yet known
    row("2026-Q1", "2026-09-01", "2026-08-30", decision="Sak 7/26"),
    row("2026-Q2", "2026-09-01", "2026-08-20", decision="Sak 7/26"),
    row("2026-Q3", "2026-09-01", "2026-08-25", "2026-08-25", decision="Sak 7/26"),
]


def test_a_trend_by_hand():
    (found,) = trends(ROWS)
    assert (found.project_id, found.milestone, found.original_on) == ("F-1", "opening", dt.date(2026, 6, 1))
    told = [
        (point.period, point.slip_baseline_days, point.slip_original_days, point.slip_previous_days, point.previous_period)
        for point in found.points
    ]
    assert told == [
        ("2025-Q1", 0, 0, None, None),
        ("2025-Q2", 45, 45, 45, "2025-Q1"),
        ("2025-Q4", None, None, None, None),
        ("2026-Q1", -2, 90, 45, "2025-Q2"),  # the last report with a date is two quarters back
        ("2026-Q2", -12, 80, -10, "2026-Q1"),
        ("2026-Q3", -7, 85, 5, "2026-Q2"),
    ]
    assert [point.period_ends_on for point in found.points][:2] == [dt.date(2025, 3, 31), dt.date(2025, 6, 30)]
    assert found.points[-1].expected_on == dt.date(2026, 8, 25)


def test_what_is_reached_counts_by_its_date_and_not_by_a_forecast_left_behind():
    (found,) = trends([row("2026-Q1", "2026-01-01", "2026-05-01"), row("2026-Q2", "2026-01-01", "2026-05-01", "2026-05-11")])
    assert (found.points[-1].slip_previous_days, found.points[-1].slip_baseline_days) == (10, 130)


def test_a_new_baseline_is_an_event_with_its_decision():
    (found,) = trends(ROWS)
    (event,) = found.rebaselines
    assert (event.period, event.from_on, event.to_on) == ("2026-Q1", dt.date(2026, 6, 1), dt.date(2026, 9, 1))
    assert (event.moved_days, event.decision) == (92, "Sak 7/26")


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (("Sak 1/25", "Sak 2/26"), "Sak 2/26"),
        ((None, "Sak 2/26"), "Sak 2/26"),
        (("Sak 1/25", "Sak 1/25"), None),  # the old decision, carried over by the form
        (("Sak 1/25", None), None),
        ((None, None), None),
    ],
)
def test_an_old_decision_does_not_cover_a_new_baseline(decisions, expected):
    first, second = decisions
    (found,) = trends([row("2025-Q1", "2026-01-01", None, decision=first), row("2025-Q2", "2026-02-01", None, decision=second)])
    assert [event.decision for event in found.rebaselines] == [expected]


def test_a_baseline_that_becomes_known_or_is_left_out_is_not_moved():
    (found,) = trends(
        [
            row("2025-Q1", None, None),
            row("2025-Q2", "2026-01-01", None),
            row("2025-Q3", None, None),
            row("2025-Q4", "2026-01-01", None),
        ]
    )
    assert found.rebaselines == ()
    (moved,) = trends([row("2025-Q2", "2026-01-01", None), row("2025-Q3", None, None), row("2025-Q4", "2026-01-02", None)])
    assert [event.moved_days for event in moved.rebaselines] == [1]


def test_each_milestone_of_each_project_is_its_own():
    rows = [
        row("2025-Q1", None, "2026-01-01", project=p, milestone=m) for p in ("F-2", "F-1") for m in ("opening", "final_accounts")
    ]
    assert [(found.project_id, found.milestone) for found in trends(rows)] == [
        ("F-1", "final_accounts"), ("F-1", "opening"), ("F-2", "final_accounts"), ("F-2", "opening"),
    ]  # fmt: skip


def test_periods_of_other_lengths_come_in_time():
    rows = [row("2025", None, "2027-01-03"), row("2025-Q2", None, "2027-01-02"), row("2025-04", None, "2027-01-01")]
    (found,) = trends(rows)
    assert [point.period for point in found.points] == ["2025-04", "2025-Q2", "2025"]
    assert [point.slip_previous_days for point in found.points] == [None, 1, 1]


@pytest.mark.parametrize("ask", [trends, final_slips])
def test_two_rows_for_one_report_are_refused(ask):
    with pytest.raises(TwoReports, match="F-1 opening twice for 2025-Q2"):
        ask([ROWS[1], *ROWS])
    with pytest.raises(ValueError, match="is not a period"):
        ask([row("2025-Q5", None, None)])


dates = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))
maybe = st.none() | dates
many_rows = st.lists(
    st.builds(
        MilestoneRow, st.sampled_from(["F-1", "F-2", "F-3"]), st.sampled_from(["opening", "plan_adopted"]), st.sampled_from(PERIODS),
        maybe, maybe, maybe, st.sampled_from([None, "Sak 1/25", "Sak 2/26"]),
    ),
    max_size=25,
    unique_by=lambda found: (found.project_id, found.milestone, found.period),
)  # fmt: skip


@given(many_rows, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert trends(shuffled) == trends(rows)
    assert final_slips(shuffled) == final_slips(rows)


@given(many_rows)
@settings(max_examples=100, deadline=None)
def test_moves_between_reports_add_up_to_the_whole_move(rows):
    for found in trends(rows):
        expected = [point.expected_on for point in found.points if point.expected_on]
        moves = [point.slip_previous_days for point in found.points if point.slip_previous_days is not None]
        assert len(moves) == max(len(expected) - 1, 0)
        if expected:
            assert sum(moves) == (expected[-1] - expected[0]).days
        baselines = [point.baseline_on for point in found.points if point.baseline_on]
        assert sum(event.moved_days for event in found.rebaselines) == ((baselines[-1] - baselines[0]).days if baselines else 0)


@given(many_rows, st.integers(-500, 500))
@settings(max_examples=60, deadline=None)
def test_all_dates_moved_alike_move_no_slip(rows, days):
    def moved(day):
        return day + days * DAY if day else None

    shifted = [
        found._replace(
            baseline_on=moved(found.baseline_on), forecast_on=moved(found.forecast_on), actual_on=moved(found.actual_on)
        )
        for found in rows
    ]
    for before, after in zip(trends(rows), trends(shifted), strict=True):
        assert [(p.slip_baseline_days, p.slip_original_days, p.slip_previous_days) for p in before.points] == [
            (p.slip_baseline_days, p.slip_original_days, p.slip_previous_days) for p in after.points
        ]


@given(many_rows, st.sampled_from(PERIODS))
@settings(max_examples=60, deadline=None)
def test_a_trend_never_looks_ahead(rows, last):
    """What is said of a report is the same whether or not later reports are known."""
    early = trends([found for found in rows if found.period <= last])
    told = {(found.project_id, found.milestone): found for found in trends(rows)}
    for found in early:
        whole = told[found.project_id, found.milestone]
        # The first baseline may only become known later, and is then told of earlier reports too.
        if found.original_on:
            assert whole.points[: len(found.points)] == found.points
        assert whole.rebaselines[: len(found.rebaselines)] == found.rebaselines


# The record.


def test_the_record_holds_what_was_open_then_and_is_reached_now():
    assert [(slip.period, slip.remaining_days, slip.slip_days) for slip in final_slips(ROWS)] == [
        ("2025-Q1", 427, 85),
        ("2025-Q2", 381, 40),
        # not counted: 2025-Q4 has no forecast
        ("2026-Q1", 152, -5),
        ("2026-Q2", 51, 5),
        # not counted: 2026-Q3 has reached it
    ]
    assert final_slips(ROWS[:-1]) == ()  # as it was known a quarter before


def test_a_date_that_was_taken_back_is_not_reached():
    assert final_slips([*ROWS, row("2026-Q4", "2026-09-01", "2027-01-01")]) == ()


def record(slips, remaining=200, period="2024-Q1"):
    return [FinalSlip(f"F-{number}", "opening", period, remaining, slip) for number, slip in enumerate(slips)]


def test_a_range_by_hand():
    found = forecast_range(dt.date(2026, 12, 31), "2026-Q2", record(range(0, 200, 10)))  # 0, 10 ... 190: twenty of them
    assert (found.remaining_days, found.band_days, found.n_finished, found.fewest) == (184, (183, 366), 20, FEWEST)
    moved = [(day - found.forecast_on).days for day in (found.low_on, found.middle_on, found.high_on)]
    assert moved == [20, 90, 160]  # three, ten and seventeen of twenty are no greater


@pytest.mark.parametrize("n_finished", [0, 1, FEWEST - 1])
def test_a_range_of_too_few_is_refused(n_finished):
    found = forecast_range(dt.date(2026, 12, 31), "2026-Q2", record([5] * n_finished))
    assert (found.low_on, found.middle_on, found.high_on, found.n_finished) == (None, None, None, n_finished)


def test_no_record_gives_no_range_however_few_are_asked_for():
    assert forecast_range(dt.date(2026, 12, 31), "2026-Q2", [], fewest=0).middle_on is None


@pytest.mark.parametrize(
    ("remaining", "band"), [(-1, (None, 0)), (0, (0, 91)), (90, (0, 91)), (91, (91, 183)), (730, (366, 731)), (731, (731, None))]
)
def test_only_those_with_as_much_time_remaining_count(remaining, band):
    forecast_on = dt.date(2026, 6, 30) + remaining * DAY
    others = [slip for limit in (-5, *BANDS_DAYS) for slip in record([7] * 10, limit + 3 if limit >= 0 else -2)]
    distinct = [replace(slip, project_id=f"{slip.project_id}/{slip.remaining_days}") for slip in others]
    found = forecast_range(forecast_on, "2026-Q2", distinct)
    assert (found.band_days, found.n_finished) == (band, 10)


def test_many_reports_of_one_milestone_count_once_and_the_nearest_speaks():
    told = [
        FinalSlip("F-1", "opening", "2025-Q1", 190, 11),
        FinalSlip("F-1", "opening", "2025-Q2", 260, 22),
        FinalSlip("F-1", "opening", "2025-Q3", 300, 33),  # as near as the one before
    ]
    found = forecast_range(dt.date(2026, 6, 30) + 280 * DAY, "2026-Q2", told, fewest=1)
    assert (found.n_finished, found.middle_on) == (1, found.forecast_on + 22 * DAY)


def test_what_is_not_reached_is_not_said_to_be_over():
    found = forecast_range(dt.date(2026, 7, 10), "2026-Q2", record([-60] * 10 + [30], remaining=80), fewest=5)
    assert (found.low_on, found.middle_on, found.high_on) == (dt.date(2026, 7, 1),) * 3


def quantile_slowly(slips: list[int], pct: int) -> int:
    """The first of the sorted slips that enough of them are no greater than."""
    for slip in sorted(slips):
        if 100 * sum(other <= slip for other in slips) >= pct * len(slips):
            return slip
    return max(slips)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60), st.tuples(*[st.integers(1, 100)] * 3), st.randoms())
@settings(max_examples=150, deadline=None)
def test_quantiles_are_what_counting_gives(slips, quantiles, random):
    forecast_on = dt.date(2027, 1, 1)
    found = forecast_range(forecast_on, "2026-Q2", record(slips), fewest=1, quantiles_pct=quantiles)
    moved = [(day - forecast_on).days for day in (found.low_on, found.middle_on, found.high_on)]
    assert moved == [quantile_slowly(slips, pct) for pct in quantiles]
    assert set(moved) <= set(slips)
    shuffled = record(slips)
    random.shuffle(shuffled)
    assert forecast_range(forecast_on, "2026-Q2", shuffled, fewest=1, quantiles_pct=quantiles) == found
    assert found.n_finished == len(slips)
    assert math.isfinite(found.remaining_days)


@given(many_rows)
@settings(max_examples=60, deadline=None)
def test_the_record_is_what_a_plain_search_finds(rows):
    wanted = set()
    for found in rows:
        own = sorted(
            (r for r in rows if (r.project_id, r.milestone) == (found.project_id, found.milestone)), key=lambda r: r.period
        )
        reached = own[-1].actual_on
        if reached and found.forecast_on and not found.actual_on:
            quarter_end = (dt.date(int(found.period[:4]), 3 * int(found.period[-1]), 1) + 31 * DAY).replace(day=1) - DAY
            wanted.add(
                (
                    found.project_id,
                    found.milestone,
                    found.period,
                    (found.forecast_on - quarter_end).days,
                    (reached - found.forecast_on).days,
                )
            )
    got = {(s.project_id, s.milestone, s.period, s.remaining_days, s.slip_days) for s in final_slips(rows)}
    assert got == wanted
