"""A figure as a page shows it, with its name, what it is of, and the returns that it comes from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.model import Agreement
from pipelines.answers.prices import Price
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import Snapshot

# What one figure is of: the agreement, or one of its parts, which `key` names.
Grain = Literal[
    "agreement", "area", "source", "municipality", "party", "year", "period", "project", "focus_area", "body", "rule"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are asked for: the same as on a page."""

    snapshot: Snapshot
    agreement: Agreement
    price: Price | None
    as_of: dt.date
    selection: Selection


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """One figure. `amount` is None where it is not known; `with_figures` says how many of how many projects it rests on.

    `price_year` is None for what is not money, and for nominal kroner.
    """

    page: str
    name: str
    grain: Grain
    key: str | None
    area: str | None
    amount: Decimal | float | int | None
    unit: str
    price_year: int | None
    submission_ids: tuple[int, ...] = ()
    with_figures: tuple[int, int] | None = None
