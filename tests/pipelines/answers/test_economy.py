"""The money of the portfolio against the rows of the returns told another way, to the øre, on several dates and in several kroner."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from domain.load import load_agreements
from pipelines.answers.costs import costs
from pipelines.answers.economy.cost_course import cost_course
from pipelines.answers.economy.economy import economy
from pipelines.answers.economy.line_table import AMOUNTS, SPENT, Amounts, TooMuchMoney
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.over_frames import over_frames
from pipelines.answers.economy.spent import spent_by_project
from pipelines.answers.economy.sums import known_by_project
from pipelines.answers.prices import price, price_choices
from pipelines.answers.selection import Selection
from pipelines.examples.fjordbyen.faults import CORRECTED_AT, CORRECTED_PROJECT
from pipelines.history.snapshot import open_snapshot
from tests.pipelines.answers.raw_economy import COLUMNS, mnok, raw_lines, summed

FJORDBYEN = load_agreements()["fjordbyen"]
REAL = load_agreements()["miljoloftet"]
# Before the late correction, after it, and after the last report.
DAYS = [CORRECTED_AT.date() - dt.timedelta(days=1), dt.date(2025, 10, 1), dt.date(2026, 11, 22)]
ASKED = [(day, choice) for day in DAYS for choice in price_choices(FJORDBYEN, day)]
NEWEST = DAYS[-1]


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


@cache
def answer(snapshot, day=NEWEST, choice=None, **selection):
    return economy(snapshot, FJORDBYEN, price(FJORDBYEN, day, choice), day, Selection(**selection))


def told(groups, name):
    """The sums of each group, without those where nothing is known."""
    return {key: sums.mnok(name) for key, sums in groups.items() if sums.mnok(name) is not None}


def wanted(rows, name, key):
    return {found: mnok(ore) for found, ore in summed(rows, name, key).items()}


@pytest.mark.parametrize(("day", "choice"), ASKED)
def test_every_total_is_that_of_the_rows_as_they_were_read(snapshot, day, choice):
    rows, found = raw_lines(snapshot, FJORDBYEN, day, choice), answer(snapshot, day, choice)
    for name in COLUMNS:
        assert found.whole.mnok(name) == wanted(rows, name, None)[""]
        assert told(found.by_source, name) == wanted(rows, name, "funding_source_id")
        assert told(found.by_party, name) == wanted(rows, name, "party_id")
        assert told(found.by_year, name) == wanted(rows, name, "year")
        of_ended = wanted([row for row in rows if row["has_ended"]], name, None)
        assert found.of_ended.mnok(name) == of_ended.get("")
    year = max(int(row["period"][:4]) for row in rows)
    own = [row for row in rows if row["year"] == int(row["period"][:4])]
    assert found.whole.mnok("spent_this_year_mnok") == wanted(own, "spent_to_date_mnok", None)[""]
    assert found.report_year == year


@pytest.mark.parametrize(("day", "choice"), ASKED)
def test_an_area_has_what_was_said_to_fall_on_it(snapshot, day, choice):
    rows, found = raw_lines(snapshot, FJORDBYEN, day, choice), answer(snapshot, day, choice)
    for name in COLUMNS:
        exact = {}
        for row in rows:
            split = json.loads(row["split"]) or [["no_area", "100"]]
            for area, pct in split if row[name] is not None else ():
                exact[area] = exact.get(area, 0) + Decimal(int(row[name])) * Decimal(pct) / 100
        sums = {area: 10**8 * amount for area, amount in told(found.by_area, name).items()}
        assert sums.keys() == exact.keys()
        # A row that is split leaves less than an øre in each of its areas.
        assert all(abs(sums[area] - exact[area]) < len(rows) for area in exact)
        assert sum(sums.values()) == sum(exact.values())


@pytest.mark.parametrize("area", [area.working_area_id for area in FJORDBYEN.working_areas])
def test_a_chosen_area_gives_what_falls_on_it_alone(snapshot, area):
    whole, own = answer(snapshot), answer(snapshot, working_area_id=area)
    assert {name: own.whole.mnok(name) for name in AMOUNTS} == {name: whole.by_area[area].mnok(name) for name in AMOUNTS}
    assert own.whole.with_figures == whole.by_area[area].with_figures
    assert list(own.by_area) == [area]


@pytest.mark.parametrize("area", [None, "nord"])
@pytest.mark.parametrize(("day", "choice"), [*ASKED, (NEWEST, "none"), (dt.date(2024, 10, 1), None)])
def test_what_is_spent_on_a_project_is_that_of_its_lines(snapshot, day, choice, area):
    """In a price, without one, and before any report."""
    chosen = None if choice == "none" else price(FJORDBYEN, day, choice)
    lines = economy_lines(snapshot, FJORDBYEN, chosen, day, Selection(working_area_id=area), (SPENT,))
    found = spent_by_project(snapshot, FJORDBYEN, chosen, day, Selection(working_area_id=area))
    assert found == known_by_project(lines, SPENT)
    assert bool(found) is (day.year > 2024)


@pytest.mark.parametrize(("day", "choice"), ASKED[::3])
@pytest.mark.parametrize("grouping", ["by_source", "by_area", "by_party", "by_year", "by_year_and_source"])
def test_the_parts_are_the_whole(snapshot, day, choice, grouping):
    found = answer(snapshot, day, choice)
    for name in AMOUNTS:
        assert sum(told(getattr(found, grouping), name).values()) == found.whole.mnok(name)


def test_missing_is_not_zero(snapshot):
    found, rows = answer(snapshot), raw_lines(snapshot, FJORDBYEN, NEWEST, "2024")
    for name in ("budget_mnok", "forecast_mnok"):
        lacking = {row["project_id"] for row in rows if row["year"] and row[name] is None}
        asked = {row["project_id"] for row in rows if row["year"]}
        assert lacking
        assert found.whole.with_figures[name] == (len(asked) - len(lacking), len(asked))
        reasons = [row[f"{name}_missing"] for row in rows if row["year"] and row[name] is None]
        assert found.whole.totals[name].missing == tuple(sorted((code, reasons.count(code)) for code in set(reasons)))
    # not counted: municipal money, which is never requisitioned
    assert found.by_source["kommunale"].with_figures["requisitioned_mnok"] == (0, 0)


def test_the_correction_is_seen_from_the_day_it_came_in(snapshot):
    before, after = (
        sum(line.figures["forecast_mnok"].mnok for line in economy_lines(snapshot, FJORDBYEN, price(FJORDBYEN, day), day).lines if line.project.project_id == CORRECTED_PROJECT)
        for day in (DAYS[0], CORRECTED_AT.date())
    )  # fmt: skip
    assert before != after


@pytest.mark.parametrize(("day", "choice"), ASKED)
def test_what_a_year_has_left_goes_on_to_the_next(snapshot, day, choice):
    rows, found = raw_lines(snapshot, FJORDBYEN, day, choice), answer(snapshot, day, choice)
    both = [row for row in rows if row["budget_mnok"] is not None and row["forecast_mnok"] is not None]
    carried = Decimal(0)
    years = sorted({row["year"] for row in both})
    assert [row.year for row in found.balances] == list(range(years[0], years[-1] + 1))
    for row in found.balances:
        budget, forecast = (wanted(both, name, "year").get(row.year, Decimal(0)) for name in ("budget_mnok", "forecast_mnok"))
        assert (row.budget_mnok, row.forecast_mnok, row.result_mnok) == (budget, forecast, budget - forecast)
        assert row.carried_in_mnok == carried
        carried += budget - forecast
        assert row.carried_out_mnok == carried
        assert row.is_finished == (row.year < found.report_year)


@pytest.mark.parametrize(("day", "choice"), ASKED[::2])
def test_the_course_ends_at_the_totals(snapshot, day, choice):
    found = answer(snapshot, day, choice)
    course = cost_course(snapshot, FJORDBYEN, price(FJORDBYEN, day, choice), day)
    assert course.spent[-1].mnok == found.whole.mnok("spent_to_date_mnok")
    assert course.plan[-1].mnok == found.whole.mnok("budget_mnok")
    assert course.forecast[-1].mnok == found.whole.mnok("forecast_mnok")
    assert all(list(points) == sorted(points, key=lambda point: point.on) for points in (course.plan, course.spent))


def test_what_was_spent_at_the_end_of_a_period_is_by_the_reports_of_then(snapshot):
    """As known long after, so that all reports of the period are there; late corrections of it too."""
    course = cost_course(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST)
    # A day after the last return for 2024-Q4 and before the first for 2025-Q1.
    then = dt.date(2025, 2, 20)
    spent = {point.on: point for point in course.spent}[dt.date(2024, 12, 31)]
    rows = raw_lines(snapshot, FJORDBYEN, then, "2024", index_on=NEWEST)
    assert spent.mnok == wanted(rows, "spent_to_date_mnok", None)[""]
    assert spent.with_figures[1] == len({row["project_id"] for row in rows})


@pytest.mark.parametrize("area", [None, "nord", "sor"])
def test_the_control_frames_against_the_forecasts(snapshot, area):
    chosen = price(FJORDBYEN, NEWEST)
    found = over_frames(snapshot, FJORDBYEN, chosen, NEWEST, Selection(working_area_id=area))
    listed = costs(snapshot, FJORDBYEN, chosen, NEWEST, Selection(working_area_id=area))
    going = [row for row in listed if row["standing"] not in ("cancelled", "merged")]
    exact = {}
    for row in going:
        if row["forecast_mnok"] is not None and row["p50_mnok"] is not None:
            shares = dict(json.loads(row["working_area_split"])) if isinstance(row["working_area_split"], str) else {}
            exact[row["project_id"]] = (row["forecast_mnok"] - row["p50_mnok"]) * (Decimal(shares[area]) / 100 if area else 1)
    assert abs(found.over_mnok - sum(exact.values())) < Decimal("0.000001")
    assert abs(found.rise_mnok - sum(over for over in exact.values() if over > 0)) < Decimal("0.000001")
    assert found.with_figures == (len(exact), len(going))
    overs = [row.over_mnok for row in found.rows]
    assert overs == sorted(overs, reverse=True)
    drivers = sum(row.over_mnok for row in found.drivers)
    assert drivers >= Decimal("0.8") * found.rise_mnok > drivers - found.drivers[-1].over_mnok


def test_nothing_has_risen_where_nothing_is_above(snapshot):
    found = over_frames(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST, Selection(project_id="F-002"))
    assert (found.drivers, found.drivers_pct, found.rise_mnok) == ((), None, 0)
    assert found.over_mnok < 0


@pytest.mark.parametrize(("agreement", "day"), [(REAL, NEWEST), (FJORDBYEN, dt.date(2024, 10, 1))])
def test_before_any_report_there_is_nothing(snapshot, agreement, day):
    found = economy(snapshot, agreement, price(agreement, day), day)
    assert (found.n_projects, found.whole.mnok("forecast_mnok"), found.balances, found.report_year) == (0, None, (), None)
    assert dict(found.by_source) == {}
    course = cost_course(snapshot, agreement, price(agreement, day), day)
    assert (course.plan, course.forecast, course.spent) == ((), (), ())


def test_without_a_price_money_stands_in_the_kroner_of_most_lines(snapshot):
    found = economy(snapshot, FJORDBYEN, None, NEWEST)
    assert found.price.choice == "2024"
    rows = [
        row
        for row in raw_lines(snapshot, FJORDBYEN, NEWEST, "2024")
        if (row["kroner"], row["year"]) in (("nominal", 2024), ("2024", row["year"]))
    ]
    assert found.whole.mnok("forecast_mnok") == wanted(rows, "forecast_mnok", None)[""]
    others = [
        row for row in raw_lines(snapshot, FJORDBYEN, NEWEST, "2024") if row not in rows and row["forecast_mnok"] is not None
    ]
    assert dict(found.whole.totals["forecast_mnok"].missing)["no_index"] == len(others) > 0


def test_a_half_delivered_quarter_has_every_project_by_its_newest_report(snapshot):
    """On this day two of five parties had delivered for 2024-Q4."""
    day = dt.date(2025, 1, 16)
    rows, found = raw_lines(snapshot, FJORDBYEN, day, "2024"), answer(snapshot, day)
    assert {row["period"] for row in rows} == {"2024-Q3", "2024-Q4"}
    assert found.whole.mnok("forecast_mnok") == wanted(rows, "forecast_mnok", None)[""]
    ids = {row["submission_id"] for row in rows if row["forecast_mnok"] is not None}
    assert set(found.whole.submission_ids("forecast_mnok")) == ids


def test_an_answer_is_never_changed(snapshot):
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer(snapshot).n_projects = 0


@pytest.mark.parametrize("ore", [[2**61, 2**61], [2**61, -(2**61)], [2**62]])
def test_money_that_would_not_fit_is_refused_and_never_wrong(ore):
    flags = np.ones(len(ore), bool)
    with pytest.raises(TooMuchMoney, match="accepted: below"):
        Amounts(np.array(ore), flags, flags, np.full(len(ore), -1), ())
