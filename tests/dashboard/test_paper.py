"""Room for the labels of a figure, said and not found out by drawing it again."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.figures.cost_history import LaneWords, cost_lanes
from dashboard.figures.paper import line_px, paper, with_room
from dashboard.figures.place_bars import place_bars
from dashboard.figures.share_bars import share_bars
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
    assert figure.layout.yaxis.ticklabeloverflow == "allow"


def test_what_stands_beside_the_longest_bar_has_its_room_in_the_margin():
    rows = pd.DataFrame(
        [("A", 59.0, "59 %", "", False), ("B", 2.0, "2 %", "", True)], columns=["name", "share_pct", "label", "hover", "is_rest"]
    )
    figure = share_bars(rows, ", ", PALETTE)
    assert figure.layout.margin.r >= line_px("59 %", 15)
    assert tuple(figure.layout.xaxis.range) == (0, 59)


@pytest.mark.parametrize("is_chosen", [True, False])
@pytest.mark.parametrize(("name", "is_cut"), [("Nord", False), ("Several municipalities or none at all", True)])
def test_a_name_that_is_too_wide_for_its_bar_is_cut_and_its_figures_are_not(name, is_cut, is_chosen):
    rows = pd.DataFrame(
        [(name, 5.0, "5 % · ■ 3 ▲ 14", is_chosen, "")], columns=["name", "share_pct", "label", "is_chosen", "hover"]
    )
    said = place_bars(rows, 5.0, ", ", PALETTE).layout.annotations[0].text
    assert ("…" in said, name in said, "5 % · ■ 3 ▲ 14" in said) == (is_cut, not is_cut, True)
    assert line_px(said, 15) <= 280


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("2016-kroner", "<b>Anslag</b><br>2016-kroner"),
        (
            "prisnivå ikke oppgitt, uten mva., med grunnerverv",
            "<b>Anslag</b>, prisnivå ikke oppgitt,<br>uten mva., med grunnerverv",
        ),
    ],
)
def test_what_a_lane_says_stands_in_two_lines_that_a_phone_has_room_for(below, said):
    day = dt.date(2020, 5, 1)
    rows = pd.DataFrame([(0, day, day, "5", False, "")], columns=["lane", "first", "last", "label", "is_open", "hover"])
    figure = cost_lanes(rows, [LaneWords("Anslag", below)], "", PALETTE)
    assert said in [note.text for note in figure.layout.annotations]
