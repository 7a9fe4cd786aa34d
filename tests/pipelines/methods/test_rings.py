"""Rings: which way they run, and what they keep when they lose positions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.methods.rings import signed_area, thinned, wound

SQUARE = ((5.0, 60.0), (6.0, 60.0), (6.0, 61.0), (5.0, 61.0), (5.0, 60.0))  # runs against the clock


def coast(
    n: int, radius: float = 0.5, middle: tuple[float, float] = (5.0, 60.0), seed: int = 1
) -> tuple[tuple[float, float], ...]:
    """A closed coast of n places with capes and fjords of every size, always the same."""
    turns = [math.tau * place / n for place in range(n)]
    reach = [radius * (1 + sum(math.sin(k * turn + seed * k) / (3 * k) for k in (2, 3, 5, 8, 13, 34, 89))) for turn in turns]
    ring = [(middle[0] + r * math.cos(turn), middle[1] + r * math.sin(turn)) for r, turn in zip(reach, turns, strict=True)]
    return (*ring, ring[0])


def test_the_area_is_negative_clockwise():
    assert signed_area(SQUARE) == pytest.approx(1.0)
    assert signed_area(SQUARE[::-1]) == pytest.approx(-1.0)


@given(st.booleans(), st.booleans())
def test_a_ring_is_wound_as_asked_and_keeps_its_places(starts_clockwise, is_clockwise):
    ring = SQUARE[::-1] if starts_clockwise else SQUARE
    found = wound(ring, is_clockwise)
    assert (signed_area(found) < 0) == is_clockwise
    assert set(found) == set(ring)
    assert found[0] == found[-1]


def test_rings_that_have_room_stay_as_they_are():
    assert thinned([SQUARE, SQUARE[::-1]], 10) == (SQUARE, SQUARE[::-1])


@pytest.mark.parametrize("n", [401, 5_000, 60_000])
def test_a_long_coast_keeps_its_area_and_its_own_places(n):
    whole = coast(n)
    (found,) = thinned([whole], 400)
    assert len(found) <= 400
    assert found[0] == found[-1] == whole[0]
    assert set(found) <= set(whole)
    assert signed_area(found) == pytest.approx(signed_area(whole), rel=0.02)


def test_of_many_rings_the_largest_are_kept_in_their_order():
    rings = [coast(50, 0.4), *(coast(50, 0.001, (5.0 + place / 10, 61.0)) for place in range(60)), coast(50, 0.3, (7.0, 60.0))]
    found = thinned(rings, 400)
    assert sum(len(ring) for ring in found) <= 400
    assert len(found) == 57
    assert (found[0][0], found[-1][0]) == (rings[0][0], rings[-1][0])
    assert all(signed_area(ring) > 0 for ring in found)


def test_a_straight_line_needs_its_ends_alone():
    straight = ((5.0, 60.0), *((5.0 + place / 100, 60.0) for place in range(1, 100)), (6.0, 60.0), (6.0, 61.0), (5.0, 60.0))
    (found,) = thinned([straight], 50)
    assert found == ((5.0, 60.0), (6.0, 60.0), (6.0, 61.0), (5.0, 60.0))


@given(st.integers(4, 300), st.integers(1, 9), st.integers(12, 80))
def test_what_is_left_is_closed_runs_the_same_way_and_is_no_more_than_asked(n, seed, most):
    whole = coast(n, seed=seed)
    (found,) = thinned([whole], most)
    assert 4 <= len(found) <= max(most, 4)
    assert found[0] == found[-1]
    assert (signed_area(found) < 0) == (signed_area(whole) < 0)
