"""Many hand in at once: each gets a number at once and an answer, none is lost, none is stored twice, also where processes die."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines import returns
from pipelines.acting import NotAllowed
from pipelines.handing_in import Asked, StillQueued, Submitted, Upload, hand_in, outcome_of, submit, submit_upload
from pipelines.history import intake
from pipelines.history.audit import read_jsonl
from pipelines.history.busy import LedgerBusy
from pipelines.history.ledger import ORIGINALS, open_ledger
from pipelines.history.verify import verify
from pipelines.reading.worker import CheckFailed, check_here
from tests.builders import AT
from tests.return_files import filled, saved
from tests.staged import NOBODY, a_file, handed_in, leave_unpublished, read_in_no_time

ANALYST, LEAD = "fjordby.analyst", "secretariat.lead"
PERIODS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")


@pytest.fixture
def quick_reading(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands for the check, and leaves out the publication, which nobody here looks at; the names of what was read."""
    read: list[str] = []

    def reads(paths, asked, data_dir):
        read.append(paths[0].name)
        return read_in_no_time(paths, asked, data_dir)

    monkeypatch.setattr(returns, "check_return", reads)
    leave_unpublished(monkeypatch)
    return read


def upload(folder: Path, name: str = "A", **what: str) -> Upload:
    path = a_file(folder / "files", name, **what)
    return Upload(path.name, path.read_bytes())


def queue_of(data_dir: Path) -> list[int]:
    return intake.waiting_numbers(data_dir)


def files_in(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / intake.INTAKE / intake.FILES).iterdir())


# Many at once


@dataclass(frozen=True)
class Given:
    """One handing in of many: who gives which file, what must become of it, and whether a process of its own does it."""

    actor: str
    upload: Upload
    status: str
    in_a_process: bool = False


def many(n: int, folder: Path) -> list[Given]:
    """So many: two of five are valid and each for a period of its own, one is that file again, two are not valid."""
    given: list[Given] = []
    for number in range(n):
        name, period, is_apart = f"file-{number}", f"{2000 + number}-Q1", number % 10 == 0
        match number % 5:
            case 0 | 1:
                given.append(Given(ANALYST, upload(folder, name, period=period), "staged", is_apart))
            case 2:
                given.append(dataclasses.replace(given[-1], actor=LEAD if number % 2 else ANALYST))
            case 3:
                given.append(Given(ANALYST, upload(folder, name, period=period, found="error"), "refused"))
            case _:
                given.append(Given(ANALYST, upload(folder, name, found="unreadable"), "unreadable"))
    return given


