"""What is uncertain of the portfolio, against the returns themselves, read row by row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.matrix_file import default_matrix
from pipelines.answers.economy.funding import frames
from pipelines.answers.figures import figures
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import figure_in, price
from pipelines.answers.selection import Selection
from pipelines.answers.uncertainty.portfolio_risk import PARTIES_MISSING, SELECTED, draws_for, portfolio, portfolio_at
from pipelines.answers.uncertainty.reserves import ended_against_frames, reserve_use
from pipelines.answers.uncertainty.risks import open_risks, response_levels, risk_grid, without_response
from pipelines.answers.uncertainty.uncertainty import (
    NO_FINAL_COST,
    OUT_OF_ORDER,
    by_distance,
    over_p85,
    projects_with,
    uncertainty_projects,
)
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.area_shares import by_area
from pipelines.methods.cost_curves import Estimate, cost_curve
from pipelines.methods.cost_risk import RHOS
from pipelines.methods.money import Amount
from pipelines.methods.project_reports import kroner, project_reports
from tests.builders import agreement
from tests.known_returns import known_returns

FJORDBYEN = agreement()
# Before the late correction, half delivered, and long after the last report.
DAYS = [dt.date(2025, 1, 20), dt.date(2025, 7, 14), dt.date(2026, 11, 22)]
LAST = DAYS[-1]
AMOUNTS = ("p50_mnok", "p85_mnok", "low_mnok", "likely_mnok", "high_mnok", "forecast_mnok")


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


@pytest.fixture(scope="module")
def newest(snapshot):
    """The portfolio on the last day, and at the correlations of the band with few draws."""
    found = portfolio(snapshot, FJORDBYEN, price(FJORDBYEN, LAST), LAST)
    return found, portfolio_at(found, n_draws=4_000)


def newest_reports(snapshot, as_of):
    """The newest report of each project by id, from the returns as they were known on a date."""
    return {project_id: reports[-1] for project_id, reports in project_reports(known_returns(snapshot, as_of), as_of).items()}


def in_price(row, name, as_of, year=None):
    """An amount of a row in the agreement's price; None where it is not there or cannot be converted."""
    mnok = row.number(name)
    figure = figure_in(price(FJORDBYEN, as_of), mnok, name.removesuffix("_mnok"), kroner(row), "", year)
    return figure.mnok if isinstance(figure, Amount) else None


def estimate_of(report, as_of):
    """What a project's report says of its cost, row by row."""
    (row,) = report.of("cost_estimates")
    amounts = {name: in_price(row, name, as_of) for name in AMOUNTS}
    spent = [in_price(line, "spent_to_date_mnok", as_of, int(line.number("year"))) for line in report.of("economy")]
    known = [mnok for mnok in spent if mnok is not None]
    standing, phase = report.code("projects", "standing"), report.code("projects", "phase")
    final = None
    if standing in ("cancelled", "merged"):
        final = sum(known)
    elif phase == "closed":
        final = amounts["forecast_mnok"]
    return Estimate(report.project_id, **amounts, final_mnok=final, spent_mnok=sum(known, Decimal(0)))


@pytest.mark.parametrize("as_of", DAYS)
def test_each_curve_is_that_of_the_newest_report(snapshot, as_of):
    reports = newest_reports(snapshot, as_of)
    wanted = {project_id: cost_curve(estimate_of(report, as_of)) for project_id, report in reports.items()}
    found = uncertainty_projects(snapshot, FJORDBYEN, price(FJORDBYEN, as_of), as_of)
    assert {it.project_id: it.curve for it in found} == wanted
    assert len(wanted) > 20
    for project in found:
        assert (project.curve is None) == (project.lack is not None)
        assert project.submission_id == reports[project.project_id].submission_id


def test_the_portions_of_a_project_are_its_lines_split_as_reported(snapshot, newest):
    reports = newest_reports(snapshot, LAST)
    portions = newest[0].portions
    for number, curve in enumerate(newest[0].curves):
        report = reports[curve.project_id]
        wanted: dict = {}
        listed = next(it for it in newest[0].projects if it.project_id == curve.project_id).shares_pct
        for line in report.of("economy"):
            year, source = int(line.number("year")), line.code("funding_source_id")
            for area, pct in listed.items():
                kept = wanted.setdefault((year, source, area), [0.0, 0.0])
                for place, name in enumerate(("forecast_mnok", "spent_to_date_mnok")):
                    kept[place] += float((in_price(line, name, LAST, year) or 0) * pct / 100)
        own = portions.project == number
        keys = zip(portions.year[own].tolist(), portions.funding_source_id[own], portions.working_area_id[own], strict=True)
        pairs = zip(portions.forecast_mnok[own].tolist(), portions.spent_mnok[own].tolist(), strict=True)
        found = dict(zip(keys, map(list, pairs), strict=True))
        assert found.keys() == wanted.keys()
        for key, amounts in found.items():
            assert amounts == pytest.approx(wanted[key])


