"""Room for labels: off each other, off the marks, inside the frame, at a narrow width and at a wide one."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.labels import Label, View, spots

VIEWS = [View(300.0, 350.0, 580.0), View(560.0, 900.0, 580.0)]
NO_MARKS = np.empty((0, 3))


def boxes(labels, found, view):
    """Left, right, bottom, top of each label in pixels from the middle of the map."""
    return [
        (
            label.places[spot.place][0] * view.px_per_degree + spot.right_px - label.width_px / 2,
            label.places[spot.place][0] * view.px_per_degree + spot.right_px + label.width_px / 2,
            label.places[spot.place][1] * view.px_per_degree + spot.up_px - label.height_px / 2,
            label.places[spot.place][1] * view.px_per_degree + spot.up_px + label.height_px / 2,
        )
        for label, spot in zip(labels, found, strict=True)
    ]


def overlap(one, other) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def around(places, width=90.0, height=34.0, radius=6.0):
    return [Label(width, height, (place,), radius) for place in places]


def test_a_label_alone_stands_close_to_its_mark_and_not_on_it():
    (label,) = around([(0.0, 0.0)])
    (spot,) = spots([label], np.array([(0.0, 0.0, 6.0)]), VIEWS)
    left, right, bottom, top = boxes([label], [spot], VIEWS[0])[0]
    assert not overlap((left, right, bottom, top), (-6, 6, -6, 6))
    assert np.hypot(spot.right_px, spot.up_px) < 80


@pytest.mark.parametrize("n", [2, 6, 10])
def test_labels_of_a_cluster_cover_neither_each_other_nor_lie_outside(n):
    stream = np.random.default_rng(n)
    places = [tuple(place) for place in stream.uniform(-0.12, 0.12, (n, 2))]
    labels = around(places)
    found = spots(labels, np.array([(*place, 6.0) for place in places]), VIEWS)
    for view in VIEWS:
        drawn = boxes(labels, found, view)
        assert not any(overlap(one, other) for k, one in enumerate(drawn) for other in drawn[:k])
        assert all(
            -view.width_px / 2 <= left
            and right <= view.width_px / 2
            and -view.height_px / 2 <= bottom
            and top <= view.height_px / 2
            for left, right, bottom, top in drawn
        )


def test_a_mark_in_the_way_is_avoided():
    (label,) = around([(0.0, 0.0)])
    free = spots([label], NO_MARKS, VIEWS)[0]
    blocked = np.array([(free.right_px / 560.0, free.up_px / 560.0, 12.0), (free.right_px / 300.0, free.up_px / 300.0, 12.0)])
    (moved,) = spots([label], blocked, VIEWS)
    assert (moved.right_px, moved.up_px) != (free.right_px, free.up_px)


def test_a_label_that_may_cover_its_place_does_so_where_there_is_room():
    label = Label(60.0, 50.0, ((0.0, 0.0),), may_cover=True)
    (spot,) = spots([label], NO_MARKS, VIEWS)
    assert (spot.right_px, spot.up_px) == (0.0, 0.0)


def test_a_name_without_room_is_left_out_and_the_others_stay():
    point = Label(330.0, 560.0, ((0.0, 0.0),), may_cover=True)  # fills the narrow map
    name = Label(100.0, 17.0, ((0.0, 0.0),), is_beside=True)
    found = spots([point, name], NO_MARKS, VIEWS)
    assert found[0] is not None
    assert found[1] is None
    assert spots([name], NO_MARKS, VIEWS)[0] is not None


def test_no_labels_need_no_room():
    assert spots([], NO_MARKS, VIEWS) == []
