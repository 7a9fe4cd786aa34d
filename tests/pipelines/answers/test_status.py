"""The state of an agreement against the answers that it is made of, and against slow counts of what changed between two days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from types import SimpleNamespace

import pytest

from domain.limit_file import limits_of
from pipelines.answers import status as asked
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.economy.bridges import last_deadline, portfolio_bridge
from pipelines.answers.economy.economy import economy
from pipelines.answers.economy.over_frames import over_frames
from pipelines.answers.goal.goal import goal
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import NOMINAL, price
from pipelines.answers.progress.progress import moved, openings
from pipelines.answers.status import Status, status
from pipelines.answers.uncertainty.portfolio_risk import USUAL_RHO, portfolio, portfolio_at
from tests.builders import agreement

FJORDBYEN, REAL = agreement(), agreement("miljoloftet")
IN_COLOUR = {limit.rule_code for limit in limits_of(FJORDBYEN).limits if limit.in_colour}
# Nothing reported yet, one period, half of the parties on their way with the last one, everybody, and a quarter later nobody.
DAYS = [dt.date(2024, 10, 1), dt.date(2024, 10, 14), dt.date(2026, 7, 14), dt.date(2026, 11, 22)]


@pytest.fixture(scope="module", params=DAYS, ids=str)
def known(request, example_snapshot) -> tuple[dt.date, Status]:
    day = request.param
    return day, status(example_snapshot, FJORDBYEN, day, price=price(FJORDBYEN, day))


def test_the_numbers_are_those_of_the_other_answers(known, example_snapshot):
    day, found = known
    chosen = price(FJORDBYEN, day)
    assert found.goal.judged == goal(example_snapshot, FJORDBYEN, day).judged
    assert found.n_projects == len(projects(example_snapshot, FJORDBYEN, day))
    assert found.money.whole == economy(example_snapshot, FJORDBYEN, chosen, day).whole
    assert found.money.over == over_frames(example_snapshot, FJORDBYEN, chosen, day)
    drawn = portfolio_at(portfolio(example_snapshot, FJORDBYEN, chosen, day), (USUAL_RHO,))
    if not drawn:
        assert found.money.range is None
        return
    assert found.money.range.whole[0] == drawn[0].whole[0]
    for name in ("p50_mnok", "p85_mnok"):  # drawn for the whole alone, in single precision
        assert getattr(found.money.range.risk, name) == pytest.approx(getattr(drawn[0].risk, name), rel=1e-6)


def test_each_project_that_goes_on_is_in_one_state_of_opening(known, example_snapshot):
    day, found = known
    every = moved(example_snapshot, FJORDBYEN, day)
    dated = [it for it in every if not it.has_opened and it.expected_on]
    counts = found.openings
    assert counts.n_projects == len(every)
    assert counts.opened == sum(it.has_opened for it in every)
    assert counts.passed == sum(it.expected_on <= day for it in dated)
    assert counts.to_come == len(openings(example_snapshot, FJORDBYEN, day).listed)
    assert counts.undated == sum(it.expected_on is None and not it.has_opened for it in every)
    assert counts.moved_later == sum(bool(it.previous_days) and it.previous_days > 0 for it in every)


def test_each_project_is_counted_once_by_its_worst_deviation(known, example_snapshot):
    day, found = known
    own = [it.result for it in deviations(example_snapshot, FJORDBYEN, day) if it.result.rule in IN_COLOUR]
    red = {it.project_id for it in own if it.level_told == "red"}
    assert found.matrix.total.levels == {"red": len(red), "yellow": len({it.project_id for it in own} - red)}


def test_the_steering_group_decides_what_the_matrix_says_the_largest_first(known, example_snapshot):
    day, found = known
    own = [it for it in deviations(example_snapshot, FJORDBYEN, day) if it.body_id == "styringsgruppe"]
    assert {it.deviation_id for it in found.decisions} == {it.deviation_id for it in own}
    excess = [Decimal(it.result.evidence["forecast_mnok"]) - Decimal(it.result.evidence["p85_mnok"]) for it in found.decisions]
    assert excess == sorted(excess, reverse=True)
    assert day < dt.date(2026, 7, 1) or len(excess) == 3


@pytest.mark.parametrize("since", [None, dt.date(2026, 1, 26), dt.date(2024, 10, 1)])
def test_what_changed_is_the_difference_between_the_days(example_snapshot, since):
    day = dt.date(2026, 11, 22)
    chosen = price(FJORDBYEN, day)
    found = status(example_snapshot, FJORDBYEN, day, since, chosen).changes
    begin = since or last_deadline(example_snapshot, FJORDBYEN, day)
    assert (found.since, found.is_deadline) == (begin, since is None)

    there = set(projects(example_snapshot, FJORDBYEN, day)["project_id"])
    was, now = (_levels(example_snapshot, on) for on in (begin, day))
    steps = Counter(
        "new" if key not in was else "gone" if key not in now else "changed"
        for key in was.keys() | now.keys()
        if key.split(":")[0] in there and was.get(key) != now.get(key)
    )
    assert found.steps["opened"] + found.steps["reopened"] == steps["new"]
    assert found.steps["closed"] + found.steps["ended"] == steps["gone"]
    assert found.steps["worsened"] + found.steps["improved"] == steps["changed"]

    then, after = (
        {it.project_id: it.expected_on for it in moved(example_snapshot, FJORDBYEN, on) if it.expected_on} for on in (begin, day)
    )
    both = then.keys() & after.keys()
    assert found.moved_later == sum(after[key] > then[key] for key in both)
    assert found.moved_earlier == sum(after[key] < then[key] for key in both)
    if then:
        bridge = portfolio_bridge(example_snapshot, FJORDBYEN, begin, day, price=chosen).bridge
        moving = [step for step in bridge.steps if step.step not in ("opening", "closing")]
        assert found.forecast_mnok == sum(step.amount_mnok for step in moving)
    else:
        assert found.forecast_mnok is None


def _levels(snapshot, day: dt.date) -> dict[str, str]:
    return {it.deviation_id: it.result.level_told for it in deviations(snapshot, FJORDBYEN, day) if it.result.rule in IN_COLOUR}


def test_where_nothing_can_be_compared_there_are_no_changes(example_snapshot):
    for day in DAYS[:2]:  # none, or one period
        assert status(example_snapshot, FJORDBYEN, day, price=price(FJORDBYEN, day)).changes is None
    assert status(example_snapshot, REAL, DAYS[-1], dt.date(2026, 1, 1)).changes is None


def test_nominal_kroner_and_none_are_told_apart(example_snapshot):
    day = DAYS[-1]
    assert status(example_snapshot, FJORDBYEN, day, price=price(FJORDBYEN, day, NOMINAL)).money.price.is_nominal
    bare = status(example_snapshot, FJORDBYEN, day)
    assert (bare.money.range, bare.changes.forecast_mnok) == (None, None)


def test_an_agreement_without_returns_has_its_goal_and_what_sources_cite(example_snapshot):
    found = status(example_snapshot, REAL, DAYS[-1])
    assert (found.n_projects, found.openings.n_projects, found.matrix.total.n_projects, found.decisions) == (0, 0, 0, ())
    assert round(found.goal.judged.index_pct, 1) == 0.8
    assert len(found.cited.projects) == 22
    assert (found.freshness.period, found.freshness.with_forecast) == (None, (0, 0))


def test_the_newest_period_that_is_asked_for_says_how_fresh_the_figures_are(known):
    day, found = known
    expected = {DAYS[0]: ("2024-Q3", 0), DAYS[1]: ("2024-Q3", 2), DAYS[2]: ("2026-Q2", 3), DAYS[3]: ("2026-Q3", 0)}
    n = found.freshness.rows["status"].isin(["delivered", "late"]).sum()
    assert (found.freshness.period, n) == expected[day]
    assert found.freshness.with_forecast[1] == found.n_projects


def _deviation(name: str, level: str, **evidence: str) -> SimpleNamespace:
    result = SimpleNamespace(level_told=level, evidence=evidence)
    return SimpleNamespace(deviation_id=name, body_id="styringsgruppe", result=result)


def test_decisions_stand_by_level_then_by_kroner_then_by_name():
    frame = {"forecast_mnok": "110.5", "p50_mnok": "100"}
    listed = [
        _deviation("d", "yellow", forecast_mnok="900", p85_mnok="100"),
        _deviation("c", "red"),  # about something else than a frame
        _deviation("b", "red", forecast_mnok="9.5", p85_mnok="9"),
        _deviation("a", "red", **frame),
        _deviation("e", "red", forecast_mnok="100", p85_mnok="89.4", p50_mnok="1"),  # the frame of the rule
    ]
    assert [it.deviation_id for it in asked._decisions(FJORDBYEN, listed)] == ["e", "a", "b", "c", "d"]
