"""Which figure is traced: what the address names; and, where it names none, choices that lead to one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.choices import choice
from dashboard.parts.figures import kept
from dashboard.parts.more_rows import first_rows
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.words import answer_text, basis_text, capital, party_name, period_said, row_text
from dashboard.parts.trace_links import traced, traced_sum
from domain.forms import FormColumn, FormTable, load_form
from domain.model import Agreement
from domain.numbers import NO_VALUE, exact_text
from domain.returns import ReturnRow
from pipelines.answers.trace.published import TABLES, TracedPublished, trace_published
from pipelines.answers.trace.reported import Asked, Traced, basis_of, projects_in, returns_to_choose, total_of, trace
from pipelines.history.snapshot import Snapshot

_ALL = "all"
# What most readers look for.
_TABLE, _COLUMN = "economy", "forecast_mnok"
_LARGEST = 2**31
_LONGEST = 200


def asked_for(here: Surroundings, agreement: Agreement) -> Traced | TracedPublished | None:
    """The figure that the address names; None where it names none, or one that was not known."""
    snapshot = here.snapshot
    named = {name: st.query_params[name][:_LONGEST] for name in st.query_params}
    if snapshot is None or not _names_a_figure():
        return None
    submission, table, key = _whole(named.get("submission")), named.get("table", ""), named.get("key")
    if table in TABLES:
        if submission is None or key is None:
            return None
        column = named.get("column")
        find = partial(trace_published, snapshot, agreement, submission, table, key, column, here.as_of)
        return kept(find, "traced", submission, table, key, column, *here.known(agreement))
    if (submission is None) != ("submission" not in named) or (_whole(named.get("row")) is None) != ("row" not in named):
        return None
    asked = Asked(
        table, named.get("column", ""), submission, _whole(named.get("row")), named.get("project"), key, named.get("period")
    )
    return kept(partial(trace, snapshot, agreement, asked, here.as_of), "traced", asked, *here.known(agreement))


def _names_a_figure() -> bool:
    """Whether the address names a figure: choices of the finder alone do not."""
    return any(name in st.query_params for name in ("submission", "key", "figure"))


def _whole(written: str | None) -> int | None:
    """A number of an address; None for anything else."""
    if written is None or not written.isascii() or not written.isdigit():
        return None
    return int(written) if int(written) < _LARGEST else None


def finder(here: Surroundings, agreement: Agreement) -> None:
    """Party, period, sheet, project and question, all in the address, and the figures that they lead to."""
    snapshot = here.snapshot
    if snapshot is None:
        return
    known = kept(partial(returns_to_choose, snapshot, agreement, here.as_of), "returns", *here.known(agreement))
    missing = here.say("page.trace.not_found") if _names_a_figure() else ""
    if known.empty:
        blocks.finding(missing or here.say("page.trace.no_returns"))
        return
    blocks.finding(missing or here.say("page.trace.finder"))
    blocks.small(here.say("page.trace.finder_help"))
    number, table, project, column = _choices(here, agreement, snapshot, known)
    asked = Asked(table.table, column.column, number, None, None if project == _ALL else project)
    found = kept(partial(trace, snapshot, agreement, asked, here.as_of), "traced", asked, *here.known(agreement))
    if found is None:
        blocks.small(here.say("page.trace.no_rows"))
    else:
        _answers(here, agreement, found)


def _choices(
    here: Surroundings, agreement: Agreement, snapshot: Snapshot, known: pd.DataFrame
) -> tuple[int, FormTable, str, FormColumn]:
    """What the reader has chosen: a return, a table of it, a project or all of them, and a question."""
    form = load_form()
    places = [*st.columns(3), *st.columns(2)]
    in_order = [party.party_id for party in agreement.parties]
    parties = sorted(set(known["party_id"]), key=lambda one: in_order.index(one) if one in in_order else len(in_order))
    with places[0]:
        party = choice("party", here.say("page.trace.choose.party"), parties, parties[0], partial(party_name, agreement))
    own = known[known["party_id"] == party]
    with places[1]:
        periods = list(own["period"])
        period = choice("period", here.say("page.trace.choose.period"), periods, periods[0], partial(period_said, here))
    row = own[own["period"] == period].iloc[0]
    tables = {table.table: table for table in form.tables if table.table in row["tables"]}
    with places[2]:
        first = _TABLE if _TABLE in tables else next(iter(tables))
        named = choice(
            "table", here.say("page.trace.choose.table"), list(tables), first,
            lambda one: tables[one].sheet.in_language(here.language),
        )  # fmt: skip
    table = tables[named]
    ask = partial(projects_in, snapshot, int(row["submission_id"]), named)
    projects = [_ALL, *kept(ask, "projects in", int(row["submission_id"]), named, *here.known(agreement))]
    with places[3]:
        project = choice(
            "project", here.say("page.trace.choose.project"), projects, _ALL,
            lambda one: here.say("page.trace.all_projects") if one == _ALL else one,
        )  # fmt: skip
    columns = {column.column: column for column in table.columns if column.column not in table.key}
    with places[4]:
        first = _COLUMN if _COLUMN in columns else next(iter(columns))
        chosen = choice(
            "column", here.say("page.trace.choose.column"), list(columns), first,
            lambda one: columns[one].header.in_language(here.language),
        )  # fmt: skip
    return int(row["submission_id"]), table, project, columns[chosen]


def _answers(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """One row per cell with its link, and the sum of each project below where there is one."""
    form, column = load_form(), found.column
    is_mixed = found.total is not None and len(found.total.bases) > 1
    names = ["row", "cell", "answer", *(["basis"] if is_mixed else [])]
    heading = form.heading(column, here.language)
    columns = [Column(here.say(f"page.trace.column.{name}")) for name in names]
    columns[names.index("answer")] = Column(heading, column.is_number)
    lines = [_line(here, agreement, found, row, is_mixed=is_mixed) for row in found.rows]
    sums = _sum_lines(here, agreement, found) if found.total and not is_mixed else []
    shown = [*sums, *first_rows(here, lines, "all found")]
    basis = basis_text(here, found.total.basis) if found.total else ""
    caption = here.say("page.trace.finder_caption", sheet=found.rows[0].sheet) + (
        f". {capital(basis).removesuffix('.')}." if basis else ""
    )
    blocks.table(caption, columns, shown)


def _line(here: Surroundings, agreement: Agreement, found: Traced, row: ReturnRow, *, is_mixed: bool) -> Sequence[Said]:
    column = found.column
    said = answer_text(here, agreement, column, row.answers.get(column.column))
    link = traced(here, agreement, found.handed_in.submission_id, found.table.table, row.row, column.column, said)
    basis = [basis_text(here, basis_of(row))] if is_mixed else []
    return [row_text(here, agreement, found.table, row), row.address(column.column) or NO_VALUE, link, *basis]


def _sum_lines(here: Surroundings, agreement: Agreement, found: Traced) -> list[Sequence[Said]]:
    """The sum of each project that has several cells, first in the table, leading to these cells."""
    lines: list[Sequence[Said]] = []
    projects = list(dict.fromkeys(row.code("project_id") for row in found.rows))
    for project in projects if found.asked.project_id else []:
        own = [row for row in found.rows if row.code("project_id") == project]
        total = total_of(own, found.column)
        if project and total and total.amount is not None and total.n_amounts > 1:
            said = exact_text(total.amount, here.language)
            link = traced_sum(
                here, agreement, found.handed_in.submission_id, found.table.table, project, found.column.column, said
            )
            lines.append([here.say("page.trace.sum_of", project=project, n=total.n_amounts), "", link])
    return lines
