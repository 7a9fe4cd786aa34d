"""`template`: which workbooks it makes, where, from what, and when it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from domain.forms import load_form
from domain.returns import Return, ReturnRow
from pipelines.__main__ import main
from pipelines.commands.outcome import DONE, REFUSED
from tests.builders import agreement

REPORTING = ["fjordby", "lindvag", "austmark", "kystfylket", "veietaten"]
ASKED = ("--agreement", "fjordbyen", "--period", "2026-Q3")


def run(capsys, *arguments: object) -> tuple[int, dict, str]:
    """Exit code, the JSON object and what was said on standard error."""
    code = main(["template", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


@pytest.fixture(autouse=True)
def own_data_dir(data_dir):
    return data_dir


@pytest.fixture
def reported(monkeypatch):
    """Two parties have reported before; the rest have not."""
    asked: list[tuple[str, str]] = []

    def last_return(snapshot: object, own: object, party_id: str, before_period: str, as_of: object = None) -> Return | None:
        asked.append((party_id, before_period))
        rows = tuple(ReturnRow("projects", "Prosjekter", number, {"project_id": f"F-{number:03d}"}) for number in (2, 3))
        before = {"fjordby": "2026-Q2", "lindvag": "2026-Q1"}.get(party_id)
        return Return("quarterly_return", 2, "fjordbyen", party_id, before, {"projects": rows}) if before else None

    monkeypatch.setattr("pipelines.history.snapshot.open_snapshot", lambda data_dir: object())
    monkeypatch.setattr("pipelines.answers.reporting.returns.last_return", last_return)
    return asked


@pytest.fixture
def quick(monkeypatch):
    """Workbooks that hold nothing, where only their places matter."""
    monkeypatch.setattr(
        "pipelines.writing.templates.template.template", lambda form, own, party_id, *_: b"PK " + party_id.encode()
    )


def test_each_reporting_party_gets_a_workbook_in_the_folder(capsys, tmp_path, reported):
    code, answer, err = run(capsys, *ASKED, "--out", tmp_path / "maler" / "q3")
    assert (code, answer["agreement_id"], answer["period"], answer["form_version"]) == (DONE, "fjordbyen", "2026-Q3", 3)
    assert [one["party_id"] for one in answer["templates"]] == REPORTING
    assert [one["prefilled_from"] for one in answer["templates"]] == ["2026-Q2", "2026-Q1", None, None, None]
    assert reported == [(party, "2026-Q3") for party in REPORTING]
    tables = [table.table for table in load_form().tables]
    assert [list(one["rows"]) for one in answer["templates"]] == [tables] * 5
    assert [one["rows"]["projects"] for one in answer["templates"]] == [2, 2, 0, 0, 0]
    for one in answer["templates"]:
        path = Path(one["path"])
        assert path.parent == tmp_path / "maler" / "q3"
        assert all(word in path.name for word in ("oppdikt", "fjordbyen", one["party_id"], "2026-Q3"))
        stamp = dict(openpyxl.load_workbook(path)["_nullvekst"].iter_rows(values_only=True))
        assert (stamp["party_id"], stamp["period"]) == (one["party_id"], "2026-Q3")
    assert "fylt ut fra 2. kvartal 2026" in err.replace("\u00a0", " ")


def test_before_the_first_snapshot_nobody_has_reported(capsys, tmp_path):
    code, answer, err = run(capsys, *ASKED, "--party", "fjordby", "--out", tmp_path / "mal.xlsx")
    assert (code, answer["templates"][0]["prefilled_from"]) == (DONE, None)
    assert "uten tidligere rapport" in err
    assert openpyxl.load_workbook(tmp_path / "mal.xlsx")["Prosjekter"]["A2"].value is None


def test_one_party_is_one_file_or_stands_in_the_folder_that_is_there(capsys, tmp_path, quick, reported):
    _, answer, _ = run(capsys, *ASKED, "--party", "lindvag", "--out", tmp_path / "ny" / "mal.xlsx")
    assert [one["path"] for one in answer["templates"]] == [str(tmp_path / "ny" / "mal.xlsx")]
    _, answer, _ = run(capsys, *ASKED, "--party", "lindvag", "--out", tmp_path)
    assert Path(answer["templates"][0]["path"]).parent == tmp_path


def test_nothing_is_overwritten_without_being_told_to(capsys, tmp_path, quick, reported):
    (tmp_path / "mal.xlsx").write_bytes(b"mine")
    arguments = (*ASKED, "--party", "fjordby", "--out", tmp_path / "mal.xlsx")
    code, answer, _ = run(capsys, *arguments)
    assert (code, "mal.xlsx" in answer["error"], "--overwrite" in answer["error"]) == (REFUSED, True, True)
    assert (tmp_path / "mal.xlsx").read_bytes() == b"mine"
    assert run(capsys, *arguments, "--overwrite")[0] == DONE
    assert (tmp_path / "mal.xlsx").read_bytes() == b"PK fjordby"


def test_one_file_that_is_there_stops_all(capsys, tmp_path, quick, reported):
    _, answer, _ = run(capsys, *ASKED, "--out", tmp_path)
    first, *others = [Path(one["path"]) for one in answer["templates"]]
    for path in others:
        path.unlink()
    assert run(capsys, *ASKED, "--out", tmp_path)[0] == REFUSED
    assert [path.name for path in tmp_path.glob("*.xlsx")] == [first.name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--agreement", "fjordbyen", "--period", "Q3"), "Q3"),
        (("--agreement", "fjordbyen", "--period", "2026"), "2026-Q3"),
        (("--agreement", "fjordbyen", "--period", "2026-09"), "2026-Q3"),
        (("--agreement", "nowhere", "--period", "2026-Q3"), "nowhere"),
        ((*ASKED, "--party", "nobody"), "fjordby, lindvag, austmark"),
        ((*ASKED, "--party", "solsund"), "solsund"),
        (("--agreement", "fjordbyen"), "--period"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(capsys, tmp_path, arguments, said):
    code, answer, _ = run(capsys, *arguments, "--out", tmp_path / "ut")
    assert code == REFUSED
    assert said in answer["error"]
    assert not (tmp_path / "ut").exists()


def test_a_file_is_no_folder_for_all_parties(capsys, tmp_path):
    (tmp_path / "fil").write_text("x")
    code, answer, _ = run(capsys, *ASKED, "--out", tmp_path / "fil")
    assert (code, "--party" in answer["error"]) == (REFUSED, True)


def test_a_place_that_cannot_be_written_is_named(capsys, tmp_path, quick):
    (tmp_path / "fil").write_text("x")
    code, answer, _ = run(capsys, *ASKED, "--party", "fjordby", "--out", tmp_path / "fil" / "mal.xlsx")
    assert (code, "mal.xlsx" in answer["error"]) == (REFUSED, True)


def test_where_nobody_knows_who_reports_all_that_exist_get_one(capsys, tmp_path, quick):
    _, answer, _ = run(capsys, "--agreement", "miljoloftet", "--period", "2026-Q3", "--out", tmp_path)
    own = agreement("miljoloftet")
    assert [one["party_id"] for one in answer["templates"]] == [
        party.party_id for party in own.parties if party.is_reporting is not False and party.valid_to is None
    ]
    assert not any("oppdikt" in one["path"] for one in answer["templates"])
