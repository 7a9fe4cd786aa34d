"""The blocks of cited projects as Streamlit runs them, and their figure: each amount in its lane, none compared across lanes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.cost_history import LaneWords, clusters, cost_lanes
from dashboard.theme import PALETTES
from domain.numbers import decimal_text
from pipelines.answers.cited.projects import cited_frames, cited_projects
from pipelines.history.ledger import open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import open_snapshot
from tests.builders import AT, agreement, submission
from tests.pages import figures, written


def _script(agreement_id: str) -> None:
    from dashboard.parts.cited.blocks import cited_portfolio
    from dashboard.parts.cited.frames import cited_frames_table
    from dashboard.parts.surroundings import surroundings

    here = surroundings()
    cited_portfolio(here, here.agreements[agreement_id])
    cited_frames_table(here, here.agreements[agreement_id])


@pytest.fixture(scope="module")
def norwegian(examples: Path) -> Iterator[AppTest]:
    """The blocks of the real agreement in bokmål, for looking at only."""
    with pytest.MonkeyPatch.context() as patch:
        yield run(patch, examples)


def run(monkeypatch: pytest.MonkeyPatch, data_dir: Path, agreement_id: str = "miljoloftet", **address: str) -> AppTest:
    """The two blocks under each other, asked with an address; they must not fail."""
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    app = AppTest.from_function(_script, default_timeout=30, args=(agreement_id,))
    for name, chosen in ({"asof": "2026-11-22"} | address).items():
        app.query_params[name] = chosen
    app.run()
    assert not app.exception
    return app


def tables(app: AppTest) -> list[str]:
    return [block.proto.body for block in app.get("html") if "<table" in block.proto.body]


def plain_text(body: str) -> str:
    return html.unescape(body).replace("\u00a0", " ").replace("\u2011", "-")


def test_one_message_made_from_the_numbers_stands_on_top(norwegian):
    text = written(norwegian)
    assert (
        "Av 22 kjente prosjekter har 2 en kostnadshistorie; for 4 kjenner vi ett kostnadstall, "
        "for 13 bare andre beløp enn kostnaden og for 3 ikke noe beløp."
    ) in text
    assert "I ingen av dem har to tall for kostnaden samme type og prisnivå, så vi regner ikke ut noen endring av den." in text
    assert "samlet fra åpne kilder 22. november 2026 og er kjent her fra den dagen" in text


def test_a_history_is_said_and_what_in_it_may_be_compared(norwegian):
    text = written(norwegian)
    assert "kostnaden er oppgitt på 3 tidspunkter, sist til om lag 10 000 mill. kr (august 2022)" in text
    assert (
        "kostnaden er oppgitt på 4 tidspunkter, sist til 18 200 mill. kr (styringsramme P50, 2024) "
        "og 21 400 mill. kr (kostnadsramme P85, 2024)"
    ) in text
    assert "Bare disse kan sammenlignes med hverandre: Meldt kostnadsøkning, løpende kroner (3 tall)." in text
    assert text.count("Ingen av beløpene kan sammenlignes med hverandre.") == 4


def test_what_is_not_known_is_said_in_words_for_each_project(norwegian, examples):
    app = norwegian
    (table,) = (body for body in tables(app) if "Kjente prosjekter" in body)
    assert table.count("Kostnad ikke funnet i kildene") == 13
    assert table.count("Ikke noe beløp funnet i kildene") == 3
    assert "Ingen kilde sier hvilket arbeidsområde et prosjekt hører til." in written(app)
    assert "vår tolkning" not in table


def test_every_amount_stands_in_a_table_with_its_cell_and_every_source_is_a_link(norwegian, examples):
    app = norwegian
    (table,) = (plain_text(body) for body in tables(app) if "Alle siterte beløp" in body)
    portfolio = cited_projects(open_snapshot(examples), agreement("miljoloftet"))
    facts = [fact for project in portfolio.projects for fact in project.facts]
    assert table.count("projects.csv!") == len(facts) == 38
    for fact in facts:
        decimals = max(0, -fact.amount_mnok.as_tuple().exponent)
        assert decimal_text(float(fact.amount_mnok), decimals, "nb").replace("\u00a0", " ") in table
        assert f"projects.csv!{fact.cell}" in table
    bodies = "".join(block.proto.body for block in app.get("html"))
    for url in {url for project in portfolio.projects for url in project.sources}:
        assert f'href="{html.escape(url)}"' in bodies


def test_each_project_with_amounts_of_several_dates_has_its_figure_and_text_alternative(norwegian):
    said = [chart.alt.replace("\u00a0", " ").replace("\u2011", "-") for chart in figures(norwegian)]
    assert len(said) == 5
    assert said[0].startswith(
        "Bybanen byggetrinn 4 (sentrum–Fyllingsdalen). Kostnadsanslag, 2016-kroner: 6 200 mill. kr (september 2016); "
        "Kostnadsanslag, prisnivå ikke oppgitt: 7 600 mill. kr (oktober 2017); "
    )
    assert "Meldt kostnadsøkning, løpende kroner: +387 mill. kr (februar 2022)" in said[0]
    assert all(each.endswith("Beløpene er ikke tegnet i samme målestokk.") for each in said)


def test_planned_and_actual_dates_are_told_apart(norwegian):
    text = written(norwegian)
    for said in (
        "planlagt start desember 2022; startet 13. november 2023",
        "startet 2018; åpnet 21. november 2022",
        "start oppgitt til januar 2025; åpning oppgitt til høsten 2026",
        "åpnet våren 2023",
        "Utbyggingsfasen, byggefase (2024)",
    ):
        assert said in text


def test_the_frames_stand_by_municipality_and_are_not_added(norwegian, examples):
    app = norwegian
    text = written(app)
    assert "4 av 5 kommuner har en kjent ramme for hele perioden" in text
    assert "De legges ikke sammen." in text
    (table,) = (plain_text(body) for body in tables(app) if "Rammer per kommune" in body)
    groups = cited_frames(open_snapshot(examples), agreement("miljoloftet"))
    for frame in (frame for group in groups for frame in group.frames):
        assert f"frames.csv!{frame.cell}<" in table
    assert table.count("frames.csv!") == 21
    assert table.count("del av en annen ramme") == 2
    assert "om lag 11 000" in table


def test_english_has_no_norwegian_but_what_sources_say(monkeypatch, examples):
    app = run(monkeypatch, examples, lang="en")
    text = written(app)
    portfolio = cited_projects(open_snapshot(examples), agreement("miljoloftet"))
    frames = [frame for group in cited_frames(open_snapshot(examples), agreement("miljoloftet")) for frame in group.frames]
    own = [fact.note for project in portfolio.projects for fact in project.facts] + [frame.name for frame in frames]
    for said in sorted((said.replace("\u00a0", " ") for said in own if said), key=len, reverse=True):
        text = text.replace(said, "")
    assert "A cost history is known for 2 of 22 projects" in text
    for word in ("Kostnad", "Bevilgning", "kroner per", "Kilde", "Dato", "uten", "Ramme", "løpende", "åpnet", "prisnivå"):
        assert word not in text


def test_an_agreement_without_a_list_shows_nothing(monkeypatch, examples):
    app = run(monkeypatch, examples, "fjordbyen")
    assert not app.get("html")
    assert not figures(app)
    assert not app.expander


def test_before_the_list_was_collected_one_sentence_says_so(monkeypatch, examples):
    app = run(monkeypatch, examples, asof="2026-11-21")
    assert written(app).split() == (
        [
            "Miljøløftet",
            "hadde",
            "ingen",
            "siterte",
            "prosjekter",
            "21.",
            "november",
            "2026.",
            "De",
            "første",
            "ble",
            "samlet",
            "inn",
            "22.",
            "november",
            "2026.",
        ]
    )


def test_nothing_is_shown_before_anything_is_published(monkeypatch, data_dir):
    assert not run(monkeypatch, data_dir).get("html")


def test_text_of_a_list_is_shown_as_it_stands(monkeypatch, data_dir):
    bad = "<img src=x onerror=alert(1)>"
    line = {
        "project_id": "A",
        "project_name": bad,
        "amount_mnok": "5",
        "stated_as": bad,
        "note": bad,
        "source": "javascript:alert(1)",
    }
    row = line | {"municipality_name": bad, "owner_name": bad, "phase_stated": bad, "working_area_inferred": bad}
    cells = [
        {"topic": "projects", "line": number, "column_name": name, "content": content, "sheet": bad, "cell": "A1"}
        for number, year in ((2, "2021"), (3, "2023"))
        for name, content in (row | {"status_as_of": year}).items()
    ]
    with open_ledger(data_dir) as ledger:
        ledger.commit(dataclasses.replace(submission(kind="cited_figures")), {"cited_figure": cells})
        publish(ledger, AT)
    app = run(monkeypatch, data_dir, "fjordbyen")
    bodies = "".join(block.proto.body for block in app.get("html"))
    assert "<img" not in bodies
    assert 'href="javascript' not in bodies
    assert "Beløp av ukjent type" in bodies
    assert "Arbeidsområde (vår tolkning)" in bodies
    assert html.escape(bad) in bodies


# The figure alone.


def points(*rows: tuple[int, str, str, str]) -> pd.DataFrame:
    """Rows written as lane, first, last and label."""
    return pd.DataFrame(
        [
            {"lane": lane, "first": dt.date.fromisoformat(first), "last": dt.date.fromisoformat(last), "label": label,
             "is_open": lane == 0, "hover": label}
            for lane, first, last, label in rows
        ]
    )  # fmt: skip


ROWS = points(
    (0, "2016-09-01", "2016-09-30", "6 200"), (0, "2022-01-01", "2022-12-31", "10 000"), (1, "2022-02-01", "2022-02-28", "+387"),
    (1, "2022-05-01", "2022-05-31", "+240"),
)  # fmt: skip
LANES = (LaneWords("Kostnad", "2016-kroner"), LaneWords("<b>Økning</b>", "løpende"))


@pytest.mark.parametrize("ground", PALETTES)
def test_every_amount_is_a_dot_in_its_lane_and_no_line_joins_two(ground):
    figure = cost_lanes(ROWS, LANES, "%{customdata[0]}", PALETTES[ground])
    (dots,) = (trace for trace in figure.data if trace.mode == "markers")
    assert len(dots.x) == len(ROWS)
    assert len(set(dots.y[:2])) == len(set(dots.y[2:])) == 1
    assert dots.y[0] > dots.y[2]
    assert list(dots.marker.color) == [PALETTES[ground].ground] * 2 + [PALETTES[ground].accent] * 2
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert all(trace.y[0] == trace.y[1] for trace in lines)
    assert [str(day) for day in lines[1].x] == ["2022-01-01", "2022-12-31"]


def test_amounts_do_not_move_a_dot():
    other = ROWS.assign(label=["1", "2", "3", "4"])
    drawn = [cost_lanes(rows, LANES, "", PALETTES["light"]).data[-1] for rows in (ROWS, other)]
    assert (list(drawn[0].x), list(drawn[0].y)) == (list(drawn[1].x), list(drawn[1].y))


def test_labels_that_would_touch_on_a_phone_are_one():
    figure = cost_lanes(ROWS, LANES, "", PALETTES["light"])
    said = [note.text for note in figure.layout.annotations]
    assert {"<b>6 200</b>", "<b>10 000</b>", "<b>+387; +240</b>"} <= set(said)
    assert "<b>&lt;b&gt;Økning&lt;/b&gt;</b><br>løpende" in said


@pytest.mark.parametrize(
    ("months", "n_years", "expected"),
    [(("01", "12"), 1, [[0], [1]]), (("01", "12"), 10, [[0, 1]]), (("01", "02", "12"), 1, [[0, 1], [2]]), (("05",), 3, [[0]])],
)
def test_clusters_are_those_that_lie_close(months, n_years, expected):
    rows = points(*((0, f"2022-{month}-01", f"2022-{month}-28", "100") for month in months))
    assert clusters(rows, n_years) == expected
