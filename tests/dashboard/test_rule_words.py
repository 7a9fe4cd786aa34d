"""The deviation rules in words: every rule at every level in both languages, with the figures of its evidence and no others."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal

import pytest

from dashboard.parts.rules.cases import CASES
from dashboard.parts.rules.words import how_much, lack_said, limit_said, limit_sources, rule_name, rule_sentence
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from domain.deviation_limits import Bounds, OwnLimit, limits_with
from domain.limit_file import default_limits, limits_of
from domain.words import LANGUAGES, words
from pipelines.answers.deviations.deviations import rule_results
from pipelines.answers.deviations.results import ReportOf, RuleResult
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.rules.all_rules import RULES
from tests.builders import agreement

FJORDBYEN = agreement()
TODAY = dt.date(2026, 11, 22)
LIMITS = {limit.rule_code: limit for limit in default_limits().limits}
FORECAST = {"forecast_mnok": "162.4", "p50_mnok": "150"}
OPENING = {"forecast_on": "2027-03-01", "baseline_on": "2027-01-15", "stated_baseline_on": "2027-01-15"}
MOVED = {"forecast_on": "2027-03-01", "previous_forecast_on": "2027-01-15", "previous_period": "2026-Q1"}
DRIFT = {"first_period": "2025-Q4", "first_forecast_mnok": "96", "forecast_mnok": "98.9", "risen_pct": "3.0208333"}
YEAR = {"year": 2026, "budget_mnok": "58.9", "forecast_mnok": "41.76"}
ASKED = {"funding_source_id": "bompenger", "year": 2026, "requisitioned_mnok": "5.2", "budget_mnok": "4"}
SPENT = {"spent_mnok": "41.1", "forecast_mnok": "178.6", "spent_pct": "23.012", "physical_pct": "2.6"}
RESERVE = {"reserve_level": "project", "released_mnok": "30.1", "held_mnok": "0", "used_pct": "100", "physical_pct": "77.1"}
RISKS = {"n_risks": 2, "expected_mnok": "11.385", "p50_mnok": "345"}
AWAITED = {"period": "2026-Q2", "awaited_period": "2026-Q3", "deadline_on": "2026-10-20", "as_of": "2026-11-22"}
STALE = {"period": "2026-Q1", "period_ended_on": "2026-03-31", "as_of": "2026-11-22"}
GREENER = {"reported_colour": "green", "data_colour": "yellow", "reason": None}
JUMP = {"forecast_mnok": "230", "previous_forecast_mnok": "100", "previous_period": "2026-Q1"}
CHANGED = {"milestone": "opening", "baseline_on": "2026-01-24", "stated_baseline_on": "2026-04-18"}
OVERDUE = {"milestone": "opening", "forecast_on": "2026-11-13", "as_of": "2026-11-22"}

# Rule, number, evidence, and how much in bokmål and in English: every case of every rule.
TOLD = [
    ("cost_over_p50", 108.26, FORECAST, "12,4 mill. kr over P50 (+8,3 %)", "NOK 12.4 million over P50 (+8.3 %)"),
    ("cost_over_p50", 50.0, {"forecast_mnok": "75", "p50_mnok": "150"}, "75,0 mill. kr under P50 (−50,0 %)", "NOK 75.0 million under P50 (−50.0 %)"),
    ("cost_over_p50", 100.0, {"forecast_mnok": "150", "p50_mnok": "150"}, "Lik P50", "Equal to P50"),
    ("cost_over_p50", 100.001, {"forecast_mnok": "86.001", "p50_mnok": "86"}, "0,001 mill. kr over P50 (+0,001 %)", "NOK 0.001 million over P50 (+0.001 %)"),
    ("cost_over_p50", None, {"forecast_mnok": "75", "p50_mnok": "0"}, "75,0 mill. kr over P50", "NOK 75.0 million over P50"),
    ("cost_over_p85", 106.23, {"forecast_mnok": "116.6", "p85_mnok": "109.76"}, "6,8 mill. kr over P85 (+6,2 %)", "NOK 6.8 million over P85 (+6.2 %)"),
    ("cost_over_p85", 50.0, {"forecast_mnok": "50", "p85_mnok": "100"}, "50,0 mill. kr under P85 (−50,0 %)", "NOK 50.0 million under P85 (−50.0 %)"),
    ("cost_over_p85", 100.0, {"forecast_mnok": "50", "p85_mnok": "50"}, "Lik P85", "Equal to P85"),
    ("cost_over_p85", None, {"forecast_mnok": "50", "p85_mnok": "0"}, "50,0 mill. kr over P85", "NOK 50.0 million over P85"),
    ("cost_drift", 2.0, DRIFT, "2 økninger på rad (+3,0 % siden 4. kvartal 2025)", "2 rises in a row (+3.0 % since Q4 2025)"),
    ("cost_drift", 1.0, DRIFT, "1 økning (+3,0 % siden 4. kvartal 2025)", "1 rise (+3.0 % since Q4 2025)"),
    ("cost_drift", 0.0, DRIFT, "Ingen økning", "No rise"),
    ("cost_drift", 2.0, {**DRIFT, "first_forecast_mnok": "0", "risen_pct": None}, "Økning på rad: 2", "Rises in a row: 2"),
    ("slip_baseline", 45.0, OPENING, "45 dager senere enn vedtatt plan", "45 days later than the adopted plan"),
    ("slip_baseline", -1.0, OPENING, "1 dag tidligere enn vedtatt plan", "1 day earlier than the adopted plan"),
    ("slip_baseline", 0.0, OPENING, "Som i vedtatt plan", "As in the adopted plan"),
    ("slip_since_last", 45.0, MOVED, "45 dager senere enn forrige rapport", "45 days later than the previous report"),
    ("slip_since_last", -45.0, MOVED, "45 dager tidligere enn forrige rapport", "45 days earlier than the previous report"),
    ("slip_since_last", 0.0, MOVED, "Uendret siden forrige rapport", "Unchanged since the previous report"),
    ("milestone_overdue", 9.0, OVERDUE, "Åpning: 9 dager etter prognosedato", "Opening: 9 days after the forecast date"),
    ("milestone_overdue", 0.0, OVERDUE, "Åpning: prognosedatoen er ikke passert", "Opening: the forecast date has not passed"),
    ("milestone_overdue", 0.0, {}, "Ingen milepæl gjenstår", "No milestone remains"),
    ("year_spend", 70.9, YEAR, "17,1 mill. kr under årets budsjett (−29,1 %)", "NOK 17.1 million under the year's budget (−29.1 %)"),
    ("year_spend", 110.0, {**YEAR, "forecast_mnok": "64.79"}, "5,9 mill. kr over årets budsjett (+10,0 %)", "NOK 5.9 million over the year's budget (+10.0 %)"),
    ("year_spend", 100.0, {**YEAR, "forecast_mnok": "58.9"}, "Lik årets budsjett", "Equal to the year's budget"),
    ("year_spend", None, {**YEAR, "budget_mnok": "0"}, "41,8 mill. kr over årets budsjett", "NOK 41.8 million over the year's budget"),
    ("requisition_over_budget", 1.2, ASKED, "1,2 mill. kr over kildens budsjett i 2026", "NOK 1.2 million over the source's budget in 2026"),
    ("requisition_over_budget", -1.0, {**ASKED, "requisitioned_mnok": "3"}, "1,0 mill. kr under kildens budsjett i 2026", "NOK 1.0 million under the source's budget in 2026"),
    ("requisition_over_budget", 0.0, {**ASKED, "requisitioned_mnok": "4"}, "Lik kildens budsjett", "Equal to the source's budget"),
    ("requisition_over_budget", 0.0, {}, "Ingenting rekvirert", "Nothing requisitioned"),
    ("progress_behind_spend", 20.412, SPENT, "20,4 prosentpoeng mer brukt enn utført", "20.4 percentage points more spent than completed"),
    ("progress_behind_spend", -3.0, SPENT, "3,0 prosentpoeng mer utført enn brukt", "3.0 percentage points more completed than spent"),
    ("progress_behind_spend", 0.0, SPENT, "Like mye brukt som utført", "As much spent as completed"),
    ("progress_behind_spend", None, {**SPENT, "forecast_mnok": "0", "spent_pct": None}, "41,1 mill. kr brukt, prognosen er 0", "NOK 41.1 million spent, the forecast is 0"),
    ("reserve_ahead", 22.9, RESERVE, "22,9 prosentpoeng mer av reserven utløst enn utført", "22.9 percentage points more of the reserve released than completed"),
    ("reserve_ahead", -22.9, RESERVE, "22,9 prosentpoeng mer utført enn utløst av reserven", "22.9 percentage points more completed than released of the reserve"),
    ("reserve_ahead", 0.0, RESERVE, "Like mye utløst som utført", "As much released as completed"),
    ("risk_without_response", 3.3, RISKS, "11,4 mill. kr i 2 risikoer uten tiltak (3,3 % av P50)", "NOK 11.4 million in 2 risks without a response (3.3 % of P50)"),
    ("risk_without_response", 3.3, {**RISKS, "n_risks": 1}, "11,4 mill. kr i 1 risiko uten tiltak (3,3 % av P50)", "NOK 11.4 million in 1 risk without a response (3.3 % of P50)"),
    ("risk_without_response", 0.0, {"n_risks": 0}, "Ingen åpen risiko uten tiltak", "No open risk without a response"),
    ("risk_without_response", None, {**RISKS, "p50_mnok": "0"}, "11,4 mill. kr i risikoer uten tiltak", "NOK 11.4 million in risks without a response"),
    ("goal_effect_missing", 0.0, {"n_contributions": 0}, "Ingen målbidrag oppgitt", "No goal contribution stated"),
    ("goal_effect_missing", 1.0, {"n_contributions": 1}, "1 målbidrag oppgitt", "1 goal contribution stated"),
    ("goal_effect_missing", 3.0, {"n_contributions": 3}, "3 målbidrag oppgitt", "3 goal contributions stated"),
    ("report_missing", 33.0, AWAITED, "33 dager over fristen", "33 days past the deadline"),
    ("report_missing", 0.0, AWAITED, "Fristen er ikke passert", "The deadline has not passed"),
    ("report_stale", 236.0, STALE, "236 dager gamle tall", "Figures 236 days old"),
    ("report_stale", 0.0, STALE, "Perioden er ikke slutt", "The period has not ended"),
    ("reported_greener", 1.0, GREENER, "Meldt ● I rute, tallene sier ▲ Følg med", "Reported ● On track, the figures say ▲ Watch"),
    ("reported_greener", 0.0, {**GREENER, "data_colour": "green"}, "Meldt ● I rute, tallene sier det samme", "Reported ● On track, the figures say the same"),
    ("reported_greener", 0.0, {**GREENER, "reported_colour": "red"}, "Meldt ■ Avvik, tallene sier ▲ Følg med", "Reported ■ Deviation, the figures say ▲ Watch"),
    ("jump", 2.3, JUMP, "2,3 ganger forrige prognose (+130,0 mill. kr)", "2.3 times the previous forecast (NOK +130.0 million)"),
    ("jump", 0.45, {**JUMP, "forecast_mnok": "45"}, "0,45 ganger forrige prognose (−55,0 mill. kr)", "0.45 times the previous forecast (NOK −55.0 million)"),
    ("jump", 1.0, {**JUMP, "forecast_mnok": "100"}, "Uendret prognose", "Forecast unchanged"),
    ("jump", None, {**JUMP, "previous_forecast_mnok": "0"}, "+230,0 mill. kr siden forrige prognose", "NOK +230.0 million since the previous forecast"),
    ("rebaseline", 4.0, CHANGED, "4 milepæler endret uten vedtak", "4 milestones changed without a decision"),
    ("rebaseline", 1.0, CHANGED, "1 milepæl endret uten vedtak", "1 milestone changed without a decision"),
    ("rebaseline", 0.0, {}, "Ingen dato endret", "No baseline changed"),
]  # fmt: skip


def here(language: str = "nb") -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {}, None, True, TODAY, TODAY)


def result(rule: str, number: float | None, evidence: dict, level=None, lack=None, told="green", **other) -> RuleResult:
    """What a rule says, with all that the words do not look at."""
    level = level or (LIMITS[rule].colour_of(Decimal(str(number))) if number is not None else "red")
    usual: dict = {
        "project_id": "F-003", "project_name": "Bybro", "party_id": "fjordby", "focus_area_id": None, "phase": None,
        "working_area_split": None, "municipality_codes": (), "period": "2026-Q2", "reported_on": TODAY, "data_colour": "red",
        "reported_colour": "green", "submission_id": 1, "counts_from": None, "cells_json": "[]", "step": None, "told_before": "green",
        "since_before": None, "n_before": 0, "was_open": False, "since_period": None, "periods_in_a_row": 0,
    }  # fmt: skip
    told = level if level != "cannot_tell" else told
    why = dict(zip(("lack_reason", "lack_table", "lack_column"), lack or (None, None, None), strict=True))
    every = usual | other | why
    of = ReportOf(**{name: every.pop(name) for name in ReportOf._fields})
    return RuleResult(
        of, **every, rule=rule, number=number, evidence_json=json.dumps(evidence, default=str), level=level,
        level_told=told,
    )  # fmt: skip


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


@pytest.mark.parametrize(("rule", "number", "evidence", "nb", "en"), TOLD)
def test_how_much_is_said_with_its_unit_and_its_side(rule, number, evidence, nb, en):
    found = result(rule, number, evidence)
    assert [plain(how_much(here(language), found)) for language in LANGUAGES] == [nb, en]


def test_every_text_of_every_rule_is_among_the_cases():
    used = {(rule, case) for rule, number, evidence, *_ in TOLD for case in [case_of(rule, number, evidence)]}
    there = {(rule, case) for rule in RULES for case in cases_in("much", rule)}
    assert used == there == {(rule, case) for rule in RULES for case in cases_in("said", rule)}


def cases_in(kind: str, rule: str) -> list[str]:
    return [key.rsplit(".", 1)[1] for key in words("nb") if key.startswith(f"rule.{rule}.{kind}.")]


def case_of(rule, number, evidence) -> str:

    return CASES[rule](here(), FJORDBYEN, result(rule, number, evidence))[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("rule", "number", "evidence", "_nb", "_en"), TOLD)
def test_a_sentence_is_whole_and_has_only_figures_that_the_evidence_gives(language, rule, number, evidence, _nb, _en):
    found = result(rule, number, evidence)
    sentence = plain(rule_sentence(here(language), FJORDBYEN, found))
    assert re.fullmatch(r"[A-ZÅØÉ0-9].*[.»”]", sentence)
    assert "{" not in sentence
    for name, given in evidence.items():
        if name.endswith("_mnok") and case_of(rule, number, evidence) != "same" and number != 0:
            decimals = 3 if "86" in str(evidence.get("p50_mnok")) else 1
            amount = f"{Decimal(str(given)):,.{decimals}f}"
            assert (amount if language == "en" else amount.replace(".", ",")) in sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES)
def test_what_cannot_be_told_says_which_figure_of_which_sheet_and_why(language, rule):
    table, column = ("economy", "budget_mnok")
    sheet, header = {"nb": ("Økonomi", "Budsjett"), "en": ("Economy", "Budget")}[language]
    for reason, why in {
        "exempt": {"nb": "Unntatt", "en": "Exempt"},
        "blank": {"nb": "ikke fylt ut", "en": "not filled in"},
    }.items():
        found = result(rule, None, {}, "cannot_tell", (reason, table, column))
        sentence = rule_sentence(here(language), FJORDBYEN, found)
        assert sheet in sentence
        assert header in sentence
        assert why[language] in sentence
        assert sentence.startswith(rule_name(here(language), rule))
        assert how_much(here(language), found) == {"nb": "Kan ikke si", "en": "Cannot tell"}[language]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "lack",
    [
        ("no_row", "reserve", "released_mnok"), ("no_row", "milestones", "milestone"), ("no_row", "progress", "project_id"),
        ("other_kroner", "economy", "budget_mnok"), ("first_report", "cost_estimates", "forecast_mnok"),
        ("no_deadline", "projects", "project_id"), ("nothing_there", "economy", "budget_mnok"), ("ended", "projects", "standing"),
        *((code, "cost_estimates", "p50_mnok") for code in ("exempt", "not_yet_known", "not_applicable", "not_delivered", "blank")),
    ],
)  # fmt: skip
def test_every_reason_has_words(language, lack):
    assert len(lack_said(here(language), result("cost_over_p50", None, {}, "cannot_tell", lack))) > 20


def test_a_figure_that_is_lacking_beside_others_is_said_too():
    found = result("milestone_overdue", 9.0, OVERDUE, lack=("not_yet_known", "milestones", "forecast_on"))
    sentence = plain(rule_sentence(here(), FJORDBYEN, found))
    assert "9 dager siden" in sentence
    assert "Ikke kjent ennå" in sentence


def test_what_was_told_last_stays_beside_what_cannot_be_told():
    found = result("cost_over_p85", None, {}, "cannot_tell", ("exempt", "cost_estimates", "p85_mnok"), told="red")
    assert plain(rule_sentence(here(), FJORDBYEN, found)).endswith("Da det sist kunne sies, var nivået ■ Avvik.")


def test_what_the_owner_has_said_of_a_result_is_quoted():
    found = result("reported_greener", 1.0, {**GREENER, "reason": "Grunnen er avklart."})
    assert "«Grunnen er avklart.»" in rule_sentence(here(), FJORDBYEN, found)
    stated = result("slip_baseline", 45.0, {**OPENING, "stated_baseline_on": "2027-02-01"})
    assert "1. februar 2027" in plain(rule_sentence(here(), FJORDBYEN, stated))
    assert "Bompenger" in rule_sentence(here(), FJORDBYEN, result("requisition_over_budget", 1.2, ASKED))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES)
def test_a_limit_says_what_each_colour_means_and_on_what_basis(language, rule):
    limit = LIMITS[rule]
    said = plain(limit_said(here(language), limit, FJORDBYEN))
    for colour, symbol in (("yellow", "▲"), ("red", "■")):
        bounds = getattr(limit, colour)
        assert (symbol in said) is (bounds is not None or (colour == "red" and "red_together_pct" in limit.settings))
        for number in [it for it in (bounds.above, bounds.at_least, bounds.below) if it is not None] if bounds else []:
            assert format(number.normalize(), "f").replace(".", "," if language == "nb" else ".") in said
    basis = {"state_model": {"nb": "Statens modell", "en": "state's model"}, "local_setting": {"nb": "Lokal", "en": "Local"}}
    assert basis[limit.basis][language] in said
    assert all(source.title in said for source in limit_sources(limit))
    assert len(limit_sources(limit)) == len(limit.sources)


def test_a_limit_that_an_agreement_has_decided_names_the_day_and_the_document():
    source = FJORDBYEN.sources[0]
    own = OwnLimit(
        rule_code="slip_baseline", yellow=Bounds(above=Decimal(60)), basis="decision", sources=(source.source_id,),
        decided_on=dt.date(2026, 3, 4),
    )  # fmt: skip
    said = plain(limit_said(here(), limits_with(default_limits(), [own]).limit("slip_baseline"), FJORDBYEN))
    assert "over 60 dager" in said
    assert "Vedtatt 4. mars 2026" in said
    assert source.title in said
    off = OwnLimit(rule_code="rebaseline", yellow=None, basis="local_setting")
    assert "ikke i bruk" in limit_said(here(), limits_with(default_limits(), [off]).limit("rebaseline"), FJORDBYEN)


def test_what_the_examples_hold_has_words_in_both_languages(examples):
    for found in rule_results(open_snapshot(examples), FJORDBYEN, TODAY):
        for language in LANGUAGES:
            assert how_much(here(language), found)
            assert rule_sentence(here(language), FJORDBYEN, found)


def test_the_rules_of_the_example_are_all_named():
    assert len({rule_name(here(), limit.rule_code) for limit in limits_of(FJORDBYEN).limits}) == len(RULES)
