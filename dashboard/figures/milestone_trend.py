"""The milestone trend chart of a project: for each report the date that was believed in. Level lines hold, rising ones slip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

HEIGHT_PX = 480
_LABEL_PX = 22
_ROOM = 0.08


@dataclass(frozen=True, slots=True)
class TrendLine:
    """A milestone, report by report: columns report_on, expected_on, adopted_on, is_reached, hover. `label` stands at its end."""

    points: pd.DataFrame
    label: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class TrendWords:
    """The name of the diagonal, on which a date is the day of its report, and of the thin lines of the adopted plan."""

    diagonal: str
    hover: str


def milestone_trend(lines: Sequence[TrendLine], words: TrendWords, separators: str, palette: Palette) -> go.Figure:
    """The figure of a project's milestones; one that is the main one stands out from the others."""
    figure = go.Figure(layout=paper(palette, separators, HEIGHT_PX))
    every = pd.concat([line.points for line in lines])
    first, last = every["report_on"].min(), every["report_on"].max()
    dates = [*every["expected_on"].dropna(), *every["adopted_on"].dropna(), first, last]
    low, high = min(dates), max(dates)
    room = dt.timedelta(days=_ROOM * (high - low).days + 20)
    figure.add_trace(
        go.Scatter(x=[first, last], y=[first, last], mode="lines", hoverinfo="skip", line={"color": palette.muted, "width": 1.5})
    )
    figure.add_annotation(
        x=first, y=first, text=plain(words.diagonal), showarrow=False, xanchor="left", yanchor="top", yshift=-4,
        font={"size": 14, "color": palette.muted},
    )  # fmt: skip
    for line in sorted(lines, key=lambda it: it.is_main):
        _line(figure, line, words, palette)
    places = _apart([line.points["expected_on"].iloc[-1] for line in lines], (high - low + 3 * room).days * _LABEL_PX / HEIGHT_PX)
    for line, place in zip(lines, places, strict=True):
        figure.add_annotation(
            x=last, y=place, text=f"<b>{plain(line.label)}</b>", showarrow=False, xanchor="right", yanchor="bottom", yshift=5,
            font={"size": 15, "color": palette.accent if line.is_main else palette.muted},
            bgcolor=palette.tint(palette.ground, 0.8),
        )  # fmt: skip
    ticks = sorted(set(every["report_on"]))
    figure.update_xaxes(
        range=[first - dt.timedelta(days=20), last + dt.timedelta(days=20)], tickvals=ticks[:: -(-len(ticks) // 4)]
    )
    figure.update_xaxes(tickformat="%m.%Y", tickangle=0)
    figure.update_yaxes(range=[low - room, high + 2 * room], tickformat="%Y", dtick="M12")
    return figure


def _line(figure: go.Figure, line: TrendLine, words: TrendWords, palette: Palette) -> None:
    colour = palette.accent if line.is_main else palette.muted
    figure.add_trace(
        go.Scatter(
            x=line.points["report_on"], y=line.points["adopted_on"], mode="lines", hoverinfo="skip",
            line={"color": colour, "width": 1.25, "dash": "dot", "shape": "hv"},
        )
    )  # fmt: skip
    symbols = ["diamond" if is_reached else "circle" for is_reached in line.points["is_reached"]]
    figure.add_trace(
        go.Scatter(
            x=line.points["report_on"], y=line.points["expected_on"], mode="lines+markers", connectgaps=False,
            line={"color": colour, "width": 3.5 if line.is_main else 1.75},
            marker={"size": 10 if line.is_main else 8, "color": colour, "symbol": symbols},
            customdata=line.points[["hover"]], hovertemplate=words.hover,
        )
    )  # fmt: skip


def _apart(places: Sequence[dt.date], gap_days: float) -> list[dt.date]:
    """The heights of labels, in the order given, the later ones pushed up until each has room."""
    found = list(places)
    order = sorted(range(len(found)), key=lambda number: found[number])
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + dt.timedelta(days=gap_days))
    return found
