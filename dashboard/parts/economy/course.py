"""The money of the page about economy along time: plan, spent and forecast, and the band that the cost may end in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.s_curve import CurveWords, s_curve
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.economy.tables import hand_out
from dashboard.parts.economy.words import mnok_text, unit
from dashboard.parts.figure_foot import follow, how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, month_text
from pipelines.answers.economy.cost_course import CostCourse, Point, cost_course
from pipelines.answers.economy.course_range import HIGH_PCT, LOW_PCT, CourseRange, RangePoint, course_range
from pipelines.writing.tables import Cell

_HOVER = "%{customdata[0]}<extra></extra>"
_AMOUNTS = ("budget_mnok", "spent_to_date_mnok", "forecast_mnok", "low_mnok", "high_mnok")
# The figure of each, and whether it is of a year or of a day.
_FIGURES = {
    "budget_mnok": ("plan_cumulative", "year"), "spent_to_date_mnok": ("spent_cumulative", "day"),
    "forecast_mnok": ("forecast_cumulative", "year"), "low_mnok": ("course_low", "day"), "high_mnok": ("course_high", "day"),
}  # fmt: skip


def courses(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[CostCourse, CourseRange]:
    """The course of what is chosen, and the band behind its forecast."""
    asked = (here.published, agreement, chosen.price, here.as_of, chosen.selection)
    key = (*here.known(agreement), *chosen.key)
    course: CostCourse = kept(partial(cost_course, *asked), "cost_course", *key)
    return course, kept(partial(course_range, *asked, course), "course_range", *key)


def along_time(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The plan, what was spent and the forecast with its band, cumulated."""
    course, ranged = courses(here, agreement, chosen)
    if not course.spent or not course.plan:
        return
    said = _spent_said(here, agreement, chosen, course)
    band = band_said(here, agreement, chosen, ranged)
    blocks.title(here.say("economy.curve.title", **said), joined([here.say("economy.curve.unit"), band]))
    key = (*here.known(agreement), *chosen.key, here.language, here.ground)
    drawn = kept(partial(_draw, here, course, ranged), "curve", *key)
    show(drawn, joined([here.say("economy.curve.alt", **said), band]), "economy-curve")
    last = course.forecast[-1]
    forecast = _led(here, agreement, chosen, last.on, "forecast_mnok", mnok_text(here, last.mnok, 0))
    follow(here, [joined([here.say("economy.amount.forecast_mnok"), forecast])])
    source_line(here, here.say("economy.source"))
    how(here, _notes(here, ranged))


