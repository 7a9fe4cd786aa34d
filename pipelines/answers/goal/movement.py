"""What moved the index, how much it can tell, and what would happen if: answers over one snapshot, as known on a date.

All rest on the means per point of one submission: for each month the newest that was known and has points for it. The area row
that another answer shows may be of a newer submission without points; `Footing.submission_id` tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from domain.model import Agreement
from domain.period import Month
from domain.rows import GroupKind, PointMean
from pipelines.answers.goal.goal import NEWEST
from pipelines.history.snapshot import Snapshot
from pipelines.methods import attribution as method
from pipelines.methods import outlook as ahead

SetOfPoints = Literal["same_points", "each_window"]
HALF_WIDTHS_PCT = (2.0, 1.0)
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
_MEANS = """
WITH asked AS (
    SELECT ? AS agreement_id, CAST(? AS INTEGER) AS window_months, CAST(? AS DATE) AS first, CAST(? AS DATE) AS last,
        CAST(? AS TIMESTAMP) AS as_of
),
known AS (
    SELECT m.*
    FROM snapshot.point_mean AS m
    JOIN asked AS a ON m.agreement_id = a.agreement_id AND m.window_months = a.window_months
        AND m.kind = 'traffic' AND m.last_month BETWEEN a.first AND a.last AND m.known_from <= a.as_of
    QUALIFY rank() OVER (PARTITION BY m.last_month ORDER BY m.known_from DESC, m.submission_id DESC) = 1
)
SELECT k.point_id, coalesce(p.name, k.point_id) AS point_name, p.road, p.road_category, p.municipality_name, p.working_area_id,
    p.is_in_agreement, p.latitude, p.longitude, k.window_months, k.last_month, k.reference_year, k.mean_reference, k.mean_window,
    k.submission_id, k.sheet, k.cell, s.published_on, s.source_title, s.source_url, k.is_synthetic
FROM known AS k
CROSS JOIN asked AS a
JOIN snapshot.submission AS s USING (submission_id)
LEFT JOIN snapshot.point AS p
    ON p.agreement_id = k.agreement_id AND p.kind = 'traffic' AND p.point_id = k.point_id AND p.known_from <= a.as_of
    AND a.as_of < p.known_to
ORDER BY k.last_month, k.point_id
"""
_MONTHS = """
SELECT DISTINCT last_month
FROM snapshot.point_mean
WHERE agreement_id = ? AND kind = 'traffic' AND window_months = ? AND known_from <= ?
ORDER BY last_month
"""
_AREA = """
SELECT window_months, last_month, n_points, index_pct, standard_error_pct, submission_id, published_on
FROM snapshot.rolling_index
WHERE agreement_id = ? AND kind = 'traffic' AND method_version = ? AND reference_year = ? AND group_kind = 'area'
    AND window_months IN (12, ?)
    AND known_from <= ? AND ? < known_to
