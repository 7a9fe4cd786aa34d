"""The tables of the page about uncertainty: each project, the chance of each frame, and who makes the spread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from dashboard.figures.share_bars import share_bars
from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.economy.tables import hand_out as hand_out_money
from dashboard.parts.economy.words import group_order, mnok_text, signed_mnok, unit
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.more_rows import first_rows
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced
from dashboard.parts.uncertainty.blocks import in_figure, with_curves
from dashboard.parts.uncertainty.words import (
    against_said,
    chance_number,
    chance_said,
    mnok_near,
    reference_name,
    rests_on,
    rho_said,
)
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text
from pipelines.answers.uncertainty.portfolio_risk import Portfolio, PortfolioAt, Reference, choices
from pipelines.answers.uncertainty.uncertainty import FORECAST, P50, P85, ProjectUncertainty, by_distance
from pipelines.methods.cost_risk import FrameChance
from pipelines.writing.tables import Cell

MOST_BARS = 10
_AMOUNTS = (P50, P85, FORECAST)
_PROJECT_COLUMNS = (
    "project_id", "project_name", "phase", "standing", *_AMOUNTS, "previous_forecast_mnok", "over_p50_mnok", "over_p85_mnok",
    "choice", "curve_p50_mnok", "curve_p85_mnok", "spent_mnok", "lack", "submission_id", "row_number",
)  # fmt: skip
_CHANCE_COLUMNS = (
    "grain", "key", "against", "amount_mnok", "from_year", "to_year", "chance_within", "mean_mnok", "p50_mnok", "p85_mnok", "rho",
    "n_draws", "seed",
)  # fmt: skip


def project_table(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio) -> None:
    """Every project with its frames, forecasts and distances, and what its curve rests on."""
    counted = choices(found)
    blocks.title(here.say("uncertainty.projects.title", **with_curves(here, agreement, chosen, found)), unit(here, chosen))
    led = {name: computed(here, agreement, chosen, f"uncertainty.rests_{name}", str(counted[name])) for name in sorted(counted)}
    rests = joined((here.say(f"uncertainty.projects.{name}", n=n) for name, n in led.items()), "; ")
    blocks.small(joined([rests, "."], ""))
    heads = ("project", "phase", *_AMOUNTS, "previous_forecast_mnok", "over_p50_mnok", "over_p85_mnok", "rests_on")
    numbers = {name for name in heads if name.endswith("_mnok")}
    columns = [Column(here.say(f"uncertainty.column.{name}"), name in numbers) for name in heads]
    # Those of the figure above stand there first, in its order.
    far = by_distance(found.projects)
    named = {it.project_id for it in far}
    ordered = (*far, *(it for it in found.projects if it.project_id not in named))
    shown = first_rows(here, ordered, "all projects", len(in_figure(found)) or len(ordered))
    blocks.table(here.say("uncertainty.projects.caption"), columns, [_project_row(here, agreement, chosen, it) for it in shown])
    source_line(here, here.say("economy.source"))
    exported = [_exported_project(it) for it in found.projects]
    title = here.say("uncertainty.projects.export")
    hand_out(here, agreement, chosen, "projects", title, _PROJECT_COLUMNS, exported)


def chance_table(here: Surroundings, agreement: Agreement, chosen: Chosen, at: PortfolioAt) -> None:
    """The chance that each part of the portfolio stays within what it is held against."""
    blocks.title(here.say("uncertainty.chances.title", rho=rho_said(here, at.risk.rho)), unit(here, chosen))
    heads = ("part", "against", "amount_mnok", "chance", "chance_number", "p50_mnok", "p85_mnok")
    numbers = {"amount_mnok", "chance_number", "p50_mnok", "p85_mnok"}
    for grain in ("total", "source", "area", "year"):
        listed = _in_order(agreement, grain, [it for it in at.chances if it[0].grain == grain])
        if not listed:
            continue
        columns = [
            Column(here.say(f"uncertainty.column.{grain}" if name == "part" else f"uncertainty.chances.{name}"), name in numbers)
            for name in heads
        ]
        rows = [_chance_row(here, agreement, chosen, at, *it) for it in listed]
        blocks.table(here.say(f"uncertainty.chances.by_{grain}"), columns, rows)
    source_line(here, here.say("uncertainty.chances.source"))
    how(here, [here.say(f"uncertainty.how.{name}") for name in ("against", "chance", "areas", "years")])
    exported: list[list[Cell]] = [
        [
            reference.grain, reference.key, reference.against, chance.frame.amount_mnok, chance.frame.from_year,
            chance.frame.to_year, chance.chance_within, chance.mean_mnok, chance.p50_mnok, chance.p85_mnok, at.risk.rho,
            at.risk.n_draws, at.risk.seed,
        ]
        for reference, chance in at.chances
    ]  # fmt: skip
    title = here.say("uncertainty.chances.export")
    hand_out(here, agreement, chosen, "chances", title, _CHANCE_COLUMNS, exported)


def spread_view(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio, at: PortfolioAt) -> None:
    """Which projects make the spread of the portfolio."""
    names = {it.project_id: f"{it.project_id} {it.project_name}" for it in found.projects}
    listed, rest = at.risk.shares[:MOST_BARS], at.risk.shares[MOST_BARS:]
    if not any(it.share_pct for it in at.risk.shares):
        blocks.small(here.say("uncertainty.spread.certain"))
        return
    first = listed[0]
    of = {"grain": "project", "of": first.project_id, "rho": at.risk.rho}
    share = computed(here, agreement, chosen, "uncertainty.share_of_spread", _pct(here, first.share_pct), **of)
    blocks.title(
        here.say("uncertainty.spread.title", name=names[first.project_id], pct=share),
        here.say("uncertainty.spread.unit", rho=rho_said(here, at.risk.rho)),
    )
    bars = [(names[it.project_id], it.share_pct) for it in listed]
    if rest:
        bars.append((here.say("uncertainty.spread.rest", n=len(rest)), sum(it.share_pct for it in rest)))
    said = [f"{_pct(here, share)} %" for _, share in bars]
    table = pd.DataFrame(
        [
            {"name": name, "share_pct": share, "label": label, "hover": f"{name}: {label}", "is_rest": place >= len(listed)}
            for place, ((name, share), label) in enumerate(zip(bars, said, strict=True))
        ]
    )
    draw = partial(share_bars, table, SEPARATORS[here.language], here.palette)
    key = (at.risk.rho, *here.known(agreement), *chosen.key, here.language, here.ground)
    show(kept(draw, "spread", *key), here.say("uncertainty.spread.alt", projects="; ".join(table["hover"])), "uncertainty-spread")
    source_line(here, here.say("economy.source"))
    columns = [Column(here.say("uncertainty.column.project")), Column(here.say("uncertainty.column.share_pct"), True)]
    blocks.table(
        here.say("uncertainty.spread.caption"),
        columns,
        _spread_rows(here, agreement, chosen, at, [(name, label) for (name, _), label in zip(bars, said, strict=True)]),
        is_narrow=True,
    )
    how(here, [here.say("uncertainty.how.spread")])
    exported: list[list[Cell]] = [[it.project_id, names[it.project_id], it.share_pct, at.risk.rho] for it in at.risk.shares]
    title = here.say("uncertainty.spread.export")
    hand_out(here, agreement, chosen, "spread", title, ("project_id", "project_name", "share_pct", "rho"), exported)


def _spread_rows(
    here: Surroundings, agreement: Agreement, chosen: Chosen, at: PortfolioAt, told: Sequence[tuple[str, str]]
) -> list[list[Said]]:
    """Each project's share, and the rest together, which leads to the whole spread."""
    named: list[tuple[str, dict[str, object]]] = [
        ("share_of_spread", {"grain": "project", "of": it.project_id}) for it in at.risk.shares[:MOST_BARS]
    ]
    named.append(("portfolio_sd", {}))
    return [
        [name, computed(here, agreement, chosen, f"uncertainty.{figure}", label, rho=at.risk.rho, **of)]
        for (name, label), (figure, of) in zip(told, named, strict=False)
    ]


