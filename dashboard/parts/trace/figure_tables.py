"""The tables of a computed figure: the cells that it is made of, deviations that are counted, the returns, and earlier days."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.agreement_names import source_name
from dashboard.parts.blocks import Column, Link, Said
from dashboard.parts.figures import kept
from dashboard.parts.levels import level_said
from dashboard.parts.more_rows import first_rows
from dashboard.parts.names import trace
from dashboard.parts.person_blocks import known_people, moment_text
from dashboard.parts.project_links import page_link
from dashboard.parts.rules.words import rule_name
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.figure_words import amount_said, figure_name, number_said, short_said, unit_said
from dashboard.parts.trace.rest_words import indicator_said, target_said
from dashboard.parts.trace.tables import cell_of, hand_out, over_time
from dashboard.parts.trace.words import answer_text, basis_text, numbers_of, party_name, period_said, whom
from dashboard.parts.trace_links import computed_address, traced, traced_sum
from dashboard.theme import SEVERITY_SYMBOLS
from domain.forms import load_form
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text
from pipelines.answers.trace.computed.computed import ReadPart, Source, ThenComputed, Traced, days_before, figure_on, read_parts
from pipelines.answers.trace.computed.made import Made, Outside, Part
from pipelines.printing import finding_text
from pipelines.writing.tables import Cell

# What is drawn anew for each day, which takes time: the reader asks for it.
_SLOW = ("chance_", "portfolio_", "part_", "share_of_spread", "sum_of_", "held_against", "course_")


def part_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The cells, each leading to its own trace, with what it adds where cells are added up, and their sum below."""
    made = found.made
    if not made.parts and not made.outside:
        return
    n = len(made.parts)
    blocks.title(here.say("trace_figure.cells_title", n=n))
    if made.is_sum and n:
        amount = amount_said(here, found.wanted.name, made)
        blocks.said(here.say("trace_figure.check"), here.say("trace_figure.equal", sum=_sum(here, made), amount=amount))
    elif n > 1:
        blocks.small(here.say("trace_figure.apart"))
    ordered = sorted(made.parts, key=_size) if made.is_sum else list(made.parts)
    read = read_parts(found.asked.snapshot, found, first_rows(here, ordered, "all parts"))
    is_converted = made.is_sum and any(_is_converted(it) for it in read)
    # On a phone the first columns are seen without a swipe.
    names = ["project", "reported", *(["part"] if made.is_sum else []), "place", *(["period"] if len(found.sources) > 1 else [])]
    names += ["question", *(["basis"] if is_converted else [])]
    columns = [
        Column(here.say(f"trace_figure.column.{name}", unit=unit_said(here, made)), name in ("reported", "part"))
        for name in names
    ]
    periods = {it.handed_in.submission_id: period_said(here, it.handed_in.period or "") for it in found.sources}
    told = [_line(here, agreement, it) | {"period": periods[it.part.submission_id]} for it in read]
    told += [_outside_line(here, agreement, it) for it in made.outside]
    if made.is_sum:
        told.append({"project": here.say("trace_figure.sum_of_all", n=n), "part": _sum(here, made)})
    lines = [[line.get(name, "") for name in names] for line in told]
    caption = here.say("trace_figure.cells_caption" if made.is_sum else "trace_figure.cells_caption_plain")
    blocks.table(caption, columns, lines, len(lines) - 1 if made.is_sum else None)
    hand_out(here, agreement, here.say("trace_figure.export"), partial(_exported, found, ordered), "figure")


def _size(part: Part) -> tuple[Decimal, str, int]:
    return -abs(Decimal(part.amount or 0)), part.project_id, part.row_number


def _sum(here: Surroundings, made: Made) -> str:
    added = [*(it.amount for it in made.parts), *(it.amount for it in made.outside)]
    return number_said(here, sum((Decimal(amount) for amount in added if amount is not None), Decimal(0)))


def _is_converted(it: ReadPart) -> bool:
    """Whether an amount adds another number than stands in its cell: other kroner, or a part of it alone."""
    return isinstance(it.answer, Decimal) and it.part.amount is not None and abs(it.part.amount) != it.answer


def _line(here: Surroundings, agreement: Agreement, it: ReadPart) -> dict[str, Said]:
    part, form = it.part, load_form()
    column = form.table(part.table).column(part.column)
    said = answer_text(here, agreement, column, it.answer)
    return {
        "project": part.project_id,
        "question": form.heading(column, here.language),
        "place": f"{it.sheet}, {it.address or NO_VALUE}",
        "reported": traced(here, agreement, part.submission_id, part.table, part.row_number, part.column, said),
        "basis": basis_text(here, it.basis),
        "part": number_said(here, part.amount),
    }


def _outside_line(here: Surroundings, agreement: Agreement, it: Outside) -> dict[str, Said]:
    if it.kind == "target":
        return {"project": indicator_said(here, it.key), "reported": target_said(here, agreement, it.key)}
    frames = agreement.administration if isinstance(agreement.administration, tuple) else ()
    administered = {frame.administration_frame_id: frame.name.in_language(here.language) for frame in frames}
    own = administered.get(it.key) or source_name(agreement, it.key)
    name = here.say("trace_figure.frame_all") if it.key == "total" else own
    amount = number_said(here, it.amount)
    return {"project": here.say("trace_figure.frame_of", name=name), "reported": amount, "part": amount}


def _exported(found: Traced, ordered: Sequence[Part]) -> tuple[list[str], list[list[Cell]]]:
    names = ["project_id", "table", "column", "sheet", "cell", "reported", "part", "submission_id", "row_number"]
    rows: list[list[Cell]] = [
        [
            it.part.project_id, it.part.table, it.part.column, it.sheet, it.address, cell_of(it.answer), it.part.amount,
            it.part.submission_id, it.part.row_number,
        ]
        for it in read_parts(found.asked.snapshot, found, ordered)
    ]  # fmt: skip
    return names, rows


