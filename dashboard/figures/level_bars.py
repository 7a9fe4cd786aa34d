"""How many projects of each group deviate, by level: one bar a group, its counts written at the end. A table in, a figure out."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import line_px, paper, with_room
from dashboard.figures.plain import plain
from dashboard.theme import LEVEL_SYMBOLS, Palette, level_colour

# What is written at the end of a bar has its room in the margin: so much at least, more where the counts are long.
_ROW_PX, _FOOT_PX, _LABEL_PX = 44, 18, 150
_NAME_PX, _STANDOFF_PX = 16, 8
_LEVELS = ("red", "yellow")


def level_bars(groups: pd.DataFrame, of: str, separators: str, palette: Palette) -> go.Figure:
    """One bar per row from above, with columns name, red, yellow and n_projects (counts). `of` has a place for {n}."""
    said = [_said(row, of) for row in groups.itertuples()]
    widest = max((line_px("".join(text for _, text in parts), _NAME_PX) for parts in said), default=0.0)
    right = max(_LABEL_PX, round(widest) + 2 * _STANDOFF_PX)
    layout = paper(palette, separators, _ROW_PX * len(groups) + _FOOT_PX, right)
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
        annotations=[
            _label(name, n, parts, palette) for name, n, parts in zip(names, groups["n_projects"].tolist(), said, strict=True)
        ],
    )
    with_room(figure, names, _NAME_PX, gap_px=2 * _STANDOFF_PX, below_px=8)
    return figure


def _said(row, of: str) -> list[tuple[str | None, str]]:  # type: ignore[no-untyped-def]  # a row of itertuples
    """What stands at the end of a bar, in parts: the level that gives one its colour, and its text."""
    counts = [(level, getattr(row, level)) for level in _LEVELS]
    parts = [part for level, n in counts for part in ((level, LEVEL_SYMBOLS[level]), (None, f" {n}  "))]
    return [*parts, (None, plain(of.format(n=row.n_projects)))]


def _label(name: str, n_projects: int, parts: list[tuple[str | None, str]], palette: Palette) -> dict[str, object]:
    coloured = (f'<span style="color:{level_colour(level, palette)}">{said}</span>' if level else said for level, said in parts)
    return {
        "x": n_projects, "y": name, "text": "".join(coloured), "showarrow": False, "xanchor": "left", "xshift": _STANDOFF_PX,
        "font": {"size": _NAME_PX, "color": palette.ink},
    }  # fmt: skip
