"""What a rule is: the stable code of a check, how much it weighs, and which tables it looks at. docs/checks.md lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.rows import Severity

# Where a rule looks: at one cell, across tables, back in time, or at the file itself.
Family = Literal["file", "column", "across", "history"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its words are finding.CODE.message and finding.CODE.action; a code never changes its meaning."""

    code: str
    severity: Severity
    family: Family
    tables: tuple[str, ...] = ()
