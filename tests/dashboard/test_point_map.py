"""The map of points as a pure function of its table: proportions, symbols, sizes, names and what lies underneath."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from dashboard.figures.geography import KM_PER_DEGREE, frame_around, inner_place, scale_km
from dashboard.figures.point_map import HEIGHT_PX, N_LABELS, PointMapWords, place_colour, point_map
from dashboard.theme import PALETTES

WORDS = PointMapWords("%{customdata[0]}", "{km} km, nord opp", ", ")
PLACES = ("above", "below", "within", "unknown")
LAND = {"By": [[(4.0, 59.0), (4.0, 62.0), (7.0, 62.0), (7.0, 59.0), (4.0, 59.0)]]}


def table(n: int = 4, **columns: object) -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "name": [f"Punkt {number}" for number in range(n)],
            "road": "E99",
            "municipality_name": "By",
            "latitude": [60.0 + 0.03 * (number % 5) for number in range(n)],
            "longitude": [5.0 + 0.05 * (number // 5) for number in range(n)],
            "weight_pct": [100.0 / (number + 1) for number in range(n)],
            "place": [PLACES[number % 4] for number in range(n)],
            "is_in_agreement": True,
            "change": [f"+{number} %" for number in range(n)],
            "weight": "1,0",
            "place_word": "Over",
        }
    )
    return found.assign(**columns)


def drawn(points: pd.DataFrame | None = None, borders: dict | None = None, ground: str = "light"):
    return point_map(table() if points is None else points, borders or {}, WORDS, PALETTES[ground])


def marks(figure):
    return figure.data[-1]


def texts(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_a_kilometre_is_as_long_in_both_directions():
    layout = drawn().layout
    middle = sum(layout.yaxis.range) / 2
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis.scaleratio == pytest.approx(1 / math.cos(math.radians(middle)), rel=1e-6)
    assert layout.yaxis.range[0] < layout.yaxis.range[1]  # north up
    assert layout.xaxis.range[0] < layout.xaxis.range[1]
    assert not layout.xaxis.visible
    assert not layout.yaxis.visible


def test_every_point_lies_in_the_frame_at_its_coordinates():
    figure, points = drawn(), table()
    found = {(x, y) for x, y in zip(marks(figure).x, marks(figure).y, strict=True)}
    assert found == set(zip(points["longitude"], points["latitude"], strict=True))
    (west, east), (south, north) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert all(west < x < east and south < y < north for x, y in found)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_place_beside_the_area_is_a_symbol_and_a_colour(ground):
    trace = marks(drawn(ground=ground))
    shown = dict(
        zip([row[0] for row in trace.customdata], zip(trace.marker.symbol, trace.marker.color, strict=True), strict=True)
    )
    symbols = ("triangle-up", "triangle-down", "circle", "circle-open")
    assert shown == {
        f"Punkt {number}": (symbol, place_colour(place, PALETTES[ground]))
        for number, (symbol, place) in enumerate(zip(symbols, PLACES, strict=True))
    }
    assert len({place_colour(place, PALETTES[ground]) for place in ("above", "below", "within")}) == 3


def test_size_is_traffic_and_the_small_lie_on_top_of_the_large():
    sizes = list(marks(drawn(table(30))).marker.size)
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= 9


def test_a_point_outside_the_agreement_is_hollow():
    trace = marks(drawn(table(is_in_agreement=[True, False, True, True])))
    hollow = [
        row[0] for row, colour in zip(trace.customdata, trace.marker.color, strict=True) if colour == PALETTES["light"].ground
    ]
    assert hollow == ["Punkt 1"]


def test_ten_points_have_names_however_many_there_are():
    named = [text for text in texts(drawn(table(60))) if text.startswith("Punkt")]
    assert named == [f"Punkt {number}<br><b>+{number} %</b>" for number in range(N_LABELS)]


def test_a_long_name_takes_two_lines():
    assert "Rampe fra brua -<br>Knappetunnelen<br><b>+0 %</b>" in texts(drawn(table(1, name="Rampe fra brua - Knappetunnelen")))


def test_borders_lie_underneath_and_are_areas_not_a_map_service():
    figure = drawn(borders=LAND)
    land, points = figure.data
    assert (land.fill, land.type, points.mode) == ("toself", "scatter", "markers")
    assert (land.fillcolor, figure.layout.plot_bgcolor) == (PALETTES["light"].wash, PALETTES["light"].ground)
    assert drawn().layout.plot_bgcolor == PALETTES["light"].wash


def test_a_municipality_is_named_inside_its_borders_and_left_out_where_it_has_no_name():
    assert "BY" in texts(drawn(borders=LAND))
    assert texts(drawn(table(2, municipality_name="")))[1:] == ["Punkt 0<br><b>+0 %</b>", "Punkt 1<br><b>+1 %</b>"]


def test_a_single_point_still_makes_a_map():
    figure = drawn(table(1))
    (west, east), (south, north) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert (north - south) * KM_PER_DEGREE >= 4
    assert (east - west) * KM_PER_DEGREE * math.cos(math.radians(60)) >= 4 - 1e-6
    assert "1 km, nord opp" in texts(figure)


@pytest.mark.parametrize(("across", "expected"), [(0.05, 1), (0.5, 5), (1.0, 10), (3.0, 20)])
def test_the_scale_is_a_round_number_and_at_most_a_quarter(across, expected):
    frame = frame_around([(5.0, 60.0), (5.0 + across, 60.0 + across / 2)], room=0)
    assert scale_km(frame) == expected
    assert scale_km(frame) <= max(1, across * KM_PER_DEGREE * frame.shrink / 4 + 1e-9)


def test_the_bar_is_as_long_as_it_says():
    figure = drawn(table(60))
    (bar,) = figure.layout.shapes
    ends = [float(place.split(",")[0]) for place in bar.path.replace("M ", "").replace("L ", "").split(" ")]
    shrink = 1 / figure.layout.yaxis.scaleratio
    said = int(next(text for text in texts(figure) if "km" in text).split(" ")[0])
    assert (max(ends) - min(ends)) * shrink * KM_PER_DEGREE == pytest.approx(said)


def test_a_place_is_found_inside_the_largest_ring():
    island = [(9.0, 60.0), (9.0, 60.1), (9.1, 60.1), (9.0, 60.0)]
    bay = [(4.0, 60.0), (4.0, 61.0), (6.0, 61.0), (6.0, 60.0), (5.1, 60.0), (5.1, 60.9), (4.9, 60.9), (4.9, 60.0), (4.0, 60.0)]
    east, north = inner_place([island, bay])
    assert 60.0 < north < 61.0
    assert 4.0 < east < 4.9 or 5.1 < east < 6.0
    in_the_east = frame_around([(5.2, 60.2), (6.0, 60.8)], room=0)
    assert inner_place([bay], in_the_east)[0] > 5.2
    assert inner_place([bay], frame_around([(20.0, 60.0), (21.0, 61.0)], room=0)) is None


def test_a_name_is_only_text_and_nothing_comes_from_elsewhere():
    figure = drawn(table(1, name="<a href='x'>B&B</a>"), LAND, "dark")
    assert "&lt;a href='x'&gt;B&amp;B&lt;/a&gt;<br><b>+0 %</b>" in texts(figure)
    assert marks(figure).customdata[0][0] == "&lt;a href='x'&gt;B&amp;B&lt;/a&gt;"
    assert "http" not in figure.to_json()
    assert {trace.type for trace in figure.data} == {"scatter"}  # no type of trace that fetches a map


def test_the_same_points_give_the_same_map():
    assert drawn(table(20)).to_json() == drawn(table(20)).to_json()
    assert drawn().layout.height == HEIGHT_PX
