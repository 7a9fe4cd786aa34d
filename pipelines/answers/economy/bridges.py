"""From the portfolio as it was known on one date to how it was known on another: who left and joined, price, scope and growth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.model import Agreement
from domain.returns import Missing
from pipelines.answers.costs import TYPES as COST_TYPES
from pipelines.answers.costs import costs
from pipelines.answers.economy.areas import part_in
from pipelines.answers.economy.line_table import AMOUNTS, SPENT, TYPES, Lines
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import NO_SUMS, sums, sums_by
from pipelines.answers.kroner import kroner_of
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import deadline_on, moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.bridge import Bridge, ScopeChange, bridge
from pipelines.methods.money import Amount, Figure, converted

FRAMES = ("p50_mnok", "p85_mnok")
FORECAST = "forecast_mnok"
# Each change of scope by the newest report that has it: a report no longer lists what has been dealt with.
_SCOPE = """
SELECT s.project_id, d.deviation_id, d.decision_reference, d.scope_change_mnok, d.submission_id, c.price_kind, c.price_year,
    c.includes_vat
FROM snapshot.project_status AS s
JOIN snapshot.return_deviation AS d ON d.submission_id = s.submission_id AND d.project_id = s.project_id
LEFT JOIN snapshot.return_cost_estimate AS c ON c.submission_id = s.submission_id AND c.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to AND d.kind = 'scope'
QUALIFY row_number() OVER (PARTITION BY s.project_id, d.deviation_id ORDER BY s.period_ends_on DESC) = 1
ORDER BY s.project_id, d.deviation_id
"""
_PERIODS = """
SELECT DISTINCT period FROM snapshot.return_submission WHERE agreement_id = $agreement_id AND known_from <= $moment
ORDER BY period
"""
_FIRST = """
SELECT min(known_from) AS known_from FROM snapshot.return_submission
WHERE agreement_id = $agreement_id AND known_from <= $moment
"""


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What one project has changed by between the dates beside decided scope, in the kroner of the closing."""

    project_id: str
    project_name: str
    opening_mnok: Decimal
    closing_mnok: Decimal
    change_mnok: Decimal
    submission_id: int | None


@dataclass(frozen=True, slots=True)
class _Scope:
    """A reported change of scope: its decision, if there is one, and what it does to the forecast, if that is known."""

    project_id: str
    decision: str | None
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class PortfolioBridge:
    """The steps between two dates, with the prices that both ends are in.

    Scope is what deviations of that kind state with an amount and a decision, where the forecast is asked for; without either it
    is a part of growth. `scope_told` are the changes of scope that were reported between the dates and are not in the step:
    project and decision, if there was one. `spent_on_ended` is what was used on projects that have ended at the closing, which
    are leavers. `growth` is what the step growth consists of, the largest change first.
    """

    bridge: Bridge
    amount: str
    opening_price: Price | None
    closing_price: Price | None
    scope_told: tuple[tuple[str, str | None], ...]
    spent_on_ended: Decimal | None
    growth: tuple[ProjectChange, ...]


def portfolio_bridge(
    snapshot: Snapshot,
    agreement: Agreement,
    from_date: dt.date,
    to_date: dt.date,
    selection: Selection = EVERYTHING,
    price: Price | None = None,
    amount: str = "forecast_mnok",
    opening_price: Price | None = None,
) -> PortfolioBridge:
    """The bridge of one amount: a column of the economy, or a frame (`p50_mnok`, `p85_mnok`).

    Each end is the totals of the projects that went on then, by their newest reports known on that date; a project without all of
    its figures has none. The closing is in the price; the opening too, and then the price level is 0, or in a price of its own,
    converted to that of the closing by its index. ValueError for another amount or dates the wrong way round; MixedBases,
    IndexLacksYear and YearNotKnown where the two prices cannot be made one.
    """
    if amount not in (*AMOUNTS, *FRAMES):
        raise ValueError(f"{amount}; accepted: {', '.join((*AMOUNTS, *FRAMES))}")
    if from_date > to_date:
        raise ValueError(f"{from_date} to {to_date}; accepted: the earlier date first")
    needed = (SPENT,) if amount in FRAMES else (amount, SPENT)
    closing = economy_lines(snapshot, agreement, price, to_date, selection, needed)
    shown = closing.price
    opening = economy_lines(snapshot, agreement, opening_price or shown, from_date, selection, needed[:1])
    ended = closing.of_projects(key for key, project in closing.projects.items() if project.has_ended)
    first, last = (
        _totals(snapshot, agreement, lines, amount, day, selection) for lines, day in ((opening, from_date), (closing, to_date))
    )
    before, after = (_scope(snapshot, agreement, shown, day) for day in (from_date, to_date))
    known = {key: row for key, row in after.items() if row.project_id in closing.projects}
    decided = _decided(known, before, closing, selection.working_area_id) if amount == FORECAST else {}
    found = bridge(first, last, shown.common.index if shown else None, decided.values())
    placed = {key: change for key, change in decided.items() if change not in found.unplaced}
    told = [(it.project_id, it.decision) for key, it in sorted(known.items()) if before.get(key) != it and key not in placed]
    spent = sums(ended).mnok(SPENT)
    scope = _by_project(placed.values())
    return PortfolioBridge(found, amount, opening.price, shown, tuple(told), spent, _growth(first, last, closing, scope))


