"""What a return would do, against the rules applied to every return with and without it; and small returns told by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.limit_file import limits_of
from domain.load import load_agreements
from domain.returns import Missing
from pipelines.answers.reporting.effects import effects
from pipelines.answers.reporting.returns import return_of
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.methods.deviations import open_deviations, statuses
from pipelines.methods.project_reports import HandedIn, project_reports
from tests.known_returns import known_returns
from tests.return_files import small_return

FJORDBYEN = load_agreements()["fjordbyen"]
TODAY = dt.date(2026, 11, 22)
DEADLINE_DAYS = 20


def changed(found, table, **answers):
    """The return with other answers in every row of a table; None empties a cell. A function makes one of the old."""
    rows = []
    for row in found.of(table):
        new = {name: given(row.answers.get(name)) if callable(given) else given for name, given in answers.items()}
        kept = {name: answer for name, answer in (row.answers | new).items() if answer is not None}
        rows.append(replace(row, answers=kept))
    return replace(found, rows={**found.rows, table: tuple(rows)})


def dearer(forecast):
    return forecast if forecast is None or isinstance(forecast, Missing) else forecast * Decimal("1.3")


def cheaper(forecast):
    return forecast if forecast is None or isinstance(forecast, Missing) else forecast * Decimal("0.4")


def later(day):
    return day + dt.timedelta(days=120) if isinstance(day, dt.date) else day


def handed_in_by(snapshot, party_id, as_of):
    """Every return of a party as it was known on a date."""
    return known_returns(snapshot, as_of, party_id)


def opened(handed_in, as_of):
    """The open deviations with their levels, and those that ever were open: every rule, of every report."""
    reports = project_reports(handed_in, as_of)
    histories = {key: statuses(listed, limits_of(FJORDBYEN), as_of, DEADLINE_DAYS) for key, listed in reports.items()}
    found = open_deviations(histories.values(), FJORDBYEN.authority)
    ever = {f"{key}:{it.rule}" for key, story in histories.items() for at in story[:-1] for it in at.judgements
            if it.level in {"yellow", "red"}}  # fmt: skip
    return {it.deviation_id: it.level_told for it in found}, ever


RETURNS = {
    "the next one": (lambda snapshot: next_return("lindvag"), TODAY),
    "dearer and later": (
        lambda snapshot: changed(changed(next_return("austmark"), "cost_estimates", forecast_mnok=dearer), "milestones",
                                 forecast_on=later), TODAY,
    ),
    "nothing known of money": (
        lambda snapshot: changed(next_return("lindvag"), "cost_estimates", forecast_mnok=Missing("not_yet_known")), TODAY,
    ),
    "without forecasts of time": (lambda snapshot: changed(next_return("kystfylket"), "milestones", forecast_on=None), TODAY),
    "everything cancelled": (lambda snapshot: changed(next_return("austmark"), "projects", standing="cancelled"), TODAY),
    "again for the same period": (
        lambda snapshot: changed(return_of(snapshot, FJORDBYEN, "lindvag", "2026-Q2"), "cost_estimates", forecast_mnok=dearer),
        dt.date(2026, 8, 1),
    ),
    "an earlier period corrected": (
        lambda snapshot: changed(return_of(snapshot, FJORDBYEN, "lindvag", "2026-Q1"), "cost_estimates", forecast_mnok=cheaper),
        TODAY,
    ),
    "the first of all": (
        lambda snapshot: return_of(snapshot, FJORDBYEN, "lindvag", "2024-Q3"), dt.date(2024, 10, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RETURNS)
def test_what_changes_is_what_the_rules_say_with_the_return_and_did_not_say_without(example_snapshot, name):
    make, as_of = RETURNS[name]
    found = make(example_snapshot)
    own = set(found.project_rows())
    known = handed_in_by(example_snapshot, found.party_id, as_of)
    before, ever = opened(known, as_of)
    after, _ = opened([*known, HandedIn(found, as_of, 10**6)], as_of)
    wanted = {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) and key.split(":")[0] in own
    }
    told = effects(example_snapshot, FJORDBYEN, found, as_of)
    levels = {it.deviation_id: (it.level_before, it.level) for it in told.effects}
    assert levels.keys() == wanted.keys()
    for key, (was, now) in wanted.items():
        assert levels[key][0] == was or was is None
        assert levels[key][1] == now or (now is None and levels[key][1] in {"green", "cannot_tell"})
    assert {it.deviation_id: it.step for it in told.effects} == {
        key: step_of(was, now, key in ever, name) for key, (was, now) in wanted.items()
    }
    assert len(told.by_figures) + len(told.by_delivery) == len(told.effects)
    assert all(it.result.rule.startswith("report_") for it in told.by_delivery)
    assert wanted or name == "the first of all"


def step_of(was, now, has_been_open, name):
    if was is None:
        return "reopened" if has_been_open else "opened"
    if now is None:
        return "ended" if name == "everything cancelled" else "closed"
    return "worsened" if now == "red" else "improved"


# Small returns: the last one of a party again, with one figure moved.


@pytest.fixture(scope="module")
def last(example_snapshot):
    """What the party reported last, as if it reported the same again."""
    return replace(return_of(example_snapshot, FJORDBYEN, "lindvag", "2026-Q2"), period="2026-Q3")


def first_moved(found, table, column, by, where=lambda row: True):
    """The return with a figure of the first row that fits moved, and whose it is."""
    rows = list(found.of(table))
    place = next(n for n, row in enumerate(rows) if where(row) and not isinstance(row.answers.get(column), (Missing, type(None))))
    answers = {**rows[place].answers, column: rows[place].answers[column] + by}
    rows[place] = replace(rows[place], answers=answers)
    return replace(found, rows={**found.rows, table: tuple(rows)}), answers["project_id"]


def is_open_opening(row):
    return row.code("milestone") == "opening" and row.day("actual_on") is None


def test_the_same_again_moves_nothing(example_snapshot, last):
    told = effects(example_snapshot, FJORDBYEN, last, TODAY)
    assert told.forecasts.change_mnok == 0
    assert told.forecasts.before == told.forecasts.after
    assert (told.openings, told.joined, told.absent, told.is_newest) == ((), (), (), True)
    assert all(it.before_pct == it.after_pct for it in told.progress)


def test_the_forecast_moves_by_what_one_project_moves(example_snapshot, last):
    found, _ = first_moved(last, "cost_estimates", "forecast_mnok", Decimal("12.4"))
    told = effects(example_snapshot, FJORDBYEN, found, TODAY).forecasts
    assert told.change_mnok == Decimal("12.4")
    assert told.n_both == told.before.n_known == told.after.n_known > 1
    assert told.price.choice == "2024"


def test_a_forecast_that_is_not_known_any_more_is_in_no_change(example_snapshot, last):
    first, *others = last.of("cost_estimates")
    coded = replace(first, answers={**first.answers, "forecast_mnok": Missing("not_yet_known")})
    found = replace(last, rows={**last.rows, "cost_estimates": (coded, *others)})
    told = effects(example_snapshot, FJORDBYEN, found, TODAY).forecasts
    assert told.change_mnok == 0
    assert (told.before.n_known - told.n_both, told.after.n_known) == (1, told.n_both)


@pytest.mark.parametrize(("days", "is_told"), [(30, False), (31, True), (-31, True), (-30, False)])
def test_openings_are_told_that_move_more_than_the_limit(example_snapshot, last, days, is_told):
    found, whose = first_moved(last, "milestones", "forecast_on", dt.timedelta(days=days), is_open_opening)
    told = effects(example_snapshot, FJORDBYEN, found, TODAY)
    assert told.moved_days == 30
    assert [(it.project_id, it.days) for it in told.openings] == ([(whose, days)] if is_told else [])


def test_progress_is_told_of_each_project(example_snapshot, last):
    found, whose = first_moved(last, "progress", "physical_pct", Decimal(-3))
    told = effects(example_snapshot, FJORDBYEN, found, TODAY)
    assert [(it.project_id, it.after_pct - it.before_pct) for it in told.progress if it.after_pct != it.before_pct] == [
        (whose, -3)
    ]


def test_projects_that_join_or_are_left_out_are_named(example_snapshot, last):
    own = [row.code("project_id") for row in last.of("projects")]
    found = changed(small_return(party_id="lindvag"), "cost_estimates", forecast_mnok=dearer)
    told = effects(example_snapshot, FJORDBYEN, found, TODAY)
    assert (told.joined, told.absent) == (("T-001", "T-002", "T-003"), tuple(own))
    assert told.forecasts.after.n_asked == told.forecasts.before.n_asked + 3
    assert ("T-001:cost_over_p85", "opened", None, "red") in {
        (it.deviation_id, it.step, it.level_before, it.level) for it in told.effects
    }


def test_a_correction_of_an_earlier_period_is_not_the_newest(example_snapshot):
    found = return_of(example_snapshot, FJORDBYEN, "lindvag", "2026-Q1")
    assert not effects(example_snapshot, FJORDBYEN, found, TODAY).is_newest


def test_an_agreement_without_a_report_has_nothing_before(example_snapshot):
    other = load_agreements()["miljoloftet"]
    told = effects(example_snapshot, other, small_return("miljoloftet", "bergen"), TODAY)
    assert told.forecasts.change_mnok is None
    assert len(told.joined) == 3
