"""What an act has added to the ledger, as one hash: what its entry in the chain says, and what `verify` computes again."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

# The rows of submissions, by number; every table of the ledger that has them.
OF_SUBMISSIONS: Mapping[str, str] = {
    "submission": "SELECT submission_id AS id, * FROM submission WHERE submission_id BETWEEN ? AND ?",
    "original": "SELECT submission_id AS id, * FROM original WHERE submission_id BETWEEN ? AND ?",
    "point": "SELECT submission_id AS id, * FROM point WHERE submission_id BETWEEN ? AND ?",
    "point_month": "SELECT submission_id AS id, * FROM point_month WHERE submission_id BETWEEN ? AND ?",
    "point_mean": "SELECT submission_id AS id, * FROM point_mean WHERE submission_id BETWEEN ? AND ?",
    "rolling_index": "SELECT submission_id AS id, * FROM rolling_index WHERE submission_id BETWEEN ? AND ?",
    "yearly_index": "SELECT submission_id AS id, * FROM yearly_index WHERE submission_id BETWEEN ? AND ?",
    "cited_figure": "SELECT submission_id AS id, * FROM cited_figure WHERE submission_id BETWEEN ? AND ?",
    "return_submission": "SELECT submission_id AS id, * FROM return_submission WHERE submission_id BETWEEN ? AND ?",
    "return_row": "SELECT submission_id AS id, * FROM return_row WHERE submission_id BETWEEN ? AND ?",
    "return_finding": "SELECT submission_id AS id, * FROM return_finding WHERE submission_id BETWEEN ? AND ?",
}
# The rows of acts, by the sequence of their entry.
OF_ENTRIES: Mapping[str, str] = {"return_act": "SELECT sequence AS id, * FROM return_act WHERE sequence BETWEEN ? AND ?"}
Lines = Mapping[int, list[str]]


def lines_of(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], first: int, last: int
) -> defaultdict[int, list[str]]:
    """The rows from the first to the last id as lines, by id. A column without content is left out, so that new ones may come."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for table, query in queries.items():
        rows = connection.execute(query, [first, last])
        names = [column[0] for column in rows.description or ()]
        for row in rows.fetchall():
            filled = {name: written for name, written in zip(names[1:], row[1:], strict=True) if written is not None}
            found[row[0]].append(f"{table} {_WRITTEN.encode(filled)}")
    return found


def hash_of(lines: Iterable[str]) -> str:
    """One hash of lines in any order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _as_text(other: Any) -> str:
    """What is no JSON: days, times and exact decimals."""
    return str(other)


_WRITTEN = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
