"""From a published or cited figure back to its cell: the index, the counting points and the figures of other indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from domain.model import Agreement
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.submission import HandedIn, ended, published_handed_in
from pipelines.history.snapshot import Snapshot

SEPARATOR = " / "
# What was known at a moment of one submission comes first; of the others, every one that was known then.
_ROLLING = """
SELECT window_months || ' / ' || strftime(last_month, '%Y-%m')
        || CASE WHEN group_kind = 'area' THEN '' ELSE ' / ' || group_kind || ' / ' || group_name END AS figure_key,
    strftime(last_month, '%Y-%m') AS period, * EXCLUDE (agreement_id, source_title, source_url, is_late, is_synthetic)
FROM snapshot.rolling_index
WHERE agreement_id = ? AND known_from <= ?
ORDER BY last_month, known_from, submission_id
"""
_YEARLY = """
SELECT year_from || ' / ' || year_to || ' / ' || month || CASE WHEN is_chained THEN ' / chained' ELSE '' END
        || CASE WHEN is_to_date THEN ' / to_date' ELSE '' END AS figure_key,
    year_from || '–' || year_to AS period, * EXCLUDE (agreement_id, source_title, source_url, is_late, is_synthetic)
FROM snapshot.yearly_index
WHERE agreement_id = ? AND known_from <= ?
ORDER BY year_to, year_from, known_from, submission_id
"""
_MONTHS = """
SELECT point_id || ' / ' || strftime(month, '%Y-%m') AS figure_key, strftime(month, '%Y-%m') AS period,
    * EXCLUDE (agreement_id, is_synthetic)
FROM snapshot.point_month
WHERE agreement_id = ? AND known_from <= ?
ORDER BY month, known_from, submission_id
"""
_MEANS = """
SELECT window_months || ' / ' || strftime(last_month, '%Y-%m') || ' / ' || point_id AS figure_key,
    strftime(last_month, '%Y-%m') AS period, * EXCLUDE (agreement_id, is_synthetic)
FROM snapshot.point_mean
WHERE agreement_id = ? AND known_from <= ?
ORDER BY last_month, known_from, submission_id
"""
_CITED = """
SELECT topic || ' / ' || line AS figure_key, *
FROM snapshot.cited_figure
WHERE agreement_id = ? AND known_from <= ?
ORDER BY topic, known_from, submission_id, line
"""
CITED = "cited_figure"
# The columns of a line that make it the same question as another one.
_SERIES = ("indicator_id", "area_name", "item_name", "unit", "compared_with")


@dataclass(frozen=True, slots=True)
class Kind:
    """A mart that published figures lie in: its figure, in which unit, and what tells its series from the others."""

    sql: str
    column: str
    unit: str
    series: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    "rolling_index": Kind(
        _ROLLING, "index_pct", "pct", ("kind", "method_version", "reference_year", "group_kind", "group_name", "window_months")
    ),
    "yearly_index": Kind(_YEARLY, "index_pct", "pct", ("kind", "method_version", "is_chained", "is_to_date")),
    "point_mean": Kind(_MEANS, "mean_window", "vehicles_per_day", ("kind", "point_id", "window_months", "reference_year")),
    "point_month": Kind(_MONTHS, "mdt", "vehicles_per_day", ("kind", "point_id")),
}
TABLES = (*KINDS, CITED)
_NOT_OF_THE_ROW = frozenset({"figure_key", "period", "submission_id", "sheet", "cell", "known_from", "known_to", "kind"})


@dataclass(frozen=True, slots=True)
class ThenPublished:
    """The same question for a period as one submission has it, and from when to when that was the newest known."""

    period: str
    submission_id: int
    key: str
    amount: Decimal | float | None
    place: tuple[str | None, str | None]
    known_from: dt.datetime
    replaced_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class TracedPublished:
    """A published figure with its place. Without a cell it was computed here: from `n_points` counting points of its files.

    `row` is everything that stands beside it, under the store's own names; `unit` is None for text.
    """

    agreement_id: str
    table: str
    key: str
    column: str
    unit: str | None
    amount: Decimal | float | None
    said: str | None
    handed_in: HandedIn
    sheet: str | None
    cell: str | None
    replaced_at: dt.datetime | None
    n_points: int | None
    row: tuple[tuple[str, Any], ...]
    history: tuple[ThenPublished, ...]


def rolling_key(window_months: int, last_month: dt.date, group_kind: str | None = None, group_name: str = "") -> str:
    """The key of the area's rolling index, "36 / 2026-06", or of a group of its points: "36 / 2026-06 / working_area / nord"."""
    whole = f"{window_months}{SEPARATOR}{last_month:%Y-%m}"
    return SEPARATOR.join([whole, group_kind, group_name]) if group_kind else whole


def mean_key(window_months: int, last_month: dt.date, point_id: str) -> str:
    """The key of the mean of a counting point over a window: "36 / 2026-06 / FJ001"."""
    return SEPARATOR.join([rolling_key(window_months, last_month), point_id])


def yearly_key(year_from: int, year_to: int, month: int, *, is_chained: bool) -> str:
    """The key of a yearly index of whole years or of the first months of a year: "2018 / 2025 / 12 / chained"."""
    return SEPARATOR.join([str(year_from), str(year_to), str(month), *(["chained"] if is_chained else [])])


