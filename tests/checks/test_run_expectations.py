"""Each kind of expectation: what fails, in which order, and that a crash is never taken for a failure."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from checks.rules import Rule
from checks.run_expectations import Asked, ChecksCrashed, Expected, failures, warm_up
from domain.returns import ReturnRow

ROOT = Path(__file__).resolve().parents[2]


def asked(kind, judged, against=None, code="made_up"):
    rows = [ReturnRow("table", "Ark", number, {}) for number in range(2, 2 + len(judged))]
    return Asked(Expected(Rule(code, "error", "column"), kind, "table", ("column",), against), rows, judged)


def failed(*cells):
    return [(failure.expected.rule.code, failure.row.row) for failure in failures(cells)]


@pytest.mark.parametrize(
    ("kind", "against", "judged", "rows"),
    [
        ("answered", None, [True, None, True, None], [3, 5]),
        ("answered", None, [None], [2]),
        ("one_of", frozenset({"a", "b"}), ["a", "c", "b", "A", "", "nan", "None"], [3, 5, 6, 7, 8]),
        ("one_of", frozenset(), ["a", "b"], [2, 3]),
        ("one_of", frozenset({"a b", "1 a"}), ["a b", "1 a", "a"], [4]),
        ("at_least", Decimal("-0.1"), [Decimal("-0.1"), Decimal("-0.10000001"), 0, -1], [3, 5]),
        ("at_most", Decimal(100), [Decimal(100), Decimal("100.00000001"), 10**400, Decimal("1E+999")], [3, 4, 5]),
        ("at_most", 500, [500, 501], [3]),
        ("form", r"a|b(c)?", ["a", "bc", "ac", "a\n", "xa", "", "\ud800", "a\ud800"], [4, 5, 6, 7, 8, 9]),
        ("form", r"\d(?=5)5", ["15", "16"], [3]),
        ("unique", None, ["x", "y", "x", "X", "x"], [2, 4, 6]),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_told(kind, against, judged, rows):
    assert failed(asked(kind, judged, against)) == [("made_up", row) for row in rows]


def test_columns_that_meet_the_same_kind_are_not_mixed_up():
    cells = (
        asked("one_of", ["a", "b"], frozenset("a"), "first"),
        asked("unique", ["k", "l"], code="keys"),
        asked("one_of", ["a", "b"], frozenset("b"), "second"),
        asked("one_of", ["a", "b"], frozenset("a"), "third"),
        asked("at_most", [1, 2], 1, "limit"),
        asked("at_most", [1, 2], 2, "other limit"),
        asked("unique", ["k", "k"], code="other keys"),
        asked("form", ["a", "b"], "a", "form"),
        asked("form", ["a", "b"], "b", "other form"),
        asked("answered", [], code="nobody"),
    )
    assert failed(*cells) == [
        ("first", 3), ("second", 2), ("third", 3), ("limit", 3), ("other keys", 2), ("other keys", 3), ("form", 3),
        ("other form", 2),
    ]  # fmt: skip


def test_nothing_asked_is_nothing_failed():
    assert failures([]) == []


def test_a_crash_names_the_expectation_and_is_no_failure():
    with pytest.raises(ChecksCrashed, match=r"expect_column_values_to_match_regex on form: \w+"):
        failures([asked("form", ["a"], "(")])
    assert failed(asked("form", ["a"], "b")) == [("made_up", 2)]


def test_several_threads_get_their_own_answers():
    def one(number):
        return failed(asked("at_most", list(range(20)), number, str(number)))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(12)))
    assert answers == [[(str(number), row) for row in range(number + 3, 22)] for number in range(12)]


def test_it_can_be_warmed_up_again():
    warm_up()
    warm_up()


def test_the_library_is_not_imported_by_those_who_only_know_the_suites():
    said = "import checks.columns, sys; sys.exit('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], cwd=ROOT, check=False).returncode == 0
