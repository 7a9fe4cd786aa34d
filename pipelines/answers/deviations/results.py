"""What a rule says of a project: by column, as it stands in the marts, and as it is on a day, with days counted to that day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache, partial
from itertools import compress
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow as pa

from domain.deviation_limits import COLOURS, Colour, DeviationLimit, DeviationLimits
from pipelines.answers.columns import entries, known
from pipelines.methods.deviations import DEVIATES, Level, Step, step_of
from pipelines.methods.rules.case import ENDED, NOTHING_THERE

GREENER = "reported_greener"
# The higher, the worse.
ORDER: Mapping[Level, int] = {"green": 0, "cannot_tell": 1, "yellow": 2, "red": 3}
# The columns of ReportOf in their order, of a status `s` and the project `p` of its report.
REPORT_COLUMNS = """
SELECT p.project_id, p.project_name, p.party_id, p.focus_area_id, p.phase, p.working_area_split,
    array_to_string(p.municipality_codes, ',') AS municipality_codes, p.period, s.reported_on, s.data_colour, s.reported_colour,
    p.submission_id
"""
# What leads to the report, and the columns of RuleResult in their order, but the first and the last.
RESULT_COLUMNS = """
SELECT r.project_id, r.submission_id, r.rule, r.level, r.number, r.counts_from, r.evidence AS evidence_json,
    r.cells AS cells_json, r.lack_reason, r.lack_table, r.lack_column, r.step, r.told_before, r.since_before, r.n_before,
    r.was_open, r.level_told, r.since_period, r.periods_in_a_row
