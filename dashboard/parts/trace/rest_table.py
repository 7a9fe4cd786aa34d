"""The published and cited figures that a computed figure rests on, each leading to its own trace."""

from __future__ import annotations

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.more_rows import first_rows
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.rest_words import rest_said, unit_of
from dashboard.parts.trace.words import number_text, period_said
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import NO_VALUE
from pipelines.answers.trace.computed.computed import Traced
from pipelines.answers.trace.computed.made import Rest

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


def _line(here: Surroundings, agreement: Agreement, it: Rest) -> list[Said]:
    amount = it.amount if it.amount is None or not isinstance(it.amount, int) else float(it.amount)
    said = f"{number_text(here, amount)}{unit_of(here, it)}" if amount is not None else NO_VALUE
    number = here.say("page.numbered", number=it.submission_id)
    return [
        rest_said(here, it),
        period_said(here, it.period),
        traced_figure(here, agreement, it.submission_id, it.table, it.key, said),
        traced_figure(here, agreement, it.submission_id, it.table, it.key, number),
    ]
