"""What a return would do if it counted: which deviations it opens, moves or closes, and how the figures of its party move.

The rules are those of the agreement, applied to the reports that are known and the new one, as they will be when it counts.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.limit_file import limits_of
from domain.model import Agreement, ReportingCycle
from domain.period import Period
from domain.returns import Missing, Return, ReturnRow
from pipelines.answers.costs import costs
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import STEPS, ListStep
from pipelines.answers.deviations.results import ReportOf, RuleResult
from pipelines.answers.prices import Price, figure_in, price
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import Selection
from pipelines.history.return_rows import return_row
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviation_rules import ENDED, ENDED_STANDINGS, OPENING
from pipelines.methods.deviations import DEVIATES, Judgement, Level, Status, status, step_of
from pipelines.methods.money import Figure, MoneyRefused, Total, total
from pipelines.methods.project_reports import HandedIn, Lack, ProjectReport, kroner, project_reports

# What is about a report itself: any return closes it, whatever its figures are.
OF_REPORT = frozenset({"report_missing", "report_stale"})
# The rules look at the two newest reports whole, and further back at these tables alone.
_WHOLE_REPORTS, _LOOKED_BACK = 2, ("projects", "milestones", "cost_estimates")
_REPORTS = """
SELECT p.project_id, p.submission_id, p.period, p.known_from
FROM snapshot.return_project AS p
WHERE p.agreement_id = $agreement_id AND p.known_from <= $moment AND $moment < p.known_to
    AND list_contains($project_ids, p.project_id)
"""
_ROWS = """
SELECT answers->>'$.project_id' AS project_id, submission_id, table_name, sheet, row_number, answers, missing, places
FROM snapshot.return_row
WHERE list_contains($submissions, submission_id) AND list_contains($project_ids, answers->>'$.project_id')
    AND (list_contains($whole, submission_id) OR list_contains($tables, table_name))
ORDER BY submission_id, table_name, position
"""
_STOOD = """
SELECT project_id, rule, period, level, told_before, since_before, n_before, was_open, level_told, since_period, periods_in_a_row
FROM snapshot.rule_result
WHERE agreement_id = $agreement_id AND newest_from <= $moment AND $moment < newest_to
    AND list_contains($project_ids, project_id)
"""
Stood = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a return does to a deviation. `level_before` is None for a project that nothing was known of.

    `result` is what the rule would say then; its `submission_id` is 0, for a return that does not count has no number here.
    """

    step: ListStep
    level_before: Level | None
    result: RuleResult

    @property
    def deviation_id(self) -> str:
        return self.result.deviation_id

    @property
    def level(self) -> Level:
        """The level that is shown then: that of an open deviation as it was told last, else what the rule says."""
        return self.result.level_told if self.result.is_open else self.result.level


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of a party's projects that have not ended, before and with the return, in one price.

    `change_mnok` is of the `n_both` projects that have a figure in both; None without any, or of kroner that cannot be added.
    """

    price: Price | None
    before: Total | None
    after: Total | None
    change_mnok: Decimal | None
    n_both: int


@dataclass(frozen=True, slots=True)
class MovedOpening:
    """An opening that is expected on another day; `days` are above zero where it is later."""

    project_id: str
    project_name: str
    before_on: dt.date
    after_on: dt.date

    @property
    def days(self) -> int:
        return (self.after_on - self.before_on).days


@dataclass(frozen=True, slots=True)
class MovedProgress:
    """The physical progress of a project in per cent, before and with the return."""

    project_id: str
    before_pct: Decimal
    after_pct: Decimal


@dataclass(frozen=True, slots=True)
class ReturnEffects:
    """What moves when a return counts. `openings` are those that move more than `moved_days`, the farthest first.

    `joined` are projects of the return that its party had not before, `absent` those of the party that it says nothing of: their
    last report stands. `is_newest` is False where every project has a report of a later period.
    """

    effects: tuple[Effect, ...]
    forecasts: Forecasts
    openings: tuple[MovedOpening, ...]
    moved_days: int
    progress: tuple[MovedProgress, ...]
    joined: tuple[str, ...]
    absent: tuple[str, ...]
    is_newest: bool

    @property
    def by_figures(self) -> tuple[Effect, ...]:
        """The effects that the figures have, without what handing in has."""
        return tuple(effect for effect in self.effects if effect.result.rule not in OF_REPORT)

    @property
    def by_delivery(self) -> tuple[Effect, ...]:
        """The effects that handing in has: that a report was lacking or old is told otherwise."""
        return tuple(effect for effect in self.effects if effect.result.rule in OF_REPORT)


@dataclass(frozen=True, slots=True)
class _Moved:
    """A project's newest report now, None where it has none, and the one that will be its newest."""

    before: ProjectReport | None
    after: ProjectReport


