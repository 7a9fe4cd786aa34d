"""What the published edition is made of, and which editions are kept beside it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from domain.model import Agreement
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot

_IDENTITY = re.compile(r"(\d{8}T\d{6})-[0-9a-f]+")
_KINDS = """
SELECT kind, count(*) AS n_submissions, max(known_from) AS last_known_from, max(recorded_at) AS last_recorded_at
FROM snapshot.submission
WHERE agreement_id = ? AND known_from <= ?
GROUP BY kind
ORDER BY kind
"""
_LAST_ACT = """
SELECT act, person_id, submission_id, party_id, period, acted_at
FROM snapshot.return_act
WHERE agreement_id = ? AND acted_at <= ? AND act <> 'supersede'
ORDER BY acted_at DESC, sequence DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Edition:
    """A published edition. `published_at` is naive UTC, of its name; None where the name says none."""

    identity: str
    published_at: dt.datetime | None
    is_shown: bool


def contents(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> pd.DataFrame:
    """One row per kind of submission that counts and was known by a date: how many, and the newest of them."""
    return snapshot.rows(_KINDS, [agreement.agreement_id, moment_of(as_of)])


def last_act(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, Any] | None:
    """The newest act on a return by a date; None before the first."""
    found = snapshot.rows(_LAST_ACT, [agreement.agreement_id, moment_of(as_of)]).to_dict("records")
    return {str(name): answer for name, answer in found[0].items()} if found else None


def editions(snapshot: Snapshot, data_dir: Path) -> list[Edition]:
    """The editions that are kept in a data folder, the newest first, with the one that is shown."""
    names = {path.stem for path in (data_dir / "published").glob("*.duckdb") if not path.name.startswith(".")}
    names.add(snapshot.identity)
    return [Edition(name, published_at(name), name == snapshot.identity) for name in sorted(names, reverse=True)]


def published_at(identity: str) -> dt.datetime | None:
    """When an edition was published, by its identity; None where that says no time."""
    found = _IDENTITY.fullmatch(identity)
    try:
        return dt.datetime.strptime(found[1], "%Y%m%dT%H%M%S") if found else None  # noqa: DTZ007 - naive UTC, as everywhere
    except ValueError:
        return None
