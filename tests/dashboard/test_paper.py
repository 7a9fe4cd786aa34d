"""Room for the labels of a figure, said and not found out by drawing it again."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dashboard.figures.paper import line_px, paper, with_room
from dashboard.theme import PALETTES

PALETTE = next(iter(PALETTES.values()))


@pytest.mark.parametrize(
    ("narrow", "wide"), [("1", "11"), ("ill", "www"), ("abc", "ABC"), ("10 000", "100 000"), ("Nord", "<b>Nord</b>")]
)
def test_what_has_more_or_wider_signs_is_wider(narrow, wide):
    assert 0 < line_px(narrow, 15) < line_px(wide, 15)
    assert line_px(wide, 30) == pytest.approx(2 * line_px(wide, 15))


def test_only_what_is_bold_is_wider_and_tags_have_no_width():
    assert line_px("Nord <b>12</b>", 10) == pytest.approx(line_px("Nord ", 10) + line_px("<b>12</b>", 10))
    assert line_px("<b></b>", 10) == 0


def test_the_widest_line_of_any_label_has_room_and_plotly_looks_for_none():
    figure = go.Figure(layout=paper(PALETTE, ", ", 200))
    with_room(figure, ["Nord", "En lang linje<br>kort", ""], 14, below_px=12)
    assert figure.layout.margin.l >= line_px("En lang linje", 14)
    assert figure.layout.margin.l < line_px("En lang linje<br>kort".replace("<br>", " "), 14)
    assert (figure.layout.margin.b, figure.layout.xaxis.automargin, figure.layout.yaxis.automargin) == (12, False, False)
