"""The lines of a list of cited facts, each column with its cell: what is known of what a source said, and since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from pipelines.history.snapshot import Snapshot

# The newest list known at the date. A later list replaces the whole of an earlier one, lines that it lacks too.
_LINES = """
SELECT line, column_name, content, submission_id, sheet, cell, published_on
FROM snapshot.cited_figure
WHERE agreement_id = ? AND topic = ? AND known_from <= ? AND ? < known_to
QUALIFY dense_rank() OVER (ORDER BY known_from DESC, submission_id DESC) = 1
ORDER BY line
"""
_FIRST = "SELECT min(published_on) AS first FROM snapshot.cited_figure WHERE agreement_id = ? AND topic = ?"


@dataclass(frozen=True, slots=True)
class StatedLine:
    """One line of a list: its filled columns and their cells. `collected_on` is the day from which it is known here."""

    line: int
    submission_id: int
    sheet: str | None
    collected_on: dt.date
    columns: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """What a column says; empty where it says nothing."""
        return self.columns.get(name, "")


def stated_lines(snapshot: Snapshot, agreement_id: str, topic: str, as_of: dt.date) -> list[StatedLine]:
    """The lines of the newest list of a topic known at a date, in its order."""
    lines: dict[int, StatedLine] = {}
    for row in snapshot.rows(_LINES, [agreement_id, topic, as_of, as_of]).itertuples():
        sheet = row.sheet if isinstance(row.sheet, str) else None
        found = lines.setdefault(
            int(row.line), StatedLine(int(row.line), int(row.submission_id), sheet, pd.Timestamp(row.published_on).date())
        )
        found.columns[str(row.column_name)] = str(row.content)
        if isinstance(row.cell, str):
            found.cells[str(row.column_name)] = row.cell
    return list(lines.values())


def first_collected(snapshot: Snapshot, agreement_id: str, topic: str) -> dt.date | None:
    """The day of the first list of a topic; None where there is none."""
    first = snapshot.rows(_FIRST, [agreement_id, topic])["first"].iloc[0]
    return None if pd.isna(first) else pd.Timestamp(first).date()
