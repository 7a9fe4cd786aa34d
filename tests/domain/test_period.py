"""Months and periods: what is written comes back, order is that of time, and a refusal says what is taken."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import Month, Period

years = st.integers(1000, 8999)
months = st.builds(Month, years, st.integers(1, 12))
written = st.one_of(
    years.map(str),
    st.builds("{}-Q{}".format, years, st.integers(1, 4)),
    st.builds("{}-{:02d}".format, years, st.integers(1, 12)),
)


@given(months)
def test_a_month_comes_back(month):
    assert Month.parse(str(month)) == month == Month.from_number(month.number)


@given(written)
def test_a_period_comes_back(text):
    assert str(Period.parse(text)) == text


@given(months, months)
def test_months_stand_in_the_order_of_their_days(one, other):
    assert (one < other) == (one.first_day < other.first_day)


@given(months, st.integers(-2000, 2000))
def test_steps_are_counted_in_months(month, steps):
    later = month.plus(steps)
    assert later.number - month.number == steps
    assert later.plus(-steps) == month


@given(written)
def test_the_previous_period_ends_where_this_one_begins_and_is_as_long(text):
    period = Period.parse(text)
    previous = period.previous()
    assert previous.last.plus(1) == period.first
    assert previous.n_months == period.n_months
    assert len(str(previous)) == len(text)


@given(written, months)
def test_a_period_contains_the_months_that_its_days_lie_in(text, month):
    period = Period.parse(text)
    assert period.contains(month) == (period.first.first_day <= month.first_day <= period.last.first_day)
    assert period.contains(period.first)
    assert not period.contains(period.last.plus(1))


@pytest.mark.parametrize(
    ("text", "first", "last", "previous"),
    [
        ("2026", "2026-01", "2026-12", "2025"),
        ("2026-Q1", "2026-01", "2026-03", "2025-Q4"),
        ("2026-Q3", "2026-07", "2026-09", "2026-Q2"),
        ("2026-01", "2026-01", "2026-01", "2025-12"),
    ],
)
def test_what_a_period_covers(text, first, last, previous):
    period = Period.parse(text)
    assert (str(period.first), str(period.last), str(period.previous())) == (first, last, previous)


def test_a_month_begins_on_its_first_day():
    assert Month(2024, 2).first_day == dt.date(2024, 2, 1)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-Q5", "2026-Q0", "2026Q3", "2026-q3", "2026-13", "2026-00", "2026-9", "2026-09-01", " 2026"]
)
def test_a_refusal_quotes_the_text_and_says_what_is_taken(text):
    with pytest.raises(ValueError, match="is not a period; write 2026, 2026-Q3 or 2026-09") as refusal:
        Period.parse(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("text", ["2026", "2026-Q3", "2026-13", "april 2026"])
def test_a_month_is_not_a_year_or_a_quarter(text):
    with pytest.raises(ValueError, match="is not a month; write YYYY-MM, such as 2026-04") as refusal:
        Month.parse(text)
    assert repr(text) in str(refusal.value)