def cited_key(topic: str, line: int) -> str:
    """The key of a line of cited figures: "indicators / 61"."""
    return f"{topic}{SEPARATOR}{line}"


def trace_published(
    snapshot: Snapshot,
    agreement: Agreement,
    submission_id: int,
    table: str,
    key: str,
    column: str | None = None,
    as_of: dt.date | None = None,
) -> TracedPublished | None:
    """A figure of a mart by its key, as known at a date: "36 / 2026-06", "2018 / 2025 / 12 / chained", "indicators / 61".

    `column` is of cited lines alone. None where there was none.
    """
    moment = moment_of(as_of)
    handed_in = published_handed_in(snapshot, agreement, submission_id, moment)
    if handed_in is None or table not in TABLES:
        return None
    find: Callable[..., TracedPublished | None] = _cited if table == CITED else _of_mart
    return find(snapshot, agreement, handed_in, table, key, column or "amount", moment)


def _of_mart(
    snapshot: Snapshot, agreement: Agreement, handed_in: HandedIn, table: str, key: str, _: str, moment: dt.datetime
) -> TracedPublished | None:
    kind = KINDS[table]
    rows = snapshot.rows(kind.sql, [agreement.agreement_id, moment])
    own = rows[(rows["figure_key"] == key) & (rows["submission_id"] == handed_in.submission_id)]
    if own.empty:
        return None
    row = own.iloc[0]
    same = rows[(rows[list(kind.series)] == row[list(kind.series)]).all(axis="columns")]
    # A chain begins in one year; what compares two neighbouring years does not.
    if table == "yearly_index" and row["is_chained"]:
        same = same[same["year_from"] == row["year_from"]]
    beside = {str(name): plain(found) for name, found in row.items() if name not in _NOT_OF_THE_ROW}
    n_points = beside.get("n_points")
    return TracedPublished(
        agreement.agreement_id, table, key, kind.column, kind.unit, plain(row[kind.column]), None, handed_in,
        plain(row["sheet"]), plain(row["cell"]), ended(row["known_to"], moment), n_points, tuple(beside.items()),
        tuple(_then(one, kind.column, moment) for one in same.to_dict("records")),
    )  # fmt: skip


def _then(row: Mapping[Any, Any], column: str, moment: dt.datetime) -> ThenPublished:
    return ThenPublished(
        row["period"], int(row["submission_id"]), row["figure_key"], plain(row[column]),
        (plain(row["sheet"]), plain(row["cell"])), row["known_from"].to_pydatetime(), ended(row["known_to"], moment),
    )  # fmt: skip


def _cited(
    snapshot: Snapshot, agreement: Agreement, handed_in: HandedIn, table: str, key: str, column: str, moment: dt.datetime
) -> TracedPublished | None:
    rows = snapshot.rows(_CITED, [agreement.agreement_id, moment])
    lines: dict[tuple[int, str], dict[str, Mapping[Any, Any]]] = {}
    for row in rows.to_dict("records"):
        lines.setdefault((int(row["submission_id"]), row["figure_key"]), {})[row["column_name"]] = row
    line = lines.get((handed_in.submission_id, key), {})
    own = line.get(column)
    if own is None:
        return None
    amount = _number(own["content"])
    unit = str(line["unit"]["content"]) if amount is not None and column == "amount" and "unit" in line else None
    return TracedPublished(
        agreement.agreement_id, table, key, column, unit, amount, None if amount is not None else str(own["content"]),
        handed_in, plain(own["sheet"]), plain(own["cell"]), ended(own["known_to"], moment), None,
        tuple((name, found["content"]) for name, found in line.items()), _line_history(lines, line, column, moment),
    )  # fmt: skip


def _line_history(
    lines: Mapping[tuple[int, str], Mapping[str, Mapping[Any, Any]]], line: Mapping[str, Mapping[Any, Any]], column: str,
    moment: dt.datetime,
) -> tuple[ThenPublished, ...]:  # fmt: skip
    """The lines of the same series, by year; nothing where lines have no year."""
    if "year" not in line:
        return ()

    def series(of: Mapping[str, Mapping[Any, Any]]) -> tuple[str, ...]:
        return tuple(str(of[name]["content"]) if name in of else "" for name in _SERIES)

    found = [
        ThenPublished(
            str(one["year"]["content"]), number, key, _number(one[column]["content"]),
            (plain(one[column]["sheet"]), plain(one[column]["cell"])), one[column]["known_from"].to_pydatetime(),
            ended(one[column]["known_to"], moment),
        )
        for (number, key), one in lines.items()
        if "year" in one and column in one and series(one) == series(line)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda then: (then.period, then.known_from, then.submission_id)))


def _number(content: str) -> Decimal | None:
    try:
        found = Decimal(content)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def plain(found: Any) -> Any:
    """What a mart holds as Python's own; None where there is nothing."""
    if pd.isna(found):
        return None
    if isinstance(found, pd.Timestamp):
        return found.date()
    return found.item() if hasattr(found, "item") else found
