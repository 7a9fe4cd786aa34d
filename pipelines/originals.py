"""The files that were handed in, byte for byte, for those who may have them. What is not as its hash says is kept back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from domain.load import load_agreements
from pipelines.acting import person_who_may_read_original, person_who_may_somewhere
from pipelines.history.acts import ChangedOriginal
from pipelines.history.ledger import ORIGINALS, Original
from pipelines.history.snapshot import Snapshot, open_snapshot

__all__ = ["ChangedOriginal", "NoSuchOriginal", "OriginalFile", "download_name", "original_files", "read_original"]

_FILES = """
SELECT agreement_id, kind, party_id, period, submission_id, position, file_name, sha256, n_bytes
FROM snapshot.original
WHERE submission_id = ?
ORDER BY position
"""
_LONGEST_NAME = 100
# Names that Windows gives to devices, whatever comes after the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class NoSuchOriginal(LookupError):
    """No submission of this number has a file at this place."""


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """One file of a submission without its bytes. `file_name` is as its sender wrote it, so never a name to write to.

    `party_id` and `period` are None where it is no return; `position` counts the files of the submission from 1.
    """

    agreement_id: str
    kind: str
    party_id: str | None
    period: str | None
    submission_id: int
    position: int
    file_name: str
    sha256: str
    n_bytes: int

    @property
    def stem(self) -> str:
        """The name without its ending, as a sheet of a CSV file is called."""
        return unicodedata.normalize("NFC", self.file_name).rpartition(".")[0]

    def holds(self, sheet: str) -> bool:
        """Whether the file is called as the sheet is, with or without its ending."""
        named = unicodedata.normalize("NFC", sheet)
        return named in {self.stem, unicodedata.normalize("NFC", self.file_name)}


def original_files(snapshot: Snapshot, submission_id: int) -> tuple[OriginalFile, ...]:
    """The files of a submission in their order; none where there is no such submission."""
    rows = snapshot.rows(_FILES, [submission_id]).to_dict("records")
    return tuple(
        OriginalFile(
            row["agreement_id"], row["kind"], _text(row["party_id"]), _text(row["period"]), int(row["submission_id"]),
            int(row["position"]), row["file_name"], row["sha256"], int(row["n_bytes"]),
        )
        for row in rows
    )  # fmt: skip


def read_original(actor: str, submission_id: int, position: int, data_dir: Path) -> Original:
    """A file of a submission as it was handed in, under a harmless name. NotAllowed, NoSuchOriginal, ChangedOriginal, NoSnapshot.

    For those who may approve, whoever runs the installation, and who reports for the party that handed it in.
    """
    person_who_may_somewhere("read_original", actor, data_dir)
    listed = _listed(submission_id, position, data_dir)
    agreement = load_agreements(data_dir / "agreements").get(listed.agreement_id)
    if agreement is None:
        raise NoSuchOriginal(f"{submission_id}, {position}")
    person_who_may_read_original(actor, listed.party_id, agreement, data_dir)
    return Original(download_name(listed), _whole(listed, data_dir))


def download_name(listed: OriginalFile) -> str:
    """The sender's name for the file, without what could lead out of a folder, hide its ending or run as a device."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", listed.file_name))[-1]
    plain = re.sub(r"[^\w .()\-]", "_", last).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    plain = f"{stem[: _LONGEST_NAME - len(ending)]}.{ending}" if dot and stem and len(ending) <= 5 else plain[:_LONGEST_NAME]
    if not plain.strip("_. ") or _DEVICES.match(plain):
        plain = f"_{plain}"
    return f"{listed.submission_id}-{plain}"


def _listed(submission_id: int, position: int, data_dir: Path) -> OriginalFile:
    found = next((one for one in original_files(open_snapshot(data_dir), submission_id) if one.position == position), None)
    if found is None:
        raise NoSuchOriginal(f"{submission_id}, {position}")
    return found


def _whole(listed: OriginalFile, data_dir: Path) -> bytes:
    """The bytes that the hash is of. ChangedOriginal where they are others, or gone."""
    path = data_dir / ORIGINALS / listed.sha256
    content = path.read_bytes() if path.is_file() else b""
    if Original(listed.file_name, content).sha256 != listed.sha256:
        raise ChangedOriginal(listed.file_name)
    return content


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None