def course_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The same as a table: one row per end of a year or of a reporting period."""
    course, ranged = courses(here, agreement, chosen)
    if not course.spent or not course.plan:
        blocks.small(here.say("economy.course.nothing"))
        return
    blocks.title(here.say("economy.curve.title", **_spent_said(here, agreement, chosen, course)), unit(here, chosen))
    blocks.small(band_said(here, agreement, chosen, ranged))
    days = _by_day(course, ranged.points)
    columns = [
        Column(here.say("economy.column.end_of")),
        *(Column(here.say(f"economy.column.{name}"), True) for name in _AMOUNTS),
    ]
    rows: list[list[Said]] = [
        [
            month_text(on, here.language),
            *(_led(here, agreement, chosen, on, name, _number_said(here, amounts.get(name))) for name in _AMOUNTS),
        ]
        for on, amounts in days.items()
    ]
    newest = list(days).index(course.spent[-1].on)
    blocks.table(here.say("economy.course.caption"), columns, rows, newest)
    source_line(here, here.say("economy.source"))
    how(here, _notes(here, ranged))
    exported: list[list[Cell]] = [
        [on.isoformat(), *(amounts.get(name) for name in _AMOUNTS)] for on, amounts in days.items()
    ]  # fmt: skip
    hand_out(here, agreement, chosen, "course", here.say("economy.course.export"), ("on", *_AMOUNTS), exported)


def band_said(here: Surroundings, agreement: Agreement, chosen: Chosen, ranged: CourseRange) -> str:
    """Where the cost may end, on how many projects that rests, and where the forecast stands to it; or why there is no band."""
    end = ranged.end
    if end is None:
        return here.say(f"economy.band.{ranged.lack}")
    n, of = ranged.with_curve
    led = partial(_led, here, agreement, chosen, end.on)
    low, high = (decimal_text(mnok, 0, here.language) for mnok in (end.low_mnok, end.high_mnok))
    ends = {"low": led("low_mnok", low), "high": led("high_mnok", high)}
    counts = {"n": ("with_curve", n), "of": ("all_estimates", of)}
    counted = {it: computed(here, agreement, chosen, f"uncertainty.{name}", str(many)) for it, (name, many) in counts.items()}
    said = here.say("economy.band.said", **ends, **counted, share=HIGH_PCT - LOW_PCT)
    if n < of:
        said = joined([said, here.say("economy.band.rest")])
    forecast = float(end.forecast_mnok)
    if end.low_mnok <= forecast <= end.high_mnok:
        return said
    return joined([said, here.say("economy.band.above" if forecast > end.high_mnok else "economy.band.below")])


def _notes(here: Surroundings, ranged: CourseRange) -> list[str]:
    """How the lines and the band are computed."""
    notes = [here.say("economy.how.course")]
    if ranged.points:
        n, of = ranged.with_curve
        notes.append(here.say("economy.how.band", low=LOW_PCT, high=HIGH_PCT, rho=decimal_text(ranged.rho, 1, here.language)))
        notes.append(here.say("economy.how.band_rest", n=of - n))
    return notes


def _spent_said(here: Surroundings, agreement: Agreement, chosen: Chosen, course: CostCourse) -> dict[str, Said]:
    spent, plan = course.spent[-1], course.plan[-1]
    led = partial(_led, here, agreement, chosen)
    return {
        "day": date_text(spent.on, here.language),
        "spent": led(spent.on, "spent_to_date_mnok", mnok_text(here, spent.mnok, 0)),
        "plan": led(plan.on, "budget_mnok", mnok_text(here, plan.mnok, 0)),
    }


def _by_day(course: CostCourse, band: Iterable[RangePoint]) -> dict[dt.date, dict[str, float]]:
    """The amounts of each day, by column, the earliest first."""
    found: dict[dt.date, dict[str, float]] = {}
    for name, points in zip(_AMOUNTS, (course.plan, course.spent, course.forecast), strict=False):
        for point in points:
            found.setdefault(point.on, {})[name] = float(point.mnok)
    for at in band:
        found.setdefault(at.on, {}).update(low_mnok=at.low_mnok, high_mnok=at.high_mnok)
    return dict(sorted(found.items()))


def _led(here: Surroundings, agreement: Agreement, chosen: Chosen, on: dt.date, name: str, said: str) -> Said:
    """An amount of a day that leads to the cells that it is computed from."""
    figure, grain = _FIGURES[name]
    of = on.year if grain == "year" else on.isoformat()
    return computed(here, agreement, chosen, f"economy.{figure}", said, grain=grain, of=of)


def _number_said(here: Surroundings, mnok: float | None) -> str:
    return NO_VALUE if mnok is None else decimal_text(mnok, 1, here.language)


def _draw(here: Surroundings, course: CostCourse, ranged: CourseRange) -> go.Figure:
    spent = course.spent[-1]
    to_come = [spent, *(point for point in course.forecast if point.on > spent.on)]
    named = {"budget_mnok": course.plan, "forecast_mnok": to_come, "spent_to_date_mnok": course.spent}
    plan, forecast, now = (
        f"{here.say(f'economy.amount.{name}')} {mnok_text(here, points[-1].mnok, 0)}" for name, points in named.items()
    )
    words = CurveWords(plan, forecast, now, _HOVER, *_bounds_said(here, ranged.end))
    # Years in which nothing was reported have their end from the newest report.
    before = [point for point in course.forecast if point.on < course.spent[0].on]
    start = [Point(dt.date(course.plan[0].on.year, 1, 1), type(spent.mnok)(0), (0, 0))]
    return s_curve(
        _points(here, [*start, *course.plan]), _points(here, to_come), _points(here, [*start, *before, *course.spent]), words,
        SEPARATORS[here.language], here.palette, _band(here, ranged),
    )  # fmt: skip


def _bounds_said(here: Surroundings, end: RangePoint | None) -> tuple[str, str]:
    """The names of the lower and the upper bound."""
    if end is None:
        return "", ""
    low, high = (
        f"P{pct} {decimal_text(mnok, 0, here.language)}" for pct, mnok in ((LOW_PCT, end.low_mnok), (HIGH_PCT, end.high_mnok))
    )
    return low, high


def _points(here: Surroundings, points: list[Point]) -> pd.DataFrame:
    rows = [
        {
            "on": point.on,
            "mnok": float(point.mnok),
            "hover": f"{date_text(point.on, here.language)}: {mnok_text(here, point.mnok)}",
        }
        for point in points
    ]
    return pd.DataFrame(rows, columns=["on", "mnok", "hover"])


def _band(here: Surroundings, ranged: CourseRange) -> pd.DataFrame:
    columns = ["on", "low_mnok", "high_mnok", "low_hover", "high_hover"]
    rows = [
        (
            at.on, at.low_mnok, at.high_mnok,
            *(
                here.say("economy.band.hover", day=date_text(at.on, here.language), pct=pct, mnok=_number_said(here, mnok))
                for pct, mnok in ((LOW_PCT, at.low_mnok), (HIGH_PCT, at.high_mnok))
            ),
        )
        for at in ranged.points
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
