"""What stands in a cell, as the answer to its column's question: understood exactly, or one fault with a code of its own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.facts import LocalText
from domain.forms import FormColumn, choices, load_form
from domain.numbers import date_text, decimal_text
from domain.returns import Missing, Split
from pipelines.reading.answers import LONGEST, AnswerReader, Fault, answer_of, is_blank
from tests.builders import agreement

FORM = load_form()
NBSP, NARROW, MINUS, ZERO_WIDTH = "\u00a0", "\u202f", "\u2212", "\u200b"


def column(name: str) -> FormColumn:
    table, own = name.split(".")
    return FORM.table(table).column(own)


def reader(name: str) -> AnswerReader:
    return AnswerReader(column(name), FORM, choices(column(name), agreement()))


def answer(name: str, scalar):
    return answer_of(scalar, column(name), FORM, choices(column(name), agreement()))


MONEY, PERCENT, DECIMAL = "economy.budget_mnok", "progress.physical_pct", "goal_contributions.likely"
YEAR, WHOLE, DATE = "economy.year", "risks.consequence_days", "milestones.forecast_on"
SPLIT, CHOICES, IDS = "projects.working_area_split", "projects.municipality_codes", "projects.depends_on"


@pytest.mark.parametrize(
    ("name", "scalar", "expected"),
    [
        ("projects.project_id", "F-001", "F-001"),
        ("projects.project_id", f" F-001{NBSP}{ZERO_WIDTH}", "F-001"),
        ("projects.project_id", f"F{ZERO_WIDTH}-001", "F-001"),
        ("projects.project_id", f"F{NBSP}  1", "F 1"),
        ("projects.project_id", 17, "17"),
        ("projects.project_id", 17.0, "17"),
        ("projects.project_id", 10**18, "1" + "0" * 18),
        ("projects.project_name", "A\u030a  gate", "Å gate"),
        ("projects.project_name", "to \r\n linjer ", "to\nlinjer"),
        ("projects.road_number", 555, "555"),
        ("deviations.cause", "Ikke levert: leverandøren gikk konkurs", "Ikke levert: leverandøren gikk konkurs"),
    ],
)
def test_text_is_as_it_is_seen(name, scalar, expected):
    assert answer(name, scalar) == expected


@pytest.mark.parametrize(
    ("name", "scalar", "expected"),
    [
        ("projects.phase", "Byggefase", "construction"),
        ("projects.phase", f" byggeFASE{NBSP}", "construction"),
        ("projects.phase", "construction", "construction"),
        ("projects.phase", "Construction", "construction"),
        ("projects.phase", "Ready  to build", "ready_to_build"),
        ("projects.owner_party_id", "fjordby kommune", "fjordby"),
        (CHOICES, "Fjordby; LINDVÅG", ("F01", "F02")),
        (CHOICES, "F01\nF02;\n", ("F01", "F02")),
        (IDS, "F-001;F-002 ; F-003", ("F-001", "F-002", "F-003")),
        (IDS, 12.0, ("12",)),
        ("risks.is_open", "Ja", True),
        ("risks.is_open", "NO", False),
        ("risks.is_open", True, True),
        ("risks.is_open", "USANN", False),
    ],
)
def test_choices_are_codes_or_labels(name, scalar, expected):
    assert answer(name, scalar) == expected


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("Nord", {"nord": "100"}),
        ("nord 60; Sentrum 40", {"nord": "60", "sentrum": "40"}),
        ("Nord: 62,5 %\nSentrum = 37.5%", {"nord": "62.5", "sentrum": "37.5"}),
        ("Nord 100", {"nord": "100"}),
        # What adds up to something else is another rule's.
        ("Nord 60; Nord 60", None),
        ("Nord \u22125; Sør 105", {"nord": "-5", "sor": "105"}),
    ],
)
def test_splits_are_shares(scalar, expected):
    split = answer(SPLIT, scalar)
    assert isinstance(split, Split)
    if expected is not None:
        assert split.shares == tuple((code, Decimal(share)) for code, share in expected.items())
    else:
        assert split.total_pct == 120


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("Område 2", (("Område 2", Decimal(100)),)),
        ("Område 2: 40; Ytre by 60", (("Område 2", Decimal(40)), ("Ytre by", Decimal(60)))),
        ("Indre by 100", (("Indre by", Decimal(100)),)),
    ],
)
def test_any_name_is_taken_where_the_list_is_unknown(scalar, expected):
    assert answer_of(scalar, column(SPLIT), FORM, ()) == Split(expected)


def test_any_text_is_a_choice_where_the_list_is_unknown():
    assert answer_of(" Sykkel  og gange ", column("projects.focus_area_id"), FORM, ()) == "Sykkel og gange"


@pytest.mark.parametrize(
    ("name", "scalar", "expected"),
    [
        (MONEY, 12, "12"),
        (MONEY, 12.5, "12.5"),
        (MONEY, 0.1 + 0.2, "0.3"),
        (MONEY, 12.345678901234, "12.3456789"),
        (MONEY, -0.0, "0"),
        (MONEY, 1e-9, "0"),
        (MONEY, 100000.0, "100000"),
        (MONEY, "1 234,5", "1234.5"),
        (MONEY, f"1{NBSP}234,5", "1234.5"),
        (MONEY, f"1{NARROW}234{NARROW}567", "1234567"),
        (MONEY, f"{MINUS}5,25", "-5.25"),
        (MONEY, "–5", "-5"),
        (MONEY, "+5", "5"),
        (MONEY, "1.234,5", "1234.5"),
        (MONEY, "1,234.5", "1234.5"),
        (MONEY, "1 234.567", "1234.567"),
        (MONEY, "1,234", "1.234"),
        (MONEY, "1,234,567", "1234567"),
        (MONEY, "1.234.567", "1234567"),
        (MONEY, "0.123", "0.123"),
        (MONEY, "12.34", "12.34"),
        (MONEY, ",5", "0.5"),
        (MONEY, "12,4 mill. kr", "12.4"),
        (MONEY, "12,4 NOK million", "12.4"),
        (MONEY, "12,4 mnok", "12.4"),
        (PERCENT, "35 %", "35"),
        (PERCENT, "35,5prosent", "35.5"),
        (PERCENT, 0.35, "0.35"),
        (PERCENT, 0.1 + 0.2, "0.3"),
        # Two readings, of which only one lies within the limits.
        (PERCENT, "12.345", "12.345"),
        ("projects.latitude", "60.391", "60.391"),
        ("projects.latitude", "60,391 °", "60.391"),
        (DECIMAL, 123456789.125, "123456789.125"),
    ],
)
def test_numbers_are_exact(name, scalar, expected):
    found = answer(name, scalar)
    assert isinstance(found, Decimal)
    assert str(found) == expected


@pytest.mark.parametrize(
    ("name", "scalar", "expected"),
    [(YEAR, 2026, 2026), (YEAR, 2026.0, 2026), (YEAR, "2026", 2026), (WHOLE, "-30 dager", -30), (WHOLE, "1 000", 1000)],
)
def test_whole_numbers_are_integers(name, scalar, expected):
    found = answer(name, scalar)
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize(
    "scalar",
    [
        dt.date(2026, 11, 22),
        dt.datetime(2026, 11, 22),
        "2026-11-22",
        "2026-11-22 00:00:00",
        "2026-11-22T00:00:00.000Z",
        "22.11.2026",
        "22. 11. 2026",
        f"22.{NBSP}november{NBSP}2026",
        "22 November 2026",
        "22. nov. 2026",
    ],
)
def test_dates_are_days(scalar):
    found = answer(DATE, scalar)
    assert (found, type(found)) == (dt.date(2026, 11, 22), dt.date)


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("Ikke kjent ennå", Missing("not_yet_known")),
        ("not YET known", Missing("not_yet_known")),
        ("not_yet_known", Missing("not_yet_known")),
        ("Ikke kjent ennå: venter på anbud", Missing("not_yet_known", "venter på anbud")),
        ("Unntatt :  forhandlinger: pågår", Missing("exempt", "forhandlinger: pågår")),
        ("Ikke levert – purret", Missing("not_delivered", "purret")),
        ("Ikke aktuelt:", Missing("not_applicable")),
    ],
)
def test_missing_values_are_coded(scalar, expected):
    assert answer(MONEY, scalar) == expected


@pytest.mark.parametrize(
    ("code", "name", "scalar", "named"),
    [
        ("answer_too_long", IDS, "F-1;" * LONGEST, {"longest": LONGEST}),
        ("missing_never_allowed", "projects.project_name", "Ikke levert", {}),
        ("missing_never_allowed", YEAR, "Not yet known: later", {}),
        ("missing_not_allowed", PERCENT, "Unntatt", {"accepted": "Ikke kjent ennå; Ikke aktuelt; Ikke levert"}),
        ("missing_not_allowed", PERCENT, "Exempt", {"accepted": "Not yet known; Not applicable; Not delivered"}),
        ("missing_misspelt", MONEY, "Ikke kjent enda", {"nearest": "Ikke kjent ennå"}),
        ("missing_misspelt", DATE, "ikke levertt: syk", {"nearest": "Ikke levert"}),
        ("choice_misspelt", "projects.phase", "Byggefasen", {"nearest": "Byggefase"}),
        ("choice_misspelt", "projects.plan_status", "Ikke kjent enda", {"nearest": "Ikke kjent ennå"}),
        ("choice_misspelt", SPLIT, "Nrd 60; Sør 40", {"nearest": "Nord"}),
        ("choice_unknown", "progress.colour_time", "Lilla", {"accepted": LocalText(nb="Grønn; Gul; Rød", en="Green; Yellow; Red")}),
        ("choice_twice", CHOICES, "Fjordby; F01", {"twice": "F01"}),
        ("choice_twice", IDS, "F-1; F-2; F-1", {"twice": "F-1"}),
        ("separate_with_semicolon", CHOICES, "Fjordby, Lindvåg", {}),
        ("separate_with_semicolon", IDS, "F-1, F-2", {}),
        ("separate_with_semicolon", SPLIT, "Nord 60, Sør 40", {}),
        ("separators_only", CHOICES, " ; ; ", {}),
        ("separators_only", SPLIT, ";", {}),
        ("split_share_missing", SPLIT, "Nord 60; Sør", {"part": "Sør"}),
        ("split_share_unclear", SPLIT, "Nord 1.234; Sør 40", {"part": "Nord 1.234"}),
        ("not_yes_or_no", "risks.is_open", 1, {}),
        ("not_yes_or_no", "risks.is_open", "kanskje", {}),
        ("yes_no_not_asked", MONEY, True, {}),
        ("yes_no_not_asked", "projects.phase", False, {}),
        ("yes_no_not_asked", DATE, True, {}),
        ("not_a_number", MONEY, "tolv", {}),
        ("not_a_number", MONEY, "-", {}),
        ("not_a_number", MONEY, "12.", {}),
        ("not_a_number", MONEY, "12,-", {}),
        ("not_a_number", MONEY, "12-14", {}),
        ("not_a_number", MONEY, "1 2345", {}),
        ("not_a_number", MONEY, "1e309", {}),
        ("not_a_number", MONEY, "nan", {}),
        ("not_a_number", MONEY, "١٢", {}),
        ("not_a_number", MONEY, float("nan"), {}),
        ("not_a_number", MONEY, float("-inf"), {}),
        ("not_a_whole_number", YEAR, 2026.5, {}),
        ("not_a_whole_number", WHOLE, "12,5", {}),
        ("number_too_large", MONEY, 1e15, {}),
        ("number_too_large", MONEY, "9" * 400, {}),
        ("number_ambiguous", MONEY, "1.234", {"smaller": LocalText(nb="1,234", en="1.234"), "larger": "1234"}),
        ("number_ambiguous", MONEY, "\u221212.345", {"smaller": LocalText(nb="-12,345", en="-12.345"), "larger": "-12345"}),
        ("number_ambiguous", DECIMAL, "1.234", {"smaller": LocalText(nb="1,234", en="1.234"), "larger": "1234"}),
        ("unit_not_asked", MONEY, "12 400 kr", {}),
        ("unit_not_asked", MONEY, "kr 12", {}),
        ("unit_not_asked", MONEY, "1,2 mrd.", {}),
        ("unit_not_asked", MONEY, "35 %", {}),
        ("unit_not_asked", WHOLE, "3 uker", {}),
        ("unit_not_asked", DECIMAL, "35 %", {}),
        ("not_a_date", DATE, "2026-02-30", {}),
        ("not_a_date", DATE, "november 2026", {}),
        ("not_a_date", DATE, "22. vinter 2026", {}),
        ("not_a_date", DATE, "0226-11-22", {}),
        ("number_for_date", DATE, 46348, {}),
        ("number_for_date", DATE, 46348.0, {}),
        ("number_for_date", DATE, "46348", {}),
        ("date_for_number", MONEY, dt.date(2026, 1, 12), {}),
        ("date_for_number", YEAR, dt.date(2026, 1, 1), {}),
        ("date_for_text", "risks.risk_id", dt.date(2026, 2, 1), {}),
        ("date_for_text", "projects.phase", dt.date(2026, 2, 1), {}),
        ("date_with_time", DATE, dt.datetime(2026, 11, 22, 13, 30), {}),
        ("date_with_time", DATE, "2026-11-22T13:30", {}),
        ("date_two_digit_year", DATE, "22.11.26", {}),
        ("date_two_digit_year", DATE, "22/11/26", {}),
        ("date_two_digit_year", DATE, "22. nov 26", {}),
        ("date_order_unclear", DATE, "11/22/2026", {}),
        ("date_order_unclear", DATE, "22-11-2026", {}),
    ],
)  # fmt: skip
def test_a_fault_has_its_own_code(code, name, scalar, named):
    found = answer(name, scalar)
    assert isinstance(found, Fault)
    assert (found.code, found.severity, dict(found.named)) == (code, "error", named)
    assert found.quoted
    assert len(found.quoted) <= 80


@pytest.mark.parametrize(
    ("name", "scalar", "expected"),
    [
        (MONEY, "12,5", [("number_as_text", "warning", "12,5")]),
        (YEAR, "2026", [("number_as_text", "warning", "2026")]),
        (MONEY, "12,5 mill. kr", [("unit_in_cell", "info", "12,5")]),
        (DATE, "22.11.2026", [("date_as_text", "warning", "22.11.2026")]),
        (DATE, "2026-11-02", [("date_as_text", "warning", "2.11.2026")]),
        (MONEY, 12.5, []),
        (MONEY, "Unntatt", []),
        (DATE, dt.date(2026, 11, 22), []),
        ("projects.project_id", "12", []),
        ("risks.is_open", "Ja", []),
    ],
)
def test_what_is_understood_only_just_is_said(name, scalar, expected):
    one = reader(name)
    found = [fault.finding("Ark", "B2", "nb") for fault in one.remarks(scalar, one.answer(scalar))]
    assert [(it.code, it.severity, it.named["read_as"]) for it in found] == expected


def test_a_fault_is_named_in_the_language_of_the_sheet():
    fault = answer("progress.colour_time", "Lilla")
    assert fault.finding("Fremdrift", "D2", "nb").named == {"accepted": "Grønn; Gul; Rød"}
    assert fault.finding("Progress", "D2", "en").named == {"accepted": "Green; Yellow; Red"}
    assert (fault.finding("Progress", "D2", "en").cell, fault.finding("Progress", "D2", "en").quoted) == ("D2", "Lilla")


@pytest.mark.parametrize("scalar", [None, "", "  ", f"{NBSP}{ZERO_WIDTH}\n"])
def test_a_blank_cell_answers_nothing(scalar):
    assert is_blank(scalar)
    with pytest.raises(ValueError, match="budget_mnok"):
        answer(MONEY, scalar)


@pytest.mark.parametrize("scalar", [0, 0.0, False, "0", "-"])
def test_zero_is_not_blank(scalar):
    assert not is_blank(scalar)


AMOUNTS = st.decimals(-50_000, 50_000, places=3)


@settings(deadline=None)
@given(AMOUNTS)
def test_an_amount_is_the_same_as_number_and_as_either_language_writes_it(amount):
    assert answer(MONEY, float(amount)) == amount
    assert answer(MONEY, decimal_text(float(amount), 3, "nb")) == amount
    cents = round(amount, 2)
    assert answer(MONEY, decimal_text(float(cents), 2, "en")) == cents


@settings(deadline=None)
@given(st.lists(AMOUNTS, min_size=2, max_size=20))
def test_the_noise_of_a_sum_is_no_difference(amounts):
    assert answer(MONEY, sum(map(float, amounts))) == sum(amounts)


@settings(deadline=None)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(["nb", "en"]))
def test_a_date_is_the_same_in_words(day, language):
    assert answer(DATE, date_text(day, language)) == day


SCALARS = (
    st.text(max_size=40) | st.floats() | st.integers() | st.booleans() | st.datetimes() | st.dates()
    | st.text(alphabet=" .,-0123456789%krNord;:=\u2212\u00a0", max_size=20)
)  # fmt: skip
COLUMNS = [f"{table.table}.{found.column}" for table in FORM.tables for found in table.columns]


@settings(deadline=None)
@given(st.sampled_from(COLUMNS), SCALARS)
def test_every_cell_has_an_answer_or_a_fault(name, scalar):
    if is_blank(scalar):
        return
    one = reader(name)
    found = one.answer(scalar)
    assert found is not None
    if isinstance(found, Fault):
        assert found.severity == "error"
    else:
        assert [fault.severity for fault in one.remarks(scalar, found)] in ([], ["warning"], ["info"])
    # The second time it is remembered.
    assert one.answer(scalar) == found or scalar != scalar
