"""The blocks of a computed figure: what it is, how it is made, the returns and the cells that it comes from, and its history."""

from __future__ import annotations

from dashboard.parts import blocks
from dashboard.parts.agreement_names import area_name, coded, focus_name, municipality_name, party_name
from dashboard.parts.filters import price_said
from dashboard.parts.project_links import page_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.blocks import another
from dashboard.parts.trace.figure_tables import case_table, figure_history, found_table, part_table, source_table
from dashboard.parts.trace.figure_words import figure_name, how_said, rho_said, short_said
from dashboard.parts.trace.rest_table import rest_table
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.selection import Selection
from pipelines.answers.trace.computed.computed import Traced
from pipelines.answers.trace.computed.made import Made


def computed_figure(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """Everything about a figure that is computed."""
    blocks.finding(finding_said(here, agreement, found))
    blocks.title(here.say("trace_figure.how_title"))
    blocks.bullets([how_said(here, found.wanted), *_terms(here, agreement, found)])
    blocks.way(page_link(here, agreement, "method", here.say("trace_figure.method"), section=found.made.method))
    part_table(here, agreement, found)
    case_table(here, agreement, found)
    found_table(here, agreement, found)
    rest_table(here, agreement, found)
    source_table(here, agreement, found)
    figure_history(here, agreement, found)
    another(here, agreement)


def finding_said(here: Surroundings, agreement: Agreement, found: Traced) -> str:
    """What the figure is, its amount, and what it is made of."""
    made, name = found.made, figure_name(here, agreement, found.wanted)
    amount = short_said(here, found.wanted.name, made)
    if made.unit == "mnok":
        amount = f"{amount} ({price_said(here, found.asked.price)})"
    first = here.say("trace_figure.finding.amount", figure=name, amount=amount, day=date_text(here.as_of, here.language))
    n, of = len(made.parts), len(made.submission_ids)
    kind = "one" if n == 1 else "sum" if made.is_sum else "cells" if n else _besides(made)
    if made.cases:
        kind, n = "cases", len(made.cases)
    if made.findings:
        kind, n = "findings", len(made.findings)
    if made.rests:
        n = len(made.rests)
    place = here.say("trace_figure.in_one") if of == 1 else here.say("trace_figure.in_several", n=of)
    return f"{first} {here.say(f'trace_figure.finding.{kind}', n=n, place=place)}"


def _besides(made: Made) -> str:
    """What a figure without cells rests on."""
    if made.rests:
        return "one_rest" if len(made.rests) == 1 else "rests"
    return made.outside[0].kind if made.outside else "nothing"


def _terms(here: Surroundings, agreement: Agreement, found: Traced) -> list[str]:
    """What the figure is computed for, one line each: the selection, the earlier day, the correlation."""
    wanted = found.wanted
    terms = {
        "selection": ", ".join(selection_said(here, agreement, found.asked.selection)),
        "since": date_text(wanted.since, here.language) if wanted.since else "",
        "rho": "" if wanted.rho is None else rho_said(here, wanted.rho),
    }
    return [f"{here.say(f'trace_figure.{name}')}: {said}" for name, said in terms.items() if said]


def selection_said(here: Surroundings, agreement: Agreement, selection: Selection) -> list[str]:
    """What is chosen, by name: Arbeidsområde: Nord."""
    chosen = {
        "area": area_name(agreement, selection.working_area_id or ""),
        "municipality": municipality_name(agreement, selection.municipality_code or ""),
        "party": party_name(agreement, selection.party_id or ""),
        "focus": focus_name(agreement, selection.focus_area_id or ""),
        "phase": coded(here, "projects", "phase", selection.phase),
    }
    return [f"{here.say(f'portfolio.filter.{name}')}: {said}" for name, said in chosen.items() if said]
