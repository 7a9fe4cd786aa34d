"""Reads files in a child process that may use little memory, little time, no file and none of our environment.

The child answers in JSON on its standard output, so nothing that a file makes of it is executed here.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from pipelines.reading.any_file import XLSX, Kind, read_file
from pipelines.reading.limited import DEFAULT, OUT_OF_MEMORY, Limits, ReaderCrashed, limit_self, lines_of_child
from pipelines.reading.workbook import CellNote, ReadWorkbook, Refusal, Scalar, Sheet

# No foreign package is needed to read, so none can be imported (-S); nothing is inherited (-E) and nothing written (-B).
COMMAND = (sys.executable, "-E", "-S", "-B", "-X", "utf8", "-m", "pipelines.reading.child")


def read_in_child(path: Path, limits: Limits = DEFAULT, kinds: Sequence[Kind] = XLSX) -> ReadWorkbook:
    """What read_file says of the file. A child that had to be stopped is a refusal too; ReaderCrashed is our own fault."""
    return read_many_in_child((path,), limits, kinds)[0]


def read_many_in_child(paths: Sequence[Path], limits: Limits = DEFAULT, kinds: Sequence[Kind] = XLSX) -> tuple[ReadWorkbook, ...]:
    """What read_in_child says of each file, in their order, with one start of the interpreter.

    A file that a child did not finish after others is read again by a child of its own and those behind it, so that no file is
    refused for what another one cost.
    """
    read: list[ReadWorkbook] = []
    while len(read) < len(paths):
        read += _read_by_one_child(paths[len(read) :], limits, kinds)
    return tuple(read)


def _read_by_one_child(paths: Sequence[Path], limits: Limits, kinds: Sequence[Kind]) -> list[ReadWorkbook]:
    """The files that one child finished, from the first; if not even that, its refusal."""
    told = json.dumps({"limits": asdict(limits), "kinds": list(kinds)})
    answers, limit = lines_of_child([*COMMAND, told, *map(os.path.abspath, paths)], limits)
    if limit:
        return [ReadWorkbook((), {}, (), Refusal("reading_exceeded_limits", None, {"limit": limit}))]
    try:
        if len(answers) > len(paths):
            raise ValueError("more answers than files")
        return [from_json(line) for line in answers]
    except (ValueError, TypeError, KeyError) as error:
        raise ReaderCrashed(f"the answer of the reader is not understood: {error}") from error


def to_json(book: ReadWorkbook) -> str:
    """The workbook on one line. Floats are written so that they read back exactly; infinity and NaN are a ValueError."""
    answer = {
        "sheets": [
            (sheet.name, sheet.rows, sheet.is_hidden, sheet.merged, sheet.hidden_rows, sheet.hidden_columns)
            for sheet in book.sheets
        ],
        "properties": book.properties,
        "notes": [astuple(note) for note in book.notes],
        "refusal": book.refusal and astuple(book.refusal),
    }
    return json.dumps(answer, default=_tagged, allow_nan=False)


def from_json(answer: str | bytes) -> ReadWorkbook:
    """The workbook that to_json wrote. ValueError, TypeError or KeyError for anything else."""
    read = json.loads(answer)
    sheets = (
        Sheet(name, tuple(tuple(map(_untagged, row)) for row in rows), is_hidden, *map(tuple, found))
        for name, rows, is_hidden, *found in read["sheets"]
    )
    refusal = read["refusal"] and Refusal(*read["refusal"])
    return ReadWorkbook(tuple(sheets), read["properties"], tuple(CellNote(*note) for note in read["notes"]), refusal)


def _tagged(found: datetime.date) -> dict[str, str]:
    return {"datetime" if isinstance(found, datetime.datetime) else "date": found.isoformat()}


def _untagged(found: Any) -> Scalar:
    if not isinstance(found, dict):
        return found
    if "date" in found:
        return datetime.date.fromisoformat(found["date"])
    return datetime.datetime.fromisoformat(found["datetime"])


def main(paths: Sequence[str], limits: Limits, kinds: Sequence[Kind]) -> None:
    """The child: limits itself, reads, answers line by line, and leaves without the interpreter's tidying."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the answer
    limit_self(limits)
    with open(answer, "wb") as pipe:
        for path in paths:
            try:
                line = to_json(read_file(Path(path), kinds)).encode() + b"\n"
            except MemoryError:
                os._exit(OUT_OF_MEMORY)
            pipe.write(line)
            pipe.flush()
    os._exit(0)


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    main(sys.argv[2:], Limits(**told["limits"]), told["kinds"])
