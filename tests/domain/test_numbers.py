"""Numbers and dates as they stand on screen. Written with escapes, so that every space and every minus can be seen."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.numbers import date_text, decimal_text, month_text, signed_text

GAP, MINUS, NONE = "\u00a0", "\u2212", "\u2013"


@pytest.mark.parametrize(
    ("number", "decimals", "nb", "en"),
    [
        (1234.5, 1, f"1{GAP}234,5", "1,234.5"),
        (-1234567.25, 2, f"{MINUS}1{GAP}234{GAP}567,25", f"{MINUS}1,234,567.25"),
        (999, 0, "999", "999"),
        (1000, 0, f"1{GAP}000", "1,000"),
        (0.8155, 4, "0,8155", "0.8155"),
        (2, 1, "2,0", "2.0"),
        (Decimal("131.05"), 2, "131,05", "131.05"),
        (-0.04, 1, "0,0", "0.0"),
        (-0.0, 0, "0", "0"),
        (-0.06, 1, f"{MINUS}0,1", f"{MINUS}0.1"),
        (None, 1, NONE, NONE),
        (math.nan, 1, NONE, NONE),
        (Decimal("NaN"), 0, NONE, NONE),
    ],
)
def test_a_number_in_both_languages(number, decimals, nb, en):
    assert (decimal_text(number, decimals, "nb"), decimal_text(number, decimals, "en")) == (nb, en)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (3.8, "+3,8"),
        (-2.2, f"{MINUS}2,2"),
        (0, "0,0"),
        (0.04, "0,0"),
        (-0.04, "0,0"),
        (1e4, f"+10{GAP}000,0"),
        (None, NONE),
        (math.nan, NONE),
    ],
)
def test_a_signed_number_has_a_plus_only_above_what_is_written_as_zero(number, said):
    assert signed_text(number, 1, "nb") == said


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_can_be_read_back(number, decimals):
    said = decimal_text(number, decimals, "nb")
    back = float(said.replace(GAP, "").replace(MINUS, "-").replace(",", "."))
    assert back == round(number, decimals)
    assert (MINUS in said) == (back < 0)
    assert set(said) <= set(f"0123456789,{GAP}{MINUS}")


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("nb", f"22.{GAP}november{GAP}2026", f"november{GAP}2026"),
        ("en", f"22{GAP}November{GAP}2026", f"November{GAP}2026"),
    ],
)
def test_a_day_and_a_month(language, day, month):
    date = dt.date(2026, 11, 22)
    assert (date_text(date, language), month_text(date, language)) == (day, month)


def test_a_single_digit_has_no_zero_before_it():
    assert date_text(dt.date(2026, 4, 1), "nb") == f"1.{GAP}april{GAP}2026"
