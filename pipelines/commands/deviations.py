"""`deviations`: the open deviations as they stand on a date."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from domain.words import text
from pipelines.commands import asking
from pipelines.commands.outcome import Command, Outcome, agreement_named
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.answers.deviations.deviations import OpenDeviation

# Evidence is kept as text, exactly; what is a number by its name is told as one.
_NUMBERS = ("_mnok", "_pct", "_days")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Lists them, the worst first; nothing is changed."""
    from pipelines.answers.deviations.deviations import deviations

    agreement, as_of = agreement_named(parsed.agreement, setting), asking.day_asked(parsed.as_of)
    found = deviations(asking.newest_snapshot(setting), agreement, as_of)
    lines = [f"{it.deviation_id}  {it.result.level_told}  {it.result.report.project_name}" for it in found]
    said = text("command.n_deviations", setting.language, n=len(found))
    return Outcome({"deviations": [_answer(it) for it in found], "as_of": as_of.isoformat()}, [*lines, said])


def _answer(found: OpenDeviation) -> dict[str, Any]:
    result = found.result
    return {
        "deviation_id": found.deviation_id,
        "project_id": result.project_id,
        "rule": result.rule,
        "level": result.level_told,
        "reported_level": result.report.reported_colour,
        "periods_in_a_row": result.periods_in_a_row,
        "evidence": _evidence(result.evidence),
        "body_id": found.body_id,
        "period": result.report.period,
        "submission_ids": [result.report.submission_id],
    }


def _evidence(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _number(content) if name.endswith(_NUMBERS) else content for name, content in given.items()}


def _number(content: object) -> object:
    """The number that a text is; what is no finite number, as it stands."""
    try:
        number = Decimal(content) if isinstance(content, str) else None
    except InvalidOperation:
        number = None
    return float(number) if number is not None and number.is_finite() else content


DEVIATIONS = Command("deviations", asking.arguments, run)
