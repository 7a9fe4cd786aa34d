"""The template: what stands in it, what may be written in it, and that it reads back as what it was filled in from."""

from __future__ import annotations

import datetime as dt
import fnmatch
import io
import re
import zipfile
from decimal import Decimal
from functools import cache

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.facts import LocalText, Unknown
from domain.forms import STAMP, STAMP_PROPERTY, STAMP_SHEET, FormColumn, choices, load_form
from domain.returns import Answer, Missing, Return, ReturnRow, Split
from domain.rows import column_letters
from domain.words import text
from pipelines.reading.answers import answer_of
from pipelines.reading.return_file import return_of
from pipelines.reading.returned.whose import Asked
from pipelines.reading.workbook import read_workbook
from pipelines.writing.templates.columns import Filling, asked_columns, labels_of, written
from pipelines.writing.templates.limits import LAST_ROW, MESSAGE_LENGTH, TITLE_LENGTH
from pipelines.writing.templates.looks import lines_taken
from pipelines.writing.templates.template import LISTS_SHEET, PREPARED_ROWS, template
from tests.builders import agreement

PERIOD = "2026-Q3"
FORM = load_form().at(load_form().version_for(PERIOD))
COLUMNS = [(table, column) for table in FORM.tables for column in table.columns]
CARRYING = ("kept", "both")


def answer_for(column: FormColumn, number: int, agreement_id: str) -> Answer:
    """An answer that the column takes, different from row to row."""
    offered = [choice.code for choice in choices(column, agreement(agreement_id))] or ["Fritekst"]
    if column.missing and number % 4 == 3:
        return Missing(column.missing[0], "venter på anbud" if number % 8 == 3 else None)
    match column.type:
        case "id":
            return f"F-{number + 1:03d}"
        case "ids":
            return ("F-001", f"F-{number + 2:03d}")
        case "text":
            return f"Tekst nr. {number}, på to\nlinjer"
        case "yes_no":
            return number % 2 == 0
        case "choice":
            return offered[number % len(offered)]
        case "choices":
            return tuple(offered[: 1 + number % 2])
        case "split":
            return (
                Split(((offered[0], Decimal(100)),))
                if number % 2
                else Split(tuple(zip(offered, (Decimal("66.5"), Decimal("33.5")), strict=False)))
            )
        case "date":
            return dt.date(2026, 1, 31) + dt.timedelta(days=number)
        case "whole":
            return number
        case "year":
            return 2026 + number
        case _:
            return Decimal(number) + Decimal("0.00000001")


@cache
def last_time(agreement_id: str = "fjordbyen", n_rows: int = 5, version: int = FORM.newest) -> Return:
    form, party = load_form().at(version), agreement(agreement_id).parties[0].party_id
    rows = {
        table.table: tuple(
            ReturnRow(
                table.table,
                "Ark",
                number + 2,
                {column.column: answer_for(column, number, agreement_id) for column in table.columns},
            )
            for number in range(n_rows)
        )
        for table in form.tables
    }
    return Return(form.form_id, version, agreement_id, party, "2026-Q2", rows)


@cache
def made(agreement_id: str = "fjordbyen", has_previous: bool = True, language: str = "nb", period: str = PERIOD) -> bytes:
    form = load_form().at(load_form().version_for(period))
    previous = last_time(agreement_id) if has_previous else None
    return template(form, agreement(agreement_id), agreement(agreement_id).parties[0].party_id, period, previous, language)


@cache
def book(agreement_id: str = "fjordbyen", has_previous: bool = True, language: str = "nb"):
    return openpyxl.load_workbook(io.BytesIO(made(agreement_id, has_previous, language)))


def headers(sheet) -> list[str]:
    return [cell.value for cell in sheet[1] if cell.value is not None]


def place(table: str, column: str, is_last: bool = False, has_previous: bool = True) -> tuple[object, str]:
    """The sheet and the letter of a column."""
    found = FORM.table(table)
    sheet = book(has_previous=has_previous)[found.sheet.nb]
    heading = f"Forrige: {FORM.heading(found.column(column), 'nb')}" if is_last else FORM.heading(found.column(column), "nb")
    return sheet, column_letters(headers(sheet).index(heading) + 1)


