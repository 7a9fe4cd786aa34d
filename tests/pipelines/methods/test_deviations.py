"""Every deviation rule just below, at and above its limits, what is lacking, the two colours, and the story of a deviation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deviation_limits import OwnLimit, limits_with
from domain.facts import LocalText, Unknown
from domain.limit_file import default_limits
from domain.load import load_agreements
from domain.period import Period
from domain.returns import Missing, Return, ReturnRow
from pipelines.methods.deviations import Judgement, body_for, changes, judge, open_deviations, status, statuses, steps_of
from pipelines.methods.project_reports import HandedIn, ProjectReport, project_reports
from pipelines.methods.rules.all_rules import RULES
from pipelines.methods.rules.case import Case
from tests.return_rows import KRONER, a_return

LIMITS = default_limits()
PERIODS = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
AS_OF = dt.date(2026, 10, 15)
DEADLINE_DAYS = 20
UNKNOWN = Missing("not_yet_known", "Kommer")
Changes = Mapping[str, Any]
# The clean return has a forecast above P50; a test that looks at anything else states the cost that it wants.
COST = {"p50_mnok": 100, "p85_mnok": 120, "forecast_mnok": 100}


def handed_in(*returns: Return) -> list[HandedIn]:
    """Each return, fifteen days after its period."""
    days = [Period.parse(given.period).last.plus(1).first_day + dt.timedelta(days=14) for given in returns]
    return [HandedIn(given, day, number) for number, (given, day) in enumerate(zip(returns, days, strict=True), 1)]


def reports(*found: Changes) -> tuple[ProjectReport, ...]:
    """The reports of the project, the last one of 2026-Q3: each is what it changes in the clean return."""
    returns = [a_return(period, **it) for period, it in zip(PERIODS[-len(found) :], found, strict=True)]
    return project_reports(handed_in(*returns), dt.date.max)["F-001"]


def judged(
    rule: str, *found: Changes, as_of: dt.date = AS_OF, deadline_days: int | None = DEADLINE_DAYS, **more: Any
) -> Judgement:
    return judge(Case(reports(*found), as_of, deadline_days, **more), LIMITS.limit(rule))


def cost(**changes: Any) -> Changes:
    return {"cost_estimates": {**COST, **changes}}


def costs(*forecasts: Any) -> list[Changes]:
    return [cost(forecast_mnok=forecast) for forecast in forecasts]


def opening(**changes: Any) -> Changes:
    return {
        "milestones": [
            {"milestone": "opening", "baseline_on": "2027-06-01", "forecast_on": "2027-06-01", "actual_on": None, **changes}
        ]
    }


def opening_after(days: int, **changes: Any) -> Changes:
    return opening(forecast_on=dt.date(2027, 6, 1) + dt.timedelta(days), **changes)


def economy(*rows: Changes, **changes: Any) -> Changes:
    return {"economy": [*rows] or [{"year": 2026, **changes}]}


def asked(requisitioned: Any, budget: Any = 60, **more: Any) -> Changes:
    return {"year": 2026, "requisitioned_mnok": requisitioned, "budget_mnok": budget, **more}


def spent_at(spent: Any, physical: Any) -> Changes:
    return {"progress": {"physical_pct": physical}, **economy(year=2026, spent_to_date_mnok=spent, forecast_mnok=100)}


def reserve_at(released: Any, held: Any, physical: Any = 40) -> Changes:
    return {"progress": {"physical_pct": physical}, "reserve": {"released_mnok": released, "held_mnok": held}}


def risk(probability: Any, consequence: Any, **more: Any) -> Changes:
    return {"probability_pct": probability, "consequence_likely_mnok": consequence, "response": None, **more}


def risks(*rows: Changes, **cost_changes: Any) -> Changes:
    return {**cost(**cost_changes), "risks": list(rows)}


# Rule, the changes of each report, the level.
CASES: list[tuple[str, list[Changes], str]] = [
    ("cost_over_p50", costs("99.99"), "green"),
    ("cost_over_p50", costs(100), "green"),
    ("cost_over_p50", costs("100.01"), "yellow"),
    ("cost_over_p50", costs(5000), "yellow"),
    ("cost_over_p50", [cost(p50_mnok=0)], "yellow"),
    ("cost_over_p85", costs(101), "green"),
    ("cost_over_p85", costs(120), "green"),
    ("cost_over_p85", costs("120.01"), "red"),
    ("cost_drift", costs(100, "100.99", 102), "green"),
    ("cost_drift", costs(100, 101, "102.01"), "yellow"),
    ("cost_drift", costs(100, 101, 102), "green"),
    ("cost_drift", costs(100, 115), "green"),
    ("cost_drift", costs(100, 101, "109.99"), "yellow"),
    ("cost_drift", costs(100, 101, 110), "red"),
    ("cost_drift", costs(100, 101, 103, 105), "red"),
    ("cost_drift", costs(100, 105, 104, 106), "green"),
    ("cost_drift", costs(100, 105, 110, 110), "green"),
    ("cost_drift", costs(0, 5, 6), "red"),
    ("slip_baseline", [opening_after(-400)], "green"),
    ("slip_baseline", [opening_after(90)], "green"),
    ("slip_baseline", [opening_after(91)], "yellow"),
    ("slip_baseline", [opening_after(180)], "yellow"),
    ("slip_baseline", [opening_after(181)], "red"),
    ("slip_baseline", [opening(actual_on="2028-01-01")], "red"),
    ("slip_since_last", [opening_after(0), opening_after(30)], "green"),
    ("slip_since_last", [opening_after(0), opening_after(31)], "yellow"),
    ("slip_since_last", [opening_after(0), opening_after(90)], "yellow"),
    ("slip_since_last", [opening_after(0), opening_after(91)], "red"),
    ("slip_since_last", [opening_after(200), opening_after(0)], "green"),
    ("milestone_overdue", [opening(forecast_on="2026-10-16")], "green"),
    ("milestone_overdue", [opening(forecast_on="2026-10-15")], "green"),
    ("milestone_overdue", [opening(forecast_on="2026-10-14")], "yellow"),
    ("milestone_overdue", [opening(forecast_on="2026-07-17")], "yellow"),
    ("milestone_overdue", [opening(forecast_on="2026-07-16")], "red"),
    ("milestone_overdue", [opening(forecast_on="2026-07-16", actual_on="2026-07-20")], "green"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok="59.99")], "red"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok=60)], "yellow"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok="79.99")], "yellow"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok=80)], "green"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok=105)], "green"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok="105.01")], "yellow"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok=115)], "yellow"),
    ("year_spend", [economy(budget_mnok=100, forecast_mnok="115.01")], "red"),
    ("year_spend", [economy(budget_mnok=0, forecast_mnok="0.01")], "red"),
    # Too little of one source and too much of another even out, and other years do not count.
    ("year_spend", [economy({"year": 2026, "budget_mnok": 50, "forecast_mnok": 20}, {"year": 2026, "funding_source_id": "kommunale", "budget_mnok": 50, "forecast_mnok": 80}, {"year": 2027, "budget_mnok": 1, "forecast_mnok": 99})], "green"),
    ("requisition_over_budget", [economy(asked(60))], "green"),
    ("requisition_over_budget", [economy(asked("60.01"))], "red"),
    ("requisition_over_budget", [economy(asked(None))], "green"),
    # A budget of the source and year covers all its elements; that of another source or year covers nothing.
    ("requisition_over_budget", [economy(asked(70), asked(None, 20, cost_element="road"))], "green"),
    ("requisition_over_budget", [economy(asked(70), asked(None, 20, funding_source_id="kommunale"))], "red"),
    ("requisition_over_budget", [economy(asked(0), asked(9, 8, year=2025))], "red"),
    ("progress_behind_spend", [spent_at(55, 40)], "green"),
    ("progress_behind_spend", [spent_at("55.01", 40)], "yellow"),
    ("progress_behind_spend", [spent_at(70, 40)], "yellow"),
    ("progress_behind_spend", [spent_at("70.01", 40)], "red"),
    ("progress_behind_spend", [spent_at(0, 90)], "green"),
    ("reserve_ahead", [reserve_at(60, 40)], "green"),
    ("reserve_ahead", [reserve_at("60.01", "39.99")], "yellow"),
    ("reserve_ahead", [reserve_at(80, 20)], "yellow"),
    ("reserve_ahead", [reserve_at("80.01", "19.99")], "red"),
    # The project's own reserve is gone, however much the agreement holds.
    ("reserve_ahead", [{"progress": {"physical_pct": 20}, "reserve": [{"released_mnok": 10, "held_mnok": 0}, {"reserve_level": "agreement", "released_mnok": 0, "held_mnok": 90}]}], "red"),
    ("risk_without_response", [risks(risk(10, "9.9"))], "green"),
    ("risk_without_response", [risks(risk(10, 10))], "yellow"),
    ("risk_without_response", [risks(risk(10, "49.9"))], "yellow"),
    ("risk_without_response", [risks(risk(10, 50))], "red"),
    ("risk_without_response", [risks(risk(10, 5), risk(10, 5, risk_id="R2"))], "yellow"),
    ("risk_without_response", [risks(risk(100, 50, response="Grunnboring"))], "green"),
    ("risk_without_response", [risks(risk(100, 50, kind="opportunity"))], "green"),
    ("risk_without_response", [risks(risk(100, 50, is_open=False))], "green"),
    ("risk_without_response", [risks(p50_mnok=UNKNOWN)], "green"),
    ("goal_effect_missing", [{}], "green"),
    ("goal_effect_missing", [{"goal_contributions": {"likely": 0}}], "green"),
    ("goal_effect_missing", [{"goal_contributions": []}], "yellow"),
    ("goal_effect_missing", [{"goal_contributions": {"likely": UNKNOWN}}], "yellow"),
    ("rebaseline", [opening(), opening()], "green"),
    ("rebaseline", [opening(), opening(baseline_on="2027-09-01")], "yellow"),
    ("rebaseline", [opening(), opening(baseline_on="2027-09-01", baseline_decision="Sak 12/26")], "green"),
    ("rebaseline", [opening(), opening(baseline_on="2027-09-01"), opening(baseline_on="2027-09-01")], "yellow"),
    ("rebaseline", [opening(), opening(baseline_on="2027-09-01"), opening()], "green"),
    ("rebaseline", [opening(), opening(baseline_on="2027-09-01"), opening(baseline_on="2027-09-01", baseline_decision="Sak 12/26")], "green"),
    ("rebaseline", [opening(baseline_decision="Sak 1/25"), opening(baseline_on="2027-09-01", baseline_decision="Sak 1/25")], "yellow"),
    ("jump", costs(100, 50), "green"),
    ("jump", costs(100, 200), "green"),
    ("jump", costs(100, "49.9"), "yellow"),
    ("jump", costs(100, "200.1"), "yellow"),
    ("jump", costs(100, 10), "yellow"),
    ("jump", costs(100, 1000), "yellow"),
    ("jump", costs(100, "9.9"), "red"),
    ("jump", costs(100, 1001), "red"),
    ("jump", costs(0, 5), "red"),
    ("jump", costs(0, 0), "green"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "found", "level"), CASES, ids=[f"{rule}-{number}" for number, (rule, _, _) in enumerate(CASES)])
def test_the_level_at_the_limits(rule, found, level):
    judgement = judged(rule, *[_decimals(it) for it in found])
    assert (judgement.rule, judgement.level, judgement.lack) == (rule, level, None)


def _decimals(part: Any) -> Any:
    """Amounts that a case writes as text, so that they are exact."""
    if isinstance(part, Mapping):
        return {key: _decimals(inner) for key, inner in part.items()}
    if isinstance(part, list):
        return [_decimals(inner) for inner in part]
    return Decimal(part) if isinstance(part, str) and part.replace(".", "", 1).isdigit() else part


@pytest.mark.parametrize(
    ("rule", "day", "level"),
    [
        # The next quarter ends on 31 December; its deadline is 20 January.
        ("report_missing", "2027-01-20", "green"),
        ("report_missing", "2027-01-21", "yellow"),
        ("report_missing", "2027-02-18", "yellow"),
        ("report_missing", "2027-02-19", "red"),
        # The newest figures are of 30 September.
        ("report_stale", "2027-04-08", "green"),
        ("report_stale", "2027-04-09", "red"),
    ],
)
def test_reports_that_do_not_come(rule, day, level):
    assert judged(rule, {}, as_of=dt.date.fromisoformat(day)).level == level


def test_the_report_that_is_awaited_first_counts():
    missing = judged("report_missing", {}, as_of=dt.date(2027, 6, 1))
    assert missing.evidence["awaited_period"] == "2026-Q4"
    assert missing.number == (dt.date(2027, 6, 1) - dt.date(2027, 1, 20)).days


@pytest.mark.parametrize(
    ("reported", "figures", "level"),
    [
        ("green", "green", "green"), ("green", "yellow", "yellow"), ("yellow", "red", "yellow"), ("green", "red", "red"),
        ("red", "green", "green"), ("yellow", "yellow", "green"), ("green", None, "cannot_tell"), (UNKNOWN, "red", "cannot_tell"),
    ],
)  # fmt: skip
def test_the_reported_colour_against_that_of_the_figures(reported, figures, level):
    judgement = judged("reported_greener", {"progress": {"colour_overall": reported}}, data_colour=figures)
    assert judgement.level == level


# Rule, the changes of each report, why nothing is told, and where the figure should have stood.
LACKING: list[tuple[str, list[Changes], str, str]] = [
    ("cost_over_p50", [cost(p50_mnok=UNKNOWN)], "not_yet_known", "cost_estimates.p50_mnok"),
    ("cost_over_p50", [cost(forecast_mnok=Missing("not_delivered"))], "not_delivered", "cost_estimates.forecast_mnok"),
    ("cost_over_p50", [cost(p50_mnok=0, forecast_mnok=0)], "nothing_there", "cost_estimates.p50_mnok"),
    ("cost_over_p50", [{"cost_estimates": []}], "no_row", "cost_estimates.project_id"),
    ("cost_over_p50", [{"projects": {"standing": "cancelled"}}], "ended", "projects.standing"),
    ("cost_over_p85", [cost(p85_mnok=Missing("exempt"))], "exempt", "cost_estimates.p85_mnok"),
    ("cost_over_p85", [cost(p85_mnok=None)], "blank", "cost_estimates.p85_mnok"),
    ("cost_drift", [cost()], "first_report", "cost_estimates.forecast_mnok"),
    ("cost_drift", costs(100, UNKNOWN), "not_yet_known", "cost_estimates.forecast_mnok"),
    ("cost_drift", costs(UNKNOWN, 100), "not_yet_known", "cost_estimates.forecast_mnok"),
    ("cost_drift", costs(UNKNOWN, 100, 102), "not_yet_known", "cost_estimates.forecast_mnok"),
    ("cost_drift", [cost(price_year=2025), cost(forecast_mnok=105)], "other_kroner", "cost_estimates.forecast_mnok"),
    ("slip_baseline", [opening(forecast_on=UNKNOWN)], "not_yet_known", "milestones.forecast_on"),
    ("slip_baseline", [opening(baseline_on=Missing("not_applicable"))], "not_applicable", "milestones.baseline_on"),
    ("slip_baseline", [{"milestones": []}], "no_row", "milestones.milestone"),
    ("slip_since_last", [opening()], "first_report", "milestones.forecast_on"),
    ("slip_since_last", [opening(forecast_on=UNKNOWN), opening()], "not_yet_known", "milestones.forecast_on"),
    ("milestone_overdue", [opening(forecast_on=UNKNOWN)], "not_yet_known", "milestones.forecast_on"),
    ("milestone_overdue", [opening(forecast_on=Missing("not_applicable"))], "not_applicable", "milestones.forecast_on"),
    ("year_spend", [economy(budget_mnok=UNKNOWN)], "not_yet_known", "economy.budget_mnok"),
    ("year_spend", [economy(budget_mnok=0, forecast_mnok=0)], "nothing_there", "economy.budget_mnok"),
    ("year_spend", [{"economy": [{"year": 2025}]}], "no_row", "economy.budget_mnok"),
    ("year_spend", [economy(asked(0), asked(0, price_year=2020, cost_element="road"))], "other_kroner", "economy.budget_mnok"),
    ("requisition_over_budget", [economy(asked(UNKNOWN))], "not_yet_known", "economy.requisitioned_mnok"),
    ("requisition_over_budget", [economy(asked(5, UNKNOWN))], "not_yet_known", "economy.budget_mnok"),
    ("requisition_over_budget", [{"economy": []}], "no_row", "economy.requisitioned_mnok"),
    ("progress_behind_spend", [spent_at(90, UNKNOWN)], "not_yet_known", "progress.physical_pct"),
    ("progress_behind_spend", [spent_at(UNKNOWN, 40)], "not_yet_known", "economy.spent_to_date_mnok"),
    ("reserve_ahead", [reserve_at(UNKNOWN, 9)], "not_yet_known", "reserve.released_mnok"),
    ("reserve_ahead", [reserve_at(0, 0)], "nothing_there", "reserve.held_mnok"),
    ("reserve_ahead", [{"reserve": []}], "no_row", "reserve.released_mnok"),
    ("risk_without_response", [risks(risk(UNKNOWN, 9))], "not_yet_known", "risks.probability_pct"),
    ("risk_without_response", [risks(risk(10, 50), p50_mnok=UNKNOWN)], "not_yet_known", "cost_estimates.p50_mnok"),
    ("risk_without_response", [risks(risk(10, 50, price_kind="nominal"))], "other_kroner", "risks.consequence_likely_mnok"),
    ("goal_effect_missing", [{"goal_contributions": {"likely": Missing("not_applicable")}}], "not_applicable", "goal_contributions.likely"),
    ("jump", [cost()], "first_report", "cost_estimates.forecast_mnok"),
    ("jump", costs(UNKNOWN, 100), "not_yet_known", "cost_estimates.forecast_mnok"),
    ("jump", [cost(includes_vat=True), cost()], "other_kroner", "cost_estimates.forecast_mnok"),
    ("rebaseline", [opening()], "first_report", "milestones.baseline_on"),
    ("rebaseline", [opening(), opening(baseline_on=UNKNOWN)], "not_yet_known", "milestones.baseline_on"),
    ("reported_greener", [{"progress": []}], "no_row", "progress.project_id"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "found", "reason", "place"), LACKING, ids=[f"{it[0]}-{it[2]}-{n}" for n, it in enumerate(LACKING)]
)
def test_what_is_lacking_is_told_and_never_green(rule, found, reason, place):
    judgement = judged(rule, *found)
    assert judgement.level == "cannot_tell"
    assert judgement.lack
    assert (judgement.lack.reason, f"{judgement.lack.table}.{judgement.lack.column}") == (reason, place)


def test_no_deadline_no_missing_report():
    assert judged("report_missing", {}, deadline_days=None).lack.reason == "no_deadline"


@pytest.mark.parametrize("code", ["exempt", "not_yet_known", "not_applicable", "not_delivered"])
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in {"report_missing", "report_stale"}])
def test_a_report_of_nothing_but_coded_missing_is_never_green(rule, code):
    clean = a_return("2026-Q3")
    kept = {"project_id", "milestone", "reserve_level", "year", "funding_source_id", "kind", "is_open", "standing", *KRONER}
    rows = {
        table: tuple(
            ReturnRow(row.table, row.sheet, row.row, {name: row.answers[name] if name in kept else Missing(code) for name in row.answers}, row.places)
            for row in found
        )
        for table, found in clean.rows.items()
    }  # fmt: skip
    emptied = Return(clean.form_id, clean.form_version, clean.agreement_id, clean.party_id, clean.period, rows)
    found = project_reports(handed_in(a_return("2026-Q2", risks={"response": None}), emptied), dt.date.max)["F-001"]
    # That nothing is stated is what one of the rules looks for.
    looks_for_it = rule == "goal_effect_missing" and code != "not_applicable"
    assert judge(Case(found, AS_OF, DEADLINE_DAYS), LIMITS.limit(rule)).level == ("yellow" if looks_for_it else "cannot_tell")


@pytest.mark.parametrize(
    ("rule", "found", "level"),
    [
        ("milestone_overdue", {"milestones": [{"milestone": "opening", "forecast_on": "2026-01-01", "actual_on": None},
                                              {"milestone": "final_accounts", "forecast_on": UNKNOWN, "actual_on": None}]}, "red"),
        ("requisition_over_budget", economy(asked(70), asked(UNKNOWN, year=2027)), "red"),
        ("risk_without_response", risks(risk(10, 20), risk(UNKNOWN, 9, risk_id="R2")), "yellow"),
    ],
)  # fmt: skip
def test_what_is_known_can_be_enough(rule, found, level):
    judgement = judged(rule, found)
    assert judgement.level == level
    assert judgement.lack


def test_the_evidence_stands_in_cells():
    judgement = judged("cost_over_p85", cost(forecast_mnok=131))
    assert judgement.evidence == {"forecast_mnok": Decimal(131), "p85_mnok": Decimal(120)}
    assert [(cell.sheet, cell.row) for cell in judgement.cells] == [("Kostnadsoverslag", 2)] * 2
    assert judgement.number == Decimal(13100) / 120


def test_a_baseline_that_nobody_decided_hides_no_slip():
    moved = opening_after(200, baseline_on="2027-12-01")
    slip = judged("slip_baseline", opening(), moved)
    assert (slip.level, slip.evidence["baseline_on"], slip.evidence["stated_baseline_on"]) == (
        "red", dt.date(2027, 6, 1), dt.date(2027, 12, 1),
    )  # fmt: skip
    assert (
        judged("slip_baseline", opening(), opening_after(200, baseline_on="2027-12-01", baseline_decision="Sak 12/26")).level
        == "green"
    )


def test_the_previous_report_is_the_one_before_of_the_project():
    returns = [a_return("2024-Q4", **opening()), a_return("2026-Q3", **opening_after(45))]
    found = project_reports(handed_in(*returns), dt.date.max)["F-001"]
    judgement = judge(Case(found, AS_OF), LIMITS.limit("slip_since_last"))
    assert (judgement.number, judgement.evidence["previous_period"]) == (45, "2024-Q4")


# The reports of projects.


def test_of_a_period_the_last_report_that_was_known_counts():
    first, corrected = a_return("2026-Q3"), a_return("2026-Q3", **cost(forecast_mnok=140))
    given_in = [HandedIn(corrected, dt.date(2026, 11, 2), 2), HandedIn(first, dt.date(2026, 10, 15), 1)]
    known = {day: project_reports(given_in, day) for day in (dt.date(2026, 10, 14), dt.date(2026, 11, 1), dt.date(2026, 11, 2))}
    assert [[report.submission_id for report in found.get("F-001", ())] for found in known.values()] == [[], [1], [2]]


def test_a_late_correction_of_an_earlier_period_does_not_become_the_newest():
    given_in = [HandedIn(a_return("2026-Q2"), dt.date(2026, 12, 1), 2), HandedIn(a_return("2026-Q3"), dt.date(2026, 10, 15), 1)]
    found = project_reports(given_in, dt.date.max)["F-001"]
    assert [str(report.period) for report in found] == ["2026-Q2", "2026-Q3"]


# The colours.


# A report whose figures break no limit.
GREEN: Changes = {
    **cost(), "milestones": opening()["milestones"], "risks": [],
    "economy": [{"year": 2026, "budget_mnok": 100, "forecast_mnok": 100, "spent_to_date_mnok": 50, "requisitioned_mnok": 50}],
    "progress": {"physical_pct": 50},
}  # fmt: skip


def status_of(*found: Changes, limits=LIMITS, as_of=AS_OF):
    return status(reports(*found), limits, as_of, DEADLINE_DAYS)


@pytest.mark.parametrize(
    ("change", "colour"),
    [
        ({}, "green"),
        (cost(forecast_mnok=101), "yellow"),
        (cost(forecast_mnok=121), "red"),
        ({**cost(forecast_mnok=101), "milestones": opening_after(181)["milestones"]}, "red"),
        # What green needs cannot be told.
        (cost(p50_mnok=UNKNOWN), "cannot_tell"),
        (opening(forecast_on=UNKNOWN), "cannot_tell"),
        # What is known is enough to be red.
        (cost(p50_mnok=UNKNOWN, forecast_mnok=121), "red"),
        # Green does not need the reserve.
        ({"reserve": []}, "green"),
        # Of the report, and beside the colour.
        ({"goal_contributions": []}, "green"),
        ({"projects": {"standing": "merged"}}, "cannot_tell"),
    ],
)
def test_the_colour_of_the_figures_is_the_worst_that_counts(change, colour):
    assert status_of({**GREEN, **change}).data_colour == colour


def test_old_figures_are_not_green():
    assert status_of(GREEN, as_of=dt.date(2027, 4, 8)).data_colour == "green"
    late = status_of(GREEN, as_of=dt.date(2027, 4, 9))
    assert (late.data_colour, late.judgement("report_stale").level) == ("cannot_tell", "red")


def test_the_reported_colour_stands_beside():
    found = status_of({**GREEN, **cost(forecast_mnok=121)})
    assert (found.data_colour, found.reported_colour, found.judgement("reported_greener").level) == ("red", "green", "red")
    assert status_of({**GREEN, "progress": {"colour_overall": UNKNOWN}}).reported_colour is None


def test_a_rule_that_is_off_says_nothing():
    off = OwnLimit.model_validate({"rule_code": "cost_over_p85", "basis": "local_setting", "red": None})
    found = status_of({**GREEN, **cost(forecast_mnok=121)}, limits=limits_with(LIMITS, [off]))
    assert (found.data_colour, found.judgement("cost_over_p85")) == ("yellow", None)


def test_drift_warns_before_a_frame_is_passed():
    frames = {"p50_mnok": 120, "p85_mnok": 140}
    rising = [{**GREEN, **cost(forecast_mnok=forecast, **frames)} for forecast in (100, 102, 104)]
    assert status_of(*rising).has_early_warning
    assert not status_of(*rising[:2]).has_early_warning
    passed = {**GREEN, **cost(forecast_mnok=121, **frames)}
    found = status_of(*rising, passed)
    assert (found.deviates_by("cost_drift"), found.has_early_warning) == (True, False)


def test_how_many_rules_could_tell():
    # A first report: nothing to compare with.
    found = status_of(GREEN)
    untold = {it.rule for it in found.judgements if it.level == "cannot_tell"}
    assert untold == {"cost_drift", "slip_since_last", "jump", "rebaseline"}
    assert found.n_told == len(RULES) - len(untold)


# The story of a deviation.


@pytest.mark.parametrize(
    ("levels", "steps"),
    [
        ("g g", "- -"),
        ("y", "opened"),
        ("g y y r y g g r", "- opened - worsened improved closed - reopened"),
        ("r c r", "opened - -"),
        ("r c g", "opened - closed"),
        ("c c y", "- - opened"),
        ("y c r", "opened - worsened"),
        ("r g c y", "opened closed - reopened"),
    ],
)
def test_what_becomes_of_a_deviation(levels, steps):
    names = {"g": "green", "y": "yellow", "r": "red", "c": "cannot_tell"}
    found = steps_of([names[level] for level in levels.split()])
    assert [step[0] if step else "-" for step in found] == steps.split()


@given(st.lists(st.sampled_from(["green", "yellow", "red", "cannot_tell"])))
def test_a_story_goes_on_where_it_stopped(levels):
    steps = [step for step in steps_of(levels) if step]
    told = [level for level in levels if level != "cannot_tell"]
    is_open = bool(steps) and steps[-1][0] != "closed"
    assert is_open == (bool(told) and told[-1] != "green")
    names = [step for step, _ in steps]
    assert names.count("opened") <= 1
    assert names.count("opened") + names.count("reopened") - names.count("closed") == is_open


def history(*forecasts, as_of=AS_OF):
    return statuses(reports(*[{**GREEN, **it} for it in costs(*forecasts)]), LIMITS, as_of, DEADLINE_DAYS)


def test_the_changes_of_a_project_come_in_order():
    found = changes(history(121, 100, UNKNOWN, 130))
    told = [(str(it.period), it.deviation_id, it.step, it.level) for it in found if it.rule in {"cost_over_p50", "cost_over_p85"}]
    assert told == [
        ("2025-Q4", "F-001:cost_over_p50", "opened", "yellow"), ("2025-Q4", "F-001:cost_over_p85", "opened", "red"),
        ("2026-Q1", "F-001:cost_over_p50", "closed", "green"), ("2026-Q1", "F-001:cost_over_p85", "closed", "green"),
        ("2026-Q3", "F-001:cost_over_p50", "reopened", "yellow"), ("2026-Q3", "F-001:cost_over_p85", "reopened", "red"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("forecasts", "expected"),
    [
        ((100, 100, 130), ("red", "red", 1, "2026-Q3")),
        ((100, 130, 131), ("red", "red", 2, "2026-Q2")),
        ((130, 100, 131, 132), ("red", "red", 2, "2026-Q2")),
        # A report that cannot tell neither closes nor counts.
        ((130, UNKNOWN, 132), ("red", "red", 2, "2026-Q1")),
        ((130, 131, UNKNOWN), ("cannot_tell", "red", 2, "2026-Q1")),
        ((130, 131, 100), None),
        ((100, UNKNOWN), None),
    ],
)
def test_since_when_a_deviation_is_open(forecasts, expected):
    found = {it.deviation_id: it for it in open_deviations([history(*forecasts)], AUTHORITY)}.get("F-001:cost_over_p85")
    assert (found and (found.level, found.level_told, found.periods_in_a_row, str(found.since))) == expected


def test_a_project_that_has_ended_has_no_open_deviation():
    ended = {**GREEN, "projects": {"standing": "cancelled"}}
    found = statuses(reports({**GREEN, **cost(forecast_mnok=130)}, ended), LIMITS, AS_OF)
    assert not open_deviations([found], AUTHORITY)


def test_earlier_reports_are_judged_on_their_own_day():
    overdue = {**GREEN, **opening(forecast_on="2026-08-01")}
    found = statuses(reports(overdue, overdue), LIMITS, AS_OF)
    assert [it.judgement("milestone_overdue").level for it in found] == ["green", "yellow"]
    assert [it.as_of for it in found] == [dt.date(2026, 7, 15), AS_OF]


# Who treats it.

AUTHORITY = load_agreements()["fjordbyen"].authority


def test_the_body_is_that_of_the_authority_matrix():
    found = {it.rule: it for it in open_deviations([history(100, 130)], AUTHORITY)}
    assert (found["cost_over_p85"].body_id, found["cost_over_p50"].body_id) == ("styringsgruppe", "prioriteringsrad")
    assert (found["cost_over_p85"].reported_level, found["cost_over_p85"].data_colour) == ("green", "red")


def test_no_body_where_nobody_is_said_to_decide():
    assert body_for("deviation", Unknown(unknown=LocalText(nb="Ukjent.", en="Unknown."))) is None
    assert body_for("weather", AUTHORITY) is None


# What holds for any portfolio.


def of_project(project_id: str, **changed: Any) -> Return:
    """The report of another project: every row of the clean one under its id."""
    clean = a_return("2026-Q3", **changed)
    rows = {
        table: tuple(
            ReturnRow(row.table, row.sheet, row.row, {**row.answers, "project_id": project_id}, row.places) for row in found
        )
        for table, found in clean.rows.items()
    }
    return Return(clean.form_id, clean.form_version, clean.agreement_id, project_id.lower(), clean.period, rows)


@given(st.lists(st.integers(80, 160), min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_projects_does_not_matter(forecasts, chance):
    returns = [of_project(f"F-{number:03}", **cost(forecast_mnok=forecast)) for number, forecast in enumerate(forecasts)]
    shuffled = chance.sample(returns, len(returns))
    found = [
        open_deviations([statuses(it, LIMITS, AS_OF) for it in project_reports(handed_in(*order), AS_OF).values()], AUTHORITY)
        for order in (returns, shuffled)
    ]
    first, second = ([(it.deviation_id, it.level, it.judgement.number, it.since) for it in listed] for listed in found)
    assert first == second


RANK = {"green": 0, "yellow": 1, "red": 2}
amounts = st.decimals(0, 300, places=2)
WORSE = {
    "cost_over_p50": lambda number: costs(number),
    "cost_over_p85": lambda number: costs(number),
    "cost_drift": lambda number: costs(100, 101, 100 + number),
    "slip_baseline": lambda number: [opening_after(int(number))],
    "slip_since_last": lambda number: [opening(), opening_after(int(number))],
    "milestone_overdue": lambda number: [opening(forecast_on=AS_OF - dt.timedelta(int(number)))],
    "requisition_over_budget": lambda number: [economy(asked(number))],
    "progress_behind_spend": lambda number: [spent_at(number, 40)],
    "reserve_ahead": lambda number: [reserve_at(number, 300 - number)],
    "risk_without_response": lambda number: [risks(risk(10, number))],
    "jump": lambda number: costs(100, 100 + 10 * number),
    "year_spend": lambda number: [economy(budget_mnok=100, forecast_mnok=100 + number)],
}


@pytest.mark.parametrize("rule", WORSE)
@given(one=amounts, other=amounts)
@settings(max_examples=30, deadline=None)
def test_a_level_never_falls_when_the_number_gets_worse(rule, one, other):
    better, worse = sorted([one, other])
    assert RANK[judged(rule, *WORSE[rule](better)).level] <= RANK[judged(rule, *WORSE[rule](worse)).level]


@given(one=st.decimals(0, 100, places=2), other=st.decimals(0, 100, places=2))
@settings(max_examples=30, deadline=None)
def test_too_little_spent_never_gets_better_by_less(one, other):
    less, more = sorted([one, other])
    found = [judged("year_spend", economy(budget_mnok=100, forecast_mnok=it)).level for it in (less, more)]
    assert RANK[found[0]] >= RANK[found[1]]
