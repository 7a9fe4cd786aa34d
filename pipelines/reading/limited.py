"""Runs a module of ours in a child process that may use little memory, little time, no file and none of our environment.

The child answers in lines on its standard output, so nothing that a file makes of it is executed here.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT_OF_MEMORY = 71  # exit code of our own; Python itself uses 0, 1, 2 and 120
STDERR_BYTES = 4000


class ReaderCrashed(RuntimeError):
    """A child failed by a fault of ours; carries the end of its own message."""


@dataclass(frozen=True)
class Limits:
    """What a child may use; `file_bytes` is the largest file that it may write.

    The largest sheet that workbook.py takes, two million cells, took 9 s and 154 MB.
    """

    memory_bytes: int = 1024**3
    cpu_s: int = 20
    wall_s: float = 30
    output_bytes: int = 64 * 1024**2
    open_files: int = 64
    file_bytes: int = 0


DEFAULT = Limits()


def lines_of_child(command: Sequence[str], limits: Limits, told: bytes = b"") -> tuple[list[bytes], str | None]:
    """The whole lines that a child answered; without even one, the limit that ended it. Raises ReaderCrashed.

    `told` goes to its standard input: less than a pipe holds, or what the child reads before it answers.
    """
    with subprocess.Popen(
        command, stdin=subprocess.PIPE if told else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=ROOT, env={}, start_new_session=True,
    ) as child:  # fmt: skip
        try:
            _tell(child, told)
            answer, message, exceeded = _drained(child, limits)
        finally:
            # Before it is waited for: its number is not given to another process until then.
            _kill_group(child)
    # Only a whole answer ends its line; a killed child may have begun one.
    *lines, _ = answer[: limits.output_bytes].split(b"\n")
    return lines, None if lines else exceeded or _limit_behind(child.returncode, message)


def _tell(child: subprocess.Popen[bytes], told: bytes) -> None:
    # A child that ended early does not read what it is told; why it ended is found below.
    with contextlib.suppress(BrokenPipeError):
        if child.stdin:
            child.stdin.write(told)
            child.stdin.close()


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
    """The limit that ended a child before its answer. Raises ReaderCrashed where it was none."""
    if returncode == OUT_OF_MEMORY:
        return "memory"
    if returncode == -signal.SIGXCPU:
        return "cpu_time"
    if returncode < 0:
        return "process"  # killed from outside, or by a fault in a library that the file provoked
    raise ReaderCrashed(f"the reader ended with {returncode}:\n{message}")


def limit_self(limits: Limits) -> None:
    """Lowers what this process may use, for good."""
    import resource  # not on Windows, where the types above must still be importable

    _lower(resource.RLIMIT_CPU, limits.cpu_s, grace=1)  # at the first limit a signal tells why, at the second it ends
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
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
