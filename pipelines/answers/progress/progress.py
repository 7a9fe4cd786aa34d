"""How the projects move: by phase and area, what moved since the last report, openings to come, baselines that were changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from domain.model import Agreement
from domain.period import Month
from pipelines.answers.portfolio import OfProject, projects_of
from pipelines.answers.progress.milestone_history import (
    MilestoneHistory,
    MilestoneReport,
    NewestMilestone,
    baseline_changes,
    history,
    newest_milestones,
    record,
)
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.area_shares import NO_AREA
from pipelines.methods.schedule import ForecastRange, Rebaseline, SlipRecord, forecast_range

# How far ahead openings are listed.
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Phases:
    """Ids of projects by phase, and by phase and area. A project in several areas is in each of them, and once in its phase.

    Projects that are cancelled or merged are in `ended` alone. Of a selected area only that area is counted.
    """

    by_phase: Mapping[str, tuple[str, ...]]
    by_area: Mapping[tuple[str, str], tuple[str, ...]]
    in_several_areas: tuple[str, ...]
    ended: tuple[str, ...]

    @property
    def n_projects(self) -> int:
        """How many projects there are that have not ended."""
        return sum(len(found) for found in self.by_phase.values())


class Moved(NamedTuple):
    """The opening of a project now, against its previous report and against the adopted baseline: two comparisons, never mixed.

    `expected_on` is the day on which it opened or is forecast to. Days are above zero where it is later, None where one of the
    two is not known. `report` and `previous` are where the dates stand; `missing` is why there is no date, a code of the form,
    blank, or no_row.
    """

    project_id: str
    project_name: str
    party_id: str
    phase: str
    areas: tuple[str, ...]
    expected_on: dt.date | None
    has_opened: bool
    previous_on: dt.date | None
    previous_days: int | None
    baseline_on: dt.date | None
    baseline_days: int | None
    report: MilestoneReport | None
    previous: MilestoneReport | None
    missing: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening to come: the project with its forecast, and where that may end by the portfolio's own record."""

    moved: Moved
    range: ForecastRange


@dataclass(frozen=True, slots=True)
class Openings:
    """Openings after a day up to so many months later, the nearest first; and what is not among them, though not opened.

    `passed` had their forecast on the day or before it and are not reported as opened. `record_size` is how many projects of the
    whole portfolio have opened and were forecast in a report before.
    """

    after_on: dt.date
    until_on: dt.date
    listed: tuple[Opening, ...]
    passed: tuple[Moved, ...]
    later: tuple[Moved, ...]
    undated: tuple[Moved, ...]
    record_size: int

    @property
    def moved_later(self) -> tuple[Opening, ...]:
        """Those listed that have moved later since their previous report."""
        return tuple(it for it in self.listed if (it.moved.previous_days or 0) > 0)


@dataclass(frozen=True, slots=True)
class ChangedBaseline:
    """A baseline that another report states otherwise than before. `is_adopted`: the one that holds now by a named decision."""

    project_name: str
    change: Rebaseline
    is_adopted: bool
    report: MilestoneReport


def by_phase(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None, selection: Selection = EVERYTHING) -> Phases:
    """The projects of a selection by phase and area, each by the newest report of it known on a date."""
    whole: dict[str, list[str]] = {}
    parts: dict[tuple[str, str], list[str]] = {}
    several: list[str] = []
    ended: list[str] = []
    for project in projects_of(snapshot, agreement, as_of, selection).values():
        if project.has_ended:
            ended.append(project.project_id)
            continue
        areas = _areas(project)
        several += [project.project_id] if len(areas) > 1 else []
        whole.setdefault(project.phase, []).append(project.project_id)
        chosen = selection.working_area_id
        for area in (found for found in areas if chosen in (None, found)):
            parts.setdefault((project.phase, area), []).append(project.project_id)
    return Phases(
        {phase: tuple(found) for phase, found in whole.items()},
        {key: tuple(found) for key, found in parts.items()},
        tuple(several),
        tuple(ended),
    )


