"""The document of deviation rules has every rule of the file with its limits, settings, basis and words, and follows a change."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from domain.deviation_limits import Bounds, OwnLimit, limits_with
from domain.limit_file import default_limits
from domain.words import LANGUAGES, text
from pipelines.writing.limits_document import limits_document

LIMITS = default_limits()


def rows(document: str) -> dict[str, list[str]]:
    """The cells of each rule, by its code."""
    return {
        line.split("`")[1]: [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in document.splitlines()
        if line.startswith("| `")
    }


def test_every_rule_stands_there_once_in_the_order_of_the_file():
    assert tuple(re.findall(r"^\| `(\w+)`", limits_document(LIMITS), re.M)) == LIMITS.rules


@pytest.mark.parametrize("limit", LIMITS.limits, ids=lambda limit: limit.rule_code)
def test_a_row_has_all_that_the_file_says(limit):
    named, held, _, yellow, red, settings, basis, counts, matter = rows(limits_document(LIMITS))[limit.rule_code]
    for language in LANGUAGES:
        assert text(f"rule.{limit.rule_code}.name", language) in named
        assert text(f"rule.{limit.rule_code}.held", language) in held
        assert text(f"limits.rests_on.{limit.basis}", language) in basis
    for bounds, cell in ((limit.yellow, yellow), (limit.red, red)):
        told = [number for number in (bounds.below, bounds.at_least, bounds.above) if number is not None] if bounds else []
        assert [Decimal(number) for number in re.findall(r"-?\d+(?:\.\d+)?", cell)] == told
    assert all(f"`{name}` {number}" in settings for name, number in limit.settings.items())
    assert all(f"`{source}`" in basis for source in limit.sources)
    assert ("teller ikke" in counts) != limit.in_colour
    assert ("grønt" in counts) == limit.needed_for_green
    assert matter == f"`{limit.matter}`"


def test_a_decision_of_an_agreement_changes_the_row_and_no_other():
    decided = OwnLimit(
        rule_code="slip_baseline", yellow=Bounds(above=Decimal(60)), red=None, basis="decision", sources=("sak_12",),
        decided_on=dt.date(2026, 9, 1),
    )  # fmt: skip
    before, after = rows(limits_document(LIMITS)), rows(limits_document(limits_with(LIMITS, [decided])))
    assert [code for code in before if before[code] != after[code]] == ["slip_baseline"]
    assert after["slip_baseline"][3:5] == ["> 60", ""]
    assert "2026-09-01<br>`sak_12`" in after["slip_baseline"][6]


def test_each_sign_says_which_numbers_break_the_limit():
    found = rows(limits_document(LIMITS))
    assert found["year_spend"][3:5] == ["< 80, > 105", "< 60, > 115"]
    assert found["report_missing"][3:5] == ["> 0", "≥ 30"]
    assert found["cost_over_p85"][3:5] == ["", "> 100"]
