"""Projects where they lie: those that the page is about by the level of their figures, the others as grey dots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.geography import Frame, Rings, frame_around, map_layout, pointer, polygons, scale_bar
from dashboard.figures.labels import Label, spots
from dashboard.figures.plain import plain
from dashboard.theme import Palette, level_colour

N_LABELS = 10
MARKERS = {"green": "circle", "yellow": "triangle-up", "red": "square", "cannot_tell": "circle-open", "none": "circle-open"}
_OWN_PX, _OTHER_PX, _LETTER_PX, _LINE_PX = 15.0, 7.0, 7.8, 17.0


@dataclass(frozen=True, slots=True)
class ProjectMapWords:
    """Every word on the map that is not in its table, and its height. `scale` has a place for {km}."""

    scale: str
    separators: str
    height_px: int


def project_map(projects: pd.DataFrame, borders: Mapping[str, Rings], words: ProjectMapWords, palette: Palette) -> go.Figure:
    """The map of projects, those that matter most first; the first ten of the page's own are named by their label.

    Columns: latitude, longitude (degrees), level (of the figures, or none), is_own, label, hover. `borders` lie underneath.
    """
    frame = frame_around(zip(projects["longitude"], projects["latitude"], strict=True), room=0.08)
    sea = palette.ground if borders else palette.wash
    figure = go.Figure(layout=map_layout(frame, words.height_px, sea, palette, words.separators))
    for rings in borders.values():
        figure.add_trace(polygons(rings, palette.wash, palette.rule))
    others, own = projects[~projects["is_own"]], projects[projects["is_own"]]
    grey = palette.tint(palette.no_answer, 0.6)
    figure.add_trace(_marks(others, {"size": _OTHER_PX, "color": grey}))
    colours = [level_colour(level, palette) for level in own["level"]]
    symbols = [MARKERS[level] for level in own["level"]]
    line = {"width": 1.5, "color": palette.ground}
    figure.add_trace(_marks(own, {"size": _OWN_PX, "color": colours, "symbol": symbols, "line": line}))
    bar, scale = scale_bar(frame, words.scale, palette)
    figure.update_layout(shapes=[bar], annotations=[scale, *_labels(own, frame, words.height_px, palette)])
    return figure


def _marks(rows: pd.DataFrame, marker: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=rows["longitude"], y=rows["latitude"], mode="markers", marker=marker, customdata=rows[["hover"]],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )  # fmt: skip


def _labels(own: pd.DataFrame, frame: Frame, height_px: int, palette: Palette) -> list[dict[str, Any]]:
    named = list(own.head(N_LABELS).itertuples())
    wanted = [
        Label(len(row.label) * _LETTER_PX, _LINE_PX, (frame.flat(row.longitude, row.latitude),), _OWN_PX / 2) for row in named
    ]
    places = zip(own["longitude"], own["latitude"], strict=True)
    marks = np.array([(*frame.flat(*place), _OWN_PX / 2) for place in places])
    found = spots(wanted, marks.reshape(-1, 3), frame.views(height_px)) if wanted else []
    sheet = palette.tint(palette.ground, 0.75)
    return [
        pointer((row.longitude, row.latitude), plain(row.label), spot, palette.muted, sheet, palette.ink)
        for row, spot in zip(named, found, strict=True)
        if spot
    ]
