"""Counting points that people have left out of an index, with the reason: applied before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from domain.facts import Fact, Source
from domain.faults import Fault, LoadError, problems_of, shape_faults
from domain.load import read_mapping
from domain.model import Agreement, PointExclusion
from domain.period import Month
from domain.references import broken_ids, ids_of
from domain.rows import PointMonth

Index = Literal["rolling", "volume"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one exclusion took away: the months of its point that there were, in order; none where there were none."""

    exclusion: PointExclusion
    months: tuple[Month, ...]


class _ExclusionsFile(Fact):
    """A city's own exclusions of one agreement, with the sources that the agreement does not have."""

    sources: tuple[Source, ...] = ()
    point_exclusions: tuple[PointExclusion, ...] | None


def exclusions_of(agreement: Agreement, data_dir: Path) -> tuple[PointExclusion, ...]:
    """The agreement's own exclusions, then those of a city's own file. LoadError if that file is wrong."""
    path = data_dir / "exclusions" / f"{agreement.agreement_id}.yaml"
    return (*agreement.point_exclusions, *(_exclusions_in(path, agreement) if path.is_file() else ()))


def exclusion_of(point_id: str, month: Month, exclusions: Iterable[PointExclusion], index: Index) -> PointExclusion | None:
    """The first exclusion that keeps a month of a point out of an index; None if none does."""
    return next((found for found in exclusions if found.point_id == point_id and _covers(found, month, index)), None)


def without_excluded(
    rows: Iterable[PointMonth], exclusions: Sequence[PointExclusion], index: Index
) -> tuple[tuple[PointMonth, ...], tuple[LeftOut, ...]]:
    """The rows that stay, in their order, and what each exclusion of this index took away. The first that covers a row has it."""
    concerned = [found for found in exclusions if found.indices in ("all", index)]
    taken: list[list[Month]] = [[] for _ in concerned]
    by_point: dict[str, list[int]] = {}
    for number, found in enumerate(concerned):
        by_point.setdefault(found.point_id, []).append(number)
    kept = []
    for row in rows:
        numbers = by_point.get(row.point_id, ())
        covering = next((number for number in numbers if _covers(concerned[number], row.month, index)), None)
        if covering is None:
            kept.append(row)
        else:
            taken[covering].append(row.month)
    left_out = tuple(LeftOut(found, tuple(sorted(months))) for found, months in zip(concerned, taken, strict=True))
    return tuple(kept), left_out


def _covers(exclusion: PointExclusion, month: Month, index: Index) -> bool:
    first = Month.parse(exclusion.from_month) if exclusion.from_month else month
    last = Month.parse(exclusion.to_month) if exclusion.to_month else month
    return exclusion.indices in ("all", index) and first <= month <= last


def _exclusions_in(path: Path, agreement: Agreement) -> tuple[PointExclusion, ...]:
    """The exclusions of a city's file. Their sources are the agreement's or the file's own."""
    content = read_mapping(path, "a list of point exclusions")
    own = ids_of(content).get("source", [])
    known = {"source": [*own, *(source.source_id for source in agreement.sources)]}
    found: tuple[PointExclusion, ...] = ()
    faults: list[Fault] = []
    try:
        found = _ExclusionsFile.model_validate(content).point_exclusions or ()
    except ValidationError as error:
        faults = shape_faults(error, _ExclusionsFile)
    faults += broken_ids(content, known)
    if faults:
        raise LoadError(problems_of(path.name, content, faults))
    return found
