"""Money for what is no project: as the agreement states it, in the kroner chosen, and in no sum of projects."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domain.facts import Unknown
from domain.load import load_agreements
from domain.price_indices import price_indices_for
from domain.returns import Missing
from pipelines.answers.economy.administration import administration, amount_of
from pipelines.answers.economy.funding import frames_without_source
from pipelines.answers.prices import price

FJORDBYEN = load_agreements()["fjordbyen"]
REAL = load_agreements()["miljoloftet"]
NEWEST = dt.date(2026, 11, 22)


def in_kroner(choice):
    return administration(FJORDBYEN, price(FJORDBYEN, NEWEST, choice))


def test_each_year_has_the_frames_that_are_of_it():
    years = {row.year: row for row in in_kroner("2024").years}
    assert list(years) == list(range(2019, 2030))
    for year, row in years.items():
        own = [it.amount_mnok if it.from_year <= year <= it.to_year else None for it in FJORDBYEN.administration]
        assert [amount_of(figure) for figure in row.figures] == own
        assert row.mnok == sum(mnok for mnok in own if mnok is not None)
    assert years[2022].figures[-1] is None


@pytest.mark.parametrize("year", [2019, 2024, 2026])
def test_nominal_kroner_are_those_of_each_year(year):
    index = price_indices_for(FJORDBYEN)[0].known_on(NEWEST).figure_by_year
    row = next(it for it in in_kroner("nominal").years if it.year == year)
    exact = Decimal("9.5") * index[year] / index[2024]
    assert abs(amount_of(row.figures[0]) - exact) < Decimal("0.00000001")


def test_what_cannot_be_converted_makes_no_sum():
    beyond = FJORDBYEN.administration[0].model_copy(update={"to_year": 2090})
    rows = administration(FJORDBYEN.model_copy(update={"administration": (beyond,)}), price(FJORDBYEN, NEWEST, "nominal")).years
    assert isinstance(rows[-1].figures[0], Missing)
    assert rows[-1].mnok is None
    assert rows[0].mnok is not None


def test_what_is_not_stated_is_told_or_silent():
    found = administration(REAL, None)
    assert (found.frames, found.years) == ((), ())
    assert isinstance(found.unknown, Unknown)
    assert "825 000" in found.unknown.unknown.nb
    silent = administration(FJORDBYEN.model_copy(update={"administration": None}), None)
    assert (silent.years, silent.unknown) == ((), None)


def test_it_is_among_no_other_frames():
    assert frames_without_source(FJORDBYEN) == ()
    assert not {it.administration_frame_id for it in FJORDBYEN.administration} & {it.frame_id for it in FJORDBYEN.frames}