@pytest.mark.parametrize(
    ("n_projects", "rhos", "n_draws"),
    [
        (1, (0.3,), 100_000),
        (64, RHOS, 100_000),
        (65, RHOS, 98_461),
        (2000, RHOS, 3_200),
        (63, (0.45,), 20_000),
        (2000, (0.45,), 3_200),
    ],
)
def test_many_projects_have_fewer_draws(n_projects, rhos, n_draws):
    assert draws_for(n_projects, rhos) == n_draws


def test_an_answer_says_how_many_draws_it_has(snapshot):
    found = portfolio(snapshot, FJORDBYEN, price(FJORDBYEN, LAST), LAST, Selection(party_id="fjordby"))
    for rhos in (RHOS, (0.45,)):
        assert {at.risk.n_draws for at in portfolio_at(found, rhos)} == {draws_for(len(found.curves), rhos)}


def test_the_whole_is_held_against_all_frames_and_each_source_against_its_own(snapshot, newest):
    found, band = newest
    listed = [it for it in FJORDBYEN.frames if not it.is_per_year]
    assert found.whole.frame.amount_mnok == float(sum(it.amount_mnok for it in listed))
    assert found.whole.against == "frame"
    by_source = {it.key: it for it in found.references if it.grain == "source"}
    for source, reference in by_source.items():
        own = sum(it.amount_mnok for it in listed if it.funding_source_id == source)
        assert (reference.frame.amount_mnok, reference.against) == (float(own), "frame")
    held = frames(snapshot, FJORDBYEN, found.price, LAST)
    assert set(by_source) == {it.funding_source_id for it in held if it.municipality_code is None}
    # Areas and years have no frames, and say so.
    assert {(it.grain, it.against) for it in found.references} == {
        ("total", "frame"), ("source", "frame"), ("area", "sum_p50"), ("year", "budget"),
    }  # fmt: skip
    areas = sum(it.frame.amount_mnok for it in found.references if it.grain == "area")
    assert areas == pytest.approx(band[0].risk.sum_p50_mnok)
    assert min(int(it.key) for it in found.references if it.grain == "year") == LAST.year


def test_what_falls_on_sources_is_on_average_what_the_whole_costs(newest):
    at = newest[1][1]
    by_source = sum(chance.mean_mnok for reference, chance in at.chances if reference.grain == "source")
    by_place = sum(chance.mean_mnok for reference, chance in at.chances if reference.grain == "area")
    assert by_source == pytest.approx(at.risk.mean_mnok, rel=1e-3)
    assert by_place == pytest.approx(at.risk.mean_mnok, rel=1e-3)


def test_correlation_moves_p85_from_the_root_of_the_variances_to_the_sum_of_p85(newest):
    apart, between, together = (at.risk for at in newest[1])
    assert apart.p85_mnok < between.p85_mnok < together.p85_mnok
    assert together.p85_low_mnok * 0.998 <= together.sum_p85_mnok <= together.p85_high_mnok * 1.002
    # What is spent cuts the curves from below, so that the spread is no larger than that of the curves.
    alone = sum(it.shape.sd_mnok**2 for it in newest[0].curves) ** 0.5
    assert 0.8 * alone < apart.sd_mnok < 1.05 * alone


def test_the_slider_gives_what_the_band_gives(newest):
    found, band = newest
    (alone,) = portfolio_at(found, (0.3,), 4_000)
    assert alone.risk == band[1].risk
    assert alone.tightest[0].key == "bompenger"


def test_missing_is_counted_and_told(newest):
    found = newest[0]
    lacking = {it.project_id: it.lack for it in found.projects if it.curve is None}
    assert lacking == {"F-032": "no_year"}
    assert found.with_figures == (62, 63)


