"""Working areas, or municipalities, beside each other: money, projects, deviations and stated effect, nothing counted twice.

A project that lies in several places has a row of its own for counts. Its money is split only where the owner states the shares
of working areas; the form asks none of municipalities.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from domain.limit_file import limits_of
from domain.model import Agreement
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.economy.funding import NOWHERE, SEVERAL, municipalities_of
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import NO_SUMS, Sums, sums, sums_by, sums_by_area
from pipelines.answers.goal.goal import IndexPoint, goal, groups
from pipelines.answers.goal.movement import attribution
from pipelines.answers.portfolio import OfProject
from pipelines.answers.prices import Price
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.area_shares import NO_AREA, SEVERAL_AREAS
from pipelines.methods.deviations import Level

PlaceKind = Literal["working_area", "municipality"]
LEVELS: tuple[Level, ...] = ("red", "yellow")
_SEVERAL: Mapping[PlaceKind, str] = {"working_area": SEVERAL_AREAS, "municipality": SEVERAL}
_NONE: Mapping[PlaceKind, str] = {"working_area": NO_AREA, "municipality": NOWHERE}
_EFFECTS = """
SELECT g.project_id, g.indicator_id, g.effect_unit, g.likely
FROM snapshot.project_status AS s
JOIN snapshot.return_goal_contribution AS g USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to AND g.likely IS NOT NULL
ORDER BY g.project_id, g.row_number
"""
# An indicator, and the unit that its contributions are stated in.
Effect = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place. Its money is what falls on it; its counts are of projects that lie there alone, and so add up with the others.

    `n_touching` are all the projects that lie there wholly or partly, and `touching_levels` their open deviations by level.
    `effects` are the stated likely contributions of projects there alone, with how many state one.
    """

    key: str
    sums: Sums
    n_projects: int
    levels: Mapping[Level, int]
    effects: Mapping[Effect, tuple[float, int]]
    n_touching: int
    touching_levels: Mapping[Level, int]


@dataclass(frozen=True, slots=True)
class Places:
    """Every place of a kind in the order of the agreement, then several and none. The rows add up to the whole."""

    kind: PlaceKind
    price: Price | None
    rows: tuple[PlaceRow, ...]
    whole: PlaceRow
    n_ended: int

    def row(self, key: str) -> PlaceRow | None:
        return next((row for row in self.rows if row.key == key), None)

    @property
    def lead_effect(self) -> Effect | None:
        """The effect that most projects state; None where no effect is stated."""
        found = self.whole.effects
        return max(sorted(found, key=str), key=lambda effect: found[effect][1]) if found else None


@dataclass(frozen=True, slots=True)
class PlaceTraffic:
    """The index of the points of one place, and how many percentage points of the area's index they make."""

    key: str
    index_pct: float
    ci_low_pct: float | None
    ci_high_pct: float | None
    n_points: int
    contribution_pct: float | None
    weight_pct: float | None


@dataclass(frozen=True, slots=True)
class TrafficByPlace:
    """The judged index of the agreement, and that of each place with points at the same window and month."""

    area: IndexPoint
    rows: tuple[PlaceTraffic, ...]

    def row(self, key: str) -> PlaceTraffic | None:
        return next((row for row in self.rows if row.key == key), None)


def kind_of(selection: Selection) -> PlaceKind:
    """What is set beside each other: municipalities where only one of these is chosen, else working areas."""
    return "municipality" if selection.municipality_code and not selection.working_area_id else "working_area"


def key_of(selection: Selection) -> str | None:
    """The place that is chosen; None where none is."""
    return selection.working_area_id or selection.municipality_code


def rest_of(selection: Selection) -> Selection:
    """The selection without its place: what all the places are of."""
    if kind_of(selection) == "municipality":
        return replace(selection, municipality_code=None)
    return replace(selection, working_area_id=None)


def places(
    snapshot: Snapshot,
    agreement: Agreement,
    kind: PlaceKind,
    price: Price | None,
    as_of: dt.date,
    rest: Selection = EVERYTHING,
) -> Places:
    """The places of a kind beside each other, of the projects of a selection known on a date."""
    found = economy_lines(snapshot, agreement, price, as_of, rest)
    money = sums_by(found, municipalities_of(found)) if kind == "municipality" else sums_by_area(found)[0]
    ended = {project_id for project_id, project in found.projects.items() if project.has_ended}
    lies = {project_id: _keys(kind, project) for project_id, project in found.projects.items()}
    at = {project_id: _place(kind, keys) for project_id, keys in lies.items()}
    levels = _levels(snapshot, agreement, as_of, rest)
    effects = _effects(snapshot, agreement, as_of, found.projects.keys() - ended)
    rows = []
    for key in _in_order(agreement, kind, {*money, *at.values(), *(key for keys in lies.values() for key in keys)}):
        own = [project_id for project_id, place in at.items() if place == key]
        touching = [project_id for project_id, keys in lies.items() if key in keys or at[project_id] == key]
        rows.append(_row(key, money.get(key, NO_SUMS), own, touching, levels, effects))
    everything = list(found.projects)
    whole = _row("", sums(found), everything, everything, levels, effects)
    return Places(kind, found.price, tuple(rows), whole, len(ended))


