"""The sentences of the what-if view, made from numbers, and the view as Streamlit runs it."""

from __future__ import annotations

import datetime as dt
import html
import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts.goal.outlook_words import certainty, chance, level, levels_of, needed, staying
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from pipelines.answers.goal.outlook import Outlook, WhatIf, outlook
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement, printed, store
from tests.pages import figures

APRIL, NEXT = dt.date(2026, 4, 1), dt.date(2027, 4, 1)


AGREED = agreement("fjordbyen")


def here(language: str = "nb") -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {}, None, True, dt.date(2026, 11, 22), dt.date(2026, 11, 22))


def what_if(needed_pct: float = -2.73, last_year_pct: float = 2.13, crosses_on: dt.date | None = None) -> WhatIf:
    outcomes = pd.DataFrame([(last_year_pct, 1.62, crosses_on)], columns=["level_pct", "end_pct", "crosses_on"])
    years = pd.DataFrame([(APRIL, last_year_pct)], columns=["last_month", "index_pct"])
    return WhatIf("same_points", 0.78, 0.03, years, pd.DataFrame(), outcomes, NEXT, needed_pct)


def found(*scenarios: WhatIf) -> Outlook:
    return Outlook(
        "x", 36, APRIL, 2018, 36, 0.8155, 1.4856, 1, dt.date(2026, 5, 21), 0.2933, 3.02, {2.0: 79, 1.0: 308}, 4.28, scenarios
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2011", "-")


@pytest.mark.parametrize(
    ("needed_pct", "said"),
    [
        (
            -2.73,
            "For at 36-månedersindeksen skal være null i april 2027, må trafikken de neste tolv månedene "
            "ligge omtrent 2,7 % under 2018-nivået.",
        ),
        (
            1.2,
            "36-månedersindeksen er null eller lavere i april 2027 så lenge trafikken de neste tolv månedene "
            "ligger høyst omtrent 1,2 % over 2018-nivået.",
        ),
        (
            -0.04,
            "36-månedersindeksen er null eller lavere i april 2027 så lenge trafikken de neste tolv månedene "
            "ligger høyst omtrent på 2018-nivået.",
        ),
    ],
)
def test_the_title_says_the_level_that_gives_zero(needed_pct, said):
    assert plain(needed(here(), AGREED, found(), what_if(needed_pct))) == said


def test_what_follows_if_traffic_stays():
    start = "Det siste året lå den 2,1 % over 2018-nivået i punktene bak 36-månedersindeksen. Blir den liggende der, "
    assert (
        plain(staying(here(), AGREED, found(), what_if()))
        == f"{start}krysser indeksen ikke null innen april 2027; da er den +1,6 %."
    )
    crossing = what_if(crosses_on=dt.date(2026, 10, 1))
    assert plain(staying(here(), AGREED, found(), crossing)) == (
        f"{start}krysser indeksen null i oktober 2026; i april 2027 er den +1,6 %."
    )


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "under 1 av 100"),
        (0.012, "omtrent 1 av 100"),
        (0.05, "omtrent 1 av 20"),
        (0.12, "omtrent 1 av 10"),
        (0.29, "omtrent 3 av 10"),
        (0.5, "omtrent 5 av 10"),
        (0.94, "omtrent 19 av 20"),
        (0.985, "omtrent 99 av 100"),
        (1.0, "over 99 av 100"),
    ],
)
def test_a_chance_is_said_as_people_say_it(probability, said):
    assert chance(here(), probability) == said


@pytest.mark.parametrize(
    ("probability", "number"), [(0.2933, "(0,29)"), (0.0, "(mindre enn 0,01)"), (1.0, "(mer enn 0,99)"), (0.01, "(0,01)")]
)
def test_the_number_stands_beside_the_words_and_is_never_rounded_to_certainty(probability, number):
    assert plain(certainty(here(), AGREED, found(), probability)).endswith(f"{number}.")


def test_english_is_complete():
    assert plain(needed(here("en"), AGREED, found(), what_if())) == (
        "For the 36-month index to be zero in April 2027, traffic over the next twelve months must be about 2.7 % below the 2018 level."
    )
    assert plain(certainty(here("en"), AGREED, found(), 0.2933)) == (
        "How certain is the answer? The chance that traffic is at or below the 2018 level is about 3 in 10 (0.29)."
    )
    assert "does not cross zero by April 2027" in plain(staying(here("en"), AGREED, found(), what_if()))


