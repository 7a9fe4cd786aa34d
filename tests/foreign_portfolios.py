"""Portfolios as other countries publish them, with invented names and figures, each with the mapping that reads it.

annual_return(year)      one report of a government's major projects: laid out anew every year, in pounds
ANNUAL                   its mapping, as the content of a YAML file
panel()                  a city's capital projects, in dollars: many report dates in one sheet, totals filled in afterwards
PANEL                    its mapping
schemes()                what schemes are said to cost, in words
SCHEMES                  its mapping
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

YEARS = (2020, 2021, 2022, 2023, 2024)
TRANSPOSED = {2021, 2023}
FIELDS = (
    "Project name", "Delivery confidence", "Departmental commentary", "Baseline end date", "Forecast end date", "Approved cost (£m)",
    "Approved ceiling (£m)", "Whole life cost (£m)", "Variance (£m)", "Departmental commentary", "Benefits (£m)",
)  # fmt: skip
SECRET = "Exempt under Section 43 of the Freedom of Information Act"
END, END_SERIAL = dt.date(2027, 4, 1), 46478
TUNNEL, LOOP, SIGNALS, EXCHANGE, PATH = (
    "Harbour Tunnel",
    "North Loop Rail",
    "Signal Renewal A",
    "Data Exchange",
    "Coast Path Upgrade",
)
Row = tuple[Any, ...]

# Name, rating, commentary, baseline, forecast, approved, ceiling, whole life cost, variance (negative: over), commentary, benefits.
HIDDEN: Row = (EXCHANGE, SECRET, None, SECRET, SECRET, SECRET, SECRET, SECRET, SECRET, SECRET, SECRET)
RETURNS: dict[int, tuple[Row, ...]] = {
    2020: (
        (TUNNEL, "Amber/Green", "Ground surveys done", "01/04/2027", END, 20, 24, "£19.00m", 1, "Within cost", "£41m"),
        (LOOP, "Green", None, "Q4 2025", "31/12/2025", 100, 120, 100, 0, None, 210),
        (SIGNALS, "Green", None, dt.date(2026, 6, 30), dt.date(2026, 6, 30), 30, 36, "£30m", 0, None, None),
        ("Signal Renewal B", "Amber", "Staff are scarce", "30 June 2026", "Q2 2026", 20, 24, 20, 0, None, None),
        HIDDEN,
    ),
    2021: (
        (TUNNEL, "Amber", "Ground is harder than expected", "1 April 2027", END_SERIAL, "£20m", "£24m", "£19.50m", "0.5", None, 41),
        (LOOP, "Amber/Red", "Land is dear", "2025-12-31", "Q4 2025", "£100m", "£120m", "£104.2m", "(4.2)", "Over cost", 210),
        (SIGNALS, "Green", None, "Q2 2026", "2026-06-30", 30, 36, 30, 0, None, None),
        ("Signal Renewal B", "Green", None, "Q2 2026", "2026-06-30", 20, 24, 20, 0, None, None),
        HIDDEN,
    ),
    2022: (
        (TUNNEL, "Amber", "Opening is later", END_SERIAL, "1 August 2027", 20, 24, "£21.00m", "(1)", "Over cost", 41),
        ("Loop Line North", "Amber", "Land is dear", "31/12/2025", "31/12/2025", 100, 120, 104.2, -4.2, "Over cost", 210),
        (SIGNALS, "Green", None, "Q2 2026", "Q2 2026", 30, 36, 30, 0, None, None),
        ("Signal Renewal B", "Green", None, "Q2 2026", "Q2 2026", 20, 24, 20, 0, None, None),
        (EXCHANGE, "Amber", "Suppliers are few", "2026-01-31", "2026-01-31", 80, 95, 75, 5, None, None),
        (PATH, "Green", None, "Q3 2025", "Q3 2025", 10, 12, "£9m", 1, None, 3),
    ),
    2023: (
        (TUNNEL, "Green", None, "2027-04-01", "Q4 2027", "£20m", "£24m", "£26.19m", "(6.19)", "Rock", 41),
        ("Loop Line North", "Amber", "Land is dear", "Q4 2025", "Q4 2025", 100, 120, "£0.1042bn", "(4.2)", None, 210),
        ("Signal Renewal Programme", "Green", None, "Q2 2026", "Q2 2026", 50, 60, 50, 0, "A and B are one", None),
        HIDDEN,
        (PATH, "Green", None, "Q3 2025", "Q3 2025", 10, 12, 9, 1, None, 3),
    ),
    2024: (
        (TUNNEL, "Red", "Rock, and a new contractor", END, "Q4 2027", 20, 24, "£26.19m", "(6.19)", "Rock", 41),
        ("Loop Line North", "Green", None, "Q4 2025", "Q4 2025", 100, 120, 98, 2, None, 210),
        ("Signal Renewal Programme", "Green", None, "Q2 2026", "Q2 2026", 50, 60, 50, 0, None, None),
        (EXCHANGE, "Green", None, "2026-01-31", "2026-01-31", 80, 95, 76, 4, None, None),
        ("Coast Path East", "Green", None, "Q3 2025", "Q3 2025", 5, 6, 4.5, 0.5, None, 2),
        ("Coast Path West", "Green", None, "Q3 2025", "Q3 2025", 5, 6, "£5,000k", 0, None, 1),
    ),
}  # fmt: skip
# What a pound and a dollar are in kroner here: invented, as all else.
PER_POUND, PER_DOLLAR = "13.25", "10.5"
PLACED = {
    "owner_party_id": "veietaten",
    "municipality_codes": "Fjordby",
    "focus_area_id": "kollektiv",
    "working_area_split": "not_applicable",
}


def _currency(code: str, nok: str) -> dict[str, Any]:
    return {"code": code, "nok": nok, "on": dt.date(2024, 1, 2), "source": "oppdiktet kurs"}


def _amount(header: str, **more: Any) -> dict[str, Any]:
    return {"header": header, "unit": "million", **more}


def _day(header: str, reason: str) -> dict[str, Any]:
    return {"header": header, "date_format": ["dd/mm/yyyy", "excel_serial", "quarter_end"], "missing": {"Exempt under*": reason}}


def _colours(**known: Any) -> dict[str, Any]:
    return {
        f"colour_{kind}": "not_applicable"
        for kind in ("time", "cost", "quality", "risk", "overall")
        if f"colour_{kind}" not in known
    }


COSTS_SAID = {
    "price_kind": "real", "price_year": 2020, "includes_vat": "Nei", "amount_source": "Annual return", "estimate_method": "not_yet_known",
}  # fmt: skip


def _layout(year: int) -> dict[str, Any]:
    """The block of one year: the same columns, lying one way or the other."""
    lies = {"orientation": "columns", "header_column": "A"} if year in TRANSPOSED else {"header_row": 2}
    rating = {"header": "Delivery confidence", "scale": "confidence", "missing": {"Exempt under*": "not_yet_known"}}
    return {
        "sheet": "Return", "valid_from": dt.date(year, 1, 1), "valid_to": dt.date(year, 12, 31), **lies,
        "columns": {"project_id": "Project name"},
        "tables": [
            {"table": "projects", "columns": {"project_name": "Project name"},
             "constants": {**PLACED, "phase": "design", "standing": "running"}},
            {"table": "progress",
             "columns": {"colour_overall": rating, "reason_overall": {"header": "Departmental commentary", "nth": 1},
                         "status_text": {"header": "Departmental commentary", "nth": 2}},
             "constants": _colours(colour_overall=rating)},
            {"table": "milestones",
             "columns": {"baseline_on": _day("Baseline end date", "not_yet_known"),
                         "forecast_on": _day("Forecast end date", "not_delivered")},
             "constants": {"milestone": "opening"}},
            {"table": "cost_estimates",
             "columns": {"p50_mnok": _amount("Approved cost (£m)"), "p85_mnok": _amount("Approved ceiling (£m)"),
                         "forecast_mnok": _amount("Whole life cost (£m)")},
             "constants": COSTS_SAID},
        ],
        "checks": [
            {**_amount("Variance (£m)", sign="over_is_negative"),
             "equals": {"difference": ["Whole life cost (£m)", "Approved cost (£m)"]}},
        ],
        "left_out": [{"header": "Benefits (£m)", "why": "not_asked"}],
    }  # fmt: skip


ANNUAL: dict[str, Any] = {
    "mapping_id": "annual", "party_id": "veietaten", "currency": _currency("GBP", PER_POUND), "decimals": ".",
    "missing": {"Exempt under*": "exempt"},
    "scales": {"confidence": [
        {"valid_to": dt.date(2021, 12, 31),
         "codes": {"Green": "green", "Amber/Green": "green", "Amber": "yellow", "Amber/Red": "red", "Red": "red"}},
        {"valid_from": dt.date(2022, 1, 1), "codes": {"Green": "green", "Amber": "yellow", "Red": "red"}},
    ]},
    "identity": [
        {"project_id": "P-01", "names": [TUNNEL]},
        {"project_id": "P-02", "names": ["Loop Line North", {"name": LOOP, "valid_to": dt.date(2021, 12, 31)}]},
        {"project_id": "P-03", "names": ["Signal Renewal Programme", {"name": SIGNALS, "valid_to": dt.date(2022, 12, 31)}]},
        {"project_id": "P-04", "names": ["Signal Renewal B"],
         "left": {"valid_from": dt.date(2023, 1, 1), "answers": {"standing": "merged", "merged_into": "P-03"}}},
        {"project_id": "P-05", "names": [EXCHANGE]},
        {"project_id": "P-06", "names": ["Coast Path East", "Coast Path West", {"name": PATH, "valid_to": dt.date(2023, 12, 31)}]},
    ],
    "blocks": [_layout(year) for year in YEARS],
}  # fmt: skip


def reported_on(year: int) -> dt.date:
    """The day of the annual report of a year."""
    return dt.date(year, 3, 31)


def annual_sheet(year: int) -> list[Row]:
    """The rows of the sheet as that year's report has them."""
    table = [FIELDS, *RETURNS[year]]
    title = f"Major projects at 31 March {year}"
    return [*zip(*table, strict=True)] if year in TRANSPOSED else [(title,), *table]


