"""Computed figures and the cells that they are made of: the same amounts as the pages show, and sums that add up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.load import load_agreements
from domain.words import LANGUAGES, words
from pipelines.answers.figures import figures
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.trace.computed.computed import MAKERS, days_before, figure_on, read_parts, trace_figure
from pipelines.answers.trace.computed.made import Made, Outside, Part, Wanted
from pipelines.history.snapshot import open_snapshot

DAY = dt.date(2026, 11, 22)
NORTH = Selection(working_area_id="nord")
# So many figures of each name and grain are compared: every one is computed by itself.
_OF_EACH = 1


@pytest.fixture(scope="module")
def asked(examples):
    agreement = load_agreements(examples / "agreements")["fjordbyen"]
    return Asked(open_snapshot(examples), agreement, price(agreement, DAY), DAY, EVERYTHING)


def some_of(asked, page):
    """The first figures of each name and grain that can be traced to cells."""
    seen = {}
    for figure in figures(asked, page):
        listed = seen.setdefault((figure.name, figure.grain), [])
        if figure.name in MAKERS[page] and len(listed) < _OF_EACH:
            listed.append(figure)
    return [figure for listed in seen.values() for figure in listed]


@pytest.mark.parametrize(
    ("page", "selection"),
    [
        ("economy", NORTH), ("deviations", EVERYTHING), ("project", EVERYTHING),
        *(pytest.param(page, EVERYTHING, marks=pytest.mark.trust) for page in ("economy", "progress", "uncertainty", "area")),
    ],
    ids=str,
)  # fmt: skip
def test_the_amounts_are_those_that_pages_show(asked, page, selection):
    own = replace(asked, selection=selection)
    listed = some_of(own, page)
    assert len(listed) > 8
    for figure in listed:
        found = trace_figure(own, Wanted(page, figure.name, figure.grain, figure.key))
        assert found is not None, figure
        said = found.made.amount
        assert said == figure.amount or said == pytest.approx(figure.amount), figure
        # Where the page names all the returns of a table, these are those of the cells alone.
        told, own_ids = set(figure.submission_ids), {it.handed_in.submission_id for it in found.sources}
        is_earlier = figure.name == "previous_forecast"
        assert is_earlier or not told or not own_ids or told & own_ids, figure


SUMS = [
    ("economy", "forecast_total", "source", "bompenger"), ("economy", "budget_total", "area", "nord"),
    ("economy", "spent_this_year_total", "agreement", None), ("economy", "carried_out_mnok", "year", "2026"),
    ("economy", "over_p50", "agreement", None), ("economy", "left_of_frame", "source", "bompenger"),
    ("area", "spent_to_date_total", "municipality", "F02"), ("uncertainty", "reserve_released", "reserve", "project:2026-Q2"),
    ("uncertainty", "forecast_over_p85", "project", "F-020"), ("progress", "projects_construction", "area", "sor"),
    ("progress", "openings_to_come", "agreement", None), ("uncertainty", "risks_without_response", "agreement", None),
]  # fmt: skip


def test_the_numbers_of_status_are_made_again(asked):
    made = MAKERS["status"]
    listed = [it for it in figures(asked, "status") if it.grain == "agreement" and it.key is None and it.name in made]
    assert {"forecast_total", "over_p50", "openings_opened", "decisions", "projects_with_forecast"} <= {it.name for it in listed}
    for it in listed:
        assert trace_figure(asked, Wanted("status", it.name)).made.amount == it.amount, it.name


@pytest.mark.parametrize(("page", "name", "grain", "key"), SUMS)
def test_cells_add_up_to_the_figure_and_each_holds_what_it_adds(asked, page, name, grain, key):
    found = trace_figure(asked, Wanted(page, name, grain, key))
    made = found.made
    assert made.is_sum
    assert sum(Decimal(it.amount) for it in (*made.parts, *made.outside)) == made.amount
    for it in read_parts(asked.snapshot, found, made.parts[:40]):
        is_whole = isinstance(it.answer, Decimal) and grain != "area" and it.basis == ("real", 2024, False)
        assert not is_whole or abs(it.part.amount) == it.answer


@pytest.mark.parametrize("step", ["opening", "leavers", "growth", "joiners", "closing"])
def test_the_steps_of_the_bridge_are_made_of_the_cells_of_both_days(asked, step):
    wanted = Wanted("economy", f"bridge_{step}", since=dt.date(2026, 4, 20))
    found = trace_figure(asked, wanted)
    assert found.made.is_sum or (found.made.amount == 0 and not found.made.parts)


def test_what_changed_is_the_closing_less_the_opening(asked):
    opening, closing, change = (
        trace_figure(asked, Wanted("economy", name, since=dt.date(2026, 4, 20))).made.amount
        for name in ("bridge_opening", "bridge_closing", "bridge_change")
    )
    assert closing - opening == change


def test_earlier_days_are_deadlines_and_hold_what_was_known_then(asked):
    days = days_before(asked, trace_figure(asked, Wanted("economy", "forecast_total")).made)
    assert days == tuple(sorted(days, reverse=True))
    assert len(days) == 8
    wanted = Wanted("economy", "forecast_total", "source", "bompenger")
    then = figure_on(asked, wanted, days[-1]).made
    as_of_then = replace(asked, as_of=days[-1], price=price(asked.agreement, days[-1]))
    assert then.amount == trace_figure(as_of_then, wanted).made.amount
    assert then.amount != trace_figure(asked, wanted).made.amount


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("economy", "no_such"), Wanted("nowhere", "forecast_total"), Wanted("economy", "carried_out_mnok", "year", "x"),
        Wanted("economy", "bridge_growth"), Wanted("economy", "forecast_cumulative", "year", "²"), Wanted("economy", "spent_cumulative", "day", "yesterday"),
        Wanted("progress", "spi_t", "project", "' OR 1=1 --"), Wanted("uncertainty", "expected", "risk", ":"),
        Wanted("economy", "frame", "source", "no_such"), Wanted("uncertainty", "reserve_held", "reserve", "project:never"),
        Wanted("progress", "milestone_against_plan", "milestone", "F-001"), Wanted("status", "forecast_change", since=dt.date(2030, 1, 1)),
    ],
    ids=str,
)  # fmt: skip
def test_what_there_is_not_is_none(asked, wanted):
    assert trace_figure(asked, wanted) is None


def test_before_any_return_there_is_nothing_to_sum(asked):
    early = replace(asked, as_of=dt.date(2024, 10, 1))
    found = trace_figure(early, Wanted("economy", "forecast_total"))
    assert (found.made.amount, found.made.parts, found.sources, days_before(early, found.made)) == (None, (), (), ())


def test_a_figure_without_cells_names_its_returns(asked):
    found = trace_figure(asked, Wanted("quality", "age", "party", "fjordby"))
    assert (found.made.parts, len(found.sources)) == ((), 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_a_name(language):
    # Projects without a figure are named by their question and why there is none.
    named = {name for makers in MAKERS.values() for name in makers if not name.startswith("lacks_")}
    assert {name for name in named if f"trace_figure.name.{name}" not in words(language)} == set()


PART = Part("F-1", 1, "economy", 2, "forecast_mnok", Decimal("1.5"))


@pytest.mark.parametrize(
    ("made", "is_sum"),
    [
        (Made(Decimal("1.5"), "mnok", "money", (PART,)), True),
        (Made(Decimal("1.4"), "mnok", "money", (PART,)), False),
        (Made(None, "mnok", "money", (PART,)), False),
        (Made(Decimal(0), "mnok", "money", ()), False),
        (Made(1.5, "mnok", "money", (PART,)), False),
        (Made(Decimal(2), "mnok", "money", (PART,), (Outside("frame", "x", Decimal("0.5")),)), True),
        (Made(Decimal("1.5"), "mnok", "money", (PART, replace(PART, amount=None))), False),
    ],
)
def test_a_sum_is_exact_or_none(made, is_sum):
    assert made.is_sum is is_sum