def traffic_by_place(snapshot: Snapshot, agreement: Agreement, kind: PlaceKind, as_of: dt.date) -> TrafficByPlace | None:
    """The index of each place at the latest month of the agreement's own window; None before there is one."""
    judged = goal(snapshot, agreement, as_of).judged
    if judged is None:
        return None
    steps = attribution(snapshot, agreement, kind, judged.window_months, judged.last_month, as_of)
    parts = {row.group_name: row for row in steps.steps.itertuples()} if steps and steps.is_given else {}
    codes = {place.name: place.municipality_code for place in agreement.municipalities}
    listed = groups(snapshot, agreement, kind, judged.window_months, judged.last_month, as_of)
    rows = []
    for row in listed.itertuples():
        part = parts.get(row.group_name)
        rows.append(
            PlaceTraffic(
                codes.get(row.group_name, row.group_name) if kind == "municipality" else row.group_name,
                float(row.index_pct), _number(row.ci_low_pct), _number(row.ci_high_pct), int(row.n_points),
                float(part.contribution_pct) if part else None, float(part.weight_pct) if part else None,
            )
        )  # fmt: skip
    order = _in_order(agreement, kind, {row.key for row in rows})
    return TrafficByPlace(judged, tuple(sorted(rows, key=lambda row: order.index(row.key))))


def _keys(kind: PlaceKind, project: OfProject) -> tuple[str, ...]:
    return tuple(project.shares_pct) if kind == "working_area" else project.municipality_codes


def _place(kind: PlaceKind, keys: tuple[str, ...]) -> str:
    return keys[0] if len(keys) == 1 else _SEVERAL[kind] if keys else _NONE[kind]


def _row(
    key: str,
    money: Sums,
    own: Iterable[str],
    touching: Iterable[str],
    levels: Mapping[str, Counter[Level]],
    effects: Mapping[str, list[tuple[Effect, float]]],
) -> PlaceRow:
    alone, there = list(own), list(touching)
    stated: dict[Effect, dict[str, list[float]]] = {}
    for project_id in alone:
        for effect, likely in effects.get(project_id, ()):
            stated.setdefault(effect, {}).setdefault(project_id, []).append(likely)
    return PlaceRow(
        key,
        money,
        len(alone),
        _counted(alone, levels),
        {effect: (math.fsum(it for found in by.values() for it in found), len(by)) for effect, by in stated.items()},
        len(there),
        _counted(there, levels),
    )


def _counted(project_ids: Iterable[str], levels: Mapping[str, Counter[Level]]) -> Mapping[Level, int]:
    listed = list(project_ids)
    return {level: sum(levels[project_id][level] for project_id in listed if project_id in levels) for level in LEVELS}


def _levels(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, rest: Selection) -> dict[str, Counter[Level]]:
    """How many deviations of its own each project has open, by level; those of the reporting are none of the project's."""
    limits = limits_of(agreement)
    found: dict[str, Counter[Level]] = {}
    for deviation in deviations(snapshot, agreement, as_of, rest):
        result = deviation.result
        if limits.limit(result.rule).in_colour:
            found.setdefault(result.project_id, Counter())[result.level_told] += 1
    return found


def _effects(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, project_ids: Iterable[str]
) -> dict[str, list[tuple[Effect, float]]]:
    asked = set(project_ids)
    found: dict[str, list[tuple[Effect, float]]] = {}
    for row in snapshot.records(_EFFECTS, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}):
        if row["project_id"] in asked:
            found.setdefault(row["project_id"], []).append(((row["indicator_id"], row["effect_unit"]), row["likely"]))
    return found


def _in_order(agreement: Agreement, kind: PlaceKind, found: Iterable[str]) -> list[str]:
    """The places of the agreement, those that it does not know, then several and none where anything lies there."""
    known = (
        [place.municipality_code for place in agreement.municipalities if place.valid_to is None]
        if kind == "municipality"
        else [area.working_area_id for area in agreement.working_areas]
    )
    last = [_SEVERAL[kind], _NONE[kind]]
    given = set(found)
    return [*known, *sorted(given - {*known, *last}), *(key for key in last if key in given)]


def _number(found: float) -> float | None:
    return None if found != found else float(found)
