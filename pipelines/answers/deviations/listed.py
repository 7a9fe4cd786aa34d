"""The working list of deviations: what changed since another date, what owners wrote, and how many there are of which kind."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.limit_file import limits_of
from domain.model import Agreement, ReportingCycle
from domain.period import Period
from pipelines.answers.deviations.deviations import OpenDeviation, deviations, rule_results
from pipelines.answers.deviations.results import REPORT_COLUMNS, RESULT_COLUMNS, RuleResult, reports, results
from pipelines.answers.portfolio import area_shares, projects
from pipelines.answers.reporting.returns import deadline_on, moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.return_rows import return_row
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviations import Level, body_for

# Closed by the figures, or because the project has ended.
ListStep = Literal["opened", "reopened", "worsened", "improved", "closed", "ended"]
STEPS: tuple[ListStep, ...] = ("opened", "reopened", "worsened", "improved", "closed", "ended")
# What the owner calls the subject of a deviation, by rule; other rules have none of their own in the form.
KINDS: Mapping[str, str] = {
    "cost_over_p50": "cost", "cost_over_p85": "cost", "cost_drift": "cost", "jump": "cost", "slip_baseline": "time",
    "slip_since_last": "time", "milestone_overdue": "time", "rebaseline": "time", "year_spend": "funding",
    "requisition_over_budget": "funding",
}  # fmt: skip
_LEVELS: tuple[Level, ...] = ("red", "yellow")
# Places of the matrix for projects that name no area or no focus area.
NO_AREA, NO_FOCUS = "no_area", "no_focus"
_OWNERS = """
SELECT d.project_id, d.deviation_id, d.kind, d.cause, d.proposed_action, d.body_id, d.decision_reference, d.submission_id,
    d.row_number
FROM snapshot.project_status AS s
JOIN snapshot.return_deviation AS d USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
ORDER BY d.project_id, d.row_number
"""
_REASONS = """
SELECT g.project_id, g.submission_id, g.row_number, g.colour_time, g.reason_time, g.colour_cost, g.reason_cost,
    g.colour_quality, g.reason_quality, g.colour_risk, g.reason_risk, g.colour_overall, g.reason_overall, g.status_text
FROM snapshot.project_status AS s
JOIN snapshot.return_progress AS g USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
ORDER BY g.project_id
"""
_HISTORY = """
FROM snapshot.rule_result AS r
JOIN snapshot.return_project AS p USING (submission_id, project_id)
JOIN snapshot.project_status AS s ON s.agreement_id = r.agreement_id AND s.project_id = r.project_id AND s.basis = r.basis
    AND s.known_from <= $moment AND $moment < s.known_to
WHERE r.agreement_id = $agreement_id AND r.project_id = $project_id AND r.rule = $rule
    AND r.known_from <= $moment AND $moment < r.known_to
"""
_CELLS = """
SELECT table_name, sheet, row_number, answers, missing, places
FROM snapshot.return_row
WHERE submission_id = $submission_id AND (answers->>'$.project_id') = $project_id
"""


@dataclass(frozen=True, slots=True)
class OwnerText:
    """What an owner wrote of one deviation, in the newest report of the project."""

    project_id: str
    deviation_id: str
    kind: str
    cause: str | None
    proposed_action: str | None
    body_id: str | None
    decision_reference: str | None
    submission_id: int
    row_number: int


@dataclass(frozen=True, slots=True)
class DeviationChange:
    """What happened to a deviation between two dates. `before` or `after` is None where it was not open then."""

    deviation_id: str
    step: ListStep
    before: RuleResult | None
    after: RuleResult | None
    body_id: str | None

    @property
    def result(self) -> RuleResult:
        """How it stood when it was last open."""
        found = self.after or self.before
        if found is None:
            raise ValueError(f"{self.deviation_id} was open on neither date")
        return found


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell that a rule has read in the newest report: where it stands in the file and in the form."""

    sheet: str
    address: str
    table: str
    column: str
    row_number: int
    submission_id: int


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Projects of an area and a focus area: how many there are, and of those that deviate how many by their worst level."""

    n_projects: int
    levels: Mapping[Level, int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cells by area and focus area. A project of several areas counts in each; `total` and `by_focus` count it once."""

    cells: Mapping[tuple[str, str], MatrixCell]
    by_area: Mapping[str, MatrixCell]
    by_focus: Mapping[str, MatrixCell]
    total: MatrixCell
    n_in_several: int


def deviation_changes(
    snapshot: Snapshot, agreement: Agreement, since: dt.date, as_of: dt.date, selection: Selection = EVERYTHING
) -> tuple[DeviationChange, ...]:
    """What opened, worsened, improved, closed or opened again between two dates, of the projects of the selection on the later.

    A deviation that opened and closed in between is in none of the lists. In the order of the steps, then by project.
    """
    chosen = projects(snapshot, agreement, as_of, selection)
    ended = dict(zip(chosen["project_id"], chosen["has_ended"], strict=True))
    after = {it.deviation_id: it for it in deviations(snapshot, agreement, as_of, selection)}
    earlier = [it for it in rule_results(snapshot, agreement, since) if it.project_id in ended]
    before = {it.deviation_id: it for it in earlier if it.is_open}
    known = {it.deviation_id for it in earlier if it.was_open}
    limits = limits_of(agreement)
    found = []
    for name in before.keys() | after.keys():
        was, now = before.get(name), after[name].result if name in after else None
        step = _step(was, now, name in known, bool(was and ended[was.project_id]))
        if step:
            rule = name.rsplit(":", 1)[1]
            found.append(DeviationChange(name, step, was, now, body_for(limits.limit(rule).matter, agreement.authority)))
    return tuple(sorted(found, key=lambda it: (STEPS.index(it.step), it.result.project_id, limits.rules.index(it.result.rule))))


