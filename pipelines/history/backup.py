"""A whole copy of the ledger and what lies beside it, in a folder with a manifest; and the way back, into an empty data folder.

Nothing of a backup is believed: every file is held against the manifest before anything is written, and what was put back is
verified like any other ledger.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pipelines.acting import person_who_may_somewhere
from pipelines.history import disk, intake
from pipelines.history.audit import AUDIT_FILE, HEADS_FILE, Deed, Head, head_of, read_heads, read_jsonl
from pipelines.history.busy import LedgerBusy
from pipelines.history.disk import step
from pipelines.history.ledger import LEDGER_FILE, ORIGINALS, Change, open_ledger
from pipelines.history.publish import POINTER, current_name, publish
from pipelines.history.verify import Verdict, verify
from pipelines.settings import heads_file

MANIFEST = "manifest.json"
FORMAT = 1
# A city's own files beside the ledger.
OWN_FOLDERS = ("agreements", "people", "mappings", "borders", "exclusions")
_PUBLISHED = "published"
# What is put back until it is all there; it lies in the data folder, which may be a disk of its own.
_RESTORING = ".restoring.unfinished"
# What an empty data folder may hold: the lock of whoever looked, and what a new disk is born with.
_NOTHING = frozenset({"ledger.lock", "lost+found", _RESTORING})
_TOPS = frozenset({LEDGER_FILE, AUDIT_FILE, HEADS_FILE, ORIGINALS, _PUBLISHED, intake.INTAKE, *OWN_FOLDERS})
# What publishing mends: the ledger makes any snapshot again.
_PUBLISHED_ANEW = frozenset({("snapshots", "outdated"), ("snapshots", "missing")})
_CHUNK_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
Obstacle = Literal[
    "target_exists", "target_inside", "no_target_folder", "nothing",
    "no_backup", "bad_manifest", "other_format", "missing", "changed", "unlisted", "other_head", "not_empty",
]  # fmt: skip


class BackupRefused(Exception):
    """A backup cannot be made or put back as asked; `code` says why, `subject` names the file or folder. Nothing was changed."""

    def __init__(self, code: Obstacle, subject: str) -> None:
        super().__init__(f"{code}: {subject}")
        self.code, self.subject = code, subject


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file of a backup must be."""

    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the files by their path in it, how far the chain had come, who made it and when (naive UTC)."""

    made_at: dt.datetime
    made_by: str
    head: Head
    files: Mapping[str, Kept]

    @property
    def n_bytes(self) -> int:
        return sum(kept.n_bytes for kept in self.files.values())


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what `verify` says of it. `newest_known` is the newest head that the log of heads knows."""

    manifest: Manifest
    verdict: Verdict
    newest_known: int

    @property
    def is_older(self) -> bool:
        """Whether the log of heads knows what the backup does not hold."""
        bad = self.verdict.first_bad
        return bad is not None and (bad.part, bad.kind) in {("heads", "cut"), ("heads", "forked")}


def back_up(actor: str, path: Path, at: dt.datetime, data_dir: Path) -> Manifest:
    """What the new folder holds: all of the ledger up to its newest act, which is this one. It is there whole or not at all.

    NotAllowed, BackupRefused, LedgerBusy, LedgerLoss; OSError where the disk does not take it. The act is in the chain before its
    copy is made, so that a copy is never older than the log of heads; one that failed or was killed then stands there as begun.
    """
    person = person_who_may_somewhere("backup", actor, data_dir)
    _must_be_possible(path, data_dir)
    unfinished = path.with_name(f".{path.name}.unfinished")
    with open_ledger(data_dir) as ledger:
        # Nobody else works on it under this lock: a killed one has left it.
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            ledger.write([Change(Deed(at, person.person_id, person.roles, "backup", None, "backup", None, {}))])
            # Closed first: its file is whole then, and a lock of it is lost when another handle of the same process closes.
            ledger.connection.close()
            files = _copied(_sources(data_dir), unfinished)
            with intake.standing_still(data_dir) as waiting:
                # After the ledger: what is stored by then and has no outcome here is found there when the queue goes on.
                files |= _copied({path.relative_to(data_dir).as_posix(): path for path in waiting}, unfinished)
            manifest = Manifest(at, person.person_id, _head_in(unfinished), files)
            disk.write_whole(unfinished / MANIFEST, _to_text(manifest).encode())
            _put_in_place(unfinished, path)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return manifest


