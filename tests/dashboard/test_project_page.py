"""The page of one project as Streamlit runs it: its sentence, numbers that lead to cells, and every state of it."""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.report_lines import Axes, LineWords, Tick, report_lines
from dashboard.parts.project import words as project_words
from dashboard.parts.project.blocks import _cost_rows, _date_rows
from dashboard.parts.project.scales import changes_said
from dashboard.parts.project_links import page_link, project_link
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from domain.numbers import date_text, decimal_text
from pipelines.answers.prices import price
from pipelines.answers.project.history import FORECAST, P85, Opening, project_history
from tests.builders import agreement
from tests.page_numbers import asking, figures_of, rows_of, same
from tests.pages import run_page, written

page = partial(run_page, "pages/project.py")
fjordbyen = partial(page, agreement="fjordbyen")
FJORDBYEN = agreement()
TODAY = dt.date(2026, 11, 22)


def here(as_of: dt.date = TODAY, language: str = "nb") -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {"fjordbyen": FJORDBYEN}, None, True, TODAY, as_of)


def finding(app: AppTest) -> str:
    (body,) = [block.proto.body for block in app.get("html") if "<h1" in block.proto.body]
    return html.unescape(re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ")


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


def table(app: AppTest, caption: str) -> list[list[str]]:
    """The rows of the table whose caption begins so, as HTML."""
    (body,) = [it.proto.body for it in app.get("html") if f"<caption>{caption}" in it.proto.body]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body.split("<tbody>")[1])
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def words(cell: str) -> str:
    return plain(html.unescape(re.sub(r"<[^>]+>", "", cell)))


# Streamlit's own run is slow: one full page holds many things.


def test_the_page_tells_what_the_answer_tells(monkeypatch, examples, example_snapshot):
    app = fjordbyen(monkeypatch, examples, project="F-038", asof="2026-11-22")
    found = project_history(example_snapshot, FJORDBYEN, "F-038", TODAY, price(FJORDBYEN, TODAY))
    newest = found.newest
    over = decimal_text(float(newest.over_mnok(P85)), 1, "nb")
    said = finding(app)
    assert said.startswith(
        f"{newest.project_name}: ventes å koste {decimal_text(float(newest.mnok(FORECAST)), 1, 'nb')} mill. kr"
    )
    assert f"{over} over kostnadsrammen (P85)" in said
    assert plain(f"åpner {date_text(newest.opening.on, 'nb')}, {found.moved_days} dager senere enn i forrige rapport") in said
    assert said.endswith("Meldt grønt, tallene sier rødt.")
    rows = table(app, "Det som er meldt i hver rapport")
    assert [words(row[2]) for row in rows] == [
        decimal_text(float(report.mnok(FORECAST)), 1, "nb") for report in reversed(found.reports)
    ]
    # Every number leads to where it stands.
    for row, report in zip(rows, reversed(found.reports), strict=True):
        assert all("trace?" in cell for cell in row[2:])
        assert f"submission={report.submission_id}&amp;row={report.rows['cost_estimates']}" in row[2]
    strip = table(app, "Fargen er den på dagen")
    assert [words(row[0]) for row in strip] == ["Meldt", "Tallene sier"]
    assert [len(row) for row in strip] == [len(found.reports) + 2] * 2
    assert words(strip[1][-1]) == "■ Avvik"
    text = written(app)
    for title in (
        "Milepæler",
        "Hva prosjektet er ment å bidra med",
        "Grunner for fargene",
        "Usikkerhetsavsetning",
        "Henger sammen",
    ):
        assert title in text
    assert not re.search(r"project\.|<NA>|NaT|\bnan\b|\bNone\b", text)


