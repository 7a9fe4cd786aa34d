"""The tile map as a pure function of its table: equal squares, colour with symbol and word, one scale for all intervals."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from dashboard.figures.tile_map import TileMapWords, tile_map
from dashboard.theme import PALETTES, answer_colour

WORDS = TileMapWords("%{customdata[0]}", ", ")
COLUMNS = ["name", "row", "column", "answer", "symbol", "word", "index_pct", "ci_low_pct", "ci_high_pct", "interval"]
NAN = math.nan
ROWS = [
    ("Nord", 0, 1, "not_met", "■", "Økt", 4.0, 1.0, 7.0, "1,0 til 7,0"),
    ("Vest", 1, 0, "cannot_tell", "◌", "Kan ikke si", -2.0, -20.0, 16.0, "−20,0 til 16,0"),
    ("By", 1, 1, "met", "●", "Ikke økt", -3.0, -5.0, -1.0, "−5,0 til −1,0"),
    ("Alene", 2, 0, "cannot_tell", "◌", "Kan ikke si", 10.0, NAN, NAN, "ett punkt"),
    ("Tom", 2, 1, "no_data", "–", "Ingen tall", NAN, NAN, NAN, "–"),
]


def table(rows=ROWS) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.assign(change=[f"{change} %" for change in found["index_pct"]], said_points="7")


def drawn(rows=ROWS, ground: str = "light"):
    return tile_map(table(rows), WORDS, PALETTES[ground])


def squares(figure) -> list:
    return [trace for trace in figure.data if trace.fill == "toself"]


def texts(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_every_municipality_has_a_square_of_the_same_size_in_its_place():
    found = squares(drawn())
    sides = {(round(max(s.x) - min(s.x), 9), round(max(s.y) - min(s.y), 9)) for s in found}
    assert len(sides) == 1
    assert len(set(sides.pop())) == 1
    assert [(math.floor(min(s.x)), math.floor(min(s.y))) for s in found] == [(1, 0), (0, 1), (1, 1), (0, 2), (1, 2)]
    axes = drawn().layout
    assert (axes.yaxis.scaleanchor, axes.yaxis.scaleratio or 1) == ("x", 1)
    assert axes.yaxis.range[0] > axes.yaxis.range[1]  # the first row is on top


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_an_answer_has_its_colour_its_symbol_and_its_word(ground):
    figure, palette = drawn(ground=ground), PALETTES[ground]
    for square, (name, _, _, answer, symbol, word, *_) in zip(squares(figure), ROWS, strict=True):
        colour = answer_colour(answer, palette)
        assert square.line.color == colour
        assert f'<span style="color:{colour}">{symbol}</span> {word}' in texts(figure)
        assert f"<b>{name}</b>" in texts(figure)


def test_without_an_answer_there_is_only_a_dotted_outline():
    *given, missing = squares(drawn())
    assert missing.line.dash == "dot"
    assert missing.fillcolor == PALETTES["light"].ground
    assert {square.line.dash for square in given} == {"solid"}


def test_the_intervals_share_a_scale_and_stay_inside_their_tiles():
    lines = [shape for shape in drawn().layout.shapes if shape.y0 == shape.y1]
    lengths = [line.x1 - line.x0 for line in lines]
    assert lengths == pytest.approx([lengths[0] * part for part in (1, 36 / 6, 4 / 6)])
    assert all(math.floor(line.x0) == math.floor(line.x1) for line in lines)
    ticks = [shape for shape in drawn().layout.shapes if shape.x0 == shape.x1]
    assert [tick.x0 for tick in ticks] == [1.5, 0.5, 1.5, 0.5]


def test_a_single_point_has_a_dot_and_no_line():
    dots = [trace for trace in drawn().data if trace.marker.size == 9]
    assert len(dots) == 4
    assert "ett punkt" in texts(drawn())


def test_more_than_three_in_a_row_are_brief():
    wide = drawn([(name, row, 2 * column, *rest) for name, row, column, *rest in ROWS] + [("Øst", 0, 3, *ROWS[0][3:])])
    assert "Nord" in texts(wide)
    assert "1,0 til 7,0" not in texts(wide)
    assert not wide.layout.shapes


def test_no_change_at_all_divides_by_nothing():
    figure = drawn([("By", 0, 0, "met", "●", "Ikke økt", 0.0, 0.0, 0.0, "0,0 til 0,0")])
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5, 0.5]


def test_no_text_is_smaller_than_can_be_read_on_a_screen_on_the_wall():
    assert min(note.font.size for note in drawn().layout.annotations) >= 14


def test_a_name_is_only_text_and_nothing_comes_from_elsewhere():
    figure = drawn([("<a href='x'>By</a>", *ROWS[2][1:])])
    assert "<b>&lt;a href='x'&gt;By&lt;/a&gt;</b>" in texts(figure)
    assert figure.data[-1].customdata[0][0].startswith("&lt;a")
    assert "http" not in figure.to_json()
