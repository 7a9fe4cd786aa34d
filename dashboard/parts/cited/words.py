"""Cited projects in words made from their facts. Amounts of different kinds are listed beside each other, never compared."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from dashboard.parts.indicators.words import decimals_of
from dashboard.parts.surroundings import Surroundings
from domain.cited_amounts import Meaning
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from pipelines.answers.cited.costs import CostFact, Span, comparable_runs, newest
from pipelines.answers.cited.projects import CitedPortfolio, CitedProject, Knowledge, StatedDate

_SEASON = re.compile(r"(\d{4})-(spring|summer|autumn|winter)")
_RESTS: tuple[Knowledge, ...] = ("one_cost", "no_cost", "no_amount")
# Between statements that hold commas of their own.
BETWEEN = "; "
# Words that say of VAT and land what they hold.
_HELD = {True: "included", False: "excluded"}


def headline(here: Surroundings, found: CitedPortfolio) -> str:
    """How many projects have a cost history, and what is known of the cost of the others."""
    n_history = found.n_with("history")
    key = "headline" if n_history else "headline_none"
    first = here.say(f"cited.{key}", n=len(found.projects), **({"n_history": n_history} if n_history else {}))
    rests = [here.say(f"cited.rest.{name}", n=n) for name in _RESTS if (n := found.n_with(name))]
    if not rests:
        return here.say("cited.sentence_alone", headline=first)
    return here.say("cited.sentence", headline=first, rest=listed(here, rests))


def comparability(here: Surroundings, found: CitedPortfolio) -> str:
    """In how many histories two amounts of the cost may be compared."""
    histories = [project for project in found.projects if project.knowledge == "history"]
    n = sum(project.has_comparable_costs for project in histories)
    return here.say("cited.comparable_some", n=n, n_history=len(histories)) if n else here.say("cited.comparable_none")


def history_title(here: Surroundings, project: CitedProject) -> str:
    """How often the cost is stated, and as what last; for a project without a history, that its amounts are of several kinds."""
    if project.knowledge != "history":
        return here.say("cited.history.title_apart", name=project.name, n=len(project.facts))
    dates = {fact.about for fact in project.whole_costs if fact.about}
    said = [_last_cost(here, fact) for fact in newest(project.whole_costs)]
    return here.say("cited.history.title", name=project.name, n=len(dates), newest=listed(here, said))


def _last_cost(here: Surroundings, fact: CostFact) -> str:
    amount, date = money_text(here, fact), span_text(here, fact.about)
    if fact.meaning.amount_type != "total_estimate":
        kind = kind_name(here, fact.meaning)
        date = here.say("cited.kind_and_date", kind=kind[:1].lower() + kind[1:], date=date)
    return here.say("cited.of_date", words=amount, date=date)


def comparable_line(here: Surroundings, project: CitedProject) -> str:
    """Which amounts of a project may be compared with each other."""
    runs = comparable_runs(project.facts)
    if not runs:
        return here.say("cited.history.compare_none")
    groups = [here.say("cited.history.group", what=full_name(here, run[0].meaning), n=len(run)) for run in runs.values()]
    return here.say("cited.history.compare", groups=BETWEEN.join(groups))


def amount_text(here: Surroundings, fact: CostFact) -> str:
    """The amount in mill. kr with as many decimals as its source gives; an increase with its sign."""
    return _about(here, fact, _number(here, fact))


def money_text(here: Surroundings, fact: CostFact) -> str:
    """The same with its unit, as a sentence has it."""
    return _about(here, fact, here.say("cited.mnok", amount=_number(here, fact)))


def _number(here: Surroundings, fact: CostFact) -> str:
    said = decimal_text(float(fact.amount_mnok), decimals_of(fact.amount_mnok), here.language)
    return f"+{said}" if fact.meaning.tells == "increase" and fact.amount_mnok > 0 else said


def _about(here: Surroundings, fact: CostFact, said: str) -> str:
    return here.say("cited.about", amount=said) if fact.meaning.is_about else said


def kind_name(here: Surroundings, meaning: Meaning) -> str:
    """The type of an amount."""
    return here.say(f"cited.amount_type.{meaning.amount_type}")


def kroner(here: Surroundings, meaning: Meaning) -> str:
    """What the kroner are worth, and what the amount holds: 2016-kroner, uten grunnerverv."""
    parts = [_price(here, meaning)]
    if meaning.includes_vat is not None:
        parts.append(here.say(f"cited.vat.{_HELD[meaning.includes_vat]}"))
    if meaning.land is not None:
        parts.append(here.say(f"cited.land.{meaning.land}"))
    return ", ".join(parts)


def full_name(here: Surroundings, meaning: Meaning) -> str:
    """The type of an amount and its kroner."""
    return here.say("cited.in_kroner", what=kind_name(here, meaning), kroner=kroner(here, meaning))


def _price(here: Surroundings, meaning: Meaning) -> str:
    if meaning.price_kind == "real":
        key = "real_quarter" if meaning.price_quarter else "real"
        places = {"year": meaning.price_year} | ({"quarter": meaning.price_quarter} if meaning.price_quarter else {})
        return here.say(f"cited.price.{key}", **places)
    return here.say(f"cited.price.{meaning.price_kind}")


def span_text(here: Surroundings, span: Span | None) -> str:
    """A date as exact as its source gives it; words where it gives none."""
    return stated_date_text(here, span.stated) if span else here.say("cited.undated")


def stated_date_text(here: Surroundings, stated: str) -> str:
    """A date as a source gives it, in the reader's language: a day, a month, a quarter, a season, a year; else as it stands."""
    season = _SEASON.fullmatch(stated)
    if season:
        return here.say(f"cited.season.{season[2]}", year=season[1])
    try:
        is_day = len(stated) == len("2022-11-21")
        return date_text(dt.date.fromisoformat(stated), here.language) if is_day else period_text(stated, here.language)
    except ValueError:
        return stated