@pytest.mark.parametrize(("project_id", "day"), [("F-038", "2026-11-22"), ("F-026", "2025-08-01")])
def test_the_numbers_on_the_page_are_those_of_the_command_line(capsys, monkeypatch, examples, project_id, day):
    app = fjordbyen(monkeypatch, examples, project=project_id, asof=day)
    asked = asking(capsys, monkeypatch, examples)
    told = {name: amount for (name, _, key), amount in figures_of(asked, "project", "--as-of", day).items() if key == project_id}
    newest = rows_of(app, "Det som er meldt i hver rapport")[0]
    amounts = ("forecast", "p50", "p85")
    assert [same(said, told[name]) for said, name in zip(newest[2:5], amounts, strict=True)] == [True] * 3
    funding = rows_of(app, "Kilde, kostnadselement og år")[-1]
    amounts = ("budget_total", "spent_to_date_total", "forecast_total", "requisitioned_total")
    assert [same(said, told[name]) for said, name in zip(funding[3:], amounts, strict=True)] == [True] * 4
    (over,) = re.findall(r"([\d,]+) over kostnadsrammen", finding(app)) or [None]
    assert over is None if told["over_p85"] <= 0 else same(over, told["over_p85"])
    if told["opening_moved"]:
        assert f"{abs(told['opening_moved'])} dager {'senere' if told['opening_moved'] > 0 else 'tidligere'}" in finding(app)
    listed = rows_of(app, "Avvikene på datoen øverst på siden")
    own = [
        it
        for it in asked("deviations", "--agreement", "fjordbyen", "--as-of", day)["deviations"]
        if it["project_id"] == project_id
    ]
    assert [row[1] for row in listed] == [{"red": "■ Avvik", "yellow": "▲ Følg med"}[it["level"]] for it in own]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"project": "F-003", "asof": "2024-10-01"}, "Ingen prosjekter i Fjordbyen var rapportert 1. oktober 2024."),
        ({"asof": "2024-10-13", "area": "nord"}, "prosjekter: tallene sier avvik for"),
        ({"project": "F-999"}, "63 prosjekter: tallene sier avvik for"),
        ({"project": "F-058", "price": "nominal"}, "er slått sammen med F-057"),
        ({"project": "F-053", "lang": "en"}, "no forecast is reported"),
    ],
)
def test_every_state_has_a_sentence(monkeypatch, examples, address, said):
    app = fjordbyen(monkeypatch, examples, **{"asof": "2026-11-22", **address})
    assert said in finding(app)
    text = written(app)
    assert not re.search(r"project\.\w|<NA>|NaT|\bnan\b", text)
    if address.get("project") == "F-999":
        assert "Prosjektet F-999 finnes ikke" in text
        links = [it.proto.body for it in app.get("html") if "project?agreement=fjordbyen&amp;" in it.proto.body]
        assert sum(body.count("project=F-") for body in links) >= 63


def test_a_finished_project_is_not_said_to_go_on(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22")
    listed = [row[-2:] for row in rows_of(app, "Trykk på et navn for å se alt om prosjektet")]
    assert {standing for phase, standing in listed if phase == "Avsluttet"} == {"–"}
    assert ["Byggefase", "I gang"] in listed


def test_a_real_agreement_shows_what_open_sources_know(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="miljoloftet", asof="2026-11-22")
    assert "Ingen prosjekter i Miljøløftet var rapportert" in finding(app)
    assert "kjent fra åpne kilder" in written(app)


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))


# The words, one case at a time.


@pytest.fixture(scope="module")
def history(example_snapshot):
    return project_history(example_snapshot, FJORDBYEN, "F-038", TODAY, price(FJORDBYEN, TODAY))


def opening(**days: str) -> Opening:
    given = {name: dt.date.fromisoformat(day) for name, day in days.items()}
    return Opening(given.get("baseline_on"), given.get("forecast_on"), given.get("actual_on"), None, 1)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"forecast_on": "2027-05-01"}, {"forecast_on": "2027-05-12"}, "åpner 12. mai 2027, 11 dager senere"),
        ({"forecast_on": "2027-05-13"}, {"forecast_on": "2027-05-12"}, "åpner 12. mai 2027, 1 dag tidligere"),
        ({"forecast_on": "2027-05-12"}, {"forecast_on": "2027-05-12"}, "åpner 12. mai 2027, som i forrige rapport"),
        ({}, {"forecast_on": "2027-05-12"}, "åpner 12. mai 2027. "),
        ({}, {"forecast_on": "2026-05-12"}, "åpning var ventet 12. mai 2026, men er ikke meldt åpnet"),
        ({}, {"forecast_on": "2026-05-12", "actual_on": "2026-05-14"}, "åpnet 14. mai 2026"),
        ({}, {}, "åpningsdato er ikke meldt"),
    ],
)
def test_the_opening_is_told_in_words(history, before, now, said):
    reports = (
        *history.reports[:-2],
        replace(history.reports[-2], opening=opening(**before)),
        replace(history.reports[-1], opening=opening(**now)),
    )
    changed = replace(history, reports=reports)
    assert said in plain(project_words.headline(here(), FJORDBYEN, None, changed, changed.reports[-1]))


@pytest.mark.parametrize(
    ("reported", "figures", "said"),
    [
        ("green", "red", "Meldt grønt, tallene sier rødt."),
        ("yellow", "yellow", "Meldt gult, og tallene sier det samme."),
        ("red", "cannot_tell", "Meldt rødt. Tallene er ikke nok til å gi en farge."),
        (None, "green", "Farge er ikke meldt. Tallene sier grønt."),
        (None, "cannot_tell", "Farge er ikke meldt, og tallene er ikke nok til å gi en."),
        (None, None, "Farge er ikke meldt, og tallene er ikke nok til å gi en."),
    ],
)
def test_both_colours_are_told(history, reported, figures, said):
    assert project_words.colours_said(here(), replace(history, reported_colour=reported, data_colour=figures)) == said


