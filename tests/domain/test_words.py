"""Every word in both languages, and a message and an action for everything that can be found wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from domain.words import LANGUAGES, UnknownWord, text, words

ROOT = Path(__file__).resolve().parents[2]
# What is called with the code of a finding as its first argument.
CARRIERS = {"Finding", "finding", "Rule", "Refusal", "FileRefused", "_Refused", "CellNote", "reject", "_note"}


def codes_in_use() -> Iterator[str]:
    for room in ("checks", "pipelines"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and _name(call.func) in CARRIERS:
                    codes = [*call.args[:1], *(given.value for given in call.keywords if given.arg == "code")]
                    yield from (code.value for code in codes if isinstance(code, ast.Constant) and isinstance(code.value, str))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_the_languages_have_the_same_keys():
    assert words("nb").keys() == words("en").keys()


def test_the_languages_fill_the_same_places():
    assert {key: places(said) for key, said in words("nb").items()} == {key: places(said) for key, said in words("en").items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty(language):
    assert [key for key, said in words(language).items() if said in ("", "None") or said != said.strip()] == []


def test_every_finding_that_is_made_has_a_message_and_an_action_and_no_other_has():
    expected = {f"finding.{code}.{part}" for code in codes_in_use() for part in ("message", "action")}
    assert {key for key in words("nb") if key.startswith("finding.")} == expected


def test_the_search_for_codes_sees_each_kind_of_call():
    assert {"area_row_differs", "zip_bomb", "reading_exceeded_limits", "more_notes", "not_a_number", "error_value"} <= set(
        codes_in_use()
    )


def test_places_are_filled():
    assert text("command.no_such_file", "nb", file="a.xlsx") == "Filen «a.xlsx» finnes ikke."


@pytest.mark.parametrize(
    ("key", "language", "named"),
    [("page.goal", "nb", "page.goal"), ("no.such", "en", "en.yaml"), ("product.name", "de", "nb, en")],
)
def test_a_missing_word_is_named(key, language, named):
    with pytest.raises(UnknownWord, match=named):
        text(key, language)


def test_a_place_that_nobody_fills_is_an_error():
    with pytest.raises(KeyError, match="number"):
        text("command.traffic_committed", "nb", file="a.xlsx")
