"""What has gone wrong in published reports on urban-growth agreements, each with its own figures and its source."""

from __future__ import annotations

import pytest

from checks.across import across_findings
from checks.against_history import history_findings
from domain.returns import Return
from domain.rows import Finding
from tests.builders import agreement
from tests.return_rows import FORM, KRONER, a_return, cell, last_quarter, said, told

NO_FRAMES = dict.fromkeys(("p50_mnok", "p85_mnok", "low_mnok", "likely_mnok", "high_mnok"))


def across(found: Return) -> list[Finding]:
    return list(across_findings(found, agreement("miljoloftet"), FORM))


def history(found: Return, previous: Return) -> list[Finding]:
    return list(history_findings(found, previous, agreement("miljoloftet"), FORM))


# Kvamsbrekko has the numbers 5476, 5308, 5776 and the old 404 in four sources; one is
# https://www.miljoloftet.no/nyheter/2023/i-dag-opnar-vi-eit-smykke-av-ein-veg/.
@pytest.mark.parametrize("number", ["Fv 5308", "Fv 5776", "Fv 404"])
def test_a_road_with_another_number_than_last_time_is_asked_after(number):
    found, previous = a_return(projects={"road_number": number}), last_quarter(projects={"road_number": "Fv 5476"})
    assert told(history(found, previous)) == [("road_number_changed", *cell("projects", "road_number"))]
    assert history(a_return(projects={"road_number": "fv5476"}), previous) == []


# Boardings of the light rail in 2018 and 2019, printed as +16 per cent; the table's own counts give +25.5. In total +6, and the
# counts give +8.2. https://www.vestlandfylke.no/nyheitsarkiv/2020/ny-rekord-i-kollektivreisande/
@pytest.mark.parametrize(("before", "now", "stated", "is_right"), [(14.86, 18.66, 16, False), (14.86, 18.66, 25.5, True), (14.86, 18.66, 26, True), (100, 108.2, 6, False)])  # fmt: skip
def test_a_stated_change_that_the_figures_do_not_give_is_an_error(before, now, stated, is_right):
    year = {"year": 2027, "spent_to_date_mnok": 0, "budget_mnok": 20}
    found = a_return(economy=[{**year, "forecast_mnok": now, "stated_change_pct": stated}])
    findings = history(found, last_quarter(economy=[{**year, "forecast_mnok": before}]))
    assert told(findings) == ([] if is_right else [("stated_change_differs", *cell("economy", "stated_change_pct"))])
    assert [finding.named["computed_pct"] for finding in findings] == ([] if is_right else [25.6 if now < 100 else 8.2])


# Hatvikvegen: 12.3 in the action programme 2022-25, a four-year grant, and 168.3 as the cost of the project.
# https://www.miljoloftet.no/miljoloftet-i-din-kommune/miljoloftet-i-bjornafjorden/ and https://miljoloftet.no/prosjektliste/
GRANT, COST = 12.3, 168.3
LATER = {"year": 2027, "budget_mnok": 20, "spent_to_date_mnok": 0}


def of_cost(amount: float, **frames: float) -> dict:
    return {
        "economy": [{**LATER, "forecast_mnok": amount}],
        "cost_estimates": {**NO_FRAMES, **KRONER, "forecast_mnok": amount, **frames},
    }


def test_a_grant_in_place_of_the_cost_is_held():
    same_time = a_return(**of_cost(GRANT, p50_mnok=COST))
    assert told(across(same_time)) == [("total_looks_like_part", *cell("cost_estimates", "forecast_mnok"))]
    since_last = history(a_return(**of_cost(GRANT)), last_quarter(**of_cost(COST)))
    assert ("total_became_part", *cell("cost_estimates", "forecast_mnok")) in told(since_last)
    back = history(a_return(**of_cost(COST)), last_quarter(**of_cost(GRANT)))
    assert ("jump_tenfold", *cell("cost_estimates", "forecast_mnok")) in told(back)
    assert {finding.severity for finding in (*since_last, *back)} == {"hold"}


