"""The published and cited figures that a computed figure rests on, each leading to its own trace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.more_rows import first_rows
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.rest_words import rest_said, unit_of
from dashboard.parts.trace.tables import cell_of, hand_out
from dashboard.parts.trace.words import number_text, period_said
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from pipelines.answers.trace.computed.computed import Traced
from pipelines.answers.trace.computed.made import Rest
from pipelines.writing.tables import Cell

_NAMES = ("rest", "period", "amount", "submission")


def rest_table(here: Surroundings, agreement: Agreement, found: Traced) -> None:
    """One row per figure, in the order in which they are used; nothing where the figure rests on none."""
    rests = found.made.rests
    if not rests:
        return
    blocks.title(here.say("trace_rests.title", n=len(rests)))
    shown = first_rows(here, rests, "all rests")
    columns = [Column(here.say(f"trace_rests.column.{name}"), name == "amount") for name in _NAMES]
    lines = [_line(here, agreement, it) for it in shown]
    blocks.table(here.say("trace_rests.caption"), columns, lines)
    hand_out(here, agreement, here.say("trace_figure.export"), partial(_exported, rests), "rests")


def _line(here: Surroundings, agreement: Agreement, it: Rest) -> list[Said]:
    said = f"{number_text(here, it.amount)}{unit_of(here, it)}"
    number = here.say("page.numbered", number=it.submission_id)
    return [
        rest_said(here, it),
        period_said(here, it.period),
        traced_figure(here, agreement, it.submission_id, it.table, it.key, said),
        traced_figure(here, agreement, it.submission_id, it.table, it.key, number),
    ]


def _exported(rests: Sequence[Rest]) -> tuple[list[str], list[list[Cell]]]:
    names = ["table", "key", "name", "period", "amount", "submission_id"]
    return names, [[it.table, it.key, it.name, it.period, cell_of(it.amount), it.submission_id] for it in rests]
