"""The figures of the page about economy as pure functions: what is drawn is what was given."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboard.figures.frame_bars import frame_bars
from dashboard.figures.money_years import YearWords, money_years, year_results
from dashboard.figures.s_curve import CurveWords, s_curve
from dashboard.theme import PALETTES

PALETTE = PALETTES["light"]
ROWS = pd.DataFrame(
    [(2025, "toll", 30.0, "a"), (2025, "state", 10.0, "b"), (2026, "toll", 50.0, "c"), (2026, "<b>", 5.0, "d")],
    columns=["year", "source", "mnok", "hover"],
)
YEARS = pd.DataFrame(
    [(2025, 40.0, "", 44.0, "x"), (2026, 55.0, "55", float("nan"), "y")],
    columns=["year", "mnok", "label", "budget_mnok", "hover"],
)
COLOURS = {"toll": "#111111", "state": "#222222", "<b>": "#333333"}
WORDS = YearWords("Spent", "Forecast", "%{customdata[0]}")


def years_figure():
    return money_years(ROWS, YEARS, 2026, WORDS, COLOURS, ", ", PALETTE)


def test_each_source_is_stacked_in_its_colour():
    bars = [trace for trace in years_figure().data if trace.type == "bar"]
    assert [(bar.marker.color, list(bar.x), list(bar.y)) for bar in bars] == [
        ("#111111", [2025, 2026], [30.0, 50.0]), ("#222222", [2025], [10.0]), ("#333333", [2026], [5.0]),
    ]  # fmt: skip
    assert years_figure().layout.barmode == "stack"


def test_only_a_known_budget_is_marked():
    marks = [trace for trace in years_figure().data if trace.type == "scatter" and trace.mode == "lines"]
    assert [y for y in marks[0].y if y is not None] == [44.0, 44.0]


def test_bars_are_labelled_where_asked_and_spending_ends_before_the_year_of_the_reports():
    figure = years_figure()
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["<b>55</b>", "Spent", "Forecast"]
    assert figure.layout.shapes[0].x0 == 2025.5
    assert list(figure.layout.xaxis.ticktext) == ["2026"]


def test_everything_lies_below_the_top():
    assert years_figure().layout.yaxis.range[1] > 55


def results(*mnok: float):
    rows = pd.DataFrame(
        {"year": range(2024, 2024 + len(mnok)), "mnok": mnok, "label": [f"{it:+.0f}" for it in mnok], "hover": "h"}
    )
    return year_results(rows, 2025, "%{customdata[0]}", ", ", PALETTE)


def test_a_lacking_year_is_told_without_colour_too():
    bar = results(20.0, -10.0, 1.0).data[0]
    assert list(bar.marker.pattern.shape) == ["", "/", ""]
    # A year near nothing is not named; its number stands in the table.
    assert list(bar.text) == ["<b>+20</b>", "<b>-10</b>", ""]


@pytest.mark.parametrize("mnok", [(0.0, 0.0), (5.0,), (-5.0, -1.0)])
def test_years_of_any_sign_are_drawn_inside(mnok):
    low, high = results(*mnok).layout.yaxis.range
    assert low < high
    assert low <= min(mnok) <= max(mnok) <= high


def points(*mnok: float):
    return pd.DataFrame({"on": [dt.date(2020 + place, 12, 31) for place in range(len(mnok))], "mnok": mnok, "hover": "h"})


def test_the_higher_line_is_named_above_the_lower_below():
    words = CurveWords("Plan", "Forecast", "Spent", "%{customdata[0]}")
    figure = s_curve(points(1, 5, 9), points(2, 6, 12), points(1, 2), words, ", ", PALETTE)
    assert [(note.text, note.yanchor) for note in figure.layout.annotations] == [
        ("<b>Forecast</b>", "bottom"), ("<b>Plan</b>", "top"), ("<b>Spent</b>", "bottom"),
    ]  # fmt: skip
    assert [trace.line.dash for trace in figure.data[:3]] == ["dash", "dot", None]
    assert figure.layout.yaxis.range[1] > 12


def test_a_curve_without_lines_is_empty_and_stands():
    words = CurveWords("Plan", "Forecast", "Spent", "")
    assert len(s_curve(points(), points(), points(), words, ", ", PALETTE).data) == 0


def test_a_frame_is_a_mark_and_one_that_is_not_there_is_none():
    rows = pd.DataFrame(
        [("Toll <b>", 10.0, 20.0, 30.0, "20 of 30", "h"), ("State", 1.0, 2.0, float("nan"), "2, no frame", "h")],
        columns=["name", "spent_mnok", "forecast_mnok", "frame_mnok", "label", "hover"],
    )
    figure = frame_bars(rows, ", ", PALETTE)
    assert [(shape.x0, shape.y0 < 0 < shape.y1) for shape in figure.layout.shapes] == [(30.0, True)]
    assert [list(trace.x) for trace in figure.data if trace.type == "bar"] == [[20.0, 2.0], [10.0, 1.0]]
    assert figure.layout.yaxis.ticktext[0] == "Toll &lt;b&gt;<br><b>20 of 30</b>"
    assert figure.layout.xaxis.range[1] > 30
