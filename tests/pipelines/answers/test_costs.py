"""What projects are estimated to cost, against the returns themselves; in one price, and why a figure is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.load import load_agreements
from domain.returns import Missing
from pipelines.answers.costs import AMOUNTS, costs
from pipelines.answers.portfolio import area_shares, projects
from pipelines.answers.prices import figure_in, price, price_choices
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.money import basis_of
from pipelines.methods.project_reports import project_reports
from tests.known_returns import known_returns

FJORDBYEN = load_agreements()["fjordbyen"]
DAYS = ["2025-02-01", "2025-09-01", "2026-11-22"]


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


def reports(snapshot, as_of):
    return project_reports(known_returns(snapshot, as_of), as_of)


@pytest.mark.parametrize("day", DAYS)
def test_amounts_are_those_of_the_newest_report_in_the_chosen_kroner(snapshot, day):
    as_of = dt.date.fromisoformat(day)
    own = price(FJORDBYEN, as_of)
    found = {row["project_id"]: row for row in costs(snapshot, FJORDBYEN, own, as_of)}
    wanted = reports(snapshot, as_of)
    assert found.keys() == wanted.keys()
    n_converted = 0
    for project_id, listed in wanted.items():
        row = listed[-1].of("cost_estimates")[0]
        for name in AMOUNTS:
            kroner = row.code("price_kind"), row.number("price_year"), row.answers.get("includes_vat")
            reported, basis = row.number(name), basis_of(kroner[0], kroner[1] and int(kroner[1]), kroner[2])
            if reported is None:
                given = row.answers.get(name)
                assert found[project_id][name] is None
                assert found[project_id][f"{name}_missing"] == (given.code if isinstance(given, Missing) else "blank")
            elif basis == own.common.basis:
                assert found[project_id][name] == reported
            elif basis.price_kind == "nominal":
                assert (found[project_id][name], found[project_id][f"{name}_missing"]) == (None, "no_year")
            elif own.index is None:
                assert (found[project_id][name], found[project_id][f"{name}_missing"]) == (None, "no_index")
            else:
                n_converted += 1
                index = own.common.index.figure_by_year
                exact = reported * Decimal(index[own.common.basis.price_year]) / Decimal(index[basis.price_year])
                assert abs(found[project_id][name] - exact) <= Decimal("0.000000005")
                assert found[project_id][f"reported_{name}"] == reported
        before = listed[-2].of("cost_estimates")[0].number("forecast_mnok") if len(listed) > 1 else None
        if before is not None and found[project_id]["previous_forecast_mnok"] is not None and row.number("price_year") == 2024:
            assert found[project_id]["previous_forecast_mnok"] == before
            assert found[project_id]["previous_period"] == str(listed[-2].period)
    assert n_converted or day == "2025-02-01"


@pytest.mark.parametrize("day", DAYS)
def test_each_amount_is_what_it_is_by_itself(snapshot, day):
    """In every kroner and in none, with the reason where there is none."""
    as_of = dt.date.fromisoformat(day)
    n_converted = 0
    for choice in (None, *price_choices(FJORDBYEN, as_of)):
        own = price(FJORDBYEN, as_of, choice) if choice else None
        for row in costs(snapshot, FJORDBYEN, own, as_of):
            for name in AMOUNTS:
                reported, why = row[f"reported_{name}"], row[f"{name}_missing"]
                alone = figure_in(own, reported, name, row["reported_kroner"], "") if reported is not None else Missing(why)
                assert alone == (Missing(why) if row[name] is None else replace(alone, mnok=row[name]))
                n_converted += reported is not None and row[name] not in (None, reported)
    assert n_converted or day == "2025-02-01"


def test_kroner_of_a_year_without_an_index_are_said_to_be_missing_and_never_added(snapshot):
    as_of = dt.date(2026, 11, 22)
    found = costs(snapshot, FJORDBYEN, price(FJORDBYEN, as_of, "nominal"), as_of)
    assert {row["forecast_mnok_missing"] for row in found if row["forecast_mnok"] is None} >= {"no_year"}
    assert price_choices(FJORDBYEN, as_of)[0] == "2024"
    assert price(load_agreements()["miljoloftet"], as_of) is None


def test_before_an_index_was_published_only_its_own_price_year_can_be_chosen():
    assert price_choices(FJORDBYEN, dt.date(2025, 2, 9)) == ("2024",)
    assert price(FJORDBYEN, dt.date(2025, 2, 9)).index is None


def test_a_selection_by_area_holds_the_projects_with_a_share_in_it(snapshot):
    as_of = dt.date(2026, 11, 22)
    whole = projects(snapshot, FJORDBYEN, as_of)
    for area in ("nord", "sentrum"):
        own = projects(snapshot, FJORDBYEN, as_of, Selection(working_area_id=area))
        assert set(own["project_id"]) == {
            it.project_id for it in whole.itertuples() if area in area_shares(it.working_area_split)
        }
    one = projects(snapshot, FJORDBYEN, as_of, Selection(project_id="F-003"))
    assert list(one["project_id"]) == ["F-003"]
    assert not len(projects(snapshot, FJORDBYEN, dt.date(2024, 10, 1)))
