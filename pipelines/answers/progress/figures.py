"""The figures of the page about progress, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.answers.named_figures import Asked, Grain, NamedFigure
from pipelines.answers.progress.earned import earned, plan_against_actual
from pipelines.answers.progress.progress import MONTHS, Moved, by_phase, moved, openings, rebaselines

PAGE = "progress"


def progress_figures(asked: Asked) -> Iterator[NamedFigure]:
    """Counts by phase, openings to come, plan against actual, and of each project its days moved, pace and cost."""
    area = asked.selection.working_area_id
    yield from _phases(asked, area)
    yield from _openings(asked, area)
    yield from _shares(asked, area)
    for it in moved(asked.snapshot, asked.agreement, asked.as_of, asked.selection):
        ids = _ids([it])
        yield _of_project("moved_since_previous", it.project_id, it.previous_days, "days", ids)
        yield _of_project("moved_against_plan", it.project_id, it.baseline_days, "days", ids)
    for row in earned(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection):
        if row.found:
            ids = (row.report.submission_id,) if row.report else ()
            yield _of_project("spi_t", row.project_id, row.found.spi_t, "ratio", ids)
            yield _of_project("cpi", row.project_id, row.found.cpi, "ratio", ids)


def _phases(asked: Asked, area: str | None) -> Iterator[NamedFigure]:
    found = by_phase(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    yield _whole("projects", area, found.n_projects, "projects")
    yield _whole("projects_ended", area, len(found.ended), "projects")
    for phase, ids in found.by_phase.items():
        yield _whole(f"projects_{phase}", area, len(ids), "projects")
    for (phase, own), ids in found.by_area.items() if not area else ():
        yield NamedFigure(PAGE, f"projects_{phase}", "area", own, own, len(ids), "projects", None)


def _openings(asked: Asked, area: str | None) -> Iterator[NamedFigure]:
    found = openings(asked.snapshot, asked.agreement, asked.as_of, MONTHS, asked.selection)
    ids = _ids(it.moved for it in found.listed)
    yield _whole("openings_to_come", area, len(found.listed), "projects", ids)
    yield _whole("openings_moved_later", area, len(found.moved_later), "projects", ids)
    yield _whole("openings_passed", area, len(found.passed), "projects", _ids(found.passed))
    changes = rebaselines(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    changed_in = tuple(sorted({it.report.submission_id for it in changes}))
    yield _whole("baselines_changed", area, len(changes), "milestones", changed_in)
    undecided = sum(it.change.decision is None for it in changes)
    yield _whole("baselines_changed_without_decision", area, undecided, "milestones", changed_in)


def _shares(asked: Asked, area: str | None) -> Iterator[NamedFigure]:
    found = plan_against_actual(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    grain: Grain = "area" if area else "agreement"
    for name, pct in (("planned_complete", found.planned_pct), ("physically_complete", found.physical_pct)):
        yield NamedFigure(PAGE, name, grain, area, area, pct, "pct", None, found.submission_ids, found.with_figures)


def _whole(name: str, area: str | None, n: int, unit: str, submission_ids: tuple[int, ...] = ()) -> NamedFigure:
    return NamedFigure(PAGE, name, "area" if area else "agreement", area, area, n, unit, None, submission_ids)


def _of_project(name: str, project_id: str, amount: float | None, unit: str, ids: tuple[int, ...]) -> NamedFigure:
    return NamedFigure(PAGE, name, "project", project_id, None, amount, unit, None, ids)


def _ids(found: Iterable[Moved]) -> tuple[int, ...]:
    reports = [report for it in found for report in (it.report, it.previous) if report]
    return tuple(sorted({report.submission_id for report in reports}))
