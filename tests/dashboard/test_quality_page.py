"""The page about data quality as Streamlit runs it: over the examples, an empty store, a real agreement, and on earlier days."""

from __future__ import annotations

import datetime as dt
import html
import re
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.parts.exports import table_of_reports
from dashboard.parts.figures import forget_kept
from dashboard.parts.quality.delivery_grid import Heading, grid, grid_style
from dashboard.parts.quality.words import SYMBOLS, CellWords, cell_words, days_text, headline, to_deadline
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from domain.load import load_agreements
from domain.rows import Finding
from pipelines.writing.tables import as_csv
from tests.builders import agreement, printed, store
from tests.pages import run_page
from tests.pages import written as words_of
from tests.pipelines.answers.test_quality import told

page = partial(run_page, "pages/quality.py")
fjordbyen = partial(page, agreement="fjordbyen")
FJORDBYEN, REAL = agreement(), agreement("miljoloftet")
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is kept from the store of another test."""
    forget_kept()


def here(as_of: dt.date = TODAY, language: str = "nb") -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {"fjordbyen": FJORDBYEN}, None, True, TODAY, as_of)


def written(app: AppTest) -> str:
    return " ".join(words_of(app).split())


def finding(app: AppTest) -> str:
    """The page's one sentence."""
    (body,) = [block.proto.body for block in app.get("html") if "nv-finding" in block.proto.body and "<h1" in block.proto.body]
    return html.unescape(re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ")


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """The rows of every table, by its caption, lines of a cell parted by a space."""
    found = {}
    for body in (block.proto.body for block in app.get("html") if "<table" in block.proto.body):
        caption = plain(re.findall(r"<caption[^>]*>(.*?)</caption>", body)[0])
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body.split("<tbody>")[1])
        found[caption] = [[plain(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in rows]
    return found


def plain(body: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def cells(app: AppTest) -> dict[str, list[str]]:
    """The grid: the cells of each party, newest period first."""
    (rows,) = [rows for caption, rows in tables(app).items() if caption.startswith(("Parter og perioder", "Parties and periods"))]
    return {row[0]: row[1:] for row in rows}


# One sentence on top.


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"asof": "2024-09-30"}, "Ingen rapport er ventet ennå. Den første gjelder 3. kvartal 2024."),
        (
            {"asof": "2024-10-01"},
            "Ingen av de 5 partene har levert for 3. kvartal 2024 ennå. Fristen er 20. oktober 2024, om 19 dager.",
        ),
        ({"asof": "2024-10-19"}, "5 av 5"),
        (
            {"asof": "2025-10-25"},
            "4 av 5 parter har levert for 3. kvartal 2025. Lindvåg kommune mangler, 5 dager over fristen.",
        ),
        (
            {"asof": "2025-10-25", "lang": "en"},
            "4 of 5 parties have reported for Q3 2025. Lindvåg kommune is missing, 5 days past the deadline.",
        ),
        (
            {"asof": "2025-10-25", "period": "2025-Q2"},
            "Alle 5 parter har levert for 2. kvartal 2025, innen fristen 20. juli 2025.",
        ),
        (
            {"asof": "2025-12-25", "period": "2025-Q3"},
            "Alle 5 parter har levert for 3. kvartal 2025. 1 av dem etter fristen 20. oktober 2025.",
        ),
        (
            {"asof": "2026-11-22"},
            "Ingen av de 5 partene har levert for 3. kvartal 2026. Fristen gikk ut 20. oktober 2026, for 33 dager siden.",
        ),
    ],
)
def test_the_sentence_is_made_from_the_numbers(monkeypatch, examples, address, said):
    sentence = finding(fjordbyen(monkeypatch, examples, **address))
    assert sentence == said if said != "5 av 5" else sentence.startswith("Alle 5 parter har levert for 3. kvartal 2024")


def rows_of(period: str = "2026-Q2", deadline: dt.date | None = dt.date(2026, 7, 20), **status: str) -> pd.DataFrame:
    """One row per party with its status; a number is of days after the deadline."""
    return pd.DataFrame(
        [
            {"period": period, "party_name": name, "deadline_on": deadline, "status": said, "days_after": int(said == "late")}
            for name, said in status.items()
        ]
    )


