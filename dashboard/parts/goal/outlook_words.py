"""The outlook in sentences and cells made from its numbers, each number leading to its trace. Never predictions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.parts.blocks import Said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.model import Agreement
from domain.numbers import decimal_text, month_text, signed_text
from pipelines.answers.goal.outlook import Outlook, WhatIf
from pipelines.answers.trace.computed.ahead import LAST_YEAR, NEEDED, level_key
from pipelines.methods.outlook import LEVELS_PCT

# Two levels that are the same with one decimal are one level to a reader.
_DECIMALS = 1
# The shares that people say: one in twenty, the tenths, nineteen in twenty.
_SPOKEN = ((1, 100), (1, 20), *((tenths, 10) for tenths in range(1, 10)), (19, 20), (99, 100))


def levels_of(found: WhatIf) -> list[float]:
    """The round levels from lowest to highest, with the two that the page names: what gives zero, and that of the last year.

    A round level that reads the same as a named one gives way to it; so does the last year's to the one that gives zero.
    """
    levels = [found.needed_pct]
    for level_pct in (found.last_year_pct, *LEVELS_PCT):
        if all(round(level_pct, _DECIMALS) != round(other, _DECIMALS) for other in levels):
            levels.append(level_pct)
    return sorted(levels)


def needed(here: Surroundings, agreement: Agreement, found: Outlook, shown: WhatIf) -> str:
    """The level that gives an index of zero in twelve months, as a sentence."""
    key = "needed_below" if round(shown.needed_pct, _DECIMALS) < 0 else "needed_above"
    return here.say(
        f"page.outlook.{key}",
        window=found.window_months,
        month=month_text(shown.end_month, here.language),
        needed=level(here, agreement, found, shown.needed_pct, "level_needed", shown.points),
    )


def staying(here: Surroundings, agreement: Agreement, found: Outlook, shown: WhatIf) -> str:
    """What follows if the next twelve months lie where the last twelve did."""
    outcome = _outcome(shown, staying_level(shown))
    crosses_on = outcome["crosses_on"]
    return here.say(
        f"page.outlook.staying.{'never' if pd.isna(crosses_on) else 'crosses'}",
        now=level(here, agreement, found, shown.last_year_pct, "level_last_year", shown.points),
        points=here.say(f"page.outlook.points.{shown.points}", window=found.window_months),
        crosses=crossing(here, crosses_on),
        month=month_text(shown.end_month, here.language),
        end=end_led(here, agreement, shown, outcome),
    )


def level(here: Surroundings, agreement: Agreement, found: Outlook, level_pct: float, name: str, points: str) -> str:
    """2,7 % under 2018-nivået; on the level where one decimal shows no difference."""
    rounded = round(level_pct, _DECIMALS)
    key = "above" if rounded > 0 else "below" if rounded < 0 else "level"
    said = of_outlook(here, agreement, name, decimal_text(abs(rounded), _DECIMALS, here.language), points)
    return here.say(f"page.goal.{key}", change=said, year=found.reference_year)


def of_outlook(here: Surroundings, agreement: Agreement, name: str, said: str, key: str | None = None) -> Said:
    """Words about a figure of the outlook that lead to its trace; `key` is of which points, or how narrow an interval."""
    return computed(here, agreement, None, f"goal.{name}", said, grain="outlook", of=key)


def end_led(here: Surroundings, agreement: Agreement, shown: WhatIf, outcome: Mapping[str, Any] | pd.Series) -> Said:
    """Where the index ends at a level."""
    said = signed_text(outcome["end_pct"], _DECIMALS, here.language)
    return of_outlook(here, agreement, "what_if_end", said, level_key(shown, outcome["level_pct"]))


def level_led(here: Surroundings, agreement: Agreement, shown: WhatIf, level_pct: float) -> Said:
    """A level of the table: one with a name leads to how it is computed, a round one to what follows from it."""
    said, key = _level_cell(here, shown, level_pct), level_key(shown, level_pct)
    name = {NEEDED: "level_needed", LAST_YEAR: "level_last_year"}.get(key.partition(":")[2])
    return of_outlook(here, agreement, name or "what_if_end", said, shown.points if name else key)


def chance(here: Surroundings, probability: float) -> str:
    """A number from 0 to 1 as people say it: omtrent 3 av 10."""
    if probability < 0.01:
        return here.say("page.outlook.chance.under")
    if probability > 0.99:
        return here.say("page.outlook.chance.over")
    part, whole = min(_SPOKEN, key=lambda share: abs(share[0] / share[1] - probability))
    return here.say("page.outlook.chance.about", part=part, whole=whole)


def certainty(here: Surroundings, agreement: Agreement, found: Outlook, probability: float) -> str:
    """The chance that traffic is at or below the reference level, in words with its number."""
    return here.say(
        "page.outlook.certainty_title",
        year=found.reference_year,
        chance=of_outlook(here, agreement, "chance_reached", chance(here, probability)),
        probability=of_outlook(here, agreement, "chance_reached", _probability(here, probability)),
    )


def _probability(here: Surroundings, probability: float) -> str:
    """0,29; never a 0 or 1 that only rounding has made."""
    for is_beyond, key, edge in ((probability < 0.01, "below", 0.01), (probability > 0.99, "above", 0.99)):
        if is_beyond:
            return here.say(f"page.outlook.answer.{key}", number=decimal_text(edge, 2, here.language))
    return decimal_text(probability, 2, here.language)


def staying_level(shown: WhatIf) -> float:
    """The level of the last year among those drawn; the one that reads the same where it has given way."""
    levels = shown.outcomes["level_pct"]
    return float(levels.iloc[(levels - shown.last_year_pct).abs().argmin()])


def _outcome(shown: WhatIf, level_pct: float) -> pd.Series:
    return shown.outcomes[shown.outcomes["level_pct"] == level_pct].iloc[0]


def crossing(here: Surroundings, crosses_on: object) -> str:
    """The month in which the index crosses zero, or that it does not."""
    return month_text(crosses_on, here.language) if isinstance(crosses_on, dt.date) else here.say("page.outlook.crosses_never")


def level_label(here: Surroundings, shown: WhatIf, level_pct: float) -> list[str]:
    """What stands at the end of a path, line by line."""
    meaning = _meaning(here, shown, level_pct)
    said = f"{signed_text(level_pct, _DECIMALS if meaning else 0, here.language)} %"
    return [f"<b>{said}</b>", meaning] if meaning else [said]


def _level_cell(here: Surroundings, shown: WhatIf, level_pct: float) -> str:
    meaning = _meaning(here, shown, level_pct)
    said = signed_text(level_pct, _DECIMALS, here.language)
    return f"{said} {meaning}" if meaning else said


def _meaning(here: Surroundings, shown: WhatIf, level_pct: float) -> str:
    if level_pct == shown.needed_pct:
        return here.say("page.outlook.gives_zero")
    return here.say("page.outlook.as_last_year") if level_pct == shown.last_year_pct else ""


def basis(here: Surroundings, agreement: Agreement, found: Outlook, other: WhatIf) -> str:
    """Of which points the 12-month indices are, how near that comes to the index itself, and what gives zero."""
    return here.say(
        f"page.outlook.basis.{other.points}",
        window=found.window_months,
        start=of_outlook(here, agreement, "what_if_start", signed_text(other.start_pct, 1, here.language), other.points),
        gap=of_outlook(here, agreement, "what_if_gap", decimal_text(abs(other.gap_pct), 2, here.language), other.points),
        needed=of_outlook(here, agreement, "level_needed", signed_text(other.needed_pct, _DECIMALS, here.language), other.points),
    )
