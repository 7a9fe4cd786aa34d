"""The page about economy above its views: the finding, what is expected by year and source, what years have left, the curve."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.money_years import YearWords, money_years, year_results
from dashboard.figures.s_curve import CurveWords, s_curve
from dashboard.parts import blocks
from dashboard.parts.cited import blocks as cited_blocks
from dashboard.parts.cited.frames import cited_frames_table
from dashboard.parts.colour_key import colour_key
from dashboard.parts.economy.words import (
    group_name,
    group_order,
    in_sentence,
    mnok_text,
    published,
    signed_mnok,
    unit,
    with_figures,
)
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import CATEGORIES
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.economy.bridges import first_reported
from pipelines.answers.economy.cost_course import CostCourse, Point, cost_course
from pipelines.answers.economy.economy import Economy, YearBalance, economy
from pipelines.answers.economy.over_frames import OverFrames, over_frames

HOVER = "%{customdata[0]}<extra></extra>"


def money(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Economy:
    """The money of what is chosen."""
    ask = partial(economy, published(here), agreement, chosen.price, here.as_of, chosen.selection)
    return kept(ask, "economy", *here.known(agreement), *chosen.key)


def against_frames(here: Surroundings, agreement: Agreement, chosen: Chosen) -> OverFrames:
    """What is chosen against its control frames."""
    ask = partial(over_frames, published(here), agreement, chosen.price, here.as_of, chosen.selection)
    return kept(ask, "over_frames", *here.known(agreement), *chosen.key)


def is_reported(here: Surroundings, agreement: Agreement) -> bool:
    """Whether any return was known on the reader's day."""
    ask = partial(first_reported, published(here), agreement, here.as_of)
    return kept(ask, "first_reported", *here.known(agreement)) is not None


def nothing_reported(here: Surroundings, agreement: Agreement) -> None:
    """That nothing is reported, and what is known besides returns: cited frames and costs of a real agreement."""
    day = date_text(here.as_of, here.language)
    blocks.finding(here.say("economy.finding.nothing_reported", day=day, name=agreement.short_name))
    blocks.small(here.say("economy.nothing_reported"))
    if not cited_blocks.has_cited_projects(here, agreement):
        return
    blocks.small(here.say("economy.cited_below"))
    cited_frames_table(here, agreement)
    cited_blocks.cited_portfolio(here, agreement, is_lead=False)


def by_year_and_source(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy) -> None:
    """What each source is expected to pay in each year, with the budget of the year as a mark."""
    rows, years = _stacks(here, agreement, found), _years(here, found)
    if rows.empty:
        blocks.small(here.say("economy.years.nothing"))
        return
    top = years.loc[years["mnok"].idxmax()]
    title = here.say(
        "economy.years.title",
        year=top["year"],
        mnok=mnok_text(here, top["mnok"], 0),
        budget=mnok_text(here, top["budget_mnok"], 0),
    )
    blocks.title(title, unit(here, chosen))
    colours = _colours(here, agreement, rows)
    entries = [(group_name(here, agreement, "source", source), "■", colour) for source, colour in colours.items()]
    colour_key([*entries, (here.say("economy.amount.budget_mnok"), "▬", here.palette.ink)])
    ask = partial(_draw_years, here, found.report_year or 0, rows, years, colours)
    drawn = kept(ask, "years", *_key(here, agreement, chosen))
    listed = "; ".join(f"{row.year}: {mnok_text(here, row.mnok, 0)}" for row in years.itertuples())
    show(drawn, here.say("economy.years.alt", years=listed), "economy-years")
    source_line(here, here.say("economy.source_line", counted=with_figures(here, found.whole.with_figures["forecast_mnok"])))


def left_by_year(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy) -> None:
    """What each year's budget has left or lacks, and what is carried on at the end of the year of the reports."""
    if not found.balances:
        return
    now = next((row for row in found.balances if row.year == found.report_year), found.balances[-1])
    side = "surplus" if now.result_mnok >= 0 else "deficit"
    carried = "carried" if now.carried_in_mnok >= 0 else "overdrawn"
    title = here.say(f"economy.left.{side}", year=now.year, mnok=in_sentence(here, now.result_mnok))
    blocks.title(
        f"{title} {here.say(f'economy.left.{carried}', mnok=in_sentence(here, now.carried_in_mnok))}",
        here.say("economy.left.unit"),
    )
    drawn = kept(partial(_draw_left, here, found.report_year or 0, found.balances), "left", *_key(here, agreement, chosen))
    listed = "; ".join(f"{row.year}: {signed_mnok(here, row.result_mnok, 0)}" for row in found.balances)
    show(drawn, here.say("economy.left.alt", years=listed), "economy-left")


