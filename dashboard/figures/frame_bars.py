"""Each source as one bar: what is spent of it, what it is expected to pay, and its frame as a mark across."""

from __future__ import annotations

import textwrap

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX, _AXIS_PX, _NAME_SIGNS = 70, 40, 20
_ROOM = 1.06


def frame_bars(rows: pd.DataFrame, separators: str, palette: Palette) -> go.Figure:
    """One row a source, the first on top: name, spent_mnok, forecast_mnok, frame_mnok (or none), label, hover."""
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(rows) + _AXIS_PX))
    figure.update_layout(barmode="overlay")
    places = list(range(len(rows)))
    _bars(figure, rows["forecast_mnok"], places, 0.62, palette.tint(palette.accent, 0.35), palette.accent)
    _bars(figure, rows["spent_mnok"], places, 0.3, palette.accent, palette.accent)
    for place, frame in zip(places, rows["frame_mnok"], strict=True):
        if frame == frame:
            line = {"color": palette.ink, "width": 4}
            figure.add_shape(type="line", x0=frame, x1=frame, y0=place - 0.42, y1=place + 0.42, line=line)
    figure.add_trace(
        go.Scatter(
            x=rows["forecast_mnok"].fillna(0), y=places, mode="markers", marker={"size": 20, "opacity": 0},
            customdata=rows[["hover"]], hovertemplate="%{customdata[0]}<extra></extra>",
        )
    )  # fmt: skip
    names = [
        f"{_wrapped(row.name_said)}<br><b>{plain(row.label)}</b>"
        for row in rows.rename(columns={"name": "name_said"}).itertuples()
    ]
    figure.update_yaxes(
        tickvals=places,
        ticktext=names,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        tickfont={"size": 15, "color": palette.ink},
    )
    highest = pd.concat([rows["forecast_mnok"], rows["frame_mnok"]]).astype(float).max()
    figure.update_xaxes(
        range=[0, _ROOM * (highest if highest > 0 else 1.0)], showgrid=True, nticks=4, tickangle=0, tickformat=",d"
    )
    return figure


def _wrapped(name: str) -> str:
    return "<br>".join(plain(line) for line in textwrap.wrap(name, _NAME_SIGNS, break_long_words=False))


def _bars(figure: go.Figure, lengths: pd.Series, places: list[int], width: float, colour: str, edge: str) -> None:
    figure.add_trace(
        go.Bar(
            x=lengths, y=places, orientation="h", width=width, hoverinfo="skip",
            marker={"color": colour, "line": {"color": edge, "width": 1}},
        )
    )  # fmt: skip
