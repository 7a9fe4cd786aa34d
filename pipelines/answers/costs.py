"""What each project is estimated to cost, in one price: frames, range, forecast, and the forecast of its previous report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.model import Agreement
from pipelines.answers.kroner import Kroner, kroner_of
from pipelines.answers.portfolio import NEWEST_REPORTS, OF_SELECTION, parameters
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount, basis_of

AMOUNTS = ("p50_mnok", "p85_mnok", "low_mnok", "likely_mnok", "high_mnok", "forecast_mnok")
_WHY, _STATED = ({name: f"{name}_missing" for name in AMOUNTS}, {name: f"reported_{name}" for name in AMOUNTS})
# What an amount is, by its column.
TYPES = {name: name.removesuffix("_mnok") for name in AMOUNTS}
# What `costs` says of a project, by column.
CostRow = dict[str, Any]
_COSTS = """
SELECT p.project_id, p.project_name, p.party_id, p.focus_area_id, p.phase, p.standing, p.working_area_split,
    p.standing IN ('cancelled', 'merged') AS has_ended,
    c.period, c.submission_id, c.sheet, c.row_number, c.missing, c.price_kind, c.price_year, c.includes_vat,
    c.estimate_method, c.estimated_on, c.p50_mnok, c.p85_mnok, c.low_mnok, c.likely_mnok, c.high_mnok, c.forecast_mnok,
    b.period AS previous_period, b.forecast_mnok AS before_mnok, b.price_kind AS before_kind, b.price_year AS before_year,
    b.includes_vat AS before_vat
"""
_ESTIMATES = """
LEFT JOIN snapshot.return_cost_estimate AS c ON c.submission_id = s.submission_id AND c.project_id = s.project_id
LEFT JOIN snapshot.return_cost_estimate AS b ON b.submission_id = s.previous_submission_id AND b.project_id = s.project_id
"""


def costs(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> list[CostRow]:
    """One row per project of the selection, by id: its amounts as Decimal mill. kr of the price, None where there is none.

    Each amount has the reason why it is missing beside it (`p50_mnok_missing`: a code of the form, of prices, or blank), and
    `reported_` what stands in the cell. `previous_forecast_mnok` is of the project's report before, with `previous_period`.
    """
    sql = _COSTS + NEWEST_REPORTS + _ESTIMATES + OF_SELECTION
    return [_row(row, price) for row in snapshot.records(sql, parameters(agreement, as_of, selection))]


def _row(row: CostRow, price: Price | None) -> CostRow:
    """A row of the query, whose amounts become those in the price; what stood in their cells stays beside them."""
    has_row = row["submission_id"] is not None
    amounts = _amounts(row, price) if has_row else dict.fromkeys(AMOUNTS, (None, "no_row"))
    row["previous_forecast_mnok"] = _before(row, price)
    row["reported_kroner"] = kroner_of(row) if has_row else None
    for name, (mnok, reason) in amounts.items():
        row[_STATED[name]], row[name], row[_WHY[name]] = row[name], mnok, reason
    return row


def _before(row: Mapping[str, Any], price: Price | None) -> Decimal | None:
    """The forecast of the project's report before, in the price."""
    kroner = row["before_kind"], row["before_year"], row["before_vat"]
    if row["before_mnok"] is not None and _is_in(kroner, price):
        return row["before_mnok"]
    figure = figure_in(price, row["before_mnok"], TYPES["forecast_mnok"], kroner, "")
    return figure.mnok if isinstance(figure, Amount) else None


def _amounts(row: Mapping[str, Any], price: Price | None) -> dict[str, tuple[Decimal | None, str | None]]:
    """Each amount of a row in the price, or why there is none."""
    missing = json.loads(row["missing"]) if row["missing"] not in {None, "{}"} else {}
    is_in_it = _is_in(kroner_of(row), price)
    found: dict[str, tuple[Decimal | None, str | None]] = {}
    for name in AMOUNTS:
        mnok = row[name]
        if mnok is None:
            found[name] = None, missing.get(name, {}).get("missing") or "blank"
            continue
        if mnok is not None and is_in_it:
            found[name] = mnok, None
            continue
        # An estimate is of kroner of when it was made; nominal ones have no other year to be converted from.
        figure = figure_in(price, mnok, TYPES[name], kroner_of(row), "")
        found[name] = (figure.mnok, None) if isinstance(figure, Amount) else (None, figure.code if figure else "blank")
    return found


def _is_in(kroner: Kroner, price: Price | None) -> bool:
    """Whether amounts of such kroner stand in the price as they are."""
    basis = basis_of(*kroner)
    return basis is not None and (price is None or basis == price.common.basis)
