"""Reads a workbook in a child process that may use little memory, little time, no file and none of our environment.

The child answers in JSON on its standard output, so nothing that a file makes of it is executed here.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from pipelines.reading.workbook import CellNote, ReadWorkbook, Refusal, Scalar, Sheet, read_workbook

ROOT = Path(__file__).resolve().parents[2]
OUT_OF_MEMORY = 71  # exit code of our own; Python itself uses 0, 1, 2 and 120
STDERR_BYTES = 4000
# openpyxl imports these where they are installed, and needs none of them to read: they cost time and address space.
NEEDLESS = ("numpy", "PIL", "lxml")


class ReaderCrashed(RuntimeError):
    """The reader failed by a fault of ours; carries the end of the child's own message."""


@dataclass(frozen=True)
class Limits:
    """What a child may use. The largest sheet that workbook.py takes, two million cells, took 11 s and 290 MB."""

    memory_bytes: int = 1024**3
    cpu_s: int = 20
    wall_s: float = 30
    output_bytes: int = 64 * 1024**2
    open_files: int = 64


DEFAULT = Limits()


def read_in_child(path: Path, limits: Limits = DEFAULT) -> ReadWorkbook:
    """What read_workbook says of the file. A child that had to be stopped is a refusal too; ReaderCrashed is our own fault."""
    command = [sys.executable, "-E", "-B", "-X", "utf8", "-m", "pipelines.reading.child"]
    with subprocess.Popen(
        [*command, os.path.abspath(path), json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=ROOT, env={}, start_new_session=True,
    ) as child:  # fmt: skip
        try:
            answer, message, exceeded = _drained(child, limits)
        finally:
            # Before it is waited for: its number is not given to another process until then.
            _kill_group(child)
    # Only a whole answer ends its line; a killed child may have begun one.
    if exceeded is None and not answer.endswith(b"\n"):
        exceeded = _limit_behind(child.returncode, message)
    if exceeded is not None:
        return ReadWorkbook((), {}, (), Refusal("reading_exceeded_limits", None, {"limit": exceeded}))
    try:
        return from_json(answer)
    except (ValueError, TypeError, KeyError) as error:
        raise ReaderCrashed(f"the answer of the reader is not understood: {error}") from error


def to_json(book: ReadWorkbook) -> str:
    """The workbook on one line. Floats are written so that they read back exactly; infinity and NaN are a ValueError."""
    answer = {
        "sheets": [(sheet.name, sheet.rows, sheet.is_hidden) for sheet in book.sheets],
        "properties": book.properties,
        "notes": [astuple(note) for note in book.notes],
        "refusal": book.refusal and astuple(book.refusal),
    }
    return json.dumps(answer, default=_tagged, allow_nan=False)


def from_json(answer: str | bytes) -> ReadWorkbook:
    """The workbook that to_json wrote. ValueError, TypeError or KeyError for anything else."""
    read = json.loads(answer)
    sheets = (Sheet(name, tuple(tuple(map(_untagged, row)) for row in rows), hidden) for name, rows, hidden in read["sheets"])
    refusal = read["refusal"] and Refusal(*read["refusal"])
    return ReadWorkbook(tuple(sheets), read["properties"], tuple(CellNote(*note) for note in read["notes"]), refusal)


def _tagged(found: datetime.date) -> dict[str, str]:
    return {"datetime" if isinstance(found, datetime.datetime) else "date": found.isoformat()}


def _untagged(found: Any) -> Scalar:
    if not isinstance(found, dict):
        return found
    if "date" in found:
        return datetime.date.fromisoformat(found["date"])
    return datetime.datetime.fromisoformat(found["datetime"])


def _drained(child: subprocess.Popen[bytes], limits: Limits) -> tuple[bytes, str, str | None]:
    """The child's answer, the end of its standard error, and the limit for which it must be stopped, if any."""
    deadline = time.monotonic() + limits.wall_s
    answer, message = bytearray(), bytearray()
    with selectors.DefaultSelector() as pipes:
        for pipe, gathered in ((child.stdout, answer), (child.stderr, message)):
            pipes.register(pipe, selectors.EVENT_READ, gathered)  # type: ignore[arg-type]  # both are pipes
        exceeded = None
        while pipes.get_map() and exceeded is None:
            ready = pipes.select(deadline - time.monotonic())
            for key, _ in ready:
                chunk = os.read(key.fd, 1024**2)
                key.data.extend(chunk)
                if not chunk:
                    pipes.unregister(key.fileobj)
            del message[:-STDERR_BYTES]
            if len(answer) > limits.output_bytes:
                exceeded = "output"
            elif not ready or time.monotonic() > deadline:
                exceeded = "wall_time"
    return bytes(answer), message.decode(errors="replace"), exceeded


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    # Nothing is left to kill after an ordinary end; macOS calls that "not permitted".
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _limit_behind(returncode: int, message: str) -> str:
    """The limit that ended a child without an answer. Raises ReaderCrashed where it was none."""
    if returncode == OUT_OF_MEMORY:
        return "memory"
    if returncode == -signal.SIGXCPU:
        return "cpu_time"
    if returncode < 0:
        return "process"  # killed from outside, or by a fault in a library that the file provoked
    raise ReaderCrashed(f"the reader ended with {returncode}:\n{message}")


def main(path: str, limits: Limits) -> None:
    """The child: limits itself, reads, answers, and leaves without the interpreter's tidying."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the answer
    _limit_self(limits)
    sys.modules.update(dict.fromkeys(NEEDLESS))  # type: ignore[arg-type]  # None makes an import fail
    try:
        line = to_json(read_workbook(Path(path))).encode() + b"\n"
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    with open(answer, "wb") as pipe:
        pipe.write(line)
    os._exit(0)


def _limit_self(limits: Limits) -> None:
    import resource  # not on Windows, where the types above must still be importable

    _lower(resource.RLIMIT_CPU, limits.cpu_s, grace=1)  # at the first limit a signal tells why, at the second it ends
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    # macOS knows the memory limit and refuses to set it; the other limits hold there.
    with contextlib.suppress(ValueError, OSError) if sys.platform == "darwin" else contextlib.nullcontext():
        _lower(resource.RLIMIT_AS, limits.memory_bytes)


def _lower(kind: int, amount: int, grace: int = 0) -> None:
    """Nobody but root may raise a hard limit, so one that is lower already stays."""
    import resource

    hard = resource.getrlimit(kind)[1]
    most = amount + grace if hard == resource.RLIM_INFINITY else min(amount + grace, hard)
    resource.setrlimit(kind, (min(amount, most), most))


if __name__ == "__main__":
    main(sys.argv[1], Limits(**json.loads(sys.argv[2])))
