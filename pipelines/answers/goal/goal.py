"""Are we reaching the zero-growth goal? Answers over one snapshot, as known on a date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from domain.model import Agreement
from pipelines.history.snapshot import Snapshot
from pipelines.methods.city_index import Answer, Certainty, answer, certainty

# Later than any date that a row can be known from.
NEWEST = dt.date(9998, 12, 31)

_ROLLING = """
SELECT window_months, last_month, reference_year, basis, n_points, n_eff, index_pct, standard_error_pct, ci_low_pct, ci_high_pct,
    published_index_pct, published_ci_low_pct, published_ci_high_pct, published_on, source_title, source_url, is_late,
    submission_id, sheet, cell, method_version
FROM snapshot.rolling_index
WHERE kind = 'traffic' AND agreement_id = ? AND method_version = ? AND reference_year = ? AND group_kind = ?
    AND known_from <= ? AND ? < known_to
ORDER BY window_months, last_month, group_name
"""
_GROUPS = """
SELECT group_name, window_months, last_month, n_points, index_pct, ci_low_pct, ci_high_pct, basis, published_on, submission_id
FROM snapshot.rolling_index
WHERE kind = 'traffic' AND agreement_id = ? AND method_version = ? AND group_kind = ? AND window_months = ? AND last_month = ?
    AND known_from <= ? AND ? < known_to
ORDER BY index_pct DESC, group_name
"""
_YEARLY = """
SELECT year_from, year_to, month, is_chained, n_points, index_pct, ci_low_pct, ci_high_pct, published_on, source_title,
    source_url, submission_id, sheet, cell
FROM snapshot.yearly_index
WHERE kind = 'traffic' AND agreement_id = ? AND method_version = ? AND NOT is_to_date AND known_from <= ? AND ? < known_to
QUALIFY month = max(month) OVER (PARTITION BY year_from, year_to, is_chained)
ORDER BY is_chained, year_to
"""

# One calculation is one submission: rows of an earlier one never fill its gaps.
_OWN = """
WITH asked AS (
    SELECT ? AS agreement_id, ? AS method_version, CAST(? AS INTEGER) AS reference_year, CAST(? AS TIMESTAMP) AS as_of
),
known AS (
    SELECT r.*
    FROM snapshot.rolling_index AS r
    JOIN asked AS a ON r.agreement_id = a.agreement_id AND r.method_version = a.method_version
        AND r.reference_year = a.reference_year AND r.known_from <= a.as_of
    WHERE r.group_kind = 'area'
),
own AS (
    SELECT * FROM known WHERE kind = 'traffic_api'
    QUALIFY rank() OVER (ORDER BY known_from DESC, submission_id DESC) = 1
),
published AS (SELECT k.* FROM known AS k CROSS JOIN asked AS a WHERE k.kind = 'traffic' AND a.as_of < k.known_to)
SELECT o.window_months, o.last_month, o.reference_year, o.n_points, o.index_pct, o.standard_error_pct, o.ci_low_pct,
    o.ci_high_pct,
    coalesce(p.published_index_pct, p.index_pct) AS published_index_pct,
    coalesce(p.published_ci_low_pct, p.ci_low_pct) AS published_ci_low_pct,
    coalesce(p.published_ci_high_pct, p.ci_high_pct) AS published_ci_high_pct,
    p.n_points AS published_n_points, p.submission_id AS published_submission_id, p.published_on, o.published_on AS fetched_on,
    o.source_title, o.source_url, o.submission_id
FROM own AS o
LEFT JOIN published AS p USING (window_months, last_month)
ORDER BY o.window_months, o.last_month
"""


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """The index of one window at one month, in percent against the reference year. Bounds have one decimal."""

    window_months: int
    last_month: dt.date
    reference_year: int
    index_pct: float
    ci_low_pct: float | None
    ci_high_pct: float | None
    n_points: int | None
    basis: str
    published_on: dt.date
    source_title: str
    source_url: str | None
    submission_id: int
    sheet: str | None
    cell: str | None


@dataclass(frozen=True, slots=True)
class GoalAnswer:
    """The goal as known on `as_of`. `judged` is the latest month of the agreement's own window; the answer rests on it alone.

    `series` has one row per window and month; `is_monthly` says whether the months of the judged window follow each other.
    """

    agreement_id: str
    as_of: dt.date
    answer: Answer
    certainty: Certainty | None
    judged: IndexPoint | None
    latest: dict[int, IndexPoint]
    series: pd.DataFrame
    is_monthly: bool
    method_version: str


def goal(snapshot: Snapshot, agreement: Agreement, as_of: dt.date = NEWEST) -> GoalAnswer:
    """The answer for one agreement; without a row for its window the answer is no_data."""
    index = agreement.index
    series = snapshot.rows(_ROLLING, [agreement.agreement_id, index.method_version, index.reference_year, "area", as_of, as_of])
    latest = {int(window): _index_point(rows.iloc[-1]) for window, rows in series.groupby("window_months")}
    judged = latest.get(agreement.goal.window_months)
    low, high = (judged.ci_low_pct, judged.ci_high_pct) if judged else (None, None)
    return GoalAnswer(
        agreement.agreement_id,
        as_of,
        answer(low, high),
        certainty(low, high) if low is not None and high is not None else None,
        judged,
        latest,
        series,
        _is_monthly(series[series["window_months"] == agreement.goal.window_months]["last_month"]),
        index.method_version,
    )


def groups(
    snapshot: Snapshot, agreement: Agreement, kind: str, window_months: int, last_month: dt.date, as_of: dt.date = NEWEST
) -> pd.DataFrame:
    """One row per group of points (municipality, working area, road category): its own index at one window and month."""
    return snapshot.rows(
        _GROUPS, [agreement.agreement_id, agreement.index.method_version, kind, window_months, last_month, as_of, as_of]
    )


def years(snapshot: Snapshot, agreement: Agreement, as_of: dt.date = NEWEST) -> pd.DataFrame:
    """The published yearly indices: one row per pair of years, as far as it was counted by then; direct ones first."""
    return snapshot.rows(_YEARLY, [agreement.agreement_id, agreement.index.method_version, as_of, as_of])


def own_calculation(snapshot: Snapshot, agreement: Agreement, as_of: dt.date = NEWEST) -> pd.DataFrame:
    """One row per window and month of our newest calculation from the public API, with what its maker published beside it.

    Percent; `published_index_pct` and its bounds are missing where nothing is published. Empty without a calculation.
    """
    index = agreement.index
    return snapshot.rows(_OWN, [agreement.agreement_id, index.method_version, index.reference_year, as_of])


def _index_point(row: pd.Series) -> IndexPoint:
    return IndexPoint(
        int(row["window_months"]),
        row["last_month"].date(),
        int(row["reference_year"]),
        float(row["index_pct"]),
        None if pd.isna(row["ci_low_pct"]) else float(row["ci_low_pct"]),
        None if pd.isna(row["ci_high_pct"]) else float(row["ci_high_pct"]),
        None if pd.isna(row["n_points"]) else int(row["n_points"]),
        str(row["basis"]),
        row["published_on"].date(),
        str(row["source_title"]),
        row["source_url"] if isinstance(row["source_url"], str) else None,
        int(row["submission_id"]),
        row["sheet"] if isinstance(row["sheet"], str) else None,
        row["cell"] if isinstance(row["cell"], str) else None,
    )


def _is_monthly(months: pd.Series) -> bool:
    """Whether at least two months are there and none is left out between the first and the last."""
    if len(months) < 2:
        return False
    first, last = months.min(), months.max()
    return len(months) == (last.year - first.year) * 12 + last.month - first.month + 1
