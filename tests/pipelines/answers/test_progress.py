"""Phases, moved openings, openings to come and changed baselines, against the returns themselves, on many dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache

import pytest

from domain.load import load_agreements
from pipelines.answers.deviations.deviations import rule_results
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.progress.figures import progress_figures
from pipelines.answers.progress.milestone_history import FORECAST, OPENING, record
from pipelines.answers.progress.progress import by_phase, milestone_trends, most_moved, moved, openings, rebaselines
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.area_shares import NO_AREA
from pipelines.methods.project_reports import project_reports
from pipelines.methods.rules.time import adopted_baselines
from tests.known_returns import known_returns

FJORDBYEN = load_agreements()["fjordbyen"]
# Before the late correction, on the day of it, while the parties deliver, and long after the last report.
DAYS = [dt.date.fromisoformat(day) for day in ("2025-08-01", "2025-09-04", "2026-07-14", "2026-11-22")]
BEFORE_ALL = dt.date(2024, 10, 1)


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


@cache
def reports_of(snapshot, as_of):
    """Every return as it was known on the date, by project, oldest period first: slow, and from the files themselves."""
    return project_reports(known_returns(snapshot, as_of), as_of)


def has_ended(reports):
    return reports[-1].code("projects", "standing") in ("cancelled", "merged")


def opening_rows(reports):
    """The row of the opening in each report that has one, with the report."""
    return [(report, row) for report in reports for row in report.of("milestones") if row.code("milestone") == OPENING]


def expected(row):
    return row.day("actual_on") or row.day("forecast_on")


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_openings_moved_as_the_returns_say(snapshot, day):
    wanted = {}
    for project_id, reports in reports_of(snapshot, day).items():
        rows = opening_rows(reports)
        if has_ended(reports):
            continue
        if not rows or rows[-1][0] is not reports[-1]:
            wanted[project_id] = (None, None, None, None, None, None)
            continue
        now = expected(rows[-1][1])
        before = [(report.period, expected(row)) for report, row in rows[:-1] if expected(row)] if now else []
        plan = adopted_baselines(reports).get(OPENING)
        wanted[project_id] = (
            now, str(before[-1][0]) if before else None, before[-1][1] if before else None,
            (now - before[-1][1]).days if before else None, plan.adopted_on if plan else None,
            (now - plan.adopted_on).days if plan and now else None,
        )  # fmt: skip
    found = {
        it.project_id: (
            it.expected_on, it.previous.period if it.previous else None, it.previous_on, it.previous_days, it.baseline_on,
            it.baseline_days,
        )
        for it in moved(snapshot, FJORDBYEN, day)
    }  # fmt: skip
    assert found == wanted
    assert any(row[3] for row in wanted.values())


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_two_comparisons_are_those_of_the_deviation_rules(snapshot, day):
    told = {(it.project_id, it.rule): it.number for it in rule_results(snapshot, FJORDBYEN, day) if it.number is not None}
    found = {it.project_id: it for it in moved(snapshot, FJORDBYEN, day)}
    for rule, name in (("slip_baseline", "baseline_days"), ("slip_since_last", "previous_days")):
        numbers = {project_id: number for (project_id, own), number in told.items() if own == rule}
        assert numbers
        assert {key: getattr(found[key], name) for key in numbers} == numbers


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_projects_are_counted_in_each_of_their_areas_and_once_in_all(snapshot, day):
    whole, parts, ended = Counter(), Counter(), 0
    for reports in reports_of(snapshot, day).values():
        (row,) = reports[-1].of("projects")
        if has_ended(reports):
            ended += 1
            continue
        whole[row.code("phase")] += 1
        split = row.answers.get("working_area_split")
        for area in [area for area, _ in split.shares] if hasattr(split, "shares") else [NO_AREA]:
            parts[row.code("phase"), area] += 1
    found = by_phase(snapshot, FJORDBYEN, day)
    assert {phase: len(ids) for phase, ids in found.by_phase.items()} == whole
    assert {key: len(ids) for key, ids in found.by_area.items()} == parts
    assert (len(found.ended), found.n_projects) == (ended, whole.total())
    assert parts.total() > whole.total()


# On these an opening is forecast for the day itself, and for the same day a year later.
EDGES = [dt.date(2026, 10, 27), dt.date(2026, 9, 7)]


@pytest.mark.parametrize("day", [*DAYS, *EDGES], ids=str)
def test_openings_to_come_are_those_between_the_day_and_the_same_day_a_year_later(snapshot, day):
    found = openings(snapshot, FJORDBYEN, day)
    not_open = {it.project_id: it.expected_on for it in moved(snapshot, FJORDBYEN, day) if not it.has_opened}
    until = day.replace(year=day.year + 1)
    assert [it.moved.project_id for it in found.listed] == sorted(
        (key for key, on in not_open.items() if on and day < on <= until), key=lambda key: (not_open[key], key)
    )
    groups = [{it.moved.project_id for it in found.listed}, *({it.project_id for it in own} for own in (
        found.passed, found.later, found.undated
    ))]  # fmt: skip
    assert sum(map(len, groups)) == len(set().union(*groups)) == len(not_open)
    assert all(it.expected_on <= day for it in found.passed)
    assert day not in EDGES or {day, until} & {*not_open.values()}
    assert found.moved_later == tuple(it for it in found.listed if (it.moved.previous_days or 0) > 0)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_range_rests_on_projects_that_had_opened_by_the_day(snapshot, day):
    opened = {
        project_id for project_id, reports in reports_of(snapshot, day).items()
        if (rows := opening_rows(reports)) and rows[-1][1].day("actual_on")
        and any(row.day("actual_on") is None and row.day(FORECAST) for _, row in rows)
    }  # fmt: skip
    slips = record(snapshot, FJORDBYEN, day)
    assert {slip.project_id for slip in slips} == opened
    for it in openings(snapshot, FJORDBYEN, day).listed:
        assert it.range.n_finished <= len(opened)
        assert (it.range.low_on is None) == (it.range.n_finished < it.range.fewest)
        assert it.range.low_on is None or it.range.low_on <= it.range.middle_on <= it.range.high_on


@pytest.mark.parametrize(("months", "until"), [(1, "2026-02-28"), (12, "2027-01-31"), (25, "2028-02-29")])
def test_months_end_on_the_same_day_or_the_last_of_the_month(snapshot, months, until):
    assert str(openings(snapshot, FJORDBYEN, dt.date(2026, 1, 31), months).until_on) == until


def test_changed_baselines_come_with_their_decision_or_none(snapshot):
    wanted = set()
    for project_id, reports in reports_of(snapshot, DAYS[-1]).items():
        known, decisions = {}, {}
        for report in reports:
            for row in report.of("milestones"):
                key, stated, decision = row.code("milestone"), row.day("baseline_on"), row.code("baseline_decision")
                if stated and known.get(key, stated) != stated:
                    is_new = decision not in decisions.get(key, set())
                    wanted.add((project_id, key, str(report.period), known[key], stated, decision if is_new else None))
                known[key] = stated or known.get(key)
                decisions.setdefault(key, set()).add(decision)
    found = rebaselines(snapshot, FJORDBYEN, DAYS[-1])
    changes = [it.change for it in found]
    assert {(it.project_id, it.milestone, it.period, it.from_on, it.to_on, it.decision) for it in changes} == wanted
    assert {it.is_adopted for it in found if it.change.decision} == {True}
    assert {it.is_adopted for it in found if not it.change.decision} == {False}


def test_the_most_moved_come_first_whichever_way():
    class Row:
        def __init__(self, project_id, days):
            self.project_id, self.previous_days = project_id, days

    rows = tuple(Row(*given) for given in [("a", 3), ("b", -40), ("c", 0), ("d", None), ("e", 40), ("f", 3)])
    assert [it.project_id for it in most_moved(rows)] == ["e", "b", "a", "f"]
    assert [it.project_id for it in most_moved(rows, 1)] == ["e"]


def test_a_trend_has_a_point_for_each_report_and_its_cell(snapshot):
    reports = reports_of(snapshot, DAYS[-1])["F-004"]
    (opening,) = [it for it in milestone_trends(snapshot, FJORDBYEN, "F-004", DAYS[-1]) if it.milestone == OPENING]
    assert [(it.period, it.submission_id, it.sheet, it.row_number) for it in opening.reports] == [
        (str(report.period), report.submission_id, row.sheet, row.row) for report, row in opening_rows(reports)
    ]
    assert [it.milestone for it in milestone_trends(snapshot, FJORDBYEN, "F-004")][-2:] == [OPENING, "final_accounts"]
    assert milestone_trends(snapshot, FJORDBYEN, "F-999") == ()


def test_nothing_is_known_before_the_first_report(snapshot):
    assert by_phase(snapshot, FJORDBYEN, BEFORE_ALL).n_projects == 0
    assert moved(snapshot, FJORDBYEN, BEFORE_ALL) == ()
    assert openings(snapshot, FJORDBYEN, BEFORE_ALL).listed == ()


def test_a_selection_narrows_the_projects_and_not_the_record(snapshot):
    chosen = Selection(working_area_id="nord", phase="construction")
    found = by_phase(snapshot, FJORDBYEN, DAYS[-1], chosen)
    assert set(found.by_area) == {("construction", "nord")}
    assert {it.phase for it in moved(snapshot, FJORDBYEN, DAYS[-1], chosen)} == {"construction"}
    assert all("nord" in it.areas for it in moved(snapshot, FJORDBYEN, DAYS[-1], chosen))
    whole = {it.moved.project_id: it.range for it in openings(snapshot, FJORDBYEN, DAYS[-1]).listed}
    own = openings(snapshot, FJORDBYEN, DAYS[-1], selection=chosen).listed
    assert 0 < len(own) < len(whole)
    assert all(whole[it.moved.project_id] == it.range for it in own)


def test_named_figures_are_those_of_the_answers(snapshot):
    asked = Asked(snapshot, FJORDBYEN, price(FJORDBYEN, DAYS[-1]), DAYS[-1], EVERYTHING)
    named = {(it.name, it.key): it for it in progress_figures(asked)}
    found = openings(snapshot, FJORDBYEN, DAYS[-1])
    assert named["openings_to_come", None].amount == len(found.listed)
    assert named["openings_moved_later", None].amount == len(found.moved_later)
    assert named["projects", None].amount == by_phase(snapshot, FJORDBYEN, DAYS[-1]).n_projects
    for it in moved(snapshot, FJORDBYEN, DAYS[-1]):
        assert named["moved_since_previous", it.project_id].amount == it.previous_days
    assert named["physically_complete", None].with_figures[1] == named["projects_construction", None].amount
