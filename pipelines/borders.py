"""The story of municipal borders: read, keep the original, point at it. One set for all agreements, shared by code.

Pages never open the file itself: what they draw, rewound and thinned, stands in the pointer, which is ours.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from domain.load import load_agreements
from domain.rows import Finding
from pipelines.acting import NotAllowed, person_who_may
from pipelines.history.ledger import sync_folder
from pipelines.reading.borders import Border, read_borders

FOLDER, POINTER = "borders", "current.json"
# Whose borders a file without a word of its own is taken to hold: nobody else surveys municipalities.
KARTVERKET = "© Kartverket, CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Borders:
    """The borders in use, by municipality code, with the credit that must stand under every map of them."""

    sha256: str
    credit: str
    municipalities: tuple[Border, ...]

    def of(self, codes: Iterable[str]) -> tuple[Border, ...]:
        """The borders of these municipalities, as far as they are there, in the order asked for."""
        by_code = {border.municipality_code: border for border in self.municipalities}
        return tuple(by_code[code] for code in codes if code in by_code)


@dataclass(frozen=True, slots=True)
class StoredBorders:
    """What became of a file; of a refused one nothing is kept."""

    borders: Borders | None
    findings: tuple[Finding, ...]


def store_borders(actor: str, path: Path, credit: str | None, at: dt.datetime, data_dir: Path) -> StoredBorders:
    """Takes a file into use in place of the one before, which stays beside it. NotAllowed.

    `credit` comes before the file's own; with neither, the borders are credited to Kartverket.
    """
    person_id = _who_may(actor, data_dir)
    read = read_borders(path)
    if read.findings:
        return StoredBorders(None, read.findings)
    sha256 = hashlib.sha256(read.original).hexdigest()
    borders = Borders(sha256, credit or read.credit or KARTVERKET, read.borders)
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{sha256}.geojson", read.original)
    _write(folder / POINTER, _pointer(borders, path.name, person_id, at))
    return StoredBorders(borders, ())


def load_borders(data_dir: Path) -> Borders | None:
    """The borders in use, read once until they change; None before there are any."""
    pointer = data_dir / FOLDER / POINTER
    try:
        return _read(pointer, pointer.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def _who_may(actor: str, data_dir: Path) -> str:
    """The acting person's id: borders belong to no agreement, so a role in any of them is enough."""
    refusals = []
    for agreement in load_agreements(data_dir / "agreements").values():
        try:
            return person_who_may("load_borders", actor, agreement, data_dir).person_id
        except NotAllowed as refusal:
            refusals.append(refusal)
    known = [refusal for refusal in refusals if refusal.code == "not_allowed"]
    raise (known or refusals)[0]


def _pointer(borders: Borders, file_name: str, person_id: str, at: dt.datetime) -> bytes:
    described = {
        "file": f"{borders.sha256}.geojson",
        "file_name": file_name,
        "sha256": borders.sha256,
        "credit": borders.credit,
        "stored_by": person_id,
        "stored_at": at.isoformat(),
        "municipalities": [
            {"municipality_code": border.municipality_code, "name": border.name, "rings": border.rings}
            for border in borders.municipalities
        ],
    }
    return json.dumps(described, ensure_ascii=False, allow_nan=False).encode()


@lru_cache(maxsize=4)
def _read(pointer: Path, _changed_ns: int) -> Borders:
    described = json.loads(pointer.read_text(encoding="utf-8"))
    municipalities = tuple(
        Border(found["municipality_code"], found["name"], tuple(tuple(map(tuple, ring)) for ring in found["rings"]))
        for found in described["municipalities"]
    )
    return Borders(described["sha256"], described["credit"], municipalities)


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it, on disk for good."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync_folder(path.parent)
