"""Returns of the invented agreement that need no file to be read: a small text says what is in them and what is found."""

from __future__ import annotations

import json
from pathlib import Path

from domain.forms import load_form
from domain.returns import Return, ReturnRow
from domain.rows import Finding
from pipelines.handing_in import Asked, Submitted, submit
from pipelines.returns import CheckedReturn
from tests.builders import AT, agreement

NOBODY = Asked(None, None, None)
FORM = load_form()


def a_file(folder: Path, name: str = "A", party: str = "fjordby", period: str = "2026-Q3", found: str = "") -> Path:
    """A file whose one project has this name; `found` lists severities of findings, or is "unreadable"."""
    path = folder / f"{party}-{period}-{name}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"name": name, "party": party, "period": period, "found": found}), encoding="utf-8")
    return path


def read_in_no_time(paths: list[Path], asked: Asked, data_dir: Path) -> CheckedReturn:
    """Stands in for the check of a return."""
    said = json.loads(paths[0].read_text(encoding="utf-8"))
    findings = tuple(Finding("not_a_number", severity, "Prosjekter", "B2", "x") for severity in said["found"].split())
    if said["found"] == "unreadable":
        return CheckedReturn(None, None, FORM, (Finding("unreadable_file", "error"),))
    row = ReturnRow("projects", "Prosjekter", 2, {"project_id": "F-001", "project_name": said["name"]}, {"project_id": 1})
    found = Return("quarterly_return", FORM.newest, "fjordbyen", said["party"], said["period"], {"projects": (row,)})
    return CheckedReturn(found, agreement(), FORM, findings)


def handed_in(
    folder: Path, name: str = "A", actor: str = "fjordby.analyst", at=AT, note: str | None = None, **what: str
) -> Submitted:
    """Submits such a file into the data folder `var` of a folder."""
    return submit(actor, [a_file(folder / "files", name, **what)], NOBODY, at, folder / "var", note)
