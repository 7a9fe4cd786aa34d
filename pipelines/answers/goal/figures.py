"""The figures of the page about the goal, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipelines.answers.area import PlaceKind, traffic_by_place
from pipelines.answers.goal.goal import IndexPoint, goal, years
from pipelines.answers.named_figures import Asked, Grain, NamedFigure

PAGE, PCT, POINTS, PERCENTAGE_POINTS = "goal", "pct", "points", "percentage_points"
_GRAINS: Mapping[PlaceKind, Grain] = {"working_area": "area", "municipality": "municipality"}


def goal_figures(asked: Asked) -> Iterator[NamedFigure]:
    """The judged index, every window and month, every pair of years, and each place; of a selected area its own index alone."""
    area = asked.selection.working_area_id
    if area:
        yield from of_places(asked, PAGE, "working_area", area)
        return
    found = goal(asked.snapshot, asked.agreement, asked.as_of)
    if found.judged:
        yield from of_index(PAGE, found.judged)
    for row in found.series.to_dict("records"):
        name, month = f"index_{int(row['window_months'])}_months", row["last_month"].strftime("%Y-%m")
        yield from _of_row(name, "period", month, {str(key): it for key, it in row.items()})
    for row in years(asked.snapshot, asked.agreement, asked.as_of).to_dict("records"):
        kind = "chained" if row["is_chained"] else "direct"
        name = f"index_{kind}_from_{int(row['year_from'])}"
        yield from _of_row(name, "year", str(int(row["year_to"])), {str(key): it for key, it in row.items()})
    for kind in _GRAINS:
        yield from of_places(asked, PAGE, kind, None)


def of_index(page: str, judged: IndexPoint) -> Iterator[NamedFigure]:
    """The index that the answer rests on, with its interval."""
    ids = (judged.submission_id,)
    for name, pct in (("index", judged.index_pct), ("index_ci_low", judged.ci_low_pct), ("index_ci_high", judged.ci_high_pct)):
        yield NamedFigure(page, name, "agreement", None, None, _known(pct), PCT, None, ids)
    yield NamedFigure(page, "index_points", "agreement", None, None, judged.n_points, POINTS, None, ids)


def of_places(asked: Asked, page: str, kind: PlaceKind, area: str | None) -> Iterator[NamedFigure]:
    """The index of each place of a kind, and what it makes of that of the whole; of one area alone where it is named."""
    found = traffic_by_place(asked.snapshot, asked.agreement, kind, asked.as_of)
    if found is None:
        return
    ids = (found.area.submission_id,)
    for row in found.rows:
        if area is not None and row.key != area:
            continue
        own = row.key if kind == "working_area" else None
        told = {
            "index": (row.index_pct, PCT), "index_ci_low": (row.ci_low_pct, PCT), "index_ci_high": (row.ci_high_pct, PCT),
            "index_points": (row.n_points, POINTS), "index_contribution": (row.contribution_pct, PERCENTAGE_POINTS),
            "index_weight": (row.weight_pct, PCT),
        }  # fmt: skip
        for name, (amount, unit) in told.items():
            yield NamedFigure(page, name, _GRAINS[kind], row.key, own, amount, unit, None, ids)


def _of_row(name: str, grain: Grain, key: str, row: Mapping[str, Any]) -> Iterator[NamedFigure]:
    ids = (int(row["submission_id"]),)
    for part, column in (("", "index_pct"), ("_ci_low", "ci_low_pct"), ("_ci_high", "ci_high_pct")):
        yield NamedFigure(PAGE, f"{name}{part}", grain, key, None, _known(row[column]), PCT, None, ids)
    points = row["n_points"]
    yield NamedFigure(PAGE, f"{name}_points", grain, key, None, None if pd.isna(points) else int(points), POINTS, None, ids)


def _known(found: float | None) -> float | None:
    return None if found is None or pd.isna(found) else float(found)
