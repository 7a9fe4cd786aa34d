"""What was published when: the releases of an agreement's index, and what each changed of the ones before it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from domain.model import Agreement
from pipelines.history.snapshot import Snapshot

_RELEASES = """
SELECT s.submission_id, s.published_on, s.recorded_at, s.is_late, s.file_name, s.source_title,
    max(r.last_month) AS last_month, arg_max(r.index_pct, r.last_month) AS index_pct,
    arg_max(r.ci_low_pct, r.last_month) AS ci_low_pct, arg_max(r.ci_high_pct, r.last_month) AS ci_high_pct, count(*) AS n_months
FROM snapshot.submission AS s
JOIN snapshot.rolling_index AS r USING (submission_id)
WHERE s.agreement_id = ? AND s.kind = 'traffic' AND r.group_kind = 'area' AND r.window_months = ? AND s.known_from <= ?
GROUP BY ALL
ORDER BY s.published_on, s.submission_id
"""
_VALUES = """
SELECT submission_id, published_on, window_months, last_month, coalesce(published_index_pct, index_pct) AS index_pct,
    standard_error_pct, coalesce(published_ci_low_pct, ci_low_pct) AS ci_low_pct,
    coalesce(published_ci_high_pct, ci_high_pct) AS ci_high_pct, n_points, known_from
FROM snapshot.rolling_index
WHERE agreement_id = ? AND kind = 'traffic' AND method_version = ? AND reference_year = ? AND group_kind = 'area'
    AND known_from <= ?
ORDER BY window_months, last_month, known_from, submission_id
"""
_DATES = """
SELECT min(published_on) AS first, max(published_on) FILTER (WHERE kind = 'traffic' AND known_from <= ?) AS last
FROM snapshot.submission WHERE agreement_id = ?
"""


def releases(snapshot: Snapshot, agreement: Agreement, window_months: int, as_of: dt.date) -> pd.DataFrame:
    """One row per release known at a date: its newest month and value of one window, oldest release first."""
    return snapshot.rows(_RELEASES, [agreement.agreement_id, window_months, as_of])


def revisions(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> pd.DataFrame:
    """One row per month that a later release printed with another index, standard error, bound or number of points.

    Columns of the release before end in `_before`. Percent; `change_points` is the change of the index, in percentage points.
    """
    index = agreement.index
    rows = snapshot.rows(_VALUES, [agreement.agreement_id, index.method_version, index.reference_year, as_of])
    compared = ["submission_id", "published_on", *REVISED]
    printed = {name: rows.groupby("submission_id")[name].transform(_most_decimals) for name in REVISED}
    rows = rows.assign(**{f"{name}_decimals": decimals for name, decimals in printed.items()})
    by_month = rows.groupby(["window_months", "last_month"])
    before = by_month[[*compared, *(f"{name}_decimals" for name in REVISED)]].shift().add_suffix("_before")
    both = rows.join(before)[before["submission_id_before"].notna()]
    is_revised = [bool(differing(row)) for row in both.to_dict("records")]
    found = both.loc[pd.Series(is_revised, index=both.index, dtype=bool)]
    return found.assign(change_points=found["index_pct"] - found["index_pct_before"])


# The figures that make a revision, with the decimals that every rolling sheet has at the least (1.50 reads back as 1.5).
REVISED = {"index_pct": 2, "standard_error_pct": 2, "ci_low_pct": 1, "ci_high_pct": 1, "n_points": 0}


def differing(row: dict[str, float]) -> list[str]:
    """Which figures of a release differ from those of the one before, seen with the fewer decimals that either release prints."""
    return [name for name in REVISED if _differ(row, name)]


def first_known(snapshot: Snapshot, agreement: Agreement) -> dt.date | None:
    """The day of the first release or report; None before there is any."""
    return _day(snapshot, agreement, dt.date.max, "first")


def last_published(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dt.date | None:
    """The day of the newest release known at a date."""
    return _day(snapshot, agreement, as_of, "last")


def _day(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, name: str) -> dt.date | None:
    found = snapshot.rows(_DATES, [as_of, agreement.agreement_id])[name].iloc[0]
    return None if pd.isna(found) else found.date()


def _differ(row: dict[str, float], name: str) -> bool:
    one, other = row[name], row[f"{name}_before"]
    if pd.isna(one) or pd.isna(other):
        # What only one of the two prints is no revision of the other.
        return False
    decimals = max(REVISED[name], int(min(row[f"{name}_decimals"], row[f"{name}_decimals_before"])))
    return abs(round(one, decimals) - round(other, decimals)) > 10.0 ** -(decimals + 1)


def _most_decimals(numbers: pd.Series) -> int:
    """How many decimals a release prints of a figure, nine at most."""
    printed = (len(repr(float(number)).partition(".")[2].rstrip("0")) for number in numbers.dropna())
    return min(max(printed, default=0), 9)
