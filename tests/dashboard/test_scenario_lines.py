"""The what-if figure as a pure function of its tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboard.figures.scenario_lines import ScenarioWords, label_heights, scenario_lines
from dashboard.theme import PALETTES

LEVELS = (-5.0, -2.7, 0.0, 2.1, 5.0)
WORDS = ScenarioWords(
    "2018-nivå", "Målt", "Hva om", "+0,8 %", {level: f"{level}" for level in LEVELS}, "", "", ", ", {dt.date(2026, 1, 1): "2026"}
)
START = 0.9


def months(first: str, n: int, index_pct) -> pd.DataFrame:
    rows = pd.DataFrame({"last_month": pd.date_range(first, periods=n, freq="MS"), "index_pct": index_pct})
    return rows.assign(hover_month="", hover_index="", hover_level="")


HISTORY = months("2025-05-01", 12, [n / 15 for n in range(12)])
PATHS = pd.concat(
    [
        months("2026-04-01", 13, [START + passed / 12 * level / 3 for passed in range(13)]).assign(level_pct=level)
        for level in LEVELS
    ]
)


def drawn(is_monthly: bool = True, staying_pct: float | None = 2.1, ground: str = "light"):
    return scenario_lines(HISTORY, PATHS, -2.7, staying_pct, is_monthly, WORDS, PALETTES[ground])


def labels(figure) -> dict[str, float]:
    return {note.text: note.y for note in figure.layout.annotations}


def test_what_is_measured_is_solid_and_what_if_is_never():
    figure = drawn()
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    solid = [trace for trace in lines if trace.line.dash == "solid"]
    assert [tuple(trace.y) for trace in solid] == [tuple(HISTORY["index_pct"])]
    assert sum(trace.line.dash in {"dash", "dot"} for trace in lines) == len(LEVELS)


def test_one_path_has_the_colour_of_the_index_and_the_rest_are_grey():
    palette = PALETTES["light"]
    colours = [trace.line.color for trace in drawn().data if trace.line.dash in {"dash", "dot"}]
    assert sorted(colours) == sorted([palette.accent, palette.ink, *[palette.no_answer] * 3])
    without = [trace.line.color for trace in drawn(staying_pct=None).data if trace.line.dash in {"dash", "dot"}]
    assert palette.ink not in without


def test_each_path_is_named_at_its_end_and_zero_has_its_name():
    named = labels(drawn())
    for level in LEVELS:
        assert named[f"{level}"] == pytest.approx(START + level / 3)
    axis = drawn().layout.yaxis
    assert dict(zip(axis.tickvals, axis.ticktext, strict=True))[0] == "<b>2018-nivå</b>"


def test_the_figure_says_where_measuring_ends():
    assert {"Målt", "Hva om", "<b>+0,8 %</b>"} <= labels(drawn()).keys()
    (region,) = (shape for shape in drawn().layout.shapes if shape.type == "rect")
    assert (pd.Timestamp(region.x0), pd.Timestamp(region.x1)) == (pd.Timestamp("2026-04-01"), pd.Timestamp("2027-04-01"))


def test_months_that_do_not_follow_each_other_are_dots():
    (line,) = (trace for trace in drawn(is_monthly=False).data if trace.mode == "lines+markers")
    assert tuple(line.y) == tuple(HISTORY["index_pct"])
    assert line.line.dash == "dot"


def test_nothing_drawn_lies_outside_the_axis():
    figure = drawn()
    low, high = figure.layout.yaxis.range
    assert all(low <= index_pct <= high for trace in figure.data for index_pct in trace.y)


def test_a_label_without_room_gives_way_to_a_named_one():
    ends = {-3.0: 0.0, -2.7: 0.1, 0.0: 1.0, 2.0: 1.7, 5.0: 2.7}
    placed = label_heights(ends, [-2.7], 0.02)
    assert placed == {-2.7: 0.1, 0.0: 1.0, 2.0: 1.7, 5.0: 2.7}


def test_of_two_named_ones_without_room_the_first_moves():
    placed = label_heights({-1.0: 0.0, -0.9: 0.03, 5.0: 2.0}, [-0.9, -1.0], 0.01)
    assert placed[-1.0] == 0.0
    assert placed[-0.9] >= 0.3
    assert label_heights({-1.0: 0.0, 0.5: 0.0}, [-1.0, 0.5], 0.01)[-1.0] != 0.0


def test_a_flat_index_at_zero_is_drawn_too():
    still = HISTORY.assign(index_pct=0.0)
    paths = PATHS[PATHS["level_pct"] == 0.0].assign(index_pct=0.0)
    figure = scenario_lines(still, paths, 0.0, None, True, WORDS, PALETTES["light"])
    low, high = figure.layout.yaxis.range
    assert low < 0 < high


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_no_map_no_locale_and_nothing_from_elsewhere(ground):
    text = drawn(ground=ground).to_json()
    assert "http" not in text
    assert "choropleth" not in text
