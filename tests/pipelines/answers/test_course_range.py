"""The band behind the forecast: its ends are those of the portfolio, its years add up, and without curves there is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.load import load_agreements
from pipelines.answers.economy.cost_course import Point, cost_course
from pipelines.answers.economy.course_range import HIGH_PCT, LOW_PCT, course_range, spread
from pipelines.answers.economy.economy import economy
from pipelines.answers.prices import price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.uncertainty.uncertainty import uncertainty_projects
from pipelines.history.snapshot import open_snapshot

FJORDBYEN = load_agreements()["fjordbyen"]
REAL = load_agreements()["miljoloftet"]
NEWEST, N_DRAWS = dt.date(2026, 11, 22), 20_000
SPENT_ON = dt.date(2026, 6, 30)
CHOICES = [
    EVERYTHING, Selection(working_area_id="sor"), Selection(municipality_code="F02"), Selection(party_id="kystfylket"),
]  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


@cache
def answer(snapshot, selection=EVERYTHING):
    return asked(snapshot, selection)


def asked(snapshot, selection, choice=None, agreement=FJORDBYEN, day=NEWEST):
    return course_range(snapshot, agreement, price(agreement, day, choice), day, selection, n_draws=N_DRAWS)


def drawn(snapshot, selection):
    """P15 and P85 by draws of our own, which are others than those of the answer, and what has no curve as it is forecast."""
    chosen = price(FJORDBYEN, NEWEST)
    projects = uncertainty_projects(snapshot, FJORDBYEN, chosen, NEWEST, selection)
    random = np.random.default_rng(1)
    common = random.standard_normal(N_DRAWS)
    total = np.zeros(N_DRAWS)
    for project in projects:
        if project.curve:
            own = random.standard_normal(N_DRAWS)
            standard = np.sqrt(0.3) * common + np.sqrt(0.7) * own
            total += np.maximum(project.curve.shape.at_normal(standard), project.curve.spent_mnok)
        else:
            alone = Selection(selection.working_area_id, project_id=project.project_id)
            total += float(economy(snapshot, FJORDBYEN, chosen, NEWEST, alone).whole.mnok("forecast_mnok") or 0)
    return np.percentile(total, [LOW_PCT, HIGH_PCT])


@pytest.mark.parametrize("selection", CHOICES)
def test_the_ends_are_the_quantiles_of_the_portfolio(snapshot, selection):
    found = answer(snapshot, selection)
    low, high = drawn(snapshot, selection)
    # Two drawings of so many differ by about a hundredth of the spread.
    near = 0.04 * (high - low)
    assert abs(found.end.low_mnok - low) < near
    assert abs(found.end.high_mnok - high) < near
    listed = uncertainty_projects(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST, selection)
    assert found.with_curve == (sum(it.curve is not None for it in listed), len(listed))
    assert (found.rho, found.lack) == (0.3, None)


@pytest.mark.parametrize("selection", CHOICES)
def test_the_band_goes_from_what_is_spent_along_the_forecast(snapshot, selection):
    found = answer(snapshot, selection)
    course = cost_course(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST, selection)
    first, *rest = found.points
    spent = course.spent[-1]
    assert (first.on, first.forecast_mnok) == (spent.on, spent.mnok)
    assert first.low_mnok == first.high_mnok == float(spent.mnok)
    to_come = [point for point in course.forecast if point.on > spent.on]
    assert [(point.on, point.forecast_mnok) for point in rest] == [(point.on, point.mnok) for point in to_come]
    for before, after in pairwise(found.points):
        assert before.low_mnok <= after.low_mnok <= after.high_mnok
        assert before.high_mnok <= after.high_mnok


def test_what_is_asked_once_is_not_asked_again(snapshot):
    chosen = price(FJORDBYEN, NEWEST)
    course = cost_course(snapshot, FJORDBYEN, chosen, NEWEST)
    assert course_range(snapshot, FJORDBYEN, chosen, NEWEST, course=course, n_draws=N_DRAWS) == answer(snapshot)


@pytest.mark.parametrize(
    ("selection", "choice", "agreement", "day", "lack"),
    [
        (EVERYTHING, "nominal", FJORDBYEN, NEWEST, "nominal"),
        (EVERYTHING, None, REAL, NEWEST, "no_price"),
        (EVERYTHING, None, FJORDBYEN, dt.date(2024, 10, 1), "no_curves"),
        (Selection(project_id="F-032"), None, FJORDBYEN, NEWEST, "no_curves"),
        (Selection(phase="closed"), None, FJORDBYEN, NEWEST, "nothing_left"),
    ],
)
def test_where_there_is_no_band_the_reason_is_told(snapshot, selection, choice, agreement, day, lack):
    found = asked(snapshot, selection, choice, agreement, day)
    assert (found.lack, found.points, found.end) == (lack, (), None)


def point(year, mnok):
    return Point(dt.date(year, 12, 31), Decimal(mnok), (1, 1))


amounts = st.integers(0, 5000)


@given(amounts, st.lists(amounts, min_size=1, max_size=8), amounts, amounts)
def test_a_spread_never_falls_and_ends_at_its_ends(spent, forecast, low, wider):
    listed = [point(2026 + number, mnok) for number, mnok in enumerate(forecast)]
    found = spread(Point(SPENT_ON, Decimal(spent), (1, 1)), listed, float(low), float(low + wider))
    if forecast[-1] <= spent:
        assert found == ()
        return
    assert [it.on for it in found] == [SPENT_ON, *(it.on for it in listed)]
    assert (found[-1].low_mnok, found[-1].high_mnok) == (max(spent, low), max(spent, low + wider))
    for before, after in pairwise(found):
        assert before.low_mnok <= after.low_mnok + 1e-9
        assert before.high_mnok <= after.high_mnok + 1e-9


def test_a_year_before_the_last_spending_is_not_to_come():
    listed = [point(2025, 300), point(2026, 550), point(2027, 1000)]
    found = spread(Point(SPENT_ON, Decimal(400), (1, 1)), listed, 940.0, 1120.0)
    assert [(it.on.year, it.low_mnok, it.high_mnok) for it in found] == [
        (2026, 400.0, 400.0), (2026, 535.0, 580.0), (2027, 940.0, 1120.0),
    ]  # fmt: skip
