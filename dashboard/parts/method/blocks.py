"""The blocks of the method page, all made from the files of the domain: indicators, method versions, glossary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import get_args

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.indicators.words import target
from dashboard.parts.links import sources
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import SYMBOLS
from domain.facts import LocalText, Unknown
from domain.glossary import MethodVersion, load_glossary, load_method_versions
from domain.indicators import Indicator, Statement, load_indicators
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text
from pipelines.methods.city_index import Answer

# Prose in a table breaks its lines on a phone: few columns fit its width, more stand in a wider table that scrolls.
_STYLE = """
@media (max-width: 640px) {
  .st-key-prose table.nv-table, .st-key-words table.nv-table { width: 100%; }
  .st-key-versions table.nv-table, .st-key-listed table.nv-table { width: 46rem; }
  .st-key-prose table.nv-table .w, .st-key-words table.nv-table .w, .st-key-versions table.nv-table .w,
  .st-key-listed table.nv-table .w { white-space: normal; }
}
"""
_SAID_OF_A_VERSION = ("what", "period", "weighting", "corrections", "uncertainty")


def opening(here: Surroundings, agreement: Agreement) -> None:
    """The page's sentence: what decides, what supports it, and when the method changes."""
    n = sum(found.role != "main" for found in load_indicators().values())
    changes_on = agreement.index.method_changes_on
    key = "page.method.finding_change" if changes_on else "page.method.finding"
    blocks.style_sheet(_STYLE)
    blocks.finding(here.say(key, n=n, day=_day(here, changes_on)))


def answers(here: Surroundings) -> None:
    """What each of the four answers means, and when it is given."""
    rows = [
        (
            f"{SYMBOLS[answer]} {here.say(f'answer.{answer}')}",
            here.say(f"page.method.answer.{answer}.when"),
            here.say(f"page.method.answer.{answer}.means"),
        )
        for answer in get_args(Answer)
    ]
    blocks.title(here.say("page.method.answers_title"))
    with st.container(key="prose"):
        blocks.table(here.say("page.method.answers_caption"), _columns(here, "answer", "when", "means"), rows)
    blocks.small(here.say("page.method.answers_note"))


def versions(here: Surroundings, agreement: Agreement) -> None:
    """The versions of the index side by side, with what changes from the one to the next."""
    known = load_method_versions()
    rows = [(here.say("page.method.version.code"), *(version.method_version for version in known.versions))]
    rows += [
        (here.say(f"page.method.version.{name}"), *(_text(here, getattr(version, name)) for version in known.versions))
        for name in _SAID_OF_A_VERSION
    ]
    rows += [
        (here.say("page.method.version.valid_from"), *(_from(here, version) for version in known.versions)),
        (here.say("page.method.version.valid_to"), *(_day(here, version.valid_to) for version in known.versions)),
    ]
    titles = ["", *(_text(here, version.name) for version in known.versions)]
    blocks.title(here.say("page.method.versions_title"))
    with st.container(key="versions"):
        blocks.table(here.say("page.method.versions_caption"), [Column(title) for title in titles], rows)
    if agreement.index.method_change and agreement.index.method_changes_on:
        label = here.say("page.method.change_title", day=_day(here, agreement.index.method_changes_on))
        blocks.said(label, _text(here, agreement.index.method_change))
    with st.expander(here.say("page.method.said.sources")):
        sources(known.sources, here.language)


def said_of_version(here: Surroundings, method_version: str) -> list[str]:
    """What is said of one version of the index, a line each: what it computes, its weighting, its uncertainty."""
    version = next(found for found in load_method_versions().versions if found.method_version == method_version)
    return [
        here.say("page.method.line", label=here.say(f"page.method.version.{name}"), text=_text(here, getattr(version, name)))
        for name in _SAID_OF_A_VERSION
    ]


