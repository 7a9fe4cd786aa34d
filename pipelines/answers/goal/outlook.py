"""How much the index can tell, and what would happen if: answers over one snapshot, as known on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from domain.model import Agreement
from domain.period import Month
from domain.rows import PointMean
from pipelines.answers.goal.goal import NEWEST
from pipelines.answers.goal.window_points import month_of, point_means, window_rows
from pipelines.history.snapshot import Snapshot
from pipelines.methods import attribution as method
from pipelines.methods import outlook as ahead

SetOfPoints = Literal["same_points", "each_window"]
HALF_WIDTHS_PCT = (2.0, 1.0)
_AREA = """
SELECT window_months, last_month, n_points, index_pct, standard_error_pct, submission_id, published_on
FROM snapshot.rolling_index
WHERE agreement_id = ? AND kind = 'traffic' AND method_version = ? AND reference_year = ? AND group_kind = 'area'
    AND window_months IN (12, ?)
    AND known_from <= ? AND ? < known_to
ORDER BY window_months, last_month
"""


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
        "each_window": {
            month_of(found): float(pct) for found, pct in zip(yearly["last_month"], yearly["index_pct"], strict=True)
        },
    }
    window = agreement.goal.window_months
    made = (_what_if(name, years, index_pct, month_of(last_month), window, levels_pct) for name, years in sets.items())
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
    judged = window_rows(snapshot, agreement, window, last_month, last_month, as_of)
    first = month_of(last_month).plus(12 - window).first_day
    rows = window_rows(snapshot, agreement, 12, first, last_month, as_of)
    same = rows[rows["point_id"].isin(judged["point_id"]) & rows["reference_year"].eq(agreement.index.reference_year)]
    by_month: dict[Month, list[PointMean]] = {}
    for mean in point_means(same):
        by_month.setdefault(mean.last_month, []).append(mean)
    return {month: method.index_of(found) for month, found in by_month.items()}
