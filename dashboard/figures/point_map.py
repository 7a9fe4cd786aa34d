"""Counting points where they stand: what changed by symbol, how much traffic by size, the farthest off by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.geography import (
    SCALE_PX,
    Frame,
    Rings,
    frame_around,
    inner_place,
    map_layout,
    pointer,
    polygons,
    scale_bar,
)
from dashboard.figures.labels import Label, Spot, spots
from dashboard.figures.plain import plain
from dashboard.theme import Palette

HEIGHT_PX = 580
N_LABELS = 10
MARKERS = {"above": "triangle-up", "below": "triangle-down", "within": "circle", "unknown": "circle-open"}
_LEAST_PX, _MOST_PX = 9.0, 21.0
_LINE_PX = 17
# The widths of a letter in a label and of a capital in the name of a municipality, a little over what fonts take.
_LETTER_PX, _CAPITAL_PX = 7.6, 10.0
# A name of more letters takes two lines.
_MOST_LETTERS = 20
# The share of a narrow map that half a long name takes.
_SIDE = 0.18
_HOVER = ["name", "road", "municipality_name", "change", "weight", "place_word"]


@dataclass(frozen=True, slots=True)
class PointMapWords:
    """Every word on the map that is not in its table. `hover` is a Plotly template; `scale` has a place for {km}."""

    hover: str
    scale: str
    separators: str


def point_map(points: pd.DataFrame, borders: Mapping[str, Rings], words: PointMapWords, palette: Palette) -> go.Figure:
    """The map of points, which come in order of importance; the first ten are named. `borders` lie underneath, by name.

    Columns: latitude, longitude (degrees), weight_pct, place (above, below, within, unknown), is_in_agreement, name, road,
    municipality_name, and as texts change, weight, place_word.
    """
    frame = frame_around(zip(points["longitude"], points["latitude"], strict=True), room=0.06)
    # Where no land is drawn, the map itself is a sheet on the page.
    sheet = palette.ground if borders else palette.wash
    figure = go.Figure(layout=map_layout(frame, HEIGHT_PX, sheet, palette, words.separators))
    for rings in borders.values():
        figure.add_trace(polygons(rings, palette.wash, palette.rule))
    _marks(figure, points, words, palette)
    bar, scale = scale_bar(frame, words.scale, palette)
    # All at once: one by one, each is checked together with those before it.
    figure.update_layout(shapes=[bar], annotations=[scale, *_labels(points, borders, frame, palette)])
    return figure


def place_colour(place: str, palette: Palette) -> str:
    """Two colours that also the colour-blind tell apart, and grey for what does not stand out. None of them judges."""
    return {"above": palette.watch, "below": palette.accent}.get(place, palette.no_answer)


def _sizes(points: pd.DataFrame) -> pd.Series:
    """Pixels across: the area grows with the traffic, from a size that can still be seen."""
    share = np.sqrt(points["weight_pct"] / points["weight_pct"].max())
    return _LEAST_PX + (_MOST_PX - _LEAST_PX) * share


def _marks(figure: go.Figure, points: pd.DataFrame, words: PointMapWords, palette: Palette) -> None:
    """All points in one trace, the large ones under the small. A point outside the agreement is hollow."""
    ordered = points.assign(size_px=_sizes(points)).sort_values("size_px", ascending=False, kind="stable")
    colours = [place_colour(place, palette) for place in ordered["place"]]
    inside = list(ordered["is_in_agreement"])
    figure.add_trace(
        go.Scatter(
            x=ordered["longitude"],
            y=ordered["latitude"],
            mode="markers",
            marker={
                "size": ordered["size_px"],
                "symbol": [MARKERS[place] for place in ordered["place"]],
                "color": [colour if own else palette.ground for colour, own in zip(colours, inside, strict=True)],
                "opacity": 1,
                "line": {
                    "width": [1.2 if own else 2.5 for own in inside],
                    "color": [palette.ground if own else colour for colour, own in zip(colours, inside, strict=True)],
                },
            },
            customdata=ordered[_HOVER].map(plain),
            hovertemplate=words.hover,
        )
    )


def _labels(points: pd.DataFrame, borders: Mapping[str, Rings], frame: Frame, palette: Palette) -> list[dict[str, Any]]:
    """The municipalities where there is room left by the points that matter most, which are named with their change."""
    labelled, sizes = list(points.head(N_LABELS).itertuples()), _sizes(points)
    towns = {
        str(name): _places_of(own, borders.get(str(name)), frame) for name, own in points.groupby("municipality_name") if name
    }
    wanted = [_label(row, frame, sizes[row.Index] / 2) for row in labelled]
    wanted += [
        Label(len(name) * _CAPITAL_PX, _LINE_PX, tuple(frame.flat(*place) for place in places), 0, True, len(places) == 1)
        for name, places in towns.items()
    ]
    found = spots(wanted, _obstacles(points, sizes, frame), frame.views(HEIGHT_PX))
    named = zip(towns.items(), found[len(labelled) :], strict=True)
    pointed = zip(labelled, found[: len(labelled)], strict=True)
    return [_town(name, places[spot.place], spot, palette) for (name, places), spot in named if spot] + [
        _point(row, spot, palette) for row, spot in pointed if spot
    ]


def _label(row, frame: Frame, radius_px: float) -> Label:  # type: ignore[no-untyped-def]  # a row of itertuples
    lines = [*_name_lines(row.name), row.change]
    width = max(len(line) for line in lines) * _LETTER_PX
    return Label(width, len(lines) * _LINE_PX, (frame.flat(row.longitude, row.latitude),), radius_px)


def _name_lines(name: str) -> list[str]:
    """A long name in two lines, parted at the space nearest to its middle."""
    spaces = [place for place, sign in enumerate(name) if sign == " "]
    if len(name) <= _MOST_LETTERS or not spaces:
        return [name]
    place = min(spaces, key=lambda found: abs(found - len(name) / 2))
    return [name[:place], name[place + 1 :]]


def _obstacles(points: pd.DataFrame, sizes: pd.Series, frame: Frame) -> np.ndarray:
    """All that a label should not cover: the marks, and the scale in its corner."""
    placed = zip(points["longitude"], points["latitude"], sizes, strict=True)
    marks = [(*frame.flat(longitude, latitude), size / 2) for longitude, latitude, size in placed]
    return np.array([*marks, (*frame.flat(frame.west, frame.south), SCALE_PX)])


def _places_of(own: pd.DataFrame, rings: Rings | None, frame: Frame) -> list[tuple[float, float]]:
    """Where a municipality's name may stand: well inside its borders, or else around the box of its points."""
    # At the side of the frame a name would be cut.
    inner = (inner_place(rings, frame.narrowed(_SIDE)) or inner_place(rings, frame)) if rings else None
    if inner:
        return [inner]
    across = own["longitude"].min(), own["longitude"].mean(), own["longitude"].max()
    up = own["latitude"].min(), own["latitude"].mean(), own["latitude"].max()
    around = [(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    return [(across[x], up[y]) for x, y in around]


def _town(name: str, place: tuple[float, float], spot: Spot, palette: Palette) -> dict[str, Any]:
    return {
        "x": place[0], "y": place[1], "text": plain(name.upper()), "showarrow": False, "xshift": round(spot.right_px),
        "yshift": round(spot.up_px), "font": {"size": 14, "color": palette.muted},
    }  # fmt: skip


def _point(row, spot: Spot, palette: Palette) -> dict[str, Any]:  # type: ignore[no-untyped-def]  # a row of itertuples
    text = "<br>".join([*map(plain, _name_lines(row.name)), f"<b>{plain(row.change)}</b>"])
    ground, place = palette.tint(palette.wash, 0.65), (row.longitude, row.latitude)
    return pointer(place, text, spot, place_colour(row.place, palette), ground, palette.ink)
