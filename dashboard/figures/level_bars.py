"""How many projects of each group deviate, by level: one bar a group, its counts written at the end. A table in, a figure out."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import LEVEL_SYMBOLS, Palette, level_colour

_ROW_PX, _FOOT_PX, _LABEL_PX = 44, 18, 150
_NAME_PX, _STANDOFF_PX = 16, 8
_LEVELS = ("red", "yellow")


def level_bars(groups: pd.DataFrame, of: str, separators: str, palette: Palette) -> go.Figure:
    """One bar per row from above, with columns name, red, yellow and n_projects (counts). `of` has a place for {n}."""
    layout = paper(palette, separators, _ROW_PX * len(groups) + _FOOT_PX, _LABEL_PX)
    names = [plain(name) for name in groups["name"]]
    rest = groups["n_projects"] - groups["red"] - groups["yellow"]
    parts = [(groups[level], level_colour(level, palette)) for level in _LEVELS] + [(rest, palette.rule)]
    bars = [
        go.Bar(x=counts, y=names, orientation="h", marker={"color": colour, "line": {"color": palette.ground, "width": 2}},
               hoverinfo="skip", width=0.62)
        for counts, colour in parts
    ]  # fmt: skip
    figure = go.Figure(bars, layout)
    figure.update_layout(
        barmode="stack",
        xaxis={"visible": False, "range": [0, max(1, int(groups["n_projects"].max()))]},
        yaxis={
            "autorange": "reversed",
            "showgrid": False,
            "ticklabelstandoff": _STANDOFF_PX,
            "tickfont": {"size": _NAME_PX, "color": palette.ink},
        },
        annotations=[_label(row, of, palette) for row in groups.itertuples()],
    )
    with_room(figure, names, _NAME_PX, gap_px=2 * _STANDOFF_PX, below_px=8)
    return figure


def _label(row, of: str, palette: Palette) -> dict[str, object]:  # type: ignore[no-untyped-def]  # a row of itertuples
    counts = [(level, getattr(row, level)) for level in _LEVELS]
    said = [f'<span style="color:{level_colour(level, palette)}">{LEVEL_SYMBOLS[level]}</span> {n}' for level, n in counts]
    return {
        "x": row.n_projects, "y": plain(row.name), "text": f"{'  '.join(said)}  {plain(of.format(n=row.n_projects))}",
        "showarrow": False, "xanchor": "left", "xshift": 8, "font": {"size": 16, "color": palette.ink},
    }  # fmt: skip
