"""The one door through which the history writes to the disk: whole files or none, whole lines or none, on disk for good.

It knows nothing of what it writes. Every write, fsync, rename and append is a named step that a test can count, fail or stop at.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

_UNFINISHED = ".unfinished"
# Where a database puts what does not fit its memory, by its own name; a killed one leaves it.
SPILLED = ".tmp"
_CHUNK_BYTES = 65536
_watcher: Callable[[str], None] | None = None


@contextmanager
def step(name: str) -> Iterator[None]:
    """What is done inside is one step: a watching test hears "before <name>" and "after <name>", and otherwise nobody does."""
    if _watcher:
        _watcher(f"before {name}")
    yield
    if _watcher:
        _watcher(f"after {name}")


@contextmanager
def steps_told_to(watcher: Callable[[str], None]) -> Iterator[None]:
    """For tests alone: the watcher hears of every step of this process, and may raise OSError or end the process there."""
    global _watcher
    before, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = before


def write_whole(path: Path, content: bytes) -> None:
    """The file with this content, on disk for good. After an error or a crash the old file or the new one is there, whole."""
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Each file with its content, on disk for good, each of them old or new and whole whenever it ends."""
    unfinished = {path: _beside(path) for path in contents}
    try:
        for path, content in contents.items():
            _write_new(unfinished[path], content, path.name)
        # All are written before the first is waited for: the disk takes many at once.
        for path, written in unfinished.items():
            _sync(written, path.name)
        for path, written in unfinished.items():
            _rename(written, path)
    except BaseException:
        for written in unfinished.values():
            with suppress(OSError):  # what stays is never read, and `remove_unfinished` takes it
                written.unlink(missing_ok=True)
        raise
    for folder in sorted({path.parent for path in contents}):
        sync_folder(folder)


def make_durable(unfinished: Path, path: Path) -> None:
    """A file that somebody else has written beside its place, now in its place and on disk for good."""
    _sync(unfinished, path.name)
    _rename(unfinished, path)
    sync_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """The file with one more line, on disk for good."""
    append_lines(path, [line])


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """The file with these lines at its end, on disk for good; the folder must be there.

    A line is there when its line break is: one that a crash has torn is cut off first. An error takes all of them away again; a
    crash leaves the first of them, in order, or none. ValueError for a line with a line break in it.
    """
    if any("\n" in line for line in lines):
        raise ValueError("a line with a line break in it would be read as two")
    if not lines:
        return
    with FileIO(path, "a+") as file:
        end = _cut_torn(file, path.name)
        try:
            with step(f"append {path.name}"):
                _write_fully(file, "".join(f"{line}\n" for line in lines).encode())
            with step(f"fsync {path.name}"):
                os.fsync(file.fileno())
        except OSError:
            file.truncate(end)
            raise
    if end == 0:  # perhaps a new file, whose name must be made durable too
        sync_folder(path.parent)


def read_lines(path: Path) -> tuple[list[bytes], bytes]:
    """The lines of a file that have their line break, without it, and what stands after the last one. Nothing of no file."""
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return [], b""
    return lines, rest


def make_folder(folder: Path) -> None:
    """The folder and those above it, their names on disk for good."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with step(f"mkdir {folder.name}"):
        folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    _sync(folder, folder.name)


def remove(path: Path) -> None:
    """The file is gone for good, also where it was gone already."""
    with step(f"unlink {path.name}"):
        path.unlink(missing_ok=True)
    sync_folder(path.parent)


def remove_unfinished(folder: Path) -> int:
    """How much was taken away that killed writers left half written. Only for the one who holds the lock.

    Beside an unfinished database may lie its log, and the folder into which it put what did not fit its memory.
    """
    left = sorted(path for ending in ("", ".wal", SPILLED) for path in folder.glob(f".*{_UNFINISHED}{ending}"))
    for path in left:
        remove_folder(path) if path.is_dir() else remove(path)
    return len(left)


def remove_folder(path: Path) -> None:
    """The folder is gone with all that it holds, also where it was gone already."""
    with step(f"rmdir {path.name}"):
        shutil.rmtree(path, ignore_errors=True)
    sync_folder(path.parent)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{_UNFINISHED}")


def _write_new(path: Path, content: bytes, name: str) -> None:
    with FileIO(path, "w") as file, step(f"write {name}"):
        _write_fully(file, content)


def _write_fully(file: FileIO, content: bytes) -> None:
    """Unbuffered, because a buffer that could not be written is tried again when its file closes."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _rename(unfinished: Path, path: Path) -> None:
    with step(f"rename {path.name}"):
        unfinished.replace(path)


def _sync(path: Path, name: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        with step(f"fsync {name}"):
            os.fsync(handle)
    finally:
        os.close(handle)


def _cut_torn(file: FileIO, name: str) -> int:
    """Where the last whole line ends, and with it the file."""
    size = file.seek(0, os.SEEK_END)
    whole = _end_of_lines(file, size)
    if whole < size:
        with step(f"cut {name}"):
            file.truncate(whole)
    return whole


def _end_of_lines(file: FileIO, size: int) -> int:
    """Where the last line break ends; 0 where there is none. Looks from the end, as nearly every file ends with one."""
    end = size
    while end:
        start = max(0, end - _CHUNK_BYTES)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
