"""Phases by area and changed baselines: the views of the page about progress that count and list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.filters import Chosen
from dashboard.parts.more_rows import first_rows
from dashboard.parts.progress.blocks import phase_panel
from dashboard.parts.progress.tables import MOST_ROWS, columns_of, hand_out, led
from dashboard.parts.progress.words import (
    area_said,
    day_said,
    days_said,
    iso,
    milestone_said,
    phase_said,
    phases_in_order,
)
from dashboard.parts.project_links import project_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from dashboard.theme import CATEGORIES
from domain.model import Agreement
from domain.numbers import period_text
from pipelines.answers.progress.milestone_history import BASELINE
from pipelines.answers.progress.progress import ChangedBaseline, Phases, rebaselines
from pipelines.methods.area_shares import NO_AREA
from pipelines.writing.tables import Cell

_PANELS_IN_A_ROW = 3
_BASELINE_EXPORT = (
    "project_id", "project_name", "milestone", "period", "from_on", "to_on", "moved_days", "decision", "is_adopted",
    "submission_id", "row_number",
)  # fmt: skip


def phase_view(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Phases) -> None:
    """The phases of each area in panels of one scale, and in a table with the total."""
    phases, areas = phases_in_order(), _areas(agreement, found)
    counts = {area: {phase: len(found.by_area.get((phase, area), ())) for phase in phases} for area in areas}
    totals = {phase: len(found.by_phase.get(phase, ())) for phase in phases}
    blocks.title(here.say("progress.phases.by_area"))
    led_to = partial(_count, here, agreement, chosen)
    _panels(here, agreement, chosen, counts, led_to)
    heads = [Column(here.say("progress.column.phase"))]
    heads += [Column(area_said(here, agreement, area), True) for area in areas]
    heads.append(Column(here.say("progress.column.total"), True))
    rows: list[list[Said]] = [
        [
            phase_said(here, phase),
            *(led_to(f"_{phase}", counts[area][phase], area) for area in areas),
            led_to(f"_{phase}", totals[phase]),
        ]
        for phase in phases
    ]
    sums = [led_to("", sum(counts[area].values()), area) for area in areas]
    rows.append([here.say("progress.phases.total"), *sums, led_to("", found.n_projects)])
    blocks.table(here.say("progress.phases.caption"), heads, rows, len(rows) - 1)
    several = computed(here, agreement, chosen, "progress.in_several", str(len(found.in_several_areas)))
    source_line(here, joined([here.say("progress.source"), here.say("progress.phases.several", n=several)]))
    exported: list[list[Cell]] = [[phase, *(counts[area][phase] for area in areas), totals[phase]] for phase in phases]
    hand_out(here, agreement, chosen, "phases", here.say("progress.export.phases"), ("phase", *areas, "total"), exported)


def _count(here: Surroundings, agreement: Agreement, chosen: Chosen, phase: str, n: int, area: str | None = None) -> Said:
    """A number of projects in a phase that leads to them."""
    named = {"grain": "area", "of": area} if area else {}
    return computed(here, agreement, chosen, f"progress.projects{phase}", str(n), **named)


def _areas(agreement: Agreement, found: Phases) -> list[str]:
    """The areas that have projects, in the order of the agreement; no area comes last."""
    order = [it.working_area_id for it in agreement.working_areas]
    present = {area for _, area in found.by_area}
    return sorted(present, key=lambda area: (area == NO_AREA, order.index(area) if area in order else len(order), area))


def _panels(
    here: Surroundings,
    agreement: Agreement,
    chosen: Chosen,
    counts: Mapping[str, Mapping[str, int]],
    led_to: Callable[[str, int, str], Said],
) -> None:
    highest = max(max(own.values()) for own in counts.values())
    order = [it.working_area_id for it in agreement.working_areas]
    palette = CATEGORIES[here.ground]
    key = (*here.known(agreement), *chosen.key, here.language, here.ground)
    listed = list(counts.items())
    for start in range(0, len(listed), _PANELS_IN_A_ROW):
        places = st.columns(_PANELS_IN_A_ROW)
        for (area, own), place in zip(listed[start : start + _PANELS_IN_A_ROW], places, strict=False):
            colour = palette[order.index(area) % len(palette)] if area in order else here.palette.no_answer
            with place:
                blocks.small(
                    here.say(
                        "progress.phases.panel", area=area_said(here, agreement, area), n=led_to("", sum(own.values()), area)
                    )
                )
                phase_panel(here, own, highest, colour, ("phase_panel", area, *key), area)


def _moved(here: Surroundings, agreement: Agreement, it: ChangedBaseline, said: str) -> Said:
    """Words about a change that lead to both of its dates."""
    change = it.change
    of = f"{change.project_id}:{change.milestone}:{change.period}"
    return computed(here, agreement, None, "progress.baseline_moved", said, grain="milestone", of=of)


def baseline_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """Every change of a baseline, with the decision that it names or none."""
    ask = partial(rebaselines, here.published, agreement, here.as_of, chosen.selection)
    found: tuple[ChangedBaseline, ...] = kept(ask, "rebaselines", *here.known(agreement), *chosen.key)
    if not found:
        blocks.title(here.say("progress.baselines.none"))
        source_line(here, here.say("progress.source"))
        return
    without = sum(it.change.decision is None for it in found)
    led_to = partial(computed, here, agreement, chosen)
    counts = {
        "n": led_to("progress.baselines_changed", str(len(found))),
        "without": led_to("progress.baselines_changed_without_decision", str(without)),
    }
    blocks.title(here.say("progress.baselines.title", **counts))
    shown = first_rows(here, found, "all baselines", MOST_ROWS)
    heads = ("project", "milestone", "from", "to", "days", "decision", "is_adopted", "period")
    rows: list[list[Said]] = [
        [
            project_link(here, agreement, it.change.project_id, f"{it.change.project_id} {it.project_name}"),
            milestone_said(here, it.change.milestone), _moved(here, agreement, it, day_said(here, it.change.from_on)),
            led(here, agreement, it.report, BASELINE, day_said(here, it.change.to_on)),
            _moved(here, agreement, it, days_said(here, it.change.moved_days)),
            it.change.decision or here.say("progress.baselines.no_decision"),
            here.say("progress.baselines.adopted" if it.is_adopted else "progress.baselines.not_adopted"),
            period_text(it.change.period, here.language),
        ]
        for it in shown
    ]  # fmt: skip
    blocks.table(here.say("progress.baselines.caption"), columns_of(here, heads), rows)
    source_line(here, here.say("progress.source"))
    how(here, [here.say("progress.how.baselines"), here.say("progress.how.trend")])
    exported: list[list[Cell]] = [
        [
            it.change.project_id, it.project_name, it.change.milestone, it.change.period, iso(it.change.from_on),
            iso(it.change.to_on),
            it.change.moved_days, it.change.decision, it.is_adopted, it.report.submission_id, it.report.row_number,
        ]
        for it in found
    ]  # fmt: skip
    hand_out(here, agreement, chosen, "baselines", here.say("progress.export.baselines"), _BASELINE_EXPORT, exported)
