"""What public sources say of an agreement's projects and frames, as known on a date. What no source says stays unknown."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.cited_amounts import AmountType, DateKind, Meaning, cited_words
from domain.model import Agreement
from pipelines.answers.cited.costs import (
    PROJECTS,
    CostFact,
    Span,
    comparable_runs,
    history_of,
    is_unreadable,
    newest,
    span_of,
    stated_amount,
)
from pipelines.answers.cited.lines import StatedLine, first_collected, stated_lines
from pipelines.answers.goal.goal import NEWEST
from pipelines.answers.goal.places import municipalities_now
from pipelines.history.snapshot import Snapshot

_FRAMES = "frames"
# How much of a project's cost sources let us know: it at several dates, at one, other amounts only, none at all.
Knowledge = Literal["history", "one_cost", "no_cost", "no_amount"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a line says in one column, such as its phase, and the date that it says it for."""

    words: str
    about: Span | None


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A start or an opening as a source gives it, such as 2026-autumn; `stated` where it does not say whether it has come."""

    event: Literal["start", "opening"]
    stated: str
    kind: DateKind
    about: Span | None
    source_url: str
    cell: str | None


@dataclass(frozen=True, slots=True)
class CitedProject:
    """One project with all that is cited of it. Empty texts and tuples are what no source says.

    `working_area_inferred` is who made the list's reading, never a source's word. `phases` are those of the newest date: two
    where sources of that date differ. `sources` are the addresses in the order of the list.
    """

    project_id: str
    name: str
    municipality_code: str
    municipality_name: str
    working_area_inferred: str
    focus_area_id: str
    owners: tuple[str, ...]
    phases: tuple[Statement, ...]
    dates: tuple[StatedDate, ...]
    facts: tuple[CostFact, ...]
    sources: tuple[str, ...]
    n_lines: int

    @property
    def whole_costs(self) -> tuple[CostFact, ...]:
        """The amounts that say what the whole project costs, oldest first."""
        return tuple(fact for fact in self.facts if fact.meaning.tells == "whole_cost")

    @property
    def knowledge(self) -> Knowledge:
        """How much of the cost is known. A history is the whole cost at two dates or more, of whatever type and kroner."""
        if len({fact.about for fact in self.whole_costs if fact.about}) > 1:
            return "history"
        if self.whole_costs:
            return "one_cost"
        return "no_cost" if self.facts else "no_amount"

    @property
    def has_comparable_costs(self) -> bool:
        """Whether two amounts of the whole cost may be compared."""
        return bool(comparable_runs(self.whole_costs))

    @property
    def newest_amounts(self) -> dict[AmountType, tuple[CostFact, ...]]:
        """The newest amounts of each type, two where sources of the same date differ."""
        types = dict.fromkeys(fact.meaning.amount_type for fact in self.facts)
        return {kind: newest(fact for fact in self.facts if fact.meaning.amount_type == kind) for kind in types}


@dataclass(frozen=True, slots=True)
class CitedPortfolio:
    """The cited projects of an agreement as known on `as_of`, in the order of the list.

    `collected_on` is the day of the list, None where none was known then; `first_collected_on` that of the first list ever.
    `left_out` are lines of no project, or with something else than a number in place of an amount.
    """

    as_of: dt.date
    projects: tuple[CitedProject, ...]
    left_out: tuple[int, ...]
    collected_on: dt.date | None
    first_collected_on: dt.date | None

    def n_with(self, knowledge: Knowledge) -> int:
        return sum(project.knowledge == knowledge for project in self.projects)


@dataclass(frozen=True, slots=True)
class CitedFrame:
    """One economic frame as a source states it, in mill. kr. Frames overlap and are never added."""

    frame_id: str
    scope: str
    name: str
    municipality_code: str
    funding_source_id: str
    amount_mnok: Decimal
    meaning: Meaning
    years: tuple[str, str]
    stated_as: str
    price_stated: str
    source_url: str
    collected_on: dt.date
    line: int
    submission_id: int
    sheet: str | None
    cell: str | None


@dataclass(frozen=True, slots=True)
class FrameGroup:
    """The frames of one municipality, or of one other scope. No frames: none is found for that municipality."""

    scope: str
    municipality_code: str
    frames: tuple[CitedFrame, ...]


def cited_projects(snapshot: Snapshot, agreement: Agreement, as_of: dt.date = NEWEST) -> CitedPortfolio:
    """Every project that a list known on `as_of` cites something of: one each, with all its dated amounts."""
    lines = stated_lines(snapshot, agreement.agreement_id, PROJECTS, as_of)
    by_project: dict[str, list[StatedLine]] = {}
    for line in lines:
        if line.said("project_id"):
            by_project.setdefault(line.said("project_id"), []).append(line)
    return CitedPortfolio(
        as_of,
        tuple(_project(project_id, found) for project_id, found in by_project.items()),
        tuple(line.line for line in lines if is_unreadable(line) or not line.said("project_id")),
        lines[0].collected_on if lines else None,
        first_collected(snapshot, agreement.agreement_id, PROJECTS),
    )


def cited_frames(snapshot: Snapshot, agreement: Agreement, as_of: dt.date = NEWEST) -> tuple[FrameGroup, ...]:
    """The frames of each municipality of the agreement, in its order, then of other scopes; none before a list is known."""
    lines = stated_lines(snapshot, agreement.agreement_id, _FRAMES, as_of)
    frames = [frame for line in lines if (frame := _frame(line))]
    if not frames:
        return ()
    names = {place.municipality_code: place.name for place in municipalities_now(agreement)}
    groups: dict[tuple[str, str], list[CitedFrame]] = {place: [] for place in names.items()}
    for frame in frames:
        code = frame.municipality_code
        groups.setdefault((code, names.get(code, frame.scope)), []).append(frame)
    return tuple(FrameGroup(scope, code, tuple(found)) for (code, scope), found in groups.items())


def _project(project_id: str, lines: Sequence[StatedLine]) -> CitedProject:
    return CitedProject(
        project_id=project_id,
        name=_commonest(line.said("project_name") for line in lines),
        municipality_code=_first(lines, "municipality_code"),
        municipality_name=_first(lines, "municipality_name"),
        working_area_inferred=_first(lines, "working_area_inferred"),
        focus_area_id=_first(lines, "focus_area_id"),
        owners=tuple(dict.fromkeys(found.words for found in _newest_said(lines, "owner_name"))),
        phases=tuple({found.words: found for found in _newest_said(lines, "phase_stated")}.values()),
        dates=_dates(lines),
        facts=history_of(lines),
        sources=tuple(dict.fromkeys(line.said("source") for line in lines if line.said("source"))),
        n_lines=len(lines),
    )


def _commonest(names: Iterable[str]) -> str:
    """The name that most lines use, the first of several: a contract has a name of its own."""
    counted = Counter(name for name in names if name)
    return max(counted, key=lambda name: counted[name], default="")


def _first(lines: Sequence[StatedLine], name: str) -> str:
    return next((line.said(name) for line in lines if line.said(name)), "")


def _newest_said(lines: Sequence[StatedLine], name: str) -> tuple[Statement, ...]:
    return newest(Statement(line.said(name), span_of(line.said("status_as_of"))) for line in lines if line.said(name))


def _dates(lines: Sequence[StatedLine]) -> tuple[StatedDate, ...]:
    """The starts and openings that sources give, oldest statement first; the same one of two sources once."""
    found: dict[tuple[str, str, DateKind], StatedDate] = {}
    ordered = sorted(lines, key=lambda line: (line.said("status_as_of"), line.line))
    events: tuple[Literal["start", "opening"], ...] = ("start", "opening")
    for event in events:
        for line in ordered:
            stated = line.said(f"{event}_stated")
            kind = cited_words().date_kind(line.said("stated_as"), line.said("phase_stated"))
            if stated:
                about, cell = span_of(line.said("status_as_of")), line.cells.get(f"{event}_stated")
                found.setdefault((event, stated, kind), StatedDate(event, stated, kind, about, line.said("source"), cell))
    return tuple(found.values())


def _frame(line: StatedLine) -> CitedFrame | None:
    """The frame of a line; None where it states no amount."""
    amount = stated_amount(line)
    if amount is None:
        return None
    return CitedFrame(
        frame_id=line.said("frame_id"),
        scope=line.said("scope"),
        name=line.said("name"),
        municipality_code=line.said("municipality_code"),
        funding_source_id=line.said("funding_source_id"),
        amount_mnok=amount,
        meaning=cited_words().meaning(line.said("stated_as"), line.said("price_stated"), line.said("amount_type")),
        years=(line.said("from_year"), line.said("to_year")),
        stated_as=line.said("stated_as"),
        price_stated=line.said("price_stated"),
        source_url=line.said("source"),
        collected_on=line.collected_on,
        line=line.line,
        submission_id=line.submission_id,
        sheet=line.sheet,
        cell=line.cells.get("amount_mnok"),
    )
