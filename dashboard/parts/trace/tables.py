"""The tables of a traced figure: its row as reported, the cells of a sum, and the same question over periods and corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

import pandas as pd

from dashboard.figures.trace_line import TraceWords, trace_line
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Link, Said
from dashboard.parts.exports import downloads, invented_note
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.header import as_known
from dashboard.parts.more_rows import first_rows
from dashboard.parts.person_blocks import moment_text
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.words import (
    answer_text,
    basis_text,
    capital,
    number_text,
    numbers_of,
    party_name,
    period_said,
    row_text,
)  # fmt: skip
from dashboard.parts.trace_links import traced, traced_sum
from domain.forms import load_form
from domain.model import Agreement
from domain.numbers import NO_VALUE, exact_text
from pipelines.answers.trace.reported import Then, Traced, basis_of
from pipelines.writing.tables import Cell, ExportTable

# What the text alternative of the figure reads out, the newest ones.
_SPOKEN = 8


def row_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """Every question of the row with its answer as reported and the cell of each; each answer leads to its own trace."""
    form, row = load_form(), found.rows[0]
    form = form.at(found.handed_in.form_version or form.newest)
    asked = form.table(found.table.table).columns
    blocks.title(here.say("page.trace.row_title", sheet=row.sheet, row=row.row))
    columns = [Column(here.say(f"page.trace.column.{name}")) for name in ("question", "answer", "cell")]
    lines: list[Sequence[Said]] = [
        (
            form.heading(column, here.language),
            traced(
                here, agreement, found.handed_in.submission_id, found.table.table, row.row, column.column,
                answer_text(here, agreement, column, row.answers.get(column.column)),
            ),
            row.address(column.column) or NO_VALUE,
        )
        for column in asked
    ]  # fmt: skip
    names = [column.column for column in asked]
    chosen = names.index(found.asked.column) if found.asked.column in names else None
    blocks.table(here.say("page.trace.row_caption"), columns, lines, chosen, is_narrow=True)
    if any(line[1].said == NO_VALUE for line in lines if isinstance(line[1], Link)):
        blocks.small(here.say("page.trace.blank_note", sign=NO_VALUE))


def cell_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The cells that a figure consists of, each leading to its own trace, with their sum below, to be checked by hand."""
    column, number = found.column, found.handed_in.submission_id
    heading = load_form().heading(column, here.language)
    is_mixed = found.total is not None and len(found.total.bases) > 1
    names = ["row", "cell", *(["basis"] if is_mixed else [])]
    columns = [
        Column(here.say(f"page.trace.column.{names[0]}")), Column(here.say("page.trace.column.cell")),
        Column(heading, found.total is not None), *(Column(here.say(f"page.trace.column.{name}")) for name in names[2:]),
    ]  # fmt: skip
    lines: list[Sequence[Said]] = []
    for row in found.rows:
        said = answer_text(here, agreement, column, row.answers.get(column.column))
        linked = traced(here, agreement, number, found.table.table, row.row, column.column, said)
        in_kroner = [basis_text(here, basis_of(row))] if is_mixed else []
        place = row.address(column.column) or NO_VALUE
        lines.append([row_text(here, agreement, found.table, row), place, linked, *in_kroner])
    blocks.title(here.say("page.trace.cells_title", n=len(lines)))
    shown = first_rows(here, lines, "all cells")
    sums: list[Sequence[Said]] = []
    if found.total and found.total.amount is not None:
        sums = [(here.say("page.trace.sum"), "", exact_text(found.total.amount, here.language))]
    basis = basis_text(here, found.total.basis) if found.total else ""
    caption = here.say("page.trace.cells_caption", sheet=found.rows[0].sheet) + (f". {capital(basis)}" if basis else "")
    blocks.table(caption, columns, [*shown, *sums], len(shown) if sums else None, is_narrow=True)
    if found.total and found.total.n_without:
        blocks.small(here.say("page.trace.without", n=found.total.n_without))
    if found.total and found.total.amount is None and found.total.bases:
        blocks.small(here.say("page.trace.mixed"))
    hand_out(here, agreement, found.table.sheet.in_language(here.language), partial(_cells_exported, found), "cells")


def _cells_exported(found: Traced) -> tuple[list[str], list[list[Cell]]]:
    names = [*found.table.key, found.asked.column, "price_kind", "price_year", "includes_vat", "sheet", "cell", "submission_id"]
    names = list(dict.fromkeys(names))
    rows = []
    for row in found.rows:
        keyed = dict(zip(found.table.key, row.key(found.table.key), strict=True))
        basis = dict(zip(("price_kind", "price_year", "includes_vat"), (cell_of(part) for part in basis_of(row)), strict=True))
        place = {"sheet": row.sheet, "cell": row.address(found.asked.column), "submission_id": found.handed_in.submission_id}
        cells = {**keyed, found.asked.column: cell_of(row.answers.get(found.asked.column)), **basis, **place}
        rows.append([cells[name] for name in names])
    return names, rows


