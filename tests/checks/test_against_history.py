"""Each rule against the last return by one planted change: the code and the cell, and nothing where nothing is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from checks.against_history import RULES, history_findings
from checks.usable import UNUSABLE, without_faulty_answers
from domain.returns import Missing, Return
from domain.rows import Finding
from tests.builders import agreement
from tests.return_rows import FORM, a_return, cell, last_quarter, said, told

NEW_NAME = {"project_name": "Sykkelvei langs Åna"}
UNKNOWN = Missing("not_yet_known")
LAST = {"spent_period_mnok": 10, "spent_to_date_mnok": 28.9}


def history(found: Return, previous: Return | None = None) -> list[Finding]:
    previous = previous or last_quarter()
    return list(history_findings(found, previous, agreement(found.agreement_id), FORM))


def test_a_clean_return_has_nothing_to_say():
    assert history(a_return()) == []


CASES: list[tuple[str, tuple[str, str, int], dict[str, Any]]] = [
    ("project_id_changed", ("projects", "project_id", 0), {"projects": {"project_id": "F-100"}}),
    ("project_id_changed", ("projects", "project_id", 0), {"projects": {"project_id": "F-100", "project_name": "Elvevegen", "earlier_names": "Nordvegen; sykkelvei langs  elva"}}),
    ("project_renamed", ("projects", "project_name", 0), {"projects": NEW_NAME}),
    ("phase_backwards", ("projects", "phase", 0), {"projects": {"phase": "design"}}),
    ("municipality_changed", ("projects", "municipality_codes", 0), {"projects": {"municipality_codes": "F01; F02"}}),
    ("working_area_changed", ("projects", "working_area_split", 0), {"projects": {"working_area_split": "nord 60; sentrum 40"}}),
    ("road_number_changed", ("projects", "road_number", 0), {"projects": {"road_number": "Fv 102"}}),
    ("spent_falls", ("economy", "spent_to_date_mnok", 1), {"economy": {1: {"spent_to_date_mnok": 28.8}}}),
    ("spent_falls", ("economy", "spent_to_date_mnok", 0), {"economy": {"spent_to_date_mnok": 37}}),
    ("spent_reversed", ("economy", "spent_to_date_mnok", 1), {"economy": {1: {"spent_to_date_mnok": 25.9, "spent_period_mnok": -3}}}),
    ("past_changed", ("economy", "spent_to_date_mnok", 0), {"economy": {"spent_to_date_mnok": 38.5}}),
    ("past_changed", ("economy", "budget_mnok", 0), {"economy": {"budget_mnok": 90}}),
    ("past_changed", ("economy", "forecast_mnok", 0), {"economy": {"forecast_mnok": 38.5}}),
    ("jump", ("economy", "forecast_mnok", 2), {"economy": {2: {"forecast_mnok": 44.1}}}),
    ("jump", ("cost_estimates", "p85_mnok", 0), {"cost_estimates": {"p85_mnok": 263, "amount_source": "KS2"}}),
    ("jump_tenfold", ("cost_estimates", "forecast_mnok", 0), {"cost_estimates": {"forecast_mnok": 1300}}),
    ("jump_tenfold", ("economy", "forecast_mnok", 2), {"economy": {2: {"forecast_mnok": 2.1}}}),
    ("unit_differs", ("economy", "forecast_mnok", 2), {"economy": {2: {"forecast_mnok": 22000}}}),
    ("unit_differs", ("cost_estimates", "forecast_mnok", 0), {"cost_estimates": {"forecast_mnok": 131_000_000}}),
    ("unit_differs", ("cost_estimates", "forecast_mnok", 0), {"cost_estimates": {"forecast_mnok": 0.13}}),
    ("total_became_part", ("cost_estimates", "forecast_mnok", 0), {"cost_estimates": {"forecast_mnok": 23.9}}),
    ("sign_flipped", ("goal_contributions", "likely", 0), {"goal_contributions": {"likely": 26}}),
    ("figure_became_missing", ("economy", "forecast_mnok", 2), {"economy": {2: {"forecast_mnok": UNKNOWN}}}),
    ("figure_became_missing", ("milestones", "baseline_on", 3), {"milestones": {3: {"baseline_on": UNKNOWN}}}),
    ("frame_changed_unexplained", ("cost_estimates", "p50_mnok", 0), {"cost_estimates": {"p50_mnok": 119}}),
    ("price_basis_changed", ("economy", "price_year", 2), {"economy": {2: {"price_year": 2027}}}),
    ("price_basis_changed", ("cost_estimates", "includes_vat", 0), {"cost_estimates": {"includes_vat": True}}),
    ("stated_change_differs", ("economy", "stated_change_pct", 2), {"economy": {2: {"forecast_mnok": 24.2, "stated_change_pct": 9.4}}}),
    ("physical_falls", ("progress", "physical_pct", 0), {"progress": {"physical_pct": 54.9}}),
    ("rebaseline_without_decision", ("milestones", "baseline_on", 3), {"milestones": {3: {"baseline_on": "2027-07-01"}}}),
    ("actual_date_changed", ("milestones", "actual_on", 2), {"milestones": {2: {"actual_on": "2025-03-11"}}}),
    ("actual_date_removed", ("milestones", "actual_on", 2), {"milestones": {2: {"actual_on": None}}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "changes"), CASES)
def test_a_planted_change_is_found_in_its_cell_and_nothing_else_is(code, place, changes):
    findings = history(a_return(**changes))
    assert told(findings) == [(code, *cell(*place))]
    assert all(said(findings))


def test_what_is_gone_is_told_of_the_sheet():
    found = a_return(projects=[{"project_id": "F-002", **NEW_NAME}])
    (vanished,) = history(found)
    assert told([vanished]) == [("project_vanished", "Prosjekter", None)]
    assert (vanished.quoted, vanished.named["project_name"]) == ("F-001", "Sykkelvei langs Elva")

    rows = [{"year": 2026, "budget_mnok": 60, "spent_to_date_mnok": 41.3, "forecast_mnok": 60}, {"year": 2027, "budget_mnok": 20, "spent_to_date_mnok": 0, "forecast_mnok": 22}]  # fmt: skip
    (row,) = history(a_return(economy=rows))
    assert told([row]) == [("past_row_vanished", "Økonomi", None)]
    assert (row.quoted, row.named["year"], row.named["cost_element"]) == ("F-001", "2025", "cycling")

    stones = [{"milestone": "plan_adopted"}]
    removed = history(a_return(milestones=stones))
    assert told(removed) == [("actual_date_removed", "Milepæler", None)] * 2
    assert all(said([vanished, row, *removed]))
    assert [finding.named["milestone"] for finding in removed] == ["funding_decided", "construction_start"]


def test_a_sum_that_jumps_by_its_rows_is_told_once():
    forecasts = {2025: 38, 2026: 60, 2027: 22, 2028: 60, 2029: 60, 2030: 60}
    rows = [
        {"year": year, "budget_mnok": 40, "spent_to_date_mnok": 38, "forecast_mnok": each} for year, each in forecasts.items()
    ]
    previous = last_quarter(economy=rows[:3])
    (finding,) = history(a_return(economy=rows), previous)
    assert told([finding]) == [("sum_jumps", *cell("economy", "forecast_mnok"))]
    assert (finding.quoted, finding.named["before"]) == ("300", 120.0)
    assert all(said([finding]))


def test_the_same_return_again_is_told_of_the_whole_file():
    again = a_return(economy={1: LAST})
    findings = history(again)
    assert told(findings) == [("nothing_changed", None, None)]
    assert all(said(findings))


def test_each_rule_has_a_case():
    elsewhere = {"project_vanished", "past_row_vanished", "sum_jumps", "nothing_changed"}
    assert {rule.code for rule in RULES} == {code for code, _, _ in CASES} | elsewhere


@pytest.mark.parametrize(
    "changes",
    [
        {"projects": {**NEW_NAME, "earlier_names": "Vegen; SYKKELVEI langs elva"}},
        {"projects": {"project_name": "Sykkelvei  langs elva"}},
        {"projects": {"road_number": "fv101"}},
        {"projects": {"phase": "opened"}},
        {"economy": {1: {"budget_mnok": 65}}},  # the year is not over
        {"economy": {2: {"forecast_mnok": 44}}},  # exactly twice
        {"economy": {2: {"forecast_mnok": 0}}},  # moved to another year
        {"economy": {2: {"forecast_mnok": 24.2, "stated_change_pct": 9.5}}},
        {"economy": {2: {"forecast_mnok": 24.2, "stated_change_pct": 10.5}}},
        {"cost_estimates": {"p50_mnok": 119, "amount_source": "Sak 3/26"}},
        {"cost_estimates": {"p50_mnok": 119}, "progress": {"reason_cost": "Vedtatt økning"}},
        {"cost_estimates": {"p50_mnok": 119}, "projects": {"phase": "opened"}},
        {"milestones": {3: {"baseline_on": "2027-07-01", "baseline_decision": "Sak 12/26"}}},
        {"milestones": {3: {"forecast_on": "2027-12-01"}}},
        {"goal_contributions": {"likely": 90}},
    ],
)
def test_what_may_change_is_not_found_fault_with(changes):
    assert history(a_return(**changes)) == []


def test_an_old_decision_does_not_carry_a_new_baseline():
    decided = {"baseline_decision": "Sak 12/26"}
    previous = last_quarter(milestones={3: decided})
    now = a_return(milestones={3: {"baseline_on": "2027-07-01", **decided}})
    assert told(history(now, previous)) == [("rebaseline_without_decision", *cell("milestones", "baseline_on", 3))]


@pytest.mark.parametrize("standing", ["merged", "cancelled"])
def test_what_had_ended_may_be_left_out(standing):
    previous = last_quarter(projects={"standing": standing})
    assert history(a_return(projects=[{"project_id": "F-002", **NEW_NAME}]), previous) == []


def test_small_amounts_may_double():
    previous = last_quarter(economy={1: LAST, 2: {"forecast_mnok": 0.4}})
    assert history(a_return(economy={2: {"forecast_mnok": 1.3}}), previous) == []


def test_a_missing_amount_that_becomes_known_is_no_change():
    previous = last_quarter(economy={0: {"spent_to_date_mnok": UNKNOWN}, 1: LAST})
    assert history(a_return(), previous) == []


@pytest.mark.parametrize("period", ["2026-Q3", "2026-Q4", "2027-Q1", "2026"])
def test_a_return_of_the_same_or_a_later_period_is_not_compared(period):
    assert history(a_return(projects=[]), last_quarter_of(period)) == []


def last_quarter_of(period: str) -> Return:
    return a_return(period)


def test_without_a_last_return_there_is_nothing_to_compare():
    assert list(history_findings(a_return(), None, agreement(), FORM)) == []


def test_a_year_that_ended_with_the_last_return_may_still_be_settled():
    previous = a_return("2026-Q4", economy={1: LAST})
    assert history(a_return("2027-Q1", economy={1: {"spent_to_date_mnok": 55, "forecast_mnok": 55}}), previous) == []


def test_old_codes_that_others_carry_on_have_not_moved():
    previous = last_quarter(projects={"municipality_codes": "1263"})
    now = a_return(agreement_id="miljoloftet", projects={"municipality_codes": "4631"})
    assert history(now, previous) == []


@pytest.mark.parametrize(
    ("table", "column", "row", "changes"),
    [
        ("projects", "project_id", 0, {"projects": {"project_id": "F 001"}}),
        ("economy", "year", 0, {"economy": {"year": 1025}}),
        ("economy", "spent_to_date_mnok", 1, {"economy": {1: {"spent_to_date_mnok": -1}}}),
        ("economy", "forecast_mnok", 1, {"economy": {1: {"forecast_mnok": None}}}),
        ("milestones", "actual_on", 2, {"milestones": {2: {"actual_on": None}}}),
        ("milestones", "milestone", 2, {"milestones": {2: {"milestone": "start"}}}),
        ("milestones", "baseline_decision", 3, {"milestones": {3: {"baseline_on": "2027-07-01"}}}),
    ],
)
def test_nothing_is_said_of_what_follows_from_a_faulty_cell(table, column, row, changes):
    faulty = Finding("wrong_type", "error", *cell(table, column, row))
    assert history(without_faulty_answers(a_return(**changes), [faulty])) == []


def test_a_table_that_is_not_there_has_not_vanished():
    found = a_return()
    for table in found.rows:
        rows = {name: rows for name, rows in found.rows.items() if name != table}
        assert history(Return("quarterly_return", 2, "fjordbyen", "fjordby", "2026-Q3", rows)) == []


def test_no_code_of_the_form_means_unusable():
    assert UNUSABLE.code not in {code.code for code in FORM.missing}


@pytest.mark.parametrize(("ratio", "code"), [("799", "jump_tenfold"), ("800", "unit_differs"), ("1200", "unit_differs"), ("1201", "jump_tenfold"), ("0.00125", "unit_differs"), ("0.00126", "jump_tenfold"), ("0.1", "jump"), ("10", "jump"), ("10.01", "jump_tenfold"), ("0.0000009", "unit_differs")])  # fmt: skip
def test_factors_of_a_thousand_are_taken_for_units(ratio, code):
    now = a_return(economy={2: {"forecast_mnok": 22 * Decimal(ratio)}})
    assert [finding.code for finding in history(now)] == [code]
