"""The process in which returns are checked: typed rows come in on standard input, findings go out. Sees no file and no store.

One line of JSON for each return and one for its answer, so that nothing that a return holds is executed here. The other end is
pipelines/reading/worker.py.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import IO, Any

from checks.run_expectations import warm_up
from domain.forms import Form, load_form
from domain.model import Agreement
from domain.returns import return_from_json
from domain.rows import Finding

# Warmed up it takes 0.3 GB, and much address space that it never touches.
MEMORY_BYTES = 2 * 1024**3
# The longest line, either way. Ten thousand rows take 4 MB.
LINE_BYTES = 128 * 1024**2
TOLD_BYTES = 4000
# Whoever asked gives up first; this ends a process that nobody waits for any more.
GRACE_S = 10


def main() -> None:
    """Limits itself, warms up, says so, and answers until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of an answer
    _limit_memory()
    warm_up()
    load_form()
    _put(answers, b'{"ready": true}')
    while (line := sys.stdin.buffer.readline(LINE_BYTES)).endswith(b"\n"):
        _put(answers, answer(line))


def answer(line: bytes) -> bytes:
    """The findings of the return on a line, or what went wrong with the checks themselves, as JSON."""
    try:
        asked = json.loads(line)
        faulthandler.dump_traceback_later(asked["deadline_s"] + GRACE_S, exit=True)
        said = {"number": asked["number"], "findings": [asdict(finding) for finding in _findings(asked)]}
        return json.dumps(said, allow_nan=False).encode()
    except MemoryError:
        raise  # what is left of the process is not to be trusted
    except Exception as error:  # noqa: BLE001  # told to whoever asked, who raises it
        return json.dumps({"crash": "".join(traceback.format_exception(error))[-TOLD_BYTES:]}).encode()
    finally:
        faulthandler.cancel_dump_traceback_later()


def _findings(asked: Mapping[str, Any]) -> tuple[Finding, ...]:
    from checks import check  # not where only the constants above are wanted

    previous = return_from_json(asked["previous"]) if asked["previous"] else None
    form = _form(asked["form_id"], asked["form_version"])
    read = [Finding(**written) for written in asked["read"]]
    return check(return_from_json(asked["found"]), _agreement(asked["agreement"]), form, previous, read)


@lru_cache(maxsize=16)
def _agreement(written: str) -> Agreement:
    return Agreement.model_validate_json(written)


@lru_cache(maxsize=16)
def _form(form_id: str, version: int) -> Form:
    return load_form(form_id).at(version)


def _put(answers: IO[bytes], said: bytes) -> None:
    answers.write(said + b"\n")
    answers.flush()


def _limit_memory() -> None:
    import resource  # not on Windows, where the module must still be importable

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    # macOS knows the limit and refuses to set it.
    with contextlib.suppress(ValueError, OSError) if sys.platform == "darwin" else contextlib.nullcontext():
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
