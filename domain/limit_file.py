"""The door of domain/deviation_limits.yaml: the default deviation rules, read once, and an agreement's own in their place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import ValidationError

from domain.deviation_limits import DeviationLimit, DeviationLimits, LimitsRefused, limit_problems, limits_with
from domain.fact_files import Content, doubles, load_fact_file, mappings_in
from domain.faults import Fault
from domain.load import BUILT_IN
from domain.model import Agreement

DEFAULTS = BUILT_IN.with_name("deviation_limits.yaml")


@cache
def default_limits() -> DeviationLimits:
    """The rules that hold where an agreement has decided no other limit. LoadError with every problem at once."""
    return load_fact_file(DEFAULTS, DeviationLimits, "the deviation limits", limit_faults)


def limits_of(agreement: Agreement) -> DeviationLimits:
    """The rules of an agreement: its own limits, checked when it is loaded, and the defaults where it has none."""
    return limits_with(default_limits(), agreement.deviation_limits)


def own_limit_faults(agreement: Agreement) -> list[Fault]:
    """What is wrong with an agreement's own limits: no such rule or setting, given twice, limits that make no sense."""
    try:
        limits_of(agreement)
    except LimitsRefused as refused:
        places = {own.rule_code: number for number, own in enumerate(agreement.deviation_limits)}
        return [_own_fault(places, problem) for problem in refused.problems]
    return []


def _own_fault(places: dict[str, int], problem: str) -> Fault:
    where, _, accepted = problem.partition(": ")
    rule, *keys = where.split(".")
    return Fault(("deviation_limits", places[rule], *keys), "", accepted)


def limit_faults(content: Content) -> Iterator[Fault]:
    """What the model cannot say of the file: rules given twice, limits that make no sense."""
    yield from doubles(content, "limits", "rule_code")
    for number, item in mappings_in(content, "limits"):
        try:
            limit = DeviationLimit.model_validate(item)
        except ValidationError:
            continue  # load_fact_file says what is wrong with the form
        for problem in limit_problems(limit):
            key, _, accepted = problem.partition(": ")
            yield Fault(("limits", number, *key.split(".")[1:]), "", accepted)
