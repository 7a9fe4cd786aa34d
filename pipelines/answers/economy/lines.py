"""The rows of the sheet of economy as they were known on a date, each amount in one price, or why it is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from domain.model import Agreement
from domain.period import Period
from domain.returns import Missing
from pipelines.answers.columns import Coded, Flags, Numbers, coded, known, missing_codes, numbers, ore
from pipelines.answers.economy.areas import in_area
from pipelines.answers.economy.line_table import AMOUNTS, SPENT, SPENT_THIS_YEAR, Amounts, Lines
from pipelines.answers.kept import kept
from pipelines.answers.kroner import Kroner, most_used_price, stated_kroner, times_each
from pipelines.answers.portfolio import projects_at
from pipelines.answers.prices import Price, ratio_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.side_by_side import both
from pipelines.history.snapshot import Snapshot

_NOT_APPLICABLE = "not_applicable"
_COLUMNS = tuple(name for name in AMOUNTS if name != SPENT_THIS_YEAR)
_LINES = """
SELECT e.project_id, e.submission_id, e.row_number, s.period, e.funding_source_id, e.cost_element, e.year, e.budget_mnok,
    e.spent_to_date_mnok, e.forecast_mnok, e.requisitioned_mnok, e.price_kind, e.price_year, e.includes_vat,
    nullif(e.missing, '{}') AS missing
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""
_OF_PROJECT = """
    AND s.project_id = $project_id
"""
# What a krone becomes in a price is told for each kroner and year that there are.
_YEARS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _Reported:
    """The lines as reported, by project and row: one entry a line, `kroner` as the number of one that is `stated`.

    `reasons` are why amounts are not there, by column, as numbers of `said`, the form's codes; -1 where nothing is said.
    """

    project: Coded
    submission_id: Numbers
    row_number: Numbers
    source: Coded
    element: Coded
    year: Numbers
    reported_in: Numbers
    ore: Mapping[str, Numbers]
    is_known: Mapping[str, Flags]
    reasons: Mapping[str, Numbers]
    said: tuple[str, ...]
    kroner: Numbers
    stated: tuple[Kroner, ...]


def economy_lines(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
    amounts: Collection[str] = AMOUNTS,
) -> Lines:
    """The lines of each project's newest report known on a date, by project and row, with the amounts asked for.

    Each amount is converted to the øre by itself, so that every sum of lines adds up with every other.

    Of a selected area there is what falls on it alone. Where no price can be chosen, amounts are in the kroner that most of the
    lines were reported in; one in others has no index to be converted with.
    """
    wanted = tuple(name for name in AMOUNTS if name in amounts)
    return _priced(snapshot, agreement.agreement_id, price, moment_of(as_of), selection, wanted)


@kept
def _priced(
    snapshot: Snapshot, agreement_id: str, price: Price | None, moment: dt.datetime, selection: Selection, wanted: tuple[str, ...]
) -> Lines:
    projects, reported = both(
        lambda: projects_at(snapshot, agreement_id, moment, selection),
        lambda: _reported(snapshot, agreement_id, moment, selection.project_id),
    )
    listed = {project.project_id: project for project in projects}
    is_chosen = np.array([it in listed for it in reported.project.names], np.bool_)[reported.project.codes]
    n_lines = np.bincount(reported.kroner[is_chosen], minlength=len(reported.stated)).tolist()
    shown = price or most_used_price(dict(zip(reported.stated, n_lines, strict=True)))
    ratios = ratios_of(reported.stated, reported.kroner, reported.year, shown)
    found = {name: _amounts(reported, name, ratios) for name in wanted}
    lines = Lines(
        listed, shown, reported.project, reported.submission_id, reported.row_number, reported.source, reported.element,
        reported.year, reported.reported_in, found,
    )  # fmt: skip
    if not is_chosen.all():
        lines = lines.where(is_chosen)
    return in_area(lines, selection.working_area_id) if selection.working_area_id else lines


@kept
def _reported(snapshot: Snapshot, agreement_id: str, moment: dt.datetime, project_id: str | None) -> _Reported:
    """The lines of the newest reports at a moment, all or of one project: the same for every price and selection."""
    asked: dict[str, object] = {"agreement_id": agreement_id, "moment": moment}
    if project_id is None:
        table = snapshot.table(_LINES, asked)
    else:
        table = snapshot.table(_LINES + _OF_PROJECT, {**asked, "project_id": project_id})
    project, row_number = coded(table, "project_id").in_order(), numbers(table, "row_number")
    order = np.lexsort((row_number, project.codes))
    periods = coded(table, "period")
    years = np.array([Period.parse(name).last.year for name in periods.names], np.int64)
    kroner, stated = stated_kroner(table)
    reasons, said = missing_codes(table, _COLUMNS)
    return _Reported(
        project.where(order), numbers(table, "submission_id")[order], row_number[order],
        coded(table, "funding_source_id").where(order), coded(table, "cost_element").where(order), numbers(table, "year")[order],
        years[periods.codes][order], {name: ore(table, name)[order] for name in _COLUMNS},
        {name: known(table, name)[order] for name in _COLUMNS}, {name: it[order] for name, it in reasons.items()}, said,
        kroner[order], stated,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """What a krone is in the price, by number; the number of each line, whether it has a ratio, and else why not, by number."""

    ratios: tuple[Fraction, ...]
    of_line: Numbers
    is_known: Flags
    reasons: Numbers
    said: tuple[str, ...]


def ratios_of(stated: Sequence[Kroner], kroner: Numbers, year: Numbers, price: Price | None) -> Ratios:
    """By the kroner (as the number of one that is `stated`) and the year of each line.

    Without a price every line stays as it is, but one whose kroner nobody said.
    """
    of_line, pairs = pd.factorize(kroner * _YEARS + year)
    found = [ratio_in(price, stated[pair // _YEARS], pair % _YEARS) for pair in pairs.tolist()]
    ratios = tuple(Fraction(1) if isinstance(it, Missing) else it for it in found)
    is_known = np.array([not isinstance(it, Missing) for it in found], np.bool_)
    said = tuple(dict.fromkeys(it.code for it in found if isinstance(it, Missing)))
    reasons = np.array([said.index(it.code) if isinstance(it, Missing) else -1 for it in found], np.int64)
    return Ratios(ratios, of_line, is_known[of_line], reasons[of_line], said)


def _amounts(reported: _Reported, name: str, ratios: Ratios) -> Amounts:
    """An amount in the price. What does not apply is not asked, nor what was spent this year in another year's line."""
    column = SPENT if name == SPENT_THIS_YEAR else name
    asked = reported.reported_in == reported.year if name == SPENT_THIS_YEAR else np.ones(len(reported.year), np.bool_)
    reasons = reported.reasons[column].copy()
    if _NOT_APPLICABLE in reported.said:
        asked &= reasons != reported.said.index(_NOT_APPLICABLE)
    stated = reported.is_known[column] & asked
    lost = stated & ~ratios.is_known
    reasons[lost] = len(reported.said) + ratios.reasons[lost]
    ore_in_price = times_each(reported.ore[column], ratios.ratios, ratios.of_line)
    return Amounts(ore_in_price, asked, stated & ~lost, reasons, reported.said + ratios.said)
