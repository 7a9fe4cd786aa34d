"""Each project's forecast against its frames: a dot, a whisker from P50 to P85, and a hollow dot for the report before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper, with_room
from dashboard.figures.plain import in_two_lines, plain
from dashboard.theme import Palette, level_colour

# A row has room for a name in two lines of 14 px.
_ROW_PX, _AXIS_PX = 46, 76
_NAME_SIGNS, _NAME_PX = 24, 14
# At most so many per cents are named on the axis: what stands side by side on a phone.
_MOST_TICKS = 4
_MARKS = {"green": "circle", "yellow": "triangle-up", "red": "square"}


@dataclass(frozen=True, slots=True)
class WhiskerWords:
    """What the line of the control frame is called, and the text of a mark."""

    frame: str
    hover: str


def cost_whiskers(rows: pd.DataFrame, words: WhiskerWords, separators: str, palette: Palette) -> go.Figure:
    """One row a project, the first on top: name, forecast_pct, p85_pct, previous_pct (or none), level, label, hover.

    Per cent are how far above the control frame, which is at zero. The level is green, yellow or red.
    """
    places = list(range(len(rows)))
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(rows) + _AXIS_PX, right_px=4))
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1.5})
    _whiskers(figure, rows["p85_pct"], places, palette)
    before = rows["previous_pct"].astype(float)
    figure.add_trace(
        go.Scatter(
            x=before, y=places, mode="markers", hoverinfo="skip",
            marker={"size": 11, "color": palette.ground, "line": {"color": palette.muted, "width": 2}},
        )
    )  # fmt: skip
    for level, mark in _MARKS.items():
        own = rows["level"] == level
        figure.add_trace(
            go.Scatter(
                x=rows.loc[own, "forecast_pct"], y=[place for place in places if own.iloc[place]], mode="markers",
                marker={"size": 12, "symbol": mark, "color": level_colour(level, palette)},
                customdata=rows.loc[own, ["hover"]], hovertemplate=words.hover,
            )
        )  # fmt: skip
    low, high = _ends(rows)
    figure.add_annotation(
        x=0, y=-0.75, text=f"<b>{plain(words.frame)}</b>", showarrow=False, yanchor="bottom", xanchor="center",
        font={"size": 14, "color": palette.ink}, bgcolor=palette.ground,
    )  # fmt: skip
    _axes(figure, rows, (low, high), palette)
    return figure


def _whiskers(figure: go.Figure, p85: pd.Series, places: list[int], palette: Palette) -> None:
    """A line from the control frame to the cost frame, with a mark across at its end."""
    ends = [(place, float(end)) for place, end in zip(places, p85, strict=True) if end == end]
    figure.add_trace(
        go.Scatter(
            x=[x for _, end in ends for x in (0.0, end, None)], y=[y for place, _ in ends for y in (place, place, None)],
            mode="lines", hoverinfo="skip", line={"color": palette.muted, "width": 3},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[end for _, end in ends], y=[place for place, _ in ends], mode="markers", hoverinfo="skip",
            marker={"symbol": "line-ns", "size": 12, "line": {"color": palette.muted, "width": 3}},
        )
    )  # fmt: skip


def _ends(rows: pd.DataFrame) -> tuple[float, float]:
    """From the lowest mark to the highest, with the frame among them and a little air."""
    shown = rows[["forecast_pct", "p85_pct", "previous_pct"]].to_numpy(dtype=float)
    low, high = min(float(np.nanmin(shown)), 0.0), max(float(np.nanmax(shown)), 0.0)
    air = 0.05 * (high - low or 1.0)
    return low - air, high + air


def _axes(figure: go.Figure, rows: pd.DataFrame, ends: tuple[float, float], palette: Palette) -> None:
    """Beside each name its amount, so that a phone has room for the marks."""
    named = [
        f"{in_two_lines(name, _NAME_SIGNS)}  <b>{plain(label)}</b>"
        for name, label in zip(rows["name"], rows["label"], strict=True)
    ]
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=named, range=[len(rows) - 0.4, -1.7], showgrid=False,
        tickfont={"size": _NAME_PX, "color": palette.ink},
    )  # fmt: skip
    low, high = ends
    step = next((step for step in (5, 10, 20, 50, 100) if (high - low) / step <= _MOST_TICKS), 200)
    ticks = [tick for tick in range(-20 * step, 21 * step, step) if low <= tick <= high]
    signed = [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in ticks]
    figure.update_xaxes(range=[low, high], tickvals=ticks, ticktext=signed, showgrid=True, tickangle=0)
    with_room(figure, named, _NAME_PX)
