"""The chain of what was done: each entry carries the hash of the one before it, so that none can be rewritten unseen.

Pure but for the two files that repeat the ledger's own table: audit.jsonl with the entries, and heads.log, meant for another
disk. No database, and no free text: an entry holds a salted hash of it, so that the text can be erased and the chain still holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipelines.history import disk

AUDIT_FILE = "audit.jsonl"
HEADS_FILE = "heads.log"
# What the first entry has as the hash of the one before it.
GENESIS = "0" * 64
# What an entry consists of, as JSON. The stand-alone verifier in docs/ has the same list.
_SHAPE: Mapping[str, tuple[type, ...]] = {
    "sequence": (int,),
    "at": (str,),
    "person_id": (str,),
    "roles": (list,),
    "act": (str,),
    "agreement_id": (str, type(None)),
    "subject": (str,),
    "content_hash": (str, type(None)),
    "facts": (dict,),
    "previous_hash": (str,),
    "entry_hash": (str,),
}
# The columns of the ledger's table, in its order.
COLUMNS = tuple(_SHAPE)
_HEAD = re.compile(rb"([1-9][0-9]{0,17}) ([0-9a-f]{64})")
# What people write themselves; facts hold `<name>_hash` of it instead.
_FREE_TEXT = frozenset({"comment", "note", "reason", "text"})
# changed: not as it was written. gap: one before it is missing, too many or out of place. forked: a head knows another entry at
# this place. cut: a head knows an entry that is not there. heads: this line of the log of heads is none (`sequence` is the line).
Kind = Literal["changed", "gap", "forked", "cut", "heads"]


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: before it has its place in the chain. `at` is naive UTC; `facts` is JSON without fractions or free text.

    `content_hash` is of what the act binds itself to: the receipt of what was submitted or approved.
    """

    at: dt.datetime
    person_id: str
    roles: tuple[str, ...]
    act: str
    agreement_id: str | None
    subject: str
    content_hash: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry(Deed):
    """A deed at its place in the chain. `sequence` counts from 1 without gaps."""

    sequence: int
    previous_hash: str
    entry_hash: str


class Head(NamedTuple):
    """How far the chain had come at some time: whoever knows a head sees when what led up to it is changed or gone."""

    sequence: int
    entry_hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place at which a chain is not what it was, and how. `sequence` counts the places of the chain from 1."""

    sequence: int
    kind: Kind


class LedgerLoss(Exception):
    """The ledger does not hold what a head says that it held: it was cut, or an older one was put in its place."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.kind} at entry {fault.sequence}")
        self.fault = fault


# Making entries.


def next_entry(previous: Entry | None, deed: Deed) -> Entry:
    """The deed as the entry after `previous`, or as the first one. ValueError or TypeError for what no entry may hold."""
    if deed.at.tzinfo is not None:
        raise ValueError(f"at = {deed.at.isoformat()}; accepted: naive UTC")
    said = {field.name: _plain(getattr(deed, field.name)) for field in fields(Deed) if field.name not in {"at", "roles"}}
    sequence, previous_hash = (previous.sequence + 1, previous.entry_hash) if previous else (1, GENESIS)
    unfinished = Entry(
        **said, at=deed.at, roles=tuple(_plain(deed.roles)), sequence=sequence, previous_hash=previous_hash, entry_hash=""
    )
    return replace(unfinished, entry_hash=_hash(unfinished))


def salted_hash(content: str, salt: str) -> str:
    """What stands in the chain for free text: without the salt nobody can guess the text from it."""
    return hashlib.sha256(f"{salt}\n{unicodedata.normalize('NFC', content)}".encode()).hexdigest()


def new_salt() -> str:
    """A salt for one text, kept beside it and erased with it."""
    return secrets.token_hex(16)


def head_of(entry: Entry) -> Head:
    """The head of a chain that ends with the entry."""
    return Head(entry.sequence, entry.entry_hash)