def annual_return(year: int) -> bytes:
    """The workbook of one year."""
    return workbook("Return", annual_sheet(year))


# Capital projects. The last two columns were filled in when everything was over, on every row.

FIRST, SECOND, THIRD = dt.date(2023, 10, 31), dt.date(2024, 2, 15), dt.date(2024, 10, 10)
PANEL_FIELDS = (
    "Reporting Date",
    "Project",
    "Adopted Budget",
    "Budget Variance",
    "Forecast Completion",
    "Final Cost",
    "Total Change",
)
PANEL_ROWS: tuple[Row, ...] = (
    ("2023-10-31", "East Ferry Landing", 40, 2, "03/31/2026", 46.5, 6.5),
    ("2023-10-31", "Reservoir Roof", "$10.0 million", "$0", "12/31/2024", 10, 0),
    ("2023-12-20", "Ninth Avenue Bridge", "25", "(1.25)", "06/30/2026", 23.75, -1.25),
    ("2024-02-15", "East Ferry Landing", 40, "$3.5M", "06/30/2026", 46.5, 6.5),
    (THIRD, "East Ferry Landing", 40, 6.5, "09/30/2026", 46.5, 6.5),
    (THIRD, "Ninth Avenue Bridge", 25, -1.25, "06/30/2026", 23.75, -1.25),
)  # fmt: skip
BACK_FILLED = ("Final Cost", "Total Change")
PANEL: dict[str, Any] = {
    "mapping_id": "panel", "party_id": "kystfylket", "currency": _currency("USD", PER_DOLLAR), "decimals": ".",
    "identity": [
        {"project_id": "N-1", "names": ["East Ferry Landing"]},
        {"project_id": "N-2", "names": ["Ninth Avenue Bridge"]},
        {"project_id": "N-3", "names": ["Reservoir Roof"],
         "left": {"valid_from": dt.date(2024, 6, 1), "answers": {"standing": "cancelled"}}},
    ],
    "blocks": [{
        "sheet": "Panel", "header_row": 1,
        "report_date": {"header": "Reporting Date", "takes": "newest_until"},
        "columns": {"project_id": "Project"},
        "tables": [
            {"table": "projects", "columns": {"project_name": "Project"},
             "constants": {**PLACED, "owner_party_id": "kystfylket", "phase": "design", "standing": "running"}},
            {"table": "progress", "columns": {"project_id": "Project"}, "constants": _colours()},
            {"table": "milestones", "columns": {"forecast_on": {"header": "Forecast Completion", "date_format": "mm/dd/yyyy"}},
             "constants": {"milestone": "opening", "baseline_on": "not_yet_known"}},
            {"table": "cost_estimates", "columns": {"p50_mnok": _amount("Adopted Budget")},
             # Here a positive variance is over budget.
             "calculated": {"forecast_mnok": {"sum": [_amount("Adopted Budget"), _amount("Budget Variance", sign="over_is_positive")]}},
             "constants": {**COSTS_SAID, "price_year": "report_year", "p85_mnok": "not_yet_known"}},
        ],
        "left_out": [{"header": header, "why": "back_filled"} for header in BACK_FILLED],
    }],
}  # fmt: skip


