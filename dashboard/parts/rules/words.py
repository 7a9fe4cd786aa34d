"""The deviation rules in words: their names, how much a project deviates, one sentence with the numbers, and their limits.

Amounts are in the kroner of the report, since that is what a rule holds against each other.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.parts.rules.cases import CASES, counted, evidence_day, level_kept
from dashboard.parts.surroundings import Surroundings
from domain.deviation_limits import Bounds, Colour, DeviationLimit
from domain.facts import Source
from domain.forms import QUARTERLY_RETURN, load_form
from domain.limit_file import default_limits
from domain.model import Agreement
from domain.numbers import date_text, exact_text
from pipelines.answers.deviations.results import GREENER, RuleResult
from pipelines.methods.deviations import DEVIATES
from pipelines.methods.rules.case import ENDED, NOTHING_THERE

_COLOURS: tuple[Colour, ...] = ("yellow", "red")


def rule_name(here: Surroundings, rule: str) -> str:
    """The name of a rule: Prognose over styringsramme (P50)."""
    return here.say(f"rule.{rule}.name")


def how_much(here: Surroundings, result: RuleResult) -> str:
    """How much in a few words, signed and with its unit: 12,4 mill. kr over P50 (+8,2 %). That nothing can be told, where so."""
    if _tells_nothing(result):
        return here.say("rule.cannot_tell")
    case, named = CASES[result.rule](here, None, result)
    return here.say(f"rule.{result.rule}.much.{case}", **named)


def rule_sentence(here: Surroundings, agreement: Agreement, result: RuleResult) -> str:
    """One whole sentence or two with the figures that the rule has read, and what is lacking."""
    lack = lack_said(here, result)
    if _tells_nothing(result):
        sentence = here.say("rule.said_cannot_tell", name=rule_name(here, result.rule), lack=lack)
    else:
        case, named = CASES[result.rule](here, agreement, result)
        sentence = here.say(f"rule.{result.rule}.said.{case}", **named)
        sentence = _with_more(here, result, sentence)
        sentence = here.say("rule.also_lacking", said=sentence, lack=lack) if lack else sentence
    if result.level == "cannot_tell" and result.level_told in DEVIATES:
        return here.say("rule.last_told", said=sentence, level=level_kept(here, result.level_told))
    return sentence


def lack_said(here: Surroundings, result: RuleResult) -> str:
    """Which figure is not there, in which sheet of the form, and why; empty where none is lacking."""
    if result.lack is None:
        return ""
    reason, table, column = result.lack
    if reason == ENDED:
        return here.say("rule.ended")
    form = load_form(QUARTERLY_RETURN)
    asked = form.table(table)
    named = {
        "sheet": asked.sheet.in_language(here.language),
        "column": asked.column(column).header.in_language(here.language),
    }
    if any(found.code == reason for found in form.missing):
        return here.say("rule.lack.coded", reason=form.missing_code(reason).label.in_language(here.language), **named)
    if reason == NOTHING_THERE and result.rule == GREENER:
        reason = "no_data_colour"
    if reason == "no_row" and column == "milestone":
        reason = "no_milestone"
    return here.say(f"rule.lack.{reason}", **named)


def limit_said(here: Surroundings, limit: DeviationLimit, agreement: Agreement | None = None) -> str:
    """What number is held against the limits, what gives yellow and red, and on what basis: the state's model, local, decided."""
    held = here.say(f"rule.{limit.rule_code}.held")
    if limit.is_off:
        return here.say("rule.limit.off", held=held)
    sentence = f"{held}."
    for number, (colour, bounds) in enumerate((it, _bounds(limit, it)) for it in _COLOURS if _bounds(limit, it)):
        named = {"level": level_kept(here, colour), "bounds": _bounds_said(here, limit, bounds)}
        is_first = number == 0
        sentence = (
            here.say("rule.limit.said", held=held, **named) if is_first else here.say("rule.limit.more", said=sentence, **named)
        )
    for name, number_of in limit.settings.items():
        named = {"number": exact_text(number_of, here.language), "level": level_kept(here, "red")}
        sentence = here.say(f"rule.limit.{name}", said=sentence, **named)
    if not limit.in_colour:
        sentence = here.say("rule.limit.beside", said=sentence)
    return _basis_said(here, limit, agreement, sentence)


def limit_sources(limit: DeviationLimit, agreement: Agreement | None = None) -> tuple[Source, ...]:
    """The documents that a limit rests on: the agreement's own, or those of the defaults."""
    own = agreement.sources if agreement and limit.basis != "state_model" else ()
    known = {source.source_id: source for source in (*default_limits().sources, *own)}
    return tuple(known[name] for name in limit.sources if name in known)


def _tells_nothing(result: RuleResult) -> bool:
    return result.level == "cannot_tell" or (result.number is None and not result.evidence)


def _with_more(here: Surroundings, result: RuleResult, sentence: str) -> str:
    """The sentence with what the owner has said of it: a reason, or another adopted plan than the one that is known."""
    evidence = result.evidence
    if result.rule == GREENER and evidence.get("reason"):
        return here.say("rule.reported_greener.reason", said=sentence, reason=evidence["reason"])
    if result.rule == "slip_baseline" and evidence["stated_baseline_on"] != evidence["baseline_on"]:
        return here.say("rule.slip_baseline.stated", said=sentence, stated=evidence_day(here, evidence, "stated_baseline_on"))
    return sentence


# Limits.


def _bounds(limit: DeviationLimit, colour: Colour) -> Bounds | None:
    return limit.yellow if colour == "yellow" else limit.red


def _bounds_said(here: Surroundings, limit: DeviationLimit, bounds: Bounds | None) -> str:
    """Under 80 % eller over 105 %; minst 2 rapporter."""
    given = [(name, getattr(bounds, name)) for name in ("below", "at_least", "above")]
    parts = [here.say(f"rule.limit.{name}", number=_in_unit(here, limit, it)) for name, it in given if it is not None]
    return f" {here.say('rule.limit.or')} ".join(parts)


def _in_unit(here: Surroundings, limit: DeviationLimit, number: Decimal) -> str:
    said = exact_text(number, here.language)
    if limit.unit == "number":
        return said
    if limit.unit in {"days", "reports", "levels"}:
        return counted(here, limit.unit, float(number))
    return here.say(f"rule.{limit.unit}", n=said)


def _basis_said(here: Surroundings, limit: DeviationLimit, agreement: Agreement | None, sentence: str) -> str:
    documents = [
        here.say("rule.limit.source", title=source.title, publisher=source.publisher)
        for source in limit_sources(limit, agreement)
    ]
    basis = "local_sources" if limit.basis == "local_setting" and documents else limit.basis
    named = {"sources": ", ".join(documents or limit.sources), "said": sentence}
    if limit.decided_on:
        named["day"] = date_text(limit.decided_on, here.language)
    return here.say(f"rule.limit.{basis}", **named)