def restore(actor: str, path: Path, at: dt.datetime, data_dir: Path) -> Restored:
    """The backup in an empty data folder, verified. Killed in the middle, the same again goes on where it was.

    NotAllowed; BackupRefused before anything is touched; LedgerBusy; OSError. A log of heads on another disk stays as it is, and
    where it knows more than the backup, that is what the verdict says.
    """
    person = person_who_may_somewhere("restore", actor, data_dir)
    manifest = read_backup(path)
    _must_be_empty(data_dir, manifest)
    with _alone_in(data_dir):
        _must_be_empty(data_dir, manifest)
        _stage(path, manifest, data_dir)
        _move_in(data_dir)
    verdict = verify(data_dir)
    if verdict.first_bad is None or (verdict.first_bad.part, verdict.first_bad.kind) in _PUBLISHED_ANEW:
        facts = {"sequence": manifest.head.sequence, "head_hash": manifest.head.entry_hash}
        with open_ledger(data_dir) as ledger:
            ledger.write([Change(Deed(at, person.person_id, person.roles, "restore", None, "backup", None, facts))])
            publish(ledger, at)
        verdict = verify(data_dir)
    shutil.rmtree(data_dir / _RESTORING)
    known = [head.sequence for head in read_heads(heads_file(data_dir)) if head]
    return Restored(manifest, verdict, max(known, default=0))


def read_backup(path: Path) -> Manifest:
    """What a backup holds, every file of it looked at. BackupRefused where it is not what its manifest says."""
    manifest = _manifest_in(path)
    there = {found.relative_to(path).as_posix() for found in path.rglob("*") if not found.is_dir() or found.is_symlink()}
    for name in sorted(there - set(manifest.files) - {MANIFEST}):
        raise BackupRefused("unlisted", name)
    for name, kept in manifest.files.items():
        if name not in there or (path / name).is_symlink():
            raise BackupRefused("missing", name)
        if _kept(path / name) != kept:
            raise BackupRefused("changed", name)
    if _head_in(path) != manifest.head:
        raise BackupRefused("other_head", MANIFEST)
    return manifest


# Making one.


def _must_be_possible(path: Path, data_dir: Path) -> None:
    if path.exists() or path.is_symlink():
        raise BackupRefused("target_exists", str(path))
    if not path.parent.is_dir():
        raise BackupRefused("no_target_folder", str(path.parent))
    if path.resolve().is_relative_to(data_dir.resolve()):
        raise BackupRefused("target_inside", str(path))
    if not (data_dir / LEDGER_FILE).is_file():
        raise BackupRefused("nothing", str(data_dir))


def _sources(data_dir: Path) -> dict[str, Path]:
    """Where each file of a backup is taken from, by its path in it."""
    found = {LEDGER_FILE: data_dir / LEDGER_FILE, AUDIT_FILE: data_dir / AUDIT_FILE, HEADS_FILE: heads_file(data_dir)}
    if snapshot := current_name(data_dir):
        found |= {f"{_PUBLISHED}/{name}": data_dir / _PUBLISHED / name for name in (snapshot, POINTER)}
    for folder in (ORIGINALS, *OWN_FOLDERS):
        inside = sorted((data_dir / folder).rglob("*"))
        found |= {source.relative_to(data_dir).as_posix(): source for source in inside if _is_finished(source)}
    return {name: source for name, source in found.items() if source.is_file()}


def _is_finished(source: Path) -> bool:
    return source.is_file() and not (source.name.startswith(".") and source.name.endswith(".unfinished"))


def _copied(sources: Mapping[str, Path], folder: Path) -> dict[str, Kept]:
    """What was copied, on disk for good in a new folder."""
    folders = {folder}
    disk.make_folder(folder)
    kept = {}
    for name, source in sources.items():
        target = folder / name
        disk.make_folder(target.parent)
        folders.add(target.parent)
        kept[name] = _copy(source, target)
    for made in sorted(folders):
        disk.sync_folder(made)
    return kept


def _copy(source: Path, target: Path) -> Kept:
    """What was written, on disk for good."""
    digest, n_bytes = hashlib.sha256(), 0
    with source.open("rb") as reader, target.open("wb", buffering=0) as writer:
        with step(f"copy {target.name}"):
            while chunk := reader.read(_CHUNK_BYTES):
                digest.update(chunk)
                n_bytes += len(chunk)
                rest = memoryview(chunk)
                while rest:
                    rest = rest[writer.write(rest) :]
        with step(f"fsync {target.name}"):
            os.fsync(writer.fileno())
    return Kept(digest.hexdigest(), n_bytes)


