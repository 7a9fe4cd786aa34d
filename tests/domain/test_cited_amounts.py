"""The written table of the sources' words: every phrase that occurs is in it, and what differs in kind is never comparable."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cited_amounts import CITED_WORDS, AmountType, CitedWords, Meaning, cited_faults, cited_words
from domain.fact_files import load_fact_file
from domain.faults import LoadError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "data" / "examples"
WORDS = cited_words()


def rows(topic: str) -> list[dict[str, str]]:
    found = []
    for path in sorted(EXAMPLES.glob(f"*/{topic}.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


CITED = [*rows("projects"), *rows("frames")]


def flag(stated: bool | None) -> str:
    return "" if stated is None else str(stated).lower()


def test_there_is_something_to_look_at():
    assert len(CITED) == 59


def test_every_phrase_that_occurs_is_mapped():
    known = {words.stated_as for words in WORDS.amount_words} | {words.stated_as for words in WORDS.date_words} | {""}
    assert {row["stated_as"] for row in CITED} - known == set()
    assert {row["price_stated"] for row in CITED} - {words.price_stated for words in WORDS.price_words} - {""} == set()
    phases = {row["phase_stated"] for row in CITED if "phase_stated" in row}
    assert phases - {words.phase_stated for words in WORDS.phase_words} - {""} == set()


def test_no_phrase_is_mapped_that_never_occurs():
    said = {row["stated_as"] for row in CITED}
    assert {words.stated_as for words in (*WORDS.amount_words, *WORDS.date_words)} - said == set()
    assert {words.price_stated for words in WORDS.price_words} - {row["price_stated"] for row in CITED} == set()
    noted = [row.get("note", "") for row in CITED]
    assert [words.note for words in WORDS.note_words if not any(_matches(words.note, note) for note in noted)] == []


def _matches(pattern: str, note: str) -> bool:
    before, after = pattern.split("{amount}")
    return note.startswith(before) and note.endswith(after) and note != ""


@pytest.mark.parametrize("row", [row for row in CITED if row["amount_mnok"]], ids=lambda row: row["stated_as"])
def test_the_table_reads_the_words_as_the_lists_have_coded_them(row):
    meaning = WORDS.meaning(row["stated_as"], row["price_stated"])
    assert meaning.amount_type == row["amount_type"]
    assert (meaning.price_kind, str(meaning.price_year or "")) == (row["price_kind"], row["price_year"])
    assert flag(meaning.includes_vat) == row["includes_vat"]
    if "is_per_year" in row:
        assert flag(meaning.is_per_year) == row["is_per_year"]


def test_every_type_is_described_once():
    assert sorted(kind.amount_type for kind in WORDS.amount_types) == sorted(get_args(AmountType))
    with pytest.raises(KeyError, match="programme_grant"):
        WORDS.kind("weather")


@pytest.mark.parametrize(
    ("stated_as", "own_type"),
    [("Something new", ""), ("Something new", "p50"), ("", ""), ("Contract value", "total_estimate"), ("contract value", "")],
)
def test_an_unmapped_phrase_or_one_that_the_list_contradicts_is_unknown_and_compared_with_nothing(stated_as, own_type):
    meaning = WORDS.meaning(stated_as, "nominal", own_type)
    assert (meaning.amount_type, meaning.tells, meaning.comparable_group) == ("unknown", "nothing", None)


@pytest.mark.parametrize("price_stated", ["", "not stated", "2017 report", "Never seen", "excl. VAT"])
def test_an_unknown_price_level_is_not_even_the_same_as_itself(price_stated):
    meaning = WORDS.meaning("Total cost estimate", price_stated)
    assert (meaning.price_kind, meaning.price_year, meaning.comparable_group) == ("not_stated", None, None)


def test_amounts_of_one_group_agree_in_everything_that_a_comparison_needs():
    priced = [words.price_stated for words in WORDS.price_words]
    meanings = [WORDS.meaning(words.stated_as, price) for words in WORDS.amount_words for price in priced]
    grouped = [meaning for meaning in meanings if meaning.comparable_group]
    assert len({meaning.comparable_group for meaning in grouped}) > 10
    for one, other in combinations(grouped, 2):
        assert (one.comparable_group == other.comparable_group) == (_contents(one) == _contents(other))


def _contents(meaning: Meaning) -> tuple[object, ...]:
    return (
        meaning.amount_type, meaning.price_kind, meaning.price_year, meaning.price_quarter, meaning.includes_vat, meaning.land,
    )  # fmt: skip


@pytest.mark.parametrize("stated_as", ["Contract value", "Finansiering gjennom Miljøløftet (HP 2022–25)", "belønningsmidler"])
def test_contracts_grants_and_frames_make_no_series(stated_as):
    assert WORDS.meaning(stated_as, "nominal").comparable_group is None


@pytest.mark.parametrize(
    ("note", "amount", "kind", "is_about", "is_part"),
    [
        ("Herav 4341 bevilget tidligere.", "4341", "earlier_grant", False, True),
        ("Herav 89,9 bevilget tidligere.", "89.9", "earlier_grant", False, True),
        ("Restbehov etter 2025: 140,8.", "140.8", "remaining_need", False, False),
        ("Samlet pris ble da oppgitt til om lag 10 000.", "10000", "total_estimate", True, False),
    ],
)
def test_a_whole_note_states_an_amount(note, amount, kind, is_about, is_part):
    found, meaning = WORDS.in_note(note)
    assert found == Decimal(amount)
    assert (meaning.amount_type, meaning.is_about, meaning.is_part) == (kind, is_about, is_part)
    assert meaning.comparable_group is None


@pytest.mark.parametrize(
    "note",
    ["", "1000 m.", "Grunnerverv 2260 kommer i tillegg.", "Herav 75 bevilget tidligere. Mer.", "Herav bevilget tidligere."],
)
def test_any_other_note_states_none(note):
    assert WORDS.in_note(note) is None


@given(st.decimals(1, 99999, places=1))
def test_the_amount_of_a_note_is_read_as_it_is_written(amount):
    found = WORDS.in_note(f"Herav {str(amount).replace('.', ',')} bevilget tidligere.")
    assert found is not None
    assert found[0] == amount


@pytest.mark.parametrize(
    ("stated_as", "phase", "kind"),
    [
        ("Planned dates", "prosjektering", "planned"),
        ("Actual dates", "byggefase", "actual"),
        ("Planned dates", "ferdig", "planned"),
        ("", "ferdig", "actual"),
        ("Contract value", "byggefase", "stated"),
        ("", "a phase of its own", "stated"),
    ],
)
def test_whether_a_date_has_come_is_said_only_where_words_say_it(stated_as, phase, kind):
    assert WORDS.date_kind(stated_as, phase) == kind


def test_vat_that_two_phrases_say_otherwise_of_is_not_known():
    assert WORDS.meaning("Contract value excl. VAT", "excl. VAT").includes_vat is False
    changed = WORDS.model_copy(
        update={"price_words": (WORDS.price_words[0].model_copy(update={"price_stated": "incl.", "includes_vat": True}),)}
    )
    assert changed.meaning("Contract value excl. VAT", "incl.").includes_vat is None


def test_a_file_that_is_wrong_says_all_of_it(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text(
        """
