"""The chance that a portfolio costs no more than an amount, as a rising curve for each correlation, and the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_HEIGHT_PX = 400
_NAMED_PCT, _LEVELS_PCT = (50, 85), (0, 25, 50, 75, 100)
_DASHES = ("dot", "dash", "longdash")


@dataclass(frozen=True, slots=True)
class Curve:
    """One correlation: its points (pct, mnok, hover) and its name."""

    points: pd.DataFrame
    name: str


@dataclass(frozen=True, slots=True)
class RiskCurveWords:
    """How P50 and P85 of the main curve are written, what the frame is called, and the text of a point."""

    p50: str
    p85: str
    frame: str
    hover: str


def portfolio_curve(
    main: Curve, others: Sequence[Curve], frame_mnok: float | None, words: RiskCurveWords, separators: str, palette: Palette
) -> go.Figure:
    """The main curve, thick, among the others, thin and named beside them; the frame as an upright line."""
    figure = go.Figure(layout=paper(palette, separators, _HEIGHT_PX))
    for number, curve in enumerate(others):
        line = {"color": palette.muted, "width": 2, "dash": _DASHES[number % len(_DASHES)]}
        _line(figure, curve, line, words)
    _line(figure, main, {"color": palette.accent, "width": 4}, words)
    for curve in others:
        _name(figure, curve, curve.points["mnok"].min() < main.points["mnok"].min(), palette)
    for pct, text in zip(_NAMED_PCT, (words.p50, words.p85), strict=True):
        at = main.points.loc[main.points["pct"] == pct, "mnok"].iloc[0]
        figure.add_trace(
            go.Scatter(x=[at], y=[pct], mode="markers", hoverinfo="skip", marker={"size": 12, "color": palette.accent})
        )
        figure.add_annotation(
            x=at, y=pct, text=f"<b>{plain(text)}</b>", showarrow=False, xanchor="right", xshift=-12, yshift=10,
            font={"size": 15, "color": palette.accent}, bgcolor=palette.tint(palette.ground, 0.85),
        )  # fmt: skip
    amounts = pd.concat([curve.points["mnok"] for curve in (main, *others)])
    low, high = float(amounts.min()), float(amounts.max())
    if frame_mnok is not None:
        low, high = min(low, frame_mnok), max(high, frame_mnok)
        _frame(figure, frame_mnok, words.frame, frame_mnok > (low + high) / 2, palette)
    air = 0.06 * (high - low or 1.0)
    # The names of P50 and P85 stand to the left of the curve.
    figure.update_xaxes(range=[low - 6 * air, high + air], nticks=5, tickformat=",d", showgrid=True, tickangle=0)
    levels = [f"{pct} %" for pct in _LEVELS_PCT]
    figure.update_yaxes(range=[0, 116], tickvals=list(_LEVELS_PCT), ticktext=levels)
    with_room(figure, levels)
    return figure


def _line(figure: go.Figure, curve: Curve, line: dict[str, object], words: RiskCurveWords) -> None:
    figure.add_trace(
        go.Scatter(
            x=curve.points["mnok"], y=curve.points["pct"], mode="lines", line=line, customdata=curve.points[["hover"]],
            hovertemplate=words.hover,
        )
    )  # fmt: skip


def _name(figure: go.Figure, curve: Curve, is_wider: bool, palette: Palette) -> None:
    """The name to the left of its curve, where that lies to the left of the main one: below the middle if wider, else above."""
    pct = 25 if is_wider else 70
    at = curve.points.loc[curve.points["pct"] == pct, "mnok"].iloc[0]
    figure.add_annotation(
        x=at, y=pct, text=plain(curve.name), showarrow=False, xanchor="right", xshift=-8,
        font={"size": 14, "color": palette.muted}, bgcolor=palette.tint(palette.ground, 0.85),
    )  # fmt: skip


def _frame(figure: go.Figure, at: float, name: str, is_right: bool, palette: Palette) -> None:
    """The upright line, and its name on top from the nearer edge on, where a phone has room for it."""
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=104, line={"color": palette.ink, "width": 2})
    figure.add_annotation(
        x=1 if is_right else 0, xref="paper", y=105, text=f"<b>{plain(name)}</b>", showarrow=False, yanchor="bottom",
        xanchor="right" if is_right else "left", font={"size": 14, "color": palette.ink},
    )  # fmt: skip
