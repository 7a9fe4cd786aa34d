"""What stands on the page about economy is what the command line says, and every export says what was chosen."""

from __future__ import annotations

from functools import partial

import pytest

from tests.page_tables import handed_out, number, tables, told
from tests.pages import run_page, written

page = partial(run_page, "pages/economy.py")
DAY = "2026-09-01"
HEADS = {
    "Budsjett": "budget_total", "Påløpt hittil": "spent_to_date_total", "Påløpt i 2026": "spent_this_year_total",
    "Prognose": "forecast_total", "Rekvirert": "requisitioned_total",
}  # fmt: skip
YEAR_HEADS = {
    "Budsjett": "budget_total", "Prognose": "forecast_total", "Mindre- eller merforbruk": "result_mnok",
    "Overført fra årene før": "carried_in_mnok", "Overført til neste år": "carried_out_mnok",
}  # fmt: skip
COURSE_HEADS = {"Budsjett": "plan_cumulative", "Prognose": "forecast_cumulative"}
MONTHS = {"september": "09-30", "desember": "12-31", "mars": "03-31", "juni": "06-30"}
# A municipality that the portfolio has money in, and the words for it on what is handed out.
PLACE, PLACE_SAID = "F02", "Kommune: Lindvåg"
WHOLE = ("Hele porteføljen", "hele avtalen")


def table_with(app, head):
    """The heads and rows of the table that has a column."""
    return next((it[0], it[1:]) for it in tables(app).values() if head in it[0])


def same(shown, amount):
    """Whether a number with one decimal is the one of the command."""
    return (shown is None) == (amount is None) and (amount is None or abs(shown - float(amount)) <= 0.0500001)


@pytest.fixture(params=[{}, {"area": "sor"}], ids=["all", "area"])
def chosen(request):
    return request.param


def test_sources_are_those_of_the_command(monkeypatch, examples, capsys, chosen):
    made, area = handed_out(monkeypatch), chosen.get("area")
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, **chosen)
    listed = told(capsys, "economy", "--as-of", DAY, *(["--area", area] if area else []))
    heads, rows = table_with(app, "Rekvirert")
    [exported] = [table for key, table in made.items() if key.endswith("by-source")]
    names = {"Til sammen": ("area" if area else "agreement", area)} | {row[1]: ("source", row[0]) for row in exported.rows}
    assert len(rows) == len(names) > 4
    for row in rows:
        for head, name in HEADS.items():
            assert same(number(row[heads.index(head)]), listed[name, *names[row[0]]]["amount"]), (row[0], head)


def test_years_are_those_of_the_command(monkeypatch, examples, capsys, chosen):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, economy="year", **chosen)
    listed = told(capsys, "economy", "--as-of", DAY, *(["--area", chosen["area"]] if chosen else []))
    heads, rows = table_with(app, "Overført fra årene før")
    assert len(rows) > 6
    for row in rows:
        # not counted: budget and forecast of a year whose lines do not all have both, which the balance leaves out
        is_whole = listed["budget_total", "year", row[0]]["with_figures"] == listed["result_mnok", "year", row[0]]["with_figures"]
        for head, name in YEAR_HEADS.items():
            if is_whole or name.endswith("_mnok"):
                assert same(number(row[heads.index(head)]), listed[name, "year", row[0]]["amount"]), (
                    row[0],
                    head,
                )


def test_the_course_is_that_of_the_command(monkeypatch, examples, capsys):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, economy="course")
    listed = told(capsys, "economy", "--as-of", DAY)
    heads, rows = table_with(app, "Høyt (P85)")
    assert sum(number(row[heads.index("Høyt (P85)")]) is not None for row in rows) == 5
    for row in rows:
        month, year = row[0].split()
        spent = listed.get(("spent_cumulative", "period", f"{year}-{MONTHS[month]}"), {"amount": None})
        assert same(number(row[heads.index("Påløpt hittil")]), spent["amount"])
        for head, name in COURSE_HEADS.items() if month == "desember" else ():
            assert same(number(row[heads.index(head)]), listed[name, "year", year]["amount"])


@pytest.mark.parametrize("view", ["source", "year", "course", "frames", "bridge", "limits", "outside"])
def test_every_export_says_the_municipality_or_that_it_is_of_the_whole(monkeypatch, examples, view):
    made = handed_out(monkeypatch)
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, economy=view, municipality=PLACE)
    assert app.query_params["municipality"] == PLACE
    assert f"{PLACE_SAID}, prosjekter i flere kommuner er med helt" in written(app)
    assert made
    for key, table in made.items():
        said = " ".join(table.about.values())
        is_of_the_whole = key.endswith(("economy-frames", "carried-over", "outside-projects"))
        assert any(words in said for words in WHOLE) if is_of_the_whole else PLACE_SAID in said


def test_a_municipality_has_the_projects_that_lie_in_it(monkeypatch, examples):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, municipality=PLACE)
    whole = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY)
    totals = [number(rows[-1][heads.index("Prognose")]) for heads, rows in (table_with(it, "Rekvirert") for it in (app, whole))]
    assert 0 < totals[0] < totals[1]
