"""The documents made from the form and the rules are those that the checkout has, and leave nothing out."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from domain.forms import load_form
from domain.words import LANGUAGES, text
from pipelines.writing.documents import DOCS, data_dictionary, documents, rules_document, rules_of_returns, write_documents

MADE_BY = "python -m pipelines.writing.documents"


@pytest.mark.parametrize("name", documents())
def test_the_checkout_has_what_would_be_made_today(name):
    assert (DOCS / name).read_text(encoding="utf-8") == documents()[name], f"stale: {MADE_BY}"


def test_both_are_written(tmp_path):
    write_documents(tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == documents()


@pytest.mark.parametrize("table", load_form().tables, ids=lambda table: table.table)
def test_every_column_is_in_the_dictionary_once_in_both_languages(table):
    form = load_form()
    own = data_dictionary(form).split(f"(`{table.table}`)\n")[1].split("\n## ")[0]
    main = own.split("\n### ")[0]
    assert re.findall(r"^\| `(\w+)` \|", main, re.M) == [column.column for column in table.columns]
    for language in LANGUAGES:
        assert table.about.in_language(language) in main
        for column in table.columns:
            assert form.heading(column, language) in main
            assert column.help.in_language(language) in main
            assert all(f"| {choice.label.in_language(language)} |" in own for choice in column.allowed)


@pytest.mark.parametrize(
    "said",
    [
        "Tall, fra 55 til 75, eller Ikke aktuelt; Ikke kjent ennå",
        "Amount, from 0 to 50000, or Not yet known; Not applicable; Not delivered; Exempt, kind of amount `budget`",
        "Per cent, from -100 to 10000, or Not applicable, new in version 2",
        "Når Prosjekter: Fase er Byggefase; Åpnet; Avsluttet",
        "When Colour time is Yellow; Red",
        "ID, fra arket Prosjekter",
        "Rader skilles på: Prosjekt-ID, Finansieringskilde, Kostnadselement, År.",
        "Each running project must have a row.",
        "from the agreement's list `funding_sources`",
    ],
)
def test_the_dictionary_says_limits_conditions_and_versions(said):
    assert said in data_dictionary(load_form())


def test_every_rule_is_listed_once_with_its_words():
    made = rules_document()
    codes = re.findall(r"^\| `(\w+)` \|", made, re.M)
    assert Counter(codes) == Counter(rule.code for rule in rules_of_returns())
    for rule in rules_of_returns():
        line = next(line for line in made.splitlines() if line.startswith(f"| `{rule.code}` |"))
        for language in LANGUAGES:
            assert text(f"severity.{rule.severity}", language) in line
            assert text(f"finding.{rule.code}.action", language).replace("*", "\\*") in line


@pytest.mark.parametrize("name", documents())
def test_every_row_of_a_table_has_the_cells_of_its_head(name):
    n_cells = None
    for line in documents()[name].splitlines():
        n_now = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
        assert n_cells is None or n_now in (None, n_cells), line
        n_cells = n_now
