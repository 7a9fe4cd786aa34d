"""A report in another form from file to ledger: what stops it, what is listed, what the history says, and the command."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from domain.mappings import BUILT_IN, FormMapping, load_mapping
from domain.returns import Return
from pipelines import imports
from pipelines.__main__ import main
from pipelines.acting import NotAllowed
from pipelines.answers.reporting.returns import return_of
from pipelines.commands.outcome import DONE, FINDINGS, FORBIDDEN, REFUSED
from pipelines.history.publish import current_name
from pipelines.history.snapshot import open_snapshot
from pipelines.imports import Imported, import_file, mapping_named
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.worker import check_here
from tests.builders import AT, agreement
from tests.mapped_files import ROW_OF, T1, T2, tertial_report

TERTIAL = BUILT_IN / "kystfylket_tertial.yaml"


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads and checks here, for speed; the child and the worker have tests of their own, and one here."""
    if "through_child_and_worker" in request.node.name:
        return

    class Here:
        check = staticmethod(check_here)
        warm_up = staticmethod(lambda: None)

    monkeypatch.setattr(imports, "read_in_child", lambda path, **_: read_file(path, BOTH))
    monkeypatch.setattr(imports, "the_worker", Here)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return saved(tmp_path)


def saved(folder: Path, edit: Any = None, name: str = "tertialrapport.xlsx") -> Path:
    path = folder / name
    path.write_bytes(tertial_report(edit))
    return path


def mapped(folder: Path, *changes: tuple[str, str]) -> FormMapping:
    """The example's mapping with other words in it."""
    content = TERTIAL.read_text(encoding="utf-8")
    for stood, stands in changes:
        assert stood in content, stood
        content = content.replace(stood, stands)
    folder.mkdir(exist_ok=True)
    (folder / TERTIAL.name).write_text(content, encoding="utf-8")
    return load_mapping(folder / TERTIAL.name)


def imported(path: Path, day: dt.date, data_dir: Path, by: FormMapping | None = None, actor: str = "admin") -> Imported:
    return import_file(actor, path, by or load_mapping(TERTIAL), agreement(), day, AT, data_dir)


def codes(found: Imported, severity: str) -> list[str]:
    return [finding.code for finding in found.checked.findings if finding.severity == severity]


def stored(data_dir: Path, period: str, as_of: dt.date | None = None) -> Return | None:
    return return_of(open_snapshot(data_dir), agreement(), "kystfylket", period, as_of)


def test_two_report_dates_become_two_returns_that_were_known_from_those_days(report, data_dir):
    first, second = imported(report, T1, data_dir), imported(report, T2, data_dir)
    assert [(found.status, found.submission_id, found.already_submitted_as) for found in (first, second)] == [
        ("committed", 1, None), ("committed", 2, None),
    ]  # fmt: skip
    assert (codes(second, "error"), codes(second, "hold")) == ([], [])
    assert second.checked.previous is not None
    assert second.checked.previous.period == "2026-Q1"
    assert [stored(data_dir, period, T1) is None for period in ("2026-Q1", "2026-Q2")] == [False, True]
    assert stored(data_dir, "2026-Q1", T1 - dt.timedelta(days=1)) is None
    found = stored(data_dir, "2026-Q2")
    assert found is not None
    assert second.checked.found is not None
    for table, rows in second.checked.found.rows.items():
        assert [dict(row.answers) for row in found.of(table)] == [dict(row.answers) for row in rows]


def test_the_same_file_again_says_its_number_and_another_mapping_of_it_is_another_report(report, data_dir, tmp_path):
    first, again = imported(report, T2, data_dir), imported(report, T2, data_dir)
    assert (again.already_submitted_as, again.submission_id, again.receipt) == (1, 1, first.receipt)
    other = mapped(tmp_path / "own", ("estimate_method: not_yet_known", "estimate_method: contract"))
    corrected = imported(report, T2, data_dir, other)
    assert (corrected.submission_id, corrected.already_submitted_as) == (2, None)
    found = stored(data_dir, "2026-Q2")
    assert found is not None
    assert {row.code("estimate_method") for row in found.of("cost_estimates")} == {"contract"}
    kept = sorted(path.name for path in (data_dir / "originals").iterdir())
    assert len(kept) == 3  # the report, and each mapping


