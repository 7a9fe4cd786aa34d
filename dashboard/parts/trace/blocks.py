"""The blocks of a traced figure: the sentence, the way back in steps, the row or the cells, and what was found and done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.escape import as_html
from dashboard.parts.person_blocks import acting_person, known_people, moment_text
from dashboard.parts.returns.findings import findings_by_sheet
from dashboard.parts.returns.originals import original_download
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.index_parts import months_table, point_table
from dashboard.parts.trace.path import published_sentence, published_steps, reported_steps, sentence
from dashboard.parts.trace.published_tables import published_history, published_row
from dashboard.parts.trace.tables import cell_table, history_of, row_table
from dashboard.parts.trace.words import day_text, whom
from dashboard.parts.trace_links import finder_link
from domain.model import Agreement
from pipelines.answers.trace.published import TracedPublished
from pipelines.answers.trace.reported import Traced
from pipelines.answers.trace.submission import Done, HandedIn


def reported(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """Everything about a figure of a return."""
    blocks.finding(sentence(here, agreement, found))
    _replaced(here, found.handed_in.replaced_at)
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        blocks.title(here.say("page.trace.path_title"))
        _steps(reported_steps(here, agreement, found))
    with right:
        _original(here, agreement, found.handed_in, found.rows[0].sheet)
    (row_table if found.is_one_row else cell_table)(here, agreement, found)
    history_of(here, agreement, found)
    _findings(here, found)
    _acts(here, agreement, found.handed_in.acts)
    another(here, agreement)


def published(here: Surroundings, agreement: Agreement, found: TracedPublished) -> None:
    """Everything about a figure that somebody publishes, or that we computed from what they publish."""
    blocks.finding(published_sentence(here, found))
    _replaced(here, found.replaced_at)
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        blocks.title(here.say("page.trace.path_title"))
        _steps(published_steps(here, agreement, found))
    with right:
        _original(here, agreement, found.handed_in, found.sheet)
    published_row(here, found)
    point_table(here, agreement, found)
    months_table(here, agreement, found)
    published_history(here, agreement, found)
    another(here, agreement)


def _steps(steps: Iterable[tuple[str, str]]) -> None:
    """The way back as a numbered list, each step under its name."""
    items = "".join(f"<li><b>{as_html(name)}:</b> {as_html(said)}</li>" for name, said in steps)
    st.html(f'<ol class="nv-list" style="overflow-wrap:anywhere">{items}</ol>')


def _original(here: Surroundings, agreement: Agreement, handed_in: HandedIn, sheet: str | None) -> None:
    blocks.title(here.say("page.original.title"), here.say("page.original.who"))
    if not here.is_local:
        blocks.small(here.say("page.original.read_only"))
        return
    original_download(here, acting_person(here, agreement), handed_in.files, handed_in.file_of(sheet))


def _findings(here: Surroundings, found: Traced) -> None:
    blocks.title(here.say("page.trace.findings_title"))
    if not found.findings:
        blocks.small(here.say("page.trace.no_findings"))
        return
    findings_by_sheet(here, found.findings, len(found.handed_in.files))


def _acts(here: Surroundings, agreement: Agreement, acts: Sequence[Done]) -> None:
    """What was done with the return until the reader's date."""
    blocks.title(here.say("page.trace.acts_title"))
    people = known_people(agreement)
    columns = [Column(here.say(f"page.approve.column.{name}")) for name in ("who", "what", "at", "said")]
    rows = [
        [
            whom(people, done.person_id),
            here.say(f"page.approve.act.{done.act}"),
            moment_text(done.at, here.language),
            done.said or "",
        ]
        for done in acts
    ]
    if rows:
        blocks.table(here.say("page.trace.acts_caption"), *blocks.noted(columns, rows), is_narrow=True)
    else:
        blocks.small(here.say("page.trace.no_acts"))


def another(here: Surroundings, agreement: Agreement) -> None:
    """The way to the finder."""
    st.html(f'<p class="nv-small">{finder_link(here, agreement, here.say("page.trace.another"))}</p>')


def _replaced(here: Surroundings, replaced_at: dt.datetime | None) -> None:
    if replaced_at:
        blocks.said(
            here.say("page.trace.replaced_title"),
            here.say("page.trace.replaced", day=day_text(replaced_at, here.language)),
        )
