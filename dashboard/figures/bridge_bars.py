"""From one total to another: both totals as bars, and between them the steps, each where the one before it ended."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.figures.paper import GAP_PX, line_px, paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX, _AXIS_PX, _NAME_SIGNS = 46, 46, 16
_HALF_BAR = 0.33
# Steps that together span less of the totals than this share of them are shown on an axis that does not begin at 0.
_BROKEN_BELOW = 0.35
# The room to the left of the steps for what is written there, in shares of what they span: enough on a phone.
_ROOM_LEFT, _AIR = 0.7, 0.04
_SAID_PX = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """A total or a step: its name, its size in mill. kr, and its size as it is written."""

    name: str
    mnok: float
    said: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The amounts that the axis begins and ends at, and whether it leaves out what lies between 0 and its beginning."""

    start: float
    end: float
    is_broken: bool


def bridge_bars(opening: Bar, steps: Sequence[Bar], closing: Bar, broken: str, separators: str, palette: Palette) -> go.Figure:
    """The bars from the top: the first total, the steps, the last total. `broken` says below that the axis does not begin at 0.

    A falling step is hatched, so that grey paper tells too. A total on a broken axis is cut through near its foot.
    """
    scale = scale_of(opening, steps)
    rows = [opening, *steps, closing]
    # What is written beside the longest bar stands in the margin, so that it has its room on every screen.
    right = round(max(line_px(f"<b>{_beside(bar)}</b>", _SAID_PX) for bar in rows)) + GAP_PX
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(rows) + _AXIS_PX, right))
    figure.update_layout(bargap=1 - 2 * _HALF_BAR)
    reached = opening.mnok
    for place, bar in enumerate(rows):
        is_total = place in (0, len(rows) - 1)
        base = scale.start if is_total else reached
        _draw(figure, bar, place, base, bar.mnok - scale.start if is_total else bar.mnok, is_total, palette)
        reached = bar.mnok if is_total else reached + bar.mnok
        if place < len(rows) - 1:
            line = {"color": palette.muted, "width": 1, "dash": "dot"}
            figure.add_shape(type="line", x0=reached, x1=reached, y0=place, y1=place + 1, line=line)
        if is_total and scale.is_broken:
            _cut(figure, place, scale, palette)
    _axes(figure, rows, scale, broken, palette)
    return figure


def scale_of(opening: Bar, steps: Sequence[Bar]) -> Scale:
    """An axis from 0 where the steps can be seen on it; else one that begins a little below the lowest end of a bar."""
    ends = [opening.mnok]
    for step in steps:
        ends.append(ends[-1] + step.mnok)
    low, high = min(ends), max(ends)
    span = high - low
    if low <= 0 or not span or span >= _BROKEN_BELOW * high:
        return Scale(min(0.0, low), (high or 1.0) * (1 + _AIR), False)
    return Scale(max(0.0, low - _ROOM_LEFT * span), high + _AIR * span, low > _ROOM_LEFT * span)


def _draw(figure: go.Figure, bar: Bar, place: int, base: float, size: float, is_total: bool, palette: Palette) -> None:
    falls = size < 0 and not is_total
    colour = palette.ink if is_total else palette.accent
    pattern = {"shape": "/", "fgcolor": palette.accent, "bgcolor": palette.tint(palette.accent, 0.15), "size": 7} if falls else {}
    figure.add_trace(
        go.Bar(
            x=[size], y=[place], base=[base], orientation="h",
            marker={"color": colour, "pattern": pattern, "line": {"color": colour, "width": 1}},
            text=[f"<b>{_beside(bar)}</b>"], textposition="outside", textfont={"size": _SAID_PX, "color": palette.ink},
            # Else what does not fit the thickness of its bar is written smaller.
            constraintext="none", textangle=0, cliponaxis=False, hoverinfo="skip",
        )
    )  # fmt: skip


def _beside(bar: Bar) -> str:
    return f"\u00a0{plain(bar.said)}\u00a0"


def _cut(figure: go.Figure, place: int, scale: Scale, palette: Palette) -> None:
    """Two slanting stripes of the ground across the foot of a total."""
    width = scale.end - scale.start
    for foot in (0.045, 0.075):
        x = scale.start + foot * width
        figure.add_shape(
            type="line", x0=x, x1=x + 0.022 * width, y0=place + _HALF_BAR + 0.06, y1=place - _HALF_BAR - 0.06,
            line={"color": palette.ground, "width": 4},
        )  # fmt: skip


def _axes(figure: go.Figure, rows: Sequence[Bar], scale: Scale, broken: str, palette: Palette) -> None:
    last = len(rows) - 1
    names = [f"<b>{_wrapped(bar.name)}</b>" if place in (0, last) else _wrapped(bar.name) for place, bar in enumerate(rows)]
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=names, range=[last + 0.5, -0.5], showgrid=False,
        tickfont={"size": 15, "color": palette.ink}, ticklabelstandoff=6,
    )  # fmt: skip
    figure.update_xaxes(range=[scale.start, scale.end], showgrid=True, nticks=4, tickangle=0, tickformat=",d")
    if not scale.is_broken:
        figure.add_vline(x=0, line={"color": palette.ink, "width": 1.5})
        return
    figure.update_xaxes(title={"text": plain(broken), "font": {"size": 14, "color": palette.muted}, "standoff": 4})
    figure.update_layout(height=figure.layout.height + 24)


def _wrapped(name: str) -> str:
    """The name in lines that leave a phone room for the bars."""
    return "<br>".join(plain(line) for line in textwrap.wrap(name, _NAME_SIGNS, break_long_words=False))