def effects(snapshot: Snapshot, agreement: Agreement, found: Return, as_of: dt.date) -> ReturnEffects:
    """What a return would change if it counted from a date on, held against what was known on it. Of its own projects alone.

    For a correction of an earlier period the newest report of each project is judged again, against how it stood before that one.
    """
    # A project that is given twice or without an id is none of its reports; the checks have said so.
    new = {project_id: reports[-1] for project_id, reports in project_reports([HandedIn(found, as_of)], as_of).items()}
    known = _known_reports(snapshot, agreement, tuple(new), as_of)
    chains = {project_id: _with_new(known.get(project_id, ()), report) for project_id, report in new.items()}
    moved = {key: _Moved(known[key][-1] if key in known else None, chain[-1]) for key, chain in chains.items()}
    limit = limits_of(agreement).limit("slip_since_last").yellow
    moved_days = int(limit.above) if limit and limit.above is not None else 0
    common = price(agreement, as_of)
    party = costs(snapshot, agreement, common, as_of, Selection(party_id=found.party_id))
    own = {str(row["project_id"]) for row in party}
    return ReturnEffects(
        _effects(snapshot, agreement, chains, as_of),
        _forecasts(party, moved, common),
        tuple(sorted(_openings(moved, moved_days), key=lambda it: (-abs(it.days), it.project_id))),
        moved_days,
        tuple(_progress(moved)),
        tuple(key for key in new if key not in own),
        tuple(sorted(own - new.keys())),
        any(one.after is new[key] for key, one in moved.items()),
    )


# The reports.


def _known_reports(
    snapshot: Snapshot, agreement: Agreement, project_ids: tuple[str, ...], as_of: dt.date
) -> dict[str, tuple[ProjectReport, ...]]:
    """The reports of projects that were known on a date, by project and in the order of periods, with what the rules look at."""
    asked = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "project_ids": list(project_ids)}
    listed: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(snapshot.records(_REPORTS, asked), key=lambda it: _order(Period.parse(it["period"]))):
        listed.setdefault(row["project_id"], []).append(row)
    whole = {row["submission_id"] for rows in listed.values() for row in rows[-_WHOLE_REPORTS:]}
    every = {row["submission_id"] for rows in listed.values() for row in rows}
    tables = _tables(snapshot, project_ids, every, whole)
    return {
        project_id: tuple(
            ProjectReport(
                project_id, Period.parse(row["period"]), row["known_from"].date(),
                {name: tuple(found) for name, found in tables.get((project_id, row["submission_id"]), {}).items()},
                row["submission_id"],
            )
            for row in rows
        )
        for project_id, rows in listed.items()
    }  # fmt: skip


def _tables(
    snapshot: Snapshot, project_ids: Sequence[str], every: Iterable[int], whole: Iterable[int]
) -> dict[tuple[str, int], dict[str, list[ReturnRow]]]:
    """The rows of projects by project, submission and table."""
    asked = {
        "project_ids": list(project_ids), "submissions": list(every), "whole": list(whole), "tables": list(_LOOKED_BACK)
    }  # fmt: skip
    found: dict[tuple[str, int], dict[str, list[ReturnRow]]] = {}
    places: dict[str, dict[str, int]] = {}
    for row in snapshot.records(_ROWS, asked):
        tables = found.setdefault((row["project_id"], row["submission_id"]), {})
        tables.setdefault(row["table_name"], []).append(return_row(row, places))
    return found


