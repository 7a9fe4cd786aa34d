"""Municipalities in their borders: the answers of the tiles, drawn as areas with equal scales."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from dashboard.figures.border_map import border_map
from dashboard.figures.tile_map import TileMapWords
from dashboard.theme import PALETTES, answer_colour

WORDS = TileMapWords("%{customdata[0]}", ", ")
SQUARE = [(5.0, 60.0), (5.0, 60.5), (6.0, 60.5), (6.0, 60.0), (5.0, 60.0)]
HOLE = [(5.4, 60.2), (5.6, 60.2), (5.6, 60.3), (5.4, 60.3), (5.4, 60.2)]
ISLAND = [(6.5, 60.0), (6.5, 60.3), (7.0, 60.3), (7.0, 60.0), (6.5, 60.0)]
BORDERS = {"0001": [SQUARE, HOLE], "0002": [ISLAND]}
ROWS = pd.DataFrame(
    [
        ("0001", "By", "not_met", "■", "Økt", "+4,0 %", "1,0 til 7,0", "9"),
        ("0002", "Øy", "no_data", "–", "Ingen tall", "–", "–", "0"),
        ("0003", "Uten grense", "met", "●", "Ikke økt", "−4,0 %", "−7,0 til −1,0", "9"),
    ],
    columns=["municipality_code", "name", "answer", "symbol", "word", "change", "interval", "said_points"],
)


def drawn(rows: pd.DataFrame = ROWS, ground: str = "light"):
    return border_map(rows, BORDERS, WORDS, "{km} km", PALETTES[ground])


def test_each_border_is_an_area_with_its_hole_and_its_colour():
    land, island, hover = drawn().data
    assert (land.fill, island.fill, hover.mode) == ("toself", "toself", "markers")
    assert list(land.x) == [x for x, _ in SQUARE] + [None] + [x for x, _ in HOLE]
    assert land.line.color == answer_colour("not_met", PALETTES["light"])
    assert (island.line.dash, island.fillcolor) == ("dot", PALETTES["light"].ground)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_a_municipality_has_name_change_symbol_and_word(ground):
    colour = answer_colour("not_met", PALETTES[ground])
    texts = [note.text for note in drawn(ground=ground).layout.annotations]
    assert f'<b>By</b><br><b>+4,0 %</b><br><span style="color:{colour}">■</span> Økt' in texts
    assert not any("Uten grense" in text for text in texts)
    assert any(text.endswith(" km") for text in texts)


def test_all_land_lies_in_the_frame_with_equal_scales():
    layout = drawn().layout
    assert layout.xaxis.range[0] < 5.0 < 7.0 < layout.xaxis.range[1]
    assert layout.yaxis.range[0] < 60.0 < 60.5 < layout.yaxis.range[1]
    assert layout.yaxis.scaleratio == pytest.approx(1 / math.cos(math.radians(60.25)), rel=1e-6)


def test_a_name_is_only_text():
    figure = drawn(ROWS.assign(name="<b onload=x>By"))
    assert any(note.text.startswith("<b>&lt;b onload=x&gt;By</b>") for note in figure.layout.annotations)
    assert "http" not in figure.to_json()
