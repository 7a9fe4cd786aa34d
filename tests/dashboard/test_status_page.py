"""The status page as Streamlit runs it: its numbers against the answers, both agreements, earlier days, and before anything."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from functools import partial
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.parts.blocks import Link
from dashboard.parts.status import blocks as status_blocks
from dashboard.parts.status import since
from dashboard.parts.status.grid import Block, grid
from dashboard.parts.status.marks import LevelRow, Part, ScaleMark, levels, parts, scale
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES
from domain.limit_file import limits_of
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import deviation_changes
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement
from tests.page_numbers import asking, figures_of
from tests.pages import run_page
from tests.pages import written as words_of

start = partial(run_page, "app.py")
FJORDBYEN = agreement()
DAY = dt.date(2026, 9, 1)
OF = ("--agreement", "fjordbyen")


def written(app) -> str:
    return " ".join(words_of(app).split())


def sections(app) -> dict[str, str]:
    """The words of each block by its title."""
    (body,) = [block.proto.body for block in app.get("html") if 'class="nv-status"' in block.proto.body]
    found = {}
    for block in re.findall(r"<section.*?</section>", body, re.S):
        (title,) = re.findall(r"<h2>(.*?)</h2>", block)
        text = (
            html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?a\b[^>]*>", "", block)))
            .replace("\u00a0", " ")
            .replace("\u2011", "-")
        )
        found[html.unescape(title).replace("\u00a0", " ")] = " ".join(text.split())
    return found


def links(app) -> list[str]:
    return [html.unescape(it) for block in app.get("html") for it in re.findall(r'<a href="([^"]+)"', block.proto.body)]


def shown(number: float, decimals: int = 0) -> str:
    return f"{abs(number):,.{decimals}f}".replace(",", " ").replace(".", ",")


def test_the_page_that_opens_says_the_state_and_its_numbers_are_those_of_the_command_line(capsys, monkeypatch, examples):
    app = start(monkeypatch, examples, agreement="fjordbyen", asof=str(DAY))
    asked = asking(capsys, monkeypatch, examples)
    told = figures_of(asked, "status", "--as-of", str(DAY))
    whole = {name: amount for (name, grain, key), amount in told.items() if (grain, key) == ("agreement", None)}
    text, found = written(app), sections(app)
    over = shown(whole["over_p50"])
    assert f"Vi kan ikke si sikkert om nullvekstmålet er nådd. Prosjektene ventes å koste {over} mill. kr mer" in text
    assert f"Styringsgruppen har {whole['decisions']} avvik å avgjøre." in text
    assert "Oppdiktede data" in text

    assert f"+{shown(whole['index'], 1)} %" in found["Nullvekstmålet"]
    low, high = (shown(whole[f"index_ci_{bound}"], 1) for bound in ("low", "high"))
    assert f"intervall: −{low} til {high} %" in found["Nullvekstmålet"]
    money = found["Penger mot rammen"]
    assert re.match(rf"Penger mot rammen Økonomi {over} mill\. kr over styringsrammene \(P50\), \d+ av \d+ med tall", money)
    low, high = (shown(told[f"portfolio_p{pct}", "agreement", "rho_0.3"]) for pct in (50, 85))
    assert f"Porteføljen, P50–P85: {low}–{high} mill. kr" in money
    assert f"Ventet kostnad er {shown(whole['forecast_total'])} mill. 2024-kroner." in money
    assert told["chance_within_frame", "agreement", "rho_0.3"] > 0.99
    assert "Sjansen for å holde rammen: mer enn 99 av 100, ved samvariasjon 0,3." in money

    decided = [it for it in asked("deviations", *OF, "--as-of", str(DAY))["deviations"] if it["body_id"] == "styringsgruppe"]
    assert sorted(re.findall(r"F-\d{3}", found["Til avgjørelse"])) == sorted(it["project_id"] for it in decided)
    openings = {name.removeprefix("openings_"): n for name, n in whole.items() if name.startswith("openings_")}
    n_going = sum(openings.values()) - openings["moved_later"]
    assert f"{openings['opened']} av {n_going} prosjekter er åpnet" in found["Fremdrift"]
    bar = f"{openings['opened']} åpnet {openings['passed']} dato passert {openings['to_come']} innen ett år"
    assert f"{bar} {openings['later']} senere" in found["Fremdrift"]
    assert f"{openings['moved_later']} åpninger er flyttet senere" in found["Fremdrift"]
    red, yellow = whole["projects_red"], whole["projects_yellow"]
    assert f"{red + yellow} av {n_going} prosjekter har avvik: {red} ■ Avvik, {yellow} ▲" in found["Avvik"]
    for area in FJORDBYEN.working_areas:
        own = {name: told[name, "area", area.working_area_id] for name in ("projects", "projects_red", "projects_yellow")}
        said = f"{area.name} ■ {own['projects_red']} ▲ {own['projects_yellow']} av {own['projects']}"
        assert said in found["Avvik"]
    changed, since = found["Endret siden fristen 20. april 2026"], "2026-04-20"
    steps = {name: amount for (name, _, key), amount in told.items() if key == since}
    assert f"+{shown(steps['forecast_change'])} mill. kr i ventet kostnad" in changed
    assert f"{steps['deviations_opened']} nye" in changed
    assert f"{steps['deviations_closed']} lukket" in changed
    assert f"{steps['openings_later']} flyttet senere, {steps['openings_earlier']} tidligere" in changed
    fresh = found["Hvor ferske og komplette tallene er"]
    assert f"{whole['projects_with_forecast']} av {whole['projects']} prosjekter har prognose for kostnaden" in fresh
    assert f"Alle {told['parties_delivered', 'period', '2026-Q2']} parter har levert for 2. kvartal 2026" in fresh


def test_on_an_earlier_day_the_numbers_are_those_of_the_command_line_too(capsys, monkeypatch, examples):
    app = start(monkeypatch, examples, agreement="fjordbyen", asof="2024-10-14")
    told = figures_of(asking(capsys, monkeypatch, examples), "status", "--as-of", "2024-10-14")
    found = sections(app)
    number, n = told["forecast_total", "agreement", None], told["openings_opened", "agreement", None]
    assert f"Ventet kostnad er {shown(number)} mill. 2024-kroner." in found["Penger mot rammen"]
    assert f"{n} av {told['projects', 'agreement', None]} prosjekter er åpnet" in found["Fremdrift"]
    assert ("projects_red", "area", "nord") in told
    assert "Endringer i prosjektene vises når to perioder er rapportert." in found["Endret siden sist"]


def test_the_reader_chooses_the_day_of_the_last_meeting(monkeypatch, examples):
    app = start(monkeypatch, examples, agreement="fjordbyen", asof=str(DAY))
    (field,) = [it for it in app.date_input if it.key == "since"]
    assert (field.label, field.value) == ("Forrige møte", dt.date(2026, 4, 20))
    assert "Regnet fra fristen for runden før." in sections(app)["Endret siden fristen 20. april 2026"]
    field.set_value(dt.date(2026, 6, 18)).run()
    assert not app.exception
    changed = sections(app)["Endret siden 18. juni 2026"]
    limits = limits_of(FJORDBYEN)
    listed = deviation_changes(open_snapshot(examples), FJORDBYEN, dt.date(2026, 6, 18), DAY)
    steps = Counter(it.step for it in listed if limits.limit(it.result.rule).in_colour)
    assert f"{steps['opened']} nye" in changed
    assert f"{steps['closed']} lukket" in changed
    assert "Regnet fra fristen" not in changed
    assert app.query_params["since"] in ("2026-06-18", ["2026-06-18"])
    next(it for it in app.date_input if it.key == "since").set_value(dt.date(2026, 4, 20)).run()
    assert "since" not in app.query_params
    assert "Endret siden fristen 20. april 2026" in sections(app)


def test_every_link_leads_to_a_page_of_ours_with_agreement_day_price_and_language(monkeypatch, examples):
    address = {"agreement": "fjordbyen", "asof": str(DAY), "lang": "en", "price": "nominal", "since": "2026-02-01"}
    app = start(monkeypatch, examples, **address)
    text = written(app)
    assert "The cost cannot be held against the control frames." in text
    assert "Changed since 1 February 2026" in text
    found = links(app)
    assert {urlsplit(it).path for it in found} == {"goal", "economy", "deviations", "progress", "quality", "trace"}
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
        ("2026-07-14", ("3 av 5 parter har levert for 2. kvartal 2026", "Endret siden fristen")),
    ],
)  # fmt: skip
def test_on_earlier_days_only_what_was_known_is_said(monkeypatch, examples, day, said):
    app = start(monkeypatch, examples, agreement="fjordbyen", asof=day)
    text = written(app)
    # Also before anything was known the field shows the day that the page is of.
    assert app.date_input(key="asof").value == dt.date.fromisoformat(day)
    for words in said:
        assert words in text


def test_before_anything_is_published_there_is_one_sentence(monkeypatch, data_dir):
    app = start(monkeypatch, data_dir)
    assert "nv-finding" in "".join(block.proto.body for block in app.get("html"))
    assert not [block for block in app.get("html") if 'class="nv-status"' in block.proto.body]


@pytest.mark.parametrize("asked", ["", "2026-13-01", "2026-09-01", "2027-01-01", "<b>"])
def test_a_day_that_cannot_be_compared_with_gets_the_default(monkeypatch, asked):
    monkeypatch.setattr(since, "asked", lambda _: asked)
    assert since.since_asked(type("Here", (), {"as_of": DAY})()) is None


def test_three_decisions_are_named_and_the_others_counted(example_snapshot):
    here = Surroundings("nb", "light", PALETTES["light"], {}, None, True, DAY, DAY)
    own = tuple(it for it in deviations(example_snapshot, FJORDBYEN, DAY) if it.body_id == "styringsgruppe")
    assert len(own) == 3
    for decisions, said in ((own * 2, "og 3 til"), (own, None), (own[:1], None), ((), None)):
        # What the block looks at of the state.
        block = status_blocks.decisions_block(here, FJORDBYEN, SimpleNamespace(decisions=decisions, n_projects=63))
        assert str(block.number) == str(len(decisions))
        assert len(block.lines) == (4 if said else len(decisions))
        assert [str(it) for it in block.lines[3:]] == ([said] if said else [])


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
