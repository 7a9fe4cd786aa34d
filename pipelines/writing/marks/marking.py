"""A marked copy of a return for its sender. A file of others is opened in a limited child, as in reading."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from domain.forms import Form
from domain.rows import Finding
from domain.words import text
from pipelines.printing import finding_text
from pipelines.reading.any_file import BOTH
from pipelines.reading.child import read_many_in_child
from pipelines.reading.limited import Limits, lines_of_child
from pipelines.writing.marks.marked_copy import ListWords, Mark, MarkedCopy, findings_list, marked_tables

# Above so many rows in all sheets the findings come as a list alone: opening such a file costs minutes and gigabytes.
MOST_ROWS = 10_000
# openpyxl holds some kilobytes a cell, and writes each sheet to a file of its own before it is packed.
LIMITS = Limits(memory_bytes=2 * 1024**3, cpu_s=40, wall_s=60, file_bytes=200 * 1024**2)
COMMAND = (sys.executable, "-E", "-B", "-X", "utf8", "-m", "pipelines.writing.marks.marking_child")


def marked_copy(paths: Sequence[Path], findings: Iterable[Finding], form: Form, language: str) -> MarkedCopy:
    """The files with every finding at its cell. What cannot be opened or is too large comes back as the list of findings."""
    marks = [_mark(finding, language) for finding in findings]
    words = _words(form, len(marks), language)
    books = read_many_in_child(paths, kinds=BOTH)
    n_rows = sum(len(sheet.rows) for book in books for sheet in book.sheets)
    if n_rows > MOST_ROWS or any(book.refusal for book in books):
        return findings_list(marks, _only_a_list(words, language))
    if all(book.properties.get("format") == "csv" for book in books):
        return marked_tables([(sheet.name, sheet.rows) for book in books for sheet in book.sheets], marks, words)
    return _marked_in_child(paths[0], marks, words) or findings_list(marks, _only_a_list(words, language))


def _mark(finding: Finding, language: str) -> Mark:
    message, action = (finding_text(finding, part, language) for part in ("message", "action"))
    severity = text(f"severity.{finding.severity}", language)
    return Mark(finding.severity, severity, finding.sheet, finding.cell, message, action)


def _words(form: Form, n_findings: int, language: str) -> ListWords:
    names = ("severity", "place", "message", "action")
    severity, place, message, action = (text(f"marked.heading.{name}", language) for name in names)
    return ListWords(
        text("marked.sheet", language),
        (severity, place, message, action),
        (text("marked.title", language, n=n_findings), form.name.in_language(language), text("marked.about", language)),
        text("marked.whole_file", language),
    )


def _only_a_list(words: ListWords, language: str) -> ListWords:
    return ListWords(words.sheet, words.headings, (*words.about[:-1], text("marked.list_only", language)), words.whole_file)


def _marked_in_child(path: Path, marks: Sequence[Mark], words: ListWords) -> MarkedCopy | None:
    """The copy that a child makes; None where it is not able to."""
    told = json.dumps({"marks": [asdict(mark) for mark in marks], "words": asdict(words), "limits": asdict(LIMITS)}).encode()
    lines, limit = lines_of_child([*COMMAND, os.path.abspath(path)], LIMITS, told)
    answer = json.loads(lines[0]) if lines and not limit else {}
    if "content" not in answer:
        return None
    return MarkedCopy(base64.b64decode(answer["content"]), tuple(answer["lost"]))
