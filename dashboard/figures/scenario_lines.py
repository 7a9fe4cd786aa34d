"""What if: the index so far, and where it goes in the next twelve months at each level of traffic. Dashed is never measured."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.theme import Palette

HEIGHT_PX = 460
_MARGIN_PX = 72
# What of the height is left for the lines once the years below have their room.
_PLOT_PX = HEIGHT_PX - 48
_TEXT_PX = 14
# A label of one line, and one of two: its level and, below, what it means.
_LABEL_PX, _NAMED_PX = 19, 38
_ROOM_ABOVE, _ROOM_BELOW = 0.2, 0.06
_MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class ScenarioWords:
    """Every word on the figure. `levels` stands at the end of each path; the two hovers are Plotly templates."""

    zero: str
    measured: str
    what_if: str
    last_label: str
    levels: dict[float, str]
    hover: str
    path_hover: str
    separators: str
    ticks: dict[dt.date, str]


def scenario_lines(
    history: pd.DataFrame,
    paths: pd.DataFrame,
    highlighted_pct: float,
    staying_pct: float | None,
    is_monthly: bool,
    words: ScenarioWords,
    palette: Palette,
) -> go.Figure:
    """The figure of a history (last_month, index_pct) and the paths from its end (level_pct, last_month, index_pct), in percent.

    Both have hover_month and hover_index. One path is highlighted, the one where traffic stays as it is stands out a little, and
    the rest are grey. A grey path has no label where one of these would lie on it.
    """
    figure = go.Figure(layout=paper(palette, words.separators, HEIGHT_PX, _MARGIN_PX))
    low, high = _range(history, paths)
    today, end = history["last_month"].iloc[-1], paths["last_month"].max()
    figure.add_vrect(x0=today, x1=end, fillcolor=palette.wash, line_width=0, layer="below")
    figure.add_hline(y=0, line={"color": palette.ink, "width": 1.5})
    named = [level_pct for level_pct in (staying_pct, highlighted_pct) if level_pct is not None]
    by_level = {float(level_pct): rows for level_pct, rows in paths.groupby("level_pct")}
    # The named ones last, so that they lie on top.
    for level_pct in sorted(by_level, key=lambda level_pct: (level_pct in named, level_pct == highlighted_pct)):
        _path(figure, by_level[level_pct], _path_style(level_pct, highlighted_pct, staying_pct, palette), words)
    _history(figure, history, is_monthly, words, palette)
    ends = {level_pct: float(rows["index_pct"].iloc[-1]) for level_pct, rows in by_level.items()}
    for level_pct, height in label_heights(ends, named, (high - low) / _PLOT_PX).items():
        colour = _path_style(level_pct, highlighted_pct, staying_pct, palette)["color"]
        _right_of(figure, end, height, words.levels[level_pct], colour)
    _above(figure, today, words.measured, "right", palette)
    _above(figure, today, words.what_if, "left", palette)
    start = history["last_month"].min() - pd.DateOffset(days=20)
    figure.update_xaxes(range=[start, end], tickvals=list(words.ticks), ticktext=list(words.ticks.values()))
    levels = _levels(low, high)
    shown = [f"<b>{words.zero}</b>" if level == 0 else f"{level:+d} %".replace("-", "−") for level in levels]
    figure.update_yaxes(range=[low, high], tickvals=levels, ticktext=shown)
    return figure


def label_heights(ends: dict[float, float], named: Sequence[float], pct_per_px: float) -> dict[float, float]:
    """The height in percent of each label that has room: the last of the named first, then the outermost, zero and the rest.

    A named one that has no room moves off the one before it; others are left out. `ends` is the height of each path by its level.
    """
    gap, wide = _LABEL_PX * pct_per_px, (_LABEL_PX + _NAMED_PX) / 2 * pct_per_px
    placed: dict[float, float] = {}
    for level_pct in reversed(named):
        height = ends[level_pct]
        for other in placed.values():
            if abs(height - other) < _NAMED_PX * pct_per_px:
                height = other + math.copysign(_NAMED_PX * pct_per_px, height - other)
        placed[level_pct] = height
    outermost = {min(ends), max(ends)}
    for level_pct in sorted(ends, key=lambda level_pct: (level_pct not in outermost, level_pct != 0, abs(level_pct))):
        if level_pct not in placed and all(
            abs(ends[level_pct] - height) >= (wide if other in named else gap) for other, height in placed.items()
        ):
            placed[level_pct] = ends[level_pct]
    return placed


def _range(history: pd.DataFrame, paths: pd.DataFrame) -> tuple[float, float]:
    """The lowest and highest of all that is drawn, zero among it, with room for the words above."""
    drawn = pd.concat([history["index_pct"], paths["index_pct"]])
    lowest, highest = min(drawn.min(), 0.0), max(drawn.max(), 0.0)
    span = max(highest - lowest, 1.0)
    return lowest - _ROOM_BELOW * span, highest + _ROOM_ABOVE * span


def _levels(low: float, high: float) -> list[int]:
    """Whole per cents to name on the axis, zero among them."""
    step = next((step for step in (1, 2, 5, 10, 20) if (high - low) / step <= _MOST_TICKS), 50)
    return list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step))


def _path_style(level_pct: float, highlighted_pct: float, staying_pct: float | None, palette: Palette) -> dict[str, object]:
    if level_pct == highlighted_pct:
        return {"color": palette.accent, "width": 3.5, "dash": "dash"}
    if level_pct == staying_pct:
        return {"color": palette.ink, "width": 2.5, "dash": "dash"}
    return {"color": palette.no_answer, "width": 1.25, "dash": "dot"}


def _path(figure: go.Figure, rows: pd.DataFrame, line: dict[str, object], words: ScenarioWords) -> None:
    figure.add_trace(
        go.Scatter(
            x=rows["last_month"],
            y=rows["index_pct"],
            mode="lines",
            line=line,
            customdata=rows[["hover_month", "hover_index", "hover_level"]],
            hovertemplate=words.path_hover,
        )
    )


def _history(figure: go.Figure, rows: pd.DataFrame, is_monthly: bool, words: ScenarioWords, palette: Palette) -> None:
    figure.add_trace(
        go.Scatter(
            x=rows["last_month"],
            y=rows["index_pct"],
            mode="lines" if is_monthly else "lines+markers",
            line={"color": palette.accent, "width": 3.5 if is_monthly else 1.5, "dash": "solid" if is_monthly else "dot"},
            marker={"size": 10, "color": palette.accent},
            customdata=rows[["hover_month", "hover_index"]],
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
    # The label stands on the side that the line does not come from.
    is_rising = last["index_pct"] >= rows["index_pct"].tail(7).mean()
    figure.add_annotation(
        x=last["last_month"], y=last["index_pct"], text=f"<b>{words.last_label}</b>", showarrow=False, xanchor="right",
        yanchor="bottom" if is_rising else "top", yshift=9 if is_rising else -9, xshift=4,
        font={"size": 18, "color": palette.accent}, bgcolor=palette.ground,
    )  # fmt: skip


def _right_of(figure: go.Figure, end: pd.Timestamp, height: float, label: str, colour: object) -> None:
    figure.add_annotation(
        x=end, y=height, text=label, showarrow=False, xanchor="left", xshift=6, align="left",
        font={"size": _TEXT_PX, "color": colour},
    )  # fmt: skip


def _above(figure: go.Figure, today: pd.Timestamp, label: str, side: str, palette: Palette) -> None:
    """What the figure is on this side of today: `side` is where the text begins or ends at it."""
    figure.add_annotation(
        x=today, y=1, yref="paper", text=label, showarrow=False, xanchor=side, yanchor="top", xshift=8 if side == "left" else -8,
        font={"size": 15, "color": palette.muted},
    )  # fmt: skip
