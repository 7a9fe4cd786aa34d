"""The blocks of the page where a mapping is made: whose it is, their file, where its tables lie, and which mappings there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.choices import choice
from dashboard.parts.figures import kept
from dashboard.parts.mapping.columns import select
from dashboard.parts.mapping.made import HEADER_PARTS, NONE, Dropped, Made, MadeTable, Pointing
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import uploader_style
from domain.faults import LoadError
from domain.forms import load_form
from domain.mappings import FormMapping
from domain.model import Agreement
from domain.numbers import NO_VALUE
from domain.rows import Finding
from pipelines.imports import known_mappings, mapping_named, read_upload
from pipelines.pointing import Layout, Theirs
from pipelines.printing import finding_text
from pipelines.returns import Upload
from pipelines.settings import settings

_DROPPED, _MADE = "mapping dropped", "mapping made"
_ROWS_SHOWN, _COLUMNS_SHOWN = 9, 9
_DATE_KINDS = (NONE, "header", "above", "cell")


# Their file.


def upload_step(here: Surroundings) -> Dropped | None:
    """The first step: the file that was dropped, read in the limited child; None without one that can be read."""
    blocks.title(here.say("page.mapping.step_file"))
    if not here.is_local:
        blocks.small(here.say("page.mapping.read_only"))
        return None
    blocks.style_sheet(uploader_style(here.say("page.submit.choose_files")))
    shown = st.file_uploader(here.say("page.mapping.drop"), key="their_file", on_change=_remember)
    dropped: Dropped | None = st.session_state.get(_DROPPED)
    if dropped and not shown:
        blocks.small(here.say("page.submit.from_before", files=dropped.name))
    if dropped and (refusal := dropped.theirs.book.refusal):
        found = Finding(refusal.code, "error", None, None, refusal.quoted, dict(refusal.values))
        blocks.said(here.say("page.mapping.refused"), finding_text(found, "message", here.language))
        return None
    if dropped and not dropped.theirs.sheets():
        blocks.said(here.say("page.mapping.refused"), here.say("page.mapping.empty"))
        return None
    return dropped


def choose_party(here: Surroundings, agreement: Agreement) -> None:
    """Whose reports the mapping is for."""
    parties = {party.party_id: party.name for party in agreement.parties}
    place, _ = st.columns([2, 5.4])
    with place:
        choice("party", here.say("page.submit.party"), list(parties), next(iter(parties)), parties.__getitem__)


def _remember() -> None:
    """Keeps the file for the session: Streamlit itself forgets it when the reader goes to another page."""
    file = st.session_state["their_file"]
    st.session_state.pop(_DROPPED, None)
    if file is None:
        return
    digest = sha256(file.getvalue()).hexdigest()
    st.session_state[_DROPPED] = Dropped(file.name, digest, Theirs(read_upload(Upload(file.name, file.getvalue()))))
    if st.session_state.get(_MADE, (None, None))[0] != digest:
        st.session_state[_MADE] = (digest, Made())


# Where the table lies.


def lay_out(here: Surroundings, agreement: Agreement, dropped: Dropped) -> Pointing:
    """The second step: which of our tables is pointed out, in which sheet, and where its headers and its date stand."""
    form = load_form()
    form = form.at(form.newest)
    made: Made = st.session_state[_MADE][1]
    blocks.title(here.say("page.mapping.step_table"), here.say("page.mapping.table_note"))
    names = {table.table: table.sheet.in_language(here.language) for table in form.tables}
    places = st.columns([1.6, 1.6, 1.6, 1.2, 1.2])
    with places[0]:
        table = choice("maptable", here.say("page.mapping.our_table"), list(names), next(iter(names)), names.__getitem__)
    first = made.tables.get(table) or next(iter(made.pointed().values()), None)
    pointing = Pointing(here, agreement, form, dropped, made, form.table(table))
    layout = _layout(pointing, places[1:], first.layout if first else None)
    before = made.tables.get(table)
    made.tables[table] = before if before and before.layout == layout else MadeTable(layout)
    _report_date(pointing, first)
    _first_rows(pointing)
    return pointing


def _layout(at: Pointing, places: Sequence[Any], before: Layout | None) -> Layout:
    here, theirs = at.here, at.dropped.theirs
    sheets = theirs.sheets()
    with places[0]:
        sheet = str(select(here.say("page.mapping.sheet"), sheets, before.sheet if before else sheets[0], at.key("sheet")))
    with places[1]:
        orientation = select(
            here.say("page.mapping.orientation"), ("rows", "columns"), before.orientation if before else "rows",
            at.key("orientation", sheet), lambda name: here.say(f"page.mapping.lines.{name}"),
        )  # fmt: skip
    likely_in = theirs.likely_headers_in(sheet, orientation)
    known = before.headers_in if before and (before.sheet, before.orientation) == (sheet, orientation) else (likely_in,)
    axis = here.say(f"page.mapping.headers_in.{orientation}")
    with places[2]:
        last = st.number_input(axis, 1, 200, known[-1], key=at.key("headers", sheet, orientation))
    with places[3]:
        n_headers = select(
            here.say("page.mapping.header_rows"), ("1", "2"), str(len(known)), at.key("two", sheet, orientation),
            lambda n: here.say(f"page.mapping.header_size.{n}"),
        )  # fmt: skip
    both = (int(last) - 1, int(last)) if n_headers == "2" and last > 1 else (int(last),)
    return Layout(sheet, orientation, both)


def _report_date(at: Pointing, before: MadeTable | None) -> None:
    """Which day the figures are of: said when the report is read, or by the file itself."""
    here, table = at.here, at.open
    known = table if table.date_kind or before is None else before
    kind_place, place, _ = st.columns([1.6, 1.6, 4])
    with kind_place:
        kind = select(
            here.say("page.mapping.date"), _DATE_KINDS, known.date_kind, at.own_key("date"),
            lambda name: here.say(f"page.mapping.date_kind.{name or 'none'}"),
        )  # fmt: skip
    table.date_kind, table.date_place = kind, NONE
    with place:
        if kind == "header":
            headers = [HEADER_PARTS.join(path) for path in at.dropped.theirs.headers(table.layout)]
            table.date_place = select(
                here.say("page.mapping.date_place.header"), headers, known.date_place, at.own_key("date", kind)
            )
        elif kind == "above":
            chosen = st.number_input(
                here.say("page.mapping.date_place.above"), 1, 200, int(known.date_place) if known.date_place.isdigit() else 1,
                key=at.own_key("date", kind),
            )  # fmt: skip
            table.date_place = str(chosen)
        elif kind == "cell":
            table.date_place = st.text_input(
                here.say("page.mapping.date_place.cell"), known.date_place or "A1", key=at.own_key("date", kind)
            )


def _first_rows(at: Pointing) -> None:
    head, *rows = at.dropped.theirs.first_rows(at.open.layout.sheet, _ROWS_SHOWN, _COLUMNS_SHOWN)
    columns = [Column(title) for title in head]
    blocks.table(at.here.say("page.mapping.first_rows", sheet=at.open.layout.sheet), columns, rows)


# What is there already.


def opening(here: Surroundings, agreement: Agreement) -> None:
    """The page's one sentence before anything is read: how many other forms can be read already."""
    n = len([mapping for mapping in _mappings(here) if mapping.agreement_id in (None, agreement.agreement_id)])
    blocks.finding(
        here.say("page.mapping.finding.one" if n == 1 else "page.mapping.finding.other", n=n, name=agreement.short_name)
    )


