"""The maps as Streamlit runs them: full, without points, with borders, as of another day; and their sentences."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts.maps.words import how_to_read, municipalities_title, points_title
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from domain.period import Month
from domain.rows import Point, PointMean, TrafficFile
from pipelines.answers.goal.goal import IndexPoint
from pipelines.borders import store_borders
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.recompute import check_traffic
from pipelines.traffic import commit_traffic
from tests.builders import AT, agreement, printed, store, submission
from tests.pages import figures

AREA = IndexPoint(
    36, dt.date(2026, 6, 1), 2018, 0.8, -2.2, 3.8, 40, "point_months", dt.date(2026, 7, 10), "Kilde", None, 1, None, None
)


def here(language: str = "nb") -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {}, None, True, dt.date(2026, 11, 22), dt.date(2026, 11, 22))


def maps() -> None:
    """Both maps, as a page calls them."""
    import streamlit as st

    from dashboard.parts.maps.blocks import municipality_map, point_map
    from dashboard.parts.surroundings import surroundings
    from pipelines.answers.goal.goal import goal

    reader = surroundings()
    chosen = reader.agreements[st.query_params["agreement"]]
    found = goal(reader.snapshot, chosen, reader.as_of)
    window = int(st.query_params["window"])
    municipality_map(reader, chosen, found, window)
    point_map(reader, chosen, found, window)


def page(monkeypatch, data_dir: Path, **address: str) -> AppTest:
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    app = AppTest.from_function(maps, default_timeout=30)
    for name, chosen in {"agreement": "fjordbyen", "window": "36", **address}.items():
        app.query_params[name] = chosen
    app.run()
    assert not app.exception
    return app


def written(app: AppTest) -> str:
    text = " ".join(block.proto.body for block in app.get("html"))
    return html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?a\b[^>]*>", "", text))).replace("\u00a0", " ")


def charts(app: AppTest) -> list[dict]:
    return [chart.spec for chart in figures(app)]


def squares(*codes: str, path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"kommunenummer": code},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[3 + k, 60], [4 + k, 60], [4 + k, 62], [3 + k, 62], [3 + k, 60]]],
            },
        }
        for k, code in enumerate(codes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def examples(examples, tmp_path_factory):
    """A copy that borders may be stored in."""
    return shutil.copytree(examples, tmp_path_factory.mktemp("examples") / "var")


def test_both_maps_have_a_figure_a_table_and_a_source(monkeypatch, examples):
    app = page(monkeypatch, examples)
    text = written(app)
    assert len(charts(app)) == 2
    assert "For ingen av kommunene kan det sies sikkert om trafikken er endret siden 2018." in text
    assert "Solsund torg skiller seg mest fra området" in text
    assert "Ett enkelt punkt har ikke noe eget intervall." in text
    assert "36 måneders indeks til juni 2026" in text
    assert text.count("Beregnet av oss fra månedstall per punkt. Kilde:") == 2
    labels = [block.proto.label for block in app.get("expander")]
    assert sorted(labels) == ["Hvordan dette er beregnet", "Hvordan dette er beregnet", "Vis alle 53 punktene"]
    labels = {button.proto.label for button in app.get("download_button")}
    assert labels == {"Last ned CSV", "Last ned Excel"}


def test_the_other_window_and_language(monkeypatch, examples):
    text = written(page(monkeypatch, examples, window="12", lang="en"))
    assert "Traffic has increased in Austmark; whether it has changed in" in text
    assert "■ Increased" in text
    assert not re.search(r"kommune|tellepunkt|området|måneder", text)


def test_without_points_there_is_a_sentence_instead_of_a_chart(monkeypatch, tmp_path):
    store(tmp_path, printed(1, 0, 2))
    app = page(monkeypatch, tmp_path)
    assert not charts(app)
    assert "Indeks per kommune krever tall per punkt" in written(app)
    assert "Kart over tellepunktene krever tall per punkt" in written(app)


def test_borders_of_all_municipalities_are_drawn_and_credited_and_tiles_are_one_choice_away(monkeypatch, examples, tmp_path):
    store_borders("admin", squares("F01", "F02", "F03", "F04", "F05", path=tmp_path / "a.geojson"), "Karttegneren", AT, examples)
    try:
        app = page(monkeypatch, examples)
        assert written(app).count("Kommunegrenser: Karttegneren, forenklet for skjermen.") == 2
        assert [len([trace for trace in chart["data"] if trace.get("fill") == "toself"]) for chart in charts(app)] == [5, 5]
        tiles = page(monkeypatch, examples, map="tiles")
        assert "Alle kommuner har like stor rute." in written(tiles)
        assert written(tiles).count("Karttegneren") == 1
    finally:
        (examples / "borders" / "current.json").unlink()


def test_borders_of_some_municipalities_lie_under_the_points_and_leave_the_tiles(monkeypatch, examples, tmp_path):
    store_borders("admin", squares("F01", "4601", path=tmp_path / "a.geojson"), None, AT, examples)
    try:
        app = page(monkeypatch, examples)
        assert "Alle kommuner har like stor rute." in written(app)
        assert written(app).count("© Kartverket, CC BY 4.0") == 1
    finally:
        (examples / "borders" / "current.json").unlink()


def test_points_without_coordinates_stand_in_the_table_and_names_are_text(monkeypatch, tmp_path):
    hostile = '<a href="http://x/y">Brua</a>'
    points = (
        Point("A", hostile, "E99", "E", "Fjordby", latitude=61.0, longitude=3.5),
        Point("B", "Uten plass", None, None, None),
        Point("C", "Utenfor", None, None, "Annetsted", latitude=61.1, longitude=3.6),
    )
    means = tuple(
        PointMean(point_id, 36, Month(2026, 6), 2018, 1000, after) for point_id, after in (("A", 1200), ("B", 1100), ("C", 1000))
    )
    file = TrafficFile(points=points, point_means=means)
    with open_ledger(tmp_path) as ledger:
        commit_traffic(ledger, submission(), check_traffic(file, 2018), agreement())
        commit_traffic(ledger, submission("b"), check_traffic(TrafficFile(rolling=(printed(10, 5, 15),)), 2018), agreement())
        publish(ledger, AT)
    app = page(monkeypatch, tmp_path)
    text = written(app)
    assert "bare i tabellen: 1 av 3 punkter" in text
    assert "Et hult merke ligger utenfor avtaleområdet" in text
    assert "Punktene er fra innsending 1, indeksen for området fra innsending 2." in text
    assert not any('<a href="http' in block.proto.body for block in app.get("html"))
    assert "<a href" not in json.dumps(charts(app))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("not_met", "Trafikken har økt i A."),
        ("met met", "Trafikken har ikke økt i A og B."),
        ("cannot_tell cannot_tell", "For ingen av kommunene kan det sies sikkert om trafikken er endret siden 2018."),
        (
            "met not_met cannot_tell cannot_tell no_data",
            "Trafikken har økt i B; trafikken har ikke økt i A; om den har endret seg i C og D, kan ikke sies sikkert; "
            "for E finnes det ingen tall.",
        ),
    ],
)
def test_the_title_says_where_traffic_has_changed(answers, expected):
    rows = pd.DataFrame(
        [(name, answer) for name, answer in zip("ABCDE", answers.split(), strict=False)], columns=["name", "answer"]
    )
    assert municipalities_title(here(), rows, 2018) == expected


def test_the_points_title_and_key_without_an_interval():
    rows = pd.DataFrame({"name": ["Brua"], "change_pct": [8.26], "place": ["unknown"], "submission_id": [1], "point_id": ["P1"]})
    agreed = agreement()
    bare = dataclasses.replace(AREA, ci_low_pct=None, ci_high_pct=None)
    assert points_title(here(), agreed, rows, bare) == "Brua skiller seg mest fra området, med +8,3 %."
    assert how_to_read(here(), agreed, bare).startswith("Området har ikke noe intervall")
    assert "(−2,2 til 3,8 %)" in how_to_read(here(), agreed, AREA).replace("\u00a0", " ")
    assert "(−2.2 to 3.8 %)" in how_to_read(here("en"), agreed, AREA).replace("\u00a0", " ")
