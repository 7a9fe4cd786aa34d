"""The dots of the points as a pure function of their table."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.figures.point_dots import PointDotWords, point_dots
from dashboard.theme import PALETTES

WORDS = PointDotWords("Området +0,8 %", "", ", ")


def table(n: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "point_name": [f"Et punkt med et ganske langt navn {number}" for number in range(n)],
            "change_pct": [5.0 - number for number in range(n)],
            "weight_pct": [50.0 / (number + 1) for number in range(n)],
            "hover_name": "",
            "hover_change": "",
            "hover_weight": "",
        }
    )


def test_every_point_is_a_dot_in_the_order_of_the_table():
    figure = point_dots(table(), 0.8, (-2.2, 3.8), WORDS, PALETTES["light"])
    (dots,) = figure.data
    assert list(dots.x) == [5.0, 4.0, 3.0]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]


def test_size_is_weight_and_long_names_are_cut_with_a_sign():
    figure = point_dots(table(), 0.8, None, WORDS, PALETTES["light"])
    assert list(figure.data[0].marker.size) == [50.0, 25.0, 50.0 / 3]
    assert all(len(name) == 22 and name.endswith("…") for name in figure.layout.yaxis.ticktext)


def test_the_interval_of_the_area_stands_behind_where_there_is_one():
    with_interval = point_dots(table(), 0.8, (-2.2, 3.8), WORDS, PALETTES["dark"])
    without = point_dots(table(), 0.8, None, WORDS, PALETTES["dark"])
    assert len(with_interval.layout.shapes) == len(without.layout.shapes) + 1


@pytest.mark.parametrize(
    ("changes", "levels"),
    [
        ([16.0, 1.0, -18.9], ["−10", "0", "+10"]),
        ([12.9, -27.5], ["−20", "−10", "0", "+10"]),
        ([2.4, -0.3], ["0", "+1", "+2"]),
        ([12.0, 9.0], ["0", "+5", "+10"]),
        ([900.0, -20.0], ["0"]),
        ([-3.0], ["−3", "−2", "−1", "0"]),
    ],
)
def test_the_axis_names_few_whole_per_cents_and_always_zero(changes, levels):
    points = table(len(changes)).assign(change_pct=changes)
    assert list(point_dots(points, 0.8, None, WORDS, PALETTES["light"]).layout.xaxis.ticktext) == levels


def test_no_text_is_smaller_than_can_be_read_on_a_projector():
    figure = point_dots(table(), 0.8, None, WORDS, PALETTES["light"])
    assert min(figure.layout.yaxis.tickfont.size, figure.layout.xaxis.tickfont.size) >= 14


def test_sixty_points_have_room_of_their_own():
    assert point_dots(table(60), 0.8, None, WORDS, PALETTES["light"]).layout.height >= 60 * 20
