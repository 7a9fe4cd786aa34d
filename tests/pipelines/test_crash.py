"""The path of a return, ended at every step: what was acknowledged stays, nothing is half done, the same again gives the same.

The way is queue, submit, approve, publish, backup. Every day some of its places are tried; `make trust` kills at every one that the
disk differs at, fails with a full and with a forbidden disk at every one, and kills at fifty random moments. A killed process loses
no fsync: between two steps that only differ by one, one kill is enough. `python -m tests.pipelines.test_crash 50` leaves none out.
"""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines import returns
from pipelines.handing_in import Upload, hand_in
from pipelines.history import disk, intake
from pipelines.history.audit import AUDIT_FILE, read_heads, read_jsonl
from pipelines.history.backup import back_up, read_backup
from pipelines.history.publish import current_name
from pipelines.history.verify import verify
from pipelines.operation import publish_now
from pipelines.returns import approve
from pipelines.settings import heads_file
from tests.builders import AT
from tests.staged import NOBODY, a_file, handed_in, read_in_no_time

LEAD = "secretariat.lead"
DIED = 9
LOOKS_AT_PARQUET = True  # its steps are steps of a publication
ERRORS = {"ENOSPC": errno.ENOSPC, "EACCES": errno.EACCES, "EIO": errno.EIO}
N_RANDOM = 50


def queue_one(folder: Path) -> Any:
    path = a_file(folder / "files")
    number = hand_in("fjordby.analyst", [Upload(path.name, path.read_bytes())], NOBODY, AT, folder / "var")
    ticket = intake.ticket(folder / "var", number)
    return number, [file.content for file in intake.files_of(folder / "var", ticket)], intake.waiting_numbers(folder / "var")


def submit_one(folder: Path) -> Any:
    found = handed_in(folder)
    assert intake.waiting_numbers(folder / "var") == []
    return found.submission_id, found.status, found.receipt


def approve_one(folder: Path) -> Any:
    found = approve(LEAD, 1, AT, folder / "var")
    return found.submission_id, found.status, found.receipt


def publish_all(folder: Path) -> Any:
    return publish_now("admin", AT, folder / "var")[0]


def back_up_all(folder: Path) -> Any:
    """Once done there is nothing to do again: the target is there."""
    if (folder / "backup").exists():
        return set(read_backup(folder / "backup").files)
    return set(back_up("admin", folder / "backup", AT, folder / "var").files)


@dataclass(frozen=True)
class Act:
    """One act: what does it, what the chain says of it, if anything, and whether doing it again after a crash may say it again."""

    does: Callable[[Path], Any]
    said: str | None
    may_repeat: bool = False


PATH = {
    "queue": Act(queue_one, None),
    "submit": Act(submit_one, "submit"),
    "approve": Act(approve_one, "approve"),
    "publish": Act(publish_all, "publish", may_repeat=True),
    "backup": Act(back_up_all, "backup", may_repeat=True),
}


@dataclass(frozen=True)
class Course:
    """An act as it goes when nothing happens: the folder before, its steps, what it answers and what is published then."""

    act: Act
    before: Path
    steps: tuple[str, ...]
    answer: Any
    published: str

    def n_of(self, step: str) -> int:
        return self.steps.index(step)

    @property
    def n_told(self) -> int:
        """The step from which on what the act is about is done and told, and only what nobody needs is taken away."""
        tidying = [n for n, step in enumerate(self.steps) if step.startswith("before unlink")]
        return min((n for n in tidying if "after fsync outcomes" in self.steps[:n]), default=len(self.steps))


def go(root: Path, names: Collection[str] = tuple(PATH)) -> dict[str, Course]:
    """The acts one after the other, in a folder."""
    folder = root / "now"
    folder.mkdir()
    found = {}
    for name in names:
        act = PATH[name]
        if name == "publish":  # what is published is gone, so that there is something to do
            shutil.rmtree(folder / "var" / "published")
        before = shutil.copytree(folder, root / name)
        seen: list[str] = []
        with disk.steps_told_to(seen.append):
            answer = act.does(folder)
        found[name] = Course(act, before, tuple(seen), answer, content_of(folder))
    return found


