"""What each project is estimated to cost, in one price: frames, range, forecast, and the forecast of its previous report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa

from domain.model import Agreement
from domain.returns import Missing
from pipelines.answers.columns import Numbers, known, ore
from pipelines.answers.kept import kept
from pipelines.answers.kroner import KRONER, Kroner, stated_kroner, times_each
from pipelines.answers.portfolio import NEWEST_REPORTS, OF_SELECTION, parameters
from pipelines.answers.prices import Price, ratio_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import mnok_of

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
_BEFORE = ("before_kind", "before_year", "before_vat")
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
    table = _estimates(snapshot, agreement.agreement_id, moment_of(as_of), selection)
    columns = {name: table[name].to_pylist() for name in table.column_names}
    kroner, before = (_conversion(table, names, price) for names in (KRONER, _BEFORE))
    has_row = known(table, "submission_id").tolist()
    codes = [json.loads(text) if text not in {None, "{}"} else {} for text in columns["missing"]]
    for name in AMOUNTS:
        columns[_STATED[name]] = reported = columns[name]
        in_price = kroner.of(reported, ore(table, name))
        columns[name] = [None if isinstance(mnok, Missing) else mnok for mnok in in_price]
        columns[_WHY[name]] = [
            _why(mnok, missing.get(name)) if of_row else "no_row"
            for mnok, missing, of_row in zip(in_price, codes, has_row, strict=True)
        ]
    previous = before.of(columns["before_mnok"], ore(table, "before_mnok"))
    columns["previous_forecast_mnok"] = [None if isinstance(mnok, Missing) else mnok for mnok in previous]
    stated = [kroner.stated[code] for code in kroner.codes.tolist()]
    columns["reported_kroner"] = [found if of_row else None for found, of_row in zip(stated, has_row, strict=True)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@kept
def _estimates(snapshot: Snapshot, agreement_id: str, moment: dt.datetime, selection: Selection) -> pa.Table:
    """The rows as reported, the same for every price."""
    return snapshot.table(_COSTS + NEWEST_REPORTS + _ESTIMATES + OF_SELECTION, parameters(agreement_id, moment, selection))


def _why(mnok: Decimal | Missing | None, missing: Mapping[str, str] | None) -> str | None:
    """Why there is no amount in a row: the code of its cell or of its price; None where there is one."""
    if isinstance(mnok, Missing):
        return mnok.code
    return (missing or {}).get("missing") or "blank" if mnok is None else None


@dataclass(frozen=True, slots=True)
class _Conversion:
    """What amounts are stated in, row by row by number, and what a krone of each is in the price.

    An estimate is of kroner of when it was made; nominal ones have no other year to be converted from.
    """

    codes: Numbers
    stated: tuple[Kroner, ...]
    ratios: tuple[Fraction | Missing, ...]

    def of(self, reported: Sequence[Decimal | None], in_ore: Numbers) -> list[Decimal | Missing | None]:
        """The amounts of a column in the price, to the øre, or why not; None where there are none."""
        converted = times_each(in_ore, [Fraction(1) if isinstance(it, Missing) else it for it in self.ratios], self.codes)
        return [
            mnok
            if mnok is None or self.ratios[code] == 1
            else found
            if isinstance(found := self.ratios[code], Missing)
            else mnok_of(to)
            for mnok, code, to in zip(reported, self.codes.tolist(), converted.tolist(), strict=True)
        ]


def _conversion(table: pa.Table, names: Sequence[str], price: Price | None) -> _Conversion:
    codes, stated = stated_kroner(table, names)
    return _Conversion(codes, stated, tuple(ratio_in(price, kroner, None) for kroner in stated))
