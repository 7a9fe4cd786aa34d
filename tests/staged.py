"""Returns of the invented agreement that need no file to be read: a small text says what is in them and what is found."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from domain.forms import load_form
from domain.returns import Return, ReturnRow
from domain.rows import Finding
from pipelines import draining, returns
from pipelines.handing_in import Asked, Submitted, submit
from pipelines.history import disk
from pipelines.history import publish as publishing
from pipelines.history.parquet import write_parquet
from pipelines.history.publish import publish
from pipelines.returns import CheckedReturn, Decided, approve
from tests.builders import AT, agreement

NOBODY = Asked(None, None, None)
LEAD = "secretariat.lead"
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


def leave_unpublished(patch: pytest.MonkeyPatch) -> None:
    """For tests that look at the ledger alone: a publication costs more than all the rest of an act."""
    for module in (draining, returns):
        patch.setattr(module, "publish", lambda *_: None)


def handed_in(
    folder: Path, name: str = "A", actor: str = "fjordby.analyst", at=AT, note: str | None = None, **what: str
) -> Submitted:
    """Submits such a file into the data folder `var` of a folder.

    In a new folder the same act gives the same files, which are made once and copied.
    """
    file = a_file(folder / "files", name, **what)
    if not _is_as_any(folder / "var"):
        return submit(actor, [file], NOBODY, at, folder / "var", note)
    made = _handed_in(name, actor, at, note, tuple(sorted(what.items())))
    shutil.copytree(Path(made.folder.name) / "var", folder / "var")
    return made.told


def approved(folder: Path, name: str = "A", at=AT, **what: str) -> Decided:
    """Submits such a file as `handed_in` does, and approves it at the given time."""
    if not _is_as_any(folder / "var"):
        return approve(LEAD, handed_in(folder, name, **what).submission_id, at, folder / "var")
    a_file(folder / "files", name, **{key: what[key] for key in what.keys() - {"actor", "at", "note"}})
    made = _approved(name, at, tuple(sorted(what.items())))
    shutil.copytree(Path(made.folder.name) / "var", folder / "var")
    return made.told


def _is_as_any(data_dir: Path) -> bool:
    """A new data folder, where acts go as they do in nearly every test, and nobody watches them."""
    is_published = draining.publish is returns.publish is publish and publishing.write_parquet is not write_parquet
    is_quick = returns.check_return is read_in_no_time
    return is_published and is_quick and disk._watcher is None and "HEADS_FILE" not in os.environ and not data_dir.exists()


@dataclass(frozen=True, slots=True)
class _Made:
    """A folder with a data folder in it, which goes with the process, and what the act in it has answered."""

    folder: TemporaryDirectory[str]
    told: Submitted | Decided


@cache
def _handed_in(name: str, actor: str, at, note: str | None, what: tuple[tuple[str, str], ...]) -> _Made:
    folder = TemporaryDirectory()
    file = a_file(Path(folder.name) / "files", name, **dict(what))
    return _Made(folder, submit(actor, [file], NOBODY, at, Path(folder.name) / "var", note))


@cache
def _approved(name: str, at, what: tuple[tuple[str, str], ...]) -> _Made:
    folder = TemporaryDirectory()
    stored = handed_in(Path(folder.name), name, **dict(what))
    return _Made(folder, approve(LEAD, stored.submission_id, at, Path(folder.name) / "var"))
