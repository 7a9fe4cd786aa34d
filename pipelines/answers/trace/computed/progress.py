"""The figures of progress, of the cells that they are made of: pace, percentages, and counts of projects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipelines.answers.costs import costs
from pipelines.answers.economy.line_table import SPENT
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.named_figures import Asked
from pipelines.answers.portfolio import projects
from pipelines.answers.progress.earned import BUDGET, BUILDING, Earned, earned, plan_against_actual
from pipelines.answers.progress.milestone_history import (
    BASELINE,
    CONSTRUCTION_START,
    OPENING,
)
from pipelines.answers.progress.progress import MONTHS, Moved, by_phase, moved, openings, rebaselines
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.economy import MNOK, parts_of
from pipelines.answers.trace.computed.made import Made, Maker, Part, Wanted, counted
from pipelines.answers.trace.computed.milestones import adopted_cells, date_cell, milestone_cell, milestone_of

PROJECTS, PCT, RATIO = "projects", "pct", "ratio"
_PROGRESS = """
SELECT s.project_id, p.submission_id, p.row_number, p.planned_pct, s.newest_from <= $moment AND $moment < s.newest_to AS is_newest
FROM snapshot.project_status AS s
JOIN snapshot.return_progress AS p ON p.submission_id = s.submission_id AND p.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
    AND ($project_id IS NULL OR s.project_id = $project_id)
ORDER BY s.project_id, s.period_ends_on, s.period
"""


def _ratio(name: str) -> Maker:
    """The pace, or the cost, of a project against its plan."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        row = _earned(asked, wanted.key)
        if row is None or row.found is None:
            return None
        reports = progress_cells(asked, wanted.key)
        cells = [replace(part, column="planned_pct") for part, _ in reports if part.amount is not None]
        cells = [replace(part, amount=None) for part in cells]
        cells += [replace(part, column="physical_pct", amount=None) for part, is_newest in reports if is_newest]
        if name == "spi_t":
            for milestone in (CONSTRUCTION_START, OPENING):
                found = milestone_of(asked, row.project_id, milestone)
                cells += adopted_cells(found, found.reports[-1]) if found else ()
        else:
            cells = [part for part in cells if part.column == "physical_pct"]
            cells += [replace(part, amount=None) for part in _money_of(asked, wanted.key, (SPENT, BUDGET), 9999)]
        return Made(getattr(row.found, name), RATIO, "earned", tuple(cells))

    return make


def _past(names: tuple[str, ...], unit: str) -> Maker:
    """What was spent, or was to be spent, in the years that have ended; or the one in per cent of the other."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        row = _earned(asked, wanted.key)
        if row is None:
            return None
        parts = _money_of(asked, wanted.key, names, row.through_year)
        if unit == PCT:
            parts = tuple(replace(part, amount=None) for part in parts)
            return Made(row.spent.spent_of_planned_pct, PCT, "earned", parts)
        return Made(row.spent.spent_mnok if names == (SPENT,) else row.spent.planned_mnok, MNOK, "earned", parts)

    return make


def _earned(asked: Asked, project_id: str | None) -> Earned | None:
    selection = replace(asked.selection, project_id=project_id or "")
    return next(iter(earned(asked.snapshot, asked.agreement, asked.price, asked.as_of, selection)), None)


def _money_of(asked: Asked, project_id: str | None, names: tuple[str, ...], through_year: int) -> tuple[Part, ...]:
    selection = replace(asked.selection, project_id=project_id or "", working_area_id=None)
    lines = economy_lines(asked.snapshot, asked.agreement, asked.price, asked.as_of, selection, names)
    own = lines.where(lines.year <= through_year)
    return tuple(part for name in names for part in parts_of(own, name))


def progress_cells(asked: Asked, project_id: str | None = None) -> list[tuple[Part, bool]]:
    """The row of progress of each report with its planned per cent, its column still to be named; whether it is the newest."""
    given = {"agreement_id": asked.agreement.agreement_id, "moment": moment_of(asked.as_of), "project_id": project_id}
    return [
        (
            Part(row["project_id"], row["submission_id"], "progress", row["row_number"], "", row["planned_pct"]),
            bool(row["is_newest"]),
        )
        for row in asked.snapshot.records(_PROGRESS, given)
    ]


def _complete(column: str) -> Maker:
    """What is being built, planned or physically complete, weighed with the control frames."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = plan_against_actual(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        rows = costs(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
        building = {row["project_id"]: row for row in rows if row["phase"] == BUILDING and not row["has_ended"]}
        newest = {part.project_id: part for part, is_newest in progress_cells(asked) if is_newest}
        cells = []
        for project_id, row in building.items():
            if project_id in newest and row["p50_mnok"]:
                frame = Part(project_id, int(row["submission_id"]), "cost_estimates", int(row["row_number"]), "p50_mnok")
                cells += [replace(newest[project_id], column=column, amount=None), frame]
        return Made(found.planned_pct if column == "planned_pct" else found.physical_pct, PCT, "earned", tuple(cells))

    return make


