"""The tables of the goal page: months, years and groups, each figure with where it stands."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.exports import about, downloads
from dashboard.parts.figures import kept
from dashboard.parts.goal_words import interval
from dashboard.parts.header import as_known
from dashboard.parts.names import group_name, trace
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal import GoalAnswer, groups, years
from pipelines.writing.tables import ExportTable

_ROWS_AT_FIRST = 13
_FEW_POINTS = 5
_COLUMNS = ("month", "index", "interval", "published", "points", "basis", "published_on", "source")


def yearly_table(here: Surroundings, agreement: Agreement) -> None:
    """The published yearly changes, where there are any."""
    if here.snapshot is None:
        return
    rows = kept(partial(years, here.snapshot, agreement, here.as_of), "years", *here.known(agreement))
    if rows.empty:
        return
    blocks.title(here.say("page.goal.years_title"))
    blocks.table(
        here.say("page.goal.years_caption", published=date_text(rows["published_on"].max(), here.language)),
        [
            Column(here.say("page.goal.column.period")),
            Column(here.say("page.goal.column.index"), True),
            Column(here.say("page.goal.column.interval"), True),
        ],
        [
            (
                _years(here, row),
                signed_text(row.index_pct, 1, here.language),
                interval(here, row.ci_low_pct, row.ci_high_pct),
            )
            for row in rows.itertuples()
        ],
        is_narrow=True,
    )


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
    caption = here.say("page.goal.table_caption", window=window, year=point.reference_year)
    # What is printed is a column of its own only where we have computed the row as well.
    both = bool((rows["published_index_pct"].notna() & (rows["basis"] != "published")).any())
    names = [name for name in _COLUMNS if both or name != "published"]
    columns = [
        Column(here.say(f"page.goal.column.{name}"), name in {"index", "interval", "published", "points"}) for name in names
    ]
    blocks.title(title)
    is_whole = len(rows) > _ROWS_AT_FIRST and st.toggle(here.say("page.goal.table_more", n=len(rows)), key=f"all-{window}")
    # The whole table is not made before somebody asks for it: the browser would build it again at every change.
    shown = rows if is_whole else rows.head(_ROWS_AT_FIRST)
    blocks.table(caption, columns, [_line(here, row, names) for row in shown.itertuples()])
    table = partial(_export, here, agreement, goal, rows, title, as_known(here))
    downloads(here, agreement, table, f"nullvekst-{goal.agreement_id}-{window}")


def _line(here: Surroundings, row, names: list[str]) -> list[str]:  # type: ignore[no-untyped-def]  # a row of itertuples
    said = {
        "month": month_text(row.last_month, here.language),
        "index": signed_text(row.index_pct, 1, here.language),
        "interval": interval(here, row.ci_low_pct, row.ci_high_pct),
        "published": signed_text(row.published_index_pct, 1, here.language),
        "points": decimal_text(row.n_points, 0, here.language),
        "basis": here.say(f"basis.short.{row.basis}"),
        "published_on": date_text(row.published_on, here.language),
        "source": trace(here, int(row.submission_id), row.sheet, row.cell),
    }
    return [said[name] for name in names]


def _export(
    here: Surroundings, agreement: Agreement, goal: GoalAnswer, rows: pd.DataFrame, title: str, known: str
) -> ExportTable:
    """Unrounded figures under the names that the store uses, so that they can be read back and compared."""
    names = (
        "last_month", "window_months", "reference_year", "method_version", "index_pct", "standard_error_pct", "ci_low_pct",
        "ci_high_pct", "n_points", "n_eff", "basis", "published_index_pct", "published_on", "source_title", "source_url",
        "submission_id", "sheet", "cell",
    )  # fmt: skip
    plain = rows.assign(
        last_month=rows["last_month"].dt.strftime("%Y-%m"), published_on=rows["published_on"].dt.strftime("%Y-%m-%d")
    )
    listed = plain[list(names)].astype(object).where(plain[list(names)].notna(), None).values.tolist()
    note = (here.say("page.export.synthetic"), here.say("product.synthetic")) if agreement.is_synthetic else None
    point = goal.latest[int(rows["window_months"].iloc[0])]
    return ExportTable(title, names, listed, about(here, agreement, title, point, known), here.say("page.export.sheet"), note)


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
        if not drawn:
            blocks.small(here.say("page.goal.groups_missing"))


def _group_table(here: Surroundings, agreement: Agreement, kind: str, window: int, rows: pd.DataFrame) -> None:
    columns = [
        Column(here.say(f"group.{kind}")),
        Column(here.say("page.goal.column.index"), True),
        Column(here.say("page.goal.column.interval"), True),
        Column(here.say("page.goal.column.points"), True),
        Column(here.say("page.goal.column.note")),
    ]
    lines = [
        (
            group_name(here, agreement, kind, row.group_name),
            signed_text(row.index_pct, 1, here.language),
            interval(here, row.ci_low_pct, row.ci_high_pct),
            decimal_text(row.n_points, 0, here.language),
            here.say("page.goal.few_points") if row.n_points < _FEW_POINTS else "",
        )
        for row in rows.itertuples()
    ]
    month = month_text(rows["last_month"].iloc[0], here.language)
    blocks.table(here.say("page.goal.groups_caption", kind=here.say(f"group.{kind}"), window=window, month=month), columns, lines)
