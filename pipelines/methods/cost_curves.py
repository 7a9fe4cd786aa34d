"""How uncertain the cost of one project is: its curve, which of its figures that rests on, and what the curve says. Pure.

Amounts are mill. kr of one price basis. Three kinds, in this order: P50 and P85 where the project has both; low, likely and high;
else the outside view, the record of finished Norwegian state projects. A finished project has no uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaincinv, ndtr, ndtri

from pipelines.methods.project_reports import Kroner

Numbers = NDArray[np.float64]
Amount = Decimal | float
Choice = Literal["final", "p50_p85", "low_likely_high", "outside_view"]
# The standard normal at 85 per cent: 1.036433.
Z85 = float(ndtri(0.85))
# 78 finished state projects against their P50, and how many ended above P85 where 15 per cent is expected: Concept report 51.
OUTSIDE_MEAN_PCT, OUTSIDE_SD_PCT, OUTSIDE_ABOVE_P85_PCT = 2.3, 16.0, 23.0
# Low and high are passed in 1 of 10 cases each.
LOW_SHARE, HIGH_SHARE = 0.1, 0.9
# Where the mode of a curve may lie between its ends; nearer to them the search has nothing to hold on to.
_NEAR_ENDS = 1e-6
# How finely a curve is cut up where only its points are known.
_SLICES = 4096


class Estimate(NamedTuple):
    """What is known of a project's cost. `final_mnok` is the cost of a finished one, `spent_mnok` what it cannot fall below."""

    project_id: str
    p50_mnok: Amount | None = None
    p85_mnok: Amount | None = None
    low_mnok: Amount | None = None
    likely_mnok: Amount | None = None
    high_mnok: Amount | None = None
    forecast_mnok: Amount | None = None
    final_mnok: Amount | None = None
    spent_mnok: Amount = 0
    kroner: Kroner | None = None


class Lognormal(NamedTuple):
    """A cost that is lognormal around its median. With sigma 0 it is certain."""

    median_mnok: float
    sigma: float

    @property
    def mean_mnok(self) -> float:
        return self.median_mnok * math.exp(self.sigma**2 / 2)

    @property
    def sd_mnok(self) -> float:
        return self.mean_mnok * math.sqrt(math.expm1(self.sigma**2))

    def at_normal(self, standard: Numbers) -> Numbers:
        """The cost where a standard normal has the values given."""
        return self.median_mnok * np.exp(self.sigma * standard)

    def at(self, standard: float) -> float:
        """The same where it has one value, which takes a tenth of the time."""
        return self.median_mnok * math.exp(self.sigma * standard)


class Pert(NamedTuple):
    """A cost between two ends with a mode, as PERT has it: a beta curve whose mean is (least + 4 mode + most) / 6."""

    least_mnok: float
    mode_mnok: float
    most_mnok: float

    @property
    def mean_mnok(self) -> float:
        return (self.least_mnok + 4 * self.mode_mnok + self.most_mnok) / 6

    @property
    def sd_mnok(self) -> float:
        return math.sqrt((self.mean_mnok - self.least_mnok) * (self.most_mnok - self.mean_mnok) / 7)

    def at_normal(self, standard: Numbers) -> Numbers:
        """The cost where a standard normal has the values given."""
        span = self.most_mnok - self.least_mnok
        if span == 0:
            return np.full_like(standard, self.mode_mnok)
        return self.least_mnok + span * _beta_at((self.mode_mnok - self.least_mnok) / span, ndtr(standard))

    def at(self, standard: float) -> float:
        """The same where it has one value."""
        return float(self.at_normal(np.array([standard]))[0])


class CostCurve(NamedTuple):
    """How uncertain a project's cost is, and which of its figures that rests on. It never falls below what is spent."""

    project_id: str
    choice: Choice
    shape: Lognormal | Pert
    spent_mnok: float = 0.0
    kroner: Kroner | None = None

    def cost_at(self, shares: Iterable[float]) -> Numbers:
        """The costs that are not passed in the given shares of cases, from 0 to 1."""
        return np.maximum(self.shape.at_normal(ndtri(np.array(list(shares), dtype=np.float64))), self.spent_mnok)

    @property
    def p50_mnok(self) -> float:
        return max(self.shape.at(0.0), self.spent_mnok)

    @property
    def p85_mnok(self) -> float:
        return max(self.shape.at(Z85), self.spent_mnok)


