"""What must be true of a submission. Rows in, Findings out: no file, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checks.across import across_findings
from checks.against_history import history_findings
from checks.in_words import as_in_the_sheet
from checks.order import ordered
from checks.personal_data import texts_name_nobody
from checks.rules import Rule
from checks.usable import without_faulty_answers
from domain.forms import Form
from domain.model import Agreement
from domain.returns import Return
from domain.rows import Finding


def check(
    found: Return, agreement: Agreement, form: Form, previous: Return | None, read: Iterable[Finding] = ()
) -> tuple[Finding, ...]:
    """All that is wrong or odd with a return, in the order of its sheets; the same return gives the same findings.

    `previous` is the last committed return of the party. `read` is what reading found: it is not repeated in the answer, but
    nothing that follows from it is said either.
    """
    from checks.columns import column_findings

    cells = column_findings(found, form, agreement)
    usable = without_faulty_answers(found, [*read, *cells])
    personal = tuple(texts_name_nobody(found, form))
    findings = (
        *cells,
        *personal,
        *across_findings(usable, agreement, form),
        *history_findings(usable, previous, agreement, form),
    )
    told = ordered(_without_persons(findings, personal), form, found)
    return tuple(as_in_the_sheet(finding, form, agreement) for finding in told)


def all_rules() -> tuple[Rule, ...]:
    """Every rule that a return is held against, in the order that they are looked at."""
    from checks import across, against_history, columns, order, personal_data

    return (*columns.RULES, *personal_data.RULES, *across.RULES, *against_history.RULES, *order.RULES)


def _without_persons(findings: Iterable[Finding], personal: Iterable[Finding]) -> list[Finding]:
    """The findings, of which none quotes a cell that holds something of a person."""
    cells = {(finding.sheet, finding.cell) for finding in personal}
    return [replace(finding, quoted=None) if (finding.sheet, finding.cell) in cells else finding for finding in findings]
