"""The figures of the page of an area, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.answers.area import LEVELS, PlaceKind, PlaceRow, Places, places
from pipelines.answers.economy.economy import FORECAST
from pipelines.answers.goal.figures import of_places
from pipelines.answers.named_figures import Asked, Grain, NamedFigure

PAGE = "area"
_MONEY = ("budget_mnok", "spent_to_date_mnok", FORECAST)
_GRAINS: Mapping[PlaceKind, Grain] = {"working_area": "area", "municipality": "municipality"}


def area_figures(asked: Asked) -> Iterator[NamedFigure]:
    """Each working area and municipality with its money, counts, stated effects and index, and the whole; or one area alone.

    Counts of projects and deviations are of projects that lie in one place alone, and add up; `projects_touching` counts all.
    """
    area = asked.selection.working_area_id
    for kind, grain in _GRAINS.items():
        if area and kind != "working_area":
            continue
        found = places(asked.snapshot, asked.agreement, kind, asked.price, asked.as_of)
        for row in found.rows if found.whole.n_projects else ():
            if area in (None, row.key):
                yield from _of_row(found, row, grain)
        if kind == "working_area" and not area and found.whole.n_projects:
            yield from _of_row(found, found.whole, "agreement")
        yield from of_places(asked, PAGE, kind, area)


def _of_row(found: Places, row: PlaceRow, grain: Grain) -> Iterator[NamedFigure]:
    key = row.key or None
    area = key if grain == "area" else None
    year = found.price.common.basis.price_year if found.price else None
    for column in _MONEY:
        name = f"{column.removesuffix('_mnok')}_total"
        told = row.sums.submission_ids(column), row.sums.with_figures[column]
        yield NamedFigure(PAGE, name, grain, key, area, row.sums.mnok(column), "mnok", year, *told)
    counts = {"projects": row.n_projects, "projects_touching": row.n_touching}
    for name, n in counts.items():
        yield NamedFigure(PAGE, name, grain, key, area, n, "projects", None)
    for level in LEVELS:
        yield NamedFigure(PAGE, f"deviations_{level}", grain, key, area, row.levels[level], "deviations", None)
    for (indicator_id, unit), (likely, n) in sorted(row.effects.items(), key=str):
        name = f"effect_{indicator_id}"
        yield NamedFigure(PAGE, name, grain, key, area, likely, unit or "", None, (), (n, row.n_projects))
