"""Returns checked, first and warm, with the memory of child and worker; a template written; a marked copy made.

A return of any size is made of an invented one: its projects are repeated under other ids until there are enough rows.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from domain.forms import load_form
from domain.load import load_agreements
from domain.returns import Answer, Return, ReturnRow
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.returns import Asked, check_return
from pipelines.writing.marks.marking import marked_copy
from pipelines.writing.templates.template import template

PARTY, PERIOD = "fjordby", "2026-Q3"
TIMES = 5
_LINKS = ("project_id", "merged_into")
_NOBODY = Asked(None, None, None)


def compare() -> Iterator[str]:
    """One line each: the small return first and warm, the large one, the template, the marked copy, and the peaks of memory."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = _saved(sized(300), Path(folder)), _saved(sized(10_000), Path(folder))
        yield f"returns: 300 rows x 9 tables, {_kb(small)} kB: first check, worker started, {_checked(small):.1f} s"
        warm = [_checked(small) for _ in range(TIMES)]
        yield f"returns: 300 rows x 9 tables: warm {statistics.median(warm):.2f} s, slowest {max(warm):.2f} s (goal 2 s)"
        n_rows = sum(len(rows) for rows in sized(10_000).rows.values())
        yield f"returns: {n_rows} rows in 9 tables, {_kb(large)} kB: warm {_checked(large):.1f} s (goal 10 s)"
        asked = sized(300)
        written = [_timed(lambda: as_template(asked)) for _ in range(TIMES)]
        yield f"returns: template of 300 rows x 9 tables: {statistics.median(written):.2f} s (goal 2 s)"
        yield f"returns: marked copy of 300 rows x 9 tables: {_marked(small):.1f} s"
        yield f"returns: most memory of reading, checking or marking: {_peak_of_children_mib():.0f} MiB (goal under 1024)"


def sized(n_rows: int) -> Return:
    """A return with about so many rows in each table; above 1 000, in all tables together.

    Rows without room are left out, so that some projects lack some: there are findings, as in real returns.
    """
    whole = next_return(PARTY, PERIOD)
    most = n_rows if n_rows <= 1_000 else max(1, n_rows // len(whole.rows))
    longest = max(len(rows) for rows in whole.rows.values())
    rows: dict[str, list[ReturnRow]] = {table: [] for table in whole.rows}
    for copy in range(-(-n_rows // longest) * len(whole.rows)):
        projects = {row.code("project_id") for row in whole.of("projects")}
        for table, of_table in whole.rows.items():
            if len(rows[table]) + len(of_table) > most:
                continue
            rows[table] += [_renamed(row, copy, len(rows[table]) + number, projects) for number, row in enumerate(of_table)]
    known = {row.code("project_id") for row in rows["projects"]}
    kept = {table: tuple(row for row in listed if row.code("project_id") in known) for table, listed in rows.items()}
    return replace(whole, rows=kept)


def _renamed(row: ReturnRow, copy: int, number: int, projects: set[str | None]) -> ReturnRow:
    """The row for another project, at another place of its sheet."""

    def named(answer: Answer) -> Answer:
        if isinstance(answer, tuple):
            return tuple(f"{part}.{copy}" if part in projects else part for part in answer)
        return f"{answer}.{copy}" if answer in projects else answer

    answers: Mapping[str, Answer] = {column: named(answer) for column, answer in row.answers.items()}
    return replace(row, row=number + 2, answers=answers)


def _saved(found: Return, folder: Path) -> Path:
    path = folder / f"{len(found.of('economy'))}.xlsx"
    path.write_bytes(as_template(found))
    return path


def as_template(found: Return) -> bytes:
    """The template that the return would come back in: pre-filled with all its answers."""
    agreement = load_agreements()[found.agreement_id]
    form = load_form().at(found.form_version)
    kept = [
        table.model_copy(update={"columns": tuple(column.model_copy(update={"carried": "kept"}) for column in table.columns)})
        for table in form.tables
    ]
    return template(form.model_copy(update={"tables": tuple(kept)}), agreement, found.party_id, found.period, found, "nb")


def _checked(path: Path) -> float:
    return _timed(lambda: check_return([path], _NOBODY, path.parent / "nothing published"))


def _marked(path: Path) -> float:
    checked = check_return([path], _NOBODY, path.parent / "nothing published")
    return _timed(lambda: marked_copy([path], checked.findings, checked.form, "nb"))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _kb(path: Path) -> int:
    return round(path.stat().st_size / 1000)


def _peak_of_children_mib() -> float:
    """The largest resident memory that any child of this process had; the worker is counted once it has ended."""
    from pipelines.reading.worker import the_worker

    the_worker().close()
    # One that is closed stays so: what is measured after this starts its own.
    the_worker.cache_clear()
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
