"""The warm process in which returns are checked, as seen from the process that serves pages or runs a command.

Great Expectations takes seconds and hundreds of megabytes to import, so one process keeps it for everybody. It is started with
nearly no environment, gets typed rows and never a file, and answers in JSON: nothing that comes back is executed here.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from checks.worker import LINE_BYTES
from domain.forms import Form
from domain.model import Agreement
from domain.returns import Return, return_json
from domain.rows import SEVERITIES, Finding

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-E", "-B", "-X", "utf8", "-m", "checks.worker")
# Threads for linear algebra that nobody asks for, and a pool of Arrow's own, would take half of the address space it may use.
ENVIRONMENT = {"GX_ANALYTICS_ENABLED": "false", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
DEADLINE_S = 30
# Ready after 5 to 10 s on an idle machine.
READY_S = 120
ATTEMPTS = 2
TOLD_BYTES = 4000


class CheckFailed(RuntimeError):
    """The checks could not be made, by a fault of ours; carries what the process said last."""


class _Broken(Exception):
    """The process died, was too slow or answered nonsense: it is of no use any more."""


class Worker:
    """One process that checks, one return at a time; safe to use from several threads. Started when it is first needed."""

    def __init__(self, command: Sequence[str] = COMMAND, ready_s: float = READY_S) -> None:
        self._command = tuple(command)
        self._ready_s = ready_s
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._warming: threading.Thread | None = None
        self._message = bytearray()
        self._number = 0
        self._closed = threading.Event()

    def warm_up(self) -> None:
        """Starts the process where none runs. Returns at once; whoever checks meanwhile waits until it is ready."""
        if self._closed.is_set() or self.pid or (self._warming and self._warming.is_alive()):
            return
        self._warming = threading.Thread(target=self._warm, name="checks warm up", daemon=True)
        self._warming.start()

    def check(
        self, found: Return, agreement: Agreement, form: Form, previous: Return | None, read: Iterable[Finding] = (),
        *, deadline_s: float = DEADLINE_S,
    ) -> tuple[Finding, ...]:  # fmt: skip
        """What `checks.check` finds. A process of no use is replaced once. The deadline is of each attempt, once it is ready.

        CheckFailed where the checks crash, or fail twice.
        """
        asked = {
            "deadline_s": deadline_s,
            "found": return_json(found),
            "agreement": agreement.model_dump_json(),
            "form_id": form.form_id,
            "form_version": form.newest,
            "previous": return_json(previous) if previous else None,
            "read": [asdict(finding) for finding in read],
        }
        with self._turn:
            return self._answer(asked, deadline_s)

    def close(self) -> None:
        """Ends the process, also from under whoever waits for it. There is no other one after it."""
        self._closed.set()
        if child := self._child:
            _kill_group(child)
        with self._turn:
            self._end()

    @property
    def pid(self) -> int | None:
        """The number of the process; None where none runs."""
        return child.pid if (child := self._child) and child.poll() is None else None

    def _warm(self) -> None:
        # Whoever checks next tries again, and is told.
        with contextlib.suppress(CheckFailed, _Broken), self._turn:
            self._ready_child()

    def _answer(self, asked: dict[str, Any], deadline_s: float) -> tuple[Finding, ...]:
        told: list[str] = []
        for _ in range(ATTEMPTS):
            self._number += 1
            line = json.dumps({"number": self._number, **asked}).encode() + b"\n"
            if len(line) > LINE_BYTES:
                raise CheckFailed(f"a return of {len(line)} bytes is longer than the {LINE_BYTES} that the checks take")
            try:
                return _findings(_exchange(self._ready_child(), line, deadline_s, self._message), self._number)
            except _Broken as broken:
                self._end()
                told.append(str(broken))
        raise CheckFailed("; then: ".join(told))

    def _ready_child(self) -> subprocess.Popen[bytes]:
        """A process that is ready to be asked."""
        if self._closed.is_set():
            raise CheckFailed("the process that checks has been closed")
        if self._child is not None and self.pid:
            return self._child
        self._end()
        try:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                cwd=ROOT, env=ENVIRONMENT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise _Broken(f"the process that checks cannot be started: {error}") from error
        if self._closed.is_set():
            # It was closed while this one started, and saw none to end.
            self._end()
            raise CheckFailed("the process that checks has been closed")
        try:
            if _exchange(self._child, b"", self._ready_s, self._message) != {"ready": True}:
                raise _Broken("the process that checks did not say that it is ready")
        except _Broken:
            self._end()
            raise
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            _kill_group(self._child)
            for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
                # What is left to be written cannot be: nobody reads it.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()  # type: ignore[union-attr]  # all three are pipes
            self._child.wait()
            self._child = None
            self._message = bytearray()


@cache
def the_worker() -> Worker:
    """The one of this process, which ends with it."""
    worker = Worker()
    atexit.register(worker.close)
    return worker


def check_here(
    found: Return, agreement: Agreement, form: Form, previous: Return | None, read: Iterable[Finding] = ()
) -> tuple[Finding, ...]:
    """What a worker would find, in this very process: no limits, and the import is paid here."""
    from checks import check

    return check(found, agreement, form, previous, read)


def _exchange(child: subprocess.Popen[bytes], line: bytes, limit_s: float, message: bytearray) -> Any:
    """Writes a line and reads the line that answers it, as JSON. _Broken where it does not come in time, or is none.

    `message` gathers the end of what the process says beside its answers.
    """
    deadline = time.monotonic() + limit_s
    unwritten, answer = memoryview(line), bytearray()
    with selectors.DefaultSelector() as pipes:
        pipes.register(child.stdout, selectors.EVENT_READ, answer)  # type: ignore[arg-type]
        pipes.register(child.stderr, selectors.EVENT_READ, message)  # type: ignore[arg-type]
        if line:
            os.set_blocking(child.stdin.fileno(), False)  # type: ignore[union-attr]
            pipes.register(child.stdin, selectors.EVENT_WRITE)  # type: ignore[arg-type]
        while not answer.endswith(b"\n"):
            if not pipes.get_map():
                raise _Broken(_said("the process that checks ended", message))
            ready = pipes.select(max(0.0, deadline - time.monotonic()))
            if not ready or time.monotonic() > deadline:
                raise _Broken(_said(f"no answer within {limit_s:g} s", message))
            for key, _ in ready:
                if key.data is None:
                    unwritten = _written(key.fd, unwritten)
                    if not unwritten:
                        pipes.unregister(key.fileobj)
                elif chunk := os.read(key.fd, 1024**2):
                    key.data.extend(chunk)
                else:
                    pipes.unregister(key.fileobj)
            if len(answer) > LINE_BYTES:
                raise _Broken("the answer is too long")
            del message[:-TOLD_BYTES]
    try:
        return json.loads(answer)
    except ValueError as error:
        raise _Broken(f"the answer is not understood: {error}") from error


def _written(pipe: int, unwritten: memoryview) -> memoryview:
    """What is left to write. Nothing where nobody reads any more: the end of the answers then tells why."""
    try:
        return unwritten[os.write(pipe, unwritten) :]
    except BrokenPipeError:
        return unwritten[:0]


def _said(what: str, message: bytearray) -> str:
    said = message.decode(errors="replace").strip()
    return f"{what}:\n{said}" if said else what


def _findings(answer: Any, number: int) -> tuple[Finding, ...]:
    """The findings of an answer. CheckFailed where the checks crashed; _Broken where it is no answer to the question asked."""
    if isinstance(answer, dict) and isinstance(answer.get("crash"), str):
        raise CheckFailed(f"the checks crashed:\n{answer['crash']}")
    try:
        if answer["number"] != number:
            raise _Broken(f"an answer to question {answer['number']!r} instead of {number}")
        return tuple(_finding(**written) for written in answer["findings"])
    except (KeyError, TypeError, ValueError) as error:
        raise _Broken(f"the answer is not understood: {error!r}") from error


def _finding(
    code: str, severity: str, sheet: str | None, cell: str | None, quoted: str | None, named: Mapping[str, str | int | float]
) -> Finding:
    known = next((one for one in SEVERITIES if one == severity), None)
    if known is None:
        raise ValueError(f"no severity: {severity!r}")
    return Finding(code, known, sheet, cell, quoted, dict(named))


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    # The number of one that has been waited for may be another process's by now; macOS calls a dead one "not permitted".
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
