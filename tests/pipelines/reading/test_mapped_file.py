"""Another form's report as our rows: where things are found, units, signs, scales, names, dates, and what does not come out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.forms import Form, FormColumn, load_form
from domain.mapping_columns import TheirNumber
from domain.mappings import BUILT_IN, FormMapping, load_mapping
from domain.returns import Missing
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.printing import finding_line
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.mapped.dates import day_written, report_day
from pipelines.reading.mapped.file import read_mapped
from pipelines.reading.mapped.units import unit_said
from pipelines.reading.return_file import ReadReturn
from pipelines.reading.workbook import CellNote, ReadWorkbook, Refusal, Sheet
from tests.builders import agreement
from tests.mapped_files import PROJECTS, ROW_OF, T1, T2, book, mapping, tertial_report
from tests.return_files import written

DAY = dt.date(2026, 9, 30)
COSTS = {"p50_mnok": {"header": "P50", "unit": "tkr"}, "forecast_mnok": {"header": "Prognose", "unit": "tkr"}}
KRONER = {
    "price_kind": "nominal", "includes_vat": "nei", "amount_source": "Rapport", "estimate_method": "anslag",
}  # fmt: skip
TERTIAL = load_mapping(BUILT_IN / "kystfylket_tertial.yaml")


def costs(**block: Any) -> dict[str, Any]:
    """A block of cost estimates: projects in the first column, headers in the first row, as changed."""
    table = {"table": "cost_estimates", "columns": {"project_id": "Prosjekt", **block.pop("columns", COSTS)}, "constants": KRONER}
    return {"sheet": 1, "header_row": 1, "tables": [table], **block}


def read(rows: Any, folder: Path, blocks: Any = None, day: dt.date = DAY, party: str | None = None, **content: Any) -> ReadReturn:
    """Rows read by a mapping of one block or several."""
    read_book = rows if isinstance(rows, ReadWorkbook) else book(rows)
    return read_mapped(read_book, mapping(folder, blocks=blocks or [costs()], **content), load_form(), agreement(), day, party)


def said(found: ReadReturn) -> list[tuple[str, str | None]]:
    """Code and cell of each finding but those of what a form does not have, and of which scale holds."""
    usual = {"mapped_tables_absent", "mapped_scale_of_day"}
    return [(finding.code, finding.cell) for finding in found.findings if finding.code not in usual]


def amounts(found: ReadReturn, column: str = "forecast_mnok") -> dict[str | None, Any]:
    assert found.found is not None, found.findings
    return {row.code("project_id"): row.answers.get(column) for row in found.found.of("cost_estimates")}


HEAD = ("Prosjekt", "P50", "Prognose")
TWO = [HEAD, ("F-001", 90000, 85000), ("F-002", 210000, 205500)]


# The worked example.


def tertial(tmp_path: Path, day: dt.date = T2, by: FormMapping = TERTIAL, edit: Any = None) -> ReadReturn:
    path = tmp_path / "rapport.xlsx"
    path.write_bytes(tertial_report(edit))
    return read_mapped(read_file(path, BOTH), by, load_form(), agreement(), day)


def test_the_worked_example_is_read(tmp_path):
    found = tertial(tmp_path)
    assert said(found) == [("mapped_other_dates", None)]
    assert found.found is not None
    assert (found.found.party_id, found.found.period) == ("kystfylket", "2026-Q2")
    assert {table: len(rows) for table, rows in found.found.rows.items()} == {
        "projects": 3, "progress": 3, "economy": 9, "cost_estimates": 3,
    }  # fmt: skip
    project, progress = found.found.of("projects")[0], found.found.of("progress")[1]
    assert project.answers["earlier_names"] == "Lindvåg kollektivterminal"
    assert project.answers["municipality_codes"] == ("F02",)
    assert (progress.code("colour_cost"), progress.code("colour_time"), progress.number("physical_pct")) == ("red", "green", 52)
    years = [(row.answers["year"], row.number("forecast_mnok")) for row in found.found.of("economy")[::3]]
    assert years == [(2025, 61), (2026, Decimal("62.5")), (2027, 22)]


def test_of_two_report_dates_each_is_read_alone(tmp_path):
    first, second = tertial(tmp_path, T1), tertial(tmp_path, T2)
    assert first.found is not None
    assert first.found.period == "2026-Q1"
    for number, name in enumerate(("F-024", "F-025", "F-028")):
        assert amounts(first)[name] != amounts(second)[name] or name == "F-028", number
    assert amounts(first)["F-024"] == Decimal("146.2")


def test_every_number_walks_back_to_its_cell(tmp_path):
    """The cell of every answer that a cell gives holds it, in their unit."""
    path = tmp_path / "rapport.xlsx"
    path.write_bytes(tertial_report())
    read_book = read_file(path, BOTH)
    found = read_mapped(read_book, TERTIAL, load_form(), agreement(), T2)
    assert found.found is not None
    n = 0
    for row in found.found.all_rows():
        for column, answer in row.answers.items():
            cell = row.cell(column)
            if cell and isinstance(answer, Decimal) and column.endswith("_mnok"):
                assert Decimal(repr(read_book.sheets[0].rows[cell.row - 1][cell.column - 1])) / 1000 == answer
                n += 1
    assert n > 20
    assert found.found.of("cost_estimates")[0].address("forecast_mnok") == f"C{ROW_OF['Sluttprognose']}"


@pytest.mark.parametrize(
    ("stood", "stands", "code", "wrong"),
    [
        ("sign: saving_is_positive", "sign: over_is_positive", "mapped_sign_wrong", "Avvik 2026 (besparelse +)"),
        ('{header: "Prognose {report_year}", unit: tkr}', '{header: "Prognose {report_year}", unit: kr}', "mapped_unit_wrong",
         "Prognose 2026"),
        ('{header: "Budsjett {report_year}", unit: tkr}', '{header: "Budsjett {report_year}", unit: mnok}', "mapped_unit_wrong",
         "Budsjett 2026"),
        ("{header: Sluttprognose, unit: tkr}", "{header: Sluttprognose, unit: mnok}", "mapped_unit_wrong", "Sluttprognose"),
        ('{header: "Prognose {report_year}", unit: tkr}', '{header: "Prognose {report_year}", unit: tkr, sign: -1}',
         "mapped_sign_wrong", "Prognose 2026"),
        ("        unit: share\n        equals", "        unit: pct\n        equals", "mapped_unit_wrong", "Forbruk av prognose 2026"),
    ],
)  # fmt: skip
def test_a_wrong_sign_or_unit_is_told_with_what_would_fit(tmp_path, stood, stands, code, wrong):
    content = (BUILT_IN / "kystfylket_tertial.yaml").read_text(encoding="utf-8")
    assert stood in content
    path = tmp_path / "kystfylket_tertial.yaml"
    path.write_text(content.replace(stood, stands), encoding="utf-8")
    found = tertial(tmp_path, by=load_mapping(path))
    told = [finding for finding in found.findings if finding.code == code]
    assert told, found.findings
    assert {finding.named["wrong"] for finding in told} == {wrong}
    assert all(finding.severity == "error" and finding.cell for finding in told)


def test_one_figure_of_theirs_that_is_wrong_is_told_at_its_cell(tmp_path):
    cell = f"E{ROW_OF['Avvik 2026 (besparelse +)']}"
    found = tertial(tmp_path, edit=lambda sheet: sheet.__setitem__(cell, 8000))
    assert said(found) == [
        ("mapped_other_dates", None), ("mapped_recomputed_differs", cell), ("mapped_total_differs", "I15"),
    ]  # fmt: skip
    differs = next(finding for finding in found.findings if finding.code == "mapped_recomputed_differs")
    assert (differs.quoted, differs.named["computed"]) == ("8000", "−8\u00a0000")


def test_the_unit_that_the_sheet_says_is_held_against_the_mapping(tmp_path):
    found = tertial(tmp_path, edit=lambda sheet: sheet.__setitem__("A1", "Beløp i mill. kr"))
    [told] = [finding for finding in found.findings if finding.code == "mapped_unit_contradicts"]
    assert (told.severity, told.named["unit"], told.named["said"]) == ("hold", "tkr", "mnok")


def test_a_scale_that_changed_is_read_by_the_report_date(tmp_path):
    def a_year_earlier(sheet):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (dt.datetime, dt.date)):
                    cell.value = cell.value.replace(year=2024)
                elif isinstance(cell.value, str):
                    cell.value = cell.value.replace("2026", "2024")

    now, then = tertial(tmp_path), tertial(tmp_path, T2.replace(year=2024), edit=a_year_earlier)
    assert now.found is not None
    assert then.found is not None
    assert [row.code("colour_time") for row in now.found.of("progress")] == ["yellow", "green", "green"]
    assert [row.code("colour_time") for row in then.found.of("progress")] == ["yellow", "red", "red"]


def test_an_earlier_name_is_the_same_project_and_said_when_it_was_out_of_use(tmp_path):
    found = tertial(tmp_path, edit=lambda sheet: sheet.__setitem__("B3", "Lindvåg Kollektivterminal"))
    assert ("mapped_earlier_name", "C3") in said(found)
    assert set(amounts(found)) == {"F-024", "F-025", "F-028"}


# Where things are found.


def test_rows_of_an_ordinary_sheet(tmp_path):
    found = read(TWO, tmp_path)
    assert said(found) == []
    assert amounts(found) == {"F-001": 85, "F-002": Decimal("205.5")}
    assert found.found is not None
    row = found.found.of("cost_estimates")[1]
    assert (row.sheet, row.row, row.places["forecast_mnok"], row.address("forecast_mnok")) == ("Ark1", 3, 3, "C3")


def test_the_same_sheet_transposed_gives_the_same_answers(tmp_path):
    turned = [*zip(*TWO, strict=True)]
    block = costs(orientation="columns", header_column="A")
    del block["header_row"]
    found, straight = read(turned, tmp_path, [block]), read(TWO, tmp_path)
    assert found.found is not None
    assert straight.found is not None
    assert [row.answers for row in found.found.all_rows()] == [row.answers for row in straight.found.all_rows()]
    assert found.found.of("cost_estimates")[1].address("forecast_mnok") == "C3"
    assert found.found.of("cost_estimates")[0].address("p50_mnok") == "B2"


@pytest.mark.parametrize(
    ("lines", "block", "expected"),
    [
        ([("Sum", 300000, 290500)], {}, 2),
        ([("Sum", 300000, 290500), ("F-003", 1, 1)], {"stop_at": ["sum"]}, 2),
        ([("Sum", 300000, 290500), ("F-003", 1, 1)], {}, 3),
        ([(), ("F-003", 1, 1)], {}, 3),
        ([(), ("F-003", 1, 1)], {"stop_at_blank": True}, 2),
        ([("Sum nord:", 9, 9), ("F-003", 1, 1)], {"skip": ["Sum nord"]}, 3),
        ([("Kilde: regnskapet", None, None)], {"stop_at": ["Kilde: regnskapet"]}, 2),
    ],
)
def test_where_a_table_ends_and_what_is_no_row_of_it(tmp_path, lines, block, expected):
    found = read([*TWO, *lines], tmp_path, [costs(**block)])
    unread = [("mapped_lines_unread", "A5")] if "stop_at_blank" in block else []
    assert (said(found), len(amounts(found))) == (unread, expected)


def test_headers_of_two_rows_tell_the_years_apart(tmp_path):
    rows = [
        (None, 2025, None, 2026, None), ("Prosjekt", "Budsjett", "Prognose", "Budsjett", "Prognose"), ("F-001", 10, 11, 20, 22),
    ]  # fmt: skip
    basis = {
        "funding_source_id": "kommunale",
        "cost_element": "walking",
        "amount_source": "x",
        "price_kind": "nominal",
        "includes_vat": False,
    }
    parts = [
        {"table": "economy", "constants": {**basis, "year": year},
         "columns": {"project_id": "Prosjekt", "budget_mnok": {"header": [year, "Budsjett"], "unit": "mnok"},
                     "forecast_mnok": {"header": [year, "Prognose"], "unit": "mnok"}}}
        for year in (2025, 2026)
    ]  # fmt: skip
    found = read(rows, tmp_path, [{"sheet": 1, "header_row": [1, 2], "tables": parts}])
    assert found.found is not None
    assert said(found) == []
    told = [(row.answers["year"], row.number("budget_mnok"), row.address("forecast_mnok")) for row in found.found.of("economy")]
    assert told == [(2025, 10, "C3"), (2026, 20, "E3")]
    alone = [{**parts[0], "columns": {**parts[0]["columns"], "budget_mnok": {"header": "Budsjett", "unit": "mnok"}}}]
    twice = read(rows, tmp_path, [{"sheet": 1, "header_row": [1, 2], "tables": alone}])
    assert ("mapped_header_twice", "D2") in said(twice)


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ({"sheet": "Økonomi"}, "mapped_sheet_missing"),
        ({"sheet": 2}, "mapped_sheet_missing"),
        ({"columns": {**COSTS, "p85_mnok": {"header": "Prognosen", "unit": "tkr"}}}, "mapped_header_renamed"),
        ({"columns": {**COSTS, "p85_mnok": {"header": "Kostnadsramme", "unit": "tkr"}}}, "mapped_header_missing"),
    ],
)
def test_what_is_not_in_the_file_is_said(tmp_path, block, code):
    found = read(TWO, tmp_path, [costs(**block)])
    assert code in [finding.code for finding in found.findings if finding.severity == "error"]
    assert found.is_refused == ("sheet" in block)


def test_a_file_that_cannot_be_opened_is_refused_with_its_reason(tmp_path):
    refused = ReadWorkbook((), {}, (), Refusal("zip_bomb", None, {}))
    found = read(refused, tmp_path)
    assert (found.found, [finding.code for finding in found.findings]) == (None, ["zip_bomb"])


def test_cells_that_no_reader_can_use_and_hidden_ones_are_said(tmp_path):
    note = CellNote("formula_without_result", "Ark1", "C2", "=B2")
    elsewhere = CellNote("error_value", "Ark1", "H9", "#REF!")
    rows = [HEAD, ("F-001", 90000, None), TWO[2]]
    found = read(book(rows, notes=(note, elsewhere), hidden_rows=(3,), hidden_columns=(2,)), tmp_path)
    assert said(found) == [("mapped_hidden", "B1"), ("formula_without_result", "C2"), ("mapped_hidden", "A3")]


# Units, signs, numbers, missing texts.


@pytest.mark.parametrize(
    ("unit", "written", "mnok"),
    [
        ("kr", 85000000, "85"), ("kr", "85 000 000,50", "85.0000005"), ("tkr", 85000.5, "85.0005"), ("tkr", "85\u00a0000", "85"),
        ("mnok", "85,25", "85.25"), ("mnok", "85,25 mill. kr", "85.25"), ("mrd", 0.085, "85"), ("tkr", 0.1 + 0.2, "0.0003"),
        ("tkr", "85.000,00", "85"),
    ],
)  # fmt: skip
def test_amounts_in_their_units(tmp_path, unit, written, mnok):
    rows = [HEAD, ("F-001", None, written)]
    columns = {"p50_mnok": COSTS["p50_mnok"], "forecast_mnok": {"header": "Prognose", "unit": unit}}
    assert amounts(read(rows, tmp_path, [costs(columns=columns)])) == {"F-001": Decimal(mnok)}


def test_a_sign_is_turned(tmp_path):
    columns = {**COSTS, "forecast_mnok": {"header": "Prognose", "unit": "tkr", "sign": "saving_is_positive"}}
    assert amounts(read(TWO, tmp_path, [costs(columns=columns)])) == {"F-001": -85, "F-002": Decimal("-205.5")}


@pytest.mark.parametrize(
    ("written", "code"),
    [("ca. 85", "not_a_number"), ("1.234", "number_ambiguous"), (dt.date(2026, 1, 2), "date_for_number"), (True, "yes_no_not_asked"),
     ("85 kr", "unit_not_asked")],
)  # fmt: skip
def test_what_is_no_amount_is_said_at_its_cell(tmp_path, written, code):
    assert said(read([HEAD, ("F-001", 1, written)], tmp_path)) == [(code, "C2")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("n.a.", Missing("not_delivered")), ("N.A. ", Missing("not_delivered")), (-99, Missing("not_yet_known")),
        ("Ikke kjent ennå: anbud", Missing("not_yet_known", "anbud")), (None, None),
    ],
)  # fmt: skip
def test_their_words_for_a_missing_answer(tmp_path, written, expected):
    missing = {"n.a.": "not_delivered", "-99": "not_yet_known"}
    assert amounts(read([HEAD, ("F-001", 90000, written)], tmp_path, missing=missing)) == {"F-001": expected}


def test_a_missing_word_where_it_is_not_taken_is_said_and_where_nothing_is_asked_is_blank(tmp_path):
    columns = {**COSTS, "estimated_on": "Dato", "p50_mnok": {"header": "P50", "unit": "tkr", "blank_means": "not_yet_known"}}
    rows = [(*HEAD, "Dato"), ("F-001", None, "-", "-")]
    found = read(rows, tmp_path, [costs(columns=columns)], missing={"-": "not_applicable"})
    assert said(found) == [("missing_not_allowed", "C2"), ("mapped_left_blank", "D2")]
    assert found.findings[0].quoted == "-"
    assert found.found is not None
    [row] = found.found.of("cost_estimates")
    assert (row.answers["p50_mnok"], "estimated_on" in row.answers) == (Missing("not_yet_known"), False)


def test_an_amount_in_merged_cells_counts_once_and_is_said(tmp_path):
    rows = [HEAD, ("F-001", 90000, 85000), ("F-002", 90000, None)]
    found = read(book(rows, merged=("C2:C3",)), tmp_path)
    assert amounts(found) == {"F-001": 85, "F-002": None}
    assert said(found) == [("mapped_merged_numbers", "C2")]


@pytest.mark.parametrize(
    ("written", "date_format", "expected"),
    [
        ("22.11.24", "dd.mm.yy", dt.date(2024, 11, 22)), (20241122, "yyyymmdd", dt.date(2024, 11, 22)),
        ("11/22/2024", "mm/dd/yyyy", dt.date(2024, 11, 22)), (1022024.0, "ddmmyyyy", dt.date(2024, 2, 1)),
        ("31.02.24", "dd.mm.yy", None),
    ],
)  # fmt: skip
def test_dates_in_their_format(written, date_format, expected):
    assert day_written(written, date_format) == expected


def test_a_date_in_their_format_answers_and_another_is_said(tmp_path):
    columns = {**COSTS, "estimated_on": {"header": "Dato", "date_format": "dd.mm.yy"}}
    rows = [(*HEAD, "Dato"), ("F-001", 1, 1, "01.02.24"), ("F-002", 1, 1, "2/1/24")]
    found = read(rows, tmp_path, [costs(columns=columns)])
    assert said(found) == [("date_two_digit_year", "D3")]
    assert amounts(found, "estimated_on") == {"F-001": dt.date(2024, 2, 1), "F-002": None}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Beløp i tusen kroner", "tkr"), ("Budsjett (tkr)", "tkr"), ("i 1 000 kr", "tkr"), ("1000 kr", "tkr"), ("NOK 1000", "tkr"),
        ("Mill. kr", "mnok"), ("MNOK 2024", "mnok"), ("millioner kroner", "mnok"), ("mrd. kr", "mrd"), ("Beløp i hele kroner", "kr"),
        ("Budsjett (kr)", "kr"), ("Familievennlig vei", None), ("Budsjett 2026", None), ("Kroner og øre", None),
    ],
)  # fmt: skip
def test_the_unit_that_a_text_says(text, unit):
    assert unit_said(text) == unit


# Scales.


SCALES = {
    "rating": [
        {"valid_to": dt.date(2024, 12, 31), "codes": {"1": "green"}},
        {"valid_from": dt.date(2025, 3, 1), "codes": {"1": "red", "2": "yellow"}},
    ]
}
PROGRESS = {
    "sheet": 1, "header_row": 1,
    "tables": [{"table": "progress", "columns": {"project_id": "Prosjekt", "colour_time": {"header": "Tid", "scale": "rating"}},
                "constants": {f"colour_{kind}": "not_applicable" for kind in ("cost", "quality", "risk", "overall")}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "rating", "expected", "codes"),
    [
        ("2024-12-31", 1, "green", set()), ("2025-03-01", 1.0, "red", {"mapped_answer_needed_when"}),
        ("2024-12-31", 2, None, {"mapped_rating_unknown"}), ("2025-03-01", "3", None, {"mapped_rating_unknown"}),
        ("2025-01-31", 1, None, {"mapped_scale_absent", "mapped_rating_unknown"}),
    ],
)  # fmt: skip
def test_a_rating_means_what_it_did_on_the_report_date(tmp_path, day, rating, expected, codes):
    rows = [("Prosjekt", "Tid"), ("F-001", rating)]
    found = read(rows, tmp_path, [PROGRESS], dt.date.fromisoformat(day), scales=SCALES)
    assert found.found is not None
    assert [row.answers.get("colour_time") for row in found.found.of("progress")] == [expected]
    assert {code for code, _ in said(found)} == codes


# Names of projects.


def identity(*entries: tuple[str, list[Any]]) -> list[dict[str, Any]]:
    return [{"project_id": project_id, "names": names} for project_id, names in entries]


def test_unknown_projects_are_said_with_the_nearest_name_and_left_out(tmp_path):
    known = identity(("F-001", ["Klokkergata"]), ("F-002", ["Nykaia", {"name": "Kaia", "valid_to": dt.date(2024, 1, 1)}]))
    rows = [HEAD, ("Klokkergate", 1, 1), ("Noe helt annet", 1, 1), ("NYKAIA", 1, 1), ("F-001", 2, 2)]
    found = read(rows, tmp_path, identity=known)
    assert said(found) == [("mapped_project_close", "A2"), ("mapped_project_unknown", "A3")]
    assert found.findings[-1].named.get("nearest") is None
    assert next(finding for finding in found.findings if finding.cell == "A2").named == {"nearest": "Klokkergata"}
    assert set(amounts(found)) == {"F-002", "F-001"}


def test_a_name_that_went_from_one_project_to_another_is_told_apart_by_the_day(tmp_path):
    known = identity(("F-001", [{"name": "Trinn 1", "valid_to": dt.date(2025, 6, 30)}]), ("F-002", ["Trinn 1"]))
    rows = [HEAD, ("Trinn 1", 1, 1)]
    assert set(amounts(read(rows, tmp_path, day=dt.date(2025, 6, 30), identity=known))) == {"F-001"}
    assert set(amounts(read(rows, tmp_path, day=dt.date(2025, 7, 1), identity=known))) == {"F-002"}


def test_two_of_theirs_that_are_one_of_ours_are_joined_and_said(tmp_path):
    known = identity(("F-001", ["Nord", "Sør"]), ("F-002", ["Vest"]))
    rows = [HEAD, ("Nord", 10000, 11000), ("Vest", 1000, 1000), ("Sør", "-", 4000)]
    found = read(rows, tmp_path, identity=known, missing={"-": "not_yet_known"})
    assert amounts(found) == {"F-001": 15, "F-002": 1}
    assert amounts(found, "p50_mnok")["F-001"] == Missing("not_yet_known")
    [told] = [finding for finding in found.findings if finding.code == "mapped_projects_joined"]
    assert (told.severity, told.cell, told.quoted, told.named["other"]) == ("hold", "A4", "Sør", "Nord")


def test_the_same_project_twice_is_not_joined(tmp_path):
    found = read([HEAD, ("F-001", 1, 1), ("F-001", 2, 2)], tmp_path)
    assert found.found is not None
    assert len(found.found.of("cost_estimates")) == 2


# Report dates and parties.


def test_rows_that_are_dated(tmp_path):
    rows = [(*HEAD, "Per"), ("F-001", 1, 1000, DAY), ("F-001", 1, 900, "30.06.2026"), ("F-002", 1, 1, "Ukjent")]
    found = read(rows, tmp_path, [costs(report_date={"header": "Per"})])
    assert said(found) == [("mapped_other_dates", None), ("mapped_date_unreadable", "D4")]
    assert found.findings[0].named == {"n": 1, "days": "2026-06-30"}
    assert amounts(found)["F-001"] == 1


def test_columns_below_dates(tmp_path):
    rows = [
        (None, "30.06.2026", None, DAY, None), ("Prosjekt", "P50", "Prognose", "P50", "Prognose"), ("F-001", 1000, 1100, 2000, 2200),
    ]  # fmt: skip
    block = costs(report_date={"above": 1}, header_row=2)
    found = read(rows, tmp_path, [block])
    assert (amounts(found), said(found)) == ({"F-001": Decimal("2.2")}, [("mapped_other_dates", None)])
    assert amounts(read(rows, tmp_path, [block], dt.date(2026, 6, 30))) == {"F-001": Decimal("1.1")}


@pytest.mark.parametrize(
    ("text", "is_read"), [("Status per 30. september 2026", True), ("2. tertial 2026", False), (None, False)]
)
def test_a_date_in_a_cell_is_of_the_whole_sheet(tmp_path, text, is_read):
    rows = [(text,), *TWO]
    found = read(rows, tmp_path, [costs(report_date={"cell": "A1"}, header_row=2)])
    assert found.is_refused != is_read
    if not is_read:
        assert "mapped_date_absent" in [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (dt.datetime(2026, 4, 30, 12), "2026-04-30"), ("Per 30.04.2026", "2026-04-30"), ("2026-04-30", "2026-04-30"),
        ("pr. 30. april 2026", "2026-04-30"), ("April 2026", "2026-04-30"), ("1. tertial 2026", "2026-04-30"), ("T3 2026", "2026-12-31"),
        ("2026-T2", "2026-08-31"), ("3. kvartal 2026", "2026-09-30"), ("Q1 2026", "2026-03-31"), ("2026", None), ("Prognose", None),
        (46000, None), ("31.02.2026", None),
    ],
)  # fmt: skip
def test_a_report_date_however_it_is_written(written, day):
    found = report_day(written)
    assert (found and found.isoformat()) == day


def test_a_file_of_several_parties(tmp_path):
    rows = [(*HEAD, "Byggherre"), ("F-001", 1, 1000, "Fjordby kommune"), ("F-048", 1, 2000, "LINDVÅG"), ("F-099", 1, 1, "Ukjent")]
    names = {"fjordby": ["Fjordby kommune"], "lindvag": ["Lindvåg"]}
    found = read(rows, tmp_path, [costs(party="Byggherre")], party="lindvag", party_id=None, parties=names)
    assert amounts(found) == {"F-048": 2}
    assert said(found) == [("mapped_other_parties", None), ("mapped_party_unknown", "D4")]


@pytest.mark.parametrize(
    ("given", "own", "code"),
    [(None, None, "party_not_said"), ("lindvag", "fjordby", "party_contradicts"), ("oslo", None, "party_unknown")],
)
def test_whose_report_it_is_must_be_known(tmp_path, given, own, code):
    found = read(TWO, tmp_path, party=given, party_id=own)
    assert (found.found, said(found)) == (None, [(code, None)])


# What our form asks and theirs does not have.


def test_what_is_not_delivered_is_coded_where_our_form_takes_it_and_asked_for_elsewhere(tmp_path):
    block = costs(columns={"p50_mnok": COSTS["p50_mnok"]})
    block["tables"][0]["constants"] = {"price_kind": "real", "includes_vat": "nei", "amount_source": "Rapport"}
    found = read(TWO, tmp_path, [block])
    assert amounts(found) == dict.fromkeys(("F-001", "F-002"), Missing("not_delivered"))
    told = {finding.named["column"]: finding for finding in found.findings if finding.code.startswith("mapped_answer_needed")}
    assert {name: (found.code, found.cell, found.named["n"]) for name, found in told.items()} == {
        "estimate_method": ("mapped_answer_needed", "A2", 2), "price_year": ("mapped_answer_needed_when", "A2", 2),
    }  # fmt: skip
    assert told["estimate_method"].named["accepted"].endswith("judgement; not_yet_known")


def test_a_constant_that_is_no_answer_is_said(tmp_path):
    block = costs()
    block["tables"][0]["constants"] = {**KRONER, "price_kind": "fast"}
    told = [finding for finding in read(TWO, tmp_path, [block]).findings if finding.code == "mapped_constant_wrong"]
    assert [(finding.quoted, finding.named["accepted"]) for finding in told] == [("fast", "real; nominal")]


def test_versions_of_the_form_that_do_not_ask_a_column_leave_it_out(tmp_path):
    economy = {
        "table": "economy", "columns": {"project_id": "Prosjekt", "forecast_mnok": COSTS["forecast_mnok"],
                                        "stated_change_pct": {"header": "P50", "unit": "pct"}},
        "constants": {"funding_source_id": "kommunale", "cost_element": "walking", "year": "report_year", "price_kind": "nominal",
                      "includes_vat": "nei", "amount_source": "x"},
    }  # fmt: skip
    for day, is_asked in ((dt.date(2024, 12, 31), False), (dt.date(2025, 12, 31), True)):
        found = read(TWO, tmp_path, [{"sheet": 1, "header_row": 1, "tables": [economy]}], day)
        assert found.found is not None
        assert ("stated_change_pct" in found.found.of("economy")[0].answers) == is_asked


# Totals and calculations.


@pytest.mark.parametrize(
    ("total", "is_said"), [(290500, False), (290501, False), (290600, True), (205500, True), ("n.a.", False), (None, False)]
)
def test_a_total_is_the_sum_of_the_rows_within_rounding(tmp_path, total, is_said):
    found = read([*TWO, ("Sum", 300000, total)], tmp_path)
    assert said(found) == ([("mapped_total_differs", "C4")] if is_said else [])


def test_subtotals_and_a_grand_total_are_both_taken(tmp_path):
    rows = [HEAD, ("F-001", 1, 10), ("F-002", 1, 20), ("Sum", 2, 30), ("F-003", 1, 5), ("Sum", 1, 5), ("Totalt", 3, 35)]
    assert said(read(rows, tmp_path)) == []


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ([5, -10], None), ([-5, 10], "mapped_sign_wrong"), ([0.005, -0.01], "mapped_unit_wrong"), ([5000, -10000], "mapped_unit_wrong"),
        ([5, 10], "mapped_recomputed_differs"), ([5, -17], "mapped_recomputed_differs"),
    ],
)  # fmt: skip
def test_a_stated_difference_is_recomputed(tmp_path, stated, code):
    rows = [(*HEAD, "Avvik"), ("F-001", 90, 95, stated[0]), ("F-002", 210, 200, stated[1])]
    columns = {name: {**said, "unit": "mnok"} for name, said in COSTS.items()}
    check = {"header": "Avvik", "unit": "mnok", "equals": {"difference": ["Prognose", "P50"]}}
    found = read(rows, tmp_path, [costs(columns=columns, checks=[check])])
    assert [code for code, _ in said(found)] == ([code] if code else [])


def test_rounded_columns_come_out_within_their_rounding(tmp_path):
    rows = [(*HEAD, "Andel"), ("F-001", 90.4, 30.2, 33), ("F-002", 210.0, 200.9, 96)]
    columns = {name: {**said, "unit": "mnok"} for name, said in COSTS.items()}
    check = {"header": "Andel", "unit": "pct", "equals": {"ratio_pct": ["Prognose", "P50"]}}
    assert said(read(rows, tmp_path, [costs(columns=columns, checks=[check])])) == []
    rows[1] = ("F-001", 90.4, 30.2, 35)
    assert said(read(rows, tmp_path, [costs(columns=columns, checks=[check])])) == [("mapped_recomputed_differs", "D2")]


def test_hostile_sizes_are_read_once_and_told_in_few_words(tmp_path):
    rows = [HEAD, *((f"F-{number}", "x", "y") for number in range(3000))]
    found = read(rows, tmp_path)
    assert len(found.findings) < 500
    [more] = [finding for finding in found.findings if finding.code == "more_of_the_same"]
    assert more.named["count"] == 5800


def test_merged_cells_that_all_overlap_cost_no_more_than_a_sheet(tmp_path):
    rows = [HEAD, *(("F-001", 1, 1) for _ in range(2000))]
    found = read(book(rows, merged=("A2:C2001",) * 50_000), tmp_path)
    assert found.found is not None


def test_the_same_file_gives_the_same_findings_in_the_same_order(tmp_path):
    rows = [HEAD, ("F-001", "x", "1.234"), ("Sum", 5, 7)]
    first, second = read(rows, tmp_path), read(rows, tmp_path)
    assert [finding_line(found, "nb") for found in first.findings] == [finding_line(found, "nb") for found in second.findings]
    assert [finding_line(found, "en") for found in first.findings]


def test_names_of_the_example_are_those_of_the_sheet():
    names = {name.name for entry in TERTIAL.identity for name in entry.names if name.valid_to is None}
    assert names == set(PROJECTS)


def test_a_sheet_that_is_hidden_is_not_counted_and_found_by_name(tmp_path):
    hidden = Sheet("Gammelt", (("x",),), is_hidden=True)
    two = ReadWorkbook((hidden, *book(TWO).sheets), {}, (), None)
    assert set(amounts(read(two, tmp_path))) == {"F-001", "F-002"}
    assert set(amounts(read(two, tmp_path, [costs(sheet="ark1")]))) == {"F-001", "F-002"}


# A whole return in another form: the reader of mappings must give back what was written into it.


@pytest.mark.parametrize(
    ("is_turned", "unit", "share", "sign"), [(False, "kr", "pct", 1), (True, "tkr", "share", -1), (False, "mrd", "share", 1)]
)
def test_a_whole_return_survives_their_form(tmp_path, is_turned, unit, share, sign):
    whole = next_return("lindvag")
    form = load_form().at(whole.form_version)
    sheets, blocks = [], []
    for table in form.tables:
        own = TheirNumber(header="x", unit=unit, sign=sign), TheirNumber(header="x", unit=share, sign=sign)
        factors = {"money": own[0].factor, "percent": own[1].factor}
        rows: list[list[Any]] = [[f"Felt {number}" for number, _ in enumerate(table.columns)]]
        for row in whole.of(table.table):
            rows.append([_in_theirs(row.answers.get(column.column), column, form, factors) for column in table.columns])
        sheets.append(Sheet(table.table, tuple(zip(*rows, strict=True)) if is_turned else tuple(map(tuple, rows)), False))
        columns = {
            column.column: {"header": f"Felt {number}", **_unit_of(column, unit, share, sign)}
            for number, column in enumerate(table.columns)
        }
        lies = {"orientation": "columns", "header_column": "A"} if is_turned else {"header_row": 1}
        blocks.append({"sheet": table.table, "totals": [], "tables": [{"table": table.table, "columns": columns}], **lies})
    found = read(ReadWorkbook(tuple(sheets), {}, (), None), tmp_path, blocks, party_id="lindvag")
    assert (found.found and found.found.period, [code for code, _ in said(found)]) == ("2026-Q3", [])
    assert found.found is not None
    for table in form.tables:
        mine = [dict(row.answers) for row in whole.of(table.table)]
        assert [dict(row.answers) for row in found.found.of(table.table)] == mine, table.table


def _in_theirs(answer: Any, column: FormColumn, form: Form, factors: dict[str, Decimal]) -> Any:
    if isinstance(answer, Decimal) and column.type in factors:
        return (
            f"{answer / factors[column.type]:f}".replace(".", ",")
            if column.type == "percent"
            else float(answer / factors["money"])
        )
    return written(answer, column, form, agreement(), "nb")


def _unit_of(column: FormColumn, unit: str, share: str, sign: int) -> dict[str, Any]:
    units = {"money": unit, "percent": share}
    return {"unit": units[column.type], "sign": sign} if column.type in units else {}
