"""What the last return says of the same projects: none vanishes, changes its id or name, or goes back a phase without a word."""

from __future__ import annotations

from collections.abc import Iterator

from checks.at_cell import at, of_sheet
from checks.places_agree import municipality_codes, roads, successors
from checks.row_sums import ENDED
from checks.rules import Rule
from checks.usable import is_usable
from domain.forms import Form
from domain.model import Agreement
from domain.returns import Return, ReturnRow, Split
from domain.rows import Finding

VANISHED = Rule("project_vanished", "error", "history", ("projects",))
ID_CHANGED = Rule("project_id_changed", "error", "history", ("projects",))
RENAMED = Rule("project_renamed", "hold", "history", ("projects",))
BACKWARDS = Rule("phase_backwards", "hold", "history", ("projects",))
MUNICIPALITY_CHANGED = Rule("municipality_changed", "warning", "history", ("projects",))
AREA_CHANGED = Rule("working_area_changed", "warning", "history", ("projects",))
ROAD_CHANGED = Rule("road_number_changed", "warning", "history", ("projects",))
RULES = (VANISHED, ID_CHANGED, RENAMED, BACKWARDS, MUNICIPALITY_CHANGED, AREA_CHANGED, ROAD_CHANGED)


def projects_stay(found: Return, previous: Return) -> Iterator[Finding]:
    """An error for each project that was going on and is not here, at the sheet; at the new id where its name has another one."""
    now, before = found.project_rows(), previous.project_rows()
    new = [row for row in found.of("projects") if row.code("project_id") not in before]
    for project_id, last in before.items() if "projects" in found.rows else ():
        if project_id in now or last.code("standing") in ENDED:
            continue
        name = last.code("project_name") or ""
        namesakes = [row for row in new if _folded(name) in _names(row)]
        if not namesakes:
            yield of_sheet(VANISHED, found, last, quoted=project_id, project_name=name, period_before=previous.period)
        elif is_usable(namesakes[0], "project_id"):
            yield at(ID_CHANGED, namesakes[0], "project_id", before=project_id, project_name=name)


def old_names_are_kept(found: Return, previous: Return) -> Iterator[Finding]:
    """A hold for each project with another name whose old one is not among the earlier ones. Capitals and spaces say nothing."""
    for row, last in _both(found, previous):
        name, before = row.code("project_name"), last.code("project_name")
        if name and before and _folded(before) not in _names(row):
            yield at(RENAMED, row, "project_name", before=before, column_other="earlier_names")


def phases_go_forward(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold for each project in an earlier phase than last time."""
    phases = [choice.code for choice in form.table("projects").column("phase").allowed]
    for row, last in _both(found, previous):
        phase, before = row.code("phase"), last.code("phase")
        if phase in phases and before in phases and phases.index(phase) < phases.index(before):
            yield at(BACKWARDS, row, "phase", before=before)


def places_stay(found: Return, previous: Return, agreement: Agreement) -> Iterator[Finding]:
    """A warning for each project that has moved. A code that others carry on has not moved."""
    for row, last in _both(found, previous):
        own, before = (_current_codes(each, agreement) for each in (row, last))
        if own and before and own != before:
            yield at(MUNICIPALITY_CHANGED, row, "municipality_codes", before="; ".join(municipality_codes(last)))
        split, shares = row.answers.get("working_area_split"), last.answers.get("working_area_split")
        if isinstance(split, Split) and isinstance(shares, Split) and dict(split.shares) != dict(shares.shares):
            before_said = "; ".join(f"{area} {share.normalize():f}" for area, share in shares.shares)
            yield at(AREA_CHANGED, row, "working_area_split", before=before_said)


def road_numbers_stay(found: Return, previous: Return) -> Iterator[Finding]:
    """A warning for each project that is given with another road than last time, however the number is written."""
    for row, last in _both(found, previous):
        number, before = row.code("road_number"), last.code("road_number")
        if number and before and roads(number) != roads(before):
            yield at(ROAD_CHANGED, row, "road_number", before=before)


def _both(found: Return, previous: Return) -> Iterator[tuple[ReturnRow, ReturnRow]]:
    """Each project's row, with that of the last return."""
    before = previous.project_rows()
    for project_id, row in found.project_rows().items():
        if project_id in before:
            yield row, before[project_id]


def _names(row: ReturnRow) -> set[str]:
    """The name of a project and the earlier ones, folded."""
    written = [row.code("project_name") or "", *(row.code("earlier_names") or "").replace("\n", ";").split(";")]
    return {_folded(name) for name in written} - {""}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _current_codes(row: ReturnRow, agreement: Agreement) -> set[str]:
    return {code for stated in municipality_codes(row) for code in successors(agreement, stated)}
