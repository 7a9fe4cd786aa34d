"""The child that marks a workbook: told its marks on standard input, it answers the copy on one line of standard output."""

from __future__ import annotations

import base64
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

from pipelines.reading.limited import OUT_OF_MEMORY, Limits, limit_self


def main(path: str, told: dict[str, Any]) -> None:
    """Limits itself, marks, answers, and leaves. A file that openpyxl cannot open is answered with what it said."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the answer
    limit_self(Limits(**told["limits"]))
    try:
        line = json.dumps(_marked(Path(path), told)).encode() + b"\n"
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    with open(answer, "wb") as pipe:
        pipe.write(line)
    os._exit(0)


def _marked(path: Path, told: dict[str, Any]) -> dict[str, Any]:
    from pipelines.writing.marks.marked_copy import ListWords, Mark, marked_workbook

    said = told["words"]
    words = ListWords(said["sheet"], tuple(said["headings"]), tuple(said["about"]), said["whole_file"])
    try:
        copy = marked_workbook(path, [Mark(**mark) for mark in told["marks"]], words)
    except (zipfile.BadZipFile, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, SyntaxError) as error:
        return {"error": type(error).__name__}
    return {"content": base64.b64encode(copy.content).decode(), "lost": list(copy.lost)}


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
