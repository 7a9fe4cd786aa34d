"""The door to the disk: whole files and whole lines, whatever happens at whichever step."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.history import disk
from pipelines.history.ledger import open_ledger

ROOT = Path(__file__).parents[3]
ERRORS = [errno.EIO, errno.ENOSPC]
OLD, NEW = b"old\n" * 5000, b"new\n" * 7000


def steps_of(act: Callable[[], object]) -> list[str]:
    """The names of all steps of an act."""
    seen: list[str] = []
    with disk.steps_told_to(seen.append):
        act()
    return seen


def fail_at(n: int, code: int) -> Callable[[str], None]:
    """A watcher under which the n-th step raises."""
    left = [n]

    def watch(name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(code, name)

    return watch


def killed_at(n: int, act: Callable[[], object]) -> int:
    """The exit code of a process that is ended at the n-th step of an act."""
    left = [n]

    def watch(name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            with disk.steps_told_to(watch):
                act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Steps.


def test_every_step_is_told_before_and_after_in_order(tmp_path):
    path = tmp_path / "a"
    folder = tmp_path.name
    inside = ["write a", "fsync a", "rename a", f"fsync {folder}"]
    assert steps_of(lambda: disk.write_whole(path, NEW)) == [f"{when} {name}" for name in inside for when in ("before", "after")]


def test_nobody_hears_of_steps_outside_a_test(tmp_path):
    seen = steps_of(lambda: None)
    disk.write_whole(tmp_path / "a", NEW)
    assert seen == []
    assert disk._watcher is None


def test_a_watcher_that_raises_is_gone_afterwards(tmp_path):
    with pytest.raises(OSError, match="before"), disk.steps_told_to(fail_at(1, errno.EIO)):
        disk.write_whole(tmp_path / "a", NEW)
    disk.write_whole(tmp_path / "a", NEW)


def test_no_code_of_ours_watches_steps():
    sources = [path for room in ("domain", "checks", "pipelines", "dashboard") for path in (ROOT / room).rglob("*.py")]
    called = [path.name for path in sources if re.search(r"(?<!def )\bsteps_told_to\b", path.read_text(encoding="utf-8"))]
    assert called == []


# Whole files.


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "a"
    for content in (b"", OLD, NEW, bytes(range(256))):
        disk.write_whole(path, content)
        assert path.read_bytes() == content
    assert names(tmp_path) == ["a"]


def test_many_files_are_all_written_before_the_first_is_waited_for(tmp_path):
    contents = {tmp_path / name: name.encode() for name in "abc"}
    seen = [name.removeprefix("before ") for name in steps_of(lambda: disk.write_all(contents)) if name.startswith("before")]
    doing = [f"{verb} {name}" for verb in ("write", "fsync", "rename") for name in "abc"]
    assert seen == [*doing, f"fsync {tmp_path.name}"]
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == contents


N_WRITE = 8


def test_the_number_of_steps_is_the_one_that_is_failed_at(tmp_path):
    assert len(steps_of(lambda: disk.write_whole(tmp_path / "a", NEW))) == N_WRITE


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("n", range(1, N_WRITE + 1))
@pytest.mark.parametrize("old", [None, OLD], ids=["first", "again"])
def test_an_error_at_any_step_leaves_the_old_or_the_new_file(tmp_path, n, code, old):
    path = tmp_path / "a"
    if old:
        path.write_bytes(old)
    with pytest.raises(OSError, match=f"Errno {code}"), disk.steps_told_to(fail_at(n, code)):
        disk.write_whole(path, NEW)
    assert (path.read_bytes() if path.exists() else None) == (old if n <= 5 else NEW)  # the sixth is "after rename"
    assert set(names(tmp_path)) <= {"a"}
    disk.write_whole(path, NEW)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("n", range(1, N_WRITE + 1))
@pytest.mark.parametrize("old", [None, OLD], ids=["first", "again"])
def test_a_kill_at_any_step_leaves_the_old_or_the_new_file(tmp_path, n, old):
    path = tmp_path / "a"
    if old:
        path.write_bytes(old)
    assert killed_at(n, lambda: disk.write_whole(path, NEW)) == 9
    assert (path.read_bytes() if path.exists() else None) == (old if n <= 5 else NEW)
    assert disk.remove_unfinished(tmp_path) == (n <= 5)
    assert set(names(tmp_path)) <= {"a"}


@pytest.mark.parametrize("code", ERRORS)
def test_a_disk_that_fills_in_the_middle_of_a_file_leaves_the_old_one(tmp_path, monkeypatch, code):
    path = tmp_path / "a"
    path.write_bytes(OLD)
    monkeypatch.setattr(disk, "FileIO", filling_after(100, code))
    with pytest.raises(OSError, match="full"):
        disk.write_whole(path, NEW)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a"]


def filling_after(n_bytes: int, code: int, size: int = 4) -> type:
    """A file that takes so many bytes, in small pieces, and then no more."""

    class Filling(disk.FileIO):
        left = n_bytes

        def write(self, content):
            if not self.left:
                raise OSError(code, "full")
            taken = super().write(bytes(content[: min(size, self.left)]))
            self.left -= taken
            return taken

    return Filling


def test_pieces_that_the_disk_takes_one_by_one_make_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "FileIO", filling_after(10**6, errno.EIO))
    disk.write_whole(tmp_path / "a", NEW)
    assert (tmp_path / "a").read_bytes() == NEW


def test_a_file_that_somebody_else_wrote_comes_into_its_place(tmp_path):
    unfinished, path = tmp_path / ".a", tmp_path / "a"
    unfinished.write_bytes(NEW)
    path.write_bytes(OLD)
    seen = steps_of(lambda: disk.make_durable(unfinished, path))
    assert [name for name in seen if name.startswith("before")] == [
        "before fsync a",
        "before rename a",
        f"before fsync {tmp_path.name}",
    ]
    assert path.read_bytes() == NEW
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_removed_file_is_gone(tmp_path, is_there):
    if is_there:
        (tmp_path / "a").write_bytes(OLD)
    disk.remove(tmp_path / "a")
    assert names(tmp_path) == []


def test_folders_are_made_with_those_above(tmp_path):
    seen = steps_of(lambda: disk.make_folder(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b").is_dir()
    assert [name for name in seen if name.startswith("after")] == [
        "after mkdir a",
        f"after fsync {tmp_path.name}",
        "after mkdir b",
        "after fsync a",
    ]
    assert steps_of(lambda: disk.make_folder(tmp_path / "a" / "b")) == []


def test_only_unfinished_files_are_taken_away(tmp_path):
    for name in ("a", ".a", ".a.1-2.unfinished", "b.unfinished", ".current.json"):
        (tmp_path / name).write_bytes(b"")
    assert disk.remove_unfinished(tmp_path) == 1
    assert names(tmp_path) == sorted(["a", ".a", "b.unfinished", ".current.json"])


# Lines.


@pytest.mark.parametrize("lines", [["a"], ["a", "b"], ["æ", "", "b" * 200_000, "\u2028"]])
def test_lines_are_added_one_by_one_or_together(tmp_path, lines):
    for line in lines:
        disk.append_line(tmp_path / "one", line)
    disk.append_lines(tmp_path / "all", lines)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "all").read_bytes()
    assert disk.read_lines(tmp_path / "one") == ([line.encode() for line in lines], b"")


def test_no_lines_make_no_file(tmp_path):
    disk.append_lines(tmp_path / "a", [])
    assert names(tmp_path) == []
    assert disk.read_lines(tmp_path / "a") == ([], b"")


def test_a_line_break_in_a_line_is_refused(tmp_path):
    with pytest.raises(ValueError, match="line break"):
        disk.append_line(tmp_path / "a", "one\ntwo")
    assert names(tmp_path) == []


@pytest.mark.parametrize("chunk", [1, 7, 65536])
@pytest.mark.parametrize("torn", [b"", b"x", b"to", b"torn" * 50, b"\xc3"])
@pytest.mark.parametrize("whole", [b"", b"\n", b"one\n", b"one\ntwo\n" * 40])
def test_a_torn_line_is_cut_by_the_next_one(tmp_path, monkeypatch, whole, torn, chunk):
    monkeypatch.setattr(disk, "_CHUNK_BYTES", chunk)
    path = tmp_path / "a"
    path.write_bytes(whole + torn)
    lines, rest = disk.read_lines(path)
    assert (b"".join(line + b"\n" for line in lines), rest) == (whole, torn)
    disk.append_line(path, "next")
    assert path.read_bytes() == whole + b"next\n"


def test_a_new_file_has_a_durable_name(tmp_path):
    assert f"after fsync {tmp_path.name}" in steps_of(lambda: disk.append_line(tmp_path / "a", "one"))
    assert f"after fsync {tmp_path.name}" not in steps_of(lambda: disk.append_line(tmp_path / "a", "two"))


def test_a_missing_folder_is_not_made_for_a_line(tmp_path):
    with pytest.raises(FileNotFoundError):
        disk.append_line(tmp_path / "away" / "a", "one")
    assert names(tmp_path) == []


TORN = b"one\ntwo\nthr"
N_APPEND = 6


def test_an_append_has_as_many_steps_as_are_failed_at(tmp_path):
    (tmp_path / "a").write_bytes(TORN)
    assert len(steps_of(lambda: disk.append_line(tmp_path / "a", "three"))) == N_APPEND


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("n", range(1, N_APPEND + 1))
def test_an_error_at_any_step_leaves_only_whole_lines(tmp_path, n, code):
    path = tmp_path / "a"
    path.write_bytes(TORN)
    with pytest.raises(OSError, match=f"Errno {code}"), disk.steps_told_to(fail_at(n, code)):
        disk.append_line(path, "three")
    assert disk.read_lines(path)[0] == [b"one", b"two"]
    disk.append_line(path, "four")
    assert disk.read_lines(path)[0][-1] == b"four"
    assert disk.read_lines(path)[1] == b""


@pytest.mark.parametrize("n", range(1, N_APPEND + 1))
def test_a_kill_at_any_step_leaves_the_first_lines(tmp_path, n):
    path = tmp_path / "a"
    path.write_bytes(TORN)
    assert killed_at(n, lambda: disk.append_lines(path, ["three", "four"])) == 9
    lines, _ = disk.read_lines(path)
    assert lines in ([b"one", b"two"], [b"one", b"two", b"three", b"four"])
    assert (len(lines) == 4) == (n >= 4)  # the fourth is "after append"


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("n_bytes", range(0, 12, 3))
def test_a_disk_that_fills_in_the_middle_of_a_line_leaves_the_lines_before(tmp_path, monkeypatch, n_bytes, code):
    path = tmp_path / "a"
    path.write_bytes(b"one\n")
    monkeypatch.setattr(disk, "FileIO", filling_after(n_bytes, code))
    with pytest.raises(OSError, match="full"):
        disk.append_lines(path, ["a", "b", "0123456789"])
    assert path.read_bytes() == b"one\n"


def test_what_a_killed_publication_left_is_taken_away_with_its_log_and_what_it_spilled(tmp_path):
    spilled = tmp_path / ".a.duckdb.unfinished.tmp"
    spilled.mkdir()
    for path in (
        tmp_path / ".a.duckdb.unfinished",
        tmp_path / ".a.duckdb.unfinished.wal",
        spilled / "x.tmp",
        tmp_path / "b.duckdb",
    ):
        path.write_bytes(b"x")
    assert disk.remove_unfinished(tmp_path) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["b.duckdb"]


def test_what_a_killed_writer_spilled_is_taken_away_by_the_next(tmp_path):
    spilled = tmp_path / "ledger.duckdb.tmp"
    spilled.mkdir()
    (spilled / "x.tmp").write_bytes(b"x")
    with open_ledger(tmp_path):
        assert not spilled.exists()
