"""What every line and bar figure is drawn on: fixed axes, no toolbar, no legend, the type and colours of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable

import plotly.graph_objects as go

from dashboard.theme import FONT, Palette

_TAG = re.compile(r"<(/?)b>")
# How wide signs are in parts of their size, in the widest of the fonts that a page may have (DejaVu Sans, as Verdana); others as
# the last.
_WIDTHS = {
    sign: width
    for signs, width in (
        ("ijlI'|", 0.3), (" \u00a0\u2009\u202f.,:;!", 0.33), ("ft-()[]/\\", 0.4), ("r", 0.42), ("sz–", 0.53), ("ckvxy", 0.59),
        ("w+−=", 0.84), ("mMWæÆ%@", 0.99),
    )
    for sign in signs
}  # fmt: skip
_USUAL_WIDTH, _CAPITAL_WIDTH, _BOLDER = 0.64, 0.71, 1.12
# Between a label and what it is beside, and a line of labels below.
GAP_PX, LINE_PX = 8, 30


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
        # Below the line, so that the first of them does not touch the lowest one of the other axis.
        xaxis={**axis, "showgrid": False, "automargin": True, "ticklabelstandoff": 6},
        yaxis={**axis, "automargin": True},
    )


def with_room(figure: go.Figure, labels: Iterable[str], text_px: int = 15, gap_px: int = GAP_PX, below_px: int = LINE_PX) -> None:
    """Room for the widest of the labels at the left, and below, where one line usually stands.

    Left to itself Plotly finds out by drawing such a figure again until its labels fit: twice the time of every change. Nor must
    it measure each label at the left to hide what does not fit: a quarter of that time where there are many.
    """
    left = max((line_px(line, text_px) for label in labels for line in label.split("<br>")), default=0.0)
    figure.update_layout(margin={"l": round(left) + gap_px, "b": below_px})
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False, ticklabeloverflow="allow")


def line_px(line: str, text_px: float) -> float:
    """How wide a line of a label is at the most, parts of it in bold."""
    wide, weight = 0.0, 1.0
    for place, part in enumerate(_TAG.split(line)):
        if place % 2:
            weight = 1.0 if part else _BOLDER
        else:
            wide += weight * sum(_WIDTHS.get(sign, _CAPITAL_WIDTH if sign.isupper() else _USUAL_WIDTH) for sign in part)
    return text_px * wide
