"""The status page as Streamlit runs it: its numbers against the answers, both agreements, earlier days, and before anything."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import re
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.parts.blocks import Link
from dashboard.parts.status import blocks as status_blocks
from dashboard.parts.status.grid import Block, grid
from dashboard.parts.status.marks import LevelRow, Part, ScaleMark, levels, parts, scale
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from pipelines.answers.prices import price
from pipelines.answers.status import Status, status
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement
from tests.pages import run_page
from tests.pages import written as words_of

start = partial(run_page, "app.py")
FJORDBYEN = agreement()
DAY = dt.date(2026, 9, 1)


def written(app) -> str:
    return " ".join(words_of(app).split())


def sections(app) -> dict[str, str]:
    """The words of each block by its title."""
    (body,) = [block.proto.body for block in app.get("html") if 'class="nv-status"' in block.proto.body]
    found = {}
    for block in re.findall(r"<section.*?</section>", body, re.S):
        (title,) = re.findall(r"<h2>(.*?)</h2>", block)
        text = html.unescape(re.sub(r"<[^>]+>", " ", block)).replace("\u00a0", " ").replace("\u2011", "-")
        found[html.unescape(title).replace("\u00a0", " ")] = " ".join(text.split())
    return found


def links(app) -> list[str]:
    return [html.unescape(it) for block in app.get("html") for it in re.findall(r'<a href="([^"]+)"', block.proto.body)]


def shown(number: float, decimals: int = 0) -> str:
    return f"{abs(number):,.{decimals}f}".replace(",", " ").replace(".", ",")


@pytest.fixture
def state(examples) -> Status:
    return status(open_snapshot(examples), FJORDBYEN, DAY, price=price(FJORDBYEN, DAY))


def test_the_page_that_opens_says_the_state_and_its_numbers_are_those_of_the_answers(monkeypatch, examples, state):
    app = start(monkeypatch, examples, agreement="fjordbyen", asof=str(DAY))
    text, found = written(app), sections(app)
    over, point, money = state.money.over.over_mnok, state.goal.judged, state.money
    assert f"Vi kan ikke si sikkert om nullvekstmålet er nådd. Prosjektene ventes å koste {shown(over)} mill. kr mer" in text
    assert "Styringsgruppen har 3 avvik å avgjøre." in text
    assert "Oppdiktede data" in text

    assert f"+{shown(point.index_pct, 1)} %" in found["Nullvekstmålet"]
    assert f"intervall: −{shown(point.ci_low_pct, 1)} til {shown(point.ci_high_pct, 1)} %" in found["Nullvekstmålet"]
    n, of = money.over.with_figures
    assert f"{shown(over)} mill. kr over styringsrammene (P50), {n} av {of} med tall" in found["Penger mot rammen"]
    low, high = money.range.risk.p50_mnok, money.range.risk.p85_mnok
    assert f"Spenn P50–P85: {shown(low)}–{shown(high)} mill. kr" in found["Penger mot rammen"]
    assert f"Ventet kostnad er {shown(money.whole.mnok('forecast_mnok'))} mill. 2024-kroner." in found["Penger mot rammen"]
    names = [it.result.project_name for it in state.decisions]
    assert re.search(".*".join(map(re.escape, names)), found["Til avgjørelse"])
    assert f"{state.openings.opened} av {state.openings.n_projects} prosjekter er åpnet" in found["Fremdrift"]
    bar = f"{state.openings.opened} åpnet {state.openings.passed} dato passert {state.openings.to_come} innen ett år"
    assert bar in found["Fremdrift"]
    total, north = state.matrix.total, state.matrix.by_area["nord"]
    assert f"{sum(total.levels.values())} av {total.n_projects} prosjekter har avvik: {total.levels['red']} ■" in found["Avvik"]
    assert f"Nord ■ {north.levels['red']} ▲ {north.levels['yellow']} av {north.n_projects}" in found["Avvik"]
    changed = found["Endret siden fristen 20. april 2026"]
    assert f"+{shown(state.changes.forecast_mnok)} mill. kr i ventet kostnad" in changed
    assert f"{state.changes.steps['opened']} nye" in changed
    assert f"{state.changes.moved_later} flyttet senere" in changed
    fresh = found["Hvor ferske og komplette tallene er"]
    assert "61 av 63 prosjekter har prognose for kostnaden Alle 5 parter har levert for 2. kvartal 2026" in fresh


def test_every_link_leads_to_a_page_of_ours_with_agreement_day_price_and_language(monkeypatch, examples):
    address = {"agreement": "fjordbyen", "asof": str(DAY), "lang": "en", "price": "nominal", "since": "2026-02-01"}
    app = start(monkeypatch, examples, **address)
    text = written(app)
    assert "The cost cannot be held against the control frames." in text
    assert "Changed since 1 February 2026" in text
    found = links(app)
    assert {urlsplit(it).path for it in found} == {"goal", "economy", "deviations", "progress", "quality"}
    for it in found:
        asked = parse_qs(urlsplit(it).query)
        assert [asked[name] for name in ("agreement", "asof", "lang", "price")] == [
            ["fjordbyen"], [str(DAY)], ["en"], ["nominal"],
        ]  # fmt: skip
    assert "since=2026-02-01" in next(it for it in found if "deviations=changes" in it)
    assert sum("deviation=F-" in it for it in found) == 3


def test_the_real_agreement_has_its_goal_and_says_what_is_not_known(monkeypatch, examples):
    app = start(monkeypatch, examples)
    text, found = written(app), sections(app)
    assert "Vi kan ikke si sikkert om nullvekstmålet er nådd. Ingen rapporter fra prosjektene er kjent." in text
    assert "+0,8 %" in found["Nullvekstmålet"]
    assert "6 av 22 prosjekter har en kostnad i åpne kilder" in found["Penger mot rammen"]
    assert "Ingen vedtatt oversikt over hvem som orienteres" in found["Til avgjørelse"]
    assert "Byindeksen ble sist publisert 21. mai 2026." in found["Endret siden sist"]
    for title in ("Fremdrift", "Avvik", "Hvor ferske og komplette tallene er"):
        assert len(found[title]) > len(title) + 40
    assert "Oppdiktede data" not in text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2024-10-01", ("Ingen rapporter var kjent 1. oktober 2024.", "Ingen byindeks er kjent", "ingen avvik venter på avgjørelse")),
        ("2024-10-14", ("av 30 prosjekter har prognose", "Endringer i prosjektene vises når to perioder er rapportert.")),
        ("2026-07-14", ("3 av 5 parter har levert for 2. kvartal 2026", "Endret siden fristen")),
    ],
)  # fmt: skip
def test_on_earlier_days_only_what_was_known_is_said(monkeypatch, examples, day, said):
    text = written(start(monkeypatch, examples, agreement="fjordbyen", asof=day))
    for words in said:
        assert words in text


def test_before_anything_is_published_there_is_one_sentence(monkeypatch, data_dir):
    app = start(monkeypatch, data_dir)
    assert "nv-finding" in "".join(block.proto.body for block in app.get("html"))
    assert not [block for block in app.get("html") if 'class="nv-status"' in block.proto.body]


@pytest.mark.parametrize("asked", ["", "2026-13-01", "2026-09-01", "2027-01-01", "<b>"])
def test_a_day_that_cannot_be_compared_with_gets_the_default(monkeypatch, asked):
    monkeypatch.setattr(status_blocks, "asked", lambda _: asked)
    assert status_blocks.since_asked(type("Here", (), {"as_of": DAY})()) is None


def test_three_decisions_are_named_and_the_others_counted(state):
    here = Surroundings("nb", "light", PALETTES["light"], {}, None, True, DAY, DAY)
    own = state.decisions
    for decisions, said in ((own * 2, "og 3 til"), (own, None), (own[:1], None)):
        block = status_blocks.decisions_block(here, FJORDBYEN, dataclasses.replace(state, decisions=decisions))
        assert block.number == str(len(decisions))
        assert len(block.lines) == (4 if said else len(decisions))
        assert [str(it) for it in block.lines[3:]] == ([said] if said else [])
    assert status_blocks.decisions_block(here, FJORDBYEN, dataclasses.replace(state, decisions=())).lines == ()


# The small figures.


def lefts(said: str, kind: str) -> list[float]:
    return [float(it) for it in re.findall(rf'class="{kind}" style="left:([\d.]+)%', said)]


@pytest.mark.parametrize(("low", "high", "at"), [(-2.2, 3.8, 0.8), (0.5, 3.0, 1.0), (-4.0, -1.0, -2.0), (-1.0, 0.0, -0.5)])
def test_marks_stand_in_proportion_on_the_scale(low, high, at):
    said = scale("alt", [ScaleMark(0.0, "null", "tick"), ScaleMark(at, "", "dot")], low, high, "intervall")
    (start_pct,), (zero,), (dot,) = lefts(said, "range"), lefts(said, "tick"), lefts(said, "dot")
    width = float(re.findall(r"width:([\d.]+)%", said)[0])
    per_point = width / (high - low)
    assert zero - start_pct == pytest.approx(-low * per_point, abs=0.05)
    assert dot - start_pct == pytest.approx((at - low) * per_point, abs=0.05)
    assert 0 <= min(start_pct, zero) <= max(start_pct + width, zero) <= 100


def test_a_scale_of_one_place_and_a_bar_without_parts_are_drawn():
    assert lefts(scale("alt", [ScaleMark(0.0, "null", "tick")], None, None), "tick") == [6.0]
    assert "<i>" not in parts("alt", [Part(0, "ingen", "open")])
    assert re.findall(r"flex:(\d+)", parts("alt", [Part(3, "a", "solid"), Part(0, "b", "open"), Part(9, "c", "tint")])) == [
        "3",
        "9",
    ]


def test_words_of_data_stay_words(monkeypatch):
    bad = "<script>alert(1)</script>"
    drawn: list[str] = []
    monkeypatch.setattr("dashboard.parts.status.grid.st.html", drawn.append)
    way = Link(bad, "goal?agreement=a")
    grid([Block(bad, way, bad, bad, bad, lines=(bad, way))])
    drawn += [scale(bad, [ScaleMark(1.0, bad, "dot")], 0, 2, bad), parts(bad, [Part(1, bad, "open")])]
    drawn.append(levels(bad, [LevelRow(bad, ((bad, bad, bad),), bad)]))
    assert "<script" not in "".join(drawn)
    assert sum(it.count("&lt;script") for it in drawn) == 18
