"""Steps that add up to a total: each group's contribution to the index, signed, and the index itself as a full bar."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX = 52
_NAME_SIGNS = 16
_AXIS_PX = 44
# The share of the width that stays free on each side for what is written beside a bar: enough on a phone.
_ROOM = 0.38


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, its size in percentage points, and its size as it is written."""

    name: str
    points: float
    said: str


def waterfall(steps: Sequence[Step], total: Step, separators: str, palette: Palette) -> go.Figure:
    """The steps from the top in their order, then the total that they add up to; names stand level, however many and long.

    A falling step is hatched, so that grey paper tells too.
    """
    bars = [*steps, total]
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(bars) + _AXIS_PX))
    figure.update_layout(bargap=0.35)
    reached = 0.0
    for row, bar in enumerate(bars):
        is_total = row == len(steps)
        figure.add_trace(_bar(bar, row, 0.0 if is_total else reached, is_total, palette))
        if not is_total:
            reached += bar.points
            _connector(figure, row, reached, palette)
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1.5})
    figure.update_xaxes(range=list(_range(steps, total)), showgrid=True, nticks=5, tickangle=0)
    names = [*(_wrapped(step.name) for step in steps), f"<b>{_wrapped(total.name)}</b>"]
    figure.update_yaxes(
        tickvals=list(range(len(bars))), ticktext=names, range=[len(bars) - 0.5, -0.5], showgrid=False,
        tickfont={"size": 15, "color": palette.ink},
    )  # fmt: skip
    return figure


def _wrapped(name: str) -> str:
    """The name in lines that leave a phone room for the bars."""
    return "<br>".join(plain(line) for line in textwrap.wrap(name, _NAME_SIGNS, break_long_words=False))


def _bar(bar: Step, row: int, base: float, is_total: bool, palette: Palette) -> go.Bar:
    falls = bar.points < 0 and not is_total
    colour = palette.ink if is_total else palette.accent
    pattern = {"shape": "/", "fgcolor": palette.accent, "bgcolor": palette.tint(palette.accent, 0.15), "size": 7} if falls else {}
    return go.Bar(
        x=[bar.points],
        y=[row],
        base=[base],
        orientation="h",
        marker={"color": colour, "pattern": pattern, "line": {"color": colour, "width": 1}},
        text=[f"<b>{bar.said}</b>"],
        textposition="outside",
        textfont={"size": 16, "color": palette.ink},
        # Else what does not fit the thickness of its bar is written smaller.
        constraintext="none",
        textangle=0,
        cliponaxis=False,
        hoverinfo="skip",
    )


def _connector(figure: go.Figure, row: int, reached: float, palette: Palette) -> None:
    """A thin line down to the bar that starts where this one ended."""
    line = {"color": palette.muted, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", x0=reached, x1=reached, y0=row, y1=row + 1, line=line)


def _range(steps: Sequence[Step], total: Step) -> tuple[float, float]:
    """All that is drawn, with room beside it; on the side of no bar's end only a little."""
    ends, reached = [0.0, total.points], 0.0
    for step in steps:
        reached += step.points
        ends.append(reached)
    low, high = min(ends), max(ends)
    room = _ROOM * (high - low) or 1.0
    has_left = any(bar.points < 0 for bar in (*steps, total))
    return low - (room if has_left else 0.05 * room), high + room
