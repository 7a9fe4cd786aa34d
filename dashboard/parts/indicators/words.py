"""The indicators in sentences made from their figures. What is not comparable is never put into one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from dashboard.parts.blocks import Said, joined
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, traced_figure
from domain.indicators import Indicator
from domain.model import Agreement
from domain.numbers import date_text, decimal_text
from pipelines.answers.cited.series import Observation, Series
from pipelines.answers.indicators import IndicatorAnswer, IndicatorFigures
from pipelines.answers.trace.computed.cited import figure_key
from pipelines.answers.trace.published import CITED, cited_key

# From here on the age of the newest figure is said.
_OLD_YEARS = 3


def headline(here: Surroundings, agreement: Agreement, answer: IndicatorAnswer) -> str:
    """How many indicators move the wanted way, how new the figures are, and how many have an agreed target."""
    if not answer.figures:
        key = "none_then" if here.is_past else "none"
        return here.say(f"page.indicators.{key}", name=agreement.short_name, day=date_text(here.as_of, here.language))
    moves = [found.movement for found in answer.figures if found.movement]
    years = [found.lead.observations[-1].year for found in answer.figures if found.lead]
    said = here.say("page.indicators.finding_still")
    if moves:
        led = partial(computed, here, agreement, None)
        wanted = led("indicators.indicators_wanted", str(sum(bool(move.is_wanted) for move in moves)))
        moved = led("indicators.indicators_moved", str(len(moves)))
        said = here.say("page.indicators.finding", wanted=wanted, moved=moved)
    if not years:
        return said
    key = "finding_year" if min(years) == max(years) else "finding_years"
    targets = _targets_said(here, agreement, answer)
    return joined((said, here.say(f"page.indicators.{key}", first=min(years), last=max(years), targets=targets)), " ")


def _targets_said(here: Surroundings, agreement: Agreement, answer: IndicatorAnswer) -> str:
    n = sum(target(here, agreement, found.indicator) is not None for found in answer.figures)
    if not n:
        return here.say("page.indicators.targets_none")
    return here.say(
        "page.indicators.targets_some", n=computed(here, agreement, None, "indicators.indicators_with_target", str(n))
    )


def target(here: Surroundings, agreement: Agreement, indicator: Indicator) -> str | None:
    """The target that the agreement sets for an indicator, in its own words; None where none is agreed or known."""
    agreed = agreement.indicator_targets
    if not isinstance(agreed, dict) or indicator.indicator_id not in agreed:
        return None
    return agreed[indicator.indicator_id].in_language(here.language)


def sentence(here: Surroundings, agreement: Agreement, found: IndicatorFigures) -> str:
    """The finding of one indicator: its leading series from the first comparable figure to the last."""
    indicator, lead, move = found.indicator, found.lead, found.movement
    if lead is None:
        key = "main" if indicator.role == "main" else "changes_only"
        name, page = indicator.name.in_language(here.language), here.say("page.goal.nav")
        return here.say(f"page.indicators.{key}", name=name, page=page)
    item, last = indicator.item(lead.item_id), lead.observations[-1]
    named: dict[str, object] = {
        "subject": item.subject.in_language(here.language) if item else lead.item_id,
        "area": lead.area_name,
        "last": cited(here, agreement, of_series(found, lead), last, amount(here, indicator, last.amount)),
        "year": last.year,
    }
    if move is None:
        return here.say(f"page.indicators.{'single' if len(lead.observations) == 1 else 'single_comparable'}", **named)
    named |= {
        "first": cited(here, agreement, of_series(found, lead), move.first, amount(here, indicator, move.first.amount)),
        "first_year": move.first.year,
    }
    if move.first.amount == last.amount:
        return here.say("page.indicators.still", **named)
    way = here.say(f"page.indicators.way.{'up' if last.amount > move.first.amount else 'down'}")
    return here.say("page.indicators.moved", way=way, **named)


def cited(here: Surroundings, agreement: Agreement, of: tuple[str, str, str], found: Observation, said: str) -> Said:
    """Words about a cited figure that lead to its line and cell; those of a sum lead to its parts.

    `of` is the indicator, the item and the area.
    """
    if found.line is not None:
        return traced_figure(here, agreement, found.submission_id, CITED, cited_key("indicators", found.line), said)
    key = figure_key(*of, found.year)
    return computed(here, agreement, None, "indicators.indicator_sum", said, grain="indicator", of=key)


def of_series(found: IndicatorFigures, series: Series) -> tuple[str, str, str]:
    """What tells the figures of a series from others: indicator, item and area."""
    return found.indicator.indicator_id, series.item_id, series.area_name


def below(here: Surroundings, found: IndicatorFigures) -> str:
    """The unit of the panels, the maker, and how new the newest figure is, with its age where it is old."""
    year = max(observation.year for series in found.series for observation in series.observations)
    age = here.as_of.year - year
    return here.say(
        f"page.indicators.{'below_old' if age > _OLD_YEARS else 'below'}",
        unit=(found.indicator.shown.unit_in_full or found.indicator.unit).in_language(here.language),
        maker=found.indicator.maker.in_language(here.language),
        year=year,
        n=age,
    )


def amount(here: Surroundings, indicator: Indicator, number: Decimal) -> str:
    """The amount with its unit, as a sentence has it: 54 %, 24,3 millioner."""
    said = {"number": label(here, indicator, number), "unit": indicator.shown.unit.in_language(here.language)}
    return here.say("page.indicators.amount", **said).replace(" ", "\u00a0", 1)


def label(here: Surroundings, indicator: Indicator, number: Decimal) -> str:
    """The amount as a figure has it, without its unit; as many decimals as the source gives, where no other number is set."""
    shown = indicator.shown
    decimals = decimals_of(number) if shown.decimals is None else shown.decimals
    return decimal_text(float(number / shown.per), decimals, here.language)


def decimals_of(number: Decimal) -> int:
    """How many decimals an amount was given with."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def item_name(here: Surroundings, indicator: Indicator, item_id: str) -> str:
    """What an item is called; as it is cited where the indicator does not know it."""
    item = indicator.item(item_id)
    return item.name.in_language(here.language) if item else item_id


def unit(here: Surroundings, indicator: Indicator, series: Series) -> str:
    """The unit of a series in full: the indicator's own, or what a percentage is relative to."""
    if series.is_level_of(indicator):
        return indicator.unit.in_language(here.language)
    basis = series.compared_with or "not_stated"
    if basis.isdecimal():
        return here.say("page.indicators.unit.year", year=basis)
    return here.say(f"page.indicators.unit.{basis}") if basis in _BASES else basis


_BASES = ("total", "previous_year", "not_stated")


def note(here: Surroundings, indicator: Indicator, series: Series, found: Observation) -> str:
    """What is to be known of one figure: that it is a sum of ours, or its cited note."""
    item = indicator.item(series.item_id)
    if found.parts and item:
        return here.say("page.indicators.sum", parts=_parts(here, indicator, item.sum_of, found.parts))
    known = indicator.note(found.note)
    return known.text.in_language(here.language) if known else found.note or ""


def _parts(here: Surroundings, indicator: Indicator, item_ids: Sequence[str], parts: Sequence[Observation]) -> str:
    """Bilfører (44 %) og bilpassasjer (10 %)."""
    said = [
        here.say(
            "page.indicators.part",
            item=item_name(here, indicator, item_id).lower(),
            amount=amount(here, indicator, part.amount),
        )
        for item_id, part in zip(item_ids, parts, strict=True)
    ]
    return f" {here.say('page.indicators.and')} ".join([", ".join(said[:-1]), said[-1]])
