"""The figures of the page about economy, by name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.answers.economy.cost_course import cost_course
from pipelines.answers.economy.economy import Economy, economy
from pipelines.answers.economy.funding import frames
from pipelines.answers.economy.line_table import AMOUNTS
from pipelines.answers.economy.over_frames import over_frames
from pipelines.answers.economy.sums import Sums
from pipelines.answers.economy.year_figures import year_figures
from pipelines.answers.named_figures import Asked, Grain, NamedFigure
from pipelines.methods.money import Amount

PAGE, UNIT = "economy", "mnok"


def economy_figures(asked: Asked) -> Iterator[NamedFigure]:
    """Every total of the page; of a selected area what falls on it alone, and no frames, which are of the whole agreement."""
    found = economy(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    area = asked.selection.working_area_id
    yield from _of_sums(found, found.whole, "area" if area else "agreement", area, area)
    for key, sums in found.by_area.items() if not area else ():
        yield from _of_sums(found, sums, "area", key, key)
    for key, sums in found.by_source.items():
        yield from _of_sums(found, sums, "source", key, area)
    for key, sums in found.by_party.items():
        yield from _of_sums(found, sums, "party", key, area)
    for year, sums in found.by_year.items():
        yield from _of_sums(found, sums, "year", str(year), area)
    for row in found.balances:
        for name in ("result_mnok", "carried_in_mnok", "carried_out_mnok"):
            yield _figure(found, name, "year", str(row.year), area, getattr(row, name), (), row.with_figures)
    yield from _course(asked, found, area)
    yield from _against_frames(asked, found, area)
    yield from year_figures(asked, found.price)


def _of_sums(found: Economy, sums: Sums, grain: Grain, key: str | None, area: str | None) -> Iterator[NamedFigure]:
    for name in AMOUNTS:
        told = sums.submission_ids(name), sums.with_figures[name]
        yield _figure(found, f"{name.removesuffix('_mnok')}_total", grain, key, area, sums.mnok(name), *told)


def _course(asked: Asked, found: Economy, area: str | None) -> Iterator[NamedFigure]:
    course = cost_course(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    for name, points in (("plan", course.plan), ("forecast", course.forecast)):
        for point in points:
            year = str(point.on.year)
            yield _figure(found, f"{name}_cumulative", "year", year, area, point.mnok, (), point.with_figures)
    for point in course.spent:
        yield _figure(found, "spent_cumulative", "period", str(point.on), area, point.mnok, (), point.with_figures)


def _against_frames(asked: Asked, found: Economy, area: str | None) -> Iterator[NamedFigure]:
    over = over_frames(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    known = over.rows and asked.price
    for name, mnok in (("over_p50", over.over_mnok), ("rise_over_p50", over.rise_mnok)):
        ids = tuple(sorted({row.submission_id for row in over.rows}))
        grain: Grain = "area" if area else "agreement"
        yield _figure(found, name, grain, area, area, mnok if known else None, ids, over.with_figures)
    if not asked.selection.is_everything:
        return
    for line in frames(asked.snapshot, asked.agreement, asked.price, asked.as_of):
        if line.year is None:
            grain, key = (
                ("municipality", line.municipality_code) if line.municipality_code else ("source", line.funding_source_id)
            )
            key = key if grain == "source" else f"{line.funding_source_id}:{key}"
            told = line.sums.submission_ids("forecast_mnok"), line.sums.with_figures["forecast_mnok"]
            frame = line.frame.mnok if isinstance(line.frame, Amount) else None
            yield _figure(found, "frame", grain, key, None, frame)
            yield _figure(found, "left_of_frame", grain, key, None, line.left_mnok, *told)


def _figure(
    found: Economy,
    name: str,
    grain: Grain,
    key: str | None,
    area: str | None,
    amount: Decimal | None,
    submission_ids: tuple[int, ...] = (),
    with_figures: tuple[int, int] | None = None,
) -> NamedFigure:
    price_year = found.price.common.basis.price_year if found.price else None
    return NamedFigure(PAGE, name, grain, key, area, amount, UNIT, price_year, submission_ids, with_figures)
