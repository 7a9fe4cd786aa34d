"""The zero-growth figure: one window with its band, the other two faint, the reference level, and what explains the traffic."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.theme import Palette

HEIGHT_PX = 560
# A little room to the right of the last month; the names of the other lines stand in the margin behind it.
_ROOM_MONTHS = 2
_MARGIN_PX = 56
_LABEL_PX = 20
# A label of an event that would run into the one before it on a phone stands a line lower, on one of these lines.
_PHONE_PX = 200
_LETTER_PX = 7.8
_LINE_PX = 21
_LABEL_LINES = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that explains traffic: a moment, or a span where it has an end."""

    label: str
    start: dt.date
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class GoalLineWords:
    """Every word on the figure. `hover` is a Plotly template; `last_label` stands at the end of the chosen line."""

    zero: str
    last_label: str
    windows: dict[int, str]
    hover: str
    separators: str
    ticks: dict[dt.date, str]


def goal_line(
    series: pd.DataFrame, chosen: int, is_monthly: bool, marks: Sequence[Mark], words: GoalLineWords, palette: Palette
) -> go.Figure:
    """The figure of a series with columns window_months, last_month, index_pct, ci_low_pct, ci_high_pct (percent)."""
    figure = go.Figure(layout=paper(palette, words.separators, HEIGHT_PX, _MARGIN_PX))
    own = series[series["window_months"] == chosen]
    low, high = _range(series)
    others = {
        int(window): series[series["window_months"] == window] for window in sorted(set(series["window_months"]) - {chosen})
    }
    heights = _apart(
        {window: rows.iloc[-1]["index_pct"] for window, rows in others.items()}, _LABEL_PX * (high - low) / HEIGHT_PX
    )
    for window, rows in others.items():
        _faint(figure, rows, words.windows[window], heights[window], is_monthly, palette)
    _band(figure, own, is_monthly, palette)
    _line(figure, own, is_monthly, words, palette)
    first, last = series["last_month"].min(), series["last_month"].max()
    _events(figure, marks, high, (last - first).days / _PHONE_PX, palette)
    figure.add_hline(y=0, line={"color": palette.ink, "width": 1.5})
    end = last + pd.DateOffset(months=_ROOM_MONTHS)
    ticks = {"tickvals": list(words.ticks), "ticktext": list(words.ticks.values())}
    figure.update_xaxes(range=[first - pd.DateOffset(months=2), end], tickangle=0, **ticks)
    levels = _levels(low, high)
    named = [f"<b>{words.zero}</b>" if level == 0 else f"{level} %".replace("-", "−") for level in levels]
    figure.update_yaxes(range=[low, high], tickvals=levels, ticktext=named)
    return figure


def _range(series: pd.DataFrame) -> tuple[float, float]:
    """The lowest and highest of all that is drawn, with room for the labels above."""
    lowest = min(series["index_pct"].min(), series["ci_low_pct"].min(), 0)
    highest = max(series["index_pct"].max(), series["ci_high_pct"].max(), 0)
    return lowest - 1, highest + 0.28 * (highest - lowest) + 1


def _apart(heights: dict[int, float], gap: float) -> dict[int, float]:
    """The heights of labels, the lower ones pushed down until each has room."""
    placed: dict[int, float] = {}
    for key, height in sorted(heights.items(), key=lambda item: -item[1]):
        lowest = min(placed.values(), default=height + gap)
        placed[key] = min(height, lowest - gap)
    return placed


def _levels(low: float, high: float) -> list[int]:
    """Whole per cents to name on the axis, zero among them, at most eight."""
    step = next((step for step in (1, 2, 5, 10, 20) if (high - low) / step <= 8), 50)
    return list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step))


