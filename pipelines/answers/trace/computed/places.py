"""Counts of deviations and projects, and stated effects, by place: of the deviations and cells that they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from domain.limit_file import limits_of
from pipelines.answers.area import PlaceKind
from pipelines.answers.deviations.deviations import OpenDeviation, deviations
from pipelines.answers.deviations.listed import NO_FOCUS
from pipelines.answers.economy.funding import NOWHERE, SEVERAL
from pipelines.answers.named_figures import Asked
from pipelines.answers.portfolio import OfProject, projects, projects_of
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.computed.made import Case, Made, Maker, Part, Wanted, counted
from pipelines.methods.area_shares import NO_AREA, SEVERAL_AREAS

LEVELS = ("red", "yellow")
_KINDS: Mapping[str, PlaceKind] = {"area": "working_area", "municipality": "municipality"}
_EFFECTS = """
SELECT g.project_id, g.submission_id, g.row_number, g.likely, g.effect_unit
FROM snapshot.project_status AS s
JOIN snapshot.return_goal_contribution AS g USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to AND g.likely IS NOT NULL
    AND g.indicator_id = $indicator_id
ORDER BY g.project_id, g.row_number
"""


def _deviations(level: str | None, is_of_reports: bool = False) -> Maker:
    """How many deviations are open: of a level, treated by a body, of a rule, of a project, or of projects in one place alone."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        return _of_cases(_own(asked, wanted, level, is_of_reports), "deviations")

    return make


