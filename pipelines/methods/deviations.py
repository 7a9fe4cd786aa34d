"""Deviations from the figures: the level of every rule, the colour of a project beside the reported one, and their story.

Pure. `rules/` reads the figures, `domain/deviation_limits.py` says what is too much. A deviation is PROJECT:RULE and
stays the same from the report that opens it until the figures close it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, cast

from domain.deviation_limits import COLOURS, Colour, DeviationLimit, DeviationLimits
from domain.facts import Unknown
from domain.model import Authority
from domain.period import Period
from domain.rows import Cell
from pipelines.methods.project_reports import Lack, ProjectReport
from pipelines.methods.rules.all_rules import RULES
from pipelines.methods.rules.case import ENDED, Baseline, Case, Evidence, read

Level = Literal["green", "yellow", "red", "cannot_tell"]
Step = Literal["opened", "worsened", "improved", "closed", "reopened"]
DEVIATES: frozenset[Level] = frozenset({"yellow", "red"})
_ORDER: Mapping[Level, int] = {"green": 0, "cannot_tell": 1, "yellow": 2, "red": 3}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule says of a project: level, the number against the limit, and the figures and cells that it rests on.

    `number` is in the unit of the limit; None where nothing is told, or where something is held against nothing. `lack` is the
    figure that is not there: alone, or beside those that were enough to tell. `counts_from` is the day that a number of days
    counts from, so that it can be told on any later day.
    """

    limit: DeviationLimit
    level: Level
    number: Decimal | None
    evidence: Evidence
    cells: tuple[Cell, ...]
    lack: Lack | None
    counts_from: dt.date | None = None

    @property
    def rule(self) -> str:
        return self.limit.rule_code


@dataclass(frozen=True, slots=True)
class Status:
    """A project after one of its reports: every rule, the colour of the figures and the colour that its owner reported."""

    project_id: str
    period: Period
    reported_on: dt.date
    as_of: dt.date
    submission_id: int | None
    judgements: tuple[Judgement, ...]
    data_colour: Level
    reported_colour: Colour | None

    def judgement(self, rule: str) -> Judgement | None:
        """What a rule says; None where it is off."""
        return next((judgement for judgement in self.judgements if judgement.rule == rule), None)

    def deviates_by(self, rule: str) -> bool:
        judgement = self.judgement(rule)
        return judgement is not None and judgement.level in DEVIATES

    @property
    def has_early_warning(self) -> bool:
        """Whether the forecast rises report after report though no frame is passed."""
        return self.deviates_by("cost_drift") and not (self.deviates_by("cost_over_p50") or self.deviates_by("cost_over_p85"))

    @property
    def n_told(self) -> int:
        """How many of the rules could tell."""
        return sum(judgement.level != "cannot_tell" for judgement in self.judgements)


@dataclass(frozen=True, slots=True)
class Deviation:
    """A deviation that is open: yellow or red, or so when last it could be told.

    `level_told` is the level then, `periods_in_a_row` the reports that told it since it opened in `since`.
    """

    deviation_id: str
    project_id: str
    rule: str
    level: Level
    level_told: Colour
    reported_level: Colour | None
    data_colour: Level
    periods_in_a_row: int
    since: Period
    judgement: Judgement
    body_id: str | None
    submission_id: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a report did to a deviation."""

    deviation_id: str
    project_id: str
    rule: str
    step: Step
    level_before: Level
    level: Level
    period: Period
    reported_on: dt.date
    submission_id: int | None


def statuses(
    reports: Sequence[ProjectReport], limits: DeviationLimits, as_of: dt.date, deadline_days: int | None = None
) -> tuple[Status, ...]:
    """The status of a project after each of its reports, oldest first.

    The newest is judged on the day given, the others on the day they were handed in.
    """
    last = len(reports) - 1
    days = [as_of if place == last else min(report.reported_on, as_of) for place, report in enumerate(reports)]
    return tuple(status(reports[: place + 1], limits, day, deadline_days) for place, day in enumerate(days))


def status(
    reports: Sequence[ProjectReport],
    limits: DeviationLimits,
    as_of: dt.date,
    deadline_days: int | None = None,
    baselines: Mapping[str, Baseline] | None = None,
) -> Status:
    """What the rules say of the newest of a project's reports, on a day. Rules that are off are left out.

    `baselines` are those of the reports, where they are known already.

    KeyError for a limit whose rule is not known.
    """
    case = Case(tuple(reports), as_of, deadline_days, baselines=baselines)
    in_force = [limit for limit in limits.limits if not limit.is_off]
    judged = {limit.rule_code: judge(case, limit) for limit in in_force if limit.rule_code != "reported_greener"}
    colour = data_colour(judged.values())
    case = replace(case, data_colour=None if colour == "cannot_tell" else colour)
    judgements = tuple(judged[limit.rule_code] if limit.rule_code in judged else judge(case, limit) for limit in in_force)
    now = case.now
    return Status(
        now.project_id, now.period, now.reported_on, as_of, now.submission_id, judgements, colour, reported_colour(now)
    )  # fmt: skip


def judge(case: Case, limit: DeviationLimit) -> Judgement:
    """The level of one rule. Where a figure is lacking it is never green: as bad as the other figures, or not to be told."""
    reading = read(RULES[limit.rule_code], case, limit)
    colours = [reading.at_least, "green" if reading.number is None else limit.colour_of(reading.number)]
    worst = max(colours, key=COLOURS.index)
    level: Level = "cannot_tell" if reading.lack and worst == "green" else cast(Level, worst)
    number = reading.number if reading.number is not None and reading.number.is_finite() else None
    return Judgement(limit, level, number, reading.evidence, reading.cells, reading.lack, reading.counts_from)


def data_colour(judgements: Iterable[Judgement]) -> Level:
    """The worst level of the rules that count in the colour. Green only where every rule is green that green needs."""
    listed = list(judgements)
    worst = max((it.level for it in listed if it.limit.in_colour and it.level in DEVIATES), key=_ORDER.__getitem__, default=None)
    if worst:
        return worst
    needed = [it for it in listed if it.limit.needed_for_green]
    return "green" if needed and all(it.level == "green" for it in needed) else "cannot_tell"


def reported_colour(report: ProjectReport) -> Colour | None:
    """The owner's overall colour; None where it is not given."""
    found = report.code("progress", "colour_overall")
    return next((colour for colour in COLOURS if colour == found), None)


