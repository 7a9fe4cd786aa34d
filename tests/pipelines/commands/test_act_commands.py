"""The commands of the acts: one JSON object, exit codes of the contract, words in both languages."""

from __future__ import annotations

import json
import shutil

import pytest

from pipelines import returns
from pipelines.__main__ import main
from pipelines.commands.outcome import DONE, FINDINGS, FORBIDDEN, REFUSED
from pipelines.history.ledger import LEDGER_FILE
from pipelines.reading import return_file
from pipelines.reading.any_file import BOTH, read_file
from pipelines.reading.worker import check_here
from tests.return_files import filled, saved
from tests.staged import a_file, read_in_no_time

ANALYST, LEAD = ["--as", "fjordby.analyst"], ["--as", "secretariat.lead"]
KEYS = {"submission_id", "status", "receipt", "already_submitted_as", "findings"}


@pytest.fixture(autouse=True)
def quick_reading(monkeypatch, data_dir):
    monkeypatch.setattr(returns, "check_return", read_in_no_time)


@pytest.fixture(params=["nb", pytest.param("en", marks=pytest.mark.trust)])
def language(request, monkeypatch) -> str:
    monkeypatch.setenv("APP_LANGUAGE", request.param)
    return request.param


def run(capsys, *arguments: object) -> tuple[int, dict, str]:
    """Exit code, the JSON object and what was said on standard error."""
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_the_path_of_a_return(capsys, tmp_path, language):
    first, second = a_file(tmp_path, "A", found="hold"), a_file(tmp_path, "B")
    code, found, err = run(capsys, "submit", first, *ANALYST)
    assert (code, found["status"], found["submission_id"], len(found["findings"])) == (FINDINGS, "to_confirm", None, 1)
    assert "--note" in err
    code, found, _ = run(capsys, "submit", first, *ANALYST, "--note", "Avtalt")
    assert found.keys() >= KEYS
    assert (code, found["status"], found["submission_id"], found["already_submitted_as"]) == (DONE, "staged", 1, None)
    receipt = found["receipt"]
    code, found, _ = run(capsys, "submit", first, *ANALYST)
    assert (code, found["submission_id"], found["already_submitted_as"], found["receipt"]) == (DONE, 1, 1, receipt)

    code, found, err = run(capsys, "approve", 1, *LEAD, "--receipt", "sha256:0")
    assert (code, set(found)) == (REFUSED, {"error"})
    code, found, _ = run(capsys, "approve", 1, *LEAD, "--receipt", receipt)
    assert found.keys() >= KEYS
    assert (code, found["status"], found["submission_id"], found["is_new"]) == (DONE, "approved", 1, True)
    assert run(capsys, "approve", 1, *LEAD)[1]["is_new"] is False

    assert run(capsys, "submit", second, *ANALYST)[1]["submission_id"] == 2
    code, found, _ = run(capsys, "reject", 2, *LEAD, "--reason", "Feil kvartal")
    assert (code, found["status"]) == (DONE, "rejected")
    third = a_file(tmp_path, "C")
    assert run(capsys, "submit", third, *ANALYST)[1]["superseded"] == []
    assert run(capsys, "submit", a_file(tmp_path, "D"), *ANALYST)[1]["superseded"] == [3]
    assert run(capsys, "approve", 4, *LEAD)[0] == DONE
    code, found, _ = run(capsys, "reinstate", 1, *LEAD, "--reason", "D hadde feil")
    assert (code, found["status"], found["submission_id"], found["receipt"]) == (DONE, "reinstated", 5, receipt)
    code, found, err = run(capsys, "verify")
    # submit, approve, submit, reject, submit, submit, approve, reinstate: superseding belongs to what supersedes.
    expected = {"ok": True, "entries": 8, "first_bad": None, "checked": ["audit", "heads", "originals", "ledger", "snapshots"]}
    assert (code, found) == (DONE, {"verify": expected})
    assert run(capsys, "publish")[1]["is_new"] is False


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["submit", "bad", *ANALYST], FINDINGS),
        (["submit", "unreadable", *ANALYST], REFUSED),
        (["submit", "good", "--as", "lindvag.analyst"], FORBIDDEN),
        (["submit", "good", "--as", "fjordby.member"], FORBIDDEN),
        (["submit", "good", "--as", "nobody"], FORBIDDEN),
        (["submit", "no such file", *ANALYST], REFUSED),
        (["submit", "good"], REFUSED),
        (["approve", "7", *LEAD], REFUSED),
        *((["approve", number, *LEAD], REFUSED) for number in ("seven", "0", "-1", "9" * 30, "1.0", "")),
        (["approve", "7", *ANALYST], FORBIDDEN),
        (["approve", "7", "--as", "admin"], FORBIDDEN),
        (["reject", "7", *LEAD], REFUSED),
        (["reject", "7", *LEAD, "--reason", "Feil"], REFUSED),
        (["reinstate", "7", *LEAD, "--reason", "Feil"], REFUSED),
        (["publish", "--as", "fjordby.member"], FORBIDDEN),
    ],
)
def test_what_is_refused(capsys, tmp_path, arguments, code):
    for name, found in (("good", ""), ("bad", "error"), ("unreadable", "unreadable")):
        a_file(tmp_path, found=found).rename(tmp_path / name)
    given = [str(tmp_path / part) if arguments[0] == "submit" and place == 1 else part for place, part in enumerate(arguments)]
    found_code, _, err = run(capsys, *given)
    assert found_code == code
    assert err.strip()


def test_four_eyes_have_a_text_of_their_own(capsys, tmp_path, language):
    run(capsys, "submit", a_file(tmp_path), *LEAD)
    code, found, _ = run(capsys, "approve", 1, *LEAD)
    assert (code, "secretariat.lead" in found["error"]) == (FORBIDDEN, True)
    assert found["error"] != run(capsys, "approve", 1, *ANALYST)[1]["error"]


def test_a_loss_is_told_by_every_act_and_named_by_verify(capsys, tmp_path, data_dir, language):
    run(capsys, "submit", a_file(tmp_path), *ANALYST)
    kept = shutil.copy(data_dir / LEDGER_FILE, tmp_path / "older")
    run(capsys, "approve", 1, *LEAD)
    shutil.copy(kept, data_dir / LEDGER_FILE)
    code, found, err = run(capsys, "approve", 1, *LEAD)
    assert (code, set(found)) == (FINDINGS, {"error"})
    code, found, err = run(capsys, "verify")
    bad = found["verify"]["first_bad"]
    assert (code, found["verify"]["ok"], bad["part"], bad["kind"], bad["subject"]) == (FINDINGS, False, "heads", "cut", "entry:2")
    assert bad["message"] in err


@pytest.mark.trust
def test_a_workbook_goes_all_the_way(capsys, tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))

    class Here:
        check = staticmethod(check_here)
        warm_up = staticmethod(lambda: None)

    monkeypatch.setattr(return_file, "read_many_in_child", lambda paths, **_: tuple(read_file(path, BOTH) for path in paths))
    monkeypatch.setattr(returns, "the_worker", Here)
    path = saved(filled(), tmp_path)
    code, found, err = run(capsys, "submit", path, *ANALYST, "--note", "Riktig")
    assert (code, found["status"], found["rows"]["projects"]) == (DONE, "staged", 3), err
    assert run(capsys, "approve", found["submission_id"], *LEAD)[0] == DONE
    assert run(capsys, "verify")[0] == DONE
