"""The sentences and names of the page about economy, made from its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from dashboard.parts.agreement_names import area_name, municipality_name, party_name, source_name
from dashboard.parts.blocks import Said, joined
from dashboard.parts.filters import Chosen, price_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, signed_text
from pipelines.answers.economy.economy import Economy
from pipelines.answers.economy.funding import NOWHERE, SEVERAL
from pipelines.answers.economy.over_frames import OverFrames
from pipelines.methods.area_shares import NO_AREA, SEVERAL_AREAS

# From this size on, a sum in a sentence has no decimals.
_LARGE_MNOK = 100


def mnok_text(here: Surroundings, mnok: Decimal | None, decimals: int = 1) -> str:
    """An amount as it stands in a table."""
    return NO_VALUE if mnok is None else decimal_text(float(mnok), decimals, here.language)


def signed_mnok(here: Surroundings, mnok: Decimal | None, decimals: int = 1) -> str:
    """An amount with its sign."""
    return NO_VALUE if mnok is None else signed_text(float(mnok), decimals, here.language)


def in_sentence(here: Surroundings, mnok: Decimal) -> str:
    """The size of an amount with as many decimals as a sentence needs."""
    return mnok_text(here, abs(mnok), 0 if abs(mnok) >= _LARGE_MNOK else 1)


def with_figures(here: Surroundings, counted: tuple[int, int]) -> str:
    """58 av 63: how many projects have all the figures that are asked of them."""
    return here.say("economy.with_figures", n=counted[0], of=counted[1]) if counted[1] else here.say("economy.not_asked")


def headline(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Economy, over: OverFrames) -> str:
    """What it is expected to cost, how far from the control frames that is, and how many projects make the rise."""
    forecast = found.whole.mnok("forecast_mnok")
    if not found.n_projects:
        return here.say("economy.finding.no_projects")
    if forecast is None:
        return here.say("economy.finding.no_forecast", n=found.n_projects)
    whose = "portfolio" if chosen.selection.is_everything else "selection"
    led = partial(computed, here, agreement, chosen)
    cost = led("economy.forecast_total", in_sentence(here, forecast))
    first = here.say(f"economy.finding.{whose}", cost=cost, kroner=_short_price(here, chosen))
    return joined([first, _against_frames(here, chosen, over, led)])


def _against_frames(here: Surroundings, chosen: Chosen, over: OverFrames, led: Callable[[str, str], Said]) -> str:
    if chosen.price is None or chosen.price.is_nominal:
        return here.say("economy.finding.no_comparison")
    if not over.rows:
        return here.say("economy.finding.no_frames")
    amount = led("economy.over_p50", in_sentence(here, over.over_mnok))
    side = "over" if over.over_mnok > 0 else "under" if over.over_mnok < 0 else "at"
    n_framed = led("economy.with_frames", str(over.with_figures[0]))
    frames = here.say(f"economy.finding.{side}", amount=amount, n=n_framed)
    # Who makes the rise is no answer to being below it.
    if over.drivers_pct is None or over.over_mnok <= 0:
        return frames
    drivers, pct = over.drivers, led("economy.drivers_share", _pct(here, over))
    if len(drivers) == 1:
        return joined([frames, here.say("economy.finding.one_driver", name=drivers[0].project_name, pct=pct)])
    n = led("economy.drivers", str(len(drivers)))
    return joined([frames, here.say("economy.finding.drivers", n=n, pct=pct)])


def _pct(here: Surroundings, over: OverFrames) -> str:
    return decimal_text(over.drivers_pct, 0, here.language)


def _short_price(here: Surroundings, chosen: Chosen) -> str:
    price = chosen.price
    if price is None:
        return here.say("economy.kroner.reported")
    return here.say("economy.kroner.nominal") if price.is_nominal else here.say("economy.kroner.real", year=price.choice)


def unit(here: Surroundings, chosen: Chosen) -> str:
    """Mill. kr, 2024-kroner, uten mva., which projects; of an area its part alone, of a municipality projects as a whole."""
    said = here.say("economy.unit", price=price_said(here, chosen.price), projects=chosen.said)
    if chosen.selection.municipality_code:
        said = f"{said}, {here.say('economy.whole_projects')}"
    return f"{said}, {here.say('economy.area_share')}" if chosen.selection.working_area_id else said


def group_name(here: Surroundings, agreement: Agreement, kind: str, key: str) -> str:
    """The name of a source, area, party or municipality; the words for what lies in several or none."""
    if key in (SEVERAL_AREAS, NO_AREA, SEVERAL, NOWHERE):
        return here.say(f"economy.group.{key}")
    names = {"source": source_name, "area": area_name, "party": party_name, "municipality": municipality_name}
    return names[kind](agreement, key)


def group_order(agreement: Agreement, kind: str, keys: Sequence[str]) -> list[str]:
    """Keys in the order of the agreement; several, none and what it does not know come last."""
    known = {
        "source": [source.funding_source_id for source in agreement.funding_sources],
        "area": [area.working_area_id for area in agreement.working_areas],
        "party": [party.party_id for party in agreement.parties],
        "municipality": [it.municipality_code for it in agreement.municipalities],
    }[kind]
    return sorted(keys, key=lambda key: (known.index(key) if key in known else len(known), key))


def missing_said(here: Surroundings, code: str | None) -> str:
    """Why an amount is not there."""
    return here.say(f"economy.missing.{code}") if code in _REASONS else here.say("economy.missing.other")


_REASONS = (
    "not_addable", "not_covered", "no_frame", "no_year", "no_index", "no_basis", "other_vat", "blank", "not_yet_known",
    "not_delivered", "not_applicable", "exempt", "no_row",
)  # fmt: skip