def _own(asked: Asked, wanted: Wanted, level: str | None, is_of_reports: bool = False) -> list[OpenDeviation]:
    limits = limits_of(asked.agreement)
    found = deviations(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    listed = [
        it
        for it in found
        if limits.limit(it.result.rule).in_colour is not is_of_reports and level in (None, it.result.level_told)
    ]
    of: Mapping[str, Callable[[OpenDeviation], str | None]] = {
        "body": lambda it: it.body_id, "rule": lambda it: it.result.rule, "project": lambda it: it.result.project_id,
    }  # fmt: skip
    if wanted.grain in of:
        return [it for it in listed if of[wanted.grain](it) == wanted.key]
    if wanted.grain in _KINDS and wanted.key and wanted.key != asked.selection.working_area_id:
        alone = set(_lying(asked, wanted, is_alone=True))
        return [it for it in listed if it.result.project_id in alone]
    return listed


def _of_cases(listed: Iterable[OpenDeviation], unit: str, n: int | None = None) -> Made:
    cases = tuple(
        Case(
            it.deviation_id, it.result.project_id, it.result.report.project_name, it.result.rule, it.result.level_told,
            it.result.report.submission_id,
        )
        for it in listed
    )  # fmt: skip
    return Made(len(cases) if n is None else n, unit, "rules", cases=cases)


def _projects(*levels: str) -> Maker:
    """How many projects have one of these as their worst deviation, in an area, a focus area, or in all."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        listed = projects(asked.snapshot, asked.agreement, asked.as_of, asked.selection).to_dict("records")
        going = {row["project_id"]: row for row in listed if not row["has_ended"]}
        if wanted.grain == "focus_area":
            going = {key: row for key, row in going.items() if (row["focus_area_id"] or NO_FOCUS) == wanted.key}
        if wanted.grain == "area" and wanted.key and wanted.key != asked.selection.working_area_id:
            there = set(_lying(asked, wanted, is_alone=False))
            going = {key: row for key, row in going.items() if key in there}
        of_all = _own(asked, replace(wanted, grain="agreement", key=None), None)
        everything = [it for it in of_all if it.result.project_id in going]
        worst: dict[str, str] = {}
        for it in everything:
            worst[it.result.project_id] = "red" if "red" in (it.result.level_told, worst.get(it.result.project_id)) else "yellow"
        ids = {project_id for project_id, found in worst.items() if found in levels}
        at_level = [
            it for it in everything if it.result.project_id in ids and it.result.level_told == worst[it.result.project_id]
        ]
        return _of_cases(at_level, "projects", len(ids))

    return make


def _decisions(asked: Asked, wanted: Wanted) -> Made:  # noqa: ARG001 - a figure of the whole agreement has no key
    bodies = {body.body_id for body in asked.agreement.bodies if body.kind == "steering_group"}
    found = deviations(asked.snapshot, asked.agreement, asked.as_of)
    return _of_cases((it for it in found if it.body_id in bodies), "deviations")


def _lying(asked: Asked, wanted: Wanted, *, is_alone: bool) -> list[str]:
    """The projects that lie in a place, or there alone; those of several places and of none have a place of their own."""
    listed = projects_of(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    return [key for key, project in listed.items() if _lies(project, wanted, is_alone=is_alone)]


def _lies(project: OfProject, wanted: Wanted, *, is_alone: bool) -> bool:
    keys = tuple(project.shares_pct) if wanted.grain == "area" else project.municipality_codes
    several, none = (SEVERAL_AREAS, NO_AREA) if wanted.grain == "area" else (SEVERAL, NOWHERE)
    alone = keys[0] if len(keys) == 1 else several if keys else none
    return alone == wanted.key or (not is_alone and wanted.key in keys)


def _place_count(is_alone: bool) -> Maker:
    """How many projects lie in a place, wholly or partly; or there alone."""

    def make(asked: Asked, wanted: Wanted) -> Made:
        listed = projects_of(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
        ids = set(listed) if wanted.key is None else set(_lying(asked, wanted, is_alone=is_alone))
        rows = projects(asked.snapshot, asked.agreement, asked.as_of, asked.selection).to_dict("records")
        column = "municipality_codes" if wanted.grain == "municipality" else "working_area_split"
        cells = (
            Part(row["project_id"], int(row["submission_id"]), "projects", int(row["row_number"]), column, 1)
            for row in rows
            if row["project_id"] in ids
        )
        return counted(cells)

    return make


def _shared(asked: Asked, wanted: Wanted) -> Made:
    """How many projects a place shares with others."""
    alone = set(_lying(asked, wanted, is_alone=True))
    touching = _place_count(False)(asked, wanted)
    return counted(part for part in (touching.parts if touching else ()) if part.project_id not in alone)


def _placed(asked: Asked, wanted: Wanted) -> Made:
    """How many projects that lie in a place, wholly or partly, state where on the map."""
    ids = set(_lying(asked, wanted, is_alone=False))
    rows = projects(asked.snapshot, asked.agreement, asked.as_of, asked.selection).to_dict("records")
    return counted(
        Part(row["project_id"], int(row["submission_id"]), "projects", int(row["row_number"]), "latitude", 1)
        for row in rows
        if row["project_id"] in ids and row["latitude"] == row["latitude"] and row["longitude"] == row["longitude"]
    )


def _share(count: Maker, unit_of_whole: str) -> Maker:
    """The per cent that a place has of what is counted of all."""

    def make(asked: Asked, wanted: Wanted) -> Made | None:
        own, whole = count(asked, wanted), count(asked, replace(wanted, grain=unit_of_whole, key=None))
        if own is None or whole is None or not own.amount or not whole.amount:
            return None
        parts = tuple(replace(part, amount=None) for part in own.parts)
        return replace(own, amount=100 * float(own.amount) / float(whole.amount), unit="pct", parts=parts)

    return make


def _effect(asked: Asked, wanted: Wanted) -> Made | None:
    """The stated likely contributions of projects in one place alone: place, indicator and unit, with bars between."""
    place, _, rest = (wanted.key or "").partition("|")
    indicator_id, _, unit = rest.partition("|")
    given = {
        "agreement_id": asked.agreement.agreement_id, "moment": moment_of(asked.as_of), "indicator_id": indicator_id,
    }  # fmt: skip
    listed = projects_of(asked.snapshot, asked.agreement, asked.as_of, asked.selection)
    at = replace(wanted, key=place)
    ids = {key for key, it in listed.items() if not it.has_ended and (not place or _lies(it, at, is_alone=True))}
    cells = tuple(
        Part(row["project_id"], row["submission_id"], "goal_contributions", row["row_number"], "likely", _exact(row["likely"]))
        for row in asked.snapshot.records(_EFFECTS, given)
        if row["project_id"] in ids and (row["effect_unit"] or "") == unit
    )
    amount = sum((Decimal(cell.amount) for cell in cells if cell.amount is not None), Decimal(0)) if cells else None
    return Made(amount, unit, "reports", cells)


def _exact(stated: float) -> Decimal:
    """A stated number as it was written."""
    return Decimal(repr(stated)).normalize() + 0


DEVIATIONS: Mapping[str, Maker] = {
    "deviations": _deviations(None),
    **{f"deviations_{level}": _deviations(level) for level in LEVELS},
    **{f"report_deviations_{level}": _deviations(level, True) for level in LEVELS},
    **{f"projects_{level}": _projects(level) for level in LEVELS},
    "projects_deviating": _projects(*LEVELS),
    "decisions": _decisions,
}
PLACES: Mapping[str, Maker] = {
    "projects": _place_count(True),
    "projects_shared": _shared,
    "projects_placed": _placed,
    "projects_share": _share(_place_count(True), "agreement"),
    "deviations_share": _share(_deviations(None), "agreement"),
    "projects_touching": _place_count(False),
    "deviations": _deviations(None),
    **{f"deviations_{level}": _deviations(level) for level in LEVELS},
    "effect": _effect,
}