def _growth(
    first: Mapping[str, Figure], last: Mapping[str, Figure], closing: Lines, scope: Mapping[str, Decimal]
) -> tuple[ProjectChange, ...]:
    """The projects with figures in both that have changed beside their decided scope."""
    submissions = dict(zip(closing.project_id, closing.submission_id.tolist(), strict=True))
    found: list[ProjectChange] = []
    for key in first.keys() & last.keys():
        before, after = first[key], last[key]
        if isinstance(before, Amount) and isinstance(after, Amount):
            common = closing.price.common if closing.price else None
            stayed = converted(before, common).mnok if common and before.basis != common.basis else before.mnok
            name = closing.projects[key].project_name
            change = after.mnok - stayed - scope.get(key, Decimal(0))
            found.append(ProjectChange(key, name, stayed, after.mnok, change, submissions.get(key)))
    changed = (row for row in found if row.change_mnok)
    return tuple(sorted(changed, key=lambda row: (-abs(row.change_mnok), row.project_id)))


def first_reported(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dt.date | None:
    """The day on which the first return known on a date was handed in; None before any."""
    [row] = snapshot.records(_FIRST, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)})
    return row["known_from"].date() if row["known_from"] else None


def last_deadline(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dt.date | None:
    """The deadline of the last period but one that anything was reported of, as known on a date: where a bridge begins at first.

    None where fewer than two periods have been reported.
    """
    rows = snapshot.records(_PERIODS, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)})
    days = sorted(day for row in rows if (day := deadline_on(agreement, row["period"])) and day <= as_of)
    return days[-2] if len(days) > 1 else None


def _totals(
    snapshot: Snapshot, agreement: Agreement, lines: Lines, amount: str, as_of: dt.date, selection: Selection
) -> dict[str, Figure]:
    """The total of each project that goes on, or why it has none."""
    going = [key for key, project in lines.projects.items() if not project.has_ended]
    if amount in FRAMES:
        rows = {row["project_id"]: row for row in costs(snapshot, agreement, lines.price, as_of, selection)}
        return {key: _frame(rows[key], amount, lines.price) for key in going}
    found = sums_by(lines, lines.project)
    return {key: found.get(key, NO_SUMS).totals[amount].figure for key in going}


def _frame(row: Mapping[str, Any], amount: str, price: Price | None) -> Figure:
    mnok, why = row[amount], row[f"{amount}_missing"]
    if isinstance(mnok, Decimal) and price:
        return Amount(mnok, COST_TYPES[amount], price.common.basis, str(row["submission_id"]))
    return Missing(why) if isinstance(why, str) else None


def _scope(snapshot: Snapshot, agreement: Agreement, price: Price | None, as_of: dt.date) -> dict[tuple[str, str], _Scope]:
    """The changes of scope that had been reported on a date, by project and number."""
    rows = snapshot.records(_SCOPE, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)})
    found = {}
    for row in rows:
        figure = figure_in(price, row["scope_change_mnok"], TYPES[FORECAST], kroner_of(row), str(row["submission_id"]))
        known = figure if isinstance(figure, Amount) else None
        found[row["project_id"], row["deviation_id"]] = _Scope(row["project_id"], row["decision_reference"], known)
    return found


def _decided(
    after: Mapping[tuple[str, str], _Scope], before: Mapping[tuple[str, str], _Scope], lines: Lines, area: str | None
) -> dict[tuple[str, str], ScopeChange]:
    """What each decided change has added to its project between two dates, of a selected area what falls on it."""
    changes = {}
    for key, row in after.items():
        if row.amount is None or not row.decision:
            continue
        was = before[key].amount if key in before and before[key].decision else None
        figure: Figure = replace(row.amount, mnok=row.amount.mnok - (was.mnok if was else 0))
        if area:
            figure = part_in(figure, lines.projects[row.project_id].shares_pct, area)
        if isinstance(figure, Amount) and figure.mnok:
            changes[key] = ScopeChange(row.project_id, figure, row.decision)
    return changes


def _by_project(changes: Iterable[ScopeChange]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for change in changes:
        found[change.project_id] = found.get(change.project_id, Decimal(0)) + change.amount.mnok
    return found