def along_time(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The plan, what was spent and the forecast, cumulated."""
    ask = partial(cost_course, published(here), agreement, chosen.price, here.as_of, chosen.selection)
    course = kept(ask, "cost_course", *here.known(agreement), *chosen.key)
    if not course.spent or not course.plan:
        return
    spent, plan = course.spent[-1], course.plan[-1]
    said = {
        "day": date_text(spent.on, here.language),
        "spent": mnok_text(here, spent.mnok, 0),
        "plan": mnok_text(here, plan.mnok, 0),
    }
    blocks.title(here.say("economy.curve.title", **said), here.say("economy.curve.unit"))
    drawn = kept(partial(_draw_curve, here, course), "curve", *_key(here, agreement, chosen))
    show(drawn, here.say("economy.curve.alt", **said), "economy-curve")


def _key(here: Surroundings, agreement: Agreement, chosen: Chosen) -> tuple[object, ...]:
    return (*here.known(agreement), *chosen.key, here.language, here.ground)


def _stacks(here: Surroundings, agreement: Agreement, found: Economy) -> pd.DataFrame:
    rows = [
        {
            "year": int(year), "source": source, "mnok": float(mnok),
            "hover": f"{group_name(here, agreement, 'source', source)}, {year}: {mnok_text(here, mnok)}",
        }
        for (year, source), sums in found.by_year_and_source.items()
        if (mnok := sums.mnok("forecast_mnok")) is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["year", "source", "mnok", "hover"])


def _years(here: Surroundings, found: Economy) -> pd.DataFrame:
    """One row a year; only the tallest bar and that of the reports are labelled."""
    sums = {year: (own.mnok("forecast_mnok"), own.mnok("budget_mnok")) for year, own in found.by_year.items()}
    tallest = max(sums, key=lambda year: sums[year][0] or 0, default=None)
    rows = [
        {
            "year": year, "mnok": float(forecast or 0), "budget_mnok": None if budget is None else float(budget),
            "label": mnok_text(here, forecast, 0) if year in (tallest, found.report_year) else "",
            "hover": here.say("economy.years.hover", year=year, mnok=mnok_text(here, forecast), budget=mnok_text(here, budget)),
        }
        for year, (forecast, budget) in sums.items()
    ]  # fmt: skip
    columns = ["year", "mnok", "budget_mnok", "label", "hover"]
    return pd.DataFrame(rows, columns=columns).astype({"budget_mnok": "float64"})


def _colours(here: Surroundings, agreement: Agreement, rows: pd.DataFrame) -> dict[str, str]:
    """The colour of each source that has money, in the order of the agreement, which is that of the stack from below."""
    every = [source.funding_source_id for source in agreement.funding_sources]
    palette = CATEGORIES[here.ground]
    keys = group_order(agreement, "source", sorted(set(rows["source"])))
    return {key: palette[(every.index(key) if key in every else number) % len(palette)] for number, key in enumerate(keys)}


def _draw_years(
    here: Surroundings, report_year: int, rows: pd.DataFrame, years: pd.DataFrame, colours: dict[str, str]
) -> go.Figure:
    words = YearWords(here.say("economy.years.past"), here.say("economy.years.to_come"), HOVER)
    return money_years(rows, years, report_year, words, colours, SEPARATORS[here.language], here.palette)


def _draw_left(here: Surroundings, report_year: int, balances: tuple[YearBalance, ...]) -> go.Figure:
    rows = pd.DataFrame([
        {
            "year": row.year, "mnok": float(row.result_mnok), "label": signed_mnok(here, row.result_mnok, 0),
            "hover": f"{row.year}: {signed_mnok(here, row.result_mnok)}",
        }
        for row in balances
    ])  # fmt: skip
    return year_results(rows, report_year, HOVER, SEPARATORS[here.language], here.palette)


def _draw_curve(here: Surroundings, course: CostCourse) -> go.Figure:
    spent = course.spent[-1]
    to_come = [spent, *(point for point in course.forecast if point.on > spent.on)]
    plan, forecast, now = (
        f"{here.say(f'economy.amount.{name}')} {mnok_text(here, points[-1].mnok, 0)}"
        for name, points in (("budget_mnok", course.plan), ("forecast_mnok", to_come), ("spent_to_date_mnok", course.spent))
    )
    words = CurveWords(plan, forecast, now, HOVER)
    # Years in which nothing was reported have their end from the newest report.
    before = [point for point in course.forecast if point.on < course.spent[0].on]
    first = course.plan[0].on.year
    start = [Point(dt.date(first, 1, 1), type(spent.mnok)(0), (0, 0))]
    return s_curve(
        _points(here, [*start, *course.plan]), _points(here, to_come), _points(here, [*start, *before, *course.spent]), words,
        SEPARATORS[here.language], here.palette,
    )  # fmt: skip


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
