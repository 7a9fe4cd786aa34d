"""Where the money of a portfolio may end, and how far it may have come at the end of each year: the fan behind the forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Literal

from domain.model import Agreement
from pipelines.answers.economy.cost_course import CostCourse, Point, cost_course
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.uncertainty.portfolio_risk import USUAL_RHO, portfolio, portfolio_at
from pipelines.history.snapshot import Snapshot

# The band is between these quantiles of the total cost: 70 of 100 outcomes lie in it.
LOW_PCT, HIGH_PCT = 15, 85
# Why there is no band: kroner in which estimates do not add up, no project with a curve, or nothing left to spend.
Lack = Literal["nominal", "no_price", "no_curves", "nothing_left"]


@dataclass(frozen=True, slots=True)
class RangePoint:
    """The forecast up to a day, with the amounts that the money spent up to then may lie between."""

    on: dt.date
    forecast_mnok: Decimal
    low_mnok: float
    high_mnok: float


@dataclass(frozen=True, slots=True)
class CourseRange:
    """The band from the last reported spending, where it has no width, to the end; empty with the reason in `lack`.

    `with_curve` are the projects that the spread rests on, of all. The others count with their forecasts, which do not vary.
    """

    points: tuple[RangePoint, ...]
    lack: Lack | None
    with_curve: tuple[int, int]
    rho: float = USUAL_RHO

    @property
    def end(self) -> RangePoint | None:
        """The total cost with its band."""
        return self.points[-1] if self.points else None


def course_range(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
    course: CostCourse | None = None,
    n_draws: int | None = None,
) -> CourseRange:
    """The band around the forecast of a selection as it was known on a date. `course` spares asking for it again.

    Its ends are P15 and P85 of the portfolio's total cost at the usual correlation, from the projects' own curves. What lies
    between spent and an end falls on the years as forecast less spent does.
    """
    course = course or cost_course(snapshot, agreement, price, as_of, selection)
    found = portfolio(snapshot, agreement, price, as_of, selection)
    lack = _lack(price, course, bool(found.curves))
    if lack:
        return CourseRange((), lack, found.with_figures)
    (drawn,) = portfolio_at(found, (USUAL_RHO,), n_draws)
    of_curves = float(found.portions.forecast_mnok.sum())
    certain = float(course.forecast[-1].mnok) - of_curves
    low, high = (drawn.risk.quantiles_mnok[pct] + certain for pct in (LOW_PCT, HIGH_PCT))
    return CourseRange(spread(course.spent[-1], course.forecast, low, high), None, found.with_figures)


def spread(spent: Point, forecast: Sequence[Point], low_mnok: float, high_mnok: float) -> tuple[RangePoint, ...]:
    """The band from what is spent to a low and a high total, by the share of forecast less spent that each year has reached.

    Empty where nothing is left to spend. No end lies below what is spent, and no year takes anything back.
    """
    left = forecast[-1].mnok - spent.mnok if forecast else Decimal(0)
    if left <= 0:
        return ()
    to_come = [point for point in forecast if point.on > spent.on]
    reached = accumulate((min(max((point.mnok - spent.mnok) / left, Decimal(0)), Decimal(1)) for point in to_come), max)
    start = float(spent.mnok)
    low, high = (max(0.0, end - start) for end in (low_mnok, high_mnok))
    rows = [
        RangePoint(point.on, point.mnok, start + low * float(share), start + high * float(share))
        for point, share in zip(to_come, reached, strict=True)
    ]
    return (RangePoint(spent.on, spent.mnok, start, start), *rows)


def _lack(price: Price | None, course: CostCourse, has_curves: bool) -> Lack | None:
    """Why there is no band."""
    if price is None:
        return "no_price"
    if price.is_nominal:
        return "nominal"
    if not has_curves:
        return "no_curves"
    is_left = course.spent and course.forecast and course.forecast[-1].mnok > course.spent[-1].mnok
    return None if is_left else "nothing_left"
