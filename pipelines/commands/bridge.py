"""`bridge`: from the portfolio as it was known on one date to how it was known on another, step by step."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from domain.numbers import exact_text
from domain.words import text
from pipelines.commands import asking
from pipelines.commands.outcome import Command, Outcome, Refused, agreement_named
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.methods.bridge import BridgeStep

# The two steps that are about all projects; the others name theirs.
_ENDS = ("opening", "closing")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which agreement, and between which dates."""
    parser.add_argument("--agreement", required=True)
    parser.add_argument("--from", dest="from_date", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--to", dest="to_date", type=dt.date.fromisoformat, required=True)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """The forecast of the projects that go on, in the agreement's own kroner; nothing is changed."""
    from pipelines.answers.economy.bridges import portfolio_bridge
    from pipelines.answers.prices import price

    if parsed.from_date > parsed.to_date:
        raise Refused("dates_reversed", first=parsed.from_date, last=parsed.to_date)
    agreement = agreement_named(parsed.agreement, setting)
    chosen = price(agreement, parsed.to_date)
    found = portfolio_bridge(asking.newest_snapshot(setting), agreement, parsed.from_date, parsed.to_date, price=chosen)
    answer = {
        "bridge": [_answer(step) for step in found.bridge.steps],
        "closing_mnok": asking.exact(found.bridge.closing_mnok),
        "with_figures": list(found.bridge.with_figures),
        "amount": found.amount,
        "from": parsed.from_date.isoformat(),
        "to": parsed.to_date.isoformat(),
        **asking.price_said(found.closing_price),
        "scope_told": [{"project_id": project_id, "decision": decision} for project_id, decision in found.scope_told],
    }
    language = setting.language
    lines = [
        f"{text(f'economy.bridge.step.{step.step}', language)}  {exact_text(step.amount_mnok, language)}"
        for step in found.bridge.steps
    ]
    return Outcome(answer, [*lines, text("economy.bridge.scope_rule", language)])


def _answer(step: BridgeStep) -> dict[str, Any]:
    told: dict[str, Any] = {"step": step.step, "amount_mnok": asking.exact(step.amount_mnok)}
    if step.step not in _ENDS:
        told["project_ids"] = list(step.project_ids)
    return {**told, "with_figures": list(step.with_figures)}


BRIDGE = Command("bridge", arguments, run)