amount_types:
  - {amount_type: p50, tells: whole_cost, forms_series: true}
amount_words:
  - {stated_as: A, amount_type: p50}
  - {stated_as: A, amount_type: p85}
price_words:
  - {price_stated: nominal, price_kind: nominal, price_year: 2020}
  - {price_stated: real, price_kind: real}
note_words:
  - {note: no place, amount_type: p50}
date_words: []
phase_words: []
""",
        encoding="utf-8",
    )
    with pytest.raises(LoadError) as refused:
        load_fact_file(path, CitedWords, "the words of cited amounts", cited_faults)
    assert [problem.key for problem in refused.value.problems] == [
        "amount_words[no. 2].stated_as", "amount_words[no. 2].amount_type", "price_words[no. 1].price_year",
        "price_words[no. 2].price_year", "note_words[no. 1].note",
    ]  # fmt: skip


def test_the_table_in_the_documentation_is_the_one_of_the_file():
    told = (ROOT / "docs" / "cited_facts.md").read_text(encoding="utf-8").splitlines()
    lines = documented()
    assert [line for line in lines if line not in told] == []
    in_tables = [line for line in told if line.startswith("| ") and not line.startswith(("| words", "| type"))]
    assert in_tables == lines


def documented() -> list[str]:
    """The rows of the tables of docs/cited_facts.md, in their order."""
    types = [
        f"| `{kind.amount_type}` | {kind.tells.replace('_', ' ')} | {'yes' if kind.forms_series else 'no'} |"
        for kind in WORDS.amount_types
    ]
    amounts = [f"| {words.stated_as} | `{words.amount_type}` | {_said(words)} |" for words in WORDS.amount_words]
    prices = [f"| {words.price_stated} | {words.price_kind.replace('_', ' ')} | {_said(words)} |" for words in WORDS.price_words]
    notes = [f"| {words.note} | `{words.amount_type}` | {_said(words)} |" for words in WORDS.note_words]
    dates = [f"| {words.stated_as} | {words.dates} |" for words in WORDS.date_words]
    phases = [f"| {words.phase_stated} | {'opened' if words.is_opened else 'not opened'} |" for words in WORDS.phase_words]
    return [*types, *amounts, *prices, *notes, *dates, *phases]


def _said(words: object) -> str:
    land, vat = getattr(words, "land", None), getattr(words, "includes_vat", None)
    year, quarter = getattr(words, "price_year", None), getattr(words, "price_quarter", None)
    parts = [f"Q{quarter} {year}" if quarter else str(year or ""), f"land {land}" if land else ""]
    parts.append("" if vat is None else f"VAT {'included' if vat else 'excluded'}")
    parts += [said for name, said in (("is_about", "about"), ("is_part", "part of another"), ("is_per_year", "per year"))
              if getattr(words, name, False)]  # fmt: skip
    return ", ".join(part for part in parts if part) or "–"


def test_the_words_lie_beside_the_model():
    assert CITED_WORDS.is_file()
