"""What if, and how certain: the scenarios of the next twelve months, and what the points can tell today. Never predictions."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.scenario_lines import ScenarioWords, scenario_lines
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.exports import downloads, table_of
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept, show
from dashboard.parts.goal.outlook_words import (
    basis,
    certainty,
    crossing,
    end_led,
    level_label,
    level_led,
    levels_of,
    needed,
    of_outlook,
    staying,
    staying_level,
)  # fmt: skip
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, month_text, signed_text
from pipelines.answers.goal.goal import GoalAnswer, IndexPoint
from pipelines.answers.goal.outlook import Outlook, WhatIf, outlook
from pipelines.writing.tables import ExportTable

_SEPARATORS = {"nb": ", ", "en": ".,"}
# How much of the past stands before the twelve months: enough to see a trend, so little that a phone still shows what follows.
_MONTHS_BEFORE = 18


def what_if(here: Surroundings, agreement: Agreement, goal: GoalAnswer) -> None:
    """The scenarios with their figure and table, then how certain the answer of today is."""
    found = outlook(here.snapshot, agreement, here.as_of) if here.snapshot else None
    if found is None or goal.judged is None or here.snapshot is None:
        blocks.small(here.say("page.outlook.missing"))
        return
    if not found.what_if:
        blocks.small(here.say("page.outlook.no_scenarios"))
        _certainty(here, agreement, found)
        return
    levels = levels_of(found.what_if[0])
    with_named = outlook(here.snapshot, agreement, here.as_of, levels_pct=levels) or found
    shown = with_named.what_if[0]
    blocks.title(needed(here, agreement, found, shown), here.say("page.outlook.not_predictions"))
    blocks.said(here.say("page.outlook.staying_label"), staying(here, agreement, found, shown))
    _figure(here, agreement, goal, found, shown)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _scenarios(here, agreement, goal.judged, found, shown)
    with right:
        _certainty(here, agreement, found)


def _figure(here: Surroundings, agreement: Agreement, goal: GoalAnswer, found: Outlook, shown: WhatIf) -> None:
    drawn = kept(
        partial(_draw, here, goal, found, shown),
        "scenario_lines",
        here.snapshot.identity if here.snapshot else "",
        goal.agreement_id,
        found.window_months,
        found.reference_year,
        here.language,
        here.ground,
        here.as_of,
    )
    point = goal.judged
    show(drawn, _alternative(here, agreement, found, shown), "scenario-lines")
    if point is not None:
        published = date_text(point.published_on, here.language)
        source_line(here, here.say("page.outlook.source_line", source=point.source_title, published=published))
    how(here, (here.say(f"page.outlook.how.{part}", window=found.window_months) for part in ("path", "needed")))


def _draw(here: Surroundings, goal: GoalAnswer, found: Outlook, shown: WhatIf) -> go.Figure:
    rows = goal.series[goal.series["window_months"] == found.window_months]
    history = rows[rows["last_month"] > rows["last_month"].max() - pd.DateOffset(months=_MONTHS_BEFORE + 1)]
    paths = _with_hover(here, shown.paths.assign(last_month=pd.to_datetime(shown.paths["last_month"])))
    named = [shown.needed_pct, staying_level(shown)]
    said = {level_pct: level_label(here, shown, level_pct) for level_pct in shown.outcomes["level_pct"]}
    words = ScenarioWords(
        zero=here.say("page.goal.zero", year=found.reference_year),
        measured=here.say("page.outlook.measured"),
        what_if=here.say("page.outlook.what_if"),
        last_label=f"{signed_text(found.index_pct, 1, here.language)} %",
        levels={level_pct: "<br>".join(parts) for level_pct, parts in said.items()},
        hover=here.say("page.outlook.hover"),
        path_hover=here.say("page.outlook.path_hover"),
        separators=_SEPARATORS[here.language],
        ticks={
            dt.date(year, 1, 1): str(year)
            for year in range(history["last_month"].min().year, shown.end_month.year + 1)
            if dt.date(year, 1, 1) >= history["last_month"].min().date()
        },
    )
    staying_pct = named[1] if named[1] != named[0] else None
    return scenario_lines(
        _with_hover(here, history),
        paths.assign(
            hover_level=[said[level_pct][0].removeprefix("<b>").removesuffix("</b>") for level_pct in paths["level_pct"]]
        ),
        shown.needed_pct,
        staying_pct,
        goal.is_monthly,
        words,
        here.palette,
    )


def _with_hover(here: Surroundings, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        hover_month=[month_text(month, here.language) for month in rows["last_month"]],
        hover_index=[signed_text(found, 1, here.language) for found in rows["index_pct"]],
    )


def _alternative(here: Surroundings, agreement: Agreement, found: Outlook, shown: WhatIf) -> str:
    lowest, highest = shown.outcomes.iloc[0], shown.outcomes.iloc[-1]
    return here.say(
        "page.outlook.alt",
        name=agreement.short_name,
        window=found.window_months,
        last_month=month_text(found.last_month, here.language),
        last=signed_text(found.index_pct, 1, here.language),
        month=month_text(shown.end_month, here.language),
        lowest=signed_text(lowest["level_pct"], 0, here.language),
        highest=signed_text(highest["level_pct"], 0, here.language),
        low=signed_text(lowest["end_pct"], 1, here.language),
        high=signed_text(highest["end_pct"], 1, here.language),
        needed=signed_text(shown.needed_pct, 1, here.language),
    )


def _scenarios(here: Surroundings, agreement: Agreement, point: IndexPoint, found: Outlook, shown: WhatIf) -> None:
    """The levels as a table, the highest first as in the figure; what they rest on; the other set of points one click away."""
    blocks.title(here.say("page.outlook.table_title"))
    _scenario_table(here, agreement, found, shown)
    for other in found.what_if:
        label = here.say(f"page.outlook.basis_label.{other.points}")
        is_shown = other.points == shown.points
        blocks.said(
            here.say("page.outlook.basis_shown", basis=label) if is_shown else label, basis(here, agreement, found, other)
        )
        if not is_shown:
            with st.expander(here.say("page.outlook.basis_table")):
                _scenario_table(here, agreement, found, other)
    table = partial(_export, here, agreement, point, found, shown)
    downloads(here, agreement, table, f"nullvekst-{found.agreement_id}-scenarios")


def _scenario_table(here: Surroundings, agreement: Agreement, found: Outlook, shown: WhatIf) -> None:
    rows = shown.outcomes.sort_values("level_pct", ascending=False, ignore_index=True)
    at_zero = rows.index[rows["level_pct"] == shown.needed_pct]
    blocks.table(
        here.say("page.outlook.table_caption", year=found.reference_year, month=month_text(shown.end_month, here.language)),
        [
            Column(here.say("page.outlook.column.level")),
            Column(here.say("page.outlook.column.end"), True),
            Column(here.say("page.outlook.column.crosses")),
        ],
        [
            (
                level_led(here, agreement, shown, row["level_pct"]),
                end_led(here, agreement, shown, row),
                crossing(here, row["crosses_on"]),
            )
            for row in rows.to_dict("records")
        ],
        chosen=int(at_zero[0]) if len(at_zero) else None,
        is_narrow=True,
    )


def _export(here: Surroundings, agreement: Agreement, point: IndexPoint, found: Outlook, shown: WhatIf) -> ExportTable:
    """Every level on every set of points, unrounded."""
    names = ("points", "level_pct", "end_month", "end_pct", "crosses_on", "start_pct", "gap_pct")
    rows = [
        (
            other.points, row.level_pct, f"{other.end_month:%Y-%m}", row.end_pct,
            f"{row.crosses_on:%Y-%m}" if isinstance(row.crosses_on, dt.date) else None, other.start_pct, other.gap_pct,
        )
        for other in (shown, *found.what_if[1:])
        for row in other.outcomes.itertuples()
    ]  # fmt: skip
    title = here.say("page.outlook.export_title")
    return table_of(here, agreement, title, names, rows, point, f"{title}. {here.say('page.outlook.not_predictions')}")


def _certainty(here: Surroundings, agreement: Agreement, found: Outlook) -> None:
    """The chance in words and number with what is not in it, and what it would take to know more."""
    if found.probability_at_or_below is None or found.half_width_pct is None or found.detectable_change_pct is None:
        blocks.small(here.say("page.outlook.no_certainty"))
        return
    month, detectable = month_text(found.last_month, here.language), decimal_text(found.detectable_change_pct, 1, here.language)
    blocks.title(certainty(here, agreement, found, found.probability_at_or_below), here.say("page.outlook.caveat", month=month))
    led = partial(of_outlook, here, agreement)
    lines: list[tuple[str, Said]] = [
        (here.say("page.outlook.answer.points_now"), led("points_now", decimal_text(found.n_points, 0, here.language))),
        (
            here.say("page.outlook.answer.half_width"),
            led("half_width", f"±{decimal_text(found.half_width_pct, 1, here.language)}"),
        ),
    ]
    for half_pct, n_points in found.points_needed.items():
        half = decimal_text(half_pct, 1, here.language)
        said = led("points_needed", decimal_text(n_points, 0, here.language), repr(half_pct))
        lines.append((here.say("page.outlook.answer.points_needed", half=half), said))
    lines.append((here.say("page.outlook.answer.detectable"), led("detectable", detectable)))
    blocks.table(
        here.say("page.outlook.certainty_caption", window=found.window_months, month=month),
        [Column(here.say("page.outlook.answer.what")), Column(here.say("page.outlook.answer.said"), True)],
        lines,
        is_narrow=True,
    )
    blocks.small(here.say("page.outlook.certainty_note", detectable=led("detectable", detectable)))
    how(here, (here.say(f"page.outlook.how.{part}") for part in ("chance", "points", "detectable")))