def _faint(figure: go.Figure, rows: pd.DataFrame, name: str, height: float, is_monthly: bool, palette: Palette) -> None:
    figure.add_trace(
        go.Scatter(
            x=rows["last_month"],
            y=rows["index_pct"],
            mode="lines" if is_monthly else "lines+markers",
            line={"color": palette.no_answer, "width": 1.25, "dash": "solid" if is_monthly else "dot"},
            marker={"size": 5},
            opacity=0.6,
            hoverinfo="skip",
        )
    )
    end = rows.iloc[-1]
    figure.add_annotation(
        x=end["last_month"], y=height, text=name, showarrow=False, xanchor="left", xshift=6,
        font={"size": 14, "color": palette.no_answer},
    )  # fmt: skip


def _band(figure: go.Figure, rows: pd.DataFrame, is_monthly: bool, palette: Palette) -> None:
    if not is_monthly:
        return
    edge = {"color": palette.accent, "width": 0.75}
    shared = {"x": rows["last_month"], "mode": "lines", "line": edge, "hoverinfo": "skip"}
    figure.add_trace(go.Scatter(y=rows["ci_high_pct"], **shared))
    figure.add_trace(go.Scatter(y=rows["ci_low_pct"], fill="tonexty", fillcolor=palette.tint(palette.accent, 0.16), **shared))


def _line(figure: go.Figure, rows: pd.DataFrame, is_monthly: bool, words: GoalLineWords, palette: Palette) -> None:
    bars = {
        "type": "data",
        "symmetric": False,
        "array": rows["ci_high_pct"] - rows["index_pct"],
        "arrayminus": rows["index_pct"] - rows["ci_low_pct"],
        "color": palette.accent,
        "thickness": 1.5,
        "width": 6,
    }
    figure.add_trace(
        go.Scatter(
            x=rows["last_month"],
            y=rows["index_pct"],
            mode="lines" if is_monthly else "lines+markers",
            line={"color": palette.accent, "width": 3.5 if is_monthly else 1.5, "dash": "solid" if is_monthly else "dot"},
            marker={"size": 10, "color": palette.accent},
            error_y=None if is_monthly else bars,
            customdata=rows[["hover_month", "hover_index", "hover_interval", "hover_points"]],
            hovertemplate=words.hover,
        )
    )
    last = rows.iloc[-1]
    figure.add_trace(
        go.Scatter(
            x=[last["last_month"]], y=[last["index_pct"]], mode="markers", hoverinfo="skip",
            marker={"size": 13, "color": palette.accent, "line": {"color": palette.ground, "width": 2}},
        )
    )  # fmt: skip
    figure.add_annotation(
        x=last["last_month"], y=last["ci_high_pct"], text=f"<b>{words.last_label}</b>", showarrow=False, xanchor="right",
        yanchor="bottom", yshift=8, xshift=12, font={"size": 18, "color": palette.accent}, bgcolor=palette.ground,
    )  # fmt: skip


def _events(figure: go.Figure, marks: Sequence[Mark], top: float, days_per_px: float, palette: Palette) -> None:
    ends: dict[int, dt.date] = {}
    for mark in sorted(marks, key=lambda found: found.start):
        free = [line for line in range(_LABEL_LINES) if ends.get(line, mark.start) <= mark.start]
        line = free[0] if free else min(ends, key=lambda line: ends[line])
        ends[line] = mark.start + dt.timedelta(days=days_per_px * _LETTER_PX * (len(mark.label) + 1))
        if mark.end:
            figure.add_vrect(x0=mark.start, x1=mark.end, fillcolor=palette.muted, opacity=0.12, line_width=0, layer="below")
        else:
            figure.add_vline(x=pd.Timestamp(mark.start), line={"color": palette.muted, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=mark.start, y=top, text=mark.label, showarrow=False, xanchor="left", yanchor="top", xshift=4,
            yshift=-_LINE_PX * line, font={"size": 14, "color": palette.muted},
            # The line of another moment would run through the words; a span is only a tint.
            bgcolor=None if mark.end else palette.ground,
        )  # fmt: skip