def hand_out(
    here: Surroundings,
    agreement: Agreement,
    chosen: Chosen,
    key: str,
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
) -> None:
    """CSV and Excel, with what is chosen and the price in what the reader must know."""
    hand_out_money(here, agreement, chosen, f"uncertainty-{key}", title, names, rows)


def _project_row(here: Surroundings, agreement: Agreement, chosen: Chosen, project: ProjectUncertainty) -> list[Said]:
    told = {
        "previous_forecast": mnok_text(here, project.previous_forecast_mnok),
        "forecast_over_p50": signed_mnok(here, project.over_p50_mnok),
        "forecast_over_p85": signed_mnok(here, project.over_p85_mnok),
    }
    return [
        f"{project.project_id} {project.project_name}",
        coded(here, "projects", "phase", project.phase),
        *(_traced(here, agreement, project, name) for name in _AMOUNTS),
        *(
            computed(here, agreement, chosen, f"uncertainty.{figure}", said, grain="project", of=project.project_id)
            for figure, said in told.items()
        ),
        rests_on(here, project),
    ]


def _traced(here: Surroundings, agreement: Agreement, project: ProjectUncertainty, name: str) -> Said:
    """An amount that leads to its cell; without one, a dash."""
    mnok = project.mnok(name)
    if mnok is None or project.submission_id is None or project.row_number is None:
        return NO_VALUE
    return traced(here, agreement, project.submission_id, "cost_estimates", project.row_number, name, mnok_text(here, mnok))