def _kept(path: Path) -> Kept:
    with path.open("rb") as file:
        return Kept(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _put_in_place(unfinished: Path, path: Path) -> None:
    if path.exists():  # a folder would go in the place of an empty one in silence
        raise BackupRefused("target_exists", str(path))
    with step(f"rename {path.name}"):
        unfinished.rename(path)
    disk.sync_folder(path.parent)


# The manifest.


def _head_in(folder: Path) -> Head:
    """The head of the copied file of acts; none at all is head 0."""
    entries = [entry for entry in read_jsonl(folder / AUDIT_FILE)[-1:] if entry]
    return head_of(entries[0]) if entries else Head(0, "")


def _to_text(manifest: Manifest) -> str:
    said = {
        "format": FORMAT,
        "made_at": manifest.made_at.isoformat(),
        "made_by": manifest.made_by,
        "head": {"sequence": manifest.head.sequence, "entry_hash": manifest.head.entry_hash},
        "files": [{"path": name, "sha256": kept.sha256, "bytes": kept.n_bytes} for name, kept in sorted(manifest.files.items())],
    }
    return json.dumps({**said, "manifest_sha256": _hash(said)}, indent=1, ensure_ascii=False) + "\n"


def _hash(said: Mapping[str, Any]) -> str:
    """sha256 of what a manifest says, as canonical JSON without the hash itself."""
    rest = {name: part for name, part in said.items() if name != "manifest_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _manifest_in(path: Path) -> Manifest:
    """The manifest of a backup, itself as it was written. BackupRefused otherwise."""
    try:
        said = json.loads((path / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise BackupRefused("no_backup", str(path)) from None
    except (ValueError, RecursionError, OSError):
        raise BackupRefused("bad_manifest", MANIFEST) from None
    try:
        if said["format"] != FORMAT:
            raise BackupRefused("other_format", str(said["format"]))
        files = {file["path"]: Kept(file["sha256"], file["bytes"]) for file in said["files"]}
        head = Head(said["head"]["sequence"], said["head"]["entry_hash"])
        manifest = Manifest(dt.datetime.fromisoformat(said["made_at"]), said["made_by"], head, files)
        is_whole = said["manifest_sha256"] == _hash(said) and len(files) == len(said["files"]) and LEDGER_FILE in files
        is_whole = is_whole and all(_is_harmless(name) and _SHA256.fullmatch(kept.sha256) for name, kept in files.items())
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise BackupRefused("bad_manifest", MANIFEST)
    return manifest


def _is_harmless(name: str) -> bool:
    """Whether a path of a manifest stays inside, at a place that a data folder has."""
    parts = PurePosixPath(name).parts
    return name == "/".join(parts) and ".." not in parts and "\0" not in name and parts[:1] != () and parts[0] in _TOPS


# Putting one back.


def _must_be_empty(data_dir: Path, manifest: Manifest) -> None:
    """An empty data folder, or one where the same was being put back."""
    there = {found.name for found in data_dir.iterdir()} - _NOTHING if data_dir.is_dir() else set()
    if there and not _goes_on(data_dir, manifest):
        raise BackupRefused("not_empty", str(data_dir))


def _goes_on(data_dir: Path, manifest: Manifest) -> bool:
    """Whether this backup was being put back here: all of it was ready, and some of it is in its place."""
    held = data_dir / _RESTORING / MANIFEST
    return held.is_file() and held.read_bytes() == _to_text(manifest).encode()


@contextmanager
def _alone_in(data_dir: Path) -> Iterator[None]:
    """Nobody opens the ledger meanwhile. LedgerBusy where somebody does."""
    disk.make_folder(data_dir)
    with (data_dir / "ledger.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LedgerBusy from None
        yield


def _stage(path: Path, manifest: Manifest, data_dir: Path) -> None:
    """All files beside their places; the manifest last, as the sign that they are whole. BackupRefused if one is not any more."""
    staged = data_dir / _RESTORING
    if _goes_on(data_dir, manifest):
        return
    shutil.rmtree(staged, ignore_errors=True)
    is_own_log = heads_file(data_dir) == data_dir / HEADS_FILE
    sources = {name: path / name for name in manifest.files if name != HEADS_FILE or is_own_log}
    try:
        for name, kept in _copied(sources, staged).items():
            if kept != manifest.files[name]:
                raise BackupRefused("changed", name)
        disk.write_whole(staged / MANIFEST, _to_text(manifest).encode())
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _move_in(data_dir: Path) -> None:
    """Each in its place, the ledger last: without it nothing is shown, and `verify` says that it is missing."""
    staged = data_dir / _RESTORING
    names = sorted({found.name for found in staged.iterdir()} - {MANIFEST}, key=lambda name: (name == LEDGER_FILE, name))
    for name in names:
        with step(f"rename {name}"):
            (staged / name).rename(data_dir / name)
    disk.sync_folder(data_dir)
