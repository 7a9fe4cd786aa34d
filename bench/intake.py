"""Fifty returns handed in at once: how long until each has its number, and until all have their answer."""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.returns import PERIOD, as_template
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.handing_in import Asked, Submitted, Upload, hand_in, submit_upload
from pipelines.history.verify import verify

PARTIES = ("fjordby", "lindvag", "austmark", "kystfylket", "veietaten")
PERIODS = (PERIOD, "2026-Q4", "2027-Q1", "2027-Q2")
TOGETHER = 50
SENDER = "secretariat.lead"
_AT = dt.datetime(2026, 11, 22, 12)
_NOBODY = Asked(None, None, None)


def compare() -> Iterator[str]:
    """Three lines: until the last number, until the last answer with the checks started meanwhile, and what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        found = _at_once(_uploads(), Path(folder))
        numbered, answered = (max(times) for times in zip(*((first, last) for first, last, _ in found), strict=True))
        yield f"intake: {TOGETHER} returns at once: the last has its number after {numbered:.2f} s (goal 1 s)"
        yield f"intake: {TOGETHER} returns at once: the last has its answer after {answered:.0f} s (goal 120 s)"
        became = Counter(answer.status for _, _, answer in found)
        numbers = {answer.submission_id for _, _, answer in found if answer.submission_id}
        said = ", ".join(f"{count} {status}" for status, count in became.most_common())
        yield f"intake: {said}; {len(numbers)} stored, verified: {verify(Path(folder)).is_ok}"


def _uploads() -> list[Upload]:
    """Twenty valid returns, ten of them once more, ten without the half of their bytes, ten of another kind."""
    valid = [
        Upload(f"{party}-{period}.xlsx", as_template(replace(next_return(party, PERIOD), period=period)))
        for period in PERIODS
        for party in PARTIES
    ]
    torn = [Upload(its.name, its.content[: len(its.content) // 2]) for its in valid[:10]]
    others = [Upload(f"{number}.pdf", b"%PDF-1.7 " + bytes(number)) for number in range(10)]
    return [*valid, *valid[:10], *torn, *others]


def _at_once(uploads: list[Upload], data_dir: Path) -> list[tuple[float, float, Submitted]]:
    """For each the seconds until its number and until its answer, and the answer."""
    begin = threading.Barrier(len(uploads))

    def one(upload: Upload) -> tuple[float, float, Submitted]:
        begin.wait()
        began = time.perf_counter()
        hand_in(SENDER, [upload], _NOBODY, _AT, data_dir)
        numbered = time.perf_counter() - began
        answer = submit_upload(SENDER, [upload], _NOBODY, _AT, data_dir)
        return numbered, time.perf_counter() - began, answer

    with ThreadPoolExecutor(len(uploads)) as pool:
        return list(pool.map(one, uploads))