def test_of_a_transposed_sheet_the_ledger_leads_to_the_cell_itself(report, data_dir):
    imported(report, T2, data_dir)
    found = stored(data_dir, "2026-Q2")
    assert found is not None
    line = ROW_OF["Sluttprognose"]
    assert [row.address("forecast_mnok") for row in found.of("cost_estimates")] == [f"C{line}", f"E{line}", f"G{line}"]
    assert [row.address("project_id") for row in found.of("cost_estimates")] == ["C3", "E3", "G3"]
    assert {row.is_transposed for row in found.all_rows()} == {True}
    assert {row.row for row in found.all_rows()} == {3}  # where the projects are named


@pytest.mark.parametrize("person", ["kystfylket.analyst", "kystfylket.member", "nobody"])
def test_who_may_not_import_stores_nothing(report, data_dir, person):
    with pytest.raises(NotAllowed):
        imported(report, T2, data_dir, actor=person)
    assert not data_dir.exists()


def test_the_secretariat_may_import(report, data_dir):
    assert imported(report, T2, data_dir, actor="secretariat.lead").status == "committed"


def test_an_error_stops_and_nothing_is_stored(report, data_dir, tmp_path):
    by = mapped(tmp_path / "own", ("sign: saving_is_positive", "sign: over_is_positive"))
    found = imported(report, T2, data_dir, by)
    assert (found.status, codes(found, "error")) == ("refused", ["mapped_sign_wrong"])
    assert current_name(data_dir) is None


def test_a_wrong_unit_that_all_figures_share_is_caught_against_history(report, data_dir, tmp_path):
    imported(report, T1, data_dir)
    # Without the sheet's own words for its unit, for then those tell it.
    silent = saved(tmp_path, lambda sheet: sheet.__setitem__("A1", None), "uten.xlsx")
    found = imported(silent, T2, data_dir, mapped(tmp_path / "own", ("unit: tkr", "unit: kr")))
    assert found.status == "refused"
    told = [finding for finding in found.checked.findings if finding.code == "mapped_unit_against_history"]
    assert {(finding.named["table"], finding.named["column"]) for finding in told} >= {
        ("economy", "budget_mnok"), ("economy", "forecast_mnok"), ("cost_estimates", "p50_mnok"),
    }  # fmt: skip
    p50 = next(finding for finding in told if finding.named["column"] == "p50_mnok")
    assert (p50.sheet, p50.cell, p50.named["factor"]) == ("Tertialrapport", f"C{ROW_OF['Styringsramme (P50)']}", "0,001")


def test_a_hold_is_listed_at_its_own_cell_and_does_not_stop(data_dir, tmp_path):
    imported(saved(tmp_path), T1, data_dir)
    row = ROW_OF["Styringsramme (P50)"]

    def doubled(sheet):
        sheet.cell(row, 3).value = 400000
        sheet.cell(ROW_OF["Kostnadsramme (P85)"], 3).value = 420000

    found = imported(saved(tmp_path, doubled, "ny.xlsx"), T2, data_dir)
    assert found.status == "committed"
    assert ("jump", "Tertialrapport", f"C{row}") in [(f.code, f.sheet, f.cell) for f in found.checked.findings]


def test_what_the_checks_find_stands_at_the_sender_s_own_cells(data_dir, tmp_path):
    row = ROW_OF["Styringsramme (P50)"]
    found = imported(saved(tmp_path, lambda sheet: sheet.cell(row, 5, 300000)), T2, data_dir)
    [finding] = [finding for finding in found.checked.findings if finding.severity == "error"]
    assert (finding.sheet, finding.cell) == ("Tertialrapport", f"E{row}")


def test_a_project_that_was_there_last_time_is_missed(data_dir, tmp_path):
    imported(saved(tmp_path), T1, data_dir)

    # The totals go, too: what is left adds up to less.
    def without_the_last(sheet):
        for merged in ("F3:G3", "H3:I3"):
            sheet.unmerge_cells(merged)
        sheet.delete_cols(6, 4)

    found = imported(saved(tmp_path, without_the_last, "ny.xlsx"), T2, data_dir)
    assert codes(found, "error") == ["project_vanished"]
    assert [finding.quoted for finding in found.checked.findings if finding.severity == "error"] == ["F-028"]


