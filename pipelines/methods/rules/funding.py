"""Rules of the money of the year, of what is spent beside what is done, and of the reserve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from domain.deviation_limits import DeviationLimit
from domain.returns import ReturnRow
from pipelines.methods.project_reports import number_in, row_of, total_in
from pipelines.methods.rules.case import Case, Evidence, Reading
from pipelines.methods.rules.reading import HUNDRED, applicable, cells_of, finite, is_not_applicable, ratio, some, worst


def year_spend(case: Case, _limit: DeviationLimit) -> Reading:
    """The forecast of the report's year in per cent of the year's budget, over all sources. Too low deviates, too."""
    year = case.now.period.last.year
    rows = some([row for row in case.now.of("economy") if row.number("year") == year], "economy", "budget_mnok")
    budget, forecast = total_in(rows, "budget_mnok"), total_in(rows, "forecast_mnok")
    share_pct = ratio(HUNDRED * forecast, budget, "economy", "budget_mnok")
    evidence: Evidence = {"year": year, "budget_mnok": budget, "forecast_mnok": forecast}
    return Reading(share_pct, evidence, cells_of(rows, "budget_mnok", "forecast_mnok"))


def requisition_over_budget(case: Case, _limit: DeviationLimit) -> Reading:
    """The most that is requisitioned of a source in a year above its budget there. A blank requisition asks for nothing."""
    groups: dict[tuple[str, Decimal], list[ReturnRow]] = defaultdict(list)
    rows = some(case.now.of("economy"), "economy", "requisitioned_mnok")
    if asked := [row for row in rows if row.is_answered("requisitioned_mnok")]:
        applicable(asked, "economy", "requisitioned_mnok")
    for row in rows:
        groups[row.code("funding_source_id") or "", row.number("year") or Decimal(0)].append(row)
    return worst([groups[key] for key in sorted(groups)], _requisition)


def progress_behind_spend(case: Case, _limit: DeviationLimit) -> Reading:
    """The share of the forecast cost that is spent, less what is physically complete, in percentage points."""
    row = row_of(case.now, "progress")
    physical_pct = number_in(row, "physical_pct")
    rows = some(case.now.of("economy"), "economy", "spent_to_date_mnok")
    spent, forecast = total_in(rows, "spent_to_date_mnok"), total_in(rows, "forecast_mnok")
    spent_pct = ratio(HUNDRED * spent, forecast, "economy", "forecast_mnok")
    evidence: Evidence = {
        "spent_mnok": spent,
        "forecast_mnok": forecast,
        "spent_pct": finite(spent_pct),
        "physical_pct": physical_pct,
    }
    return Reading(spent_pct - physical_pct, evidence, cells_of([row], "physical_pct"))


def reserve_ahead(case: Case, _limit: DeviationLimit) -> Reading:
    """The released share of a reserve, less what is physically complete, in percentage points: the level furthest ahead."""
    rows = applicable(case.now.of("reserve"), "reserve", "released_mnok")
    row = row_of(case.now, "progress")
    physical_pct = number_in(row, "physical_pct")
    return worst(rows, lambda reserve: _reserve(reserve, physical_pct, row))


def _requisition(rows: Sequence[ReturnRow]) -> Reading:
    asked = [row for row in rows if row.is_answered("requisitioned_mnok") and not is_not_applicable(row, "requisitioned_mnok")]
    if not asked:
        return Reading(Decimal(0))
    requisitioned, budget = total_in(asked, "requisitioned_mnok"), total_in(rows, "budget_mnok")
    evidence: Evidence = {
        "funding_source_id": rows[0].code("funding_source_id"), "year": int(rows[0].number("year") or 0),
        "requisitioned_mnok": requisitioned, "budget_mnok": budget,
    }  # fmt: skip
    return Reading(requisitioned - budget, evidence, cells_of(rows, "requisitioned_mnok", "budget_mnok"))


def _reserve(row: ReturnRow, physical_pct: Decimal, progress: ReturnRow) -> Reading:
    released, held = number_in(row, "released_mnok"), number_in(row, "held_mnok")
    used_pct = ratio(HUNDRED * released, released + held, "reserve", "held_mnok")
    evidence: Evidence = {
        "reserve_level": row.code("reserve_level"), "released_mnok": released, "held_mnok": held, "used_pct": used_pct,
        "physical_pct": physical_pct,
    }  # fmt: skip
    cells = (*cells_of([row], "released_mnok", "held_mnok"), *cells_of([progress], "physical_pct"))
    return Reading(used_pct - physical_pct, evidence, cells)
