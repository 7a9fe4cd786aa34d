"""A whole, clean return of one invented project. A test states only what differs.

`a_return()` has no fault. `a_return(economy={"spent_to_date_mnok": 5})` changes the first row of a table, `economy={2: {...}}`
the third, and `economy=[{...}, {...}]` gives rows of their own, each filled up from the first one. None makes a cell blank.
Answers are written as people do: amounts as numbers, dates as 2026-03-01, lists and shares as in the workbook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.forms import Form, FormColumn, FormTable, load_form
from domain.returns import Answer, Return, ReturnRow, Split
from domain.rows import Finding, column_letters
from domain.words import LANGUAGES
from pipelines.printing import finding_text

FORM: Form = load_form()
Cells = Mapping[str, Any]
Changes = Cells | Mapping[int, Cells] | Sequence[Cells]

KRONER = {"price_kind": "real", "price_year": 2026, "includes_vat": False, "amount_source": "Regnskap"}
MONEY = {
    "project_id": "F-001", "funding_source_id": "statlige_programmidler", "cost_element": "cycling", "year": 2026,
    "spent_period_mnok": 0, **KRONER,
}  # fmt: skip
OF_IT = {"project_id": "F-001"}
CLEAN: dict[str, list[dict[str, Any]]] = {
    "projects": [
        {
            "project_id": "F-001", "project_name": "Sykkelvei langs Elva", "owner_party_id": "fjordby", "working_area_split": "nord",
            "municipality_codes": "F01", "road_number": "Fv 101", "focus_area_id": "gange_sykkel", "phase": "construction",
            "standing": "running", "plan_status": "adopted",
        }
    ],
    "progress": [
        {
            "project_id": "F-001", "physical_pct": 55, "planned_pct": 60, "colour_time": "green", "colour_cost": "green",
            "colour_quality": "green", "colour_risk": "green", "colour_overall": "green",
        }
    ],
    "milestones": [
        {**OF_IT, "milestone": "plan_adopted", "baseline_on": "2023-05-01", "forecast_on": "2023-06-01", "actual_on": "2023-06-01"},
        {**OF_IT, "milestone": "funding_decided", "baseline_on": "2023-10-01", "forecast_on": "2023-10-01", "actual_on": "2023-10-01"},
        {**OF_IT, "milestone": "construction_start", "baseline_on": "2025-03-01", "forecast_on": "2025-03-10", "actual_on": "2025-03-10"},
        {**OF_IT, "milestone": "opening", "baseline_on": "2027-06-01", "forecast_on": "2027-08-01"},
        {**OF_IT, "milestone": "final_accounts", "baseline_on": "2028-06-01", "forecast_on": "2028-08-01"},
    ],
    "economy": [
        {**MONEY, "year": 2025, "budget_mnok": 40, "spent_to_date_mnok": 38, "forecast_mnok": 38},
        {**MONEY, "budget_mnok": 60, "spent_period_mnok": 12.4, "spent_to_date_mnok": 41.3, "forecast_mnok": 60, "requisitioned_mnok": 50},
        {**MONEY, "year": 2027, "budget_mnok": 20, "spent_to_date_mnok": 0, "forecast_mnok": 22},
    ],
    "cost_estimates": [
        {
            "project_id": "F-001", "p50_mnok": 118, "p85_mnok": 131, "low_mnok": 100, "likely_mnok": 116, "high_mnok": 140,
            "forecast_mnok": 120, "estimate_method": "anslag", "estimated_on": "2024-09-01", **KRONER,
        }
    ],
    "risks": [
        {
            "project_id": "F-001", "risk_id": "R1", "kind": "risk", "description": "Grunnforhold", "probability_pct": 20,
            "consequence_low_mnok": 1, "consequence_likely_mnok": 2, "consequence_high_mnok": 5, "response": "Grunnboring",
            "responsible": "Prosjektleder", "is_open": True, **KRONER,
        }
    ],
    "goal_contributions": [
        {
            "project_id": "F-001", "indicator_id": "rvu_modal_share", "low": -40, "likely": -25, "high": -10,
            "effect_unit": "car_trips_per_day", "evidence_grade": "model",
        }
    ],
    "deviations": [
        {
            "project_id": "F-001", "deviation_id": "A1", "kind": "time", "cause": "Sen levering", "proposed_action": "Ny fremdriftsplan",
            "body_id": "prioriteringsrad",
        }
    ],
    "reserve": [{"project_id": "F-001", "reserve_level": "project", "released_mnok": 3, "held_mnok": 9, **KRONER}],
}  # fmt: skip


def a_return(period: str = "2026-Q3", agreement_id: str = "fjordbyen", **changes: Changes) -> Return:
    """The clean return with changes by table."""
    unknown = set(changes) - set(CLEAN)
    if unknown:
        raise KeyError(f"no table {', '.join(sorted(unknown))}; there are {', '.join(CLEAN)}")
    rows = {name: _rows(FORM.table(name), _changed(clean, changes.get(name, {}))) for name, clean in CLEAN.items()}
    return Return(FORM.form_id, FORM.newest, agreement_id, "fjordby", period, rows)


def last_quarter(**changes: Changes) -> Return:
    """The return before it, clean beside it: less was spent."""
    economy = {1: {"spent_period_mnok": 10, "spent_to_date_mnok": 28.9}}
    return a_return("2026-Q2", **{"economy": economy, **changes})


def cell(table: str, column: str, row: int = 0) -> tuple[str, str]:
    """The sheet and cell of a column in the row of a number, counted from 0 as in `a_return`."""
    named = [found.column for found in FORM.table(table).columns]
    return FORM.table(table).sheet.nb, f"{column_letters(named.index(column) + 1)}{row + 2}"


def told(findings: Sequence[Finding]) -> list[tuple[str, str | None, str | None]]:
    """What is asserted of findings: code, sheet and cell."""
    return [(finding.code, finding.sheet, finding.cell) for finding in findings]


def said(findings: Sequence[Finding]) -> list[str]:
    """Each finding's message and action in both languages; KeyError where a place of a text is not filled."""
    return [finding_text(found, part, language) for found in findings for part in ("message", "action") for language in LANGUAGES]


def _changed(clean: list[dict[str, Any]], change: Changes) -> list[dict[str, Any]]:
    if isinstance(change, Mapping):
        by_row = change if all(isinstance(key, int) for key in change) else {0: change}
        return [{**cells, **by_row.get(number, {})} for number, cells in enumerate(clean)]
    return [{**clean[0], **cells} for cells in change]


def _rows(table: FormTable, rows: Sequence[Cells]) -> tuple[ReturnRow, ...]:
    places = {column.column: number for number, column in enumerate(table.columns, 1)}
    return tuple(
        ReturnRow(
            table.table, table.sheet.nb, number,
            {name: _answer(table.column(name), given) for name, given in cells.items() if given is not None}, places,
        )
        for number, cells in enumerate(rows, 2)
    )  # fmt: skip


def _answer(column: FormColumn, given: Any) -> Answer:
    """What is written, as the reader would have it. Answers of other types, such as Missing, stay."""
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return int(given) if column.type in {"whole", "year"} else Decimal(str(given))
    if not isinstance(given, str):
        return given
    if column.type == "date":
        return dt.date.fromisoformat(given)
    if column.type in {"choices", "ids"}:
        return tuple(part.strip() for part in given.split(";"))
    if column.type == "split":
        parts = [part.split() for part in given.split(";")]
        return Split(tuple((part[0], Decimal(part[1] if len(part) > 1 else 100)) for part in parts))
    return given
