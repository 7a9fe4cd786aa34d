"""Our own calculation from the public API, beside what is published. Never in the same line as it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.goal.words import interval
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_figure
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import own_calculation
from pipelines.answers.trace.published import rolling_key

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
            index=_led(here, agreement, newest, "submission_id", signed_text(newest["index_pct"], 1, here.language)),
            month=month_text(newest["last_month"], here.language),
        ),
        here.say("page.own.note"),
    )
    columns = [Column(here.say(f"page.own.column.{name}"), name != "month") for name in _COLUMNS]
    lines = [_line(here, agreement, row) for _, row in rows.iterrows()]
    blocks.table(here.say("page.own.caption", window=window), columns, lines)
    fetched = date_text(newest["fetched_on"], here.language)
    source_line(here, here.say("page.own.source", source=newest["source_title"], fetched=fetched))
    how(here, (here.say(f"page.goal.method.{part}") for part in ("window", "quality", "interval")))


def _line(here: Surroundings, agreement: Agreement, row: pd.Series) -> list[Said]:
    own = (
        signed_text(row["index_pct"], 1, here.language),
        interval(here, row["ci_low_pct"], row["ci_high_pct"]),
        decimal_text(row["n_points"], 0, here.language),
    )
    n = row["published_n_points"]
    published = (
        signed_text(row["published_index_pct"], 1, here.language),
        NO_VALUE
        if pd.isna(row["published_index_pct"])
        else interval(here, row["published_ci_low_pct"], row["published_ci_high_pct"]),
        decimal_text(None if pd.isna(n) else n, 0, here.language),
    )
    return [
        month_text(row["last_month"], here.language),
        *(_led(here, agreement, row, "submission_id", said) for said in own),
        *(_led(here, agreement, row, "published_submission_id", said) for said in published),
    ]


def _led(here: Surroundings, agreement: Agreement, row: pd.Series, submission: str, said: str) -> Said:
    """Words about a month that lead to it in our calculation, or in what is published."""
    if said == NO_VALUE:
        return said
    key = rolling_key(int(row["window_months"]), row["last_month"])
    return traced_figure(here, agreement, int(row[submission]), "rolling_index", key, said)
