"""The page about economy as Streamlit runs it: full, chosen, before the first report, and a real agreement without reports."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from domain.load import load_agreements
from pipelines.answers.economy.bridges import portfolio_bridge
from pipelines.answers.economy.economy import economy
from pipelines.answers.economy.over_frames import over_frames
from pipelines.answers.prices import price
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from tests.pages import run_page, written

page = partial(run_page, "pages/economy.py")
FJORDBYEN = load_agreements()["fjordbyen"]
DAY = dt.date(2026, 9, 1)


def shown(mnok, decimals=1, sign=""):
    """A number as the page writes it in bokmål."""
    said = f"{abs(mnok):,.{decimals}f}".replace(",", " ").replace(".", ",")
    return f"{'−' if mnok < 0 else sign}{said}"


def test_the_page_says_what_it_costs_and_who_pays(monkeypatch, examples):
    text = written(page(monkeypatch, examples, agreement="fjordbyen", asof=str(DAY)))
    chosen = price(FJORDBYEN, DAY)
    found = economy(open_snapshot(examples), FJORDBYEN, chosen, DAY)
    over = over_frames(open_snapshot(examples), FJORDBYEN, chosen, DAY)
    assert f"Porteføljen ventes å koste {shown(found.whole.mnok('forecast_mnok'), 0)} mill. 2024-kroner." in text
    assert f"ligger til sammen {shown(over.over_mnok, 0)} mill. kr over den." in text
    assert f"{len(over.drivers)} prosjekter står for {over.drivers_pct:.0f} % av økningen." in text
    assert "61 av 63 prosjekter har prognose for alle år." in text
    for sums in (*found.by_source.values(), found.whole):
        row = "  ".join(shown(sums.mnok(name)) for name in ("budget_mnok", "spent_to_date_mnok"))
        assert " ".join(row.split()) in " ".join(text.split())
    assert "Oppdiktede data" in text


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("area", "Ikke i noe bestemt område"), ("party", "Kystfylket fylkeskommune"), ("year", "Overført til neste år"),
        ("frames", "57 av 61 prosjekter har både prognose og styringsramme"),
        ("limits", "Ingen midler er meldt brukt utenfor det kildene kan brukes til"),
        ("outside", "Administrasjon utenfor prosjektene er ikke rapportert"),
    ],
)  # fmt: skip
def test_every_view_has_its_table(monkeypatch, examples, view, said):
    assert said in written(page(monkeypatch, examples, agreement="fjordbyen", economy=view))


def test_the_bridge_is_between_the_days_of_the_address(monkeypatch, examples):
    address = {"agreement": "fjordbyen", "economy": "bridge", "asof": str(DAY), "from": "2025-02-01"}
    text = " ".join(written(page(monkeypatch, examples, **address)).split())
    days = dt.date(2025, 2, 1), DAY
    found = portfolio_bridge(open_snapshot(examples), FJORDBYEN, *days, price=price(FJORDBYEN, DAY))
    for name, word in (("leavers", "Gått ut"), ("growth", "Vekst i de samme prosjektene"), ("joiners", "Kommet til")):
        assert f"{word} {shown(found.bridge.step(name).amount_mnok, 1, '+')}" in text
    assert f"På til-dagen {shown(found.bridge.closing_mnok)}" in text
    assert "Skjemaet spør ikke om beløp for endret omfang." in text
    assert found.growth[0].project_name in text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"agreement": "fjordbyen", "asof": "2024-10-01"}, "Ingen økonomirapporter for Fjordbyen var kjent 1. oktober 2024."),
        ({}, "Ingen økonomirapporter for Miljøløftet var kjent"),
        ({"agreement": "fjordbyen", "phase": "idea", "area": "sor"}, "Ingen prosjekter passer med utvalget."),
        ({"agreement": "fjordbyen", "asof": "2024-10-13", "economy": "bridge"}, "Endring kan vises når to perioder er rapportert."),
        ({"agreement": "fjordbyen", "economy": "bridge", "from": "2026-05-01", "to": "2026-04-01"}, "Velg en fra-dag som er før til-dagen."),
    ],
)  # fmt: skip
def test_where_there_is_nothing_a_sentence_says_so(monkeypatch, examples, address, said):
    assert said in written(page(monkeypatch, examples, **address))


def test_what_is_chosen_is_counted_and_named(monkeypatch, examples):
    """Half of the parties had delivered; one area, in nominal kroner, in English."""
    day = dt.date(2025, 2, 15)
    address = {"agreement": "fjordbyen", "asof": str(day), "area": "sor", "price": "nominal", "economy": "limits", "lang": "en"}
    text = written(page(monkeypatch, examples, **address))
    found = economy(open_snapshot(examples), FJORDBYEN, price(FJORDBYEN, day, "nominal"), day, Selection(working_area_id="sor"))
    cost = f"{found.whole.mnok('forecast_mnok'):,.0f}"
    assert f"The projects chosen are expected to cost {cost} million nominal kroner." in text
    assert "The control frames are set in real kroner and cannot be compared with these." in text
    assert "The frames cannot be held against the forecast in these kroner" in text


def test_without_a_snapshot_a_sentence_says_what_to_do(monkeypatch, tmp_path):
    assert "demo" in written(page(monkeypatch, tmp_path))
