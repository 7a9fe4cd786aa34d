"""What the reports of one project have said, one after the other: lines between reports and steps of what was decided.

The place of a report is its number, so that each is as far from the next whatever the days between. Lines are named at their end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

HEIGHT_PX = 320
_MARGIN_PX, _LINE_PX, _ROOM = 8, 21, 0.16
# The widths of a letter of a label, a little over what fonts take.
_LETTER_PX, _BOLD_PX = 8.4, 9.6
_HALF = 0.5
_AXIS_PX = 30


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line: its key in the table, its name and last figure at its end, and whether it is decided in steps or the lead line."""

    key: str
    label: str
    is_step: bool = False
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Axes:
    """The marks of the reports, of which those with a text are named, those of the amounts, and the least that these span."""

    reports: Sequence[Tick]
    amounts: Sequence[Tick]
    least_span: float


def report_lines(rows: pd.DataFrame, lines: Sequence[LineWords], axes: Axes, separators: str, palette: Palette) -> go.Figure:
    """The figure of rows with columns line (a key), place (number of the report), amount (a number), is_done and hover.

    `is_done` draws a filled mark, for what has happened. The amounts may be days as numbers.
    """
    shown = [line for line in lines if (rows["line"] == line.key).any()]
    right_px = round(max(len(line.label) * (_BOLD_PX if line.is_lead else _LETTER_PX) for line in shown)) + 14
    figure = go.Figure(layout=paper(palette, separators, HEIGHT_PX, right_px))
    low, high = _range(rows["amount"], axes.least_span)
    for line in sorted(shown, key=lambda it: it.is_lead):
        own = rows[rows["line"] == line.key].sort_values("place")
        figure.add_trace(_steps(own, palette) if line.is_step else _line(own, line, palette))
    ends = {line.key: float(rows[rows["line"] == line.key].sort_values("place")["amount"].iloc[-1]) for line in shown}
    shifts = _apart({key: (end - low) / (high - low) * _inner_px() for key, end in ends.items()})
    figure.update_layout(annotations=[_label(line, ends[line.key], shifts[line.key], palette) for line in shown])
    last = max(tick.at for tick in axes.reports)
    named = [tick for tick in axes.reports if tick.text]
    figure.update_xaxes(
        range=[-_HALF, last + _HALF], tickvals=[tick.at for tick in named], ticktext=[plain(tick.text) for tick in named],
        ticks="outside", tickcolor=palette.rule, tickangle=0,
    )  # fmt: skip
    inside = [tick for tick in axes.amounts if low <= tick.at <= high]
    figure.update_yaxes(range=[low, high], tickvals=[tick.at for tick in inside], ticktext=[plain(tick.text) for tick in inside])
    return figure


def _range(amounts: pd.Series, least: float) -> tuple[float, float]:
    """What the amounts take, with room; never so narrow that a small change looks large."""
    low, high = float(amounts.min()), float(amounts.max())
    reach = max(high - low, least) * (_HALF + _ROOM)
    return (low + high) / 2 - reach, (low + high) / 2 + reach


def _inner_px() -> float:
    return HEIGHT_PX - 2 * _MARGIN_PX - _AXIS_PX


def _apart(heights_px: dict[str, float]) -> dict[str, float]:
    """How far up each label is moved, so that none lies on another."""
    placed: list[tuple[str, float]] = []
    for key, height in sorted(heights_px.items(), key=lambda found: found[1]):
        below = placed[-1][1] + _LINE_PX if placed else height
        placed.append((key, max(height, below)))
    # What was pushed over the top comes down again, and pushes those under it.
    top = _inner_px() - _LINE_PX / 2
    settled: dict[str, float] = {}
    for key, height in reversed(placed):
        settled[key] = min(height, top)
        top = settled[key] - _LINE_PX
    return {key: settled[key] - heights_px[key] for key in heights_px}


def _steps(rows: pd.DataFrame, palette: Palette) -> go.Scatter:
    """A level for each report, from half way after the one before to half way to the next."""
    x: list[float] = []
    y: list[float] = []
    hover: list[str] = []
    for row in rows.itertuples():
        x += [row.place - _HALF, row.place, row.place + _HALF]
        y += [row.amount] * 3
        hover += [row.hover] * 3
    line = {"color": palette.muted, "width": 2, "dash": "dash"}
    return go.Scatter(
        x=x, y=y, mode="lines", line=line, customdata=[[text] for text in hover], hovertemplate="%{customdata[0]}<extra></extra>"
    )


def _line(rows: pd.DataFrame, line: LineWords, palette: Palette) -> go.Scatter:
    colour = palette.accent if line.is_lead else palette.muted
    return go.Scatter(
        x=rows["place"], y=rows["amount"], mode="lines+markers", line={"color": colour, "width": 3 if line.is_lead else 2},
        marker={
            "size": 10, "color": [colour if is_done else palette.ground for is_done in rows["is_done"]],
            "line": {"color": colour, "width": 2.5},
        },
        customdata=rows[["hover"]], hovertemplate="%{customdata[0]}<extra></extra>", cliponaxis=False,
    )  # fmt: skip


def _label(line: LineWords, amount: float, up_px: float, palette: Palette) -> dict[str, Any]:
    text = plain(line.label)
    return {
        "x": 1, "xref": "paper", "y": amount, "text": f"<b>{text}</b>" if line.is_lead else text, "showarrow": False,
        "xanchor": "left", "yanchor": "middle", "xshift": 6, "yshift": round(up_px),
        "font": {"size": 15, "color": palette.accent if line.is_lead else palette.muted},
    }  # fmt: skip
