"""The projects that are reported in other kroner than those of the agreement: of another price year, or nominal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pipelines.examples.fjordbyen.portfolio import QUARTERS
from pipelines.examples.fjordbyen.told import Answers

# Project | tables, or all | kroner | times the amount in kroner of 2024 | from which quarter. The factors lie near the invented
# index of building costs. They have three decimals and amounts whole thousands, so that sums of what is converted stay exact.
OTHER_KRONER = """
F-010 | cost_estimates | real 2023 | 0.967 | 2024-Q3
F-023 | all            | real 2025 | 1.031 | 2025-Q4
F-032 | all            | nominal   | 1     | 2024-Q3
F-062 | all            | real 2025 | 1.031 | 2025-Q3
"""


@dataclass(frozen=True, slots=True)
class Kroner:
    """What the kroner of a project are from a quarter on. Nominal ones have no price year."""

    kind: str
    price_year: int | None
    factor: Decimal
    tables: str
    first: int


def in_own_kroner(project_id: str, table: str, quarter: int, row: Answers) -> Answers:
    """The row with its amounts in the kroner that its project is reported in."""
    own = _other_kroner().get(project_id)
    if own is None or "price_kind" not in row or own.tables not in ("all", table) or quarter < own.first:
        return row
    amounts = {
        column: _plain(amount * own.factor)
        for column, amount in row.items()
        if column.endswith("_mnok") and isinstance(amount, Decimal)
    }
    converted: Answers = {**row, **amounts, "price_kind": own.kind}
    if own.price_year is None:
        del converted["price_year"]
        return converted
    return {**converted, "price_year": own.price_year}


def _plain(amount: Decimal) -> Decimal:
    """Without closing zeros."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


@cache
def _other_kroner() -> dict[str, Kroner]:
    return dict(_lines())


def _lines() -> Iterator[tuple[str, Kroner]]:
    for line in OTHER_KRONER.strip().splitlines():
        project_id, tables, kroner, factor, first = (cell.strip() for cell in line.split("|"))
        kind, *year = kroner.split()
        yield project_id, Kroner(kind, int(year[0]) if year else None, Decimal(factor), tables, QUARTERS.index(first))
