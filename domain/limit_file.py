"""The door of domain/deviation_limits.yaml: the default deviation rules, read once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import ValidationError

from domain.deviation_limits import DeviationLimit, DeviationLimits, limit_problems
from domain.fact_files import Content, doubles, load_fact_file, mappings_in
from domain.faults import Fault
from domain.load import BUILT_IN

DEFAULTS = BUILT_IN.with_name("deviation_limits.yaml")


@cache
def default_limits() -> DeviationLimits:
    """The rules that hold where an agreement has decided no other limit. LoadError with every problem at once."""
    return load_fact_file(DEFAULTS, DeviationLimits, "the deviation limits", limit_faults)


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
