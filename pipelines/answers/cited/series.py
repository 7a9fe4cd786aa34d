"""Cited figures of indicators as series: one indicator, area, item, unit and basis of comparison each, never joined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from domain.indicators import Indicator, Item, Mark
from pipelines.history.snapshot import Snapshot

# The newest list of figures known at the date. A later list replaces the whole of an earlier one, lines that it lacks too.
_CITED = """
SELECT line, column_name, content, submission_id, sheet, cell
FROM snapshot.cited_figure
WHERE agreement_id = ? AND topic = 'indicators' AND known_from <= ? AND ? < known_to
QUALIFY dense_rank() OVER (ORDER BY known_from DESC, submission_id DESC) = 1
ORDER BY line
"""


@dataclass(frozen=True, slots=True)
class Observation:
    """One cited figure, with as many decimals as its source gives; or the sum of the parts that a source gives instead.

    `line` is its line in the list, None for a sum; `cells` are the cells of the amounts.
    """

    year: int
    amount: Decimal
    note: str | None
    mark: Mark | None
    source_url: str | None
    submission_id: int
    sheet: str | None
    cells: tuple[str, ...]
    line: int | None
    parts: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one indicator, area and item by year. `item_id` is the item as stated where the indicator knows no such.

    `compared_with` says what a percentage is relative to: a year, `previous_year`, `total` or `not_stated`; None for a level.
    """

    cited_as: str
    area_name: str
    item_id: str
    unit_code: str
    compared_with: str | None
    observations: tuple[Observation, ...]

    def is_level_of(self, indicator: Indicator) -> bool:
        """Whether it is of the indicator's own quantity, and not a change or a share of it."""
        return self.unit_code == indicator.unit_code and (self.unit_code != "pct" or self.compared_with is None)


@dataclass(slots=True)
class CitedLine:
    """One line of a list of figures: its filled columns, and where its amount stands."""

    line: int
    submission_id: int
    sheet: str | None
    columns: dict[str, str] = field(default_factory=dict)
    amount_cell: str | None = None


def cited_lines(snapshot: Snapshot, agreement_id: str, as_of: dt.date) -> list[CitedLine]:
    """The lines of the newest list of indicator figures known at a date, in its order."""
    lines: dict[int, CitedLine] = {}
    for row in snapshot.rows(_CITED, [agreement_id, as_of, as_of]).itertuples():
        sheet, cell = (place if isinstance(place, str) else None for place in (row.sheet, row.cell))
        line = lines.setdefault(int(row.line), CitedLine(int(row.line), int(row.submission_id), sheet))
        line.columns[str(row.column_name)] = str(row.content)
        if row.column_name == "amount":
            line.amount_cell = cell
    return list(lines.values())


def observation(line: CitedLine, indicator: Indicator) -> Observation | None:
    """The figure of a line; None where its year or amount is no number."""
    said = line.columns
    try:
        year, amount = int(said.get("year", "")), Decimal(said.get("amount", ""))
    except (ValueError, InvalidOperation):
        return None
    if not amount.is_finite():
        return None
    note = indicator.note(said.get("note"))
    return Observation(
        year=year,
        amount=amount,
        note=said.get("note"),
        mark=note.mark if note else None,
        source_url=said.get("source"),
        submission_id=line.submission_id,
        sheet=line.sheet,
        cells=(line.amount_cell,) if line.amount_cell else (),
        line=line.line,
    )


def as_series(rows: Iterable[tuple[CitedLine, Observation]], indicator: Indicator) -> list[Series]:
    """The figures grouped into series, in the order in which their first lines stand."""
    grouped: dict[tuple[str, str, str, str, str | None], list[Observation]] = {}
    for line, found in rows:
        said = line.columns
        stated = said.get("item_name", "")
        item = indicator.item_cited_as(stated)
        key = (
            said.get("indicator_id", ""),
            said.get("area_name", ""),
            item.item_id if item else stated,
            said.get("unit", ""),
            said.get("compared_with"),
        )
        grouped.setdefault(key, []).append(found)
    return [Series(*key, _by_year(found)) for key, found in grouped.items()]


def with_sums(levels: Sequence[Series], items: Iterable[Item]) -> list[Series]:
    """The series, with a sum where a source gives all parts of an item for an area and year, but not the item itself."""
    kept = {(series.area_name, series.item_id): series for series in levels}
    for item in (item for item in items if item.sum_of):
        for area in dict.fromkeys(series.area_name for series in levels):
            parts = [kept.get((area, part)) for part in item.sum_of]
            given = [part for part in parts if part]
            if len(given) == len(parts):
                whole = kept.get((area, item.item_id), replace(given[0], item_id=item.item_id, observations=()))
                years = {found.year for found in whole.observations}
                sums = [found for found in _sums(given) if found.year not in years]
                if sums:
                    kept[area, item.item_id] = replace(whole, observations=_by_year([*whole.observations, *sums]))
    return list(kept.values())


def _sums(parts: Sequence[Series]) -> Iterator[Observation]:
    """The sums of the years for which one source gives every part."""
    by_source: list[Mapping[tuple[int, str | None], Observation]] = [
        {(found.year, found.source_url): found for found in series.observations} for series in parts
    ]
    for key in by_source[0]:
        found = tuple(series[key] for series in by_source if key in series)
        if len(found) == len(parts):
            yield replace(
                found[0],
                amount=sum((part.amount for part in found), Decimal(0)),
                note=None,
                mark=next((part.mark for part in found if part.mark), None),
                cells=tuple(cell for part in found for cell in part.cells),
                line=None,
                parts=found,
            )


def _by_year(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    return tuple(sorted(observations, key=lambda found: found.year))