ORDER BY window_months, last_month
"""


@dataclass(frozen=True, slots=True)
class Footing:
    """What an answer rests on: the points of one window and month of one submission, and the index that they give.

    `reference_year` is that of the points; where it is later than the agreement's, the area row is chained and these points are
    its last link alone.
    """

    window_months: int
    last_month: dt.date
    reference_year: int
    n_points: int
    index_pct: float
    submission_id: int
    published_on: dt.date
    source_title: str
    source_url: str | None
    is_synthetic: bool


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


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The index if the next twelve months lie at a level. Scenarios, never predictions.

    `points` says of which points the 12-month indices are that carry it: those of the index itself (`same_points`), or all of
    each window (`each_window`, the published rows). `start_pct` is today's index made the same way; `gap_pct` is what the index
    itself is above that, so how far the scenarios can be trusted. `years`: last_month, index_pct of the 12-month indices that it
    rests on. `paths`: level_pct, last_month, index_pct. `outcomes`: level_pct, end_pct, crosses_on (the first month on the other
    side of zero than today, or None). `needed_pct` is the level for an index of zero at `end_month`.
    """

    points: SetOfPoints
    start_pct: float
    gap_pct: float
    years: pd.DataFrame
    paths: pd.DataFrame
    outcomes: pd.DataFrame
    end_month: dt.date
    needed_pct: float

    @property
    def last_year_pct(self) -> float:
        """The index of the last twelve months."""
        return float(self.years["index_pct"].iloc[0])


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the judged index can tell at its latest month. Everything uncertain here is the sampling of points and no more.

    `probability_at_or_below` is a number from 0 to 1; `points_needed` goes by half width of the interval in percentage points.
    Without a standard error those are None or empty; without the 12-month indices of two years there is no `what_if`.
    """

    agreement_id: str
    window_months: int
    last_month: dt.date
    reference_year: int
    n_points: int | None
    index_pct: float
    standard_error_pct: float | None
    submission_id: int
    published_on: dt.date
    probability_at_or_below: float | None
    half_width_pct: float | None
    points_needed: dict[float, int]
    detectable_change_pct: float | None
    what_if: tuple[WhatIf, ...]


def months_with_points(snapshot: Snapshot, agreement: Agreement, window_months: int, as_of: dt.date = NEWEST) -> list[dt.date]:
    """The months of a window for which points were known, in order: those that the questions below can be asked of."""
    rows = snapshot.rows(_MONTHS, [agreement.agreement_id, int(window_months), as_of])
    return [month.date() for month in rows["last_month"]]


def attribution(
    snapshot: Snapshot, agreement: Agreement, kind: GroupKind, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> GroupSteps | None:
    """The index of a window and month as steps by municipality, working area or road category; None without points."""
    rows = _means(snapshot, agreement, window_months, last_month, last_month, as_of)
    if rows.empty:
        return None
    given = rows.dropna(subset=[_GROUP_COLUMN[kind]])
    found = method.attribution(_point_means(rows), dict(zip(given["point_id"], given[_GROUP_COLUMN[kind]], strict=True)))
    steps = pd.DataFrame(
        [
            (step.group or "", step.n_points, step.contribution_pct, step.weight_pct, step.change_pct, step.is_few)
            for step in found.groups
        ],
        columns=["group_name", "n_points", "contribution_pct", "weight_pct", "change_pct", "is_few"],
    )
    return GroupSteps(_footing(rows), kind, not given.empty, steps)


def points(
    snapshot: Snapshot, agreement: Agreement, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> pd.DataFrame:
    """One row per point of a window and month, the largest rise first; empty without points.

    Its place and road, mean_reference and mean_window (light vehicles a day), change_pct, weight_pct, contribution_pct
    (percentage points of the index, adding up to it), and the submission, sheet and cell that it came from.
    """
    rows = _means(snapshot, agreement, window_months, last_month, last_month, as_of)
    changes = method.point_changes(_point_means(rows)) if len(rows) else ()
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
    rows = _means(snapshot, agreement, window_months, last_month, last_month, as_of)
    means = _point_means(rows)
    found = method.leave_one_out(means) if means else None
    if found is None:
        return None
    by_point = rows[["point_id", "point_name", "road"]].assign(index_pct=rows["point_id"].map(dict(found.without_pct)))
    by_point = by_point.dropna(subset=["index_pct"]).sort_values(["index_pct", "point_id"], ignore_index=True)
    return WithoutOne(
        _footing(rows),
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
    before, after = (_means(snapshot, agreement, window_months, month, month, as_of) for month in (from_month, to_month))
    if before.empty or after.empty or set(before["reference_year"]) != set(after["reference_year"]):
        return None
    found = method.composition(_point_means(before), _point_means(after))
    if found is None:
        return None
    sides = [(before, found.left, False), (after, found.joined, True)]
    changed = pd.concat([_changed(rows, ids, has_joined) for rows, ids, has_joined in sides])
    return Change(
        _footing(before),
        _footing(after),
        found.total_pct,
        found.same_points_pct,
        found.changed_set_pct,
        found.n_same,
        changed.sort_values(["weight_pct", "point_id"], ascending=[False, True], ignore_index=True),
    )


def outlook(
    snapshot: Snapshot,
    agreement: Agreement,
    as_of: dt.date = NEWEST,
    half_widths_pct: Sequence[float] = HALF_WIDTHS_PCT,
    levels_pct: Sequence[float] = ahead.LEVELS_PCT,
) -> Outlook | None:
    """What the latest month of the agreement's own window can and cannot tell, and what if; None without such a row."""
    index, window = agreement.index, agreement.goal.window_months
    area = snapshot.rows(_AREA, [agreement.agreement_id, index.method_version, index.reference_year, window, as_of, as_of])
    judged = area[area["window_months"] == window]
    if judged.empty:
        return None
    last = judged.iloc[-1]
    n_points = None if pd.isna(last["n_points"]) else int(last["n_points"])
    error_pct = None if pd.isna(last["standard_error_pct"]) else float(last["standard_error_pct"])
    index_pct, last_month = float(last["index_pct"]), last["last_month"].date()
    half_width = detectable = None
    needed: dict[float, int] = {}
    if error_pct is not None and n_points is not None and n_points > 1:
        half_width = ahead.half_width_pct(error_pct, n_points)
        detectable = ahead.detectable_change_pct(error_pct, n_points)
        needed = {wanted: ahead.points_needed(wanted, error_pct, n_points) for wanted in half_widths_pct}
    return Outlook(
        agreement.agreement_id,
        window,
        last_month,
        index.reference_year,
        n_points,
        index_pct,
        error_pct,
        int(last["submission_id"]),
        last["published_on"].date(),
        ahead.probability_at_or_below(index_pct, error_pct, n_points),
        half_width,
        needed,
        detectable,
        _what_ifs(snapshot, agreement, area, index_pct, last_month, as_of, levels_pct),
    )


