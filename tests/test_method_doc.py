"""docs/method.md is what the functions do: every example in it is run on them, and every rule and term of it exists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from domain.glossary import load_glossary
from domain.limit_file import default_limits
from tests import method_examples, money_examples, portfolio_examples

DOCUMENT = (Path(__file__).parents[1] / "docs" / "method.md").read_text(encoding="utf-8")
CASES = method_examples.CASES | money_examples.CASES | portfolio_examples.CASES
# Everything stays the text that it is, so that a number is held to the decimals that it is written with.
EXAMPLES = [
    (name, YAML(typ="base").load(body))
    for name, body in re.findall(r"^```yaml example: (\w+)\n(.*?)^```$", DOCUMENT, re.S | re.M)
]


def as_written(found: Any, expected: Any) -> Any:
    """What was found, written as the document writes it: with its keys, its decimals and its words."""
    if isinstance(expected, Mapping):
        return {key: as_written(found[key], it) for key, it in expected.items()}
    if isinstance(expected, list):
        return [as_written(it, told) for it, told in zip(found, expected, strict=True)]
    if found is None or isinstance(found, bool):
        return "none" if found is None else "yes" if found else "no"
    if isinstance(found, dt.date):
        return found.isoformat()
    if isinstance(found, str):
        return found
    n_decimals = len(expected.partition(".")[2])
    return f"{Decimal(str(found)):.{n_decimals}f}".removeprefix("-" if round(Decimal(str(found)), n_decimals) == 0 else "+")


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{place}-{name}" for place, (name, _) in enumerate(EXAMPLES)])
def test_every_example_is_what_the_functions_say(name, example):
    assert set(example) == {"given", "gives"}
    found = CASES[name](example["given"])
    assert as_written(found, example["gives"]) == example["gives"]


def test_every_block_is_an_example_and_every_case_has_one():
    assert DOCUMENT.count("```") == 2 * len(EXAMPLES)
    assert {name for name, _ in EXAMPLES} == set(CASES)


def test_every_rule_has_an_example_that_deviates():
    told = {
        it["given"]["rule"]: it["gives"]["level"] for name, it in EXAMPLES if name == "rule" and it["gives"]["number"] != "none"
    }
    assert set(told) == set(default_limits().rules)
    assert set(told.values()) == {"yellow", "red"}


@pytest.mark.parametrize("lost", ["number", "level"])
def test_an_example_that_is_wrong_is_seen(lost):
    example = next(it for name, it in EXAMPLES if name == "rule")
    wrong = {**example["gives"], lost: "7"}
    assert as_written(CASES["rule"](example["given"]), wrong) != wrong


def test_norwegian_words_are_those_of_the_glossary():
    known = {term.nb for term in load_glossary()}
    written = {it for it in re.findall(r"(?<![*\w])\*([a-zæøå][^*\n]*)\*(?!\*)", DOCUMENT) if it != "italics"}
    assert written
    assert written <= known


def test_the_sixty_projects_order_by_correlation_and_meet_the_exact_ratio():
    found = [CASES["sixty_projects"](it["given"]) for name, it in EXAMPLES if name == "sixty_projects"]
    for told in found:
        apart, between, together = told["over_sum_p50_pct"]
        assert 0 < apart < between < together
        assert together == pytest.approx(told["exact_at_rho_1_pct"], abs=0.2)
    # With one spread the ratio at full correlation is exp(1.036433 sigma), whatever the sizes.
    assert 100 * (2.718281828459045 ** (1.036433 * found[0]["sigma"]) - 1) == pytest.approx(
        found[0]["exact_at_rho_1_pct"], abs=1e-4
    )
