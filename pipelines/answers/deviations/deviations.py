"""The open deviations as they stand on a date: what the rules said of each newest report, with days counted to that date."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from domain.deviation_limits import COLOURS, Colour, DeviationLimit, DeviationLimits
from domain.limit_file import limits_of
from domain.model import Agreement
from pipelines.answers.portfolio import parameters
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviation_rules import ENDED, NOTHING_THERE
from pipelines.methods.deviations import DEVIATES, Level, Step, body_for, step_of

GREENER = "reported_greener"
# A rule without a limit never deviates, however many days pass: more than two thousand years.
NEVER_DAYS = 730_000
_RESULTS = """
SELECT r.project_id, p.project_name, p.party_id, p.focus_area_id, p.phase, p.working_area_split, p.municipality_codes, r.period,
    s.reported_on, s.data_colour, s.reported_colour, r.submission_id, r.rule, r.level, r.number, r.counts_from,
    r.evidence AS evidence_json, r.cells AS cells_json, r.lack_reason, r.lack_table, r.lack_column, r.step, r.told_before,
    r.since_before, r.n_before, r.was_open, r.level_told, r.since_period, r.periods_in_a_row
FROM snapshot.rule_result AS r
JOIN snapshot.project_status AS s ON s.agreement_id = r.agreement_id AND s.project_id = r.project_id
    AND s.submission_id = r.submission_id AND s.newest_from = r.newest_from
JOIN snapshot.return_project AS p ON p.submission_id = r.submission_id AND p.project_id = r.project_id
WHERE r.agreement_id = $agreement_id AND r.newest_from <= $moment AND $moment < r.newest_to
    AND s.newest_from <= $moment AND $moment < s.newest_to
    AND ($party_id IS NULL OR p.party_id = $party_id)
    AND ($focus_area_id IS NULL OR p.focus_area_id = $focus_area_id)
    AND ($phase IS NULL OR p.phase = $phase)
    AND ($project_id IS NULL OR p.project_id = $project_id)
    AND ($municipality_code IS NULL OR list_contains(p.municipality_codes, $municipality_code))
    AND ($working_area_id IS NULL OR EXISTS (
        SELECT 1 FROM snapshot.return_project_area AS a
        WHERE a.submission_id = p.submission_id AND a.project_id = p.project_id AND a.working_area_id = $working_area_id
    ))
"""
# What can be open on the day: what deviated when it was told last, rules whose days have grown to their limit since, and the
# rule that holds the colours against each other, which these may have changed.
_MATTERING = """
    AND (r.level_told <> 'green' OR r.rule = $greener OR r.counts_from <= map($rules, $due)[r.rule])
"""
_COLOURS = """
SELECT s.project_id, s.data_colour, s.reported_colour
FROM snapshot.project_status AS s
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""
_ORDER: Mapping[Level, int] = {"green": 0, "cannot_tell": 1, "yellow": 2, "red": 3}


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What a rule says of a project on a date. `told_before` and the like are how it stood before the newest report."""

    project_id: str
    project_name: str
    party_id: str
    focus_area_id: str | None
    phase: str | None
    working_area_split: str | None
    municipality_codes: tuple[str, ...]
    period: str
    reported_on: dt.date
    data_colour: Level
    reported_colour: Colour | None
    submission_id: int
    rule: str
    level: Level
    number: float | None
    counts_from: dt.date | None
    evidence_json: str
    cells_json: str
    lack_reason: str | None
    lack_table: str | None
    lack_column: str | None
    step: Step | None
    told_before: Level
    since_before: str | None
    n_before: int
    was_open: bool
    level_told: Level
    since_period: str | None
    periods_in_a_row: int

    @property
    def deviation_id(self) -> str:
        return f"{self.project_id}:{self.rule}"

    @property
    def evidence(self) -> Mapping[str, Any]:
        """The figures that the rule has read, by name; amounts and dates as text."""
        return cast("Mapping[str, Any]", json.loads(self.evidence_json))

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """Where those figures stand: sheet and cell."""
        return tuple((sheet, cell) for sheet, cell in json.loads(self.cells_json))

    @property
    def lack(self) -> tuple[str, str, str] | None:
        """Why the rule cannot tell, and the table and column of what it lacks."""
        return (self.lack_reason, self.lack_table or "", self.lack_column or "") if self.lack_reason else None

    @property
    def is_open(self) -> bool:
        """Whether it deviates, or did so when last it could be told; never for a project that has ended."""
        return self.level_told in DEVIATES and self.lack_reason != ENDED


@dataclass(frozen=True, slots=True)
class OpenDeviation:
    """An open deviation with the body that treats it, by the agreement's authority matrix."""

    result: RuleResult
    body_id: str | None

    @property
    def deviation_id(self) -> str:
        return self.result.deviation_id


def deviations(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection = EVERYTHING
) -> tuple[OpenDeviation, ...]:
    """Every deviation that is open on a date, the worst first, then by project and rule."""
    limits = limits_of(agreement)
    found = _mattering(snapshot, agreement, as_of, selection)
    bodies = {it.rule_code: body_for(it.matter, agreement.authority) for it in limits.limits}
    opened = [OpenDeviation(it, bodies[it.rule]) for it in found if it.is_open]
    return tuple(sorted(opened, key=lambda it: (-_ORDER[it.result.level_told], it.result.project_id, it.result.rule)))


def rule_results(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection = EVERYTHING
) -> tuple[RuleResult, ...]:
    """What every rule says of every project on a date, by project, in the order of the rules."""
    limits = limits_of(agreement)
    places = {rule: place for place, rule in enumerate(limits.rules)}
    found = _on_the_day(snapshot.records(_RESULTS, parameters(agreement, as_of, selection)), limits, as_of)
    return tuple(sorted(found, key=lambda it: (it.project_id, places[it.rule])))


