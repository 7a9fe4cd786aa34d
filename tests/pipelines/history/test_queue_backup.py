"""What waits in the queue is in a backup, also in one that is made while people hand in, and goes on where it is put back."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from pipelines import returns
from pipelines.handing_in import Upload, hand_in, outcome_of, submit_upload
from pipelines.history import disk, intake
from pipelines.history.backup import BackupRefused, back_up, read_backup, restore
from pipelines.history.busy import LedgerBusy
from pipelines.history.verify import verify
from tests.builders import AT
from tests.staged import NOBODY, a_file, handed_in, read_in_no_time

ANALYST = "fjordby.analyst"
LATER = AT + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def quick_reading(monkeypatch):
    monkeypatch.setattr(returns, "check_return", read_in_no_time)


def upload(folder: Path, name: str, period: str = "2026-Q3") -> Upload:
    path = a_file(folder / "files", name, period=period)
    return Upload(path.name, path.read_bytes())


@pytest.mark.trust
def test_what_waits_goes_on_where_it_is_put_back(tmp_path):
    handed_in(tmp_path, "A")
    number = hand_in(ANALYST, [upload(tmp_path, "B")], NOBODY, AT, tmp_path / "var", "Avtalt")
    manifest = back_up("admin", tmp_path / "backup", AT, tmp_path / "var")
    inside = {name.removeprefix("intake/") for name in manifest.files if name.startswith("intake/")}
    ticket = intake.ticket(tmp_path / "var", number)
    assert inside == {"queue.jsonl", "outcomes/1.json", f"files/{ticket.files[0][1]}", f"files/{ticket.note_file}"}
    assert restore("admin", tmp_path / "backup", LATER, tmp_path / "again").verdict.is_ok
    assert outcome_of(1, tmp_path / "again") == outcome_of(1, tmp_path / "var")
    assert outcome_of(number, tmp_path / "again") is None
    answer = submit_upload(ANALYST, [upload(tmp_path, "B")], NOBODY, LATER, tmp_path / "again", "Avtalt")
    assert (answer.queue_number, answer.submission_id, answer.superseded) == (number, 2, (1,))
    assert verify(tmp_path / "again").is_ok


def test_a_damaged_queue_is_a_damaged_backup(tmp_path):
    handed_in(tmp_path, "A")
    back_up("admin", tmp_path / "backup", AT, tmp_path / "var")
    queue = tmp_path / "backup" / intake.INTAKE / intake.QUEUE
    queue.write_bytes(queue.read_bytes().replace(b"fjordby.analyst", b"fjordby.analyss"))
    with pytest.raises(BackupRefused, match=r"changed: intake/queue\.jsonl"):
        read_backup(tmp_path / "backup")


def test_one_that_is_stored_but_not_answered_is_not_stored_twice(tmp_path):
    """The backup has the return in its ledger and the ticket without an outcome: as when its worker is killed between them."""

    def dies(name: str) -> None:
        if name == "before write 1.json":
            raise KeyboardInterrupt

    with disk.steps_told_to(dies), pytest.raises(KeyboardInterrupt):
        handed_in(tmp_path, "A")
    back_up("admin", tmp_path / "backup", AT, tmp_path / "var")
    restore("admin", tmp_path / "backup", LATER, tmp_path / "again")
    answer = submit_upload(ANALYST, [upload(tmp_path, "A")], NOBODY, LATER, tmp_path / "again")
    assert (answer.queue_number, answer.status, answer.submission_id, answer.already_submitted_as) == (1, "staged", 1, None)


def backed_up(folder, data_dir):
    """Makes a backup, again where others have held the ledger for so long that it was told to be busy: nothing is there then."""
    for _ in range(20):
        try:
            return back_up("admin", folder, AT, data_dir)
        except LedgerBusy:
            assert not folder.exists()
    raise AssertionError("the ledger was busy twenty times")


@pytest.mark.trust
def test_a_backup_while_people_hand_in_has_all_that_was_acknowledged(tmp_path):
    data_dir, numbers, is_over = tmp_path / "var", [], threading.Event()
    handed_in(tmp_path, "first")

    def go_on(who: int) -> None:
        turn = 0
        while not is_over.is_set():
            turn += 1
            its = upload(tmp_path, f"{who}-{turn}", f"{2000 + who}-Q{1 + turn % 4}")
            numbers.append(hand_in(ANALYST, [its], NOBODY, AT, data_dir))
            if turn % 2:
                submit_upload(ANALYST, [its], NOBODY, AT, data_dir)

    people = [threading.Thread(target=go_on, args=(who,)) for who in range(4)]
    for person in people:
        person.start()
    known = []
    try:
        for copy in range(5):
            known.append(set(numbers))
            backed_up(tmp_path / f"backup-{copy}", data_dir)
    finally:
        is_over.set()
        for person in people:
            person.join()
    for copy, before in enumerate(known):
        again = tmp_path / f"again-{copy}"
        assert restore("admin", tmp_path / f"backup-{copy}", LATER, again).verdict.is_ok
        submit_upload(ANALYST, [upload(tmp_path, "last")], NOBODY, LATER, again)
        answers = {number: outcome_of(number, again) for number in before}
        assert all(answer is not None and answer.submission_id for answer in answers.values())
        assert len({answer.submission_id for answer in answers.values()}) == len(before)
        assert verify(again).is_ok
