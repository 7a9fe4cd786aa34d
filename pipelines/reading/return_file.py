"""A party's return out of its workbook or CSV files: tables by sheet, columns by heading, answers by cell, problems as findings.

Nothing is guessed in silence: what is left out, hidden, merged or understood only just is said, with its cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.forms import Form
from domain.model import Agreement
from domain.returns import Return
from domain.rows import Finding
from domain.words import LANGUAGES
from pipelines.reading.answers import cleaned
from pipelines.reading.any_file import BOTH
from pipelines.reading.child import read_many_in_child
from pipelines.reading.returned.noted import Noted
from pipelines.reading.returned.sheet_rows import Reading
from pipelines.reading.returned.sheets import OfFile, is_our_own, matched
from pipelines.reading.returned.whose import Asked, agreement_of, check_party_and_period, stamp_of, told_by, version_of
from pipelines.reading.workbook import ReadWorkbook, Refusal


@dataclass(frozen=True, slots=True)
class ReadReturn:
    """What was read. Without `found` the files are no return that could be checked, and a finding says why."""

    found: Return | None
    findings: tuple[Finding, ...]
    agreement: Agreement | None

    @property
    def is_refused(self) -> bool:
        return self.found is None


def read_return(paths: Sequence[Path], form: Form, agreements: Mapping[str, Agreement], asked: Asked) -> ReadReturn:
    """One return out of a workbook, or of a CSV file for each table. `form` holds every version. Never raises for the files."""
    books = read_many_in_child(paths, kinds=BOTH)
    refused = [_refused(book.refusal, path.name) for path, book in zip(paths, books, strict=True) if book.refusal]
    return ReadReturn(None, tuple(refused), None) if refused else return_of(books, form, agreements, asked)


def return_of(books: Sequence[ReadWorkbook], form: Form, agreements: Mapping[str, Agreement], asked: Asked) -> ReadReturn:
    """What the sheets of one or several read files say, as one return."""
    noted = Noted()
    sheets = [OfFile(sheet, book) for book in books for sheet in book.sheets if not is_our_own(sheet)]
    stamp = stamp_of(books, noted)
    tables = matched(sheets, form)
    if not stamp and not any(table for table, _ in tables):
        noted.add("not_a_return", quoted="; ".join(cleaned(part.sheet.name) for part in sheets)[:80])
        return ReadReturn(None, noted.in_order(), None)
    told = told_by(stamp, asked, form, noted)
    agreement = agreement_of(told, agreements, noted)
    check_party_and_period(told, agreement, noted)
    if agreement is None or noted.findings:
        return ReadReturn(None, noted.in_order(), agreement)
    version = version_of(stamp.get("form_version"), form, told["period"], noted)
    reading = Reading(form, form.at(version), agreement, stamp.get("language", LANGUAGES[0]), noted)
    rows = reading.all_rows(tables)
    for note in (note for book in books for note in book.notes if note.sheet is None):
        noted.add(note.code, quoted=note.quoted)
    found = Return(form.form_id, version, told["agreement_id"], told["party_id"], told["period"], rows)
    return ReadReturn(found, noted.in_order(), agreement)


def _refused(refusal: Refusal, name: str) -> Finding:
    sheet, cell = (str(refusal.values[part]) if part in refusal.values else None for part in ("sheet", "cell"))
    return Finding(refusal.code, "error", sheet, cell, refusal.quoted, {"file": name, **refusal.values})
