"""How uncertain each project's cost is, and what its curve rests on: its own frames, its range, the record, or its final cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from domain.model import Agreement
from pipelines.answers.costs import AMOUNTS, cost_columns
from pipelines.answers.economy.areas import WHOLE_PCT
from pipelines.answers.economy.spent import spent_by_project
from pipelines.answers.portfolio import area_shares
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.answers.side_by_side import both
from pipelines.history.snapshot import Snapshot
from pipelines.methods.area_shares import by_area
from pipelines.methods.cost_curves import CostCurve, Estimate, cost_curve

# The phase in which a project's accounts are closed: its cost is known.
FINISHED = "closed"
FORECAST, P50, P85 = "forecast_mnok", "p50_mnok", "p85_mnok"
# Why there is no curve, beside the codes that amounts are missing by: figures out of order; an ended project's cost not known.
OUT_OF_ORDER, NO_FINAL_COST = "out_of_order", "no_final_cost"
_WHY = tuple(f"{name}_missing" for name in AMOUNTS)
_NOTHING = Decimal(0)
Standing = Literal["open", "finished", "ended"]


class ProjectUncertainty(NamedTuple):
    """A project's estimates in one price, and the curve that they give; None, and why in `lack`, where they give none.

    Amounts are mill. kr; `missing` has a code for each that is not there, by column. `spent_mnok` is what is known to be spent.
    `shares_pct` are of the areas that its cost falls on, 100 together. Of a selected area there is what falls on it alone.
    """

    project_id: str
    project_name: str
    party_id: str
    phase: str | None
    standing: Standing
    amounts: Mapping[str, Decimal]
    missing: Mapping[str, str]
    previous_forecast_mnok: Decimal | None
    previous_period: str | None
    spent_mnok: Decimal
    shares_pct: Mapping[str, Decimal]
    curve: CostCurve | None
    lack: str | None
    submission_id: int | None
    row_number: int | None

    def mnok(self, name: str) -> Decimal | None:
        """An amount by its column."""
        return self.amounts.get(name)

    @property
    def over_p50_mnok(self) -> Decimal | None:
        """How far the forecast is above the control frame; below zero where it is under it."""
        return self._over(P50)

    @property
    def over_p85_mnok(self) -> Decimal | None:
        """How far the forecast is above the cost frame; below zero where it is under it."""
        return self._over(P85)

    @property
    def final_mnok(self) -> Decimal | None:
        """What a finished project cost, or what was spent on one that has ended."""
        return _final(self.standing, self.amounts, self.spent_mnok)

    def of_p50_pct(self, mnok: Decimal | None) -> float | None:
        """How far an amount is above the control frame, in per cent of it."""
        p50 = self.amounts.get(P50)
        return float(100 * (mnok / p50 - 1)) if mnok is not None and p50 else None

    def _over(self, name: str) -> Decimal | None:
        forecast, frame = self.amounts.get(FORECAST), self.amounts.get(name)
        return forecast - frame if forecast is not None and frame is not None else None


def uncertainty_projects(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> tuple[ProjectUncertainty, ...]:
    """Every project of a selection by id, as its newest report known on a date has it."""
    columns, spent = both(
        lambda: cost_columns(snapshot, agreement, price, as_of, selection),
        lambda: spent_by_project(snapshot, agreement, price, as_of, selection),
    )
    return projects_with(columns, spent, selection)


def over_p85(projects: Iterable[ProjectUncertainty]) -> tuple[ProjectUncertainty, ...]:
    """The open projects whose forecast is above the cost frame, the farthest first."""
    found = [(it, over) for it in projects if it.standing == "open" and (over := it.over_p85_mnok) is not None and over > 0]
    return tuple(it for it, _ in sorted(found, key=lambda pair: (-pair[1], pair[0].project_id)))


def has_frames(project: ProjectUncertainty) -> bool:
    """Whether a project's forecast can be held against both of its frames."""
    return project.over_p50_mnok is not None and project.mnok(P85) is not None and bool(project.mnok("p50_mnok"))


