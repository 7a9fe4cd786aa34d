"""The page about uncertainty as Streamlit runs it, and its figures as pure functions."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pandas as pd
import pytest

from dashboard.figures.cost_whiskers import WhiskerWords, cost_whiskers
from dashboard.figures.portfolio_curve import Curve, RiskCurveWords, portfolio_curve
from dashboard.figures.reserve_lines import ReserveWords, reserve_lines
from dashboard.figures.risk_grid import GridWords, risk_grid_figure
from dashboard.figures.share_bars import share_bars
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.uncertainty.risks import classes_said
from dashboard.parts.uncertainty.words import chance_number, chance_said
from dashboard.theme import PALETTES
from domain.matrix_file import matrix_of
from domain.numbers import decimal_text
from pipelines.answers.portfolio import projects
from pipelines.answers.prices import price
from pipelines.answers.selection import Selection
from pipelines.answers.uncertainty.portfolio_risk import portfolio, portfolio_at
from pipelines.answers.uncertainty.risks import open_risks, without_response
from pipelines.answers.uncertainty.uncertainty import by_distance
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement, printed, store
from tests.page_numbers import asking, figures_of, rows_of, same
from tests.pages import run_page, written

page = partial(run_page, "pages/uncertainty.py")
FJORDBYEN = agreement()
LAST = dt.date(2026, 11, 22)
HERE = Surroundings("nb", "light", PALETTES["light"], {}, None, True, LAST, LAST)
LIGHT = PALETTES["light"]


@pytest.fixture(scope="module")
def at(examples):
    """The portfolio on the last day at the usual correlation, from as many draws as the page takes."""
    snapshot = open_snapshot(examples)
    found = portfolio(snapshot, FJORDBYEN, price(FJORDBYEN, LAST), LAST)
    return found, portfolio_at(found)


def test_filters_that_no_project_passes_are_told_from_nothing_reported(monkeypatch, examples):
    said = written(page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22", phase="idea"))
    assert "Ingen prosjekter passer med filtrene." in said
    assert "Ingen rapporter" not in said


def test_the_page_says_what_the_answers_say_in_every_view(monkeypatch, examples, at):
    found, band = at
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22")
    app.toggle(key="all projects").set_value(True).run()
    said = written(app)
    p85, over = (
        decimal_text(mnok, 0, "nb") for mnok in (band[1].risk.p85_mnok, band[1].risk.p85_mnok - band[1].risk.sum_p50_mnok)
    )
    sentence = f"P85 er {p85} mill. kr, {over} mill. kr over summen av P50."
    assert sentence.replace("\u00a0", " ") in said
    assert "mer enn 99 av 100 sjanse for at porteføljen holder seg innenfor rammen på 16 325 mill. kr" in said
    assert "3 av 51 prosjekter har prognose over kostnadsrammen (P85)" in said
    assert "62 av 63 prosjekter er med i porteføljens spenn" in said
    assert "Ikke med: løpende og faste kroner kan ikke regnes om uten år" in said
    assert "6 av 6 holdt seg innenfor P85" in said
    unanswered = without_response(open_risks(open_snapshot(examples), FJORDBYEN, found.price, LAST))
    wanted = {
        "chances": decimal_text(band[1].tightest[1].chance_within, 2, "nb"),
        "spread": f"står for {decimal_text(band[1].risk.shares[0].share_pct, 0, 'nb')} % av spennet i porteføljen",
        "reserve": "mill. kr er utløst",
        "matrix": "muligheter er åpne",
        "unanswered": f"{len(unanswered)} åpne risikoer har ikke tiltak",
    }
    for view, words in wanted.items():
        app.session_state["uncertainty"] = view
        app.run()
        assert not app.exception
        assert words in written(app)


PROJECT_COLUMNS = ("p50", "p85", "forecast", "previous_forecast", "forecast_over_p50", "forecast_over_p85")


@pytest.mark.parametrize(
    ("address", "asked_for"),
    [
        ({"asof": "2026-11-22"}, ("--as-of", "2026-11-22")),
        ({"asof": "2025-02-01", "area": "nord"}, ("--as-of", "2025-02-01", "--area", "nord")),
    ],
)
def test_the_numbers_on_the_page_are_those_of_the_command_line(capsys, monkeypatch, examples, address, asked_for):
    app = page(monkeypatch, examples, agreement="fjordbyen", **address)
    app.session_state["all projects"] = True
    app.run()
    told = figures_of(asking(capsys, monkeypatch, examples), "uncertainty", *asked_for)
    projects = rows_of(app, "Beløp i valgte kroner.")
    assert {row[0].split()[0] for row in projects} == {key for _, grain, key in told if grain == "project"}
    for row in projects:
        amounts = [told[name, "project", row[0].split()[0]] for name in PROJECT_COLUMNS]
        assert [same(said, amount) for said, amount in zip(row[2:8], amounts, strict=True)] == [True] * 6, row
    said = written(app)
    (p85,) = re.findall(r"P85 er ([\d ,]+) mill\. kr", said)
    assert same(p85, told["portfolio_p85", "agreement", "rho_0.3"], 0)
    app.session_state["uncertainty"] = "chances"
    app.run()
    areas = {area.name: area.working_area_id for area in FJORDBYEN.working_areas}
    by_area = {areas[row[0]]: row[4] for row in rows_of(app, "Arbeidsområdene mot summen av P50") if row[0] in areas}
    assert by_area
    for area, chance in by_area.items():
        assert same(chance, told["chance_within_sum_p50", "area", area], 2)


def test_a_municipality_alone_is_held_against_the_sum_of_its_projects(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22", municipality="F03")
    app.session_state["all projects"] = True
    app.run()
    wanted = projects(open_snapshot(examples), FJORDBYEN, LAST, Selection(municipality_code="F03"))["project_id"]
    assert sorted(row[0].split()[0] for row in rows_of(app, "Beløp i valgte kroner.")) == list(wanted)
    assert "sjanse for at prosjektene i utvalget holder seg innenfor summen av P50" in written(app)


def test_the_table_begins_with_the_projects_of_the_figure_and_shows_all_on_request(monkeypatch, examples, at):
    found, _ = at
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22")
    first = [row[0].split()[0] for row in rows_of(app, "Beløp i valgte kroner.")]
    assert first == [it.project_id for it in by_distance(found.projects)][:15]
    app.toggle(key="all projects").set_value(True).run()
    every = [row[0].split()[0] for row in rows_of(app, "Beløp i valgte kroner.")]
    assert (every[:15], sorted(every)) == (first, [it.project_id for it in found.projects])


def test_a_slider_in_the_address_is_seen_and_a_wrong_one_is_not(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22", rho="0.6", uncertainty="chances", lang="en")
    assert "at correlation 0.6" in written(app)
    assert app.select_slider(key="rho").value == "0.6"
    app.session_state["rho"] = "7"
    app.run()
    assert not app.exception


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2024-10-01", "Ingen rapporter om usikkerhet for Fjordbyen var kjent 1. oktober 2024."),
        # Half of the parties had delivered their first return.
        ("2024-10-14", "3 av 5 parter hadde ikke rapportert, og prosjektene deres er ikke med."),
    ],
)
def test_an_earlier_day_shows_what_was_known_then(monkeypatch, examples, day, words):
    assert words in written(page(monkeypatch, examples, agreement="fjordbyen", asof=day))


def test_kroner_that_do_not_add_up_are_said(monkeypatch, examples):
    said = written(page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22", price="nominal"))
    assert "kan ikke legges sammen i disse kronene" in said
    assert "0 av 63 prosjekter" in said


def test_a_real_agreement_without_returns_shows_what_is_cited(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="miljoloftet")
    said = written(app)
    assert [it.key for it in app.selectbox] == ["agreement", "lang"]
    assert "Ingen rapporter om usikkerhet for Miljøløftet" in said
    assert "åpne kilder" in said


def test_without_any_return_there_is_a_sentence(monkeypatch, tmp_path):
    store(tmp_path, printed(0.8, -2.2, 3.8))
    assert "Ingen rapporter om usikkerhet" in written(page(monkeypatch, tmp_path, agreement="fjordbyen"))


@pytest.mark.parametrize(
    ("chance", "words", "number"),
    [
        (0.0, "mindre enn 1 av 100", "under 0,01"),
        (0.02, "mindre enn 1 av 20", "0,02"),
        (0.05, "omtrent 1 av 10", "0,05"),
        (0.29, "omtrent 3 av 10", "0,29"),
        (0.5, "omtrent 5 av 10", "0,50"),
        (0.95, "omtrent 9 av 10", "0,95"),
        (0.97, "mer enn 19 av 20", "0,97"),
        (0.9999, "mer enn 99 av 100", "over 0,99"),
        (1.0, "mer enn 99 av 100", "over 0,99"),
    ],
)
def test_chances_are_said_as_people_say_them(chance, words, number):
    assert (chance_said(HERE, chance), chance_number(HERE, chance).replace("\u00a0", " ")) == (words, number)


def test_no_chance_is_a_dash():
    assert chance_number(HERE, None) == "–"


@pytest.mark.parametrize(
    "name",
    ["F-1 A", "F-044 E99 innfartsparking på Austmarkhøgda", f"F-9 {'svært ' * 12}langt navn", "Ettordsomermegetlengreennenlinje"],
)
def test_names_of_projects_are_whole_in_at_most_two_lines(name):
    rows = pd.DataFrame(
        [(name, 12.0, 10.0, 11.0, "red", "+1,2", "a")],
        columns=["name", "forecast_pct", "p85_pct", "previous_pct", "level", "label", "hover"],
    )
    (shown,) = cost_whiskers(rows, WhiskerWords("P50", ""), ", ", LIGHT).layout.yaxis.ticktext
    told = shown.removesuffix("  <b>+1,2</b>").split("<br>")
    assert " ".join(told) == name
    part = pd.DataFrame({"name": [name], "share_pct": [60.0], "label": ["60 %"], "hover": [""], "is_rest": [False]})
    assert share_bars(part, ", ", LIGHT).layout.yaxis.ticktext[0].split("<br>") == told
    assert len(told) <= 2
    assert max(map(len, told)) <= max(24, len(name) // 2 + 8, max(map(len, name.split())))


def test_whiskers_have_a_mark_of_their_own_for_each_level():
    rows = pd.DataFrame(
        [
            ("F-1 A <b>", 12.0, 10.0, 11.0, "red", "+1,2", "a"),
            ("F-2 B", 5.0, 10.0, None, "yellow", "+0,5", "b"),
            ("F-3 C", -2.0, 10.0, -3.0, "green", "−0,2", "c"),
        ],
        columns=["name", "forecast_pct", "p85_pct", "previous_pct", "level", "label", "hover"],
    )
    figure = cost_whiskers(rows, WhiskerWords("P50", "%{customdata[0]}"), ", ", LIGHT)
    marks = {trace.marker.symbol: (list(trace.x), list(trace.y)) for trace in figure.data if trace.customdata is not None}
    assert marks == {"circle": ([-2.0], [2]), "triangle-up": ([5.0], [1]), "square": ([12.0], [0])}
    assert figure.layout.yaxis.ticktext[0] == "F-1 A &lt;b&gt;  <b>+1,2</b>"
    low, high = figure.layout.xaxis.range
    assert low < -3
    assert high > 12


@pytest.mark.parametrize("frame", [None, 50.0, 300.0])
def test_the_curve_holds_its_frame(frame):
    points = pd.DataFrame({"pct": [25, 50, 70, 85], "mnok": [90.0, 100.0, 110.0, 120.0], "hover": list("abcd")})
    wide = points.assign(mnok=[70.0, 100.0, 130.0, 160.0])
    words = RiskCurveWords("P50 100", "P85 120", "Ramme", "%{customdata[0]}")
    figure = portfolio_curve(Curve(points, "0,3"), [Curve(wide, "1")], frame, words, ", ", LIGHT)
    low, high = figure.layout.xaxis.range
    assert low < min(70.0, frame or 70.0)
    assert high > max(160.0, frame or 0.0)
    assert len(figure.layout.shapes) == (0 if frame is None else 1)
    assert {"<b>P50 100</b>", "<b>P85 120</b>", "1"} <= {note.text for note in figure.layout.annotations}


def test_opportunities_are_mirrored_and_the_chosen_cell_is_framed():
    rows = pd.DataFrame(
        [("risk", 2, 4, 3, "r"), ("opportunity", 2, 4, 1, "o")], columns=["kind", "probability", "consequence", "n", "hover"]
    )
    words = GridWords("R", "O", "C", ["10 %", "25 %", "50 %", "75 %"], ["1", "3", "10", "30"], "%{customdata[0]}")
    figure = risk_grid_figure(rows, ("risk", 2, 4), words, ", ", LIGHT)
    assert figure.data[0].x[0] == -figure.data[0].x[1] > 4
    assert len(figure.layout.shapes) == 50
    framed = [shape for shape in figure.layout.shapes if shape.line.color == LIGHT.ink]
    assert [(shape.x0 + shape.x1) / 2 for shape in framed] == [figure.data[0].x[0]]
    assert list(figure.layout.xaxis.ticktext) == ["1", "3", "10", "30"] * 2


def test_it_is_said_who_has_set_the_classes_of_the_matrix():
    matrix = matrix_of(FJORDBYEN)
    assert "lokal innstilling" in classes_said(HERE, FJORDBYEN, matrix)
    source = FJORDBYEN.sources[0]
    decided = matrix.model_copy(update={"basis": "decision", "decided_on": dt.date(2026, 3, 1), "sources": (source.source_id,)})
    assert f"vedtatt 1. mars 2026 ({source.title})" in classes_said(HERE, FJORDBYEN, decided).replace("\u00a0", " ")


def test_bars_and_lines_show_what_they_are_given():
    bars = share_bars(
        pd.DataFrame({"name": ["A", "rest"], "share_pct": [60.0, 40.0], "label": ["60 %", "40 %"], "hover": ["", ""], "is_rest": [False, True]}),
        ", ", LIGHT,
    )  # fmt: skip
    assert list(bars.data[0].x) == [60.0, 40.0]
    assert len(set(bars.data[0].marker.color)) == 2
    rows = pd.DataFrame({"period": ["Q1", "Q2"], "used_pct": [10.0, None], "expected_pct": [20.0, 30.0], "hover": ["", ""]})
    lines = reserve_lines(rows, ReserveWords("Utløst –", "Ventet 30 %", ""), ", ", LIGHT)
    assert [note.text for note in lines.layout.annotations] == ["<b>Ventet 30 %</b>"]
    assert lines.layout.yaxis.range[1] > 30
