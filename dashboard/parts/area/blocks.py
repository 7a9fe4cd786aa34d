"""The page of one area above its list: shares beside the others', the map of its projects, and what it leads on to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.figures.place_bars import place_bars
from dashboard.figures.plain import plain
from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded, municipality_name
from dashboard.parts.area.words import (
    FORECAST,
    bars_title,
    chosen_name,
    deviations_text,
    forecast_share,
    leads,
    of_effect,
    pct_text,
    place_name,
    share_pct,
)
from dashboard.parts.blocks import Said, joined
from dashboard.parts.economy.words import in_sentence
from dashboard.parts.figure_foot import follow, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.project.more import indicator_name
from dashboard.parts.project_links import page_link
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text
from pipelines.answers.area import (
    LEVELS,
    Effect,
    PlaceKind,
    PlaceRow,
    Places,
    TrafficByPlace,
    key_of,
    kind_of,
    places,
    rest_of,
    traffic_by_place,
)

# The pages that take the filter of this one, by what is chosen.
_LEADS_TO: dict[PlaceKind, tuple[str, ...]] = {
    "working_area": ("progress", "economy", "uncertainty", "deviations", "project"),
    "municipality": ("uncertainty", "deviations", "project"),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One set of bars: its name in the words of the page, and the share and the label of each place."""

    name: str
    rows: pd.DataFrame


def places_of(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Places:
    """The places of the kind that is chosen, of all that is chosen besides."""
    kind, rest = kind_of(chosen.selection), rest_of(chosen.selection)
    ask = partial(places, here.published, agreement, kind, chosen.price, here.as_of, rest)
    return kept(ask, "places", kind, rest, chosen.price.choice if chosen.price else None, *here.known(agreement))


def traffic_of(here: Surroundings, agreement: Agreement, chosen: Chosen) -> TrafficByPlace | None:
    """The index by place; None before there is one."""
    kind = kind_of(chosen.selection)
    ask = partial(traffic_by_place, here.published, agreement, kind, here.as_of)
    return kept(ask, "traffic_by_place", kind, *here.known(agreement))


def share_bars(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places) -> None:
    """Money, projects, deviations and stated effect of each place as shares of the whole, on one scale."""
    key = key_of(chosen.selection)
    panels = _panels(here, agreement, found, key)
    highest = max(float(panel.rows["share_pct"].fillna(0).max()) for panel in panels)
    blocks.title(bars_title(here, agreement, chosen, found), here.say("area.bars.unit"))
    if found.kind == "working_area" and chosen.selection.municipality_code:
        blocks.small(here.say("area.only", name=municipality_name(agreement, chosen.selection.municipality_code)))
    for panel, column in zip(panels, st.columns(len(panels), gap="medium"), strict=True):
        with column:
            blocks.small(here.say(f"area.bars.{panel.name}", effect=_effect_said(here, found.lead_effect)))
            ask = partial(place_bars, panel.rows, highest, SEPARATORS[here.language], here.palette)
            known = (*here.known(agreement), *chosen.key, here.language, here.ground)
            drawn = kept(ask, "place_bars", panel.name, *known)
            listed = "; ".join(f"{row.place}: {row.label}" for row in panel.rows.rename(columns={"name": "place"}).itertuples())
            show(drawn, here.say("area.bars.alt", listed=listed), f"area-{panel.name}")
            follow(here, _followed(here, agreement, chosen, found, panel), is_closed=True)
    source_line(here, here.say("area.source"))


def _followed(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Places, panel: Panel) -> list[Said]:
    """What is written at each bar of a panel; counts of places stand in the table below, their shares do not."""
    told: list[Said] = []
    for row, bar in zip(found.rows, panel.rows.to_dict("records"), strict=True):
        share, _, amount = str(bar["label"]).partition(" · ")
        if not amount:
            continue
        led = leads(here, agreement, chosen, found.kind, row.key)
        if panel.name == "effect" and found.lead_effect:
            said = of_effect(here, agreement, chosen, found.kind, row.key, found.lead_effect, str(bar["label"]))
        elif panel.name == "money":
            said = joined([led("forecast_share", share), led("forecast_total", amount)], " · ")
        else:
            said = led(f"{panel.name}_share", share)
        told.append(joined([bar["name"], said], "\u00a0"))
    return told


def leads_to(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """Links to the other pages of the portfolio with the same place."""
    selection = chosen.selection
    named = {"area": selection.working_area_id, "municipality": selection.municipality_code}
    key, kind = key_of(selection), kind_of(selection)
    links = [page_link(here, agreement, page, here.say(f"page.{page}.nav"), **named) for page in _LEADS_TO[kind]]
    name = chosen_name(agreement, kind, key) if key else agreement.short_name
    st.html(
        f'<p class="nv-said"><b>{blocks.said_html(here.say("area.leads_to", name=name))}</b>'
        f"{' · '.join(map(blocks.said_html, links))}</p>"
    )


def _panels(here: Surroundings, agreement: Agreement, found: Places, key: str | None) -> list[Panel]:
    whole = found.whole

    def made(name: str, of_row: Callable[[PlaceRow], tuple[float | None, str]]) -> Panel:
        rows = []
        for row in found.rows:
            pct, label = of_row(row)
            said = place_name(here, agreement, found.kind, row.key)
            rows.append({
                "name": said, "share_pct": pct, "label": label, "is_chosen": row.key == key, "hover": plain(f"{said}: {label}")
            })  # fmt: skip
        table = pd.DataFrame(rows, columns=["name", "share_pct", "label", "is_chosen", "hover"])
        return Panel(name, table.astype({"share_pct": "float64"}))

    def money(row: PlaceRow) -> tuple[float | None, str]:
        mnok, pct = row.sums.mnok(FORECAST), forecast_share(found, row)
        if mnok is None:
            return None, NO_VALUE
        return pct, here.say("area.bars.label", pct=pct_text(here, pct), amount=in_sentence(here, mnok))

    def counted(row: PlaceRow) -> tuple[float | None, str]:
        pct = share_pct(row.n_projects, whole.n_projects)
        return pct, here.say("area.bars.label", pct=pct_text(here, pct), amount=row.n_projects)

    def deviating(row: PlaceRow) -> tuple[float | None, str]:
        n, of = (sum(it.levels[level] for level in LEVELS) for it in (row, whole))
        pct = share_pct(n, of)
        return pct, here.say("area.bars.label", pct=pct_text(here, pct), amount=deviations_text(here, row))

    panels = [made("money", money), made("projects", counted), made("deviations", deviating)]
    effect = found.lead_effect
    if effect is None:
        return panels
    total = whole.effects[effect][0]

    def stated(row: PlaceRow) -> tuple[float | None, str]:
        if effect not in row.effects:
            return None, NO_VALUE
        part = row.effects[effect][0]
        pct = share_pct(part, total)
        return pct, here.say("area.bars.label", pct=pct_text(here, pct), amount=decimal_text(part, 0, here.language))

    return [*panels, made("effect", stated)]


def _effect_said(here: Surroundings, effect: Effect | None) -> str:
    """Bilturer per døgn; the name of the indicator where no unit is stated."""
    if effect is None:
        return ""
    return (coded(here, "goal_contributions", "effect_unit", effect[1]) or indicator_name(here, effect[0])).lower()