def panel(rows: Sequence[Row] = PANEL_ROWS) -> bytes:
    """The workbook of every report date."""
    return workbook("Panel", [PANEL_FIELDS, *rows])


# Costs in words.

SCHEMES_ON = dt.date(2024, 6, 30)
SCHEME_ROWS: tuple[Row, ...] = (
    ("Quay lighting", "between 20 and 25 million"),
    ("River crossing", "£1bn-£1.5bn"),
    ("Bus depot", "£30m"),
    ("Flood wall", "over £500m"),
    ("Tram study", "up to £2.5 million"),
)
SCHEMES: dict[str, Any] = {
    "mapping_id": "schemes", "party_id": "lindvag", "currency": _currency("GBP", PER_POUND), "decimals": ".",
    "blocks": [{
        "sheet": 1, "header_row": 1, "columns": {"project_id": "Scheme"},
        "tables": [
            {"table": "projects", "columns": {"project_name": "Scheme"},
             "constants": {**PLACED, "owner_party_id": "lindvag", "phase": "idea", "standing": "running"}},
            {"table": "progress", "columns": {"project_id": "Scheme"}, "constants": _colours()},
            {"table": "cost_estimates",
             "columns": {"forecast_mnok": _amount("Cost", range="not_yet_known"), "low_mnok": _amount("Cost", range="low"),
                         "high_mnok": _amount("Cost", range="high")},
             "constants": {**COSTS_SAID, "estimate_method": "judgement"}},
        ],
    }],
    "identity": [{"project_id": f"S-{number}", "names": [row[0]]} for number, row in enumerate(SCHEME_ROWS, 1)],
}  # fmt: skip


def schemes() -> bytes:
    """The workbook of the schemes."""
    return workbook("Schemes", [("Scheme", "Cost"), *SCHEME_ROWS])


def workbook(sheet: str, rows: Sequence[Row]) -> bytes:
    """One sheet as the bytes of a workbook."""
    file = Workbook()
    own = file.active
    own.title = sheet
    for row in rows:
        own.append(row)
    kept = io.BytesIO()
    file.save(kept)
    return kept.getvalue()
