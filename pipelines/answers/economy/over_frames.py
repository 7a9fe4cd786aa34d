"""How far the projects that go on are expected to cost more, or less, than their control frames (P50)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.model import Agreement
from pipelines.answers.costs import costs
from pipelines.answers.portfolio import projects_of
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection
from pipelines.history.snapshot import Snapshot
from pipelines.methods.area_shares import by_area

# The projects that together make this much of the rise are those that are named.
_MOST_PCT = 80


@dataclass(frozen=True, slots=True)
class AgainstFrame:
    """A project's forecast and its control frame; `over_mnok` is above zero where the forecast is."""

    project_id: str
    project_name: str
    forecast_mnok: Decimal
    p50_mnok: Decimal
    over_mnok: Decimal
    submission_id: int
    row_number: int


@dataclass(frozen=True, slots=True)
class OverFrames:
    """The projects that have both, the farthest above first. `with_figures` are those, of all that go on.

    `over_mnok` is what they are above their frames together, less what others are below. `rise_mnok` counts those above alone.
    """

    rows: tuple[AgainstFrame, ...]
    over_mnok: Decimal
    rise_mnok: Decimal
    with_figures: tuple[int, int]

    @property
    def drivers(self) -> tuple[AgainstFrame, ...]:
        """The fewest projects that together make at least 80 per cent of the rise."""
        found: list[AgainstFrame] = []
        reached = Decimal(0)
        for row in self.rows:
            if row.over_mnok <= 0 or 100 * reached >= _MOST_PCT * self.rise_mnok:
                break
            found.append(row)
            reached += row.over_mnok
        return tuple(found)

    @property
    def drivers_pct(self) -> float | None:
        """How much of the rise the drivers make; None where nothing has risen."""
        return float(100 * sum(row.over_mnok for row in self.drivers) / self.rise_mnok) if self.rise_mnok else None


def over_frames(
    snapshot: Snapshot,
    agreement: Agreement,
    price: Price | None,
    as_of: dt.date | None = None,
    selection: Selection = EVERYTHING,
) -> OverFrames:
    """Forecast against control frame of each project on a date, in one price; of a selected area what falls on it alone.

    Without a price each project is held against its own frame in the kroner of its report, and the sums are zero.
    """
    shares = {key: project.shares_pct for key, project in projects_of(snapshot, agreement, as_of, selection).items()}
    listed = costs(snapshot, agreement, price, as_of, selection)
    going = [row for row in listed if not row["has_ended"]]
    area = selection.working_area_id
    rows = [_row(row, shares[row["project_id"]], area) for row in going if _has(row, "forecast_mnok") and _has(row, "p50_mnok")]
    rows.sort(key=lambda row: (-row.over_mnok, row.project_id))
    summed = [row.over_mnok for row in rows] if price else []
    rises = (over for over in summed if over > 0)
    return OverFrames(tuple(rows), sum(summed, Decimal(0)), sum(rises, Decimal(0)), (len(rows), len(going)))


def _row(row: Mapping[Any, Any], shares_pct: Mapping[str, Decimal], area: str | None) -> AgainstFrame:
    forecast, p50 = (_part(row[name], shares_pct, area) for name in ("forecast_mnok", "p50_mnok"))
    return AgainstFrame(
        row["project_id"], row["project_name"], forecast, p50, forecast - p50, int(row["submission_id"]), int(row["row_number"])
    )


def _part(mnok: Decimal, shares_pct: Mapping[str, Decimal], area: str | None) -> Decimal:
    return by_area(mnok, shares_pct).get(area, Decimal(0)) if area else mnok


def _has(row: Mapping[Any, Any], name: str) -> bool:
    return isinstance(row[name], Decimal)
