"""The blocks of cited projects, for an agreement without returns: what is known, its few histories, and all that is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.cost_history import LaneWords, cost_lanes
from dashboard.figures.plain import plain
from dashboard.parts import blocks
from dashboard.parts.cited.tables import all_amounts, downloads_of, history_table, hosts, project_table, source_list
from dashboard.parts.cited.words import (
    BETWEEN,
    amount_text,
    comparability,
    comparable_line,
    headline,
    history_title,
    kind_name,
    kroner,
    money_text,
    span_text,
)
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept, show
from dashboard.parts.surroundings import Surroundings
from domain.cited_amounts import Meaning
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.cited.costs import CostFact
from pipelines.answers.cited.projects import CitedPortfolio, CitedProject, cited_projects

_HOW = ("types", "compare", "apart", "dates")
# The order of the lanes: what the whole costs, then what has been added to it, contracted, lacking and granted.
_LANES = ("whole_cost", "increase", "contract", "need", "grant", "year", "frame", "nothing")


def has_cited_projects(here: Surroundings, agreement: Agreement) -> bool:
    """Whether any list of an agreement's projects was ever collected, also one that was not known on the reader's day."""
    return here.snapshot is not None and portfolio(here, agreement).first_collected_on is not None


def portfolio(here: Surroundings, agreement: Agreement) -> CitedPortfolio:
    """The cited projects as known on the reader's day. Asked only where something has been published."""
    if here.snapshot is None:
        return CitedPortfolio(here.as_of, (), (), None, None)
    return kept(partial(cited_projects, here.snapshot, agreement, here.as_of), "cited_projects", *here.known(agreement))


def cited_portfolio(
    here: Surroundings, agreement: Agreement, *, is_lead: bool = True, municipality_code: str | None = None
) -> None:
    """Message, histories, the table of all projects; one sentence before a list was known; nothing where there is no list.

    The message is the page's own sentence, unless the page has another: then it is a title. Of a municipality there are its own
    projects; the files hold all of them.
    """
    found = portfolio(here, agreement)
    message = blocks.finding if is_lead else blocks.title
    if found.first_collected_on is None:
        return
    if found.collected_on is None:
        named = {"day": here.as_of, "first": found.first_collected_on}
        days = {name: date_text(day, here.language) for name, day in named.items()}
        message(here.say("cited.none_then", name=agreement.short_name, **days))
        return
    if municipality_code:
        found = replace(found, projects=tuple(it for it in found.projects if it.municipality_code == municipality_code))
        if not found.projects:
            return
    message(headline(here, found))
    if found.n_with("history"):
        blocks.small(comparability(here, found))
    blocks.small(here.say("cited.collected", day=date_text(found.collected_on, here.language)))
    blocks.style_sheet(_STYLE)
    urls = list(dict.fromkeys(url for project in found.projects for url in project.sources))
    _histories(here, agreement, found, urls)
    _all_projects(here, agreement, found, urls)


def _histories(here: Surroundings, agreement: Agreement, found: CitedPortfolio, urls: Sequence[str]) -> None:
    """The histories; projects with several amounts that are none stand one click away."""
    for project in found.projects:
        if project.knowledge == "history":
            _history(here, agreement, project, urls)
    apart = [project for project in found.projects if project.knowledge != "history" and _has_dates(project)]
    if apart:
        with st.expander(here.say("cited.history.apart", n=len(apart))):
            for project in apart:
                _history(here, agreement, project, urls)


def _has_dates(project: CitedProject) -> bool:
    return len({fact.about for fact in project.facts if fact.about}) > 1


