"""The filters that pages of the portfolio share: they live in the address, survive a change of page, and are on every export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.parts.agreement_names import area_name, coded, focus_name, municipality_name, party_name
from dashboard.parts.choices import choice
from dashboard.parts.surroundings import Surroundings
from domain.forms import QUARTERLY_RETURN, load_form
from domain.model import Agreement
from pipelines.answers.goal.places import municipalities_now
from pipelines.answers.prices import NOMINAL, Price, price, price_choices
from pipelines.answers.selection import EVERYTHING, Selection

ALL = "all"
Filter = str
# Which filters a page may ask for, in the order in which they stand.
FILTERS: tuple[Filter, ...] = ("area", "party", "focus", "phase", "municipality", "price")
USUAL: tuple[Filter, ...] = ("area", "party", "focus", "phase", "price")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader has chosen: which projects, and in which kroner. `said` is the same in words, for titles and exports."""

    selection: Selection
    price: Price | None
    said: str

    @property
    def key(self) -> tuple[object, ...]:
        """What an answer depends on besides snapshot, agreement and date: a part of the key of its cache."""
        return self.selection, self.price.choice if self.price else None


def filters(
    here: Surroundings, agreement: Agreement, wanted: Sequence[Filter] = ("area", "party", "focus", "phase", "price")
) -> Chosen:
    """The row of filters, and what is chosen in it. A filter that the agreement has nothing for is not shown."""
    shown = [name for name in FILTERS if name in wanted and len(_options(here, agreement, name)) > 1]
    found: dict[str, str] = {}
    if shown:
        for name, place in zip(shown, st.columns(len(shown)), strict=True):
            with place:
                options = _options(here, agreement, name)
                named = _namer(here, agreement, name)
                found[name] = choice(name, here.say(f"portfolio.filter.{name}"), options, options[0], named)
    chosen = {name: value for name, value in found.items() if value != ALL}
    selection = Selection(
        chosen.get("area"), chosen.get("municipality"), chosen.get("party"), chosen.get("focus"), chosen.get("phase")
    )
    return Chosen(selection, price(agreement, here.as_of, found.get("price")), _said(here, agreement, chosen, selection))


def price_said(here: Surroundings, price: Price | None) -> str:
    """2024-kroner, uten mva.; løpende kroner; or that amounts stand as they were reported."""
    if price is None:
        return here.say("portfolio.price.reported")
    return here.say("portfolio.price.nominal") if price.is_nominal else here.say("portfolio.price.real", year=price.choice)


def _options(here: Surroundings, agreement: Agreement, name: Filter) -> list[str]:
    if name == "price":
        return list(price_choices(agreement, here.as_of))
    focus = agreement.focus_areas if isinstance(agreement.focus_areas, tuple) else ()
    listed = {
        "area": [area.working_area_id for area in agreement.working_areas],
        "party": [party.party_id for party in agreement.parties if party.is_reporting is True],
        "focus": [area.focus_area_id for area in focus],
        "phase": [it.code for it in load_form(QUARTERLY_RETURN).table("projects").column("phase").allowed],
        "municipality": [it.municipality_code for it in municipalities_now(agreement)],
    }[name]
    return [ALL, *listed] if listed else []


def _namer(here: Surroundings, agreement: Agreement, name: Filter) -> Callable[[str], str]:
    names: dict[Filter, Callable[[str], str]] = {
        "area": lambda found: area_name(agreement, found),
        "party": lambda found: party_name(agreement, found),
        "focus": lambda found: focus_name(agreement, found),
        "phase": lambda found: coded(here, "projects", "phase", found),
        "municipality": lambda found: municipality_name(agreement, found),
        "price": lambda found: here.say(
            "portfolio.price.nominal_short" if found == NOMINAL else "portfolio.price.real_short", year=found
        ),
    }
    return lambda found: here.say(f"portfolio.filter.all_{name}") if found == ALL else names[name](found)


def _price_name(here: Surroundings, found: str) -> str:
    return here.say("portfolio.price.nominal_short") if found == NOMINAL else here.say("portfolio.price.real_short", year=found)


def _said(here: Surroundings, agreement: Agreement, chosen: dict[str, str], selection: Selection) -> str:
    if selection == EVERYTHING:
        return here.say("portfolio.filter.everything")
    parts = [
        f"{here.say(f'portfolio.filter.{name}')}: {_namer(here, agreement, name)(value)}"
        for name, value in chosen.items()
        if name != "price"
    ]
    return " · ".join(parts)
