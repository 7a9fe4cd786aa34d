"""When the milestones of each invented project come: as planned, as they come, and as they are forecast in between."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.period import Period
from pipelines.examples.fjordbyen.portfolio import LEFT_STANDING, QUARTERS, REBASELINED, Project

MILESTONES = ("plan_adopted", "funding_decided", "construction_start", "opening", "final_accounts")
# How much of a project's delay each milestone gets, if it is not reached.
SHARE_OF_DELAY = (0.4, 0.6, 0.7, 1.0, 1.1)
ENDS = tuple(Period.parse(quarter).last.plus(1).first_day - dt.timedelta(days=1) for quarter in QUARTERS)
BEFORE = dt.date(2024, 6, 30)  # the day before the first quarter
BUILT = ("construction", "opened", "closed")


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A milestone as seen at the end of a quarter."""

    milestone: str
    baseline_on: dt.date
    forecast_on: dt.date
    actual_on: dt.date | None
    decision: str | None


@dataclass(frozen=True)
class Dates:
    """The milestones of a project. `days` places them in their months; `delays` are the opening's, quarter by quarter."""

    project: Project
    days: tuple[int, ...]
    late_days: int
    delays: tuple[int, ...]

    @property
    def needs_plan(self) -> bool:
        return self.project.plan is not None

    @cached_property
    def planned(self) -> tuple[dt.date, ...]:
        """The first plan. Money is decided between plan and construction, and accounts are closed a year after opening."""
        plan = self.project.plan or self.project.start.plus(-8)
        months = (plan, plan, self.project.start, self.project.opening, self.project.opening.plus(11))
        plan_on, _, start_on, opening_on, accounts_on = (
            month.first_day + dt.timedelta(days=day) for month, day in zip(months, self.days, strict=True)
        )
        return plan_on, plan_on + 0.6 * (start_on - plan_on), start_on, opening_on, accounts_on

    @cached_property
    def true(self) -> tuple[dt.date, ...]:
        """When each milestone comes. Those of the past were a little late, whatever happens later."""
        return tuple(
            planned + dt.timedelta(days=round(self.delays[-1] * share) if planned > BEFORE else self.late_days)
            for planned, share in zip(self.planned, SHARE_OF_DELAY, strict=True)
        )

    def forecast(self, quarter: int) -> tuple[dt.date, ...]:
        """The forecast of each milestone at the end of a quarter; of one that is reached, when it was."""
        end, found = ENDS[quarter], []
        for order, (planned, true, share) in enumerate(zip(self.planned, self.true, SHARE_OF_DELAY, strict=True)):
            hoped = planned + dt.timedelta(days=round(self.delays[quarter] * share))
            if self.project.project_id not in LEFT_STANDING:
                hoped = max(hoped, end + dt.timedelta(days=15 + 10 * order))
            found.append(true if true <= end else min(true, hoped))
        return tuple(found)

    def baseline(self, quarter: int) -> tuple[tuple[dt.date, ...], str | None]:
        """The dates of the plan in force, and the decision behind those that are not of the first plan."""
        changed = REBASELINED.get(self.project.project_id)
        if changed is None or quarter < (since := QUARTERS.index(changed[0])):
            return self.planned, None
        rows = zip(self.planned, self.forecast(since), self.true, strict=True)
        return tuple(planned if true <= ENDS[since] else forecast for planned, forecast, true in rows), changed[1]

    def states(self, quarter: int) -> tuple[MilestoneState, ...]:
        """Each milestone as seen at the end of a quarter; without that of a plan where none is needed."""
        baseline, decision = self.baseline(quarter)
        rows = zip(MILESTONES, self.planned, baseline, self.forecast(quarter), self.true, strict=True)
        return tuple(
            MilestoneState(
                name, planned_now, forecast, true if true <= ENDS[quarter] else None,
                decision if planned_now != planned_first else None,
            )
            for name, planned_first, planned_now, forecast, true in rows
            if self.needs_plan or name != MILESTONES[0]
        )  # fmt: skip

    def phase(self, day: dt.date) -> str:
        """The phase by the milestones reached; before the first one, by the time that is left to it."""
        if reached := bisect_right(self.true, day):
            return ("design", "ready_to_build", *BUILT)[reached - 1]
        days_left = (self.true[0] - day).days
        if days_left > 730:
            return "idea"
        return "zoning_plan" if days_left <= 400 and self.needs_plan else "study"

    def plan_status(self, day: dt.date) -> str:
        """How far the land-use plan is."""
        phase = self.phase(day)
        if not self.needs_plan:
            return "not_needed"
        if phase in ("idea", "study"):
            return "not_started"
        if phase == "zoning_plan":
            return "hearing" if (self.true[0] - day).days < 180 else "started"
        return "adopted"

    def built_pct(self, quarter: int) -> tuple[float, float]:
        """How much is built at the end of a quarter, and how much was to be by the plan in force."""
        baseline, _ = self.baseline(quarter)
        built, planned = (100 * smooth(part(dates[2], dates[3], ENDS[quarter])) for dates in (self.true, baseline))
        return round(built, 1), round(planned, 1)


def smooth(done: float) -> float:
    """From 0 to 1, slow at both ends."""
    return done * done * (3 - 2 * done)


def part(first: dt.date, last: dt.date, day: dt.date) -> float:
    """How far a day is on the way from the first to the last, 0 to 1."""
    return min(max((day - first).days / max((last - first).days, 1), 0.0), 1.0)


def spent_part(element: str, milestones: Sequence[dt.date], first: dt.date, last: dt.date, ahead: float, day: dt.date) -> float:
    """The part of a cost element's money that is spent by a day, between the first and last day, as the milestones come."""
    plan_on, _, start_on, opening_on, accounts_on = milestones
    if element == "planning":
        begins = min(max(first, plan_on - dt.timedelta(days=500)), start_on - dt.timedelta(days=60))
        return part(begins, start_on, day)
    if element == "land":
        return part(max(first, min(plan_on, start_on - dt.timedelta(days=90))), start_on, day)
    accounts_on = min(accounts_on, last)
    opening_on = min(opening_on, accounts_on - dt.timedelta(days=30))
    return 0.95 * smooth(part(start_on, opening_on, day)) ** ahead + 0.05 * part(opening_on, accounts_on, day)
