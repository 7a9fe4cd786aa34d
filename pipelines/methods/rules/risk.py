"""Rules of the risks of a project, and of what it is to do for the goal."""

from __future__ import annotations

from decimal import Decimal

from domain.deviation_limits import DeviationLimit
from domain.returns import ReturnRow
from pipelines.methods.project_reports import Lacking, number_in, require_same_kroner, row_of
from pipelines.methods.rules.case import NOT_APPLICABLE, Case, Evidence, Reading
from pipelines.methods.rules.reading import HUNDRED, cells_of, each, is_not_applicable, ratio


def risk_without_response(case: Case, _limit: DeviationLimit) -> Reading:
    """What open risks without a response are expected to cost together, in per cent of the control frame.

    Expected is the probability times the likely consequence. Opportunities do not count.
    """
    rows = [row for row in case.now.of("risks") if _is_unanswered(row)]
    if not rows:
        return Reading(Decimal(0), {"n_risks": 0})
    estimate = row_of(case.now, "cost_estimates")
    p50 = number_in(estimate, "p50_mnok")
    found, lack = each(rows, lambda row: _expected_mnok(row, estimate))
    total = sum((reading.number or Decimal(0) for reading in found), Decimal(0))
    if lack and not found:
        raise Lacking(lack.reason, lack.table, lack.column)
    share_pct = ratio(HUNDRED * total, p50, "cost_estimates", "p50_mnok")
    evidence: Evidence = {"n_risks": len(rows), "expected_mnok": total, "p50_mnok": p50}
    return Reading(share_pct, evidence, cells_of(rows, "probability_pct", "consequence_likely_mnok"), lack)


def goal_effect_missing(case: Case, _limit: DeviationLimit) -> Reading:
    """How many goal contributions of the project are stated. One that is coded missing is not."""
    rows = case.now.of("goal_contributions")
    if rows and all(is_not_applicable(row, "likely") for row in rows):
        raise Lacking(NOT_APPLICABLE, "goal_contributions", "likely")
    stated = [row for row in rows if row.number("likely") is not None]
    return Reading(Decimal(len(stated)), {"n_contributions": len(stated)}, cells_of(stated, "likely"))


def _is_unanswered(row: ReturnRow) -> bool:
    return row.code("kind") == "risk" and row.answers.get("is_open") is True and row.code("response") is None


def _expected_mnok(row: ReturnRow, estimate: ReturnRow) -> Reading:
    require_same_kroner([row, estimate], "consequence_likely_mnok")
    return Reading(number_in(row, "probability_pct") * number_in(row, "consequence_likely_mnok") / HUNDRED)
