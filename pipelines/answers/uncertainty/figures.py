"""The figures of the page about uncertainty, by name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.answers.named_figures import Asked, Grain, NamedFigure
from pipelines.answers.uncertainty.portfolio_risk import USUAL_RHO, Portfolio, PortfolioAt, portfolio, portfolio_at
from pipelines.answers.uncertainty.risks import open_risks, without_response
from pipelines.answers.uncertainty.uncertainty import FORECAST, P50, P85

PAGE, MNOK, CHANCE = "uncertainty", "mnok", "share"


def uncertainty_figures(asked: Asked) -> Iterator[NamedFigure]:
    """The portfolio at each correlation of the band (by `rho`), its chances at the usual one, each project, and open risks."""
    found = portfolio(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    for at in portfolio_at(found):
        yield from _at(asked, found, at)
    for project in found.projects:
        own = (project.submission_id,) if project.submission_id is not None else ()
        amounts = {
            "p50": project.mnok(P50), "p85": project.mnok(P85), "forecast": project.mnok(FORECAST),
            "previous_forecast": project.previous_forecast_mnok, "forecast_over_p50": project.over_p50_mnok,
            "forecast_over_p85": project.over_p85_mnok,
        }  # fmt: skip
        for name, mnok in amounts.items():
            yield _figure(asked, name, "project", project.project_id, mnok, MNOK, own)
    risks = open_risks(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    unanswered = without_response(risks)
    known = [it.expected_mnok for it in unanswered if it.expected_mnok is not None]
    ids = tuple(sorted({it.submission_id for it in unanswered}))
    yield _figure(asked, "risks_without_response", "agreement", None, len(unanswered), "risks", ids)
    expected = sum(known, Decimal(0)) if known else None
    yield _figure(asked, "expected_without_response", "agreement", None, expected, MNOK, ids, (len(known), len(unanswered)))


def _at(asked: Asked, found: Portfolio, at: PortfolioAt) -> Iterator[NamedFigure]:
    ids = tuple(sorted({it.submission_id for it in found.projects if it.submission_id is not None}))
    risk, rho = at.risk, f"rho_{at.risk.rho:g}"
    amounts = {
        "portfolio_mean": risk.mean_mnok, "portfolio_sd": risk.sd_mnok, "portfolio_p50": risk.p50_mnok,
        "portfolio_p85": risk.p85_mnok,
    }  # fmt: skip
    for name, mnok in amounts.items():
        yield _figure(asked, name, "agreement", rho, mnok, MNOK, ids, found.with_figures)
    if risk.rho != USUAL_RHO:
        return
    for name, mnok in (("sum_of_p50", risk.sum_p50_mnok), ("sum_of_p85", risk.sum_p85_mnok)):
        yield _figure(asked, name, "agreement", None, mnok, MNOK, ids, found.with_figures)
    for reference, chance in at.chances:
        grain: Grain = "agreement" if reference.grain == "total" else reference.grain
        name = f"chance_within_{reference.against}"
        yield _figure(asked, name, grain, reference.key or None, chance.chance_within, CHANCE, ids, found.with_figures)


def _figure(
    asked: Asked,
    name: str,
    grain: Grain,
    key: str | None,
    amount: Decimal | float | int | None,
    unit: str,
    submission_ids: tuple[int, ...] = (),
    with_figures: tuple[int, int] | None = None,
) -> NamedFigure:
    year = asked.price.common.basis.price_year if asked.price and unit == MNOK else None
    area = asked.selection.working_area_id
    return NamedFigure(PAGE, name, grain, key, area, amount, unit, year, submission_ids, with_figures)
