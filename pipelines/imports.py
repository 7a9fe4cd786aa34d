"""The story of a report in another form: read by a mapping, check, commit as of its report date, publish.

The same for the command and the page; every problem is a finding by sheet and cell of the sender's own file.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from domain.forms import load_form
from domain.mappings import FormMapping, load_mapping, mapping_paths
from domain.model import Agreement
from domain.returns import Return
from domain.rows import Finding
from pipelines.acting import person_who_may
from pipelines.answers.reporting.returns import last_return
from pipelines.history.acts import finding_rows
from pipelines.history.ledger import Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.return_rows import commit_return, new_return
from pipelines.history.snapshot import NoSnapshot, open_snapshot
from pipelines.reading.any_file import BOTH
from pipelines.reading.child import read_in_child
from pipelines.reading.mapped.cells import OF_THE_ROW, in_own_places
from pipelines.reading.mapped.checks import units_beside_history
from pipelines.reading.mapped.file import read_mapped
from pipelines.reading.mapped.rules import Noted
from pipelines.reading.return_file import ReadReturn
from pipelines.reading.workbook import ReadWorkbook
from pipelines.reading.worker import the_worker
from pipelines.returns import CheckedReturn, Upload, kept_for_a_while

__all__ = [
    "Imported",
    "check_mapped",
    "import_file",
    "known_mappings",
    "mapping_named",
    "read_by_mapping",
    "read_their_file",
    "read_upload",
]


class UnknownMapping(KeyError):
    """There is no mapping of the name; carries the known ones."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, known


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. `already_submitted_as` is the number under which the same report was stored before.

    The receipt of what is stored is of the file and the mapping together, else of the file alone.
    """

    checked: CheckedReturn
    receipt: str
    submission_id: int | None = None
    already_submitted_as: int | None = None

    @property
    def status(self) -> str:
        """Stored, or why not."""
        if self.submission_id is not None:
            return "committed"
        return "unreadable" if self.checked.is_refused else "refused"


def known_mappings(data_dir: Path) -> dict[str, Path]:
    """The files of the mappings, built in and a city's own, by their ids."""
    return mapping_paths(data_dir / "mappings")


def mapping_named(name: str, data_dir: Path) -> FormMapping:
    """A mapping by its id, or by the path of its file. UnknownMapping; LoadError with every problem of the file."""
    known = known_mappings(data_dir)
    path = known.get(name, Path(name))
    if name not in known and not (path.suffix == ".yaml" and path.is_file()):
        raise UnknownMapping(name, sorted(known))
    return load_mapping(path)


def read_their_file(path: Path) -> ReadWorkbook:
    """The sheets of a workbook or a CSV file of others, read in the limited child."""
    return read_in_child(path, kinds=BOTH)


def read_upload(upload: Upload) -> ReadWorkbook:
    """What `read_their_file` says of a file that came through a browser."""
    with kept_for_a_while([upload]) as [path]:
        return read_their_file(path)


def read_by_mapping(
    book: ReadWorkbook, mapping: FormMapping, agreement: Agreement, reported_on: dt.date, party_id: str | None = None
) -> ReadReturn:
    """What a mapping makes of the sheets. Nothing is checked beyond what reading finds, and nothing is stored."""
    return read_mapped(book, mapping, load_form(mapping.form_id), agreement, reported_on, party_id)


def check_mapped(
    book: ReadWorkbook,
    mapping: FormMapping,
    agreement: Agreement,
    reported_on: dt.date,
    data_dir: Path,
    party_id: str | None = None,
) -> CheckedReturn:
    """The report read and held against every rule and the party's last return. Nothing is stored."""
    the_worker().warm_up()
    form = load_form(mapping.form_id)
    read = read_by_mapping(book, mapping, agreement, reported_on, party_id)
    if read.found is None:
        return CheckedReturn(None, agreement, form, read.findings)
    asked = form.at(read.found.form_version)
    own = in_own_places(read.found, asked)
    previous = _previous(read.found, agreement, data_dir)
    checked = the_worker().check(own.found, agreement, asked, previous, own.as_own(read.findings))
    faulty = {
        (found.sheet, found.cell)
        for found in read.findings
        if found.severity == "error" and found.cell and found.code not in OF_THE_ROW
    }
    later = [own.in_file(finding) for finding in checked]
    findings = [
        *read.findings,
        *units_beside_history(read.found, previous, asked),
        *(finding for finding in later if finding.cell is None or (finding.sheet, finding.cell) not in faulty),
    ]
    return CheckedReturn(read.found, agreement, asked, _in_order(findings, book), previous)


def import_file(
    actor: str, path: Path, mapping: FormMapping, agreement: Agreement, reported_on: dt.date, at: dt.datetime, data_dir: Path,
    party_id: str | None = None,
) -> Imported:  # fmt: skip
    """Stores the report as known from its report date, and publishes. Errors stop it; what else was found is kept with it.

    NotAllowed, LedgerBusy, CheckFailed; what is refused stores nothing.
    """
    person = person_who_may("import_return", actor, agreement, data_dir)
    # By what it was read belongs to what was read: the same file by another mapping is another report.
    by = Original(f"{mapping.mapping_id}.json", mapping.model_dump_json(exclude_defaults=True, indent=1).encode())
    originals = (Original(path.name, path.read_bytes()), by)
    checked = check_mapped(read_their_file(path), mapping, agreement, reported_on, data_dir, party_id)
    if checked.found is None or checked.has_errors:
        return Imported(checked, f"sha256:{originals[0].sha256}")
    handed_in_at = dt.datetime.combine(reported_on, dt.time())
    new = new_return(checked.found, originals, agreement, person.person_id, handed_in_at, at, roles=person.roles)
    with open_ledger(data_dir) as ledger:
        number, earlier = commit_return(ledger, new, checked.found, {"return_finding": finding_rows(checked.findings)})
        publish(ledger, at)
    return Imported(checked, new.receipt, number, earlier)


def _previous(found: Return, agreement: Agreement, data_dir: Path) -> Return | None:
    """The party's last return for an earlier period; None where nothing has been published."""
    try:
        return last_return(open_snapshot(data_dir), agreement, found.party_id, found.period)
    except NoSnapshot:
        return None


def _in_order(findings: list[Finding], book: ReadWorkbook) -> tuple[Finding, ...]:
    """By sheet in the order of the workbook, row, column and code."""
    sheets = {sheet.name: number for number, sheet in enumerate(book.sheets)}
    noted = Noted()
    for finding in findings:
        noted.place(finding, sheets.get(finding.sheet or "", -1))
    return noted.in_order()
