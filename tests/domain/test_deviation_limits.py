"""The default limits are those of the contract, in the order of the rules, and an agreement's own decisions replace them whole."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.deviation_limits import Bounds, LimitsRefused, OwnLimit, limit_problems, limits_with
from domain.fact_files import load_fact_file
from domain.faults import LoadError
from domain.limit_file import DEFAULTS, DeviationLimits, default_limits, limit_faults
from pipelines.methods.rules.all_rules import RULES

LIMITS = default_limits()
# The table of the contract: what is just not yellow, yellow, just not red, red. None where there is no such colour.
CONTRACT = {
    "cost_over_p50": (100, "100.1", None, None),
    "cost_over_p85": (None, None, 100, "100.1"),
    "cost_drift": (1, 2, 2, 3),
    "slip_baseline": (90, 91, 180, 181),
    "slip_since_last": (30, 31, 90, 91),
    "milestone_overdue": (0, 1, 90, 91),
    "requisition_over_budget": (None, None, 0, "0.01"),
    "progress_behind_spend": (15, "15.1", 30, "30.1"),
    "reserve_ahead": (20, "20.1", 40, "40.1"),
    "risk_without_response": ("0.99", 1, "4.99", 5),
    "goal_effect_missing": (1, 0, None, None),
    "report_missing": (0, 1, 29, 30),
    "report_stale": (None, None, 190, 191),
    "reported_greener": (0, 1, 1, 2),
    "rebaseline": (0, 1, None, None),
}
numbers = st.decimals(-1000, 1000, places=1)


@pytest.mark.parametrize("rule", CONTRACT)
def test_the_limits_of_the_contract(rule):
    not_yellow, yellow, not_red, red = (None if it is None else Decimal(it) for it in CONTRACT[rule])
    limit = LIMITS.limit(rule)
    for number, colours in ((not_yellow, {"green"}), (yellow, {"yellow"}), (not_red, {"green", "yellow"}), (red, {"red"})):
        assert number is None or limit.colour_of(number) in colours
    assert (limit.yellow is None, limit.red is None) == (yellow is None, red is None)


@pytest.mark.parametrize(
    ("rule", "colours"),
    [
        ("year_spend", {"59.9": "red", "60": "yellow", "79.9": "yellow", "80": "green", "105": "green", "105.1": "yellow",
                        "115": "yellow", "115.1": "red"}),
        ("jump", {"0.09": "red", "0.1": "yellow", "0.49": "yellow", "0.5": "green", "2": "green", "2.01": "yellow", "10": "yellow",
                  "10.1": "red"}),
    ],
)  # fmt: skip
def test_limits_to_both_sides(rule, colours):
    assert {number: LIMITS.limit(rule).colour_of(Decimal(number)) for number in colours} == colours


def test_every_rule_has_its_limits_and_no_other():
    assert LIMITS.rules == tuple(RULES)
    assert {limit.rule_code for limit in LIMITS.limits if limit.basis == "state_model"} == {"cost_over_p50", "cost_over_p85"}
    assert {limit.rule_code for limit in LIMITS.limits if limit.matter == "cost_frame_excess"} == {"cost_over_p85"}
    assert LIMITS.limit("cost_drift").settings == {"smallest_rise_pct": 1, "red_together_pct": 10}
    assert not [problem for limit in LIMITS.limits for problem in limit_problems(limit)]
    with pytest.raises(KeyError, match="cost_over_p50"):
        LIMITS.limit("weather")


def own(**changes):
    return OwnLimit.model_validate({"rule_code": "slip_baseline", "basis": "local_setting", **changes})


def test_an_own_limit_changes_what_it_names():
    decided = own(yellow={"above": 60}, basis="decision", sources=["sak_12_26"], decided_on=dt.date(2026, 3, 1))
    merged = limits_with(LIMITS, [decided])
    limit, default = merged.limit("slip_baseline"), LIMITS.limit("slip_baseline")
    assert (limit.yellow, limit.red, limit.unit, limit.matter) == (Bounds(above=60), default.red, "days", "deviation")
    assert (limit.basis, limit.sources, limit.decided_on) == ("decision", ("sak_12_26",), dt.date(2026, 3, 1))
    assert (limit.in_colour, limit.needed_for_green) == (True, True)
    assert [it for it in merged.limits if it.rule_code != "slip_baseline"] == [
        it for it in LIMITS.limits if it.rule_code != "slip_baseline"
    ]
    assert merged.rules == LIMITS.rules


def test_a_colour_set_to_null_is_off_and_a_setting_is_changed_alone():
    assert limits_with(LIMITS, [own(red=None)]).limit("slip_baseline").red is None
    assert limits_with(LIMITS, [own(yellow=None, red=None)]).limit("slip_baseline").is_off
    assert limits_with(LIMITS, [own(needed_for_green=False)]).limit("slip_baseline").needed_for_green is False
    drift = limits_with(LIMITS, [own(rule_code="cost_drift", settings={"smallest_rise_pct": 2})]).limit("cost_drift")
    assert drift.settings == {"smallest_rise_pct": 2, "red_together_pct": 10}
    assert limits_with(LIMITS, []) == LIMITS


@pytest.mark.parametrize(
    ("limits", "problems"),
    [
        ([own(rule_code="weather")], ["weather: is no rule"]),
        ([own(), own()], ["slip_baseline: must be given once"]),
        ([own(settings={"slack_days": 3})], ["slip_baseline.settings.slack_days: is no setting; settings: there are none"]),
        ([own(yellow={"above": 200})], ["slip_baseline.red: must lie within yellow"]),
        ([own(yellow={})], ["slip_baseline.yellow: must hold above"]),
        ([own(basis="decision")], ["slip_baseline.sources: must hold", "slip_baseline.decided_on: must be the day"]),
        ([own(rule_code="weather"), own(rule_code="wind")], ["weather", "wind"]),
    ],
)
def test_own_limits_that_make_no_sense_are_refused_together(limits, problems):
    with pytest.raises(LimitsRefused) as refused:
        limits_with(LIMITS, limits)
    assert len(refused.value.problems) == len(problems)
    for said, expected in zip(refused.value.problems, problems, strict=True):
        assert said.startswith(expected)


def test_an_own_limit_names_no_unit():
    with pytest.raises(ValidationError, match="unit"):
        own(unit="pct")


bounds = st.builds(Bounds, above=st.none() | numbers, at_least=st.none() | numbers, below=st.none() | numbers)


@given(bounds, bounds, numbers)
def test_what_lies_within_breaks_no_more(inner, outer, number):
    if inner.lie_within(outer) and inner.are_broken_by(number):
        assert outer.are_broken_by(number)


@given(numbers, numbers)
def test_bounds_lie_within_themselves_and_tighter_ones_do(limit, further):
    for name in ("above", "at_least"):
        assert Bounds(**{name: limit + abs(further)}).lie_within(Bounds(**{name: limit}))
    assert Bounds(below=limit - abs(further)).lie_within(Bounds(below=limit))
    assert not Bounds(at_least=limit).lie_within(Bounds(above=limit))
    assert Bounds(above=limit).lie_within(Bounds(at_least=limit))


def test_a_file_that_is_wrong_says_all_of_it(tmp_path):
    path = tmp_path / "limits.yaml"
    path.write_text(
        """
limits:
  - {rule_code: late, unit: days, yellow: {above: 10}, red: {above: 5}, basis: local_setting, matter: deviation}
  - {rule_code: late, unit: weeks, basis: local_setting, matter: deviation}
  - {rule_code: cost, unit: pct, red: {}, basis: state_model, sources: [nowhere], matter: deviation}
sources: []
""",
        encoding="utf-8",
    )
    with pytest.raises(LoadError) as refused:
        load_fact_file(path, DeviationLimits, "the deviation limits", limit_faults)
    places = [problem.key for problem in refused.value.problems]
    assert places == [
        "limits[no. 1, late].red", "limits[no. 2, late].rule_code", "limits[no. 2, late].unit", "limits[cost].red",
        "limits[cost].sources[no. 1]",
    ]  # fmt: skip


def test_the_defaults_lie_beside_the_model():
    assert DEFAULTS.name == "deviation_limits.yaml"
    assert DEFAULTS.is_file()
