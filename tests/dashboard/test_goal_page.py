"""The goal page as Streamlit runs it: full, one agreement only, and empty. The store is looked at, not only the words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import partial

import pytest

from domain.rows import TrafficFile
from domain.words import text as word_of
from pipelines.answers.goal.goal import goal
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from pipelines.recompute import check_traffic
from pipelines.traffic import commit_traffic
from tests.builders import AT, agreement, printed, store, store_all, submission
from tests.pages import figures, run_page, written

page = partial(run_page, "pages/goal.py")


def test_the_real_agreement_comes_first_and_says_its_finding(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    assert "Trafikken de siste tre årene ligger 0,8 % over 2018-nivået." in text
    assert "Tallene er publisert 21. mai 2026" in text
    assert "Publisert tall. Kilde: Statens vegvesen." in text
    assert "Oppdiktede data" not in text


def test_what_no_source_gives_is_said(monkeypatch, examples):
    text = written(page(monkeypatch, examples))
    for fact in (
        "Vedtatte mandater",
        "Tallfestede mål for indikatorene",
        "Hvilke tellepunkter som hører til hvilket arbeidsområde",
    ):
        assert fact in text


def test_the_invented_agreement_says_so_and_shows_what_the_store_holds(monkeypatch, examples):
    text = written(page(monkeypatch, examples, agreement="fjordbyen"))
    judged = goal(open_snapshot(examples), agreement()).judged
    assert "Oppdiktede data – Fjordbyen finnes ikke" in text
    assert f"{judged.index_pct:.1f}".replace(".", ",").replace("-", "−") in text
    assert "Beregnet av oss fra månedstall per punkt" in text


def test_the_window_lives_in_the_address(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", window="12")
    assert "Glidende indeks, 12 måneder" in written(app)
    app.session_state["window"] = "24"
    app.run()
    assert "Glidende indeks, 24 måneder" in written(app)


def test_an_unknown_choice_in_the_address_gets_the_default(monkeypatch, examples):
    text = written(page(monkeypatch, examples, agreement="<script>", window="13", lang="xx"))
    assert "Trafikken de siste tre årene" in text
    assert "script" not in text


def test_english_has_no_norwegian_left(monkeypatch, examples):
    text = written(page(monkeypatch, examples, lang="en"))
    assert "Traffic over the last three years is 0.8 % above the 2018 level." in text
    for word in ("Trafikken", "Publisert", "måneder", "Kilde"):
        assert word not in text


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))


def test_an_agreement_without_figures_says_so_instead_of_an_empty_chart(monkeypatch, tmp_path):
    store(tmp_path, printed(1, 0, 2))
    app = page(monkeypatch, tmp_path, agreement="miljoloftet")
    assert "fordi ingen trafikktall er lastet" in written(app)
    assert not figures(app)


def test_a_name_from_a_file_is_shown_as_text(monkeypatch, tmp_path):
    hostile = dataclasses.replace(submission(), source_title='<img src="http://x/y"> ![a](http://x/y)')
    with open_ledger(tmp_path) as ledger:
        commit_traffic(ledger, hostile, check_traffic(TrafficFile(rolling=(printed(1, 0, 2),)), 2018), agreement())
        publish(ledger, AT)
    app = page(monkeypatch, tmp_path, agreement="fjordbyen")
    assert not any("<img" in block.proto.body for block in app.get("html"))
    assert "![a](http://x/y)" in written(app)


def test_the_steps_of_the_groups_add_up_to_the_index_on_the_page(monkeypatch, examples):
    text = written(page(monkeypatch, examples, agreement="fjordbyen", view="movement"))
    judged = goal(open_snapshot(examples), agreement()).judged
    said = f"{judged.index_pct:+.2f}".replace(".", ",").replace("-", "−")
    assert f"av {said} prosentpoeng" in text
    assert "fra de samme punktene" in text
    assert "Nullvekst (oppdiktede data)" in text


FIGURES = {"table": 1, "movement": 2, "points": 2, "map": 3, "outlook": 2, "releases": 1}


@pytest.mark.parametrize("language", ["nb", pytest.param("en", marks=pytest.mark.trust)])
@pytest.mark.parametrize("view", FIGURES)
def test_each_figure_has_an_alternative_a_table_a_source_as_known_and_how_it_is_computed(monkeypatch, examples, view, language):
    app = page(monkeypatch, examples, agreement="fjordbyen", view=view, lang=language, asof="2026-08-01")
    charts, tables = figures(app), [it for it in app.get("html") if "<table" in it.proto.body]
    assert len(charts) == FIGURES[view]
    assert all(len(chart.alt) > 40 for chart in charts)
    # Of the first figure the three windows stand beside it, and its months are a view of their own.
    assert len(tables) >= len(charts)
    known = {"nb": "Slik det var kjent 1. august 2026.", "en": "As known on 1 August 2026."}[language]
    assert written(app).count(known) >= len(charts)
    told = [block for block in app.expander if block.label == word_of("page.how", language)]
    assert len(told) >= len(charts)
    assert not any(block.proto.expanded for block in told)
    assert all("<li>" in block.get("html")[0].proto.body for block in told)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("movement", "bidragene seg til indeksen"),
        ("points", "regnet på nytt av de andre punktene"),
        ("map", "Med ett punkt finnes det ikke noe intervall"),
        ("outlook", "nær gjennomsnittet av 12-månedersindeksene"),
        ("releases", "sammenlignet med utgivelsen før"),
    ],
)
def test_what_is_told_of_a_view_is_about_that_view(monkeypatch, examples, view, said):
    app = page(monkeypatch, examples, agreement="fjordbyen", view=view)
    assert said in written(app)
    assert said not in written(page(monkeypatch, examples, agreement="fjordbyen"))


@pytest.mark.parametrize(("view", "key"), [("movement", "contributions-municipality-36"), ("points", "contributions-point-36")])
def test_the_table_behind_a_figure_can_be_taken_along(monkeypatch, examples, view, key):
    app = page(monkeypatch, examples, agreement="fjordbyen", view=view)
    names = {button.key for button in app.get("download_button")}
    assert {f"nullvekst-fjordbyen-{key}-csv", f"nullvekst-fjordbyen-{key}-xlsx"} <= names


@pytest.mark.parametrize("kind", ["municipality", "working_area", "road_category"])
def test_the_steps_can_be_of_any_kind_of_group(monkeypatch, examples, kind):
    app = page(monkeypatch, examples, agreement="fjordbyen", view="movement", by=kind)
    assert app.session_state["by"] == kind
    assert "bidrar mest til endringen" in written(app)


def test_every_point_of_the_index_is_in_its_table(monkeypatch, examples):
    text = written(page(monkeypatch, examples, agreement="fjordbyen", view="points"))
    judged = goal(open_snapshot(examples), agreement()).judged
    assert f"{judged.n_points} tellepunkter, størst økning først" in text
    assert "Uten ett av punktene ville indeksen ligget mellom" in text


@pytest.mark.parametrize("view", ["movement", "points"])
def test_without_points_a_sentence_says_what_is_missing(monkeypatch, examples, view):
    app = page(monkeypatch, examples, agreement="miljoloftet", view=view)
    assert "Dette krever tall per punkt for siste måned." in written(app)


def test_a_past_date_in_the_address_shows_what_was_known_then(monkeypatch, tmp_path):
    store_all(
        tmp_path,
        [(dt.date(2026, 5, 1), [printed(-3, -4, -2)]), (dt.date(2026, 7, 1), [printed(3, 2, 4)])],
    )
    then = written(page(monkeypatch, tmp_path, agreement="fjordbyen", asof="2026-06-18"))
    assert "3,0 % under 2018-nivået" in then
    assert "Du ser det som var kjent 18. juni 2026." in then
    now = written(page(monkeypatch, tmp_path, agreement="fjordbyen"))
    assert "3,0 % over 2018-nivået" in now
    assert "Du ser det som var kjent" not in now


def test_releases_and_what_they_revised_are_listed(monkeypatch, tmp_path):
    store_all(
        tmp_path,
        [(dt.date(2026, 7, 1), [printed(1.12, 0, 2)]), (dt.date(2026, 5, 1), [printed(1.02, 0, 2)])],
    )
    text = written(page(monkeypatch, tmp_path, agreement="fjordbyen", view="releases"))
    assert "Kjente utgivelser: 2. Måneder trykt med andre tall enn før: 1, på det meste 0,10 prosentpoeng." in text
    assert "etter en senere utgivelse" in text
    assert "1,02" in text
    assert "1,12" in text


def test_our_own_calculation_stands_beside_the_published_index_and_never_in_it(monkeypatch, tmp_path):
    store(tmp_path, printed(3, 2, 4), printed(2, 1, 3, "2026-05"))
    own = dataclasses.replace(submission("api", dt.date(2026, 8, 1), "traffic_api"), source_title="API")
    with open_ledger(tmp_path) as ledger:
        rows = (printed(-7, -8, -6), printed(-6, -7, -5, "2026-07"))
        commit_traffic(ledger, own, check_traffic(TrafficFile(rolling=rows), 2018), agreement())
        publish(ledger, AT)
    text = written(page(monkeypatch, tmp_path, agreement="fjordbyen"))
    assert "3,0 % over 2018-nivået" in text
    assert "Vår egen beregning fra trafikkdata gir −6,0 % til juli 2026" in text
    assert "Hentet 1. august 2026" in text
