"""The habits of other countries cell by cell: amounts and ranges in words, currency, columns of one header, dates, what is not read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.faults import LoadError
from domain.forms import load_form
from domain.returns import Missing
from domain.rows import Finding
from pipelines.reading.mapped.amounts import Range, Written, currency_said, size_said, written_amount, written_range
from pipelines.reading.mapped.dates import day_written
from pipelines.reading.mapped.file import read_mapped
from pipelines.reading.return_file import ReadReturn
from pipelines.reading.workbook import ReadWorkbook, Sheet
from tests.builders import agreement
from tests.mapped_files import book, mapping

DAY = dt.date(2024, 9, 30)
POUND = {"code": "GBP", "nok": "13", "on": DAY, "source": "oppdiktet kurs"}
SAID = {"price_kind": "nominal", "includes_vat": "nei", "amount_source": "Report", "estimate_method": "judgement"}
COST = {"header": "Cost", "unit": "million"}
M, BN, K = Decimal(1), Decimal(1000), Decimal("0.001")


def digits(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£26.19m", Written(Decimal("26.19"), M, "GBP")), ("(4.2)", Written(Decimal("-4.2"))), ("£(4.2)m", Written(Decimal("-4.2"), M, "GBP")),
        ("(£4.2m)", Written(Decimal("-4.2"), M, "GBP")), ("-£4.2m", Written(Decimal("-4.2"), M, "GBP")), ("−4.2", Written(Decimal("-4.2"))),
        ("$1.5bn", Written(Decimal("1.5"), BN, "USD")), ("USD 3 million", Written(Decimal(3), M, "USD")), ("450k EUR", Written(Decimal(450), K, "EUR")),
        ("20 mill. kr", Written(Decimal(20), M, "NOK")), ("£1,234m", Written(Decimal(1234), M, "GBP")), ("£ 26", Written(Decimal(26), None, "GBP")),
        ("£m", None), ("(4.2", None), ("(-4.2)", None), ("((4.2))", None), ("4.2%", None), ("20m2", None), ("£5 EUR", None), ("3m bn", None),
        ("tbc", None), ("1" * 200, None),
    ],
)  # fmt: skip
def test_an_amount_however_it_is_written(text, expected):
    assert written_amount(text, digits) == expected


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("between 20 and 25 million", (20, M, None), (25, M, None)), ("£1bn-£1.5bn", (1, BN, "GBP"), (Decimal("1.5"), BN, "GBP")),
        ("£900m - £1.2bn", (900, M, "GBP"), (Decimal("1.2"), BN, "GBP")), ("20–25 million", (20, M, None), (25, M, None)),
        ("£2-3m", (2, M, "GBP"), (3, M, "GBP")), ("mellom 20 og 25 mill. kr", (20, M, "NOK"), (25, M, "NOK")),
        ("over £500m", (500, M, "GBP"), None), ("up to 20 million", None, (20, M, None)), ("20 to 25", (20, None, None), (25, None, None)),
    ],
)  # fmt: skip
def test_a_range_in_words(text, low, high):
    ends = (Written(Decimal(end[0]), *end[1:]) if end else None for end in (low, high))
    assert written_range(text, digits) == Range(*ends)


@pytest.mark.parametrize(
    "text", ["£1bn to 2", "25 to 20", "£20m", "2027-06-30", "-5", "£1m-€2m", "a and b", "1-2-3", "5-", "x" * 500]
)
def test_what_is_no_range(text):
    assert written_range(text, digits) is None


@pytest.mark.parametrize(
    ("text", "code", "size"),
    [
        ("Whole life cost (£m)", "GBP", M), ("Budget, USD million", "USD", M), ("Cost ($bn)", "USD", BN), ("All figures in £ millions", "GBP", M),
        ("Mill. kr", None, M), ("Programme", None, None), ("Forecast", None, None), ("EUR", "EUR", None), ("Euroveg 18", None, None),
    ],
)  # fmt: skip
def test_what_a_header_says_of_currency_and_size(text, code, size):
    assert (currency_said(text), size_said(text)) == (code, size)


@pytest.mark.parametrize(
    ("written", "date_format", "day"),
    [
        (46478, "excel_serial", "2027-04-01"), (46478.0, "excel_serial", "2027-04-01"), ("46478", "excel_serial", "2027-04-01"),
        (46478.5, "excel_serial", None), (20270401, "excel_serial", None), (7, "excel_serial", None), (True, "excel_serial", None),
        ("Q2 2027", "quarter_end", "2027-06-30"), ("2027 q4", "quarter_end", "2027-12-31"), ("2. kvartal 2027", "quarter_end", "2027-06-30"),
        ("Q2 2027/28", "quarter_end", None), ("Q5 2027", "quarter_end", None), ("01/04/2027", "dd/mm/yyyy", "2027-04-01"),
        ("04/13/2027", "dd/mm/yyyy", None),
    ],
)  # fmt: skip
def test_a_day_in_the_formats_that_a_mapping_names(written, date_format, day):
    found = day_written(written, date_format)
    assert (found and found.isoformat()) == day


def read(
    rows: Any, folder: Path, columns: dict[str, Any] | None = None, calculated: Any = None, block: Any = None, **content: Any
) -> ReadReturn:
    """Rows read as costs in pounds, as changed."""
    part = {"table": "cost_estimates", "columns": {"project_id": "Scheme", **(columns or {"forecast_mnok": COST})},
            "constants": SAID, "calculated": calculated or {}}  # fmt: skip
    whole = {"currency": POUND, "decimals": ".", **content}
    by = mapping(
        folder, blocks=[{"sheet": 1, "header_row": 1, "tables": [part], **(block or {})}], **{k: v for k, v in whole.items() if v}
    )
    return read_mapped(rows if isinstance(rows, ReadWorkbook) else book(rows), by, load_form(), agreement(), DAY)


def told(found: ReadReturn) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.cell) for finding in found.findings if finding.code != "mapped_tables_absent"]


def the(found: ReadReturn, code: str) -> Finding:
    [finding] = [finding for finding in found.findings if finding.code == code]
    return finding


def answer(found: ReadReturn, column: str = "forecast_mnok") -> Any:
    assert found.found is not None, found.findings
    return found.found.of("cost_estimates")[0].answers.get(column)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("£2.5m", "32.5"), (2.5, "32.5"), ("2.5", "32.5"), ("£0.0025bn", "32.5"), ("£2,500k", "32.5"), ("£1,234.5m", "16048.5"),
        ("1,234", "16042"),
    ],
)  # fmt: skip
def test_amounts_in_another_currency_are_kroner_by_the_stated_rate(tmp_path, written, expected):
    found = read([("Scheme", "Cost"), ("S-1", written)], tmp_path)
    assert (answer(found), told(found)) == (Decimal(expected), [])
    assert answer(found, "amount_source") == "Report; 1 GBP = 13 NOK (oppdiktet kurs, 2024-09-30)"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("€2.5m", "mapped_currency_unknown"), ("20 mill. kr", "mapped_currency_unknown"), ("between 20 and 25 million", "mapped_range"),
        ("1.234.567", "not_a_number"), ("tbc", "not_a_number"), ("12,34", "not_a_number"),
    ],
)  # fmt: skip
def test_what_is_no_amount_of_the_currency_is_said_and_never_read(tmp_path, written, code):
    found = read([("Scheme", "Cost"), ("S-1", written)], tmp_path)
    assert (answer(found), told(found)) == (None, [(code, "B2")])


@pytest.mark.parametrize(
    ("header", "written", "expected"),
    [
        ("Cost (£m)", 26.19, [("mapped_currency_contradicts", "B1")]), ("Cost", "£26.19m", [("mapped_currency_unknown", "B2")]),
        ("Cost", "$26", [("mapped_currency_unknown", "B2")]), ("Cost", "26,19", []),
    ],
)  # fmt: skip
def test_pounds_never_become_kroner_where_the_mapping_states_no_currency(tmp_path, header, written, expected):
    columns = {"forecast_mnok": {"header": header, "unit": "mnok"}}
    found = read([("Scheme", header), ("S-1", written)], tmp_path, columns, currency=None, decimals=None)
    assert told(found) == expected
    assert not expected or {finding.severity for finding in found.findings if finding.code == expected[0][0]} == {"error"}


def test_a_title_in_another_currency_must_be_confirmed(tmp_path):
    columns = {"forecast_mnok": {"header": "Cost", "unit": "mnok"}}
    rows = [("All amounts in £m",), ("Scheme", "Cost"), ("S-1", 26.19)]
    found = read(rows, tmp_path, columns, block={"header_row": 2}, currency=None, decimals=None)
    finding = the(found, "mapped_currency_above")
    assert (finding.severity, finding.cell, finding.named) == ("hold", "B2", {"said": "GBP", "own": "NOK"})


@pytest.mark.parametrize(
    ("header", "codes"),
    [("Cost (£m)", []), ("Cost (£bn)", ["mapped_unit_contradicts"]), ("Cost (€m)", ["mapped_currency_contradicts"])],
)
def test_a_header_is_held_against_the_unit_and_the_currency_of_the_mapping(tmp_path, header, codes):
    found = read([("Scheme", header), ("S-1", 2)], tmp_path, {"forecast_mnok": {"header": header, "unit": "million"}})
    assert [code for code, _ in told(found)] == codes


@pytest.mark.parametrize(
    ("written", "expected"), [("(4,2)", Decimal("-4.2")), ("(1 234)", Decimal(-1234)), ("(-4)", None), ("(x)", None)]
)
def test_brackets_are_less_than_zero_in_kroner_too(tmp_path, written, expected):
    columns = {"forecast_mnok": {"header": "Cost", "unit": "mnok"}}
    found = read([("Scheme", "Cost"), ("S-1", written)], tmp_path, columns, currency=None, decimals=None)
    assert answer(found) == expected
    assert bool(told(found)) == (expected is None)


ENDS = {
    "forecast_mnok": {**COST, "range": "not_yet_known"},
    "low_mnok": {**COST, "range": "low"},
    "high_mnok": {**COST, "range": "high"},
}


@pytest.mark.parametrize(
    ("written", "low", "high", "codes"),
    [
        ("£1bn-£1.5bn", 13000, 19500, []), ("over £500m", 6500, None, ["mapped_open_range"]),
        ("about twenty", None, None, ["not_a_number"]), ("€1m-€2m", None, None, ["mapped_currency_unknown"]),
    ],
)  # fmt: skip
def test_a_range_answers_what_the_mapping_says(tmp_path, written, low, high, codes):
    found = read([("Scheme", "Cost"), ("S-1", written)], tmp_path, ENDS)
    assert (answer(found, "low_mnok"), answer(found, "high_mnok")) == (low, high)
    assert list(dict.fromkeys(code for code, _ in told(found))) == codes
    assert answer(found) == (None if codes == ["not_a_number"] else Missing("not_yet_known", written))


def test_words_for_a_missing_answer_may_be_a_beginning_and_those_of_a_column_come_first(tmp_path):
    text = "Exempt under Section 43(2)"
    columns = {
        "p50_mnok": {"header": "P50", "unit": "million"},
        "forecast_mnok": {**COST, "missing": {"exempt*": "not_delivered"}},
    }
    found = read([("Scheme", "P50", "Cost"), ("S-1", text, text)], tmp_path, columns, missing={"Exempt under*": "exempt"})
    assert (answer(found, "p50_mnok"), answer(found)) == (Missing("exempt", text), Missing("not_delivered", text))


@pytest.mark.parametrize(
    ("nth", "expected", "codes"),
    [(1, 13, []), (2, 26, []), (3, None, ["mapped_header_missing"]), (None, None, ["mapped_header_twice"])],
)
def test_of_two_columns_of_one_header_the_mapping_says_which(tmp_path, nth, expected, codes):
    columns = {"forecast_mnok": {**COST, **({"nth": nth} if nth else {})}}
    found = read([("Scheme", "Cost", "Cost"), ("S-1", 1, 2)], tmp_path, columns)
    assert [code for code, _ in told(found) if not code.endswith("_unread")] == [
        code.replace("missing", "renamed") for code in codes
    ]
    assert found.found is None or answer(found) in (expected, Missing("not_delivered"))


@pytest.mark.parametrize(
    ("variance", "sign", "expected"),
    [(-4, "over_is_negative", 104), (-4, "over_is_positive", 96), ("(4)", "over_is_negative", 104), (4, "over_is_positive", 104)],
)
def test_a_forecast_is_made_of_a_budget_and_a_variance_of_either_sign(tmp_path, variance, sign, expected):
    made = {
        "forecast_mnok": {
            "sum": [{"header": "Budget", "unit": "million"}, {"header": "Variance", "unit": "million", "sign": sign}]
        }
    }
    rows = [("Scheme", "Budget", "Variance"), ("S-1", 100, variance)]
    found = read(rows, tmp_path, {"p50_mnok": {"header": "Budget", "unit": "million"}}, made)
    assert (answer(found), told(found)) == (13 * expected, [])


@pytest.mark.parametrize(
    ("variance", "expected", "codes"),
    [(None, None, []), ("Exempt", Missing("exempt"), []), ("much", None, ["not_a_number"])],
)
def test_a_part_that_is_not_there_is_never_nothing(tmp_path, variance, expected, codes):
    made = {"forecast_mnok": {"sum": [{"header": "Budget", "unit": "million"}, {"header": "Variance", "unit": "million"}]}}
    columns = {"p50_mnok": {"header": "Budget", "unit": "million"}}
    found = read([("Scheme", "Budget", "Variance"), ("S-1", 100, variance)], tmp_path, columns, made)
    assert (answer(found), [code for code, _ in told(found)]) == (expected, codes)


def test_what_is_not_read_is_told_by_column_line_and_sheet(tmp_path):
    rows = [
        ("Scheme", "Cost", "Owner", "Benefits", None),
        ("S-1", 1, "A", 7, "loose"),
        ("S-2", 2, None, None, None),
        (),
        ("S-3", 3, "C", 9, None),
    ]
    second = Sheet("Notes", (("a", None, "b"),), False)
    two = ReadWorkbook((*book(rows).sheets, second), {}, (), None)
    found = read(two, tmp_path, block={"stop_at_blank": True, "left_out": [{"header": "Benefits", "why": "not_asked"}]})
    assert told(found) == [
        ("mapped_column_unread", "C1"), ("mapped_column_not_asked", "D1"), ("mapped_column_unread", "E1"), ("mapped_lines_unread", "A5"),
        ("mapped_sheet_unread", None),
    ]  # fmt: skip
    assert the(found, "mapped_column_not_asked").named == {"n": 1, "first": "D2", "last": "D2"}
    assert the(found, "mapped_sheet_unread").named == {"n": 2}


def test_two_of_theirs_in_one_of_ours_of_which_one_is_blank_are_not_known(tmp_path):
    identity = [{"project_id": "S-1", "names": ["North", "South"]}]
    found = read([("Scheme", "Cost"), ("North", 1), ("South", None)], tmp_path, identity=identity)
    assert answer(found) == Missing("not_delivered")


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"decimals": None}, "decimals"),
        ({"currency": {**POUND, "nok": "0"}}, "currency.nok"),
        ({"currency": {**POUND, "code": "pund"}}, "currency.code"),
        ({"missing": {"x*": "secret"}}, "missing.x*"),
        ({"columns": {"forecast_mnok": {"header": "Cost", "unit": "mnok"}}}, "unit"),
        ({"columns": {"forecast_mnok": {**COST, "range": "middle"}}}, "range"),
        ({"columns": {"estimated_on": {"header": "Day", "date_format": ["dd/mm/yyyy", "mm/dd/yyyy"]}}}, "date_format"),
        ({"columns": {"forecast_mnok": {**COST, "missing": {"x": "not_applicable"}}}}, "missing.x"),
        ({"calculated": {"forecast_mnok": {"sum": ["Cost"]}}}, "calculated.forecast_mnok"),
        ({"calculated": {"amount_source": {"sum": ["Cost"]}}}, "calculated.amount_source"),
        ({"block": {"valid_from": DAY, "valid_to": dt.date(2020, 1, 1)}}, "valid_to"),
        ({"block": {"report_date": {"cell": "A1", "takes": "newest_until"}}}, "report_date.takes"),
        ({"identity": [{"project_id": "S-1", "names": ["A"], "left": {"valid_from": DAY, "answers": {"stand": "merged"}}}]},
         "left.answers.stand"),
    ],
)  # fmt: skip
def test_a_mapping_that_makes_no_sense_is_refused_at_its_key(tmp_path, content, key):
    with pytest.raises(LoadError) as refusal:
        read([("Scheme", "Cost")], tmp_path, **content)
    assert any(problem.key.endswith(key) for problem in refusal.value.problems), [str(found) for found in refusal.value.problems]