def _history(here: Surroundings, agreement: Agreement, project: CitedProject, urls: Sequence[str]) -> None:
    blocks.title(history_title(here, project), here.say("cited.history.below"))
    figure_place, table_place = st.columns([1, 1.5], gap="large")
    # A part of another amount stands in the table alone.
    dated = [fact for fact in project.facts if fact.about and not fact.meaning.is_part]
    with figure_place:
        key = ("cited_history", project.project_id, *here.known(agreement), here.language, here.ground)
        drawn = kept(partial(_draw, here, dated), *key)
        show(drawn, _alternative(here, project, dated), f"cited-{project.project_id}")
        blocks.small(here.say("cited.history.marks"))
        source_line(here, here.say("cited.history.source_line", hosts=hosts(project.sources)))
    with table_place:
        with st.container(key=f"cited-history-{project.project_id}"):
            history_table(here, project, urls)
        blocks.small(comparable_line(here, project))


def _draw(here: Surroundings, facts: Sequence[CostFact]) -> go.Figure:
    lanes = _lanes(facts)
    rows = [
        {
            "lane": lanes.index(_lane(fact.meaning)),
            "first": fact.about.first,
            "last": fact.about.last,
            "label": amount_text(here, fact),
            "is_open": fact.meaning.price_kind == "not_stated",
            "hover": plain(_said(here, fact)),
        }
        for fact in facts
        if fact.about
    ]
    words = [LaneWords(kind_name(here, lane), kroner(here, lane)) for lane in lanes]
    return cost_lanes(pd.DataFrame(rows), words, here.say("cited.history.hover"), here.palette)


def _lanes(facts: Sequence[CostFact]) -> list[Meaning]:
    """One lane for each type in each kind of kroner: those of the whole cost first, within them the oldest first."""
    found = dict.fromkeys(_lane(fact.meaning) for fact in facts)
    return sorted(found, key=lambda lane: _LANES.index(lane.tells))


def _lane(meaning: Meaning) -> Meaning:
    """What amounts of one lane share: all but how exact they are."""
    return Meaning(
        meaning.amount_type, meaning.tells, meaning.forms_series, meaning.price_kind, meaning.price_year, meaning.price_quarter,
        meaning.includes_vat, meaning.land,
    )  # fmt: skip


def _said(here: Surroundings, fact: CostFact) -> str:
    what, date = kind_name(here, fact.meaning), span_text(here, fact.about)
    in_kroner = kroner(here, fact.meaning)
    return here.say("cited.history.alt_fact", what=what, kroner=in_kroner, amount=money_text(here, fact), date=date)


def _alternative(here: Surroundings, project: CitedProject, facts: Sequence[CostFact]) -> str:
    said = BETWEEN.join(_said(here, fact) for fact in facts)
    return here.say("cited.history.alt", name=project.name, facts=said)


def _all_projects(here: Surroundings, agreement: Agreement, found: CitedPortfolio, urls: Sequence[str]) -> None:
    has_areas = any(project.working_area_inferred for project in found.projects)
    blocks.title(here.say("cited.projects.title"), "" if has_areas else here.say("cited.projects.no_area"))
    project_table(here, found, urls)
    if found.left_out:
        blocks.small(here.say("cited.left_out", lines=", ".join(map(str, found.left_out))))
    source_line(here, here.say("cited.history.source_line", hosts=hosts(urls)))
    all_amounts(here, found, urls)
    source_list(here, urls)
    how(here, (here.say(f"cited.how.{part}") for part in _HOW))
    downloads_of(here, agreement, portfolio(here, agreement))


# The tables here hold sentences, which need width more than their numbers do.
_STYLE = """
[class*="st-key-cited-"] table.nv-table td { max-width: 22rem; }
[class*="st-key-cited-projects"] table.nv-table tbody th.w { white-space: normal; min-width: 8rem; max-width: 18rem; }
[class*="st-key-cited-projects"] table.nv-table td:nth-child(n+3):nth-child(-n+6) { min-width: 7.5rem; }
[class*="st-key-cited-history-"] table.nv-table td:nth-child(n+3):not(:nth-child(4)) { min-width: 8.5rem; }
@media (max-width: 640px) {
  [class*="st-key-cited-projects"] table.nv-table tbody th.w { max-width: 9.5rem; }
}
"""
