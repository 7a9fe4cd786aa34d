"""The block of the status page about money: against the control frames, and the range that is likely against the frame."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from dashboard.parts.blocks import Said, joined
from dashboard.parts.economy.words import in_sentence, mnok_text
from dashboard.parts.project_links import page_link
from dashboard.parts.status.grid import Block
from dashboard.parts.status.marks import ScaleMark, scale
from dashboard.parts.status.words import amount_led, is_not_compared, kroner_said, side
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.uncertainty.words import chance_said, rho_said
from domain.model import Agreement
from domain.numbers import date_text, decimal_text
from pipelines.answers.status import Status
from pipelines.answers.uncertainty.portfolio_risk import PortfolioAt


def money_block(here: Surroundings, agreement: Agreement, found: Status) -> Block:
    """How far above the control frames, what is expected in all, and the range that is likely against the frame."""
    title = here.say("status.money.title")
    if not found.n_projects:
        return _cited_block(here, agreement, found, title)
    way = page_link(here, agreement, "economy", here.say("status.money.way"))
    money = found.money
    cost = money.whole.mnok("forecast_mnok")
    if cost is None:
        return Block(title, way, sentence=here.say("status.money.no_cost"))
    led = partial(amount_led, here, agreement, money.price)
    cost_led = led("forecast_total", in_sentence(here, cost))
    # The dot is that of the scale.
    has_scale = bool(money.range and money.over.rows) and not is_not_compared(found)
    key = "expected" if has_scale else "expected_alone"
    said = here.say(f"status.money.{key}", cost=cost_led, kroner=kroner_said(here, money.price))
    framed, going = map(str, money.over.with_figures)
    counted = {"n": led("with_frames", framed), "of": led("progress.projects", going)}
    if is_not_compared(found) or not money.over.rows:
        n, of = (led("with_figures", str(it)) for it in money.whole.with_figures["forecast_mnok"])
        number = amount_led(here, agreement, money.price, "forecast_total", here.say("status.mnok", n=in_sentence(here, cost)))
        return Block(title, way, number, here.say("status.money.cost", n=n, of=of), sentence=said)
    if money.range and (chance := _chance(here, money.range, led)):
        said = joined([said, chance])
    over = money.over.over_mnok
    number = amount_led(here, agreement, money.price, "over_p50", here.say("status.mnok", n=in_sentence(here, over)))
    figure = _range(here, cost, money.range, led) if money.range else ""
    return Block(title, way, number, here.say(f"status.money.{side(over)}", **counted), sentence=said, figure=figure)


def _chance(here: Surroundings, at: PortfolioAt, led: Callable[..., Said]) -> str:
    """The chance to stay within the frame; empty where there is none."""
    reference, chance = at.whole
    if reference.against != "frame" or chance.chance_within is None:
        return ""
    rho = rho_said(here, at.risk.rho)
    within = led("uncertainty.chance_within_frame", chance_said(here, chance.chance_within), rho=at.risk.rho)
    return here.say("status.money.within", chance=within, rho=rho)


def _range(here: Surroundings, cost: Decimal, at: PortfolioAt, led: Callable[..., Said]) -> str:
    reference, _ = at.whole
    marks = [ScaleMark(float(cost), "", "dot")]
    against = ""
    if reference.frame.amount_mnok is not None:
        amount = led("uncertainty.held_against", decimal_text(reference.frame.amount_mnok, 0, here.language), rho=at.risk.rho)
        against = here.say(f"status.money.{'frame' if reference.against == 'frame' else 'sum_p50'}", amount=amount)
        marks.append(ScaleMark(reference.frame.amount_mnok, against, "tick"))
    low, high = at.risk.p50_mnok, at.risk.p85_mnok
    named = {
        "cost": mnok_text(here, cost, 0),
        "low": led("uncertainty.portfolio_p50", decimal_text(low, 0, here.language), rho=at.risk.rho),
        "high": led("uncertainty.portfolio_p85", decimal_text(high, 0, here.language), rho=at.risk.rho),
    }
    return scale(
        here.say("status.money.alt", against=against, **named), marks, low, high, here.say("status.money.range", **named)
    )


def _cited_block(here: Surroundings, agreement: Agreement, found: Status, title: str) -> Block:
    """What public sources say of the cost where nothing is reported."""
    way = page_link(here, agreement, "economy", here.say("status.money.way"))
    n = len(found.cited.projects)
    if not n:
        return Block(title, way, sentence=here.say("status.unknown.none", day=date_text(here.as_of, here.language)))
    costs = found.cited.n_with("history") + found.cited.n_with("one_cost")
    number, unit = here.say("status.of", n=costs, of=n), here.say("status.unknown.cited")
    return Block(title, way, number, unit, sentence=here.say("status.unknown.money"))