def content_of(folder: Path) -> str:
    """What the published snapshot depends on, as its name says it."""
    return (current_name(folder / "var") or "").rpartition("-")[2]


def acts_in(folder: Path) -> list[str]:
    return [entry.act for entry in read_jsonl(folder / "var" / AUDIT_FILE) if entry]


def at_step(n: int, end: Callable[[str], None]) -> Callable[[str], None]:
    """A watcher that ends what is under way at the n-th step, counted from 0."""
    left = [n]

    def watch(name: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            end(name)

    return watch


def killed(act: Callable[[Path], Any], folder: Path, watch: Callable[[str], None]) -> int:
    """The exit code of a process that does the act: DIED where the watcher ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(60)
            with disk.steps_told_to(watch):
                act(folder)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def must_be_whole(course: Course, folder: Path, n: int | None, is_sure: bool = True) -> None:
    """After the end at the n-th step: clean, done or not at all; the same again gives the same, and is done once."""
    before = acts_in(course.before)
    verdict = verify(folder / "var")
    # What is not published yet is published by the same act again; a reader sees the whole one before.
    assert verdict.is_ok or verdict.first_bad.kind in {"outdated", "missing"}, verdict.first_bad
    after = acts_in(folder)
    assert after in (before, [*before, course.act.said] if course.act.said else before)
    assert [head.sequence for head in read_heads(heads_file(folder / "var"))] == list(range(1, len(after) + 1))
    if n is not None and course.act.said:
        is_committed = n > course.n_of("before commit")
        # A disk that fails just after the commit leaves it done.
        assert (len(after) > len(before)) == is_committed
    if (folder / "backup").exists():
        assert read_backup(folder / "backup").head.sequence == len(after)
    assert course.act.does(folder) == course.answer
    n_times = acts_in(folder)[len(before) :]
    if course.act.said:
        assert set(n_times) == {course.act.said}
        assert len(n_times) == 1 or (course.act.may_repeat and len(n_times) == 2)
    assert content_of(folder) == course.published
    # What a kill leaves half written among the originals, the waiting files and the copies for other tools has a name that nobody
    # reads, and goes with the next one that is stored; elsewhere the same act takes it away.
    assert {left.parent.name for left in folder.rglob(".*.unfinished")} <= {"originals", intake.FILES, "parquet"}


def seen_by_others(course: Course) -> list[int]:
    """The steps before which the disk is another than before the one ahead of them, and the end of all."""
    return [*(n for n, step in enumerate(course.steps) if step.startswith("before") and " fsync " not in step), len(course.steps)]


def begun(course: Course) -> list[int]:
    return [n for n, step in enumerate(course.steps) if step.startswith("before")]


@contextmanager
def naming(course: Course, n: int) -> Iterator[None]:
    """Says at which step something is wrong."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"step {n}: {course.steps[n] if n < len(course.steps) else 'the end'}")
        raise


def kill_at(course: Course, n: int, folder: Path) -> None:
    with naming(course, n):
        its = shutil.copytree(course.before, folder / f"kill-{n}" / "now")
        code = killed(course.act.does, its, at_step(n, lambda _: os._exit(DIED)))
        assert code == (DIED if n < len(course.steps) else 0)
        must_be_whole(course, its, n)


def fail_at(course: Course, n: int, error: str, folder: Path) -> None:
    """Whoever acts hears of the fault, and of nothing else; once all is done, nothing that fails undoes it."""

    def fail(name: str) -> None:
        raise OSError(ERRORS[error], name)

    with naming(course, n):
        its = shutil.copytree(course.before, folder / f"{error}-{n}" / "now")
        with disk.steps_told_to(at_step(n, fail)):
            if n < course.n_told:
                with pytest.raises(OSError, match=re.escape(course.steps[n])):
                    course.act.does(its)
            else:
                assert course.act.does(its) == course.answer
        must_be_whole(course, its, n)


@pytest.fixture(autouse=True)
def quick_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns, "check_return", read_in_no_time)


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Course]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        return go(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Course]:
    """The way as far as it is tried every day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        return go(tmp_path_factory.mktemp("beginning"), ("queue", "submit"))


@pytest.mark.parametrize("step", ["before rename", "before append queue.jsonl", "after append queue.jsonl"])
def test_a_kill_while_it_is_queued(beginning, tmp_path, step):
    course = beginning["queue"]
    kill_at(course, next(n for n, name in enumerate(course.steps) if name.startswith(step)), tmp_path)


@pytest.mark.parametrize("step", ["after commit", "before rename 1.json"])
def test_a_kill_while_it_is_stored(beginning, tmp_path, step):
    kill_at(beginning["submit"], beginning["submit"].n_of(step), tmp_path)


def test_a_full_disk_while_it_is_stored(beginning, tmp_path):
    fail_at(beginning["queue"], beginning["queue"].n_of("before fsync queue.jsonl"), "ENOSPC", tmp_path)
    fail_at(beginning["submit"], beginning["submit"].n_of("before checkpoint"), "ENOSPC", tmp_path)


@pytest.mark.trust
def test_there_are_many_steps(courses):
    assert sum(len(begun(course)) for course in courses.values()) >= 100
    assert all(len(begun(course)) >= 8 for course in courses.values())
    assert [course.answer[0] for name, course in courses.items() if name in {"queue", "submit", "approve"}] == [1, 1, 1]


@pytest.mark.trust
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("name", PATH)
def test_a_kill(courses, tmp_path, name, half):
    for n in seen_by_others(courses[name])[half::2]:
        kill_at(courses[name], n, tmp_path)


@pytest.mark.trust
@pytest.mark.parametrize("error", ["ENOSPC", "EACCES"])
@pytest.mark.parametrize("name", PATH)
def test_a_disk_that_fails(courses, tmp_path, name, error):
    for n in begun(courses[name]):
        fail_at(courses[name], n, error, tmp_path)


@pytest.mark.trust
@pytest.mark.parametrize("fifth", range(5))
def test_a_kill_at_any_moment(courses, tmp_path, fifth):
    dice = random.Random(f"any moment {fifth}")
    for number in range(N_RANDOM // 5):
        kill_at_random(dice.choice(list(courses.values())), tmp_path / str(number), dice)


# All of it, outside the suite


def kill_at_random(course: Course, folder: Path, dice: random.Random) -> int:
    """A kill from outside, at any moment of the act. The exit code; the process may have come to its end."""
    its = shutil.copytree(course.before, folder / "now")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            course.act.does(its)
            code = 0
        finally:
            os._exit(code)
    time.sleep(dice.uniform(0, 0.4))
    os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    must_be_whole(course, its, len(course.steps) if code == 0 else None)
    return code


def run_all(n_random: int) -> None:
    """Every step of every act with a kill and each error, then kills at random moments; raises at the first that is not whole."""
    with tempfile.TemporaryDirectory(prefix="nullvekst-crash-") as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(returns, "check_return", read_in_no_time)
        found = go(Path(root))
        for name, course in found.items():
            for n in range(len(course.steps) + 1):
                kill_at(course, n, Path(root) / "all" / name)
            for error in ERRORS:
                for n in range(len(course.steps)):
                    fail_at(course, n, error, Path(root) / "all" / name)
            print(f"{name}: {len(course.steps)} places, each with a kill, {', '.join(ERRORS)}")
        dice = random.Random(20261122)
        codes = [
            kill_at_random(dice.choice(list(found.values())), Path(root) / f"random-{number}", dice) for number in range(n_random)
        ]
        print(f"random moments: {n_random}, of which {codes.count(0)} came after the end")


if __name__ == "__main__":
    run_all(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
