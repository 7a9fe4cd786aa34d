"""Earned value and schedule: the golden case, why answers are not there, and slow ways to the same numbers."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.returns import Missing
from pipelines.methods.earned_value import REASONS, EarnedValue, Progress, earned_value, spending
from pipelines.methods.money import Amount, Basis, MixedBases, mnok_of

REAL = Basis("real", 2024, False)
PLAN = {1: 10, 2: 20, 3: 40, 4: 70, 5: 100}


def amount(mnok: object, amount_type: str = "p50", basis: Basis = REAL) -> Amount:
    return Amount(Decimal(str(mnok)), amount_type, basis, "s")


def progress(period=3, plan=PLAN, physical=35, budget=100_000, spent=40_000, planned_periods=None) -> Progress:
    return Progress(
        period,
        {number: Decimal(str(pct)) for number, pct in plan.items()},
        None if physical is None else Decimal(str(physical)),
        None if budget is None else amount(budget),
        None if spent is None else amount(spent, "spent"),
        planned_periods,
    )


# BAC 100 000; plan 0.1/0.2/0.4/0.7/1.0; period 3; 35 % done; AC 40 000: the published example.
GOLDEN = {
    "pv_mnok": 40_000, "ev_mnok": 35_000, "ac_mnok": 40_000, "cv_mnok": -5_000, "sv_mnok": -5_000, "cpi": 0.875, "spi": 0.875,
    "eac_at_cpi_mnok": 114_285.71, "eac_at_budget_mnok": 105_000, "eac_at_cpi_spi_mnok": 124_897.96, "vac_mnok": -14_285.71,
    "tcpi": 1.0833, "es_periods": 2.75, "spi_t": 0.9167, "forecast_periods": 5.4545,
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_case(name):
    found = getattr(earned_value(progress()), name)
    assert float(found) == pytest.approx(GOLDEN[name], abs=0.005 if name.endswith("_mnok") else 0.00005)


def test_the_golden_case_is_whole():
    found = earned_value(progress())
    assert found.reasons == {}
    assert {field.name for field in fields(EarnedValue)} - {"reasons"} == set(GOLDEN)
    assert found.eac_at_cpi_mnok == Decimal("114285.71428571")  # to the øre


def test_a_late_project_that_is_finished_says_so_in_time_and_not_in_money():
    found = earned_value(progress(period=8, plan=PLAN | {6: 100, 7: 100, 8: 100}, physical=100, spent=90_000))
    assert (found.spi, found.es_periods, found.spi_t) == (1.0, 5.0, 0.625)
    assert found.forecast_periods == 8.0
    assert found.eac_at_cpi_mnok == 90_000


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        (
            {"physical": None},
            {
                "ev_mnok": "physical_pct_missing", "cv_mnok": "physical_pct_missing", "cpi": "physical_pct_missing",
                "es_periods": "physical_pct_missing", "spi_t": "physical_pct_missing", "tcpi": "physical_pct_missing",
                "forecast_periods": "physical_pct_missing", "eac_at_budget_mnok": "physical_pct_missing",
            },
        ),
        (
            {"plan": {}},
            {"pv_mnok": "plan_missing", "sv_mnok": "plan_missing", "spi": "plan_missing", "es_periods": "plan_missing",
             "spi_t": "plan_missing", "forecast_periods": "plan_missing", "eac_at_cpi_spi_mnok": "plan_missing"},
        ),
        ({"budget": None}, {"pv_mnok": "budget_missing", "ev_mnok": "budget_missing", "tcpi": "budget_missing"}),
        ({"spent": None}, {"ac_mnok": "spent_missing", "cv_mnok": "spent_missing", "cpi": "spent_missing", "tcpi": "spent_missing"}),
        ({"spent": 0}, {"cpi": "nothing_spent", "eac_at_cpi_mnok": "nothing_spent"}),
        (
            {"physical": 0, "plan": {1: 10, 2: 20, 3: 40, 4: 70, 5: 100}},
            {"eac_at_cpi_mnok": "nothing_earned", "eac_at_cpi_spi_mnok": "nothing_earned", "forecast_periods": "nothing_earned",
             "vac_mnok": "nothing_earned"},
        ),
        ({"plan": {1: 0, 2: 0, 3: 0, 4: 50, 5: 100}}, {"spi": "nothing_planned", "eac_at_cpi_spi_mnok": "nothing_planned"}),
        ({"period": 0, "physical": 0}, {"spi": "nothing_planned", "spi_t": "no_time_passed"}),
        ({"spent": 100_000}, {"tcpi": "budget_is_spent"}),
        ({"spent": 120_000}, {"tcpi": "budget_is_spent"}),
        ({"plan": {1: 10, 2: 20, 3: 40}, "physical": 45}, {"es_periods": "plan_ends", "spi_t": "plan_ends"}),
        ({"plan": {1: 10, 2: 20, 3: 40}}, {"forecast_periods": "plan_ends"}),
        ({"plan": {3: 40, 4: 70, 5: 100}}, {"es_periods": "plan_has_gap"}),
        ({"plan": {1: 10, 2: 20, 3: 15, 4: 100}}, {"es_periods": "plan_falls"}),
        ({"plan": {1: 10, 2: 20, 4: 70, 5: 100}}, {"pv_mnok": "plan_missing", "es_periods": "plan_has_gap"}),
    ],
)  # fmt: skip
def test_why_an_answer_is_not_there(changed, missing):
    found = earned_value(progress(**changed))
    assert {name: found.reasons.get(name) for name in missing} == missing
    for field in fields(EarnedValue):
        if field.name != "reasons":
            assert (getattr(found, field.name) is None) == (field.name in found.reasons), field.name
    assert set(found.reasons.values()) <= set(REASONS)


def test_what_can_be_said_is_said():
    found = earned_value(progress(physical=None))
    assert (found.pv_mnok, found.ac_mnok) == (40_000, 40_000)
    assert earned_value(progress(budget=None)).es_periods == 2.75  # time needs no money
    assert earned_value(progress(plan={1: 10, 2: 20, 3: 40}, planned_periods=5)).forecast_periods == pytest.approx(60 / 11)


def test_missing_for_a_reason_is_missing():
    given_progress = Progress(3, {3: Decimal(40)}, Decimal(35), Missing("exempt"), amount(1, "spent"))
    assert earned_value(given_progress).reasons["ev_mnok"] == "budget_missing"


@pytest.mark.parametrize(
    ("physical", "expected"),
    [(0, 0.0), (5, 0.5), (10, 2.0), (15, 2.25), (30, 3.0), (65, 3.5), (100, 4.0)],
)
def test_a_plan_that_stands_still_is_met_by_its_last_period(physical, expected):
    plan = {1: 10, 2: 10, 3: 30, 4: 100, 5: 100}
    assert earned_value(progress(plan=plan, physical=physical)).es_periods == expected


def test_kroner_of_two_kinds_are_refused():
    nominal = amount(1, "spent", Basis("nominal", None, False))
    with pytest.raises(MixedBases):
        earned_value(Progress(1, {}, None, amount(1), nominal))
    with pytest.raises(MixedBases):
        spending(nominal, amount(1))


# Slow ways to the same numbers.

rising = st.lists(st.integers(1, 400), min_size=2, max_size=12).map(
    lambda steps: {number: Decimal(100 * sum(steps[:number])) / Decimal(sum(steps)) for number in range(1, len(steps) + 1)}
)
ore = st.integers(1, 10**13)


def schedule_slowly(plan: dict[int, Decimal], done: Decimal) -> float:
    """Where the plan, drawn as a line through its points, crosses what is done: the span halved sixty times."""
    points = [(0, 0.0), *((period, float(pct)) for period, pct in sorted(plan.items()))]

    def planned(at: float) -> float:
        for (start, low), (end, high) in pairwise(points):
            if start <= at <= end:
                return low + (high - low) * (at - start) / (end - start)
        return points[-1][1]

    early, late = 0.0, float(points[-1][0])
    for _ in range(60):
        middle = (early + late) / 2
        early, late = (middle, late) if planned(middle) < float(done) else (early, middle)
    return late


@given(rising, st.decimals(0, 99, places=2))
@settings(max_examples=150, deadline=None)
def test_earned_schedule_is_where_the_plan_crosses_what_is_done(plan, done):
    found = earned_value(Progress(1, plan, done, None, None, len(plan))).es_periods
    assert found == pytest.approx(schedule_slowly(plan, done), abs=1e-9)


@given(rising, st.data())
@settings(max_examples=150, deadline=None)
def test_money_as_an_engineer_would_reckon_it(plan, draw):
    period = draw.draw(st.sampled_from(sorted(plan)))
    done = draw.draw(st.decimals(1, 100, places=2))
    budget, spent = mnok_of(draw.draw(ore)), mnok_of(draw.draw(ore))
    assume(plan[period] > 0)
    found = earned_value(Progress(period, plan, done, amount(budget), amount(spent, "spent")))
    bac, ac, ev, pv = float(budget), float(spent), float(budget) * float(done) / 100, float(budget) * float(plan[period]) / 100
    near = {"rel": 1e-9, "abs": 1e-8}
    assert float(found.ev_mnok) == pytest.approx(ev, **near)
    assert found.cpi == pytest.approx(ev / ac)
    assert found.spi == pytest.approx(ev / pv)
    assert float(found.eac_at_cpi_mnok) == pytest.approx(bac / (ev / ac), **near)
    assert float(found.eac_at_budget_mnok) == pytest.approx(ac + bac - ev, **near)
    assert float(found.eac_at_cpi_spi_mnok) == pytest.approx(ac + (bac - ev) / ((ev / ac) * (ev / pv)), **near)
    # Differences are exact, of what is shown.
    assert found.cv_mnok == found.ev_mnok - found.ac_mnok
    assert found.sv_mnok == found.ev_mnok - found.pv_mnok
    assert found.vac_mnok == budget - found.eac_at_cpi_mnok


@given(rising, ore, ore, st.integers(2, 1000), st.decimals(1, 99, places=1))
@settings(max_examples=80, deadline=None)
def test_ratios_and_time_do_not_know_the_size_of_the_money(plan, budget, spent, factor, done):
    one = earned_value(Progress(1, plan, done, amount(mnok_of(budget)), amount(mnok_of(spent))))
    many = earned_value(Progress(1, plan, done, amount(mnok_of(factor * budget)), amount(mnok_of(factor * spent))))
    for name in ("cpi", "spi", "tcpi", "es_periods", "spi_t", "forecast_periods"):
        assert getattr(one, name) == getattr(many, name)
    assert abs(many.eac_at_cpi_mnok - factor * one.eac_at_cpi_mnok) <= factor * Decimal("1e-8")


@given(rising, st.data())
@settings(max_examples=80, deadline=None)
def test_who_is_on_plan_is_on_plan_by_every_answer(plan, draw):
    period = draw.draw(st.sampled_from(sorted(plan)))
    on_plan = amount(mnok_of(int(plan[period] * 10**6)))
    found = earned_value(Progress(period, plan, plan[period], amount(1), on_plan))
    assert (found.sv_mnok, found.spi, found.spi_t, found.es_periods) == (0, 1.0, 1.0, period)
    assert found.forecast_periods == len(plan)


# Spending is another question.


def test_spending_against_plan():
    found = spending(amount("30", "spent"), amount("40", "budget"))
    assert (found.spent_mnok, found.planned_mnok, found.difference_mnok) == (30, 40, -10)
    assert (found.spent_of_planned_pct, found.reasons) == (75.0, {})
    assert not {field.name for field in fields(found)} & {field.name for field in fields(EarnedValue)} - {"reasons"}


@pytest.mark.parametrize(
    ("spent", "planned", "reasons"),
    [
        (None, amount(1), {"spent_mnok": "spent_missing", "difference_mnok": "spent_missing", "spent_of_planned_pct": "spent_missing"}),
        (amount(1), Missing("exempt"), {"planned_mnok": "plan_missing", "difference_mnok": "plan_missing", "spent_of_planned_pct": "plan_missing"}),
        (amount(1), amount(0), {"spent_of_planned_pct": "nothing_planned"}),
    ],
)  # fmt: skip
def test_why_spending_cannot_be_held_against_plan(spent, planned, reasons):
    found = spending(spent, planned)
    assert found.reasons == reasons
    assert all(getattr(found, name) is None for name in reasons)
