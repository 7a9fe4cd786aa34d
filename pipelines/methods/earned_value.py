"""Earned value and earned schedule: what was planned, earned and spent, in money and in periods of time.

Pure. An answer that cannot be had is None, with the reason by its name. The terms are the field's own: PV planned value, EV
earned value, AC actual cost, BAC budget at completion, EAC estimate at completion, ES earned schedule. Spending alone is never
progress.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from pipelines.methods.money import Amount, Figure, MixedBases, to_ore

Reason = Literal[
    "budget_missing", "spent_missing", "physical_pct_missing", "plan_missing", "plan_falls", "plan_has_gap", "plan_ends",
    "nothing_planned", "nothing_earned", "nothing_spent", "budget_is_spent", "no_time_passed",
]  # fmt: skip
REASONS: tuple[Reason, ...] = get_args(Reason)
# A number, or why there is none.
_Found = Fraction | Reason


@dataclass(frozen=True, slots=True)
class Progress:
    """A project at the end of a period, by what it has reported.

    `period` counts the periods since the start. `planned_pct` is what was to be finished by the end of each period, cumulative,
    as far as it is known; before the first period it is 0. `planned_periods` is the planned duration, by default when the plan
    first says 100.
    """

    period: int
    planned_pct: Mapping[int, Decimal]
    physical_pct: Decimal | None
    budget: Figure
    spent: Figure
    planned_periods: int | None = None


@dataclass(frozen=True, slots=True)
class EarnedValue:
    """The answers for one project and period; mill. kr to the øre in the basis of its budget. `reasons` names why any is None.

    The three estimates at completion: as dear as so far (CPI), the rest as budgeted, the rest as dear and as late as so far (CPI
    · SPI). `vac_mnok` goes with the first. For time `spi_t` counts: `spi` returns to 1 at the end of every late project.
    """

    pv_mnok: Decimal | None
    ev_mnok: Decimal | None
    ac_mnok: Decimal | None
    cv_mnok: Decimal | None
    sv_mnok: Decimal | None
    cpi: float | None
    spi: float | None
    eac_at_cpi_mnok: Decimal | None
    eac_at_budget_mnok: Decimal | None
    eac_at_cpi_spi_mnok: Decimal | None
    vac_mnok: Decimal | None
    tcpi: float | None
    es_periods: float | None
    spi_t: float | None
    forecast_periods: float | None
    reasons: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent against what was to be spent by now. It says nothing of what was built for it, and is not progress."""

    spent_mnok: Decimal | None
    planned_mnok: Decimal | None
    difference_mnok: Decimal | None
    spent_of_planned_pct: float | None
    reasons: Mapping[str, Reason] = field(default_factory=dict)


def earned_value(progress: Progress) -> EarnedValue:
    """Everything that can be said of one project and period. MixedBases where budget and spending are in different kroner."""
    bac, ac = _mnok(progress.budget, "budget_missing"), _mnok(progress.spent, "spent_missing")
    _refuse_mixed(progress.budget, progress.spent)
    done = _share(progress.physical_pct, "physical_pct_missing")
    pv = _from(lambda whole, share: whole * share, bac, _planned_share(progress))
    ev = _from(lambda whole, share: whole * share, bac, done)
    cpi, spi = _ratio(ev, ac, "nothing_spent"), _ratio(ev, pv, "nothing_planned")
    left = _from(lambda whole, earned: whole - earned, bac, ev)
    money = {
        "pv_mnok": pv,
        "ev_mnok": ev,
        "ac_mnok": ac,
        "eac_at_cpi_mnok": _ratio(bac, cpi, "nothing_earned"),
        "eac_at_budget_mnok": _plus(ac, left),
        "eac_at_cpi_spi_mnok": _plus(ac, _ratio(left, _from(lambda cost, time: cost * time, cpi, spi), "nothing_earned")),
    }
    # Differences are of what is shown, so that they add up on the page.
    ore = {name: _from(lambda mnok: Fraction(to_ore(mnok)), found) for name, found in money.items()}
    ore["cv_mnok"], ore["sv_mnok"] = _minus(ore["ev_mnok"], ore["ac_mnok"]), _minus(ore["ev_mnok"], ore["pv_mnok"])
    ore["vac_mnok"] = _minus(bac, ore["eac_at_cpi_mnok"])
    es = _earned_schedule(progress.planned_pct, _from(lambda share: share * 100, done))
    spi_t = _ratio(es, Fraction(progress.period), "no_time_passed")
    ratios: dict[str, _Found] = {
        "cpi": cpi,
        "spi": spi,
        "tcpi": _tcpi(bac, ac, left),
        "es_periods": es,
        "spi_t": spi_t,
        "forecast_periods": _ratio(_planned_periods(progress), spi_t, "nothing_earned"),
    }
    reasons: dict[str, Reason] = {name: found for name, found in (ore | ratios).items() if not isinstance(found, Fraction)}
    mnok = {name: to_ore(found) if isinstance(found, Fraction) else None for name, found in ore.items()}
    number = {name: float(found) if isinstance(found, Fraction) else None for name, found in ratios.items()}
    return EarnedValue(
        mnok["pv_mnok"], mnok["ev_mnok"], mnok["ac_mnok"], mnok["cv_mnok"], mnok["sv_mnok"], number["cpi"], number["spi"],
        mnok["eac_at_cpi_mnok"], mnok["eac_at_budget_mnok"], mnok["eac_at_cpi_spi_mnok"], mnok["vac_mnok"], number["tcpi"],
        number["es_periods"], number["spi_t"], number["forecast_periods"], reasons,
    )  # fmt: skip


