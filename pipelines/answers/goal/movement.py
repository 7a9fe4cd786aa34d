"""What moved the index and how far it leans on single points: answers over one snapshot, as known on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

from domain.model import Agreement
from domain.rows import GroupKind
from pipelines.answers.goal.goal import NEWEST
from pipelines.answers.goal.window_points import Footing, footing, point_means, window_rows
from pipelines.history.snapshot import Snapshot
from pipelines.methods import attribution as method

# Where a point says to which group it belongs.
_GROUP_COLUMN: dict[GroupKind, str] = {
    "municipality": "municipality_name",
    "working_area": "working_area_id",
    "road_category": "road_category",
}
_POINT_COLUMNS = [
    "point_id", "point_name", "road", "road_category", "municipality_name", "working_area_id", "is_in_agreement", "latitude",
    "longitude",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupSteps:
    """The index as steps by group of points, which add up to it.

    `steps`, the largest rise first: group_name (empty for points of no group), n_points, contribution_pct, weight_pct,
    change_pct, is_few. `is_given` is False where no point has a group of the kind.
    """

    footing: Footing
    kind: GroupKind
    is_given: bool
    steps: pd.DataFrame


@dataclass(frozen=True, slots=True)
class WithoutOne:
    """How far the index leans on single points. `by_point`: point_id, point_name, road, index_pct without it; lowest first."""

    footing: Footing
    lowest_pct: float
    highest_pct: float
    keeps_sign: bool
    jackknife_error_pct: float
    bootstrap_error_pct: float | None
    by_point: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Change:
    """What the index did between two months: what the points in both did, and what came of a changed set of points.

    `total_pct` = `same_points_pct` + `changed_set_pct`. `changed`: the points in one of the months alone, with their change_pct
    there and `has_joined`, by size of weight.
    """

    earlier: Footing
    later: Footing
    total_pct: float
    same_points_pct: float
    changed_set_pct: float
    n_same: int
    changed: pd.DataFrame


def attribution(
    snapshot: Snapshot, agreement: Agreement, kind: GroupKind, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> GroupSteps | None:
    """The index of a window and month as steps by municipality, working area or road category; None without points."""
    rows = window_rows(snapshot, agreement, window_months, last_month, last_month, as_of)
    if rows.empty:
        return None
    given = rows.dropna(subset=[_GROUP_COLUMN[kind]])
    found = method.attribution(point_means(rows), dict(zip(given["point_id"], given[_GROUP_COLUMN[kind]], strict=True)))
    steps = pd.DataFrame(
        [
            (step.group or "", step.n_points, step.contribution_pct, step.weight_pct, step.change_pct, step.is_few)
            for step in found.groups
        ],
        columns=["group_name", "n_points", "contribution_pct", "weight_pct", "change_pct", "is_few"],
    )
    return GroupSteps(footing(rows), kind, not given.empty, steps)


def points(
    snapshot: Snapshot, agreement: Agreement, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> pd.DataFrame:
    """One row per point of a window and month, the largest rise first; empty without points.

    Its place and road, mean_reference and mean_window (light vehicles a day), change_pct, weight_pct, contribution_pct
    (percentage points of the index, adding up to it), and the submission, sheet and cell that it came from.
    """
    rows = window_rows(snapshot, agreement, window_months, last_month, last_month, as_of)
    changes = method.point_changes(point_means(rows)) if len(rows) else ()
    own = ["point_id", "mean_reference", "mean_window", "change_pct", "weight_pct", "contribution_pct"]
    made = pd.DataFrame([asdict(change) for change in changes], columns=own)
    about = rows[[*_POINT_COLUMNS, "submission_id", "sheet", "cell", "is_synthetic"]]
    return made.merge(about, on="point_id", how="left")[
        [*_POINT_COLUMNS, *own[1:], "submission_id", "sheet", "cell", "is_synthetic"]
    ]


def leave_one_out(
    snapshot: Snapshot, agreement: Agreement, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> WithoutOne | None:
    """The range of the index when each point is left out in turn; None with fewer than two points."""
    rows = window_rows(snapshot, agreement, window_months, last_month, last_month, as_of)
    means = point_means(rows)
    found = method.leave_one_out(means) if means else None
    if found is None:
        return None
    by_point = rows[["point_id", "point_name", "road"]].assign(index_pct=rows["point_id"].map(dict(found.without_pct)))
    by_point = by_point.dropna(subset=["index_pct"]).sort_values(["index_pct", "point_id"], ignore_index=True)
    return WithoutOne(
        footing(rows),
        found.lowest_pct,
        found.highest_pct,
        found.keeps_sign,
        found.jackknife_error_pct,
        method.bootstrap_error_pct(means),
        by_point,
    )


def composition(
    snapshot: Snapshot,
    agreement: Agreement,
    window_months: int,
    from_month: dt.date,
    to_month: dt.date,
    as_of: dt.date = NEWEST,
) -> Change | None:
    """The change of the index between two months, split; None where a month has no points, or the two have none in common."""
    before, after = (window_rows(snapshot, agreement, window_months, month, month, as_of) for month in (from_month, to_month))
    if before.empty or after.empty or set(before["reference_year"]) != set(after["reference_year"]):
        return None
    found = method.composition(point_means(before), point_means(after))
    if found is None:
        return None
    sides = [(before, found.left, False), (after, found.joined, True)]
    changed = pd.concat([_changed(rows, ids, has_joined) for rows, ids, has_joined in sides])
    return Change(
        footing(before),
        footing(after),
        found.total_pct,
        found.same_points_pct,
        found.changed_set_pct,
        found.n_same,
        changed.sort_values(["weight_pct", "point_id"], ascending=[False, True], ignore_index=True),
    )


def _changed(rows: pd.DataFrame, point_ids: Iterable[str], has_joined: bool) -> pd.DataFrame:
    """The named points of one month, with their change and their weight in it."""
    changes = {change.point_id: change for change in method.point_changes(point_means(rows))}
    found = rows[rows["point_id"].isin(list(point_ids))][["point_id", "point_name", "road", "municipality_name"]]
    return found.assign(
        has_joined=has_joined,
        change_pct=[changes[point_id].change_pct for point_id in found["point_id"]],
        weight_pct=[changes[point_id].weight_pct for point_id in found["point_id"]],
    )
