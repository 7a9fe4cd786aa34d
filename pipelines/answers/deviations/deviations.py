"""The open deviations as they stand on a date: what the rules said of each newest report, with days counted to that date."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, cast

import pyarrow as pa

from domain.deviation_limits import COLOURS, Colour, DeviationLimit, DeviationLimits
from domain.limit_file import limits_of
from domain.model import Agreement
from pipelines.answers.columns import entries
from pipelines.answers.kept import kept
from pipelines.answers.portfolio import project_ids
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviation_rules import ENDED, NOTHING_THERE
from pipelines.methods.deviations import DEVIATES, Level, Step, body_for, step_of

GREENER = "reported_greener"
# A rule without a limit never deviates, however many days pass: more than two thousand years.
NEVER_DAYS = 730_000
# The columns of RuleResult in their order, but the last one.
RESULT_COLUMNS = """
SELECT r.project_id, p.project_name, p.party_id, p.focus_area_id, p.phase, p.working_area_split,
    array_to_string(p.municipality_codes, ',') AS municipality_codes, r.period, reported_on, data_colour, reported_colour,
    r.submission_id, r.rule, r.level, r.number, r.counts_from, r.evidence AS evidence_json, r.cells AS cells_json, r.lack_reason,
    r.lack_table, r.lack_column, r.step, r.told_before, r.since_before, r.n_before, r.was_open, r.level_told, r.since_period,
    r.periods_in_a_row
"""
# The few projects first: joined one after the other, they would be sought for every result of every report.
_PROJECTS = """
WITH project AS (
    SELECT p.*, s.newest_from, s.reported_on, s.data_colour, s.reported_colour
    FROM snapshot.project_status AS s
    JOIN snapshot.return_project AS p ON p.submission_id = s.submission_id AND p.project_id = s.project_id
    WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
)
"""
_RESULTS = """
FROM snapshot.rule_result AS r
JOIN project AS p ON p.submission_id = r.submission_id AND p.project_id = r.project_id AND p.newest_from = r.newest_from
WHERE r.agreement_id = $agreement_id AND r.newest_from <= $moment AND $moment < r.newest_to
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


class RuleResult(NamedTuple):
    """What a rule says of a project on a date. `told_before` and the like are how it stood before the newest report.

    `counted_on` is the date that its days are counted to, where the rule counts days and this is not the day of the report.
    """

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
    counted_on: dt.date | None = None

    @property
    def deviation_id(self) -> str:
        return f"{self.project_id}:{self.rule}"

    @property
    def evidence(self) -> Mapping[str, Any]:
        """The figures that the rule has read, by name; amounts and dates as text."""
        found: dict[str, Any] = json.loads(self.evidence_json)
        return {**found, "as_of": self.counted_on.isoformat()} if self.counted_on and "as_of" in found else found

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
    bodies = {it.rule_code: body_for(it.matter, agreement.authority) for it in limits_of(agreement).limits}
    found = _of_selection(_mattering(snapshot, agreement, as_of), snapshot, agreement, as_of, selection)
    opened = [OpenDeviation(it, bodies[it.rule]) for it in found if it.is_open]
    return tuple(sorted(opened, key=lambda it: (-_ORDER[it.result.level_told], it.result.project_id, it.result.rule)))


def rule_results(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection = EVERYTHING
) -> tuple[RuleResult, ...]:
    """What every rule says of every project on a date, by project, in the order of the rules."""
    limits = limits_of(agreement)
    places = {rule: place for place, rule in enumerate(limits.rules)}
    listed = results(snapshot.table(_PROJECTS + RESULT_COLUMNS + _RESULTS, _moment(agreement.agreement_id, as_of)))
    found = _on_the_day(_of_selection(listed, snapshot, agreement, as_of, selection), limits, as_of)
    return tuple(sorted(found, key=lambda it: (it.project_id, places[it.rule])))


def colours(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, tuple[Level, Colour | None]]:
    """The colour of the figures and the reported colour of each project on a date, by id."""
    rows = snapshot.records(_COLOURS, _moment(agreement.agreement_id, as_of))
    of_report = {row["project_id"]: (row["data_colour"], row["reported_colour"]) for row in rows}
    return of_report | {it.project_id: (it.data_colour, it.reported_colour) for it in _mattering(snapshot, agreement, as_of)}


def results(table: pa.Table) -> list[RuleResult]:
    """The rows of a table with the columns of a result, as the rules said it in a report."""
    columns = [entries(table, name) for name in table.column_names]
    place = table.column_names.index("municipality_codes")
    codes: dict[str | None, tuple[str, ...]] = {it: tuple(it.split(",")) if it else () for it in set(columns[place])}
    columns[place] = [codes[it] for it in columns[place]]
    return list(map(RuleResult._make, zip(*columns, [None] * len(table), strict=True)))


def _of_selection(
    found: Iterable[RuleResult], snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection
) -> Iterable[RuleResult]:
    """The results of the projects of a selection."""
    if selection == EVERYTHING:
        return found
    chosen = project_ids(snapshot, agreement, as_of, selection)
    return (it for it in found if it.project_id in chosen)


