"""How uncertain the cost of a portfolio is: one common factor, a correlation, and the chance to stay within frames.

Pure: curves and their splits in, figures out; the same seed gives the same figures. Amounts are mill. kr of one price basis. A
portfolio P85 means nothing without its correlation, so every answer carries it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.methods.cost_curves import CostCurve, Lognormal, Pert
from pipelines.methods.normals import CHUNK, normals
from pipelines.methods.portions import CostFrame, Portion, Portions, by_column, weights

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
RHOS = (0.0, 0.3, 1.0)
N_DRAWS = 100_000
SEED = 20261122
QUANTILES_PCT = (1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99)
# A PERT curve is tabled over these normals: computed so many times in each, straight between, and looked up so many times. That
# rounds away a thousandth of the spread at most, now up and now down.
_Z_END, _COMPUTED_STEPS, _TABLE_STEPS = 6, 32, 512
# The normal that 95 of 100 cases lie within, to both sides.
_Z975 = 1.959963984540054


class NoPortfolio(ValueError):
    """The projects cannot be added up: there are none, one is there twice, or their kroner differ. Says which."""


@dataclass(frozen=True, slots=True)
class RiskProject:
    """A project's curve, and how its cost lies over years, sources and areas. What is spent stays where it is."""

    curve: CostCurve
    portions: tuple[Portion, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameChance:
    """The chance, from 0 to 1, that what falls within a frame stays within its amount; None without an amount."""

    frame: CostFrame
    chance_within: float | None
    mean_mnok: float
    p50_mnok: float
    p85_mnok: float


@dataclass(frozen=True, slots=True)
class SpreadShare:
    """How much of the portfolio's variance comes with a project, in per cent. All together are 100; one can be below 0."""

    project_id: str
    share_pct: float


@dataclass(frozen=True, slots=True)
class PortfolioRisk:
    """The uncertain cost of a portfolio at one correlation, with the seed and number of draws that give it again.

    `p85_low_mnok` and `p85_high_mnok` are where the P85 of endlessly many draws lies in 95 of 100 cases. `quantiles_mnok` goes by
    per cent of cases, `shares` by project, the largest first. `n_without_split` projects count in the whole and in no part of it.
    """

    rho: float
    seed: int
    n_draws: int
    n_projects: int
    n_without_split: int
    mean_mnok: float
    sd_mnok: float
    p50_mnok: float
    p85_mnok: float
    p85_low_mnok: float
    p85_high_mnok: float
    sum_p50_mnok: float
    sum_p85_mnok: float
    quantiles_mnok: Mapping[int, float]
    frames: tuple[FrameChance, ...]
    shares: tuple[SpreadShare, ...]


def portfolio_risk(
    projects: Iterable[RiskProject], frames: Sequence[CostFrame] = (), rho: float = 0.3, seed: int = SEED, n_draws: int = N_DRAWS
) -> PortfolioRisk:
    """The uncertain cost of the projects together at one correlation. NoPortfolio; ValueError unless 0 <= rho <= 1."""
    return portfolio_band(projects, frames, (rho,), seed, n_draws)[0]


def portfolio_band(
    projects: Iterable[RiskProject],
    frames: Sequence[CostFrame] = (),
    rhos: Sequence[float] = RHOS,
    seed: int = SEED,
    n_draws: int = N_DRAWS,
) -> tuple[PortfolioRisk, ...]:
    """The uncertain cost at each correlation, from the same draws. NoPortfolio; ValueError unless 0 <= rho <= 1.

    The normal behind the cost of a project is sqrt(rho) times a common one plus sqrt(1 - rho) times its own. Each project draws
    from its own stream, by the seed and its id: neither the order of the projects nor the others change its draws.
    """
    listed = list(projects)
    return band_of([it.curve for it in listed], by_column([it.portions for it in listed]), frames, rhos, seed, n_draws)


def band_of(
    given: Sequence[CostCurve],
    portions: Portions,
    frames: Sequence[CostFrame] = (),
    rhos: Sequence[float] = RHOS,
    seed: int = SEED,
    n_draws: int = N_DRAWS,
) -> tuple[PortfolioRisk, ...]:
    """The same of curves, and of portions by column, each of the curve in the place that it names."""
    if n_draws < 1 or seed < 0 or not all(0 <= rho <= 1 for rho in rhos):
        raise ValueError(f"{n_draws} draws at rho {tuple(rhos)}, seed {seed}; accepted: 1 or more, 0 to 1, 0 or more")
    order = _in_order(given)
    curves = [given[place] for place in order]
    means = np.array([max(curve.shape.mean_mnok, curve.spent_mnok) for curve in curves])
    slopes, fixed = weights(replace(portions, project=np.argsort(order)[portions.project]), frames, len(curves))
    # What is drawn is in single precision.
    single = slopes.astype(np.float32)
    tallies = [_Tally(len(curves), len(frames), n_draws) for _ in rhos]
    costs = _Costs(curves, means)
    for first, common, own in normals([curve.project_id for curve in curves], seed, n_draws):
        for rho, tally in zip(rhos, tallies, strict=True):
            tally.take(first, costs.off_mean(common, own, rho), single)
    n_without_split = len(curves) - len(np.unique(portions.project))
    sums = math.fsum(curve.p50_mnok for curve in curves), math.fsum(curve.p85_mnok for curve in curves)
    whole = _Whole([curve.project_id for curve in curves], n_without_split, float(means.sum()), *sums)
    fixed_frames = fixed + single.astype(np.float64) @ means
    return tuple(
        _answer(whole, rho, seed, tally, [*zip(frames, fixed_frames, strict=True)])
        for rho, tally in zip(rhos, tallies, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is the same of a portfolio at every correlation."""

    project_ids: Sequence[str]
    n_without_split: int
    mean_mnok: float
    sum_p50_mnok: float
    sum_p85_mnok: float


class _Costs:
    """The costs of projects from normals, less their means, so that single precision is enough.

    The lognormal ones come first.
    """

    def __init__(self, curves: Sequence[CostCurve], means: Numbers) -> None:
        shapes = [curve.shape for curve in curves]
        sigmas = [shape.sigma if isinstance(shape, Lognormal) else 1.0 for shape in shapes]
        # A certain cost may be 0; its logarithm is never looked at.
        logs = [math.log(shape.median_mnok or 1.0) if isinstance(shape, Lognormal) else 0.0 for shape in shapes]
        self._sigmas, self._logs = np.array(sigmas), np.array(logs)
        self._means = means.astype(np.float32)[:, np.newaxis]
        self._tables = [_table(shape) for shape in shapes if isinstance(shape, Pert)]
        self._n_lognormal = len(shapes) - len(self._tables)
        self._certain = [place for place, shape in enumerate(shapes) if isinstance(shape, Lognormal) and shape.sigma == 0]
        floors = np.array([curve.spent_mnok for curve in curves], dtype=np.float32)[:, np.newaxis]
        self._floors = floors if floors.any() else None
        # Room for a piece of draws; the part that is used lies together.
        self._costs = np.empty(len(curves) * CHUNK, dtype=np.float32)
        self._own = np.empty_like(self._costs)

    def off_mean(self, common: Floats, own: Floats, rho: float) -> Floats:
        """One row a project, one column a draw. The array is used again at the next call."""
        costs, scaled = (room[: own.size].reshape(own.shape) for room in (self._costs, self._own))
        factors = np.stack([self._sigmas * math.sqrt(rho), self._logs], axis=1).astype(np.float32)
        np.matmul(factors, np.stack([common, np.ones_like(common)]), out=costs)
        if rho < 1:
            np.multiply(own, (self._sigmas * math.sqrt(1 - rho)).astype(np.float32)[:, np.newaxis], out=scaled)
            costs += scaled
        np.exp(costs[: self._n_lognormal], out=costs[: self._n_lognormal])
        for table, row in zip(self._tables, costs[self._n_lognormal :], strict=True):
            _look_up(table, row)
        if self._floors is not None:
            np.maximum(costs, self._floors, out=costs)
        costs -= self._means
        costs[self._certain] = 0
        return costs


class _Tally:
    """What is kept of the draws at one correlation: the totals, the frames, and how each project goes with the whole."""

    def __init__(self, n_projects: int, n_frames: int, n_draws: int) -> None:
        self.totals = np.empty(n_draws)
        self.frames = np.empty((n_frames, n_draws), dtype=np.float32)
        self._with_total = np.zeros(n_projects)
        self._sums = np.zeros(n_projects)

    def take(self, first: int, off_mean: Floats, slopes: Floats) -> None:
        """Adds draws from the number `first` on."""
        n_draws = off_mean.shape[1]
        total = np.ones(len(off_mean), dtype=np.float32) @ off_mean
        self.totals[first : first + n_draws] = total
        np.matmul(slopes, off_mean, out=self.frames[:, first : first + n_draws])
        self._with_total += off_mean @ total
        self._sums += off_mean @ np.ones(n_draws, dtype=np.float32)

    def shares(self) -> Numbers:
        """The covariance of each project with the whole, as shares of their sum; all 0 where nothing is uncertain."""
        n_draws = len(self.totals)
        covariances = self._with_total / n_draws - self._sums / n_draws * self.totals.mean()
        whole = covariances.sum()
        return np.asarray(covariances / whole) if whole > 0 else np.zeros_like(covariances)


def _in_order(curves: Sequence[CostCurve]) -> list[int]:
    """The places of the curves by their ids, the lognormal ones first. NoPortfolio."""
    ids, kroner = {curve.project_id for curve in curves}, {curve.kroner for curve in curves}
    if not curves or len(ids) < len(curves) or len(kroner) > 1:
        raise NoPortfolio(
            f"{len(curves)} projects, {len(ids)} of them different, in kroner of {len(kroner)} kinds; accepted: one kind"
        )
    return sorted(range(len(curves)), key=lambda place: (isinstance(curves[place].shape, Pert), curves[place].project_id))


@lru_cache(maxsize=128)
def _table(shape: Pert) -> Floats:
    computed, wanted = (np.linspace(-_Z_END, _Z_END, 2 * _Z_END * steps + 1) for steps in (_COMPUTED_STEPS, _TABLE_STEPS))
    return np.interp(wanted, computed, shape.at_normal(computed)).astype(np.float32)


def _look_up(table: Floats, standard: Floats) -> None:
    """Puts a tabled curve in the place of standard normals."""
    standard *= np.float32(_TABLE_STEPS)
    standard += np.float32(_Z_END * _TABLE_STEPS + 0.5)
    table.take(standard.astype(np.intp), mode="clip", out=standard)


def _answer(whole: _Whole, rho: float, seed: int, tally: _Tally, frames: Sequence[tuple[CostFrame, float]]) -> PortfolioRisk:
    totals = np.sort(tally.totals) + whole.mean_mnok
    n_draws = len(totals)
    at = dict(zip(QUANTILES_PCT, np.quantile(totals, np.array(QUANTILES_PCT) / 100), strict=True))
    half = _Z975 * math.sqrt(n_draws * 0.85 * 0.15)
    low, high = (min(n_draws - 1, max(0, round(0.85 * n_draws + off))) for off in (-half, half))
    found = [SpreadShare(it, 100 * share) for it, share in zip(whole.project_ids, tally.shares().tolist(), strict=True)]
    return PortfolioRisk(
        rho, seed, n_draws, len(found), whole.n_without_split, float(totals.mean()), float(totals.std()), float(at[50]),
        float(at[85]), float(totals[low]), float(totals[high]), whole.sum_p50_mnok, whole.sum_p85_mnok,
        {pct: float(amount) for pct, amount in at.items()},
        tuple(_chance(frame, draws + fixed) for (frame, fixed), draws in zip(frames, tally.frames, strict=True)),
        tuple(sorted(found, key=lambda share: (-share.share_pct, share.project_id))),
    )  # fmt: skip


def _chance(frame: CostFrame, draws: NDArray[np.floating[Any]]) -> FrameChance:
    chance = None if frame.amount_mnok is None else float((draws <= frame.amount_mnok).mean())
    p50, p85 = np.quantile(draws, [0.5, 0.85])
    return FrameChance(frame, chance, float(draws.mean()), float(p50), float(p85))
