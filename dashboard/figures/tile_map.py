"""Municipalities as equal tiles: the parties are equal, so the small one gets the place of the large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.geography import polygons
from dashboard.figures.plain import plain
from dashboard.theme import FONT, Palette, answer_colour

_GAP = 0.035
# How far up in its tile each line stands: of a full one, and of one that only has room for name, change and symbol.
_NAME, _CHANGE, _WHISKER, _INTERVAL, _ANSWER = 0.845, 0.635, 0.44, 0.3, 0.13
_BRIEF_NAME, _BRIEF_CHANGE, _BRIEF_SYMBOL = 0.78, 0.5, 0.22
_SMALL_PX = 14
# The part of a tile's width that the longest interval takes.
_REACH = 0.8


@dataclass(frozen=True, slots=True)
class _Size:
    """How large tiles are drawn, and whether they hold more than name, change and symbol."""

    tile_px: int
    name_px: int
    change_px: int
    is_full: bool


# By the number of tiles in a row: what fits on a phone. More than three are brief.
_SIZES = {1: _Size(172, 15, 23, True), 2: _Size(172, 15, 23, True), 3: _Size(150, 14, 20, True)}
_BRIEF = _Size(120, 14, 15, False)


@dataclass(frozen=True, slots=True)
class TileMapWords:
    """`hover` is a Plotly template over name, change, interval, answer and points."""

    hover: str
    separators: str


def tile_map(tiles: pd.DataFrame, words: TileMapWords, palette: Palette) -> go.Figure:
    """One tile per municipality, with its interval as a line on a scale that all tiles share; the tick is no change.

    Columns: row, column (from the upper left), answer, symbol, word, name, change, interval, said_points (texts), and
    index_pct, ci_low_pct, ci_high_pct (percent, missing where there are none).
    """
    n_columns, n_rows = int(tiles["column"].max()) + 1, int(tiles["row"].max()) + 1
    size = _SIZES.get(n_columns, _BRIEF)
    figure = go.Figure(layout=_layout(n_columns, n_rows, size, words, palette))
    longest = tiles[["index_pct", "ci_low_pct", "ci_high_pct"]].abs().max().max()
    scale = _REACH / (2 * longest) if longest > 0 else 0.0
    figure.add_traces([_square(tile, palette) for tile in tiles.itertuples()])
    with_line = [tile for tile in tiles.itertuples() if size.is_full and not pd.isna(tile.index_pct)]
    figure.add_traces([_dot(tile, scale, palette) for tile in with_line])
    figure.add_trace(hover_marks(tiles, tiles["column"] + 0.5, tiles["row"] + 0.5, 0.9 * size.tile_px, words))
    # All at once: one by one, each is checked together with those before it.
    figure.update_layout(
        annotations=[line for tile in tiles.itertuples() for line in _lines(tile, size, palette)],
        shapes=[shape for tile in with_line for shape in _whisker(tile, scale, palette)],
    )
    return figure


def _layout(n_columns: int, n_rows: int, size: _Size, words: TileMapWords, palette: Palette) -> go.Layout:
    axis = {"visible": False, "fixedrange": True, "constrain": "range"}
    return go.Layout(
        height=size.tile_px * n_rows,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=palette.ground,
        plot_bgcolor=palette.ground,
        font={"family": FONT, "size": _SMALL_PX, "color": palette.ink},
        separators=words.separators,
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        hoverlabel={"bgcolor": palette.wash, "bordercolor": palette.rule, "font": {"size": 15, "color": palette.ink}},
        # On a wide page the tiles stand to the left, as text does; on a narrow one they begin on top.
        xaxis={**axis, "range": [0, n_columns], "constraintoward": "left"},
        yaxis={**axis, "range": [n_rows, 0], "scaleanchor": "x", "constraintoward": "top"},
    )


def _square(tile, palette: Palette) -> go.Scatter:  # type: ignore[no-untyped-def]  # a row of itertuples
    """Tinted and framed by its answer; without one a dotted outline."""
    colour, is_missing = answer_colour(tile.answer, palette), tile.answer == "no_data"
    left, right, top, bottom = tile.column + _GAP, tile.column + 1 - _GAP, tile.row + _GAP, tile.row + 1 - _GAP
    ring = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    fill = palette.ground if is_missing else palette.tint(colour, 0.13)
    edge_px, dash = (2.0 if tile.answer in ("met", "not_met") else 1.0), ("dot" if is_missing else "solid")
    return polygons([ring], fill, colour, edge_px, dash)


def _lines(tile, size: _Size, palette: Palette) -> list[dict[str, Any]]:  # type: ignore[no-untyped-def]  # a row of itertuples
    name, change = plain(tile.name), f"<b>{plain(tile.change)}</b>"
    symbol = f'<span style="color:{answer_colour(tile.answer, palette)}">{plain(tile.symbol)}</span>'
    if not size.is_full:
        return [
            _text(tile, _BRIEF_NAME, name, size.name_px, palette.ink),
            _text(tile, _BRIEF_CHANGE, change, size.change_px, palette.ink),
            _text(tile, _BRIEF_SYMBOL, symbol, size.change_px, palette.ink),
        ]
    return [
        _text(tile, _NAME, f"<b>{name}</b>", size.name_px, palette.ink),
        _text(tile, _CHANGE, change, size.change_px, palette.ink),
        _text(tile, _INTERVAL, plain(tile.interval), _SMALL_PX, palette.muted),
        _text(tile, _ANSWER, f"{symbol} {plain(tile.word)}", _SMALL_PX, palette.ink),
    ]


def _text(tile, up: float, text: str, size: int, colour: str) -> dict[str, Any]:  # type: ignore[no-untyped-def]  # a row of itertuples
    font = {"size": size, "color": colour}
    return {"x": tile.column + 0.5, "y": tile.row + 1 - up, "text": text, "showarrow": False, "font": font}


def _whisker(tile, scale: float, palette: Palette) -> list[dict[str, Any]]:  # type: ignore[no-untyped-def]  # a row of itertuples
    """No change as a tick in the middle of the tile, and the interval as a line where there is one."""
    middle, y = tile.column + 0.5, tile.row + 1 - _WHISKER
    tick = {"x0": middle, "x1": middle, "y0": y - 0.05, "y1": y + 0.05, "line": {"color": palette.muted, "width": 1.5}}
    if pd.isna(tile.ci_low_pct):
        return [{"type": "line", **tick}]
    low, high = middle + scale * tile.ci_low_pct, middle + scale * tile.ci_high_pct
    line = {"x0": low, "x1": high, "y0": y, "y1": y, "line": {"color": answer_colour(tile.answer, palette), "width": 3}}
    return [{"type": "line", **tick}, {"type": "line", **line}]


def _dot(tile, scale: float, palette: Palette) -> go.Scatter:  # type: ignore[no-untyped-def]  # a row of itertuples
    """The change on the scale of its tile."""
    marker = {"size": 9, "color": answer_colour(tile.answer, palette), "line": {"color": palette.ground, "width": 1.5}}
    x, y = tile.column + 0.5 + scale * tile.index_pct, tile.row + 1 - _WHISKER
    return go.Scatter(x=[x], y=[y], mode="markers", hoverinfo="skip", marker=marker)


def hover_marks(
    municipalities: pd.DataFrame, x: Sequence[float], y: Sequence[float], size_px: float, words: TileMapWords
) -> go.Scatter:
    """Marks that nobody sees, on which the pointer finds what is said of each municipality."""
    return go.Scatter(
        x=x, y=y, mode="markers", marker={"size": size_px, "symbol": "square", "opacity": 0},
        customdata=municipalities[["name", "change", "interval", "word", "said_points"]].map(plain), hovertemplate=words.hover,
    )  # fmt: skip