@pytest.mark.parametrize(
    ("amounts", "standing", "phase", "choice", "lack"),
    [
        ({"p50_mnok": 10, "p85_mnok": 12, "forecast_mnok": 11}, "running", "design", "p50_p85", None),
        ({"low_mnok": 8, "likely_mnok": 9, "high_mnok": 12}, "running", "design", "low_likely_high", None),
        ({"p50_mnok": 10}, "running", "design", "outside_view", None),
        ({"forecast_mnok": 10}, "running", "idea", "outside_view", None),
        ({"p50_mnok": 10, "p85_mnok": 12, "forecast_mnok": 11}, "running", "closed", "final", None),
        ({"p50_mnok": 12, "p85_mnok": 10}, "running", "design", None, OUT_OF_ORDER),
        ({}, "running", "design", None, "not_yet_known"),
        ({"p50_mnok": 10, "p85_mnok": 12}, "cancelled", "design", None, NO_FINAL_COST),
    ],
)  # fmt: skip
def test_the_kind_of_curve_is_told(amounts, standing, phase, choice, lack):
    row = {
        "project_id": "P", "project_name": "P", "party_id": "p", "phase": phase, "has_ended": standing == "cancelled",
        "working_area_split": None, "previous_forecast_mnok": None, "previous_period": None, "submission_id": 1, "row_number": 2,
        **{name: Decimal(amounts[name]) if name in amounts else None for name in AMOUNTS},
        **{f"{name}_missing": None if name in amounts else "not_yet_known" for name in AMOUNTS},
    }  # fmt: skip
    (found,) = projects_with({name: [only] for name, only in row.items()}, {}, Selection())
    assert (found.curve.choice if found.curve else None, found.lack) == (choice, lack)


def test_of_an_area_there_is_what_falls_on_it(snapshot, newest):
    chosen = Selection(working_area_id="nord")
    found = portfolio(snapshot, FJORDBYEN, price(FJORDBYEN, LAST), LAST, chosen)
    whole = {it.project_id: it for it in newest[0].projects}
    assert found.projects
    for project in found.projects:
        p50 = whole[project.project_id].mnok("p50_mnok")
        if p50 is not None:
            assert project.mnok("p50_mnok") == by_area(p50, whole[project.project_id].shares_pct)["nord"]
    # The frames are of the whole agreement: a selection is held against the sum of its P50.
    assert (found.whole.against, found.whole.reason) == ("sum_p50", SELECTED)
    assert all(it.frame.amount_mnok is None for it in found.references if it.grain == "source")
    held = next(it.frame.amount_mnok for it in newest[0].references if it.key == "nord")
    assert found.whole.frame.amount_mnok == pytest.approx(held)


def test_as_long_as_parties_are_silent_nothing_is_held_against_the_frames(snapshot):
    day = dt.date(2024, 10, 14)
    found = portfolio(snapshot, FJORDBYEN, price(FJORDBYEN, day), day)
    delivered = {it.party_id for it in found.projects}
    reporting = [it.party_id for it in FJORDBYEN.parties if it.is_reporting is True]
    assert found.silent == tuple(it for it in reporting if it not in delivered)
    assert len(found.silent) == 3
    assert (found.whole.against, found.whole.reason) == ("sum_p50", PARTIES_MISSING)
    sources = [it for it in found.references if it.grain == "source"]
    assert {(it.against, it.reason) for it in sources} == {("nothing", PARTIES_MISSING)}


@pytest.mark.parametrize("choice", ["nominal", None])
def test_kroner_that_do_not_add_up_give_no_sum(snapshot, choice):
    chosen = price(FJORDBYEN, LAST, choice) if choice else None
    found = portfolio(snapshot, FJORDBYEN, chosen, LAST)
    assert (len(found.projects), found.with_figures) == (63, (0, 63))
    assert portfolio_at(found, n_draws=100) == ()


def test_before_the_first_report_there_is_nothing(snapshot):
    day = dt.date(2024, 10, 1)
    found = portfolio(snapshot, FJORDBYEN, price(FJORDBYEN, day), day)
    assert (found.projects, found.curves, portfolio_at(found), found.whole) == ((), (), (), None)
    assert reserve_use(snapshot, FJORDBYEN, price(FJORDBYEN, day), day) == ()
    assert ended_against_frames(found.projects) is None
    assert open_risks(snapshot, FJORDBYEN, price(FJORDBYEN, day), day) == ()


def test_projects_are_ordered_by_their_distance_to_the_frame(newest):
    listed = by_distance(newest[0].projects)
    distances = [it.mnok("forecast_mnok") / it.mnok("p50_mnok") for it in listed]
    assert distances == sorted(distances, reverse=True)
    assert {it.standing for it in listed} == {"open"}
    above = {it.project_id for it in listed if it.mnok("forecast_mnok") > it.mnok("p85_mnok")}
    assert {it.project_id for it in over_p85(newest[0].projects)} == above == {"F-026", "F-038", "F-048"}


