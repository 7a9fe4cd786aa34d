"""The page that traces a figure, as Streamlit runs it: the sentence, the way back, who may have the file, and hostile addresses."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from dashboard.figures.trace_line import TraceWords, trace_line
from dashboard.parts import surroundings
from dashboard.parts.blocks import ForeignAddress, Link, said_html
from dashboard.parts.figures import forget_kept
from dashboard.parts.trace.words import answer_text, basis_text
from dashboard.parts.trace_links import computed, computed_address, trace_address, trace_link, traced_figure
from dashboard.theme import PALETTES
from domain.forms import load_form
from domain.returns import Missing, Split
from pipelines.answers.selection import Selection
from tests.builders import agreement
from tests.dashboard.test_submit_page import surrounded
from tests.pages import run_page, written
from tests.workbooks_in_ledger import hand_in

page = partial(run_page, "pages/trace.py", agreement="fjordbyen")
CELL = {"submission": "1", "table": "economy", "row": "2", "column": "forecast_mnok"}
SET = {"submission": "1", "table": "economy", "column": "forecast_mnok"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("traced") / "var"
    hand_in(found, dt.datetime(2026, 10, 12, 9), economy__forecast_mnok=124.5, economy__amount_source=HOSTILE)
    return found


@pytest.fixture(autouse=True)
def local(monkeypatch):
    forget_kept()
    monkeypatch.setattr(surroundings, "LOCAL", None)


def test_the_sentence_says_where_who_and_when(monkeypatch, folder):
    text = written(page(monkeypatch, folder, **CELL))
    assert "124,5 mill. kr står i celle H2 i arket Økonomi i filen rapport.xlsx, levert av " in text
    assert " 12. oktober 2026, godkjent av " in text
    assert "Kontrollen fant ingenting å bemerke her." in text


def test_in_english(monkeypatch, folder):
    text = written(page(monkeypatch, folder, lang="en", **CELL))
    assert "NOK million stands in cell H2 of the sheet Økonomi in the file rapport.xlsx, handed in by " in text


def test_a_sum_shows_its_cells_and_what_they_come_to(monkeypatch, folder):
    text = written(page(monkeypatch, folder, **SET))
    assert "er summen av" in text
    assert "Cellene tallet består av" in text


def test_what_data_says_is_never_html(monkeypatch, folder):
    bodies = "".join(block.proto.body for block in page(monkeypatch, folder, **CELL).get("html"))
    assert HOSTILE not in bodies
    assert "&lt;script&gt;" in bodies


def test_without_a_figure_the_page_finds_one(monkeypatch, folder):
    app = page(monkeypatch, folder)
    assert "Velg et tall, og se hvor det kommer fra." in written(app)
    links = "".join(block.proto.body for block in app.get("html"))
    assert "row=2" in links
    assert "mva.</caption>" in links


@pytest.mark.parametrize(
    "address",
    [
        {**CELL, "submission": "x"}, {**CELL, "submission": "9" * 30}, {**CELL, "row": "-2"}, {**CELL, "row": "²"},
        {**CELL, "table": HOSTILE}, {**CELL, "column": "' OR 1=1 --"}, {"key": HOSTILE, "table": "economy", "column": "forecast_mnok"},
        {"submission": "1", "table": "rolling_index", "key": "36 / 2026-06"}, {"submission": "1", "table": "cited_figure"},
    ],
    ids=str,
)  # fmt: skip
def test_an_address_that_leads_nowhere_says_so(monkeypatch, folder, address):
    app = page(monkeypatch, folder, **address)
    assert "Tallet i lenken finnes ikke" in written(app)
    assert HOSTILE not in "".join(block.proto.body for block in app.get("html"))


def test_before_it_was_known_it_is_not_shown(monkeypatch, folder):
    text = written(page(monkeypatch, folder, asof="2026-10-11", **CELL))
    assert "124,5" not in text
    assert "Tallet i lenken finnes ikke" in text


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("secretariat.lead", None), ("admin", None), ("fjordby.analyst", None),
        ("lindvag.analyst", "kan bare laste ned filer som egen part har levert"),
        ("fjordby.member", "har ikke en rolle som kan laste ned originaler"),
        ("statholderen.observer", "har ikke en rolle som kan laste ned originaler"),
    ],
)  # fmt: skip
def test_who_may_have_the_file(monkeypatch, folder, person, said):
    app = page(monkeypatch, folder, **CELL)
    assert [button for button in app.get("download_button") if "Last ned 1" in button.proto.label] == []
    next(box for box in app.selectbox if str(box.key).startswith("acting")).set_value(person)
    app.run()
    offered = [button for button in app.get("download_button") if "rapport" in button.proto.label]
    assert bool(offered) == (said is None)
    assert said is None or said in written(app)


def test_from_elsewhere_nobody_has_the_file(monkeypatch, folder):
    monkeypatch.setattr(surroundings, "LOCAL", "local")
    assert "Originalen kan bare lastes ned på maskinen der løsningen kjører." in written(page(monkeypatch, folder, **CELL))


def test_a_changed_file_is_told_and_kept_back(monkeypatch, tmp_path):
    hand_in(tmp_path / "var")
    (path,) = (tmp_path / "var" / "originals").iterdir()
    path.write_bytes(b"annet")
    app = page(monkeypatch, tmp_path / "var", **CELL)
    next(box for box in app.selectbox if str(box.key).startswith("acting")).set_value("admin")
    app.run()
    assert "er ikke lenger lik den som ble levert" in written(app)
    assert not [button for button in app.get("download_button") if "rapport" in button.proto.label]


def test_a_cited_figure(monkeypatch, examples):
    address = {"agreement": "miljoloftet", "submission": "43", "table": "cited_figure", "key": "indicators / 61"}
    text = written(run_page("pages/trace.py", monkeypatch, examples, **address))
    assert "63,4 % står i celle E61 i indicators.csv, sitert fra åpne kilder og samlet 22. november 2026." in text


def test_a_computed_index(monkeypatch, examples):
    text = written(page(monkeypatch, examples, submission="1", table="rolling_index", key="36 / 2026-06"))
    assert "er regnet ut fra 53 tellepunkter" in text


# Links.


def test_an_address_carries_language_and_date_and_nothing_that_is_not_asked():
    here = replace(surrounded("en"), as_of=dt.date(2026, 1, 26))
    address = trace_address(here, agreement(), "economy", "forecast_mnok", submission=12, row=45, project=None)
    assert address == "trace?agreement=fjordbyen&lang=en&asof=2026-01-26&table=economy&column=forecast_mnok&submission=12&row=45"
    with pytest.raises(TypeError, match="colum"):
        trace_address(here, agreement(), "economy", colum="x")


@pytest.mark.parametrize("key", ['F-1 / "a" / <b> / 2024', "Ø & å / #1?=+", "javascript:alert(1)"])
def test_a_key_is_escaped_in_the_address(key):
    link = traced_figure(surrounded(), agreement(), 1, "rolling_index", key, "<i>")
    assert not set(link.href) & set(' "<>#')
    assert "&lt;i&gt;" in said_html(link)


@pytest.mark.parametrize(
    "href", ["https://a.no", "//a.no", "javascript:alert(1)", "trace?a=<", "/trace", "", "trace?a=b c", "trace#x"]
)
def test_a_table_leads_to_our_own_pages_only(href):
    with pytest.raises(ForeignAddress):
        Link("x", href)


def test_a_link_is_escaped_html():
    said = trace_link(surrounded(), agreement(), 1, "economy", 2, "forecast_mnok", "<b>1</b>")
    assert said.startswith('<a href="trace?agreement=fjordbyen&amp;table=economy')
    assert "<b>" not in said


# Words and the figure.


@pytest.mark.parametrize(
    ("table", "column", "answer", "said"),
    [
        ("economy", "forecast_mnok", None, "–"),
        ("economy", "forecast_mnok", Missing("exempt"), "Unntatt"),
        ("economy", "forecast_mnok", Missing("not_yet_known", "anbud"), "Ikke kjent ennå: anbud"),
        ("economy", "year", 2026, "2026"),
        ("economy", "cost_element", "cycling", "Sykkel"),
        ("economy", "includes_vat", False, "Nei"),
        ("economy", "cost_element", "no_such", "no_such"),
        ("projects", "working_area_split", Split((("nord", 60), ("sor", 40))), None),
        ("milestones", "forecast_on", dt.date(2026, 5, 1), "1. mai 2026"),
    ],
)
def test_answers_in_words(table, column, answer, said):
    if isinstance(answer, Split):
        from decimal import Decimal

        answer = Split(tuple((code, Decimal(share)) for code, share in answer.shares))
        said = ", ".join(f"{area.name} {share} %" for area, share in zip(agreement().working_areas, (60, 40), strict=False))
    found = answer_text(surrounded(), agreement(), load_form().table(table).column(column), answer)
    assert found.replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        (None, ""), ((None, None, None), ""), (("real", 2024, False), "faste 2024-kroner, uten mva."),
        (("nominal", None, True), "løpende kroner, med mva."),
    ],
)  # fmt: skip
def test_price_bases_in_words(basis, said):
    assert basis_text(surrounded(), basis) == said


def test_the_figure_has_one_label_a_period_and_marks_what_was_replaced():
    labels = [f"{quarter}. kvartal {year}" for year, quarter in itertools.product(range(2019, 2027), range(1, 5))]
    table = pd.DataFrame(
        {"label": [*labels, labels[-1]], "amount": range(33), "hover": "<b>", "is_replaced": False, "is_chosen": False}
    )
    table.loc[31, "is_replaced"] = True
    table.loc[32, "is_chosen"] = True
    figure = trace_line(table, TraceWords("mill. kr", ", "), PALETTES["light"])
    line, rings, chosen = figure.data
    assert (len(line.x), len(rings.x), list(chosen.y)) == (32, 1, [32])
    assert list(figure.layout.xaxis.categoryarray) == labels
    assert len(figure.layout.xaxis.tickvals) <= 4
    assert figure.layout.xaxis.tickvals[-1] == labels[-1]
    assert "<" not in line.customdata[0]


# Figures that are computed.

FIGURE = {"figure": "economy.forecast_total", "grain": "source", "of": "bompenger"}


def test_a_computed_figure_shows_how_it_is_made_of_which_cells_and_from_whom(monkeypatch, examples):
    app = page(monkeypatch, examples, figure="economy.forecast_total", grain="source", of="stat_50_50")
    text = written(app)
    assert "mill. kr (2024-kroner, uten mva.), slik det var kjent 22. november 2026. Det er summen av 12 celler i" in text
    assert re.search(r"Sum av cellene = tallet: ([\d ]+,\d+) = \1 mill\. kr\.", text)
    assert "fjordbyen-kystfylket-2026-Q2.xlsx" in text
    links = "".join(block.proto.body for block in app.get("html"))
    cells = r"trace\?agreement=fjordbyen&amp;table=economy&amp;column=forecast_mnok&amp;submission=37&amp;row="
    assert len(re.findall(cells, links)) == 12
    assert "method?agreement=fjordbyen&amp;section=money" in links


def test_a_figure_that_is_not_known_says_so(monkeypatch, folder):
    # Its amounts are with VAT, which no other kroner can be made of.
    text = written(page(monkeypatch, folder, lang="en", figure="economy.forecast_total"))
    assert "Forecast: not known (2024 kroner, without VAT), as known on" in text
    assert "No cells are a part of the figure." in text


def test_a_computed_figure_of_the_examples_has_its_history(monkeypatch, examples):
    app = page(monkeypatch, examples, **FIGURE)
    text = written(app)
    assert "Det er summen av 181 celler i 3 leveranser." in text
    assert "Sum av alle 181 celler" in text
    links = "".join(block.proto.body for block in app.get("html"))
    assert "asof=2024-10-20&amp;figure=economy.forecast_total&amp;grain=source&amp;of=bompenger" in links


def test_a_count_leads_to_the_deviations_that_are_counted(monkeypatch, examples):
    app = page(monkeypatch, examples, figure="deviations.projects_red")
    assert re.search(r"Det er talt opp av \d+ åpne avvik i 5 leveranser\.", written(app))
    assert "deviations?agreement=fjordbyen&amp;deviation=F-0" in "".join(block.proto.body for block in app.get("html"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"figure": "goal.what_if_end", "grain": "outlook", "of": "same_points:-2.0"}, "hvis trafikken ligger på −2,0 %, regnet av de samme punktene:"),
        ({"figure": "goal.level_needed", "grain": "outlook", "of": "each_window", "lang": "en"}, "computed from all points of each window:"),
        ({"figure": "goal.points_needed", "grain": "outlook", "of": "2.0"}, "intervall på ±2,0 prosentpoeng:"),
        ({"figure": "goal.chance_reached"}, "Det er regnet ut av 1 publisert tall."),
        ({"figure": "indicators.indicators_moved", "agreement": "miljoloftet"}, "4 indikatorer, slik det var kjent"),
        (
            {"figure": "indicators.indicator_sum", "grain": "indicator", "of": "rvu_modal_share|car|Bergensområdet (5 kommuner)|2023", "agreement": "miljoloftet"},
            "Transportmiddelfordeling, Bil, fører og passasjer, Bergensområdet (5 kommuner), 2023: 54",
        ),
    ],
    ids=lambda it: it["figure"] if isinstance(it, dict) else "",
)  # fmt: skip
def test_what_rests_on_published_figures_leads_to_each_of_them(monkeypatch, examples, address, said):
    app = page(monkeypatch, examples, **address)
    assert said in written(app).replace("\u00a0", " ")
    assert len(app.get("download_button")) >= 2
    links = "".join(block.proto.body for block in app.get("html"))
    assert re.search(
        r"trace\?agreement=\w+&amp;(lang=en&amp;)?table=(point_mean|rolling_index|cited_figure)&amp;submission=\d+&amp;key=",
        links,
    )


@pytest.mark.parametrize(
    "address",
    [
        {"figure": HOSTILE}, {"figure": "economy"}, {"figure": "economy." + HOSTILE}, {"figure": "economy.frame", "of": HOSTILE},
        {"figure": "uncertainty.chance_within_frame", "grain": HOSTILE, "rho": "nan"},
        {"figure": "economy.bridge_growth", "since": "yesterday"},
    ],
    ids=str,
)  # fmt: skip
def test_an_address_of_no_figure_says_so(monkeypatch, folder, address):
    app = page(monkeypatch, folder, **address)
    assert "Tallet i lenken finnes ikke" in written(app)
    assert HOSTILE not in "".join(block.proto.body for block in app.get("html"))


def test_an_address_of_a_figure_carries_what_is_chosen():
    here, own = surrounded(), agreement()
    selection = Selection(working_area_id="nord", party_id="fjordby")
    address = computed_address(here, own, "economy.forecast_total", selection, grain="year", of=2026, day=dt.date(2024, 1, 2))
    assert address == (
        "trace?agreement=fjordbyen&asof=2024-01-02&figure=economy.forecast_total&grain=year&of=2026&area=nord&party=fjordby"
    )
    with pytest.raises(TypeError, match="grian"):
        computed_address(here, own, "economy.forecast_total", grian="year")


@pytest.mark.parametrize("said", ["", "–"])
def test_words_that_say_nothing_lead_nowhere(said):
    assert computed(surrounded(), agreement(), None, "economy.forecast_total", said) == said
