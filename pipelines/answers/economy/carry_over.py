"""How much of each source is carried from year to year, held against what the agreement allows to be carried over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.facts import Unknown
from domain.model import Agreement, FundingSource
from pipelines.answers.economy.economy import YearBalance, year_balances
from pipelines.answers.economy.line_table import Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.prices import Price
from pipelines.history.snapshot import Snapshot

BUDGET, FORECAST = "budget_mnok", "forecast_mnok"
Standing = Literal["over", "within", "no_ceiling", "not_known"]


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What a source carries out of a year, and the ceiling of that; None where there is none or it is not known.

    `balance` is that of the source alone. Of a year that is not finished it is what is expected.
    """

    source: FundingSource
    balance: YearBalance
    ceiling_mnok: Decimal | None
    standing: Standing

    @property
    def over_mnok(self) -> Decimal | None:
        """How much is above the ceiling, 0 where nothing is; None without a ceiling."""
        if self.ceiling_mnok is None:
            return None
        return max(self.balance.carried_out_mnok - self.ceiling_mnok, Decimal(0))


def carried_over(
    snapshot: Snapshot, agreement: Agreement, price: Price | None, as_of: dt.date | None = None
) -> tuple[CarriedOver, ...]:
    """Each source that has money, in the agreement's order, with every year up to that of the reports.

    Of the whole agreement, as a ceiling is. What is above a ceiling is not taken from what is carried into the next year: the
    returns do not say what becomes of it.
    """
    lines = economy_lines(snapshot, agreement, price, as_of, amounts=(BUDGET, FORECAST))
    return tuple(row for source in agreement.funding_sources for row in of_source(source, lines))


def of_source(source: FundingSource, lines: Lines) -> tuple[CarriedOver, ...]:
    """The years of one source, up to that of the newest report among all the lines."""
    last, own = lines.report_year, lines.of_source(source.funding_source_id)
    if last is None or not len(own):
        return ()
    return tuple(_held(source, balance) for balance in year_balances(own) if balance.year <= last)


def _held(source: FundingSource, balance: YearBalance) -> CarriedOver:
    rule = source.carry_over
    if rule is None or isinstance(rule, Unknown):
        return CarriedOver(source, balance, None, "not_known")
    if rule.max_pct is None:
        return CarriedOver(source, balance, None, "no_ceiling")
    ceiling = balance.budget_mnok * rule.max_pct / 100
    return CarriedOver(source, balance, ceiling, "over" if balance.carried_out_mnok > ceiling else "within")
