"""What was published when: the releases of the index, and what each changed of the ones before it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, noted
from dashboard.parts.exports import downloads, plain_rows, table_of
from dashboard.parts.figure_foot import how
from dashboard.parts.goal.words import interval
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint
from pipelines.answers.goal.releases import REVISED, differing, releases, revisions

_ROWS_AT_FIRST = 13
_DAYS = {"last_month": "%Y-%m", "published_on": "%Y-%m-%d", "published_on_before": "%Y-%m-%d"}
_EXPORTED = (
    "last_month",
    "window_months",
    "published_on_before",
    "published_on",
    *(f"{name}{when}" for name in REVISED for when in ("_before", "")),
)
_SHOWN = {"index_pct": 3, "standard_error_pct": 3, "ci_low_pct": 1, "ci_high_pct": 1, "n_points": 0}


def published_when(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The releases known at the reader's date, newest first, and every figure that a release changed."""
    if here.snapshot is None:
        return
    rows = releases(here.snapshot, agreement, window, here.as_of).iloc[::-1]
    changed = revisions(here.snapshot, agreement, here.as_of)
    blocks.title(_finding(here, rows, changed))
    names = ("published_on", "month", "index", "interval", "months", "source", "note")
    columns = [Column(here.say(f"page.release.column.{name}"), name in {"index", "interval", "months"}) for name in names]
    lines = [_release(here, row) for row in rows.itertuples()]
    blocks.table(here.say("page.release.caption", window=window), *noted(columns, lines))
    if not changed.empty:
        _revision_table(here, agreement, changed, goal.latest[window])
    said = [here.say("page.release.how.kept"), here.say("page.release.how.compared"), here.say("page.release.caveat")]
    how(here, said)


def _finding(here: Surroundings, rows: pd.DataFrame, changed: pd.DataFrame) -> str:
    if changed.empty:
        return here.say("page.release.none", n=len(rows))
    return here.say(
        "page.release.some",
        n=len(rows),
        revised=len(changed),
        largest=decimal_text(changed["change_points"].abs().max(), 2, here.language),
    )


def _release(here: Surroundings, row) -> list[str]:  # type: ignore[no-untyped-def]  # a row of itertuples
    return [
        date_text(row.published_on, here.language),
        month_text(row.last_month, here.language),
        signed_text(row.index_pct, 1, here.language),
        interval(here, row.ci_low_pct, row.ci_high_pct),
        decimal_text(row.n_months, 0, here.language),
        here.say("page.release.source", source=row.source_title, number=row.submission_id),
        here.say("page.release.late", day=date_text(row.recorded_at, here.language)) if row.is_late else "",
    ]


def _revision_table(here: Surroundings, agreement: Agreement, changed: pd.DataFrame, point: IndexPoint) -> None:
    names = ("month", "window", "figure", "before", "after", "published_before", "published_on")
    columns = [Column(here.say(f"page.release.column.{name}"), name in {"before", "after"}) for name in names]
    newest = changed.sort_values(["published_on", "window_months", "last_month"], ascending=[False, False, False])
    lines = [
        [
            month_text(row["last_month"], here.language),
            here.say(f"window.{row['window_months']}"),
            here.say(f"page.release.figure.{name}"),
            decimal_text(row[f"{name}_before"], _SHOWN[name], here.language),
            decimal_text(row[name], _SHOWN[name], here.language),
            date_text(row["published_on_before"], here.language),
            date_text(row["published_on"], here.language),
        ]
        for row in newest.to_dict("records")
        for name in differing(row)
    ]
    title = here.say("page.release.revised_title")
    blocks.title(title)
    is_whole = len(lines) > _ROWS_AT_FIRST and st.toggle(here.say("page.release.revised_more", n=len(lines)), key="all-revised")
    blocks.table(here.say("page.release.revised_caption"), columns, lines if is_whole else lines[:_ROWS_AT_FIRST])
    plain = newest.assign(**{name: newest[name].dt.strftime(form) for name, form in _DAYS.items()})
    table = table_of(here, agreement, title, _EXPORTED, plain_rows(plain, _EXPORTED), point)
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-revisions")
