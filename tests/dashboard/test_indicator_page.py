"""The page of the other indicators as Streamlit runs it: with cited figures, with none, and with hostile ones."""

from __future__ import annotations

import dataclasses
import html
import re
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts.links import as_link, host_of
from domain.facts import Unknown
from domain.indicators import load_indicators
from domain.words import text as word_of
from pipelines.answers.indicators import indicators
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from tests.builders import AT, agreement, submission
from tests.pages import figures, run_page

page = partial(run_page, "pages/indicators.py")


def bodies(app: AppTest) -> list[str]:
    return [block.proto.body for block in app.get("html")]


def written(app: AppTest) -> str:
    """All text of the page, without its tags and style."""
    text = " ".join(re.sub(r"<style>.*?</style>", "", body, flags=re.S) for body in bodies(app))
    return html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?a\b[^>]*>", "", text))).replace("\u00a0", " ").replace("\u2011", "-")


def plain(body: str) -> str:
    """Words without tags, in one line of plain spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?a\b[^>]*>", "", body))).split())


def cite(data_dir: Path, **columns: str) -> None:
    """One cited line of the invented agreement."""
    cells = [
        {"topic": "indicators", "line": 2, "column_name": name, "content": content, "sheet": "i.csv", "cell": "E2"}
        for name, content in columns.items()
    ]
    with open_ledger(data_dir) as ledger:
        ledger.commit(dataclasses.replace(submission(repr(columns), kind="cited_figures")), {"cited_figure": cells})
        publish(ledger, AT)


def test_each_indicator_says_its_finding_in_numbers(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    for sentence in (
        "3 av 4 indikatorer har gått i ønsket retning.",
        "Bilandelen i Bergensområdet (5 kommuner) var 54 % i 2023, ned fra 62 % i 2020.",
        "Påstigningene på bybanen i Bergensområdet var 24,3 millioner i 2023, opp fra 12,6 millioner i 2017.",
        "Årsmiddelet av NO₂ ved Bergen Danmarks plass var 35 µg/m³ i 2017, ned fra 41 µg/m³ i 2016.",
        "Klimagassutslippene i Bergen kommune var 742 tusen tonn i 2022, opp fra 740 tusen tonn i 2021.",
        "Årsmiddelet av PM₁₀ ved Bergen Danmarks plass var 14 µg/m³ i 2017. Det er det eneste tallet.",
        "Siste tall er fra 2017, for",
    ):
        assert sentence in text


def test_that_no_target_is_agreed_is_said_from_the_agreement(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    assert "ingen av dem har et avtalt mål" in text
    assert agreement("miljoloftet").indicator_targets.unknown.nb in text


def test_every_series_has_its_panel_with_a_text_alternative(monkeypatch, examples):
    app = page(monkeypatch, examples)
    answer = indicators(open_snapshot(examples), agreement("miljoloftet"))
    drawn = [found for found in answer.figures if any(len(series.observations) > 1 for series in found.levels)]
    charts = figures(app)
    assert len(charts) == sum(len(found.levels) for found in drawn)
    said = [chart.alt for chart in charts]
    assert said[0].replace("\u00a0", " ") == (
        "Bil, fører og passasjer, Bergensområdet (5 kommuner). 2020: 62 %, 2022: 56 %, 2023: 54 %. lavere er bedre."
    )


def test_every_cited_figure_stands_in_a_table_with_its_cell_and_source(monkeypatch, examples):
    app = page(monkeypatch, examples)
    text = written(app)
    answer = indicators(open_snapshot(examples), agreement("miljoloftet"))
    for row in (row for found in answer.figures for series in found.series for row in series.observations):
        assert f"indicators.csv!{row.cells[0]}" in text
        assert f'href="{html.escape(row.source_url)}"' in "".join(bodies(app))


def test_a_stated_change_stands_beside_the_computed_one_and_a_sum_says_that_it_is_ours(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    assert re.search(r"Bybanen\s+Bergensområdet\s+2019\s+2018\s+\+16\s+\+25,5", text)
    assert "Summen av bilfører (44 %) og bilpassasjer (10 %), lagt sammen av oss." in text


@pytest.mark.parametrize("language", ["nb", "en"])
def test_how_each_indicator_is_made_is_one_click_away_in_the_words_of_its_file(monkeypatch, examples, language):
    app = page(monkeypatch, examples, lang=language)
    answer = indicators(open_snapshot(examples), agreement("miljoloftet"))
    told = [block for block in app.expander if block.label == word_of("page.how", language)]
    assert len(told) == len(answer.figures)
    assert not any(block.proto.expanded for block in told)
    by_method = {found.indicator.method.text.in_language(language): found for found in answer.figures}
    for block in told:
        said = plain("".join(part.proto.body for part in block.get("html")))
        (found,) = (found for method, found in by_method.items() if plain(method) in said)
        indicator = found.indicator
        parts = [indicator.measures, indicator.why, indicator.uncertainty, indicator.rhythm]
        words = [part.unknown if isinstance(part, Unknown) else part.text for part in parts]
        words += [change.text for change in indicator.breaks if change.concerns("miljoloftet")]
        assert [these for these in words if plain(these.in_language(language)) not in said] == []
        assert all(plain(series.area_name) in said for series in found.series)
        assert all(plain(source.title) in said for source in indicator.sources)


def test_each_indicator_names_its_sources_and_the_day_they_were_known(monkeypatch, examples):
    said = written(page(monkeypatch, examples))
    lines = re.findall(r"Kilder: ([^:]+?)\. Slik det var kjent", said)
    assert len(lines) == len(indicators(open_snapshot(examples), agreement("miljoloftet")).figures)
    assert all("." in host for line in lines for host in line.split(", "))


def test_english_has_no_norwegian_but_names(monkeypatch, examples):
    text = written(page(monkeypatch, examples, lang="en"))
    assert "The car share in Bergensområdet (5 kommuner): 54 % in 2023, down from 62 % in 2020." in text
    # The titles of documents are their own.
    for source in (source for found in load_indicators().values() for source in found.sources):
        text = text.replace(source.title, "")
    for word in ("Foreløpig", "revidert", "lavere", "Kilde", "påstigning", "bilfører", "prosent av", "prosent mot", "tallene"):
        assert word not in text


def test_the_invented_agreement_says_that_it_has_no_figures_and_what_is_agreed(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen")
    text = written(app)
    assert "Oppdiktede data – Fjordbyen finnes ikke" in text
    assert "Fjordbyen har ingen tall for andre indikatorer ennå." in text
    assert not figures(app)
    for indicator_id, words in agreement().indicator_targets.items():
        assert f"Avtalt mål: {load_indicators()[indicator_id].name.nb}" in text
        assert words.nb in text


def test_before_the_figures_were_collected_the_page_says_so(monkeypatch, examples):
    app = page(monkeypatch, examples, asof="2026-07-01")
    assert "Ingen tall for andre indikatorer i Miljøløftet var kjent 1. juli 2026." in written(app)
    assert not figures(app)


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))


def test_an_agreed_target_stands_with_its_indicator(monkeypatch, tmp_path):
    cite(tmp_path, indicator_id="no2_annual_mean", area_name="Torget", year="2023", item_name="NO2", amount="19", unit="ug_m3")
    text = written(page(monkeypatch, tmp_path, agreement="fjordbyen"))
    assert "1 av dem har et avtalt mål" in text
    assert text.count(agreement().indicator_targets["no2_annual_mean"].nb) == 2


def test_what_a_file_says_is_shown_as_text_and_never_as_a_link_of_another_kind(monkeypatch, tmp_path):
    cite(
        tmp_path, indicator_id="ghg_emissions", area_name='<img src="http://x/y">', year="2023", item_name="<b>alt</b>",
        amount="5", unit="t_co2e", note="<script>1</script>", source="javascript:alert(1)",
    )  # fmt: skip
    app = page(monkeypatch, tmp_path, agreement="fjordbyen")
    joined = "".join(bodies(app))
    assert "<img" not in joined
    assert "<script" not in joined
    assert 'href="javascript' not in joined
    assert "javascript:alert(1)" in written(app)


def test_lines_that_cannot_be_used_are_told(monkeypatch, tmp_path):
    cite(tmp_path, indicator_id="noise", area_name="Byen", year="2023", amount="5")
    assert "tallet ikke kan leses: linje 2." in written(page(monkeypatch, tmp_path, agreement="fjordbyen"))


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://www.x.no/a", "x.no"), ("http://x.no", "x.no"), ("javascript:1", ""), ("data:text/html,1", ""), ("x.no", ""), ("//x.no", ""), ("http://[", "")],
)  # fmt: skip
def test_only_an_address_of_the_web_is_a_link(url, host):
    assert host_of(url) == host
    assert ("<a " in as_link(url)) == bool(host)


def test_an_address_cannot_leave_its_attribute():
    assert '"><' not in as_link('https://x.no/"><img src=y>')
