"""The risk matrix: how many risks stand in each class of probability and consequence, with opportunities mirrored to the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX, _EDGE_PX = 46, 104
# Between the two halves, in cells.
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class GridWords:
    """The names of the halves and of the axis of consequence, where the second and later classes begin, the text of a cell."""

    risks: str
    opportunities: str
    consequence: str
    probability_from: Sequence[str]
    consequence_from: Sequence[str]
    hover: str


def risk_grid_figure(
    rows: pd.DataFrame, chosen: tuple[str, int, int] | None, words: GridWords, separators: str, palette: Palette
) -> go.Figure:
    """One row a cell with anything in it: kind, probability, consequence (classes from 0), n, hover. The chosen cell is framed.

    The least consequence stands in the middle, the largest saving to the left and the largest cost to the right.
    """
    n_rows, n_columns = len(words.probability_from) + 1, len(words.consequence_from) + 1
    figure = go.Figure(layout=paper(palette, separators, _ROW_PX * n_rows + _EDGE_PX))
    most = max(rows["n"].max(), 1) if len(rows) else 1
    counts = {(row.kind, row.probability, row.consequence): row.n for row in rows.itertuples()}
    for kind in ("risk", "opportunity"):
        colour = palette.deviation if kind == "risk" else palette.on_track
        for up in range(n_rows):
            for out in range(n_columns):
                n = counts.get((kind, up, out), 0)
                fill = palette.tint(colour, 0.16 + 0.5 * n / most) if n else palette.wash
                is_chosen = (kind, up, out) == chosen
                line = {"color": palette.ink, "width": 3} if is_chosen else {"color": palette.ground, "width": 2}
                x = _x(kind, out)
                figure.add_shape(
                    type="rect", x0=x - 0.5, x1=x + 0.5, y0=up - 0.5, y1=up + 0.5, fillcolor=fill, line=line,
                    layer="above" if is_chosen else "below",
                )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[_x(row.kind, row.consequence) for row in rows.itertuples()], y=rows["probability"], mode="text",
            text=[f"<b>{n}</b>" for n in rows["n"]], textfont={"size": 17, "color": palette.ink}, customdata=rows[["hover"]],
            hovertemplate=words.hover,
        )
    )  # fmt: skip
    _named(figure, words, n_rows, palette)
    # What a class begins with stands at its edge: short enough for a phone.
    edges = [(kind, out, name) for kind in ("opportunity", "risk") for out, name in enumerate(words.consequence_from)]
    figure.update_xaxes(
        tickvals=[(_x(kind, out) + _x(kind, out + 1)) / 2 for kind, out, _ in edges],
        ticktext=[plain(name) for _, _, name in edges],
        tickangle=0, range=[-n_columns - _GAP, n_columns + _GAP], showgrid=False, tickfont={"size": 14},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=[up + 0.5 for up in range(n_rows - 1)], ticktext=[plain(name) for name in words.probability_from],
        showgrid=False, range=[-0.6, n_rows + 0.25], tickfont={"size": 14},
    )  # fmt: skip
    return figure


def _x(kind: str, out: int) -> float:
    """Where the middle of a class of consequence lies."""
    return (out + 0.5 + _GAP / 2) * (1 if kind == "risk" else -1)


def _named(figure: go.Figure, words: GridWords, n_rows: int, palette: Palette) -> None:
    for x, anchor, name, colour in (
        (0.15, "left", words.risks, palette.deviation),
        (-0.15, "right", words.opportunities, palette.on_track),
    ):
        figure.add_annotation(
            x=x, y=n_rows - 0.4, text=f"<b>{plain(name)}</b>", showarrow=False, xanchor=anchor, yanchor="bottom",
            font={"size": 15, "color": colour},
        )  # fmt: skip
    figure.add_annotation(
        x=0, y=0, yref="paper", yshift=-30, text=plain(words.consequence), showarrow=False, yanchor="top",
        font={"size": 14, "color": palette.muted},
    )  # fmt: skip
    figure.update_layout(margin={"b": 56})
