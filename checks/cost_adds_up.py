"""Whether the money of a project adds up to its cost, in the same kroner, and whether that is the whole cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from checks.at_cell import at
from checks.row_sums import have_one_basis, of_projects, price_basis, tolerance_mnok, total_mnok
from checks.rules import Rule
from checks.usable import is_usable
from domain.returns import Return, ReturnRow
from domain.rows import Finding

FUNDING_DIFFERS = Rule("funding_differs_from_cost", "error", "across", ("cost_estimates", "economy"))
WITHOUT_FUNDING = Rule("cost_without_funding", "warning", "across", ("cost_estimates", "economy"))
BASES_MIXED = Rule("price_bases_mixed", "warning", "across", ("economy", "cost_estimates"))
LOOKS_LIKE_PART = Rule("total_looks_like_part", "hold", "across", ("cost_estimates",))
RULES = (FUNDING_DIFFERS, WITHOUT_FUNDING, BASES_MIXED, LOOKS_LIKE_PART)

# Local setting. A four-year grant of 12.3 was printed where the whole project costs 168.3: 7 per cent of it.
PART_OF_TOTAL = Decimal("0.2")
TOTALS = ("forecast_mnok", "p50_mnok", "p85_mnok", "likely_mnok")


def funding_covers_cost(found: Return) -> Iterator[Finding]:
    """An error where the forecasts of a project's rows do not add up to the forecast of its cost.

    Says nothing where a part is not known, where the kroner differ, or where rows of no known project make up the difference.
    """
    funding, strays = of_projects(found, "economy"), _strays(found)
    for estimate in found.of("cost_estimates"):
        rows, cost = funding.get(estimate.code("project_id") or "", []), estimate.number("forecast_mnok")
        funded, tolerance = total_mnok(rows, "forecast_mnok"), tolerance_mnok(len(rows))
        if not rows or cost is None or funded is None or not have_one_basis([estimate, *rows]):
            continue
        if abs(cost - funded) > tolerance and not _explained(cost - funded, strays, tolerance):
            yield at(
                FUNDING_DIFFERS, estimate, "forecast_mnok", project_id=estimate.code("project_id"), sum_mnok=funded,
                rows=len(rows), tolerance_mnok=tolerance,
            )  # fmt: skip


def cost_has_funding(found: Return) -> Iterator[Finding]:
    """A warning where a project has a cost and no row of money at all."""
    funding, strays = of_projects(found, "economy"), _strays(found)
    for estimate in found.of("cost_estimates") if "economy" in found.rows else ():
        project_id, cost = estimate.code("project_id"), estimate.number("forecast_mnok")
        if project_id and cost and project_id not in funding and not strays:
            yield at(WITHOUT_FUNDING, estimate, "forecast_mnok", project_id=project_id)


def kroner_are_the_same(found: Return) -> Iterator[Finding]:
    """A warning at the first row of each project that is in other kroner than its cost estimate."""
    funding = of_projects(found, "economy")
    for estimate in found.of("cost_estimates"):
        basis, project_id = price_basis(estimate), estimate.code("project_id") or ""
        others = [row for row in funding.get(project_id, []) if basis and price_basis(row) not in {basis, None}]
        if others:
            column = _differing(others[0], estimate)
            expected = estimate.answers.get(column)
            yield at(BASES_MIXED, others[0], column, project_id=project_id, expected=expected, rows=len(others))


def total_is_the_whole(found: Return) -> Iterator[Finding]:
    """A hold where forecast or P50 is under a fifth of another total of the same project: perhaps a grant of some years."""
    for estimate in found.of("cost_estimates"):
        totals = {column: number for column in TOTALS if (number := estimate.number(column)) is not None}
        if len(totals) < 2:
            continue
        largest = max(totals, key=lambda column: totals[column])
        for column in ("forecast_mnok", "p50_mnok"):
            if column in totals and 0 < totals[column] < PART_OF_TOTAL * totals[largest]:
                yield at(LOOKS_LIKE_PART, estimate, column, column_other=largest, other_mnok=totals[largest])


def _strays(found: Return) -> list[ReturnRow]:
    """Rows of money that belong to no known project: something else has been said of them."""
    known = found.project_rows()
    return [row for row in found.of("economy") if not is_usable(row, "project_id") or row.code("project_id") not in known]


def _explained(gap: Decimal, strays: Iterable[ReturnRow], tolerance: Decimal) -> bool:
    """Whether one of the stray rows, or all of them, may be what is missing."""
    amounts = [row.number("forecast_mnok") for row in strays]
    known = [amount for amount in amounts if amount is not None]
    return len(known) < len(amounts) or any(abs(gap - amount) <= tolerance for amount in [*known, sum(known)] if known)


def _differing(row: ReturnRow, estimate: ReturnRow) -> str:
    """The first column of the price basis in which two rows differ."""
    columns = ("price_kind", "price_year", "includes_vat")
    return next(column for column in columns if row.answers.get(column) != estimate.answers.get(column))