def many_whole(n: int, folder: Path) -> list[Given]:
    """As `many`, of real workbooks."""
    given = []
    for number, its in enumerate(many(n, folder)):
        period = PERIODS[number // 5 % len(PERIODS)]
        party = ("fjordby", "lindvag", "austmark", "kystfylket", "veietaten")[number // 5 // len(PERIODS) * 2 + number % 2]
        match number % 5:
            case 0 | 1:
                given.append(dataclasses.replace(its, actor=f"{party}.analyst", upload=book(number, party, period)))
            case 2:
                actor = LEAD if its.actor == LEAD else given[-1].actor
                given.append(dataclasses.replace(given[-1], actor=actor))
            case 3:
                wrong = book(number, party, period, economy__budget_mnok="tolv")
                given.append(dataclasses.replace(its, actor=f"{party}.analyst", upload=wrong))
            case _:
                given.append(dataclasses.replace(its, upload=Upload(f"{number}.xlsx", b"PK\x03\x04" + bytes(1000 + number))))
    return given


def book(number: int, party: str, period: str, **changes: str) -> Upload:
    return Upload(f"{number}.xlsx", filled(party_id=party, period=period, **changes))


def all_at_once(given: list[Given], data_dir: Path) -> list[tuple[int, Submitted]]:
    """The number of each, told before it was worked off, and its answer; from threads and processes at once."""
    begin = threading.Barrier(len(given))

    def one(its: Given) -> tuple[int, Submitted]:
        begin.wait()
        number = in_a_process(its, data_dir) if its.in_a_process else hand_in(its.actor, [its.upload], NOBODY, AT, data_dir)
        answer = submit_upload(its.actor, [its.upload], NOBODY, AT, data_dir)
        told = outcome_of(number, data_dir)
        assert told is not None
        assert (told.status, told.submission_id) == (answer.status, answer.submission_id)
        return number, told

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(one, given))


def in_a_process(its: Given, data_dir: Path) -> int:
    """The number that a process was given, which then ends without having worked anything off."""
    said = (
        "import datetime as dt, sys; from pathlib import Path; from pipelines.handing_in import Asked, Upload, hand_in\n"
        "upload = Upload(sys.argv[3], sys.stdin.buffer.read())\n"
        "at = dt.datetime.fromisoformat(sys.argv[4])\n"
        "print(hand_in(sys.argv[1], [upload], Asked(None, None, None), at, Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", said, its.actor, str(data_dir), its.upload.name, AT.isoformat()]
    return int(subprocess.run(command, input=its.upload.content, stdout=subprocess.PIPE, check=True).stdout)


def must_all_be_there_once(given: list[Given], found: list[tuple[int, Submitted]], data_dir: Path) -> None:
    """None lost, none twice, in the order of their numbers."""
    for its, (_, answer) in zip(given, found, strict=True):
        assert answer.status == its.status
        assert (answer.submission_id is None) == (its.status != "staged")
    valid = {its.upload for its in given if its.status == "staged"}
    number_of = {
        its.upload: {answer.submission_id for one, (_, answer) in zip(given, found, strict=True) if one == its} for its in given
    }
    assert all(len(numbers) == 1 for numbers in number_of.values())
    stored = sorted(
        (number, answer.submission_id) for number, answer in found if answer.submission_id and not answer.already_submitted_as
    )
    first = dict(stored)
    assert sorted(first.values()) == list(range(1, len(valid) + 1)) == list(first.values())
    with open_ledger(data_dir) as ledger:
        kept = ledger.connection.execute("SELECT sha256 FROM original ORDER BY submission_id").fetchall()
    assert Counter(sha256 for (sha256,) in kept) == Counter(sha256_of(its) for its in valid)
    assert {path.name for path in (data_dir / ORIGINALS).iterdir()} == {sha256_of(its) for its in valid}
    assert [entry.act for entry in read_jsonl(data_dir / "audit.jsonl") if entry] == ["submit"] * len(valid)
    assert verify(data_dir).is_ok
    assert (queue_of(data_dir), files_in(data_dir)) == ([], [])


def sha256_of(its: Upload) -> str:
    return intake.QueuedFile(its.name, its.content).sha256


@pytest.mark.trust
def test_twelve_at_once(tmp_path, quick_reading):
    given = many(12, tmp_path)
    must_all_be_there_once(given, all_at_once(given, tmp_path / "var"), tmp_path / "var")


@pytest.mark.trust
def test_fifty_at_once(tmp_path):
    """With the reader and the checks as they are; an answer that comes too late is StillQueued, and fails."""
    given = many_whole(50, tmp_path)
    assert len(given) == 50
    must_all_be_there_once(given, all_at_once(given, tmp_path / "var"), tmp_path / "var")


# One after the other


def test_a_number_is_told_before_anything_is_read(tmp_path, quick_reading):
    data_dir = tmp_path / "var"
    given = [upload(tmp_path, name, period=f"{2001 + place}-Q1") for place, name in enumerate("ABC")]
    assert [hand_in(ANALYST, [its], NOBODY, AT, data_dir) for its in given] == [1, 2, 3]
    assert quick_reading == []
    assert [path.name for path in data_dir.iterdir()] == ["intake"]
    assert [outcome_of(number, data_dir) for number in (1, 2, 3)] == [None] * 3
    assert queue_of(data_dir) == [1, 2, 3]
    # Whoever comes next works off what waits before.
    last = handed_in(tmp_path, "D")
    assert (last.queue_number, last.submission_id) == (4, 4)
    assert [outcome_of(number, data_dir).submission_id for number in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert (queue_of(data_dir), files_in(data_dir)) == ([], [])


def test_the_same_once_more_has_the_same_number_while_it_waits(tmp_path, quick_reading):
    data_dir, its = tmp_path / "var", upload(tmp_path, found="hold")

    def again(actor=ANALYST, note=None, asked=NOBODY):
        return hand_in(actor, [its], asked, AT, data_dir, note)

    assert [again(), again(), again(note=" ")] == [1, 1, 1]
    assert [again(note="Riktig"), again(note="Riktig"), again(LEAD), again(LEAD)] == [2, 2, 3, 3]
    assert again(asked=Asked("fjordbyen", "fjordby", "2026-Q3")) == 4
    assert submit_upload(ANALYST, [its], NOBODY, AT, data_dir).status == "to_confirm"
    assert submit_upload(ANALYST, [its], NOBODY, AT, data_dir, "Riktig").submission_id == 1
    after = submit_upload(LEAD, [its], NOBODY, AT, data_dir)
    assert (after.queue_number, after.already_submitted_as) == (3, 1)


def test_what_does_not_change_is_checked_once(tmp_path, quick_reading):
    data_dir = tmp_path / "var"
    valid, wrong = upload(tmp_path, "valid"), upload(tmp_path, "wrong", found="error")
    for actor in (ANALYST, LEAD, ANALYST):
        submit_upload(actor, [valid], NOBODY, AT, data_dir)
        assert submit_upload(actor, [wrong], NOBODY, AT, data_dir).status == "refused"
    assert Counter(quick_reading).most_common() == [("fjordby-2026-Q3-valid.csv", 1), ("fjordby-2026-Q3-wrong.csv", 1)]


def test_a_changed_agreement_is_a_new_check(tmp_path, quick_reading):
    wrong = upload(tmp_path, found="error")
    submit_upload(ANALYST, [wrong], NOBODY, AT, tmp_path / "var")
    own = tmp_path / "var" / "agreements"
    own.mkdir()
    built_in = Path(returns.__file__).parents[1] / "domain" / "agreements" / "fjordbyen.yaml"
    (own / "fjordbyen.yaml").write_text(built_in.read_text(encoding="utf-8").replace("Fjordby", "Fjordheim"), encoding="utf-8")
    submit_upload(ANALYST, [wrong], NOBODY, AT, tmp_path / "var")
    assert len(quick_reading) == 2


def test_the_note_is_gone_with_the_files(tmp_path, quick_reading):
    number = hand_in(ANALYST, [upload(tmp_path, found="hold")], NOBODY, AT, tmp_path / "var", "Avtalt i møte")
    held = [path for path in (tmp_path / "var").rglob("*") if path.is_file() and "Avtalt i møte".encode() in path.read_bytes()]
    assert [path.parent.name for path in held] == [intake.FILES]
    assert handed_in(tmp_path, found="hold", note="Avtalt i møte").queue_number == number
    assert not [path for path in (tmp_path / "var" / "intake").rglob("*") if path.is_file() and b"Avtalt" in path.read_bytes()]


# Who may


def test_whoever_may_not_gets_no_number(tmp_path):
    for actor, asked in (
        ("fjordby.member", NOBODY),
        ("nobody", NOBODY),
        ("lindvag.analyst", Asked("fjordbyen", "fjordby", None)),
    ):
        with pytest.raises(NotAllowed):
            hand_in(actor, [upload(tmp_path)], asked, AT, tmp_path / "var")
    assert not (tmp_path / "var").exists()


def test_who_may_no_longer_when_it_is_stored_is_refused_then(tmp_path, quick_reading):
    data_dir = tmp_path / "var"
    people = data_dir / "people" / "fjordbyen.yaml"
    people.parent.mkdir(parents=True)
    person = {"person_id": "guest", "name": "Gjest", "party_id": "fjordby", "roles": ["analyst"]}
    people.write_text(json.dumps({"people": [person]}), encoding="utf-8")
    number = hand_in("guest", [upload(tmp_path)], NOBODY, AT, data_dir)
    people.unlink()
    assert handed_in(tmp_path, "B").submission_id == 1
    with pytest.raises(NotAllowed, match="unknown_person"):
        outcome_of(number, data_dir)


# Waiting and failing


def test_who_waits_too_long_keeps_the_number(tmp_path, quick_reading):
    data_dir = tmp_path / "var"
    told: list[tuple[int, int]] = []
    hand_in(LEAD, [upload(tmp_path, "first")], NOBODY, AT, data_dir)
    with intake.draining(data_dir), pytest.raises(StillQueued) as waits:
        submit_upload(ANALYST, [upload(tmp_path, "B")], NOBODY, AT, data_dir, None, lambda *said: told.append(said), 0.1)
    assert (waits.value.number, waits.value.n_before, told[0]) == (2, 1, (2, 1))
    assert isinstance(waits.value, LedgerBusy)
    answer = handed_in(tmp_path, "B")
    assert (answer.queue_number, answer.submission_id) == (2, 2)


def test_a_fault_of_ours_stops_nobody_behind_it(tmp_path, quick_reading, monkeypatch, caplog):
    number = hand_in(ANALYST, [upload(tmp_path, "bad")], NOBODY, AT, tmp_path / "var")
    reads = returns.check_return

    def crashes(paths, asked, data_dir):
        if "bad" in paths[0].name:
            raise CheckFailed("the checks crashed")
        return reads(paths, asked, data_dir)

    monkeypatch.setattr(returns, "check_return", crashes)
    assert handed_in(tmp_path, "good").submission_id == 1
    with pytest.raises(CheckFailed, match="crashed"):
        outcome_of(number, tmp_path / "var")
    assert "no. 1 of the queue" in caplog.text


@pytest.mark.trust
def test_a_return_at_which_processes_die_is_begun_three_times(tmp_path, quick_reading, monkeypatch, caplog):
    number = hand_in(ANALYST, [upload(tmp_path, "deadly")], NOBODY, AT, tmp_path / "var")
    reads = returns.check_return

    def dies(paths, asked, data_dir):
        return os._exit(9) if "deadly" in paths[0].name else reads(paths, asked, data_dir)

    monkeypatch.setattr(returns, "check_return", dies)
    for _ in range(3):
        child = os.fork()
        if child == 0:
            try:
                handed_in(tmp_path, "good")
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert handed_in(tmp_path, "good").submission_id == 1
    with pytest.raises(CheckFailed, match="3 processes have died"):
        outcome_of(number, tmp_path / "var")


@pytest.mark.parametrize("what", ["line", "file", "note"])
def test_damage_is_an_outcome_and_never_a_return(tmp_path, quick_reading, caplog, what):
    data_dir = tmp_path / "var"
    number = hand_in(ANALYST, [upload(tmp_path)], NOBODY, AT, data_dir, "Riktig")
    folder, ticket = data_dir / intake.INTAKE, intake.ticket(data_dir, number)
    if what == "line":
        lines = (folder / intake.QUEUE).read_text(encoding="utf-8")
        (folder / intake.QUEUE).write_text(lines.replace(ANALYST, LEAD), encoding="utf-8")
    else:
        damaged = folder / intake.FILES / (ticket.files[0][1] if what == "file" else ticket.note_file)
        damaged.write_bytes(damaged.read_bytes()[:-1])
    assert handed_in(tmp_path, "B").submission_id == 1
    with pytest.raises(CheckFailed, match="DamagedQueue"):
        outcome_of(number, data_dir)


def test_a_number_that_nobody_was_given(tmp_path):
    for number in (0, 1, -1):
        with pytest.raises(KeyError):
            outcome_of(number, tmp_path / "var")


def test_a_torn_line_has_no_number(tmp_path, quick_reading):
    handed_in(tmp_path)
    queue = tmp_path / "var" / intake.INTAKE / intake.QUEUE
    with queue.open("ab") as file:
        file.write(queue.read_bytes()[:40])
    second = handed_in(tmp_path, "B")
    assert (second.queue_number, second.status, second.superseded) == (2, "staged", (1,))


@pytest.mark.trust
def test_real_workbooks_go_through_the_queue(tmp_path, monkeypatch):
    class Here:
        warm_up = staticmethod(lambda: None)
        check = staticmethod(check_here)

    monkeypatch.setattr(returns, "the_worker", lambda: Here)
    path = saved(filled(), tmp_path)
    found = submit(ANALYST, [path], NOBODY, AT, tmp_path / "var")
    assert (found.status, found.party_id, found.period, found.n_rows["projects"]) == ("staged", "fjordby", "2026-Q3", 3)
    assert outcome_of(found.queue_number, tmp_path / "var") == found
    again = submit(LEAD, [path], NOBODY, AT, tmp_path / "var")
    assert (again.already_submitted_as, again.findings, again.n_rows) == (1, found.findings, found.n_rows)
