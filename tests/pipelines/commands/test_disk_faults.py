"""A disk that is full, forbidden or broken: every act says so in words with exit code 2, keeps what it acknowledged and goes on later."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys

import pytest

from pipelines import returns
from pipelines.__main__ import main
from pipelines.commands.outcome import BUSY, DONE, REFUSED
from pipelines.handing_in import StillQueued
from pipelines.history import disk
from pipelines.history.ledger import LEDGER_FILE
from pipelines.history.verify import verify
from tests.staged import a_file, handed_in, read_in_no_time

ANALYST, LEAD = ["--as", "fjordby.analyst"], ["--as", "secretariat.lead"]
LOOKS_AT_PARQUET = True  # a disk may be full there, too
FAULTS = {"ENOSPC": errno.ENOSPC, "EACCES": errno.EACCES}


@pytest.fixture(autouse=True)
def quick_reading(monkeypatch, data_dir):
    monkeypatch.setattr(returns, "check_return", read_in_no_time)


def run(capsys, *arguments: object) -> tuple[int, dict]:
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, json.loads(out)


def failing(step: str, fault: str):
    def watch(name: str) -> None:
        if name == step:
            raise OSError(FAULTS[fault], os.strerror(FAULTS[fault]), name.split()[-1])

    return disk.steps_told_to(watch)


@pytest.mark.trust
@pytest.mark.parametrize(
    ("fault", "said", "language"), [("ENOSPC", "No space left", "nb"), ("EACCES", "Permission denied", "en")]
)
def test_every_act_says_it_in_words(capsys, tmp_path, data_dir, monkeypatch, fault, said, language):
    monkeypatch.setenv("APP_LANGUAGE", language)
    path = a_file(tmp_path)
    acts = {
        "before append queue.jsonl": ["submit", path, *ANALYST],
        "before commit": ["submit", path, *ANALYST],
        "before append audit.jsonl": ["approve", 1, *LEAD],
        "before rename current.json": ["publish"],
        "before copy ledger.duckdb": ["backup", tmp_path / "backup"],
    }
    for step, act in acts.items():
        if act[0] == "publish":
            shutil.rmtree(data_dir / "published")
        with failing(step, fault):
            code, found = run(capsys, *act)
        assert (code, set(found)) == (REFUSED, {"error"})
        assert said in found["error"]
        if step != "before append queue.jsonl":
            assert run(capsys, *act)[0] == DONE
    code, found = run(capsys, "verify")
    assert (code, found["verify"]["ok"]) == (DONE, True)
    assert len(list((data_dir / "originals").iterdir())) == 1


@pytest.mark.trust
def test_what_the_database_could_not_write_is_an_error_of_the_disk(tmp_path, data_dir):
    """A process that may write no file larger than the ledger is: what a full disk is to the database itself."""
    handed_in(tmp_path)
    before = verify(data_dir).n_entries
    child = os.fork()
    if child == 0:
        code = 1
        try:
            limit = (data_dir / LEDGER_FILE).stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            handed_in(tmp_path, "B" * 200_000)
        except OSError:
            code = 9
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert verify(data_dir).n_entries == before
    assert handed_in(tmp_path, "B").status == "staged"
    assert verify(data_dir).is_ok


def test_a_ledger_that_another_program_has_open_is_busy(capsys, tmp_path, data_dir, monkeypatch):
    handed_in(tmp_path)
    said = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", said, str(data_dir / LEDGER_FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        assert run(capsys, "approve", 1, *LEAD)[0] == BUSY
        other.stdin.close()
    assert run(capsys, "approve", 1, *LEAD)[0] == DONE


def test_a_ledger_that_is_none_is_said_and_found_by_verify(capsys, tmp_path, data_dir):
    handed_in(tmp_path)
    (data_dir / LEDGER_FILE).write_bytes(b"none" * 5000)
    code, found = run(capsys, "approve", 1, *LEAD)
    assert (code, set(found)) == (REFUSED, {"error"})
    assert run(capsys, "verify")[1]["verify"]["first_bad"]["kind"] == "unreadable"


@pytest.mark.parametrize("language", ["nb", pytest.param("en", marks=pytest.mark.trust)])
def test_an_answer_that_does_not_come_in_time_is_busy_with_the_number(capsys, tmp_path, data_dir, monkeypatch, language):
    monkeypatch.setenv("APP_LANGUAGE", language)

    def waits(*_, **__):
        raise StillQueued(12, 3)

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.handing_in._answer", waits)
        code, found = run(capsys, "submit", a_file(tmp_path), *ANALYST)
    assert (code, found["queue_number"]) == (BUSY, 12)
    assert "12" in found["error"]
    code, found = run(capsys, "submit", a_file(tmp_path), *ANALYST)
    assert (code, found["queue_number"], found["submission_id"]) == (DONE, 1, 1)
