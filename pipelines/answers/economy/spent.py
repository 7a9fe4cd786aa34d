"""What is known to be spent on each project: the one column of the sheet of economy that an uncertain cost rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from domain.model import Agreement
from pipelines.answers.columns import Coded, Numbers, coded, numbers, ore
from pipelines.answers.economy.line_table import SPENT
from pipelines.answers.economy.lines import economy_lines, ratios_of
from pipelines.answers.economy.sums import known_by_project, mnok_by
from pipelines.answers.kept import kept
from pipelines.answers.kroner import Kroner, stated_kroner, times_each
from pipelines.answers.prices import Price
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot

_SPENT = """
SELECT e.project_id, e.year, e.spent_to_date_mnok, e.price_kind, e.price_year, e.includes_vat
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to AND e.spent_to_date_mnok IS NOT NULL
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Reported:
    """What is stated as spent, one entry a line: its project, year, øre, and the kroner that it is in, by number."""

    project: Coded
    year: Numbers
    ore: Numbers
    kroner: Numbers
    stated: tuple[Kroner, ...]


def spent_by_project(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> dict[str, Decimal]:
    """Mill. kr of the price known to be spent on each project that has any; of a selected area what falls on it alone.

    Without an area there are projects beside those of the selection, too. Each line is converted to the øre by itself, as
    `economy_lines` does it.
    """
    if price is None or selection.working_area_id:
        return known_by_project(economy_lines(snapshot, agreement, price, as_of, selection, (SPENT,)), SPENT)
    found = _reported(snapshot, agreement.agreement_id, moment_of(as_of))
    ratios = ratios_of(found.stated, found.kroner, found.year, price)
    in_price = times_each(found.ore, ratios.ratios, ratios.of_line)[ratios.is_known]
    return mnok_by(found.project.where(ratios.is_known), in_price)


@kept
def _reported(snapshot: Snapshot, agreement_id: str, moment: dt.datetime) -> _Reported:
    """The lines of the newest reports at a moment that have an amount."""
    table = snapshot.table(_SPENT, {"agreement_id": agreement_id, "moment": moment})
    return _Reported(coded(table, "project_id"), numbers(table, "year"), ore(table, SPENT), *stated_kroner(table))
