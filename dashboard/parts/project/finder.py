"""Where a project is found: a choice on top of the page, and the list of all with their colours, each leading to its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded
from dashboard.parts.blocks import Said
from dashboard.parts.choices import asked, choice
from dashboard.parts.cited import blocks as cited_blocks
from dashboard.parts.economy.words import mnok_text
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import kept
from dashboard.parts.filters import Chosen
from dashboard.parts.project.tables import columns, hand_out, level_text, unit
from dashboard.parts.project.words import areas_said
from dashboard.parts.project_links import PAGE, project_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced
from domain.deviation_limits import Colour
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text
from pipelines.answers.costs import costs
from pipelines.answers.deviations.deviations import colours
from pipelines.answers.portfolio import projects
from pipelines.answers.uncertainty.uncertainty import FINISHED
from pipelines.methods.deviations import Level
from pipelines.writing.tables import Cell

ALL = "all"
_ORDER = {"green": 1, "yellow": 2, "red": 3}
_EXPORTED = (
    "project_id", "project_name", "party_id", "focus_area_id", "phase", "standing", "reported_colour", "data_colour",
    "forecast_mnok", "submission_id", "row_number",
)  # fmt: skip


def chosen_project(here: Surroundings, agreement: Agreement) -> str | None:
    """The project that the address or the reader asks for; None where that is all of them, or one that is not known."""
    listed = kept(partial(projects, here.published, agreement, here.as_of), "projects", *here.known(agreement))
    if listed.empty:
        return None
    names = dict(zip(listed["project_id"], listed["project_name"], strict=True))
    wanted = asked(PAGE)
    options = [ALL, *names]
    found = choice(
        PAGE, here.say("project.choose"), options, ALL, lambda it: here.say("project.all") if it == ALL else f"{it} {names[it]}"
    )
    if wanted not in (None, *options):
        blocks.small(here.say("project.unknown", project_id=wanted))
    return None if found == ALL else found


def project_list(
    here: Surroundings, agreement: Agreement, chosen: Chosen
) -> tuple[list[dict[str, Any]], dict[str, tuple[Level, Colour | None]]]:
    """The projects of what is chosen with what they cost, and the colours of all projects on the date."""
    snapshot = here.published
    ask = partial(costs, snapshot, agreement, chosen.price, here.as_of, chosen.selection)
    found = kept(ask, "costs", *here.known(agreement), *chosen.key)
    return found, kept(partial(colours, snapshot, agreement, here.as_of), "colours", *here.known(agreement))


def finder_sentence(here: Surroundings, agreement: Agreement, chosen: Chosen) -> str:
    """How many projects there are, for how many the figures say deviation, and how many are reported better than that."""
    found, by_id = project_list(here, agreement, chosen)
    if not found and chosen.selection.is_everything:
        return here.say("project.finder.none", name=agreement.short_name, day=date_text(here.as_of, here.language))
    if not found:
        return here.say("project.finder.nothing")
    pairs = [by_id[project_id] for row in found if (project_id := row["project_id"]) in by_id]
    greener = sum(
        figures in _ORDER and reported is not None and _ORDER[reported] < _ORDER[figures] for figures, reported in pairs
    )
    red = sum(figures == "red" for figures, _ in pairs)
    led = partial(computed, here, agreement, chosen)
    counted = {"n": "projects_listed", "red": "colour_red", "greener": "reported_greener"}
    numbers = {"n": len(found), "red": red, "greener": greener}
    linked = {name: led(f"deviations.{figure}", str(numbers[name])) for name, figure in counted.items()}
    return here.say("project.finder.finding", **linked)


def finder(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The list of what is chosen; cited projects where none is reported."""
    found, by_id = project_list(here, agreement, chosen)
    if not found:
        if chosen.selection.is_everything and cited_blocks.has_cited_projects(here, agreement):
            blocks.small(here.say("project.finder.cited_below"))
            cited_blocks.cited_portfolio(here, agreement, is_lead=False)
        return
    project_table(here, agreement, chosen, found, by_id, here.say("project.finder.title"))


def project_table(
    here: Surroundings,
    agreement: Agreement,
    chosen: Chosen,
    found: Sequence[Mapping[str, Any]],
    by_id: dict[str, tuple[Level, Colour | None]],
    title: str,
) -> None:
    """The projects with both colours and their forecast, each leading to its page and each forecast to its cell."""
    blocks.title(title, unit(here, chosen))
    names = ("project", "reported", "figures", "forecast_mnok", "area", "phase", "standing")
    rows: list[list[Said]] = []
    exported: list[list[Cell]] = []
    for row in found:
        project_id, forecast = str(row["project_id"]), row["forecast_mnok"]
        figures, reported = by_id.get(project_id, (None, None))
        said = mnok_text(here, forecast)
        led: Said = NO_VALUE
        if said != NO_VALUE:
            submission_id, row_number = row["submission_id"], row["row_number"]
            led = traced(here, agreement, submission_id, "cost_estimates", row_number, "forecast_mnok", said)
        rows.append([
            project_link(here, agreement, project_id, f"{project_id} {row['project_name']}"),
            level_text(here, reported),
            level_text(here, figures),
            led,
            areas_said(here, agreement, row["working_area_split"]),
            coded(here, "projects", "phase", row["phase"]),
            _standing(here, row),
        ])  # fmt: skip
        plain = [row[name] if isinstance(row[name], str) else None for name in _EXPORTED[:6]]
        number = None if forecast is None else float(forecast)
        exported.append([*plain, reported, figures, number, *(row.get(name) for name in _EXPORTED[-2:])])
    blocks.table(here.say("project.finder.caption"), columns(here, names), rows)
    source_line(here, here.say("project.source"))
    hand_out(here, agreement, chosen, "projects", here.say("project.finder.export"), _EXPORTED, exported)


def _standing(here: Surroundings, row: Mapping[str, Any]) -> str:
    """Whether a project goes on; a dash for one that is finished, for which the form has no other word than that it does."""
    return NO_VALUE if row["phase"] == FINISHED and not row["has_ended"] else coded(here, "projects", "standing", row["standing"])
