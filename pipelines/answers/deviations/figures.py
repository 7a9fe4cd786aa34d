"""The figures of the page about deviations, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from domain.limit_file import limits_of
from pipelines.answers.deviations.deviations import OpenDeviation, deviations
from pipelines.answers.deviations.listed import STEPS, Matrix, MatrixCell, deviation_changes, deviation_matrix
from pipelines.answers.economy.bridges import last_deadline
from pipelines.answers.named_figures import Asked, Grain, NamedFigure
from pipelines.answers.portfolio import projects
from pipelines.methods.deviations import Level

PAGE, PROJECTS, DEVIATIONS = "deviations", "projects", "deviations"
_LEVELS: tuple[Level, ...] = ("red", "yellow")


def deviation_figures(asked: Asked) -> Iterator[NamedFigure]:
    """How many deviations are open, by level, body, rule and project, and how many projects deviate, by their worst one.

    Deviations of the projects; those of their reports alone are counted as `report_deviations`. What has changed since the
    deadline before the newest returns has that day as its key. Nothing before a project has been reported.
    """
    listed = projects(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    if listed.empty:
        return
    limits = limits_of(asked.agreement)
    everything = deviations(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    own = [it for it in everything if limits.limit(it.result.rule).in_colour]
    area = asked.selection.working_area_id
    grain: Grain = "area" if area else "agreement"
    beside = [it for it in everything if not limits.limit(it.result.rule).in_colour]
    for name, found in (("deviations", own), ("report_deviations", beside)):
        for level in _LEVELS:
            at = [it for it in found if it.result.level_told == level]
            yield NamedFigure(PAGE, f"{name}_{level}", grain, area, area, len(at), DEVIATIONS, None, _ids(at))
    yield from _counted(own, "body", area)
    yield from _counted(own, "rule", area)
    yield from _counted(own, "project", area)
    going = listed[~listed["has_ended"].astype(bool)].to_dict("records")
    yield from _projects(deviation_matrix(own, going), area)
    yield from _changes(asked, area)


def _counted(own: Iterable[OpenDeviation], grain: Grain, area: str | None) -> Iterator[NamedFigure]:
    """One figure per body, rule or project that has any; the key is None for deviations that no body is to treat."""
    by_key: dict[str | None, list[OpenDeviation]] = {}
    for it in own:
        keys = {"body": it.body_id, "rule": it.result.rule, "project": it.result.project_id}
        by_key.setdefault(keys[grain], []).append(it)
    for key, listed in sorted(by_key.items(), key=lambda item: (item[0] is None, item[0] or "")):
        yield NamedFigure(PAGE, "deviations", grain, key, area, len(listed), DEVIATIONS, None, _ids(listed))


def _projects(matrix: Matrix, area: str | None) -> Iterator[NamedFigure]:
    yield from _cell(matrix.total, "area" if area else "agreement", area, area)
    for key, cell in matrix.by_area.items() if not area else ():
        yield from _cell(cell, "area", key, key)
    for key, cell in matrix.by_focus.items():
        yield from _cell(cell, "focus_area", key, area)


def _cell(cell: MatrixCell, grain: Grain, key: str | None, area: str | None) -> Iterator[NamedFigure]:
    yield NamedFigure(PAGE, "projects", grain, key, area, cell.n_projects, PROJECTS, None)
    for level in _LEVELS:
        yield NamedFigure(PAGE, f"projects_{level}", grain, key, area, cell.levels[level], PROJECTS, None)


def _changes(asked: Asked, area: str | None) -> Iterator[NamedFigure]:
    since = last_deadline(asked.snapshot, asked.agreement, asked.as_of)
    if since is None:
        return
    limits = limits_of(asked.agreement)
    found = deviation_changes(asked.snapshot, asked.agreement, since, asked.as_of, asked.selection)
    steps = Counter(it.step for it in found if limits.limit(it.result.rule).in_colour)
    for step in STEPS:
        yield NamedFigure(PAGE, f"deviations_{step}", "agreement", since.isoformat(), area, steps[step], DEVIATIONS, None)


def _ids(listed: Iterable[OpenDeviation]) -> tuple[int, ...]:
    return tuple(sorted({it.result.report.submission_id for it in listed}))
