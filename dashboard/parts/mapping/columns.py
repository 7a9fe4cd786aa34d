"""Pointing: for each of our columns one of theirs, with its unit, sign and words; and which project each name of theirs is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.escape import as_markdown
from dashboard.parts.figures import kept
from dashboard.parts.mapping.made import HEADER_PARTS, NONE, MadeColumn, Pointing
from domain.forms import FormColumn, choices
from domain.mappings import TOTALS
from pipelines.answers.reporting.returns import last_return
from pipelines.pointing import likely

_UNITS = {"money": ("kr", "tkr", "mnok", "mrd"), "percent": ("pct", "share")}
# Later than anything that is reported, so that the last return of all is found.
_AFTER_ALL = "2999"


def select(label: str, options: Sequence[str], chosen: str, key: str, named: Any = str) -> str:
    """A list that opens with what was chosen before."""
    listed = list(options)
    index = listed.index(chosen) if chosen in listed else 0
    found = st.selectbox(label, listed, index, named, key=key, filter_mode=None)
    return found if isinstance(found, str) else NONE


def point(at: Pointing) -> None:
    """The third step: for each of our columns one of theirs, or a constant."""
    here = at.here
    blocks.title(here.say("page.mapping.step_columns"), here.say("page.mapping.columns_note"))
    headers = at.dropped.theirs.headers(at.open.layout)
    if not headers:
        blocks.small(here.say("page.mapping.no_headers"))
        return
    for column in at.table.columns:
        before = at.open.columns.get(column.column) or _suggested(at, column)
        at.open.columns[column.column] = _pointed(at, column, headers, before)
    if lacking := at.open.lacks_unit(at.table):
        listed = "; ".join(at.form.heading(column, here.language) for column in lacking)
        blocks.said(here.say("page.mapping.unit_needed"), listed)


def _suggested(at: Pointing, column: FormColumn) -> MadeColumn:
    """What is likely before anybody has pointed: the header that is most like ours, with the unit that it says."""
    header = at.dropped.theirs.suggested(at.open.layout, column, at.form)
    if header is None:
        return MadeColumn()
    unit = at.dropped.theirs.unit_of(at.open.layout, header) if column.type == "money" else None
    return MadeColumn(header, unit or NONE)


def _pointed(at: Pointing, column: FormColumn, headers: Sequence[tuple[str, ...]], before: MadeColumn) -> MadeColumn:
    here, name = at.here, column.column
    place, more, last = st.columns([2.2, 1.5, 1.5], vertical_alignment="bottom")
    options = [(), *headers]
    label = here.say("page.mapping.required" if column.required == "always" else "page.mapping.optional",
                     name=as_markdown(at.form.heading(column, here.language)))  # fmt: skip
    with place:
        known = before.header if before.header in options else ()
        header = st.selectbox(
            label, options, options.index(known), lambda path: HEADER_PARTS.join(path) or here.say("page.mapping.none"),
            key=at.own_key(name, "header"), help=as_markdown(column.help.in_language(here.language)),
        )  # fmt: skip
    found = MadeColumn(tuple(header or ()))
    if not found.is_pointed:
        if column.required != "never":
            with more:
                found.constant = _constant(at, column, before)
        return found
    if units := _UNITS.get(column.type, ()):
        with more:
            found.unit = select(
                here.say("page.mapping.unit"), (NONE, *units), before.unit, at.own_key(name, "unit", *found.header),
                lambda unit: here.say(f"page.mapping.unit_name.{unit or 'none'}"),
            )  # fmt: skip
    if column.is_number and column.type not in ("year", "whole"):
        with last:
            sign = select(
                here.say("page.mapping.sign"), ("same", "turned"), "turned" if before.is_turned else "same",
                at.own_key(name, "sign"), lambda word: here.say(f"page.mapping.sign_name.{word}"),
            )  # fmt: skip
            found.is_turned = sign == "turned"
    if column.type in ("choice", "yes_no", "split", "choices"):
        found.words = _words(at, column, found, before)
    elif (column.is_number or column.type == "date") and column.missing:
        _missing(at, column, found)
    return found


def _constant(at: Pointing, column: FormColumn, before: MadeColumn) -> str:
    """What holds for every row where their form says nothing of it."""
    here = at.here
    labels = {found.code: found.label.in_language(here.language) for found in choices(column, at.agreement)}
    labels |= {code: at.form.missing_code(code).label.in_language(here.language) for code in column.missing}
    if column.type in ("choice", "yes_no") and labels:
        options = (NONE, *labels)
        known = before.constant if before.constant in options else NONE
        said = here.say("page.mapping.constant")
        return select(
            said,
            options,
            known,
            at.own_key(column.column, "constant"),
            lambda code: labels.get(code, here.say("page.mapping.none")),
        )
    return st.text_input(here.say("page.mapping.constant"), before.constant, key=at.own_key(column.column, "constant"))


def _words(at: Pointing, column: FormColumn, found: MadeColumn, before: MadeColumn) -> dict[str, str]:
    """Their words that are no answers of ours, each with the answer that it means; with one of those the others, too."""
    theirs, here = at.dropped.theirs, at.here
    answers = theirs.answers(at.open.layout, found.header, column, at.form, at.agreement)
    strange = [word for word, answer in answers.items() if answer is None]
    words: dict[str, str] = {}
    labels = {choice.code: choice.label.in_language(here.language) for choice in choices(column, at.agreement)}
    labels |= {code: at.form.missing_code(code).label.in_language(here.language) for code in column.missing}
    if not strange or not labels:
        return {}
    with st.expander(
        here.say("page.mapping.words", column=as_markdown(column.header.in_language(here.language)), n=len(strange))
    ):
        for number, word in enumerate(strange):
            known = before.words.get(word) or likely(word, [(code, label) for code, label in labels.items()]) or NONE
            label = here.say("page.mapping.word_means", word=as_markdown(word[:80]))
            options = (NONE, *labels)
            words[word] = select(
                label, options, known if known in options else NONE, at.own_key(column.column, "word", number, *found.header),
                lambda code: labels.get(code, here.say("page.mapping.none")),
            )  # fmt: skip
    understood = {word: answer for word, answer in answers.items() if answer is not None}
    return {**words, **understood} if any(words.values()) else {}


def _missing(at: Pointing, column: FormColumn, found: MadeColumn) -> None:
    """Their words for a figure or date that is missing, each with ours."""
    here, theirs, made = at.here, at.dropped.theirs, at.made
    answers = theirs.answers(at.open.layout, found.header, column, at.form, at.agreement)
    words = [word for word, answer in answers.items() if answer is None and not any(sign.isdigit() for sign in word)]
    if not words:
        return
    labels = {code: at.form.missing_code(code).label.in_language(here.language) for code in column.missing}
    options = (NONE, *labels)
    with st.expander(here.say("page.mapping.words", column=as_markdown(column.header.in_language(here.language)), n=len(words))):
        for number, word in enumerate(words):
            before = made.missing.get(word, NONE)
            made.missing[word] = select(
                here.say("page.mapping.word_means", word=as_markdown(word[:80])), options, before if before in options else NONE,
                at.own_key(column.column, "missing", number, *found.header, before),
                lambda code: labels.get(code, here.say("page.mapping.none")),
            )  # fmt: skip


def point_at_projects(at: Pointing) -> None:
    """The fourth step: which project of ours each name of theirs is."""
    here, made = at.here, at.made
    header = at.open.columns.get("project_id", MadeColumn()).header
    if not header:
        return
    known = _projects(at)
    named = [word for word in at.dropped.theirs.words(at.open.layout, header) if word not in TOTALS]
    strange = [word for word in named if word not in known]
    if not strange:
        return
    if not known:
        _first_ids(at, strange)
        return
    blocks.title(here.say("page.mapping.step_projects"), here.say("page.mapping.projects_note"))
    for number, word in enumerate(strange):
        before = made.names.get(word) or likely(word, [(project_id, name) for project_id, name in known.items()]) or NONE
        options = (NONE, *known)
        made.names[word] = select(
            here.say("page.mapping.project_is", name=as_markdown(word[:80])), options, before if before in options else NONE,
            at.own_key("project", number), lambda found: f"{found} {known[found]}" if found else here.say("page.mapping.none"),
        )  # fmt: skip
    for word in named:
        if word in known and any(made.names.get(other) for other in strange):
            made.names[word] = word


def _first_ids(at: Pointing, names: Sequence[str]) -> None:
    """The ids of projects that nobody has reported before, where their names cannot be ids themselves."""
    here, made = at.here, at.made
    pattern = at.form.table("projects").column("project_id").pattern or ""
    if all(re.fullmatch(pattern, name) for name in names):
        return
    blocks.title(here.say("page.mapping.step_projects"), here.say("page.mapping.first_ids_note"))
    for number, name in enumerate(names):
        label = here.say("page.mapping.id_of", name=as_markdown(name[:80]))
        before = made.names.get(name) or (name if re.fullmatch(pattern, name) else NONE)
        made.names[name] = st.text_input(label, before, key=at.own_key("first id", number)).strip()


def _projects(at: Pointing) -> dict[str, str]:
    """The projects of the party's last return, by id."""
    party_id = st.session_state.get("party")
    if at.here.snapshot is None or not party_id:
        return {}
    ask = partial(last_return, at.here.snapshot, at.agreement, party_id, _AFTER_ALL, at.here.as_of)
    last = kept(ask, "last return of all", party_id, *at.here.known(at.agreement))
    return {project_id: row.code("project_name") or "" for project_id, row in last.project_rows().items()} if last else {}
