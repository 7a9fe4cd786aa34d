"""Pace, cost and plan against actual, against the returns themselves: periods counted one by one, money summed row by row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest

from domain.load import load_agreements
from domain.period import Month
from pipelines.answers.costs import costs
from pipelines.answers.economy.economy import economy
from pipelines.answers.prices import price
from pipelines.answers.progress.earned import earned, is_slower, plan_against_actual
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.rules.time import adopted_baselines
from tests.pipelines.answers.test_progress import has_ended, reports_of

FJORDBYEN = load_agreements()["fjordbyen"]
DAYS = [dt.date.fromisoformat(day) for day in ("2025-08-01", "2026-01-26", "2026-11-22")]


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


def periods_up_to(period, start):
    """The periods from the one that the start lies in, one by one."""
    found = [period]
    while found[0].last >= Month(start.year, start.month) and not found[0].contains(Month(start.year, start.month)):
        found.insert(0, found[0].previous())
    return found if found[0].contains(Month(start.year, start.month)) else []


def pace(reports):
    """The pace of a project by its reports, drawn between neighbouring periods; None where a period is not there."""
    pct = {str(report.period): report.of("progress")[0] for report in reports if report.of("progress")}
    done = pct[str(reports[-1].period)].number("physical_pct")
    at = next(
        (it for it in reports if done == 100 and (row := pct.get(str(it.period))) and row.number("physical_pct") == 100), None
    )
    counted = periods_up_to((at or reports[-1]).period, adopted_baselines(reports)["construction_start"].adopted_on)
    every = periods_up_to(reports[-1].period, adopted_baselines(reports)["construction_start"].adopted_on)
    plan = [Decimal(0), *(row.number("planned_pct") if (row := pct.get(str(period))) else None for period in every)]
    if not counted:
        return None
    for number, (before, after) in enumerate(pairwise(plan)):
        if before is not None and before == done and (after is None or after > done or done == 100):
            return number / len(counted)
        if None not in (before, after) and before <= done < after:
            return float(number + (done - before) / (after - before)) / len(counted)
    return len(every) / len(counted) if plan[-1] is not None and plan[-1] == done else None


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_pace_is_counted_period_by_period(snapshot, day):
    found = {it.project_id: it for it in earned(snapshot, FJORDBYEN, price(FJORDBYEN, day), day) if it.found}
    known = reports_of(snapshot, day)
    assert len(found) > 10
    for project_id, it in found.items():
        assert it.found.spi_t == pytest.approx(pace(known[project_id])), project_id
        assert (it.found.spi_t is None) == ("spi_t" in it.found.reasons)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_project_to_be_built_is_there_with_a_pace_or_a_reason(snapshot, day):
    wanted = {
        key for key, reports in reports_of(snapshot, day).items()
        if not has_ended(reports) and reports[-1].code("projects", "phase") not in ("opened", "closed")
    }  # fmt: skip
    found = earned(snapshot, FJORDBYEN, price(FJORDBYEN, day), day)
    assert {it.project_id for it in found} == wanted
    assert all((it.found is None) == (it.why is not None) for it in found)
    assert {it.phase == "construction" for it in found if it.why == "not_building"} == {False}


def test_cost_is_the_budget_of_what_is_finished_over_what_is_spent(snapshot):
    day = DAYS[-1]
    chosen = price(FJORDBYEN, day)
    for it in [it for it in earned(snapshot, FJORDBYEN, chosen, day) if it.found][:5]:
        money = economy(snapshot, FJORDBYEN, chosen, day, Selection(project_id=it.project_id)).whole
        budget, spent = money.mnok("budget_mnok"), money.mnok("spent_to_date_mnok")
        assert it.found.ac_mnok == spent
        assert it.found.cpi == pytest.approx(float(it.report.physical_pct / 100 * budget / spent))


def test_spending_is_of_the_years_that_have_ended(snapshot):
    rows = earned(snapshot, FJORDBYEN, price(FJORDBYEN, DAYS[-1]), DAYS[-1])
    assert {it.through_year for it in rows} == {2025}
    of_year_end = earned(snapshot, FJORDBYEN, price(FJORDBYEN, DAYS[1]), DAYS[1])
    assert {it.through_year for it in of_year_end if it.period == "2025-Q4"} == {2025}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_shares_are_weighted_with_the_control_frame(snapshot, day):
    chosen = price(FJORDBYEN, day)
    frames = {row["project_id"]: row["p50_mnok"] for row in costs(snapshot, FJORDBYEN, chosen, day)}
    planned = done = weight = Decimal(0)
    n = of = 0
    for project_id, reports in reports_of(snapshot, day).items():
        if reports[-1].code("projects", "phase") != "construction" or has_ended(reports):
            continue
        of += 1
        rows = reports[-1].of("progress")
        if rows and None not in (rows[0].number("planned_pct"), rows[0].number("physical_pct"), frames[project_id]):
            n += 1
            weight += frames[project_id]
            planned += rows[0].number("planned_pct") * frames[project_id]
            done += rows[0].number("physical_pct") * frames[project_id]
    found = plan_against_actual(snapshot, FJORDBYEN, chosen, day)
    assert found.with_figures == (n, of)
    assert 0 < n <= of
    assert found.planned_pct == pytest.approx(float(planned / weight))
    assert found.physical_pct == pytest.approx(float(done / weight))


def test_nothing_is_said_where_nothing_is_built(snapshot):
    found = plan_against_actual(snapshot, FJORDBYEN, None, dt.date(2024, 10, 1))
    assert (found.planned_pct, found.physical_pct, found.with_figures) == (None, None, (0, 0))


@pytest.mark.parametrize(("spi_t", "slower"), [(0.9949, True), (0.995001, False), (1.0, False), (1.2, False), (0.4, True)])
def test_a_pace_is_slower_where_it_shows(spi_t, slower):
    assert is_slower(spi_t) is slower
