"""The rows of the sheet of economy as they were known on a date, each amount in one price, or why it is not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from domain.model import Agreement
from domain.period import Period
from domain.returns import Missing
from pipelines.answers.economy.areas import in_area
from pipelines.answers.economy.line_table import AMOUNTS, SPENT, SPENT_THIS_YEAR, Amounts, Flags, Lines, Numbers, Texts
from pipelines.answers.kroner import Kroner, in_price, kroner_from, most_used_price
from pipelines.answers.portfolio import projects_of
from pipelines.answers.prices import Price
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import basis_of

_NOT_APPLICABLE = "not_applicable"
# Amounts come as whole øre, with 0 where there is none: a table of numbers has no empty cell.
_LINES = """
SELECT e.project_id, e.submission_id, e.row_number, s.period, e.funding_source_id, e.cost_element, e.year,
    coalesce((e.budget_mnok::DECIMAL(38, 8) * 100000000)::BIGINT, 0) AS budget_mnok, e.budget_mnok IS NOT NULL AS has_budget_mnok,
    coalesce((e.spent_to_date_mnok::DECIMAL(38, 8) * 100000000)::BIGINT, 0) AS spent_to_date_mnok,
    e.spent_to_date_mnok IS NOT NULL AS has_spent_to_date_mnok,
    coalesce((e.forecast_mnok::DECIMAL(38, 8) * 100000000)::BIGINT, 0) AS forecast_mnok,
    e.forecast_mnok IS NOT NULL AS has_forecast_mnok,
    coalesce((e.requisitioned_mnok::DECIMAL(38, 8) * 100000000)::BIGINT, 0) AS requisitioned_mnok,
    e.requisitioned_mnok IS NOT NULL AS has_requisitioned_mnok,
    concat_ws(':', coalesce(e.price_kind, ''), coalesce(e.price_year::VARCHAR, ''), coalesce(e.includes_vat::VARCHAR, ''))
        AS kroner,
    nullif(e.missing, '{}') AS missing
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
    AND ($project_id IS NULL OR s.project_id = $project_id)
ORDER BY e.project_id, e.row_number
"""


def economy_lines(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
    amounts: Collection[str] = AMOUNTS,
) -> Lines:
    """The lines of each project's newest report known on a date, by project and row, with the amounts asked for.

    Each amount is converted to the øre by itself, so that every sum of lines adds up with every other.

    Of a selected area there is what falls on it alone. Where no price can be chosen, amounts are in the kroner that most of the
    lines were reported in; one in others has no index to be converted with.
    """
    listed = projects_of(snapshot, agreement, as_of, selection)
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "project_id": selection.project_id}
    rows = snapshot.rows(_LINES, given)
    if len(listed) < rows["project_id"].nunique():
        rows = rows[rows["project_id"].isin(listed.keys())].reset_index(drop=True)
    kroner, told = pd.factorize(rows["kroner"])
    stated = [kroner_from(it) for it in told]
    shown = price or most_used_price(dict(zip(stated, np.bincount(kroner, minlength=len(stated)).tolist(), strict=True)))
    periods, names = pd.factorize(rows["period"])
    reported_in = np.array([Period.parse(name).last.year for name in names], np.int64)[periods]
    year = _numbers(rows["year"])
    missing = _missing(rows["missing"])
    asked = tuple(name for name in AMOUNTS if name in amounts)
    found = {name: _amounts(rows, name, missing, reported_in == year if name == SPENT_THIS_YEAR else None) for name in asked}
    found = {name: _in_price(it, kroner, stated, year, shown) for name, it in found.items()}
    lines = Lines(
        listed, shown, _texts(rows["project_id"]), _numbers(rows["submission_id"]), _numbers(rows["row_number"]),
        _texts(rows["funding_source_id"]), _texts(rows["cost_element"]), year, reported_in, found,
    )  # fmt: skip
    return in_area(lines, selection.working_area_id) if selection.working_area_id else lines


def _amounts(rows: pd.DataFrame, name: str, missing: Mapping[int, Mapping[str, str]], is_asked: Flags | None) -> Amounts:
    """An amount as reported. What does not apply is not asked, nor what `is_asked` leaves out."""
    column = SPENT if name == SPENT_THIS_YEAR else name
    asked = np.ones(len(rows), np.bool_) if is_asked is None else is_asked.copy()
    reasons = np.full(len(rows), None, object)
    for place, codes in missing.items():
        reasons[place] = codes.get(column)
        if reasons[place] == _NOT_APPLICABLE:
            asked[place] = False
    known = rows[f"has_{column}"].to_numpy(np.bool_) & asked
    return Amounts(_numbers(rows[column]), asked, known, reasons)


def _in_price(found: Amounts, kroner: Numbers, stated: Sequence[Kroner], year: Numbers, price: Price | None) -> Amounts:
    """The amounts in the price; those that cannot be in it are not known, for the reason."""
    ore, known, reasons = found.ore.copy(), found.is_known.copy(), found.reasons.copy()
    for code, own in enumerate(stated):
        own_basis = basis_of(*own)
        if own_basis is not None and (price is None or own_basis == price.common.basis):
            continue
        of_these = (kroner == code) & known
        for of_year in np.unique(year[of_these]).tolist():
            chosen = of_these & (year == of_year)
            converted = in_price(ore[chosen], own, of_year, price)
            if isinstance(converted, Missing):
                known[chosen], reasons[chosen] = False, converted.code
            else:
                ore[chosen] = converted
    return Amounts(ore, found.is_asked, known, reasons)


def _missing(column: pd.Series[Any]) -> dict[int, dict[str, str]]:
    """The codes of the cells without a number, by line and column."""
    return {place: _codes(text) for place, text in enumerate(column.tolist()) if isinstance(text, str)}


@lru_cache(maxsize=4096)
def _codes(text: str) -> dict[str, str]:
    return {name: found["missing"] for name, found in json.loads(text).items()}


def _texts(column: pd.Series[Any]) -> Texts:
    return column.to_numpy(object)


def _numbers(column: pd.Series[Any]) -> Numbers:
    return column.to_numpy(np.int64)