def validation(table: str, column: str, is_last: bool = False):
    sheet, letter = place(table, column, is_last)
    return next(found for found in sheet.data_validations.dataValidation if str(found.sqref).startswith(f"{letter}2:"))


def offered(formula: str) -> list[str]:
    """What stands in the range of the hidden sheet that a formula names."""
    found = re.search(rf"'{LISTS_SHEET}'!\$(\w+)\$1:\$\w+\$(\d+)", formula)
    return [book()[LISTS_SHEET][f"{found[1]}{row}"].value for row in range(1, int(found[2]) + 1)]


# Read back.


@pytest.mark.parametrize("agreement_id", ["fjordbyen", "miljoloftet"])
@pytest.mark.parametrize(
    ("language", "period"),
    [("nb", PERIOD), *(pytest.param(*it, marks=pytest.mark.trust) for it in (("en", PERIOD), ("nb", "2024-Q3")))],
)
def test_the_reader_of_returns_finds_what_was_carried_and_nothing_to_say(tmp_path, agreement_id, language, period):
    path = tmp_path / "mal.xlsx"
    path.write_bytes(made(agreement_id, True, language, period))
    own = agreement(agreement_id)
    read = return_of([read_workbook(path)], load_form(), {agreement_id: own}, Asked())
    assert [finding for finding in read.findings if finding.severity != "info"] == []
    previous, form = last_time(agreement_id), load_form().at(load_form().version_for(period))
    assert (read.found.agreement_id, read.found.party_id, read.found.period) == (agreement_id, own.parties[0].party_id, period)
    assert read.found.form_version == form.newest
    for table in form.tables:
        carried = [column.column for column in table.columns if column.carried in CARRYING]
        expected = [{name: row.answers[name] for name in carried} for row in previous.of(table.table)]
        assert [dict(row.answers) for row in read.found.of(table.table)] == expected, table.table


def answers(column: FormColumn) -> st.SearchStrategy[Answer]:
    """Any answer that a column can hold once it was read."""
    words = (
        st.text("abcæøå =+-@ ,.;:0123456789", max_size=20)
        .map(lambda found: " ".join(found.split()))
        .filter(lambda found: found[-1:].isalpha())
    )
    codes = [choice.code for choice in choices(column, agreement())]
    shares = st.decimals(0, 100, places=2).map(lambda found: Decimal(f"{found.normalize():f}"))
    amounts = st.decimals(-90000, 90000, places=8).map(lambda found: Decimal(f"{found.normalize():f}") if found else Decimal(0))
    kinds: dict[str, st.SearchStrategy[Answer]] = {
        "text": words,
        "id": st.from_regex(r"[A-Za-zÆØÅ0-9][A-Za-zæøå0-9._-]{0,20}", fullmatch=True),
        "ids": st.lists(st.from_regex(r"[A-Z]-[0-9]{3}", fullmatch=True), min_size=1, max_size=4, unique=True).map(tuple),
        "yes_no": st.booleans(),
        "date": st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
        "year": st.integers(1990, 2060),
        "whole": st.integers(-3650, 3650),
        "choice": st.sampled_from(codes or ["-"]),
        "choices": st.lists(st.sampled_from(codes or ["-"]), min_size=1, max_size=3, unique=True).map(tuple),
        "split": st.lists(
            st.tuples(st.sampled_from(codes or ["-"]), shares), min_size=1, max_size=3, unique_by=lambda part: part[0]
        ).map(lambda parts: Split(tuple(parts))),
    }
    kind = kinds.get(column.type, amounts)
    reasons = st.builds(Missing, st.sampled_from(column.missing or ("-",)), st.none() | words)
    return kind | reasons if column.missing else kind


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_an_answer_is_written_so_that_it_reads_the_same(source):
    language = source.draw(st.sampled_from(["nb", "en"]))
    filling = Filling(FORM, agreement(), agreement().parties[0], PERIOD, None, language)
    table, column = source.draw(st.sampled_from(COLUMNS))
    answer = source.draw(answers(column))
    one = next(found for found in asked_columns(table, filling) if found.column == column)
    content = written(one, answer, filling)
    scalar = float(content) if isinstance(content, Decimal) else content
    assert answer_of(scalar, column, FORM, choices(column, agreement())) == answer


