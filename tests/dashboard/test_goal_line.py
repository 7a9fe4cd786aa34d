"""The goal figure as a pure function of its table."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboard.figures.goal_line import GoalLineWords, Mark, goal_line
from dashboard.theme import PALETTES

WORDS = GoalLineWords("2018-nivå", "0,8 % (−2,2 til 3,8)", {12: "12 md.", 24: "24 md.", 36: "36 md."}, "", ", ", {})


def series() -> pd.DataFrame:
    months = pd.date_range("2025-01-01", periods=4, freq="MS")
    rows = [
        {"window_months": window, "last_month": month, "index_pct": n + window / 100, "ci_low_pct": n - 1, "ci_high_pct": n + 1.5}
        for window in (12, 24, 36)
        for n, month in enumerate(months)
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(hover_month="", hover_index="", hover_interval="", hover_points=1)


def drawn(is_monthly: bool = True, marks=(), ground: str = "light"):
    return goal_line(series(), 36, is_monthly, marks, WORDS, PALETTES[ground])


def labels(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_the_chosen_line_and_its_bounds_are_those_of_the_table():
    figure, own = drawn(), series().query("window_months == 36")
    drawn_lines = {tuple(trace.y) for trace in figure.data}
    assert {tuple(own["index_pct"]), tuple(own["ci_low_pct"]), tuple(own["ci_high_pct"])} <= drawn_lines


def test_the_other_windows_are_there_and_named_directly():
    assert {"12 md.", "24 md."} <= set(labels(drawn()))
    assert "36 md." not in labels(drawn())


def test_the_last_value_carries_its_interval_and_zero_its_name():
    assert "<b>0,8 % (−2,2 til 3,8)</b>" in labels(drawn())
    axis = drawn().layout.yaxis
    assert dict(zip(axis.tickvals, axis.ticktext, strict=True))[0] == "<b>2018-nivå</b>"


def test_months_that_do_not_follow_each_other_get_bars_instead_of_a_band():
    figure = drawn(is_monthly=False)
    assert not [trace for trace in figure.data if trace.fill == "tonexty"]
    (line,) = (trace for trace in figure.data if trace.error_y.array is not None)
    assert line.mode == "lines+markers"
    assert line.line.dash == "dot"


def test_events_are_a_line_or_a_span_and_near_ones_do_not_share_a_height():
    marks = [
        Mark("Ny E39 mellom to byer", dt.date(2025, 1, 1)),
        Mark("Bane", dt.date(2025, 2, 1)),
        Mark("Pandemi", dt.date(2025, 3, 1), dt.date(2025, 4, 1)),
    ]
    figure = drawn(marks=marks)
    heights = {note.text: note.yshift for note in figure.layout.annotations if note.yshift is not None}
    assert heights["Ny E39 mellom to byer"] != heights["Bane"]
    assert heights["Bane"] == heights["Pandemi"]
    assert {shape.type for shape in figure.layout.shapes} == {"line", "rect"}


def test_labels_of_nearly_equal_lines_stand_apart():
    figure = drawn()
    low, high = figure.layout.yaxis.range
    ys = sorted(note.y for note in figure.layout.annotations if note.text in {"12 md.", "24 md."})
    assert ys[1] - ys[0] >= 0.03 * (high - low)


def test_nothing_drawn_lies_outside_the_axis():
    figure = drawn()
    low, high = figure.layout.yaxis.range
    assert all(low <= value <= high for trace in figure.data for value in trace.y)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_nothing_on_it_is_asked_for_elsewhere(ground):
    figure = drawn(ground=ground)
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert not figure.layout.images
