"""What goes wrong in the reporting of the invented agreement: no answer, kind colours, late and corrected returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from domain.returns import Missing
from pipelines.examples.fjordbyen.portfolio import QUARTERS

# Who never delivered what, and who delivered so many days after the quarter although the deadline is 20.
NOT_DELIVERED = frozenset({("austmark", "2025-Q1")})
DAYS_LATE = {("lindvag", "2025-Q3"): 32, ("veietaten", "2024-Q4"): 24}
# A return that was handed in anew: until then it had the old forecast of a project.
CORRECTED_RETURN, CORRECTED_PROJECT = ("kystfylket", "2025-Q2"), "F-026"
CORRECTED_AT = dt.datetime(2025, 9, 4, 10, 20)

# From which quarter a party reports a project so many levels greener than its figures.
GREENER = {
    "F-004": ("2025-Q4", 1),
    "F-020": ("2025-Q4", 1),
    "F-026": ("2025-Q3", 1),
    "F-038": ("2026-Q1", 2),
    "F-048": ("2026-Q1", 1),
}
# Nobody has said what these mean for the goals, which risks these have, and what reserve these hold.
WITHOUT_GOAL = frozenset({"F-010", "F-015", "F-030", "F-035", "F-045", "F-046", "F-055", "F-060"})
WITHOUT_RISKS = frozenset({"F-007", "F-032", "F-055", "F-060"})
WITHOUT_RESERVE = frozenset({"F-008", "F-043", "F-055"})

# What whoever handed in wrote where the return had to be confirmed: amounts that jump, and what has no decision behind it.
_NEW_YEARS = "Beløp er flyttet mellom år etter ny fremdriftsplan. Kontrollert mot regnskap og kontrakt."
NOTES = {
    ("kystfylket", "2024-Q4"): _NEW_YEARS,
    ("veietaten", "2024-Q4"): _NEW_YEARS,
    ("fjordby", "2025-Q1"): _NEW_YEARS,
    ("kystfylket", "2025-Q2"): _NEW_YEARS,
    ("veietaten", "2025-Q2"): _NEW_YEARS,
    ("lindvag", "2025-Q2"): _NEW_YEARS,
    ("austmark", "2025-Q2"): "F-058 er slått sammen med F-057. Prognosen for F-058 er det som er brukt.",
    ("veietaten", "2025-Q3"): _NEW_YEARS,
    ("lindvag", "2025-Q3"): _NEW_YEARS,
    ("lindvag", "2025-Q4"): _NEW_YEARS,
    ("austmark", "2025-Q4"): "F-059 er utgått. Prognosen er det som er brukt.",
    ("veietaten", "2026-Q1"): "Opprinnelig plan for F-043 er lagt om. Vedtak er ikke gjort ennå.",
}

# Project | table | column | code | first and last quarter, or from one on | what stands after the colon.
LEFT_OUT = """
F-014 | cost_estimates | forecast_mnok   | not_yet_known  | 2024-Q3 2025-Q3 | traseen er ikke valgt
F-047 | cost_estimates | forecast_mnok   | not_yet_known  | 2024-Q3         | venter på forprosjektet
F-053 | cost_estimates | forecast_mnok   | not_yet_known  | 2025-Q3         |
F-033 | cost_estimates | forecast_mnok   | not_delivered  | 2025-Q4 2025-Q4 | venter på tall fra operatøren
F-014 | cost_estimates | estimate_method | not_yet_known  | 2024-Q3 2025-Q3 |
F-043 | cost_estimates | p50_mnok        | exempt         | 2026-Q1 2026-Q2 | konkurransen pågår
F-043 | cost_estimates | p85_mnok        | exempt         | 2026-Q1 2026-Q2 | konkurransen pågår
F-016 | progress       | physical_pct    | not_delivered  | 2025-Q2 2025-Q2 | skolene har ikke svart
F-031 | progress       | planned_pct     | not_applicable | 2024-Q3         | leveres løpende
F-053 | milestones     | forecast_on     | not_yet_known  | 2025-Q3         | satt på vent
F-047 | milestones     | forecast_on     | not_yet_known  | 2024-Q3 2025-Q2 |
F-022 | goal_contributions | evidence_grade | not_yet_known | 2024-Q3       |
F-063 | risks          | probability_pct | not_yet_known  | 2026-Q1         | vurderes i oppstarten
F-027 | risks          | consequence_high_mnok | not_yet_known | 2024-Q3 2025-Q2 |
F-009 | reserve        | held_mnok       | not_delivered  | 2025-Q3 2025-Q3 |
F-025 | deviations     | proposed_action | not_yet_known  | 2025-Q2 2025-Q3 | partene møtes i oktober
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column of a project that has a coded missing value in some quarters."""

    project_id: str
    table: str
    column: str
    missing: Missing
    first: int
    last: int


def left_out(project_id: str, table: str, quarter: int) -> dict[str, Missing]:
    """What a project's rows of a table do not answer in a quarter, by column."""
    found = _left_out().get((project_id, table), ())
    return {one.column: one.missing for one in found if one.first <= quarter <= one.last}


@cache
def _left_out() -> dict[tuple[str, str], tuple[LeftOut, ...]]:
    by_table: dict[tuple[str, str], tuple[LeftOut, ...]] = {}
    for one in _lines():
        by_table[(one.project_id, one.table)] = (*by_table.get((one.project_id, one.table), ()), one)
    return by_table


def _lines() -> Iterator[LeftOut]:
    for line in LEFT_OUT.strip().splitlines():
        project_id, table, column, code, quarters, reason = (cell.strip() for cell in line.split("|"))
        first, *last = quarters.split()
        yield LeftOut(
            project_id, table, column, Missing(code, reason or None), QUARTERS.index(first),
            QUARTERS.index(last[0]) if last else len(QUARTERS) - 1,
        )  # fmt: skip
