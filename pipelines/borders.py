"""The story of municipal borders: read, keep the original, point at it. One set for all agreements, shared by code.

Pages never open the file itself: what they draw, rewound and thinned, stands in the pointer, which is ours.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from domain.model import Person
from domain.rows import Finding
from pipelines.acting import person_who_may_somewhere
from pipelines.history.audit import Deed
from pipelines.history.disk import make_folder, write_whole
from pipelines.history.ledger import Change, open_ledger
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
    """Takes a file into use in place of the one before, which stays beside it. NotAllowed, LedgerBusy.

    `credit` comes before the file's own; with neither, the borders are credited to Kartverket.
    """
    person = person_who_may_somewhere("load_borders", actor, data_dir)  # borders belong to no agreement
    read = read_borders(path)
    if read.findings:
        return StoredBorders(None, read.findings)
    sha256 = hashlib.sha256(read.original).hexdigest()
    borders = Borders(sha256, credit or read.credit or KARTVERKET, read.borders)
    folder = data_dir / FOLDER
    with open_ledger(data_dir) as ledger:
        make_folder(folder)
        write_whole(folder / f"{sha256}.geojson", read.original)
        ledger.write([Change(_deed(borders, person, at))])
        write_whole(folder / POINTER, _pointer(borders, path.name, person.person_id, at))
    return StoredBorders(borders, ())


def load_borders(data_dir: Path) -> Borders | None:
    """The borders in use, read once until they change; None before there are any."""
    pointer = data_dir / FOLDER / POINTER
    try:
        return _read(pointer, pointer.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def _deed(borders: Borders, person: Person, at: dt.datetime) -> Deed:
    """What stands in the chain of acts."""
    facts = {"credit": borders.credit, "n_municipalities": len(borders.municipalities)}
    return Deed(at, person.person_id, person.roles, "load_borders", None, "borders", f"sha256:{borders.sha256}", facts)


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
