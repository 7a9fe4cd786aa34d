"""Room for the labels of a map that is drawn at several widths: near their mark, off the others, inside the frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_DIRECTIONS = 12
_DISTANCES_PX = (6.0, 12.0, 20.0, 32.0, 46.0, 64.0, 88.0, 118.0, 150.0)
_BESIDE_PX = (4.0, 10.0, 18.0, 28.0, 40.0)
_GAP_PX = 4.0
# What it costs, per square pixel, to lie on another label, outside the frame or on a mark; and, per pixel, to lie far off.
_ON_LABEL, _OUTSIDE, _ON_MARK, _FAR = 60.0, 60.0, 14.0, 16.0
# What it costs when the line to a mark crosses another one; and, wherever it is looked at, to run over a label or a mark.
_CROSSING, _OVER_LABEL, _OVER_MARK = 4000.0, 4000.0, 200.0
_ALONG = np.linspace(0.08, 0.86, 8)[:, np.newaxis]
# A label that need not be there costs no more than this.
_NO_ROOM = 5000.0
_ROUNDS, _TRIES, _LETTING_GO, _SEED = 6, 80, 3, 0


@dataclass(frozen=True, slots=True)
class View:
    """One width at which the map is drawn: pixels per degree north, and the size of the frame around the map's middle."""

    px_per_degree: float
    width_px: float
    height_px: float


@dataclass(frozen=True, slots=True)
class Label:
    """What needs room: its size, the places that it may belong to in degrees right of and above the map's middle, their radius.

    With `is_beside` it stands close to one of its places, without a line to it; with `may_cover` also on it.
    """

    width_px: float
    height_px: float
    places: tuple[tuple[float, float], ...]
    radius_px: float = 0.0
    is_beside: bool = False
    may_cover: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a label stands: which of its places it belongs to, and how far right of and above it its middle is, in pixels."""

    place: int
    right_px: float
    up_px: float


@dataclass(frozen=True, slots=True)
class _Choice:
    """All spots of one label. Per view, in pixels from the map's middle: where its place and the middle of its box are."""

    spots: tuple[Spot, ...]
    starts: tuple[Numbers, ...]
    middles: tuple[Numbers, ...]
    half: Numbers
    has_line: bool
    costs: Numbers


def spots(labels: Sequence[Label], marks: Numbers, views: Sequence[View]) -> list[Spot | None]:
    """One spot per label, good at every view. `marks` has one row per mark: degrees right, degrees up, radius in pixels.

    One after the other chooses, then each looks again at where the others ended; then a few let go and choose anew, as long as it
    gets better. Labels that stand beside their place take what is left, or None. The same labels give the same spots.
    """
    table = _Table([_choice(label, marks, views) for label in labels])
    lined = [number for number, label in enumerate(labels) if not label.is_beside]
    chosen = _settled(table, lined, {})
    stream = np.random.default_rng(_SEED)
    for _ in range(_TRIES if len(lined) > 1 else 0):
        order = [lined[place] for place in stream.permutation(len(lined))]
        tried = _settled(table, order, {number: chosen[number] for number in order[_LETTING_GO:]})
        chosen = min(chosen, tried, key=table.total)
    chosen = _settled(table, [number for number in range(len(labels)) if number not in chosen], chosen)
    left_out = {n for n in chosen if labels[n].is_beside and table.costs(n, chosen)[chosen[n]] > _NO_ROOM}
    return [None if n in left_out else table.choices[n].spots[chosen[n]] for n in range(len(labels))]


class _Table:
    """The choices of all labels, and what a spot costs beside one that another label has, worked out when first asked for."""

    def __init__(self, choices: Sequence[_Choice]) -> None:
        self.choices = choices
        self._known: dict[tuple[int, int, int], Numbers] = {}

    def costs(self, number: int, chosen: Mapping[int, int]) -> Numbers:
        """What each spot of a label costs where the others stand as chosen."""
        total = self.choices[number].costs.copy()
        for other, spot in chosen.items():
            if other != number:
                total += self._pair(number, other, spot)
        return total

    def total(self, chosen: Mapping[int, int]) -> float:
        return sum(float(self.costs(number, chosen)[spot]) for number, spot in chosen.items())

    def _pair(self, number: int, other: int, spot: int) -> Numbers:
        key = (number, other, spot)
        if key not in self._known:
            self._known[key] = _beside(self.choices[number], self.choices[other], spot)
        return self._known[key]


def _settled(table: _Table, order: Sequence[int], start: Mapping[int, int]) -> dict[int, int]:
    """The spot of each label once none of the order moves any more, or after some rounds; `start` is where some stand now."""
    chosen = dict(start)
    for _ in range(_ROUNDS):
        before = dict(chosen)
        for number in order:
            chosen[number] = int(table.costs(number, chosen).argmin())
        if chosen == before:
            break
    return chosen


