"""The tables of cited projects: a project's amounts, all projects, every amount with its cell, and what is handed out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.cited.words import amount_text, cost_text, dates_text, full_name, other_text, phase_text, span_text
from dashboard.parts.exports import downloads, invented_note
from dashboard.parts.header import as_known
from dashboard.parts.links import addresses, host_of
from dashboard.parts.names import trace
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from pipelines.answers.cited.costs import CostFact
from pipelines.answers.cited.projects import CitedPortfolio, CitedProject
from pipelines.writing.tables import ExportTable

_NUMBERS = {"amount", "facts"}
_OF_A_PROJECT = ("date", "amount", "what", "source", "note")
_PROJECTS = ("project", "municipality", "phase", "cost", "other", "dates", "facts", "sources", "area")
_ALL = ("project", "date", "amount", "what", "source", "place")
_EXPORTED = (
    "project_id", "stated_name", "municipality_code", "municipality_name", "focus_area_id", "owner_names", "status_as_of",
    "amount_mnok", "amount_type", "is_about", "is_part", "price_kind", "price_year", "price_quarter", "includes_vat", "land",
    "comparable_group", "stated_as", "price_stated", "note", "source", "collected_on", "submission_id", "sheet", "cell",
)  # fmt: skip


def history_table(here: Surroundings, project: CitedProject, urls: Sequence[str]) -> None:
    """Every amount of a project, oldest first. A note that is an amount of its own stands as that amount."""
    told = {fact.line for fact in project.facts if fact.is_from_note}
    lines = [[*_line(here, fact, urls), "" if fact.line in told else fact.note] for fact in project.facts]
    columns, rows = blocks.noted(columns_of(here, _OF_A_PROJECT, _NUMBERS), lines)
    blocks.table(here.say("cited.history.caption", name=project.name), columns, rows)


def _line(here: Surroundings, fact: CostFact, urls: Sequence[str]) -> list[str]:
    return [
        span_text(here, fact.about),
        amount_text(here, fact),
        full_name(here, fact.meaning),
        numbered(here, [fact.source_url], urls),
    ]


def project_table(here: Surroundings, found: CitedPortfolio, urls: Sequence[str]) -> None:
    """One row for each project, with the newest that is known of it. The column of working areas only where a list has one."""
    lines = [
        [
            project.name, project.municipality_name, phase_text(here, project), cost_text(here, project),
            other_text(here, project), dates_text(here, project.dates), str(len(project.facts)),
            ", ".join(str(urls.index(url) + 1) for url in project.sources), project.working_area_inferred,
        ]
        for project in found.projects
    ]  # fmt: skip
    columns, rows = blocks.noted(columns_of(here, _PROJECTS, _NUMBERS), lines)
    with st.container(key="cited-projects"):
        blocks.table(here.say("cited.projects.caption"), columns, rows)


def all_amounts(here: Surroundings, found: CitedPortfolio, urls: Sequence[str]) -> None:
    """Every amount with the cell that it stands in, one click away."""
    facts = [fact for project in found.projects for fact in project.facts]
    with st.expander(here.say("cited.projects.all", n=len(facts))):
        lines = [
            [fact.stated_name, *_line(here, fact, urls), trace(here, fact.submission_id, fact.sheet, fact.cell)] for fact in facts
        ]
        blocks.table(here.say("cited.projects.all_caption"), columns_of(here, _ALL, _NUMBERS), lines)


def source_list(here: Surroundings, urls: Sequence[str]) -> None:
    """The addresses by their number, one click away."""
    with st.expander(here.say("cited.projects.sources_title", n=len(urls))):
        addresses(urls)


def numbered(here: Surroundings, own: Iterable[str], urls: Sequence[str]) -> str:
    """The sites of some sources, each with its number in the list of addresses."""
    said = [
        here.say("cited.projects.source", host=host_of(url) or url, number=urls.index(url) + 1)
        for url in dict.fromkeys(own)
        if url
    ]
    return ", ".join(said)


def hosts(urls: Iterable[str]) -> str:
    """The sites of some addresses, each once."""
    return ", ".join(dict.fromkeys(host_of(url) or url for url in urls))


def columns_of(here: Surroundings, names: Iterable[str], numbers: Iterable[str]) -> list[Column]:
    """The columns of a table by their names."""
    right = set(numbers)
    return [Column(here.say(f"cited.column.{name}"), name in right) for name in names]


def downloads_of(here: Surroundings, agreement: Agreement, found: CitedPortfolio) -> None:
    """Every amount as CSV and Excel, under the names that the store uses; a project without any has one row."""
    rows = [row for project in found.projects for row in _exported(project)]
    about = described(here, agreement, here.say("cited.export.contents"))
    title, sheet = here.say("cited.export.title"), here.say("page.export.sheet")
    table = ExportTable(title, _EXPORTED, rows, about, sheet, invented_note(here, agreement))
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-cited-projects")


def described(here: Surroundings, agreement: Agreement, contents: str) -> dict[str, str]:
    """What the reader of an exported table must know."""
    said = {
        "agreement": agreement.name,
        "contents": contents,
        "known": as_known(here),
        "snapshot": here.snapshot.identity if here.snapshot else "",
        "credit": here.say("cited.export.credit"),
    }
    return {here.say(f"page.export.{key}"): content for key, content in said.items()}


def _exported(project: CitedProject) -> list[list[str | int | float | None]]:
    place = [project.municipality_code, project.municipality_name, project.focus_area_id, ", ".join(project.owners)]
    if not project.facts:
        named: list[str | int | float | None] = [project.project_id, project.name, *place]
        return [named + [None] * (len(_EXPORTED) - len(named))]
    return [[fact.project_id, fact.stated_name, *place, *_of_fact(fact)] for fact in project.facts]


def _of_fact(fact: CostFact) -> list[str | int | float | None]:
    said = fact.meaning
    return [
        fact.about.stated if fact.about else None, float(fact.amount_mnok), said.amount_type, _flag(said.is_about),
        _flag(said.is_part), said.price_kind, said.price_year, said.price_quarter, _flag(said.includes_vat), said.land,
        fact.comparable_group, fact.stated_as, fact.price_stated, fact.note, fact.source_url, fact.collected_on.isoformat(),
        fact.submission_id, fact.sheet, fact.cell,
    ]  # fmt: skip


def _flag(stated: bool | None) -> str | None:
    return None if stated is None else "true" if stated else "false"
