"""The way of a figure in words: the one sentence, and the steps from the figure to the file and to those who acted."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.parts.header import as_known
from dashboard.parts.person_blocks import known_people, moment_text
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.words import (
    amount_text,
    basis_text,
    bytes_text,
    capital,
    day_text,
    figure_text,
    party_name,
    period_said,
    row_text,
    whom,
    with_unit,
)  # fmt: skip
from domain.forms import load_form
from domain.model import Agreement, Person
from domain.numbers import NO_VALUE, date_text
from pipelines.answers.trace.published import TracedPublished
from pipelines.answers.trace.reported import Basis, Traced, basis_of
from pipelines.answers.trace.submission import HandedIn

_SHOWN_CELLS = 12
# The acts by which a return comes in, and those by which it counts although nobody approves it.
_CAME_IN = ("submit", "import", "reinstate")


def sentence(here: Surroundings, agreement: Agreement, found: Traced) -> str:
    """Where the figure stands, who handed it in and who approved it, in one sentence."""
    handed_in, first = found.handed_in, found.rows[0]
    people = known_people(agreement)
    file = handed_in.file_of(first.sheet)
    place = {
        "sheet": first.sheet,
        "in_file": f" {here.say('page.trace.in_file', file=file.file_name)}" if file else "",
        "handed_in": _handed_in_said(here, handed_in, people),
        "approved": _approved_said(here, handed_in, people),
    }
    if found.is_one_row:
        figure = figure_text(here, agreement, found)
        return here.say(
            "page.trace.sentence.cell", figure=capital(figure), cell=first.address(found.asked.column) or NO_VALUE, **place
        )
    if found.total is None:
        return here.say("page.trace.sentence.cells", n=len(found.rows), **place)
    if found.total.amount is None:
        key = "mixed" if found.total.bases else "nothing"
        return here.say(f"page.trace.sentence.{key}", n=len(found.rows), **place)
    basis = basis_text(here, found.total.basis)
    figure = with_unit(here, agreement, load_form(), found.column, found.total.amount)
    figure = f"{figure} ({basis})" if basis else figure
    return here.say("page.trace.sentence.sum", n=found.total.n_amounts, figure=figure, **place)


def published_sentence(here: Surroundings, found: TracedPublished) -> str:
    """Where a published figure stands and whose it is, in one sentence; or what it was computed from."""
    file = found.handed_in.file_of(found.sheet)
    named = {
        "figure": capital(amount_text(here, found)),
        "source": found.handed_in.source_title or NO_VALUE,
        "day": date_text(found.handed_in.published_on or found.handed_in.known_from, here.language),
    }
    if found.cell is None:
        points = here.say("page.trace.from_points", n=found.n_points) if found.n_points else here.say("page.trace.from_files")
        return here.say("page.trace.sentence.computed", points=points, **named)
    in_file = f" {here.say('page.trace.in_file', file=file.file_name)}" if file and file.file_name != found.sheet else ""
    key = "cited" if found.table == "cited_figure" else "published"
    return here.say(f"page.trace.sentence.{key}", cell=found.cell, sheet=found.sheet, in_file=in_file, **named)


def reported_steps(here: Surroundings, agreement: Agreement, found: Traced) -> list[tuple[str, str]]:
    """The steps back from a figure of a return, each with its name: figure, row, cell, file, submission, persons, edition."""
    handed_in, rows, people = found.handed_in, found.rows, known_people(agreement)
    form = load_form()
    cells = ", ".join(row.address(found.asked.column) or NO_VALUE for row in rows[:_SHOWN_CELLS])
    more = " " + here.say("page.trace.more_cells", n=len(rows) - _SHOWN_CELLS) if len(rows) > _SHOWN_CELLS else ""
    numbers = f"{rows[0].row}" if found.is_one_row else f"{rows[0].row}–{rows[-1].row}"
    which = row_text(here, agreement, found.table, rows[0]) if found.is_one_row else here.say("page.trace.n_rows", n=len(rows))
    basis = basis_text(here, _basis(found))
    figure = with_unit(here, agreement, form, found.column, found.answer)
    question = found.column.header.in_language(here.language)
    return [
        (here.say("page.trace.step.figure"), f"{question}, {figure}{f' ({basis})' if basis else ''}"),
        (here.say("page.trace.step.row"), here.say("page.trace.row_said", row=numbers, which=which)),
        (here.say("page.trace.step.cell"), here.say("page.trace.cell_said", sheet=rows[0].sheet, cell=cells + more)),
        *_file_steps(here, handed_in, rows[0].sheet),
        (
            here.say("page.trace.step.submission"),
            here.say(
                "page.trace.submission_said", number=handed_in.submission_id,
                party=party_name(agreement, handed_in.party_id),
                period=period_said(here, handed_in.period or ""), version=handed_in.form_version,
            ),
        ),
        (here.say("page.trace.step.person"), _person_step(here, handed_in, people)),
        (here.say("page.trace.step.approval"), _approval_step(here, handed_in, people)),
        _snapshot_step(here),
    ]  # fmt: skip


def published_steps(here: Surroundings, agreement: Agreement, found: TracedPublished) -> list[tuple[str, str]]:
    """The steps back from a published figure, each with its name: figure, cell, file, source, submission, edition."""
    handed_in = found.handed_in
    place = (
        here.say("page.trace.cell_said", sheet=found.sheet or NO_VALUE, cell=found.cell)
        if found.cell
        else here.say("page.trace.no_cell")
    )
    loaded = here.say(
        "page.trace.loaded_said",
        name=whom(known_people(agreement), handed_in.submitted_by),
        at=moment_text(handed_in.recorded_at or handed_in.known_from, here.language),
    )
    source = f"{handed_in.source_title}, {date_text(handed_in.published_on or handed_in.known_from, here.language)}"
    return [
        (
            here.say("page.trace.step.figure"),
            f"{here.say(f'page.trace.table.{found.table}')}, {amount_text(here, found)}",
        ),
        (here.say("page.trace.step.cell"), place),
        *_file_steps(here, handed_in, found.sheet),
        (here.say("page.trace.step.source"), source),
        (here.say("page.trace.step.submission"), here.say("page.trace.number_said", number=handed_in.submission_id)),
        (here.say("page.trace.step.loaded"), loaded),
        _snapshot_step(here),
    ]


def _file_steps(here: Surroundings, handed_in: HandedIn, sheet: str | None) -> list[tuple[str, str]]:
    """The file that holds the sheet; every file where that is not known."""
    file = handed_in.file_of(sheet)
    files = [file] if file else handed_in.files
    return [
        (
            here.say("page.trace.step.file"),
            here.say("page.trace.file_said", file=one.file_name, size=bytes_text(here, one.n_bytes), sha256=one.sha256),
        )
        for one in files
    ]


def _snapshot_step(here: Surroundings) -> tuple[str, str]:
    identity = here.snapshot.identity if here.snapshot else NO_VALUE
    return here.say("page.trace.step.snapshot"), here.say("page.trace.snapshot_said", snapshot=identity, known=as_known(here))


def _handed_in_said(here: Surroundings, handed_in: HandedIn, people: Mapping[str, Person]) -> str:
    """levert av A 12. oktober 2026; how it came in otherwise."""
    done = handed_in.newest(*_CAME_IN)
    act = done.act if done else "submit"
    name, day = whom(people, handed_in.submitted_by), day_text(handed_in.known_from, here.language)
    return here.say(f"page.trace.came_in.{act}", name=name, day=day)


def _approved_said(here: Surroundings, handed_in: HandedIn, people: Mapping[str, Person]) -> str:
    """, godkjent av B 15. oktober 2026; that it waits; nothing where nobody had to approve or had done so by then."""
    if done := handed_in.newest("approve"):
        return here.say("page.trace.approved", name=whom(people, done.person_id), day=day_text(done.at, here.language))
    return here.say("page.trace.waiting") if handed_in.standing == "waits" else ""


def _person_step(here: Surroundings, handed_in: HandedIn, people: Mapping[str, Person]) -> str:
    name = whom(people, handed_in.submitted_by)
    return here.say("page.trace.person_said", name=name, at=moment_text(handed_in.known_from, here.language))


def _approval_step(here: Surroundings, handed_in: HandedIn, people: Mapping[str, Person]) -> str:
    if done := handed_in.newest("approve"):
        name = whom(people, done.person_id)
        return here.say("page.trace.person_said", name=name, at=moment_text(done.at, here.language))
    if handed_in.standing == "waits":
        return here.say("page.trace.waits_said")
    done = handed_in.newest("reinstate", "import")
    return here.say(f"page.trace.without_approval.{done.act}" if done else "page.trace.not_approved_then")


def _basis(found: Traced) -> Basis | None:
    """The price basis of an amount; None for what is no amount."""
    if found.column.type != "money" or found.answer is None:
        return None
    return basis_of(found.rows[0]) if found.is_one_row else (found.total.basis if found.total else None)
