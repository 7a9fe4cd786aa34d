"""The page about uncertainty above its views: the finding, the forecasts against their frames, and the portfolio's curve."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.cost_whiskers import WhiskerWords, cost_whiskers
from dashboard.figures.portfolio_curve import Curve, RiskCurveWords, portfolio_curve
from dashboard.parts import blocks
from dashboard.parts.blocks import Said, joined
from dashboard.parts.choices import asked, choice
from dashboard.parts.cited import blocks as cited_blocks
from dashboard.parts.economy.words import in_sentence, mnok_text, unit
from dashboard.parts.figure_foot import follow, how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from dashboard.parts.uncertainty.words import chance_said, how_said, mnok_near, rho_said, tightest_said
from dashboard.theme import LEVEL_SYMBOLS
from domain.model import Agreement
from domain.numbers import signed_text
from pipelines.answers.uncertainty.portfolio_risk import (
    USUAL_RHO,
    Portfolio,
    PortfolioAt,
    portfolio,
    portfolio_at,
)
from pipelines.answers.uncertainty.uncertainty import FORECAST, P50, P85, ProjectUncertainty, by_distance, over_p85

HOVER = "%{customdata[0]}<extra></extra>"
# The figure has at least so many rows where there are as many, and at most so many of those above their frame; the rest stand
# in the table.
_LEAST_SHOWN, _MOST_SHOWN = 15, 25
# From here on an amount is more than nothing with one decimal.
_SEEN_MNOK = Decimal("0.05")
_RHO = "rho"
_RHOS = tuple(f"{tenths / 10:g}" for tenths in range(11))


def uncertain(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Portfolio:
    """The portfolio of what is chosen, ready to be drawn from."""
    ask = partial(portfolio, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    return kept(ask, "uncertain_portfolio", *here.known(agreement), *chosen.key)


def rho_asked() -> float:
    """The correlation of the slider, which stands further down; before it is drawn, that of the address."""
    found = st.session_state.get(_RHO, asked(_RHO))
    return float(found) if found in _RHOS else USUAL_RHO


def _slider(here: Surroundings) -> None:
    label = here.say("uncertainty.curve.slider")
    choice(_RHO, label, _RHOS, f"{USUAL_RHO:g}", lambda rho: rho_said(here, float(rho)), "slider")


def drawn_at(
    here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio, rho: float
) -> tuple[PortfolioAt | None, tuple[PortfolioAt, ...]]:
    """The portfolio at a correlation and at those of the band; with fewer draws at one that is not of the band."""
    band = kept(partial(portfolio_at, found), "portfolio_band", *here.known(agreement), *chosen.key)
    own = next((at for at in band if at.risk.rho == rho), None)
    if own is None and band:
        ask = partial(portfolio_at, found, (rho,))
        own = kept(ask, "portfolio_at", rho, *here.known(agreement), *chosen.key)[0]
    return own, band


def nothing_reported(here: Surroundings, agreement: Agreement) -> None:
    """What is known besides returns: cited costs of a real agreement."""
    blocks.small(here.say("uncertainty.nothing_reported"))
    if cited_blocks.has_cited_projects(here, agreement):
        blocks.small(here.say("economy.cited_below"))
        cited_blocks.cited_portfolio(here, agreement, is_lead=False)


def forecasts_and_frames(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio) -> None:
    """Each open project's forecast against its frames, the farthest above first."""
    listed, shown = by_distance(found.projects), in_figure(found)
    n_over = sum((it.over_p50_mnok or 0) > 0 for it in listed)
    if not shown:
        blocks.small(here.say("uncertainty.whiskers.nothing"))
        return
    over, led = over_p85(listed), partial(computed, here, agreement, chosen)
    key = "over" if over else "none_over"
    blocks.title(
        here.say(
            f"uncertainty.whiskers.{key}",
            n=led("uncertainty.over_cost_frame", str(len(over))),
            between=led("uncertainty.between_frames", str(n_over - len(over))),
            of=led("uncertainty.with_both_frames", str(len(listed))),
        ),
        here.say("uncertainty.whiskers.unit"),
    )
    rows = pd.DataFrame([_whisker(here, it) for it in shown])
    words = WhiskerWords(here.say("uncertainty.whiskers.frame"), HOVER)
    draw = partial(cost_whiskers, rows, words, SEPARATORS[here.language], here.palette)
    figure = kept(draw, "whiskers", *_key(here, agreement, chosen))
    show(figure, here.say("uncertainty.whiskers.alt", projects="; ".join(rows["hover"].head(10))), "uncertainty-whiskers")
    levels = {f"{level}_sign": LEVEL_SYMBOLS[level] for level in ("green", "yellow", "red")}
    blocks.small(here.say("uncertainty.whiskers.signs", **levels))
    follow(
        here,
        (
            joined(
                [it.project_id, led("uncertainty.forecast_over_p50", row["label"], grain="project", of=it.project_id)], "\u00a0"
            )
            for it, row in zip(shown, rows.to_dict("records"), strict=True)
        ),
    )
    source_line(
        here,
        here.say("uncertainty.whiskers.source", n=len(shown), of=led("uncertainty.with_both_frames", str(len(listed)))),
    )


