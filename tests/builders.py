"""Small makers of what tests need, stating only what matters to them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.load import BUILT_IN, load_agreement
from domain.model import Agreement
from domain.period import Month
from domain.rows import PublishedRolling, TrafficFile
from pipelines.history import publish as publishing
from pipelines.history.ledger import NewSubmission, Original, open_ledger
from pipelines.history.parquet import write_parquet
from pipelines.history.publish import publish
from pipelines.recompute import check_traffic
from pipelines.traffic import commit_traffic

AT = dt.datetime(2026, 11, 22, 12, 0)


@cache
def agreement(agreement_id: str = "fjordbyen") -> Agreement:
    """A built-in agreement."""
    return load_agreement(BUILT_IN / f"{agreement_id}.yaml")


def printed(index_pct: float, low: float, high: float, last_month: str = "2026-06", window: int = 36) -> PublishedRolling:
    """A printed index of the reference year 2018."""
    return PublishedRolling(window, Month.parse(last_month), 2018, index_pct, low, high, n_points=40, standard_error_pct=1.0)


def submission(content: str = "a", published_on: dt.date = dt.date(2026, 7, 10), kind: str = "traffic") -> NewSubmission:
    """A submission of one small file, known from the day that it was published."""
    original = Original("a.csv", content.encode())
    return NewSubmission("fjordbyen", kind, (original,), "Kilde", None, published_on, "admin", AT, True)


def store(
    data_dir: Path, *rows: PublishedRolling, published_on: dt.date = dt.date(2026, 7, 10), content: str | None = None
) -> int:
    """Stores printed rows as one publication of the invented agreement, publishes, and gives its number."""
    return store_all(data_dir, [(published_on, rows)], content)[0]


def store_all(
    data_dir: Path, publications: Iterable[tuple[dt.date, Sequence[PublishedRolling]]], content: str | None = None
) -> list[int]:
    """Stores one publication after the other, publishes once, and gives their numbers.

    In a new folder the same publications give the same files, which are made once and copied.
    """
    listed = tuple((published_on, tuple(rows)) for published_on, rows in publications)
    if "HEADS_FILE" in os.environ or publishing.write_parquet is write_parquet or (data_dir.exists() and any(data_dir.iterdir())):
        return _stored(data_dir, listed, content)
    made = _made(listed, content)
    shutil.copytree(made.folder.name, data_dir, dirs_exist_ok=True)
    return list(made.numbers)


@dataclass(frozen=True, slots=True)
class _Made:
    """A stored folder, which goes with the process."""

    folder: TemporaryDirectory[str]
    numbers: tuple[int, ...]


_Listed = tuple[tuple[dt.date, tuple[PublishedRolling, ...]], ...]


@cache
def _made(listed: _Listed, content: str | None) -> _Made:
    folder = TemporaryDirectory()
    return _Made(folder, tuple(_stored(Path(folder.name), listed, content)))


def _stored(data_dir: Path, listed: _Listed, content: str | None) -> list[int]:
    numbers = []
    with open_ledger(data_dir) as ledger:
        for published_on, rows in listed:
            new = submission(content or repr(rows), published_on)
            numbers.append(commit_traffic(ledger, new, check_traffic(TrafficFile(rolling=rows), 2018), agreement())[0])
        publish(ledger, AT)
    return numbers
