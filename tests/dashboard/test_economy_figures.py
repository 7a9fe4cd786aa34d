"""The figures of the page about economy as pure functions: what is drawn is what was given."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate, pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.bridge_bars import Bar, bridge_bars, scale_of
from dashboard.figures.frame_bars import frame_bars
from dashboard.figures.money_years import YearWords, money_years, year_results
from dashboard.figures.paper import line_px
from dashboard.figures.s_curve import CurveWords, names_apart, s_curve
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


@pytest.mark.parametrize(("second", "is_raised"), [(55.0, True), (54.0, True), (20.0, False)])
def test_the_labels_of_two_years_side_by_side_stand_in_two_lines(second, is_raised):
    years = pd.DataFrame(
        [(2025, second, "a", float("nan"), "x"), (2026, 55.0, "b", float("nan"), "y")],
        columns=["year", "mnok", "label", "budget_mnok", "hover"],
    )
    figure = money_years(ROWS, years, 2026, WORDS, COLOURS, ", ", PALETTE)
    first, last = (note.yshift for note in figure.layout.annotations[:2])
    assert (first, last > 4) == (4, is_raised)


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


CURVE_WORDS = CurveWords("Plan", "Forecast", "Spent", "%{customdata[0]}", "P15", "P85")


def band(*bounds: tuple[float, float]):
    rows = [(dt.date(2021 + place, 12, 31), low, high, "l", "h") for place, (low, high) in enumerate(bounds)]
    return pd.DataFrame(rows, columns=["on", "low_mnok", "high_mnok", "low_hover", "high_hover"])


def names_beside(figure):
    """The names at the ends of the lines, the lowest first."""
    found = [(note.y, note.text) for note in figure.layout.annotations if note.xref == "paper"]
    return [text for _, text in sorted(found)]


def test_every_line_is_named_beside_its_end_in_their_order():
    figure = s_curve(points(1, 5, 9), points(2, 6, 12), points(1, 2), CURVE_WORDS, ", ", PALETTE)
    assert names_beside(figure) == ["<b>Plan</b>", "<b>Forecast</b>"]
    assert [note.text for note in figure.layout.annotations if note.xref != "paper"] == ["<b>Spent</b>"]
    assert [trace.line.dash for trace in figure.data[:3]] == ["dash", "dot", None]
    assert figure.layout.yaxis.range[1] > 12


def test_the_band_is_a_tint_between_two_lines_that_are_named():
    drawn = band((2, 2), (5, 8), (9, 20))
    figure = s_curve(points(1, 5, 9), points(2, 6, 12), points(1, 2), CURVE_WORDS, ", ", PALETTE, drawn)
    low, high = figure.data[:2]
    assert (list(low.y), list(high.y)) == ([2, 5, 9], [2, 8, 20])
    assert (low.fill, high.fill) == (None, "tonexty")
    assert low.line.width == high.line.width == 1
    assert names_beside(figure) in (
        ["<b>P15</b>", "<b>Plan</b>", "<b>Forecast</b>", "<b>P85</b>"], ["<b>Plan</b>", "<b>P15</b>", "<b>Forecast</b>", "<b>P85</b>"],
    )  # fmt: skip
    assert figure.layout.yaxis.range[1] > 20


@pytest.mark.parametrize("drawn", [None, band(), band((2, 2))])
def test_without_a_width_there_is_no_band(drawn):
    figure = s_curve(points(1, 5), points(2, 6), points(1, 2), CURVE_WORDS, ", ", PALETTE, drawn)
    assert not [trace for trace in figure.data if trace.fill]
    assert names_beside(figure) == ["<b>Plan</b>", "<b>Forecast</b>"]


heights = st.lists(st.floats(0, 1000), max_size=6)


@given(heights, st.floats(0.1, 200))
def test_names_stand_apart_in_their_order_and_stay_where_there_is_room(given_heights, gap):
    found = names_apart(given_heights, gap)
    ordered = [height for _, height in sorted(zip(given_heights, found, strict=True))]
    assert all(after - before >= gap * (1 - 1e-9) for before, after in pairwise(ordered))
    if all(after - before >= gap for before, after in pairwise(sorted(given_heights))):
        assert found == pytest.approx(given_heights)
    assert sum(found) == pytest.approx(sum(given_heights))


def test_a_curve_begins_with_its_first_day_and_names_few_years():
    figure = s_curve(points(*range(12)), points(1, 2), points(1, 2), CURVE_WORDS, ", ", PALETTE)
    assert list(figure.layout.xaxis.range) == [dt.date(2020, 12, 31), dt.date(2031, 12, 31)]
    assert list(figure.layout.xaxis.ticktext) == ["2024", "2028"]


def bridged(opening, steps, closing):
    bars = [Bar(f"S{number}", size, f"{size:+}") for number, size in enumerate(steps)]
    return bridge_bars(Bar("From", opening, "a"), bars, Bar("To", closing, "z"), "broken axis", ", ", PALETTE)


def test_each_step_begins_where_the_one_before_ended_and_the_totals_are_bars():
    figure = bridged(100.0, [-30.0, 50.0], 120.0)
    bars = [(bar.base[0], bar.x[0], bar.y[0]) for bar in figure.data]
    assert bars == [(0.0, 100.0, 0), (100.0, -30.0, 1), (70.0, 50.0, 2), (0.0, 120.0, 3)]
    assert [bar.marker.pattern.shape for bar in figure.data] == [None, "/", None, None]
    assert figure.layout.xaxis.title.text is None
    assert figure.layout.xaxis.range[0] == 0


def test_where_totals_dwarf_the_steps_the_axis_is_broken_and_says_so():
    figure = bridged(12_000.0, [-40.0, 90.0], 12_050.0)
    low, high = figure.layout.xaxis.range
    assert 0 < low < 11_960 < 12_050 < high
    opening, *_, closing = figure.data
    assert opening.base[0] == closing.base[0] == low
    assert (opening.base[0] + opening.x[0], closing.base[0] + closing.x[0]) == pytest.approx((12_000, 12_050))
    assert figure.layout.xaxis.title.text == "broken axis"
    cuts = [shape for shape in figure.layout.shapes if shape.line.color == PALETTE.ground]
    assert [round((shape.y0 + shape.y1) / 2) for shape in cuts] == [0, 0, 3, 3]
    assert all(low < shape.x0 < shape.x1 < 11_960 for shape in cuts)


def test_what_stands_beside_the_longest_bar_has_its_room_in_the_margin():
    short, long = (bridge_bars(Bar("A", 9.0, said), [], Bar("B", 9.0, said), "", ", ", PALETTE) for said in ("9", "12 544,7"))
    assert long.layout.margin.r >= line_px("<b>12 544,7</b>", 16) > short.layout.margin.r


@pytest.mark.parametrize(
    ("opening", "steps"), [(0.0, [5.0]), (100.0, []), (10.0, [-10.0]), (5.0, [-10.0, 20.0]), (1000.0, [1.0])]
)
def test_every_bar_lies_inside_the_axis(opening, steps):
    bars = [Bar("", size, "") for size in steps]
    scale = scale_of(Bar("", opening, ""), bars)
    ends = list(accumulate([opening, *steps]))
    assert scale.start <= min(ends) <= max(ends) < scale.end
    assert scale.is_broken == (scale.start > 0)


@pytest.mark.parametrize(("last", "anchor", "side"), [(2, "left", "top"), (11, "right", "bottom")])
def test_what_is_spent_early_is_named_below_to_the_right_where_there_is_room(last, anchor, side):
    figure = s_curve(points(*range(13)), points(), points(*range(last + 1)), CURVE_WORDS, ", ", PALETTE)
    named = next(note for note in figure.layout.annotations if CURVE_WORDS.spent in note.text)
    assert (named.xanchor, named.yanchor) == (anchor, side)


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
