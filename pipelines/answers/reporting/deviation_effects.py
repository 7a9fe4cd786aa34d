"""What a return would do to the deviations of its projects if it counted: which it opens, moves or closes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.limit_file import limits_of
from domain.model import Agreement, ReportingCycle
from domain.period import Period
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import STEPS, ListStep
from pipelines.answers.deviations.results import ReportOf, RuleResult
from pipelines.answers.reporting.known_reports import order_of
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviations import DEVIATES, Judgement, Level, Status, status, step_of
from pipelines.methods.project_reports import Lack, ProjectReport
from pipelines.methods.rules.case import ENDED

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


def deviation_effects(
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
    if order_of(Period.parse(stood["period"])) >= order_of(report.period):
        return stood["told_before"], stood["since_before"], stood["n_before"], stood["was_open"]
    has_been_open = bool(stood["was_open"] or stood["level"] in DEVIATES)
    return stood["level_told"], stood["since_period"], stood["periods_in_a_row"], has_been_open
