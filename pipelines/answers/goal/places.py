"""Where did traffic change? Counting points at their coordinates, and municipalities, at one window and month."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pandas as pd

from domain.model import Agreement, Municipality
from pipelines.answers.goal.goal import NEWEST, IndexPoint, groups
from pipelines.answers.goal.movement import points
from pipelines.history.snapshot import Snapshot
from pipelines.methods.city_index import Answer, answer, one_decimal

Place = Literal["above", "below", "within", "unknown"]

# As the method gives them, under the names of a map.
_COLUMNS = [
    "point_id", "name", "road", "municipality_name", "latitude", "longitude", "change_pct", "weight_pct", "mean_reference",
    "is_in_agreement", "submission_id", "sheet", "cell",
]  # fmt: skip


def points_on_map(
    snapshot: Snapshot, agreement: Agreement, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> pd.DataFrame:
    """One row per counting point of the index: its own change since the reference year and its weight in the index, in percent.

    Taken from the newest submission known then that gives means per point; without one, no rows. Latitude and longitude are
    missing where no file gave them. A single point has no interval.
    """
    rows = points(snapshot, agreement, window_months, last_month, as_of).rename(columns={"point_name": "name"})
    # Of a point that no file describes nobody has said that it lies outside.
    is_outside = rows["is_in_agreement"].eq(False).fillna(False).astype(bool)
    return rows.assign(is_in_agreement=~is_outside)[_COLUMNS].sort_values("point_id", ignore_index=True)


def beside_area(found: pd.DataFrame, area: IndexPoint) -> pd.DataFrame:
    """The points with `deviation_pct` (percentage points from the area's index) and `place` beside its interval, farthest first.

    The order of equally far points is that of their ids.
    """
    beside = found.assign(
        deviation_pct=found["change_pct"] - area.index_pct,
        place=[place_beside(change, area.ci_low_pct, area.ci_high_pct) for change in found["change_pct"]],
    )
    order = beside["deviation_pct"].abs().sort_values(ascending=False, kind="stable").index
    return beside.loc[order].reset_index(drop=True)


def place_beside(change_pct: float, ci_low_pct: float | None, ci_high_pct: float | None) -> Place:
    """Whether a point's change, with one decimal, is above, below or within the area's interval; unknown where that has none."""
    if ci_low_pct is None or ci_high_pct is None:
        return "unknown"
    printed = one_decimal(change_pct)
    if printed > ci_high_pct:
        return "above"
    return "below" if printed < ci_low_pct else "within"


def municipalities_now(agreement: Agreement) -> tuple[Municipality, ...]:
    """The municipalities of the agreement under their present codes, in its own order."""
    return tuple(place for place in agreement.municipalities if place.is_in_agreement and place.valid_to is None)


def municipalities_on_map(
    snapshot: Snapshot, agreement: Agreement, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> pd.DataFrame:
    """One row per municipality of the agreement, in its order: the index of its own points in percent, and what it answers.

    `answer` is no_data without points; with a single point there is a change but no interval, and it is cannot_tell.
    """
    found = groups(snapshot, agreement, "municipality", window_months, last_month, as_of)
    places = pd.DataFrame(
        [(place.municipality_code, place.name) for place in municipalities_now(agreement)], columns=["municipality_code", "name"]
    )
    columns = ["group_name", "index_pct", "ci_low_pct", "ci_high_pct", "n_points"]
    joined = places.merge(found[columns], how="left", left_on="name", right_on="group_name").drop(columns="group_name")
    return joined.assign(answer=[_answer(row.index_pct, row.ci_low_pct, row.ci_high_pct) for row in joined.itertuples()])


def _answer(index_pct: float, ci_low_pct: float, ci_high_pct: float) -> Answer:
    if pd.isna(index_pct):
        return "no_data"
    return "cannot_tell" if pd.isna(ci_low_pct) else answer(ci_low_pct, ci_high_pct)
