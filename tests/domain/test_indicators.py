"""The indicators, the glossary and the method versions: they load, are sourced, in both languages, and know what is cited."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.facts import LocalText, Source, Sourced
from domain.faults import LoadError
from domain.glossary import load_glossary, load_method_versions
from domain.indicators import BUILT_IN, Indicator, Statement, load_indicator, load_indicators
from domain.load import load_agreements
from domain.words import words
from pipelines.methods.city_index import METHOD_VERSION

ROOT = Path(__file__).resolve().parents[2]
CITED = ROOT / "data" / "examples" / "miljoloftet" / "indicators.csv"
INDICATORS = load_indicators()
MINIMAL = """
indicator_id: air
position: 1
name: &text {nb: Luft, en: Air}
role: other
maker: *text
unit_code: ug_m3
unit: *text
shown: {unit: *text}
direction: down_is_better
cited_as: [air]
lead_item: no2
items: [{item_id: no2, cited_as: [NO2], name: *text, subject: *text}]
measures: &said {text: *text, sources: [kilde]}
why: *said
method: *said
uncertainty: {unknown: *text}
rhythm: *said
pitfalls: [*said]
sources: [{source_id: kilde, title: Kilde, publisher: Utgiver}]
"""


def cited() -> list[dict[str, str]]:
    with CITED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parts(part: object, kind: type) -> Iterator[BaseModel]:
    """Every part of a model that is of a kind."""
    if isinstance(part, tuple):
        for item in part:
            yield from parts(item, kind)
    elif isinstance(part, BaseModel):
        if isinstance(part, kind):
            yield part
        for name in type(part).model_fields:
            yield from parts(getattr(part, name), kind)


def written(folder: Path, content: str, name: str = "air") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def faults(folder: Path, content: str, name: str = "air") -> str:
    with pytest.raises(LoadError) as error:
        load_indicator(written(folder, content, name))
    return str(error.value)


def test_every_file_is_an_indicator_of_its_own_name():
    assert set(INDICATORS) == {path.stem for path in BUILT_IN.glob("*.yaml")}
    assert [found.position for found in INDICATORS.values()] == sorted(found.position for found in INDICATORS.values())


def test_one_indicator_decides_and_one_supports():
    assert [found.indicator_id for found in INDICATORS.values() if found.role == "main"] == ["traffic_index"]
    assert [found.indicator_id for found in INDICATORS.values() if found.role == "support"] == ["rvu_modal_share"]


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_every_source_is_cited_and_can_be_found(indicator: Indicator):
    used = {source_id for part in parts(indicator, Sourced) for source_id in part.sources}
    assert used == {source.source_id for source in indicator.sources}
    assert [source.source_id for source in indicator.sources if not source.url] == []


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_every_text_is_in_both_languages(indicator: Indicator):
    empty = [text for text in parts(indicator, LocalText) if not text.nb or not text.en]
    same = [text.nb for text in parts(indicator, Statement) if text.text.nb == text.text.en]
    assert (empty, same) == ([], [])


def test_a_document_is_the_same_wherever_it_is_named():
    found: dict[str, set[tuple[str, str | None]]] = {}
    holders = [*INDICATORS.values(), load_method_versions(), *load_agreements().values()]
    for source in (source for holder in holders for source in parts(holder, Source)):
        found.setdefault(source.source_id, set()).add((source.title, source.url))
    assert {source_id: named for source_id, named in found.items() if len(named) > 1} == {}


def test_the_agreements_name_known_indicators_and_are_known_to_them():
    agreements = load_agreements()
    targets = [found.indicator_targets for found in agreements.values() if isinstance(found.indicator_targets, dict)]
    assert {indicator_id for found in targets for indicator_id in found} <= set(INDICATORS)
    said = [part for indicator in INDICATORS.values() for part in parts(indicator, Statement)]
    assert {agreement_id for part in said for agreement_id in part.holds_for} <= set(agreements)


def test_every_cited_name_item_note_and_unit_is_known():
    named = {name: found for found in INDICATORS.values() for name in found.cited_as}
    assert {row["indicator_id"] for row in cited()} == set(named)
    for row in cited():
        indicator = named[row["indicator_id"]]
        assert indicator.item_cited_as(row["item_name"]), row
        assert not row["note"] or indicator.note(row["note"]), row
        assert row["unit"] in {indicator.unit_code, "pct"}, row


def test_no_item_and_no_note_is_known_that_nobody_cites():
    rows = cited()
    assert {words for found in INDICATORS.values() for item in found.items for words in item.cited_as} == {
        row["item_name"] for row in rows
    }
    assert {note.cited for found in INDICATORS.values() for note in found.notes} == {row["note"] for row in rows} - {""}


def test_which_way_is_better_can_differ_by_item():
    travel = INDICATORS["rvu_modal_share"]
    assert [travel.direction_of(item) for item in ("car", "cycling", "car_passenger", "scooter")] == [
        "down_is_better", "up_is_better", "neutral", "down_is_better",
    ]  # fmt: skip


def test_a_minimal_indicator_loads(tmp_path):
    assert load_indicator(written(tmp_path, MINIMAL)).item_cited_as("NO2").item_id == "no2"


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    broken = (
        MINIMAL.replace("role: other", "role: minor\ncolour: red")
        .replace("lead_item: no2", "lead_item: pm10")
        .replace("rhythm: *said", "rhythm: {text: *text, sources: [nowhere]}")
        .replace("items: [", "items: [{item_id: no2, cited_as: [NO2], name: *text, subject: *text, sum_of: [so2]}, ")
    )
    said = faults(tmp_path, broken, "water")
    for part in (
        "water.yaml: indicator_id = 'air': must be the name of the file, water",
        "role = 'minor'",
        "colour = 'red': is not a known key here",
        "lead_item = 'pm10': must be one of the items: no2, no2",
        "sum_of[no. 1] = 'so2'",
        "item_id = 'no2': must be unique in the file",
        "'NO2': is taken by another item",
        "rhythm.sources[no. 1] = 'nowhere': must be one of the source ids: kilde",
    ):
        assert part in said, said


@pytest.mark.parametrize("content", ["", "- a list", "items: 7\npitfalls: text", "items: [1, 2]\nnotes: {a: b}"])
def test_content_of_another_form_is_told_not_raised(tmp_path, content):
    assert "air.yaml" in faults(tmp_path, content)


def test_files_that_claim_the_same_are_told_together_with_broken_ones(tmp_path):
    written(tmp_path, MINIMAL)
    written(tmp_path, MINIMAL.replace("indicator_id: air", "indicator_id: water"), "water")
    written(tmp_path, "position: 3", "zeal")
    with pytest.raises(LoadError) as error:
        load_indicators(tmp_path)
    said = str(error.value)
    assert "water.yaml: cited_as = 'air': is taken by air" in said
    assert "water.yaml: position = '1': is taken by air" in said
    assert "zeal.yaml: items: is missing" in said


def test_the_glossary_pairs_words_that_the_product_uses():
    terms = load_glossary()
    used = {language: " ".join([*words(language).values(), *_domain_texts(language)]).lower() for language in ("nb", "en")}
    assert [term.nb for term in terms if _stem(term.nb) not in used["nb"]] == []
    assert [term.en for term in terms if _stem(term.en) not in used["en"]] == []
    assert len({term.term_id for term in terms}) == len(terms) > 20


def _stem(word: str) -> str:
    """The word without the endings that it changes in a sentence."""
    return word.lower().removesuffix("s").removesuffix("e")


def _domain_texts(language: str) -> Iterator[str]:
    for holder in (*INDICATORS.values(), load_method_versions(), *load_agreements().values()):
        yield from (text.in_language(language) for text in parts(holder, LocalText))
        yield from (part.name for part in parts(holder, BaseModel) if isinstance(getattr(part, "name", None), str))


def test_the_method_versions_are_those_that_the_index_and_the_agreements_use():
    known = {found.method_version: found for found in load_method_versions().versions}
    agreements = load_agreements().values()
    assert METHOD_VERSION in known
    assert {found.index.method_version for found in agreements} <= set(known)
    changes = {found.index.method_changes_on for found in agreements} - {None}
    assert changes == {found.valid_from for found in known.values() if found.standing == "coming"}


def test_every_source_of_the_method_versions_is_cited():
    known = load_method_versions()
    assert {name for found in known.versions for name in found.sources} == {found.source_id for found in known.sources}
