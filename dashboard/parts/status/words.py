"""The sentences of the status page, made from its numbers: the state of the agreement in one, and one for each block."""

from __future__ import annotations

from decimal import Decimal

from dashboard.parts.blocks import Link, Said, joined
from dashboard.parts.economy.words import in_sentence
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_address
from domain.facts import Unknown
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, signed_text
from pipelines.answers.deviations.listed import STEPS
from pipelines.answers.prices import Price
from pipelines.answers.status import Changes, Status


def headline(here: Surroundings, agreement: Agreement, found: Status) -> str:
    """The state of the agreement: whether the goal is reached, the money, and what the steering group has to decide."""
    parts = [_goal(here, found)]
    if not found.n_projects:
        return joined([*parts, here.say("status.finding.money.no_reports")])
    return joined([*parts, _money(here, agreement, found), _decisions(here, agreement, found)])


def _goal(here: Surroundings, found: Status) -> str:
    return here.say(f"status.finding.goal.{found.goal.answer}")


def _money(here: Surroundings, agreement: Agreement, found: Status) -> str:
    over = found.money.over
    if not over.rows or is_not_compared(found):
        return here.say("status.finding.money.unknown")
    amount = amount_led(here, agreement, found.money.price, "over_p50", in_sentence(here, over.over_mnok))
    return here.say(f"status.finding.money.{side(over.over_mnok)}", amount=amount)


def amount_led(
    here: Surroundings, agreement: Agreement, price: Price | None, figure: str, said: str, rho: float | None = None
) -> Said:
    """An amount of the whole agreement that leads to its cells; one of another page than economy has its name before a dot."""
    name = figure if "." in figure else f"economy.{figure}"
    return Link(said, computed_address(here, agreement, name, price=price, rho=rho))


def _decisions(here: Surroundings, agreement: Agreement, found: Status) -> str:
    if isinstance(agreement.authority, Unknown):
        return here.say("status.finding.decision.unknown")
    n = len(found.decisions)
    key = ("none", "one", "other")[min(n, 2)]
    return here.say(f"status.finding.decision.{key}", n=computed(here, agreement, None, "status.decisions", str(n)))


def side(mnok: Decimal) -> str:
    """Over, under or at."""
    return "over" if mnok > 0 else "under" if mnok < 0 else "at"


def is_not_compared(found: Status) -> bool:
    """Whether the kroner are such that forecasts and control frames, which are set in real ones, cannot be compared."""
    price = found.money.price
    return price is None or price.is_nominal


def kroner_said(here: Surroundings, price: Price | None) -> str:
    """2024-kroner, løpende kroner."""
    if price is None:
        return here.say("status.money.kroner.reported")
    return (
        here.say("status.money.kroner.nominal") if price.is_nominal else here.say("status.money.kroner.real", year=price.choice)
    )


def changes_title(here: Surroundings, changes: Changes | None) -> str:
    """Endret siden fristen 20. april 2026."""
    if changes is None:
        return here.say("status.changes.title_none")
    key = "title_deadline" if changes.is_deadline else "title"
    return here.say(f"status.changes.{key}", day=date_text(changes.since, here.language))


def deviations_changed(here: Surroundings, changes: Changes) -> str:
    """Avvik: 27 nye, 7 åpnet igjen, 2 verre, 1 bedre, 16 lukket; without the steps that none has taken."""
    said = [here.say(f"status.changes.{step}", n=n) for step in STEPS if (n := changes.steps.get(step, 0))]
    return here.say("status.changes.deviations", said=", ".join(said)) if said else here.say("status.changes.no_deviations")


def openings_changed(here: Surroundings, changes: Changes) -> str:
    """Åpninger: 10 flyttet senere, 1 tidligere."""
    if not changes.moved_later and not changes.moved_earlier:
        return here.say("status.changes.no_openings")
    return here.say("status.changes.openings", later=changes.moved_later, earlier=changes.moved_earlier)


def index_changed(here: Surroundings, changes: Changes, found: Status) -> str:
    """Byindeksen: +0,3 prosentpoeng; that it is new, the same, or not there."""
    if found.goal.judged is None:
        return here.say("status.changes.index_none")
    if changes.index_points is None:
        return here.say("status.changes.index_new", day=date_text(found.goal.judged.published_on, here.language))
    said = signed_text(changes.index_points, 1, here.language)
    is_same = said == decimal_text(0, 1, here.language)
    return here.say("status.changes.index_same") if is_same else here.say("status.changes.index", points=said)
