"""How many projects are in each phase, as bars with their numbers. Panels that are compared are given one scale."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import GAP_PX, line_px, paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX, _NUMBER_PX = 34, 16


def phase_bars(rows: pd.DataFrame, highest: int, hover: str, colour: str, separators: str, palette: Palette) -> go.Figure:
    """One row a phase, the first on top: name, n, hover. `highest` is the longest bar of all panels."""
    # The number of the longest bar stands in the margin, so that it has its room on every screen.
    right = round(line_px(f"<b>{highest}</b>", _NUMBER_PX)) + GAP_PX
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * len(rows) + 16, right))
    places = list(range(len(rows)))
    figure.add_trace(
        go.Bar(
            x=rows["n"], y=places, orientation="h", width=0.66, marker={"color": colour}, customdata=rows[["hover"]],
            hovertemplate=hover, text=[f"<b>{n}</b>" for n in rows["n"]], textposition="outside", cliponaxis=False,
            textfont={"size": _NUMBER_PX, "color": [palette.ink if n else palette.muted for n in rows["n"]]},
        )
    )  # fmt: skip
    names = [plain(name) for name in rows["name"]]
    figure.update_yaxes(
        tickvals=places, ticktext=names, range=[len(rows) - 0.5, -0.5], showgrid=False,
        tickfont={"size": 15, "color": palette.ink}, ticks="outside", ticklen=6, tickcolor=palette.ground,
    )  # fmt: skip
    figure.update_xaxes(range=[0, max(highest, 1)], visible=False)
    with_room(figure, names, below_px=8)
    return figure
