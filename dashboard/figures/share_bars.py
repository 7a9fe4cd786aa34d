"""Shares of a whole as bars in their order, each named and with its size written beside it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX, _EDGE_PX = 34, 16
_NAME_SIGNS = 28
_ROOM = 1.3


def share_bars(rows: pd.DataFrame, separators: str, palette: Palette) -> go.Figure:
    """One row a bar, the first on top: name, share_pct, label, hover, is_rest. The rest is drawn in another tone."""
    places = list(range(len(rows)))
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(rows) + _EDGE_PX))
    colours = [palette.tint(palette.muted, 0.5) if rest else palette.accent for rest in rows["is_rest"]]
    figure.add_trace(
        go.Bar(
            x=rows["share_pct"], y=places, orientation="h", width=0.62, marker={"color": colours},
            text=[plain(label) for label in rows["label"]], textposition="outside", textfont={"size": 15, "color": palette.ink},
            cliponaxis=False, customdata=rows[["hover"]], hovertemplate="%{customdata[0]}<extra></extra>",
        )
    )  # fmt: skip
    names = [name if len(name) <= _NAME_SIGNS else f"{name[: _NAME_SIGNS - 1]}…" for name in rows["name"]]
    figure.update_yaxes(
        tickvals=places, ticktext=[plain(name) for name in names], range=[len(rows) - 0.5, -0.5], showgrid=False,
        tickfont={"size": 15, "color": palette.ink},
    )  # fmt: skip
    low, high = min(rows["share_pct"].min(), 0.0), max(rows["share_pct"].max(), 0.0)
    figure.update_xaxes(range=[_ROOM * low, _ROOM * high or 1.0], showticklabels=False, showgrid=False)
    return figure
