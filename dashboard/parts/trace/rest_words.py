"""What a figure of the outlook or of the indicators is of, and what it rests on, in words."""

from __future__ import annotations

from dashboard.parts.indicators.words import item_name, target
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.words import unit_text
from domain.indicators import load_indicators
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, signed_text
from pipelines.answers.trace.computed.ahead import LAST_YEAR, NEEDED
from pipelines.answers.trace.computed.made import Rest
from pipelines.answers.trace.index_parts import INDEX
from pipelines.answers.trace.published import CITED, KINDS, SEPARATOR

_DECIMALS = 1
_SETS = ("same_points", "each_window")


def ahead_said(here: Surroundings, key: str) -> str:
    """What a figure of the outlook is of: a level and the points that it is of, or half the width of an interval."""
    name, _, level = key.partition(":")
    if name not in _SETS:
        return here.say("trace_rests.half", half=decimal_text(_number(name), _DECIMALS, here.language))
    said = here.say(f"trace_rests.{name}")
    if level in (NEEDED, LAST_YEAR):
        return f"{here.say(f'trace_rests.{level}')}, {said}"
    return (
        f"{here.say('trace_rests.level', level=signed_text(_number(level), _DECIMALS, here.language))}, {said}" if level else said
    )


def _number(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None


def indicator_said(here: Surroundings, key: str) -> str:
    """Indicator, item, area, year and the year that it is compared with, in words."""
    indicator_id, item_id, *rest = [*key.split("|"), ""]
    indicator = load_indicators().get(indicator_id)
    if indicator is None:
        return key
    item = item_name(here, indicator, item_id) if item_id else ""
    area, year, since = [*rest, "", "", ""][:3]
    years = here.say("trace_rests.years", year=year, since=since) if since else year
    return ", ".join(part for part in (indicator.name.in_language(here.language), item, area, years) if part)


def target_said(here: Surroundings, agreement: Agreement, indicator_id: str) -> str:
    """The target that the agreement's own file sets for an indicator, in its own words."""
    indicator = load_indicators().get(indicator_id)
    return (target(here, agreement, indicator) if indicator else None) or NO_VALUE


def unit_of(here: Surroundings, rest: Rest) -> str:
    """The unit of a published figure as it stands after the number."""
    if rest.table in KINDS:
        return unit_text(here, KINDS[rest.table].unit)
    indicator = load_indicators().get(rest.name.partition("|")[0])
    return f"\u00a0{indicator.unit.in_language(here.language)}" if indicator else ""


def rest_said(here: Surroundings, rest: Rest) -> str:
    """What a published figure is of: the window of an index, the name of a counting point, or indicator, item and area."""
    if rest.table == CITED:
        return indicator_said(here, rest.name)
    window = rest.key.partition(SEPARATOR)[0]
    return here.say("trace_rests.index", window=window) if rest.table == INDEX else rest.name
