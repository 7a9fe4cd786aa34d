"""The page of one project above its tables: where it belongs, cost and opening report by report, and the two rows of colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.report_lines import Axes, LineWords, Tick, report_lines
from dashboard.parts import blocks
from dashboard.parts.economy.words import mnok_text
from dashboard.parts.escape import as_html
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen, price_said
from dashboard.parts.project.scales import scale_changes
from dashboard.parts.project.words import cost_title, date_title, day_said, names_said, profile_line
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from dashboard.theme import LEVEL_SYMBOLS, level_colour
from domain.model import Agreement
from domain.numbers import decimal_text, period_head, period_text
from domain.period import Period
from pipelines.answers.project.history import COSTS, FORECAST, ProjectHistory, Report, project_history
from pipelines.answers.project.sheets import ProjectSheets, project_sheets

_LEAST_MNOK_SHARE, _LEAST_MNOK, _LEAST_DAYS = 0.1, 0.5, 240
_TICK_MONTHS = (1, 3, 6, 12, 24, 60)
_MOST_TICKS = 5
_LABELS = {"forecast_mnok": "forecast", "p50_mnok": "p50", "p85_mnok": "p85"}


def history_of(here: Surroundings, agreement: Agreement, chosen: Chosen, project_id: str) -> ProjectHistory:
    """The reports of a project."""
    ask = partial(project_history, here.published, agreement, project_id, here.as_of, chosen.price)
    return kept(ask, "project_history", project_id, *here.known(agreement), *chosen.key)


def sheets_of(here: Surroundings, agreement: Agreement, chosen: Chosen, project_id: str) -> ProjectSheets:
    """The newest report of a project, sheet by sheet."""
    ask = partial(project_sheets, here.published, agreement, project_id, here.as_of, chosen.price)
    return kept(ask, "project_sheets", project_id, *here.known(agreement), *chosen.key)


def profile(here: Surroundings, agreement: Agreement, history: ProjectHistory, newest: Report) -> None:
    """Where the project belongs, and what it was called before."""
    blocks.small(profile_line(here, agreement, history, newest))
    if names := names_said(here, history):
        blocks.small(names)


def cost_figure(here: Surroundings, agreement: Agreement, chosen: Chosen, history: ProjectHistory) -> None:
    """The forecast of each report between its frames."""
    blocks.title(
        cost_title(here, agreement, history), here.say("project.cost_history.unit", price=price_said(here, chosen.price))
    )
    rows = _cost_rows(here, history)
    if rows.empty:
        return
    drawn = kept(partial(_draw_costs, here, history, rows), "project_costs", *_key(here, agreement, chosen, history))
    listed = "; ".join(
        here.say(
            "project.cost_history.alt_part",
            period=period_text(report.period, here.language),
            **{_LABELS[name]: mnok_text(here, report.mnok(name)) for name in COSTS},
        )
        for report in history.reports
    )
    show(drawn, here.say("project.cost_history.alt", listed=listed), "project-costs")
    source_line(here, here.say("project.source"))


def date_figure(here: Surroundings, agreement: Agreement, chosen: Chosen, history: ProjectHistory, newest: Report) -> None:
    """The opening as each report has it, against the adopted plan."""
    blocks.title(date_title(here, agreement, history, newest), here.say("project.date_history.unit"))
    rows = _date_rows(here, history)
    if rows.empty:
        return
    drawn = kept(partial(_draw_dates, here, history, rows), "project_dates", *_key(here, agreement, chosen, history))
    listed = "; ".join(
        here.say(
            "project.date_history.alt_part",
            period=period_text(report.period, here.language),
            day=day_said(here, report.opening.on),
            baseline=day_said(here, report.opening.baseline_on),
        )
        for report in history.reports
        if report.opening
    )
    show(drawn, here.say("project.date_history.alt", listed=listed), "project-dates")
    source_line(here, here.say("project.source"))


def colour_strip(here: Surroundings, agreement: Agreement, history: ProjectHistory) -> None:
    """Reported colours above those of the figures, report by report, and how both are on the date."""
    pairs = [(report.reported["overall"][0], report.data_colour) for report in history.reports]
    greener = sum(_rank(reported) < _rank(figures) for reported, figures in pairs if reported)
    same = sum(reported == figures for reported, figures in pairs)
    key, n = ("title_greener", greener) if greener else ("title_same", same) if same else ("title_beside", 0)
    led = partial(computed, here, agreement, None, grain="project", of=history.project_id)
    names = {"title_greener": "reports_greener", "title_same": "reports_same", "title_beside": "reports"}
    counted = {"n": led(f"project.{names[key]}", str(n)), "of": led("project.reports", str(len(pairs)))}
    blocks.title(here.say(f"project.strip.{key}", **counted))
    heads = [period_head(report.period, here.language) for report in history.reports] + [here.say("project.strip.now")]
    rows: dict[str, Sequence[str | None]] = {
        "reported": [reported for reported, _ in pairs] + [history.reported_colour],
        "figures": [figures for _, figures in pairs] + [history.data_colour],
    }
    head = "".join(f'<th scope="col">{as_html(said)}</th>' for said in heads)
    body = "".join(
        f'<tr><th scope="row" class="w">{as_html(here.say(f"project.strip.{whose}"))}</th>'
        + "".join(_level_cell(here, level) for level in levels)
        + "</tr>"
        for whose, levels in rows.items()
    )
    caption = here.say("project.strip.caption")
    st.html(
        f'<div class="nv-scroll" tabindex="0" role="region" aria-label="{as_html(caption)}"><table class="nv-table">'
        f'<caption>{as_html(caption)}</caption><thead><tr><th scope="col">{as_html(here.say("project.strip.whose"))}</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    scale_changes(here, agreement, history)
    source_line(here, here.say("project.source"))
    how(here, (here.say(f"project.how.{part}") for part in ("forecast", "opening", "spent", "colour", "corrected")))


def _level_cell(here: Surroundings, level: str | None) -> str:
    found = level or "none"
    colour, word = level_colour(found, here.palette), here.say(f"portfolio.level.{found}").replace(" ", "\u00a0")
    mark = f'<span style="color:{as_html(colour)}" aria-hidden="true">{as_html(LEVEL_SYMBOLS[found])}\u00a0</span>'
    return f"<td>{mark}{as_html(word)}</td>"


def _rank(level: str | None) -> int:
    """How bad a colour is; of what cannot be told, and of none, nothing is better or worse."""
    return {"green": 1, "yellow": 2, "red": 3}.get(level or "", 0)


def _key(here: Surroundings, agreement: Agreement, chosen: Chosen, history: ProjectHistory) -> tuple[object, ...]:
    return history.project_id, *here.known(agreement), *chosen.key, here.language, here.ground


def _cost_rows(here: Surroundings, history: ProjectHistory) -> pd.DataFrame:
    rows = [
        {
            "line": name, "place": place, "amount": float(mnok), "is_done": True,
            "hover": here.say(
                "project.cost_history.hover",
                period=period_text(report.period, here.language),
                label=here.say(f"project.cost_history.{_LABELS[name]}", mnok=mnok_text(here, mnok)),
            ),
        }
        for place, report in enumerate(history.reports)
        for name in COSTS
        if (mnok := report.mnok(name)) is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["line", "place", "amount", "is_done", "hover"])


def _draw_costs(here: Surroundings, history: ProjectHistory, rows: pd.DataFrame) -> go.Figure:
    last = {name: rows[rows["line"] == name]["amount"] for name in COSTS}
    lines = [
        LineWords(
            name,
            here.say(f"project.cost_history.{_LABELS[name]}", mnok=decimal_text(float(found.iloc[-1]), 1, here.language)),
            is_step=name != FORECAST,
            is_lead=name == FORECAST,
        )
        for name, found in last.items()
        if len(found)
    ]
    highest = float(rows["amount"].max())
    least = max(_LEAST_MNOK_SHARE * highest, _LEAST_MNOK)
    axes = Axes(_report_ticks(history), _mnok_ticks(here, rows["amount"], least), least)
    return report_lines(rows, lines, axes, SEPARATORS[here.language], here.palette)


def _date_rows(here: Surroundings, history: ProjectHistory) -> pd.DataFrame:
    rows = []
    for place, report in enumerate(history.reports):
        opening = report.opening
        if opening is None:
            continue
        named = "opened" if opening.actual_on else "forecast"
        for line, day, key in (("on", opening.on, named), ("baseline", opening.baseline_on, "baseline")):
            if day is not None:
                label = here.say(f"project.date_history.{key}", day=day_said(here, day))
                period = period_text(report.period, here.language)
                hover = here.say("project.date_history.hover", period=period, label=label)
                done = opening.actual_on is not None
                rows.append({"line": line, "place": place, "amount": day.toordinal(), "is_done": done, "hover": hover})
    return pd.DataFrame(rows, columns=["line", "place", "amount", "is_done", "hover"])


def _draw_dates(here: Surroundings, history: ProjectHistory, rows: pd.DataFrame) -> go.Figure:
    last = {line: rows[rows["line"] == line] for line in ("on", "baseline")}
    lines = [
        LineWords(line, _short_day(here, line, found.iloc[-1]), is_step=line == "baseline", is_lead=line == "on")
        for line, found in last.items()
        if len(found)
    ]
    axes = Axes(_report_ticks(history), _day_ticks(rows["amount"]), _LEAST_DAYS)
    return report_lines(rows, lines, axes, SEPARATORS[here.language], here.palette)


def _short_day(here: Surroundings, line: str, row: pd.Series) -> str:
    """A label that leaves room for the figure on a phone: the day in numbers."""
    day = dt.date.fromordinal(int(row["amount"]))
    key = "baseline" if line == "baseline" else "opened" if row["is_done"] else "forecast"
    return here.say(f"project.date_history.{key}", day=f"{day.day}.{day.month}.{day.year % 100:02d}")


def _report_ticks(history: ProjectHistory) -> list[Tick]:
    """The year stands at its first report; the first year not where the next one follows so soon that they would touch."""
    years = [Period.parse(report.period).last.year for report in history.reports]
    first = [place for place, year in enumerate(years) if place == 0 or years[place - 1] != year]
    if len(first) > 1 and first[1] * _MOST_TICKS < len(years) * 2:
        first = first[1:]
    return [Tick(place, str(year) if place in first else "") for place, year in enumerate(years)]


def _mnok_ticks(here: Surroundings, amounts: pd.Series, least: float) -> list[Tick]:
    span = max(float(amounts.max() - amounts.min()), least)
    step = next(
        size * 10.0**power for power in range(-2, 7) for size in (1, 2, 5) if span * 1.4 / (size * 10.0**power) <= _MOST_TICKS
    )
    first, last = int((amounts.min() - span) // step), int((amounts.max() + span) // step)
    decimals = 0 if step >= 1 else 1
    return [Tick(n * step, decimal_text(n * step, decimals, here.language)) for n in range(max(0, first), last + 1)]


def _day_ticks(days: pd.Series) -> list[Tick]:
    """The first of months, so many apart that few are named."""
    span = max(float(days.max() - days.min()), _LEAST_DAYS)
    first, last = (dt.date.fromordinal(int(day)) for day in (days.min() - span, days.max() + span))
    step = next((n for n in _TICK_MONTHS if span * 1.4 / (30.4 * n) <= _MOST_TICKS), _TICK_MONTHS[-1])
    months: Sequence[int] = range(first.year * 12, last.year * 12 + 12, step)
    found = [dt.date(month // 12, month % 12 + 1, 1) for month in months]
    return [Tick(day.toordinal(), str(day.year) if step >= 12 else f"{day.month:02d}.{day.year}") for day in found]