@pytest.mark.parametrize("as_of", DAYS)
def test_the_reserves_of_the_newest_period_are_those_of_its_returns(snapshot, as_of):
    reports = newest_reports(snapshot, as_of)
    found = reserve_use(snapshot, FJORDBYEN, price(FJORDBYEN, as_of), as_of)
    last = max((use.period for use in found), key=lambda it: it.last)
    for use in found:
        if use.period != last:
            continue
        released, held, expected, n, n_without = Decimal(0), Decimal(0), Decimal(0), 0, 0
        for report in reports.values():
            rows = [row for row in report.of("reserve") if row.code("reserve_level") == use.reserve_level]
            if report.period != last or not rows:
                continue
            n += 1
            amounts = [in_price(rows[0], name, as_of) for name in ("released_mnok", "held_mnok")]
            progress = report.of("progress")[0].number("physical_pct") if report.of("progress") else None
            if None in amounts or progress is None:
                n_without += 1
                continue
            released, held = released + amounts[0], held + amounts[1]
            expected += sum(amounts) * Decimal(str(progress)) / 100
        assert (use.n_projects, use.n_without, use.released_mnok, use.held_mnok) == (n, n_without, released, held)
        assert use.expected_mnok == expected


def test_finished_projects_are_held_against_their_frames(newest):
    closed = [it for it in newest[0].projects if it.standing == "finished" and it.mnok("p85_mnok") is not None]
    rate = ended_against_frames(newest[0].projects)
    within = [it for it in closed if it.mnok("forecast_mnok") <= it.mnok("p85_mnok")]
    assert (rate.n_projects, rate.n_within_p85) == (len(closed), len(within)) == (6, 6)
    assert not rate.differs_from_expected


@pytest.mark.parametrize("as_of", DAYS)
def test_open_risks_are_those_of_the_newest_reports(snapshot, as_of):
    ended = ("cancelled", "merged")
    rows = {
        (project_id, row.code("risk_id")): (row.code("kind"), row.number("probability_pct"), in_price(row, "consequence_likely_mnok", as_of), row.code("response"))
        for project_id, report in newest_reports(snapshot, as_of).items()
        for row in report.of("risks")
        if row.answers.get("is_open") is True and report.code("projects", "standing") not in ended
    }  # fmt: skip
    found = open_risks(snapshot, FJORDBYEN, price(FJORDBYEN, as_of), as_of)
    told = {(it.project_id, it.risk_id): (it.kind, it.probability_pct, it.consequence_mnok, it.response) for it in found}
    assert told == rows
    assert len(rows) > 20
    unanswered = without_response(found)
    assert {(it.project_id, it.risk_id) for it in unanswered} == {
        key for key, (kind, _, _, response) in rows.items() if kind == "risk" and response is None
    }
    grid = risk_grid(found, default_matrix())
    assert sum(map(len, grid.places.values())) + len(grid.not_placed) == len(found)
    for (kind, up, out), listed in grid.places.items():
        for risk in listed:
            assert risk.kind == kind
            assert up == sum(risk.probability_pct >= begin for begin in default_matrix().probability_from_pct)
            assert out == sum(risk.consequence_mnok >= begin for begin in default_matrix().consequence_from_mnok)


def test_the_rule_tells_of_projects_that_have_risks_without_a_response(snapshot):
    levels = response_levels(snapshot, FJORDBYEN, LAST)
    unanswered = {it.project_id for it in without_response(open_risks(snapshot, FJORDBYEN, price(FJORDBYEN, LAST), LAST))}
    assert levels
    assert set(levels) <= unanswered


def test_the_named_figures_are_those_of_the_answers(snapshot, newest):
    chosen = price(FJORDBYEN, LAST)
    listed = figures(Asked(snapshot, FJORDBYEN, chosen, LAST, Selection()), "uncertainty")
    named = {(it.name, it.grain, it.key): it for it in listed}
    assert len(named) == len(listed)
    p85 = named["portfolio_p85", "agreement", "rho_0.3"]
    assert p85.amount == pytest.approx(newest[1][1].risk.p85_mnok, rel=0.01)
    assert (p85.unit, p85.price_year, p85.with_figures) == ("mnok", 2024, (62, 63))
    assert named["forecast_over_p50", "project", "F-032"].amount is None
    assert named["forecast_over_p50", "project", "F-005"].amount == Decimal("15.5")
