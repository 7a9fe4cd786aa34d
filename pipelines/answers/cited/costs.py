"""The amounts that sources state of a project, each with its type, kroner, date and cell. Never added, never converted."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol, TypeVar

from domain.cited_amounts import Meaning, cited_words
from domain.model import Agreement
from domain.period import Period
from pipelines.answers.cited.lines import StatedLine, stated_lines
from pipelines.answers.goal.goal import NEWEST
from pipelines.history.snapshot import Snapshot

PROJECTS = "projects"
_AMOUNT = "amount_mnok"
_NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """A date as exact as its source gives it: `stated` is its wording, `first` and `last` the days that it may be."""

    stated: str
    first: dt.date
    last: dt.date

    def is_surely_after(self, other: Span) -> bool:
        return self.first > other.last


@dataclass(frozen=True, slots=True)
class CostFact:
    """One amount that a source states of a project, in mill. kr with as many decimals as the source gives.

    `about` is the date that the source gives the amount for, None where it gives none; `collected_on` is the day from which it
    is known here. Amounts of one `comparable_group` may be compared, all others may not. `cell` is that of the amount or, where
    a note states it, of the note.
    """

    project_id: str
    stated_name: str
    about: Span | None
    amount_mnok: Decimal
    meaning: Meaning
    stated_as: str
    price_stated: str
    note: str
    source_url: str
    collected_on: dt.date
    line: int
    submission_id: int
    sheet: str | None
    cell: str | None
    is_from_note: bool = False

    @property
    def comparable_group(self) -> str | None:
        return self.meaning.comparable_group


class Dated(Protocol):
    """What a source dates, or not."""

    @property
    def about(self) -> Span | None: ...


D = TypeVar("D", bound=Dated)


def cost_history(snapshot: Snapshot, agreement: Agreement, project_id: str, as_of: dt.date = NEWEST) -> tuple[CostFact, ...]:
    """Every amount that sources state of a project, oldest first, those without a date last; as known here on `as_of`."""
    lines = stated_lines(snapshot, agreement.agreement_id, PROJECTS, as_of)
    return history_of(line for line in lines if line.said("project_id") == project_id)


def history_of(lines: Iterable[StatedLine]) -> tuple[CostFact, ...]:
    """The amounts of some lines, oldest first; those of one date in the order of the list."""
    facts = [fact for line in lines for fact in facts_of(line)]
    return tuple(sorted(facts, key=lambda fact: (fact.about.first if fact.about else dt.date.max, fact.line, fact.is_from_note)))


def facts_of(line: StatedLine) -> Iterator[CostFact]:
    """The amount of a line, and the one that its note states, each where there is one."""
    words = cited_words()
    amount = stated_amount(line)
    if amount is not None:
        meaning = words.meaning(line.said("stated_as"), line.said("price_stated"), line.said("amount_type"))
        yield _fact(line, amount, meaning, is_from_note=False)
    noted = words.in_note(line.said(_NOTE))
    if noted:
        yield _fact(line, *noted, is_from_note=True)


def stated_amount(line: StatedLine) -> Decimal | None:
    """The amount of a line in mill. kr; None where it states none, or what stands there is no number."""
    try:
        amount = Decimal(line.said(_AMOUNT))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def is_unreadable(line: StatedLine) -> bool:
    """Whether a line holds something in place of an amount that is no number."""
    return bool(line.said(_AMOUNT)) and stated_amount(line) is None


def span_of(stated: str) -> Span | None:
    """The days that a date may be, written as 2022, 2022-Q3, 2022-11 or 2022-11-21; None for anything else."""
    try:
        day = dt.date.fromisoformat(stated)
    except ValueError:
        day = None
    if day and len(stated) == len("2022-11-21"):
        return Span(stated, day, day)
    try:
        found = Period.parse(stated)
    except ValueError:
        return None
    last_day = calendar.monthrange(found.last.year, found.last.month)[1]
    return Span(stated, found.first.first_day, dt.date(found.last.year, found.last.month, last_day))


def newest(facts: Iterable[D]) -> tuple[D, ...]:
    """The facts that no other one surely comes after, in their order; all of them where none has a date."""
    found = tuple(facts)
    dates = [fact.about for fact in found if fact.about]
    if not dates:
        return found
    return tuple(fact for fact in found if fact.about and not any(date.is_surely_after(fact.about) for date in dates))


def comparable_runs(facts: Sequence[CostFact]) -> dict[str, tuple[CostFact, ...]]:
    """The groups in which there is something to compare: amounts of at least two dates, by their group."""
    groups: dict[str, list[CostFact]] = {}
    for fact in facts:
        if fact.comparable_group and fact.about:
            groups.setdefault(fact.comparable_group, []).append(fact)
    return {name: tuple(found) for name, found in groups.items() if len({fact.about for fact in found}) > 1}


def _fact(line: StatedLine, amount: Decimal, meaning: Meaning, *, is_from_note: bool) -> CostFact:
    return CostFact(
        project_id=line.said("project_id"),
        stated_name=line.said("project_name"),
        about=span_of(line.said("status_as_of")),
        amount_mnok=amount,
        meaning=meaning,
        stated_as=line.said(_NOTE if is_from_note else "stated_as"),
        price_stated="" if is_from_note else line.said("price_stated"),
        note=line.said(_NOTE),
        source_url=line.said("source"),
        collected_on=line.collected_on,
        line=line.line,
        submission_id=line.submission_id,
        sheet=line.sheet,
        cell=line.cells.get(_NOTE if is_from_note else _AMOUNT),
        is_from_note=is_from_note,
    )
