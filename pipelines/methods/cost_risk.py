"""How uncertain the cost of a portfolio is: one common factor, a correlation, and the chance to stay within frames.

Pure: curves and their splits in, figures out; the same seed gives the same figures. Amounts are mill. kr of one price basis. A
portfolio P85 means nothing without its correlation, so every answer carries it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.methods.cost_curves import CostCurve, Lognormal, Pert
from pipelines.methods.normals import CHUNK, normals
from pipelines.methods.portions import CostFrame, Portion, by_column, weights

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
    if n_draws < 1 or seed < 0 or not all(0 <= rho <= 1 for rho in rhos):
        raise ValueError(
            f"{n_draws} draws at rho {tuple(rhos)}, seed {seed}; accepted: at least 1, each from 0 to 1, none below 0"
        )
    known = _in_order(projects)
    curves = [project.curve for project in known]
    means = np.array([max(curve.shape.mean_mnok, curve.spent_mnok) for curve in curves])
    slopes, fixed = weights(by_column([project.portions for project in known]), frames, len(known))
    single = slopes.astype(np.float32)
    tallies = [_Tally(len(known), len(frames), n_draws) for _ in rhos]
    costs = _Costs(curves, means)
    for first, common, own in normals([curve.project_id for curve in curves], seed, n_draws):
        for rho, tally in zip(rhos, tallies, strict=True):
            tally.take(first, costs.off_mean(common, own, rho), single)
    fixed_frames = fixed + single.astype(np.float64) @ means
    sums = math.fsum(curve.p50_mnok for curve in curves), math.fsum(curve.p85_mnok for curve in curves)
    return tuple(
        _answer(known, frames, rho, seed, tally, float(means.sum()), fixed_frames, sums)
        for rho, tally in zip(rhos, tallies, strict=True)
    )


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


def _in_order(projects: Iterable[RiskProject]) -> list[RiskProject]:
    """The projects by their ids, the lognormal ones first. NoPortfolio."""
    known = sorted(projects, key=lambda project: (isinstance(project.curve.shape, Pert), project.curve.project_id))
    ids = [project.curve.project_id for project in known]
    kroner = {project.curve.kroner for project in known}
    if not known or len(set(ids)) < len(ids) or len(kroner) > 1:
        raise NoPortfolio(
            f"{len(ids)} projects, {len(set(ids))} of them different, in kroner of {len(kroner)} kinds; accepted: one kind"
        )
    return known


def _table(shape: Pert) -> Floats:
    computed, wanted = (np.linspace(-_Z_END, _Z_END, 2 * _Z_END * steps + 1) for steps in (_COMPUTED_STEPS, _TABLE_STEPS))
    return np.interp(wanted, computed, shape.at_normal(computed)).astype(np.float32)


def _look_up(table: Floats, standard: Floats) -> None:
    """Puts a tabled curve in the place of standard normals."""
    standard *= np.float32(_TABLE_STEPS)
    standard += np.float32(_Z_END * _TABLE_STEPS + 0.5)
    table.take(standard.astype(np.intp), mode="clip", out=standard)


def _answer(
    projects: Sequence[RiskProject],
    frames: Sequence[CostFrame],
    rho: float,
    seed: int,
    tally: _Tally,
    mean_mnok: float,
    fixed_frames: Numbers,
    sums: tuple[float, float],
) -> PortfolioRisk:
    totals = np.sort(tally.totals) + mean_mnok
    n_draws = len(totals)
    at = dict(zip(QUANTILES_PCT, np.quantile(totals, np.array(QUANTILES_PCT) / 100), strict=True))
    half = _Z975 * math.sqrt(n_draws * 0.85 * 0.15)
    low, high = (min(n_draws - 1, max(0, round(0.85 * n_draws + off))) for off in (-half, half))
    shares = tally.shares()
    found = [SpreadShare(project.curve.project_id, float(100 * share)) for project, share in zip(projects, shares, strict=True)]
    return PortfolioRisk(
        rho, seed, n_draws, len(projects), sum(not project.portions for project in projects), float(totals.mean()),
        float(totals.std()), float(at[50]), float(at[85]), float(totals[low]), float(totals[high]), *sums,
        {pct: float(amount) for pct, amount in at.items()},
        tuple(_chance(frame, draws + fixed) for frame, draws, fixed in zip(frames, tally.frames, fixed_frames, strict=True)),
        tuple(sorted(found, key=lambda share: (-share.share_pct, share.project_id))),
    )  # fmt: skip


def _chance(frame: CostFrame, draws: Numbers) -> FrameChance:
    chance = None if frame.amount_mnok is None else float((draws <= frame.amount_mnok).mean())
    p50, p85 = np.quantile(draws, [0.5, 0.85])
    return FrameChance(frame, chance, float(draws.mean()), float(p50), float(p85))
