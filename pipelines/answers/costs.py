"""What each project is estimated to cost, in one price: frames, range, forecast, and the forecast of its previous report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from domain.model import Agreement
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount, basis_of

AMOUNTS = ("p50_mnok", "p85_mnok", "low_mnok", "likely_mnok", "high_mnok", "forecast_mnok")
# What an amount is, by its column.
TYPES = {name: name.removesuffix("_mnok") for name in AMOUNTS}
_ESTIMATES = """
SELECT s.project_id, c.period, s.submission_id = c.submission_id AS is_newest,
    c.submission_id, c.sheet, c.row_number, c.missing, c.price_kind, c.price_year, c.includes_vat,
    c.estimate_method, c.estimated_on, c.p50_mnok, c.p85_mnok, c.low_mnok, c.likely_mnok, c.high_mnok, c.forecast_mnok
FROM snapshot.project_status AS s
JOIN snapshot.return_cost_estimate AS c
    ON c.project_id = s.project_id AND c.submission_id IN (s.submission_id, s.previous_submission_id)
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""
_OF_PROJECT = ["project_id", "project_name", "party_id", "focus_area_id", "phase", "standing", "has_ended", "working_area_split"]
_OF_REPORT = ["period", "submission_id", "sheet", "row_number", "estimate_method", "estimated_on"]
_COLUMNS = [
    "project_id", *_OF_REPORT, *AMOUNTS, *(f"{name}_missing" for name in AMOUNTS), *(f"reported_{name}" for name in AMOUNTS),
    "reported_kroner", "previous_forecast_mnok", "previous_period",
]  # fmt: skip


def costs(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> pd.DataFrame:
    """One row per project of the selection: its amounts as Decimal mill. kr of the price, None where there is none.

    Each amount has the reason why it is missing beside it (`p50_mnok_missing`: a code of the form, of prices, or blank), and
    `reported_` what stands in the cell. `previous_forecast_mnok` is of the project's report before, with `previous_period`.
    """
    listed = projects(snapshot, agreement, as_of, selection)
    moment = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in snapshot.records(_ESTIMATES, moment):
        found.setdefault(row["project_id"], []).append(row)
    rows = [_row(project_id, found.get(project_id, []), price) for project_id in listed["project_id"]]
    return listed[_OF_PROJECT].merge(pd.DataFrame(rows, columns=_COLUMNS, dtype=object), on="project_id", how="left")


def _row(project_id: str, reports: list[dict[str, Any]], price: Price | None) -> dict[str, Any]:
    """The newest report of a project, with the forecast of the one before."""
    now = next((row for row in reports if row["is_newest"]), None)
    if now is None:
        return {"project_id": project_id, **{f"{name}_missing": "no_row" for name in AMOUNTS}}
    before = next((row for row in reports if not row["is_newest"]), None)
    amounts = _amounts(now, AMOUNTS, price)
    return {
        **{name: now[name] for name in ("project_id", *_OF_REPORT)},
        **{name: mnok for name, (mnok, _) in amounts.items()},
        **{f"{name}_missing": reason for name, (_, reason) in amounts.items()},
        **{f"reported_{name}": now[name] for name in AMOUNTS},
        "reported_kroner": _kroner(now),
        "previous_forecast_mnok": _amounts(before, ("forecast_mnok",), price)["forecast_mnok"][0] if before else None,
        "previous_period": before["period"] if before else None,
    }


def _amounts(row: Mapping[str, Any], names: Iterable[str], price: Price | None) -> dict[str, tuple[Decimal | None, str | None]]:
    """Each amount of a row in the price, or why there is none."""
    missing = json.loads(row["missing"]) if row["missing"] not in {None, "{}"} else {}
    basis = basis_of(*_kroner(row))
    is_in_it = basis is not None and (price is None or basis == price.common.basis)
    found: dict[str, tuple[Decimal | None, str | None]] = {}
    for name in names:
        mnok = row[name]
        if mnok is not None and is_in_it:
            found[name] = mnok, None
            continue
        # An estimate is of kroner of when it was made; nominal ones have no other year to be converted from.
        figure = figure_in(price, mnok, TYPES[name], _kroner(row), "", missing=missing.get(name, {}).get("missing"))
        found[name] = (figure.mnok, None) if isinstance(figure, Amount) else (None, figure.code if figure else "blank")
    return found


def _kroner(row: Mapping[str, Any]) -> tuple[str | None, int | None, bool | None]:
    return row["price_kind"], row["price_year"], row["includes_vat"]
