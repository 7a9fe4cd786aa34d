"""The invented returns are real workbooks: as the generator has it, invented on every sheet, and through every check."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.forms import STAMP_SHEET, load_form
from domain.returns import Return
from domain.rows import Finding
from pipelines import returns
from pipelines.answers.reporting.acts import acts_on_returns, findings_when_submitted
from pipelines.answers.reporting.returns import return_of
from pipelines.examples import demo
from pipelines.examples.fjordbyen import loading
from pipelines.examples.fjordbyen.faults import NOTES
from pipelines.examples.fjordbyen.filling import filled_in
from pipelines.examples.fjordbyen.loading import UnusableExample, check_workbooks, filed_workbooks
from pipelines.examples.fjordbyen.workbooks import FOLDER, returns_as_filled_in
from pipelines.history.publish import current_name
from pipelines.history.snapshot import Snapshot, open_snapshot
from pipelines.reading.any_file import read_file
from pipelines.returns import CheckedReturn
from tests.builders import AT, agreement
from tests.loaded_examples import Here

ROOT = Path(__file__).parents[3]
FILED = filed_workbooks()
FORM = load_form()
MOST_BYTES = 4_000_000
# The three first of the smallest party: the last of them has a merger, and a hold.
THREE = [one for one in FILED if one.delivery.party_id == "austmark"][:3]


# The files.


def test_the_folder_holds_the_workbooks_and_nothing_else():
    files = {path for path in FOLDER.rglob("*") if path.is_file()}
    assert files == {one.path for one in FILED}
    assert len(files) == 40
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("number", [0, *(pytest.param(it, marks=pytest.mark.trust) for it in (21, 39))])
def test_a_workbook_written_again_has_the_same_cells(tmp_path, number):
    _, placed, filling = list(returns_as_filled_in())[number]
    again = tmp_path / "again.xlsx"
    again.write_bytes(filled_in(placed, filling))
    ours, kept = ({sheet.name: sheet.rows for sheet in read_file(path).sheets} for path in (again, FILED[number].path))
    told = {table.sheet.nb for table in filling.form.tables} | {STAMP_SHEET}
    assert {name: rows for name, rows in ours.items() if name in told} == {name: kept[name] for name in told}


def test_every_sheet_says_that_it_is_invented():
    book = load_workbook(FILED[-1].path)
    shown = [sheet for sheet in book if sheet.sheet_state == "visible"]
    assert len(shown) == 10
    assert shown[0]["A1"].value.startswith("Oppdiktede data")
    for sheet in shown[1:]:
        assert sheet["A1"].comment.text.startswith("Oppdiktede data")
    for sheet in shown:
        assert sheet.oddHeader.right.text.startswith("Oppdikte")


def test_workbooks_of_different_returns_have_different_names():
    names = [one.path.name for one in FILED]
    assert len(set(names)) == len(names)
    assert all(one.delivery.party_id in one.path.name and one.delivery.period in one.path.name for one in FILED)


# The ledger.


def stored_numbers(snapshot: Snapshot) -> list[int]:
    """The numbers of the invented returns in the order of time; with those that are corrected."""
    rows = snapshot.rows("SELECT submission_id FROM snapshot.return_submission ORDER BY submission_id")
    return rows["submission_id"].tolist()


@pytest.mark.trust
def test_every_answer_comes_back_at_its_cell(example_snapshot):
    for delivery, placed, _ in returns_as_filled_in():
        as_of = delivery.handed_in_at.date()
        found = return_of(example_snapshot, agreement(), delivery.party_id, delivery.period, as_of)
        assert found == placed, delivery


def test_the_originals_are_kept_to_the_byte(examples, example_snapshot):
    rows = example_snapshot.rows(
        "SELECT file_name, sha256 FROM snapshot.original WHERE agreement_id = 'fjordbyen' AND kind = 'return' ORDER BY submission_id"
    )
    assert list(rows.itertuples(index=False, name=None)) == [(one.path.name, one.original.sha256) for one in FILED]
    for one in FILED:
        assert (examples / "originals" / one.original.sha256).read_bytes() == one.path.read_bytes()


def test_what_had_to_be_confirmed_has_a_note_and_nothing_else_has(example_snapshot):
    acts = acts_on_returns(example_snapshot, agreement())
    notes = acts[acts["act"] == "submit"].set_index("submission_id")["said"].dropna().to_dict()
    held = {
        number
        for number in stored_numbers(example_snapshot)
        if any(found.severity == "hold" for found in findings_when_submitted(example_snapshot, agreement(), number))
    }
    assert set(notes) == held
    assert set(notes.values()) == set(NOTES.values())


def test_nothing_is_found_that_stops_a_return(example_snapshot):
    found = example_snapshot.rows("SELECT severity, count(*) AS n FROM snapshot.return_finding GROUP BY ALL")
    assert set(found["severity"]) == {"hold", "warning"}
    assert found["n"].sum() < 100


def test_a_second_start_opens_no_workbook(monkeypatch, examples, tmp_path):
    data_dir = shutil.copytree(examples, tmp_path / "var")
    monkeypatch.setattr(loading, "read_many_in_child", None)
    monkeypatch.setattr(returns, "the_worker", None)
    assert demo.load_examples("admin", AT + dt.timedelta(days=1), data_dir) == current_name(examples)


# The path.


@pytest.mark.trust
def test_they_go_through_the_child_and_the_process_that_checks(example_snapshot):
    numbers = dict(zip(FILED, stored_numbers(example_snapshot), strict=True))
    found = check_workbooks(THREE, agreement())
    assert [one.has_errors for one in found.values()] == [False] * 3
    stored = [findings_when_submitted(example_snapshot, agreement(), numbers[one]) for one in THREE]
    assert [list(one.findings) for one in found.values()] == [list(one) for one in stored]
    assert [one.n_of["hold"] > 0 for one in found.values()] == [False, False, True]


@pytest.mark.trust
def test_a_first_start_gives_what_the_tests_lean_on(example_snapshot, tmp_path):
    surroundings = {**os.environ, "DATA_DIR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "pipelines", "demo", "--json"]
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True, capture_output=True)
    first = open_snapshot(tmp_path / "var")
    for mart in ("return_finding", "return_row", "original"):
        ours, theirs = (one.rows(f"SELECT * FROM snapshot.{mart}") for one in (first, example_snapshot))
        assert ours.equals(theirs)


def a_check(*severities: str, **changes: str):
    """Stands in for the check of a workbook; its return is of another party or period if the test says so."""

    def check_read(read, form, previous) -> CheckedReturn:
        found: Return = replace(read.found, **changes)
        return CheckedReturn(found, read.agreement, form, tuple(Finding("x", severity) for severity in severities))

    return check_read


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (a_check("warning", "error"), "austmark-2024-Q3.xlsx: .*error"),
        (a_check("hold"), "austmark-2024-Q3.xlsx needs a note"),
        (a_check(party_id="lindvag"), "austmark-2024-Q3.xlsx is of lindvag"),
        (a_check(period="2024-Q4"), "austmark-2024-Q3.xlsx is of austmark, 2024-Q4"),
    ],
)
def test_a_workbook_that_would_not_be_taken_is_a_fault_of_ours(monkeypatch, check, said):
    monkeypatch.setattr(loading, "check_read", check)
    monkeypatch.setattr(returns, "the_worker", Here)
    with pytest.raises(UnusableExample, match=said):
        check_workbooks(THREE[:1], agreement())


def test_a_file_that_cannot_be_read_is_a_fault_of_ours(monkeypatch, tmp_path):
    monkeypatch.setattr(returns, "the_worker", Here)
    path = tmp_path / "torn.xlsx"
    path.write_bytes(THREE[0].path.read_bytes()[:5000])
    with pytest.raises(UnusableExample, match=r"torn\.xlsx"):
        check_workbooks([replace(THREE[0], path=path)], agreement())
