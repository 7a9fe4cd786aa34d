"""Steps that add up to a total: each group's contribution to the index, signed, and the index itself as a full bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.theme import Palette

HEIGHT_PX = 400


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, its size in percentage points, and its size as it is written."""

    name: str
    points: float
    said: str


def waterfall(steps: Sequence[Step], total: Step, separators: str, palette: Palette) -> go.Figure:
    """The steps in their order, then the total that they add up to. A falling step is hatched, so that grey paper tells too."""
    bars = [*steps, total]
    figure = go.Figure(layout=paper(palette, separators, HEIGHT_PX))
    figure.update_layout(bargap=0.35)
    bottom = 0.0
    for number, bar in enumerate(bars):
        is_total = number == len(steps)
        base = 0.0 if is_total else bottom
        figure.add_trace(_bar(bar, base, is_total, palette))
        if not is_total:
            bottom += bar.points
            _connector(figure, number, bottom, palette)
    figure.add_hline(y=0, line={"color": palette.ink, "width": 1.5})
    low, high = _range(steps, total)
    figure.update_yaxes(range=[low, high])
    return figure


def _bar(bar: Step, base: float, is_total: bool, palette: Palette) -> go.Bar:
    falls = bar.points < 0 and not is_total
    colour = palette.ink if is_total else palette.accent
    pattern = {"shape": "/", "fgcolor": palette.accent, "bgcolor": palette.tint(palette.accent, 0.15), "size": 7} if falls else {}
    return go.Bar(
        x=[bar.name],
        y=[bar.points],
        base=[base],
        marker={"color": colour, "pattern": pattern, "line": {"color": colour, "width": 1}},
        text=[f"<b>{bar.said}</b>"],
        textposition="outside",
        textfont={"size": 16, "color": palette.ink},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _connector(figure: go.Figure, number: int, height: float, palette: Palette) -> None:
    """A thin line at the height that the next bar starts from."""
    figure.add_shape(
        type="line",
        xref="x",
        x0=number,
        x1=number + 1,
        y0=height,
        y1=height,
        line={"color": palette.muted, "width": 1, "dash": "dot"},
    )


def _range(steps: Sequence[Step], total: Step) -> tuple[float, float]:
    """All that is drawn, with room for what is written above and below."""
    heights, height = [0.0, total.points], 0.0
    for step in steps:
        height += step.points
        heights.append(height)
    room = 0.18 * (max(heights) - min(heights)) or 1.0
    return min(heights) - room, max(heights) + room
