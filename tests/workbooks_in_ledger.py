"""Returns that lie in the ledger as the workbooks that they are, without a check: handed in, found in, and approved if wanted."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from domain.forms import load_form
from domain.rows import Finding
from pipelines.acting import people_of
from pipelines.history.acts import act_row, decision, finding_rows
from pipelines.history.ledger import Original, open_ledger, submitted
from pipelines.history.publish import publish
from pipelines.history.return_rows import new_return, return_tables
from pipelines.reading.return_file import read_return
from pipelines.reading.returned.whose import Asked
from tests.builders import AT, agreement
from tests.return_files import filled, saved

ANALYST, LEAD = "fjordby.analyst", "secretariat.lead"


def hand_in(
    folder: Path, at: dt.datetime = AT, *, name: str = "rapport.xlsx", period: str = "2026-Q3", findings: Sequence[Finding] = (),
    is_approved: bool = True, **cells: Any,
) -> int:  # fmt: skip
    """The number of the small return of fjordby with these cells, in the data folder, published."""
    folder.mkdir(parents=True, exist_ok=True)
    content = filled(period=period, **cells)
    known = {"fjordbyen": agreement()}
    found = read_return([saved(content, folder.parent)], load_form(), known, Asked(None, None, None)).found
    people = {person.person_id: person for person in people_of(agreement(), folder)}
    with open_ledger(folder) as ledger:
        number = ledger.next_id()
        new = new_return(found, (Original(name, content),), agreement(), ANALYST, at, at, "submit", people[ANALYST].roles)
        tables = {**return_tables(found), "return_finding": finding_rows(findings)}
        acts = [act_row(number, "submit", people[ANALYST], at, new.receipt)]
        changes = [submitted(new, tables, number, return_acts=acts)]
        if is_approved:
            decided_at = at + dt.timedelta(days=3)
            changes.append(decision(number, "fjordbyen", new.receipt, "approve", people[LEAD], decided_at))
        ledger.write(changes)
        publish(ledger, at)
    return number


def cell_of(content: bytes, sheet: str, cell: str) -> object:
    """What openpyxl reads in a cell of a workbook."""
    return load_workbook(io.BytesIO(content))[sheet][cell].value
