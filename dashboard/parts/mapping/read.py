"""What a mapping that is being made reads of the file: its first rows and its findings at once, and the file that it becomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.figures import kept
from dashboard.parts.mapping.made import Pointing, content_of
from dashboard.parts.returns.findings import counted, counted_words, findings_by_sheet
from domain.faults import LoadError
from domain.forms import FormColumn, choices
from domain.mappings import FormMapping
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from domain.returns import Answer, Missing, ReturnRow, Split
from domain.rows import Finding
from pipelines.imports import read_by_mapping
from pipelines.settings import settings
from pipelines.writing.mapping_file import MappingExists, is_mapping_id, mapping_yaml, save_mapping, tried

_READ_SHOWN = 6


def read_and_show(at: Pointing, place: Any) -> tuple[Finding, ...]:
    """The first rows that the mapping as it is now reads, and in `place` the page's one sentence; gives what was found."""
    here, made = at.here, at.made
    pointed = "; ".join(table.sheet.in_language(here.language) for table in at.form.tables if table.table in made.pointed())
    blocks.title(here.say("page.mapping.step_read"), here.say("page.mapping.pointed", tables=pointed))
    day_place, id_place = st.columns([1, 1])
    with day_place:
        day = st.date_input(here.say("page.mapping.reported_on"), here.today, format="DD.MM.YYYY", key="mapday")
    name_default = here.say("page.mapping.name_default", file=at.dropped.name)
    name = st.text_input(here.say("page.mapping.name"), name_default, key="mapname")
    party_id = str(st.session_state.get("party", ""))
    with id_place:
        mapping_id = st.text_input(here.say("page.mapping.id"), f"{party_id}_{at.dropped.digest[:6]}", key="mapid")
    if not is_mapping_id(mapping_id):
        blocks.said(here.say("page.mapping.id_wrong_label"), here.say("page.mapping.id_wrong"))
        return ()
    about = {
        "mapping_id": mapping_id, "name": {"nb": name or mapping_id, "en": name or mapping_id}, "form_id": at.form.form_id,
        "agreement_id": at.agreement.agreement_id, "party_id": party_id,
    }  # fmt: skip
    content = content_of(made, about, {table.table: table for table in at.form.tables})
    try:
        mapping = kept(partial(tried, content), "tried mapping", mapping_yaml(content))
    except LoadError as error:
        blocks.said(here.say("page.mapping.faults"), "")
        blocks.bullets(f"{problem.key}: {problem.accepted}" for problem in error.problems)
        return ()
    _keep(at, content, mapping_id)
    return _show_read(at, mapping, day, place) if isinstance(day, dt.date) else ()


def findings(at: Pointing, found: Sequence[Finding]) -> None:
    """What was found, over the whole page."""
    if found:
        findings_by_sheet(at.here, found, 1)


def _keep(at: Pointing, content: dict[str, Any], mapping_id: str) -> None:
    """The mapping to take along, or to put among the city's own."""
    here = at.here
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            here.say("page.mapping.download"), lambda: mapping_yaml(content).encode(), f"{mapping_id}.yaml", "application/yaml",
            "mapping-yaml", on_click="ignore",
        )  # fmt: skip
        is_asked = st.button(here.say("page.mapping.save"), key="mapping-save", type="primary")
        may_replace = st.checkbox(here.say("page.mapping.may_replace"), key="mapping-replace")
    if is_asked:
        try:
            path = save_mapping(content, settings().data_dir, may_replace=may_replace)
            blocks.small(here.say("page.mapping.saved", file=path.name))
        except MappingExists:
            blocks.small(here.say("page.mapping.exists", mapping=mapping_id))


def _show_read(at: Pointing, mapping: FormMapping, day: dt.date, place: Any) -> tuple[Finding, ...]:
    here = at.here
    read = read_by_mapping(at.dropped.theirs.book, mapping, at.agreement, day)
    n_of = counted(read.findings)
    found = read.found
    n_rows = sum(1 for _ in found.all_rows()) if found else 0
    named = {
        "n": decimal_text(n_rows, 0, here.language), "error": counted_words(here, "error", n_of["error"]),
        "period": period_text(found.period if found else mapping.period_of(day), here.language),
    }  # fmt: skip
    with place:
        blocks.finding(here.say("page.mapping.finding_read", **named))
    if found:
        rows = found.of(at.table.table)
        table = at.table.sheet.in_language(here.language)
        blocks.table(
            here.say("page.mapping.read_rows", table=table, n=decimal_text(len(rows), 0, here.language)),
            *_as_table(at, rows[:_READ_SHOWN]),
        )
    return read.findings


def _as_table(at: Pointing, rows: Sequence[ReturnRow]) -> tuple[list[Column], list[list[str]]]:
    """The first rows as they were understood, with the cell that each begins in."""
    here = at.here
    used = [column for column in at.table.columns if any(row.is_answered(column.column) for row in rows)]
    columns = [Column(here.say("page.mapping.cell"))]
    columns += [Column(at.form.heading(column, here.language), column.is_number) for column in used]
    lines = [[_head(row), *(_said(at, column, row.answers.get(column.column)) for column in used)] for row in rows]
    return columns, lines


def _head(row: ReturnRow) -> str:
    return row.address("project_id") or NO_VALUE


def _said(at: Pointing, column: FormColumn, answer: Answer | None) -> str:
    """An answer in the reader's words."""
    language = at.here.language
    labels = {found.code: found.label.in_language(language) for found in choices(column, at.agreement)}
    if answer is None:
        return NO_VALUE
    if isinstance(answer, bool):
        return labels["yes" if answer else "no"]
    if isinstance(answer, Missing):
        return at.form.missing_code(answer.code).label.in_language(language)
    if isinstance(answer, dt.date):
        return date_text(answer, language)
    if isinstance(answer, Split):
        return "; ".join(f"{labels.get(code, code)} {decimal_text(float(share), 0, language)}" for code, share in answer.shares)
    if isinstance(answer, tuple):
        return "; ".join(labels.get(code, code) for code in answer)
    if isinstance(answer, str):
        return labels.get(answer, answer)
    return str(answer) if column.type == "year" else decimal_text(float(answer), 1, language)
