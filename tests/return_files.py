"""Returns as rows and as files: a small valid one of three projects over all nine tables, and any return as a workbook or CSV.

- `filled()`: the small return of fjordby for 2026-Q3, as the bytes of a workbook.
- `filled(economy__budget_mnok="tolv")`: the same with another cell in the first row of a table; None empties it.
- `filled(edit=lambda book: book.remove(book["Avvik"]))`: the same after anything that openpyxl can do.
- `small_return()`: the same as rows, with the cells that they stand in.
- `workbook_of(a_return, "en")`: any return as the bytes of a workbook with stamp and instructions; `book_of`: as read from it.
- `csv_of(a_return, folder)`: any return as one CSV file for each table.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.packaging.custom import StringProperty

from domain.facts import Unknown
from domain.forms import STAMP, STAMP_PROPERTY, STAMP_SHEET, Form, FormColumn, FormTable, choices, load_form
from domain.model import Agreement
from domain.period import Period
from domain.returns import Answer, Missing, Return, ReturnRow, Split
from domain.words import text
from pipelines.reading.workbook import ReadWorkbook, Sheet
from tests.builders import agreement as built_in

FIRST_ROW = 2
UNKNOWN_YET = Missing("not_yet_known")


def filled(
    agreement_id: str = "fjordbyen", party_id: str = "fjordby", period: str = "2026-Q3", *, language: str = "nb",
    edit: Callable[[Workbook], object] | None = None, **changes: Any,
) -> bytes:  # fmt: skip
    """The small valid return as a workbook, with `table__column=content` in the first row of tables, and then as edited."""
    found = small_return(agreement_id, party_id, period, language)
    return edited(workbook_of(found, language), lambda book: _change(book, found, changes, language, edit))


def saved(content: bytes, folder: Path, name: str = "return.xlsx") -> Path:
    """The bytes as a file."""
    path = folder / name
    path.write_bytes(content)
    return path


def edited(content: bytes, edit: Callable[[Workbook], object]) -> bytes:
    """The workbook after what openpyxl can do to it."""
    book = load_workbook(io.BytesIO(content))
    edit(book)
    return _bytes(book)


def _change(
    book: Workbook, found: Return, changes: dict[str, Any], language: str, edit: Callable[[Workbook], object] | None
) -> None:
    for name, content in changes.items():
        table, column = name.split("__")
        row = found.of(table)[0]
        book[row.sheet].cell(row.row, row.places[column]).value = content
    if edit:
        edit(book)


def workbook_of(found: Return, language: str = "nb", *, is_stamped: bool = True) -> bytes:
    """A return as its template would be filled in: instructions, a sheet for each table with headings in row 1, the stamp."""
    book = Workbook()
    book.active.title = text("template.sheet", language)
    book.active["A1"] = "Kvartalsrapport"
    form, agreement = load_form().at(found.form_version), built_in(found.agreement_id)
    for table in form.tables:
        sheet = book.create_sheet(table.sheet.in_language(language))
        for cells in cells_of(found, table, form, agreement, language):
            sheet.append(cells)
    if is_stamped:
        stamp = book.create_sheet(STAMP_SHEET)
        stamp.sheet_state = "veryHidden"
        for name, told in stamp_of(found, language).items():
            stamp.append([name, told])
            book.custom_doc_props.append(StringProperty(name=f"{STAMP_PROPERTY}{name}", value=told))
    return _bytes(book)


def book_of(found: Return, language: str = "nb") -> ReadWorkbook:
    """What the reader says of that workbook, without a file."""
    form, agreement = load_form().at(found.form_version), built_in(found.agreement_id)
    sheets = [
        Sheet(table.sheet.in_language(language), tuple(map(tuple, cells_of(found, table, form, agreement, language))), False)
        for table in form.tables
    ]
    stamp = Sheet(STAMP_SHEET, tuple(stamp_of(found, language).items()), True)
    return ReadWorkbook((*sheets, stamp), {}, (), None)


def csv_of(found: Return, folder: Path, language: str = "nb") -> list[Path]:
    """A return as one CSV file for each table, as a Norwegian Excel writes them."""
    form, agreement = load_form().at(found.form_version), built_in(found.agreement_id)
    paths = []
    for table in form.tables:
        paths.append(folder / f"{found.period} {table.sheet.in_language(language)}.csv")
        with paths[-1].open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(
                [in_csv(cell) for cell in cells] for cells in cells_of(found, table, form, agreement, language)
            )
    return paths


def in_csv(cell: Any) -> str:
    """What a Norwegian Excel writes of a cell."""
    if isinstance(cell, dt.date):
        return cell.strftime("%d.%m.%Y")
    return "" if cell is None else str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def stamp_of(found: Return, language: str) -> dict[str, str]:
    """What the template says of itself."""
    told = (found.form_id, str(found.form_version), found.agreement_id, found.party_id, found.period, language)
    return dict(zip(STAMP, told, strict=True))


def cells_of(found: Return, table: FormTable, form: Form, agreement: Agreement, language: str) -> Iterator[list[Any]]:
    """The headings of a table and then what stands in the cells of each row."""
    yield [form.heading(column, language) for column in table.columns]
    for row in found.of(table.table):
        yield [written(row.answers.get(column.column), column, form, agreement, language) for column in table.columns]


def written(answer: Answer | None, column: FormColumn, form: Form, agreement: Agreement, language: str) -> Any:
    """What stands in a cell for an answer."""
    labels = {choice.code: choice.label.in_language(language) for choice in choices(column, agreement)}
    if isinstance(answer, Missing):
        label = form.missing_code(answer.code).label.in_language(language)
        return f"{label}: {answer.reason}" if answer.reason else label
    if isinstance(answer, Split):
        shares = [(labels.get(code, code), f"{share:f}".replace(".", ",")) for code, share in answer.shares]
        return shares[0][0] if shares[0][1] == "100" else "; ".join(f"{label} {share}" for label, share in shares)
    if isinstance(answer, tuple):
        return "; ".join(labels.get(code, code) for code in answer)
    if isinstance(answer, bool):
        return labels["yes" if answer else "no"]
    if isinstance(answer, Decimal):
        return float(answer)
    return labels.get(answer, answer) if isinstance(answer, str) else answer


def small_return(
    agreement_id: str = "fjordbyen", party_id: str = "fjordby", period: str = "2026-Q3", language: str = "nb"
) -> Return:
    """Three projects of a party: one being built, one being designed, one opened. Their figures agree with each other."""
    form = load_form()
    version = form.version_for(period)
    rows = {}
    for table in form.at(version).tables:
        places = {column.column: number for number, column in enumerate(table.columns, 1)}
        told = _TABLES[table.table](_Whose(built_in(agreement_id), party_id, period))
        rows[table.table] = tuple(
            ReturnRow(table.table, table.sheet.in_language(language), number, answers, places)
            for number, answers in enumerate(told, FIRST_ROW)
        )
    return Return(form.form_id, version, agreement_id, party_id, period, rows)


class _Whose:
    """What the small return takes from its agreement; where a list is unknown, any text."""

    def __init__(self, agreement: Agreement, party_id: str, period: str) -> None:
        self.party_id = party_id
        self.first_day = Period.parse(period).first.first_day
        self.year = self.first_day.year
        places = [place for place in agreement.municipalities if place.is_in_agreement]
        self.municipality = next((place for place in places if place.party_id == party_id), places[0]).municipality_code
        areas = [area for area in agreement.working_areas if not isinstance(area.municipality_codes, Unknown)]
        here = [area.working_area_id for area in areas if self.municipality in area.municipality_codes]
        self.areas = here or [area.working_area_id for area in agreement.working_areas]
        self.focus_area = "sykkel" if isinstance(agreement.focus_areas, Unknown) else agreement.focus_areas[0].focus_area_id
        free = [source.funding_source_id for source in agreement.funding_sources if not source.only_in]
        self.source = "kommunale" if "kommunale" in free else free[0]
        self.body = next(body.body_id for body in agreement.bodies if body.standing != "former")
        price_year = agreement.price_year
        self.basis: dict[str, Answer] = {
            "price_kind": "real",
            "price_year": self.year if isinstance(price_year, Unknown) else price_year,
            "includes_vat": True,
            "amount_source": "Regnskap",
        }

    def day(self, years: int, month: int = 6) -> dt.date:
        return dt.date(self.year + years, month, 1)


def _projects(whose: _Whose) -> list[dict[str, Answer]]:
    areas = whose.areas[:2]
    both = Split(tuple(zip(areas, (Decimal("62.5"), Decimal("37.5")), strict=True))) if len(areas) == 2 else None
    one = Split(((areas[0], Decimal(100)),))
    told = [
        ("construction", "Gang- og sykkelveg ved elva", both or one),
        ("design", "Nytt kryss", one),
        ("opened", "Fortau", one),
    ]
    rows: list[dict[str, Answer]] = [
        {
            "project_id": f"T-00{number}", "project_name": name, "owner_party_id": whose.party_id, "working_area_split": split,
            "municipality_codes": (whose.municipality,), "road_number": "Fv 5476", "focus_area_id": whose.focus_area,
            "phase": phase, "standing": "running", "plan_status": "adopted", "latitude": Decimal("60.39"),
            "longitude": Decimal("5.32"),
        }
        for number, (phase, name, split) in enumerate(told, 1)
    ]  # fmt: skip
    rows[0]["depends_on"] = ("T-003",)
    return rows


def _progress(_: _Whose) -> list[dict[str, Answer]]:
    colours: dict[str, Answer] = {f"colour_{part}": "green" for part in ("time", "cost", "quality", "risk", "overall")}
    return [
        {"project_id": "T-001", "physical_pct": Decimal("48.5"), "planned_pct": Decimal(50), **colours, "status_text": "I rute."},
        {"project_id": "T-002", **colours, "colour_time": "yellow", "reason_time": "Høringen tar lengre tid."},
        {"project_id": "T-003", "physical_pct": Decimal(100), **colours},
    ]


def _milestones(whose: _Whose) -> list[dict[str, Answer]]:
    def one(project_id: str, milestone: str, day: dt.date, *, is_reached: bool) -> dict[str, Answer]:
        reached: dict[str, Answer] = {"actual_on": day} if is_reached else {}
        return {"project_id": project_id, "milestone": milestone, "baseline_on": day, "forecast_on": day, **reached}

    return [
        one("T-001", "construction_start", whose.day(-1), is_reached=True),
        one("T-001", "opening", whose.day(1), is_reached=False),
        one("T-002", "construction_start", whose.day(1), is_reached=False),
        one("T-002", "opening", whose.day(2), is_reached=False),
        one("T-003", "construction_start", whose.day(-3), is_reached=True),
        one("T-003", "opening", whose.day(-1), is_reached=True),
    ]


def _economy(whose: _Whose) -> list[dict[str, Answer]]:
    def one(project_id: str, years: int, *amounts: str) -> dict[str, Answer]:
        names = ("budget_mnok", "spent_period_mnok", "spent_to_date_mnok", "forecast_mnok", "requisitioned_mnok")
        told: dict[str, Answer] = {name: Decimal(amount) for name, amount in zip(names, amounts, strict=True)}
        key: dict[str, Answer] = {"project_id": project_id, "funding_source_id": whose.source, "cost_element": "cycling"}
        return {**key, "year": whose.year + years, **told, **whose.basis}

    return [
        one("T-001", -1, "10", "0", "10", "10", "10"),
        one("T-001", 0, "20", "4.5", "12.25", "20.5", "12.25"),
        one("T-001", 1, "15", "0", "0", "15", "0"),
        one("T-002", 1, "30", "0", "0", "30", "0"),
        one("T-003", -2, "12.125", "0", "12.125", "12.125", "12.125"),
    ]


def _cost_estimates(whose: _Whose) -> list[dict[str, Answer]]:
    def one(project_id: str, forecast: str, **told: Answer) -> dict[str, Answer]:
        return {"project_id": project_id, **told, "forecast_mnok": Decimal(forecast), **whose.basis}

    three: dict[str, Answer] = {"low_mnok": Decimal(40), "likely_mnok": Decimal(45), "high_mnok": Decimal(56)}
    dated: dict[str, Answer] = {"estimated_on": whose.day(-1)}
    return [
        one("T-001", "45.5", p50_mnok=Decimal(46), p85_mnok=Decimal(52), estimate_method="anslag", **three, **dated),
        one("T-002", "30", p50_mnok=Missing("not_yet_known", "kommer med kostnadsoverslaget"), estimate_method="unit_prices"),
        one("T-003", "12.125", estimate_method="contract"),
    ]


def _risks(whose: _Whose) -> list[dict[str, Answer]]:
    return [
        {
            "project_id": "T-001", "risk_id": "1", "kind": "risk", "description": "Dårligere grunn enn ventet",
            "probability_pct": Decimal(20), "consequence_low_mnok": Decimal(1), "consequence_likely_mnok": Decimal(2),
            "consequence_high_mnok": Decimal(4), "consequence_days": 60, "response": "Flere grunnboringer",
            "responsible": "prosjektleder", "is_open": True, **whose.basis,
        }
    ]  # fmt: skip


def _goal_contributions(_: _Whose) -> list[dict[str, Answer]]:
    effect: dict[str, Answer] = {"low": Decimal(-300), "likely": Decimal(-200), "high": Decimal(-50)}
    said: dict[str, Answer] = {"effect_unit": "car_trips_per_day", "evidence_grade": "model", "effect_source": "Notat"}
    # The first indicator that the catalogue has.
    indicator = choices(load_form().table("goal_contributions").column("indicator_id"), built_in())[0].code
    return [{"project_id": f"T-00{number}", "indicator_id": indicator, **effect, **said} for number in (1, 2, 3)]


def _deviations(whose: _Whose) -> list[dict[str, Answer]]:
    return [
        {
            "project_id": "T-002", "deviation_id": "1", "kind": "time", "cause": "Lang høring", "body_id": whose.body,
            "proposed_action": UNKNOWN_YET,
        }
    ]  # fmt: skip


def _reserve(whose: _Whose) -> list[dict[str, Answer]]:
    amounts: dict[str, Answer] = {"released_mnok": Decimal(0), "held_mnok": Decimal("0.5")}
    return [{"project_id": "T-001", "reserve_level": "project", **amounts, **whose.basis}]


_TABLES: dict[str, Callable[[_Whose], list[dict[str, Answer]]]] = {
    "projects": _projects,
    "progress": _progress,
    "milestones": _milestones,
    "economy": _economy,
    "cost_estimates": _cost_estimates,
    "risks": _risks,
    "goal_contributions": _goal_contributions,
    "deviations": _deviations,
    "reserve": _reserve,
}


def _bytes(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
