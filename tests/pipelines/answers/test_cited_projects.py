"""Cited projects, histories and frames: every number of the lists once, with its type and cell; nothing compared across kinds."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections import Counter
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rows import Cell
from pipelines.answers.cited.costs import Span, comparable_runs, cost_history, newest, span_of
from pipelines.answers.cited.projects import CitedPortfolio, Statement, cited_frames, cited_projects
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from tests.builders import AT, agreement, submission

EXAMPLES = Path(__file__).resolve().parents[3] / "data" / "examples" / "miljoloftet"
COLLECTED = dt.date(2026, 11, 22)


def cited(topic: str) -> dict[int, dict[str, str]]:
    """The example rows by their line, as a spreadsheet numbers them."""
    with (EXAMPLES / f"{topic}.csv").open(encoding="utf-8", newline="") as file:
        return dict(enumerate(csv.DictReader(file), start=2))


@pytest.fixture(scope="module")
def portfolio(example_snapshot) -> CitedPortfolio:
    return cited_projects(example_snapshot, agreement("miljoloftet"))


def project(portfolio: CitedPortfolio, project_id: str):
    return next(found for found in portfolio.projects if found.project_id == project_id)


def cite(data_dir: Path, *rows: dict[str, str], on: dt.date = dt.date(2026, 7, 10), topic: str = "projects") -> None:
    """Stores rows as one list of the invented agreement, column by column."""
    cells = [
        {"topic": topic, "line": line, "column_name": name, "content": content, "sheet": "p.csv",
         "cell": Cell("p.csv", line, place).address}
        for line, row in enumerate(rows, start=2)
        for place, (name, content) in enumerate(row.items(), start=1)
    ]  # fmt: skip
    with open_ledger(data_dir) as ledger:
        ledger.commit(dataclasses.replace(submission(repr((topic, rows)), on, "cited_figures")), {"cited_figure": cells})
        publish(ledger, AT)


def asked(data_dir: Path, as_of: dt.date = COLLECTED) -> CitedPortfolio:
    return cited_projects(open_snapshot(data_dir), agreement(), as_of)


# The cited lists.


def test_every_amount_of_the_list_appears_exactly_once_with_its_type_date_source_and_cell(portfolio):
    found = [
        (fact.line, str(fact.amount_mnok), fact.meaning.amount_type, fact.about.stated, fact.source_url, fact.stated_as, fact.cell)
        for each in portfolio.projects for fact in each.facts if not fact.is_from_note
    ]  # fmt: skip
    expected = [
        (line, row["amount_mnok"], row["amount_type"], row["status_as_of"], row["source"], row["stated_as"], f"L{line}")
        for line, row in cited("projects").items() if row["amount_mnok"]
    ]  # fmt: skip
    assert sorted(found) == expected
    assert portfolio.left_out == ()


def test_amounts_that_notes_state_appear_once_too(portfolio):
    found = [
        (fact.line, fact.amount_mnok, fact.meaning.amount_type, fact.cell)
        for each in portfolio.projects for fact in each.facts if fact.is_from_note
    ]  # fmt: skip
    assert sorted(found) == [
        (2, 4341, "earlier_grant", "U2"), (7, 10000, "total_estimate", "U7"), (8, Decimal("89.9"), "earlier_grant", "U8"),
        (14, Decimal("140.8"), "remaining_need", "U14"), (15, 75, "earlier_grant", "U15"),
    ]  # fmt: skip
    assert all(str(line) in cell for line, _, _, cell in found)


def test_there_is_one_row_for_each_project_and_it_holds_all_its_lines(portfolio):
    lines = Counter(row["project_id"] for row in cited("projects").values())
    assert [each.project_id for each in portfolio.projects] == list(lines)
    assert {each.project_id: each.n_lines for each in portfolio.projects} == lines
    sources = {row["source"] for row in cited("projects").values()}
    assert {url for each in portfolio.projects for url in each.sources} == sources


def test_the_history_to_fyllingsdalen_has_the_stated_facts(example_snapshot):
    facts = cost_history(example_snapshot, agreement("miljoloftet"), "P01")
    assert [(fact.about.stated, fact.amount_mnok, fact.meaning.amount_type, fact.meaning.price_year) for fact in facts] == [
        ("2016-09", 6200, "total_estimate", 2016), ("2017-10", 7600, "total_estimate", None),
        ("2022-02", 387, "overrun_step", None), ("2022-05", 240, "overrun_step", None), ("2022-08", 380, "overrun_step", None),
        ("2022-08", 10000, "total_estimate", None), ("2022-11", 7508, "programme_grant", None),
        ("2022-11", 4341, "earlier_grant", None),
    ]  # fmt: skip
    (run,) = comparable_runs(facts).values()
    assert [fact.amount_mnok for fact in run] == [387, 240, 380]


def test_the_history_to_asane_compares_no_p50_with_land_to_one_without(example_snapshot):
    facts = cost_history(example_snapshot, agreement("miljoloftet"), "P02")
    costs = [fact for fact in facts if fact.meaning.tells == "whole_cost"]
    assert [(fact.amount_mnok, fact.meaning.land) for fact in costs] == [
        (10300, "excluded"), (14627, "excluded"), (17847, "included"), (18200, None), (21400, None),
    ]  # fmt: skip
    assert comparable_runs(facts) == {}


def test_no_two_amounts_of_different_types_or_kroner_share_a_group(portfolio):
    for each in portfolio.projects:
        for one, other in combinations(each.facts, 2):
            if one.comparable_group and one.comparable_group == other.comparable_group:
                same = [(fact.meaning.amount_type, fact.meaning.price_kind, fact.meaning.price_year) for fact in (one, other)]
                assert same[0] == same[1]
                assert one.meaning.amount_type not in {"contract_value", "programme_grant", "earlier_grant", "frame"}


def test_a_grant_a_cost_and_a_contract_of_one_road_stay_apart(portfolio):
    road = project(portfolio, "P13")
    assert {str(fact.amount_mnok): fact.comparable_group for fact in road.facts} == {"12.3": None, "168.3": None, "110": None}
    assert road.knowledge == "one_cost"


def test_what_is_known_of_the_cost(portfolio):
    known = {each.project_id: each.knowledge for each in portfolio.projects}
    assert {name for name, said in known.items() if said == "history"} == {"P01", "P02"}
    assert {name for name, said in known.items() if said == "one_cost"} == {"P06", "P07", "P08", "P13"}
    assert {name for name, said in known.items() if said == "no_amount"} == {"P20", "P21", "P22"}
    assert [portfolio.n_with(each) for each in ("history", "one_cost", "no_cost", "no_amount")] == [2, 4, 13, 3]
    assert not any(each.has_comparable_costs for each in portfolio.projects)


@pytest.mark.parametrize(
    ("project_id", "phases", "dates"),
    [
        ("P01", ["ferdig"], [("start", "2018", "actual"), ("opening", "2022-11-21", "actual")]),
        ("P02", ["KS2"], []),
        ("P04", ["byggefase"], [("start", "2025-01", "stated"), ("opening", "2026-autumn", "stated")]),
        ("P12", ["byggefase"], [("start", "2022-12", "planned"), ("start", "2023-11-13", "actual")]),
        ("P13", ["Utbyggingsfasen", "byggefase"],
         [("start", "2024-03-14", "stated"), ("start", "2024-02", "stated"), ("opening", "2026-08", "stated")]),
        ("P18", [], []),
    ],
)  # fmt: skip
def test_the_newest_phase_and_the_dates_as_stated(portfolio, project_id, phases, dates):
    found = project(portfolio, project_id)
    assert [each.words for each in found.phases] == phases
    assert [(each.event, each.stated, each.kind) for each in found.dates] == dates


def test_a_project_goes_by_the_name_that_most_lines_use(portfolio):
    assert project(portfolio, "P13").name == "Fv552 Hatvikvegen gang- og sykkelløysing"
    assert project(portfolio, "P06").name == "E39 Kristianborg–Bergen sentrum (Kronstadtunnelen)"


def test_no_source_places_a_project_in_a_working_area(portfolio):
    assert {each.working_area_inferred for each in portfolio.projects} == {""}


def test_every_frame_appears_once_in_its_municipality(example_snapshot):
    groups = cited_frames(example_snapshot, agreement("miljoloftet"))
    found = [
        (frame.line, frame.frame_id, str(frame.amount_mnok), str(frame.meaning.is_per_year).lower(), frame.cell, frame.source_url)
        for group in groups for frame in group.frames
    ]  # fmt: skip
    expected = [
        (line, row["frame_id"], row["amount_mnok"], row["is_per_year"], f"G{line}", row["source"])
        for line, row in cited("frames").items()
    ]  # fmt: skip
    assert sorted(found) == expected
    assert [group.scope for group in groups] == [
        "Bergen", "Askøy", "Alver", "Bjørnafjorden", "Øygarden", "Bergensområdet", "Vestland fylkeskommune",
        "Hordaland fylkeskommune", "Bypakke Bergen",
    ]  # fmt: skip
    assert all(frame.meaning.comparable_group is None for group in groups for frame in group.frames)


# As known when.


def test_before_the_collection_nothing_is_known_but_that_it_came(example_snapshot):
    early = cited_projects(example_snapshot, agreement("miljoloftet"), COLLECTED - dt.timedelta(days=1))
    assert (early.projects, early.collected_on, early.first_collected_on) == ((), None, COLLECTED)
    assert cited_frames(example_snapshot, agreement("miljoloftet"), COLLECTED - dt.timedelta(days=1)) == ()
    assert cost_history(example_snapshot, agreement("miljoloftet"), "P01", COLLECTED - dt.timedelta(days=1)) == ()


def test_the_invented_agreement_has_no_cited_project(example_snapshot):
    found = cited_projects(example_snapshot, agreement())
    assert (found.projects, found.first_collected_on) == ((), None)
    assert cited_frames(example_snapshot, agreement()) == ()


def test_both_times_are_kept_and_a_later_list_replaces_the_whole_of_an_earlier_one(data_dir):
    first = {"project_id": "A", "amount_mnok": "10", "stated_as": "Kostnad", "price_stated": "nominal", "status_as_of": "2021"}
    # not counted: the later list says nothing of B
    cite(data_dir, first, first | {"project_id": "B"}, on=dt.date(2026, 7, 1))
    cite(data_dir, first | {"amount_mnok": "12"}, on=dt.date(2026, 8, 1))
    then, now = asked(data_dir, dt.date(2026, 7, 31)), asked(data_dir)
    assert [(each.project_id, str(each.facts[0].amount_mnok)) for each in then.projects] == [("A", "10"), ("B", "10")]
    assert [(each.project_id, str(each.facts[0].amount_mnok)) for each in now.projects] == [("A", "12")]
    fact = now.projects[0].facts[0]
    assert (fact.about.stated, fact.collected_on) == ("2021", dt.date(2026, 8, 1))
    assert now.first_collected_on == dt.date(2026, 7, 1)


# Lists of other kinds.


def test_two_costs_in_the_same_kroner_are_comparable(data_dir):
    row = {"project_id": "A", "stated_as": "Total cost estimate", "price_stated": "2020-NOK"}
    cite(
        data_dir,
        row | {"amount_mnok": "10", "status_as_of": "2020"},
        row | {"amount_mnok": "14", "status_as_of": "2022"},
        row | {"amount_mnok": "15", "status_as_of": "2023", "price_stated": "2019-NOK per year"},
    )
    (found,) = asked(data_dir).projects
    assert (found.knowledge, found.has_comparable_costs) == ("history", True)
    (run,) = comparable_runs(found.facts).values()
    assert [fact.amount_mnok for fact in run] == [10, 14]


def test_what_cannot_be_read_is_left_out_by_its_line_and_an_unmapped_phrase_is_unknown(data_dir):
    cite(
        data_dir,
        {"project_id": "A", "amount_mnok": "about 4", "stated_as": "Kostnad", "status_as_of": "2021"},
        {"amount_mnok": "5", "stated_as": "Kostnad"},
        {"project_id": "A", "amount_mnok": "6", "stated_as": "In words of its own", "status_as_of": "some day"},
        {"project_id": "A", "amount_mnok": "NaN", "stated_as": "Kostnad"},
    )
    found = asked(data_dir)
    assert found.left_out == (2, 3, 5)
    (fact,) = found.projects[0].facts
    assert (fact.meaning.amount_type, fact.about, fact.comparable_group) == ("unknown", None, None)
    assert found.projects[0].knowledge == "no_cost"


def test_an_inferred_working_area_keeps_its_mark(data_dir):
    cite(data_dir, {"project_id": "A", "working_area_inferred": "Nord / Sentrum"})
    assert asked(data_dir).projects[0].working_area_inferred == "Nord / Sentrum"


def test_a_municipality_without_a_frame_has_a_row_of_its_own(data_dir):
    cite(data_dir, {"frame_id": "f", "scope": "Fjordby", "municipality_code": "F01", "amount_mnok": "5"}, topic="frames")
    groups = cited_frames(open_snapshot(data_dir), agreement(), COLLECTED)
    assert [(group.municipality_code, len(group.frames)) for group in groups] == [
        ("F01", 1), ("F02", 0), ("F03", 0), ("F04", 0), ("F05", 0),
    ]  # fmt: skip


# Dates as exact as their source.


@pytest.mark.parametrize(
    ("stated", "first", "last"),
    [
        ("2022", "2022-01-01", "2022-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2022-Q3", "2022-07-01", "2022-09-30"),
        ("2022-11-21", "2022-11-21", "2022-11-21"),
    ],
)
def test_a_date_spans_the_days_that_it_may_be(stated, first, last):
    assert span_of(stated) == Span(stated, dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("stated", ["", "2024 (page undated)", "2026-autumn", "20221121", "2022-13", "2022-02-30"])
def test_what_is_no_date_has_no_span(stated):
    assert span_of(stated) is None


@given(st.lists(st.sampled_from(["2020", "2021", "2021-03", "2021-04-05", "2021-Q2", "2022", ""])))
def test_the_newest_are_those_that_nothing_surely_follows(stated):
    facts = [Statement(each, span_of(each)) for each in stated]
    found = newest(facts)
    dated = [fact for fact in facts if fact.about]
    if not dated:
        assert list(found) == facts
        return
    latest = max(fact.about.first for fact in dated)
    assert list(found) == [fact for fact in dated if fact.about.last >= latest]
