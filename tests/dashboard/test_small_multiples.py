"""The small panels as a pure function of their table."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.figures.small_multiples import PanelWords, Scale, Target, panel, runs, scale_of
from dashboard.theme import PALETTES

WORDS = PanelWords("lavere er bedre", "%{customdata[0]}<extra></extra>")
WHOLE = Scale(2008, 2023, 80)


def table(*rows: tuple[int, float], opened: tuple[int, ...] = (), broken: tuple[int, ...] = ()) -> pd.DataFrame:
    """Figures by year; `opened` years are hollow, `broken` ones begin another run."""
    return pd.DataFrame(
        [
            {
                "year": year,
                "amount": amount,
                "label": f"{amount:g}",
                "is_open": year in opened,
                "is_break": year in broken,
                "hover": "",
            }
            for year, amount in rows
        ]
    )


def lines(figure) -> list[list[int]]:
    return [list(trace.x) for trace in figure.data if trace.mode == "lines"]


def labels(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_a_line_joins_figures_at_most_two_years_apart():
    points = table((2014, 44), (2017, 43), (2018, 44), (2020, 42), (2023, 36))
    assert lines(panel(points, WHOLE, WORDS, PALETTES["light"])) == [[2017, 2018, 2020]]
    assert runs(points) == [[0], [1, 2, 3], [4]]


def test_a_line_ends_at_a_break_though_the_years_follow_each_other():
    points = table((2018, 9), (2019, 8), (2020, 7), (2021, 7), broken=(2020,))
    assert lines(panel(points, WHOLE, WORDS, PALETTES["light"])) == [[2018, 2019], [2020, 2021]]


def test_every_figure_is_a_dot_and_what_is_not_final_is_hollow():
    palette = PALETTES["light"]
    figure = panel(table((2017, 43), (2018, 44), opened=(2018,)), WHOLE, WORDS, palette)
    (dots,) = (trace for trace in figure.data if trace.mode == "markers")
    assert list(dots.y) == [43, 44]
    assert list(dots.marker.color) == [palette.accent, palette.ground]


def test_the_first_and_last_value_and_year_are_written_and_the_way_that_is_better():
    written = labels(panel(table((2020, 62), (2022, 56), (2023, 54)), WHOLE, WORDS, PALETTES["light"]))
    assert set(written) == {"62", "<b>54</b>", "2020", "2023", "lavere er bedre"}


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        (2008, 2023, {"2008", "2023"}),
        (2020, 2023, {"2020", "2023"}),
        (2021, 2023, {"2021–2023"}),
        (2022, 2023, {"2022–2023"}),
    ],
)
def test_years_too_near_to_stand_side_by_side_are_one_span(first, last, written):
    found = labels(panel(table((first, 62), (last, 54)), WHOLE, WORDS, PALETTES["light"]))
    assert {said for said in found if said.startswith("20")} == written


def test_one_figure_is_written_once_and_has_no_line():
    figure = panel(table((2023, 74)), WHOLE, WORDS, PALETTES["light"])
    assert sorted(labels(figure)) == ["2023", "<b>74</b>", "lavere er bedre"]
    assert lines(figure) == []


def test_panels_of_one_scale_have_the_same_axes():
    tables = [table((2008, 3), (2010, 4)), table((2020, 74), (2023, 60))]
    scale = scale_of(tables)
    assert scale == Scale(2008, 2023, 74)
    figures = [panel(points, scale, WORDS, PALETTES["light"]) for points in tables]
    assert figures[0].layout.yaxis.range == figures[1].layout.yaxis.range
    assert figures[0].layout.xaxis.range == figures[1].layout.xaxis.range
    assert figures[0].layout.yaxis.range[0] < 0 < 74 < figures[0].layout.yaxis.range[1]


def test_a_target_is_drawn_only_where_one_is_agreed_and_lies_inside_the_scale():
    points = table((2018, 48), (2023, 44))
    without = panel(points, scale_of([points]), WORDS, PALETTES["light"])
    agreed = Target(60, "mål 60")
    with_target = panel(points, scale_of([points], agreed), WORDS, PALETTES["light"], agreed)
    assert "mål 60" not in labels(without)
    assert "mål 60" in labels(with_target)
    assert [shape.y0 for shape in with_target.layout.shapes if shape.line.dash == "dash"] == [60]
    assert not [shape for shape in without.layout.shapes if shape.line.dash == "dash"]
    assert with_target.layout.yaxis.range[1] > 60


def test_figures_of_zero_alone_still_have_a_scale():
    points = table((2020, 0), (2021, 0))
    low, high = panel(points, scale_of([points]), WORDS, PALETTES["light"]).layout.yaxis.range
    assert low < 0 < high


@pytest.mark.parametrize("ground", PALETTES)
def test_nothing_small_and_nothing_from_elsewhere(ground):
    figure = panel(table((2020, 62), (2023, 54)), WHOLE, WORDS, PALETTES[ground])
    assert min(note.font.size for note in figure.layout.annotations) >= 14
    assert figure.layout.paper_bgcolor == PALETTES[ground].ground
    assert "http" not in figure.to_json()