def in_figure(found: Portfolio) -> tuple[ProjectUncertainty, ...]:
    """The projects that stand in the figure, the farthest above first: those above their control frame, and some below it."""
    listed = by_distance(found.projects)
    n_over = sum((it.over_p50_mnok or 0) > 0 for it in listed)
    return listed[: min(max(n_over, _LEAST_SHOWN), _MOST_SHOWN)]


def curve_of_portfolio(
    here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio, at: PortfolioAt, band: tuple[PortfolioAt, ...]
) -> None:
    """The chance that all of it costs no more than an amount, at the chosen correlation and at those of the band."""
    low, high = (
        computed(
            here, agreement, chosen, "uncertainty.portfolio_p85", mnok_near(here, band[place].risk.p85_mnok),
            rho=band[place].risk.rho,
        )
        for place in (0, -1)
    )  # fmt: skip
    blocks.title(
        here.say("uncertainty.curve.title", low=low, high=high), here.say("uncertainty.curve.unit", unit=unit(here, chosen))
    )
    _slider(here)
    draw = partial(_draw_curve, here, at, band)
    figure = kept(draw, "portfolio_curve", at.risk.rho, *_key(here, agreement, chosen))
    said = {
        "rho": rho_said(here, at.risk.rho),
        "p50": mnok_near(here, at.risk.p50_mnok),
        "p85": mnok_near(here, at.risk.p85_mnok),
    }
    show(figure, here.say("uncertainty.curve.alt", low=low, high=high, **said), "uncertainty-curve")
    own = partial(computed, here, agreement, chosen, rho=at.risk.rho)
    follow(here, (joined([name.upper(), own(f"uncertainty.portfolio_{name}", said[name])], "\u00a0") for name in ("p50", "p85")))
    blocks.small(here.say("uncertainty.curve.around"))
    source_line(here, here.say("uncertainty.curve.source", **with_curves(here, agreement, chosen, found)))
    # A place of its own also where it is empty, so that what follows keeps its number on the page.
    with st.empty():
        if tightest := tightest_said(here, agreement, chosen, at):
            blocks.small(tightest)
    how(here, how_said(here, found, at))


def with_curves(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio) -> dict[str, Said]:
    """Of how many projects there is a curve, of how many, each leading to what is counted."""
    known, of = found.with_figures
    named = {"n": ("with_curve", known), "of": ("all_estimates", of)}
    return {name: computed(here, agreement, chosen, f"uncertainty.{figure}", str(n)) for name, (figure, n) in named.items()}


def _key(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[object, ...]:
    return (*here.known(agreement), *chosen.key, here.language, here.ground)


def _whisker(here: Surroundings, project: ProjectUncertainty) -> dict[str, object]:
    over = project.over_p50_mnok or Decimal(0)
    forecast, p85 = project.of_p50_pct(project.mnok(FORECAST)), project.of_p50_pct(project.mnok(P85))
    level = "green" if over <= 0 else "red" if (project.over_p85_mnok or 0) > 0 else "yellow"
    side = "over" if over > 0 else "under" if over < 0 else "at"
    # What the sign tells must not be rounded away.
    decimals = 0 if abs(over) >= 100 else 1 if not over or abs(over) >= _SEEN_MNOK else 3
    signed = signed_text(float(over), decimals, here.language)
    said = {
        "name": f"{project.project_id} {project.project_name}",
        "forecast": mnok_text(here, project.mnok(FORECAST)),
        "p50": mnok_text(here, project.mnok(P50)),
        "p85": mnok_text(here, project.mnok(P85)),
        "before": mnok_text(here, project.previous_forecast_mnok),
    }
    return {
        "name": said["name"], "forecast_pct": forecast, "p85_pct": p85,
        "previous_pct": project.of_p50_pct(project.previous_forecast_mnok), "level": level,
        "label": signed,
        "hover": here.say(f"uncertainty.whiskers.hover_{side}", over=in_sentence(here, over), **said),
    }  # fmt: skip


def _draw_curve(here: Surroundings, at: PortfolioAt, band: tuple[PortfolioAt, ...]) -> go.Figure:
    # The outermost ones hold all others between them.
    others = [_curve(here, it) for it in (band[0], band[-1]) if it.risk.rho != at.risk.rho]
    reference, chance = at.whole
    said = {
        "frame": mnok_near(here, reference.frame.amount_mnok or 0.0),
        "chance": chance_said(here, chance.chance_within or 0.0),
    }
    words = RiskCurveWords(
        here.say("uncertainty.curve.p50", mnok=mnok_near(here, at.risk.p50_mnok)),
        here.say("uncertainty.curve.p85", mnok=mnok_near(here, at.risk.p85_mnok)),
        here.say(f"uncertainty.curve.{reference.against}", **said),
        HOVER,
    )
    return portfolio_curve(_curve(here, at), others, reference.frame.amount_mnok, words, SEPARATORS[here.language], here.palette)


def _curve(here: Surroundings, at: PortfolioAt) -> Curve:
    rho = rho_said(here, at.risk.rho)
    rows = [
        {"pct": pct, "mnok": mnok, "hover": here.say("uncertainty.curve.hover", pct=pct, mnok=mnok_near(here, mnok), rho=rho)}
        for pct, mnok in at.risk.quantiles_mnok.items()
    ]
    return Curve(pd.DataFrame(rows), here.say("uncertainty.curve.name", rho=rho))
