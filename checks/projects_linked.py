"""Whether projects that point at each other end somewhere: none is merged into, or waits for, itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from checks.at_cell import at
from checks.rules import Rule
from domain.returns import Return, ReturnRow
from domain.rows import Finding

MERGED_IN_CIRCLE = Rule("merged_in_circle", "error", "across", ("projects",))
DEPENDS_IN_CIRCLE = Rule("depends_in_circle", "error", "across", ("projects",))
RULES = (MERGED_IN_CIRCLE, DEPENDS_IN_CIRCLE)


def mergers_end(found: Return) -> Iterator[Finding]:
    """An error for each circle of projects that are merged into each other, or one into itself."""
    projects = found.project_rows()
    yield from _circles(MERGED_IN_CIRCLE, "merged_into", projects)


def dependencies_end(found: Return) -> Iterator[Finding]:
    """An error for each circle of projects that wait for each other, or one for itself."""
    projects = found.project_rows()
    yield from _circles(DEPENDS_IN_CIRCLE, "depends_on", projects)


def _circles(rule: Rule, column: str, projects: Mapping[str, ReturnRow]) -> Iterator[Finding]:
    """A finding at the first project of each circle, with the way round."""
    links = {project_id: _pointed_at(row, column) for project_id, row in projects.items()}
    while circle := _circle(links):
        first = min(circle, key=lambda project_id: projects[project_id].row)
        turn = circle.index(first)
        way = [*circle[turn:], *circle[:turn], first]
        yield at(rule, projects[first], column, way=" → ".join(way))
        links = {project_id: aims - set(circle) for project_id, aims in links.items() if project_id not in circle}


def _circle(links: Mapping[str, set[str]]) -> list[str]:
    """The projects of one circle, each pointing at the next; none where there is no circle."""
    try:
        TopologicalSorter(links).prepare()
    except CycleError as error:
        return list(reversed(error.args[1][1:]))
    return []


def _pointed_at(row: ReturnRow, column: str) -> set[str]:
    stated = row.answers.get(column)
    return set(stated) if isinstance(stated, tuple) else {stated} if isinstance(stated, str) else set()