def colours(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, tuple[Level, Colour | None]]:
    """The colour of the figures and the reported colour of each project on a date, by id."""
    asked = {name: it for name, it in parameters(agreement, as_of, EVERYTHING).items() if name in {"agreement_id", "moment"}}
    of_report = {row["project_id"]: (row["data_colour"], row["reported_colour"]) for row in snapshot.records(_COLOURS, asked)}
    on_the_day = _mattering(snapshot, agreement, as_of, EVERYTHING)
    return of_report | {it.project_id: (it.data_colour, it.reported_colour) for it in on_the_day}


def _mattering(snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection) -> list[RuleResult]:
    """The results that can be open on a date, as they are on it."""
    limits = limits_of(agreement)
    days = _days_to_deviate(limits)
    due = {"rules": list(days), "due": [as_of - dt.timedelta(days=it) for it in days.values()], "greener": GREENER}
    rows = snapshot.records(_RESULTS + _MATTERING, {**parameters(agreement, as_of, selection), **due})
    return list(_on_the_day(rows, limits, as_of))


def _days_to_deviate(limits: DeviationLimits) -> dict[str, int]:
    """From how many days on a rule that counts days deviates; far away for one that never does."""
    return {limit.rule_code: _first_day(limit) for limit in limits.limits if limit.unit == "days"}


def _first_day(limit: DeviationLimit) -> int:
    bounds = [bounds for bounds in (limit.yellow, limit.red) if bounds]
    above = [math.floor(it.above) + 1 for it in bounds if it.above is not None]
    at_least = [math.ceil(it.at_least) for it in bounds if it.at_least is not None]
    return max(0, min([*above, *at_least], default=NEVER_DAYS))


def result_of(row: dict[str, Any]) -> RuleResult:
    """A row with the columns of a result, as the rules said it in a report."""
    return RuleResult(**{**row, "municipality_codes": tuple(row["municipality_codes"] or ())})


def _on_the_day(rows: Iterable[dict[str, Any]], limits: DeviationLimits, as_of: dt.date) -> Iterable[RuleResult]:
    """The results of rows as they are on a date: days are counted to it, and the colours follow."""
    limit_of = {limit.rule_code: limit for limit in limits.limits}
    by_project: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["rule"] in limit_of:
            if row["counts_from"] is not None:
                row |= _counted(row, limit_of[row["rule"]], as_of)
            by_project.setdefault(row["project_id"], []).append(row)
    for listed in by_project.values():
        colour = _colour(listed, limit_of)
        for row in listed:
            if row["rule"] == GREENER:
                row |= _greener(row, limit_of[GREENER], colour)
            row["data_colour"] = colour
            yield result_of(row)


def _counted(row: Mapping[str, Any], limit: DeviationLimit, as_of: dt.date) -> dict[str, Any]:
    """What a result that counts days is on a date."""
    days = Decimal(max(0, (as_of - row["counts_from"]).days))
    level = cast("Level", limit.colour_of(days))
    if row["lack_reason"] and level == "green":
        level = "cannot_tell"
    evidence = json.loads(row["evidence_json"])
    if "as_of" in evidence:
        evidence["as_of"] = as_of.isoformat()
    return {"number": float(days), "evidence_json": _json(evidence), **_told(row, level)}


def _greener(row: Mapping[str, Any], limit: DeviationLimit, colour: Level) -> dict[str, Any]:
    """How many levels the reported colour is better than that of the figures, where the day has changed the latter."""
    reported = row["reported_colour"]
    if reported is None or colour == row["data_colour"]:
        return {}
    evidence = json.loads(row["evidence_json"])
    if colour == "cannot_tell":
        lack = {"lack_reason": NOTHING_THERE, "lack_table": "progress", "lack_column": "colour_overall"}
        return {"number": None, "evidence_json": _json({**evidence, "data_colour": None}), **lack, **_told(row, "cannot_tell")}
    levels = max(0, COLOURS.index(colour) - COLOURS.index(reported))
    found = {**evidence, "reported_colour": reported, "data_colour": colour}
    told = _told(row, cast("Level", limit.colour_of(Decimal(levels))))
    return {
        "number": float(levels),
        "evidence_json": _json(found),
        "lack_reason": None,
        "lack_table": None,
        "lack_column": None,
        **told,
    }


def _told(row: Mapping[str, Any], level: Level) -> dict[str, Any]:
    """A result at another level, and what that makes of how it stood before."""
    step = step_of(row["told_before"], level, row["was_open"])
    if level == "cannot_tell":
        told, since, n = row["told_before"], row["since_before"], row["n_before"]
    elif level in DEVIATES:
        told, since, n = level, row["since_before"] or row["period"], row["n_before"] + 1
    else:
        told, since, n = level, None, 0
    return {"level": level, "step": step, "level_told": told, "since_period": since, "periods_in_a_row": n}


def _colour(rows: Iterable[Mapping[str, Any]], limit_of: Mapping[str, DeviationLimit]) -> Level:
    """The colour of the figures on a date: that of the report, or worse by what counts days, which only ever grow."""
    listed = list(rows)
    found: list[Level] = [listed[0]["data_colour"]]
    for row in listed:
        if row["counts_from"] is None:
            continue
        limit = limit_of[row["rule"]]
        if limit.in_colour and row["level"] in DEVIATES:
            found.append(row["level"])
        if limit.needed_for_green and row["level"] != "green":
            found.append("cannot_tell")
    return max(found, key=_ORDER.__getitem__)


def _json(evidence: Mapping[str, Any]) -> str:
    return json.dumps(evidence, ensure_ascii=False)
