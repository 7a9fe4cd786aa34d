"""The projects of an agreement as they were known on a date: each by the newest report of it that was known then."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from domain.model import Agreement
from pipelines.answers.kept import kept
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot

# Projects that have nothing more to report; they stay in the list and out of every sum of what is to come.
ENDED = ("cancelled", "merged")
_COLUMNS = """
SELECT
    p.project_id, p.project_name, p.earlier_names, p.party_id, p.owner_party_id, p.focus_area_id, p.phase, p.standing,
    p.merged_into, p.plan_status, p.road_number, p.working_area_split, p.municipality_codes, p.depends_on, p.latitude,
    p.longitude, p.period,
    p.submission_id, p.sheet, p.row_number, s.reported_on, s.data_colour, s.reported_colour, s.n_told, s.has_early_warning,
    p.standing IN ('cancelled', 'merged') AS has_ended
"""
# What sums ask of a project.
_FEW_COLUMNS = """
SELECT p.project_id, p.project_name, p.party_id, p.phase, array_to_string(p.municipality_codes, ',') AS codes,
    p.working_area_split, p.standing IN ('cancelled', 'merged') AS has_ended
"""
_ONLY_IDS = """
SELECT p.project_id
"""
# The newest report of each project.
NEWEST_REPORTS = """
FROM snapshot.project_status AS s
JOIN snapshot.return_project AS p ON p.submission_id = s.submission_id AND p.project_id = s.project_id
"""
_AT_MOMENT = """
WHERE s.agreement_id = $agreement_id AND s.newest_from <= $moment AND $moment < s.newest_to
"""
# What a filter asks, by its name. One that asks for everything is left out: half of the time of a query goes into planning it.
_OF_FILTER = {
    "party_id": "AND p.party_id = $party_id ",
    "focus_area_id": "AND p.focus_area_id = $focus_area_id ",
    "phase": "AND p.phase = $phase ",
    "project_id": "AND p.project_id = $project_id ",
    "municipality_code": "AND list_contains(p.municipality_codes, $municipality_code) ",
    "working_area_id": """AND EXISTS (
        SELECT 1 FROM snapshot.return_project_area AS a
        WHERE a.submission_id = p.submission_id AND a.project_id = p.project_id AND a.working_area_id = $working_area_id
    ) """,
}
_IN_ORDER = "ORDER BY p.project_id"


class OfProject(NamedTuple):
    """What sums ask of a project: who reports it, how far it is, where it lies, and whether it has ended."""

    project_id: str
    project_name: str
    party_id: str
    phase: str
    municipality_codes: tuple[str, ...]
    shares_pct: Mapping[str, Decimal]
    has_ended: bool


def projects(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None, selection: Selection = EVERYTHING
) -> pd.DataFrame:
    """One row per project, by id: what its newest known report says of it, and its colours on the day of that report.

    `working_area_split` is JSON (see `area_shares`), `municipality_codes` and `depends_on` are lists. `submission_id`, `sheet`
    and `row_number` lead to the row in the sheet of projects.
    """
    asked = parameters(agreement.agreement_id, moment_of(as_of), selection)
    return snapshot.rows(_COLUMNS + NEWEST_REPORTS + of_selection(selection), asked)


def projects_of(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None, selection: Selection = EVERYTHING
) -> dict[str, OfProject]:
    """The projects of a selection by id, as their newest reports known on a date have them."""
    listed = projects_at(snapshot, agreement.agreement_id, moment_of(as_of), selection)
    return {project.project_id: project for project in listed}


@kept
def projects_at(snapshot: Snapshot, agreement_id: str, moment: dt.datetime, selection: Selection) -> tuple[OfProject, ...]:
    """The projects of a selection by id, as their newest reports known at a moment have them."""
    sql = _FEW_COLUMNS + NEWEST_REPORTS + of_selection(selection)
    table = snapshot.table(sql, parameters(agreement_id, moment, selection))
    return tuple(
        OfProject(project_id, name, party_id, phase, _codes(codes), area_shares(split), has_ended)
        for project_id, name, party_id, phase, codes, split, has_ended in zip(*map(pa.ChunkedArray.to_pylist, table), strict=True)
    )


def project_ids(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None, selection: Selection) -> frozenset[str]:
    """The projects of a selection, by their newest reports known on a date."""
    sql = _ONLY_IDS + NEWEST_REPORTS + of_selection(selection)
    asked = parameters(agreement.agreement_id, moment_of(as_of), selection)
    return frozenset(row["project_id"] for row in snapshot.records(sql, asked))


def of_selection(selection: Selection) -> str:
    """The end of a query of `NEWEST_REPORTS`: those that were known at a moment, of the projects of a selection, by id."""
    return _AT_MOMENT + "".join(_OF_FILTER[name] for name in _filters(selection)) + _IN_ORDER


def parameters(agreement_id: str, moment: dt.datetime, selection: Selection) -> dict[str, object]:
    """What such a query is asked with."""
    return {"agreement_id": agreement_id, "moment": moment, **_filters(selection)}


def _filters(selection: Selection) -> dict[str, str]:
    """What a selection asks for, by filter."""
    return {name: asked for name in _OF_FILTER if (asked := getattr(selection, name)) is not None}


def area_shares(split: object) -> Mapping[str, Decimal]:
    """The per cent of a project that lies in each working area, as it was reported; empty where that is not stated."""
    return _shares(split) if isinstance(split, str) else {}


@lru_cache(maxsize=4096)
def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


@lru_cache(maxsize=4096)
def _shares(split: str) -> Mapping[str, Decimal]:
    return MappingProxyType({area: Decimal(share) for area, share in json.loads(split)})
