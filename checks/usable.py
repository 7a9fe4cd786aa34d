"""Which answers a rule may judge: a blank, a coded missing value or a faulty cell hides what follows from it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from domain.returns import Missing, Return, ReturnRow
from domain.rows import Finding

# Stands in the place of an answer that has an error already. No form has this code.
UNUSABLE = Missing("unusable")


# Stands at the id of a project and says that another table lacks it: the id itself is right.
OF_ANOTHER_TABLE = frozenset({"project_without_row"})


def without_faulty_answers(found: Return, findings: Iterable[Finding]) -> Return:
    """The return with UNUSABLE in each cell that has an error, blank ones included."""
    cells = {
        (finding.sheet, finding.cell)
        for finding in findings
        if finding.severity == "error" and finding.cell and finding.code not in OF_ANOTHER_TABLE
    }
    if not cells:
        return found
    return replace(found, rows={table: tuple(_marked(row, cells) for row in rows) for table, rows in found.rows.items()})


def _marked(row: ReturnRow, cells: Container[tuple[str | None, str | None]]) -> ReturnRow:
    faulty = [column for column in row.places if (row.sheet, row.address(column)) in cells]
    return replace(row, answers={**row.answers, **dict.fromkeys(faulty, UNUSABLE)}) if faulty else row


def is_usable(row: ReturnRow, column: str) -> bool:
    """Whether the cell holds an answer that means something."""
    return row.is_answered(column) and not isinstance(row.answers[column], Missing)


def is_faulty(row: ReturnRow, column: str) -> bool:
    """Whether an error has been said of the cell already."""
    return row.answers.get(column) == UNUSABLE
