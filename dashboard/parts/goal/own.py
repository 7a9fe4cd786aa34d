"""Our own calculation from the public API, beside what is published. Never in the same line as it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.goal.words import interval
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import own_calculation

_MONTHS_SHOWN = 13
_COLUMNS = ("month", "index", "interval", "points", "published", "published_interval", "published_points")


def own_calculation_beside(here: Surroundings, agreement: Agreement, window: int) -> None:
    """The newest months of our calculation of one window, each beside the published row; nothing where there is none."""
    if here.snapshot is None:
        return
    found = kept(partial(own_calculation, here.snapshot, agreement, here.as_of), "own", *here.known(agreement))
    rows = found[found["window_months"] == window].iloc[::-1].head(_MONTHS_SHOWN)
    if rows.empty:
        return
    newest = rows.iloc[0]
    blocks.title(
        here.say(
            "page.own.title",
            index=signed_text(newest["index_pct"], 1, here.language),
            month=month_text(newest["last_month"], here.language),
        ),
        here.say("page.own.note"),
    )
    columns = [Column(here.say(f"page.own.column.{name}"), name != "month") for name in _COLUMNS]
    lines = [
        [
            month_text(row.last_month, here.language),
            signed_text(row.index_pct, 1, here.language),
            interval(here, row.ci_low_pct, row.ci_high_pct),
            decimal_text(row.n_points, 0, here.language),
            signed_text(row.published_index_pct, 1, here.language),
            _published_interval(here, row),
            decimal_text(None if pd.isna(row.published_n_points) else row.published_n_points, 0, here.language),
        ]
        for row in rows.itertuples()
    ]
    blocks.table(here.say("page.own.caption", window=window), columns, lines)
    fetched = date_text(newest["fetched_on"], here.language)
    source_line(here, here.say("page.own.source", source=newest["source_title"], fetched=fetched))
    how(here, (here.say(f"page.goal.method.{part}") for part in ("window", "quality", "interval")))


def _published_interval(here: Surroundings, row) -> str:  # type: ignore[no-untyped-def]  # a row of itertuples
    return NO_VALUE if pd.isna(row.published_index_pct) else interval(here, row.published_ci_low_pct, row.published_ci_high_pct)