def _phase(phase: str) -> Maker:
    """How many projects are in a phase, in an area or in all."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        found = by_phase(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
        area = wanted.key if wanted.grain == "area" and wanted.key != asked.selection.working_area_id else None
        phases = [phase] if phase else [*found.by_phase]
        ids = [
            project_id
            for name in phases
            for project_id in (found.by_area.get((name, area), ()) if area else found.by_phase.get(name, ()))
        ]
        return counted(project_cells(asked, ids, "phase"), PROJECTS)

    return make


def _with_forecast(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    """How many projects state what they are expected to cost."""
    rows = costs(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    return counted(
        (
            Part(row["project_id"], row["submission_id"], "cost_estimates", row["row_number"], "forecast_mnok", 1)
            for row in rows
            if row["reported_forecast_mnok"] is not None
        ),
        PROJECTS,
    )


def _ended(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    ids = by_phase(asked.snapshot, asked.agreement, asked.as_of, asked.selection).ended
    return counted(project_cells(asked, ids, "standing"), PROJECTS)


def project_cells(asked: Asked, ids: Iterable[str], column: str) -> list[Part]:
    """A cell of the sheet of projects for each of the projects."""
    rows = projects(asked.snapshot, asked.agreement, asked.as_of, asked.selection).to_dict("records")
    place = {row["project_id"]: (int(row["submission_id"]), int(row["row_number"])) for row in rows}
    return [Part(it, place[it][0], "projects", place[it][1], column, 1) for it in ids if it in place]


def _openings(name: str) -> Maker:
    """How many openings are to come, have passed, or moved later since the previous report."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = openings(asked.snapshot, asked.agreement, asked.as_of, MONTHS, asked.selection)
        of: Mapping[str, Iterable[Moved]] = {
            "to_come": [it.moved for it in found.listed], "moved_later": [it.moved for it in found.moved_later],
            "passed": found.passed, "later": found.later, "undated": found.undated,
        }  # fmt: skip
        return _dated(of[name])

    return make


def _opened(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
    return _dated(it for it in moved(asked.snapshot, asked.agreement, asked.as_of, asked.selection) if it.has_opened)


def _dated(listed: Iterable[Moved]) -> Made:
    reports = [(it, it.report) for it in listed]
    made = counted((replace(date_cell(report), amount=1) for _, report in reports if report), PROJECTS, "milestones")
    return replace(made, amount=len(reports))


def _changed(is_undecided: bool) -> Maker:
    """How many baselines were changed; only those that name no decision."""

    def make(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole selection has no key
        found = rebaselines(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
        own = [it for it in found if not is_undecided or it.change.decision is None]
        return counted((replace(milestone_cell(it.report, BASELINE), amount=1) for it in own), "milestones", "milestones")

    return make


_PHASES = ("idea", "study", "zoning_plan", "design", "ready_to_build", "construction", "opened", "closed")
PROGRESS: Mapping[str, Maker] = {
    "spi_t": _ratio("spi_t"),
    "cpi": _ratio("cpi"),
    "spent_past_years": _past((SPENT,), MNOK),
    "budget_past_years": _past((BUDGET,), MNOK),
    "spent_of_budget": _past((SPENT, BUDGET), PCT),
    "planned_complete": _complete("planned_pct"),
    "physically_complete": _complete("physical_pct"),
    "projects": _phase(""),
    **{f"projects_{phase}": _phase(phase) for phase in _PHASES},
    "projects_ended": _ended,
    "projects_with_forecast": _with_forecast,
    **{f"openings_{name}": _openings(name) for name in ("to_come", "moved_later", "passed", "later", "undated")},
    "openings_opened": _opened,
    "baselines_changed": _changed(False),
    "baselines_changed_without_decision": _changed(True),
}
