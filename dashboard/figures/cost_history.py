"""Cited amounts of one project as dots along time, a lane for each kind of amount. No axis of amounts: lanes are not compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import bare, line_px
from dashboard.figures.plain import plain
from dashboard.theme import Palette

LANE_PX = 84
_BOTTOM_PX, _SIDE_PX = 26, 12
_TEXT_PX, _LABEL_PX = 14, 16
# Within a lane, from its middle: its two lines of title, the amount, the dot.
_TITLE_UP, _LABEL_UP, _DOT_UP = 0.5, -0.12, -0.34
# What a phone leaves for the dots, and a sign of a label: dots whose labels would touch there share one.
_PHONE_PX, _SIGN_PX, _GAP_PX = 330, 9, 10
_MOST_YEARS = 8
# A label nearer to an edge than this, as a share of the width, begins or ends at its dot.
_EDGE = 0.2


@dataclass(frozen=True, slots=True)
class LaneWords:
    """The words of a lane: what its amounts are, and in which kroner. `hover` is a Plotly template over the column hover."""

    title: str
    below: str


def cost_lanes(points: pd.DataFrame, lanes: Sequence[LaneWords], hover: str, palette: Palette) -> go.Figure:
    """The figure of a project: rows with columns lane, first, last, label, is_open and hover, and the words of each lane.

    `lane` numbers a lane from the top. A date that is known to a year only is a bar as long as the year. `is_open` draws the dot
    of an amount without a price level hollow.
    """
    figure = go.Figure(layout=_layout(len(lanes), palette))
    years = range(min(day.year for day in points["first"]), max(day.year for day in points["last"]) + 1)
    _years(figure, years, palette)
    for number, words in enumerate(lanes):
        rows = points[points["lane"] == number].sort_values("first", kind="stable")
        _lane(figure, rows, len(lanes) - 1 - number, words, palette)
        _labels(figure, rows, len(lanes) - 1 - number, years, palette)
    _dots(figure, points, len(lanes), hover, palette)
    figure.update_xaxes(range=[dt.date(years[0], 1, 1), dt.date(years[-1] + 1, 1, 1)])
    figure.update_yaxes(range=[-0.5, len(lanes) - 0.5])
    return figure


def clusters(points: pd.DataFrame, n_years: int) -> list[list[int]]:
    """The rows of a lane, by their numbers, whose labels would touch each other on a phone: they share one."""
    px_per_day = _PHONE_PX / (n_years * 365.25)
    found: list[list[int]] = []
    for row, (middle, label) in enumerate(zip(_middles(points), points["label"], strict=True)):
        if found:
            before = found[-1]
            written = sum(len(points["label"].iloc[each]) for each in before)
            apart = (middle - _middles(points)[before[-1]]).days * px_per_day
            if apart < (written + len(label)) / 2 * _SIGN_PX + _GAP_PX:
                before.append(row)
                continue
        found.append([row])
    return found


def _middles(points: pd.DataFrame) -> list[dt.date]:
    return [first + (last - first) / 2 for first, last in zip(points["first"], points["last"], strict=True)]


def _layout(n_lanes: int, palette: Palette) -> go.Layout:
    return bare(palette, n_lanes * LANE_PX + _BOTTOM_PX, {"l": _SIDE_PX, "r": _SIDE_PX, "t": 0, "b": _BOTTOM_PX}, _TEXT_PX)


def _years(figure: go.Figure, years: Sequence[int], palette: Palette) -> None:
    """A thin line where each year begins, and its number below its middle; every second one where they are many."""
    step = 1 if len(years) <= _MOST_YEARS else 2
    for number, year in enumerate(years):
        figure.add_vline(x=dt.date(year, 1, 1), line={"color": palette.rule, "width": 1}, layer="below")
        if number % step == 0:
            figure.add_annotation(
                x=dt.date(year, 7, 1), y=0, yref="paper", text=str(year), showarrow=False, yanchor="top", yshift=-2,
                font={"size": _TEXT_PX, "color": palette.muted},
            )  # fmt: skip


def _lane(figure: go.Figure, rows: pd.DataFrame, height: int, words: LaneWords, palette: Palette) -> None:
    """The ground line of a lane, its title, and a bar for each date that is not known to the month."""
    figure.add_hline(y=height + _DOT_UP, line={"color": palette.rule, "width": 1}, layer="below")
    said = _in_two_lines(words)
    figure.add_annotation(
        x=0, xref="paper", y=height + _TITLE_UP, text=said, showarrow=False, xanchor="left", yanchor="top", align="left",
        font={"size": _TEXT_PX, "color": palette.muted}, bgcolor=palette.ground, borderpad=1,
    )  # fmt: skip
    for row in rows.itertuples():
        days = (row.last - row.first).days
        if days:
            line = {"color": palette.tint(palette.accent, 0.35), "width": 5}
            y = [height + _DOT_UP] * 2
            figure.add_trace(go.Scatter(x=[row.first, row.last], y=y, mode="lines", line=line, hoverinfo="skip"))


def _in_two_lines(words: LaneWords) -> str:
    """The title of a lane and what stands below it; where that is wider than a phone, its first part stands beside the title."""
    first, _, rest = words.below.partition(", ")
    if rest and line_px(words.below, _TEXT_PX) > _PHONE_PX:
        return f"<b>{plain(words.title)}</b>, {plain(first)},<br>{plain(rest)}"
    return f"<b>{plain(words.title)}</b><br>{plain(words.below)}"


def _labels(figure: go.Figure, rows: pd.DataFrame, height: int, years: Sequence[int], palette: Palette) -> None:
    """The amounts above their dots; those that stand close together in one label, oldest first."""
    start, whole = dt.date(years[0], 1, 1), len(years) * 365.25
    middles = _middles(rows)
    for cluster in clusters(rows, len(years)):
        middle = middles[cluster[0]] + (middles[cluster[-1]] - middles[cluster[0]]) / 2
        place = (middle - start).days / whole
        anchor = "left" if place < _EDGE else "right" if place > 1 - _EDGE else "center"
        figure.add_annotation(
            x=middle, y=height + _LABEL_UP, text=f"<b>{plain('; '.join(rows['label'].iloc[cluster]))}</b>", showarrow=False,
            xanchor=anchor, yanchor="middle", xshift={"left": -6, "right": 6}.get(anchor, 0),
            font={"size": _LABEL_PX, "color": palette.ink},
        )  # fmt: skip


def _dots(figure: go.Figure, points: pd.DataFrame, n_lanes: int, hover: str, palette: Palette) -> None:
    fills = [palette.ground if is_open else palette.accent for is_open in points["is_open"]]
    figure.add_trace(
        go.Scatter(
            x=_middles(points),
            y=[n_lanes - 1 - lane + _DOT_UP for lane in points["lane"]],
            mode="markers",
            cliponaxis=False,
            marker={"size": 11, "color": fills, "line": {"color": palette.accent, "width": 2}},
            customdata=points[["hover"]],
            hovertemplate=hover,
        )
    )
