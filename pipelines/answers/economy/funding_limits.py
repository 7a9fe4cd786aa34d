"""Money of a source outside what it may be used for: its municipalities, its cost elements, its share of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pandas as pd

from domain.model import Agreement, FundingSource
from pipelines.answers.economy.line_table import Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import sums
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot

LimitKind = Literal["only_in", "only_for", "share_pct"]


@dataclass(frozen=True, slots=True)
class OutsideLimit:
    """Money of a source in a project that its limit does not allow, or of which that cannot be told.

    `forecast_mnok` and `spent_mnok` are what lies outside; None where a figure is not known. `allowed_pct` and `share_pct` are of
    a limit of a share.
    """

    funding_source_id: str
    limit: LimitKind
    project_id: str
    project_name: str
    cost_element: str | None
    forecast_mnok: Decimal | None
    spent_mnok: Decimal | None
    is_certain: bool
    submission_id: int
    allowed_pct: Decimal | None = None
    share_pct: float | None = None


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """One source: how many projects it pays in, whether it has a limit that can be checked, and what is outside it."""

    source: FundingSource
    n_projects: int
    forecast_mnok: Decimal | None
    is_limited: bool
    outside: tuple[OutsideLimit, ...]


def funding_limits(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> tuple[SourceLimits, ...]:
    """Every source of the agreement, in its order, with the money that is used outside what it may be used for."""
    lines = economy_lines(snapshot, agreement, price, as_of, selection)
    return tuple(_limits(source, lines) for source in agreement.funding_sources)


def _limits(source: FundingSource, lines: Lines) -> SourceLimits:
    own = lines.of_source(source.funding_source_id)
    outside = [*_outside_places(source, own), *_outside_elements(source, own), *_outside_shares(source, lines)]
    return SourceLimits(
        source,
        len(set(own.project_id)),
        sums(own).mnok("forecast_mnok"),
        bool(source.only_in or source.only_for or source.share_pct),
        tuple(outside),
    )


def _outside_places(source: FundingSource, own: Lines) -> Iterable[OutsideLimit]:
    """Projects that lie outside where the source may be used; of those that lie partly there it cannot be told."""
    if not source.only_in:
        return
    for project_id, lines in own.by_project().items():
        codes = set(own.projects[project_id].municipality_codes)
        if not codes or codes - set(source.only_in):
            yield _outside(source, "only_in", lines, bool(codes) and not codes & set(source.only_in))


def _outside_elements(source: FundingSource, own: Lines) -> Iterable[OutsideLimit]:
    """Cost elements that the source may not pay, by project."""
    if not source.only_for:
        return
    for lines in own.where(~pd.Index(own.cost_element).isin(source.only_for)).by_project().values():
        for element in sorted(set(lines.cost_element)):
            yield _outside(source, "only_for", lines.where(lines.cost_element == element), True, element)


def _outside_shares(source: FundingSource, everything: Lines) -> Iterable[OutsideLimit]:
    """What the source pays of a project's cost element above its share, in the forecast over all years."""
    limited = everything.where(pd.Index(everything.cost_element).isin(source.share_pct))
    for lines in limited.of_projects(limited.of_source(source.funding_source_id).project_id).by_project().values():
        for element, allowed in sorted(source.share_pct.items()):
            of_element = lines.where(lines.cost_element == element)
            own = of_element.of_source(source.funding_source_id)
            if len(own) and (found := _over_share(source, own, of_element, element, allowed)):
                yield found


def _over_share(source: FundingSource, own: Lines, of_element: Lines, element: str, allowed_pct: Decimal) -> OutsideLimit | None:
    paid, whole = (sums(lines).totals["forecast_mnok"] for lines in (own, of_element))
    if paid.mnok is None or whole.mnok is None or not (paid.is_complete and whole.is_complete):
        return _outside(source, "share_pct", own, False, element, allowed_pct)
    over = paid.mnok - whole.mnok * allowed_pct / 100
    if over <= 0:
        return None
    project = own.projects[own.project_id[0]]
    share = float(100 * paid.mnok / whole.mnok)
    return OutsideLimit(
        source.funding_source_id, "share_pct", project.project_id, project.project_name, element, over, None, True,
        int(own.submission_id[0]), allowed_pct, share,
    )  # fmt: skip


def _outside(
    source: FundingSource,
    limit: LimitKind,
    lines: Lines,
    is_certain: bool,
    element: str | None = None,
    allowed_pct: Decimal | None = None,
) -> OutsideLimit:
    found, project = sums(lines), lines.projects[lines.project_id[0]]
    return OutsideLimit(
        source.funding_source_id, limit, project.project_id, project.project_name, element, found.mnok("forecast_mnok"),
        found.mnok("spent_to_date_mnok"), is_certain, int(lines.submission_id[0]), allowed_pct,
    )  # fmt: skip
