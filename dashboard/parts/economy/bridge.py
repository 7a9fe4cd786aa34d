"""The bridge of the page about economy: between two days that the reader chooses, step by step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.figures.bridge_bars import Bar, bridge_bars
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.choices import asked, choice, day
from dashboard.parts.economy.tables import hand_out
from dashboard.parts.economy.words import in_sentence, mnok_text, signed_mnok, unit, with_figures
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen, price_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced_sum
from domain.model import Agreement
from domain.numbers import date_text, decimal_text
from pipelines.answers.economy.bridges import PortfolioBridge, ProjectChange, first_reported, last_deadline, portfolio_bridge
from pipelines.answers.prices import NOMINAL, Price, price, price_choices
from pipelines.methods.bridge import BridgeStep
from pipelines.writing.tables import Cell

_SAME = "same"
_TOTALS = ("opening", "closing")
# So many projects of a step are named in the table.
_NAMED = 8
_LARGE_MNOK = 100


def bridge_view(here: Surroundings, agreement: Agreement, chosen: Chosen) -> None:
    """The days, the bridge between them as a figure of its changes, and the table of all its steps."""
    left, right, third, _ = st.columns([1, 1, 1.2, 2])
    with left:
        first_place = st.container()
    with right:
        last_place = st.container()
    with third:
        opening = _opening_price(here, agreement, chosen)
    first, last = _days(here, agreement, first_place, last_place)
    if first is None:
        blocks.small(here.say("economy.bridge.one_period"))
        return
    if first >= last:
        blocks.small(here.say("economy.bridge.reversed"))
        return
    ask = partial(
        portfolio_bridge, here.published, agreement, first, last, chosen.selection, chosen.price, opening_price=opening
    )  # fmt: skip
    key = (*here.known(agreement), *chosen.key, first, last, opening.choice if opening else None)
    found = kept(ask, "bridge", *key)
    other = opening.choice if opening else None
    leads = partial(computed, here, agreement, chosen, day=last, since=first, since_price=other)
    _figure(here, chosen, found, (first, last), key, leads)
    _table(here, agreement, chosen, found, leads)


def _days(
    here: Surroundings, agreement: Agreement, first_place: DeltaGenerator, last_place: DeltaGenerator
) -> tuple[dt.date | None, dt.date]:
    """The two days, in the address: from the deadline before the last, to the day that the page is known on."""
    snapshot = here.published
    begin = kept(partial(last_deadline, snapshot, agreement, here.as_of), "last_deadline", *here.known(agreement))
    earliest = (
        kept(partial(first_reported, snapshot, agreement, here.as_of), "first_reported", *here.known(agreement)) or here.as_of
    )
    first, last = _day_asked("from", begin), _day_asked("to", here.as_of) or here.as_of
    if first is None:
        return None, last
    with first_place:
        day("from", here.say("economy.bridge.from"), earliest, here.as_of, first)
    with last_place:
        day("to", here.say("economy.bridge.to"), earliest, here.as_of, last)
    return min(max(first, earliest), here.as_of), min(max(last, earliest), here.as_of)


def _day_asked(key: str, default: dt.date | None) -> dt.date | None:
    """The day that the address asks for; the default where it asks for none, or for nonsense."""
    try:
        return dt.date.fromisoformat(asked(key) or "")
    except ValueError:
        return default


def _opening_price(here: Surroundings, agreement: Agreement, chosen: Chosen) -> Price | None:
    """The kroner of the opening: those of the closing, or of a price year of its own; None for the same."""
    if chosen.price is None or chosen.price.is_nominal:
        return None
    others = [it for it in price_choices(agreement, here.as_of) if it not in (NOMINAL, chosen.price.choice)]
    if not others:
        return None
    found = choice("from_price", here.say("economy.bridge.opening_price"), [_SAME, *others], _SAME, partial(_price_named, here))
    return None if found == _SAME else price(agreement, here.as_of, found)


def _price_named(here: Surroundings, found: str) -> str:
    return here.say("economy.bridge.same_price") if found == _SAME else here.say("portfolio.price.real_short", year=found)


def _figure(
    here: Surroundings,
    chosen: Chosen,
    found: PortfolioBridge,
    days: tuple[dt.date, dt.date],
    key: tuple[object, ...],
    leads: Callable[..., Said],
) -> None:
    opening, closing = found.bridge.step("opening"), found.bridge.step("closing")
    change = closing.amount_mnok - opening.amount_mnok
    named = {
        "opening": leads("economy.bridge_opening", mnok_text(here, opening.amount_mnok, 0)),
        "closing": leads("economy.bridge_closing", mnok_text(here, closing.amount_mnok, 0)),
        "first": date_text(days[0], here.language), "last": date_text(days[1], here.language),
        "change": leads("economy.bridge_change", in_sentence(here, change)),
    }  # fmt: skip
    side = "up" if change > 0 else "down" if change < 0 else "same"
    below = here.say("economy.bridge.below", counted=_counted(here, closing, leads), unit=unit(here, chosen))
    if found.opening_price != found.closing_price:
        below = joined([below, _ends(here, found)], " · ")
    blocks.title(here.say(f"economy.bridge.title_{side}", **named), below)
    bars = _bars(here, found.bridge.steps)
    broken = here.say("economy.bridge.broken")
    ask = partial(bridge_bars, bars[0], bars[1:-1], bars[-1], broken, SEPARATORS[here.language], here.palette)
    drawn = kept(ask, "bridge_bars", *key, here.language, here.ground)
    listed = ", ".join(f"{bar.name} {bar.said}" for bar in bars)
    show(drawn, here.say("economy.bridge.alt", steps=listed), "economy-bridge")
    source_line(here, here.say("economy.source"))


def _bars(here: Surroundings, steps: Sequence[BridgeStep]) -> list[Bar]:
    """Both totals, and between them the steps in which anything changed."""
    # Large steps are written without decimals, so that a phone has room for them; the table has them.
    decimals = 0 if any(abs(step.amount_mnok) >= _LARGE_MNOK for step in steps[1:-1]) else 1
    return [
        Bar(
            _step_name(here, step),
            float(step.amount_mnok),
            mnok_text(here, step.amount_mnok, decimals)
            if step.step in _TOTALS
            else signed_mnok(here, step.amount_mnok, decimals),
        )
        for step in steps
        if step.step in _TOTALS or step.amount_mnok
    ]


def _table(here: Surroundings, agreement: Agreement, chosen: Chosen, found: PortfolioBridge, leads: Callable[..., Said]) -> None:
    columns = [
        Column(here.say("economy.bridge.column.step")),
        Column(here.say("economy.bridge.column.amount"), True),
        Column(here.say("economy.column.with_figures"), True),
        Column(here.say("economy.bridge.column.projects")),
    ]
    rows = [_row(here, step, leads) for step in found.bridge.steps]
    blocks.table(here.say("economy.bridge.caption"), columns, rows, len(rows) - 1)
    _growth(here, agreement, found, leads)
    blocks.small(here.say("economy.bridge.scope_rule"))
    if found.scope_told:
        listed = "; ".join(f"{project} ({decision})" if decision else project for project, decision in found.scope_told)
        blocks.small(here.say("economy.bridge.scope_told", projects=listed))
    notes = [here.say(f"economy.bridge.how.{name}") for name in ("like", "growth", "price")]
    notes.append(_ends(here, found))
    if found.bridge.like_for_like_pct is not None and found.bridge.plain_change_pct is not None:
        plain, like = (
            decimal_text(pct, 1, here.language) for pct in (found.bridge.plain_change_pct, found.bridge.like_for_like_pct)
        )
        notes.append(here.say("economy.bridge.how.change", plain=plain, like=like))
    if found.spent_on_ended:
        notes.append(here.say("economy.bridge.how.ended", mnok=mnok_text(here, found.spent_on_ended)))
    how(here, notes)
    exported: list[list[Cell]] = [
        [step.step, float(step.amount_mnok), *step.with_figures, " ".join(step.project_ids)] for step in found.bridge.steps
    ]
    names = ("step", "amount_mnok", "with_figures", "projects", "project_ids")
    hand_out(here, agreement, chosen, "bridge", here.say("economy.bridge.export"), names, exported)


def _ends(here: Surroundings, found: PortfolioBridge) -> str:
    """In which kroner each end is shown."""
    return here.say(
        "economy.bridge.how.ends", opening=price_said(here, found.opening_price), closing=price_said(here, found.closing_price)
    )


def _growth(here: Surroundings, agreement: Agreement, found: PortfolioBridge, leads: Callable[..., Said]) -> None:
    """The projects that the growth is made of, the largest change first."""
    if not found.growth:
        return
    shown = found.growth[:_NAMED]
    heads = ("project", "opening", "closing", "change")
    columns = [Column(here.say(f"economy.bridge.column.{name}"), name != "project") for name in heads]
    rows = [_growth_row(here, agreement, found, row, leads) for row in shown]
    blocks.table(here.say("economy.bridge.growth_caption", n=len(shown), of=len(found.growth)), columns, rows)


def _growth_row(
    here: Surroundings, agreement: Agreement, found: PortfolioBridge, row: ProjectChange, leads: Callable[..., Said]
) -> Sequence[Said]:
    closing: Said = mnok_text(here, row.closing_mnok)
    if row.submission_id is not None:
        closing = traced_sum(here, agreement, row.submission_id, "economy", row.project_id, found.amount, str(closing))
    name = f"{row.project_id} {row.project_name}"
    of = {"grain": "project", "of": row.project_id}
    opening = leads("economy.bridge_project_opening", mnok_text(here, row.opening_mnok), **of)
    return [name, opening, closing, leads("economy.bridge_change", signed_mnok(here, row.change_mnok), **of)]


def _row(here: Surroundings, step: BridgeStep, leads: Callable[..., Said]) -> Sequence[Said]:
    is_total = step.step in _TOTALS
    amount = mnok_text(here, step.amount_mnok) if is_total else signed_mnok(here, step.amount_mnok)
    named = "" if is_total or len(step.project_ids) > _NAMED else ", ".join(step.project_ids)
    counted = _counted(here, step, leads) if step.project_ids else ""
    return [_step_name(here, step), leads(f"economy.bridge_{step.step}", amount), counted, named]


def _counted(here: Surroundings, step: BridgeStep, leads: Callable[..., Said]) -> Said:
    """Of how many of its projects a step has figures, which leads to the cells of the step."""
    return leads(f"economy.counted_{step.step}", with_figures(here, step.with_figures))


def _step_name(here: Surroundings, step: BridgeStep) -> str:
    return here.say(f"economy.bridge.step.{step.step}")
