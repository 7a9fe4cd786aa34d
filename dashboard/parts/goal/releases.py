"""What was published when: the releases of the index, and what each changed of the ones before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, noted
from dashboard.parts.exports import downloads, plain_rows, table_of
from dashboard.parts.figure_foot import how
from dashboard.parts.goal.words import interval
from dashboard.parts.more_rows import first_rows
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint
from pipelines.answers.goal.releases import REVISED, differing, releases, revisions
from pipelines.answers.trace.published import rolling_key

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
    blocks.title(_finding(here, agreement, rows, changed, window))
    names = ("published_on", "month", "index", "interval", "months", "source", "note")
    columns = [Column(here.say(f"page.release.column.{name}"), name in {"index", "interval", "months"}) for name in names]
    lines = [_release(here, agreement, row, window) for row in rows.itertuples()]
    blocks.table(here.say("page.release.caption", window=window), *noted(columns, lines))
    if not changed.empty:
        _revision_table(here, agreement, changed, goal.latest[window])
    said = [here.say("page.release.how.kept"), here.say("page.release.how.compared"), here.say("page.release.caveat")]
    how(here, said)


def _finding(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, changed: pd.DataFrame, window: int) -> str:
    if rows.empty:
        return here.say("page.release.none", n=0)
    newest = rows.iloc[0]
    n = _led(here, agreement, int(newest["submission_id"]), window, newest["last_month"], str(len(rows)))
    if changed.empty:
        return here.say("page.release.none", n=n)
    largest = changed.loc[changed["change_points"].abs().idxmax()].to_dict()
    said = decimal_text(abs(largest["change_points"]), 2, here.language)
    last = changed.sort_values(["published_on", "window_months", "last_month"]).iloc[-1].to_dict()
    return here.say(
        "page.release.some",
        n=n,
        revised=_of(here, agreement, last, "", str(len(changed))),
        largest=_of(here, agreement, largest, "", said),
    )


def _release(here: Surroundings, agreement: Agreement, row, window: int) -> list[Said]:  # type: ignore[no-untyped-def]  # a row of itertuples
    led = partial(_led, here, agreement, int(row.submission_id), window, row.last_month)
    return [
        led(date_text(row.published_on, here.language)),
        month_text(row.last_month, here.language),
        led(signed_text(row.index_pct, 1, here.language)),
        led(interval(here, row.ci_low_pct, row.ci_high_pct)),
        led(decimal_text(row.n_months, 0, here.language)),
        here.say("page.release.source", source=row.source_title, number=row.submission_id),
        here.say("page.release.late", day=date_text(row.recorded_at, here.language)) if row.is_late else "",
    ]


def _led(here: Surroundings, agreement: Agreement, submission_id: int, window: int, month: dt.date, said: str) -> Said:
    """Words about a month of a release that lead to it there."""
    return traced_figure(here, agreement, submission_id, "rolling_index", rolling_key(window, month), said)


def _of(here: Surroundings, agreement: Agreement, row: Mapping[Any, Any], when: str, said: str) -> Said:
    """Words about a revised month that lead to it in the release before or after."""
    return _led(here, agreement, int(row[f"submission_id{when}"]), int(row["window_months"]), row["last_month"], said)


def _revision_table(here: Surroundings, agreement: Agreement, changed: pd.DataFrame, point: IndexPoint) -> None:
    names = ("month", "window", "figure", "before", "after", "published_before", "published_on")
    columns = [Column(here.say(f"page.release.column.{name}"), name in {"before", "after"}) for name in names]
    newest = changed.sort_values(["published_on", "window_months", "last_month"], ascending=[False, False, False])
    lines: list[list[Said]] = [
        [
            month_text(row["last_month"], here.language),
            here.say(f"window.{row['window_months']}"),
            here.say(f"page.release.figure.{name}"),
            _of(here, agreement, row, "_before", decimal_text(row[f"{name}_before"], _SHOWN[name], here.language)),
            _of(here, agreement, row, "", decimal_text(row[name], _SHOWN[name], here.language)),
            _of(here, agreement, row, "_before", date_text(row["published_on_before"], here.language)),
            _of(here, agreement, row, "", date_text(row["published_on"], here.language)),
        ]
        for row in newest.to_dict("records")
        for name in differing(row)
    ]
    title = here.say("page.release.revised_title")
    blocks.title(title)
    shown = first_rows(here, lines, "all-revised", _ROWS_AT_FIRST, "page.release.revised_more")
    blocks.table(here.say("page.release.revised_caption"), columns, shown)
    plain = newest.assign(**{name: newest[name].dt.strftime(form) for name, form in _DAYS.items()})
    table = table_of(here, agreement, title, _EXPORTED, plain_rows(plain, _EXPORTED), point)
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-revisions")
