"""Every counting point as a dot: its change on the axis, its weight as size, sorted, with the area's interval behind."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.theme import Palette

_ROW_PX = 22
_FEWEST_PX = 240
_NAME_SIGNS = 22
# At most so many per cents are named on the axis: what stands side by side on a phone.
_MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class PointDotWords:
    """What is written: the area's own label, and a Plotly template for a dot that is pointed at."""

    area: str
    hover: str
    separators: str


def point_dots(
    points: pd.DataFrame, index_pct: float, interval: tuple[float, float] | None, words: PointDotWords, palette: Palette
) -> go.Figure:
    """The figure of a table with point_name, change_pct, weight_pct and the hover texts, the largest rise first (per cent)."""
    places = list(range(len(points)))
    figure = go.Figure(layout=paper(palette, words.separators, max(_FEWEST_PX, _ROW_PX * (len(points) + 3)), right_px=16))
    levels = _levels(points["change_pct"])
    # Without their unit, which the title has: with it they would run into each other on a phone.
    named = [f"{level:+d}".replace("-", "−") if level else "0" for level in levels]
    figure.update_xaxes(showgrid=True, side="top", tickangle=0, tickvals=levels, ticktext=named)
    if interval:
        figure.add_vrect(x0=interval[0], x1=interval[1], fillcolor=palette.accent, opacity=0.14, line_width=0, layer="below")
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1.5})
    figure.add_vline(x=index_pct, line={"color": palette.accent, "width": 2, "dash": "dash"})
    figure.add_trace(
        go.Scatter(
            x=points["change_pct"],
            y=places,
            mode="markers",
            marker={
                "size": points["weight_pct"],
                "sizemode": "area",
                "sizeref": float(points["weight_pct"].max()) / 24**2 * 2,
                "sizemin": 4,
                "color": palette.accent,
                "line": {"color": palette.ground, "width": 1},
            },
            customdata=points[["hover_name", "hover_change", "hover_weight"]],
            hovertemplate=words.hover,
        )
    )
    figure.add_annotation(
        x=index_pct, y=-0.9, text=words.area, showarrow=False, yanchor="bottom", bgcolor=palette.ground,
        font={"size": 14, "color": palette.accent},
    )  # fmt: skip
    names = [name if len(name) <= _NAME_SIGNS else f"{name[: _NAME_SIGNS - 1]}…" for name in points["point_name"]]
    figure.update_yaxes(
        tickvals=places, ticktext=names, range=[len(points) - 0.4, -2.2], tickfont={"size": 14, "color": palette.ink}
    )
    return figure


def _levels(changes: pd.Series) -> list[int]:
    """Whole per cents to name on the axis, zero among them."""
    low, high = min(changes.min(), 0), max(changes.max(), 0)
    found = [
        list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)) for step in (1, 2, 5, 10, 20, 50)
    ]
    return next((levels for levels in found if len(levels) <= _MOST_TICKS), [0])