def _with_new(known: Sequence[ProjectReport], new: ProjectReport) -> tuple[ProjectReport, ...]:
    """A project's reports with a new one, which replaces that of its period."""
    others = [report for report in known if report.period != new.period]
    return tuple(sorted([*others, new], key=lambda it: _order(it.period)))


def _order(period: Period) -> tuple[Any, Any]:
    return period.last, period.first


# Deviations.


def _effects(
    snapshot: Snapshot, agreement: Agreement, chains: Mapping[str, Sequence[ProjectReport]], as_of: dt.date
) -> tuple[Effect, ...]:
    """What changes of the deviations of projects, in the order of the steps, then by project and rule."""
    limits = limits_of(agreement)
    cycle = agreement.reporting
    deadline_days = cycle.deadline_days if isinstance(cycle, ReportingCycle) and isinstance(cycle.deadline_days, int) else None
    asked = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "project_ids": list(chains)}
    stood: Stood = {(row["project_id"], row["rule"]): row for row in snapshot.records(_STOOD, asked)}
    opened = {it.deviation_id: it.result for it in deviations(snapshot, agreement, as_of)}
    found = []
    for chain in chains.values():
        judged = status(chain, limits, as_of, deadline_days)
        results = [_result(chain[-1], judged, it, stood.get((judged.project_id, it.rule))) for it in judged.judgements]
        found += [it for result in results if (it := _effect(result, opened.get(result.deviation_id), stood))]
    rules = limits.rules
    return tuple(sorted(found, key=lambda it: (STEPS.index(it.step), it.result.project_id, rules.index(it.result.rule))))


def _effect(result: RuleResult, was: RuleResult | None, stood: Stood) -> Effect | None:
    """What becomes of a deviation; None where nothing does. `was` is how it stands today, where it is open."""
    row = stood.get((result.project_id, result.rule))
    if was is None:
        if not result.is_open:
            return None
        has_been_open = row is not None and bool(row["was_open"] or row["level"] in DEVIATES)
        return Effect("reopened" if has_been_open else "opened", row["level"] if row else None, result)
    if not result.is_open:
        return Effect("ended" if result.lack and result.lack[0] == ENDED else "closed", was.level_told, result)
    if was.level_told == result.level_told:
        return None
    return Effect("worsened" if result.level_told == "red" else "improved", was.level_told, result)


def _result(report: ProjectReport, judged: Status, found: Judgement, stood: Mapping[str, Any] | None) -> RuleResult:
    """What a rule would say of a project, as answers of a snapshot say it."""
    before, since, n_before, was_open = _stood_before(stood, report)
    level_told, since_told, n_told = before, since, n_before
    if found.level in DEVIATES:
        level_told, since_told, n_told = found.level, since or str(report.period), n_before + 1
    elif found.level == "green":
        level_told, since_told, n_told = "green", None, 0
    project = report.of("projects")[0]
    of = ReportOf(
        judged.project_id, project.code("project_name") or judged.project_id, project.code("owner_party_id") or "",
        project.code("focus_area_id"), project.code("phase"), None, (), str(report.period), report.reported_on,
        judged.data_colour, judged.reported_colour, report.submission_id or 0,
    )  # fmt: skip
    return RuleResult(
        of, found.rule, found.level,
        None if found.number is None else float(found.number), found.counts_from,
        json.dumps(dict(found.evidence), default=str), json.dumps([[cell.sheet, cell.address] for cell in found.cells]),
        *_lack(found.lack),
        step_of(before, found.level, was_open), before, since, n_before, was_open, level_told, since_told, n_told,
    )  # fmt: skip


def _lack(lack: Lack | None) -> tuple[str | None, str | None, str | None]:
    """Why a rule cannot tell, and the table and column of what it lacks."""
    return (lack.reason, lack.table, lack.column) if lack else (None, None, None)


