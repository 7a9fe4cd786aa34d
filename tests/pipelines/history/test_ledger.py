"""The ledger only adds, answers the same content with its first number, and lets one writer in."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.history import ledger as ledger_module
from pipelines.history.busy import LedgerBusy
from pipelines.history.disk import steps_told_to
from pipelines.history.ledger import Original, keep_original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.verify import verify
from tests.builders import AT, printed, store, submission

ROOT = Path(__file__).parents[3]


def test_numbers_follow_each_other(tmp_path):
    with open_ledger(tmp_path) as ledger:
        assert [ledger.commit(submission(content), {}) for content in "abc"] == [1, 2, 3]


def test_the_same_content_of_the_same_day_has_its_earlier_number(tmp_path):
    assert store(tmp_path, printed(1, 0, 2), content="x") == store(tmp_path, printed(1, 0, 2), content="x") == 1
    assert store(tmp_path, printed(1, 0, 2), content="x", published_on=dt.date(2026, 8, 10)) == 2


def test_a_failed_commit_leaves_nothing(tmp_path):
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(Exception, match="NOT NULL"):
            ledger.commit(submission(), {"point_month": [{"point_id": "A", "month": None}]})
        assert ledger.connection.execute("SELECT count(*) FROM submission").fetchone() == (0,)
        assert ledger.commit(submission(), {}) == 1


def test_originals_are_kept_byte_for_byte_under_their_hash(tmp_path):
    content = bytes(range(256))
    path = keep_original(tmp_path, Original("a.bin", content))
    assert path.read_bytes() == content
    assert path.name == hashlib.sha256(content).hexdigest()
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_publication_entered_after_a_later_one_is_late(tmp_path):
    for day in (10, 5, 12):
        store(tmp_path, printed(day, 0, 20), published_on=dt.date(2026, 7, day))
    with open_ledger(tmp_path) as ledger:
        late = ledger.connection.execute("SELECT published_on, is_late FROM submission ORDER BY submission_id").fetchall()
    assert [is_late for _, is_late in late] == [False, True, False]


def steps_of_a_commit(folder: Path) -> list[str]:
    heard: list[str] = []
    with steps_told_to(heard.append), open_ledger(folder) as ledger:
        ledger.commit(submission("b"), {})
    return heard


def test_a_commit_keeps_its_order(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    heard = [told for told in steps_of_a_commit(tmp_path) if told.startswith("before") and " fsync" not in told]
    name = submission("b").originals[0].sha256
    assert heard == [
        f"before write {name}", f"before rename {name}", "before insert submission", "before insert original",
        "before insert audit", "before commit", "before checkpoint", "before append audit.jsonl", "before append heads.log",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [0, 18, *(pytest.param(it, marks=pytest.mark.trust) for it in range(26))])
def test_whenever_a_commit_is_stopped_all_of_it_is_there_or_none(tmp_path, number):
    store(tmp_path, printed(1, 0, 2))
    told = 0

    def stop(_: str) -> None:
        nonlocal told
        told += 1
        if told == number + 1:
            raise OSError("no space")

    with steps_told_to(stop), pytest.raises(OSError, match="no space"), open_ledger(tmp_path) as ledger:
        ledger.commit(submission("b"), {})
    with open_ledger(tmp_path) as ledger:
        entries = ledger.connection.execute("SELECT count(*) FROM audit").fetchone()[0]
        numbers = ledger.connection.execute("SELECT count(*) FROM submission").fetchone()[0]
        assert entries == numbers
        assert numbers in (1, 2)
        if numbers == 1:
            ledger.commit(submission("b"), {})
        publish(ledger, AT)
    found = verify(tmp_path)
    assert (found.first_bad, found.n_entries) == (None, 2)


def test_every_step_was_stopped_at(tmp_path):
    store(tmp_path, printed(1, 0, 2))
    assert len(steps_of_a_commit(tmp_path)) == 26


HOLD = """
import sys
from pathlib import Path
from pipelines.history.ledger import open_ledger
with open_ledger(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_another_writer_is_told_to_try_again(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(LedgerBusy), open_ledger(tmp_path, wait_seconds=0.1):
            pass
        writer.stdin.close()
    with open_ledger(tmp_path, wait_seconds=5) as ledger:
        assert ledger.commit(submission(), {}) == 1


def test_no_statement_of_ours_changes_or_removes_a_row():
    room = Path(ledger_module.__file__).parent
    texts = {path: path.read_text(encoding="utf-8") for path in (*room.glob("*.py"), *room.rglob("*.sql"))}
    changing = [
        path.name for path, text in texts.items() if re.search(r"\b(UPDATE|DELETE|TRUNCATE|DROP|REPLACE INTO|MERGE)\b", text)
    ]
    assert changing == []


def test_what_was_submitted_when_by_whom_is_kept(tmp_path):
    with open_ledger(tmp_path) as ledger:
        ledger.commit(submission(), {})
        row = ledger.connection.execute("SELECT known_from, submitted_at, submitted_by, receipt FROM submission").fetchone()
    assert row == (dt.datetime(2026, 7, 10), AT, "admin", submission().receipt)