@pytest.mark.parametrize(
    ("as_of", "status", "said"),
    [
        (
            "2026-07-20",
            {"A": "delivered", "B": "awaited"},
            "1 av 2 parter har levert for 2. kvartal 2026. Fristen er i dag, 20. juli 2026.",
        ),
        (
            "2026-07-19",
            {"A": "delivered", "B": "awaited"},
            "1 av 2 parter har levert for 2. kvartal 2026. Fristen er 20. juli 2026, om 1 dag.",
        ),
        (
            "2026-07-21",
            {"A": "delivered", "B": "sent_back"},
            "1 av 2 parter har levert for 2. kvartal 2026. B mangler, 1 dag over fristen.",
        ),
        (
            "2026-08-01",
            {"A": "late", "B": "missing", "C": "missing", "D": "missing"},
            "1 av 4 parter har levert for 2. kvartal 2026. B, C og D mangler, 12 dager over fristen.",
        ),
        (
            "2026-08-01",
            {"A": "late", **dict.fromkeys("BCDE", "missing")},
            "1 av 5 parter har levert for 2. kvartal 2026. 4 parter mangler, 12 dager over fristen.",
        ),
        (
            "2026-08-01",
            {"A": "delivered", "B": "waiting"},
            "Alle 2 parter har levert for 2. kvartal 2026, innen fristen 20. juli 2026. Av de leverte venter 1 på godkjenning.",
        ),
    ],
)
def test_the_sentence_on_each_side_of_the_deadline(as_of, status, said):
    found = headline(here(dt.date.fromisoformat(as_of)), FJORDBYEN, rows_of(**status), "2026-Q2")
    assert found.replace("\u00a0", " ") == said


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_sentence_without_a_deadline(language):
    rows = rows_of(deadline=None, A="delivered", B="not_delivered")
    said = headline(here(language=language), REAL, rows, "2026-Q2")
    assert ("ikke kjent" if language == "nb" else "not known") in said
    assert "1 " in said


# The grid.


def test_the_grid_says_what_came_when_and_what_did_not(monkeypatch, examples):
    found = cells(fjordbyen(monkeypatch, examples, asof="2025-10-25"))
    assert list(found) == [
        "Fjordby kommune", "Lindvåg kommune", "Austmark kommune", "Kystfylket fylkeskommune", "Veietaten"
    ]  # fmt: skip
    assert found["Lindvåg kommune"][0] == "■ Mangler 5 dager over fristen"
    assert found["Fjordby kommune"][0].startswith("● I tide 19. oktober 2025 1 dag før")
    assert found["Kystfylket fylkeskommune"][1].startswith("● I tide 9. juli 2025 11 dager før rettet 4. september 2025")
    assert found["Veietaten"][3].startswith("▲ Etter fristen 24. januar 2025 4 dager etter")


@pytest.mark.parametrize(("as_of", "n"), [("2024-10-01", 1), ("2025-01-10", 2), ("2026-11-22", 6)])
def test_the_newest_periods_are_shown_first_and_the_rest_on_demand(monkeypatch, examples, as_of, n):
    app = fjordbyen(monkeypatch, examples, asof=as_of)
    assert {len(row) for row in cells(app).values()} == {n}
    if n == 6:
        app.toggle(key="all-periods").set_value(True).run()
        assert {len(row) for row in cells(app).values()} == {9}


def test_an_older_period_in_the_address_shows_them_all(monkeypatch, examples):
    app = fjordbyen(monkeypatch, examples, period="2024-Q4", party="veietaten")
    assert {len(row) for row in cells(app).values()} == {9}
    assert [row[1:3] for row in tables(app)["Rapporter, den siste først"]] == [["Veietaten", "4. kvartal 2024"]]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["16. juli 2026", "4 dager før"]),
        ({"days_after": 0}, ["16. juli 2026", "på fristdagen"]),
        ({"status": "late", "days_after": 1}, ["16. juli 2026", "1 dag etter"]),
        ({"days_after": pd.NA}, ["16. juli 2026"]),
        (
            {"n_before": 1, "submitted_at": pd.Timestamp("2026-09-04")},
            ["16. juli 2026", "4 dager før", "rettet 4. september 2026"],
        ),
        ({"waiting_at": pd.Timestamp("2026-09-04")}, ["16. juli 2026", "4 dager før", "rettelse til godkjenning"]),
        ({"n_warning": 1, "n_hold": 2}, ["16. juli 2026", "4 dager før", "1 advarsel", "2 bekreftet"]),
        ({"first_submitted_at": pd.NaT, "status": "missing", "days_after": 3}, ["3 dager over fristen"]),
        ({"first_submitted_at": pd.NaT, "status": "awaited", "days_after": -1}, ["om 1 dag"]),
        ({"first_submitted_at": pd.NaT, "status": "awaited", "days_after": 0}, ["fristen er i dag"]),
        (
            {"first_submitted_at": pd.NaT, "status": "waiting", "days_after": 3, "waiting_at": pd.Timestamp("2026-07-01")},
            ["levert 1. juli 2026"],
        ),
        ({"first_submitted_at": pd.NaT, "status": "not_delivered", "days_after": pd.NA}, []),
    ],
)
def test_what_a_cell_says(changes, lines):
    row = {
        "status": "delivered", "first_submitted_at": pd.Timestamp("2026-07-16"), "submitted_at": pd.Timestamp("2026-07-16"),
        "days_after": -4, "n_before": 0, "waiting_at": pd.NaT, "n_warning": 0, "n_hold": 0, "submission_id": 7, **changes,
    }  # fmt: skip
    said = cell_words(here(), load_agreements()["fjordbyen"], row)
    assert [str(line).replace("\u00a0", " ") for line in said.lines] == lines
    assert said.symbol == SYMBOLS[row["status"]]