"""


class ReportOf(NamedTuple):
    """The report that results are of: its project as it names it, and the colours; those of the figures on the day asked for."""

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


# By project and submission.
Reports = Mapping[tuple[str, int], ReportOf]


class RuleResult(NamedTuple):
    """What a rule says of a project on a date. `told_before` and the like are how it stood before the newest report.

    `counted_on` is the date that its days are counted to, where the rule counts days and this is not the day of the report.
    """

    report: ReportOf
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
    def project_id(self) -> str:
        return self.report.project_id

    @property
    def deviation_id(self) -> str:
        return f"{self.report.project_id}:{self.rule}"

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


def reports(table: pa.Table) -> Reports:
    """The reports of a table with the columns of one."""
    columns = [entries(table, name) for name in table.column_names]
    place = table.column_names.index("municipality_codes")
    codes = {it: tuple(it.split(",")) if it else () for it in set(columns[place])}
    columns[place] = [codes[it] for it in columns[place]]
    listed = map(ReportOf._make, zip(*columns, strict=True))
    return {(it.project_id, it.submission_id): it for it in listed}


def results(table: pa.Table, of: Reports) -> list[RuleResult]:
    """The rows of a table with the columns of a result, as the rules said it in their reports."""
    return _rows(_columns(table), [of[key] for key in _keys(table)], [None] * len(table))


def results_on(table: pa.Table, of: Reports, limits: DeviationLimits, as_of: dt.date) -> list[RuleResult]:
    """The results as they are on a date: days are counted to it, and the colours follow. Rules without limits are left out."""
    limit_of = {limit.rule_code: limit for limit in limits.limits}
    columns, listed = _columns(table), [of[key] for key in _keys(table)]
    counted, colours = _count(table, columns, listed, limit_of, as_of)
    changed = {
        report.project_id: report._replace(data_colour=colours[report.project_id])
        for report in of.values()
        if colours.get(report.project_id, report.data_colour) != report.data_colour
    }
    if changed:
        listed = [changed.get(report.project_id, report) for report in listed]
        _hold_colours(columns, listed, changed, limit_of)
    found = _rows(columns, listed, counted)
    has_limit = [rule in limit_of for rule in columns["rule"]]
    return found if all(has_limit) else list(compress(found, has_limit))


def _keys(table: pa.Table) -> zip[tuple[str, int]]:
    return zip(entries(table, "project_id"), entries(table, "submission_id"), strict=True)


def _columns(table: pa.Table) -> dict[str, list[Any]]:
    """What a result says beside its report, by name, each to be changed in its place."""
    return {name: entries(table, name) for name in RuleResult._fields[1:-1]}


def _rows(columns: Mapping[str, list[Any]], listed: list[ReportOf], counted: list[dt.date | None]) -> list[RuleResult]:
    # As RuleResult._make does, which has a call and a count more for each of many thousands.
    return list(map(partial(tuple.__new__, RuleResult), zip(listed, *columns.values(), counted, strict=True)))


def _count(
    table: pa.Table, columns: dict[str, list[Any]], listed: list[ReportOf], limit_of: Mapping[str, DeviationLimit], as_of: dt.date
) -> tuple[list[dt.date | None], dict[str, Level]]:
    """Counts days to a date in their places; gives the date where they were counted, and the colours of projects by then.

    A colour is that of the report, or worse by what counts days, which only ever grow.
    """
    counted: list[dt.date | None] = [None] * len(table)
    colours: dict[str, Level] = {}
    level_of: dict[tuple[str, dt.date], tuple[int, Level]] = {}
    for place in np.flatnonzero(known(table, "counts_from")).tolist():
        rule, counts_from = columns["rule"][place], columns["counts_from"][place]
        limit = limit_of.get(rule)
        if limit is None:
            continue
        if (rule, counts_from) not in level_of:
            days = max(0, (as_of - counts_from).days)
            level_of[rule, counts_from] = days, cast("Level", limit.colour_of(Decimal(days)))
        days, level = level_of[rule, counts_from]
        if level == "green" and columns["lack_reason"][place]:
            level = "cannot_tell"
        columns["number"][place], counted[place] = float(days), as_of
        # At the level of the report all stays as the mart has it, the colours too.
        if level == columns["level"][place]:
            continue
        _tell(columns, place, level, listed[place].period)
        worse: Level | None = None
        if level != "green" and limit.needed_for_green:
            worse = "cannot_tell"
        if level in DEVIATES and limit.in_colour:
            worse = level
        if worse:
            so_far = colours.get(listed[place].project_id, listed[place].data_colour)
            colours[listed[place].project_id] = max(so_far, worse, key=ORDER.__getitem__)
    return counted, colours


def _hold_colours(
    columns: dict[str, list[Any]],
    listed: list[ReportOf],
    changed: Mapping[str, ReportOf],
    limit_of: Mapping[str, DeviationLimit],
) -> None:
    """How many levels the reported colour is better than that of the figures, where the day has changed this."""
    evidence = columns["evidence_json"]
    for place in [place for place, rule in enumerate(columns["rule"]) if rule == GREENER and rule in limit_of]:
        report = listed[place]
        if report.project_id not in changed or report.reported_colour is None:
            continue
        if report.data_colour == "cannot_tell":
            levels, level = None, cast("Level", report.data_colour)
            lack: tuple[str | None, str | None, str | None] = NOTHING_THERE, "progress", "colour_overall"
            evidence[place] = _with_colours(evidence[place], None, None)
        else:
            levels = max(0, COLOURS.index(report.data_colour) - COLOURS.index(report.reported_colour))
            level, lack = cast("Level", limit_of[GREENER].colour_of(Decimal(levels))), (None, None, None)
            evidence[place] = _with_colours(evidence[place], report.reported_colour, report.data_colour)
        columns["number"][place] = None if levels is None else float(levels)
        columns["lack_reason"][place], columns["lack_table"][place], columns["lack_column"][place] = lack
        _tell(columns, place, level, report.period)


def _tell(columns: dict[str, list[Any]], place: int, level: Level, period: str) -> None:
    """What a result becomes at another level, by how it stood before."""
    before, was_open = columns["told_before"][place], columns["was_open"][place]
    if level == "cannot_tell":
        told, since, n = before, columns["since_before"][place], columns["n_before"][place]
    elif level in DEVIATES:
        told, since, n = level, columns["since_before"][place] or period, columns["n_before"][place] + 1
    else:
        told, since, n = level, None, 0
    columns["level"][place], columns["level_told"][place] = level, told
    columns["since_period"][place], columns["periods_in_a_row"][place] = since, n
    columns["step"][place] = step_of(before, level, was_open)


@lru_cache(maxsize=4096)
def _with_colours(evidence_json: str, reported: Colour | None, of_figures: Level | None) -> str:
    """Evidence with another colour of the figures, and with that of the report where one is given."""
    own = {"reported_colour": reported} if reported else {}
    return json.dumps({**json.loads(evidence_json), **own, "data_colour": of_figures}, ensure_ascii=False)
