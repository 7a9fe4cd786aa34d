"""Each rule across the tables of a return by one planted fault: the code and the cell, and nothing of a return without it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.across import RULES, across_findings
from checks.personal_data import RULES as PERSONAL
from checks.personal_data import texts_name_nobody
from checks.row_sums import tolerance_mnok
from checks.usable import without_faulty_answers
from domain.returns import Missing, Return
from domain.rows import Finding
from tests.builders import agreement
from tests.return_rows import FORM, MONEY, a_return, cell, said, told

UNKNOWN = Missing("not_yet_known", "venter på anbud")
BANE = {"funding_source_id": "stat_50_50", "cost_element": "light_rail"}
BANE_OTHERS = {"funding_source_id": "fylkeskommunale", "cost_element": "light_rail"}
TWO = [{}, {"project_id": "F-002", "project_name": "Bussfelt ved Torget"}]


def across(found: Return) -> list[Finding]:
    return list(across_findings(found, agreement(found.agreement_id), FORM))


def test_a_clean_return_has_nothing_to_say():
    assert across(a_return()) == []
    assert list(texts_name_nobody(a_return(), FORM)) == []


CASES: list[tuple[str, tuple[str, str, int], dict[str, Any]]] = [
    ("funding_differs_from_cost", ("cost_estimates", "forecast_mnok", 0), {"cost_estimates": {"forecast_mnok": 120.1}}),
    ("funding_differs_from_cost", ("cost_estimates", "forecast_mnok", 0), {"economy": {2: {"forecast_mnok": 21.9}}}),
    ("cost_without_funding", ("cost_estimates", "forecast_mnok", 0), {"economy": []}),
    ("price_bases_mixed", ("economy", "price_year", 2), {"economy": {2: {"price_year": 2024}}}),
    ("price_bases_mixed", ("economy", "price_kind", 0), {"economy": {"price_kind": "nominal", "price_year": None}}),
    ("price_bases_mixed", ("economy", "includes_vat", 1), {"economy": {1: {"includes_vat": True}}}),
    ("total_looks_like_part", ("cost_estimates", "p50_mnok", 0), {"cost_estimates": {"p50_mnok": 20, "p85_mnok": 131}}),
    ("spent_below_period", ("economy", "spent_to_date_mnok", 1), {"economy": {1: {"spent_to_date_mnok": 12.3}}}),
    ("spent_in_future", ("economy", "spent_to_date_mnok", 2), {"economy": {2: {"spent_to_date_mnok": 0.1}}}),
    ("spent_in_future", ("economy", "spent_period_mnok", 2), {"economy": {2: {"spent_period_mnok": -0.1}}}),
    ("spent_period_in_other_year", ("economy", "spent_period_mnok", 0), {"economy": {"spent_period_mnok": 1}}),
    ("spent_over_forecast", ("economy", "spent_to_date_mnok", 0), {"economy": {"spent_to_date_mnok": 38.06}}),
    ("finished_forecast_not_spent", ("economy", "forecast_mnok", 0), {"economy": {"spent_to_date_mnok": 37.9}}),
    ("requisitioned_over_budget", ("economy", "requisitioned_mnok", 1), {"economy": {1: {"requisitioned_mnok": 60.1}}}),
    ("p50_over_p85", ("cost_estimates", "p50_mnok", 0), {"cost_estimates": {"p50_mnok": 131.5}}),
    ("estimates_not_in_order", ("cost_estimates", "low_mnok", 0), {"cost_estimates": {"low_mnok": 117}}),
    ("estimates_not_in_order", ("cost_estimates", "likely_mnok", 0), {"cost_estimates": {"likely_mnok": 141}}),
    ("estimates_not_in_order", ("cost_estimates", "low_mnok", 0), {"cost_estimates": {"low_mnok": 141, "likely_mnok": None}}),
    ("estimates_not_in_order", ("risks", "consequence_likely_mnok", 0), {"risks": {"consequence_likely_mnok": 6}}),
    ("estimates_not_in_order", ("goal_contributions", "low", 0), {"goal_contributions": {"low": -20}}),
    ("forecast_zero", ("cost_estimates", "forecast_mnok", 0), {"cost_estimates": {"forecast_mnok": 0}, "economy": []}),
    (
        "money_outside_area",
        ("economy", "funding_source_id", 1),
        {"projects": {"municipality_codes": "F02"}, "economy": {1: {"funding_source_id": "bompenger"}}},
    ),
    (
        "money_partly_outside_area",
        ("economy", "funding_source_id", 1),
        {"projects": {"municipality_codes": "F01; F02"}, "economy": {1: {"funding_source_id": "bompenger"}}},
    ),
    ("source_not_for_element", ("economy", "cost_element", 2), {"economy": {2: {"funding_source_id": "stat_50_50"}}}),
    ("source_share_too_high", ("economy", "forecast_mnok", 1), {"economy": {1: BANE, 2: BANE_OTHERS}}),
    ("source_share_too_high", ("economy", "forecast_mnok", 1), {"economy": {1: BANE}}),
    ("milestones_not_in_order", ("milestones", "actual_on", 2), {"milestones": {2: {"actual_on": "2023-09-30"} | {"forecast_on": "2023-09-30"}}}),
    ("milestones_not_in_order", ("milestones", "forecast_on", 3), {"milestones": {3: {"forecast_on": "2025-03-09"}}}),
    ("milestones_not_in_order", ("milestones", "baseline_on", 4), {"milestones": {4: {"baseline_on": "2027-05-31"}}}),
    (
        "actual_after_period",
        ("milestones", "actual_on", 2),
        {"milestones": {2: {"actual_on": "2026-10-01", "forecast_on": "2026-10-01"}}},
    ),
    ("forecast_not_actual", ("milestones", "forecast_on", 0), {"milestones": {"forecast_on": "2023-05-31"}}),
    ("construction_without_start", ("projects", "phase", 0), {"milestones": {2: {"actual_on": None}}}),
    ("opened_without_opening", ("projects", "phase", 0), {"projects": {"phase": "opened"}}),
    (
        "opening_before_phase",
        ("projects", "phase", 0),
        {"milestones": {3: {"actual_on": "2026-08-01", "forecast_on": "2026-08-01"}}},
    ),
    ("split_not_100", ("projects", "working_area_split", 0), {"projects": {"working_area_split": "nord 60; sentrum 30"}}),
    ("split_not_100", ("projects", "working_area_split", 0), {"projects": {"working_area_split": "nord 60; sentrum 40.1"}}),
    ("area_twice", ("projects", "working_area_split", 0), {"projects": {"working_area_split": "nord 60; nord 40"}}),
    ("share_not_positive", ("projects", "working_area_split", 0), {"projects": {"working_area_split": "nord 100; sentrum 0"}}),
    ("area_without_municipality", ("projects", "working_area_split", 0), {"projects": {"municipality_codes": "F03"}}),
    ("road_number_twice", ("projects", "road_number", 0), {"projects": {"road_number": "Fv 101; Kv 101"}}),
    ("merged_in_circle", ("projects", "merged_into", 0), {"projects": {"standing": "merged", "merged_into": "F-001"}}),
    ("depends_in_circle", ("projects", "depends_on", 0), {"projects": {"depends_on": "F-001"}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "changes"), CASES)
def test_a_planted_fault_is_found_in_its_cell_and_nothing_else_is(code, place, changes):
    findings = across(a_return(**changes))
    assert told(findings) == [(code, *cell(*place))]
    assert all(said(findings))


def test_each_rule_has_a_case():
    elsewhere = {"municipality_not_valid"}  # tests/checks/test_real_cases.py
    assert {rule.code for rule in RULES} == {code for code, _, _ in CASES} | elsewhere


# What must not be said.


@pytest.mark.parametrize(
    "changes",
    [
        {"cost_estimates": {"forecast_mnok": 120.06}},  # rounding: 0.05 + 3 rows of 0.005
        {"cost_estimates": {"forecast_mnok": UNKNOWN}},
        {"economy": {1: {"forecast_mnok": None}}, "cost_estimates": {"forecast_mnok": 150}},
        {"economy": {1: {"requisitioned_mnok": 60}}},
        {"economy": {0: {"spent_to_date_mnok": 38.05}}},
        {"economy": {1: {"budget_mnok": UNKNOWN, "requisitioned_mnok": 90}}},
        {"economy": {1: {"cost_element": "bus"}, 2: {"funding_source_id": "bompenger"}}},
        {"economy": {1: BANE | {"forecast_mnok": 11}, 2: BANE_OTHERS | {"forecast_mnok": 11}}, "cost_estimates": {"forecast_mnok": 60}},
        {"economy": {1: BANE, 2: BANE_OTHERS | {"forecast_mnok": UNKNOWN}}},
        {"projects": {"municipality_codes": "F02"}, "economy": {2: {"funding_source_id": "bompenger", "budget_mnok": 0, "forecast_mnok": 0, "requisitioned_mnok": None}}, "cost_estimates": {"forecast_mnok": 98}},
        {"milestones": {0: {"actual_on": "2024-01-01", "forecast_on": "2024-01-01"}}},  # a plan may follow its funding
        {"milestones": {2: {"actual_on": "2026-09-30", "forecast_on": "2026-09-30"}}},
        {"projects": {"phase": "opened", "standing": "cancelled"}},
        {"projects": {"working_area_split": Missing("not_applicable")}},
        {"projects": {"working_area_split": "nord 33.4; sor 33.3; sentrum 33.3"}},
        {"projects": {"road_number": "Fv 101; Fv 1010"}},
        {"projects": {"depends_on": "F-900"}},  # another party's
        {"goal_contributions": {"low": None, "high": None}},
        {"cost_estimates": {"p50_mnok": UNKNOWN, "p85_mnok": UNKNOWN}},
        {"cost_estimates": {"forecast_mnok": 0}, "economy": [], "projects": {"standing": "merged", "merged_into": "F-009"}},
    ],
)  # fmt: skip
def test_what_is_right_or_not_known_is_not_found_fault_with(changes):
    assert across(a_return(**changes)) == []


def test_requisitions_are_held_against_the_budget_of_source_and_year_together():
    rows = [{**MONEY, "budget_mnok": 30, "spent_to_date_mnok": 30, "spent_period_mnok": 1, "forecast_mnok": 60, **more}
            for more in ({"requisitioned_mnok": 35}, {"cost_element": "walking", "requisitioned_mnok": 25})]  # fmt: skip
    assert across(a_return(economy=rows)) == []
    rows[1]["requisitioned_mnok"] = 25.1
    (finding,) = across(a_return(economy=rows))
    assert (finding.cell, finding.named["sum_mnok"], finding.named["other_mnok"]) == (
        cell("economy", "requisitioned_mnok")[1],
        60.1,
        60.0,
    )


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=12), st.integers(-400, 400))
def test_funding_covers_cost_exactly_when_the_gap_is_within_rounding(hundredths, gap):
    amounts = [Decimal(number) / 100 for number in hundredths]
    cost = sum(amounts) + Decimal(gap) / 1000
    rows = [
        {"year": 2030 + year, "spent_to_date_mnok": 0, "budget_mnok": 0, "forecast_mnok": amount}
        for year, amount in enumerate(amounts)
    ]
    blank = dict.fromkeys(("p50_mnok", "p85_mnok", "low_mnok", "likely_mnok", "high_mnok"))
    codes = {finding.code for finding in across(a_return(economy=rows, cost_estimates={**blank, "forecast_mnok": cost}))}
    assert ("funding_differs_from_cost" in codes) == (abs(Decimal(gap)) / 1000 > tolerance_mnok(len(rows)))


def test_a_row_of_no_known_project_explains_a_gap_that_is_as_large():
    stray = {1: {"project_id": "F-01"}}
    assert across(a_return(economy=stray)) == []
    assert [finding.code for finding in across(a_return(economy=stray, cost_estimates={"forecast_mnok": 125}))] == [
        "funding_differs_from_cost"
    ]


def test_circles_are_told_once_with_the_way_round():
    found = a_return(projects=[
        {"project_id": "F-001", "depends_on": "F-003"}, {"project_id": "F-002", "depends_on": "F-001; F-009"},
        {"project_id": "F-003", "depends_on": "F-002"}, {"project_id": "F-004", "depends_on": "F-001"},
        {"project_id": "F-005", "depends_on": "F-005"}, {"project_id": "F-006", "phase": "idea"},
    ])  # fmt: skip
    circles = [finding for finding in across(found) if finding.code == "depends_in_circle"]
    assert [finding.named["way"] for finding in circles] == ["F-001 → F-003 → F-002 → F-001", "F-005 → F-005"]
    assert [finding.cell for finding in circles] == [cell("projects", "depends_on", row)[1] for row in (0, 4)]


def test_long_chains_of_projects_are_followed():
    rows = [{"project_id": f"P{number}", "phase": "idea", "depends_on": f"P{number + 1}"} for number in range(3000)]
    assert across(a_return(projects=rows)) == []


# A blank hides its followers.


@pytest.mark.parametrize(
    ("table", "column", "row", "changes"),
    [
        ("economy", "forecast_mnok", 1, {"economy": {1: {"forecast_mnok": 70}}}),
        ("economy", "project_id", 1, {"economy": {1: {"project_id": "F-01"}}}),
        ("milestones", "actual_on", 3, {"projects": {"phase": "opened"}}),
        ("projects", "municipality_codes", 0, {"projects": {"municipality_codes": "F03"}}),
        ("cost_estimates", "p85_mnok", 0, {"cost_estimates": {"p85_mnok": 10}}),
        ("economy", "year", 2, {"economy": {2: {"spent_to_date_mnok": 5}}}),
    ],
)
def test_nothing_is_said_of_what_follows_from_a_faulty_cell(table, column, row, changes):
    found = a_return(**changes)
    faulty = Finding("wrong_type", "error", *cell(table, column, row))
    assert across(without_faulty_answers(found, [faulty])) == []


def test_a_warning_hides_nothing():
    odd = Finding("odd", "warning", *cell("cost_estimates", "forecast_mnok"))
    assert across(without_faulty_answers(a_return(cost_estimates={"forecast_mnok": 130}), [odd])) != []


# Persons. Birth numbers with 80 added to the month are made for tests and belong to nobody.


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Avklart med 01810790187", ["birth_number_in_text"]),
        ("fnr 018107 90187.", ["birth_number_in_text"]),
        ("skriv til kari.nordmann@eksempel.no", ["email_in_text"]),
        ("ring 412 34 567", ["phone_in_text"]),
        ("Tlf: 55 12 34 56", ["phone_in_text"]),
        ("mobil 41234567", ["phone_in_text"]),
        ("+47 55123456", ["phone_in_text"]),
        ("kari@eksempel.no, 0047 41 23 45 67", ["email_in_text", "phone_in_text"]),
        ("Referanse 01810790188", []),  # a control digit is wrong
        ("Sak 2026/12345678, kostnad 45 000 000 kr og 41234567 kroner", []),
        ("Byggestart 20260301, 12 345 678 i 2027", []),
        ("kontrakt 45000000", []),
        ("Se sak 12/26 av 01.03.2026", []),
    ],
)  # fmt: skip
def test_what_belongs_to_a_person_is_found_and_never_quoted(written, codes):
    findings = list(texts_name_nobody(a_return(deviations={"cause": written}), FORM))
    assert told(findings) == [(code, *cell("deviations", "cause")) for code in codes]
    assert all(finding.quoted is None for finding in findings)
    assert all(said(findings))


def test_the_reason_of_a_missing_value_is_free_text_too():
    reason = Missing("not_delivered", "spør ola@eksempel.no")
    findings = list(texts_name_nobody(a_return(progress={"physical_pct": reason}), FORM))
    assert told(findings) == [("email_in_text", *cell("progress", "physical_pct"))]


def test_each_rule_about_persons_has_a_case():
    assert {rule.code for rule in PERSONAL} == {"birth_number_in_text", "email_in_text", "phone_in_text"}


# What the agreements may say of a source.


@pytest.mark.parametrize("agreement_id", ["fjordbyen", "miljoloftet"])
def test_sources_name_cost_elements_of_the_form(agreement_id):
    elements = {choice.code for choice in FORM.table("economy").column("cost_element").allowed}
    for source in agreement(agreement_id).funding_sources:
        assert {*source.only_for, *source.share_pct} <= elements
