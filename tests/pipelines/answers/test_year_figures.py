"""The figures of years by name: the band, what is carried over, administration; each once, and the same as the answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.load import load_agreements
from pipelines.answers.economy.carry_over import carried_over
from pipelines.answers.economy.course_range import course_range
from pipelines.answers.economy.year_figures import year_figures
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import open_snapshot

FJORDBYEN = load_agreements()["fjordbyen"]
DAY = dt.date(2026, 9, 1)
PRICE = price(FJORDBYEN, DAY)


@pytest.fixture(scope="module")
def told(examples):
    snapshot = open_snapshot(examples)

    def figures(selection=EVERYTHING, choice=None, day=DAY):
        chosen = price(FJORDBYEN, day, choice)
        found = list(year_figures(Asked(snapshot, FJORDBYEN, chosen, day, selection), chosen))
        by_name = {(it.name, it.grain, it.key): it for it in found}
        assert len(by_name) == len(found)
        return by_name

    return figures


def test_each_figure_is_that_of_its_answer(told, examples):
    found, snapshot = told(), open_snapshot(examples)
    for point in course_range(snapshot, FJORDBYEN, PRICE, DAY).points:
        assert found["course_low", "period", str(point.on)].amount == point.low_mnok
        assert found["course_high", "period", str(point.on)].amount == point.high_mnok
    for row in carried_over(snapshot, FJORDBYEN, PRICE, DAY):
        key = f"{row.source.funding_source_id}:{row.balance.year}"
        amounts = [
            found[name, "source", key].amount for name in ("carried_over", "carry_over_ceiling", "over_carry_over_ceiling")
        ]
        assert amounts == [row.balance.carried_out_mnok, row.ceiling_mnok, row.over_mnok]
    assert {key: found["administration_frame", "year", key].amount for key in ("2022", "2026")} == {
        "2022": Decimal("11.9"),
        "2026": Decimal(15),
    }
    assert {(it.unit, it.price_year) for it in found.values()} == {("mnok", 2024)}


def test_of_an_area_there_is_the_band_alone(told):
    found = told(Selection(working_area_id="sor"))
    assert {(it.name, it.area) for it in found.values()} == {("course_low", "sor"), ("course_high", "sor")}


def test_in_nominal_kroner_there_is_no_band(told):
    names = {it.name for it in told(choice="nominal").values()}
    assert names == {"carried_over", "carry_over_ceiling", "over_carry_over_ceiling", "administration_frame"}
