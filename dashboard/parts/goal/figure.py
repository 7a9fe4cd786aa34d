"""The main figure of the goal page, and the three windows beside it."""

from __future__ import annotations

import datetime as dt
import math
from functools import partial

import pandas as pd

from dashboard.figures.goal_line import GoalLineWords, Mark, goal_line
from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.figure_foot import follow, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.goal.words import interval, led
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from domain.period import Month
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint

_MOST_YEARS = 5


def figure(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> None:
    """The line of the chosen window with its band, its title above and its source below."""
    point = goal.latest[window]
    blocks.title(here.say("page.goal.chart_title", year=point.reference_year, window=window), here.say("page.goal.chart_unit"))
    drawn = kept(
        partial(_draw, here, agreement, goal, window),
        here.snapshot.identity if here.snapshot else "",
        goal.agreement_id,
        window,
        here.language,
        here.ground,
        hash(agreement.events),
        here.as_of,
    )
    show(drawn, _alternative(here, agreement, goal, window), "goal-line")
    follow(here, [led(here, agreement, point, _last_said(here, point))])
    if not goal.is_monthly:
        blocks.small(here.say("page.goal.sparse"))
    source_line(
        here,
        here.say(
            "page.goal.source_line",
            basis=here.say(f"basis.{point.basis}"),
            source=point.source_title,
            published=date_text(point.published_on, here.language),
        ),
    )


def _draw(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int):  # type: ignore[no-untyped-def]
    series = goal.series.assign(
        hover_month=[month_text(month, here.language) for month in goal.series["last_month"]],
        hover_index=[signed_text(found, 1, here.language) for found in goal.series["index_pct"]],
        hover_interval=[
            interval(here, low, high) for low, high in zip(goal.series["ci_low_pct"], goal.series["ci_high_pct"], strict=True)
        ],
        hover_points=goal.series["n_points"],
    )
    point = goal.latest[window]
    last = _last_said(here, point)
    words = GoalLineWords(
        zero=here.say("page.goal.zero", year=point.reference_year),
        last_label=last,
        windows={found: here.say(f"window.short_{found}") for found in goal.latest},
        hover=here.say("page.goal.hover"),
        separators=SEPARATORS[here.language],
        ticks=_ticks(goal.series["last_month"]),
    )
    marks = [
        Mark(event.label.in_language(here.language), _day(event.from_month), _day(event.to_month) if event.to_month else None)
        for event in agreement.events
        if _day(event.to_month or event.from_month) >= goal.series["last_month"].min().date()
    ]
    return goal_line(series, window, goal.is_monthly, marks, words, here.palette)


def _ticks(months: pd.Series) -> dict[dt.date, str]:
    """New years that the figure spans, by their number: the last one, and as many before it as stand side by side on a phone."""
    first, last = months.min(), months.max().year
    years = range(first.year if first.month == 1 else first.year + 1, last + 1)
    apart = math.ceil(len(years) / _MOST_YEARS)
    return {dt.date(year, 1, 1): str(year) for year in years if (last - year) % apart == 0}


def _day(month: str) -> dt.date:
    return Month.parse(month).first_day


def _alternative(here: Surroundings, agreement: Agreement, goal: GoalAnswer, window: int) -> str:
    rows = goal.series[goal.series["window_months"] == window]
    first, last = rows.iloc[0], goal.latest[window]
    return here.say(
        "page.goal.chart_alt",
        name=agreement.short_name,
        window=window,
        year=last.reference_year,
        first=f"{decimal_text(first['index_pct'], 1, here.language)} %",
        first_month=month_text(first["last_month"], here.language),
        last=f"{decimal_text(last.index_pct, 1, here.language)} %",
        last_month=month_text(last.last_month, here.language),
        interval=interval(here, last.ci_low_pct, last.ci_high_pct),
        n=len(rows),
    )


def _last_said(here: Surroundings, point: IndexPoint) -> str:
    """The last index with its interval, as it is written at the end of the line."""
    return f"{decimal_text(point.index_pct, 1, here.language)} % ({interval(here, point.ci_low_pct, point.ci_high_pct)})"


def windows(here: Surroundings, agreement: Agreement, goal: GoalAnswer, chosen: int) -> None:
    """The three windows side by side, at their latest month."""
    order = sorted(goal.latest, reverse=True)
    month = month_text(goal.latest[order[0]].last_month, here.language)
    blocks.title(here.say("page.goal.windows_title"))
    blocks.table(
        here.say("page.goal.windows_caption", month=month),
        [
            Column(here.say("page.goal.column.window")),
            Column(here.say("page.goal.column.index"), True),
            Column(here.say("page.goal.column.interval"), True),
        ],
        [
            (
                here.say(f"window.{window}"),
                led(here, agreement, point, signed_text(point.index_pct, 1, here.language)),
                led(here, agreement, point, interval(here, point.ci_low_pct, point.ci_high_pct)),
            )
            for window in order
            for point in [goal.latest[window]]
        ],
        chosen=order.index(chosen),
    )
