"""What a return would do to the figures of its party if it counted: its forecasts, its openings and its progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.returns import Missing
from pipelines.answers.prices import Price, figure_in
from pipelines.methods.money import Figure, MoneyRefused, Total, total
from pipelines.methods.project_reports import ProjectReport, kroner
from pipelines.methods.rules.case import ENDED_STANDINGS, OPENING


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of a party's projects that have not ended, before and with the return, in one price.

    `change_mnok` is of the `n_both` projects that have a figure in both; None without any, or of kroner that cannot be added.
    """

    price: Price | None
    before: Total | None
    after: Total | None
    change_mnok: Decimal | None
    n_both: int


@dataclass(frozen=True, slots=True)
class MovedOpening:
    """An opening that is expected on another day; `days` are above zero where it is later."""

    project_id: str
    project_name: str
    before_on: dt.date
    after_on: dt.date

    @property
    def days(self) -> int:
        return (self.after_on - self.before_on).days


@dataclass(frozen=True, slots=True)
class MovedProgress:
    """The physical progress of a project in per cent, before and with the return."""

    project_id: str
    before_pct: Decimal
    after_pct: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """A project's newest report now, None where it has none, and the one that will be its newest."""

    before: ProjectReport | None
    after: ProjectReport


def forecasts(party: Sequence[Mapping[Any, Any]], moved: Mapping[str, Moved], common: Price | None) -> Forecasts:
    """The forecasts of a party's projects before and after. One that the return says nothing new of stays as it is."""
    before = {str(row["project_id"]): _forecast_before(row, common) for row in party if not row["has_ended"]}
    new = {
        project_id: _forecast_after(one.after, common)
        for project_id, one in moved.items()
        if one.after.code("projects", "standing") not in ENDED_STANDINGS
    }
    after = {project_id: figure for project_id, figure in before.items() if project_id not in moved} | new
    both = [key for key in before.keys() & after.keys() if _is_known(before[key]) and _is_known(after[key])]
    change_mnok = _change_mnok(_sum(before[key] for key in both), _sum(after[key] for key in both))
    return Forecasts(common, _sum(before.values()), _sum(after.values()), change_mnok, len(both))


def _change_mnok(before: Total | None, after: Total | None) -> Decimal | None:
    if before is None or after is None or before.mnok is None or after.mnok is None or before.basis != after.basis:
        return None
    return after.mnok - before.mnok


def _forecast_before(row: Mapping[Any, Any], common: Price | None) -> Figure:
    if not isinstance(row["reported_forecast_mnok"], Decimal):
        return Missing(str(row["forecast_mnok_missing"]))
    return figure_in(common, row["reported_forecast_mnok"], "forecast", row["reported_kroner"], "")


def _forecast_after(report: ProjectReport, common: Price | None) -> Figure:
    rows = report.of("cost_estimates")
    if not rows:
        return Missing("no_row")
    answer = rows[0].answers.get("forecast_mnok")
    coded = answer.code if isinstance(answer, Missing) else None
    return figure_in(common, rows[0].number("forecast_mnok"), "forecast", kroner(rows[0]), "", missing=coded)


def _is_known(figure: Figure) -> bool:
    return figure is not None and not isinstance(figure, Missing)


def _sum(figures: Iterable[Figure]) -> Total | None:
    """The sum; None where the kroner differ, as they may where the agreement has no price to convert to."""
    try:
        return total(figures)
    except MoneyRefused:
        return None


def openings(moved: Mapping[str, Moved], more_than_days: int) -> tuple[MovedOpening, ...]:
    """The openings that move by more than so many days, the farthest first."""
    return tuple(sorted(_openings(moved, more_than_days), key=lambda it: (-abs(it.days), it.project_id)))


def _openings(moved: Mapping[str, Moved], more_than_days: int) -> Iterable[MovedOpening]:
    for project_id, one in moved.items():
        before, after = _opening_on(one.before), _opening_on(one.after)
        if before and after and abs((after - before).days) > more_than_days:
            name = one.after.of("projects")[0].code("project_name") or project_id
            yield MovedOpening(project_id, name, before, after)


def _opening_on(report: ProjectReport | None) -> dt.date | None:
    """The day on which a project opened or is expected to."""
    rows = [row for row in report.of("milestones") if row.code("milestone") == OPENING] if report else []
    return rows[0].day("actual_on") or rows[0].day("forecast_on") if rows else None


def progress(moved: Mapping[str, Moved]) -> Iterable[MovedProgress]:
    """The physical progress of the projects that state it before and with the return."""
    for project_id, one in moved.items():
        before, after = _physical_pct(one.before), _physical_pct(one.after)
        if before is not None and after is not None:
            yield MovedProgress(project_id, before, after)


def _physical_pct(report: ProjectReport | None) -> Decimal | None:
    rows = report.of("progress") if report else ()
    return rows[0].number("physical_pct") if rows else None