def cost_curve(estimate: Estimate, outside_view_only: bool = False) -> CostCurve | None:
    """The curve of a project; None where it has neither an estimate nor a forecast. ValueError for figures that are out of order.

    With `outside_view_only` the record takes the place of the project's own spread, around its own P50.
    """
    # Each field in its turn: an agreement has thousands of estimates.
    project_id, p50, p85, low, likely, high, forecast, final, spent, kroner = estimate
    choice: Choice
    shape: Lognormal | Pert
    if final is not None:
        choice, shape = "final", Lognormal(float(final), 0.0)
    elif p50 is not None and p85 is not None and not outside_view_only:
        choice, shape = "p50_p85", lognormal_through(float(p50), float(p85))
    elif low is not None and likely is not None and high is not None and not outside_view_only:
        choice, shape = "low_likely_high", pert_through(float(low), float(likely), float(high))
    else:
        # The record, around the P50 or what comes nearest to it.
        middle = float(p50 or likely or forecast or 0)
        if not middle:
            return None
        choice = "outside_view"
        shape = lognormal_with(middle * (1 + OUTSIDE_MEAN_PCT / 100), middle * OUTSIDE_SD_PCT / 100)
    return CostCurve(project_id, choice, shape, float(spent), kroner)


def lognormal_through(p50_mnok: float, p85_mnok: float) -> Lognormal:
    """The lognormal cost with this P50 and P85: sigma = ln(P85 / P50) / 1.036433. ValueError unless 0 < P50 <= P85."""
    if not 0 < p50_mnok <= p85_mnok:
        raise ValueError(f"P50 {p50_mnok} and P85 {p85_mnok}; accepted: above 0, P85 no lower than P50")
    return Lognormal(p50_mnok, math.log(p85_mnok / p50_mnok) / Z85)


def lognormal_with(mean_mnok: float, sd_mnok: float) -> Lognormal:
    """The lognormal cost with this mean and standard deviation. ValueError unless the mean is above 0."""
    if mean_mnok <= 0:
        raise ValueError(f"mean {mean_mnok}; accepted: above 0")
    variance = math.log1p((sd_mnok / mean_mnok) ** 2)
    return Lognormal(mean_mnok * math.exp(-variance / 2), math.sqrt(variance))


def pert_through(low_mnok: float, likely_mnok: float, high_mnok: float) -> Pert:
    """The PERT cost that lies below low, and above high, in 1 of 10 cases, with its mode at likely.

    ValueError unless 0 <= low <= likely <= high. Where the curve would begin below 0 it begins there, and low is not kept.
    """
    if not 0 <= low_mnok <= likely_mnok <= high_mnok:
        raise ValueError(f"low {low_mnok}, likely {likely_mnok}, high {high_mnok}; accepted: none below 0, in this order")
    if low_mnok == high_mnok:
        return Pert(likely_mnok, likely_mnok, likely_mnok)
    mode = _mode_for((likely_mnok - low_mnok) / (high_mnok - low_mnok))
    below, above = _beta_at(mode, np.array([LOW_SHARE, HIGH_SHARE]))
    span = (high_mnok - low_mnok) / float(above - below)
    least = likely_mnok - mode * span
    return Pert(least, likely_mnok, least + span) if least >= 0 else _from_nothing(likely_mnok, high_mnok)


def expected_between(curve: CostCurve, from_mnok: Amount, to_mnok: Amount) -> float:
    """What the cost is expected to take of the money between two amounts: the expected use of a reserve that lies there."""
    costs = curve.cost_at((np.arange(_SLICES) + 0.5) / _SLICES)
    return float(np.clip(costs - float(from_mnok), 0, max(0.0, float(to_mnok) - float(from_mnok))).mean())


def _beta_at(mode: float, shares: Numbers) -> Numbers:
    """The PERT curve between 0 and 1 with this mode, at the given shares of cases."""
    return np.asarray(betaincinv(1 + 4 * mode, 5 - 4 * mode, shares), dtype=np.float64)


def _mode_for(place: float) -> float:
    """The mode of the curve between 0 and 1 that lies so far on the way from its own 10 to its own 90 per cent."""

    def off(mode: float) -> float:
        below, above = _beta_at(mode, np.array([LOW_SHARE, HIGH_SHARE]))
        return float(mode - below - place * (above - below))

    return float(brentq(off, 0.0, 1.0, xtol=_NEAR_ENDS))


def _from_nothing(likely_mnok: float, high_mnok: float) -> Pert:
    """The PERT cost from 0 with its mode at likely that is passed by high in 1 of 10 cases."""

    def off(mode: float) -> float:
        return mode * high_mnok - likely_mnok * float(_beta_at(mode, np.array([HIGH_SHARE]))[0])

    mode = float(brentq(off, _NEAR_ENDS, 1.0, xtol=_NEAR_ENDS))
    return Pert(0.0, likely_mnok, likely_mnok / mode)