# Entries as text and as rows.


def to_line(entry: Entry) -> str:
    """The entry as one line of canonical JSON: keys in order of code points, no spaces, nothing escaped that need not be."""
    return _canonical(_as_json(entry))


def from_line(line: bytes) -> Entry | None:
    """The inverse of `to_line`; None for whatever is not an entry with its own hash, exactly as `to_line` writes it."""
    try:
        found = json.loads(line.decode())
        is_entry = isinstance(found, dict) and found.keys() == _SHAPE.keys()
        if not is_entry or not all(isinstance(found[name], types) for name, types in _SHAPE.items()):
            return None
        entry = Entry(**{**found, "at": dt.datetime.fromisoformat(found["at"]), "roles": tuple(found["roles"])})
        return entry if to_line(entry).encode() == line and _hash(entry) == entry.entry_hash else None
    except (ValueError, RecursionError):
        return None


def to_row(entry: Entry) -> dict[str, Any]:
    """The entry as a row of the ledger's table, by column: `roles` and `facts` as canonical JSON."""
    written = _as_json(entry)
    return {**written, "at": entry.at, "roles": _canonical(written["roles"]), "facts": _canonical(written["facts"])}


def from_row(row: Mapping[str, Any]) -> Entry | None:
    """The inverse of `to_row`; None for whatever is not an entry with its own hash, exactly as `to_row` writes it."""
    try:
        read = {"at": row["at"].isoformat(), "roles": json.loads(row["roles"]), "facts": json.loads(row["facts"])}
        entry = from_line(_canonical({**row, **read}).encode())
        return entry if entry and to_row(entry) == row else None
    except (AttributeError, TypeError, ValueError, RecursionError):
        return None


# Judging a chain.


def first_fault(entries: Sequence[Entry | None], heads: Sequence[Head | None]) -> Fault | None:
    """The first place at which the chain is not what it was; None for a whole one.

    None among the entries or heads is a line that is no such thing. Without heads a chain that was cut, or written anew from some
    place on, looks whole: that is what heads are kept elsewhere for.
    """
    known: dict[int, set[str]] = defaultdict(set)
    for head in filter(None, heads):
        known[head.sequence].add(head.entry_hash)
    previous = GENESIS
    for position, entry in enumerate(entries, 1):
        if entry is None or entry.entry_hash != _hash(entry):
            return Fault(position, "changed")
        if (entry.sequence, entry.previous_hash) != (position, previous):
            return Fault(position, "gap")
        if known.get(position, set()) - {entry.entry_hash}:
            return Fault(position, "forked")
        previous = entry.entry_hash
    if max(known, default=0) > len(entries):
        return Fault(len(entries) + 1, "cut")
    return Fault(heads.index(None) + 1, "heads") if None in heads else None


# The two files.


def read_jsonl(path: Path) -> list[Entry | None]:
    """The entries of a file, None for a line that is none. A last line that a crash has torn does not count; no file has none."""
    lines, rest = disk.read_lines(path)
    last = from_line(rest)
    return [*map(from_line, lines), *([last] if last else [])]


def read_heads(path: Path) -> list[Head | None]:
    """The heads of a log, None for a line that is none. A last line that a crash has torn does not count; no file has none."""
    lines, rest = disk.read_lines(path)
    last = _head_in(rest)
    return [*map(_head_in, lines), *([last] if last else [])]


def append_entries(path: Path, entries: Sequence[Entry]) -> None:
    """The file with these entries at its end, on disk for good."""
    disk.append_lines(path, [to_line(entry) for entry in entries])


def append_heads(path: Path, entries: Sequence[Entry]) -> None:
    """The log with the heads of these entries at its end, on disk for good. Its folder is not made: that disk may be away."""
    disk.append_lines(path, [f"{entry.sequence} {entry.entry_hash}" for entry in entries])


def append_head(path: Path, entry: Entry) -> None:
    """The log with the head of this entry at its end, on disk for good."""
    append_heads(path, [entry])


