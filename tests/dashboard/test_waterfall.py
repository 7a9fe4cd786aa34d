"""The waterfall as a pure function: steps that start where the last one ended, and a total from zero."""

from __future__ import annotations

from dashboard.figures.waterfall import Step, waterfall
from dashboard.theme import PALETTES

STEPS = [Step("North", 0.5, "+0,50"), Step("South", -0.8, "−0,80"), Step("West", 0.1, "+0,10")]
TOTAL = Step("Index", -0.2, "−0,20")


def drawn(ground: str = "light"):
    return waterfall(STEPS, TOTAL, ", ", PALETTES[ground])


def test_each_step_starts_where_the_one_before_ended():
    ends = [0.0]
    for trace, step in zip(drawn().data, STEPS, strict=False):
        assert abs(trace.base[0] - ends[-1]) < 1e-12
        ends.append(trace.base[0] + step.points)
    assert abs(ends[-1] - TOTAL.points) < 1e-12


def test_the_total_is_a_full_bar_from_zero():
    total = drawn().data[-1]
    assert (total.base[0], total.x[0]) == (0.0, -0.2)
    assert drawn().layout.yaxis.ticktext[total.y[0]] == "<b>Index</b>"


def test_a_falling_step_is_told_without_colour_too():
    patterns = [trace.marker.pattern.shape for trace in drawn().data]
    assert patterns == [None, "/", None, None]
    assert [trace.text[0] for trace in drawn().data] == ["<b>+0,50</b>", "<b>−0,80</b>", "<b>+0,10</b>", "<b>−0,20</b>"]


def test_everything_lies_inside_the_axis():
    low, high = drawn("dark").layout.xaxis.range
    assert low < -0.3
    assert high > 0.5


def test_what_is_written_is_never_made_smaller_to_fit_its_bar():
    assert {(trace.constraintext, trace.textangle) for trace in drawn().data} == {("none", 0)}


def test_the_first_step_stands_on_top_and_a_name_is_text():
    figure = waterfall([Step("<b>Nord</b>", 1, "+1")], TOTAL, ", ", PALETTES["light"])
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;Nord&lt;/b&gt;"


def test_only_a_fall_takes_room_on_the_left():
    rising = waterfall([Step("Nord", 1, "+1")], Step("Index", 1, "+1"), ", ", PALETTES["light"])
    assert -0.1 < rising.layout.xaxis.range[0] < 0


def test_a_long_name_stands_in_lines():
    figure = waterfall([Step("Growth of the same projects", 1, "+1")], TOTAL, ", ", PALETTES["light"])
    assert figure.layout.yaxis.ticktext[0] == "Growth of the<br>same projects"
