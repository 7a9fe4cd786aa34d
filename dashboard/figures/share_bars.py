"""Shares of a whole as bars in their order, each named and with its size written beside it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import GAP_PX, line_px, paper, with_room
from dashboard.figures.plain import in_two_lines, plain
from dashboard.theme import Palette

_ROW_PX, _EDGE_PX = 38, 16
_NAME_SIGNS, _NAME_PX, _TEXT_PX = 24, 14, 15
# The room for what is written beside a bar below zero, in its own length.
_ROOM = 1.3


def share_bars(rows: pd.DataFrame, separators: str, palette: Palette) -> go.Figure:
    """One row a bar, the first on top: name, share_pct, label, hover, is_rest. The rest is drawn in another tone."""
    places = list(range(len(rows)))
    # What is written beside the longest bar stands in the margin, so that it has its room on every screen.
    right = round(max((line_px(plain(label), _TEXT_PX) for label in rows["label"]), default=0)) + GAP_PX
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(rows) + _EDGE_PX, right))
    colours = [palette.tint(palette.muted, 0.5) if rest else palette.accent for rest in rows["is_rest"]]
    figure.add_trace(
        go.Bar(
            x=rows["share_pct"], y=places, orientation="h", width=0.62, marker={"color": colours},
            text=[plain(label) for label in rows["label"]], textposition="outside",
            textfont={"size": _TEXT_PX, "color": palette.ink}, cliponaxis=False, customdata=rows[["hover"]],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    )  # fmt: skip
    names = [in_two_lines(name, _NAME_SIGNS) for name in rows["name"]]
    figure.update_yaxes(
        tickvals=places, ticktext=names, range=[len(rows) - 0.5, -0.5], showgrid=False, ticklabelstandoff=6,
        tickfont={"size": _NAME_PX, "color": palette.ink},
    )  # fmt: skip
    low, high = min(rows["share_pct"].min(), 0.0), max(rows["share_pct"].max(), 0.0)
    figure.update_xaxes(range=[_ROOM * low, high or 1.0], showticklabels=False, showgrid=False)
    with_room(figure, names, _NAME_PX, below_px=_EDGE_PX // 2)
    return figure