def by_distance(projects: Iterable[ProjectUncertainty]) -> tuple[ProjectUncertainty, ...]:
    """The open projects that have a forecast and both frames, the farthest above the control frame first, in per cent of it."""
    held = [it for it in projects if it.standing == "open" and has_frames(it)]
    return tuple(sorted(held, key=lambda it: (-(it.of_p50_pct(it.mnok(FORECAST)) or 0.0), it.project_id)))


class _Row(NamedTuple):
    """What `cost_columns` say of a project, and its amounts and why they are missing, each in the order of AMOUNTS."""

    project_id: str
    project_name: str
    party_id: str
    phase: str | None
    has_ended: bool
    working_area_split: str | None
    previous_forecast_mnok: Decimal | None
    previous_period: str | None
    submission_id: int | None
    row_number: int | None
    amounts: tuple[Decimal | None, ...]
    why: tuple[str | None, ...]


def projects_with(
    columns: Mapping[str, list[Any]], spent: Mapping[str, Decimal], selection: Selection
) -> tuple[ProjectUncertainty, ...]:
    """The projects of `cost_columns`, with what is known to be spent on them, by id."""
    amounts, why = (zip(*(columns[name] for name in names), strict=True) for names in (AMOUNTS, _WHY))
    rows = zip(*(columns[name] for name in _Row._fields[:-2]), amounts, why, strict=True)
    return tuple(_project(row, spent.get(row.project_id), selection.working_area_id) for row in map(_Row._make, rows))


def _project(row: _Row, spent: Decimal | None, area: str | None) -> ProjectUncertainty:
    amounts = {name: mnok for name, mnok in zip(AMOUNTS, row.amounts, strict=True) if mnok is not None}
    previous = row.previous_forecast_mnok
    if area:
        shares = area_shares(row.working_area_split)
        amounts = {name: _part(mnok, shares, area) for name, mnok in amounts.items()}
        previous = None if previous is None else _part(previous, shares, area)
    standing: Standing = "ended" if row.has_ended else "finished" if row.phase == FINISHED else "open"
    missing = _missing(row.why)
    curve, lack = _curve(row.project_id, standing, amounts, spent, missing)
    return ProjectUncertainty(
        row.project_id, row.project_name, row.party_id, row.phase, standing, amounts, missing, previous, row.previous_period,
        spent or _NOTHING, _areas(row.working_area_split, area), curve, lack, row.submission_id, row.row_number,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _missing(why: tuple[str | None, ...]) -> Mapping[str, str]:
    """Why amounts are not there, by column; many projects lack the same."""
    return MappingProxyType({name: code for name, code in zip(AMOUNTS, why, strict=True) if code})


@lru_cache(maxsize=4096)
def _areas(split: str | None, area: str | None) -> Mapping[str, Decimal]:
    """The per cent of a project that falls on each area, 100 together."""
    return MappingProxyType(by_area(WHOLE_PCT, {area: WHOLE_PCT} if area else area_shares(split)))


def _curve(
    project_id: str, standing: Standing, amounts: Mapping[str, Decimal], spent: Decimal | None, missing: Mapping[str, str]
) -> tuple[CostCurve | None, str | None]:
    """The curve, or why there is none: the reason of the control frame stands for all that is missing."""
    final = _final(standing, amounts, spent)
    if standing == "ended" and final is None:
        return None, NO_FINAL_COST
    p50, p85, low, likely, high, forecast = map(amounts.get, AMOUNTS)
    try:
        curve = cost_curve(Estimate(project_id, p50, p85, low, likely, high, forecast, final, spent or _NOTHING))
    except ValueError:
        return None, OUT_OF_ORDER
    return curve, None if curve else missing.get(P50, missing.get(FORECAST))


def _final(standing: Standing, amounts: Mapping[str, Decimal], spent: Decimal | None) -> Decimal | None:
    """The cost that is known: of a finished project what it reports as its final cost, of an ended one what was spent."""
    if standing == "finished":
        return amounts.get(FORECAST, spent)
    return spent if standing == "ended" else None


def _part(mnok: Decimal, shares_pct: Mapping[str, Decimal], area: str) -> Decimal:
    return by_area(mnok, shares_pct).get(area, _NOTHING)
