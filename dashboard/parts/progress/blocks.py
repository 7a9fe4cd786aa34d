"""The page about progress above its views: the finding, the openings that moved most, the phases, plan against actual."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.moved_arrows import ArrowWords, moved_arrows
from dashboard.figures.phase_bars import phase_bars
from dashboard.parts import blocks
from dashboard.parts.blocks import Said, joined
from dashboard.parts.cited import blocks as cited_blocks
from dashboard.parts.figure_foot import follow, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.progress.words import day_said, days_said, phase_said, phases_in_order, signed_days
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_of
from domain.model import Agreement
from domain.numbers import date_text, decimal_text
from pipelines.answers.progress.earned import BUILDING, PlanAgainstActual, plan_against_actual
from pipelines.answers.progress.progress import MONTHS, Moved, Openings, Phases, by_phase, most_moved, moved, openings

HOVER = "%{customdata[0]}<extra></extra>"


def phases(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Phases:
    """The projects of what is chosen, by phase and area."""
    ask = partial(by_phase, here.published, agreement, here.as_of, chosen.selection)
    return kept(ask, "by_phase", *here.known(agreement), *chosen.key)


def to_open(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Openings:
    """The openings of what is chosen."""
    ask = partial(openings, here.published, agreement, here.as_of, MONTHS, chosen.selection)
    return kept(ask, "openings", *here.known(agreement), *chosen.key)


def all_moved(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[Moved, ...]:
    """Every project of what is chosen, with how its opening moved."""
    ask = partial(moved, here.published, agreement, here.as_of, chosen.selection)
    return kept(ask, "moved", *here.known(agreement), *chosen.key)


def nothing_reported(here: Surroundings, agreement: Agreement) -> None:
    """That nothing is reported, and what is known besides returns: cited facts of a real agreement."""
    day = date_text(here.as_of, here.language)
    blocks.finding(here.say("progress.finding.no_projects", name=agreement.short_name, day=day))
    blocks.small(here.say("progress.nothing_reported"))
    if cited_blocks.has_cited_projects(here, agreement):
        blocks.small(here.say("progress.cited_below"))
        cited_blocks.cited_portfolio(here, agreement, is_lead=False)


def has_arrows(found: tuple[Moved, ...]) -> bool:
    """Whether any opening has moved that can be drawn against the adopted plan."""
    return any(it.baseline_days is not None for it in most_moved(found))


def arrows(here: Surroundings, agreement: Agreement, chosen: Chosen, found: tuple[Moved, ...]) -> None:
    """The openings that moved most since their previous report, on a scale of days after the adopted plan."""
    every = [it for it in found if it.previous_days]
    rows = [it for it in most_moved(found) if it.baseline_days is not None]
    if not rows:
        is_first = all(it.previous_days is None for it in found)
        blocks.title(here.say("progress.arrows.first" if is_first else "progress.arrows.none"))
        source_line(here, here.say("progress.source"))
        return
    n_later = sum((it.previous_days or 0) > 0 for it in every)
    led = partial(computed, here, agreement, chosen)
    counts = {"later": str(n_later), "earlier": str(len(every) - n_later)}
    title = here.say("progress.arrows.title", **{side: led(f"progress.moved_to_{side}", n) for side, n in counts.items()})
    is_whole = len(rows) == len(every)
    unit = here.say("progress.arrows.unit") if is_whole else here.say("progress.arrows.unit_first", n=len(rows))
    blocks.title(title, unit)
    drawn = kept(partial(_draw_arrows, here, rows), "arrows", *_key(here, agreement, chosen))
    listed = "; ".join(f"{it.project_name}: {days_said(here, it.previous_days)}" for it in rows)
    show(drawn, here.say("progress.arrows.alt", projects=listed), "progress-arrows")
    follow(here, (_followed(here, agreement, it) for it in rows))
    source_line(here, here.say("progress.source"))


def _followed(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    """A project with how far its opening has moved, which leads to both of its dates."""
    label = signed_days(here, it.previous_days or 0)
    led = computed_of(here, agreement, "progress.moved_since_previous", it.project_id, label)
    return joined([it.project_id, led], "\u00a0")


def phase_block(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Phases) -> None:
    """How many projects are in each phase."""
    n = len(found.by_phase.get(BUILDING, ()))
    led = partial(computed, here, agreement, chosen)
    of = led("progress.projects", str(found.n_projects))
    blocks.title(here.say("progress.phases.title", n=led(f"progress.projects_{BUILDING}", str(n)), of=of))
    counts = {phase: len(found.by_phase.get(phase, ())) for phase in phases_in_order()}
    phase_panel(here, counts, max(counts.values()), here.palette.accent, ("phases", *_key(here, agreement, chosen)))
    follow(
        here,
        (
            joined([phase_said(here, phase), led(f"progress.projects_{phase}", str(n))], "\u00a0")
            for phase, n in counts.items()
            if n
        ),
    )
    if found.ended:
        blocks.small(here.say("progress.phases.ended", n=led("progress.projects_ended", str(len(found.ended)))))
    source_line(here, here.say("progress.source"))


def phase_panel(
    here: Surroundings, counts: Mapping[str, int], highest: int, colour: str, key: tuple[object, ...], name: str = "all"
) -> None:
    """The bars of one panel; `highest` is the longest bar of all panels beside it."""
    rows = pd.DataFrame([
        {
            "name": phase_said(here, phase), "n": n,
            "hover": here.say("progress.phases.hover", phase=phase_said(here, phase), n=n),
        }
        for phase, n in counts.items()
    ])  # fmt: skip
    drawn = kept(partial(phase_bars, rows, highest, HOVER, colour, SEPARATORS[here.language], here.palette), *key)
    show(drawn, here.say("progress.phases.alt", phases="; ".join(rows["hover"])), f"progress-phases-{name}")


def share_block(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """How much of what is being built is finished, and how much was to be."""
    ask = partial(plan_against_actual, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    found: PlanAgainstActual = kept(ask, "plan_against_actual", *here.known(agreement), *chosen.key)
    n, of = found.with_figures
    if not of:
        return
    if found.planned_pct is None or found.physical_pct is None:
        blocks.small(here.say("progress.share.none", of=of))
        return
    led = partial(computed, here, agreement, chosen)
    said = {
        "planned": led("progress.planned_complete", decimal_text(found.planned_pct, 0, here.language)),
        "physical": led("progress.physically_complete", decimal_text(found.physical_pct, 0, here.language)),
    }
    counted = {"n": led("progress.weighed", str(n)), "of": led(f"progress.projects_{BUILDING}", str(of))}
    blocks.title(here.say("progress.share.title", **said), here.say("progress.share.said", **counted))


def _key(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[object, ...]:
    return (*here.known(agreement), *chosen.key, here.language, here.ground)


def _draw_arrows(here: Surroundings, found: list[Moved]) -> go.Figure:
    rows = pd.DataFrame([
        {
            "name": it.project_name, "to_days": it.baseline_days, "from_days": (it.baseline_days or 0) - (it.previous_days or 0),
            "label": signed_days(here, it.previous_days or 0), "hover": _hover(here, it),
        }
        for it in found
    ])  # fmt: skip
    return moved_arrows(rows, ArrowWords(here.say("progress.arrows.plan"), HOVER), SEPARATORS[here.language], here.palette)


def _hover(here: Surroundings, it: Moved) -> str:
    named = {
        "name": it.project_name,
        "expected": day_said(here, it.expected_on),
        "moved": days_said(here, it.previous_days),
    }
    if not it.baseline_days:
        return here.say("progress.arrows.same_hover", **named)
    return here.say("progress.arrows.hover", against=days_said(here, it.baseline_days), **named)
