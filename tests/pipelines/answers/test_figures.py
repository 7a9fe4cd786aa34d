"""The figures of pages by name: one of each name and part, from returns that are known, and the same as the answers say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial

import pytest

from domain.limit_file import limits_of
from pipelines.answers import status_figures
from pipelines.answers.area import places
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.figures import PAGES, figures
from pipelines.answers.goal.goal import goal, groups
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.project.history import FORECAST, P50, P85, project_history
from pipelines.answers.project.sheets import project_sheets
from pipelines.answers.reporting.coverage import coverage
from pipelines.answers.selection import Selection
from pipelines.answers.status import status
from tests.builders import agreement

FJORDBYEN, REAL = agreement(), agreement("miljoloftet")
DAY = dt.date(2026, 9, 1)
PRICE = price(FJORDBYEN, DAY)
# Those about the portfolio alone, whose figures are tested with their answers.
OLDER = ("progress", "economy", "uncertainty")
PAGES_HERE = [page for page in PAGES if page not in OLDER]
KNOWN = "SELECT submission_id FROM snapshot.submission UNION ALL SELECT submission_id FROM snapshot.return_submission"


def asked_of(snapshot, named=FJORDBYEN, day=DAY, area=None) -> Asked:
    return Asked(snapshot, named, price(named, day), day, Selection(working_area_id=area))


@pytest.fixture(scope="module")
def listed(example_snapshot):
    """The figures of each page on the day."""
    return {page: figures(asked_of(example_snapshot), page) for page in PAGES_HERE}


@pytest.fixture(scope="module")
def by_name(listed):
    return {page: {(it.name, it.grain, it.key): it.amount for it in found} for page, found in listed.items()}


@pytest.mark.parametrize("page", PAGES_HERE)
def test_each_figure_is_there_once_with_its_unit_and_returns_that_are_known(example_snapshot, listed, page):
    found = listed[page]
    assert found
    counted = Counter((it.name, it.grain, it.key, it.unit) for it in found)
    assert counted.most_common(1)[0][1] == 1
    known = set(example_snapshot.rows(KNOWN, [])["submission_id"])
    for it in found:
        assert it.page == page
        assert it.unit
        assert set(it.submission_ids) <= known
        assert (it.price_year is not None) == (it.unit == "mnok")
        assert it.with_figures is None or 0 <= it.with_figures[0] <= it.with_figures[1]
        assert it.amount is None or it.amount == it.amount  # not counted: what is no number


def test_the_state_is_that_of_the_page(monkeypatch, example_snapshot, by_name):
    found = partial(_of, by_name["status"])
    wanted = status(example_snapshot, FJORDBYEN, DAY, price=PRICE)
    assert found("index") == wanted.goal.judged.index_pct
    assert found("over_p50") == wanted.money.over.over_mnok
    assert found("portfolio_p85", "agreement", "rho_0.3") == wanted.money.range.risk.p85_mnok
    assert found("openings_passed") == wanted.openings.passed
    assert found("decisions") == len(wanted.decisions)
    assert found("projects_red", "area", "nord") == wanted.matrix.by_area["nord"].levels["red"]
    since = str(wanted.changes.since)
    assert found("forecast_change", "agreement", since) == wanted.changes.forecast_mnok
    assert found("deviations_closed", "agreement", since) == wanted.changes.steps["closed"]
    assert found("parties_delivered", "period", "2026-Q2") == 5
    monkeypatch.setattr(status_figures, "status", lambda *_, **__: wanted)
    own = figures(asked_of(example_snapshot, area="nord"), "status")
    assert {(it.name, it.grain, it.key): it.amount for it in own} == {
        part: amount for part, amount in by_name["status"].items() if part[1:] == ("area", "nord")
    }


def test_the_index_is_that_of_the_goal_and_of_each_municipality(example_snapshot, by_name):
    found = partial(_of, by_name["goal"])
    wanted = goal(example_snapshot, FJORDBYEN, DAY)
    judged = wanted.judged
    assert found("index_ci_high") == judged.ci_high_pct
    assert found(f"index_{judged.window_months}_months", "period", f"{judged.last_month:%Y-%m}") == judged.index_pct
    assert sum(name.endswith("_months") for name, _, _ in by_name["goal"]) == len(wanted.series)
    own = groups(example_snapshot, FJORDBYEN, "municipality", judged.window_months, judged.last_month, DAY)
    names = {it.name: it.municipality_code for it in FJORDBYEN.municipalities}
    assert {names[row.group_name]: row.index_pct for row in own.itertuples()} == {
        key: amount for (name, grain, key), amount in by_name["goal"].items() if (name, grain) == ("index", "municipality")
    }


@pytest.mark.parametrize(("kind", "grain"), [("working_area", "area"), ("municipality", "municipality")])
def test_each_place_has_what_its_page_shows_and_the_places_add_up(example_snapshot, by_name, kind, grain):
    found = partial(_of, by_name["area"])
    wanted = places(example_snapshot, FJORDBYEN, kind, PRICE, DAY)
    for row in wanted.rows:
        assert found("forecast_total", grain, row.key) == row.sums.mnok("forecast_mnok")
        assert found("projects_touching", grain, row.key) == row.n_touching
        assert found("deviations_yellow", grain, row.key) == row.levels["yellow"]
    assert sum(found("projects", grain, row.key) for row in wanted.rows) == found("projects")
    assert sum(found("forecast_total", grain, row.key) or 0 for row in wanted.rows) == found("forecast_total")


@pytest.mark.parametrize("project_id", ["F-003", "F-038", "F-053", "F-058"])
def test_a_project_has_what_its_own_page_tells(example_snapshot, by_name, project_id):
    found = partial(_of, by_name["project"], grain="project", key=project_id)
    history = project_history(example_snapshot, FJORDBYEN, project_id, DAY, PRICE)
    newest = history.newest
    assert [found("forecast"), found("p50"), found("p85")] == [newest.mnok(name) for name in (FORECAST, P50, P85)]
    assert found("over_p85") == newest.over_mnok(P85)
    if newest.standing == "running":
        assert found("opening_moved") == history.moved_days
    funding = project_sheets(example_snapshot, FJORDBYEN, project_id, DAY, PRICE).funding
    if found("budget_total") is not None:
        assert found("budget_total") == funding.mnok("budget_mnok")
    limits = limits_of(FJORDBYEN)
    own = deviations(example_snapshot, FJORDBYEN, DAY, Selection(project_id=project_id))
    of_project = [it for it in own if limits.limit(it.result.rule).in_colour]
    assert found("deviations_red") == sum(it.result.level_told == "red" for it in of_project)


def test_deviations_are_counted_each_once_by_body_rule_and_project(example_snapshot, by_name):
    found = by_name["deviations"]
    limits = limits_of(FJORDBYEN)
    own = [it for it in deviations(example_snapshot, FJORDBYEN, DAY) if limits.limit(it.result.rule).in_colour]
    for grain, key_of in (
        ("body", lambda it: it.body_id),
        ("rule", lambda it: it.result.rule),
        ("project", lambda it: it.result.project_id),
    ):
        counted = {key: n for (name, of, key), n in found.items() if (name, of) == ("deviations", grain)}
        assert counted == Counter(map(key_of, own))
        assert sum(counted.values()) == sum(_of(found, f"deviations_{level}") for level in ("red", "yellow")) == len(own)


def test_what_parties_answer_is_the_coverage_of_the_page(example_snapshot, by_name):
    for row in coverage(example_snapshot, FJORDBYEN, DAY).itertuples():
        assert _of(by_name["quality"], f"answered_{row.question}", "party", row.party_id) == row.n_figures


@pytest.mark.parametrize("page", ["goal", "area", "deviations", "project"])
def test_an_area_alone_has_what_the_whole_says_of_it(example_snapshot, listed, page):
    own = figures(asked_of(example_snapshot, area="nord"), page)
    assert own
    of_area = [it for it in own if it.grain == "area"]
    assert {it.key for it in of_area} <= {"nord"}
    if page == "deviations":  # the page narrows to the area's own projects, of which some lie elsewhere too
        return
    if page == "project":
        assert 0 < len({it.key for it in own}) < 63
    assert set(own) <= set(listed[page])


@pytest.mark.parametrize(("named", "day"), [(FJORDBYEN, dt.date(2024, 10, 1)), (REAL, DAY)])
def test_what_nobody_has_reported_is_no_zero(example_snapshot, named, day):
    asked = asked_of(example_snapshot, named, day)
    for page in ("deviations", "area", "project"):
        # Traffic may be known of places before any project is.
        assert [it for it in figures(asked, page) if not it.name.startswith("index")] == []
    assert {it.name for it in figures(asked, "status")} <= {"projects", "index", "index_ci_low", "index_ci_high", "index_points"}


def _of(found, name, grain="agreement", key=None):
    """The amount of a name and part; that of the whole where no part is named."""
    return found.get((name, grain, key))
