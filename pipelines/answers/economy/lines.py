"""The rows of the sheet of economy as they were known on a date, each amount in one price, or why it is not."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.model import Agreement
from domain.period import Period
from pipelines.answers.portfolio import area_shares, projects
from pipelines.answers.prices import NOMINAL, Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount, CommonPrice, Figure, PriceIndex, basis_of, by_area

SPENT, SPENT_THIS_YEAR = "spent_to_date_mnok", "spent_this_year_mnok"
# What an amount is, by its column. What is spent in the year of the report is a part of what is spent to date.
TYPES = {
    "budget_mnok": "budget", SPENT: "spent", SPENT_THIS_YEAR: "spent", "forecast_mnok": "forecast",
    "requisitioned_mnok": "requisitioned",
}  # fmt: skip
AMOUNTS = tuple(TYPES)
_NOT_APPLICABLE = "not_applicable"
WHOLE_PCT = Decimal(100)
_LINES = """
SELECT e.project_id, e.submission_id, e.sheet, e.row_number, s.period, e.funding_source_id, e.cost_element, e.year, e.budget_mnok,
    e.spent_to_date_mnok, e.forecast_mnok, e.requisitioned_mnok, e.price_kind, e.price_year, e.includes_vat, e.missing
FROM snapshot.project_status AS s
JOIN snapshot.return_economy AS e ON e.submission_id = s.submission_id AND e.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
ORDER BY e.project_id, e.row_number
"""


@dataclass(frozen=True, slots=True)
class OfProject:
    """What is the same of all lines of a project: who reports it, where it lies, and whether it has ended."""

    project_id: str
    project_name: str
    party_id: str
    municipality_codes: tuple[str, ...]
    shares_pct: Mapping[str, Decimal]
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What one source pays of one cost element of a project in one year.

    `figures` has every amount that is asked: without what does not apply, and what is spent this year only in its year.
    """

    project: OfProject
    submission_id: int
    row_number: int
    funding_source_id: str
    cost_element: str
    year: int
    report_year: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a selection, its projects by id, with lines or without, and the price that all amounts are in."""

    lines: tuple[Line, ...]
    projects: Mapping[str, OfProject]
    price: Price | None

    @property
    def report_year(self) -> int | None:
        """The year of the newest report among them."""
        return max((line.report_year for line in self.lines), default=None)


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
    listed = projects_of(snapshot, agreement, as_of, selection)
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
    rows = [row for row in snapshot.records(_LINES, given) if row["project_id"] in listed]
    shown = price or most_used_price(rows)
    found = (_line(row, listed[row["project_id"]], shown, amounts) for row in rows)
    area = selection.working_area_id
    return Lines(tuple(in_area(line, area) if area else line for line in found), listed, shown)


def projects_of(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None, selection: Selection = EVERYTHING
) -> dict[str, OfProject]:
    """The projects of a selection by id, as their newest reports known on a date have them."""
    return {
        str(row["project_id"]): OfProject(
            str(row["project_id"]), str(row["project_name"]), str(row["party_id"]),
            tuple(row["municipality_codes"]) if _is_listed(row["municipality_codes"]) else (),
            area_shares(row["working_area_split"]), bool(row["has_ended"]),
        )
        for row in projects(snapshot, agreement, as_of, selection).to_dict("records")
    }  # fmt: skip


def in_area(line: Line, area: str) -> Line:
    """The line with what falls on an area of each of its amounts. Together the areas have all of it, to the øre."""
    shares = line.project.shares_pct
    return replace(line, figures={name: part_in(figure, shares, area) for name, figure in line.figures.items()})


def areas_of(line: Line) -> tuple[str, ...]:
    """The areas that money of a line falls on, several areas and no area included."""
    return tuple(by_area(Decimal(0), line.project.shares_pct))


def most_used_price(rows: Iterable[Mapping[str, Any]]) -> Price | None:
    """The kroner that most rows were reported in, without an index; None where no row says."""
    bases = Counter(basis for row in rows if (basis := basis_of(*kroner_of(row))))
    if not bases:
        return None
    basis = min(bases, key=lambda found: (-bases[found], str(found)))
    choice = NOMINAL if basis.price_year is None else str(basis.price_year)
    return Price(choice, CommonPrice(basis, PriceIndex("", "", {})), None, None)


def kroner_of(row: Mapping[str, Any]) -> tuple[str | None, int | None, bool | None]:
    """Price kind, price year and with VAT of a row of a mart."""
    return row["price_kind"], row["price_year"], row["includes_vat"]


def _line(row: Mapping[str, Any], project: OfProject, price: Price | None, amounts: Collection[str]) -> Line:
    missing = {name: found["missing"] for name, found in json.loads(row["missing"]).items()} if row["missing"] != "{}" else {}
    report_year = Period.parse(row["period"]).last.year
    figures: dict[str, Figure] = {}
    for name, amount_type in TYPES.items():
        column = SPENT if name == SPENT_THIS_YEAR else name
        if (
            name not in amounts
            or missing.get(column) == _NOT_APPLICABLE
            or (name == SPENT_THIS_YEAR and row["year"] != report_year)
        ):
            continue
        figures[name] = figure_in(
            price, row[column], amount_type, kroner_of(row), str(row["submission_id"]), row["year"], missing.get(column)
        )
    return Line(
        project, row["submission_id"], row["row_number"], row["funding_source_id"], row["cost_element"], row["year"],
        report_year, figures,
    )  # fmt: skip


def part_in(figure: Figure, shares_pct: Mapping[str, Decimal], area: str) -> Figure:
    """What falls on an area of an amount."""
    # Most projects lie in one area, whole.
    if not isinstance(figure, Amount) or (len(shares_pct) == 1 and shares_pct.get(area) == WHOLE_PCT):
        return figure
    return replace(figure, mnok=by_area(figure.mnok, shares_pct).get(area, Decimal(0)))


def _is_listed(codes: object) -> bool:
    """Whether there is a list; a project without municipalities has none."""
    return isinstance(codes, Sequence) or hasattr(codes, "__len__")
