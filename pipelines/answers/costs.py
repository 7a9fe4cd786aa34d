"""What each project is estimated to cost, in one price: frames, range, forecast, and the forecast of its previous report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from domain.model import Agreement
from domain.returns import Missing
from pipelines.answers.columns import Flags, Numbers, Texts, known, missing_codes, ore, said_by
from pipelines.answers.kept import kept
from pipelines.answers.kroner import Kroner, stated_kroner
from pipelines.answers.portfolio import NEWEST_REPORTS, of_selection, parameters
from pipelines.answers.prices import Price, ratio_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import mnok_of, times

AMOUNTS = ("p50_mnok", "p85_mnok", "low_mnok", "likely_mnok", "high_mnok", "forecast_mnok")
_WHY, _STATED = ({name: f"{name}_missing" for name in AMOUNTS}, {name: f"reported_{name}" for name in AMOUNTS})
# What an amount is, by its column.
TYPES = {name: name.removesuffix("_mnok") for name in AMOUNTS}
# What is said of a project, by column.
CostRow = dict[str, Any]
_COSTS = """
SELECT p.project_id, p.project_name, p.party_id, p.focus_area_id, p.phase, p.standing, p.working_area_split,
    p.standing IN ('cancelled', 'merged') AS has_ended, c.period, c.submission_id, c.sheet, c.row_number, c.missing, c.price_kind,
    c.price_year, c.includes_vat, c.p50_mnok, c.p85_mnok, c.low_mnok, c.likely_mnok, c.high_mnok, c.forecast_mnok,
    b.period AS previous_period, b.forecast_mnok AS before_mnok, b.price_kind AS before_kind, b.price_year AS before_year,
    b.includes_vat AS before_vat
"""
# What a row says as it is, beside its amounts.
_AS_IT_IS = (
    "project_id", "project_name", "party_id", "focus_area_id", "phase", "standing", "working_area_split", "has_ended", "period",
    "submission_id", "sheet", "row_number", "previous_period",
)  # fmt: skip
_BEFORE = ("before_kind", "before_year", "before_vat")
# An outer join reads all of the table that it joins: only the returns that can be meant are let through.
_ESTIMATES = """
LEFT JOIN (
    SELECT submission_id, project_id, period, sheet, row_number, missing, price_kind, price_year, includes_vat,
        p50_mnok, p85_mnok, low_mnok, likely_mnok, high_mnok, forecast_mnok
    FROM snapshot.return_cost_estimate WHERE submission_id IN (
        SELECT submission_id FROM snapshot.project_status
        WHERE agreement_id = $agreement_id AND newest_from <= $moment AND $moment < newest_to
    )
) AS c ON c.submission_id = s.submission_id AND c.project_id = s.project_id
LEFT JOIN (
    SELECT submission_id, project_id, period, forecast_mnok, price_kind, price_year, includes_vat
    FROM snapshot.return_cost_estimate WHERE submission_id IN (
        SELECT previous_submission_id FROM snapshot.project_status
        WHERE agreement_id = $agreement_id AND newest_from <= $moment AND $moment < newest_to
    )
) AS b ON b.submission_id = s.previous_submission_id AND b.project_id = s.project_id
"""


@dataclass(frozen=True, eq=False)
class _Stated:
    """An amount of every row in øre, or why it is not there; and the kroner that it is in, by number.

    An estimate is of kroner of when it was made; nominal ones have no other year to be converted from.
    """

    ore: Numbers
    is_known: Flags
    why: Texts
    codes: Numbers
    kroner: tuple[Kroner, ...]

    def in_price(self, price: Price | None) -> tuple[Texts, Texts]:
        """The amounts in the price, to the øre, None where there are none; and why they are not there."""
        found, why = self.reported.copy(), self.why.copy()
        for code, kroner in enumerate(self.kroner):
            ratio = ratio_in(price, kroner, None)
            if ratio == 1:
                continue
            chosen = np.flatnonzero(self.is_known & (self.codes == code))
            if isinstance(ratio, Missing):
                found[chosen], why[chosen] = None, ratio.code
            else:
                found[chosen] = [mnok_of(it) for it in times(self.ore[chosen].tolist(), ratio)]
        return found, why

    @cached_property
    def reported(self) -> Texts:
        """The amounts as they stand in their cells."""
        return _mnok(self.ore, self.is_known)


@dataclass(frozen=True, slots=True, eq=False)
class _Reported:
    """The rows as reported, by project, the same for every price: what needs none by column, the amounts, and that before."""

    columns: Mapping[str, list[Any]]
    amounts: Mapping[str, _Stated]
    before: _Stated


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
    columns = cost_columns(snapshot, agreement, price, as_of, selection)
    as_reported = _reported(snapshot, agreement.agreement_id, moment_of(as_of), selection).amounts
    columns |= {_STATED[name]: stated.reported.tolist() for name, stated in as_reported.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def cost_columns(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> dict[str, list[Any]]:
    """The same by column, one entry a project, without the amounts as they were reported."""
    found = _reported(snapshot, agreement.agreement_id, moment_of(as_of), selection)
    columns = dict(found.columns)
    for name, stated in found.amounts.items():
        in_price, why = stated.in_price(price)
        columns |= {name: in_price.tolist(), _WHY[name]: why.tolist()}
    columns["previous_forecast_mnok"] = found.before.in_price(price)[0].tolist()
    return columns


@kept
def _reported(snapshot: Snapshot, agreement_id: str, moment: dt.datetime, selection: Selection) -> _Reported:
    """The rows of a selection at a moment: read once for every price."""
    sql = _COSTS + NEWEST_REPORTS + _ESTIMATES + of_selection(selection)
    table = snapshot.table(sql, parameters(agreement_id, moment, selection))
    columns = {name: table[name].to_pylist() for name in _AS_IT_IS}
    has_row, (codes, reasons) = known(table, "submission_id"), missing_codes(table, AMOUNTS)
    codes_of_kroner, kroner = stated_kroner(table)
    amounts = {}
    for name in AMOUNTS:
        is_known, why = known(table, name), said_by(codes[name], reasons)
        why[why == None] = "blank"  # noqa: E711 - one by one
        why[~has_row], why[is_known] = "no_row", None
        amounts[name] = _Stated(ore(table, name), is_known, why, codes_of_kroner, kroner)
    stated = [kroner[code] for code in codes_of_kroner.tolist()]
    columns["reported_kroner"] = [found if of_row else None for found, of_row in zip(stated, has_row.tolist(), strict=True)]
    before = "before_mnok"
    nothing = np.full(len(table), None, object)
    return _Reported(
        columns,
        amounts,
        _Stated(ore(table, before), known(table, before), nothing, *stated_kroner(table, _BEFORE)),
    )


def _mnok(ore: Numbers, is_known: Flags) -> Texts:
    """Amounts in mill. kr, None where they are not known."""
    found = np.full(len(ore), None, object)
    chosen = np.flatnonzero(is_known)
    found[chosen] = [mnok_of(it) for it in ore[chosen].tolist()]
    return found
