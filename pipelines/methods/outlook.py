"""What the index can and cannot tell: chance, precision, and scenarios of the next twelve months. Scenarios, never predictions.

Pure. Percent is 1.5 for 1.5 %. All uncertainty here is that of which points were counted, as in the official interval; what the
points do not see is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from domain.period import Month

# A yearly level of the scenarios, in percent against the reference year.
LEVELS_PCT = tuple(float(level) for level in range(-5, 6))
HORIZON_MONTHS = 12
# Decimals that a scenario is held against zero with: enough for any reader, and blind to the last bits of a sum.
_DECIMALS = 9


def probability_at_or_below(index_pct: float, standard_error_pct: float | None, n_points: int | None) -> float | None:
    """The chance, from 0 to 1, that traffic is at or below the reference year; None without a standard error.

    Student's t with n - 1 degrees of freedom around the index. Sampling of points is the only uncertainty in it.
    """
    if standard_error_pct is None or n_points is None or n_points < 2:
        return None
    if standard_error_pct == 0:
        return 1.0 if index_pct <= 0 else 0.0
    return float(stdtr(n_points - 1, -index_pct / standard_error_pct))


def half_width_pct(standard_error_pct: float, n_points: int) -> float:
    """Half of the 95 % interval, in percentage points."""
    return float(stdtrit(n_points - 1, 0.975)) * standard_error_pct


def points_needed(wanted_half_width_pct: float, standard_error_pct: float, n_points: int) -> int:
    """The fewest points, like those of today, whose interval is no wider than wanted to each side. ValueError unless above 0.

    The standard error is scaled by the root of n / n_new; t has n_new - 1 degrees of freedom.
    """
    if wanted_half_width_pct <= 0:
        raise ValueError(f"half width {wanted_half_width_pct}; accepted: above 0")

    def is_enough(wanted: int) -> bool:
        return half_width_pct(standard_error_pct * math.sqrt(n_points / wanted), wanted) <= wanted_half_width_pct

    too_few, enough = 1, 2
    while not is_enough(enough):
        too_few, enough = enough, 2 * enough
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if is_enough(middle) else (middle, enough)
    return enough


def detectable_change_pct(standard_error_pct: float, n_points: int, power: float = 0.8) -> float:
    """The smallest true change, in percentage points, that a 95 % test sees with the given chance."""
    freedom = n_points - 1
    return float(stdtrit(freedom, 0.975) + stdtrit(freedom, power)) * standard_error_pct


@dataclass(frozen=True, slots=True)
class Step:
    """The index of the window that ends in a month, in a scenario."""

    last_month: Month
    index_pct: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """The index month by month if the next twelve months lie at a level. The first step is today, made the same way.

    Months whose earlier years are not known are left out. `crosses_on` is the first month on the other side of zero than the
    first step (zero itself is below), None if there is none.
    """

    level_pct: float
    path: tuple[Step, ...]
    crosses_on: Month | None


def scenario(yearly_pct: Mapping[Month, float], last_month: Month, level_pct: float, window_months: int = 36) -> Scenario:
    """The path of the index of a window if each of the next twelve months lies at a level against the reference year.

    `yearly_pct` is the 12-month index by last month. The index of 36 months is close to the plain mean of the three 12-month
    indices inside it, because it is the mean of calendar-month means over the same points:

        I36(t + k) = ( I12(t + k) + I12(t + k - 12) + I12(t + k - 24) ) / 3,   I12(t + k) = ( (12 - k) I12(t) + k g ) / 12

    where t is the last month known, k months have passed and g is the level. Of the last twelve months, those that remain are
    taken at their mean. The equation holds as far as the points are the same: over the 53 months of an official workbook to
    2026-04 its two sides differ by at most 0.23 points when the 12-month indices are of the points of the 36-month index, and by
    up to 1.05 when each is of its own points. Points also come and go within the year ahead: held against what came, with the
    level that came, the paths were off by up to 0.9 and 1.2 points.
    """
    steps = [
        Step(last_month.plus(passed), index_pct)
        for passed in range(HORIZON_MONTHS + 1)
        if (index_pct := _index_after(passed, yearly_pct, last_month, level_pct, window_months)) is not None
    ]
    return Scenario(level_pct, tuple(steps), _crossing(steps))


def scenarios(
    yearly_pct: Mapping[Month, float], last_month: Month, levels_pct: Sequence[float] = LEVELS_PCT, window_months: int = 36
) -> tuple[Scenario, ...]:
    """One scenario per level, in the order given."""
    return tuple(scenario(yearly_pct, last_month, level_pct, window_months) for level_pct in levels_pct)


def level_needed(
    yearly_pct: Mapping[Month, float], last_month: Month, at: Month, window_months: int = 36, wanted_pct: float = 0.0
) -> float | None:
    """The level that all months until `at` must lie at for the index to be as wanted there; None where a year is not known.

    The equation of `scenario`, solved for g. Twelve months ahead it is 3 wanted - I12(t) - I12(t - 12). ValueError if `at` is not
    one to twelve months ahead.
    """
    passed = at.number - last_month.number
    if not 1 <= passed <= HORIZON_MONTHS:
        raise ValueError(f"{at} is {passed} months after {last_month}; accepted: 1 to {HORIZON_MONTHS}")
    at_zero = _index_after(passed, yearly_pct, last_month, 0.0, window_months)
    return None if at_zero is None else (wanted_pct - at_zero) * window_months / passed


def _index_after(
    passed: int, yearly_pct: Mapping[Month, float], last_month: Month, level_pct: float, window_months: int
) -> float | None:
    now = last_month.plus(passed)
    months = [last_month, *(now.plus(-12 * years_back) for years_back in range(1, window_months // 12))]
    known = [yearly_pct[month] for month in months if month in yearly_pct]
    if len(known) < len(months):
        return None
    newest = ((HORIZON_MONTHS - passed) * known[0] + passed * level_pct) / HORIZON_MONTHS
    return math.fsum([newest, *known[1:]]) / len(months)


def _crossing(steps: Sequence[Step]) -> Month | None:
    if not steps:
        return None
    was_above = _is_above(steps[0])
    return next((step.last_month for step in steps if _is_above(step) != was_above), None)


def _is_above(step: Step) -> bool:
    return round(step.index_pct, _DECIMALS) > 0
