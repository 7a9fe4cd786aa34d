"""Which reports a project's status rests on, at any time: the chain of its reports up to a period, known when. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import pairwise

from domain.period import Period


@dataclass(frozen=True, slots=True)
class Reported:
    """That a project stands in a return, and from when to when the return was the newest of its party and period."""

    submission_id: int
    receipt: str
    party_id: str
    period: str
    known_from: dt.datetime
    known_to: dt.datetime

    @property
    def order(self) -> tuple[int, int]:
        return _order(self.period)


@dataclass(frozen=True, slots=True)
class Chain:
    """The reports of a project up to one of them, oldest period first, as they were known from one moment to another."""

    reports: tuple[Reported, ...]
    known_from: dt.datetime
    known_to: dt.datetime

    @property
    def last(self) -> Reported:
        return self.reports[-1]


def chains(reports: Iterable[Reported]) -> tuple[Chain, ...]:
    """Every chain of a project, by period and time: one for each report and each time with the same reports before it.

    Of several reports of one period (of two parties), the one handed in last counts.
    """
    listed = sorted(reports, key=lambda it: (it.order, it.known_from, it.submission_id))
    if _is_plain(listed):
        return tuple(Chain(tuple(listed[: number + 1]), it.known_from, it.known_to) for number, it in enumerate(listed))
    found: list[Chain] = []
    for report in listed:
        upto = [it for it in listed if it.order <= report.order]
        parts = [(begin, end, _known(upto, begin)) for begin, end in _spans(report, upto)]
        found += _merged([(begin, end, known) for begin, end, known in parts if known[-1].submission_id == report.submission_id])
    return tuple(found)


def newest(found: Sequence[Chain]) -> tuple[tuple[Chain, dt.datetime, dt.datetime], ...]:
    """Each chain that was the longest for some time, with that time: what was known last of the project. In order of time."""
    cuts = sorted({moment for chain in found for moment in (chain.known_from, chain.known_to)})
    spans: list[tuple[Chain, dt.datetime, dt.datetime]] = []
    for begin, end in pairwise(cuts):
        known = [chain for chain in found if chain.known_from <= begin < chain.known_to]
        if not known:
            continue
        last = max(known, key=lambda chain: chain.last.order)
        if spans and spans[-1][0] is last and spans[-1][2] == begin:
            spans[-1] = (last, spans[-1][1], end)
        else:
            spans.append((last, begin, end))
    return tuple(spans)


def basis_of(chain: Sequence[Reported], version: str) -> str:
    """A name for what a status is computed from: the same reports under the same rules have the same one."""
    return reduce(basis_after, chain, version)


def basis_after(before: str, report: Reported) -> str:
    """The basis of a chain with one report more."""
    return hashlib.sha256(f"{before}\n{report.submission_id}:{report.receipt}:{report.period}".encode()).hexdigest()[:20]


def _is_plain(listed: Sequence[Reported]) -> bool:
    """Whether each report came after those of earlier periods and all still hold: no corrections, as it mostly is."""
    return all(
        one.order < other.order and one.known_from <= other.known_from and one.known_to == other.known_to
        for one, other in pairwise(listed)
    )


@cache
def _order(period: str) -> tuple[int, int]:
    found = Period.parse(period)
    return found.last.number, found.first.number


def _spans(report: Reported, upto: Sequence[Reported]) -> list[tuple[dt.datetime, dt.datetime]]:
    """The times within a report's own in which nothing before it changes."""
    moments = {moment for it in upto for moment in (it.known_from, it.known_to)}
    inside = sorted(moment for moment in moments if report.known_from <= moment <= report.known_to)
    return list(pairwise(inside))


def _known(upto: Sequence[Reported], moment: dt.datetime) -> tuple[Reported, ...]:
    """The reports known at a moment, one for each period."""
    by_order: dict[tuple[int, int], Reported] = {}
    for report in upto:
        if report.known_from <= moment < report.known_to:
            by_order[report.order] = report
    return tuple(by_order[order] for order in sorted(by_order))


def _merged(parts: Sequence[tuple[dt.datetime, dt.datetime, tuple[Reported, ...]]]) -> list[Chain]:
    """Neighbouring times with the same reports as one."""
    found: list[Chain] = []
    for begin, end, known in parts:
        if found and found[-1].known_to == begin and found[-1].reports == known:
            found[-1] = Chain(known, found[-1].known_from, end)
        else:
            found.append(Chain(known, begin, end))
    return found
