"""The page of one project in words: its one sentence, the titles of its figures, and the line of where it belongs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from dashboard.parts.agreement_names import area_name, coded, focus_name, municipality_name, party_name
from dashboard.parts.blocks import Said
from dashboard.parts.economy.words import in_sentence, mnok_text
from dashboard.parts.filters import Chosen
from dashboard.parts.rules.cases import days_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from domain.returns import Missing
from pipelines.answers.portfolio import area_shares
from pipelines.answers.project.history import FORECAST, P50, P85, Opening, ProjectHistory, Report

_ENDED = ("cancelled", "merged")
_COLOURS = ("green", "yellow", "red")
_WHOLE_PCT = 100


def headline(here: Surroundings, agreement: Agreement, chosen: Chosen | None, history: ProjectHistory, newest: Report) -> str:
    """What it is expected to cost, when it opens, and its two colours."""
    colours = colours_said(here, history)
    if newest.standing in _ENDED:
        into = history.profile.merged_into if history.profile else None
        if newest.standing == "merged" and into:
            return here.say("project.finding.merged", name=newest.project_name, into=into, colours=colours).strip()
        standing = coded(here, "projects", "standing", newest.standing).lower()
        return here.say("project.finding.ended", name=newest.project_name, standing=standing, colours=colours).strip()
    led = partial(computed, here, agreement, chosen, grain="project", of=history.project_id)
    return here.say(
        "project.finding.whole",
        name=newest.project_name,
        cost=_cost(here, newest, led),
        opening=_opening(here, history, newest.opening, led),
        colours=colours,
    )


def colours_said(here: Surroundings, history: ProjectHistory) -> str:
    """Meldt grønt, tallene sier rødt. Both as they are on the date."""
    reported, figures = history.reported_colour, history.data_colour
    if figures not in _COLOURS:
        if reported is None:
            return here.say("project.colours.nothing")
        return here.say("project.colours.cannot_tell", reported=here.say(f"project.colours.{reported}"))
    named = here.say(f"project.colours.{figures}")
    if reported is None:
        return here.say("project.colours.none_reported", figures=named)
    key = "same" if reported == figures else "other"
    return here.say(f"project.colours.{key}", reported=here.say(f"project.colours.{reported}"), figures=named)


def cost_title(here: Surroundings, agreement: Agreement, history: ProjectHistory) -> str:
    """What the forecast has done since the first report that has one."""
    told = [report for report in history.reports if report.mnok(FORECAST) is not None]
    first, last = (told[0].mnok(FORECAST), told[-1].mnok(FORECAST)) if told else (None, None)
    if first is None or last is None:
        return here.say("project.cost_history.title_none")
    if told[-1] is not history.reports[-1]:
        period = period_text(told[-1].period, here.language)
        return here.say("project.cost_history.title_last", last=forecast_led(here, agreement, told[-1], last), period=period)
    side = "up" if last > first else "down" if last < first else "same" if len(told) > 1 else "first"
    return here.say(
        f"project.cost_history.title_{side}",
        first=forecast_led(here, agreement, told[0], first),
        last=forecast_led(here, agreement, told[-1], last),
        period=period_text(told[0].period, here.language),
    )


def forecast_led(here: Surroundings, agreement: Agreement, report: Report, mnok: Decimal) -> Said:
    """The forecast of a report, which leads to its cell."""
    said, row_number = mnok_text(here, mnok), report.rows.get("cost_estimates")
    if row_number is None:
        return said
    return traced(here, agreement, report.submission_id, "cost_estimates", row_number, FORECAST, said)


def date_title(here: Surroundings, agreement: Agreement, history: ProjectHistory, newest: Report) -> str:
    """When it opened or is expected to, and how far that is from the adopted plan."""
    opening = newest.opening
    if opening is None or opening.on is None:
        return here.say("project.date_history.title_none")
    column = "actual_on" if opening.actual_on else "forecast_on"
    at = (newest.submission_id, "milestones", opening.row_number)
    day = traced(here, agreement, *at, column, date_text(opening.on, here.language))
    if opening.baseline_on is None:
        return here.say("project.date_history.title_no_plan", day=day)
    days = (opening.on - opening.baseline_on).days
    ends = ("opened", "opened_early", "opened_plan") if opening.actual_on else ("later", "earlier", "plan")
    end = ends[0] if days > 0 else ends[1] if days < 0 else ends[2]
    led = partial(computed, here, agreement, None, "project.opening_against_plan", grain="project", of=history.project_id)
    return here.say(f"project.date_history.title_{end}", day=day, days=led(said=days_said(here, days)))


def profile_line(here: Surroundings, agreement: Agreement, history: ProjectHistory, newest: Report) -> str:
    """Where the project belongs: id, party, areas with shares, municipalities, focus area, phase."""
    profile = history.profile
    if profile is None:
        return history.project_id
    places = ", ".join(municipality_name(agreement, code) for code in profile.municipality_codes)
    parts = [
        history.project_id,
        party_name(agreement, profile.owner_party_id or profile.party_id),
        areas_said(here, agreement, profile.working_area_split),
        places,
        focus_name(agreement, profile.focus_area_id) if profile.focus_area_id else "",
        coded(here, "projects", "phase", newest.phase),
        coded(here, "projects", "standing", newest.standing),
    ]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def names_said(here: Surroundings, history: ProjectHistory) -> str:
    """The names that it was reported under before, or that the owner states; empty where it has had one name."""
    if len(history.names) > 1:
        spells = [
            here.say("project.profile.spell", name=name, period=period_text(period, here.language))
            for name, period in history.names
        ]
        return here.say("project.profile.spells", names=", ".join(spells))
    earlier = history.profile.earlier_names if history.profile else None
    return here.say("project.profile.earlier", names=earlier) if earlier else ""


def areas_said(here: Surroundings, agreement: Agreement, split: object) -> str:
    """Nord; Sør 70 %, Sentrum 30 %."""
    shares = area_shares(split)
    if len(shares) == 1 and set(shares.values()) == {_WHOLE_PCT}:
        return area_name(agreement, next(iter(shares)))
    return ", ".join(
        f"{area_name(agreement, area)} {decimal_text(float(share), 0, here.language)}\u00a0%" for area, share in shares.items()
    )


def day_said(here: Surroundings, day: dt.date | None) -> str:
    """A day, or an en dash."""
    return date_text(day, here.language) if day else NO_VALUE


def _cost(here: Surroundings, newest: Report, led: Callable[[str, str], Said]) -> str:
    forecast = newest.mnok(FORECAST)
    if forecast is None:
        figure = newest.costs.get(FORECAST)
        is_other = isinstance(figure, Missing) and figure.code in ("no_year", "no_index", "other_vat", "no_basis")
        return here.say("project.cost.other_kroner" if is_other else "project.cost.none")
    cost = led("project.forecast", mnok_text(here, forecast))
    over, above = newest.over_mnok(P85), newest.over_mnok(P50)
    if over is not None and over > 0:
        return here.say("project.cost.over_p85", cost=cost, gap=led("project.over_p85", in_sentence(here, over)))
    if above is None:
        return here.say("project.cost.plain", cost=cost)
    key = "between" if above > 0 else "under" if above < 0 else "at"
    return here.say(f"project.cost.{key}", cost=cost, gap=led("project.over_p50", in_sentence(here, above)))


def _opening(here: Surroundings, history: ProjectHistory, opening: Opening | None, led: Callable[[str, str], Said]) -> str:
    if opening is None or opening.on is None:
        return here.say("project.opening.none")
    day = led("project.opening_against_plan", date_text(opening.on, here.language))
    if opening.actual_on:
        return here.say("project.opening.opened", day=day)
    if opening.on < here.as_of:
        return here.say("project.opening.passed", day=day)
    moved = history.moved_days
    if moved is None:
        return here.say("project.opening.first", day=day)
    key = "later" if moved > 0 else "earlier" if moved < 0 else "same"
    return here.say(f"project.opening.{key}", day=day, days=led("project.opening_moved", days_said(here, moved)))