# The tunnel from Oasen to Spelhaugen, a part of the light rail to Fyllingsdalen, was booked as cycling, which the state pays in
# full; of the light rail it pays half: 3 100 of 6 200. https://www.sunnmoringen.no/npk/innenriks/2018/03/13/ and
# https://www.regjeringen.no/no/dokumenter/prop.-11-s-20172018/id2579110/?ch=8
STATE, OTHERS = {"funding_source_id": "stat_50_50"}, {"funding_source_id": "bompenger"}
RAIL, CYCLING = {"cost_element": "light_rail"}, {"cost_element": "cycling"}


def of_rail(*rows: dict) -> Return:
    total = sum(row["forecast_mnok"] for row in rows)
    # Toll money of the package stays in its municipality, so the project lies there.
    return a_return(
        projects={"municipality_codes": "4601", "working_area_split": "sor"},
        economy=[{**LATER, "budget_mnok": 0, **row} for row in rows],
        cost_estimates={**NO_FRAMES, "forecast_mnok": total},
    )


def test_the_share_of_the_state_follows_the_cost_element():
    half = of_rail({**STATE, **RAIL, "forecast_mnok": 3100}, {**OTHERS, **RAIL, "forecast_mnok": 3100})
    assert across(half) == []
    more = of_rail({**STATE, **RAIL, "forecast_mnok": 3101}, {**OTHERS, **RAIL, "forecast_mnok": 3099})
    (finding,) = across(more)
    assert told([finding]) == [("source_share_too_high", *cell("economy", "forecast_mnok"))]
    assert (finding.named["paid_mnok"], finding.named["allowed_mnok"], finding.named["share_pct"]) == (3101.0, 3100.0, 50.0)
    as_cycling = of_rail({**STATE, **CYCLING, "forecast_mnok": 400}, {**OTHERS, **RAIL, "forecast_mnok": 400})
    assert told(across(as_cycling)) == [("source_not_for_element", *cell("economy", "cost_element"))]


def test_toll_money_of_the_package_stays_in_its_municipality():
    found = of_rail({**OTHERS, **RAIL, "forecast_mnok": 400})
    askoy = a_return(
        projects={"municipality_codes": "4627"}, economy=[{**LATER, **OTHERS, **CYCLING, "forecast_mnok": 45.2}],
        cost_estimates={**NO_FRAMES, "forecast_mnok": 45.2},
    )  # fmt: skip
    assert across(found) == []
    assert told(across(askoy)) == [("money_outside_area", *cell("economy", "funding_source_id"))]


# The outer municipalities in 2020: Lindås became part of Alver, Fjell of Øygarden, Os of Bjørnafjorden.
# https://docslib.org/doc/7660885/
@pytest.mark.parametrize(("old", "new"), [("1263", "4631 Alver"), ("1246", "4626 Øygarden"), ("1243", "4624 Bjørnafjorden"), ("1201", "4601 Bergen")])  # fmt: skip
def test_a_code_of_a_municipality_that_is_no_more_names_its_successor(old, new):
    found = a_return(projects={"municipality_codes": f"4601; {old}"})
    (finding,) = across(found)
    assert told([finding]) == [("municipality_not_valid", *cell("projects", "municipality_codes"))]
    assert (finding.quoted, finding.named["instead"]) == (old, new)
    assert all(said([finding]))


@pytest.mark.parametrize(("period", "code", "is_valid"), [("2019-Q4", "1263", True), ("2020-Q1", "1263", False), ("2019-Q4", "4631", False), ("2020-Q1", "4631", True)])  # fmt: skip
def test_codes_hold_in_their_own_time(period, code, is_valid):
    found = a_return(period, projects={"municipality_codes": code})
    codes = [finding.code for finding in across(found)]
    assert ("municipality_not_valid" not in codes) == is_valid
