"""What the figures with a line for each project share: the name above its line, room between them, and no axis of names."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures.paper import paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import Palette

LANE_PX = 46
_AXIS_PX = 44
# Where in its lane a line lies and its name stands, from the middle.
LINE_UP, NAME_UP = -0.2, 0.24


def lanes(names: Sequence[str], separators: str, palette: Palette, extra_px: int = 0) -> go.Figure:
    """An empty figure with a named lane for each, the first on top; line number n lies at `height(n)`."""
    figure = go.Figure(layout=paper(palette, separators, LANE_PX * len(names) + _AXIS_PX + extra_px))
    for number, name in enumerate(names):
        figure.add_annotation(
            x=0, xref="paper", y=number - NAME_UP, text=plain(name), showarrow=False, xanchor="left", yanchor="middle", xshift=8,
            font={"size": 15, "color": palette.ink}, bgcolor=palette.ground, borderpad=0,
        )  # fmt: skip
        figure.add_shape(
            type="line", x0=0, x1=1, xref="paper", y0=height(number), y1=height(number), layer="below",
            line={"color": palette.rule, "width": 1},
        )  # fmt: skip
    figure.update_yaxes(visible=False, range=[len(names) - 0.5, -0.5])
    with_room(figure, [])
    return figure


def height(number: int) -> float:
    """Where the line of a lane lies."""
    return number - LINE_UP
