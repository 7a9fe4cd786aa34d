"""What the last return says of the same plans: progress does not fall, baselines change by decision, what was reached stays."""

from __future__ import annotations

from collections.abc import Iterator

from checks.at_cell import at, of_sheet
from checks.row_sums import grouped, key_of, may_be, pairs
from checks.rules import Rule
from checks.usable import is_faulty
from domain.forms import Form
from domain.returns import Return
from domain.rows import Finding

PHYSICAL_FALLS = Rule("physical_falls", "hold", "history", ("progress",))
REBASELINE = Rule("rebaseline_without_decision", "hold", "history", ("milestones",))
ACTUAL_CHANGED = Rule("actual_date_changed", "hold", "history", ("milestones",))
ACTUAL_REMOVED = Rule("actual_date_removed", "hold", "history", ("milestones",))
RULES = (PHYSICAL_FALLS, REBASELINE, ACTUAL_CHANGED, ACTUAL_REMOVED)


def progress_does_not_fall(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold where less is physically complete than last time."""
    for row, last in pairs(found, previous, form, "progress"):
        done, before = row.number("physical_pct"), last.number("physical_pct")
        if done is not None and before is not None and done < before:
            yield at(PHYSICAL_FALLS, row, "physical_pct", before=before, period_before=previous.period)


def baselines_change_by_decision(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold where a baseline is another day and no decision is named, or the one that was named last time."""
    for row, last in pairs(found, previous, form, "milestones"):
        baseline, before = row.day("baseline_on"), last.day("baseline_on")
        decision = row.code("baseline_decision")
        is_decided = decision is not None and decision != last.code("baseline_decision")
        if baseline and before and baseline != before and not is_decided and not is_faulty(row, "baseline_decision"):
            yield at(REBASELINE, row, "baseline_on", before=before, period_before=previous.period)


def actual_dates_stay(found: Return, previous: Return, form: Form) -> Iterator[Finding]:
    """A hold where a milestone that was reached has another day, none, or no row while its project still has one."""
    key, projects = form.table("milestones").key, found.project_rows()
    for row, last in pairs(found, previous, form, "milestones"):
        actual, before = row.day("actual_on"), last.day("actual_on")
        if before and actual and actual != before:
            yield at(ACTUAL_CHANGED, row, "actual_on", before=before, period_before=previous.period)
        elif before and not row.is_answered("actual_on"):
            project_id = row.code("project_id")
            yield at(ACTUAL_REMOVED, row, "actual_on", before=before, milestone=row.code("milestone"), project_id=project_id)
    if "milestones" not in found.rows:
        return
    now = set(grouped(found.of("milestones"), *key))
    for last in previous.of("milestones"):
        is_gone = key_of(last, key) not in now and not any(may_be(row, last, key) for row in found.of("milestones"))
        if is_gone and last.day("actual_on") and last.code("project_id") in projects:
            yield of_sheet(
                ACTUAL_REMOVED, found, last, quoted=last.code("project_id"), milestone=last.code("milestone"),
                before=last.day("actual_on"), project_id=last.code("project_id"),
            )  # fmt: skip