def phase_text(here: Surroundings, project: CitedProject) -> str:
    """The newest phase with its date, as the sources word it; two where sources of one date differ."""
    if not project.phases:
        return here.say("cited.projects.no_phase")
    words = ", ".join(found.words for found in project.phases)
    return here.say("cited.of_date", words=words, date=span_text(here, project.phases[-1].about))


def dates_text(here: Surroundings, dates: Sequence[StatedDate]) -> str:
    """Start and opening: planned, come, or as stated."""
    said = [here.say(f"cited.event.{each.event}.{each.kind}", date=stated_date_text(here, each.stated)) for each in dates]
    return BETWEEN.join(said) or NO_VALUE


def cost_text(here: Surroundings, project: CitedProject) -> str:
    """The newest amounts of the whole cost, or that none was found."""
    if not project.whole_costs:
        return here.say("cited.projects.no_cost" if project.facts else "cited.projects.no_amount")
    return _amounts(here, newest(project.whole_costs))


def other_text(here: Surroundings, project: CitedProject) -> str:
    """The newest amounts of the types that are no whole cost, without those that are parts of another."""
    others = [
        fact
        for facts in project.newest_amounts.values()
        for fact in facts
        if fact.meaning.tells != "whole_cost" and not fact.meaning.is_part
    ]  # fmt: skip
    return _amounts(here, others) or NO_VALUE


def _amounts(here: Surroundings, facts: Sequence[CostFact]) -> str:
    said = [
        here.say(
            "cited.projects.amount",
            what=kind_name(here, fact.meaning),
            amount=amount_text(here, fact),
            date=span_text(here, fact.about),
        )
        for fact in facts
    ]
    return BETWEEN.join(said)


def listed(here: Surroundings, words: Sequence[str]) -> str:
    """a, b og c."""
    return f" {here.say('cited.and')} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