def _choice(label: Label, marks: Numbers, views: Sequence[View]) -> _Choice:
    half = np.array([label.width_px / 2 + _GAP_PX, label.height_px / 2 + _GAP_PX])
    found = tuple(_around(label))
    places = np.array([label.places[spot.place] for spot in found])
    shifts = np.array([(spot.right_px, spot.up_px) for spot in found])
    starts = tuple(places * view.px_per_degree for view in views)
    middles = tuple(start + shifts for start in starts)
    costs = _FAR * np.hypot(*(np.abs(shifts) - half).clip(0).T)
    for view, start, middle in zip(views, starts, middles, strict=True):
        frame = np.array([view.width_px / 2, view.height_px / 2]) + _GAP_PX
        seen, radius = marks[:, :2] * view.px_per_degree, np.repeat(marks[:, 2:], 2, axis=1)
        costs = costs + _OUTSIDE * (np.abs(middle) + half - frame).clip(0).sum(axis=1) * label.height_px
        costs = costs + _ON_MARK * _shared(middle, half, seen, radius).sum(axis=1)
        if not label.is_beside:
            costs = costs + _OVER_MARK * _within(_along(start, middle), seen, radius).sum(axis=(1, 2))
    return _Choice(found, starts, middles, half, not label.is_beside, costs)


def _around(label: Label) -> list[Spot]:
    """Every spot that a label may take: each place, at each distance, in each direction."""
    directions, distances = (8, _BESIDE_PX) if label.is_beside else (_DIRECTIONS, _DISTANCES_PX)
    covering = [Spot(place, 0.0, 0.0) for place in range(len(label.places))] if label.may_cover else []
    return covering + [
        _spot(label, place, distance + label.radius_px, math.tau * turn / directions)
        for place in range(len(label.places))
        for distance in distances
        for turn in range(directions)
    ]


def _spot(label: Label, place: int, distance: float, angle: float) -> Spot:
    """The spot whose box ends at that distance from the mark, in that direction."""
    right, up = math.cos(angle), math.sin(angle)
    inside = min(_over(label.width_px / 2, right), _over(label.height_px / 2, up))
    return Spot(place, (distance + inside) * right, (distance + inside) * up)


def _over(half_px: float, share: float) -> float:
    return half_px / abs(share) if abs(share) > 1e-9 else math.inf


def _beside(own: _Choice, other: _Choice, spot: int) -> Numbers:
    """What each spot of a label costs because of another label, which has chosen."""
    costs = np.zeros(len(own.costs))
    for start, middle, other_starts, other_middles in zip(own.starts, own.middles, other.starts, other.middles, strict=True):
        their_start, their_middle = other_starts[[spot]], other_middles[[spot]]
        costs += _ON_LABEL * _shared(middle, own.half, their_middle, other.half[np.newaxis])[:, 0]
        if own.has_line:
            costs += _OVER_LABEL * _within(_along(start, middle), their_middle, other.half[np.newaxis]).sum(axis=(1, 2))
        if other.has_line:
            costs += _OVER_LABEL * _within(_along(their_start, their_middle), middle, own.half[np.newaxis]).sum(axis=1)[0]
        if own.has_line and other.has_line:
            costs += _CROSSING * _cross(start, middle, their_start[0], their_middle[0])
    return costs


def _along(starts: Numbers, ends: Numbers) -> Numbers:
    """Places on the way from each start to its end: label, place, axis."""
    return np.asarray(starts[:, np.newaxis, :] + _ALONG * (ends - starts)[:, np.newaxis, :])


def _shared(middles: Numbers, half: Numbers, others: Numbers, other_half: Numbers) -> Numbers:
    """The area, in square pixels, that each box shares with each of the others."""
    shared = (half + other_half - np.abs(middles[:, np.newaxis, :] - others)).clip(0)
    return np.asarray(np.minimum(shared, 2 * np.minimum(half, other_half)).prod(axis=2))


def _within(places: Numbers, middles: Numbers, half: Numbers) -> NDArray[np.bool_]:
    """Whether each place on each line lies in each of the boxes: line, place, box."""
    return np.asarray((np.abs(places[:, :, np.newaxis, :] - middles) < half).all(axis=3))


def _cross(starts: Numbers, ends: Numbers, start: Numbers, end: Numbers) -> NDArray[np.bool_]:
    """Whether each line crosses another one."""
    apart = _side(starts, ends, start) * _side(starts, ends, end) < 0
    return np.asarray(apart & (_side(start, end, starts) * _side(start, end, ends) < 0))


def _side(start: Numbers, end: Numbers, point: Numbers) -> Numbers:
    """Positive where the point lies to the left of the line from start to end."""
    along, towards = end - start, point - start
    return np.asarray(along[..., 0] * towards[..., 1] - along[..., 1] * towards[..., 0])
