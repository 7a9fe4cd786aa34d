"""Checks the chain of acts with Python alone: python docs/verify_chain.py audit.jsonl heads.log

A line of audit.jsonl is an entry: JSON in UTF-8, keys in order, no spaces. entry_hash is the sha256 of the line without it, and
previous_hash the entry_hash of the line before (64 zeros in the first). A line of heads.log is a sequence and its entry_hash.
"""

import hashlib, json, re, sys  # noqa: E401, I001
from datetime import datetime
from pathlib import Path

SHAPE = {"sequence": int, "at": str, "person_id": str, "roles": list, "act": str, "agreement_id": str | None, "subject": str,
         "content_hash": str | None, "facts": dict, "previous_hash": str, "entry_hash": str}  # fmt: skip
FORM = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
HEAD = re.compile(rb"([1-9][0-9]{0,17}) ([0-9a-f]{64})")


def entry_in(line: bytes) -> dict | None:
    try:
        entry = json.loads(line.decode())
        has_shape = entry.keys() == SHAPE.keys() and all(isinstance(entry[key], SHAPE[key]) for key in SHAPE)
        if has_shape and datetime.fromisoformat(entry["at"]).isoformat() == entry["at"] and FORM.encode(entry).encode() == line:
            hashed = FORM.encode({key: entry[key] for key in SHAPE if key != "entry_hash"}).encode()
            return entry if hashlib.sha256(hashed).hexdigest() == entry["entry_hash"] else None
    except (ValueError, AttributeError, RecursionError):
        return None


def verdict(audit_path: str, heads_path: str) -> str:
    files = (audit_path, entry_in), (heads_path, HEAD.fullmatch)
    read = ([line_in(line) for line in Path(path).read_bytes().split(b"\n")] for path, line_in in files)
    # A last line that a crash has torn does not count.
    entries, heads = (found if found[-1] else found[:-1] for found in read)
    previous, known = "0" * 64, {}
    for head in filter(None, heads):
        known.setdefault(int(head[1]), set()).add(head[2].decode())
    for place, entry in enumerate(entries, 1):
        if entry is None or (entry["sequence"], entry["previous_hash"]) != (place, previous):
            return f"entry {place}: {'gap' if entry else 'changed'}"
        previous = entry["entry_hash"]
        if known.get(place, {previous}) != {previous}:
            return f"entry {place}: forked"
    if max(known, default=0) > len(entries):
        return f"entry {len(entries) + 1}: cut"
    return f"head {heads.index(None) + 1}: unreadable" if None in heads else f"ok: {len(entries)} entries, {len(heads)} heads"


if __name__ == "__main__":
    print(found := verdict(*sys.argv[1:]))
    sys.exit(not found.startswith("ok"))
