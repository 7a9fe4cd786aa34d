"""The whole of `check` with column findings of our own: order, hiding, words, and what is told of thousands."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

import checks
from checks.order import MOST_OF_ONE_CODE, ordered
from checks.rules import Rule
from domain.returns import Missing, Return
from domain.rows import Finding
from domain.words import words
from tests.builders import agreement
from tests.return_rows import FORM, a_return, cell, last_quarter, said, told

OWN = Rule("own_rule", "error", "column")


@pytest.fixture
def columns(monkeypatch):
    """What the column checks would have found; without the library that finds it."""
    findings: list[Finding] = []
    module = SimpleNamespace(RULES=(OWN,), column_findings=lambda found, form, agreement: tuple(findings))
    monkeypatch.setitem(sys.modules, "checks.columns", module)
    monkeypatch.setattr(checks, "columns", module, raising=False)
    return findings


def check(found: Return, previous: Return | None = None, **more) -> tuple[Finding, ...]:
    return checks.check(found, agreement(found.agreement_id), FORM, previous, **more)


def test_a_clean_return_has_nothing_to_say(columns):
    assert check(a_return(), last_quarter()) == ()


FAULTY = {
    "economy": {0: {"spent_period_mnok": 1}, 2: {"spent_to_date_mnok": 1, "spent_period_mnok": 1}},
    "projects": {"working_area_split": "nord 60", "phase": "opened"},
    "risks": {"consequence_low_mnok": 9},
}


def test_findings_come_in_the_order_of_the_form_and_of_its_sheets(columns):
    columns += [
        Finding("own_rule", "error", "Økonomi"),
        Finding("own_rule", "error"),
        Finding("own_rule", "error", "Ukjent", "A1"),
    ]
    columns += [Finding("own_rule", "error", "Reserve", address) for address in ("AA3", "B3", "B11", "B2")]
    assert told(check(a_return(**FAULTY))) == [
        ("own_rule", None, None),
        ("split_not_100", *cell("projects", "working_area_split")),
        ("opened_without_opening", *cell("projects", "phase")),
        ("own_rule", "Økonomi", None),
        ("spent_period_in_other_year", *cell("economy", "spent_period_mnok")),
        ("spent_in_future", *cell("economy", "spent_period_mnok", 2)),
        ("spent_in_future", *cell("economy", "spent_to_date_mnok", 2)),
        ("estimates_not_in_order", *cell("risks", "consequence_low_mnok")),
        ("own_rule", "Reserve", "B2"),
        ("own_rule", "Reserve", "B3"),
        ("own_rule", "Reserve", "AA3"),
        ("own_rule", "Reserve", "B11"),
        ("own_rule", "Ukjent", "A1"),
    ]


def test_the_same_findings_come_in_the_same_order_however_they_are_found(columns):
    findings = list(check(a_return(**FAULTY), last_quarter(projects={"phase": "closed"})))
    shuffled = random.Random(7).sample(findings, len(findings))
    assert list(ordered(shuffled, FORM)) == findings
    assert list(ordered(findings, FORM)) == findings


def test_an_english_sheet_has_the_same_place():
    findings = [Finding("own_rule", "error", sheet, "A1") for sheet in ("Economy", "Projects", "Milestones")]
    assert [finding.sheet for finding in ordered(findings, FORM)] == ["Projects", "Milestones", "Economy"]


@pytest.mark.parametrize(("count", "more"), [(MOST_OF_ONE_CODE, []), (MOST_OF_ONE_CODE + 1, [1]), (1000, [800])])
def test_of_one_code_in_a_sheet_the_first_are_told_and_the_others_counted(count, more):
    many = [Finding("own_rule", "hold", "Økonomi", f"H{row}") for row in range(2, count + 2)]
    told_of = ordered([*reversed(many), Finding("own_rule", "hold", "Reserve", "A2")], FORM)
    assert list(told_of[:MOST_OF_ONE_CODE]) == many[:MOST_OF_ONE_CODE]
    rest = told_of[MOST_OF_ONE_CODE:]
    assert [finding.named["count"] for finding in rest if finding.code == "more_of_the_same"] == more
    assert all(said([finding for finding in rest if finding.code == "more_of_the_same"]))
    assert {finding.severity for finding in told_of} == {"hold"}
    assert rest[-1].sheet == "Reserve"
    assert ordered(told_of, FORM) == told_of


# What follows from an error is not said.


def test_an_error_of_a_cell_hides_what_follows_from_it(columns):
    found = a_return(economy={1: {"forecast_mnok": -60}})
    assert [finding.code for finding in check(found)] == ["funding_differs_from_cost"]
    columns.append(Finding("own_rule", "error", *cell("economy", "forecast_mnok", 1)))
    assert [finding.code for finding in check(found)] == ["own_rule"]


def test_what_reading_found_hides_too_and_is_not_repeated(columns):
    found = a_return(projects={"phase": "opened"})
    assert [finding.code for finding in check(found)] == ["opened_without_opening"]
    read = [Finding("not_a_date", "error", *cell("milestones", "actual_on", 3), quoted="i fjor")]
    assert check(found, read=read) == ()


def test_a_project_that_another_table_lacks_is_still_judged(columns):
    columns.append(Finding("project_without_row", "error", *cell("projects", "project_id")))
    assert [finding.code for finding in check(a_return(projects={"phase": "opened"}))] == [
        "project_without_row",
        "opened_without_opening",
    ]


def test_no_finding_quotes_a_cell_with_something_of_a_person(columns):
    place = cell("risks", "responsible")
    columns.append(Finding("own_rule", "error", *place, quoted="kari@eksempel.no"))
    findings = check(a_return(risks={"responsible": "kari@eksempel.no"}))
    assert [(finding.code, finding.quoted) for finding in findings] == [("email_in_text", None), ("own_rule", None)]


# Words.


@pytest.mark.parametrize(
    ("code", "changes", "quoted", "named"),
    [
        ("spent_falls", {"economy": {1: {"spent_to_date_mnok": 12.4}}}, "12,4", {"before": "28,9"}),
        ("jump", {"cost_estimates": {"forecast_mnok": 1100.25}}, "1100,25", {"before": "120"}),
        ("phase_backwards", {"projects": {"phase": "design"}}, "Prosjektering", {"before": "Byggefase"}),
        ("price_bases_mixed", {"economy": {1: {"includes_vat": True}}}, "Ja", {"expected": "Nei", "column": "includes_vat"}),
        ("working_area_changed", {"projects": {"working_area_split": "nord 59.5; sor 40.5"}}, "Nord 59,5; Sør 40,5", {"before": "Nord 100"}),
        ("municipality_changed", {"projects": {"municipality_codes": "F01; F03"}}, "Fjordby; Austmark", {"before": "Fjordby"}),
        ("milestones_not_in_order", {"milestones": {3: {"forecast_on": "2025-01-01"}}}, "2025-01-01", {"milestone": "Åpning", "milestone_other": "Byggestart"}),
        ("figure_became_missing", {"economy": {2: {"forecast_mnok": Missing("not_yet_known", "venter")}}}, "Ikke kjent ennå: venter", {"before": "22"}),
        ("source_not_for_element", {"economy": {2: {"funding_source_id": "stat_50_50"}}}, "Sykkel", {"expected": "Bybane"}),
    ],
)  # fmt: skip
def test_a_finding_says_what_stands_in_the_sheet(columns, code, changes, quoted, named):
    (finding,) = (found for found in check(a_return(**changes), last_quarter()) if found.code == code)
    assert finding.quoted == quoted
    assert {name: finding.named[name] for name in named} == named


def test_an_english_sheet_is_quoted_in_english(columns):
    found = a_return(projects={"phase": "opened"})
    english = tuple(replace(row, sheet="Projects") for row in found.of("projects"))
    (finding,) = check(replace(found, rows={**found.rows, "projects": english}))
    assert (finding.sheet, finding.quoted) == ("Projects", "Opened")


def test_every_rule_is_told_once_and_has_words(columns):
    rules = checks.all_rules()
    codes = [rule.code for rule in rules if rule is not OWN]
    assert OWN in rules
    assert len(codes) == len(set(codes)) > 40
    for language in ("nb", "en"):
        assert {f"finding.{code}.{part}" for code in codes for part in ("message", "action")} <= words(language).keys()
