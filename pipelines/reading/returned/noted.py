"""What is noted while a return is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from checks.order import MORE, MOST_OF_ONE_CODE
from domain.rows import Cell, Finding
from pipelines.reading.returned.rules import SEVERITY


@dataclass
class Noted:
    """What was found: of each code in each sheet the first ones, and how many more there are.

    The rest is not even kept, for a file may have a fault in every one of its cells.
    """

    findings: list[tuple[tuple[int, int, int, str], Finding]] = field(default_factory=list)
    counts: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    first_left_out: dict[tuple[str | None, str], tuple[tuple[int, int, int, str], Finding]] = field(default_factory=dict)

    def add(
        self, code: str, sheet: str | None = None, cell: Cell | None = None, quoted: str | None = None, order: int = -1,
        **named: str | int | float,
    ) -> None:  # fmt: skip
        """Notes a finding with the severity of its rule."""
        self.put(Finding(code, SEVERITY[code], sheet, cell.address if cell else None, quoted, named), cell, order)

    def put(self, finding: Finding, cell: Cell | None, order: int) -> None:
        """Keeps a finding while there are few of its kind."""
        place = (order, cell.row if cell else 0, cell.column if cell else 0, finding.code)
        kind = (finding.sheet, finding.code)
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_OF_ONE_CODE:
            self.findings.append((place, finding))
        else:
            self.first_left_out.setdefault(kind, (place, finding))

    def in_order(self) -> tuple[Finding, ...]:
        """Every finding by sheet, row, column and code."""
        more = [
            (place, _and_more(finding, self.counts[kind] - MOST_OF_ONE_CODE))
            for kind, (place, finding) in self.first_left_out.items()
        ]
        return tuple(finding for _, finding in sorted([*self.findings, *more], key=lambda found: found[0]))


def _and_more(finding: Finding, count: int) -> Finding:
    """Stands for a finding and all of its kind after it, as checks/order.py tells it."""
    named: dict[str, str | int | float] = {"count": count, "shown": MOST_OF_ONE_CODE}
    return Finding(MORE.code, finding.severity, finding.sheet, finding.cell, finding.code, named)