def spending(spent: Figure, planned: Figure) -> Spending:
    """Spending against plan, for those who report nothing else. MixedBases where the two are in different kroner."""
    _refuse_mixed(spent, planned)
    found: dict[str, _Found] = {"spent_mnok": _mnok(spent, "spent_missing"), "planned_mnok": _mnok(planned, "plan_missing")}
    found["difference_mnok"] = _minus(found["spent_mnok"], found["planned_mnok"])
    share = _ratio(found["spent_mnok"], found["planned_mnok"], "nothing_planned")
    reasons: dict[str, Reason] = {
        name: part for name, part in [*found.items(), ("spent_of_planned_pct", share)] if not isinstance(part, Fraction)
    }
    return Spending(
        **{name: to_ore(part) if isinstance(part, Fraction) else None for name, part in found.items()},
        spent_of_planned_pct=float(100 * share) if isinstance(share, Fraction) else None,
        reasons=reasons,
    )


def _refuse_mixed(*figures: Figure) -> None:
    bases = {figure.basis for figure in figures if isinstance(figure, Amount)}
    if len(bases) > 1:
        raise MixedBases(bases)


def _mnok(figure: Figure, reason: Reason) -> _Found:
    return Fraction(figure.mnok) if isinstance(figure, Amount) else reason


def _share(pct: Decimal | None, reason: Reason) -> _Found:
    return reason if pct is None else Fraction(pct) / 100


def _from(formula: Callable[..., Fraction], *parts: _Found) -> _Found:
    """What the formula makes of the numbers, or the first reason why one of them is not there."""
    numbers = []
    for part in parts:
        if not isinstance(part, Fraction):
            return part
        numbers.append(part)
    return formula(*numbers)


def _plus(first: _Found, second: _Found) -> _Found:
    return _from(lambda one, other: one + other, first, second)


def _minus(first: _Found, second: _Found) -> _Found:
    return _from(lambda one, other: one - other, first, second)


def _ratio(above: _Found, below: _Found, when_nothing: Reason) -> _Found:
    """One number over another, or the reason for there being nothing below."""
    if isinstance(above, Fraction) and below == 0:
        return when_nothing
    return _from(lambda one, other: one / other, above, below)


def _tcpi(bac: _Found, ac: _Found, left: _Found) -> _Found:
    """How cheap the rest must be for the budget to hold; with nothing left of the budget it cannot be said."""
    unspent = _minus(bac, ac)
    if isinstance(unspent, Fraction) and isinstance(left, Fraction) and unspent <= 0:
        return "budget_is_spent"
    return _from(lambda rest, money: rest / money, left, unspent)


def _planned_share(progress: Progress) -> _Found:
    if progress.period == 0:
        return Fraction(0)
    return _share(progress.planned_pct.get(progress.period), "plan_missing")


def _planned_periods(progress: Progress) -> _Found:
    if progress.planned_periods is not None:
        return Fraction(progress.planned_periods)
    finished = [period for period, pct in progress.planned_pct.items() if pct >= 100]
    return Fraction(min(finished)) if finished else "plan_ends" if progress.planned_pct else "plan_missing"


def _earned_schedule(planned_pct: Mapping[int, Decimal], done_pct: _Found) -> _Found:
    """The time by which the plan had what is finished now: ES = C + (EV - PV_C) / (PV_{C+1} - PV_C).

    C is the last period whose plan is met, of a plan that stands at 100 the first of these. Only neighbouring periods are drawn
    between.
    """
    if not isinstance(done_pct, Fraction):
        return done_pct
    if not planned_pct:
        return "plan_missing"
    plan = {0: Fraction(0)} | {period: Fraction(planned_pct[period]) for period in sorted(planned_pct)}
    reached = list(plan.values())
    if reached != sorted(reached):
        return "plan_falls"
    finished = next((period for period, pct in plan.items() if pct >= 100), None)
    if finished is not None and done_pct >= plan[finished]:
        return Fraction(finished)
    last = max((period for period, pct in plan.items() if pct <= done_pct), default=0)
    if plan[last] == done_pct:
        return Fraction(last)
    if last + 1 not in plan:
        return "plan_has_gap" if last < max(plan) else "plan_ends"
    return last + (done_pct - plan[last]) / (plan[last + 1] - plan[last])