def indicator_list(here: Surroundings, agreement: Agreement) -> None:
    """All indicators in one table, and each in full one click away."""
    known = load_indicators().values()
    rows = [
        (
            _text(here, found.name),
            _text(here, found.unit),
            here.say(f"page.indicators.direction.{found.direction}"),
            _text(here, found.maker),
            _statement(here, found.rhythm),
        )
        for found in known
    ]
    blocks.title(here.say("page.method.indicators_title"))
    columns = _columns(here, "indicator", "unit", "direction", "maker", "rhythm")
    with st.container(key="listed"):
        blocks.table(here.say("page.method.indicators_caption"), columns, rows)
    for found in known:
        with st.expander(_titled(here, found)):
            _indicator(here, agreement, found)


def _titled(here: Surroundings, found: Indicator) -> str:
    """The name, with its part in judging the goal where it has one."""
    name = _text(here, found.name)
    return name if found.role == "other" else f"{name} – {here.say(f'page.method.role.{found.role}')}"


def _indicator(here: Surroundings, agreement: Agreement, found: Indicator) -> None:
    """All that is said of an indicator."""
    _definition(here, found)
    agreed = target(here, agreement, found)
    blocks.said(here.say("page.method.said.target"), agreed or _no_target(here, agreement))
    _list(here, "pitfalls", (_text(here, said.text) for said in found.pitfalls if said.concerns(agreement.agreement_id)))
    _breaks_and_sources(here, agreement, found)


def how_measured(here: Surroundings, agreement: Agreement, found: Indicator, areas: Sequence[str]) -> None:
    """How an indicator is made, closed until somebody asks, where its target and what to be aware of stand beside it.

    `areas` are those that the figures shown are about.
    """
    with st.expander(here.say("page.how")):
        _definition(here, found)
        _list(here, "areas", areas)
        _breaks_and_sources(here, agreement, found)


def _definition(here: Surroundings, found: Indicator) -> None:
    for name in ("measures", "why", "method", "uncertainty", "rhythm"):
        blocks.said(here.say(f"page.method.said.{name}"), _statement(here, getattr(found, name)))


def _breaks_and_sources(here: Surroundings, agreement: Agreement, found: Indicator) -> None:
    breaks = (said for said in found.breaks if said.concerns(agreement.agreement_id))
    _list(here, "breaks", (here.say("page.method.break", year=said.before_year, text=_text(here, said.text)) for said in breaks))
    blocks.small(here.say("page.method.said.sources"))
    sources(found.sources, here.language)


def _no_target(here: Surroundings, agreement: Agreement) -> str:
    agreed = agreement.indicator_targets
    return _text(here, agreed.unknown) if isinstance(agreed, Unknown) else here.say("page.indicators.no_target")


def _list(here: Surroundings, name: str, said: Iterable[str]) -> None:
    lines = list(said)
    if lines:
        with st.container(gap=None):
            blocks.small(here.say(f"page.method.said.{name}"))
            blocks.bullets(lines)


def glossary(here: Surroundings) -> None:
    """The field's words in both languages."""
    rows = [(term.nb, term.en, _text(here, term.note) if term.note else "") for term in load_glossary()]
    blocks.title(here.say("page.method.glossary_title"))
    with st.container(key="words"):
        blocks.table(here.say("page.method.glossary_caption"), _columns(here, "nb", "en", "note"), rows)


def _statement(here: Surroundings, said: Statement | Unknown) -> str:
    return _text(here, said.unknown if isinstance(said, Unknown) else said.text)


def _text(here: Surroundings, text: LocalText) -> str:
    return text.in_language(here.language)


def _from(here: Surroundings, version: MethodVersion) -> str:
    since = version.valid_from
    return _text(here, since.unknown) if isinstance(since, Unknown) else _day(here, since)


def _day(here: Surroundings, day: dt.date | None) -> str:
    return date_text(day, here.language) if day else NO_VALUE


def _columns(here: Surroundings, *names: str) -> list[Column]:
    return [Column(here.say(f"page.method.column.{name}")) for name in names]
