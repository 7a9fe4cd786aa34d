"""The figures of uncertainty, of the cells that they are made of: frames, the portfolio, chances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.answers.economy.course_range import course_range
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.named_figures import Asked
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.economy import MNOK, parts_of, summed
from pipelines.answers.trace.computed.made import Made, Maker, Outside, Part, Wanted
from pipelines.answers.uncertainty.portfolio_risk import (
    BUDGET,
    USUAL_RHO,
    Portfolio,
    PortfolioAt,
    Reference,
    portfolio,
    portfolio_at,
)
from pipelines.answers.uncertainty.uncertainty import FORECAST, P50, P85, ProjectUncertainty, uncertainty_projects

SHARE = "share"
# Which cells a curve rests on.
_CELLS: Mapping[str, tuple[str, ...]] = {
    "p50_p85": (P50, P85), "low_likely_high": ("low_mnok", "likely_mnok", "high_mnok"), "outside_view": (P50, FORECAST),
    "final": (FORECAST,),
}  # fmt: skip
_PREVIOUS = """
SELECT c.submission_id, c.row_number
FROM snapshot.project_status AS s
JOIN snapshot.return_cost_estimate AS c ON c.project_id = s.project_id AND c.submission_id = s.previous_submission_id
WHERE s.agreement_id = $agreement_id AND s.project_id = $project_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""


def _project(asked: Asked, project_id: str | None) -> ProjectUncertainty | None:
    selection = replace(asked.selection, project_id=project_id or "")
    found = uncertainty_projects(asked.snapshot, asked.agreement, asked.price, asked.as_of, selection)
    return next(iter(found), None)


def _of_cell(name: str) -> Maker:
    """An amount of a project's estimate."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found = _project(asked, wanted.key)
        return Made(found.mnok(name), MNOK, "curve", _estimate(found, (name, 1))) if found else None

    return make


def _over(frame: str) -> Maker:
    """A project's forecast less its frame."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found = _project(asked, wanted.key)
        if found is None:
            return None
        amount = found.over_p50_mnok if frame == P50 else found.over_p85_mnok
        return Made(amount, MNOK, "frames", _estimate(found, (FORECAST, 1), (frame, -1)) if amount is not None else ())

    return make


def _previous(asked: Asked, wanted: Wanted) -> Made | None:
    found = _project(asked, wanted.key)
    given = {
        "agreement_id": asked.agreement.agreement_id, "project_id": wanted.key, "moment": moment_of(asked.as_of),
    }  # fmt: skip
    rows = asked.snapshot.records(_PREVIOUS, given)
    if found is None or not rows:
        return None
    amount, row = found.previous_forecast_mnok, rows[0]
    part = Part(found.project_id, row["submission_id"], "cost_estimates", row["row_number"], FORECAST, amount)
    return Made(amount, MNOK, "curve", (part,))


def _estimate(found: ProjectUncertainty, *signed: tuple[str, int]) -> tuple[Part, ...]:
    """The cells of a project's estimate that hold amounts, each with its sign."""
    if found.submission_id is None or found.row_number is None:
        return ()
    at = (found.project_id, found.submission_id, "cost_estimates", found.row_number)
    return tuple(Part(*at, name, sign * mnok) for name, sign in signed if (mnok := found.mnok(name)) is not None)


def _rho(wanted: Wanted) -> float:
    """The correlation that is asked for; also as the key, rho_0.3, by which `figures` names it."""
    if wanted.rho is None and wanted.key and wanted.key.startswith("rho_"):
        try:
            found = float(wanted.key.removeprefix("rho_"))
        except ValueError:
            return USUAL_RHO
        return found if 0 <= found <= 1 else USUAL_RHO
    return USUAL_RHO if wanted.rho is None or not 0 <= wanted.rho <= 1 else wanted.rho


