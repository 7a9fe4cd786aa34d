"""The points of a window and month, as they were known on a date: what every answer about the movement of the index rests on.

For each month they are of one submission: the newest that was known and has points for it. The area row that another answer shows
may be of a newer submission without points; `Footing.submission_id` tells.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from domain.model import Agreement
from domain.period import Month
from domain.rows import PointMean
from pipelines.answers.goal.goal import NEWEST
from pipelines.history.snapshot import Snapshot
from pipelines.methods import attribution as method

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


def months_with_points(snapshot: Snapshot, agreement: Agreement, window_months: int, as_of: dt.date = NEWEST) -> list[dt.date]:
    """The months of a window for which points were known, in order: those that the questions below can be asked of."""
    rows = snapshot.rows(_MONTHS, [agreement.agreement_id, int(window_months), as_of])
    return [month.date() for month in rows["last_month"]]


def window_rows(
    snapshot: Snapshot, agreement: Agreement, window_months: int, first: dt.date, last: dt.date, as_of: dt.date
) -> pd.DataFrame:
    """One row per point and month of a window: of each month the rows of the newest submission known then that has it."""
    return snapshot.rows(_MEANS, [agreement.agreement_id, int(window_months), first, last, as_of])


def point_means(rows: pd.DataFrame) -> list[PointMean]:
    """The rows of `window_rows` as the methods take them."""
    return [
        PointMean(
            row.point_id,
            int(row.window_months),
            month_of(row.last_month),
            int(row.reference_year),
            float(row.mean_reference),
            float(row.mean_window),
        )
        for row in rows.itertuples()
    ]


def footing(rows: pd.DataFrame) -> Footing:
    """What the rows of one month are, and the index that they give."""
    means = point_means(rows)
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


def month_of(day: dt.date) -> Month:
    """The month of a day."""
    return Month(day.year, day.month)
