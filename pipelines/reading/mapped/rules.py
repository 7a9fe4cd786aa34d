"""What can be said of a file of another form, and the keeping of it: the first of each kind, and how many more there are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from checks.order import MORE, MOST_OF_ONE_CODE
from checks.rules import Rule
from domain.rows import Cell, Finding
from pipelines.reading.mapped.grid import column_number

RULES: tuple[Rule, ...] = (
    # Where things are looked for.
    Rule("mapped_sheet_missing", "error", "file"),
    Rule("mapped_header_missing", "error", "file"),
    Rule("mapped_header_renamed", "error", "file"),
    Rule("mapped_header_twice", "error", "file"),
    Rule("mapped_nothing_read", "error", "file"),
    Rule("mapped_tables_absent", "info", "file"),
    Rule("mapped_hidden", "warning", "file"),
    Rule("mapped_merged_numbers", "warning", "file"),
    # What is not read, so that nothing is left out without a word.
    Rule("mapped_sheet_unread", "info", "file"),
    Rule("mapped_column_unread", "info", "file"),
    Rule("mapped_column_not_asked", "info", "file"),
    Rule("mapped_column_back_filled", "info", "file"),
    Rule("mapped_lines_unread", "warning", "file"),
    Rule("mapped_line_unanswered", "warning", "file"),
    # Of which day, and whose.
    Rule("mapped_date_absent", "error", "file"),
    Rule("mapped_date_unreadable", "error", "file"),
    Rule("mapped_other_dates", "info", "file"),
    Rule("mapped_carried_forward", "warning", "file"),
    Rule("mapped_party_unknown", "error", "file"),
    Rule("mapped_other_parties", "info", "file"),
    # Projects.
    Rule("mapped_project_unknown", "error", "file"),
    Rule("mapped_project_close", "error", "file"),
    Rule("mapped_earlier_name", "warning", "file"),
    Rule("mapped_projects_joined", "hold", "file"),
    Rule("mapped_project_left", "info", "file"),
    # Answers.
    Rule("mapped_rating_unknown", "error", "column"),
    Rule("mapped_scale_absent", "error", "file"),
    Rule("mapped_scale_of_day", "info", "file"),
    Rule("mapped_left_blank", "info", "column"),
    Rule("mapped_range", "error", "column"),
    Rule("mapped_no_range", "info", "column"),
    Rule("mapped_open_range", "info", "column"),
    Rule("mapped_constant_wrong", "error", "column"),
    Rule("mapped_answer_needed", "error", "column"),
    Rule("mapped_answer_needed_when", "error", "column"),
    # Signs and units.
    Rule("mapped_currency_unknown", "error", "column"),
    Rule("mapped_currency_contradicts", "error", "across"),
    Rule("mapped_currency_above", "hold", "across"),
    Rule("mapped_unit_contradicts", "hold", "across"),
    Rule("mapped_sign_wrong", "error", "across"),
    Rule("mapped_unit_wrong", "error", "across"),
    Rule("mapped_recomputed_differs", "error", "across"),
    Rule("mapped_total_differs", "error", "across"),
    Rule("mapped_unit_against_history", "error", "history"),
)
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]+)")
_SEVERITY = {rule.code: rule.severity for rule in RULES}


@dataclass
class Noted:
    """What was found. The rest of one kind in one sheet is counted, not kept: every cell of a file may have the same fault."""

    findings: list[tuple[tuple[int, int, int, str], Finding]] = field(default_factory=list)
    counts: Counter[tuple[str | None, str]] = field(default_factory=Counter)

    def add(
        self, code: str, sheet: str | None = None, cell: Cell | None = None, quoted: str | None = None, order: int = -1,
        **named: str | int | float,
    ) -> None:  # fmt: skip
        """Notes a finding with the severity of its rule."""
        self.put(Finding(code, _SEVERITY[code], sheet, cell.address if cell else None, quoted, named), cell, order)

    def put(self, finding: Finding, cell: Cell | None, order: int) -> None:
        """Keeps a finding while there are few of its kind; the next one stands for all that follow."""
        kind = (finding.sheet, finding.code)
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_OF_ONE_CODE + 1:
            self.findings.append(((order, cell.row if cell else 0, cell.column if cell else 0, finding.code), finding))

    def place(self, finding: Finding, order: int) -> None:
        """Keeps a finding by the address of its cell."""
        found = _ADDRESS.fullmatch(finding.cell or "")
        cell = Cell(finding.sheet or "", int(found[2]), column_number(found[1])) if found else None
        self.put(finding, cell, order)

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for _, finding in self.findings)

    def in_order(self) -> tuple[Finding, ...]:
        """Every finding by block, row, column and code; each once."""
        kept: dict[tuple[object, ...], Finding] = {}
        told: Counter[tuple[str | None, str]] = Counter()
        for _, finding in sorted(self.findings, key=lambda found: found[0]):
            kind = (finding.sheet, finding.code)
            told[kind] += 1
            shown = finding if told[kind] <= MOST_OF_ONE_CODE else self._more(finding)
            kept.setdefault((shown.code, shown.sheet, shown.cell, shown.quoted, *sorted(shown.named.items())), shown)
        return tuple(kept.values())

    def _more(self, finding: Finding) -> Finding:
        n_more = self.counts[finding.sheet, finding.code] - MOST_OF_ONE_CODE
        named: dict[str, str | int | float] = {"count": n_more, "shown": MOST_OF_ONE_CODE}
        return Finding(MORE.code, finding.severity, finding.sheet, finding.cell, finding.code, named)
