"""The figures of the page about progress as pure functions: what is drawn where, and every label in its place."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboard.figures.date_lanes import height
from dashboard.figures.milestone_trend import TrendLine, TrendWords, milestone_trend
from dashboard.figures.moved_arrows import ArrowWords, moved_arrows
from dashboard.figures.opening_dates import opening_dates
from dashboard.figures.phase_bars import phase_bars
from dashboard.theme import PALETTES

LIGHT = PALETTES["light"]
HOVER = "%{customdata[0]}<extra></extra>"


def day(text):
    return dt.date.fromisoformat(text)


def arrows(*moves):
    rows = pd.DataFrame(
        [{"name": f"P{n}", "from_days": a, "to_days": b, "label": f"{b - a:+d}", "hover": "h"} for n, (a, b) in enumerate(moves)]
    )
    return moved_arrows(rows, ArrowWords("adopted <plan>", HOVER), ", ", LIGHT)


@pytest.mark.parametrize("moves", [((10, 70),), ((10, 70), (-20, -40), (0, 5)), ((0, 400),)])
def test_each_arrow_goes_from_the_previous_report_to_the_newest(moves):
    figure = arrows(*moves)
    drawn = [(it.ax, it.x, it.y) for it in figure.layout.annotations if it.showarrow]
    assert drawn == [(start, end, height(n)) for n, (start, end) in enumerate(moves)]
    low, high = figure.layout.xaxis.range
    assert low <= min(0, *(min(move) for move in moves))
    assert high > max(max(move) for move in moves)
    assert list(figure.data[0].x) == [start for start, _ in moves]
    tips = ["triangle-right" if start < end else "triangle-left" for start, end in moves]
    assert (list(figure.data[1].x), list(figure.data[1].marker.symbol)) == ([end for _, end in moves], tips)


def test_the_adopted_plan_is_a_line_at_zero_with_its_name():
    figure = arrows((10, 20))
    assert [it.x0 for it in figure.layout.shapes if it.xref == "x"] == [0]
    assert "<b>adopted &lt;plan&gt;</b>" in [it.text for it in figure.layout.annotations]


def test_bars_of_panels_share_the_scale_that_they_are_given():
    rows = pd.DataFrame({"name": ["Design", "Building"], "n": [0, 4], "hover": ["a", "b"]})
    figures = [phase_bars(rows.assign(n=[0, n]), 10, HOVER, "#000000", ", ", LIGHT) for n in (4, 10)]
    assert figures[0].layout.xaxis.range == figures[1].layout.xaxis.range
    assert figures[0].layout.xaxis.range == (0, 10)
    # The number of the longest bar has its room in the margin.
    assert phase_bars(rows, 12_345, HOVER, "#000000", ", ", LIGHT).layout.margin.r > figures[0].layout.margin.r + 3 * 8
    assert list(figures[0].data[0].text) == ["<b>0</b>", "<b>4</b>"]


def opening(name, on, low=None, high=None):
    return {"name": name, "on": day(on), "low_on": low and day(low), "high_on": high and day(high), "label": on, "hover": name}


def test_openings_have_a_bar_only_where_there_is_a_record():
    rows = pd.DataFrame([opening("A", "2027-01-10", "2027-01-05", "2027-02-20"), opening("B", "2027-10-01")]).astype(object)
    figure = opening_dates(rows, (day("2026-11-22"), day("2027-11-22")), HOVER, ", ", LIGHT)
    bars = [(it.x0, it.x1, it.y0) for it in figure.layout.shapes if it.xref != "paper"]
    assert bars == [(day("2027-01-05"), day("2027-02-20"), height(0))]
    assert list(figure.data[0].x) == [day("2027-01-10"), day("2027-10-01")]
    anchors = {it.text: it.xanchor for it in figure.layout.annotations if it.text.startswith("<b>")}
    assert anchors == {"<b>2027-01-10</b>": "left", "<b>2027-10-01</b>": "right"}


def line(label, expected, is_main=False):
    on = [day("2026-03-31"), day("2026-06-30")]
    return TrendLine(
        pd.DataFrame({
            "report_on": on, "expected_on": [day(it) if it else None for it in expected], "adopted_on": [day("2027-01-01")] * 2,
            "is_reached": [False, expected[-1] < "2026-07-01"], "hover": "h",
        }).astype(object),
        label, is_main,
    )  # fmt: skip


def test_the_diagonal_is_where_a_date_is_the_day_of_its_report():
    figure = milestone_trend([line("Opening", ["2027-02-01", "2027-03-01"], True)], TrendWords("today", HOVER), ", ", LIGHT)
    diagonal = figure.data[0]
    assert list(diagonal.x) == list(diagonal.y) == [day("2026-03-31"), day("2026-06-30")]
    low, high = figure.layout.yaxis.range
    assert low < day("2026-03-31") < day("2027-03-01") < high


def test_labels_at_the_ends_stand_apart_and_reached_ones_have_another_mark():
    lines = [
        line("A", ["2026-05-01", "2026-05-01"]),
        line("B", ["2026-05-03", "2026-05-03"]),
        line("C", ["2027-01-01", "2028-01-01"]),
    ]
    figure = milestone_trend(lines, TrendWords("today", HOVER), ", ", LIGHT)
    places = {it.text: it.y for it in figure.layout.annotations if it.text.startswith("<b>")}
    assert places["<b>A</b>"] == day("2026-05-01")
    assert (places["<b>B</b>"] - places["<b>A</b>"]).days > 20
    marks = [tuple(trace.marker.symbol) for trace in figure.data if trace.mode == "lines+markers"]
    assert marks == [("circle", "diamond"), ("circle", "diamond"), ("circle", "circle")]
