"""The order that findings are told in: that of the form and its sheets, always the same, and never thousands of one kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from checks.rules import Rule
from domain.forms import Form
from domain.returns import Return
from domain.rows import Finding

# A fault that fills a column is understood after a screenful; a marked copy with tens of thousands of notes cannot be opened.
MOST_OF_ONE_CODE = 200
MORE = Rule("more_of_the_same", "info", "file")
RULES = (MORE,)

_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")


def ordered(findings: Iterable[Finding], form: Form, found: Return | None = None) -> tuple[Finding, ...]:
    """Findings by sheet in the order of the form, row, column and code; of the whole file and of a whole sheet first.

    Of one code in one sheet at most MOST_OF_ONE_CODE, and then one that says how many more there are, as grave as those.
    """
    sheets = _sheet_order(form, found)
    in_order = sorted(findings, key=lambda finding: _place(finding, sheets))
    n_of = Counter((finding.sheet, finding.code) for finding in in_order)
    told: Counter[tuple[str | None, str]] = Counter()
    kept = []
    for finding in in_order:
        own = (finding.sheet, finding.code)
        told[own] += 1
        if told[own] <= MOST_OF_ONE_CODE:
            kept.append(finding)
        elif told[own] == MOST_OF_ONE_CODE + 1:
            named: dict[str, str | int | float] = {"count": n_of[own] - MOST_OF_ONE_CODE, "shown": MOST_OF_ONE_CODE}
            kept.append(Finding(MORE.code, finding.severity, finding.sheet, finding.cell, finding.code, named))
    return tuple(kept)


def _sheet_order(form: Form, found: Return | None) -> dict[str, int]:
    """The place of each sheet in the form, by the names that it may have."""
    order: dict[str, int] = {}
    for place, table in enumerate(form.tables):
        names = {table.sheet.nb, table.sheet.en} | {row.sheet for row in (found.of(table.table) if found else ())}
        order |= {name: place for name in names if name not in order}
    return order


def _place(finding: Finding, sheets: dict[str, int]) -> tuple[object, ...]:
    sheet_place = -1 if finding.sheet is None else sheets.get(finding.sheet, len(sheets))
    match = _ADDRESS.fullmatch(finding.cell or "")
    row, column = (int(match[2]), _column_number(match[1])) if match else (0, 0)
    said = (finding.quoted or "", str(sorted(finding.named.items())))
    return (sheet_place, finding.sheet or "", row, column, finding.code, *said)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