def test_a_name_that_ends_in_a_number_is_not_taken_for_a_share():
    own = agreement()
    areas = tuple(area.model_copy(update={"name": f"Sone {number}"}) for number, area in enumerate(own.working_areas, 1))
    numbered = own.model_copy(update={"working_areas": areas})
    filling = Filling(FORM, numbered, own.parties[0], PERIOD, None, "nb")
    one = next(found for found in asked_columns(FORM.table("projects"), filling) if found.column.type == "split")
    first, second = areas[0].working_area_id, areas[1].working_area_id
    for answer in (Split(((first, Decimal(100)),)), Split(((first, Decimal("33.3")), (second, Decimal("66.7"))))):
        content = written(one, answer, filling)
        assert answer_of(content, one.column, FORM, choices(one.column, numbered)) == answer, content


def test_a_label_that_tells_no_one_answer_gives_way_to_the_code():
    own = agreement()
    twins = tuple(body.model_copy(update={"name": "Samme navn"}) for body in own.bodies[:2]) + own.bodies[2:]
    filling = Filling(FORM, own.model_copy(update={"bodies": twins}), own.parties[0], PERIOD, None, "nb")
    labels = labels_of(FORM.table("deviations").column("body_id"), filling)
    assert labels[twins[0].body_id] == twins[0].body_id
    assert labels[twins[2].body_id] == twins[2].name


# What stands where.


def test_sheets_stand_in_order_and_what_is_ours_is_hidden():
    states = [(sheet.title, sheet.sheet_state) for sheet in book()]
    tables = [(table.sheet.nb, "visible") for table in FORM.tables]
    assert states == [("Les dette først", "visible"), *tables, (LISTS_SHEET, "hidden"), (STAMP_SHEET, "veryHidden")]


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_stamp_says_the_same_twice(language):
    found = book(language=language)
    told = dict(found[STAMP_SHEET].iter_rows(values_only=True))
    assert told == {
        "form_id": FORM.form_id, "form_version": str(FORM.newest), "agreement_id": "fjordbyen",
        "party_id": agreement().parties[0].party_id, "period": PERIOD, "language": language,
    }  # fmt: skip
    assert {one.name: one.value for one in found.custom_doc_props.props} == {
        f"{STAMP_PROPERTY}{name}": told[name] for name in STAMP
    }


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("table", FORM.tables, ids=lambda table: table.table)
def test_headings_are_those_of_the_form_with_last_answers_right_behind(table, language):
    expected = []
    for column in table.columns:
        expected.append(FORM.heading(column, language))
        if column.carried in ("beside", "both"):
            expected.append(f"{text('template.last', language)} {FORM.heading(column, language)}")
    assert headers(book(language=language)[table.sheet.in_language(language)]) == expected
    without = headers(book(has_previous=False, language=language)[table.sheet.in_language(language)])
    assert without == [FORM.heading(column, language) for column in table.columns]


@pytest.mark.parametrize(
    ("table", "column", "answer", "last"),
    [
        ("economy", "budget_mnok", 1.00000001, None),  # kept
        ("economy", "spent_period_mnok", None, 1.00000001),  # beside
        ("economy", "forecast_mnok", 1.00000001, 1.00000001),  # both
        ("economy", "stated_change_pct", None, None),  # none
        ("progress", "colour_time", "Gul", "Gul"),
        ("progress", "status_text", None, None),
        ("milestones", "forecast_on", dt.datetime(2026, 2, 1), dt.datetime(2026, 2, 1)),
        ("risks", "is_open", "Nei", None),  # a risk that is closed stays
    ],
)
def test_last_answers_come_in_as_the_form_says(table, column, answer, last):
    sheet, letter = place(table, column)
    assert sheet[f"{letter}3"].value == answer
    if FORM.table(table).column(column).carried in ("beside", "both"):
        sheet, letter = place(table, column, is_last=True)
        assert sheet[f"{letter}3"].value == last