def test_every_status_has_a_symbol_a_colour_and_a_word_of_its_own():
    for language in ("nb", "en"):
        words = {here(language=language).say(f"page.quality.status.{status}") for status in SYMBOLS}
        assert len(words) == len(SYMBOLS)
    for palette in PALETTES.values():
        assert all(f"td.s-{status} > b" in grid_style(palette) for status in SYMBOLS)


@pytest.mark.parametrize(("days", "said"), [(1, "1 dag"), (0, "0 dager"), (1234, "1 234 dager")])
def test_days_stay_on_one_line(days, said):
    assert days_text(here(), days) == said.replace(" ", "\u00a0")
    assert " " not in to_deadline(here(), days).removesuffix(" etter") or days == 0


def test_names_are_escaped_in_the_grid(monkeypatch):
    shown: list[str] = []
    monkeypatch.setattr(st, "html", shown.append)
    hostile = '<img src=x onerror=alert(1)>"'
    cell = CellWords("missing", "■", hostile, (hostile,))
    grid(hostile, hostile, [Heading("p", hostile, hostile)], [Heading("a", hostile)], {("a", "p"): cell}, hostile)
    assert "<img" not in shown[0]
    assert shown[0].count("&lt;img") == 8


# What stands below.


@pytest.fixture(scope="module")
def quarter(tmp_path_factory) -> Path:
    """A store where one return was corrected and one sent back with a hostile reason; findings in two periods."""
    folder = tmp_path_factory.mktemp("store")
    told(
        folder,
        """
        2025-07-10 submit fjordby 2025-Q2
        2025-07-12 approve 1
        2025-10-10 submit fjordby 2025-Q3
        2025-10-12 approve 2
        2025-10-15 submit austmark 2025-Q3
        2025-10-18 reject 3
        2025-11-02 submit fjordby 2025-Q3
        2025-11-03 approve 4
        2025-11-04 submit lindvag 2025-Q3
        """,
        *(
            [Finding("not_a_number", severity, "Økonomi", "B2", "<b>x</b>")]
            for severity in ("warning", "warning", "info", "hold")
        ),
    )
    return folder


def test_the_trace_tells_who_when_and_how_it_stands(monkeypatch, quarter):
    app = fjordbyen(monkeypatch, quarter, asof="2025-12-01", period="2025-Q3")
    rows = tables(app)["Rapporter, den siste først"]
    assert [(row[0], row[4], row[5]) for row in rows] == [
        ("Nr. 5", "15 dager etter", "Venter på godkjenning"),
        ("Nr. 4", "rettelse", "Godkjent"),
        ("Nr. 3", "5 dager før", "Sendt tilbake"),
        ("Nr. 2", "10 dager før", "Godkjent, siden rettet"),
    ]
    assert rows[2][3] == "Marit Austglimt, 15. oktober 2025"
    assert rows[2][6] == "Kari Sakliste, 18. oktober 2025"
    assert rows[2][-1] == "Feil ark"
    assert rows[0][6] == "–"


@pytest.mark.parametrize(("as_of", "standing"), [("2025-10-11", "Godkjent etter denne datoen"), ("2025-10-12", "Godkjent")])
def test_an_approval_is_not_known_before_it_was_given(monkeypatch, quarter, as_of, standing):
    app = fjordbyen(monkeypatch, quarter, asof=as_of, period="2025-Q3")
    assert [row[5] for row in tables(app)["Rapporter, den siste først"]] == [standing]


def test_findings_that_come_again_are_told_in_plain_words(monkeypatch, quarter):
    app = fjordbyen(monkeypatch, quarter, asof="2025-12-01", quality="findings")
    (rows,) = [rows for caption, rows in tables(app).items() if caption.startswith("Funn da")]
    # not counted: those of the return that was sent back
    assert [row[0] for row in rows] == ["▲ Advarsel", "◆ Må bekreftes"]
    assert rows[0][2:] == ["2", "2", "1", "1", "1"]
    assert "2 slags funn" in written(app)
    assert not any("<b>x" in block.proto.body for block in app.get("html"))


