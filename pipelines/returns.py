"""The story of a return: read, check. The same for commands and pages; every problem is a finding by sheet and cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from checks.order import ordered
from domain.forms import Form, load_form
from domain.load import load_agreements
from domain.model import Agreement
from domain.returns import Return
from domain.rows import SEVERITIES, Finding, Severity
from pipelines.answers.returns import last_return
from pipelines.history.snapshot import NoSnapshot, open_snapshot
from pipelines.reading.return_file import Asked, read_return
from pipelines.reading.worker import the_worker

__all__ = ["Asked", "CheckedReturn", "Upload", "check_return", "check_upload", "kept_for_a_while", "warm_up"]


@dataclass(frozen=True, slots=True)
class CheckedReturn:
    """A return with all that was found. `found` is None where the files cannot be read as one at all.

    `previous` is the return that it was held against: the party's last committed one for an earlier period.
    """

    found: Return | None
    agreement: Agreement | None
    form: Form
    findings: tuple[Finding, ...]
    previous: Return | None = None

    @property
    def is_refused(self) -> bool:
        return self.found is None

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def n_of(self) -> dict[Severity, int]:
        """How many findings of each severity."""
        return {severity: sum(found.severity == severity for found in self.findings) for severity in SEVERITIES}

    @property
    def n_rows(self) -> dict[str, int]:
        """How many rows of each table; none where nothing could be read."""
        return {table: len(rows) for table, rows in self.found.rows.items()} if self.found else {}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came through a browser: the name that its sender gave it, and its bytes."""

    name: str
    content: bytes


def warm_up() -> None:
    """Starts the process that checks, so that the first upload need not wait for it. Returns at once."""
    the_worker().warm_up()


def check_return(paths: Sequence[Path], asked: Asked, data_dir: Path) -> CheckedReturn:
    """One return, in one workbook or several CSV files, read and held against every rule. Nothing is stored."""
    warm_up()
    agreements: Mapping[str, Agreement] = load_agreements(data_dir / "agreements")
    form = load_form()
    read = read_return(paths, form, agreements, asked)
    if read.found is None or read.agreement is None:
        return CheckedReturn(None, read.agreement, form, read.findings)
    asked_form = form.at(read.found.form_version)
    previous = _previous(read.found, read.agreement, data_dir)
    checked = the_worker().check(read.found, read.agreement, asked_form, previous, read.findings)
    # A cell that cannot be read is not missing as well.
    unreadable = {(finding.sheet, finding.cell) for finding in read.findings if finding.severity == "error"}
    new = [finding for finding in checked if finding.cell is None or (finding.sheet, finding.cell) not in unreadable]
    findings = ordered([*read.findings, *new], asked_form, read.found)
    return CheckedReturn(read.found, read.agreement, asked_form, findings, previous)


def check_upload(uploads: Sequence[Upload], asked: Asked, data_dir: Path) -> CheckedReturn:
    """What `check_return` says of files that came through a browser."""
    with kept_for_a_while(uploads) as paths:
        return check_return(paths, asked, data_dir)


@contextmanager
def kept_for_a_while(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """The files in a folder of their own, gone afterwards. Of a name only what is harmless in a path is kept."""
    with TemporaryDirectory(prefix="nullvekst-") as folder:
        paths = []
        for number, upload in enumerate(uploads):
            own = Path(folder) / str(number)
            own.mkdir()
            path = own / _harmless_name(upload.name)
            path.write_bytes(upload.content)
            paths.append(path)
        yield paths


def _harmless_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w .\-]", "_", last).strip(" .")[-80:] or "_"


def _previous(found: Return, agreement: Agreement, data_dir: Path) -> Return | None:
    """The party's last committed return for an earlier period; None where nothing has been published."""
    try:
        return last_return(open_snapshot(data_dir), agreement, found.party_id, found.period)
    except NoSnapshot:
        return None
