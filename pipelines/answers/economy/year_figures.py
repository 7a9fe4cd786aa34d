"""The figures of the page about economy that are of years: the band of the course, what is carried over, administration."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.answers.economy.administration import administration
from pipelines.answers.economy.carry_over import carried_over
from pipelines.answers.economy.course_range import course_range
from pipelines.answers.named_figures import Asked, Grain, NamedFigure
from pipelines.answers.prices import Price

PAGE, UNIT = "economy", "mnok"


def year_figures(asked: Asked, price: Price | None) -> Iterator[NamedFigure]:
    """The bounds of the course of a selection; of everything also what sources carry over and the frames of administration."""
    found = course_range(asked.snapshot, asked.agreement, asked.price, asked.as_of, asked.selection)
    for point in found.points:
        area = asked.selection.working_area_id
        for name, bound in (("course_low", point.low_mnok), ("course_high", point.high_mnok)):
            yield _figure(price, name, "period", str(point.on), bound, found.with_curve, area)
    if not asked.selection.is_everything:
        return
    for row in carried_over(asked.snapshot, asked.agreement, asked.price, asked.as_of):
        balance, key = row.balance, f"{row.source.funding_source_id}:{row.balance.year}"
        amounts = (
            ("carried_over", balance.carried_out_mnok),
            ("carry_over_ceiling", row.ceiling_mnok),
            ("over_carry_over_ceiling", row.over_mnok),
        )
        for name, mnok in amounts:
            yield _figure(price, name, "source", key, mnok, balance.with_figures)
    for year in administration(asked.agreement, asked.price).years:
        yield _figure(price, "administration_frame", "year", str(year.year), year.mnok)


def _figure(
    price: Price | None,
    name: str,
    grain: Grain,
    key: str,
    amount: Decimal | float | None,
    with_figures: tuple[int, int] | None = None,
    area: str | None = None,
) -> NamedFigure:
    price_year = price.common.basis.price_year if price else None
    return NamedFigure(PAGE, name, grain, key, area, amount, UNIT, price_year, (), with_figures)
