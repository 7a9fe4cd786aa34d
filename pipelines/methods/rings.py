"""Closed rings of longitude and latitude: which way they run, and how many positions they need. Pure arithmetic."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Position = tuple[float, float]
Ring = tuple[Position, ...]
Numbers = NDArray[np.float64]
# A ring is worth drawing when it gets about this many positions; with fewer it is a blot, and smaller rings give way.
_POSITIONS_PER_RING = 7
# A place that lies less far off changes nothing: a tenth of a millimetre.
_STRAIGHT = 1e-9
# A span of a ring between two kept places, with the place farthest off: (minus how far, ring, first, last, farthest).
_Span = tuple[float, int, int, int, int]


def signed_area(ring: Sequence[Position]) -> float:
    """The area of a closed ring in square degrees, east to the right and north up: negative where it runs clockwise."""
    points = np.array(ring, dtype=np.float64)
    east, north = (points - points[0]).T
    return float((east[:-1] * north[1:] - east[1:] * north[:-1]).sum() / 2)


def wound(ring: Ring, is_clockwise: bool) -> Ring:
    """The ring as it runs clockwise, or the other way round."""
    return ring if (signed_area(ring) < 0) == is_clockwise else ring[::-1]


def thinned(rings: Sequence[Ring], max_positions: int) -> tuple[Ring, ...]:
    """The rings with at most so many positions together, the ones kept that lie farthest off the shape without them.

    Rings that have room stay as they are, and all run the way they did. The Douglas-Peucker rule, but the place farthest off
    in all rings comes first, so that a number of positions is reached, not a distance. Of very many rings the largest are kept.
    """
    if sum(len(ring) for ring in rings) <= max_positions:
        return tuple(rings)
    by_area = sorted(range(len(rings)), key=lambda number: -abs(signed_area(rings[number])))
    largest = [rings[number] for number in sorted(by_area[: max(1, max_positions // _POSITIONS_PER_RING)])]
    kept = _places(largest, max_positions)
    fewer = [tuple(ring[place] for place in sorted(places)) for ring, places in zip(largest, kept, strict=True)]
    # A sliver may turn over when it loses places.
    return tuple(wound(ring, signed_area(whole) < 0) for ring, whole in zip(fewer, largest, strict=True))


def _places(rings: Sequence[Ring], max_positions: int) -> list[set[int]]:
    """The places that each ring keeps: a triangle first, then whatever changes the shape most."""
    shapes = [_flat(ring) for ring in rings]
    kept = [{0, len(ring) - 1} for ring in rings]
    spans: list[_Span] = []
    for number, shape in enumerate(shapes):
        own = [span for span in [_span(shape, number, 0, len(shape) - 1)] if span]
        for _ in range(2):
            _take(own, shapes, kept)
        spans += own
    heapq.heapify(spans)
    while spans and -spans[0][0] > _STRAIGHT and sum(len(places) for places in kept) < max_positions:
        _take(spans, shapes, kept)
    return kept


def _take(spans: list[_Span], shapes: Sequence[Numbers], kept: list[set[int]]) -> None:
    """Keeps the place that lies farthest off; its span becomes two."""
    _, number, first, last, place = heapq.heappop(spans)
    kept[number].add(place)
    for start, end in ((first, place), (place, last)):
        span = _span(shapes[number], number, start, end)
        if span:
            heapq.heappush(spans, span)


def _span(shape: Numbers, number: int, first: int, last: int) -> _Span | None:
    if last - first < 2:
        return None
    distances = _distances(shape[first + 1 : last], shape[first], shape[last])
    farthest = int(distances.argmax())
    return -float(distances[farthest]), number, first, last, first + 1 + farthest


def _distances(points: Numbers, start: Numbers, end: Numbers) -> Numbers:
    """How far each point lies from the line between two others, or from its nearer end."""
    along = end - start
    length = float(along @ along)
    share = np.clip((points - start) @ along / length, 0, 1) if length else np.zeros(len(points))
    return np.hypot(*(points - start - share[:, np.newaxis] * along).T)


def _flat(ring: Ring) -> Numbers:
    """The ring with degrees east as long as degrees north are there."""
    points = np.array(ring, dtype=np.float64)
    return points * (math.cos(math.radians(float(points[:, 1].mean()))), 1.0)