def _step(was: RuleResult | None, now: RuleResult | None, has_been_open: bool, has_ended: bool) -> ListStep | None:
    if now is None:
        return "ended" if has_ended else "closed"
    if was is None:
        return "reopened" if has_been_open else "opened"
    if was.level_told == now.level_told:
        return None
    return "worsened" if now.level_told == "red" else "improved"


def owner_texts(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, tuple[OwnerText, ...]]:
    """What owners wrote of deviations, by project, in the newest report of each that was known on a date."""
    found: dict[str, list[OwnerText]] = {}
    for row in snapshot.records(_OWNERS, _moment(agreement, as_of)):
        found.setdefault(row["project_id"], []).append(OwnerText(**row))
    return {project_id: tuple(listed) for project_id, listed in found.items()}


def colour_reasons(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """The colours that owners reported of each project, with their reasons and the row of the sheet, by project."""
    return {row["project_id"]: row for row in snapshot.records(_REASONS, _moment(agreement, as_of))}


def texts_about(rule: str, texts: Iterable[OwnerText]) -> tuple[OwnerText, ...]:
    """Those of a project's texts that are about what a rule is about; none for a rule that the form has no kind for."""
    return tuple(text for text in texts if text.kind == KINDS.get(rule))


def deviation_history(
    snapshot: Snapshot, agreement: Agreement, project_id: str, rule: str, as_of: dt.date
) -> tuple[RuleResult, ...]:
    """What a rule said in each report of a project that was known on a date, oldest first, each on the day of the report."""
    asked = {**_moment(agreement, as_of), "project_id": project_id, "rule": rule}
    of = reports(snapshot.table(REPORT_COLUMNS + _HISTORY, asked))
    found = results(snapshot.table(RESULT_COLUMNS + _HISTORY, asked), of)
    periods = {it.report.period: Period.parse(it.report.period) for it in found}
    return tuple(sorted(found, key=lambda it: (periods[it.report.period].last, periods[it.report.period].first)))


def read_cells(snapshot: Snapshot, result: RuleResult) -> tuple[ReadCell, ...]:
    """The cells of the newest report that a rule has read, each once, in its order. Cells of earlier reports are left out."""
    rows = snapshot.records(_CELLS, {"submission_id": result.report.submission_id, "project_id": result.project_id})
    places: dict[str, dict[str, int]] = {}
    there = {
        (cell.sheet, cell.address): (row.table, column, row.row)
        for row in (return_row(it, places) for it in rows)
        for column in row.places
        if (cell := row.cell(column))
    }
    found = []
    for sheet, address in dict.fromkeys(result.cells):
        if place := there.get((sheet, address)):
            found.append(ReadCell(sheet, address, *place, result.report.submission_id))
    return tuple(found)


def deviation_matrix(found: Iterable[OpenDeviation], listed: Iterable[Mapping[str, Any]]) -> Matrix:
    """Projects by area and focus area, once a cell, by its worst open level. `listed` are those not ended."""
    worst: dict[str, Level] = {}
    for deviation in found:
        result = deviation.result
        worst[result.project_id] = "red" if "red" in (worst.get(result.project_id), result.level_told) else result.level_told
    counts: dict[tuple[str | None, str | None], Counter[str]] = {}
    n_in_several = 0
    for project in listed:
        areas = [*area_shares(project["working_area_split"])] or [NO_AREA]
        focus = project["focus_area_id"] or NO_FOCUS
        n_in_several += len(areas) > 1
        keys = [*((area, focus) for area in areas), *((area, None) for area in areas), (None, focus), (None, None)]
        for key in keys:
            counts.setdefault(key, Counter()).update(["n", worst.get(project["project_id"], "none")])
    made = {key: MatrixCell(it["n"], {level: it[level] for level in _LEVELS}) for key, it in counts.items()}
    return Matrix(
        {(area, focus): cell for (area, focus), cell in made.items() if area and focus},
        {area: cell for (area, focus), cell in made.items() if area and not focus},
        {focus: cell for (area, focus), cell in made.items() if focus and not area},
        made.get((None, None), MatrixCell(0, dict.fromkeys(_LEVELS, 0))),
        n_in_several,
    )


def by_municipality(found: Iterable[OpenDeviation], listed: Iterable[Mapping[str, Any]]) -> dict[str, MatrixCell]:
    """Projects by municipality, as in the matrix; one of several municipalities counts in each."""
    deviating = tuple(found)
    by_code: dict[str, list[Mapping[str, Any]]] = {}
    for project in listed:
        for code in project["municipality_codes"] if project["municipality_codes"] is not None else ():
            by_code.setdefault(code, []).append(project)
    return {code: deviation_matrix(deviating, of_code).total for code, of_code in by_code.items()}


def deadlines(agreement: Agreement, as_of: dt.date) -> tuple[dt.date, ...]:
    """The deadlines of returns that had passed before a date, the newest first; none where the agreement states no cycle."""
    cycle = agreement.reporting
    if not isinstance(cycle, ReportingCycle) or not cycle.first_period:
        return ()
    found = []
    period = Period.parse(cycle.first_period)
    while (deadline := deadline_on(agreement, str(period))) and deadline < as_of:
        found.append(deadline)
        period = Period(period.first.plus(period.n_months), period.last.plus(period.n_months))
    return tuple(reversed(found))


def _moment(agreement: Agreement, as_of: dt.date) -> dict[str, object]:
    return {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
