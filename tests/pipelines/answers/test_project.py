"""The history of a project against the returns themselves, read one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.limit_file import limits_of
from domain.load import load_agreements
from domain.returns import Return
from pipelines.answers.prices import figure_in, price
from pipelines.answers.project.history import COSTS, SUBJECTS, project_history
from pipelines.answers.project.sheets import dependencies, project_sheets
from pipelines.answers.reporting.returns import moment_of, return_of
from pipelines.methods.deviations import statuses
from pipelines.methods.money import Amount
from pipelines.methods.project_reports import HandedIn, project_reports

FJORDBYEN = load_agreements()["fjordbyen"]
# Before the first return, between two, before and after a late correction, half delivered, and today.
DAYS = ["2024-10-01", "2024-10-13", "2025-02-01", "2026-01-26", "2026-07-15", "2026-11-22"]
PROJECTS = ["F-003", "F-021", "F-024", "F-038", "F-053", "F-058"]


@pytest.fixture(scope="module")
def snapshot(example_snapshot):
    return example_snapshot


@pytest.fixture(scope="module")
def returns(snapshot) -> list[tuple[dt.datetime, dt.datetime, int, Return]]:
    """Every return that ever counted, with the time in which it did."""
    rows = snapshot.records(
        "SELECT party_id, period, submission_id, known_from, known_to FROM snapshot.return_submission WHERE agreement_id = ?",
        [FJORDBYEN.agreement_id],
    )
    return [
        (row["known_from"], row["known_to"], row["submission_id"], found)
        for row in rows
        if (found := return_of(snapshot, FJORDBYEN, row["party_id"], row["period"], row["known_from"].date())) is not None
    ]


def reports_of(returns, as_of):
    moment = moment_of(as_of)
    known = [HandedIn(found, begin.date(), number) for begin, end, number, found in returns if begin <= moment < end]
    return project_reports(known, as_of)


def in_price(row, column, amount_type, shown, year=None):
    """A number of a row of a return in a price, or None."""
    vat = row.answers.get("includes_vat")
    price_year = row.number("price_year")
    kroner = (row.code("price_kind"), None if price_year is None else int(price_year), vat if isinstance(vat, bool) else None)
    figure = figure_in(shown, row.number(column), amount_type, kroner, "", year)
    return figure.mnok if isinstance(figure, Amount) else None


@pytest.mark.parametrize("choice", ["2024", pytest.param("nominal", marks=pytest.mark.trust)])
@pytest.mark.parametrize("day", DAYS)
def test_each_report_says_what_stands_in_the_return(snapshot, returns, day, choice):
    as_of = dt.date.fromisoformat(day)
    shown = price(FJORDBYEN, as_of, choice)
    every = reports_of(returns, as_of)
    for project_id in PROJECTS:
        wanted = every.get(project_id, ())
        found = project_history(snapshot, FJORDBYEN, project_id, as_of, shown)
        assert [(it.period, it.submission_id, it.reported_on) for it in found.reports] == [
            (str(it.period), it.submission_id, it.reported_on) for it in wanted
        ]
        for report, own in zip(found.reports, wanted, strict=True):
            (named,) = own.of("projects")
            assert report.project_name == named.answers["project_name"]
            (estimate,) = own.of("cost_estimates") or (None,)
            assert {name: report.mnok(name) for name in COSTS} == {
                name: None if estimate is None else in_price(estimate, name, "x", shown) for name in COSTS
            }
            lines = [in_price(row, "spent_to_date_mnok", "spent", shown, int(row.number("year"))) for row in own.of("economy")]
            known = [mnok for mnok in lines if mnok is not None]
            assert report.spent.mnok == (sum(known, Decimal(0)) if known else None)
            openings = [row for row in own.of("milestones") if row.code("milestone") == "opening"]
            assert bool(openings) == (report.opening is not None)
            if report.opening:
                assert report.opening.on == (openings[0].day("actual_on") or openings[0].day("forecast_on"))
                assert report.opening.baseline_on == openings[0].day("baseline_on")
            assert {subject: report.reported[subject][0] for subject in SUBJECTS} == {
                subject: own.code("progress", f"colour_{subject}") for subject in SUBJECTS
            }


@pytest.mark.parametrize("day", ["2025-02-01", "2026-11-22"])
def test_the_rules_are_told_report_by_report(snapshot, returns, day):
    as_of = dt.date.fromisoformat(day)
    limits, days = limits_of(FJORDBYEN), FJORDBYEN.reporting.deadline_days
    every = reports_of(returns, as_of)
    for project_id in PROJECTS:
        listed = every.get(project_id, ())
        # Each report as it was judged on the day it was handed in.
        judged = [statuses(listed[: n + 1], limits, it.reported_on, days)[-1] for n, it in enumerate(listed)]
        found = project_history(snapshot, FJORDBYEN, project_id, as_of, None)
        assert [it.data_colour for it in found.reports] == [it.data_colour for it in judged]
        wanted = {
            rule: levels for rule in limits.rules if {"yellow", "red"} & set((levels := _levels(rule, listed, judged)).values())
        }
        assert {it.rule: dict(it.levels) for it in found.courses} == wanted


def _levels(rule, listed, judged):
    return {
        str(report.period): judgement.level
        for report, status in zip(listed, judged, strict=True)
        for judgement in status.judgements
        if judgement.rule == rule
    }


def test_a_reason_in_reports_that_follow_each_other_stands_once(snapshot):
    found = project_history(snapshot, FJORDBYEN, "F-038", dt.date(2026, 11, 22), None)
    told = [(subject, it.period, *it.reported[subject]) for subject in SUBJECTS for it in found.reports]
    periods = [it.period for it in found.reports]
    spread = [
        (run.subject, period, run.colour, run.reason)
        for run in found.reasons
        for period in periods[periods.index(run.first_period) : periods.index(run.last_period) + 1]
    ]
    assert sorted(spread) == sorted(row for row in told if row[3])
    assert len(found.reasons) < len(spread)
    assert [run.last_period for run in found.reasons] == sorted((run.last_period for run in found.reasons), reverse=True)


def test_a_project_keeps_its_names_and_how_far_it_moved(snapshot):
    found = project_history(snapshot, FJORDBYEN, "F-024", dt.date(2026, 11, 22), None)
    assert found.names == (("Lindvåg kollektivterminal", "2024-Q3"), ("Lindvåg mobilitetspunkt", "2025-Q3"))
    moved = project_history(snapshot, FJORDBYEN, "F-038", dt.date(2026, 11, 22), None)
    assert moved.moved_days == (moved.reports[-1].opening.on - moved.reports[-2].opening.on).days != 0


@pytest.mark.parametrize(("project_id", "day"), [("F-003", "2024-10-01"), ("F-999", "2026-11-22"), ("", "2026-11-22")])
def test_of_what_is_not_known_nothing_is_told(snapshot, project_id, day):
    as_of = dt.date.fromisoformat(day)
    found = project_history(snapshot, FJORDBYEN, project_id, as_of, None)
    assert (found.reports, found.profile, found.data_colour, found.courses, found.newest) == ((), None, None, (), None)
    sheets = project_sheets(snapshot, FJORDBYEN, project_id, as_of, None)
    assert [sheets.milestones, sheets.lines, sheets.risks, sheets.contributions, sheets.reserves] == [()] * 5
    assert dependencies(snapshot, FJORDBYEN, project_id, as_of).is_alone


@pytest.mark.parametrize("project_id", PROJECTS)
def test_the_sheets_are_those_of_the_newest_report(snapshot, returns, project_id):
    as_of = dt.date(2026, 11, 22)
    own = reports_of(returns, as_of)[project_id][-1]
    found = project_sheets(snapshot, FJORDBYEN, project_id, as_of, price(FJORDBYEN, as_of))
    tables = {
        "milestones": found.milestones, "economy": found.lines, "risks": found.risks,
        "goal_contributions": found.contributions, "reserve": found.reserves,
    }  # fmt: skip
    for table, rows in tables.items():
        assert sorted((it.submission_id, it.row_number) for it in rows) == sorted(
            (own.submission_id, it.row) for it in own.of(table)
        )
    likely = {it.row: float(it.number("likely")) for it in own.of("goal_contributions")}
    assert {it.row_number: it.likely for it in found.contributions} == pytest.approx(likely)
    shown = price(FJORDBYEN, as_of)
    known = [in_price(it, "forecast_mnok", "forecast", shown, int(it.number("year"))) for it in own.of("economy")]
    told = [mnok for mnok in known if mnok is not None]
    assert found.funding.mnok("forecast_mnok") == (sum(told, Decimal(0)) if told else None)


def test_projects_hang_together_both_ways(snapshot):
    as_of = dt.date(2026, 11, 22)
    ids = [f"F-{number:03d}" for number in (12, 13, 20, 21, 22, 57, 58)]
    found = {project_id: dependencies(snapshot, FJORDBYEN, project_id, as_of) for project_id in ids}
    assert [it.project_id for it in found["F-021"].depends_on] == ["F-020"]
    assert [it.project_id for it in found["F-021"].needed_by] == ["F-022"]
    assert [it.project_id for it in found["F-058"].merged_into] == ["F-057"]
    assert [(it.project_id, it.standing) for it in found["F-057"].merged_from] == [("F-058", "merged")]
    for project_id, own in found.items():
        for other in own.depends_on:
            assert project_id in [it.project_id for it in found[other.project_id].needed_by]