def _mattering(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> tuple[RuleResult, ...]:
    """The results that can be open on a date, as they are on it, of all projects."""
    limits = limits_of(agreement)
    return _mattering_by(snapshot, agreement.agreement_id, as_of, _Rules(limits.model_dump_json(), limits))


@dataclass(frozen=True, slots=True)
class _Rules:
    """Limits that are the same where all that they say is."""

    said: str
    limits: DeviationLimits = field(compare=False)


@kept
def _mattering_by(snapshot: Snapshot, agreement_id: str, as_of: dt.date, rules: _Rules) -> tuple[RuleResult, ...]:
    """Read once for a snapshot, a date and limits: every page and every selection asks for them."""
    days = _days_to_deviate(rules.limits)
    due = {"rules": list(days), "due": [as_of - dt.timedelta(days=it) for it in days.values()], "greener": GREENER}
    found = results(snapshot.table(_PROJECTS + RESULT_COLUMNS + _RESULTS + _MATTERING, {**_moment(agreement_id, as_of), **due}))
    return tuple(_on_the_day(found, rules.limits, as_of))


def _moment(agreement_id: str, as_of: dt.date) -> dict[str, object]:
    return {"agreement_id": agreement_id, "moment": moment_of(as_of)}


def _days_to_deviate(limits: DeviationLimits) -> dict[str, int]:
    """From how many days on a rule that counts days deviates; far away for one that never does."""
    return {limit.rule_code: _first_day(limit) for limit in limits.limits if limit.unit == "days"}


def _first_day(limit: DeviationLimit) -> int:
    bounds = [bounds for bounds in (limit.yellow, limit.red) if bounds]
    above = [math.floor(it.above) + 1 for it in bounds if it.above is not None]
    at_least = [math.ceil(it.at_least) for it in bounds if it.at_least is not None]
    return max(0, min([*above, *at_least], default=NEVER_DAYS))


def _on_the_day(found: Iterable[RuleResult], limits: DeviationLimits, as_of: dt.date) -> Iterator[RuleResult]:
    """The results as they are on a date: days are counted to it, and the colours follow."""
    limit_of = {limit.rule_code: limit for limit in limits.limits}
    by_project: dict[str, list[RuleResult]] = {}
    for it in found:
        if it.rule in limit_of:
            by_project.setdefault(it.project_id, []).append(_counted(it, limit_of[it.rule], as_of) if it.counts_from else it)
    for listed in by_project.values():
        colour = _colour(listed, limit_of)
        if colour == listed[0].data_colour:
            yield from listed
            continue
        for it in listed:
            stands = _greener(it, limit_of[GREENER], colour) if it.rule == GREENER else it
            yield stands._replace(data_colour=colour)


def _counted(it: RuleResult, limit: DeviationLimit, as_of: dt.date) -> RuleResult:
    """What a result that counts days is on a date."""
    days = max(0, (as_of - it.counts_from).days) if it.counts_from else 0
    level = cast("Level", limit.colour_of(Decimal(days)))
    if it.lack_reason and level == "green":
        level = "cannot_tell"
    return it._replace(number=float(days), counted_on=as_of, **_told(it, level))


def _greener(it: RuleResult, limit: DeviationLimit, colour: Level) -> RuleResult:
    """How many levels the reported colour is better than that of the figures, which the day has changed."""
    reported = it.reported_colour
    if reported is None:
        return it
    if colour == "cannot_tell":
        lacking = it._replace(lack_reason=NOTHING_THERE, lack_table="progress", lack_column="colour_overall", number=None)
        found = _json({**it.evidence, "data_colour": None})
        return lacking._replace(evidence_json=found, **_told(it, "cannot_tell"))
    levels = max(0, COLOURS.index(colour) - COLOURS.index(reported))
    found = _json({**it.evidence, "reported_colour": reported, "data_colour": colour})
    told = it._replace(lack_reason=None, lack_table=None, lack_column=None, number=float(levels), evidence_json=found)
    return told._replace(**_told(it, cast("Level", limit.colour_of(Decimal(levels)))))


def _told(it: RuleResult, level: Level) -> dict[str, Any]:
    """What a result becomes at another level, by how it stood before."""
    if level == "cannot_tell":
        told, since, n = it.told_before, it.since_before, it.n_before
    elif level in DEVIATES:
        told, since, n = level, it.since_before or it.period, it.n_before + 1
    else:
        told, since, n = level, None, 0
    step = step_of(it.told_before, level, it.was_open)
    return {"level": level, "step": step, "level_told": told, "since_period": since, "periods_in_a_row": n}


def _colour(listed: Sequence[RuleResult], limit_of: Mapping[str, DeviationLimit]) -> Level:
    """The colour of the figures on a date: that of the report, or worse by what counts days, which only ever grow."""
    found: list[Level] = [listed[0].data_colour]
    for it in listed:
        if it.counts_from is None:
            continue
        limit = limit_of[it.rule]
        if limit.in_colour and it.level in DEVIATES:
            found.append(it.level)
        if limit.needed_for_green and it.level != "green":
            found.append("cannot_tell")
    return max(found, key=_ORDER.__getitem__)


def _json(evidence: Mapping[str, Any]) -> str:
    return json.dumps(evidence, ensure_ascii=False)