def test_a_reason_is_written_with_its_words():
    sheet, letter = place("economy", "budget_mnok")
    assert sheet[f"{letter}5"].value == "Ikke kjent ennå: venter på anbud"


@pytest.mark.parametrize("has_previous", [True, False])
@pytest.mark.parametrize("table", FORM.tables, ids=lambda table: table.table)
def test_answers_are_open_and_all_else_is_locked(table, has_previous):
    sheet = book(has_previous=has_previous)[table.sheet.nb]
    n_filled = 5 if has_previous else 0
    assert sheet.max_row == 1 + n_filled + PREPARED_ROWS
    for column in sheet.iter_cols():
        is_last = str(column[0].value).startswith("Forrige:")
        assert column[0].protection.locked
        assert {cell.protection.locked for cell in column[1:]} == {is_last}
        assert {cell.value for cell in column[1 + n_filled :]} == {None}
        assert sheet.column_dimensions[column[0].column_letter].protection.locked == is_last
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    # openpyxl says here what is forbidden.
    assert not any(
        (sheet.protection.sort, sheet.protection.autoFilter, sheet.protection.insertRows, sheet.protection.formatColumns)
    )


@pytest.mark.parametrize(
    ("table", "frozen"), [("projects", "B2"), ("economy", "E2"), ("milestones", "C2"), ("goal_contributions", "C2")]
)
def test_a_table_can_be_scrolled_filtered_and_printed(table, frozen):
    sheet = book()[FORM.table(table).sheet.nb]
    assert sheet.freeze_panes == frozen
    assert sheet.auto_filter.ref == f"A1:{column_letters(len(headers(sheet)))}{sheet.max_row}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"


@pytest.mark.parametrize(
    ("table", "column", "number_format"),
    [
        ("economy", "forecast_mnok", "#,##0.0##"),
        ("economy", "year", "0"),
        ("progress", "physical_pct", "#,##0.0##"),
        ("milestones", "forecast_on", "dd.mm.yyyy"),
        ("projects", "project_id", "@"),
        ("risks", "description", "@"),
    ],
)
def test_cells_have_the_format_of_their_kind(table, column, number_format):
    sheet, letter = place(table, column)
    assert {sheet[f"{letter}{row}"].number_format for row in (2, sheet.max_row)} == {number_format}


# Nothing is a formula.


@pytest.mark.parametrize(
    "dangerous",
    ["=1+1", "@SUM(A1)", "#N/A", *(pytest.param(it, marks=pytest.mark.trust) for it in ("+47", "-2", "=", "=cmd|' /C calc'!A0"))],
)
def test_text_stays_text(dangerous):
    row = ReturnRow("projects", "Ark", 2, {"project_id": "F-001", "project_name": dangerous})
    previous = Return(FORM.form_id, FORM.newest, "fjordbyen", "fjordby", "2026-Q2", {"projects": (row,)})
    file = template(FORM, agreement(), "fjordby", PERIOD, previous, "nb")
    cell = openpyxl.load_workbook(io.BytesIO(file))["Prosjekter"]["B2"]
    assert (cell.value, cell.data_type) == (dangerous, "s")
    assert cell.quotePrefix == dangerous.startswith(("=", "+", "-", "@"))


def test_no_cell_holds_a_formula_and_no_sign_that_a_file_cannot_hold_gets_in():
    row = ReturnRow("projects", "Ark", 2, {"project_id": "F-001", "project_name": "Gang\x00veg\x1f"})
    previous = Return(FORM.form_id, FORM.newest, "fjordbyen", "fjordby", "2026-Q2", {"projects": (row,)})
    for file in (made(), template(FORM, agreement(), "fjordby", PERIOD, previous, "nb")):
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
            assert len(parts) == 12
            assert not [name for name in parts if re.search(rb"<f[ >/]", archive.read(name))]
    assert openpyxl.load_workbook(io.BytesIO(file))["Prosjekter"]["B2"].value == "Gangveg"


