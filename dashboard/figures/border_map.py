"""Municipalities in their real borders: the same change, symbol and colour as on their tiles, where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.geography import SCALE_PX, Rings, frame_around, inner_place, map_layout, pointer, polygons, scale_bar
from dashboard.figures.labels import Label, Spot, spots
from dashboard.figures.plain import plain
from dashboard.figures.tile_map import TileMapWords, hover_marks
from dashboard.theme import Palette, answer_colour

HEIGHT_PX = 580
_LINE_PX, _LETTER_PX = 17, 7.8
_N_LINES = 3
_HOVER_PX = 60.0


def border_map(
    municipalities: pd.DataFrame, borders: Mapping[str, Rings], words: TileMapWords, scale: str, palette: Palette
) -> go.Figure:
    """The map of municipalities with columns as in `tile_map` and municipality_code, by which `borders` gives their rings.

    A label stands in its municipality where it has room, else beside it with a line. `scale` has a place for {km}.
    """
    drawn = municipalities[municipalities["municipality_code"].isin(list(borders))].reset_index(drop=True)
    frame = frame_around((place for code in drawn["municipality_code"] for ring in borders[code] for place in ring), room=0.02)
    figure = go.Figure(layout=map_layout(frame, HEIGHT_PX, palette.ground, palette, words.separators))
    for row in drawn.itertuples():
        _land(figure, row, borders[str(row.municipality_code)], palette)
    # An outline too thin to hold any place of the grid is named at its first position.
    middles = [inner_place(borders[code]) or borders[code][0][0] for code in drawn["municipality_code"]]
    wanted = [_label(row, frame.flat(*middle)) for row, middle in zip(drawn.itertuples(), middles, strict=True)]
    corner = np.array([(*frame.flat(frame.west, frame.south), SCALE_PX)])
    found = spots(wanted, corner, frame.views(HEIGHT_PX))
    figure.add_trace(hover_marks(drawn, [east for east, _ in middles], [north for _, north in middles], _HOVER_PX, words))
    bar, said = scale_bar(frame, scale, palette)
    placed = zip(drawn.itertuples(), middles, found, strict=True)
    names = [_name(row, middle, spot, palette) for row, middle, spot in placed if spot]
    figure.update_layout(shapes=[bar], annotations=[said, *names])
    return figure


def _land(figure: go.Figure, row, rings: Rings, palette: Palette) -> None:  # type: ignore[no-untyped-def]  # a row of itertuples
    colour, is_missing = answer_colour(row.answer, palette), row.answer == "no_data"
    fill = palette.ground if is_missing else palette.tint(colour, 0.16)
    figure.add_trace(polygons(rings, fill, colour, 1.25, "dot" if is_missing else "solid"))


def _label(row, place: tuple[float, float]) -> Label:  # type: ignore[no-untyped-def]  # a row of itertuples
    width = max(len(row.name), len(row.word) + 2) * _LETTER_PX
    return Label(width, _N_LINES * _LINE_PX, (place,), may_cover=True)


def _name(row, middle: tuple[float, float], spot: Spot, palette: Palette) -> dict[str, Any]:  # type: ignore[no-untyped-def]  # a row of itertuples
    answer = f'<span style="color:{answer_colour(row.answer, palette)}">{plain(row.symbol)}</span> {plain(row.word)}'
    text = f"<b>{plain(row.name)}</b><br><b>{plain(row.change)}</b><br>{answer}"
    return pointer(middle, text, spot, palette.muted, palette.tint(palette.ground, 0.7), palette.ink)
