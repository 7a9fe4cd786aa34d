"""The tables of the goal page: months, years and groups, each figure with where it stands."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Link, Said, noted
from dashboard.parts.exports import downloads, plain_rows, table_of
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.goal.words import interval
from dashboard.parts.method.blocks import said_of_version
from dashboard.parts.more_rows import first_rows
from dashboard.parts.names import group_name, trace
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import GoalAnswer, groups, years
from pipelines.answers.trace.published import rolling_key, yearly_key
from pipelines.writing.tables import ExportTable

_MONTHS_AT_FIRST = 13
_FEW_POINTS = 5
_YEARS_EXPORTED = (
    "year_from", "year_to", "month", "is_chained", "index_pct", "ci_low_pct", "ci_high_pct", "n_points", "published_on",
    "source_title", "submission_id", "sheet", "cell",
)  # fmt: skip
# The version of the method that the yearly rows are made by, as the file of versions calls it.
_YEARLY_METHOD = "chained_yearly"
_COLUMNS = ("month", "index", "interval", "published", "points", "basis", "published_on", "source")


def yearly_table(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The published yearly changes, where there are any."""
    if here.snapshot is None:
        return
    rows = kept(partial(years, here.snapshot, agreement, here.as_of), "years", *here.known(agreement))
    if rows.empty:
        return
    blocks.title(here.say("page.goal.years_title"))
    blocks.table(
        here.say("page.goal.years_caption"),
        [
            Column(here.say("page.goal.column.period")),
            Column(here.say("page.goal.column.index"), True),
            Column(here.say("page.goal.column.interval"), True),
            Column(here.say("page.goal.column.source")),
        ],
        [
            (
                _years(here, row),
                signed_text(row.index_pct, 1, here.language),
                interval(here, row.ci_low_pct, row.ci_high_pct),
                traced_figure(
                    here,
                    agreement,
                    int(row.submission_id),
                    "yearly_index",
                    yearly_key(row.year_from, row.year_to, row.month, is_chained=bool(row.is_chained)),
                    trace(here, int(row.submission_id), row.sheet, row.cell),
                ),
            )
            for row in rows.itertuples()
        ],
        is_narrow=True,
    )
    plain = rows.assign(published_on=rows["published_on"].dt.strftime("%Y-%m-%d"))
    title = here.say("page.goal.years_title")
    table = table_of(here, agreement, title, _YEARS_EXPORTED, plain_rows(plain, _YEARS_EXPORTED), goal.latest[window])
    downloads(here, agreement, lambda: table, f"nullvekst-{goal.agreement_id}-years")
    newest = rows.loc[rows["published_on"].idxmax()]
    source_line(
        here,
        here.say(
            "page.goal.source_line",
            basis=here.say("basis.published"),
            source=newest["source_title"],
            published=date_text(newest["published_on"], here.language),
        ),
    )
    how(here, said_of_version(here, _YEARLY_METHOD))


def _years(here: Surroundings, row) -> str:  # type: ignore[no-untyped-def]  # a row of itertuples
    years = f"{row.year_from}–{row.year_to}"
    if row.is_chained:
        return f"{years}, {here.say('page.goal.chained')}"
    if row.month < 12:
        return f"{years}, {here.say(f'month.until_{row.month}')}"
    return years


