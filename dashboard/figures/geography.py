"""What maps share: a frame in which a kilometre is as long everywhere, borders underneath, and a scale. No map service."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.labels import Spot, View
from dashboard.theme import FONT, Palette

KM_PER_DEGREE = 111.2
# The widths that a map must be readable at: a phone, and half a wide screen.
WIDTHS_PX = (350.0, 900.0)
# How far the scale in the corner reaches, for labels to keep off.
SCALE_PX = 100.0
_STEPS_KM = (1, 2, 5, 10, 20, 50, 100)
_GRID = 40
Numbers = NDArray[np.float64]
Rings = Sequence[Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What of the world a map shows, in degrees."""

    west: float
    east: float
    south: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def shrink(self) -> float:
        """How long a degree east is where a degree north is one."""
        return math.cos(math.radians(self.middle[1]))

    def narrowed(self, share: float) -> Frame:
        """The frame without a share of it on the left and on the right."""
        less = share * (self.east - self.west)
        return Frame(self.west + less, self.east - less, self.south, self.north)

    def views(self, height_px: float) -> list[View]:
        """The map at each width: as large as fits."""
        wide, high = (self.east - self.west) * self.shrink, self.north - self.south
        return [View(min(width / wide, height_px / high), width, height_px) for width in WIDTHS_PX]

    def flat(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Degrees right of and above the middle, both as long as a degree north."""
        east, north = self.middle
        return (longitude - east) * self.shrink, latitude - north


def frame_around(places: Iterable[tuple[float, float]], room: float, least_km: float = 4.0) -> Frame:
    """The frame of these longitudes and latitudes, with a share of its size as room on each side."""
    longitudes, latitudes = zip(*places, strict=True)
    least = least_km / KM_PER_DEGREE
    shrink = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
    (west, east), (south, north) = _widened(longitudes, least / shrink), _widened(latitudes, least)
    across, up = room * (east - west), room * (north - south)
    return Frame(west - across, east + across, south - up, north + up)


def _widened(numbers: Sequence[float], least: float) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    more = max(0.0, least - (high - low)) / 2
    return low - more, high + more


def map_layout(frame: Frame, height_px: int, sea: str, palette: Palette, separators: str) -> go.Layout:
    """A map without axes, north up, that keeps its proportions at every width."""
    axis = {"visible": False, "fixedrange": True, "constrain": "range"}
    return go.Layout(
        height=height_px,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=palette.ground,
        plot_bgcolor=sea,
        font={"family": FONT, "size": 14, "color": palette.ink},
        separators=separators,
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        hoverlabel={"bgcolor": palette.wash, "bordercolor": palette.rule, "font": {"size": 15, "color": palette.ink}},
        xaxis={**axis, "range": [frame.west, frame.east]},
        yaxis={**axis, "range": [frame.south, frame.north], "scaleanchor": "x", "scaleratio": 1 / frame.shrink},
    )


def polygons(rings: Rings, fill: str, line: str, width: float = 1.0, dash: str = "solid") -> go.Scatter:
    """One trace of closed rings; a hole that runs the other way than its outline stays open."""
    east: list[float | None] = []
    north: list[float | None] = []
    for ring in rings:
        east += [*(position[0] for position in ring), None]
        north += [*(position[1] for position in ring), None]
    return go.Scatter(
        x=east[:-1], y=north[:-1], mode="lines", fill="toself", fillcolor=fill, hoverinfo="skip",
        line={"color": line, "width": width, "dash": dash},
    )  # fmt: skip


def scale_bar(frame: Frame, said: str, palette: Palette) -> tuple[dict[str, Any], dict[str, Any]]:
    """A shape and its annotation: a bar of whole kilometres in the lower left corner. `said` has a place for {km}."""
    km = scale_km(frame)
    length = km / KM_PER_DEGREE / frame.shrink
    x, y = frame.west + 0.03 * (frame.east - frame.west), frame.south + 0.03 * (frame.north - frame.south)
    tick = 0.012 * (frame.north - frame.south)
    path = f"M {x},{y + tick} L {x},{y} L {x + length},{y} L {x + length},{y + tick}"
    bar = {"type": "path", "path": path, "line": {"color": palette.muted, "width": 2}}
    label = {
        "x": x, "y": y, "text": said.format(km=km), "showarrow": False, "xanchor": "left", "yanchor": "bottom", "yshift": 6,
        "xshift": -2, "font": {"size": 14, "color": palette.muted},
    }  # fmt: skip
    return bar, label


def pointer(place: tuple[float, float], text: str, spot: Spot, line_colour: str, ground: str, ink: str) -> dict[str, Any]:
    """An annotation at its spot with a line to its place; the line ends at the edge of a small mark."""
    return {
        "x": place[0], "y": place[1], "text": text, "ax": round(spot.right_px), "ay": -round(spot.up_px), "axref": "pixel",
        "ayref": "pixel", "showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": line_colour, "standoff": 4,
        "borderpad": 1, "font": {"size": 14, "color": ink}, "bgcolor": ground,
    }  # fmt: skip


def scale_km(frame: Frame) -> int:
    """The longest bar that takes at most a quarter of the map."""
    quarter = (frame.east - frame.west) * frame.shrink * KM_PER_DEGREE / 4
    return max((step for step in _STEPS_KM if step <= quarter), default=_STEPS_KM[0])


def inner_place(rings: Rings, frame: Frame | None = None) -> tuple[float, float] | None:
    """A place well inside the largest of the rings, in the frame where one is given: of a grid, the one farthest from the edge.

    None where no place of the grid lies inside.
    """
    outline = max((np.array(ring, dtype=np.float64) for ring in rings), key=lambda ring: float(np.prod(np.ptp(ring, axis=0))))
    shrink = np.array([math.cos(math.radians(float(outline[:, 1].mean()))), 1.0])
    low, high = outline.min(axis=0), outline.max(axis=0)
    if frame:
        low, high = np.maximum(low, (frame.west, frame.south)), np.minimum(high, (frame.east, frame.north))
    steps = (np.arange(_GRID) + 0.5) / _GRID
    grid = low + (high - low) * np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    starts, ends = outline[:-1], outline[1:]
    inside = _is_inside(grid, starts, ends)
    if (high <= low).any() or not inside.any():
        return None
    east, north = grid[inside][int(_distance(grid[inside] * shrink, starts * shrink, ends * shrink).argmax())]
    return float(east), float(north)


def _is_inside(places: Numbers, starts: Numbers, ends: Numbers) -> NDArray[np.bool_]:
    """Whether a line from each place towards the east crosses the outline an odd number of times."""
    x, y = places[:, 0, np.newaxis], places[:, 1, np.newaxis]
    spans = (starts[:, 1] > y) != (ends[:, 1] > y)
    rise = np.where(ends[:, 1] == starts[:, 1], 1.0, ends[:, 1] - starts[:, 1])
    crossing = starts[:, 0] + (y - starts[:, 1]) / rise * (ends[:, 0] - starts[:, 0])
    return np.asarray((spans & (x < crossing)).sum(axis=1) % 2 == 1)


def _distance(places: Numbers, starts: Numbers, ends: Numbers) -> Numbers:
    """How far each place lies from the nearest of the lines."""
    along = ends - starts
    length = np.maximum((along**2).sum(axis=1), 1e-18)
    towards = places[:, np.newaxis, :] - starts
    share = ((towards * along).sum(axis=2) / length).clip(0, 1)
    return np.asarray(np.hypot(*np.moveaxis(towards - share[:, :, np.newaxis] * along, 2, 0)).min(axis=1))
