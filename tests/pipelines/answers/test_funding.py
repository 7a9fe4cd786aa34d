"""Frames against the forecast of their sources, and money outside what a source may be used for, on agreements changed by one thing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.load import load_agreements
from domain.returns import Missing
from pipelines.answers.economy.economy import economy
from pipelines.answers.economy.funding import frames, frames_without_source, municipality_of, source_frames
from pipelines.answers.economy.funding_limits import funding_limits
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.prices import price
from pipelines.history.snapshot import open_snapshot

FJORDBYEN = load_agreements()["fjordbyen"]
REAL = load_agreements()["miljoloftet"]
NEWEST = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


@pytest.mark.parametrize("day", [NEWEST, dt.date(2025, 9, 1), dt.date(2024, 10, 1)], ids=str)
@pytest.mark.parametrize("agreement", [FJORDBYEN, REAL], ids=lambda it: it.agreement_id)
def test_the_frame_of_a_source_is_that_of_its_first_row(snapshot, agreement, day):
    rows = frames(snapshot, agreement, price(agreement, day), day)
    wanted = [(it.funding_source_id, it.frame) for it in rows if it.municipality_code is None and it.year is None]
    assert list(source_frames(snapshot, agreement, price(agreement, day), day).items()) == wanted
    assert wanted


def with_source(source_id, **changed):
    """The agreement with one source changed."""
    sources = tuple(
        it.model_copy(update=changed) if it.funding_source_id == source_id else it for it in FJORDBYEN.funding_sources
    )
    return FJORDBYEN.model_copy(update={"funding_sources": sources})


def with_frame(frame_id, **changed):
    listed = tuple(it.model_copy(update=changed) if it.frame_id == frame_id else it for it in FJORDBYEN.frames)
    return FJORDBYEN.model_copy(update={"frames": listed})


def framed(snapshot, agreement=FJORDBYEN, choice=None):
    return {
        (it.funding_source_id, it.municipality_code, it.year): it
        for it in frames(snapshot, agreement, price(agreement, NEWEST, choice), NEWEST)
    }


def outside(snapshot, agreement):
    return [it for source in funding_limits(snapshot, agreement, price(agreement, NEWEST), NEWEST) for it in source.outside]


def test_a_frame_is_held_against_all_that_its_source_is_to_pay(snapshot):
    found, whole = framed(snapshot), economy(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST)
    for source in FJORDBYEN.funding_sources:
        key = source.funding_source_id
        line = found[key, None, None]
        amounts = [frame.amount_mnok for frame in FJORDBYEN.frames if frame.funding_source_id == key]
        forecast = whole.by_source[key].mnok("forecast_mnok")
        assert (line.frame.mnok, line.sums.mnok("forecast_mnok"), line.left_mnok) == (
            sum(amounts),
            forecast,
            sum(amounts) - forecast,
        )
        parts = [it.sums.mnok("forecast_mnok") or 0 for (of, code, _), it in found.items() if of == key and code]
        assert sum(parts) == forecast


def test_money_in_several_municipalities_has_no_frame_of_its_own(snapshot):
    line = framed(snapshot)["fylkeskommunale", "several_municipalities", None]
    lines = economy_lines(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST).lines
    own = [
        it.figures["forecast_mnok"].mnok
        for it in lines
        if it.funding_source_id == "fylkeskommunale" and len(it.project.municipality_codes) > 1
    ]
    assert (line.frame, line.left_mnok, line.sums.mnok("forecast_mnok")) == (Missing("no_frame"), None, sum(own))


def test_frames_of_a_whole_period_are_not_made_nominal(snapshot):
    assert {it.frame for it in framed(snapshot, choice="nominal").values()} <= {Missing("no_year"), Missing("no_frame")}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"municipality_code": None}, "not_addable"), ({"municipality_code": "F02"}, "not_addable"), ({"to_year": 2028}, "not_addable"),
        ({"funding_source_id": "kommunale"}, "not_covered"),
    ],
)  # fmt: skip
def test_frames_that_are_not_of_one_kind_are_not_added(snapshot, changed, why):
    agreement = with_frame("f05_fylkeskommunale", **changed)
    line = framed(snapshot, agreement)["fylkeskommunale", None, None]
    assert (line.frame, line.left_mnok) == (Missing(why), None)


def test_a_frame_per_year_is_held_against_its_years_and_never_added(snapshot):
    agreement = with_frame("f01_bompenger", is_per_year=True, amount_mnok=Decimal(600))
    found = framed(snapshot, agreement)
    assert found["bompenger", None, None].frame == Missing("no_frame")
    lines = [
        it
        for it in economy_lines(snapshot, agreement, price(agreement, NEWEST), NEWEST).lines
        if it.funding_source_id == "bompenger"
    ]
    for year in {it.year for it in lines}:
        known = sum(
            it.figures["forecast_mnok"].mnok for it in lines if it.year == year and hasattr(it.figures["forecast_mnok"], "mnok")
        )
        assert found["bompenger", "F01", year].left_mnok == Decimal(600) - known
    # A frame of one year can be made nominal.
    nominal = framed(snapshot, agreement, "nominal")["bompenger", "F01", 2024]
    assert nominal.frame.mnok == 600


def test_a_frame_without_a_source_is_held_against_nothing(snapshot):
    agreement = with_frame("f01_bompenger", funding_source_id=None)
    assert [it.frame_id for it in frames_without_source(agreement)] == ["f01_bompenger"]
    assert framed(snapshot, agreement)["bompenger", None, None].frame == Missing("no_frame")


def test_nothing_of_the_example_is_outside(snapshot):
    found = funding_limits(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST)
    assert [it.source.funding_source_id for it in found] == [it.funding_source_id for it in FJORDBYEN.funding_sources]
    assert [it.source.funding_source_id for it in found if it.is_limited] == ["bompenger", "stat_50_50"]
    assert outside(snapshot, FJORDBYEN) == []


def test_toll_money_is_used_in_its_municipality_only(snapshot):
    """Where county money is limited like toll money, projects elsewhere are listed, and those partly there cannot be told."""
    lines = economy_lines(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST).lines
    own = [it for it in lines if it.funding_source_id == "fylkeskommunale"]
    elsewhere = {it.project.project_id for it in own if "F01" not in it.project.municipality_codes}
    partly = {
        it.project.project_id for it in own if "F01" in it.project.municipality_codes and len(it.project.municipality_codes) > 1
    }
    found = outside(snapshot, with_source("fylkeskommunale", only_in=("F01",)))
    assert {it.project_id for it in found if it.is_certain} == elsewhere
    assert {it.project_id for it in found if not it.is_certain} == partly
    assert elsewhere
    assert partly
    for row in found:
        known = [it.figures["forecast_mnok"] for it in own if it.project.project_id == row.project_id]
        assert row.forecast_mnok == sum(figure.mnok for figure in known if hasattr(figure, "mnok"))


def test_a_source_for_one_element_pays_no_other(snapshot):
    found = outside(snapshot, with_source("stat_50_50", only_for=("bus",)))
    assert {(it.project_id, it.cost_element, it.limit) for it in found} == {
        ("F-019", "light_rail", "only_for"),
        ("F-020", "light_rail", "only_for"),
    }


def test_what_is_paid_above_the_share_is_outside(snapshot):
    lines = economy_lines(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST).lines
    found = outside(snapshot, with_source("stat_50_50", share_pct={"light_rail": Decimal(40)}))
    assert [it.project_id for it in found] == ["F-019", "F-020"]
    for row in found:
        of_project = [it for it in lines if it.project.project_id == row.project_id and it.cost_element == "light_rail"]
        whole = sum(it.figures["forecast_mnok"].mnok for it in of_project)
        paid = sum(it.figures["forecast_mnok"].mnok for it in of_project if it.funding_source_id == "stat_50_50")
        assert row.forecast_mnok == paid - whole * 40 / 100
        assert row.share_pct == pytest.approx(float(100 * paid / whole))
        assert row.allowed_pct == 40


def test_where_a_figure_is_lacking_a_share_cannot_be_told(snapshot):
    found = outside(snapshot, with_source("fylkeskommunale", share_pct={"cycling": Decimal(100)}))
    assert [(it.project_id, it.is_certain) for it in found] == [("F-053", False)]


def test_a_real_agreement_without_returns_has_its_frames_and_no_sums(snapshot):
    listed = frames(snapshot, REAL, price(REAL, NEWEST), NEWEST)
    assert listed
    assert {it.sums.mnok("forecast_mnok") for it in listed} == {None}
    assert all(it.left_mnok is None for it in listed)


@pytest.mark.parametrize(
    ("codes", "place"), [((), "no_municipality"), (("F02",), "F02"), (("F01", "F02"), "several_municipalities")]
)
def test_money_falls_where_its_project_lies(codes, place):
    assert municipality_of(codes) == place
