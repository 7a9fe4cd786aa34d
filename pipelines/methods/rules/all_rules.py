"""Every deviation rule by its code."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.methods.rules.case import Rule
from pipelines.methods.rules.cost import cost_drift, cost_over_p50, cost_over_p85, jump
from pipelines.methods.rules.funding import progress_behind_spend, requisition_over_budget, reserve_ahead, year_spend
from pipelines.methods.rules.report import report_missing, report_stale, reported_greener
from pipelines.methods.rules.risk import goal_effect_missing, risk_without_response
from pipelines.methods.rules.time import milestone_overdue, rebaseline, slip_baseline, slip_since_last

# In the order of domain/deviation_limits.yaml. reported_greener needs the colour of the others.
RULES: Mapping[str, Rule] = {
    "cost_over_p50": cost_over_p50,
    "cost_over_p85": cost_over_p85,
    "cost_drift": cost_drift,
    "slip_baseline": slip_baseline,
    "slip_since_last": slip_since_last,
    "milestone_overdue": milestone_overdue,
    "year_spend": year_spend,
    "requisition_over_budget": requisition_over_budget,
    "progress_behind_spend": progress_behind_spend,
    "reserve_ahead": reserve_ahead,
    "risk_without_response": risk_without_response,
    "goal_effect_missing": goal_effect_missing,
    "report_missing": report_missing,
    "report_stale": report_stale,
    "reported_greener": reported_greener,
    "jump": jump,
    "rebaseline": rebaseline,
}
