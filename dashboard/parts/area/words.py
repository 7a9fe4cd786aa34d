"""The page of one working area or municipality in words: its one sentence, and what is said of traffic there."""

from __future__ import annotations

from dashboard.parts.agreement_names import area_name, municipality_name
from dashboard.parts.cited.blocks import portfolio
from dashboard.parts.economy.words import in_sentence
from dashboard.parts.goal.words import interval
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, decimal_text
from pipelines.answers.area import LEVELS, PlaceKind, PlaceRow, Places, TrafficByPlace
from pipelines.answers.economy.funding import NOWHERE, SEVERAL
from pipelines.methods.area_shares import NO_AREA, SEVERAL_AREAS

# What lies in several places, or in none that is stated.
SHARED = (SEVERAL_AREAS, NO_AREA, SEVERAL, NOWHERE)
FORECAST = "forecast_mnok"


def place_name(here: Surroundings, agreement: Agreement, kind: PlaceKind, key: str) -> str:
    """The name of a place, or the words for what lies in several or in none."""
    if key in SHARED:
        return here.say(f"area.shared.{key}")
    return chosen_name(agreement, kind, key)


def chosen_name(agreement: Agreement, kind: PlaceKind, key: str) -> str:
    """The name of a place that the reader has chosen."""
    return area_name(agreement, key) if kind == "working_area" else municipality_name(agreement, key)


def headline(here: Surroundings, agreement: Agreement, found: Places, key: str | None, traffic: TrafficByPlace | None) -> str:
    """What share of money, projects and deviations a place has, and its traffic; of all places, which has the most."""
    if not found.whole.n_projects:
        name = chosen_name(agreement, found.kind, key) if key else agreement.short_name
        nothing = here.say("area.finding.nothing", name=name, day=date_text(here.as_of, here.language))
        if n_cited := _n_cited(here, agreement, found.kind, key):
            nothing = here.say("area.finding.cited", said=nothing, n=n_cited)
        return " ".join([nothing, traffic_said(here, key, traffic)]).strip()
    row = found.row(key) if key else None
    if row is None:
        return _largest(here, agreement, found)
    said = here.say(
        "area.finding.place",
        name=place_name(here, agreement, found.kind, row.key),
        money=_money(here, found, row),
        n=row.n_projects,
        of=found.whole.n_projects,
        open=sum(row.levels.values()),
        of_open=sum(found.whole.levels.values()),
    )
    shared = row.n_touching - row.n_projects
    if shared:
        said = here.say("area.finding.shared", said=said, n=shared)
    return " ".join([said, traffic_said(here, key, traffic)]).strip()


def bars_title(here: Surroundings, agreement: Agreement, found: Places, key: str | None) -> str:
    """The shares of money and of deviations of the place that is chosen."""
    row = found.row(key) if key else None
    if row is None:
        return here.say("area.bars.title")
    n, of = sum(row.levels.values()), sum(found.whole.levels.values())
    name, money = place_name(here, agreement, found.kind, row.key), pct_text(here, forecast_share(found, row))
    return here.say("area.bars.title_place", name=name, money=money, open=pct_text(here, share_pct(n, of)))


def share_pct(part: float | None, whole: float | None) -> float | None:
    """Per cent; None where there is no whole, or where a part of it has another sign."""
    if part is None or not whole or part / whole < 0:
        return None
    return 100 * part / whole


def forecast_share(found: Places, row: PlaceRow) -> float | None:
    """The per cent of the forecast that falls on a place."""
    part, whole = row.sums.mnok(FORECAST), found.whole.sums.mnok(FORECAST)
    return None if part is None or whole is None else share_pct(float(part), float(whole))


def traffic_said(here: Surroundings, key: str | None, traffic: TrafficByPlace | None) -> str:
    """How traffic at the points of the place has changed, with its interval; empty where that is not known."""
    row = traffic.row(key) if traffic and key else None
    if row is None or traffic is None:
        return ""
    named = {
        "change": decimal_text(abs(row.index_pct), 1, here.language),
        "side": here.say(f"area.finding.{'below' if row.index_pct < 0 else 'above'}"),
        "year": traffic.area.reference_year,
        "n": row.n_points,
    }
    if row.ci_low_pct is None or row.ci_high_pct is None:
        return here.say("area.finding.traffic_one", **named)
    return here.say("area.finding.traffic", **named, interval=interval(here, row.ci_low_pct, row.ci_high_pct))


def pct_text(here: Surroundings, pct: float | None) -> str:
    """31 %; an en dash where there is none."""
    said = decimal_text(pct, 0, here.language)
    return said if pct is None else f"{said}\u00a0%"


def deviations_text(here: Surroundings, row: PlaceRow) -> str:
    """■ 5 ▲ 23."""
    return here.say("area.levels", **{level: row.levels[level] for level in LEVELS})


def _n_cited(here: Surroundings, agreement: Agreement, kind: PlaceKind, key: str | None) -> int:
    """How many projects open sources know in a municipality, or in the whole agreement; they name no working area."""
    if key and kind == "working_area":
        return 0
    found = portfolio(here, agreement).projects
    return sum(key in (None, project.municipality_code) for project in found)


def _money(here: Surroundings, found: Places, row: PlaceRow) -> str:
    mnok = row.sums.mnok(FORECAST)
    if mnok is None:
        return here.say("area.finding.no_money")
    return here.say("area.finding.money", pct=pct_text(here, forecast_share(found, row)), mnok=in_sentence(here, mnok))


def _largest(here: Surroundings, agreement: Agreement, found: Places) -> str:
    told = [row for row in found.rows if row.sums.mnok(FORECAST) is not None]
    if not told:
        return here.say("area.finding.no_forecast", n=found.whole.n_projects)
    top = max(told, key=lambda row: row.sums.mnok(FORECAST) or 0)
    return here.say(
        "area.finding.largest",
        name=place_name(here, agreement, found.kind, top.key),
        pct=pct_text(here, forecast_share(found, top)),
        n=top.n_projects,
        of=found.whole.n_projects,
    )
