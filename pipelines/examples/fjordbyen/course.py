"""How each invented project goes, quarter by quarter: its dates, what is built, what is spent and what it will cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.examples.fjordbyen.dates import BUILT, ENDS, MILESTONES, Dates, MilestoneState
from pipelines.examples.fjordbyen.money import ORE, Money, YearAmounts
from pipelines.examples.fjordbyen.points import SEED
from pipelines.examples.fjordbyen.portfolio import (
    DELAYS,
    FORECASTS,
    MERGED,
    ON_HOLD,
    QUARTERS,
    TOOK_OVER,
    Project,
)


@dataclass(frozen=True, slots=True)
class State:
    """A project at the end of a quarter. Amounts in øre, per cent as they are reported; None before anything is built."""

    project: Project
    quarter: int
    phase: str
    standing: str
    plan_status: str
    physical_pct: float | None
    planned_pct: float | None
    milestones: tuple[MilestoneState, ...]
    amounts: tuple[YearAmounts, ...]
    p50: int
    p85: int

    @property
    def forecast(self) -> int:
        return sum(row.forecast for row in self.amounts)

    @property
    def delay_days(self) -> int:
        """The opening's forecast after its baseline."""
        opening = next(found for found in self.milestones if found.milestone == "opening")
        return (opening.forecast_on - opening.baseline_on).days


def stream(seed: int, number: int) -> np.random.Generator:
    """The random stream of a project, or of anything else of the returns that has a number of its own."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(1000, number))))


def course(project: Project, seed: int = SEED, *, revised_late: int | None = None) -> dict[int, State]:
    """The states of a project by the place of the quarter in QUARTERS, from its first one on.

    In the quarter `revised_late` it still has the forecast of the quarter before; only the states up to that one are of use.
    """
    dates, pct, p85_pct = _drawn(project, stream(seed, project.number))
    if revised_late is not None:
        pct = (*pct[:revised_late], pct[revised_late - 1], *pct[revised_late + 1 :])
    money, states = Money(project, dates), {}
    for quarter in range(project.first_quarter, len(QUARTERS)):
        p50 = (project.p50_mnok + _took_over(project, quarter)) * ORE
        has_ended = project.ended_in is not None and quarter >= project.ended_in
        amounts = money.closed(quarter) if has_ended else money.step(quarter, p50, round(p50 * pct[quarter] / 100))
        states[quarter] = _state(project, quarter, dates, amounts, p50, p50 * p85_pct // 100)
    return states


def _drawn(project: Project, chance: np.random.Generator) -> tuple[Dates, tuple[float, ...], int]:
    """All that chance decides: the dates, the forecast in per cent of P50 quarter by quarter, and P85 in per cent of P50."""
    days = tuple(int(day) for day in chance.integers(0, 27, len(MILESTONES)))
    late_days = int(chance.integers(0, 20))
    total = int(chance.choice([0, 0, 0, 0, 14, 25, 40, 55, 80, 120]))
    shown_from, shown_in = int(chance.integers(0, 6)), int(chance.integers(1, 4))
    delays = tuple(round(total * min(max(quarter - shown_from, 0) / shown_in, 1)) for quarter in range(len(QUARTERS)))
    level = float(chance.integers(93, 99))
    steps = chance.choice([0, 0, 0, 0, 0, 0.5, 1.0, -1.0], len(QUARTERS)).cumsum().tolist()
    p85_pct = int(chance.integers(110, 119))
    dates = Dates(project, days, late_days, DELAYS.get(project.project_id, delays))
    return dates, FORECASTS.get(project.project_id, tuple(min(level + step, 100.0) for step in steps)), p85_pct


def _took_over(project: Project, quarter: int) -> int:
    took_over = TOOK_OVER.get(project.project_id)
    return took_over[1] if took_over and quarter >= QUARTERS.index(took_over[0]) else 0


def _state(project: Project, quarter: int, dates: Dates, amounts: tuple[YearAmounts, ...], p50: int, p85: int) -> State:
    standing = _standing(project, quarter)
    # Where a project ends, its phase stands still.
    seen_on = ENDS[min(quarter, len(QUARTERS) if project.ended_in is None else project.ended_in)]
    phase = dates.phase(seen_on)
    physical, planned = dates.built_pct(quarter) if phase in BUILT else (None, None)
    return State(
        project, quarter, phase, standing, dates.plan_status(seen_on), physical, planned, dates.states(quarter), amounts, p50, p85
    )


def _standing(project: Project, quarter: int) -> str:
    if project.ended_in is not None and quarter >= project.ended_in:
        return "merged" if project.project_id in MERGED else "cancelled"
    held_from = ON_HOLD.get(project.project_id)
    return "on_hold" if held_from and quarter >= QUARTERS.index(held_from) else "running"