def moved(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None, selection: Selection = EVERYTHING
) -> tuple[Moved, ...]:
    """Every project of a selection that has not ended, by id."""
    return _moved(newest_milestones(snapshot, agreement, as_of), projects_of(snapshot, agreement, as_of, selection))


def most_moved(found: tuple[Moved, ...], most: int = 10) -> tuple[Moved, ...]:
    """Those whose opening moved since their previous report, the farthest first, in either direction; at most so many."""
    known = [it for it in found if it.previous_days]
    return tuple(sorted(known, key=lambda it: (-abs(it.previous_days or 0), -(it.previous_days or 0), it.project_id))[:most])


def openings(
    snapshot: Snapshot,
    agreement: Agreement,
    as_of: dt.date,
    months: int = MONTHS,
    selection: Selection = EVERYTHING,
) -> Openings:
    """The openings of the months after a day. The record that ranges rest on is of the whole portfolio, as known on that day."""
    known = newest_milestones(snapshot, agreement, as_of)
    slips = SlipRecord(record(snapshot, agreement, as_of))
    until_on = _months_after(as_of, months)
    to_come = [it for it in _moved(known, projects_of(snapshot, agreement, as_of, selection)) if not it.has_opened]
    dated = sorted((it for it in to_come if it.expected_on), key=lambda it: (str(it.expected_on), it.project_id))
    return Openings(
        as_of, until_on,
        tuple(
            Opening(it, forecast_range(it.expected_on, it.report.period, slips))
            for it in dated
            if it.expected_on and it.report and as_of < it.expected_on <= until_on
        ),
        tuple(it for it in dated if it.expected_on and it.expected_on <= as_of),
        tuple(it for it in dated if it.expected_on and it.expected_on > until_on),
        tuple(it for it in to_come if it.expected_on is None),
        len(slips.milestones),
    )  # fmt: skip


def milestone_trends(
    snapshot: Snapshot, agreement: Agreement, project_id: str, as_of: dt.date | None = None
) -> tuple[MilestoneHistory, ...]:
    """The milestones of a project through its reports known on a date, in the order of the form; none for an unknown project."""
    return tuple(sorted(history(snapshot, agreement, project_id, as_of), key=lambda it: it.reports[-1].row_number))


def rebaselines(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None, selection: Selection = EVERYTHING
) -> tuple[ChangedBaseline, ...]:
    """Every change of a stated baseline in a selection, the newest first, with the decision that it names or none."""
    listed = projects_of(snapshot, agreement, as_of, selection)
    found = [
        ChangedBaseline(
            listed[it.change.project_id].project_name, it.change, it.change.to_on == it.last_adopted_on, it.report
        )
        for it in baseline_changes(snapshot, agreement, as_of)
        if it.change.project_id in listed
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda it: it.change.period, reverse=True))


def _areas(project: OfProject) -> tuple[str, ...]:
    """The areas that a project lies in; no area where it lies in none."""
    return tuple(project.shares_pct) or (NO_AREA,)


def _moved(known: Mapping[str, NewestMilestone], listed: Mapping[str, OfProject]) -> tuple[Moved, ...]:
    return tuple(_of_project(project, known.get(project_id)) for project_id, project in listed.items() if not project.has_ended)


def _of_project(project: OfProject, newest: NewestMilestone | None) -> Moved:
    head = project.project_id, project.project_name, project.party_id, project.phase, _areas(project)
    if newest is None:
        return Moved(*head, None, False, None, None, None, None, None, None, "no_row")
    report, previous = newest.report, newest.previous
    return Moved(
        *head, newest.expected_on, report.stated.actual_on is not None, previous.expected_on if previous else None,
        newest.previous_days, report.adopted_on, newest.baseline_days, report, previous,
        None if newest.expected_on else report.forecast_missing,
    )  # fmt: skip


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last day of that month where it has no such day."""
    month = Month(day.year, day.month).plus(months)
    last = (month.plus(1).first_day - dt.timedelta(days=1)).day
    return month.first_day.replace(day=min(day.day, last))
