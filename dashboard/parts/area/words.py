"""The page of one working area or municipality in words: its one sentence, and what is said of traffic there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from dashboard.parts.agreement_names import area_name, municipality_name
from dashboard.parts.blocks import Said, joined
from dashboard.parts.cited.blocks import portfolio
from dashboard.parts.economy.words import in_sentence
from dashboard.parts.filters import Chosen
from dashboard.parts.goal.words import interval
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced_figure
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text
from pipelines.answers.area import LEVELS, Effect, PlaceKind, PlaceRow, Places, TrafficByPlace, key_of, rest_of
from pipelines.answers.economy.funding import NOWHERE, SEVERAL
from pipelines.answers.goal.goal import IndexPoint
from pipelines.answers.trace.published import rolling_key
from pipelines.methods.area_shares import NO_AREA, SEVERAL_AREAS

# What lies in several places, or in none that is stated.
SHARED = (SEVERAL_AREAS, NO_AREA, SEVERAL, NOWHERE)
FORECAST = "forecast_mnok"
# The place of a figure by what it is told of, in the words of `figures` and in those of the index.
GRAIN: dict[PlaceKind, str] = {"working_area": "area", "municipality": "municipality"}


def place_name(here: Surroundings, agreement: Agreement, kind: PlaceKind, key: str) -> str:
    """The name of a place, or the words for what lies in several or in none."""
    if key in SHARED:
        return here.say(f"area.shared.{key}")
    return chosen_name(agreement, kind, key)


def chosen_name(agreement: Agreement, kind: PlaceKind, key: str) -> str:
    """The name of a place that the reader has chosen."""
    return area_name(agreement, key) if kind == "working_area" else municipality_name(agreement, key)


def headline(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places, traffic: TrafficByPlace | None) -> str:
    """What share of money, projects and deviations a place has, and its traffic; of all places, which has the most."""
    key = key_of(chosen.selection)
    if not found.whole.n_projects:
        name = chosen_name(agreement, found.kind, key) if key else agreement.short_name
        nothing = here.say("area.finding.nothing", name=name, day=date_text(here.as_of, here.language))
        if n_cited := _n_cited(here, agreement, found.kind, key):
            nothing = here.say("area.finding.cited", said=nothing, n=n_cited)
        return joined([nothing, traffic_said(here, agreement, key, traffic)])
    row = found.row(key) if key else None
    if row is None:
        return _largest(here, agreement, chosen, found)
    led, whole = (leads(here, agreement, chosen, found.kind, place) for place in (row.key, ""))
    said = here.say(
        "area.finding.place",
        name=place_name(here, agreement, found.kind, row.key),
        money=_money(here, found, row, led),
        n=led("projects", str(row.n_projects)),
        of=whole("projects", str(found.whole.n_projects)),
        open=led("deviations", str(sum(row.levels.values()))),
        of_open=whole("deviations", str(sum(found.whole.levels.values()))),
    )
    shared = row.n_touching - row.n_projects
    if shared:
        said = here.say("area.finding.shared", said=said, n=led("projects_shared", str(shared)))
    return joined([said, traffic_said(here, agreement, key, traffic)])


def leads(here: Surroundings, agreement: Agreement, chosen: Chosen, kind: PlaceKind, key: str) -> Callable[[str, str], Said]:
    """What makes words of a place lead to its figure of a name; of the whole where there is no place."""
    of = {"grain": GRAIN[kind] if key else None, "of": key or None}
    whole = replace(chosen, selection=rest_of(chosen.selection))
    return lambda name, said: computed(here, agreement, whole, f"area.{name}", said, **of)


def of_effect(
    here: Surroundings, agreement: Agreement, chosen: Chosen, kind: PlaceKind, key: str, effect: Effect, said: str
) -> Said:
    """Words about what the projects of a place are stated to contribute that lead to it; of the whole without a place."""
    whole = replace(chosen, selection=rest_of(chosen.selection))
    of = f"{key}|{effect[0]}|{effect[1] or ''}"
    return computed(here, agreement, whole, "area.effect", said, grain=GRAIN[kind], of=of)


def of_index(here: Surroundings, agreement: Agreement, whole: IndexPoint, kind: PlaceKind, key: str, said: str) -> Said:
    """Words about the index of a place that lead to it, computed from its points."""
    name = municipality_name(agreement, key) if kind == "municipality" else key
    of = rolling_key(whole.window_months, whole.last_month, kind, name)
    return said if said == NO_VALUE else traced_figure(here, agreement, whole.submission_id, "rolling_index", of, said)


def bars_title(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places) -> str:
    """The shares of money and of deviations of the place that is chosen."""
    key = key_of(chosen.selection)
    row = found.row(key) if key else None
    if row is None:
        return here.say("area.bars.title")
    n, of = sum(row.levels.values()), sum(found.whole.levels.values())
    led = leads(here, agreement, chosen, found.kind, row.key)
    money, share = pct_text(here, forecast_share(found, row)), pct_text(here, share_pct(n, of))
    return here.say(
        "area.bars.title_place",
        name=place_name(here, agreement, found.kind, row.key),
        money=led("forecast_share", money),
        open=led("deviations_share", share),
    )


def share_pct(part: float | None, whole: float | None) -> float | None:
    """Per cent; None where there is no whole, or where a part of it has another sign."""
    if part is None or not whole or part / whole < 0:
        return None
    return 100 * part / whole


def forecast_share(found: Places, row: PlaceRow) -> float | None:
    """The per cent of the forecast that falls on a place."""
    part, whole = row.sums.mnok(FORECAST), found.whole.sums.mnok(FORECAST)
    return None if part is None or whole is None else share_pct(float(part), float(whole))


def traffic_said(here: Surroundings, agreement: Agreement, key: str | None, traffic: TrafficByPlace | None) -> str:
    """How traffic at the points of the place has changed, with its interval; empty where that is not known."""
    row = traffic.row(key) if traffic and key else None
    if row is None or traffic is None:
        return ""
    kind: PlaceKind = "municipality" if key in {it.municipality_code for it in agreement.municipalities} else "working_area"
    led = partial(of_index, here, agreement, traffic.area, kind, row.key)
    named = {
        "change": led(decimal_text(abs(row.index_pct), 1, here.language)),
        "side": here.say(f"area.finding.{'below' if row.index_pct < 0 else 'above'}"),
        "year": traffic.area.reference_year,
        "n": row.n_points,
    }
    if row.ci_low_pct is None or row.ci_high_pct is None:
        return here.say("area.finding.traffic_one", **named)
    return here.say("area.finding.traffic", **named, interval=led(interval(here, row.ci_low_pct, row.ci_high_pct)))


def pct_text(here: Surroundings, pct: float | None) -> str:
    """31 %; an en dash where there is none."""
    said = decimal_text(pct, 0, here.language)
    return said if pct is None else f"{said}\u00a0%"


def deviations_text(here: Surroundings, row: PlaceRow) -> str:
    """■ 5 ▲ 23."""
    return here.say("area.levels", **{level: row.levels[level] for level in LEVELS})


def deviations_led(here: Surroundings, row: PlaceRow, led: Callable[[str, str], Said]) -> Said:
    """The same, each count leading to its deviations."""
    return here.say("area.levels", **{level: led(f"deviations_{level}", str(row.levels[level])) for level in LEVELS})


def _n_cited(here: Surroundings, agreement: Agreement, kind: PlaceKind, key: str | None) -> int:
    """How many projects open sources know in a municipality, or in the whole agreement; they name no working area."""
    if key and kind == "working_area":
        return 0
    found = portfolio(here, agreement).projects
    return sum(key in (None, project.municipality_code) for project in found)


def _money(here: Surroundings, found: Places, row: PlaceRow, led: Callable[[str, str], Said]) -> str:
    mnok = row.sums.mnok(FORECAST)
    if mnok is None:
        return here.say("area.finding.no_money")
    share = led("forecast_share", pct_text(here, forecast_share(found, row)))
    return here.say("area.finding.money", pct=share, mnok=led("forecast_total", in_sentence(here, mnok)))


def _largest(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places) -> str:
    told = [row for row in found.rows if row.sums.mnok(FORECAST) is not None]
    if not told:
        return here.say("area.finding.no_forecast", n=found.whole.n_projects)
    top = max(told, key=lambda row: row.sums.mnok(FORECAST) or 0)
    led, whole = (leads(here, agreement, chosen, found.kind, place) for place in (top.key, ""))
    return here.say(
        "area.finding.largest",
        name=place_name(here, agreement, found.kind, top.key),
        pct=led("forecast_share", pct_text(here, forecast_share(found, top))),
        n=led("projects", str(top.n_projects)),
        of=whole("projects", str(found.whole.n_projects)),
    )
