"""What stands on the page about progress is what the command line says: read off the page, for all and for one area."""

from __future__ import annotations

import re
from functools import partial

import pytest

from tests.page_tables import handed_out, number, tables, told
from tests.pages import run_page, written

page = partial(run_page, "pages/progress.py")
DAY = "2026-09-01"
ALL, AREA = ({}, "agreement", None), ({"area": "sor"}, "area", "sor")


@pytest.fixture(scope="module", params=[ALL, AREA], ids=["all", "area"])
def both(request, examples):
    """The page with its table of what moved, its text, and the figures of the command; what they are of, and its key."""
    chosen, grain, key = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(examples))
        app = page(patch, examples, agreement="fjordbyen", asof=DAY, progress="moved", **chosen)
    return app, " ".join(written(app).split()), chosen, grain, key


@pytest.fixture
def figures(both, capsys, monkeypatch, examples):
    """The figure of a name, of what the page is of."""
    _, _, chosen, grain, key = both
    monkeypatch.setenv("DATA_DIR", str(examples))
    listed = told(capsys, "progress", "--as-of", DAY, *(["--area", chosen["area"]] if chosen else []))
    return listed, lambda name: listed[name, grain, key]["amount"]


def read(text, pattern):
    return [1 if found == "ett" else int(found) for found in re.search(pattern, text).groups()]


def test_counts_and_shares_are_those_of_the_command(both, figures):
    text, (_, of) = both[1], figures
    assert read(text, r"(\d+) prosjekter ventes å åpne de neste tolv månedene; (\d+) av dem er flyttet senere") == [
        of("openings_to_come"), of("openings_moved_later"),
    ]  # fmt: skip
    assert read(text, r"For (\d+|ett) prosjekt(?:er)? har prognosedatoen passert") == [of("openings_passed")]
    assert read(text, r"(\d+) av (\d+) prosjekter er i byggefase") == [of("projects_construction"), of("projects")]
    said = read(text, r"(\d+) % er fysisk ferdig av det som bygges; (\d+) % skulle vært det")
    assert said == [round(of("physically_complete")), round(of("planned_complete"))]


def test_every_day_moved_is_that_of_the_command(both, figures):
    app, (listed, _) = both[0], figures
    heads, *rows = next(it for it in tables(app).values() if "Flyttet siden da" in it[0])
    places = [heads.index(name) for name in ("Flyttet siden da", "Mot vedtatt plan")]
    shown = {row[0].split()[0]: tuple(_days(row[place]) for place in places) for row in rows}
    names = ("moved_since_previous", "moved_against_plan")
    projects = {key for name, grain, key in listed if name == names[0] and grain == "project"}
    assert shown == {project: tuple(listed[name, "project", project]["amount"] for name in names) for project in projects}
    assert any(days for pair in shown.values() for days in pair)


def _days(said):
    """60 dager senere is 60, 1 dag tidligere -1, uendret 0; None for a dash."""
    if said in ("–", "uendret"):
        return None if said == "–" else 0
    n = int(number(said.split(" dag")[0]))
    return n if said.endswith("senere") else -n


def test_pace_and_cost_are_those_of_the_command(monkeypatch, examples, capsys):
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, progress="earned")
    listed = told(capsys, "progress", "--as-of", DAY)
    heads, *rows = next(it for it in tables(app).values() if "Tempo (SPI(t))" in it[0])
    assert len(rows) > 10
    for row in rows:
        project = row[0].split()[0]
        for name, head in (("spi_t", "Tempo (SPI(t))"), ("cpi", "Kostnad (CPI)")):
            amount, shown = listed[name, "project", project]["amount"], number(row[heads.index(head)])
            assert (amount is None) == (shown is None)
            assert shown is None or abs(shown - float(amount)) <= 0.0050001


def test_phases_are_those_of_the_command(monkeypatch, examples, capsys):
    made = handed_out(monkeypatch)
    page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, progress="phases")
    listed = told(capsys, "progress", "--as-of", DAY)
    [table] = [it for key, it in made.items() if key.endswith("phases")]
    for phase, *counts, total in table.rows:
        named = dict(zip(table.headers[1:-1], counts, strict=True))
        told_of = {
            key: it["amount"] for (name, grain, key), it in listed.items() if (name, grain) == (f"projects_{phase}", "area")
        }
        assert {area: n for area, n in named.items() if n} == told_of
        assert total == listed.get((f"projects_{phase}", "agreement", None), {"amount": 0})["amount"]


def test_a_municipality_is_in_the_address_and_on_what_is_handed_out(monkeypatch, examples):
    made = handed_out(monkeypatch)
    app = page(monkeypatch, examples, agreement="fjordbyen", asof=DAY, municipality="F02", progress="moved")
    _, *rows = next(it for it in tables(app).values() if "Flyttet siden da" in it[0])
    assert 0 < len(rows) < 20
    assert app.query_params["municipality"] == "F02"
    assert made
    for table in made.values():
        assert "Kommune: Lindvåg" in " ".join(table.about.values())
