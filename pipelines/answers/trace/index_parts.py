"""What a published index or a mean of a counting point is made of: points with their share of it, and months with their cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from domain.model import Agreement
from domain.period import Month
from pipelines.answers.goal.movement import Change, composition, leave_one_out, points
from pipelines.answers.trace.published import SEPARATOR, TracedPublished
from pipelines.history.snapshot import Snapshot

INDEX, MEAN = "rolling_index", "point_mean"
_GROUPS = {"municipality": "municipality_name", "working_area": "working_area_id", "road_category": "road_category"}
_MONTHS = """
SELECT month, mdt, coverage_pct, submission_id, sheet, cell
FROM snapshot.point_month
WHERE agreement_id = $agreement_id AND kind = 'traffic' AND submission_id = $submission_id AND point_id = $point_id
    AND (month BETWEEN $first AND $last OR year(month) = $reference_year)
ORDER BY month DESC
"""


@dataclass(frozen=True, slots=True)
class IndexParts:
    """The points of an index of its own submission, and what they did since the same month a year before.

    `points` has change_pct, weight_pct and contribution_pct, all in the index of the whole area, and `without_pct`, that index
    without the point. `contribution_pct` is what these points add to `index_pct`, the index of the whole area.
    """

    points: pd.DataFrame
    index_pct: float
    contribution_pct: float
    year: Change | None


def index_parts(snapshot: Snapshot, agreement: Agreement, found: TracedPublished) -> IndexParts | None:
    """What a row of the rolling index is made of; None where its submission has no points of that window and month."""
    row = dict(found.row)
    if found.table != INDEX:
        return None
    window, month, known_from = int(row["window_months"]), row["last_month"], found.handed_in.known_from
    rows = points(snapshot, agreement, window, month, known_from)
    rows = rows[rows["submission_id"] == found.handed_in.submission_id]
    if rows.empty:
        return None
    index_pct = float(rows["contribution_pct"].sum())
    without = leave_one_out(snapshot, agreement, window, month, known_from)
    left_out = dict(zip(without.by_point["point_id"], without.by_point["index_pct"], strict=True)) if without else {}
    rows = rows.assign(without_pct=rows["point_id"].map(left_out))
    kind, year = row["group_kind"], None
    if kind in _GROUPS:
        rows = rows[rows[_GROUPS[kind]].fillna("") == (row["group_name"] or "")]
    else:
        before = Month(month.year - 1, month.month).first_day
        year = composition(snapshot, agreement, window, before, month, known_from)
    return IndexParts(rows.reset_index(drop=True), index_pct, float(rows["contribution_pct"].sum()), year)


def months_of_mean(snapshot: Snapshot, agreement: Agreement, found: TracedPublished) -> pd.DataFrame:
    """The months of a point's window and of the year it is compared with, newest first: month, mdt, coverage_pct and the cell.

    Vehicles a day. Empty for any other figure, and where the means themselves were delivered.
    """
    row = dict(found.row)
    if found.table != MEAN:
        return pd.DataFrame()
    last: dt.date = row["last_month"]
    first = Month(last.year, last.month).plus(1 - int(row["window_months"])).first_day
    return snapshot.rows(
        _MONTHS,
        {
            "agreement_id": agreement.agreement_id, "submission_id": found.handed_in.submission_id, "point_id": row["point_id"],
            "first": first, "last": last, "reference_year": int(row["reference_year"]),
        },
    )  # fmt: skip


def month_key(point_id: str, month: dt.date) -> str:
    """The key of a month of a counting point: "FJ001 / 2026-06"."""
    return f"{point_id}{SEPARATOR}{month:%Y-%m}"