def case_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The deviations that are counted, each leading to its figures and cells."""
    cases = found.made.cases
    if not cases:
        return
    blocks.title(here.say("trace_figure.cases_title", n=len(cases)))
    ids = {it.project_id for it in cases}
    if len(ids) < len(cases):
        blocks.small(here.say("trace_figure.deviating", n=len(cases), of=len(ids)))
    shown = first_rows(here, cases, "all cases")
    columns = [Column(here.say(f"trace_figure.column.{name}")) for name in ("project", "deviation", "level")]
    lines: list[list[Said]] = [
        [
            f"{it.project_id} {it.project_name}",
            page_link(here, agreement, "deviations", rule_name(here, it.rule), deviation=it.deviation_id),
            level_said(here, it.level),
        ]
        for it in shown
    ]
    blocks.table(here.say("trace_figure.cases_caption"), columns, lines)


def found_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The findings that are counted, in plain words, each with its return and the cell that it was found in."""
    listed = found.made.findings
    if not listed:
        return
    blocks.title(here.say("trace_counts.findings_title", n=len(listed)))
    shown = first_rows(here, listed, "all findings")
    columns = [Column(here.say(f"trace_counts.column.{name}")) for name in ("source", "severity", "finding")]
    lines: list[list[Said]] = [
        [
            traced_sum(
                here, agreement, it.submission_id, "projects", None, "phase",
                trace(here, it.submission_id, it.finding.sheet, it.finding.cell),
            ),
            f"{SEVERITY_SYMBOLS[it.finding.severity]} {here.say(f'severity.{it.finding.severity}')}",
            finding_text(it.finding, "message", here.language),
        ]
        for it in shown
    ]  # fmt: skip
    blocks.table(here.say("trace_counts.findings_caption"), columns, lines)


def source_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The returns: whose, of which period, in which file and sheets, handed in and approved by whom and when."""
    if not found.sources:
        return
    blocks.title(here.say("trace_figure.sources_title", n=len(found.sources)))
    has_cells = bool(found.made.parts)
    names = ["submission", "party", "period", "file", "person", "at", "approved", *(["sheet", "cells"] if has_cells else [])]
    columns = [Column(here.say(f"trace_figure.column.{name}"), name == "cells") for name in names]
    lines = [_source_line(here, agreement, it)[: len(names)] for it in found.sources]
    key = "trace_figure.sources_caption" if has_cells else "trace_figure.sources_caption_plain"
    blocks.table(here.say(key), columns, lines)


def _source_line(here: Surroundings, agreement: Agreement, it: Source) -> list[Said]:
    handed_in, people = it.handed_in, known_people(agreement)
    number: Said = here.say("page.numbered", number=handed_in.submission_id)
    if it.first:
        number = traced_sum(here, agreement, handed_in.submission_id, it.first.table, None, it.first.column, str(number))
    approval = handed_in.newest("approve")
    approved = f"{whom(people, approval.person_id)}, {moment_text(approval.at, here.language)}" if approval else NO_VALUE
    return [
        number,
        party_name(agreement, handed_in.party_id),
        period_said(here, handed_in.period or ""),
        ", ".join(file.file_name for file in handed_in.files),
        whom(people, handed_in.submitted_by),
        moment_text(handed_in.known_from, here.language),
        approved,
        ", ".join(it.sheets) or NO_VALUE,
        number_said(here, it.n_cells),
    ]


def figure_history(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """The same figure as it was known at the deadlines before, the newest first."""
    name = figure_name(here, agreement, found.wanted)
    blocks.title(here.say("trace_figure.history_title", name=name))
    if found.made.returns or (found.wanted.name.startswith(_SLOW) and not found.made.rests):
        blocks.small(here.say("trace_figure.history_slow"))
        if not st.toggle(here.say("trace_figure.history_show"), key="history of figure"):
            return
    days = days_before(found.asked, found.made)
    if not days:
        blocks.small(here.say("trace_rests.history_none" if found.made.rests else "trace_figure.history_none"))
        return
    price = found.asked.price.choice if found.asked.price else None
    key = (found.wanted, found.asked.selection, price)
    then = [ThenComputed(found.asked.as_of, found.made)]
    then += [
        kept(partial(figure_on, found.asked, found.wanted, day), "figure on", day, *key, *here.known(agreement)) for day in days
    ]
    drawn = [
        (date_text(it.day, here.language), numbers_of(it.made.amount) if it.made else None, False, it.day == found.asked.as_of)
        for it in reversed(then)
    ]
    unit = unit_said(here, found.made)
    over_time(here, agreement, drawn, f"{name} ({unit})" if unit else name, ("computed", *key), False, unit)
    columns = [Column(here.say("trace_figure.column.day")), Column(here.say("trace_figure.column.amount"), True)]
    lines = [[date_text(it.day, here.language), _then_said(here, agreement, found, it)] for it in then]
    blocks.table(here.say("trace_figure.history_caption"), columns, lines, 0, is_narrow=True)


def _then_said(here: Surroundings, agreement: Agreement, found: Traced, it: ThenComputed) -> Said:
    if it.made is None or it.made.amount is None:
        return here.say("trace_figure.unknown")
    wanted, asked = found.wanted, found.asked
    address = computed_address(
        here, agreement, f"{wanted.page}.{wanted.name}", asked.selection, asked.price, day=it.day,
        grain=None if wanted.grain == "agreement" else wanted.grain, of=wanted.key, since=wanted.since,
        since_price=wanted.since_price, rho=wanted.rho,
    )  # fmt: skip
    return Link(short_said(here, wanted.name, it.made), address)