def _exported_project(project: ProjectUncertainty) -> list[Cell]:
    curve = project.curve
    amounts = [project.mnok(name) for name in _AMOUNTS]
    told = [*amounts, project.previous_forecast_mnok, project.over_p50_mnok, project.over_p85_mnok]
    return [
        project.project_id, project.project_name, project.phase, project.standing,
        *(None if mnok is None else float(mnok) for mnok in told), curve.choice if curve else None,
        curve.p50_mnok if curve else None, curve.p85_mnok if curve else None, float(project.spent_mnok), project.lack,
        project.submission_id, project.row_number,
    ]  # fmt: skip


def _in_order(
    agreement: Agreement, grain: str, listed: list[tuple[Reference, FrameChance]]
) -> list[tuple[Reference, FrameChance]]:
    if grain != "area":
        return listed
    order = group_order(agreement, "area", [reference.key for reference, _ in listed])
    return sorted(listed, key=lambda it: order.index(it[0].key))


def _chance_row(
    here: Surroundings, agreement: Agreement, chosen: Chosen, at: PortfolioAt, reference: Reference, chance: FrameChance
) -> list[Said]:
    amount, within = chance.frame.amount_mnok, f"chance_within_{reference.against}"
    of = {"grain": None if reference.grain == "total" else reference.grain, "of": reference.key or None}

    def leads(figure: str, said: str) -> Said:
        return computed(here, agreement, chosen, f"uncertainty.{figure}", said, rho=at.risk.rho, **of)

    return [
        reference_name(here, agreement, reference),
        against_said(here, reference, chance),
        leads("held_against", NO_VALUE if amount is None else mnok_near(here, amount)),
        leads(within, NO_VALUE if chance.chance_within is None else chance_said(here, chance.chance_within)),
        leads(within, chance_number(here, chance.chance_within)),
        leads("part_p50", mnok_near(here, chance.p50_mnok)),
        leads("part_p85", mnok_near(here, chance.p85_mnok)),
    ]


def _pct(here: Surroundings, pct: float) -> str:
    return decimal_text(pct, 0 if abs(pct) >= 10 else 1, here.language)
