"""A computed figure with the cells that it is made of, the returns that they stand in, and what it was on earlier days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.forms import load_form
from domain.period import Period
from domain.returns import Answer, ReturnRow
from pipelines.answers.area import rest_of
from pipelines.answers.figures import PAGES, figures
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.reporting.returns import deadline_on, moment_of
from pipelines.answers.trace.computed.ahead import AHEAD
from pipelines.answers.trace.computed.bridge import BRIDGE
from pipelines.answers.trace.computed.cited import CITED_COUNTS
from pipelines.answers.trace.computed.counts import DEVIATION_COUNTS
from pipelines.answers.trace.computed.coverage import COVERAGE
from pipelines.answers.trace.computed.economy import ECONOMY, TOTALS
from pipelines.answers.trace.computed.made import Made, Maker, Part, Wanted
from pipelines.answers.trace.computed.milestones import MILESTONES
from pipelines.answers.trace.computed.outside import OUTSIDE
from pipelines.answers.trace.computed.places import DEVIATIONS, PLACES
from pipelines.answers.trace.computed.progress import PROGRESS
from pipelines.answers.trace.computed.risks import RISKS
from pipelines.answers.trace.computed.uncertainty import COURSE, UNCERTAINTY
from pipelines.answers.trace.computed.with_figures import (
    COLOUR_COUNTS,
    ESTIMATE_COUNTS,
    FIGURE_COUNTS,
    PROGRESS_COUNTS,
    REPORT_COUNTS,
    p85_above,
    weighed,
)
from pipelines.answers.trace.reported import Basis, basis_of
from pipelines.answers.trace.submission import HandedIn, known_returns, return_handed_in
from pipelines.history.return_rows import return_row
from pipelines.history.snapshot import Snapshot

# Which figures can be traced, by the page that `figures` has them on and by name.
MAKERS: Mapping[str, Mapping[str, Maker]] = {
    "economy": {**ECONOMY, **OUTSIDE, **BRIDGE, **COURSE, **FIGURE_COUNTS},
    "progress": {**PROGRESS, **MILESTONES, **PROGRESS_COUNTS, "weighed": weighed(PROGRESS["planned_complete"])},
    "uncertainty": {
        **UNCERTAINTY, **RISKS, **ESTIMATE_COUNTS,
        "p85_over_sum": p85_above(UNCERTAINTY["portfolio_p85"], UNCERTAINTY["sum_of_p50"]),
    },
    "deviations": {**DEVIATIONS, **DEVIATION_COUNTS, **COLOUR_COUNTS},
    "area": {
        **TOTALS, "forecast_share": ECONOMY["forecast_share"], **PLACES, "with_figures": FIGURE_COUNTS["with_figures"],
    },
    "quality": COVERAGE,
    "goal": AHEAD,
    "indicators": CITED_COUNTS,
    "status": {
        "forecast_total": TOTALS["forecast_total"],
        "over_p50": ECONOMY["over_p50"],
        "forecast_change": BRIDGE["bridge_change"],
        "portfolio_p50": UNCERTAINTY["portfolio_p50"],
        "portfolio_p85": UNCERTAINTY["portfolio_p85"],
        **{f"openings_{name}": PROGRESS[f"openings_{name}"] for name in ("opened", "to_come", "passed", "later", "undated")},
        **{f"projects_{level}": DEVIATIONS[f"projects_{level}"] for level in ("red", "yellow")},
        "projects_deviating": DEVIATIONS["projects_deviating"],
        "projects_with_forecast": PROGRESS["projects_with_forecast"],
        "decisions": DEVIATIONS["decisions"],
    },
    "project": {
        **{name: UNCERTAINTY[name] for name in ("forecast", "p50", "p85")},
        "over_p50": UNCERTAINTY["forecast_over_p50"],
        "over_p85": UNCERTAINTY["forecast_over_p85"],
        **TOTALS,
        "opening_moved": MILESTONES["moved_since_previous"],
        "opening_against_plan": MILESTONES["moved_against_plan"],
        **{f"deviations_{level}": DEVIATIONS[f"deviations_{level}"] for level in ("red", "yellow")},
        **REPORT_COUNTS,
    },
}  # fmt: skip
# How many earlier days are told.
_MOST_DAYS = 8
_PERIODS = """
SELECT DISTINCT period FROM snapshot.return_submission WHERE agreement_id = $agreement_id AND known_from <= $moment
"""
# The days on which what a figure rests on was published, of indices and points by their maker.
_PUBLISHED = """
SELECT DISTINCT CAST(known_from AS DATE) AS known_on
FROM (
    SELECT agreement_id, known_from, 'rolling_index' AS mart FROM snapshot.rolling_index WHERE kind = 'traffic'
    UNION ALL SELECT agreement_id, known_from, 'point_mean' FROM snapshot.point_mean WHERE kind = 'traffic'
    UNION ALL SELECT agreement_id, known_from, 'cited_figure' FROM snapshot.cited_figure
)
WHERE agreement_id = $agreement_id AND mart = $mart AND known_from <= $moment
ORDER BY known_on DESC
"""
_ROWS = """
SELECT submission_id, table_name, position, sheet, row_number, row_key, answers, missing, places
FROM snapshot.return_row
WHERE submission_id = $submission_id AND table_name = $table_name AND list_contains($row_numbers, row_number)
ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A return that a figure comes from, with its sheets and how many of its cells count."""

    handed_in: HandedIn
    sheets: tuple[str, ...]
    n_cells: int
    first: Part | None


@dataclass(frozen=True, slots=True)
class Traced:
    """A figure with what it is made of, and the returns that it comes from, by number."""

    wanted: Wanted
    asked: Asked
    made: Made
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A cell of a figure as it was reported, with the price basis of its row.

    `address` is None where the answer has no place of its own.
    """

    part: Part
    sheet: str
    address: str | None
    answer: Answer | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class ThenComputed:
    """What a figure was on a day, by what was known then; None where it was not known."""

    day: dt.date
    made: Made | None


