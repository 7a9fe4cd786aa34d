"""What a check found, as a reader meets it: the verdict, and a table of findings for each sheet. Everything as escaped HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.escape import as_html
from dashboard.parts.exports import downloads, invented_note
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import SEVERITY_SYMBOLS
from domain.model import Agreement
from domain.numbers import decimal_text
from domain.rows import SEVERITIES, Finding, Severity
from pipelines.printing import finding_text
from pipelines.writing.tables import ExportTable

# So many findings of one sheet are shown; the lists to download hold them all.
SHOWN_PER_SHEET = 100
# A finding with this code stands for `count` others of its kind, which are not told one by one.
_MORE = "more_of_the_same"
_SHOWN_PLACES = 12
_SHORTEST_RANGE = 3
_COLUMNS = ("severity", "place", "message", "action")
_EXPORTED = ("sheet", "place", "severity", "message", "action", "code")


@dataclass(frozen=True, slots=True)
class _Alike:
    """What is said of one or several places of a sheet."""

    severity: Severity
    places: str
    message: str
    action: str


def verdict(sentence: str, lines: Iterable[str] = (), kind: str = "waiting", is_urgent: bool = False) -> None:
    """The answer to an upload, announced to whoever cannot see it arrive. `kind` colours its edge."""
    role = "alert" if is_urgent else "status"
    below = "".join(f"<p>{as_html(line)}</p>" for line in lines)
    headed = f"<h2>{as_html(sentence)}</h2>" if kind != "waiting" else f"<p>{as_html(sentence)}</p>"
    st.html(f'<div class="nv-verdict {as_html(kind)}" role="{role}" aria-atomic="true">{headed}{below}</div>')


def severities(here: Surroundings, findings: Sequence[Finding]) -> None:
    """How many findings there are of each severity, the worst first, and what each asks of the reader."""
    n_of = counted(findings)
    lines = "".join(
        f"<li>{_mark(severity, counted_words(here, severity, n_of[severity]))} "
        f"<span>{as_html(here.say(f'page.submit.means.{severity}'))}</span></li>"
        for severity in SEVERITIES
        if n_of[severity]
    )
    st.html(f'<ul class="nv-severities">{lines}</ul>')


def counted(findings: Iterable[Finding]) -> Counter[Severity]:
    """How many findings of each severity, with those that one finding stands for."""
    n_of: Counter[Severity] = Counter()
    for finding in findings:
        n_of[finding.severity] += int(finding.named.get("count", 1)) if finding.code == _MORE else 1
    return n_of


def counted_words(here: Surroundings, severity: Severity, count: int) -> str:
    """1 feil, 2 advarsler."""
    number = "one" if count == 1 else "other"
    return here.say(f"page.submit.count.{severity}.{number}", n=decimal_text(count, 0, here.language))


def worst_first(findings: Sequence[Finding]) -> dict[str | None, list[Finding]]:
    """Findings by sheet: sheets with errors first, and in each sheet the worst severity; otherwise in the order given.

    What stops the return is what its sender sees first, and still each sheet is visited once: the order given is the
    workbook's own, so that whoever corrects goes through sheet after sheet and down each of them.
    """
    by_sheet: dict[str | None, list[Finding]] = {}
    for finding in findings:
        by_sheet.setdefault(finding.sheet, []).append(finding)
    ranked = {sheet: sorted(own, key=lambda finding: SEVERITIES.index(finding.severity)) for sheet, own in by_sheet.items()}
    return dict(sorted(ranked.items(), key=lambda item: item[1][0].severity != "error"))


def findings_by_sheet(here: Surroundings, findings: Sequence[Finding], n_files: int) -> None:
    """A heading and a table for each sheet, what stops the return first."""
    for sheet, own in worst_first(findings).items():
        name = here.say("page.submit.whole_file" if n_files == 1 else "page.submit.whole_files") if sheet is None else sheet
        alike = list(_alike(here, own))
        _sheet_title(here, name, own)
        _table(here, name, alike[:SHOWN_PER_SHEET])
        if len(alike) > SHOWN_PER_SHEET:
            blocks.small(here.say("page.submit.more", n=decimal_text(len(alike) - SHOWN_PER_SHEET, 0, here.language)))


def cell_ranges(cells: Iterable[str]) -> list[str]:
    """The cells as Excel writes them, three or more below each other as one range: A2, B4:B9."""
    places = sorted({_column_and_row(cell) for cell in cells}, key=lambda place: (len(place[0]), place))
    runs: list[list[tuple[str, int]]] = []
    for letters, row in places:
        if runs and runs[-1][-1] == (letters, row - 1):
            runs[-1].append((letters, row))
        else:
            runs.append([(letters, row)])
    return [said for run in runs for said in _run_said(run)]


def _column_and_row(cell: str) -> tuple[str, int]:
    letters = cell.rstrip("0123456789")
    return letters, int(cell[len(letters) :] or 0)


def _run_said(run: Sequence[tuple[str, int]]) -> list[str]:
    cells = [f"{letters}{row or ''}" for letters, row in run]
    return cells if len(cells) < _SHORTEST_RANGE else [f"{cells[0]}:{cells[-1]}"]


def _alike(here: Surroundings, own: Sequence[Finding]) -> Iterable[_Alike]:
    """The findings of a sheet, those that say the same of several cells as one; in the order of the first of each."""
    found: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in own:
        message, action = (finding_text(finding, part, here.language) for part in ("message", "action"))
        found.setdefault((finding.severity, message, action), []).append(finding)
    for (severity, message, action), alike in found.items():
        cells = cell_ranges(finding.cell for finding in alike if finding.cell)
        said = [*dict.fromkeys(_place(here, finding) for finding in alike if not finding.cell), *cells]
        if len(said) > _SHOWN_PLACES:
            said[_SHOWN_PLACES:] = [here.say("page.submit.more_places", n=len(said) - _SHOWN_PLACES)]
        yield _Alike(severity, ", ".join(said), message, action)


def finding_downloads(
    here: Surroundings, agreement: Agreement, findings: Sequence[Finding], about: Mapping[str, str], key: str
) -> None:
    """Every finding as a list to take along, in Excel or CSV. `about` is what its reader must know of the files."""

    def make() -> ExportTable:
        return findings_table(here, agreement, findings, about)

    downloads(here, agreement, make, key)


def findings_table(
    here: Surroundings, agreement: Agreement, findings: Sequence[Finding], about: Mapping[str, str]
) -> ExportTable:
    """One row per finding in the order of the page, with what an invented agreement must say of itself."""
    said = {here.say("page.export.agreement"): agreement.name, here.say("page.export.contents"): here.say("page.submit.list")}
    said |= about
    if agreement.is_synthetic:
        said[here.say("page.export.synthetic")] = here.say("product.synthetic_long", name=agreement.short_name)
    rows = [_exported(here, finding) for own in worst_first(findings).values() for finding in own]
    names = [here.say(f"page.submit.column.{name}") for name in _EXPORTED]
    return ExportTable(
        here.say("page.submit.list"), names, rows, said, here.say("page.export.sheet"), invented_note(here, agreement)
    )


def _exported(here: Surroundings, finding: Finding) -> list[str]:
    severity = here.say(f"severity.{finding.severity}")
    message, action = (finding_text(finding, part, here.language) for part in ("message", "action"))
    return [finding.sheet or here.say("page.submit.whole_file"), _place(here, finding), severity, message, action, finding.code]


def _place(here: Surroundings, finding: Finding) -> str:
    """The cell; else which file, where its name is known; else the sheet or the file as a whole."""
    if finding.cell:
        return finding.cell
    if finding.sheet is None:
        return str(finding.named.get("file", here.say("page.submit.column.files")))
    return here.say("page.submit.column.sheet")


def _sheet_title(here: Surroundings, name: str, own: Sequence[Finding]) -> None:
    """The name of a sheet, and beside it how many findings of each severity it has."""
    n_of = counted(own)
    counts = "".join(_mark(severity, counted_words(here, severity, n_of[severity])) for severity in SEVERITIES if n_of[severity])
    st.html(f'<div class="nv-sheet"><h3>{as_html(name)}</h3><p>{counts}</p></div>')


def _table(here: Surroundings, name: str, rows: Iterable[_Alike]) -> None:
    """What is said of a sheet. The roles keep it a table where a phone stacks its cells."""
    caption = here.say("page.submit.findings_caption", sheet=name)
    titles = [here.say(f"page.submit.column.{column}") for column in _COLUMNS]
    head = "".join(f'<th scope="col" role="columnheader">{as_html(title)}</th>' for title in titles)
    body = "".join(_row(here, row) for row in rows)
    st.html(
        f'<table class="nv-table nv-findings" role="table"><caption class="nv-unseen">{as_html(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )


def _row(here: Surroundings, row: _Alike) -> str:
    return (
        f'<tr role="row"><td role="cell">{_mark(row.severity, here.say(f"severity.{row.severity}"))}</td>'
        f'<th scope="row" role="rowheader">{as_html(row.places)}</th>'
        f'<td role="cell">{as_html(row.message)}</td><td role="cell">{as_html(row.action)}</td></tr>'
    )


def _mark(severity: Severity, words: str) -> str:
    """A severity by symbol, words and colour."""
    symbol = as_html(SEVERITY_SYMBOLS[severity])
    return f'<span class="nv-severity {severity}"><span aria-hidden="true">{symbol} </span>{as_html(words)}</span>'