def open_deviations(histories: Iterable[Sequence[Status]], authority: tuple[Authority, ...] | Unknown) -> tuple[Deviation, ...]:
    """The open deviations of projects, each project given by its statuses, oldest first. The worst first, then by project."""
    found = [deviation for history in histories if history for deviation in _open_deviations(history, authority)]
    return tuple(sorted(found, key=lambda it: (-_ORDER[it.level_told], it.project_id)))


def changes(history: Sequence[Status]) -> tuple[Change, ...]:
    """What each report of a project did to its deviations: opened, worsened, improved, closed by the figures, reopened. In order.

    A report that cannot tell changes nothing: the deviation stays as it was last told.
    """
    found: list[Change] = []
    for rule in _rules_of(history):
        judged = _judged(history, rule)
        steps = steps_of([judgement.level for _, judgement in judged])
        found += [
            Change(
                f"{at.project_id}:{rule}", at.project_id, rule, step, before, judgement.level, at.period, at.reported_on,
                at.submission_id,
            )
            for (at, judgement), told in zip(judged, steps, strict=True) if told for step, before in [told]
        ]  # fmt: skip
    order = {(at.period, at.reported_on): place for place, at in enumerate(history)}
    return tuple(sorted(found, key=lambda change: order[change.period, change.reported_on]))


def steps_of(levels: Sequence[Level]) -> tuple[tuple[Step, Level] | None, ...]:
    """What each level in turn does to a deviation, with the level told before it; None where it changes nothing."""
    found: list[tuple[Step, Level] | None] = []
    before: Level = "green"
    has_been_open = False
    for level in levels:
        step = step_of(before, level, has_been_open)
        found.append((step, before) if step else None)
        if step:
            before, has_been_open = level, True
    return tuple(found)


def step_of(before: Level, level: Level, has_been_open: bool) -> Step | None:
    """What a level does to a deviation that was told at another before; None where it changes nothing."""
    return None if level in {"cannot_tell", before} else _step(before, level, has_been_open)


def body_for(matter: str, authority: tuple[Authority, ...] | Unknown) -> str | None:
    """The body that decides a matter by the agreement's authority matrix, the first of several; None where none is stated."""
    if isinstance(authority, Unknown):
        return None
    return next((it.body_id for it in authority if it.matter == matter and it.power == "decides"), None)


def _step(before: Level, level: Level, has_been_open: bool) -> Step:
    if before == "green":
        return "reopened" if has_been_open else "opened"
    if level == "green":
        return "closed"
    return "worsened" if _ORDER[level] > _ORDER[before] else "improved"


def _open_deviations(history: Sequence[Status], authority: tuple[Authority, ...] | Unknown) -> Iterable[Deviation]:
    now = history[-1]
    for judgement in now.judgements:
        told = [(at, it) for at, it in _judged(history, judgement.rule) if it.level != "cannot_tell"]
        run = _run_at_end(told)
        if not run or (judgement.lack and judgement.lack.reason == ENDED):
            continue
        yield Deviation(
            f"{now.project_id}:{judgement.rule}", now.project_id, judgement.rule, judgement.level, cast(Colour, run[-1][1].level),
            now.reported_colour, now.data_colour, len(run), run[0][0].period, judgement,
            body_for(judgement.limit.matter, authority), now.submission_id,
        )  # fmt: skip


def _run_at_end(told: list[tuple[Status, Judgement]]) -> list[tuple[Status, Judgement]]:
    """The judgements since the last green one."""
    greens = [place for place, (_, judgement) in enumerate(told) if judgement.level == "green"]
    return told[greens[-1] + 1 :] if greens else told


def _judged(history: Sequence[Status], rule: str) -> list[tuple[Status, Judgement]]:
    return [(at, judgement) for at in history if (judgement := at.judgement(rule))]


def _rules_of(history: Sequence[Status]) -> list[str]:
    return list(dict.fromkeys(judgement.rule for at in history for judgement in at.judgements))