def history_of(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The same question over periods and corrections: the figure where there are numbers, and the table."""
    blocks.title(here.say("page.trace.history_title", question=found.column.header.in_language(here.language)))
    if not found.history:
        blocks.small(here.say("page.trace.no_history"))
        return
    form = load_form()
    heading = form.heading(found.column, here.language)
    drawn = [
        (period_said(here, then.period), numbers_of(then.answer), then.replaced_at is not None, _is_own(then, found))
        for then in found.history
    ]
    bases = {then.basis for then in found.history if then.basis and numbers_of(then.answer) is not None}
    over_time(here, agreement, drawn, heading, ("reported", found.asked, found.handed_in.submission_id), len(bases) > 1)
    with_party = len({then.party_id for then in found.history}) > 1
    names = ["period", *(["party"] if with_party else []), "answer", "basis", "submission", "known_from", "replaced_at"]
    if len(bases) < 2 or found.column.type != "money":
        names.remove("basis")
    lines = [_then_line(here, agreement, found, then, names) for then in reversed(found.history)]
    chosen = next((n for n, then in enumerate(reversed(found.history)) if _is_own(then, found)), None)
    columns = [Column(heading if name == "answer" else here.say(f"page.trace.column.{name}"), name == "answer") for name in names]
    blocks.table(here.say("page.trace.history_caption"), columns, lines, chosen)
    hand_out(here, agreement, heading, partial(_history_exported, found), "history")


def _is_own(then: Then, found: Traced) -> bool:
    return then.submission_id == found.handed_in.submission_id


def _then_line(here: Surroundings, agreement: Agreement, found: Traced, then: Then, names: Sequence[str]) -> list[Said]:
    said = answer_text(here, agreement, found.column, then.answer)
    if then.row_number is None:
        link = traced_sum(
            here, agreement, then.submission_id, found.table.table, found.asked.project_id, found.asked.column, said
        )
    else:
        link = traced(here, agreement, then.submission_id, found.table.table, then.row_number, found.asked.column, said)
    cells: dict[str, Said] = {
        "period": period_said(here, then.period),
        "party": party_name(agreement, then.party_id),
        "answer": link,
        "basis": basis_text(here, then.basis),
        "submission": here.say("page.numbered", number=then.submission_id),
        "known_from": moment_text(then.known_from, here.language),
        "replaced_at": moment_text(then.replaced_at, here.language) if then.replaced_at else here.say("page.trace.not_replaced"),
    }
    return [cells[name] for name in names]


def _history_exported(found: Traced) -> tuple[list[str], list[list[Cell]]]:
    names = ["period", "party_id", found.asked.column, "submission_id", "row_number", "known_from", "replaced_at"]
    rows: list[list[Cell]] = [
        [
            then.period, then.party_id, cell_of(then.answer), then.submission_id, then.row_number, then.known_from.isoformat(),
            then.replaced_at.isoformat() if then.replaced_at else None,
        ]
        for then in found.history
    ]  # fmt: skip
    return names, rows


def over_time(
    here: Surroundings, agreement: Agreement, drawn: Sequence[tuple[str, float | None, bool, bool]], unit: str,
    key: tuple[object, ...], is_mixed: bool, axis: str | None = None,
) -> None:  # fmt: skip
    """The line, from two different periods on; amounts of different price bases are not drawn as one line."""
    if is_mixed:
        blocks.small(here.say("page.trace.mixed_line"))
        return
    rows = [(label, amount, is_replaced, is_chosen) for label, amount, is_replaced, is_chosen in drawn if amount is not None]
    if len({label for label, *_ in rows}) < 2:
        return
    table = pd.DataFrame(rows, columns=["label", "amount", "is_replaced", "is_chosen"])
    said = [number_text(here, round(amount, 3)) for amount in table["amount"]]
    table = table.assign(hover=[f"{label}: {amount}" for label, amount in zip(table["label"], said, strict=True)])
    spoken = "; ".join(table["hover"].iloc[-_SPOKEN:])
    words = TraceWords(unit if axis is None else axis, SEPARATORS[here.language])
    ask = partial(trace_line, table, words, here.palette)
    figure = kept(ask, "trace line", *key, here.language, here.ground, *here.known(agreement))
    show(figure, here.say("page.trace.alt", question=unit, values=spoken), "trace-line")
    if table["is_replaced"].any():
        blocks.small(here.say("page.trace.hollow"))
    source_line(here, here.say("page.trace.figure_source"))


def hand_out(
    here: Surroundings, agreement: Agreement, title: str, rows: Callable[[], tuple[list[str], list[list[Cell]]]], key: str
) -> None:
    """The table as CSV and Excel, with what its reader must know."""
    said = {
        "agreement": agreement.name,
        "contents": title,
        "known": as_known(here),
        "snapshot": here.snapshot.identity if here.snapshot else "",
    }
    if agreement.is_synthetic:
        said["synthetic"] = here.say("product.synthetic_long", name=agreement.short_name)
    about = {here.say(f"page.export.{name}"): content for name, content in said.items()}

    def make() -> ExportTable:
        names, lines = rows()
        return ExportTable(title, names, lines, about, here.say("page.export.sheet"), invented_note(here, agreement))

    downloads(here, agreement, make, f"nullvekst-{agreement.agreement_id}-trace-{key}")


def cell_of(found: object) -> Cell:
    """An answer as a cell to hand out: numbers exact, the rest as text."""
    if found is None or isinstance(found, (int, float, str, Decimal)):
        return found
    return str(getattr(found, "code", found))