def test_the_level_reads_like_the_rest_of_the_page():
    said = [plain(level(here(), AGREED, found(), pct, "level_needed", "same_points")) for pct in (0.8, -0.8, 0.04)]
    assert said == ["0,8 % over 2018-nivået", "0,8 % under 2018-nivået", "på 2018-nivået"]


def test_a_round_level_that_reads_like_a_named_one_gives_way_to_it():
    assert levels_of(what_if(-2.73, 2.13)) == [-5, -4, -3, -2.73, -2, -1, 0, 1, 2, 2.13, 3, 4, 5]
    assert levels_of(what_if(-4.02, 3.0)) == [-5, -4.02, -3, -2, -1, 0, 1, 2, 3.0, 4, 5]
    assert levels_of(what_if(-1.0, -1.04)) == [-5, -4, -3, -2, -1.0, 0, 1, 2, 3, 4, 5]


def run(monkeypatch, data_dir, agreement_id: str, **address: str) -> AppTest:
    """The view alone, as a page would call it."""

    def page() -> None:
        import streamlit as st

        from dashboard.parts.goal.outlook import what_if
        from dashboard.parts.surroundings import surroundings
        from pipelines.answers.goal.goal import goal

        here = surroundings()
        chosen = here.agreements[st.query_params["agreement"]]
        what_if(here, chosen, goal(here.snapshot, chosen, here.as_of))

    monkeypatch.setenv("DATA_DIR", str(data_dir))
    app = AppTest.from_function(page, default_timeout=30)
    for name, chosen in {"agreement": agreement_id, **address}.items():
        app.query_params[name] = chosen
    app.run()
    assert not app.exception
    return app


def written(app: AppTest) -> str:
    text = " ".join(block.proto.body for block in app.get("html"))
    return plain(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?a\b[^>]*>", "", text))))


def decimal(number: float, decimals: int = 1) -> str:
    return f"{abs(number):.{decimals}f}".replace(".", ",")


def test_the_view_says_what_the_answer_holds(monkeypatch, examples):
    app = run(monkeypatch, examples, "fjordbyen")
    text, answer = written(app), outlook(open_snapshot(examples), agreement())
    same, each = answer.what_if
    assert "Regneeksempler, ikke prognoser" in text
    assert f"ligge omtrent {decimal(same.needed_pct)} % under 2018-nivået" in text
    assert f"{decimal(same.gap_pct, 2)} prosentpoeng fra den virkelige" in text
    assert f"{decimal(each.gap_pct, 2)} prosentpoeng fra den virkelige" in text
    assert f"({decimal(answer.probability_at_or_below, 2)})" in text
    assert str(answer.points_needed[2.0]) in text
    assert len(figures(app)) == 1


def test_the_table_has_every_level_highest_first_and_marks_the_one_that_gives_zero(monkeypatch, examples):
    tables = [block.proto.body for block in run(monkeypatch, examples, "fjordbyen").get("html") if "<table" in block.proto.body]
    levels = [plain(cell) for cell in re.findall(r'<th scope="row" class="w"><a [^>]*>([^<]*)', tables[0])]
    assert levels[0] == "+5,0"
    assert levels[-1] == "−5,0"
    assert sum("gir null" in cell for cell in levels) == sum("siste år" in cell for cell in levels) == 1
    assert "gir null" in re.search(r"<tr class=chosen>.*?</tr>", tables[0]).group()
    assert "krysser ikke" in tables[0]


def test_cited_rows_give_the_chance_and_say_what_the_rest_needs(monkeypatch, examples):
    app = run(monkeypatch, examples, "miljoloftet")
    text = written(app)
    assert "er omtrent 3 av 10 (0,29)." in text
    assert "Regneeksempler krever 12-månedersindeksen" in text
    assert re.search(r"Punkter for ±2,0\s+79\s+Punkter for ±1,0\s+308\s+Minste synlige endring\s+4,3", text)
    assert not figures(app)


def test_an_agreement_without_an_index_says_so(monkeypatch, tmp_path):
    store(tmp_path, printed(1, 0, 2, window=12))
    assert "ingen indeks å regne videre fra" in written(run(monkeypatch, tmp_path, "fjordbyen"))


def test_nothing_later_than_the_reader_s_date_counts(monkeypatch, examples):
    text = written(run(monkeypatch, examples, "miljoloftet", asof="2020-01-01"))
    assert "april 2026" not in text


def test_english_has_no_norwegian_left(monkeypatch, examples):
    text = written(run(monkeypatch, examples, "fjordbyen", lang="en"))
    assert "What-if examples, not predictions" in text
    for word in ("Trafikken", "prosentpoeng", "måneder", "Kilde", "krysser"):
        assert word not in text