# What a cell takes.


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("economy", "year", ("whole", "between", "2000", "2060", "stop")),
        ("milestones", "actual_on", ("date", "between", "18264", "73415", "stop")),
        ("projects", "project_name", ("textLength", "lessThanOrEqual", "120", None, "stop")),
        ("projects", "standing", ("list", "between", "I gang; På vent; Utgått; Slått sammen", None, "stop")),
        ("economy", "includes_vat", ("list", "between", "Ja; Nei", None, "stop")),
        # A reason may follow a colon, which a list does not know: it asks, and does not refuse.
        ("progress", "colour_time", ("list", "between", "Grønn; Gul; Rød; Ikke kjent ennå; Ikke aktuelt", None, "warning")),
    ],
)
def test_limits(table, column, expected):
    found = validation(table, column)
    formula = "; ".join(offered(found.formula1)) if found.type == "list" else found.formula1
    assert (found.type, found.operator or "between", formula, found.formula2, found.errorStyle or "stop") == expected
    assert found.showErrorMessage


@pytest.mark.parametrize(("table", "column"), [("projects", "working_area_split"), ("projects", "municipality_codes")])
def test_a_list_only_offers_where_several_answers_may_stand(table, column):
    found = validation(table, column)
    assert (found.type, found.showErrorMessage) == ("list", False)


@pytest.mark.parametrize(
    ("table", "column", "within"),
    [
        ("economy", "budget_mnok", "AND({0}>=0,{0}<=50000)"),
        ("economy", "spent_period_mnok", "AND({0}>=-5000,{0}<=50000)"),
        ("risks", "consequence_days", "AND({0}>=-3650,{0}<=3650,{0}=INT({0}))"),
        ("milestones", "forecast_on", "AND({0}>=18264,{0}<=73415)"),
        ("goal_contributions", "likely", "TRUE"),
    ],
)
def test_a_number_or_a_reason_passes(table, column, within):
    found, (_, letter) = validation(table, column), place(table, column)
    cell = f"{letter}2"
    whole = re.fullmatch(rf"IF\(ISNUMBER\({cell}\),(.+),SUMPRODUCT\(COUNTIF\({cell},('.+)\)\)>0\)", found.formula1)
    assert (found.type, whole[1]) == ("custom", within.format(cell))
    missing = FORM.table(table).column(column).missing
    for reason in FORM.missing:
        for written_as in (reason.label.nb, reason.label.en, f"{reason.label.nb.upper()}: venter", "noe annet"):
            passes = any(fnmatch.fnmatch(written_as.casefold(), pattern.casefold()) for pattern in offered(whole[2]))
            assert passes == (reason.code in missing and written_as != "noe annet"), written_as


def test_a_project_is_chosen_among_those_of_the_workbook_down_to_the_last():
    found = validation("economy", "project_id")
    assert found.type == "list"
    assert found.formula1.startswith("OFFSET('Prosjekter'!$A$2,0,0,")
    assert f"'Prosjekter'!$A$2:$A${LAST_ROW}" in found.formula1


def test_no_text_of_a_validation_is_longer_than_excel_allows():
    for language in ("nb", "en"):
        for sheet in book(language=language):
            for found in sheet.data_validations.dataValidation:
                assert len(found.promptTitle) <= TITLE_LENGTH
                assert len(found.errorTitle or "") <= TITLE_LENGTH
                assert max(len(said or "") for said in (found.prompt, found.error, found.formula1)) <= MESSAGE_LENGTH
                assert str(found.sqref).endswith(str(LAST_ROW))


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: getattr(part, "table", None) or part.column)
def test_a_header_and_its_cells_say_what_is_asked(table, column):
    sheet, letter = place(table.table, column.column)
    assert column.help.nb in sheet[f"{letter}1"].comment.text
    assert ("Må besvares." in sheet[f"{letter}1"].comment.text) == (column.required == "always")
    assert validation(table.table, column.column).prompt.startswith(column.help.nb[:60])


def test_a_condition_is_said_in_words():
    sheet, letter = place("progress", "physical_pct")
    assert "Må besvares når Fase i arket Prosjekter er Byggefase, Åpnet eller Avsluttet." in sheet[f"{letter}1"].comment.text


