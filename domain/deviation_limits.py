"""The limits of the deviation rules: what breaks them, on what basis, and how an agreement's own decisions replace the defaults.

Only the model. `domain/limit_file.py` reads the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from pydantic import Field

from domain.facts import Fact, Id, Source

Colour = Literal["green", "yellow", "red"]
Unit = Literal["pct", "pct_points", "days", "reports", "levels", "mnok", "number", "ratio"]
Basis = Literal["state_model", "local_setting", "decision"]
COLOURS: tuple[Colour, ...] = ("green", "yellow", "red")


class Bounds(Fact):
    """Which numbers break a limit. `above` and `below` leave the limit itself whole, `at_least` does not."""

    above: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None

    def are_broken_by(self, number: Decimal) -> bool:
        return (
            (self.above is not None and number > self.above)
            or (self.at_least is not None and number >= self.at_least)
            or (self.below is not None and number < self.below)
        )

    def are_empty(self) -> bool:
        return self.above is None and self.at_least is None and self.below is None

    def lie_within(self, outer: Bounds) -> bool:
        """Whether every number that breaks these breaks the outer ones, too."""
        return (
            (self.above is None or _is_at_most(outer.above, self.above) or _is_at_most(outer.at_least, self.above))
            and (self.at_least is None or _is_at_most(outer.at_least, self.at_least) or _is_below(outer.above, self.at_least))
            and (self.below is None or (outer.below is not None and self.below <= outer.below))
        )


def _is_at_most(bound: Decimal | None, limit: Decimal) -> bool:
    return bound is not None and bound <= limit


def _is_below(bound: Decimal | None, limit: Decimal) -> bool:
    return bound is not None and bound < limit


class DeviationLimit(Fact):
    """One rule with its limits. A colour without bounds is never given; without any, the rule is off."""

    rule_code: Id
    unit: Unit
    yellow: Bounds | None = None
    red: Bounds | None = None
    settings: dict[Id, Decimal] = Field(default_factory=dict)
    basis: Basis
    sources: tuple[Id, ...] = ()
    decided_on: dt.date | None = None
    matter: Id
    in_colour: bool = True
    needed_for_green: bool = False

    def colour_of(self, number: Decimal) -> Colour:
        """The worst colour whose bounds the number breaks; green where it breaks none."""
        if self.red and self.red.are_broken_by(number):
            return "red"
        return "yellow" if self.yellow and self.yellow.are_broken_by(number) else "green"

    @property
    def is_off(self) -> bool:
        return self.yellow is None and self.red is None


class OwnLimit(Fact):
    """What an agreement has decided of one rule. What it does not name stays as in the default; a colour set to null is off."""

    rule_code: Id
    yellow: Bounds | None = None
    red: Bounds | None = None
    settings: dict[Id, Decimal] = Field(default_factory=dict)
    basis: Literal["local_setting", "decision"]
    sources: tuple[Id, ...] = ()
    decided_on: dt.date | None = None
    in_colour: bool | None = None
    needed_for_green: bool | None = None


class DeviationLimits(Fact):
    """The rules in the order in which they are shown, and the sources of the defaults."""

    limits: tuple[DeviationLimit, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = ()

    def limit(self, rule_code: str) -> DeviationLimit:
        """The limit of a rule. KeyError with the rules that there are."""
        for limit in self.limits:
            if limit.rule_code == rule_code:
                return limit
        raise KeyError(f"{rule_code!r}; there are {', '.join(limit.rule_code for limit in self.limits)}")

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(limit.rule_code for limit in self.limits)


class LimitsRefused(ValueError):
    """An agreement's own limits cannot be used. `problems` holds all that is wrong, in the order given."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def limits_with(defaults: DeviationLimits, own: Iterable[OwnLimit]) -> DeviationLimits:
    """The defaults with an agreement's own limits in their place, in the order of the defaults. LimitsRefused with all problems.

    The ids in `sources` of an own limit are those of the agreement.
    """
    given = list(own)
    problems = list(_own_problems(defaults, given))
    if problems:
        raise LimitsRefused(problems)
    by_rule = {limit.rule_code: limit for limit in given}
    merged = tuple(_merged(limit, by_rule[limit.rule_code]) if limit.rule_code in by_rule else limit for limit in defaults.limits)
    problems = [problem for limit in merged if limit.rule_code in by_rule for problem in limit_problems(limit)]
    if problems:
        raise LimitsRefused(problems)
    return defaults.model_copy(update={"limits": merged})


def limit_problems(limit: DeviationLimit) -> Iterator[str]:
    """What is wrong with one limit: empty bounds, a red that is milder than the yellow, a basis without its sources."""
    for name, bounds in (("yellow", limit.yellow), ("red", limit.red)):
        if bounds and bounds.are_empty():
            yield f"{limit.rule_code}.{name}: must hold above, at_least or below"
    if limit.yellow and limit.red and not limit.yellow.are_empty() and not limit.red.lie_within(limit.yellow):
        yield f"{limit.rule_code}.red: must lie within yellow, so that no number is red without having been yellow"
    if limit.basis != "local_setting" and not limit.sources:
        yield f"{limit.rule_code}.sources: must hold at least one, or the basis must be local_setting"
    if limit.basis == "decision" and limit.decided_on is None:
        yield f"{limit.rule_code}.decided_on: must be the day of the decision"


def _own_problems(defaults: DeviationLimits, own: list[OwnLimit]) -> Iterator[str]:
    seen: set[str] = set()
    for limit in own:
        if limit.rule_code not in defaults.rules:
            yield f"{limit.rule_code}: is no rule; rules: {', '.join(defaults.rules)}"
            continue
        if limit.rule_code in seen:
            yield f"{limit.rule_code}: must be given once"
        seen.add(limit.rule_code)
        known = defaults.limit(limit.rule_code).settings
        for name in sorted(set(limit.settings) - set(known)):
            yield f"{limit.rule_code}.settings.{name}: is no setting; settings: {', '.join(known) or 'there are none'}"


def _merged(default: DeviationLimit, own: OwnLimit) -> DeviationLimit:
    changed: dict[str, object] = {"basis": own.basis, "sources": own.sources, "decided_on": own.decided_on}
    changed |= {name: getattr(own, name) for name in ("yellow", "red") if name in own.model_fields_set}
    changed |= {name: getattr(own, name) for name in ("in_colour", "needed_for_green") if getattr(own, name) is not None}
    changed["settings"] = {**default.settings, **own.settings}
    return default.model_copy(update=changed)
