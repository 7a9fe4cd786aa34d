"""The page of one area as Streamlit runs it: its share beside the others', its projects, and every state of it."""

from __future__ import annotations

import datetime as dt
import html
import re
from functools import partial

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.place_bars import place_bars
from dashboard.figures.project_map import MARKERS, ProjectMapWords, project_map
from dashboard.theme import LEVEL_SYMBOLS, PALETTES
from domain.numbers import decimal_text
from pipelines.answers.area import places, traffic_by_place
from pipelines.answers.prices import price
from tests.builders import agreement
from tests.dashboard.test_project_page import finding, table, words
from tests.page_numbers import asking, figures_of, rows_of, same
from tests.pages import run_page, written

page = partial(run_page, "pages/area.py")
FJORDBYEN = agreement()
TODAY = dt.date(2026, 11, 22)
PALETTE = PALETTES["light"]


def titles(app: AppTest) -> list[str]:
    bodies = " ".join(block.proto.body for block in app.get("html"))
    return [html.unescape(found).replace("\u00a0", " ") for found in re.findall(r'<h2 class="nv-title">(.*?)</h2>', bodies)]


@pytest.mark.parametrize(
    ("address", "kind", "key", "name"),
    [
        ({"area": "nord"}, "working_area", "nord", "Nord"),
        ({"municipality": "F02", "price": "nominal"}, "municipality", "F02", "Lindvåg"),
    ],
)
def test_the_page_tells_what_the_answer_tells(monkeypatch, examples, example_snapshot, address, kind, key, name):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22", **address)
    shown = price(FJORDBYEN, TODAY, address.get("price"))
    found = places(example_snapshot, FJORDBYEN, kind, shown, TODAY)
    row, whole = found.row(key), found.whole
    share = 100 * float(row.sums.mnok("forecast_mnok")) / float(whole.sums.mnok("forecast_mnok"))
    said = finding(app)
    assert said.startswith(f"{name} har {decimal_text(share, 0, 'nb')} % av pengene (")
    assert f"{row.n_projects} av {whole.n_projects} prosjekter" in said
    assert f"{sum(row.levels.values())} av {sum(whole.levels.values())} avvik" in said
    index = traffic_by_place(example_snapshot, FJORDBYEN, kind, TODAY).row(key)
    assert f"Trafikken er {decimal_text(abs(index.index_pct), 1, 'nb')} %" in said
    rows = table(app, "Radene går opp til helheten")
    assert words(rows[-1][0]) == "Til sammen"
    assert [words(line[3]) for line in rows] == [
        decimal_text(None if (mnok := it.sums.mnok("forecast_mnok")) is None else float(mnok), 1, "nb").replace("\u00a0", " ")
        for it in (*found.rows, whole)
    ]
    listed = table(app, "Trykk på et navn for å se alt")
    assert len(listed) == row.n_touching
    links = [it.proto.body for it in app.get("html") if "deviations?" in it.proto.body]
    filter_name = "area" if kind == "working_area" else "municipality"
    assert any(f"{filter_name}={key}" in body for body in links)
    assert not re.search(r"area\.\w|<NA>|NaT|\bnan\b|\bNone\b", written(app))


MONEY = ("budget_total", "spent_to_date_total", "forecast_total")


@pytest.mark.parametrize(
    ("address", "asked_for"),
    [
        ({"asof": "2026-11-22"}, ("--as-of", "2026-11-22")),
        ({"asof": "2026-09-01", "area": "sor"}, ("--as-of", "2026-09-01", "--area", "sor")),
    ],
)
def test_the_numbers_on_the_page_are_those_of_the_command_line(capsys, monkeypatch, examples, address, asked_for):
    app = page(monkeypatch, examples, agreement="fjordbyen", **address)
    told = figures_of(asking(capsys, monkeypatch, examples), "area", *asked_for)
    keys = {area.name: ("area", area.working_area_id) for area in FJORDBYEN.working_areas}
    keys |= {"Til sammen": ("agreement", None), "Flere områder": ("area", "several_areas"), "Uten område": ("area", "no_area")}
    listed = [(row, keys[row[0]]) for row in rows_of(app, "Radene går opp til helheten")]
    own = [(row, part) for row, part in listed if ("projects", *part) in told]
    assert len(own) == (len(listed) if "area" not in address else 1)
    for row, part in own:
        assert [same(said, told[name, *part]) for said, name in zip(row[1:4], MONEY, strict=True)] == [True] * 3
        assert [int(row[6]), int(row[7])] == [told["projects", *part], told["projects_touching", *part]]
        assert row[8] == f"■ {told['deviations_red', *part]} ▲ {told['deviations_yellow', *part]}"
    for row in rows_of(app, "Punktene i hvert område for seg"):
        part = keys[row[0]]
        if ("index", *part) in told:
            assert same(row[1], told["index", *part])
            assert same(row[4], told["index_contribution", *part], 2)


