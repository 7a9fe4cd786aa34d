"""The method page as Streamlit runs it: everything that the domain's files say of how figures are made stands there."""

from __future__ import annotations

import html
import re
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts.method.portfolio import SUBJECTS
from domain.facts import Unknown
from domain.glossary import load_glossary, load_method_versions
from domain.indicators import load_indicators
from domain.words import words
from tests.builders import agreement
from tests.pages import run_page

page = partial(run_page, "pages/method.py")


def written(app: AppTest) -> str:
    """All text of the page, without its tags and style."""
    text = " ".join(re.sub(r"<style>.*?</style>", "", block.proto.body, flags=re.S) for block in app.get("html"))
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u2011", "-")


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_indicator_is_told_in_full(monkeypatch, examples, language):
    app = page(monkeypatch, examples, lang=language)
    text = written(app).replace(" ", "")
    for found in load_indicators().values():
        said = [found.name, found.unit, found.maker, found.measures.text, found.why.text, found.method.text]
        said += [part.unknown if isinstance(part, Unknown) else part.text for part in (found.uncertainty, found.rhythm)]
        said += [part.text for part in (*found.pitfalls, *found.breaks) if part.concerns("miljoloftet")]
        assert [words for words in said if words.in_language(language).replace(" ", "").replace("\u2011", "-") not in text] == []
        assert [source.title for source in found.sources if source.title.replace(" ", "") not in text] == []
    assert len(app.get("expander")) == len(load_indicators()) + len(SUBJECTS) + 1


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_method_version_and_every_word_stands_there(monkeypatch, examples, language):
    app = page(monkeypatch, examples, lang=language)
    text = written(app)
    for version in load_method_versions().versions:
        assert version.method_version in text
        for said in (version.name, version.what, version.period, version.weighting, version.corrections, version.uncertainty):
            assert said.in_language(language) in text
    for term in load_glossary():
        assert re.search(rf"{re.escape(term.nb)}\s+{re.escape(term.en)}", text)
    own = {key: said for key, said in words(language).items() if key.startswith("page.method.portfolio.")}
    assert {key.split(".")[3] for key in own} == {*SUBJECTS, "title", "intro", "said"}
    headings = [own[f"page.method.portfolio.{subject}.name"] for subject in SUBJECTS]
    assert [found.label for found in app.get("expander") if found.label in headings] == headings
    assert [said for key, said in own.items() if not key.endswith((".name", ".rules.what")) and said not in text] == []


def test_the_four_answers_and_the_change_of_method_are_explained(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    assert "Metoden endres 1. januar 2027." in text
    assert "Hva som endres 1. januar 2027" in text
    assert agreement("miljoloftet").index.method_change.nb in text
    for answer in ("● Målet er nådd så langt", "■ Målet er ikke nådd så langt", "◌ Kan ikke si", "– Ingen tall"):
        assert answer in text


def test_what_is_about_one_agreement_is_not_told_of_another(monkeypatch, examples):
    text = written(page(monkeypatch, examples, agreement="fjordbyen"))
    assert "Oppdiktede data – Fjordbyen finnes ikke" in text
    local = [part for found in load_indicators().values() for part in (*found.pitfalls, *found.breaks) if part.holds_for]
    assert local
    assert [part.text.nb for part in local if part.text.nb in text] == []
    assert agreement().indicator_targets["ghg_emissions"].nb in text


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))
