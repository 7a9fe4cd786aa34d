"""The marts project_status, rule_result and milestone_status: what each report of a project means beside those before it.

A report is judged on the day it was handed in. What counts days (an overdue milestone, a missing report) keeps the day that it
counts from, so that a question of any later day needs no report again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from domain.limit_file import limits_of
from domain.model import Agreement, ReportingCycle
from domain.period import Period
from domain.returns import ReturnRow
from pipelines.history.computed import milestones
from pipelines.history.computed.making import Computed, Making, Part
from pipelines.history.computed.report_chains import Chain, Reported, basis_after, basis_of, chains, newest
from pipelines.history.computed.schemas import KEY, MILESTONE, RULE, STATUS, TEXT, TIME
from pipelines.history.return_rows import return_row
from pipelines.methods import deviations, project_reports, rules, schedule
from pipelines.methods.deviations import DEVIATES, Judgement, Level, Status, step_of
from pipelines.methods.project_reports import ProjectReport
from pipelines.methods.rules.case import Baseline
from pipelines.methods.rules.time import adopted_baselines

# So many projects have their reports in memory at a time.
_PROJECTS_AT_A_TIME = 40
# The rules look at the two newest reports whole, and further back at these tables alone.
_WHOLE_REPORTS, _LOOKED_BACK = 2, ("projects", "milestones", "cost_estimates")
# The columns of the marts that say when a row was known, not what it says.
_WHEN = ("known_from", "known_to", "newest_from", "newest_to")

_NEW_TABLES = """
CREATE OR REPLACE TEMP TABLE project_status_new AS FROM project_status LIMIT 0;
CREATE OR REPLACE TEMP TABLE rule_result_new AS FROM rule_result LIMIT 0;
CREATE OR REPLACE TEMP TABLE milestone_status_new AS FROM milestone_status LIMIT 0;
"""
_REPORTS = """
SELECT p.agreement_id, p.project_id, p.submission_id, s.receipt, p.party_id, p.period, p.known_from, p.known_to, p.is_synthetic
FROM return_project AS p JOIN submission AS s USING (submission_id)
ORDER BY p.agreement_id, p.project_id
"""
_EARLIER = "SELECT DISTINCT agreement_id, project_id, basis FROM earlier.project_status"
# Of equal chains at several times the earlier snapshot has the same rows several times: those of the first are copied. Rows that
# are known on the same day lie together, so that a question of a day reads those alone: most of the rows are of days long past.
_COPIED = """
SELECT e.* REPLACE (
    k.known_from AS known_from, k.known_to AS known_to, k.newest_from AS newest_from, k.newest_to AS newest_to
)
FROM e
JOIN kept AS k ON k.agreement_id = e.agreement_id AND k.project_id = e.project_id AND k.basis = e.basis
JOIN (
    SELECT agreement_id, project_id, basis, min(known_from) AS first_from FROM earlier.project_status GROUP BY ALL
) AS f ON f.agreement_id = e.agreement_id AND f.project_id = e.project_id AND f.basis = e.basis AND f.first_from = e.known_from
ORDER BY k.newest_to, e.submission_id, e.project_id
"""
_RULES_OF = """
SELECT r.agreement_id, r.project_id, r.basis, r.rule, r.level, r.level_told, r.since_period, r.periods_in_a_row, r.was_open
FROM earlier.rule_result AS r JOIN asked_basis AS a USING (agreement_id, project_id, basis)
QUALIFY row_number() OVER (PARTITION BY r.agreement_id, r.project_id, r.basis, r.rule ORDER BY r.known_from) = 1
"""
_GATHERED = """
CREATE OR REPLACE TEMP TABLE gathered AS
SELECT a.project_id, r.submission_id, r.table_name, r.position, r.sheet, r.row_number, r.answers, r.missing, r.places
FROM return_row AS r
JOIN asked_report AS a ON a.submission_id = r.submission_id AND a.project_id = (r.answers->>'$.project_id')
WHERE a.is_whole OR r.table_name IN (SELECT unnest(?::VARCHAR[]))
ORDER BY a.project_id
"""
_ROWS = """
SELECT * FROM gathered WHERE project_id BETWEEN ? AND ? AND project_id IN (SELECT unnest(?::VARCHAR[]))
ORDER BY project_id, submission_id, table_name, position
"""
# Agreement, project, basis.
_Basis = tuple[str, str, str]


class Run(NamedTuple):
    """How a rule stands after a report: the level told last, since when it is open and in how many reports, if it ever was."""

    level: Level
    since: str | None
    n: int
    was_open: bool


_AT_FIRST = Run("green", None, 0, False)


@dataclass(frozen=True, slots=True)
class _Project:
    """A project, by agreement and id, with the chains of its reports, each with its basis and that of the chain before it."""

    key: tuple[str, str]
    is_synthetic: bool
    chains: tuple[tuple[Chain, str, str | None], ...]


def version(agreements: Mapping[str, Agreement]) -> str:
    """A name for the rules, the limits and the deadlines: what statuses depend on besides the reports."""
    decided = [
        [name, limits_of(agreement).model_dump_json(), _deadline_days(agreement)]
        for name, agreement in sorted(agreements.items())
    ]
    return hashlib.sha256(f"{_rules_hash()}{json.dumps(decided)}".encode()).hexdigest()[:20]


def make(making: Making) -> Iterator[Part]:
    """The rows of both marts. What an earlier snapshot has computed from the same reports under the same rules is copied."""
    projects = list(_projects(making, version(making.agreements)))
    asked = {(*project.key, basis) for project in projects for _, basis, _ in project.chains}
    copied = _computed_before(making) & asked if making.has_earlier else frozenset()
    if copied:
        _copy(making, projects, copied)
    to_do = [project for project in projects if any((*project.key, basis) not in copied for _, basis, _ in project.chains)]
    _gather_rows(making, to_do, copied)
    runs = _runs_before(making, to_do, copied)
    for first in range(0, len(to_do), _PROJECTS_AT_A_TIME):
        yield from _computed(making, to_do[first : first + _PROJECTS_AT_A_TIME], copied, runs)


RULE_RESULTS = Computed(
    {"project_status": STATUS, "rule_result": RULE, "milestone_status": MILESTONE}, _NEW_TABLES, make, version
)


def _projects(making: Making, known: str) -> Iterator[_Project]:
    for (agreement_id, project_id), rows in groupby(making.rows(_REPORTS), lambda row: (row["agreement_id"], row["project_id"])):
        # Whose agreement's file is gone has no rules to be held against; its rows stay.
        if agreement_id not in making.agreements:
            continue
        listed = list(rows)
        reports = [Reported(*(row[name] for name in Reported.__dataclass_fields__)) for row in listed]
        yield _Project((agreement_id, project_id), listed[0]["is_synthetic"], tuple(_based(chains(reports), known)))


def _based(found: Sequence[Chain], known: str) -> Iterator[tuple[Chain, str, str | None]]:
    bases: dict[tuple[int, ...], str] = {(): known}
    for chain in found:
        ids = tuple(report.submission_id for report in chain.reports)
        if ids[:-1] not in bases:
            bases[ids[:-1]] = basis_of(chain.reports[:-1], known)
        bases[ids] = basis_after(bases[ids[:-1]], chain.last)
        yield chain, bases[ids], bases[ids[:-1]] if ids[:-1] else None


def _computed_before(making: Making) -> frozenset[_Basis]:
    return frozenset((row["agreement_id"], row["project_id"], row["basis"]) for row in making.rows(_EARLIER))


def _copy(making: Making, projects: Iterable[_Project], copied: frozenset[_Basis]) -> None:
    """Puts in what was computed before, with the times in which it is known now."""
    kept = [
        {
            "agreement_id": project.key[0], "project_id": project.key[1], "basis": basis,
            "known_from": chain.known_from, "known_to": chain.known_to, "newest_from": begin, "newest_to": end,
        }
        for project in projects
        for chain, basis, begin, end in _spans(project)
        if (*project.key, basis) in copied
    ]  # fmt: skip
    with _given(making, "kept", kept, pa.schema([*KEY, *((name, TIME) for name in _WHEN)])):
        for name in RULE_RESULTS.schemas:
            earlier = making.connection.table(f"earlier.{name}")
            earlier.query("e", _COPIED).insert_into(name)


def _spans(project: _Project) -> Iterator[tuple[Chain, str, dt.datetime | None, dt.datetime | None]]:
    """Each chain of a project with its basis and the time in which it was the newest of all; None where it never was."""
    times = {id(chain): (begin, end) for chain, begin, end in newest([chain for chain, _, _ in project.chains])}
    for chain, basis, _ in project.chains:
        yield chain, basis, *times.get(id(chain), (None, None))


def _gather_rows(making: Making, projects: Sequence[_Project], copied: frozenset[_Basis]) -> None:
    """The rows that the rules will look at, in the order of projects, so that a few projects are read at a time."""
    asked: dict[tuple[str, int], bool] = {}
    for project in projects:
        for chain in (chain for chain, basis, _ in project.chains if (*project.key, basis) not in copied):
            for place, report in enumerate(reversed(chain.reports)):
                key = project.key[1], report.submission_id
                asked[key] = asked.get(key, False) or place < _WHOLE_REPORTS
    rows = [{"project_id": key[0], "submission_id": key[1], "is_whole": is_whole} for key, is_whole in asked.items()]
    columns = [("project_id", TEXT), ("submission_id", pa.int64()), ("is_whole", pa.bool_())]
    with _given(making, "asked_report", rows, pa.schema(columns)):
        making.connection.execute(_GATHERED, [list(_LOOKED_BACK)])


def _computed(
    making: Making, projects: Sequence[_Project], copied: frozenset[_Basis], runs: dict[_Basis, dict[str, Run]]
) -> Iterator[Part]:
    """What has to be computed of some projects. `runs` have how each rule stood before; how it stands after is added."""
    reports = _reports(making, projects)
    statuses: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    courses: list[dict[str, Any]] = []
    for project in projects:
        agreement = making.agreements[project.key[0]]
        limits, deadline_days = limits_of(agreement), _deadline_days(agreement)
        before = {basis: earlier for _, basis, earlier in project.chains}
        baselines: dict[str, Mapping[str, Baseline]] = {}
        for chain, basis, begin, end in _spans(project):
            if (*project.key, basis) in copied:
                continue
            known = tuple(reports[project.key[1], report.submission_id] for report in chain.reports)
            baselines[basis] = adopted_baselines(*_new_reports(known, baselines.get(before[basis] or "")))
            status = deviations.status(known, limits, known[-1].reported_on, deadline_days, baselines[basis])
            was = runs.get((*project.key, before[basis] or ""), {})
            now = {it.rule: _after(was.get(it.rule, _AT_FIRST), it.level, chain.last.period) for it in status.judgements}
            runs[*project.key, basis] = now
            head = {**_head(project, chain, basis), "newest_from": begin, "newest_to": end}
            previous = chain.reports[-2].submission_id if len(chain.reports) > 1 else None
            statuses.append({**head, **_status_row(status), "previous_submission_id": previous})
            results += [{**head, **_rule_row(it, was.get(it.rule, _AT_FIRST), now[it.rule])} for it in status.judgements]
            courses += [{**head, **row} for row in milestones.milestone_rows(known, baselines[basis])]
    yield "project_status", pa.Table.from_pylist(statuses, STATUS)
    yield "rule_result", pa.Table.from_pylist(results, RULE)
    yield "milestone_status", pa.Table.from_pylist(courses, MILESTONE)


def _reports(making: Making, projects: Sequence[_Project]) -> dict[tuple[str, int], ProjectReport]:
    """The reports of projects, by project and submission, with the rows that the rules look at."""
    rows: dict[tuple[str, int], dict[str, list[ReturnRow]]] = {}
    places: dict[str, dict[str, int]] = {}
    ids = [project.key[1] for project in projects]
    # The rows lie in this order, so that of all of them only those between are read.
    for row in making.rows(_ROWS, [min(ids), max(ids), ids]):
        tables = rows.setdefault((row["project_id"], row["submission_id"]), {})
        tables.setdefault(row["table_name"], []).append(return_row(row, places))
    reports = {(project.key[1], chain.last.submission_id): chain.last for project in projects for chain, _, _ in project.chains}
    return {
        key: ProjectReport(
            key[0], Period.parse(report.period), report.known_from.date(),
            {table: tuple(found) for table, found in rows.get(key, {}).items()}, report.submission_id,
        )
        for key, report in reports.items()
    }  # fmt: skip


def _runs_before(making: Making, projects: Sequence[_Project], copied: frozenset[_Basis]) -> dict[_Basis, dict[str, Run]]:
    """How each rule stood after the copied chains that new ones follow."""
    asked = [
        {"agreement_id": project.key[0], "project_id": project.key[1], "basis": before}
        for project in projects
        for _, basis, before in project.chains
        if before and (*project.key, basis) not in copied and (*project.key, before) in copied
    ]
    found: dict[_Basis, dict[str, Run]] = {}
    if asked:
        with _given(making, "asked_basis", asked, pa.schema(KEY)):
            for row in making.rows(_RULES_OF):
                run = Run(
                    row["level_told"], row["since_period"], row["periods_in_a_row"], row["was_open"] or row["level"] in DEVIATES
                )
                found.setdefault((row["agreement_id"], row["project_id"], row["basis"]), {})[row["rule"]] = run
    return found


def _new_reports(
    known: tuple[ProjectReport, ...], before: Mapping[str, Baseline] | None
) -> tuple[tuple[ProjectReport, ...], Mapping[str, Baseline]]:
    """The reports from which baselines are still to be read, and those of the reports before: so that none is read twice."""
    return (known, {}) if before is None else (known[-1:], before)


def _after(was: Run, level: Level, period: str) -> Run:
    """How a rule stands after one report more. One that cannot tell changes nothing."""
    if level == "cannot_tell":
        return was
    if level == "green":
        return Run(level, None, 0, was.was_open)
    return Run(level, was.since or period, was.n + 1, True)


def _head(project: _Project, chain: Chain, basis: str) -> dict[str, Any]:
    last = chain.last
    return {
        "agreement_id": project.key[0], "project_id": project.key[1], "party_id": last.party_id, "period": last.period,
        "submission_id": last.submission_id, "basis": basis, "is_synthetic": project.is_synthetic,
        "known_from": chain.known_from, "known_to": chain.known_to,
    }  # fmt: skip


def _status_row(found: Status) -> dict[str, Any]:
    return {
        "period_ends_on": found.period.last.plus(1).first_day - dt.timedelta(days=1),
        "reported_on": found.reported_on, "data_colour": found.data_colour, "reported_colour": found.reported_colour,
        "n_told": found.n_told, "has_early_warning": found.has_early_warning,
    }  # fmt: skip


def _rule_row(found: Judgement, was: Run, now: Run) -> dict[str, Any]:
    told = step_of(was.level, found.level, was.was_open)
    return {
        "rule": found.rule, "level": found.level, "number": None if found.number is None else float(found.number),
        "counts_from": found.counts_from, "evidence": json.dumps(dict(found.evidence), default=str, ensure_ascii=False),
        "cells": json.dumps([[cell.sheet, cell.address] for cell in found.cells], ensure_ascii=False),
        "lack_reason": found.lack and found.lack.reason, "lack_table": found.lack and found.lack.table,
        "lack_column": found.lack and found.lack.column, "step": told, "told_before": was.level, "since_before": was.since,
        "n_before": was.n, "was_open": was.was_open, "level_told": now.level, "since_period": now.since,
        "periods_in_a_row": now.n,
    }  # fmt: skip


@contextmanager
def _given(making: Making, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> Iterator[None]:
    """Rows of ours under a name that queries can use."""
    making.connection.register(name, pa.Table.from_pylist(rows, schema))
    try:
        yield
    finally:
        making.connection.unregister(name)


def _deadline_days(agreement: Agreement) -> int | None:
    cycle = agreement.reporting
    return cycle.deadline_days if isinstance(cycle, ReportingCycle) and isinstance(cycle.deadline_days, int) else None


def rule_files() -> tuple[Path, ...]:
    """What the rules are written in: whoever changes one of these files has the results computed anew."""
    files = [Path(str(module.__file__)) for module in (deviations, project_reports, milestones, schedule)]
    return (*files, *sorted(Path(str(rules.__file__)).parent.glob("*.py")), Path(__file__))


@cache
def _rules_hash() -> str:
    """What the rules are, as they are written."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in rule_files())).hexdigest()