def test_a_last_answer_says_that_it_is_not_read():
    found = validation("economy", "forecast_mnok", is_last=True)
    assert (found.type, found.showErrorMessage) == (None, False)
    assert found.prompt == text("template.hint.last", "nb")


def test_where_the_list_of_the_agreement_is_unknown_any_text_will_do():
    nobody_knows = Unknown(unknown=LocalText(nb="Ingen kilde.", en="No source."))
    own = agreement().model_copy(update={"focus_areas": nobody_knows})
    sheet = openpyxl.load_workbook(io.BytesIO(template(FORM, own, "fjordby", PERIOD, last_time(), "nb")))["Prosjekter"]
    letter = column_letters(headers(sheet).index("Satsingsområde") + 1)
    found = next(one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(f"{letter}2:"))
    assert found.type == "textLength"
    assert sheet[f"{letter}2"].value == last_time().of("projects")[0].code("focus_area_id")


# The first sheet.


def said(agreement_id: str = "fjordbyen", has_previous: bool = True, language: str = "nb") -> list[str]:
    first = book(agreement_id, has_previous, language).worksheets[0]
    return [str(cell.value) for row in first.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("language", ["nb", "en"])
def test_what_is_invented_says_so_in_its_first_line_and_on_every_page(language):
    assert said(language=language)[0] == text("product.synthetic_long", language, name=agreement().short_name)
    for sheet in book(language=language).worksheets[:10]:
        assert sheet.oddHeader.right.text == text("product.synthetic", language)


def test_what_is_real_does_not():
    assert not any("ppdikt" in line for line in said("miljoloftet"))
    assert not any(sheet.oddHeader.right.text for sheet in book("miljoloftet"))


@pytest.mark.parametrize("line", ["3. kvartal 2026", "20. oktober 2026", "2. kvartal 2026", "Fjordby kommune"])
def test_the_first_sheet_says_whose_and_for_when(line):
    assert line in [found.replace("\u00a0", " ") for found in said()]


def test_a_deadline_that_no_source_gives_says_why():
    reason = agreement("miljoloftet").reporting.unknown.nb
    assert text("template.deadline_unknown", "nb", reason=reason) in said("miljoloftet")


@pytest.mark.parametrize(("has_previous", "n_steps"), [(True, 10), (False, 8)])
def test_what_to_do_is_told_in_short_numbered_lines(has_previous, n_steps):
    lines = said(has_previous=has_previous)
    steps = lines[lines.index("Slik gjør du") + 1 : lines.index("Arkene")]
    assert steps[::2] == [str(number) for number in range(1, n_steps + 1)]
    assert max(len(step) for step in steps[1::2]) <= 140
    assert any("Forrige:" in step for step in steps) == has_previous


# The file.


def test_the_same_template_is_the_same_bytes():
    assert template(FORM, agreement(), "fjordby", PERIOD, last_time(), "nb") == made()
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert re.findall(rb"2\d{3}-\d\d-\d\dT[\d:]+Z", archive.read("docProps/core.xml")) == [b"2026-10-01T00:00:00Z"] * 2


def test_a_party_of_another_agreement_is_refused():
    with pytest.raises(KeyError, match="nobody"):
        template(FORM, agreement(), "nobody", PERIOD, None, "nb")


def test_columns_that_an_older_version_did_not_ask_are_blank():
    older = last_time(version=1)
    found = openpyxl.load_workbook(io.BytesIO(template(FORM, agreement(), "fjordby", PERIOD, older, "nb")))["Milepæler"]
    letter = column_letters(headers(found).index("Vedtak om ny plan") + 1)
    assert {found[f"{letter}{row}"].value for row in range(2, 7)} == {None}
    assert found["A2"].value == "F-001"


@pytest.mark.parametrize(
    ("content", "width", "n_lines"),
    [("kort", 10, 1), ("to ord", 4, 2), ("en\nto", 10, 2), ("en to tre fire", 6, 3), (dt.date(2026, 1, 1), 1, 1), (None, 1, 1)],
)
def test_rows_are_as_high_as_their_text(content, width, n_lines):
    assert lines_taken(content, width) == n_lines