def test_without_findings_there_is_a_sentence(monkeypatch, quarter):
    app = fjordbyen(monkeypatch, quarter, asof="2025-07-01", quality="findings")
    assert "Det er ikke lagret noen funn" in written(app)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({}, "61 av 63 prosjekter har prognose"),
        ({"party": "lindvag"}, "7 av 8 prosjekter"),
        ({"asof": "2024-10-13"}, "28 av 30 prosjekter"),
    ],
)
def test_coverage_is_of_the_newest_return_of_each_party(monkeypatch, examples, address, said):
    app = fjordbyen(monkeypatch, examples, quality="coverage", **address)
    assert said in written(app)
    by_party = tables(app)["Prosjekter med tall, for hver part"]
    assert [row[0] for row in by_party][:2] == ["Prognose sluttkostnad", "P50 og P85"]
    assert len(by_party) == len(tables(app)["Prosjekter uten tall, etter grunn"]) == 6


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2025-10-25", "De eldste tallene er 117 dager gamle. Grensen er 190 dager."),
        ("2026-11-22", "De eldste tallene er 145 dager gamle. Grensen er 190 dager."),
        ("2024-10-02", "Ingen part har levert tall ennå."),
    ],
)
def test_age_is_held_against_the_limit(monkeypatch, examples, as_of, said):
    assert said in written(fjordbyen(monkeypatch, examples, asof=as_of, quality="age"))


def test_old_figures_are_counted_by_party(monkeypatch, quarter):
    app = fjordbyen(monkeypatch, quarter, asof="2026-06-01", quality="age")
    assert "1 av 5 parter har tall som er eldre enn 190 dager." in written(app)
    rows = next(rows for caption, rows in tables(app).items() if caption.startswith("Hver parts"))
    assert [row[-1] for row in rows] == ["■ Eldre enn grensen", *["◌ Ingen tall"] * 4]


def test_the_edition_says_what_it_is_made_of(monkeypatch, quarter):
    app = fjordbyen(monkeypatch, quarter, asof="2025-12-01", quality="editions")
    assert tables(app)["Innsendinger som teller, kjent på denne datoen"] == [["Rapporter fra partene", "3", "2. november 2025"]]
    assert "Siste handling:" in written(app)
    assert "leverte nummer 5 (Lindvåg kommune, 3. kvartal 2025)" in written(app)
    (kept,) = [rows for caption, rows in tables(app).items() if caption.startswith("Den nyeste først")]
    assert len(kept) == 1
    assert kept[0][-1] == "Vises nå"


# Where there is little or nothing.


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))


@pytest.mark.parametrize(
    ("language", "said"), [("nb", "Ingen av de 9 partene har levert rapport"), ("en", "None of the 9 parties has reported")]
)
def test_a_real_agreement_without_returns_gets_a_sentence_and_the_reason(monkeypatch, examples, language, said):
    app = page(monkeypatch, examples, agreement="miljoloftet", lang=language)
    assert said in finding(app)
    assert REAL.reporting.unknown.in_language(language) in words_of(app)
    assert not any("nv-grid" in block.proto.body and "<table" in block.proto.body for block in app.get("html"))


def test_a_store_without_returns_shows_who_is_missing(monkeypatch, tmp_path):
    store(tmp_path / "var", printed(1, 0, 2))
    app = fjordbyen(monkeypatch, tmp_path / "var", asof="2024-11-01")
    assert set(map(tuple, cells(app).values())) == {("■ Mangler 12 dager over fristen",)}
    assert "Ingen rapport er levert for dette utvalget." in written(app)
    for view, said in (
        ("coverage", "ingen prosjekter å telle"),
        ("age", "Ingen part har levert"),
        ("findings", "ikke lagret noen funn"),
    ):
        assert said in written(fjordbyen(monkeypatch, tmp_path / "var", asof="2024-11-01", quality=view))


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("view", ["returns", "coverage", "age", "findings", "editions", "nonsense"])
def test_every_view_is_whole_in_every_language(monkeypatch, quarter, language, view):
    app = fjordbyen(monkeypatch, quarter, lang=language, quality=view, period="2025-Q3", party="nobody")
    assert not re.search(r"page\.quality|<NA>|NaT|\bnan\b|None\b(?! of)", written(app))


def test_an_exported_table_says_what_it_is_and_that_it_is_invented():
    table = table_of_reports(here(), FJORDBYEN, "Rapporter", ("party_id", "n"), [["fjordby", 1]], "Partene")
    assert list(table.about.values())[:2] == [FJORDBYEN.name, "Rapporter"]
    assert "Partene" in table.about.values()
    assert "Oppdiktede data" in " ".join(table.about.values())
    assert as_csv(table, decimal_comma=True).decode("utf-8-sig").splitlines()[1].startswith("fjordby;1;")
    real = table_of_reports(here(), REAL, "Rapporter", ("party_id",), [["bergen"]], "Partene")
    assert "Oppdiktede" not in " ".join(real.about.values())
    assert real.note is None
