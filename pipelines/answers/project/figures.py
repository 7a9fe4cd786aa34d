"""The figures of the page of a project, by name: of every project at once, by the answers that ask for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from domain.limit_file import limits_of
from pipelines.answers.costs import costs
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.economy.line_table import AMOUNTS
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import sums_by
from pipelines.answers.named_figures import Asked, NamedFigure
from pipelines.answers.progress.progress import moved

PAGE, MNOK = "project", "mnok"
_COSTS = ("forecast_mnok", "p50_mnok", "p85_mnok")


def project_figures(asked: Asked) -> Iterator[NamedFigure]:
    """Of each project its estimate, its funding, how far its opening has moved, and its open deviations.

    A project that lies partly in a selected area is told of whole, as on its page.
    """
    rows = costs(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    year = asked.price.common.basis.price_year if asked.price else None
    for row in rows:
        yield from _costs(row, year)
    known = {str(row["project_id"]) for row in rows}
    everywhere = replace(asked.selection, working_area_id=None)
    lines = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, everywhere)
    line_year = lines.price.common.basis.price_year if lines.price else None
    for project_id, sums in sums_by(lines, lines.project).items():
        for column in AMOUNTS if project_id in known else ():
            name = f"{column.removesuffix('_mnok')}_total"
            told = line_year, sums.submission_ids(column), sums.with_figures[column]
            yield NamedFigure(PAGE, name, "project", project_id, None, sums.mnok(column), MNOK, *told)
    for it in moved(asked.snapshot, asked.agreement, asked.as_of, asked.selection):
        ids = tuple(sorted({report.submission_id for report in (it.report, it.previous) if report}))
        for name, days in (("opening_moved", it.previous_days), ("opening_against_plan", it.baseline_days)):
            yield NamedFigure(PAGE, name, "project", it.project_id, None, days, "days", None, ids)
    yield from _deviations(asked, {str(row["project_id"]): row["submission_id"] for row in rows})


def _costs(row: dict[Any, Any], year: int | None) -> Iterator[NamedFigure]:
    amounts = {name: row[name] if isinstance(row[name], Decimal) else None for name in _COSTS}
    forecast = amounts["forecast_mnok"]
    told: dict[str, Decimal | None] = {name.removesuffix("_mnok"): mnok for name, mnok in amounts.items()}
    for frame in ("p50", "p85"):
        mnok = amounts[f"{frame}_mnok"]
        told[f"over_{frame}"] = None if forecast is None or mnok is None else forecast - mnok
    ids = _ids(row["submission_id"])
    for name, mnok in told.items():
        yield NamedFigure(PAGE, name, "project", str(row["project_id"]), None, mnok, MNOK, year, ids)


def _deviations(asked: Asked, submissions: dict[str, Any]) -> Iterator[NamedFigure]:
    """The deviations of the projects themselves, not of their reports."""
    limits = limits_of(asked.agreement)
    counted = {(project_id, level): 0 for project_id in submissions for level in ("red", "yellow")}
    for it in deviations(asked.snapshot, asked.agreement, asked.as_of, asked.selection):
        if limits.limit(it.result.rule).in_colour:
            counted[it.result.project_id, it.result.level_told] += 1
    for (project_id, level), n in counted.items():
        ids = _ids(submissions[project_id])
        yield NamedFigure(PAGE, f"deviations_{level}", "project", project_id, None, n, "deviations", None, ids)


def _ids(submission_id: object) -> tuple[int, ...]:
    """The newest return of a project; none where it has no row of costs."""
    return (int(str(submission_id)),) if submission_id == submission_id and submission_id is not None else ()
