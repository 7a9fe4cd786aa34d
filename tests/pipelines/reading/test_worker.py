"""The warm process: right answers, also to many at once; what dies, hangs or talks nonsense is replaced once and then told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from domain.forms import load_form
from domain.returns import Missing, Return
from domain.rows import Finding
from pipelines.reading.worker import COMMAND, ENVIRONMENT, ROOT, CheckFailed, Worker, check_here, the_worker
from tests.builders import agreement
from tests.return_files import small_return

FORM = load_form().at(load_form().newest)
READY = "print('{\"ready\": true}', flush=True); import sys, time, os\n"
# The loop of the real child around other checks, without the seconds that the library takes.
LOOP = "import checks, checks.worker as worker, sys\nworker.warm_up = lambda: None\n{checks}\nworker.main()"
ECHO = """
from domain.rows import Finding
def found(found, agreement, form, previous, read):
    named = {"rows": len(list(found.all_rows())), "form": form.newest, "agreement": agreement.agreement_id, "read": len(read)}
    return (Finding("echo", "info", found.period, None, previous and previous.period, named),)
checks.check = found
"""
CRASH = "def crash(*_): raise ZeroDivisionError('of ours')\nchecks.check = crash"
GREEDY = "def eat(*_): bytearray(3 * 1024**3)\nchecks.check = eat"
CHATTY = (
    ECHO
    + "def chat(*asked): print('x' * 2_000_000); sys.stderr.write('y' * 2_000_000); return found(*asked)\nchecks.check = chat"
)
NO_NUMBER = ECHO.replace("len(read)", "float('inf')")


def looping(checks: str) -> tuple[str, ...]:
    return (sys.executable, "-E", "-B", "-X", "utf8", "-c", LOOP.format(checks=checks))


def saying(script: str) -> tuple[str, ...]:
    return (sys.executable, "-E", "-c", READY + script)


@pytest.fixture
def started() -> Iterator[list[Worker]]:
    """Workers that are ended with the test."""
    workers: list[Worker] = []
    yield workers
    for worker in workers:
        worker.close()


def ask(worker: Worker, found: Return | None = None, deadline_s: float = 20, **more: object) -> tuple[Finding, ...]:
    found = found or small_return()
    return worker.check(
        found, agreement(found.agreement_id), FORM, more.get("previous"), more.get("read", ()), deadline_s=deadline_s
    )


def test_what_is_asked_arrives_and_what_is_found_comes_back(started):
    started.append(Worker(looping(ECHO)))
    read = [Finding("a", "error"), Finding("b", "hold", "Ark", "A1", "x", {"n": 1.5})]
    (one,) = ask(started[0], previous=small_return(period="2026-Q2"), read=read)
    rows = sum(1 for _ in small_return().all_rows())
    named = {"rows": rows, "form": FORM.newest, "agreement": "fjordbyen", "read": 2}
    assert one == Finding("echo", "info", "2026-Q3", None, "2026-Q2", named)


def test_one_process_serves_all_and_each_gets_its_own_answer(started):
    started.append(Worker(looping(ECHO)))
    periods = [f"20{year}-Q{quarter}" for year in range(10, 16) for quarter in range(1, 5)]
    asked = [replace(small_return(), period=period) for period in periods]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda found: ask(started[0], found), asked))
    assert [one.sheet for (one,) in answers] == periods
    assert started[0].pid


@pytest.mark.trust
def test_long_lines_and_what_libraries_print_do_no_harm(started):
    started.append(Worker(looping(CHATTY)))
    rows = small_return().of("economy") * 4000
    (one,) = ask(started[0], replace(small_return(), rows={"economy": rows}))
    assert one.named["rows"] == 20_000


def test_a_crash_of_the_checks_is_told_and_the_process_goes_on(started):
    started.append(Worker(looping(CRASH)))
    with pytest.raises(CheckFailed, match=r"(?s)the checks crashed:.*ZeroDivisionError: of ours"):
        ask(started[0])
    first = started[0].pid
    with pytest.raises(CheckFailed, match="of ours"):
        ask(started[0])
    assert first == started[0].pid


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (saying("sys.stdin.readline(); sys.exit('a bad day')"), "ended:\na bad day"),
        (saying("sys.exit('at once')"), "ended:\nat once"),
        (saying("sys.stdin.readline(); print('what?', flush=True); time.sleep(60)"), "is not understood"),
        pytest.param(saying("sys.stdin.readline(); print('[]', flush=True); time.sleep(60)"), "is not understood", marks=pytest.mark.trust),
        (saying("sys.stdin.readline(); print('{\"number\": 0, \"findings\": []}', flush=True); time.sleep(60)"), "an answer to question 0"),
        pytest.param(saying("sys.stdin.readline(); print('{\"findings\": []}', flush=True); time.sleep(60)"), "is not understood", marks=pytest.mark.trust),
        pytest.param(saying("sys.stdin.readline(); print('1\\n2', flush=True); time.sleep(60)"), "is not understood", marks=pytest.mark.trust),
        (saying("sys.stdin.readline(); time.sleep(60)"), "no answer within 0.5 s"),
        pytest.param(saying("time.sleep(60)"), "no answer within 0.5 s", marks=pytest.mark.trust),
        (saying("sys.stdin.readline()\nwhile True: print('x', end='', flush=True)"), "no answer within 0.5 s"),
        ((sys.executable, "-c", "print('hello')"), "is not understood"),
        ((sys.executable, "-c", "import time; print('{}', flush=True); time.sleep(60)"), "did not say that it is ready"),
        (("no-such-program",), "cannot be started"),
    ],
)  # fmt: skip
def test_a_process_of_no_use_is_replaced_once_and_then_told(started, command, told):
    started.append(Worker(command, ready_s=30))
    rows = small_return().of("economy") * 500  # more than a pipe takes at once
    with pytest.raises(CheckFailed, match="; then: ") as failed:
        ask(started[0], replace(small_return(), rows={"economy": rows}), deadline_s=0.5 if "within" in told else 20)
    assert str(failed.value).count(told) == 2
    assert started[0].pid is None


@pytest.mark.parametrize(
    "finding",
    [
        {"code": "a", "severity": "fatal", "sheet": None, "cell": None, "quoted": None, "named": {}},
        {"code": "a", "severity": "error", "sheet": None, "cell": None, "quoted": None, "named": None},
        {"code": "a", "severity": "error"},
        ["a"],
        None,
    ],
)
def test_findings_that_are_none_are_nonsense(started, finding):
    script = (
        "import json\nasked = json.loads(sys.stdin.readline())\n"
        f"print(json.dumps({{'number': asked['number'], 'findings': [{finding!r}]}}), flush=True)\ntime.sleep(60)"
    )
    started.append(Worker(saying(script)))
    with pytest.raises(CheckFailed, match=r"is not understood(?s:.*)is not understood"):
        ask(started[0])


def test_a_process_that_is_never_ready_is_not_waited_for(started):
    started.append(Worker((sys.executable, "-c", "import time; time.sleep(60)"), ready_s=0.2))
    with pytest.raises(CheckFailed, match=r"no answer within 0\.2 s"):
        ask(started[0])


def test_after_one_bad_process_a_good_one_answers(started, tmp_path):
    once = (
        f"import os, pathlib\nmark = pathlib.Path({str(tmp_path / 'mark')!r})\nif not mark.exists(): mark.touch(); os._exit(1)\n"
    )
    started.append(Worker(looping(once + ECHO)))
    assert [one.code for one in ask(started[0])] == ["echo"]


def test_a_process_killed_between_two_returns_is_replaced(started):
    started.append(Worker(looping(ECHO)))
    ask(started[0])
    first = started[0].pid
    os.kill(first, 9)
    assert [one.code for one in ask(started[0])] == ["echo"]
    assert first != started[0].pid


@pytest.mark.skipif(sys.platform != "linux", reason="the limit holds on Linux")
def test_memory_is_limited(started):
    started.append(Worker(looping(GREEDY)))
    with pytest.raises(CheckFailed, match="MemoryError"):
        ask(started[0])


def test_an_answer_that_is_no_json_is_a_crash_of_ours(started):
    started.append(Worker(looping(NO_NUMBER)))
    with pytest.raises(CheckFailed, match="not JSON compliant"):
        ask(started[0])


def test_a_return_that_is_too_long_is_not_sent(started, monkeypatch):
    monkeypatch.setattr("pipelines.reading.worker.LINE_BYTES", 1000)
    started.append(Worker(looping(ECHO)))
    with pytest.raises(CheckFailed, match="longer than the 1000"):
        ask(started[0])
    assert started[0].pid is None


def test_it_is_warmed_up_beside_the_caller_and_once(started, tmp_path):
    mark = tmp_path / "mark"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(mark)!r}).exists(): time.sleep(0.01)\n"
    started.append(Worker(looping(waits + ECHO)))
    for _ in range(5):
        started[0].warm_up()
    assert len([thread for thread in threading.enumerate() if thread.name == "checks warm up"]) == 1
    mark.touch()
    assert [one.code for one in ask(started[0])] == ["echo"]
    first = started[0].pid
    started[0].warm_up()
    assert started[0].pid == first


def test_a_failed_warm_up_is_told_to_whoever_checks(started):
    started.append(Worker(("no-such-program",)))
    started[0].warm_up()
    with pytest.raises(CheckFailed, match="cannot be started"):
        ask(started[0])


def test_closing_ends_the_process_under_whoever_waits(started):
    worker = Worker(saying("sys.stdin.readline(); time.sleep(60)"))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, worker)
        while worker.pid is None:
            time.sleep(0.01)
        time.sleep(0.2)
        worker.close()
        with pytest.raises(CheckFailed, match="has been closed"):
            waiting.result(5)
    worker.close()
    worker.warm_up()
    assert worker.pid is None
    with pytest.raises(CheckFailed, match="has been closed"):
        ask(worker)


def test_the_process_ends_with_the_one_that_started_it():
    parent = (
        "import os, time\nfrom pipelines.reading.worker import Worker\n"
        f"worker = Worker({looping(ECHO)!r})\nworker.warm_up()\nworker._warming.join()\nprint(worker.pid, flush=True)\nos._exit(0)"
    )
    said = subprocess.run([sys.executable, "-c", parent], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    until = time.monotonic() + 20
    while _runs(int(said.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(int(said.stdout))


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


# The real one. It takes seconds to start, so it is started once.


@pytest.fixture(scope="module")
def real() -> Iterator[Worker]:
    worker = Worker()
    worker.warm_up()
    yield worker
    worker.close()


def spoiled() -> Return:
    row = small_return().of("economy")[1]
    answers = {**row.answers, "budget_mnok": Decimal("60000.00000001"), "amount_source": Missing("exempt"), "year": 1999}
    return replace(small_return(), rows={**small_return().rows, "economy": (replace(row, answers=answers),)})


def test_a_right_return_is_found_right(real):
    assert [one for one in ask(real) if one.severity == "error"] == []


def test_the_process_finds_what_would_be_found_here(real):
    found = ask(real, spoiled(), deadline_s=60)
    assert found == check_here(spoiled(), agreement(), FORM, None)
    assert {("above_maximum", "E3"), ("missing_not_taken", "N3"), ("below_minimum", "D3")} <= {
        (one.code, one.cell) for one in found
    }


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of a process")
def test_the_process_knows_nothing_of_our_surroundings_and_may_not_use_much(real, monkeypatch):
    ask(real)
    told = Path(f"/proc/{real.pid}")
    given = dict(line.split("=", 1) for line in (told / "environ").read_text().split("\0") if line)
    assert given == ENVIRONMENT
    assert Path(os.readlink(told / "cwd")) == ROOT
    limits = (told / "limits").read_text()
    assert re.search(r"Max address space +2147483648 +2147483648", limits)
    # Half of it is left for a return.
    assert int(re.search(r"VmPeak:\s+(\d+) kB", (told / "status").read_text())[1]) < 1024**2


def test_a_form_that_nobody_knows_is_a_fault_of_ours(real):
    with pytest.raises(CheckFailed, match="no_such_form"):
        real.check(small_return(), agreement(), FORM.model_copy(update={"form_id": "no_such_form"}), None)
    assert [one for one in ask(real) if one.severity == "error"] == []


def test_there_is_one_for_the_whole_process():
    assert the_worker() is the_worker()
    assert the_worker().pid is None  # nothing is started before it is needed
    assert COMMAND[-1] == "checks.worker"
