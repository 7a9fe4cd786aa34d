"""The open deviations as they stand on a date: what the rules said of each newest report, with days counted to that date."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.deviation_limits import Colour, DeviationLimit, DeviationLimits
from domain.limit_file import limits_of
from domain.model import Agreement
from pipelines.answers.deviations.results import (
    GREENER,
    REPORT_COLUMNS,
    RESULT_COLUMNS,
    Reports,
    RuleResult,
    reports,
    results_on,
)  # fmt: skip
from pipelines.answers.kept import kept
from pipelines.answers.portfolio import project_ids
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.side_by_side import both
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviations import Level, body_for

# A rule without a limit never deviates, however many days pass: more than two thousand years.
NEVER_DAYS = 730_000
_REPORTS = (
    REPORT_COLUMNS
    + """
FROM snapshot.project_status AS s
JOIN snapshot.return_project AS p ON p.submission_id = s.submission_id AND p.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""
)
_RESULTS = (
    RESULT_COLUMNS
    + """
FROM snapshot.rule_result AS r
WHERE r.agreement_id = $agreement_id AND r.newest_from <= $moment AND $moment < r.newest_to
"""
)
# What can be open on the day: what deviated when it was told last, rules whose days have grown to their limit since, and the
# rule that holds the colours against each other, which these may have changed.
_MATTERING = """
    AND (r.level_told <> 'green' OR r.rule = $greener OR r.counts_from <= map($rules, $due)[r.rule])
"""
_IN_ORDER = """
ORDER BY r.project_id, r.rule
"""
_COLOURS = """
SELECT s.project_id, s.data_colour, s.reported_colour
FROM snapshot.project_status AS s
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""


class OpenDeviation(NamedTuple):
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
    opened: dict[Level, list[OpenDeviation]] = {"red": [], "yellow": []}
    # They come by project and rule.
    for it in found:
        if it.is_open:
            opened[it.level_told].append(OpenDeviation(it, bodies[it.rule]))
    return (*opened["red"], *opened["yellow"])


def rule_results(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date, selection: Selection = EVERYTHING
) -> tuple[RuleResult, ...]:
    """What every rule says of every project on a date, by project, in the order of the rules."""
    limits = limits_of(agreement)
    places = {rule: place for place, rule in enumerate(limits.rules)}
    asked = _moment(agreement.agreement_id, as_of)
    listed = results_on(snapshot.table(_RESULTS, asked), _reports(snapshot, asked), limits, as_of)
    found = _of_selection(listed, snapshot, agreement, as_of, selection)
    return tuple(sorted(found, key=lambda it: (it.project_id, places[it.rule])))


def colours(snapshot: Snapshot, agreement: Agreement, as_of: dt.date) -> dict[str, tuple[Level, Colour | None]]:
    """The colour of the figures and the reported colour of each project on a date, by id."""
    rows = snapshot.records(_COLOURS, _moment(agreement.agreement_id, as_of))
    of_report = {row["project_id"]: (row["data_colour"], row["reported_colour"]) for row in rows}
    on_the_day = (it.report for it in _mattering(snapshot, agreement, as_of))
    return of_report | {report.project_id: (report.data_colour, report.reported_colour) for report in on_the_day}


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
    asked = _moment(agreement_id, as_of)
    told, table = both(
        lambda: _reports(snapshot, asked), lambda: snapshot.table(_RESULTS + _MATTERING + _IN_ORDER, {**asked, **due})
    )
    return tuple(results_on(table, told, rules.limits, as_of))


def _reports(snapshot: Snapshot, asked: dict[str, object]) -> Reports:
    """The newest report of each project at a moment."""
    return reports(snapshot.table(_REPORTS, asked))


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