def _what_ifs(
    snapshot: Snapshot,
    agreement: Agreement,
    area: pd.DataFrame,
    index_pct: float,
    last_month: dt.date,
    as_of: dt.date,
    levels_pct: Sequence[float],
) -> tuple[WhatIf, ...]:
    """The scenarios on the points of the index first, then on the published 12-month rows; each where its years are known."""
    yearly = area[area["window_months"] == 12]
    sets: dict[SetOfPoints, dict[Month, float]] = {
        "same_points": _years_of_same_points(snapshot, agreement, last_month, as_of),
        "each_window": {_month(found): float(pct) for found, pct in zip(yearly["last_month"], yearly["index_pct"], strict=True)},
    }
    window = agreement.goal.window_months
    made = (_what_if(name, years, index_pct, _month(last_month), window, levels_pct) for name, years in sets.items())
    return tuple(found for found in made if found is not None)


def _what_if(
    name: SetOfPoints,
    years: dict[Month, float],
    index_pct: float,
    last: Month,
    window_months: int,
    levels_pct: Sequence[float],
) -> WhatIf | None:
    end = last.plus(ahead.HORIZON_MONTHS)
    needed = ahead.level_needed(years, last, end, window_months)
    paths = ahead.scenarios(years, last, levels_pct, window_months)
    if needed is None or not paths or paths[0].path[0].last_month != last:
        return None
    start_pct = paths[0].path[0].index_pct
    rests_on = [last.plus(-12 * years_back) for years_back in range(window_months // 12)]
    return WhatIf(
        name,
        start_pct,
        index_pct - start_pct,
        pd.DataFrame([(month.first_day, years[month]) for month in rests_on], columns=["last_month", "index_pct"]),
        pd.DataFrame(
            [(found.level_pct, step.last_month.first_day, step.index_pct) for found in paths for step in found.path],
            columns=["level_pct", "last_month", "index_pct"],
        ),
        pd.DataFrame(
            [
                (found.level_pct, found.path[-1].index_pct, found.crosses_on.first_day if found.crosses_on else None)
                for found in paths
            ],
            columns=["level_pct", "end_pct", "crosses_on"],
        ),
        end.first_day,
        needed,
    )


def _years_of_same_points(snapshot: Snapshot, agreement: Agreement, last_month: dt.date, as_of: dt.date) -> dict[Month, float]:
    """The 12-month indices of three years, each of the points that the judged window has at its latest month."""
    window = agreement.goal.window_months
    judged = _means(snapshot, agreement, window, last_month, last_month, as_of)
    first = _month(last_month).plus(12 - window).first_day
    rows = _means(snapshot, agreement, 12, first, last_month, as_of)
    same = rows[rows["point_id"].isin(judged["point_id"]) & rows["reference_year"].eq(agreement.index.reference_year)]
    by_month: dict[Month, list[PointMean]] = {}
    for mean in _point_means(same):
        by_month.setdefault(mean.last_month, []).append(mean)
    return {month: method.index_of(found) for month, found in by_month.items()}


def _means(
    snapshot: Snapshot, agreement: Agreement, window_months: int, first: dt.date, last: dt.date, as_of: dt.date
) -> pd.DataFrame:
    """One row per point and month of a window: of each month the rows of the newest submission known then that has it."""
    return snapshot.rows(_MEANS, [agreement.agreement_id, int(window_months), first, last, as_of])


def _point_means(rows: pd.DataFrame) -> list[PointMean]:
    return [
        PointMean(
            row.point_id,
            int(row.window_months),
            _month(row.last_month),
            int(row.reference_year),
            float(row.mean_reference),
            float(row.mean_window),
        )
        for row in rows.itertuples()
    ]


def _footing(rows: pd.DataFrame) -> Footing:
    means = _point_means(rows)
    first = rows.iloc[0]
    return Footing(
        int(first["window_months"]),
        first["last_month"].date(),
        int(first["reference_year"]),
        sum(mean.mean_reference > 0 for mean in means),
        method.index_of(means),
        int(first["submission_id"]),
        first["published_on"].date(),
        str(first["source_title"]),
        first["source_url"] if isinstance(first["source_url"], str) else None,
        bool(first["is_synthetic"]),
    )


def _changed(rows: pd.DataFrame, point_ids: Iterable[str], has_joined: bool) -> pd.DataFrame:
    """The named points of one month, with their change and their weight in it."""
    changes = {change.point_id: change for change in method.point_changes(_point_means(rows))}
    found = rows[rows["point_id"].isin(list(point_ids))][["point_id", "point_name", "road", "municipality_name"]]
    return found.assign(
        has_joined=has_joined,
        change_pct=[changes[point_id].change_pct for point_id in found["point_id"]],
        weight_pct=[changes[point_id].weight_pct for point_id in found["point_id"]],
    )


def _month(day: dt.date) -> Month:
    return Month(day.year, day.month)
