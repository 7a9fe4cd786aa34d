"""Whether low, likely and high stand in that order, P50 below P85, and whether a running project costs anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from checks.at_cell import at
from checks.row_sums import ENDED
from checks.rules import Rule
from domain.returns import Return
from domain.rows import Finding

P50_OVER_P85 = Rule("p50_over_p85", "error", "across", ("cost_estimates",))
NOT_IN_ORDER = Rule("estimates_not_in_order", "error", "across", ("cost_estimates", "risks", "goal_contributions"))
FORECAST_ZERO = Rule("forecast_zero", "error", "across", ("cost_estimates",))
RULES = (P50_OVER_P85, NOT_IN_ORDER, FORECAST_ZERO)

# Each from low to high.
LADDERS = {
    "cost_estimates": ("low_mnok", "likely_mnok", "high_mnok"),
    "risks": ("consequence_low_mnok", "consequence_likely_mnok", "consequence_high_mnok"),
    "goal_contributions": ("low", "likely", "high"),
}


def p50_is_at_most_p85(found: Return) -> Iterator[Finding]:
    """An error where the control frame is above the cost frame."""
    for row in found.of("cost_estimates"):
        p50, p85 = row.number("p50_mnok"), row.number("p85_mnok")
        if p50 is not None and p85 is not None and p50 > p85:
            yield at(P50_OVER_P85, row, "p50_mnok", column_other="p85_mnok", other_mnok=p85)


def estimates_rise(found: Return) -> Iterator[Finding]:
    """An error where an estimate is above the next higher one that is stated. By number: a fall of 40 is below one of 10."""
    for table, ladder in LADDERS.items():
        for row in found.of(table):
            stated = [(column, number) for column in ladder if (number := row.number(column)) is not None]
            for (column, number), (higher, other) in pairwise(stated):
                if number > other:
                    yield at(NOT_IN_ORDER, row, column, column_other=higher, other=other)


def forecast_is_above_zero(found: Return) -> Iterator[Finding]:
    """An error where a project that goes on is forecast to cost nothing."""
    projects = found.project_rows()
    for row in found.of("cost_estimates"):
        project = projects.get(row.code("project_id") or "")
        has_ended = project is not None and project.code("standing") in ENDED
        if row.number("forecast_mnok") == 0 and not has_ended:
            yield at(FORECAST_ZERO, row, "forecast_mnok", project_id=row.code("project_id") or "")
