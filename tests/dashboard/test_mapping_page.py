"""The page where a mapping is made, as Streamlit runs it: what is pointed at becomes a file, and is read at once."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from functools import partial
from pathlib import Path

import pytest
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

from dashboard.parts import surroundings
from dashboard.parts.mapping import blocks as mapping_blocks
from dashboard.parts.mapping.made import Made, MadeColumn, MadeTable, content_of
from domain.forms import load_form
from domain.mappings import load_mapping
from pipelines import imports
from pipelines.pointing import Layout, Theirs, likely
from pipelines.reading.any_file import BOTH, read_file
from pipelines.writing.mapping_file import MappingExists, is_mapping_id, mapping_yaml, save_mapping, tried
from tests.mapped_files import book, tertial_report
from tests.pages import run_page, written

HOSTILE = "<img src=x onerror=alert(1)> **fet** [lenke](http://127.0.0.1:9)"
page = partial(run_page, "pages/mapping.py", agreement="fjordbyen", party="kystfylket", maptable="cost_estimates")
FORM = load_form()
TABLES = {table.table: table for table in FORM.tables}


def costs() -> bytes:
    """Cost estimates in thousand kroner, with words of their own and a name that would be a picture."""
    file = Workbook()
    sheet = file.active
    sheet.title = "Kostnader"
    for row in (
        ["Kostnader, beløp i tusen kroner"], [],
        ["Prosjekt", "P50 styringsramme", "P85 kostnadsramme", "Prognose sluttkostnad", "Metode", "Kommentar"],
        ["Lindvåg mobilitetspunkt", 148000, 166000, 145500, "Anslag", HOSTILE],
        ["Granøy sentrum miljøgata", 92000, "n.a.", 88400, "Overslag", None],
        ["Sum", 240000, None, 233900, None, None],
    ):  # fmt: skip
        sheet.append(row)
    kept = io.BytesIO()
    file.save(kept)
    return kept.getvalue()


@pytest.fixture
def own(examples: Path, tmp_path: Path) -> Path:
    """A data folder of this test's own, with the examples."""
    return Path(shutil.copytree(examples, tmp_path / "var"))


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the machine itself, and with files read in this process."""
    monkeypatch.setattr(surroundings, "LOCAL", None)
    monkeypatch.setattr(imports, "read_in_child", lambda path, **_: read_file(path, BOTH))


def dropped(monkeypatch: pytest.MonkeyPatch, data_dir: Path, content: bytes | None = None, **address: str) -> AppTest:
    app = page(monkeypatch, data_dir, **address)
    app.file_uploader[0].set_value(("kostnader.xlsx", content or costs(), "")).run()
    assert not app.exception
    return app


def choose(app: AppTest, ending: str, chosen: object) -> None:
    """Chooses in the list whose key ends so."""
    [widget] = [found for found in (*app.selectbox, *app.text_input) if str(found.key).endswith(ending)]
    widget.set_value(chosen).run()
    assert not app.exception


def complete(app: AppTest) -> None:
    """Answers what the suggestions leave open."""
    for ending, chosen in (
        ("price_kind-constant", "nominal"), ("includes_vat-constant", "no"), ("amount_source-constant", "Rapport"),
        ("estimate_method-word-0-Metode", "unit_prices"), ("p85_mnok-missing-0-P85 kostnadsramme-", "not_yet_known"),
    ):  # fmt: skip
        choose(app, ending, chosen)


def test_without_a_file_the_page_says_which_mappings_there_are(monkeypatch, examples, local):
    app = page(monkeypatch, examples)
    assert "Fjordbyen har 1 tilordning av andre skjemaer" in written(app)
    assert "kystfylket_tertial" in written(app)
    english = page(monkeypatch, examples, lang="en")
    assert "Fjordbyen has 1 mapping of other forms" in written(english)
    assert "Miljøløftet har 0 tilordninger av andre skjemaer" in written(
        run_page("pages/mapping.py", monkeypatch, examples, agreement="miljoloftet")
    )


def test_from_elsewhere_nothing_can_be_dropped(monkeypatch, examples):
    app = page(monkeypatch, examples)
    assert not app.get("file_uploader")
    assert "Tilordninger kan bare lages på maskinen der løsningen kjører" in written(app)


def test_columns_that_look_alike_are_suggested_with_the_unit_that_the_sheet_says(monkeypatch, examples, local):
    app = dropped(monkeypatch, examples)
    chosen = {
        str(found.key).rpartition("cost_estimates-")[2]: found.value
        for found in app.selectbox
        if "cost_estimates-" in str(found.key)
    }
    assert chosen["project_id-header"] == ("Prosjekt",)
    assert chosen["forecast_mnok-header"] == ("Prognose sluttkostnad",)
    assert chosen["forecast_mnok-unit-Prognose sluttkostnad"] == "tkr"
    assert chosen["project-0"] == "F-024"
    assert "2 rader er lest" in written(app)
    assert "145,5" in written(app)


def test_what_is_pointed_at_is_read_at_once_and_saved_as_a_file_that_reads_the_same(monkeypatch, own, local, tmp_path):
    app = dropped(monkeypatch, own)
    assert "2 rader er lest for 3. kvartal 2026, med 5 feil" in written(app)
    complete(app)
    assert "2 rader er lest for 3. kvartal 2026, med 0 feil" in written(app)
    app.text_input(key="mapid").set_value("kystfylket_kostnader").run()
    app.button(key="mapping-save").click().run()
    assert "Lagret som kystfylket_kostnader.yaml" in written(app)
    mapping = load_mapping(own / "mappings" / "kystfylket_kostnader.yaml")
    assert [entry.project_id for entry in mapping.identity] == ["F-024", "F-028"]
    assert mapping.missing == {"n.a.": "not_yet_known"}
    path = tmp_path / "kostnader.xlsx"
    path.write_bytes(costs())
    read = imports.read_by_mapping(read_file(path, BOTH), mapping, surroundings_agreement(), dt.date(2026, 9, 30))
    assert read.found is not None
    assert [str(row.answers["forecast_mnok"]) for row in read.found.of("cost_estimates")] == ["145.5", "88.4"]
    app.button(key="mapping-save").click().run()
    assert "Tilordningen kystfylket_kostnader finnes fra før" in written(app)


def surroundings_agreement():
    from tests.builders import agreement

    return agreement()


def test_a_choice_stays_when_the_reader_looks_at_another_table(monkeypatch, examples, local):
    app = dropped(monkeypatch, examples)
    choose(app, "price_kind-constant", "nominal")
    app.selectbox(key="maptable").set_value("progress").run()
    assert not app.exception
    app.selectbox(key="maptable").set_value("cost_estimates").run()
    [found] = [widget for widget in app.selectbox if str(widget.key).endswith("price_kind-constant")]
    assert found.value == "nominal"


def test_a_transposed_sheet_and_its_dates_can_be_pointed_at(monkeypatch, examples, local):
    app = dropped(monkeypatch, examples, tertial_report(), maptable="progress")
    choose(app, "-orientation-Tertialrapport", "columns")
    [number] = [found for found in app.number_input if "-headers-Tertialrapport-columns" in str(found.key)]
    number.set_value(1).run()
    choose(app, "progress-date", "header")
    choose(app, "progress-date-header", "Per dato")
    choose(app, "project_id-header", ("Prosjekt",))
    choose(app, "physical_pct-header", ("Ferdig",))
    choose(app, "physical_pct-unit-Ferdig", "share")
    app.date_input(key="mapday").set_value(dt.date(2026, 8, 31)).run()
    assert "3 rader er lest for 2. kvartal 2026" in written(app)
    assert "70,0" in written(app)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b""])
def test_a_file_that_cannot_be_read_is_refused_in_words(monkeypatch, examples, local, content):
    app = page(monkeypatch, examples)
    app.file_uploader[0].set_value(("a.xlsx", content or b"\0", "")).run()
    assert not app.exception
    assert "Filen kan ikke leses" in written(app)


def test_a_workbook_without_content_is_said(monkeypatch, examples, local):
    kept = io.BytesIO()
    Workbook().save(kept)
    app = page(monkeypatch, examples)
    app.file_uploader[0].set_value(("tom.xlsx", kept.getvalue(), "")).run()
    assert not app.exception
    assert "Filen har ingen ark med innhold" in written(app)


def test_words_of_the_file_are_never_markup(monkeypatch, examples, local):
    file = Workbook()
    file.active.title = "a"
    for row in ([HOSTILE, "Fase"], [HOSTILE, HOSTILE]):
        file.active.append(row)
    kept = io.BytesIO()
    file.save(kept)
    app = dropped(monkeypatch, examples, kept.getvalue(), maptable="projects")
    choose(app, "project_id-header", (HOSTILE,))
    assert HOSTILE in written(app)
    assert not [block for block in app.get("html") if "<img" in block.proto.body]
    labels = [found.label for found in (*app.selectbox, *app.expander) if "img" in found.label]
    assert labels
    assert not [label for label in labels if "](http" in label or "**" in label]


def test_projects_that_nobody_has_reported_before_are_given_their_ids(monkeypatch, own, local):
    app = dropped(monkeypatch, own, party="solsund")
    choose(app, "first id-0", "S-001")
    choose(app, "first id-1", "S-002")
    assert "S-001" in written(app)
    app.text_input(key="mapid").set_value("solsund").run()
    app.button(key="mapping-save").click().run()
    names = {entry.project_id: entry.names[0].name for entry in load_mapping(own / "mappings" / "solsund.yaml").identity}
    assert names == {"S-001": "Lindvåg mobilitetspunkt", "S-002": "Granøy sentrum miljøgata"}


def test_an_id_that_is_no_file_name_is_refused(monkeypatch, own, local):
    app = dropped(monkeypatch, own)
    app.text_input(key="mapid").set_value("../utenfor").run()
    assert not app.exception
    assert "ID-en kan ikke brukes" in written(app)


# What is behind it.


def test_the_content_of_a_mapping_being_made():
    made = Made()
    made.tables["projects"] = MadeTable(
        Layout("Ark", "columns", (1, 2)),
        "above",
        "3",
        {"phase": MadeColumn(("Fase",), words={"Bygg": "construction", "Åpnet": "opened", "?": ""})},
    )
    made.tables["progress"] = MadeTable(Layout("Ark"), columns={
        "physical_pct": MadeColumn(("2026", "Ferdig"), "share", True), "planned_pct": MadeColumn(("Plan",)), "colour_time": MadeColumn(constant="green"),
    })  # fmt: skip
    made.tables["economy"] = MadeTable(Layout("Ark"))
    made.names = {"Vei": "F-001", "Sti": "", "Gate": "F-001"}
    found = content_of(made, {"mapping_id": "a"}, TABLES)
    assert found == {
        "mapping_id": "a",
        "scales": {"projects_phase": [{"codes": {"Bygg": "construction", "Åpnet": "opened"}}]},
        "identity": [{"project_id": "F-001", "names": ["Vei", "Gate"]}],
        "blocks": [
            {"sheet": "Ark", "orientation": "columns", "header_column": [1, 2], "report_date": {"above": 3},
             "tables": [{"table": "projects", "columns": {"phase": {"header": "Fase", "scale": "projects_phase"}}}]},
            {"sheet": "Ark", "orientation": "rows", "header_row": 1,
             "tables": [{"table": "progress", "columns": {"physical_pct": {"header": ["2026", "Ferdig"], "unit": "share", "sign": -1}},
                         "constants": {"colour_time": "green"}}]},
        ],
    }  # fmt: skip


def test_what_is_written_can_be_read_and_is_replaced_only_when_asked(tmp_path):
    content = {
        "mapping_id": "egen", "name": {"nb": "no: «ja»", "en": "on"}, "form_id": "quarterly_return", "missing": {"-": "exempt", "no": "exempt"},
        "blocks": [{"sheet": "1", "header_row": 1, "tables": [{"table": "projects", "columns": {"project_id": "ID: nr"}}]}],
    }  # fmt: skip
    assert tried(content).blocks[0].tables[0].columns["project_id"].header == ("ID: nr",)
    path = save_mapping(content, tmp_path)
    assert (path.parent, path.read_text(encoding="utf-8")) == (tmp_path / "mappings", mapping_yaml(content))
    with pytest.raises(MappingExists):
        save_mapping(content, tmp_path)
    save_mapping({**content, "name": {"nb": "ny", "en": "new"}}, tmp_path, may_replace=True)
    assert load_mapping(path).name.nb == "ny"
    assert [found.name for found in path.parent.iterdir()] == ["egen.yaml"]


@pytest.mark.parametrize(
    ("name", "is_one"), [("fylket_2026-t1", True), ("../a", False), ("A", False), ("", False), ("a.b", False), ("a" * 61, False)]
)
def test_what_can_name_a_mapping(name, is_one):
    assert is_mapping_id(name) == is_one


def test_headers_that_lead_to_several_columns_cannot_be_pointed_at():
    theirs = Theirs(book([("Prosjekt", "Sum", "Sum", 2026)]))
    assert theirs.headers(Layout("Ark1")) == [("Prosjekt",), ("2026",)]
    assert theirs.headers(Layout("Ark1", "columns")) == [("Prosjekt",)]


def test_headers_are_likely_where_the_texts_are():
    rows = [("Rapport",), (), ("Prosjekt", "Fase", "Metode"), ("F-001", 1, 2)]
    assert Theirs(book(rows)).likely_headers_in("Ark1", "rows") == 3
    assert Theirs(book(rows)).likely_headers_in("Ark1", "columns") == 1


@pytest.mark.parametrize(("word", "code"), [("Byggefasen", "construction"), ("bygge fase", "construction"), ("Noe annet", None)])
def test_words_that_are_nearly_a_label(word, code):
    labels = [(choice.code, choice.label.nb) for choice in TABLES["projects"].column("phase").allowed]
    assert likely(word, labels) == code


def test_the_parts_of_the_page_use_keys_of_their_own():
    assert {mapping_blocks._DROPPED, mapping_blocks._MADE}.isdisjoint({"agreement", "party", "lang", "asof", "maptable"})