def _drawn(asked: Asked, wanted: Wanted) -> tuple[Portfolio, PortfolioAt | None, Reference | None]:
    """The portfolio at the correlation, held against the one thing that is asked for: the whole where no other is named."""
    found = portfolio(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    grain, key = ("total", "") if wanted.grain in ("agreement", "total") else (wanted.grain, wanted.key or "")
    reference = next((it for it in found.references if (it.grain, it.key) == (grain, key)), None)
    if reference is None:
        return found, None, None
    rho = _rho(wanted)
    drawn = portfolio_at(replace(found, references=(reference,)), (rho,))
    return found, drawn[0] if drawn else None, reference


def _of_portfolio(name: str) -> Maker:
    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found, at, _ = _drawn(asked, replace(wanted, grain="agreement"))
        return Made(getattr(at.risk, name), MNOK, "portfolio_risk", _curves(found, None, None)) if at else None

    return make


def _of_part(name: str, unit: str) -> Maker:
    """The chance, or the cost that half or 85 of 100 cases stay within, of one part of the portfolio."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        found, at, reference = _drawn(asked, wanted)
        if at is None or reference is None:
            return None
        _, chance = at.whole
        frame = (Outside("frame", reference.key or "total", reference.frame.amount_mnok),)
        outside = frame if name == "chance_within" and reference.against == "frame" else ()
        within = asked, reference
        return Made(getattr(chance, name), unit, "portfolio_risk", _curves(found, *within), outside)

    return make


def _held_against(asked: Asked, wanted: Wanted) -> Made | None:
    """What a part of the portfolio is held against: the agreement's frame, the sum of P50, or the year's budget."""
    found = portfolio(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    grain, key = ("total", "") if wanted.grain in ("agreement", "total") else (wanted.grain, wanted.key or "")
    reference = next((it for it in found.references if (it.grain, it.key) == (grain, key)), None)
    if reference is None:
        return None
    amount = reference.frame.amount_mnok
    if reference.against == "frame":
        return Made(amount, MNOK, "frames", (), (Outside("frame", key or "total", amount),))
    if reference.against == "budget":
        lines = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection, (BUDGET,))
        own = lines.of_projects(it.project_id for it in found.curves)
        parts = parts_of(own.where(own.year == int(key)), BUDGET)
        return Made(summed(parts), MNOK, "money", parts)
    return Made(amount, MNOK, "portfolio_risk", _curves(found, asked, reference))


def _curves(found: Portfolio, asked: Asked | None, reference: Reference | None) -> tuple[Part, ...]:
    """The cells that the curves of the projects rest on; of a part of the portfolio those of the projects in it."""
    counted_in = {it.project_id for it in found.curves}
    own: set[str] | None = None
    if asked and reference and reference.grain in ("source", "year"):
        lines = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection, (FORECAST,))
        is_own = lines.funding_source_id == reference.key
        own = set(lines.project_id[is_own if reference.grain == "source" else lines.year == int(reference.key)])
    if reference and reference.grain == "area":
        own = {it.project_id for it in found.projects if reference.key in it.shares_pct}
    return tuple(
        replace(part, amount=None)
        for it in found.projects
        if it.project_id in counted_in and it.curve and (own is None or it.project_id in own)
        for part in _estimate(it, *((name, 1) for name in _CELLS[it.curve.choice]))
    )


def _band(name: str) -> Maker:
    """An end of the band that the money may have reached on a day."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        ranged = course_range(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        at = next((it for it in ranged.points if it.on.isoformat() == wanted.key), None)
        if at is None:
            return None
        found = portfolio(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        return Made(getattr(at, name), MNOK, "portfolio_risk", _curves(found, None, None))

    return make


def _share_of_spread(asked: Asked, wanted: Wanted) -> Made | None:
    found, at, _ = _drawn(asked, replace(wanted, grain="agreement", key=None))
    own = next((it for it in at.risk.shares if it.project_id == wanted.key), None) if at else None
    if own is None:
        return None
    cells = _curves(found, None, None)
    first = [part for part in cells if part.project_id == wanted.key]
    return Made(own.share_pct, "pct", "portfolio_risk", (*first, *(part for part in cells if part not in first)))


COURSE: Mapping[str, Maker] = {"course_low": _band("low_mnok"), "course_high": _band("high_mnok")}
UNCERTAINTY: Mapping[str, Maker] = {
    "p50": _of_cell(P50),
    "p85": _of_cell(P85),
    "forecast": _of_cell(FORECAST),
    "previous_forecast": _previous,
    "forecast_over_p50": _over(P50),
    "forecast_over_p85": _over(P85),
    **{f"portfolio_{name}": _of_portfolio(f"{name}_mnok") for name in ("mean", "sd", "p50", "p85")},
    "sum_of_p50": _of_portfolio("sum_p50_mnok"),
    "sum_of_p85": _of_portfolio("sum_p85_mnok"),
    **{f"chance_within_{name}": _of_part("chance_within", SHARE) for name in ("frame", "sum_p50", "budget", "nothing")},
    "part_p50": _of_part("p50_mnok", MNOK),
    "part_p85": _of_part("p85_mnok", MNOK),
    "held_against": _held_against,
    "share_of_spread": _share_of_spread,
}
