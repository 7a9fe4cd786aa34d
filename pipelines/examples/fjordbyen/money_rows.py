"""The answers of the invented returns on money: economy, cost estimates, risks and reserve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from domain.returns import Missing
from pipelines.examples.fjordbyen.course import State
from pipelines.examples.fjordbyen.dates import BUILT, ENDS
from pipelines.examples.fjordbyen.faults import WITHOUT_RESERVE, WITHOUT_RISKS
from pipelines.examples.fjordbyen.money import HUNDRED_THOUSAND_KRONER, ONCE_SET, YearAmounts, raised
from pipelines.examples.fjordbyen.portfolio import RESERVE_AHEAD
from pipelines.examples.fjordbyen.told import Answers, Told, mnok, price_basis
from pipelines.examples.fjordbyen.words import RISKS, Risk

EARLY = ("idea", "study")
BEFORE_BUILDING = (*EARLY, "zoning_plan", "design", "ready_to_build")
NOT_REQUISITIONED = "kommunale"
RESERVE_PCT = 7


def economy_rows(told: Told) -> Iterator[Answers]:
    """One row for each source, cost element and year. Where the whole is not known, what is to be built is not known either."""
    unknown = told.left_out("cost_estimates").get("forecast_mnok")
    for amounts in told.state.amounts:
        is_to_come = amounts.year >= ENDS[told.quarter].year and amounts.element not in ONCE_SET
        yield _economy_row(told, amounts, unknown if is_to_come else None)


def _economy_row(told: Told, amounts: YearAmounts, unknown: Missing | None) -> Answers:
    # A figure that was not delivered has a budget all the same.
    no_budget = unknown if unknown and unknown.code != "not_delivered" else None
    row: Answers = {
        "project_id": told.project.project_id, "funding_source_id": amounts.source, "cost_element": amounts.element,
        "year": amounts.year, "budget_mnok": no_budget or mnok(amounts.budget),
        "spent_period_mnok": mnok(amounts.spent_period), "spent_to_date_mnok": mnok(amounts.spent_to_date),
        "forecast_mnok": unknown or mnok(amounts.forecast),
        **price_basis(f"Regnskap og prognose per {ENDS[told.quarter]:%d.%m.%Y}"),
    }  # fmt: skip
    if amounts.source == NOT_REQUISITIONED:
        row["requisitioned_mnok"] = Missing("not_applicable")
    elif not no_budget:
        row["requisitioned_mnok"] = mnok(min(amounts.budget, raised(amounts.spent_to_date)))
    return row


def cost_rows(told: Told) -> Iterator[Answers]:
    """One row. Before there is a plan to price there is no P50, and after the project has ended none counts."""
    state = told.state
    has_ended = state.standing in ("cancelled", "merged")
    no_frame = Missing("not_applicable") if has_ended else Missing("not_yet_known") if state.phase in EARLY else None
    method, source = _method(state)
    row: Answers = {
        "project_id": told.project.project_id,
        "p50_mnok": no_frame or mnok(state.p50), "p85_mnok": no_frame or mnok(state.p85),
        "forecast_mnok": mnok(state.forecast),
        "estimate_method": method, "estimated_on": _estimated_on(told), **price_basis(source),
    }  # fmt: skip
    if state.phase in BEFORE_BUILDING and not has_ended:
        low, likely, high = state.p50 * 86 // 100, state.p50 * 98 // 100, state.p85 * 106 // 100
        row |= {"low_mnok": mnok(raised(low)), "likely_mnok": mnok(raised(likely)), "high_mnok": mnok(raised(high))}
    yield row | told.left_out("cost_estimates")


def _method(state: State) -> tuple[str, str]:
    """How the estimate was made, and where it stands. The largest are assured by others."""
    if state.project.p50_mnok >= 1000:
        return "ks2", "Ekstern kvalitetssikring"
    if state.phase in BUILT:
        return "contract", "Kontrakt med endringer"
    if state.phase in EARLY:
        return "unit_prices", "Erfaringspriser fra egne prosjekter"
    return "anslag", "Rapport fra anslagssamling"


def _estimated_on(told: Told) -> dt.date:
    start = next(found.actual_on for found in told.state.milestones if found.milestone == "construction_start")
    if start:
        return start - dt.timedelta(days=40)
    if told.project.first_quarter:
        return ENDS[told.project.first_quarter] - dt.timedelta(days=45)
    return dt.date(2023, 11, 1) + dt.timedelta(days=told.chance.pick % 200)


def risk_rows(told: Told) -> Iterator[Answers]:
    """One row for each risk that the project has drawn."""
    if told.project.project_id in WITHOUT_RISKS:
        return
    for number, place in enumerate(told.chance.risks, start=1):
        yield _risk_row(told, number, RISKS[place]) | told.left_out("risks")


def _risk_row(told: Told, number: int, risk: Risk) -> Answers:
    """What is responded to becomes less likely with time, what is not more. Risks are closed when the project opens or ends."""
    state = told.state
    drift = 0 if told.quarter < 4 else 5 if risk.response is None else -5
    likely = max(raised(round(state.p50 * risk.consequence_pct / 100)), HUNDRED_THOUSAND_KRONER)
    row: Answers = {
        "project_id": told.project.project_id, "risk_id": f"{'M' if risk.is_opportunity else 'R'}{number}",
        "kind": "opportunity" if risk.is_opportunity else "risk", "description": risk.text,
        "probability_pct": Decimal(risk.probability_pct + drift),
        "consequence_low_mnok": mnok(likely // 2), "consequence_likely_mnok": mnok(likely),
        "consequence_high_mnok": mnok(2 * likely), "consequence_days": risk.days, "responsible": risk.role,
        "is_open": state.standing in ("running", "on_hold") and state.phase not in ("opened", "closed"),
        **price_basis("Usikkerhetsanalyse, oppdatert for perioden"),
    }  # fmt: skip
    return row | {"response": risk.response} if risk.response else row


def reserve_rows(told: Told) -> Iterator[Answers]:
    """One row a level from when the project is ready to build. What is released once is not taken back."""
    state = told.state
    if told.project.project_id in WITHOUT_RESERVE or state.phase not in ("ready_to_build", *BUILT):
        return
    own, common = raised(state.p50 * RESERVE_PCT // 100), state.p85 - state.p50
    pace = 1.8 if told.project.project_id in RESERVE_AHEAD else 0.9
    used = min(own, raised(round(own * pace * (state.physical_pct or 0) / 100)))
    over = max(0, *(found.forecast - found.p50 for found in told.so_far))
    for number, (level, whole, released) in enumerate((("project", own, used), ("agreement", common, min(common, over)))):
        row: Answers = {
            "project_id": told.project.project_id, "reserve_level": level,
            "released_mnok": mnok(released), "held_mnok": mnok(whole - released),
            **price_basis("Vedtatt ramme og utløste beløp"),
        }  # fmt: skip
        if released:
            row["reserve_decision"] = told.decision(5 + number, told.project.first_quarter)
        yield row | told.left_out("reserve")
