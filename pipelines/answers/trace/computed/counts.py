"""Counts of deviations, and of the projects that have them, narrowed as on their page: of the deviations that are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from domain.deviation_limits import DeviationLimits
from domain.limit_file import limits_of
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import NO_AREA, NO_FOCUS, deviation_changes
from pipelines.answers.deviations.results import RuleResult
from pipelines.answers.named_figures import Asked
from pipelines.answers.portfolio import area_shares, projects
from pipelines.answers.trace.computed.made import Case, Made, Maker, Part, Wanted, counted

PROJECTS, DEVIATIONS = "projects", "deviations"
# What a deviation is narrowed by where no body treats it, and the most reports in a row that are told apart.
NOBODY, MOST_REPORTS = "nobody", 4
# The grain of a figure whose key says what is counted: area=nord;level=red.
WHERE = "where"
TRAITS = ("subject", "level", "rule", "body", "age")
_PLACES: Mapping[str, Callable[[Mapping[str, Any]], Iterable[str]]] = {
    "project": lambda row: [row["project_id"]],
    "area": lambda row: [*area_shares(row["working_area_split"])] or [NO_AREA],
    "focus": lambda row: [row["focus_area_id"] or NO_FOCUS],
    "municipality": lambda row: () if row["municipality_codes"] is None else row["municipality_codes"],
}
_COLUMNS = {"area": "working_area_split", "focus": "focus_area_id", "municipality": "municipality_codes"}


def where_key(where: Mapping[str, str]) -> str | None:
    """The key of a count by what is counted; None for everything."""
    return ";".join(f"{name}={where[name]}" for name in sorted(where)) or None


def where_of(key: str | None) -> dict[str, str]:
    """What is counted, by its key; what no count is narrowed by is left out."""
    pairs = (part.partition("=") for part in (key or "").split(";"))
    return {name: found for name, _, found in pairs if name in (*TRAITS, *_PLACES) and found}


def traits_of(limits: DeviationLimits, result: RuleResult, body_id: str | None) -> dict[str, str]:
    """What a deviation can be narrowed by: subject, level, rule, body, and for how many reports in a row it has been there."""
    return {
        "subject": "project" if limits.limit(result.rule).in_colour else "report", "level": result.level_told,
        "rule": result.rule, "body": body_id or NOBODY, "age": age_of(result),
    }  # fmt: skip


def age_of(result: RuleResult) -> str:
    """For how many reports in a row a deviation has been there: 1, 2, 3, or 4 for more."""
    return str(min(max(result.periods_in_a_row, 1), MOST_REPORTS))


def _open(asked: Asked, wanted: Wanted) -> Made:
    """How many deviations are open."""
    cases = [_case(it) for it in _narrowed(asked, wanted)]
    return Made(len(cases), DEVIATIONS, "rules", cases=tuple(cases))


def _deviating(levels: tuple[str, ...]) -> Maker:
    """How many projects have one of these as their worst deviation."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        found = _narrowed(asked, wanted)
        worst: dict[str, str] = {}
        for it in found:
            worst[it.project_id] = "red" if "red" in (it.level_told, worst.get(it.project_id)) else it.level_told
        ids = {project_id for project_id, level in worst.items() if level in levels}
        told = [_case(it) for it in found if it.project_id in ids and it.level_told == worst[it.project_id]]
        return Made(len(ids), PROJECTS, "rules", cases=tuple(told))

    return make


def _changed(steps: tuple[str, ...]) -> Maker:
    """How many deviations have taken one of these steps since the earlier day."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        if wanted.since is None or wanted.since >= asked.as_of:
            return None
        limits, where = limits_of(asked.agreement), where_of(wanted.key)
        found = deviation_changes(asked.snapshot, asked.agreement, wanted.since, asked.as_of, asked.selection)
        own = [it for it in found if it.step in steps and _passes(traits_of(limits, it.result, it.body_id), where)]
        return Made(len(own), DEVIATIONS, "rules", cases=tuple(_case(it.result) for it in own))

    return make


def _going(is_in: Callable[[Mapping[str, Any]], bool] = lambda _: True) -> Maker:
    """How many projects there are that have not ended."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        column = next((_COLUMNS[name] for name in where_of(wanted.key) if name in _COLUMNS), "standing")
        rows = (row for row in _there(asked, wanted).values() if is_in(row))
        return counted(project_cells(rows, column))

    return make


def project_cells(rows: Iterable[Mapping[str, Any]], column: str) -> list[Part]:
    """A cell of the sheet of projects of each row, which counts once."""
    return [Part(row["project_id"], int(row["submission_id"]), "projects", int(row["row_number"]), column, 1) for row in rows]


def _there(asked: Asked, wanted: Wanted) -> dict[str, Mapping[str, Any]]:
    """The projects that have not ended, in the places that are asked for."""
    places = {name: found for name, found in where_of(wanted.key).items() if name in _PLACES}
    rows = projects(asked.snapshot, asked.agreement, asked.as_of, asked.selection).to_dict("records")
    return {
        row["project_id"]: {str(name): it for name, it in row.items()}
        for row in rows
        if not row["has_ended"] and all(found in _PLACES[name](row) for name, found in places.items())
    }


def _narrowed(asked: Asked, wanted: Wanted) -> list[RuleResult]:
    """The open deviations that are asked for, of projects in the places that are asked for."""
    limits, where = limits_of(asked.agreement), where_of(wanted.key)
    there = _there(asked, wanted)
    found = deviations(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    return [
        it.result for it in found if it.result.project_id in there and _passes(traits_of(limits, it.result, it.body_id), where)
    ]


def _passes(traits: Mapping[str, str], where: Mapping[str, str]) -> bool:
    return all(where.get(name, found) == found for name, found in traits.items())


def _case(it: RuleResult) -> Case:
    return Case(
        f"{it.project_id}:{it.rule}", it.project_id, it.report.project_name, it.rule, it.level_told, it.report.submission_id
    )


_STEPS: Mapping[str, tuple[str, ...]] = {
    "new": ("opened", "reopened"),
    **{step: (step,) for step in ("opened", "reopened", "worsened", "improved", "closed", "ended")},
}
DEVIATION_COUNTS: Mapping[str, Maker] = {
    "open": _open,
    "deviating": _deviating(("red", "yellow")),
    "deviating_red": _deviating(("red",)),
    "deviating_yellow": _deviating(("yellow",)),
    **{f"changed_{name}": _changed(steps) for name, steps in _STEPS.items()},
    "going": _going(),
    "in_several": _going(lambda row: len(area_shares(row["working_area_split"])) > 1),
    "early": _going(lambda row: bool(row["has_early_warning"])),
}
