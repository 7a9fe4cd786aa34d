"""Cumulative money along time: the plan, what was spent report by report, and the forecast. Each line is named at its end."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_HEIGHT_PX = 260


@dataclass(frozen=True, slots=True)
class CurveWords:
    """The name of each line with its last sum, and the text of a point."""

    plan: str
    forecast: str
    spent: str
    hover: str


def s_curve(
    plan: pd.DataFrame, forecast: pd.DataFrame, spent: pd.DataFrame, words: CurveWords, separators: str, palette: Palette
) -> go.Figure:
    """Three lines over time. Each table: on, mnok, hover; the forecast from the day on that spending is known to."""
    figure = go.Figure(layout=paper(palette, separators, _HEIGHT_PX))
    _line(figure, plan, {"color": palette.muted, "width": 2, "dash": "dash"}, words)
    _line(figure, forecast, {"color": palette.accent, "width": 2.5, "dash": "dot"}, words)
    _line(figure, spent, {"color": palette.accent, "width": 4}, words)
    ends = [
        (found, text, colour)
        for found, text, colour in ((plan, words.plan, palette.muted), (forecast, words.forecast, palette.accent))
        if len(found)
    ]
    # The higher of the two is named above its end and the other below.
    ends.sort(key=lambda end: -end[0]["mnok"].iloc[-1])
    for number, (found, text, colour) in enumerate(ends):
        _name(figure, found.iloc[-1], text, colour, "bottom" if number == 0 else "top", palette)
    if len(spent):
        last = spent.iloc[-1]
        figure.add_trace(
            go.Scatter(
                x=[last["on"]], y=[last["mnok"]], mode="markers", hoverinfo="skip", marker={"size": 11, "color": palette.accent}
            )
        )
        figure.add_annotation(
            x=last["on"], y=last["mnok"], text=f"<b>{plain(words.spent)}</b>", showarrow=False, xanchor="right", yanchor="bottom",
            xshift=-8, yshift=4, font={"size": 15, "color": palette.accent}, bgcolor=palette.ground,
        )  # fmt: skip
    highest = max((found["mnok"].max() for found in (plan, forecast, spent) if len(found)), default=1.0)
    figure.update_yaxes(range=[0, 1.2 * highest or 1.0], nticks=4, tickformat=",d")
    figure.update_xaxes(tickformat="%Y", nticks=5)
    return figure


def _line(figure: go.Figure, rows: pd.DataFrame, line: dict[str, object], words: CurveWords) -> None:
    if len(rows):
        figure.add_trace(
            go.Scatter(
                x=rows["on"], y=rows["mnok"], mode="lines", line=line, customdata=rows[["hover"]], hovertemplate=words.hover
            )
        )


def _name(figure: go.Figure, last: pd.Series, text: str, colour: str, side: str, palette: Palette) -> None:
    figure.add_annotation(
        x=last["on"], y=last["mnok"], text=f"<b>{plain(text)}</b>", showarrow=False, xanchor="right", yanchor=side,
        yshift=3 if side == "bottom" else -14, font={"size": 15, "color": colour}, bgcolor=palette.tint(palette.ground, 0.8),
    )  # fmt: skip
