"""The page about progress as Streamlit runs it: full, chosen, while parties deliver, before the first report, without reports."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pytest

from dashboard.parts.progress import earned as pace
from dashboard.parts.progress import lists, tables
from domain.load import load_agreements
from pipelines.answers.prices import price
from pipelines.answers.progress.earned import earned, is_slower, plan_against_actual
from pipelines.answers.progress.progress import by_phase, most_moved, moved, openings
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from tests.pages import TODAY, run_page, written

page = partial(run_page, "pages/progress.py")
FJORDBYEN = load_agreements()["fjordbyen"]
DAY, HALF = dt.date(2026, 9, 1), dt.date(2026, 7, 14)


def text_of(app):
    return " ".join(written(app).split())


def links(app):
    """Where the words of tables lead, by the words."""
    bodies = " ".join(block.proto.body for block in app.get("html"))
    return {said.replace("\u00a0", " "): href for href, said in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', bodies)}


def test_the_page_says_what_opens_what_moved_and_how_far_it_is(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=str(DAY))
    text, snapshot = text_of(app), open_snapshot(examples)
    to_come, counted = openings(snapshot, FJORDBYEN, DAY), by_phase(snapshot, FJORDBYEN, DAY)
    assert f"{len(to_come.listed)} prosjekter ventes å åpne de neste tolv månedene; {len(to_come.moved_later)} av dem" in text
    assert f"For {len(to_come.passed)} prosjekter har prognosedatoen passert" in text
    moves = [it.previous_days for it in moved(snapshot, FJORDBYEN, DAY) if it.previous_days]
    assert (
        f"Åpninger flyttet siden forrige rapport: {sum(days > 0 for days in moves)} senere, {sum(days < 0 for days in moves)}"
        in text
    )
    assert f"{len(counted.by_phase['construction'])} av {counted.n_projects} prosjekter er i byggefase" in text
    share = plan_against_actual(snapshot, FJORDBYEN, price(FJORDBYEN, DAY), DAY)
    assert f"{share.physical_pct:.0f} % er fysisk ferdig av det som bygges; {share.planned_pct:.0f} % skulle vært det" in text
    assert f"for de {share.with_figures[0]} av {share.with_figures[1]} prosjektene i byggefase" in text
    for it in to_come.listed:
        assert f"{it.moved.project_id} {it.moved.project_name}" in text
        if it.range.low_on is None:
            assert f"Kan ikke si ({it.range.n_finished} åpnede, minst" in text
    first = to_come.listed[0].moved
    said = next(
        words for words in links(app) if str(first.expected_on.year) in words and "column=forecast_on" in links(app)[words]
    )
    assert f"submission={first.report.submission_id}" in links(app)[said]
    assert f"row={first.report.row_number}" in links(app)[said]
    assert "Oppdiktede data" in text


def test_long_tables_show_their_first_rows_until_all_are_asked_for(monkeypatch, examples):
    for module in (tables, lists, pace):
        monkeypatch.setattr(module, "MOST_ROWS", 2)
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=str(DAY), progress="moved")
    everything = moved(open_snapshot(examples), FJORDBYEN, DAY)

    def n_rows():
        bodies = " ".join(block.proto.body for block in app.get("html"))
        return len(re.findall(r'<th scope="row"', bodies))

    few = n_rows()
    (toggle,) = app.toggle
    assert toggle.label == f"Vis alle {len(everything)} rader"
    toggle.set_value(True).run()
    assert n_rows() - few == len(everything) - 2 > 10


def test_a_milestone_trend_is_of_the_project_of_the_address(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", progress="trend", project="F-020", lang="en")
    text = text_of(app)
    (found,) = [it for it in moved(open_snapshot(examples), FJORDBYEN) if it.project_id == "F-020"]
    assert f"{found.project_name}: the opening is expected on" in text
    assert f"{found.baseline_days} days later than the adopted plan" in text
    assert "Final accounts" in text
    assert "table=milestones" in " ".join(links(app).values())


def test_pace_and_cost_stand_with_their_reasons(monkeypatch, examples):
    text = text_of(page(monkeypatch, examples, agreement="fjordbyen", progress="earned"))
    rows = earned(open_snapshot(examples), FJORDBYEN, price(FJORDBYEN, TODAY))
    paces = [it.found.spi_t for it in rows if it.found and it.found.spi_t is not None]
    assert f"{sum(map(is_slower, paces))} av {len(paces)} prosjekter med kjent tempo har lavere tempo enn planlagt" in text
    assert "Planlagt ferdig er ikke rapportert for perioden da så mye skulle vært ferdig" in text
    assert "Penger brukt sier ikke hva som er bygd." in text


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("moved", "Åpning nå, i forrige rapport og i vedtatt plan"),
        ("phases", "Et prosjekt i flere områder er med i hvert av dem, og én gang i summen."),
        ("baselines", "Endringer av opprinnelig dato: 6. Uten oppgitt vedtak: 4"),
    ],
)  # fmt: skip
def test_every_view_has_its_table(monkeypatch, examples, view, said):
    assert said in text_of(page(monkeypatch, examples, agreement="fjordbyen", progress=view))


def test_while_parties_deliver_each_project_stands_as_in_its_own_newest_report(monkeypatch, examples):
    text = text_of(page(monkeypatch, examples, agreement="fjordbyen", asof=str(HALF), area="nord"))
    snapshot, chosen = open_snapshot(examples), Selection(working_area_id="nord")
    assert len({it.report.period for it in moved(snapshot, FJORDBYEN, HALF) if it.report}) == 2
    found = openings(snapshot, FJORDBYEN, HALF, selection=chosen)
    assert f"{len(found.listed)} prosjekter ventes å åpne" in text
    for it in most_moved(moved(snapshot, FJORDBYEN, HALF, chosen)):
        assert "nord" in it.areas


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"agreement": "fjordbyen", "asof": "2024-10-01"}, "Ingen rapporter fra prosjektene i Fjordbyen var kjent 1. oktober 2024."),
        ({"agreement": "fjordbyen", "phase": "idea"}, "Ingen prosjekter passer med filtrene."),
        ({"agreement": "fjordbyen", "asof": "2024-11-01"}, "Ingen åpninger er meldt før, så ingen kan være flyttet"),
        ({"agreement": "fjordbyen", "asof": "2024-11-01"}, "åpningene er meldt for første gang."),
        ({"agreement": "fjordbyen", "asof": "2024-11-01"}, "For få prosjekter har åpnet til å si hvor den kan ende."),
        ({"agreement": "fjordbyen", "asof": "2024-10-14"}, "2 av 5 parter har levert rapport for 3. kvartal 2024."),
        ({}, "Til da står det som er kjent fra åpne kilder, under."),
    ],
)  # fmt: skip
def test_where_there_is_nothing_a_sentence_says_so(monkeypatch, examples, address, said):
    assert said in text_of(page(monkeypatch, examples, **address))
