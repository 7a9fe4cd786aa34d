"""The uncertainty reserves period by period against their expected use, and how finished projects ended against their frames."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.model import Agreement
from domain.period import Period
from pipelines.answers.economy.areas import part_in
from pipelines.answers.kroner import kroner_of
from pipelines.answers.portfolio import projects_of
from pipelines.answers.prices import Price, figure_in
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.uncertainty.uncertainty import FORECAST, P50, P85, ProjectUncertainty
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount
from pipelines.methods.reserve import FinishedProject, HitRate, ReservePoint, ReserveUse, drawdown, hit_rate

_RESERVES = """
SELECT r.project_id, s.period, r.submission_id, r.row_number, r.reserve_level, r.released_mnok, r.held_mnok, g.physical_pct,
    r.price_kind, r.price_year, r.includes_vat, r.missing
FROM snapshot.project_status AS s
JOIN snapshot.return_reserve AS r USING (submission_id, project_id)
LEFT JOIN snapshot.return_progress AS g USING (submission_id, project_id)
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
ORDER BY r.project_id, s.period_ends_on, r.row_number
"""


def reserve_use(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> tuple[ReserveUse, ...]:
    """The reserves of a selection by level and period, as known on a date; none without a price to add them up in.

    Of a selected area there is what falls on it alone.
    """
    if price is None:
        return ()
    listed = projects_of(snapshot, agreement, as_of, selection)
    rows = snapshot.records(_RESERVES, {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)})
    area = selection.working_area_id
    shares = {project_id: project.shares_pct for project_id, project in listed.items()}
    return drawdown(_point(row, price, shares[row["project_id"]], area) for row in rows if row["project_id"] in listed)


def ended_against_frames(projects: Iterable[ProjectUncertainty]) -> HitRate | None:
    """How the finished projects ended against their frames; None where none has both a final cost and a P85."""
    return hit_rate(
        FinishedProject(it.project_id, it.mnok(FORECAST), it.mnok(P50), it.mnok(P85))
        for it in projects
        if it.standing == "finished"
    )


def _point(row: Mapping[str, Any], price: Price, shares_pct: Mapping[str, Decimal], area: str | None) -> ReservePoint:
    released, held = (_mnok(row, name, price, shares_pct, area) for name in ("released_mnok", "held_mnok"))
    physical = row["physical_pct"]
    return ReservePoint(
        row["project_id"], row["reserve_level"], Period.parse(row["period"]), released, held,
        None if physical is None else Decimal(str(physical)),
    )  # fmt: skip


def _mnok(row: Mapping[str, Any], name: str, price: Price, shares_pct: Mapping[str, Decimal], area: str | None) -> Decimal | None:
    missing = {column: found["missing"] for column, found in json.loads(row["missing"]).items()}
    source = f"{row['submission_id']}:{row['row_number']}"
    figure = figure_in(price, row[name], "reserve", kroner_of(row), source, missing=missing.get(name))
    figure = part_in(figure, shares_pct, area) if area else figure
    return figure.mnok if isinstance(figure, Amount) else None
