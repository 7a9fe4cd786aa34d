"""The tables of a traced figure that somebody publishes: what stands beside it, and it over periods and publications."""

from __future__ import annotations

import datetime as dt
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.more_rows import first_rows
from dashboard.parts.names import trace
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.tables import cell_of, hand_out, over_time
from dashboard.parts.trace.words import number_text, numbers_of, period_said, plain_text, unit_text
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import date_text, month_text
from pipelines.answers.trace.published import CITED, ThenPublished, TracedPublished
from pipelines.writing.tables import Cell

# What is shown beside an index or a month of a counting point, in words.
FIELDS = (
    "method_version", "reference_year", "group_name", "window_months", "last_month", "basis", "n_points", "n_eff", "index_pct",
    "sd_pct", "standard_error_pct", "ci_low_pct", "ci_high_pct", "published_index_pct", "published_ci_low_pct",
    "published_ci_high_pct", "published_on", "year_from", "year_to", "point_id", "mean_window", "mean_reference", "mdt",
    "coverage_pct", "length_quality_pct",
)  # fmt: skip


def published_row(here: Surroundings, found: TracedPublished) -> None:
    """What stands beside a published figure, and a cited one under the names that the file itself has."""
    blocks.title(here.say("page.trace.published_row_title"))
    columns = [Column(here.say(f"page.trace.column.{name}")) for name in ("field", "content")]
    is_cited = found.table == CITED
    beside = [(name, content) for name, content in found.row if is_cited or (content not in {None, ""} and name in FIELDS)]
    lines = [
        (name if is_cited else here.say(f"page.trace.field.{name}"), _content(here, name, content)) for name, content in beside
    ]
    names = [name for name, _ in beside]
    chosen = names.index(found.column) if found.column in names else None
    caption = here.say("page.trace.cited_row_caption" if is_cited else "page.trace.published_row_caption")
    blocks.table(caption, columns, lines, chosen, is_narrow=True)


def published_history(here: Surroundings, agreement: Agreement, found: TracedPublished) -> None:
    """The same published figure over periods and publications."""
    if not found.history:
        return
    question = here.say(f"page.trace.table.{found.table}")
    blocks.title(here.say("page.trace.history_title", question=question))
    unit = unit_text(here, found.unit).strip()
    heading = f"{question} ({unit})" if unit else question
    drawn = [
        (period_said(here, then.period), numbers_of(then.amount), then.replaced_at is not None, _is_same(then, found))
        for then in found.history
    ]
    key = ("published", found.table, found.key, found.column, found.handed_in.submission_id)
    over_time(here, agreement, drawn, heading, key, False)
    newest = list(reversed(found.history))
    shown = first_rows(here, newest, "all history")
    lines = [_published_line(here, agreement, found, then) for then in shown]
    names = ("period", "answer", "place", "known_from", "replaced_at")
    columns = [Column(heading if name == "answer" else here.say(f"page.trace.column.{name}"), name == "answer") for name in names]
    chosen = next((n for n, then in enumerate(shown) if _is_same(then, found)), None)
    blocks.table(here.say("page.trace.history_caption"), columns, lines, chosen)
    hand_out(here, agreement, heading, partial(_published_exported, found), "history")


def _is_same(then: ThenPublished, found: TracedPublished) -> bool:
    return (then.submission_id, then.key) == (found.handed_in.submission_id, found.key)


def _published_line(here: Surroundings, agreement: Agreement, found: TracedPublished, then: ThenPublished) -> list[Said]:
    said = number_text(here, then.amount)
    sheet, cell = then.place
    return [
        period_said(here, then.period),
        traced_figure(here, agreement, then.submission_id, found.table, then.key, said),
        trace(here, then.submission_id, sheet, cell),
        date_text(then.known_from, here.language),
        date_text(then.replaced_at, here.language) if then.replaced_at else here.say("page.trace.not_replaced"),
    ]


def _published_exported(found: TracedPublished) -> tuple[list[str], list[list[Cell]]]:
    names = ["period", found.column, "submission_id", "sheet", "cell", "known_from", "replaced_at"]
    rows: list[list[Cell]] = [
        [
            then.period, cell_of(then.amount), then.submission_id, *then.place, then.known_from.isoformat(),
            then.replaced_at.isoformat() if then.replaced_at else None,
        ]
        for then in found.history
    ]  # fmt: skip
    return names, rows


def _content(here: Surroundings, name: str, content: object) -> str:
    """What stands in a field; a month where the field is one, and words for what an index rests on."""
    if name == "last_month" and isinstance(content, dt.date):
        return month_text(content, here.language)
    return here.say(f"basis.short.{content}") if name == "basis" else plain_text(here, content)
