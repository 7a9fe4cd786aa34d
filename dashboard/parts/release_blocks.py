"""What was published when: the releases of the index, and what each changed of the ones before it."""

from __future__ import annotations

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.goal_words import interval
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from pipelines.answers.releases import differing, releases, revisions

_SHOWN = {"index_pct": 3, "standard_error_pct": 3, "ci_low_pct": 1, "ci_high_pct": 1, "n_points": 0}


def published_when(here: Surroundings, agreement: Agreement, window: int) -> None:
    """The releases known at the reader's date, newest first, and every figure that a release changed."""
    if here.snapshot is None:
        return
    rows = releases(here.snapshot, agreement, window, here.as_of).iloc[::-1]
    changed = revisions(here.snapshot, agreement, here.as_of)
    blocks.title(_finding(here, rows, changed))
    names = ("published_on", "month", "index", "interval", "months", "note")
    columns = [Column(here.say(f"page.release.column.{name}"), name in {"index", "interval", "months"}) for name in names]
    blocks.table(here.say("page.release.caption", window=window), columns, [_release(here, row) for row in rows.itertuples()])
    if not changed.empty:
        _revision_table(here, changed)
    blocks.small(here.say("page.release.caveat"))


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
        here.say("page.release.late", day=date_text(row.recorded_at, here.language)) if row.is_late else "",
    ]


def _revision_table(here: Surroundings, changed: pd.DataFrame) -> None:
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
    blocks.table(here.say("page.release.revised_caption"), columns, lines)
