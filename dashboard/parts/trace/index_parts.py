"""What an index and the mean of a counting point are made of, on their trace: points with their share, and months with cells."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.more_rows import first_rows
from dashboard.parts.names import trace
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import decimal_text, month_text, signed_text
from domain.period import Month
from pipelines.answers.goal.movement import Change
from pipelines.answers.trace.index_parts import MEAN, IndexParts, index_parts, month_key, months_of_mean
from pipelines.answers.trace.published import TracedPublished, mean_key

_POINT = ("point", "change", "weight", "contribution", "without", "source")
_CHANGED = ("point", "change", "weight", "set")
_MONTH = ("month", "mdt", "coverage", "source")
_WORDS = frozenset({"point", "source", "set", "month"})


def point_table(here: Surroundings, agreement: Agreement, found: TracedPublished) -> None:
    """The points of an index, each leading to its own mean, and what they changed since the year before; nothing without any."""
    made = index_parts(here.published, agreement, found)
    if made is None:
        return
    blocks.title(_title(here, made))
    shown = first_rows(here, list(made.points.itertuples()), "all points")
    lines = [_point_line(here, agreement, found, row) for row in shown]
    blocks.table(here.say("trace_counts.points_caption"), _columns(here, _POINT), lines)
    if made.year is not None:
        _year(here, agreement, made.year)


def _title(here: Surroundings, made: IndexParts) -> str:
    return here.say(
        "trace_counts.points_title",
        n=len(made.points),
        points=signed_text(made.contribution_pct, 2, here.language),
        index=signed_text(made.index_pct, 2, here.language),
    )


def _point_line(here: Surroundings, agreement: Agreement, found: TracedPublished, row) -> list[Said]:  # type: ignore[no-untyped-def]  # a row of itertuples
    at = dict(found.row)
    key, number = mean_key(at["window_months"], at["last_month"], row.point_id), int(row.submission_id)
    return [
        row.point_name,
        traced_figure(here, agreement, number, MEAN, key, signed_text(row.change_pct, 1, here.language)),
        decimal_text(row.weight_pct, 1, here.language),
        signed_text(row.contribution_pct, 2, here.language),
        signed_text(row.without_pct, 2, here.language),
        trace(here, number, row.sheet, row.cell),
    ]


def _year(here: Surroundings, agreement: Agreement, year: Change) -> None:
    """What the index did since the same month a year before, and the points that are in one of the two months alone."""
    before = year.earlier
    parts = {"total": year.total_pct, "same": year.same_points_pct, "set": year.changed_set_pct}
    key = mean_key(before.window_months, before.last_month, "").removesuffix(" / ")
    named: dict[str, Said] = {name: signed_text(points, 2, here.language) for name, points in parts.items()}
    named["before"] = traced_figure(
        here, agreement, before.submission_id, "rolling_index", key, month_text(before.last_month, here.language)
    )
    blocks.title(here.say("page.movement.year_title", **named))
    lines = [
        [
            row.point_name,
            signed_text(row.change_pct, 1, here.language),
            decimal_text(row.weight_pct, 1, here.language),
            here.say(f"trace_counts.set.{'joined' if row.has_joined else 'left'}"),
        ]
        for row in year.changed.itertuples()
    ]
    caption = here.say("trace_counts.set_caption", n=year.n_same)
    if lines:
        blocks.table(caption, _columns(here, _CHANGED), lines, is_narrow=True)
    else:
        blocks.small(caption)


def months_table(here: Surroundings, agreement: Agreement, found: TracedPublished) -> None:
    """The months that a mean of a counting point comes from, each leading to its cell; nothing where there are none."""
    rows = months_of_mean(here.published, agreement, found)
    if rows.empty:
        return
    at = dict(found.row)
    n, last = len(rows), at["last_month"]
    blocks.title(here.say("trace_counts.months_title", n=n, window=at["window_months"], year=at["reference_year"]))
    blocks.small(here.say("trace_counts.months_note"))
    shown = first_rows(here, list(rows.itertuples()), "all months")
    first = Month(last.year, last.month).plus(1 - at["window_months"]).first_day
    lines = [_month_line(here, agreement, at["point_id"], row) for row in shown]
    caption = here.say("trace_counts.months_caption", first=_month(here, first), last=_month(here, last))
    blocks.table(caption, _columns(here, _MONTH), lines, is_narrow=True)


def _month_line(here: Surroundings, agreement: Agreement, point_id: str, row) -> list[Said]:  # type: ignore[no-untyped-def]  # a row of itertuples
    number, key = int(row.submission_id), month_key(point_id, row.month)
    mdt = None if pd.isna(row.mdt) else row.mdt
    coverage = None if pd.isna(row.coverage_pct) else row.coverage_pct
    return [
        _month(here, row.month),
        traced_figure(here, agreement, number, "point_month", key, decimal_text(mdt, 0, here.language)),
        decimal_text(coverage, 1, here.language),
        traced_figure(here, agreement, number, "point_month", key, trace(here, number, row.sheet, row.cell)),
    ]


def _month(here: Surroundings, month: dt.date) -> str:
    return month_text(month, here.language)


def _columns(here: Surroundings, names: tuple[str, ...]) -> list[Column]:
    return [Column(here.say(f"trace_counts.column.{name}"), name not in _WORDS) for name in names]