def test_a_mapping_is_found_by_its_id_in_either_folder_or_by_its_file(data_dir, tmp_path):
    assert mapping_named("kystfylket_tertial", data_dir).name.en.startswith("Tertial")
    own = mapped(data_dir / "mappings" if data_dir.mkdir() is None else data_dir, ("en: Tertial report", "en: Another report"))
    assert mapping_named("kystfylket_tertial", data_dir) == own
    assert mapping_named(str(TERTIAL), data_dir) != own
    with pytest.raises(imports.UnknownMapping) as unknown:
        mapping_named("fylket", data_dir)
    assert unknown.value.known == ["kystfylket_tertial"]


# The command.


def run(capsys, *arguments: str) -> tuple[int, dict, str]:
    code = main(["import", *arguments, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def asked(path: Path, **changes: str) -> list[str]:
    options = {"mapping": "kystfylket_tertial", "agreement": "fjordbyen", "reported-on": "2026-08-31", "as": "admin", **changes}
    return [str(path), *(part for name, told in options.items() for part in (f"--{name}", told))]


def test_the_command_answers_as_the_contract_says(capsys, report, data_dir):
    code, found, err = run(capsys, *asked(report))
    assert (code, found["status"], found["submission_id"], found["already_submitted_as"]) == (DONE, "committed", 1, None)
    assert (found["agreement_id"], found["party_id"], found["period"]) == ("fjordbyen", "kystfylket", "2026-Q2")
    assert found["rows"] == {"projects": 3, "progress": 3, "economy": 9, "cost_estimates": 3}
    assert {finding["code"] for finding in found["findings"]} == {
        "mapped_other_dates",
        "mapped_tables_absent",
        "mapped_scale_of_day",
    }
    assert "tertialrapport.xlsx er lagret som nummer 1" in err
    again = run(capsys, *asked(report))
    assert (again[0], again[1]["already_submitted_as"]) == (DONE, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reported-on": "2026-06-30"}, REFUSED),
        ({"reported-on": "i går"}, REFUSED),
        ({"mapping": "ukjent"}, REFUSED),
        ({"agreement": "miljoloftet"}, REFUSED),
        ({"party": "lindvag"}, REFUSED),
        ({"as": "kystfylket.analyst"}, FORBIDDEN),
    ],
)
def test_the_command_says_in_its_exit_code_why_nothing_is_stored(capsys, report, data_dir, changes, code):
    found = run(capsys, *asked(report, **changes))
    assert found[0] == code
    assert found[2].strip()
    assert current_name(data_dir) is None


def test_the_command_finds_errors_and_stores_nothing(capsys, data_dir, tmp_path):
    path = saved(tmp_path, lambda sheet: sheet.cell(ROW_OF["Sluttprognose"], 3, 1))
    code, found, err = run(capsys, *asked(path))
    assert (code, found["status"], found["submission_id"]) == (FINDINGS, "refused", None)
    told = next(finding for finding in found["findings"] if finding["code"] == "mapped_recomputed_differs")
    assert (told["cell"], told["quoted"]) == (f"C{ROW_OF['Sluttprognose']}", "1")
    assert told["message"] in err
    assert current_name(data_dir) is None


def test_a_hostile_file_is_refused(capsys, data_dir, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.7 not a workbook")
    code, found, _ = run(capsys, *asked(tmp_path / "a.xlsx"))
    assert (code, [finding["code"] for finding in found["findings"]]) == (REFUSED, ["not_a_return_file"])


def test_a_mapping_with_faults_names_them_all(capsys, report, data_dir, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("mapping_id: other\nblocks: []\n", encoding="utf-8")
    code, found, _ = run(capsys, *asked(report, mapping=str(path)))
    assert code == REFUSED
    assert [line.split(":")[1].strip().split(" ")[0] for line in found["error"].splitlines()] == [
        "mapping_id",
        "blocks",
        "name",
        "form_id",
    ]


@pytest.mark.trust
def test_the_example_goes_through_child_and_worker(capsys, report, data_dir):
    code, found, _ = run(capsys, *asked(report))
    assert (code, found["status"]) == (DONE, "committed")
