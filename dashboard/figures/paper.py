"""What every line and bar figure is drawn on: fixed axes, no toolbar, no legend, the type and colours of the page."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.theme import FONT, Palette


def bare(palette: Palette, height_px: float, margin: dict[str, int], text_px: int) -> go.Layout:
    """An empty figure without axes, for what is placed by hand."""
    axis = {"visible": False, "fixedrange": True, "zeroline": False}
    return go.Layout(
        height=height_px,
        margin=margin,
        paper_bgcolor=palette.ground,
        plot_bgcolor=palette.ground,
        font={"family": FONT, "size": text_px, "color": palette.ink},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        hoverlabel={"bgcolor": palette.wash, "bordercolor": palette.rule, "font": {"size": text_px, "color": palette.ink}},
        xaxis=axis,
        yaxis=axis,
    )


def paper(palette: Palette, separators: str, height_px: float, right_px: int = 8) -> go.Layout:
    """An empty figure of a height, as wide as its place. `separators` are the decimal sign and that of thousands."""
    axis = {"color": palette.muted, "gridcolor": palette.rule, "zeroline": False, "tickfont": {"size": 15}, "fixedrange": True}
    return go.Layout(
        height=height_px,
        margin={"l": 8, "r": right_px, "t": 8, "b": 8},
        paper_bgcolor=palette.ground,
        plot_bgcolor=palette.ground,
        font={"family": FONT, "size": 15, "color": palette.ink},
        separators=separators,
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        hoverlabel={"bgcolor": palette.wash, "bordercolor": palette.rule, "font": {"size": 15, "color": palette.ink}},
        xaxis={**axis, "showgrid": False, "automargin": True},
        yaxis={**axis, "automargin": True},
    )
