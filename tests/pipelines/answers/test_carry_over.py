"""What sources carry from year to year against their ceilings: by the rows of the returns told another way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.load import load_agreements
from pipelines.answers.economy.carry_over import carried_over
from pipelines.answers.prices import price, price_choices
from pipelines.history.snapshot import open_snapshot
from tests.pipelines.answers.raw_economy import mnok, raw_lines

FJORDBYEN = load_agreements()["fjordbyen"]
REAL = load_agreements()["miljoloftet"]
NEWEST = dt.date(2026, 11, 22)
DAYS = [dt.date(2025, 1, 16), NEWEST]
CEILINGS = {"statlige_programmidler": 10, "belonningsmidler": 20}


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


def told(snapshot, agreement=FJORDBYEN, day=NEWEST, choice=None):
    found = carried_over(snapshot, agreement, price(agreement, day, choice), day)
    return {(row.source.funding_source_id, row.balance.year): row for row in found}


def with_rule(source_id, **changed):
    """The agreement with another rule for carrying over of one source."""
    sources = [
        it.model_copy(update={"carry_over": it.carry_over and it.carry_over.model_copy(update=changed)})
        if it.funding_source_id == source_id else it
        for it in FJORDBYEN.funding_sources
    ]  # fmt: skip
    return FJORDBYEN.model_copy(update={"funding_sources": tuple(sources)})


@pytest.mark.parametrize(("day", "choice"), [(day, choice) for day in DAYS for choice in price_choices(FJORDBYEN, day)])
def test_each_source_is_carried_by_its_own_rows(snapshot, day, choice):
    rows = [row for row in raw_lines(snapshot, FJORDBYEN, day, choice) if row["year"]]
    rows = [row for row in rows if row["budget_mnok"] is not None and row["forecast_mnok"] is not None]
    found = told(snapshot, day=day, choice=choice)
    assert {year for _, year in found} <= set(range(2019, day.year + 1))
    for (source, year), row in found.items():
        own = [it for it in rows if it["funding_source_id"] == source]
        budget = mnok(sum(int(it["budget_mnok"]) for it in own if it["year"] == year))
        carried = mnok(sum(int(it["budget_mnok"]) - int(it["forecast_mnok"]) for it in own if it["year"] <= year))
        assert row.balance.carried_out_mnok == carried
        if source not in CEILINGS:
            assert (row.ceiling_mnok, row.over_mnok) == (None, None)
            continue
        assert row.ceiling_mnok == budget * CEILINGS[source] / 100
        assert row.over_mnok == max(carried - row.ceiling_mnok, 0)
        assert row.standing == ("over" if row.over_mnok else "within")


def test_both_sides_of_a_ceiling_are_told(snapshot):
    standings = {row.standing for row in told(snapshot).values()}
    assert standings == {"over", "within", "no_ceiling", "not_known"}
    assert {source for (source, _), row in told(snapshot).items() if row.standing == "not_known"} == {"fylkeskommunale"}


@pytest.mark.parametrize(("max_pct", "standing"), [(0, "over"), (100, "within"), (None, "no_ceiling")])
def test_the_rule_is_that_of_the_agreement(snapshot, max_pct, standing):
    changed = with_rule("belonningsmidler", max_pct=None if max_pct is None else Decimal(max_pct))
    assert told(snapshot, changed)["belonningsmidler", 2026].standing == standing


def test_a_real_agreement_says_that_nobody_knows(snapshot):
    assert told(snapshot, REAL) == {}
    assert {source.carry_over.unknown.nb for source in REAL.funding_sources} == {
        "Ingen kilde oppgir hvor mye av midlene som kan overføres fra ett år til det neste."
    }


def test_before_any_return_nothing_is_carried(snapshot):
    assert told(snapshot, day=dt.date(2024, 10, 1)) == {}
