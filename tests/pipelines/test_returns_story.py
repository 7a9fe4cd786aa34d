"""A return from file to findings: a filled template has none, a changed cell is named, and no hostile file is ever accepted."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from domain.forms import Form, FormTable, load_form
from domain.returns import Return
from domain.rows import column_letters
from pipelines import returns
from pipelines.examples.fjordbyen.returns import generate_returns, next_return
from pipelines.printing import finding_line
from pipelines.reading import return_file
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.worker import check_here
from pipelines.returns import Asked, CheckedReturn, Upload, check_return, check_upload
from pipelines.writing.templates.template import template
from tests.builders import agreement
from tests.hostile import REFUSED, Hostile
from tests.return_files import csv_of, filled, saved, small_return, written

NOBODY = Asked(None, None, None)
FORM = load_form()


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads and checks here, for speed; the child and the worker have tests of their own, and one here."""
    if "through_child_and_worker" in request.node.name:
        return

    class Here:
        check = staticmethod(check_here)
        warm_up = staticmethod(lambda: None)

    monkeypatch.setattr(return_file, "read_many_in_child", lambda paths, **_: tuple(read_file(path, BOTH) for path in paths))
    monkeypatch.setattr(returns, "the_worker", Here)


def checked(content: bytes, folder: Path, asked: Asked = NOBODY) -> CheckedReturn:
    return check_return([saved(content, folder)], asked, folder / "var")


def said(found: CheckedReturn) -> list[str]:
    return [finding_line(finding, "en") for finding in found.findings]


# A template, filled in


def last_of(party_id: str) -> Return:
    return [found for found, _, _ in generate_returns() if found.party_id == party_id and found.period == "2026-Q2"][-1]


def fill_in(content: bytes, answers: Return, language: str) -> bytes:
    """The template with the answers of a return typed into its cells, as an analyst would: row by row, under each heading."""
    book = load_workbook(io.BytesIO(content))
    form = FORM.at(answers.form_version)
    for table in form.tables:
        _type_in(book, answers, table, form, language)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _type_in(book: Workbook, answers: Return, table: FormTable, form: Form, language: str) -> None:
    sheet = book[table.sheet.in_language(language)]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(answers.of(table.table), start=2):
        for column in table.columns:
            typed = written(row.answers.get(column.column), column, form, agreement(), language)
            sheet.cell(number, places[form.heading(column, language)]).value = typed


@pytest.mark.parametrize(("party_id", "language"), [("austmark", "nb"), pytest.param("lindvag", "en", marks=pytest.mark.trust)])
def test_a_template_filled_in_has_no_finding(tmp_path, party_id, language):
    asked, last = next_return(party_id), last_of(party_id)
    form = FORM.at(FORM.version_for(asked.period))
    content = fill_in(template(form, agreement(), party_id, asked.period, last, language), asked, language)
    found = checked(content, tmp_path)
    assert said(found) == []
    assert (found.found.party_id, found.found.period, found.n_rows) == (
        party_id, asked.period, {table: len(rows) for table, rows in asked.rows.items()},
    )  # fmt: skip


def test_the_same_as_csv_files_has_no_finding(tmp_path):
    found = check_return(csv_of(small_return(), tmp_path), Asked("fjordbyen", "fjordby", "2026-Q3"), tmp_path / "var")
    assert said(found) == []


def test_an_upload_is_read_through_child_and_worker(tmp_path):
    found = check_upload([Upload("../../rapport <b>.xlsx", filled(progress__physical_pct=140))], NOBODY, tmp_path)
    assert [(finding.code, finding.sheet, finding.cell) for finding in found.findings] == [("above_maximum", "Fremdrift", "B2")]


# Seeded changes of one cell

