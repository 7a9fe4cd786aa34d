"""Which of a rule's texts says a result, and the figures of its evidence that fill the places of the text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from dashboard.parts.agreement_names import coded, source_name
from dashboard.parts.levels import level_said
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text, signed_text
from pipelines.answers.deviations.results import RuleResult

# Which of a rule's texts says a result, and what fills its places.
Case = tuple[str, dict[str, str]]
_MOST_DECIMALS = 3
_HUNDRED = Decimal(100)


def days_said(here: Surroundings, days: float) -> str:
    """1 dag, 45 dager, without a sign."""
    return counted(here, "days", abs(days))


def reports_said(here: Surroundings, n: int) -> str:
    """1 rapport, 3 rapporter."""
    return counted(here, "reports", n)


def mnok_said(here: Surroundings, amount: Decimal, decimals: int | None = None, is_signed: bool = False) -> str:
    """12,4 mill. kr, with more decimals where a small amount would else be written as nothing."""
    write = signed_text if is_signed else decimal_text
    return here.say("rule.mnok", n=write(float(amount), _decimals(amount) if decimals is None else decimals, here.language))


def _cost_frame(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    column = "p50_mnok" if "p50_mnok" in result.evidence else "p85_mnok"
    return _against(here, _amount(result, "forecast_mnok"), _amount(result, column), "frame")


def _year_spend(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    case, named = _against(here, _amount(result, "forecast_mnok"), _amount(result, "budget_mnok"), "budget")
    return case, {**named, "year": str(result.evidence["year"])}


def _against(here: Surroundings, forecast: Decimal, frame: Decimal, name: str) -> Case:
    """A forecast above, below or at what it is held against, with the gap in kroner and in per cent."""
    gap = forecast - frame
    # As many decimals as show the gap, so that the amounts do not look the same.
    n = _decimals(gap)
    named = {"forecast": mnok_said(here, forecast, n), name: mnok_said(here, frame, n), "gap": mnok_said(here, abs(gap), n)}
    if not frame and gap:
        return "no_share", named
    named["gap_pct"] = pct_said(here, _HUNDRED * gap / frame, is_signed=True) if frame else ""
    return _side(gap), named


def _cost_drift(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    evidence = result.evidence
    named = {
        "n": decimal_text(result.number, 0, here.language),
        "first": mnok_said(here, _amount(result, "first_forecast_mnok")),
        "forecast": mnok_said(here, _amount(result, "forecast_mnok")),
        "since": period_text(str(evidence["first_period"]), here.language),
    }
    if not result.number:
        return "none", named
    if evidence["risen_pct"] is None:
        return "no_share", named
    named["risen_pct"] = pct_said(here, _amount(result, "risen_pct"), is_signed=True)
    return _how_many(result.number), named


def _slip_baseline(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    named = {name: evidence_day(here, result.evidence, f"{name}_on") for name in ("forecast", "baseline")}
    return _moved(here, result, named)


def _slip_since_last(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    evidence = result.evidence
    named = {
        "forecast": evidence_day(here, evidence, "forecast_on"),
        "before": evidence_day(here, evidence, "previous_forecast_on"),
        "since": period_text(str(evidence["previous_period"]), here.language),
    }
    return _moved(here, result, named)


def _moved(here: Surroundings, result: RuleResult, named: dict[str, str]) -> Case:
    days = result.number or 0
    case = "same" if not days else "later" if days > 0 else "earlier"
    return case, {**named, "days": days_said(here, days)}


def _milestone_overdue(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    evidence = result.evidence
    if "milestone" not in evidence:
        return "none", {}
    named = {"milestone": coded(here, "milestones", "milestone", evidence["milestone"])}
    return _passed(here, result, named, ("forecast_on", "as_of"))


def _report_missing(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    named = {
        "period": period_text(str(result.evidence["period"]), here.language),
        "awaited": period_text(str(result.evidence["awaited_period"]), here.language),
    }
    return _passed(here, result, named, ("deadline_on", "as_of"))


def _report_stale(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    named = {"period": period_text(str(result.evidence["period"]), here.language)}
    case, filled = _passed(here, result, named, ("period_ended_on", "as_of"))
    return case, {**filled, "ended": filled["period_ended"]}


def _passed(here: Surroundings, result: RuleResult, named: dict[str, str], days: tuple[str, ...]) -> Case:
    """Days since a date, or that it is still to come."""
    written = {name.removesuffix("_on"): evidence_day(here, result.evidence, name) for name in days}
    return "over" if result.number else "ahead", {**named, **written, "days": days_said(here, result.number or 0)}


def _requisition(here: Surroundings, agreement: Agreement | None, result: RuleResult) -> Case:
    evidence = result.evidence
    if "requisitioned_mnok" not in evidence:
        return "none", {}
    asked, budget = _amount(result, "requisitioned_mnok"), _amount(result, "budget_mnok")
    source = str(evidence["funding_source_id"] or "")
    return _side(asked - budget), {
        "asked": mnok_said(here, asked), "budget": mnok_said(here, budget), "gap": mnok_said(here, abs(asked - budget)),
        "source": source_name(agreement, source) if agreement else source, "year": str(evidence["year"]),
    }  # fmt: skip


def _progress(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    named = {
        "spent": mnok_said(here, _amount(result, "spent_mnok")),
        "forecast": mnok_said(here, _amount(result, "forecast_mnok")),
        "physical": pct_said(here, _amount(result, "physical_pct")),
    }
    if result.evidence["spent_pct"] is None or result.number is None:
        return "no_share", named
    named |= {"spent_pct": pct_said(here, _amount(result, "spent_pct")), "gap": _points(here, result.number)}
    return _side(Decimal(str(result.number))), named


def _reserve(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    number = Decimal(str(result.number or 0))
    return _side(number), {
        "level": coded(here, "reserve", "reserve_level", result.evidence["reserve_level"]),
        "released": mnok_said(here, _amount(result, "released_mnok")),
        "held": mnok_said(here, _amount(result, "held_mnok")),
        "used_pct": pct_said(here, _amount(result, "used_pct")),
        "physical": pct_said(here, _amount(result, "physical_pct")),
        "gap": _points(here, float(number)),
    }


def _risk(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    n = int(result.evidence["n_risks"])
    if not n:
        return "none", {}
    named = {
        "n": decimal_text(n, 0, here.language),
        "expected": mnok_said(here, _amount(result, "expected_mnok")),
        "frame": mnok_said(here, _amount(result, "p50_mnok")),
    }
    if result.number is None:
        return "no_share", named
    return _how_many(n), {**named, "share": pct_said(here, Decimal(str(result.number)))}


def _goal_effect(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    return _how_many(result.number or 0), {"n": decimal_text(result.number, 0, here.language)}


def _rebaseline(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    evidence = result.evidence
    if not result.number:
        return "none", {}
    return _how_many(result.number), {
        "n": decimal_text(result.number, 0, here.language),
        "milestone": coded(here, "milestones", "milestone", evidence["milestone"]),
        "baseline": evidence_day(here, evidence, "baseline_on"),
        "stated": evidence_day(here, evidence, "stated_baseline_on"),
    }


def _greener(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    reported, found = result.evidence["reported_colour"], result.evidence["data_colour"]
    case = "over" if result.number else "same" if reported == found else "under"
    return case, {
        "reported": level_kept(here, reported), "found": level_kept(here, found),
        "levels": counted(here, "levels", result.number or 0),
    }  # fmt: skip


def _jump(here: Surroundings, _agreement: Agreement | None, result: RuleResult) -> Case:
    forecast, before = _amount(result, "forecast_mnok"), _amount(result, "previous_forecast_mnok")
    named = {
        "forecast": mnok_said(here, forecast), "before": mnok_said(here, before),
        "gap": mnok_said(here, forecast - before, is_signed=True),
        "since": period_text(str(result.evidence["previous_period"]), here.language),
    }  # fmt: skip
    if forecast == before:
        return "same", named
    if result.number is None:
        return "no_share", named
    ratio = decimal_text(result.number, 1 if result.number >= 1 else 2, here.language)
    return "changed", {**named, "ratio": here.say("rule.ratio", n=ratio)}


CASES: Mapping[str, Callable[[Surroundings, Agreement | None, RuleResult], Case]] = {
    "cost_over_p50": _cost_frame,
    "cost_over_p85": _cost_frame,
    "cost_drift": _cost_drift,
    "slip_baseline": _slip_baseline,
    "slip_since_last": _slip_since_last,
    "milestone_overdue": _milestone_overdue,
    "year_spend": _year_spend,
    "requisition_over_budget": _requisition,
    "progress_behind_spend": _progress,
    "reserve_ahead": _reserve,
    "risk_without_response": _risk,
    "goal_effect_missing": _goal_effect,
    "report_missing": _report_missing,
    "report_stale": _report_stale,
    "reported_greener": _greener,
    "jump": _jump,
    "rebaseline": _rebaseline,
}


def _amount(result: RuleResult, name: str) -> Decimal:
    """A figure of the evidence, exact. KeyError where the rule has not read it."""
    return Decimal(str(result.evidence[name]))


def evidence_day(here: Surroundings, evidence: Mapping[str, object], name: str) -> str:
    """A day of the evidence in words; a dash where it is not there. KeyError where the rule has not read it."""
    found = evidence[name]
    return date_text(dt.date.fromisoformat(str(found)), here.language) if found else NO_VALUE


def _side(gap: Decimal) -> str:
    return "same" if not gap else "over" if gap > 0 else "under"


def _how_many(n: float) -> str:
    return "none" if not n else "one" if n == 1 else "other"


def level_kept(here: Surroundings, level: str | None) -> str:
    """A level with its symbol, on one line."""
    return level_said(here, level).replace(" ", "\u00a0")


def counted(here: Surroundings, unit: str, n: float) -> str:
    """1 dag, 3 rapporter: a number with its unit, on one line."""
    said = here.say(f"rule.{unit}.{'one' if n == 1 else 'other'}", n=decimal_text(n, 0, here.language))
    return said.replace(" ", "\u00a0")


def _decimals(number: Decimal) -> int:
    """One decimal, or as many more as it takes to write something else than 0."""
    return next((n for n in range(1, _MOST_DECIMALS) if not number or round(number, n)), _MOST_DECIMALS)


def pct_said(here: Surroundings, number: Decimal, is_signed: bool = False) -> str:
    """8,2 %, on one line."""
    write = signed_text if is_signed else decimal_text
    return here.say("rule.pct", n=write(float(number), _decimals(number), here.language)).replace(" ", "\u00a0")


def _points(here: Surroundings, number: float) -> str:
    return here.say("rule.pct_points", n=decimal_text(abs(number), _decimals(Decimal(str(number))), here.language))