def known(here: Surroundings, agreement: Agreement) -> None:
    """Every mapping of the agreement, and how a report is read with one."""
    own = [mapping for mapping in _mappings(here) if mapping.agreement_id in (None, agreement.agreement_id)]
    if own:
        st.html('<hr class="nv-rule">')
        blocks.title(here.say("page.mapping.known"), here.say("page.mapping.known_note"))
        columns = [Column(here.say(f"page.mapping.column.{name}")) for name in ("mapping", "name", "party", "tables")]
        blocks.table(here.say("page.mapping.known_caption"), columns, (_mapping_row(here, mapping) for mapping in own))


def _mapping_row(here: Surroundings, mapping: FormMapping) -> list[str]:
    form = load_form(mapping.form_id)
    tables = dict.fromkeys(part.table for block in mapping.blocks for part in block.tables)
    sheets = "; ".join(form.table(table).sheet.in_language(here.language) for table in tables)
    party = mapping.party_id or "; ".join(mapping.parties) or NO_VALUE
    return [mapping.mapping_id, mapping.name.in_language(here.language), party, sheets]


def _mappings(here: Surroundings) -> Iterable[FormMapping]:
    """The mappings that can be used; of the others the problems are said."""
    data_dir = settings().data_dir
    for mapping_id, path in known_mappings(data_dir).items():
        try:
            yield kept(partial(mapping_named, mapping_id, data_dir), "mapping", str(path), path.stat().st_mtime_ns)
        except LoadError as error:
            blocks.said(here.say("page.mapping.faults"), "; ".join(str(problem) for problem in error.problems))
