"""The state of an agreement on one screen: the answers of the other pages side by side, and how they stood on an earlier day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from domain.limit_file import limits_of
from domain.model import Agreement
from pipelines.answers.cited.projects import CitedPortfolio, cited_projects
from pipelines.answers.deviations.deviations import OpenDeviation, deviations
from pipelines.answers.deviations.listed import ListStep, Matrix, deadlines, deviation_changes, deviation_matrix
from pipelines.answers.deviations.results import RuleResult
from pipelines.answers.economy.bridges import last_deadline, portfolio_bridge
from pipelines.answers.economy.economy import FORECAST
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.over_frames import OverFrames, over_frames
from pipelines.answers.economy.sums import Sums, sums
from pipelines.answers.goal.goal import GoalAnswer, goal
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import Price
from pipelines.answers.progress.progress import Moved, Openings, moved, openings
from pipelines.answers.reporting.coverage import coverage
from pipelines.answers.reporting.quality import deliveries
from pipelines.answers.uncertainty.portfolio_risk import USUAL_RHO, PortfolioAt, portfolio, portfolio_at
from pipelines.history.snapshot import Snapshot

_STEERING = "steering_group"
# What a forecast is held against by the rules about cost.
_FRAMES = ("p85_mnok", "p50_mnok")


@dataclass(frozen=True, slots=True)
class Money:
    """The whole of the economy in one price, the projects against their control frames, and the uncertainty of it all."""

    price: Price | None
    whole: Sums
    over: OverFrames
    range: PortfolioAt | None


@dataclass(frozen=True, slots=True)
class OpeningCounts:
    """The projects that have not ended, each in one of the five: opened, to open within a year, passed, later, no date.

    `moved_later` are those whose opening is later than in their previous report.
    """

    opened: int
    to_come: int
    passed: int
    later: int
    undated: int
    moved_later: int

    @property
    def n_projects(self) -> int:
        return self.opened + self.to_come + self.passed + self.later + self.undated


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise than on an earlier day. `is_deadline` says whether a return was due on that day.

    `forecast_mnok` is None where there is no forecast on one of the days, as is `index_points`, in percentage points. Of the
    openings those count that had a date on both days.
    """

    since: dt.date
    is_deadline: bool
    steps: Mapping[ListStep, int]
    forecast_mnok: Decimal | None
    moved_later: int
    moved_earlier: int
    index_points: float | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """The returns of the newest period that is asked for, and of how many projects there is a forecast of the cost."""

    period: str | None
    rows: pd.DataFrame
    with_forecast: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an agreement on a day. `decisions` are the deviations that the steering group decides, the largest first.

    `matrix` counts the projects that have not ended by the deviations about themselves, not about their reports. Without any
    project `cited` says what public sources state.
    """

    goal: GoalAnswer
    n_projects: int
    money: Money
    openings: OpeningCounts
    matrix: Matrix
    decisions: tuple[OpenDeviation, ...]
    changes: Changes | None
    freshness: Freshness
    cited: CitedPortfolio


def status(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, since: dt.date | None = None, price: Price | None = None
) -> Status:
    """The state on a day, with what has changed since another; by default since the deadline before the newest returns."""
    day = since or last_deadline(snapshot, agreement, as_of)
    found = deviations(snapshot, agreement, as_of)
    listed = projects(snapshot, agreement, as_of)
    limits = limits_of(agreement)
    of_projects = [it for it in found if limits.limit(it.result.rule).in_colour]
    going = listed[~listed["has_ended"].astype(bool)].to_dict("records")
    now = goal(snapshot, agreement, as_of)
    opened = moved(snapshot, agreement, as_of)
    return Status(
        now,
        len(listed),
        _money(snapshot, agreement, as_of, price),
        _counted(opened, openings(snapshot, agreement, as_of)),
        deviation_matrix(of_projects, [{str(name): it for name, it in row.items()} for row in going]),
        _decisions(agreement, found),
        _changes(snapshot, agreement, now, opened, (day, as_of), price) if day and len(listed) else None,
        _freshness(snapshot, agreement, as_of),
        cited_projects(snapshot, agreement, as_of),
    )


def _money(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, price: Price | None) -> Money:
    whole = portfolio(snapshot, agreement, price, as_of)
    drawn = portfolio_at(replace(whole, references=whole.references[:1]), (USUAL_RHO,))
    lines = economy_lines(snapshot, agreement, price, as_of)
    over = over_frames(snapshot, agreement, price, as_of)
    return Money(lines.price, sums(lines), over, drawn[0] if drawn else None)


def _counted(every: Iterable[Moved], to_come: Openings) -> OpeningCounts:
    listed = list(every)
    opened, later = sum(it.has_opened for it in listed), sum((it.previous_days or 0) > 0 for it in listed)
    return OpeningCounts(opened, len(to_come.listed), len(to_come.passed), len(to_come.later), len(to_come.undated), later)


def _decisions(agreement: Agreement, found: Iterable[OpenDeviation]) -> tuple[OpenDeviation, ...]:
    bodies = {body.body_id for body in agreement.bodies if body.kind == _STEERING}
    own = [it for it in found if it.body_id in bodies]
    return tuple(sorted(own, key=lambda it: (it.result.level_told != "red", -_excess_mnok(it.result), it.deviation_id)))


def _excess_mnok(result: RuleResult) -> Decimal:
    """How far a forecast is above the frame that the rule holds it against, as reported; 0 for a rule about something else."""
    evidence = result.evidence
    frame = next((evidence[name] for name in _FRAMES if evidence.get(name) is not None), None)
    return Decimal(evidence["forecast_mnok"]) - Decimal(frame) if frame is not None else Decimal(0)


def _changes(
    snapshot: Snapshot,
    agreement: Agreement,
    now: GoalAnswer,
    opened: Iterable[Moved],
    days: tuple[dt.date, dt.date],
    price: Price | None,
) -> Changes:
    since, as_of = days
    limits = limits_of(agreement)
    listed = deviation_changes(snapshot, agreement, since, as_of)
    later, earlier = _moved_between(moved(snapshot, agreement, since), opened)
    return Changes(
        since,
        since in deadlines(agreement, as_of),
        Counter(it.step for it in listed if limits.limit(it.result.rule).in_colour),
        _forecast_change(snapshot, agreement, days, price),
        later,
        earlier,
        _index_change(goal(snapshot, agreement, since), now),
    )


def _forecast_change(
    snapshot: Snapshot, agreement: Agreement, days: tuple[dt.date, dt.date], price: Price | None
) -> Decimal | None:
    """The whole of the bridge between the days, both ends in one price; None without a figure at one of the ends."""
    if price is None:
        return None
    found = portfolio_bridge(snapshot, agreement, *days, price=price, amount=FORECAST).bridge
    opening, closing = found.step("opening"), found.step("closing")
    return closing.amount_mnok - opening.amount_mnok if opening.with_figures[0] and closing.with_figures[0] else None


def _moved_between(before: Iterable[Moved], after: Iterable[Moved]) -> tuple[int, int]:
    """How many openings are expected later, and how many earlier, than they were."""
    then = {it.project_id: it.expected_on for it in before}
    pairs = [(was, it.expected_on) for it in after if (was := then.get(it.project_id)) and it.expected_on]
    return sum(now > was for was, now in pairs), sum(now < was for was, now in pairs)


def _index_change(before: GoalAnswer, now: GoalAnswer) -> float | None:
    return now.judged.index_pct - before.judged.index_pct if before.judged and now.judged else None


def _freshness(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> Freshness:
    rows = deliveries(snapshot, agreement, as_of)
    period = str(rows.iloc[0]["period"]) if len(rows) else None
    covered = coverage(snapshot, agreement, as_of)
    asked = covered[covered["question"] == "forecast_cost"]
    return Freshness(period, rows[rows["period"] == period], (int(asked["n_figures"].sum()), int(asked["n_projects"].sum())))
