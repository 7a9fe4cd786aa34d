"""From the portfolio as it was known on one date to how it was known on another: who left and joined, price, scope and growth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.model import Agreement
from domain.returns import Missing
from pipelines.answers.costs import TYPES as COST_TYPES
from pipelines.answers.costs import costs
from pipelines.answers.economy.economy import sums
from pipelines.answers.economy.lines import AMOUNTS, SPENT, Lines, economy_lines
from pipelines.answers.prices import Price
from pipelines.answers.reporting.returns import deadline_on, moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.bridge import Bridge, bridge
from pipelines.methods.money import Amount, Figure, converted, total

FRAMES = ("p50_mnok", "p85_mnok")
_SCOPE = """
SELECT s.project_id, d.deviation_id, d.decision_reference
FROM snapshot.project_status AS s
JOIN snapshot.return_deviation AS d ON d.submission_id = s.submission_id AND d.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to AND d.kind = 'scope'
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
    """What one project has changed by between the dates, in the kroner of the closing."""

    project_id: str
    project_name: str
    opening_mnok: Decimal
    closing_mnok: Decimal
    change_mnok: Decimal
    submission_id: int | None


@dataclass(frozen=True, slots=True)
class PortfolioBridge:
    """The steps between two dates, with the prices that both ends are in.

    Scope is always 0: the form asks no amount of a change of scope, so such a change is a part of growth. `scope_told` are the
    changes of scope that were reported as deviations between the dates: project and decision, if there was one. `spent_on_ended`
    is what was used on projects that have ended at the closing, which are leavers. `growth` is what the step growth consists of,
    the largest change first.
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
    ended = [line for line in closing.lines if line.project.has_ended]
    first, last = (
        _totals(snapshot, agreement, lines, amount, day, selection) for lines, day in ((opening, from_date), (closing, to_date))
    )
    found = bridge(first, last, shown.common.index if shown else None)
    scope = _scope(snapshot, agreement, to_date).items() - _scope(snapshot, agreement, from_date).items()
    told = sorted((project_id, decision) for (project_id, _), decision in scope if project_id in closing.projects)
    spent = sums(ended).mnok(SPENT)
    return PortfolioBridge(found, amount, opening.price, shown, tuple(told), spent, _growth(first, last, closing))


def _growth(first: Mapping[str, Figure], last: Mapping[str, Figure], closing: Lines) -> tuple[ProjectChange, ...]:
    """The projects with figures in both that have changed."""
    submissions = {line.project.project_id: line.submission_id for line in closing.lines}
    found: list[ProjectChange] = []
    for key in first.keys() & last.keys():
        before, after = first[key], last[key]
        if isinstance(before, Amount) and isinstance(after, Amount):
            common = closing.price.common if closing.price else None
            stayed = converted(before, common).mnok if common and before.basis != common.basis else before.mnok
            name = closing.projects[key].project_name
            found.append(ProjectChange(key, name, stayed, after.mnok, after.mnok - stayed, submissions.get(key)))
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
        rows = costs(snapshot, agreement, lines.price, as_of, selection).to_dict("records")
        return {row["project_id"]: _frame(row, amount, lines.price) for row in rows if row["project_id"] in set(going)}
    figures: dict[str, list[Figure]] = {key: [] for key in going}
    for line in lines.lines:
        if line.project.project_id in figures and amount in line.figures:
            figures[line.project.project_id].append(line.figures[amount])
    return {key: total(figures[key]).figure for key in going}


def _frame(row: Mapping[object, object], amount: str, price: Price | None) -> Figure:
    mnok, why = row[amount], row[f"{amount}_missing"]
    if isinstance(mnok, Decimal) and price:
        return Amount(mnok, COST_TYPES[amount], price.common.basis, str(row["submission_id"]))
    return Missing(why) if isinstance(why, str) else None


def _scope(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[tuple[str, str], str | None]:
    """The changes of scope that are reported on a date, with their decisions."""
    rows = snapshot.records(_SCOPE, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)})
    return {(row["project_id"], row["deviation_id"]): row["decision_reference"] for row in rows}
