"""The share of each place of one whole, as bars on a scale that several such figures share; one place stands out."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import line_px, paper
from dashboard.figures.plain import plain
from dashboard.theme import Palette

_ROW_PX, _BAR = 50, 0.42
# Three such figures stand beside each other on a screen of 1280 px.
_NARROWEST_PX, _TEXT_PX = 276, 15


def place_bars(rows: pd.DataFrame, highest_pct: float, separators: str, palette: Palette) -> go.Figure:
    """One row a place, the first on top: name, share_pct (or none), label, is_chosen, hover. Name and label stand on the bar.

    `highest_pct` is the longest bar of all the figures that stand beside each other.
    """
    layout = paper(palette, separators, _ROW_PX * len(rows) + 8)
    layout.margin = {"l": 0, "r": 4, "t": 4, "b": 4}
    figure = go.Figure(layout=layout)
    colours = [palette.accent if is_chosen else palette.tint(palette.no_answer, 0.55) for is_chosen in rows["is_chosen"]]
    places = list(range(len(rows)))
    figure.add_trace(
        go.Bar(
            x=rows["share_pct"].fillna(0), y=places, orientation="h", width=_BAR, marker={"color": colours},
            customdata=rows[["hover"]], hovertemplate="%{customdata[0]}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(
        annotations=[
            {
                "x": 0, "y": place - _BAR / 2, "text": _said(str(row.place_name), str(row.label), row.is_chosen),
                "showarrow": False, "xanchor": "left", "yanchor": "bottom", "xshift": -1, "yshift": -1,
                "font": {"size": _TEXT_PX, "color": palette.ink if row.is_chosen else palette.muted},
            }
            for place, row in zip(places, rows.rename(columns={"name": "place_name"}).itertuples(), strict=True)
        ]
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[len(rows) - 0.65, -0.75])
    figure.update_xaxes(visible=False, range=[0, highest_pct or 1])
    return figure


def _said(name: str, label: str, is_chosen: bool) -> str:
    """Name and label, the name cut where both are wider than the narrowest place of such a figure."""
    room = _NARROWEST_PX - line_px(f"<b>  {label}</b>", _TEXT_PX)
    shown = name
    while shown and line_px(f"<b>{shown}…</b>" if is_chosen else f"{shown}…", _TEXT_PX) > room:
        shown = shown[:-1]
    cut = name if len(name) - len(shown) <= 1 else f"{shown.rstrip()}…"
    text = f"{plain(cut)}  <b>{plain(label)}</b>"
    return f"<b>{text}</b>" if is_chosen else text