def trace_figure(asked: Asked, wanted: Wanted) -> Traced | None:
    """The figure that is asked for as known on its day; None where there is none of that name, or nothing that it is made of."""
    made = _make(asked, wanted)
    if made is None:
        return None
    heads = known_returns(asked.snapshot, asked.agreement, moment_of(asked.as_of))
    by_number = {int(head["submission_id"]): head for head in heads}
    moment = moment_of(asked.as_of)
    sources = [
        _source(made, return_handed_in(asked.snapshot, asked.agreement, by_number[number], moment))
        for number in made.submission_ids
        if number in by_number
    ]
    return Traced(wanted, asked, made, tuple(sources))


def _make(asked: Asked, wanted: Wanted) -> Made | None:
    maker = MAKERS.get(wanted.page, {}).get(wanted.name)
    if maker is None:
        return _named(asked, wanted)
    # Places stand beside each other, and a project is told of whole, also where one of the places is chosen.
    is_beside = wanted.page in ("area", "project")
    return maker(replace(asked, selection=rest_of(asked.selection)) if is_beside else asked, wanted)


def _named(asked: Asked, wanted: Wanted) -> Made | None:
    """A figure of which `figures` alone says something: its amount, and the returns that it comes from."""
    if wanted.page not in PAGES:
        return None
    whose = wanted.name, wanted.grain, wanted.key
    found = next((it for it in figures(asked, wanted.page) if (it.name, it.grain, it.key) == whose), None)
    return Made(found.amount, found.unit, "reports", returns=found.submission_ids) if found else None


def _source(made: Made, handed_in: HandedIn) -> Source:
    own = [part for part in made.parts if part.submission_id == handed_in.submission_id]
    form = load_form()
    sheets = dict.fromkeys(form.table(part.table).sheet.in_language("nb") for part in own)
    return Source(handed_in, tuple(sheets), len(own), own[0] if own else None)


def read_parts(snapshot: Snapshot, traced: Traced, parts: Sequence[Part]) -> tuple[ReadPart, ...]:
    """What stands in the cells of parts, in their order."""
    known = {it.handed_in.submission_id for it in traced.sources}
    wanted: dict[tuple[int, str], set[int]] = {}
    for part in parts:
        wanted.setdefault((part.submission_id, part.table), set()).add(part.row_number)
    found = {}
    for (number, table), rows in wanted.items():
        if number in known:
            for row in _rows(snapshot, number, table, rows):
                found[number, table, row.row] = row
    read = ((part, found.get((part.submission_id, part.table, part.row_number))) for part in parts)
    return tuple(
        ReadPart(part, row.sheet, row.address(part.column), row.answers.get(part.column), basis_of(row))
        for part, row in read
        if row is not None
    )


def _rows(snapshot: Snapshot, submission_id: int, table: str, numbers: Iterable[int]) -> Iterable[ReturnRow]:
    given = {"submission_id": submission_id, "table_name": table, "row_numbers": sorted(numbers)}
    places: dict[str, dict[str, int]] = {}
    return (return_row(row, places) for row in snapshot.records(_ROWS, given))


def days_before(asked: Asked, made: Made) -> tuple[dt.date, ...]:
    """Days before the one that is asked about on which a figure may have been another one, the newest first, at most eight.

    The deadlines of the last periods that anything was reported of; of what rests on published figures, the days on which
    such were published.
    """
    given = {"agreement_id": asked.agreement.agreement_id, "moment": moment_of(asked.as_of)}
    if made.rests:
        rows = asked.snapshot.records(_PUBLISHED, {**given, "mart": made.rests[0].table})
        return tuple(row["known_on"] for row in rows if row["known_on"] < asked.as_of)[:_MOST_DAYS]
    periods = [row["period"] for row in asked.snapshot.records(_PERIODS, given)]
    ordered = sorted(periods, key=lambda period: Period.parse(period).last, reverse=True)
    days = [day for period in ordered if (day := deadline_on(asked.agreement, period)) and day < asked.as_of]
    return tuple(days[:_MOST_DAYS])


def figure_on(asked: Asked, wanted: Wanted, day: dt.date) -> ThenComputed:
    """The same figure as it was known on another day, in the same kroner, by the index that was known then."""
    choice = asked.price.choice if asked.price else None
    then = replace(asked, as_of=day, price=price(asked.agreement, day, choice) if asked.price else None)
    return ThenComputed(day, _make(then, wanted))