@pytest.mark.parametrize(
    ("forecast", "p50", "p85", "said"),
    [
        ("131.0", "110", "120", "131,0 mill. kr, 11,0 over kostnadsrammen (P85)"),
        ("115.0", "110", "120", "115,0 mill. kr, 5,0 over styringsrammen (P50)"),
        ("105.0", "110", "120", "105,0 mill. kr, 5,0 under styringsrammen (P50)"),
        ("110.0", "110", "120", "110,0 mill. kr, lik styringsrammen (P50)"),
        ("131.0", "110", None, "131,0 mill. kr, 21,0 over styringsrammen (P50)"),
        ("131.0", None, None, "ventes å koste 131,0 mill. kr; "),
        (None, "110", "120", "prognose er ikke meldt"),
    ],
)
def test_the_cost_is_told_against_its_frames(history, forecast, p50, p85, said):
    figure = history.newest.costs[FORECAST]
    given = {"forecast_mnok": forecast, "p50_mnok": p50, "p85_mnok": p85}
    costs = {name: None if mnok is None else replace(figure, mnok=Decimal(mnok)) for name, mnok in given.items()}
    assert said in plain(project_words.headline(here(), FJORDBYEN, None, history, replace(history.newest, costs=costs)))


# Links and figures as pure functions.


@pytest.mark.parametrize(
    ("language", "as_of", "href"),
    [
        ("nb", TODAY, "project?agreement=fjordbyen&project=F-003"),
        ("en", dt.date(2025, 1, 2), "project?agreement=fjordbyen&lang=en&asof=2025-01-02&project=F-003"),
    ],
)
def test_a_link_leads_to_the_project_as_the_reader_sees_it(language, as_of, href):
    link = project_link(here(as_of, language), FJORDBYEN, "F-003", "Navn <b>")
    assert (link.said, link.href) == ("Navn <b>", href)
    assert page_link(here(), FJORDBYEN, "area", "x", area=None, municipality="F 1/2").href.endswith("municipality=F%201%2F2")


def test_the_lines_are_those_of_the_reports(history):
    rows = _cost_rows(here(), history)
    assert len(rows) == 3 * len(history.reports)
    lead = rows[rows["line"] == FORECAST]
    assert list(lead["amount"]) == [float(report.mnok(FORECAST)) for report in history.reports]
    days = _date_rows(here(), history)
    assert [dt.date.fromordinal(day) for day in days[days["line"] == "on"]["amount"]] == [
        report.opening.on for report in history.reports
    ]


@pytest.mark.parametrize("amounts", [(100.0, 100.1, 100.2), (1.0, 500.0, 900.0), (5.0, 5.0, 5.0)])
def test_labels_lie_apart_and_inside(history, amounts):
    rows = _cost_rows(here(), history).query("place == 0").assign(amount=amounts)
    lines = [LineWords(key, key, is_step=key != FORECAST, is_lead=key == FORECAST) for key in rows["line"]]
    figure = report_lines(rows, lines, Axes([Tick(0, "2024")], [], 1.0), ", ", PALETTES["light"])
    low, high = figure.layout.yaxis.range
    height = figure.layout.height - 46
    places = sorted((it.y - low) / (high - low) * height + it.yshift for it in figure.layout.annotations)
    assert all(after - before >= 20 for before, after in itertools.pairwise(places))
    assert places[0] >= -1
    assert places[-1] <= height + 1
    # A single report is a mark and its frames are levels beside it.
    assert [len(trace.x) for trace in figure.data] == [3, 3, 1]


def test_a_first_report_is_compared_with_nothing(history):
    first = replace(history, reports=history.reports[:1])
    assert project_words.cost_title(here(), FJORDBYEN, first) == "Prognosen er 417,1 mill. kr"
    silent = replace(history.newest, costs=dict.fromkeys(history.newest.costs))
    said = project_words.cost_title(here(), FJORDBYEN, replace(history, reports=(*history.reports[:1], silent)))
    assert plain(said) == "Prognosen er ikke meldt i siste rapport. I 3. kvartal 2024 var den 417,1 mill. kr"
    assert project_words.cost_title(here(), FJORDBYEN, replace(history, reports=())) == "Prognosen er ikke meldt i disse kronene"


def test_a_change_of_the_partys_scale_between_its_reports_is_said(history):
    names = ["party_id", "scale_id", "period", "period_before", "n_ratings", "n_ratings_before"]
    own = history.profile.party_id
    breaks = pd.DataFrame(
        [
            (own, "confidence", "2025-Q2", "2025-Q1", 3, 5),
            (own, "another", "2025-Q2", "2025-Q1", 3, 5),  # not counted: the same change in another of its scales
            (own, "confidence", "2020-Q2", "2020-Q1", 3, 5),  # not counted: before the project's first report
            ("elsewhere", "confidence", "2025-Q3", "2025-Q2", 3, 5),  # not counted: of another party
        ],
        columns=names,
    )
    (said,) = changes_said(here(), FJORDBYEN, history, breaks)
    party = next(party.name for party in FJORDBYEN.parties if party.party_id == own)
    assert plain(said).startswith(f"Skalaen som {party} gir farger etter, er ny fra 2. kvartal 2025.")
    assert changes_said(here(), FJORDBYEN, history, breaks.iloc[2:]) == []
