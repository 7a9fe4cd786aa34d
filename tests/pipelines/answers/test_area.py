"""Places beside each other, against the returns read one by one: the rows add up to the øre, and nothing is counted twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from domain.limit_file import limits_of
from domain.load import load_agreements
from domain.returns import Split
from pipelines.answers.area import key_of, kind_of, places, rest_of, traffic_by_place
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.goal.goal import goal
from pipelines.answers.prices import price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.methods.area_shares import by_area
from tests.pipelines.answers.test_project import in_price, reports_of, returns, snapshot  # noqa: F401 - fixtures

AGREEMENTS = load_agreements()
FJORDBYEN = AGREEMENTS["fjordbyen"]
TODAY = dt.date(2026, 11, 22)
NAMES = {"budget_mnok": "budget", "forecast_mnok": "forecast"}


def where(kind, row):
    """The places of a project with their shares; a municipality has none."""
    if kind == "municipality":
        codes = row.answers.get("municipality_codes")
        return dict.fromkeys(codes if isinstance(codes, tuple) else (), None)
    split = row.answers.get("working_area_split")
    return dict(split.shares) if isinstance(split, Split) else {}


def one_key(kind, shares):
    several, nowhere = {
        "working_area": ("several_areas", "no_area"), "municipality": ("several_municipalities", "no_municipality"),
    }[kind]  # fmt: skip
    return next(iter(shares)) if len(shares) == 1 else several if shares else nowhere


def parts(kind, mnok, shares):
    return by_area(mnok, shares) if kind == "working_area" else {one_key(kind, shares): mnok}


@pytest.mark.parametrize("kind", ["working_area", "municipality"])
@pytest.mark.parametrize("day", ["2024-10-01", "2024-10-13", "2026-01-26", "2026-07-15", "2026-11-22"])
def test_the_rows_are_those_of_the_returns_and_add_up(snapshot, returns, kind, day):  # noqa: F811
    as_of = dt.date.fromisoformat(day)
    shown = price(FJORDBYEN, as_of)
    newest = {project_id: reports[-1] for project_id, reports in reports_of(returns, as_of).items()}
    lies = {project_id: where(kind, report.of("projects")[0]) for project_id, report in newest.items()}
    found = places(snapshot, FJORDBYEN, kind, shown, as_of)
    for name, amount_type in NAMES.items():
        wanted: Counter[str] = Counter()
        for project_id, report in newest.items():
            for row in report.of("economy"):
                mnok = in_price(row, name, amount_type, shown, int(row.number("year")))
                if mnok is not None:
                    wanted.update(parts(kind, mnok, lies[project_id]))
        assert {row.key: row.sums.mnok(name) for row in found.rows if row.sums.mnok(name)} == {
            key: mnok for key, mnok in wanted.items() if mnok
        }
        assert sum((row.sums.mnok(name) or Decimal(0) for row in found.rows), Decimal(0)) == (found.whole.sums.mnok(name) or 0)
    alone = Counter(one_key(kind, shares) for shares in lies.values())
    assert {row.key: row.n_projects for row in found.rows if row.n_projects} == alone
    assert sum(row.n_projects for row in found.rows) == found.whole.n_projects == len(newest)
    touching = Counter(key for shares in lies.values() for key in {*shares, one_key(kind, shares)})
    assert {row.key: row.n_touching for row in found.rows if row.n_touching} == touching


@pytest.mark.parametrize("kind", ["working_area", "municipality"])
def test_effects_are_stated_once(snapshot, returns, kind):  # noqa: F811
    newest = {project_id: reports[-1] for project_id, reports in reports_of(returns, TODAY).items()}
    found = places(snapshot, FJORDBYEN, kind, None, TODAY)
    wanted: dict[tuple[str, str, str], float] = {}
    for report in newest.values():
        (project,) = report.of("projects")
        if project.code("standing") in ("cancelled", "merged"):
            continue
        key = one_key(kind, where(kind, project))
        for row in report.of("goal_contributions"):
            if row.number("likely") is not None:
                effect = key, row.code("indicator_id"), row.code("effect_unit")
                wanted[effect] = wanted.get(effect, 0.0) + float(row.number("likely"))
    got = {(row.key, *effect): likely for row in found.rows for effect, (likely, _) in row.effects.items()}
    assert got == pytest.approx(wanted)
    for effect, (likely, n) in found.whole.effects.items():
        own = [row.effects[effect] for row in found.rows if effect in row.effects]
        assert likely == pytest.approx(sum(it for it, _ in own))
        assert n == sum(it for _, it in own)
    assert found.lead_effect == ("traffic_index", "car_trips_per_day")


@pytest.mark.parametrize("kind", ["working_area", "municipality"])
def test_each_deviation_of_a_project_is_in_one_row(snapshot, kind):  # noqa: F811
    found = places(snapshot, FJORDBYEN, kind, None, TODAY)
    limits = limits_of(FJORDBYEN)
    # not counted: deviations of the reporting itself
    told = Counter(
        it.result.level_told for it in deviations(snapshot, FJORDBYEN, TODAY) if limits.limit(it.result.rule).in_colour
    )
    assert 0 < sum(told.values()) < len(deviations(snapshot, FJORDBYEN, TODAY))
    assert Counter(found.whole.levels) == told
    assert {level: sum(row.levels[level] for row in found.rows) for level in told} == told


def test_the_places_of_an_agreement_stand_in_its_order_even_without_money(snapshot):  # noqa: F811
    for day in (dt.date(2024, 10, 1), TODAY):
        keys = [row.key for row in places(snapshot, FJORDBYEN, "working_area", None, day).rows]
        assert keys[:4] == [area.working_area_id for area in FJORDBYEN.working_areas]
    assert [row.n_projects for row in places(snapshot, AGREEMENTS["miljoloftet"], "municipality", None, TODAY).rows] == [0] * len(
        [it for it in AGREEMENTS["miljoloftet"].municipalities if it.valid_to is None]
    )


@pytest.mark.parametrize(
    ("selection", "kind", "key", "rest"),
    [
        (EVERYTHING, "working_area", None, EVERYTHING),
        (Selection(working_area_id="nord"), "working_area", "nord", EVERYTHING),
        (Selection(municipality_code="F01"), "municipality", "F01", EVERYTHING),
        (
            Selection(working_area_id="nord", municipality_code="F01"), "working_area", "nord",
            Selection(municipality_code="F01"),
        ),
    ],
)  # fmt: skip
def test_what_is_chosen_decides_what_stands_beside_each_other(selection, kind, key, rest):
    assert (kind_of(selection), key_of(selection), rest_of(selection)) == (kind, key, rest)


def test_a_selection_narrows_all_places(snapshot):  # noqa: F811
    rest = Selection(municipality_code="F02")
    found = places(snapshot, FJORDBYEN, "working_area", price(FJORDBYEN, TODAY), TODAY, rest)
    whole = places(snapshot, FJORDBYEN, "municipality", price(FJORDBYEN, TODAY), TODAY)
    assert found.whole.n_projects == whole.row("F02").n_touching
    assert sum((row.sums.mnok("forecast_mnok") or 0 for row in found.rows), Decimal(0)) == found.whole.sums.mnok("forecast_mnok")


@pytest.mark.parametrize("kind", ["working_area", "municipality"])
def test_the_contributions_of_places_make_the_index(snapshot, kind):  # noqa: F811
    found = traffic_by_place(snapshot, FJORDBYEN, kind, TODAY)
    judged = goal(snapshot, FJORDBYEN, TODAY).judged
    assert found.area == judged
    assert sum(row.contribution_pct for row in found.rows) == pytest.approx(judged.index_pct)
    assert sum(row.weight_pct for row in found.rows) == pytest.approx(100)
    known = (
        [area.working_area_id for area in FJORDBYEN.working_areas]
        if kind == "working_area"
        else [it.municipality_code for it in FJORDBYEN.municipalities]
    )
    assert [row.key for row in found.rows] == known


def test_an_index_that_is_published_as_one_has_no_places(snapshot):  # noqa: F811
    found = traffic_by_place(snapshot, AGREEMENTS["miljoloftet"], "municipality", TODAY)
    assert found.rows == ()
    assert found.area.index_pct == 0.82
    assert traffic_by_place(snapshot, FJORDBYEN, "municipality", dt.date(2015, 1, 1)) is None
