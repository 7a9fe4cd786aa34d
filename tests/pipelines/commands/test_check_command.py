"""The command `check`: its answer, its exit codes, the marked copy, and another form by a mapping."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import load_workbook

from pipelines import returns
from pipelines.__main__ import main
from pipelines.reading.worker import check_here
from tests.hostile import REFUSED
from tests.return_files import csv_of, filled, saved, small_return


@pytest.fixture(autouse=True)
def checked_here(monkeypatch: pytest.MonkeyPatch, data_dir) -> None:
    class Here:
        check = staticmethod(check_here)
        warm_up = staticmethod(lambda: None)

    monkeypatch.setattr(returns, "the_worker", Here)


def run(capsys, *arguments: object) -> tuple[int, dict, str]:
    code = main([*map(str, arguments), "--json"])
    printed = capsys.readouterr()
    return code, json.loads(printed.out), printed.err


def test_a_return_without_errors_exits_with_0(capsys, tmp_path):
    code, answer, _ = run(capsys, "check", saved(filled(), tmp_path))
    assert (code, answer["findings"]) == (0, [])
    assert (answer["agreement_id"], answer["party_id"], answer["period"]) == ("fjordbyen", "fjordby", "2026-Q3")
    assert answer["rows"] == {table: len(rows) for table, rows in small_return().rows.items()}


def test_errors_are_named_by_sheet_and_cell_and_exit_with_1(capsys, tmp_path):
    code, answer, _ = run(capsys, "check", saved(filled(progress__physical_pct=140), tmp_path))
    found = answer["findings"][0]
    assert (code, found["code"], found["severity"], found["sheet"], found["cell"], found["quoted"]) == (
        1, "above_maximum", "error", "Fremdrift", "B2", "140",
    )  # fmt: skip
    assert "«Fysisk ferdig (%)»" in found["message"]


def test_a_file_that_is_no_return_exits_with_2(capsys, tmp_path):
    hostile = next(file for file in REFUSED if file.name == "macro")
    code, answer, _ = run(capsys, "check", hostile.save(tmp_path))
    assert (code, answer["agreement_id"], answer["rows"]) == (2, None, {})
    assert [found["code"] for found in answer["findings"]] == ["active_content"]


def test_csv_files_need_to_be_told_whose_they_are(capsys, tmp_path):
    paths = csv_of(small_return(), tmp_path)
    code, answer, _ = run(capsys, "check", *paths)
    assert (code, {found["code"] for found in answer["findings"]}) == (
        2, {"agreement_not_said", "party_not_said", "period_not_said"},
    )  # fmt: skip
    whose = ("--agreement", "fjordbyen", "--party", "fjordby", "--period", "2026-Q3")
    assert run(capsys, "check", *paths, *whose)[0] == 0


def test_the_marked_copy_has_the_finding_at_its_cell(capsys, tmp_path):
    marked = tmp_path / "marked.xlsx"
    run(capsys, "check", saved(filled(progress__physical_pct=140), tmp_path), "--marked", marked)
    book = load_workbook(io.BytesIO(marked.read_bytes()))
    assert book.sheetnames[0] == "Funn"
    assert book["Fremdrift"]["B2"].comment.text.startswith("Feil: «140»")
    assert book["Fremdrift"]["B2"].value == 140


def test_a_marked_copy_of_csv_files_is_a_workbook(capsys, tmp_path):
    paths = csv_of(small_return(), tmp_path)
    economy = next(path for path in paths if "Økonomi" in path.name)
    economy.write_text(economy.read_text("utf-8-sig").replace("20,5", "mye"), "utf-8-sig")
    whose = ("--agreement", "fjordbyen", "--party", "fjordby", "--period", "2026-Q3")
    code, answer, _ = run(capsys, "check", *paths, *whose, "--marked", tmp_path / "m.xlsx")
    sheet, cell = answer["findings"][0]["sheet"], answer["findings"][0]["cell"]
    book = load_workbook(tmp_path / "m.xlsx")
    assert (code, book[sheet][cell].value) == (1, "mye")
    assert "mye" in book[sheet][cell].comment.text


@pytest.mark.parametrize(
    "given",
    [
        ("--mapping", "fylket_tertial"),
        ("--mapping", "fylket_tertial", "--agreement", "fjordbyen"),
        ("--mapping", "nonsense", "--agreement", "fjordbyen", "--period", "2026-Q3"),
        ("--mapping", "nonsense", "--agreement", "fjordbyen", "--period", "2026-Q9"),
    ],
)
def test_a_mapping_needs_its_agreement_and_date(capsys, tmp_path, given):
    code, answer, _ = run(capsys, "check", saved(filled(), tmp_path), *given)
    assert (code, list(answer)) == (2, ["error"])