def catch_up(entries_from: Callable[[int], Sequence[Entry | None]], audit_path: Path, heads_path: Path) -> Fault | None:
    """None where neither file knows what the ledger does not; both then are as long as the ledger, also after a crash.

    `entries_from` gives the ledger's entries from a sequence on. A fault is a loss alarm, and then nothing is written. Only the
    ends are looked at: what lies before them is for `first_fault`.
    """
    (lines, torn_line), (heads, torn_head) = disk.read_lines(audit_path), disk.read_lines(heads_path)
    in_lines, in_heads = _end_of_lines(lines), _newest(heads)
    # A whole line without its line break is known too, but not counted: appending cuts it off.
    tips = [tip for tip in (in_lines, in_heads, _end_of_lines([torn_line]), _newest([torn_head])) if tip]
    n_lines, n_heads = (tip.sequence if tip else 0 for tip in (in_lines, in_heads))
    start = max(1, min([n_lines, n_heads, *(tip.sequence for tip in tips)]))
    found = entries_from(start)
    if None in found:
        return Fault(start + found.index(None), "changed")
    entries = [entry for entry in found if entry]
    if fault := _lost(sorted(tips), entries):
        return Fault(len(entries_from(1)) + 1, "cut") if fault.kind == "cut" else fault
    append_entries(audit_path, [entry for entry in entries if entry.sequence > n_lines])
    append_heads(heads_path, [entry for entry in entries if entry.sequence > n_heads])
    return None


def _lost(tips: Sequence[Head], entries: Sequence[Entry]) -> Fault | None:
    """The first head that the entries do not hold."""
    hashes = dict(map(head_of, entries))
    for tip in tips:
        if hashes.get(tip.sequence) != tip.entry_hash:
            return Fault(tip.sequence, "forked" if tip.sequence in hashes else "cut")
    return None


def _end_of_lines(lines: Sequence[bytes]) -> Head | None:
    return next((head_of(entry) for line in reversed(lines) if (entry := from_line(line))), None)


def _newest(lines: Sequence[bytes]) -> Head | None:
    return max((head for line in lines if (head := _head_in(line))), default=None)


def _head_in(line: bytes) -> Head | None:
    found = _HEAD.fullmatch(line)
    return Head(int(found[1]), found[2].decode()) if found else None


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "person_id": entry.person_id,
        "roles": list(entry.roles),
        "act": entry.act,
        "agreement_id": entry.agreement_id,
        "subject": entry.subject,
        "content_hash": entry.content_hash,
        "facts": entry.facts,
        "previous_hash": entry.previous_hash,
        "entry_hash": entry.entry_hash,
    }


def _canonical(written: Any) -> str:
    return json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _hash(entry: Entry) -> str:
    """sha256 of the entry's own line without its hash."""
    written = _as_json(entry)
    del written["entry_hash"]
    return hashlib.sha256(_canonical(written).encode()).hexdigest()


def _plain(fact: Any) -> Any:
    """A fact as JSON that every language reads alike: text in NFC, whole numbers, yes or no, nothing, lists, objects."""
    if fact is None or isinstance(fact, (bool, int)):
        return fact
    if isinstance(fact, str):
        return unicodedata.normalize("NFC", fact)
    if isinstance(fact, (list, tuple)):
        return [_plain(part) for part in fact]
    if isinstance(fact, Mapping):
        if free := _FREE_TEXT & set(fact):
            raise ValueError(f"facts hold {', '.join(sorted(free))}; accepted: a salted hash of it, as {sorted(free)[0]}_hash")
        return {_plain_key(key): _plain(part) for key, part in fact.items()}
    raise TypeError(f"a fact is {fact!r}; accepted: text, whole numbers, yes or no, None, lists and objects of these")


def _plain_key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a name of a fact is {key!r}; accepted: text")
    return unicodedata.normalize("NFC", key)
