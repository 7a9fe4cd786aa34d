"""What runs the examples of docs/method.md about uncertain costs: curves, portfolios, frames, reserves, hit rates and risks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.special import ndtri

from domain.matrix_file import default_matrix
from domain.period import Period
from pipelines.answers.uncertainty.risks import Risk
from pipelines.methods.cost_curves import CostCurve, Estimate, cost_curve, expected_between, lognormal_through
from pipelines.methods.cost_risk import PortfolioRisk, RiskProject, portfolio_band
from pipelines.methods.portions import CostFrame, Portion
from pipelines.methods.reserve import FinishedProject, ReservePoint, drawdown, hit_rate

Given = Mapping[str, Any]
N_PROJECTS = 60


def curve(given: Given) -> Given:
    found = cost_curve(Estimate("F-001", **{name: Decimal(it) for name, it in given.items()}))
    shape = {name: getattr(found.shape, name) for name in (*found.shape._fields, "mean_mnok", "sd_mnok")}
    shares = (10, 15, 50, 85, 90)
    costs = dict(zip((f"p{pct}_mnok" for pct in shares), found.cost_at(pct / 100 for pct in shares), strict=True))
    return {"choice": found.choice, **shape, **costs}


def portfolio(given: Given) -> Given:
    band = _band(_lognormals(given["projects"]), given["rhos"])
    keys = ("p50_mnok", "p85_mnok", "p85_low_mnok", "p85_high_mnok")
    shares = [{it.project_id: it.share_pct for it in found.shares} for found in band]
    return {
        "sum_p50_mnok": band[0].sum_p50_mnok, "sum_p85_mnok": band[0].sum_p85_mnok,
        "exact_mean_mnok": sum(it.curve.shape.mean_mnok for it in _lognormals(given["projects"])),
        **{key: [getattr(found, key) for found in band] for key in keys},
        "shares_pct": {key: [found[key] for found in shares] for key in given["projects"]},
    }  # fmt: skip


def frame_parts(given: Given) -> Given:
    spent = sum(float(it["spent"]) for it in given["portions"])
    certain = cost_curve(Estimate("F-001", final_mnok=Decimal(given["cost_mnok"]), spent_mnok=Decimal(spent)))
    portions = tuple(Portion(int(it["year"]), "a", None, float(it["forecast"]), float(it["spent"])) for it in given["portions"])
    frames = [CostFrame(year, float(mnok), int(year), int(year)) for year, mnok in given["frames_mnok"].items()]
    [found] = portfolio_band([RiskProject(certain, portions)], frames, (0.3,), n_draws=100)
    return {
        "parts_mnok": {it.frame.frame_id: it.mean_mnok for it in found.frames},
        "chance_within": {it.frame.frame_id: it.chance_within for it in found.frames},
    }


def frame_chance(given: Given) -> Given:
    band = _band(_lognormals(given["projects"]), given["rhos"], [CostFrame("total", float(given["frame_mnok"]))])
    return {"chance_within": [found.frames[0].chance_within for found in band]}


def sixty_projects(given: Given) -> Given:
    sizes, ratios = _sizes(given["sizes"]), [float(it) for it in given["p85_over_p50"]]
    pairs = {f"P-{place:02}": (size, size * ratios[place % len(ratios)]) for place, size in enumerate(sizes)}
    band = _band(_lognormals(pairs), (0, 0.3, 1))
    over = [100 * (found.p85_mnok / found.sum_p50_mnok - 1) for found in band]
    exact = 100 * (band[0].sum_p85_mnok / band[0].sum_p50_mnok - 1)
    return {"over_sum_p50_pct": over, "exact_at_rho_1_pct": exact, "sigma": lognormal_through(1, ratios[0]).sigma}


def reserve(given: Given) -> Given:
    def known(said: str) -> Decimal | None:
        return None if said == "none" else Decimal(said)

    names = ("released", "held", "physical_pct")
    [found] = drawdown(
        ReservePoint(str(place), "project", Period.parse("2026-Q3"), *(known(it[name]) for name in names))
        for place, it in enumerate(given["projects"])
    )
    properties = {name: getattr(found, name) for name in ("ahead_mnok", "used_pct", "expected_pct")}
    return {**asdict(found), **properties}


def reserve_use(given: Given) -> Given:
    own = CostCurve("F-001", "p50_p85", lognormal_through(float(given["p50_mnok"]), float(given["p85_mnok"])))
    return {"expected_mnok": expected_between(own, Decimal(given["from_mnok"]), Decimal(given["to_mnok"]))}


def hit_rate_(given: Given) -> Given:
    frames = Decimal(given["p50_mnok"]), Decimal(given["p85_mnok"])
    ended = [Decimal(given[f"final_{name}_mnok"]) for name in ("within", "over") for _ in range(int(given[f"n_{name}"]))]
    found = hit_rate(FinishedProject(str(place), final, *frames) for place, final in enumerate(ended))
    return {**asdict(found), "differs": found.differs_from_expected}


def risk(given: Given) -> Given:
    probability, consequence = Decimal(given["probability_pct"]), Decimal(given["consequence_mnok"])
    found = Risk("F-001", "", "R-1", "risk", "", probability, consequence, None, None, None, None, 1, 1)
    classes = default_matrix().probability_class(probability), default_matrix().consequence_class(consequence)
    return {"expected_mnok": found.expected_mnok, "probability_class": classes[0], "consequence_class": classes[1]}


def _lognormals(pairs: Mapping[str, Sequence[Any]]) -> list[RiskProject]:
    return [
        RiskProject(CostCurve(key, "p50_p85", lognormal_through(float(p50), float(p85)))) for key, (p50, p85) in pairs.items()
    ]


def _band(projects: list[RiskProject], rhos: Iterable[Any], frames: Sequence[CostFrame] = ()) -> tuple[PortfolioRisk, ...]:
    return portfolio_band(projects, frames, [float(rho) for rho in rhos])


def _sizes(given: Given) -> list[float]:
    if given["kind"] == "growing":
        return [float(given["factor"]) ** place for place in range(N_PROJECTS)]
    places = (np.arange(N_PROJECTS) + 0.5) / N_PROJECTS
    return [float(size) for size in np.exp(float(given["deviation"]) * ndtri(places))]


CASES = {
    "curve": curve, "portfolio": portfolio, "frame_parts": frame_parts, "frame_chance": frame_chance,
    "sixty_projects": sixty_projects, "reserve": reserve, "reserve_use": reserve_use, "hit_rate": hit_rate_, "risk": risk,
}  # fmt: skip