def rolling_table(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """Every month of the chosen window, newest first, each with where it stands."""
    rows = goal.series[goal.series["window_months"] == window].iloc[::-1]
    point = goal.latest[window]
    title = here.say("page.goal.table_title", window=window)
    bases = list(rows["basis"].unique())
    caption = here.say(
        "page.goal.table_caption_one_basis" if len(bases) == 1 else "page.goal.table_caption",
        window=window,
        year=point.reference_year,
        basis=here.say(f"basis.{bases[0]}"),
    )
    # What is printed is a column of its own only where we have computed the row as well; so is the basis where it differs.
    both = bool((rows["published_index_pct"].notna() & (rows["basis"] != "published")).any())
    left_out = {name for name, is_needed in (("published", both), ("basis", len(bases) > 1)) if not is_needed}
    names = [name for name in _COLUMNS if name not in left_out]
    columns = [
        Column(here.say(f"page.goal.column.{name}"), name in {"index", "interval", "published", "points"}) for name in names
    ]
    blocks.title(title)
    shown = first_rows(here, list(rows.itertuples()), f"all-{window}", _MONTHS_AT_FIRST, "page.goal.table_more")
    blocks.table(caption, columns, [_line(here, agreement, row, names) for row in shown])
    table = partial(_export, here, agreement, goal, rows, title)
    downloads(here, agreement, table, f"nullvekst-{goal.agreement_id}-{window}")


def _line(here: Surroundings, agreement: Agreement, row, names: list[str]) -> list[Said]:  # type: ignore[no-untyped-def]  # a row of itertuples
    place = trace(here, int(row.submission_id), row.sheet, row.cell)
    key = rolling_key(row.window_months, row.last_month)
    led = traced_figure(here, agreement, int(row.submission_id), "rolling_index", key, place)
    told = {
        "index": signed_text(row.index_pct, 1, here.language),
        "interval": interval(here, row.ci_low_pct, row.ci_high_pct),
        "published": signed_text(row.published_index_pct, 1, here.language),
        "points": decimal_text(row.n_points, 0, here.language),
    }
    said: dict[str, Said] = {
        "month": month_text(row.last_month, here.language),
        **{name: Link(words, led.href) for name, words in told.items() if words != NO_VALUE},
        "basis": here.say(f"basis.short.{row.basis}"),
        "published_on": date_text(row.published_on, here.language),
        "source": led,
    }
    return [said.get(name, NO_VALUE) for name in names]


def _export(here: Surroundings, agreement: Agreement, goal: GoalAnswer, rows: pd.DataFrame, title: str) -> ExportTable:
    """Unrounded figures under the names that the store uses, so that they can be read back and compared."""
    names = (
        "last_month", "window_months", "reference_year", "method_version", "index_pct", "standard_error_pct", "ci_low_pct",
        "ci_high_pct", "n_points", "n_eff", "basis", "published_index_pct", "published_on", "source_title", "source_url",
        "submission_id", "sheet", "cell",
    )  # fmt: skip
    plain = rows.assign(
        last_month=rows["last_month"].dt.strftime("%Y-%m"), published_on=rows["published_on"].dt.strftime("%Y-%m-%d")
    )
    point = goal.latest[int(rows["window_months"].iloc[0])]
    return table_of(here, agreement, title, names, plain_rows(plain, names), point)


def groups_of_points(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The index of each municipality, working area and road category at the latest month of the window."""
    point, snapshot = goal.latest[window], here.snapshot
    if snapshot is None:
        return
    with st.expander(here.say("page.goal.groups_title")):
        drawn = False
        for kind in ("municipality", "working_area", "road_category"):
            asked = partial(groups, snapshot, agreement, kind, window, point.last_month, here.as_of)
            rows = kept(asked, "groups", kind, window, *here.known(agreement))
            if not rows.empty:
                drawn = True
                _group_table(here, agreement, kind, window, rows)
        blocks.small(here.say("page.goal.method.group" if drawn else "page.goal.groups_missing"))


def _group_table(here: Surroundings, agreement: Agreement, kind: str, window: int, rows: pd.DataFrame) -> None:
    columns = [
        Column(here.say(f"group.{kind}")),
        Column(here.say("page.goal.column.index"), True),
        Column(here.say("page.goal.column.interval"), True),
        Column(here.say("page.goal.column.points"), True),
        Column(here.say("page.goal.column.note")),
    ]
    lines: list[list[Said]] = [
        [
            group_name(here, agreement, kind, row.group_name),
            *(
                traced_figure(
                    here,
                    agreement,
                    int(row.submission_id),
                    "rolling_index",
                    rolling_key(window, row.last_month, kind, row.group_name),
                    words,
                )
                for words in (
                    signed_text(row.index_pct, 1, here.language),
                    interval(here, row.ci_low_pct, row.ci_high_pct),
                    decimal_text(row.n_points, 0, here.language),
                )
            ),
            here.say("page.goal.few_points") if row.n_points < _FEW_POINTS else "",
        ]
        for row in rows.itertuples()
    ]
    month = month_text(rows["last_month"].iloc[0], here.language)
    caption = here.say("page.goal.groups_caption", kind=here.say(f"group.{kind}"), window=window, month=month)
    blocks.table(caption, *noted(columns, lines))