MISTAKES: dict[str, tuple[Any, ...]] = {
    "whole": ("tolv", 1.5, "1e309", True),
    "year": ("tjueseks", 26, 2026.5, "2026-2027"),
    "decimal": ("mange", "12,4,5", "NaN"),
    "money": ("tolv millioner", "1.234.5", 10**9, "12 USD"),
    "percent": ("halvferdig", 20_000, "#REF!"),
    "date": ("31.02.2026", "snart", "2026-13-01", 20261122),
    "choice": ("Lilla", "x", 7),
    "choices": ("Ingensteds; Lilla", "??"),
    "split": ("Nord 60; Sentrum 30", "Atlantis", "Nord 60; Nord 40"),
    "yes_no": ("kanskje", 2),
    "id": ("?!", "a b c", "-"),
    "ids": ("T-999", "??"),
}


def mistakes() -> list[tuple[str, str, Any]]:
    """Every column that is always asked, left blank; and in every column that takes not just any text, one seeded wrong answer."""
    dice = random.Random(20261122)
    found: list[tuple[str, str, Any]] = []
    for table in FORM.at(FORM.newest).tables:
        found += [(table.table, column.column, None) for column in table.columns if column.required == "always"]
        found += [
            (table.table, column.column, dice.choice(MISTAKES[column.type]))
            for column in table.columns
            if column.type in MISTAKES
        ]
    return found


def one_by_one(group: list[tuple[str, str, Any]]) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        for table, column, wrong in group:
            row = small_return().of(table)[0]
            book[row.sheet].cell(row.row, row.places[column]).value = wrong

    return edit


# One change in each table at a time: many share the price of one check, and none hides another.
ALL = mistakes()
BY_TABLE = [[one for one in ALL if one[0] == table.table] for table in FORM.tables]
GROUPS = [[one for one in group if one] for group in zip_longest(*BY_TABLE)]


def test_there_are_many_changes():
    assert len(ALL) >= 140
    assert sum(map(len, GROUPS)) == len(ALL)


# Every other of them every day, all in the long run.
@pytest.mark.parametrize(
    "group",
    [pytest.param(it, marks=[pytest.mark.trust] if place % 2 else []) for place, it in enumerate(GROUPS)],
    ids=[f"{group[0][0]}.{group[0][1]}" for group in GROUPS],
)
def test_a_changed_cell_is_named(tmp_path, group):
    found = checked(filled(edit=one_by_one(group)), tmp_path)
    named = {(finding.sheet, finding.cell) for finding in found.findings}
    for table, column, wrong in group:
        row = small_return().of(table)[0]
        address = f"{column_letters(row.places[column])}{row.row}"
        assert (row.sheet, address) in named, f"{table}.{column} = {wrong!r} is not named: {said(found)}"


def test_the_same_file_gives_the_same_findings_in_the_same_order(tmp_path):
    content = filled(edit=one_by_one(GROUPS[0]))
    assert checked(content, tmp_path).findings == checked(content, tmp_path).findings


# Files that are no return


# Each of them is refused by its reader in the everyday run; the whole way is gone by every fourth then, and by all in the long one.
@pytest.mark.parametrize(
    "file",
    [pytest.param(file, marks=[pytest.mark.trust] if place % 4 else []) for place, file in enumerate(REFUSED)],
    ids=lambda file: file.name,
)
def test_no_hostile_file_is_accepted(tmp_path, file: Hostile):
    found = check_return([file.save(tmp_path)], Asked("fjordbyen", "fjordby", "2026-Q3"), tmp_path / "var")
    assert found.is_refused
    assert found.has_errors
    assert all(said(found))


def test_a_blank_hides_what_follows_from_it(tmp_path):
    found = checked(filled(cost_estimates__forecast_mnok=None), tmp_path)
    assert [(finding.code, finding.cell) for finding in found.findings] == [("answer_missing", "G2")]


def test_a_cell_that_cannot_be_read_is_not_missing_as_well(tmp_path):
    found = checked(filled(economy__budget_mnok="tolv"), tmp_path)
    assert [(finding.code, finding.cell) for finding in found.findings] == [("not_a_number", "E2")]
