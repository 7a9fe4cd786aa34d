"""The page about economy above its views: the finding, what is expected by year and source, what years have left."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.money_years import YearWords, money_years, year_results
from dashboard.parts import blocks
from dashboard.parts.blocks import Said, joined
from dashboard.parts.cited import blocks as cited_blocks
from dashboard.parts.cited.frames import cited_frames_table
from dashboard.parts.colour_key import colour_key
from dashboard.parts.economy.outside import outside_projects
from dashboard.parts.economy.words import (
    group_name,
    group_order,
    in_sentence,
    mnok_text,
    signed_mnok,
    unit,
    with_figures,
)
from dashboard.parts.figure_foot import follow, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from dashboard.theme import CATEGORIES
from domain.model import Agreement
from domain.numbers import date_text
from pipelines.answers.economy.economy import Economy, YearBalance, economy
from pipelines.answers.economy.over_frames import OverFrames, over_frames
from pipelines.answers.prices import price

HOVER = "%{customdata[0]}<extra></extra>"
# From this size on, the labels of what years have left have no decimals.
_WHOLE_FROM_MNOK = 10


def money(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Economy:
    """The money of what is chosen."""
    ask = partial(economy, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    return kept(ask, "economy", *here.known(agreement), *chosen.key)


def against_frames(here: Surroundings, agreement: Agreement, chosen: Chosen) -> OverFrames:
    """What is chosen against its control frames."""
    ask = partial(over_frames, here.published, agreement, chosen.price, here.as_of, chosen.selection)
    return kept(ask, "over_frames", *here.known(agreement), *chosen.key)


def nothing_reported(here: Surroundings, agreement: Agreement) -> None:
    """That nothing is reported, and what is known besides returns: cited frames and costs, and money outside projects."""
    day = date_text(here.as_of, here.language)
    blocks.finding(here.say("economy.finding.nothing_reported", day=day, name=agreement.short_name))
    blocks.small(here.say("economy.nothing_reported"))
    if cited_blocks.has_cited_projects(here, agreement):
        blocks.small(here.say("economy.cited_below"))
        cited_frames_table(here, agreement)
        cited_blocks.cited_portfolio(here, agreement, is_lead=False)
    outside_projects(here, agreement, price(agreement, here.as_of))


def by_year_and_source(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy) -> None:
    """What each source is expected to pay in each year, with the budget of the year as a mark."""
    rows, years = _stacks(here, agreement, found), _years(here, found)
    if rows.empty:
        blocks.small(here.say("economy.years.nothing"))
        return
    top = years.loc[years["mnok"].idxmax()]
    led = partial(computed, here, agreement, chosen)
    of_year = partial(led, grain="year", of=int(top["year"]))
    title = here.say(
        "economy.years.title",
        year=top["year"],
        mnok=of_year("economy.forecast_total", mnok_text(here, top["mnok"], 0)),
        budget=of_year("economy.budget_total", mnok_text(here, top["budget_mnok"], 0)),
    )
    blocks.title(title, unit(here, chosen))
    colours = _colours(here, agreement, rows)
    entries = [(group_name(here, agreement, "source", source), "■", colour) for source, colour in colours.items()]
    colour_key([*entries, (here.say("economy.amount.budget_mnok"), "▬", here.palette.ink)])
    ask = partial(_draw_years, here, found.report_year or 0, rows, years, colours)
    drawn = kept(ask, "years", *_key(here, agreement, chosen))
    listed = "; ".join(f"{row.year}: {mnok_text(here, row.mnok, 0)}" for row in years.itertuples())
    show(drawn, here.say("economy.years.alt", years=listed), "economy-years")
    # What the title says already is not said again.
    labelled = years[(years["label"] != "") & (years["year"] != top["year"])]
    follow(here, (_of_year(here, agreement, chosen, int(row.year), "forecast_total", row.label) for row in labelled.itertuples()))
    counted = led("economy.with_figures", with_figures(here, found.whole.with_figures["forecast_mnok"]))
    source_line(here, here.say("economy.source_line", counted=counted))


def _of_year(here: Surroundings, agreement: Agreement, chosen: Chosen, year: int, figure: str, said: str) -> Said:
    """A year with what is written of it in a figure, which leads to its lines."""
    led = computed(here, agreement, chosen, f"economy.{figure}", said, grain="year", of=year)
    return joined([f"{year}:", led], "\u00a0")


def left_by_year(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy) -> None:
    """What each year's budget has left or lacks, and what is carried on at the end of the year of the reports."""
    if not found.balances:
        return
    now = next((row for row in found.balances if row.year == found.report_year), found.balances[-1])
    side = "surplus" if now.result_mnok >= 0 else "deficit"
    carried = "carried" if now.carried_in_mnok >= 0 else "overdrawn"
    of_year = partial(computed, here, agreement, chosen, grain="year", of=now.year)
    result = of_year("economy.result_mnok", in_sentence(here, now.result_mnok))
    carried_in = of_year("economy.carried_in_mnok", in_sentence(here, now.carried_in_mnok))
    title = here.say(f"economy.left.{side}", year=now.year, mnok=result)
    blocks.title(joined([title, here.say(f"economy.left.{carried}", mnok=carried_in)]), here.say("economy.left.unit"))
    drawn = kept(partial(_draw_left, here, found.report_year or 0, found.balances), "left", *_key(here, agreement, chosen))
    said = {row.year: signed_mnok(here, row.result_mnok, 0) for row in found.balances}
    listed = "; ".join(f"{year}: {it}" for year, it in said.items())
    show(drawn, here.say("economy.left.alt", years=listed), "economy-left")
    labels = {row.year: signed_mnok(here, row.result_mnok, _left_decimals(found.balances)) for row in found.balances}
    follow(here, (_of_year(here, agreement, chosen, year, "result_mnok", label) for year, label in labels.items()))


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
    decimals = _left_decimals(balances)
    rows = pd.DataFrame([
        {
            "year": row.year, "mnok": float(row.result_mnok), "label": signed_mnok(here, row.result_mnok, decimals),
            "hover": f"{row.year}: {signed_mnok(here, row.result_mnok)}",
        }
        for row in balances
    ])  # fmt: skip
    return year_results(rows, report_year, HOVER, SEPARATORS[here.language], here.palette)


def _left_decimals(balances: Sequence[YearBalance]) -> int:
    """How many decimals the labels of what years have left are written with."""
    return 0 if max(abs(row.result_mnok) for row in balances) >= _WHOLE_FROM_MNOK else 1