def _stood_before(stood: Mapping[str, Any] | None, report: ProjectReport) -> tuple[Level, str | None, int, bool]:
    """How a rule stood before a report: the level told, since when it is open and in how many reports, if it ever was."""
    if stood is None:
        return "green", None, 0, False
    if _order(Period.parse(stood["period"])) >= _order(report.period):
        return stood["told_before"], stood["since_before"], stood["n_before"], stood["was_open"]
    has_been_open = bool(stood["was_open"] or stood["level"] in DEVIATES)
    return stood["level_told"], stood["since_period"], stood["periods_in_a_row"], has_been_open


# Figures.


def _forecasts(party: Sequence[Mapping[Any, Any]], moved: Mapping[str, _Moved], common: Price | None) -> Forecasts:
    """The forecasts of a party's projects before and after. One that the return says nothing new of stays as it is."""
    before = {str(row["project_id"]): _forecast_before(row, common) for row in party if not row["has_ended"]}
    new = {
        project_id: _forecast_after(one.after, common)
        for project_id, one in moved.items()
        if one.after.code("projects", "standing") not in ENDED_STANDINGS
    }
    after = {project_id: figure for project_id, figure in before.items() if project_id not in moved} | new
    both = [key for key in before.keys() & after.keys() if _is_known(before[key]) and _is_known(after[key])]
    change_mnok = _change_mnok(_sum(before[key] for key in both), _sum(after[key] for key in both))
    return Forecasts(common, _sum(before.values()), _sum(after.values()), change_mnok, len(both))


def _change_mnok(before: Total | None, after: Total | None) -> Decimal | None:
    if before is None or after is None or before.mnok is None or after.mnok is None or before.basis != after.basis:
        return None
    return after.mnok - before.mnok


def _forecast_before(row: Mapping[Any, Any], common: Price | None) -> Figure:
    if not isinstance(row["reported_forecast_mnok"], Decimal):
        return Missing(str(row["forecast_mnok_missing"]))
    return figure_in(common, row["reported_forecast_mnok"], "forecast", row["reported_kroner"], "")


def _forecast_after(report: ProjectReport, common: Price | None) -> Figure:
    rows = report.of("cost_estimates")
    if not rows:
        return Missing("no_row")
    answer = rows[0].answers.get("forecast_mnok")
    coded = answer.code if isinstance(answer, Missing) else None
    return figure_in(common, rows[0].number("forecast_mnok"), "forecast", kroner(rows[0]), "", missing=coded)


def _is_known(figure: Figure) -> bool:
    return figure is not None and not isinstance(figure, Missing)


def _sum(figures: Iterable[Figure]) -> Total | None:
    """The sum; None where the kroner differ, as they may where the agreement has no price to convert to."""
    try:
        return total(figures)
    except MoneyRefused:
        return None


def _openings(moved: Mapping[str, _Moved], more_than_days: int) -> Iterable[MovedOpening]:
    for project_id, one in moved.items():
        before, after = _opening_on(one.before), _opening_on(one.after)
        if before and after and abs((after - before).days) > more_than_days:
            name = one.after.of("projects")[0].code("project_name") or project_id
            yield MovedOpening(project_id, name, before, after)


def _opening_on(report: ProjectReport | None) -> dt.date | None:
    """The day on which a project opened or is expected to."""
    rows = [row for row in report.of("milestones") if row.code("milestone") == OPENING] if report else []
    return rows[0].day("actual_on") or rows[0].day("forecast_on") if rows else None


def _progress(moved: Mapping[str, _Moved]) -> Iterable[MovedProgress]:
    for project_id, one in moved.items():
        before, after = _physical_pct(one.before), _physical_pct(one.after)
        if before is not None and after is not None:
            yield MovedProgress(project_id, before, after)


def _physical_pct(report: ProjectReport | None) -> Decimal | None:
    rows = report.of("progress") if report else ()
    return rows[0].number("physical_pct") if rows else None
