"""What the other indicators show, as known on a date: their series, which way they move, and changes stated and computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.indicators import Indicator, load_indicators
from domain.model import Agreement
from pipelines.answers.cited.series import CitedLine, Observation, Series, as_series, cited_lines, observation, with_sums
from pipelines.answers.goal.goal import NEWEST
from pipelines.history.snapshot import Snapshot

_SHARE_OF = "total"
_YEAR_BEFORE = "previous_year"


@dataclass(frozen=True, slots=True)
class Movement:
    """From the first to the last comparable figure of a series. `is_wanted` is None where no way is better, or nothing moved."""

    first: Observation
    last: Observation
    is_wanted: bool | None


@dataclass(frozen=True, slots=True)
class StatedChange:
    """A change in percent as a source prints it, beside what the cited amounts of the two years give; None where one lacks.

    `computed_from` are those amounts, the earlier first; empty where one lacks.
    """

    area_name: str
    item_id: str
    year: int
    since_year: int | None
    stated_pct: Decimal
    computed_pct: float | None
    source_url: str | None
    stated_by: Observation
    computed_from: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """All that is cited of one indicator: series of its own level, then shares and changes. Its sentence is about `lead`."""

    indicator: Indicator
    levels: tuple[Series, ...]
    others: tuple[Series, ...]
    changes: tuple[StatedChange, ...]
    lead: Series | None
    movement: Movement | None

    @property
    def series(self) -> tuple[Series, ...]:
        return (*self.levels, *self.others)


@dataclass(frozen=True, slots=True)
class IndicatorAnswer:
    """The indicators of an agreement as known on `as_of`. `left_out` are lines of no known indicator, or without a figure."""

    agreement_id: str
    as_of: dt.date
    figures: tuple[IndicatorFigures, ...]
    left_out: tuple[int, ...]


def indicators(snapshot: Snapshot, agreement: Agreement, as_of: dt.date = NEWEST) -> IndicatorAnswer:
    """Every indicator that figures are cited of, in the indicators' own order."""
    known = load_indicators()
    named = {name: indicator for indicator in known.values() for name in indicator.cited_as}
    rows: dict[str, list[tuple[CitedLine, Observation]]] = {indicator_id: [] for indicator_id in known}
    left_out = []
    for line in cited_lines(snapshot, agreement.agreement_id, as_of):
        indicator = named.get(line.columns.get("indicator_id", ""))
        found = observation(line, indicator) if indicator else None
        if indicator and found:
            rows[indicator.indicator_id].append((line, found))
        else:
            left_out.append(line.line)
    figures = tuple(
        _figures(known[indicator_id], as_series(cited, known[indicator_id]), agreement)
        for indicator_id, cited in rows.items()
        if cited
    )
    return IndicatorAnswer(agreement.agreement_id, as_of, figures, tuple(left_out))


def stretches(series: Series, indicator: Indicator, agreement_id: str) -> list[tuple[Observation, ...]]:
    """The runs of figures that may be compared: a revision, or a break that the indicator names, ends one and begins the next."""
    years = [found.before_year for found in indicator.breaks if found.concerns(agreement_id)]
    runs: list[list[Observation]] = []
    for found in series.observations:
        if not runs or _is_broken(runs[-1][-1], found, years):
            runs.append([])
        runs[-1].append(found)
    return [tuple(run) for run in runs]


def _is_broken(before: Observation, after: Observation, years: Sequence[int]) -> bool:
    is_other_edition = (before.mark == "revised") != (after.mark == "revised")
    return is_other_edition or any(before.year < year <= after.year for year in years)


def _figures(indicator: Indicator, found: Sequence[Series], agreement: Agreement) -> IndicatorFigures:
    levels = with_sums([series for series in found if series.is_level_of(indicator)], indicator.items)
    others = tuple(series for series in found if not series.is_level_of(indicator))
    lead = _lead(levels, indicator)
    return IndicatorFigures(
        indicator,
        tuple(_in_order(levels, indicator, lead)),
        others,
        tuple(_changes(levels, others, indicator, agreement.agreement_id)),
        lead,
        _movement(lead, indicator, agreement) if lead else None,
    )


def _lead(levels: Sequence[Series], indicator: Indicator) -> Series | None:
    """The series of the leading item that reaches the newest year, with the most figures where several do."""
    own = [series for series in levels if series.item_id == indicator.lead_item] or levels
    return max(own, key=lambda found: (found.observations[-1].year, len(found.observations)), default=None)


def _in_order(levels: Sequence[Series], indicator: Indicator, lead: Series | None) -> list[Series]:
    """By item in the indicator's order; within an item the area of the leading series first, the others as they are cited."""
    places = {item.item_id: number for number, item in enumerate(indicator.items)}
    area = lead.area_name if lead else ""
    return sorted(levels, key=lambda found: (places.get(found.item_id, len(places)), found.area_name != area))


def _movement(series: Series, indicator: Indicator, agreement: Agreement) -> Movement | None:
    """The movement over the newest comparable run of figures; None where that holds one year only."""
    run = stretches(series, indicator, agreement.agreement_id)[-1]
    first, last = run[0], run[-1]
    if first.year == last.year:
        return None
    direction = indicator.direction_of(series.item_id)
    if direction == "neutral" or first.amount == last.amount:
        return Movement(first, last, None)
    return Movement(first, last, (last.amount < first.amount) == (direction == "down_is_better"))


def _changes(
    levels: Sequence[Series], others: Sequence[Series], indicator: Indicator, agreement_id: str
) -> Iterator[StatedChange]:
    """What sources print as a change: in notes to an amount, and in rows of their own."""
    runs = {(series.area_name, series.item_id): stretches(series, indicator, agreement_id) for series in levels}
    for series in levels:
        for found in series.observations:
            note = indicator.note(found.note)
            if note and note.states:
                yield _change(series, found, note.states.since_year, note.states.change_pct, runs)
    for series in others:
        if series.compared_with != _SHARE_OF:
            for found in series.observations:
                yield _change(series, found, _since(series.compared_with, found.year), found.amount, runs)


def _since(compared_with: str | None, year: int) -> int | None:
    if compared_with == _YEAR_BEFORE:
        return year - 1
    return int(compared_with) if compared_with and compared_with.isdecimal() else None


def _change(
    series: Series,
    found: Observation,
    since_year: int | None,
    stated_pct: Decimal,
    runs: Mapping[tuple[str, str], Sequence[tuple[Observation, ...]]],
) -> StatedChange:
    area, item = series.area_name, series.item_id
    pairs = (_pair(run, since_year, found.year) for run in runs.get((area, item), ()))
    pair = next((pair for pair in pairs if pair), ())
    computed_pct = float(100 * (pair[1].amount / pair[0].amount - 1)) if pair else None
    return StatedChange(area, item, found.year, since_year, stated_pct, computed_pct, found.source_url, found, pair)


def _pair(run: Sequence[Observation], since_year: int | None, year: int) -> tuple[Observation, ...]:
    """The figures of two years of one comparable run, the earlier first; none where one lacks, or the earlier is zero."""
    by_year = {found.year: found for found in run}
    then, now = by_year.get(since_year) if since_year is not None else None, by_year.get(year)
    return (then, now) if then and now and then.amount else ()
