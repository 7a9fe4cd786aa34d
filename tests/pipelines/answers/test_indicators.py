"""The other indicators over small snapshots, and the cited example rows: each exactly once, areas and items never mixed."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from domain.indicators import load_indicators
from pipelines.answers.indicators import IndicatorAnswer, IndicatorFigures, indicators, stretches
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from tests.builders import AT, agreement, submission

CITED = Path(__file__).resolve().parents[3] / "data" / "examples" / "miljoloftet" / "indicators.csv"
COLUMNS = ("indicator_id", "area_name", "year", "item_name", "amount", "unit", "compared_with", "note", "source")
KEY = ("indicator_id", "area_name", "unit", "compared_with")


def cited() -> dict[int, dict[str, str]]:
    """The example rows by their line, as a spreadsheet numbers them."""
    with CITED.open(encoding="utf-8", newline="") as file:
        return dict(enumerate(csv.DictReader(file), start=2))


@pytest.fixture(scope="module")
def answer(example_snapshot) -> IndicatorAnswer:
    return indicators(example_snapshot, agreement("miljoloftet"))


def figures(answer: IndicatorAnswer, indicator_id: str) -> IndicatorFigures:
    return next(found for found in answer.figures if found.indicator.indicator_id == indicator_id)


def cite(data_dir: Path, *rows: str, on: dt.date = dt.date(2026, 7, 10)) -> None:
    """Stores rows written as `indicator area year item amount unit compared_with note` (- is empty) as one list."""
    cells = []
    for line, row in enumerate(rows, start=2):
        for place, (column, content) in enumerate(zip(COLUMNS, [*row.split(), "https://x.no/a"], strict=True)):
            if content != "-":
                cell = f"{'ABCDEFGHI'[place]}{line}"
                cells.append(
                    {
                        "topic": "indicators",
                        "line": line,
                        "column_name": column,
                        "content": content,
                        "sheet": "i.csv",
                        "cell": cell,
                    }
                )
    with open_ledger(data_dir) as ledger:
        ledger.commit(dataclasses.replace(submission(repr(rows), on, "cited_figures")), {"cited_figure": cells})
        publish(ledger, AT)


def asked(data_dir: Path, as_of: dt.date = dt.date(2026, 11, 22)) -> IndicatorAnswer:
    return indicators(open_snapshot(data_dir), agreement(), as_of)


def test_every_cited_row_appears_exactly_once_with_its_own_content(answer):
    found = [
        (row.line, str(row.year), series.cited_as, series.area_name, series.unit_code, series.compared_with or "", row.note or "",
         row.source_url, row.cells)
        for figures in answer.figures for series in figures.series for row in series.observations if row.line
    ]  # fmt: skip
    expected = [
        (line, row["year"], row["indicator_id"], row["area_name"], row["unit"], row["compared_with"], row["note"], row["source"],
         (f"E{line}",))
        for line, row in cited().items()
    ]  # fmt: skip
    assert sorted(found) == expected
    assert answer.left_out == ()


def test_amounts_are_those_of_the_rows_with_the_same_decimals(answer):
    rows = cited()
    for found in (row for figures in answer.figures for series in figures.series for row in series.observations):
        if found.line:
            assert str(found.amount) == rows[found.line]["amount"]


def test_areas_items_units_and_bases_are_never_mixed(answer):
    rows = cited()
    seen = []
    for found in answer.figures:
        for series in found.series:
            lines = [row.line for row in series.observations if row.line] + [p.line for r in series.observations for p in r.parts]
            keys = {tuple(rows[line][name] for name in KEY) for line in lines}
            items = {found.indicator.item_cited_as(rows[line]["item_name"]).item_id for line in lines}
            assert len(keys) == 1
            assert items <= {series.item_id, *found.indicator.item(series.item_id).sum_of}
            seen.append((found.indicator.indicator_id, series.item_id, *keys.pop()))
    assert len(seen) == len(set(seen))


def test_years_go_forward_in_every_series(answer):
    for series in (series for found in answer.figures for series in found.series):
        years = [row.year for row in series.observations]
        assert years == sorted(set(years))


def test_a_whole_that_a_source_gives_in_parts_is_their_sum_and_says_so(answer):
    car = figures(answer, "rvu_modal_share").lead
    assert [(row.year, row.amount) for row in car.observations] == [(2020, 62), (2022, 56), (2023, 54)]
    last = car.observations[-1]
    assert (last.line, last.cells, [part.amount for part in last.parts]) == (None, ("E27", "E28"), [44, 10])


def test_a_whole_that_a_source_gives_itself_is_not_added_up(tmp_path):
    cite(
        tmp_path,
        "rvu_modal_share Byen 2023 bil - pct - -",  # not counted: no amount
        "rvu_modal_share Byen 2023 bilfører 40 pct - -",
        "rvu_modal_share Byen 2023 bilpassasjer 9 pct - -",
        "rvu_modal_share Landet 2023 bilfører 50 pct - -",  # not added up: its other part is missing
    )
    answer = asked(tmp_path)
    car = [series for series in figures(answer, "rvu_modal_share").levels if series.item_id == "car"]
    assert [(series.area_name, series.observations[0].amount) for series in car] == [("Byen", 49)]
    assert answer.left_out == (2,)


def test_a_revision_ends_a_comparable_run_and_the_movement_is_over_the_newest(answer):
    found = figures(answer, "ghg_emissions")
    runs = stretches(found.lead, found.indicator, "miljoloftet")
    assert [[row.year for row in run] for run in runs] == [[2018, 2019], [2021, 2022]]
    assert (found.movement.first.year, found.movement.last.year, found.movement.is_wanted) == (2021, 2022, False)


def test_a_break_that_the_indicator_names_ends_a_run_where_it_holds(answer):
    found = figures(answer, "rvu_modal_share")
    cycling = next(series for series in found.levels if (series.item_id, series.area_name) == ("cycling", "Bergen kommune"))
    assert [[row.year for row in run] for run in stretches(cycling, found.indicator, "miljoloftet")] == [
        [2013], [2014], [2017, 2018, 2019, 2023],
    ]  # fmt: skip
    assert [row.year for row in stretches(cycling, found.indicator, "another")[0]] == [2013, 2014]


@pytest.mark.parametrize(
    ("indicator_id", "first", "last", "is_wanted"),
    [("rvu_modal_share", 2020, 2023, True), ("pt_boardings", 2017, 2023, True), ("no2_annual_mean", 2016, 2017, True)],
)
def test_movements_of_the_leading_series(answer, indicator_id, first, last, is_wanted):
    move = figures(answer, indicator_id).movement
    assert (move.first.year, move.last.year, move.is_wanted) == (first, last, is_wanted)


def test_one_figure_is_no_movement_and_changes_alone_have_no_leading_series(answer):
    assert figures(answer, "pm10_annual_mean").movement is None
    assert figures(answer, "traffic_index").lead is None


def test_a_stated_change_and_a_computed_one_are_kept_apart(answer):
    found = {
        (change.item_id, change.year, change.since_year): (change.stated_pct, change.computed_pct)
        for change in figures(answer, "pt_boardings").changes
    }
    assert found["light_rail", 2019, 2018] == (16, pytest.approx(25.52, abs=0.01))
    assert found["total", 2019, 2018] == (6, pytest.approx(8.18, abs=0.01))
    assert found["light_rail", 2023, 2018] == (Decimal("63.4"), pytest.approx(63.50, abs=0.01))
    assert found["light_rail", 2024, 2023] == (6, None)


def test_a_change_whose_year_is_not_stated_is_since_no_year(answer):
    changes = {(change.year, change.since_year) for change in figures(answer, "traffic_index").changes}
    assert (2020, None) in changes


def test_no_change_is_computed_across_a_revision(tmp_path):
    cite(
        tmp_path,
        "ghg_emissions Byen 2019 total 900 t_co2e - Senere_revidert.",
        "ghg_emissions Byen 2020 total 800 t_co2e - -",
        "ghg_emissions Byen 2021 total 600 t_co2e - -",
        "ghg_change Byen 2020 total -11 pct previous_year -",
        "ghg_change Byen 2021 total -25 pct previous_year -",
    )
    known = load_indicators()["ghg_emissions"]
    note = known.notes[1].model_copy(update={"cited": "Senere_revidert."})
    own = known.model_copy(update={"notes": (note,)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.answers.indicators.load_indicators", lambda: {"ghg_emissions": own})
        found = figures(asked(tmp_path), "ghg_emissions")
    assert [(change.year, change.computed_pct) for change in found.changes] == [(2020, None), (2021, pytest.approx(-25))]


def test_what_is_not_known_of_is_left_out_and_told(tmp_path):
    cite(
        tmp_path,
        "noise Byen 2023 total 5 db - -",
        "ghg_emissions Byen 2023 total mye t_co2e - -",
        "ghg_emissions Byen i_fjor total 5 t_co2e - -",
        "ghg_emissions Byen 2023 total NaN t_co2e - -",
        "ghg_emissions Byen 2023 skip 7 t_co2e - -",
    )
    answer = asked(tmp_path)
    assert answer.left_out == (2, 3, 4, 5)
    assert [series.item_id for series in figures(answer, "ghg_emissions").levels] == ["skip"]


def test_a_later_list_replaces_the_whole_of_an_earlier_one(tmp_path):
    cite(tmp_path, "ghg_emissions Byen 2020 total 5 t_co2e - gammel", "ghg_emissions Byen 2021 total 6 t_co2e - -")
    cite(tmp_path, "ghg_emissions Byen 2020 total 4 t_co2e - -", on=dt.date(2026, 8, 1))
    before, after = asked(tmp_path, dt.date(2026, 7, 31)), asked(tmp_path)
    assert [(row.year, row.amount, row.note) for row in figures(before, "ghg_emissions").lead.observations] == [
        (2020, 5, "gammel"), (2021, 6, None),
    ]  # fmt: skip
    assert [(row.year, row.amount, row.note) for row in figures(after, "ghg_emissions").lead.observations] == [(2020, 4, None)]
    assert asked(tmp_path, dt.date(2026, 7, 9)).figures == ()


def test_the_invented_agreement_has_no_figures(tmp_path):
    cite(tmp_path, "ghg_emissions Byen 2020 total 5 t_co2e - -")
    assert indicators(open_snapshot(tmp_path), agreement("miljoloftet")).figures == ()