def test_the_rows_of_other_places_lead_to_their_own_page(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof="2026-11-22", area="nord", price="nominal")
    first = [row[0] for row in table(app, "Radene går opp til helheten")]
    for area, cell in zip(FJORDBYEN.working_areas, first, strict=False):
        (href,) = re.findall(r'href="([^"]+)"', cell)
        assert html.unescape(href).endswith(f"price=nominal&area={area.working_area_id}")
    assert "href" not in first[-1]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"asof": "2024-10-01", "area": "nord"}, "Ingen prosjekter i Nord var rapportert 1. oktober 2024."),
        ({"asof": "2024-10-13"}, "har mest penger"),
        ({"lang": "en", "area": "vest", "municipality": "F04"}, "Vest has "),
        ({"area": "nowhere"}, "Sør har mest penger"),
    ],
)
def test_every_state_has_a_sentence(monkeypatch, examples, address, said):
    app = page(monkeypatch, examples, agreement="fjordbyen", **{"asof": "2026-11-22", **address})
    assert said in finding(app)
    assert not re.search(r"area\.\w|<NA>|NaT|\bnan\b", written(app))
    if "municipality" in address:
        assert "Only projects in Solsund are on this page." in written(app)


def test_a_real_agreement_shows_its_index_and_what_open_sources_know(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="miljoloftet", asof="2026-11-22", municipality="4601")
    assert "Ingen prosjekter i Bergen var rapportert" in finding(app)
    text = written(app)
    assert "Hele avtalen: +0,8 % (−2,2 til 3,8)" in text
    assert "Indeksen er ikke publisert for kommunene." in text
    counted = {words(row[0]): int(words(row[1])) for row in table(app, "Antall prosjekter i hver kommune")}
    assert sum(counted.values()) == 22
    assert any("22 prosjekter er kjent" in title for title in titles(app))
    # The projects listed are those of the municipality that is chosen; without one, all.
    own = sum(n for place, n in counted.items() if place == "Bergen")
    assert 0 < own < 22
    assert f"{own} er kjent fra åpne kilder" in finding(app)
    assert len(table(app, "Kjente prosjekter. Det som")) == own
    everywhere = page(monkeypatch, examples, agreement="miljoloftet", asof="2026-11-22")
    assert len(table(everywhere, "Kjente prosjekter. Det som")) == 22


def test_without_a_publication_the_page_says_what_to_do(monkeypatch, tmp_path):
    assert "make demo" in written(page(monkeypatch, tmp_path))


def bars(*shares: float | None) -> pd.DataFrame:
    rows = [(f"<b>{n}", share, f"{share} %", n == 1, "hover") for n, share in enumerate(shares)]
    return pd.DataFrame(rows, columns=["name", "share_pct", "label", "is_chosen", "hover"])


def test_bars_of_several_figures_share_a_scale_and_one_stands_out():
    figure = place_bars(bars(10.0, 20.0, None), 58.0, ", ", PALETTE)
    assert list(figure.layout.xaxis.range) == [0, 58.0]
    assert list(figure.data[0].x) == [10.0, 20.0, 0.0]
    assert [colour == PALETTE.accent for colour in figure.data[0].marker.color] == [False, True, False]
    assert "&lt;b&gt;1" in figure.layout.annotations[1].text
    assert list(place_bars(bars(None), 0.0, ", ", PALETTE).layout.xaxis.range) == [0, 1]


def test_the_map_tells_levels_by_sign_and_names_ten():
    n = 14
    rows = pd.DataFrame({
        "latitude": [60.0 + 0.01 * i for i in range(n)], "longitude": [5.0 + 0.02 * (i % 4) for i in range(n)],
        "level": ["red", "yellow", "green", "cannot_tell", "none", *["green"] * (n - 5)], "is_own": [True] * 12 + [False] * 2,
        "label": [f"P<{i}>" for i in range(n)], "hover": ["x"] * n,
    })  # fmt: skip
    figure = project_map(rows, {}, ProjectMapWords("{km} km", ", ", 400), PALETTE)
    others, own = figure.data
    assert (len(others.x), len(own.x)) == (2, 12)
    assert list(own.marker.symbol[:3]) == ["square", "triangle-up", "circle"]
    named = [it.text for it in figure.layout.annotations[1:]]
    assert len(named) == 10
    assert all("<" not in text.replace("&lt;", "").replace("&gt;", "") for text in named)
    assert MARKERS.keys() == LEVEL_SYMBOLS.keys()
