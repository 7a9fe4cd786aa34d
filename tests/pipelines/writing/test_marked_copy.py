"""The analyst's own workbook back: what was there stays, each finding is at its cell, and what is lost is said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from pipelines.writing.marks.marked_copy import FILLS, ListWords, Mark, MarkedCopy, findings_list, marked_tables, marked_workbook

WORDS = ListWords("Funn", ("Grad", "Sted", "Hva er galt", "Hva du gjør"), ("To funn", "Fjordby, 3. kvartal 2026"), "Hele filen")
ERROR = Mark("error", "Feil", "Økonomi", "H14", "Påløpt hittil er 12,4.", "Rett tallet.")
HOLD = Mark("hold", "Må bekreftes", "Økonomi", "H14", "Prognosen er doblet.", "Bekreft.")
WHOLE = Mark("warning", "Advarsel", None, None, "Et ark mangler.", "Legg det til.")


@pytest.fixture
def original(tmp_path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "Økonomi"
    sheet["A1"], sheet["H14"], sheet["H15"] = "Prosjekt-ID", 12.4, "=H14*2"
    sheet["H14"].number_format = "#,##0.0"
    sheet.column_dimensions["H"].width = 33
    sheet["A1"].comment = Comment("Min merknad", "jeg")
    sheet.merge_cells("B2:C3")
    path = tmp_path / "rapport.xlsx"
    book.save(path)
    return path


def opened(copy: MarkedCopy) -> Workbook:
    return load_workbook(io.BytesIO(copy.content))


def test_a_cell_with_findings_has_the_worst_colour_and_all_words(original):
    cell = opened(marked_workbook(original, [HOLD, ERROR], WORDS))["Økonomi"]["H14"]
    assert cell.fill.fgColor.rgb.endswith(FILLS["error"])
    assert cell.comment.text == "Må bekreftes: Prognosen er doblet. Bekreft.\n\nFeil: Påløpt hittil er 12,4. Rett tallet."


def test_what_was_there_stays(original):
    sheet = opened(marked_workbook(original, [ERROR], WORDS))["Økonomi"]
    assert (sheet["H14"].value, sheet["H14"].number_format, sheet["H15"].value) == (12.4, "#,##0.0", "=H14*2")
    assert sheet.column_dimensions["H"].width == 33
    assert sheet["A1"].comment.text == "Min merknad"
    assert sheet["A1"].fill.fill_type is None


def test_a_note_of_the_sender_comes_before_the_finding(original):
    mark = Mark("error", "Feil", "Økonomi", "A1", "Ukjent kolonne.", "Bruk malen.")
    assert opened(marked_workbook(original, [mark], WORDS))["Økonomi"]["A1"].comment.text.startswith("Min merknad\n\nFeil: ")


@pytest.mark.parametrize("cell", ["B2:C3", "C3", "B2"])
def test_a_merged_range_is_marked_at_its_first_cell(original, cell):
    mark = Mark("error", "Feil", "Økonomi", cell, "Sammenslått.", "Del opp.")
    assert opened(marked_workbook(original, [mark], WORDS))["Økonomi"]["B2"].comment.text == "Feil: Sammenslått. Del opp."


def test_the_list_comes_first_and_leads_to_the_cells(original):
    book = opened(marked_workbook(original, [ERROR, WHOLE], WORDS))
    sheet = book["Funn"]
    assert book.sheetnames == ["Funn", "Økonomi"]
    assert [[cell.value for cell in row] for row in sheet["A4:D6"]] == [
        ["Grad", "Sted", "Hva er galt", "Hva du gjør"],
        ["Feil", "Økonomi H14", "Påløpt hittil er 12,4.", "Rett tallet."],
        ["Advarsel", "Hele filen", "Et ark mangler.", "Legg det til."],
    ]
    assert sheet["B5"].hyperlink.location == "'Økonomi'!H14" or sheet["B5"].hyperlink.target == "#'Økonomi'!H14"
    assert sheet["B6"].hyperlink is None


def test_a_sheet_that_is_called_like_the_list_keeps_its_name(tmp_path):
    book = Workbook()
    book.active.title = "funn"
    book.save(tmp_path / "a.xlsx")
    assert opened(marked_workbook(tmp_path / "a.xlsx", [WHOLE], WORDS)).sheetnames == ["Funn +", "funn"]


@pytest.mark.parametrize("text", ["=1+1", "+47", "-1", "@a", "=cmd|' /C calc'!A0"])
def test_no_text_becomes_a_formula(tmp_path, text):
    copies = [
        marked_tables([("Økonomi", [["Prosjekt-ID"], [text]])], [ERROR], WORDS),
        findings_list([Mark("error", "Feil", text, None, text, text)], WORDS),
    ]
    cells = [cell for copy in copies for sheet in opened(copy).worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == text] == ["s"] * 3 + ["s"]
    assert "f" not in {cell.data_type for cell in cells}


def test_a_csv_comes_back_as_a_workbook_with_its_cells_marked():
    book = opened(marked_tables([("Økonomi", [["Prosjekt-ID", "År"], ["F-001", "20x6"]])], [Mark("error", "Feil", "Økonomi", "B2", "a", "b")], WORDS))  # fmt: skip
    assert book.sheetnames == ["Funn", "Økonomi"]
    assert (book["Økonomi"]["A2"].value, book["Økonomi"]["B2"].comment.text) == ("F-001", "Feil: a b")


def test_a_mark_without_a_cell_of_this_file_is_only_in_the_list(original):
    marks = [Mark("error", "Feil", "Ukjent", "A1", "a", "b"), Mark("error", "Feil", "Økonomi", "kolonne H", "a", "b")]
    book = opened(marked_workbook(original, marks, WORDS))
    assert [cell.comment for cell in book["Økonomi"]["H"] if cell.comment] == []
    assert [book["Funn"]["B5"].value, book["Funn"]["B6"].value] == ["Ukjent A1", "Økonomi kolonne H"]


def test_charts_are_said_to_be_drawn_again(tmp_path):
    book = Workbook()
    book.active["A1"] = 1
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1))
    book.active.add_chart(chart, "C3")
    book.save(tmp_path / "chart.xlsx")
    assert set(marked_workbook(tmp_path / "chart.xlsx", [WHOLE], WORDS).lost) == {"charts", "drawings"}


def test_nothing_is_said_to_be_lost_of_a_plain_workbook(original):
    assert marked_workbook(original, [ERROR], WORDS).lost == ()
