"""Reports in another form: the tertial report of the invented county, and any sheets without a file.

tertial_report()                          the worked example of docs/how_to.md as the bytes of a workbook
tertial_report(edit=lambda sheet: ...)    the same after what openpyxl can do to its one sheet
book(rows, ...)                           rows as a sheet that has been read
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from ruamel.yaml import YAML

from domain.mappings import FormMapping, load_mapping
from pipelines.reading.workbook import CellNote, ReadWorkbook, Sheet

T1, T2 = dt.date(2026, 4, 30), dt.date(2026, 8, 31)
# The rows of the sheet: a name, and the figures of each project in the first and the second tertial.
ROWS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("Fase", ("Bygging", "Bygging", "Bygging", "Bygging", "Prosjektering", "Bygging")),
    ("Vurdering fremdrift", (4, 3, 5, 5, 4, 4)),
    ("Vurdering kostnad", (4, 4, 4, 2, 5, 5)),
    ("Vurdering samlet", (4, 3, 4, 3, 4, 4)),
    ("Merknad", (None, "Sen levering av heis", None, "Mer masse enn ventet", None, None)),
    ("Ferdig", (0.55, 0.7, 0.4, 0.52, "-", 0.05)),
    ("Regnskap tidligere år", (61000, 61000, 48000, 48000, 6400, 6400)),
    ("Budsjett 2026", (64000, 64000, 70000, 70000, 30000, 30000)),
    ("Regnskap hittil 2026", (18250, 40100, 22000, 47500, 2100, 9900)),
    ("Prognose 2026", (63200, 62500, 71400, 78000, 30000, 28700)),
    ("Avvik 2026 (besparelse +)", (800, 1500, -1400, -8000, 0, 1300)),
    ("Gjenstår etter 2026", (22000, 22000, 55000, 56500, 52000, 53300)),
    ("Sluttprognose", (146200, 145500, 174400, 182500, 88400, 88400)),
    ("Forbruk av prognose 2026", (0.2888, 0.6416, 0.3081, 0.609, 0.07, 0.3449)),
    ("Styringsramme (P50)", (148000, 148000, 176000, 176000, 92000, 92000)),
    ("Kostnadsramme (P85)", (166000, 166000, 197000, 197000, "n.a.", 104000)),
)  # fmt: skip
PROJECTS = ("Lindvåg mobilitetspunkt", "Gamle Strandvei miljøgate, øst", "Granøy sentrum miljøgate")
ADDED_UP = {
    "Regnskap tidligere år", "Budsjett 2026", "Regnskap hittil 2026", "Prognose 2026", "Avvik 2026 (besparelse +)",
    "Gjenstår etter 2026", "Sluttprognose",
}  # fmt: skip
ROW_OF = {name: number for number, (name, _) in enumerate(ROWS, 5)}


def tertial_report(edit: Callable[[Worksheet], object] | None = None) -> bytes:
    """The county's report of both tertials."""
    file = Workbook()
    sheet = file.active
    sheet.title = "Tertialrapport"
    sheet["A1"] = "Kystfylket fylkeskommune, tertialrapport 2026. Beløp i tusen kroner, faste 2024-kroner uten mva."
    sheet["A3"], sheet["A4"] = "Prosjekt", "Per dato"
    for place, name in enumerate((*PROJECTS, "Sum")):
        column = 2 + 2 * place
        sheet.cell(3, column, name)
        sheet.merge_cells(start_row=3, start_column=column, end_row=3, end_column=column + 1)
        for offset, day in enumerate((T1, T2)):
            sheet.cell(4, column + offset, day)
    for name, figures in ROWS:
        sheet.cell(ROW_OF[name], 1, name)
        for place, figure in enumerate(figures):
            sheet.cell(ROW_OF[name], 2 + place, figure)
        if name in ADDED_UP:
            for offset in (0, 1):
                sheet.cell(ROW_OF[name], 8 + offset, sum(figures[offset::2]))
    if edit:
        edit(sheet)
    kept = io.BytesIO()
    file.save(kept)
    return kept.getvalue()


def book(
    rows: Sequence[Sequence[Any]], name: str = "Ark1", merged: Sequence[str] = (), notes: Sequence[CellNote] = (), **shape: Any
) -> ReadWorkbook:
    """One sheet as it comes out of the reader."""
    return ReadWorkbook((Sheet(name, tuple(map(tuple, rows)), False, tuple(merged), **shape),), {}, tuple(notes), None)


def mapping(folder: Path, **content: Any) -> FormMapping:
    """A mapping with the given content beside what every mapping must have, through its file."""
    whole = {
        "mapping_id": "own", "name": {"nb": "Egen", "en": "Own"}, "form_id": "quarterly_return", "party_id": "fjordby", **content,
    }  # fmt: skip
    path = folder / f"{whole['mapping_id']}.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(whole, file)
    return load_mapping(path)
