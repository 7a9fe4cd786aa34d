"""The page of deviations as Streamlit runs it: full, before the first report, a real agreement, filtered, and one deviation in full."""

from __future__ import annotations

import datetime as dt
import html
import re
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.level_bars import level_bars
from dashboard.parts.deviations.tables import LIST_EXPORT, list_rows
from dashboard.parts.deviations.words import owner_said, place_name, worst_levels
from dashboard.parts.figures import forget_kept
from dashboard.parts.rules.words import how_much, rule_sentence
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import PALETTES, level_colour
from domain.limit_file import limits_of
from pipelines.answers.deviations.deviations import deviations
from pipelines.answers.deviations.listed import NO_AREA, NO_FOCUS, OwnerText, deviation_changes, deviation_matrix, owner_texts
from pipelines.answers.portfolio import projects
from pipelines.answers.selection import Selection
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement
from tests.page_numbers import asking, figures_of, rows_of, same
from tests.pages import run_page
from tests.pages import written as words_of

page = partial(run_page, "pages/deviations.py")
fjordbyen = partial(page, agreement="fjordbyen")
FJORDBYEN = agreement()
AUGUST = dt.date(2026, 8, 1)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No answer is kept from the store of another test."""
    forget_kept()


def here(language: str = "nb", as_of: dt.date = AUGUST) -> Surroundings:
    return Surroundings(language, "light", PALETTES["light"], {}, None, True, dt.date(2026, 11, 22), as_of)


def written(app: AppTest) -> str:
    return " ".join(words_of(app).split())


def finding(app: AppTest) -> str:
    """The page's one sentence."""
    (body,) = [block.proto.body for block in app.get("html") if "<h1" in block.proto.body]
    return plain(body)


def plain(body: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def rows(app: AppTest, caption: str) -> list[list[str]]:
    """The rows of the table with a caption."""
    (body,) = [it.proto.body for it in app.get("html") if "<table" in it.proto.body and caption in plain(it.proto.body)]
    lines = re.findall(r"<tr[^>]*>(.*?)</tr>", body.split("<tbody>")[1])
    return [[plain(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line)] for line in lines]


def test_the_page_says_what_the_answers_say(monkeypatch: pytest.MonkeyPatch, examples: Path) -> None:
    snapshot = open_snapshot(examples)
    app = fjordbyen(monkeypatch, examples, asof="2026-08-01")
    found = [it for it in deviations(snapshot, FJORDBYEN, AUGUST) if it.result.rule not in BESIDE]
    worst = worst_levels(found)
    changed = [it for it in deviation_changes(snapshot, FJORDBYEN, dt.date(2026, 4, 20), AUGUST) if it.result.rule not in BESIDE]
    new, closed = sum(it.step in {"opened", "reopened"} for it in changed), sum(it.step == "closed" for it in changed)
    red, steering = list(worst.values()).count("red"), sum(it.body_id == "styringsgruppe" for it in found)
    assert finding(app) == (
        f"{len(worst)} av 61 prosjekter har avvik, {red} av dem på øverste nivå (■)."
        f" {new} avvik er nye siden 20. april 2026, og {closed} er lukket av tallene."
        f" Styringsgruppen for Fjordbyen har {steering} til behandling."
    )
    listed = rows(app, "De alvorligste først")
    assert len(listed) == 25 < len(found)
    for line, it in zip(listed, found, strict=False):
        assert line[0] == f"{it.result.project_id} {it.result.report.project_name}"
        assert line[2] == how_much(here(), it.result).replace("\u00a0", " ")
    every = rows(app, "etter område og satsingsområde")
    assert every[-1][-1] == f"■ {red} ▲ {len(worst) - red}"
    assert f"{len(found)} avvik i {len(worst)} prosjekter" in written(app)
    app.toggle(key="all-deviations").set_value(True).run()
    assert len(rows(app, "De alvorligste først")) == len(found)
    assert len(app.get("download_button")) == 2


@pytest.mark.parametrize(
    ("day", "kept"), [("2026-08-01", {}), ("2025-05-01", {"level": "red", "body_id": "prioriteringsrad"})], ids=["all", "some"]
)
def test_the_list_is_that_of_the_command_line(capsys, monkeypatch, examples, day, kept) -> None:
    address = {name.removesuffix("_id"): wanted for name, wanted in kept.items()}
    monkeypatch.setattr("dashboard.parts.deviations.tables.SHOWN", 1000)
    app = fjordbyen(monkeypatch, examples, asof=day, subject="all", **address)
    asked = asking(capsys, monkeypatch, examples)
    told = asked("deviations", "--agreement", "fjordbyen", "--as-of", day)["deviations"]
    wanted = [it for it in told if all(it[name] == chosen for name, chosen in kept.items())]
    bodies = {body.body_id: body.name for body in FJORDBYEN.bodies}
    words = {"red": "■ Avvik", "yellow": "▲ Følg med"}
    listed = rows_of(app, "De alvorligste først.")
    assert wanted
    assert [(row[0].split()[0], row[3].split(" (")[0], row[7]) for row in listed] == [
        (it["project_id"], words[it["level"]], bodies.get(it["body_id"], "Ikke fastsatt")) for it in wanted
    ]
    over = [(row, it["evidence"]) for row, it in zip(listed, wanted, strict=True) if it["rule"] == "cost_over_p85"]
    assert over or kept
    assert all(same(row[2], evidence["forecast_mnok"] - evidence["p85_mnok"]) for row, evidence in over)
    if not kept:
        counted = figures_of(asked, "deviations", "--as-of", day)
        both = [counted[f"projects_{level}", "agreement", None] for level in ("red", "yellow")]
        # Also those of the reports: at least as many projects.
        assert int(finding(app).split()[0]) >= sum(both)
        assert sum(n for (name, *_), n in counted.items() if name in TOTALS) == len(wanted)


TOTALS = {"deviations_red", "deviations_yellow", "report_deviations_red", "report_deviations_yellow"}
BESIDE = {"goal_effect_missing", "report_missing", "report_stale", "reported_greener", "jump", "rebaseline"}


def test_filters_narrow_the_list_and_the_sentence(monkeypatch: pytest.MonkeyPatch, examples: Path) -> None:
    address = {"asof": "2026-08-01", "party": "lindvag", "level": "red", "subject": "all", "body": "prioriteringsrad"}
    app = fjordbyen(monkeypatch, examples, **address)
    found = deviations(open_snapshot(examples), FJORDBYEN, AUGUST, Selection(party_id="lindvag"))
    wanted = [it for it in found if it.result.level_told == "red" and it.body_id == "prioriteringsrad"]
    assert wanted
    assert [line[0].split()[0] for line in rows(app, "De alvorligste først")] == [it.result.project_id for it in wanted]
    # Of a part of the deviations nothing is said of all projects.
    assert finding(app).startswith(f"Avvikene i utvalget gjelder {len(worst_levels(wanted))} av ")
    whole = finding(fjordbyen(monkeypatch, examples, asof="2026-08-01", party="lindvag", subject="all"))
    assert whole.startswith(f"{len(worst_levels(found))} av ")


def test_one_deviation_is_one_and_areas_that_share_the_most_are_not_told_apart(monkeypatch, examples) -> None:
    address = {"asof": "2026-08-01", "party": "lindvag", "level": "red", "subject": "all", "body": "prioriteringsrad"}
    said = written(fjordbyen(monkeypatch, examples, **address))
    assert "1 avvik i 1 prosjekter" not in said
    assert "1 avvik " in said
    found = [it for it in deviations(open_snapshot(examples), FJORDBYEN, AUGUST) if it.body_id == "styringsgruppe"]
    found = [it for it in found if limits_of(FJORDBYEN).limit(it.result.rule).in_colour]
    listed = projects(open_snapshot(examples), FJORDBYEN, AUGUST).to_dict("records")
    cells = deviation_matrix(found, listed).by_area
    n_each = sorted(sum(cell.levels.values()) for cell in cells.values())
    assert n_each[-1] == n_each[-2] == 1
    said = written(fjordbyen(monkeypatch, examples, asof="2026-08-01", body="styringsgruppe"))
    assert "Flere områder har flest prosjekter med avvik: 1 hver" in said
    assert "Flere områder" not in written(fjordbyen(monkeypatch, examples, asof="2026-08-01"))


def test_an_early_warning_is_a_rising_forecast_within_its_frames(monkeypatch: pytest.MonkeyPatch, examples: Path) -> None:
    app = fjordbyen(monkeypatch, examples, asof="2025-11-01", deviations="early")
    assert {line[0].split()[0] for line in rows(app, "Prosjekter med økende prognose")} == {"F-009", "F-057"}
    assert "uten at rammene er passert: 2" in written(app)


def test_the_list_to_take_along_has_figures_words_and_what_owners_wrote(examples: Path) -> None:
    snapshot = open_snapshot(examples)
    found = deviations(snapshot, FJORDBYEN, AUGUST)
    made = [
        dict(zip(LIST_EXPORT, row, strict=True))
        for row in list_rows(here(), FJORDBYEN, found, owner_texts(snapshot, FJORDBYEN, AUGUST))
    ]
    assert [row["deviation_id"] for row in made] == [it.deviation_id for it in found]
    by_id = {row["deviation_id"]: row for row in made}
    one = by_id["F-026:cost_over_p85"]
    assert (one["unit"], one["level_told"], one["body_id"], one["since_period"]) == ("pct", "red", "styringsgruppe", "2025-Q2")
    assert one["number"] == pytest.approx(100 * 116.6 / 109.76)
    assert "Mengdene økte" in str(one["cause"])
    assert by_id["F-003:reported_greener"]["cause"] is None


def test_nothing_that_passes_is_a_sentence(monkeypatch: pytest.MonkeyPatch, examples: Path) -> None:
    app = fjordbyen(monkeypatch, examples, asof="2026-08-01", rule="jump", subject="all")
    assert finding(app).startswith("Ingen av 61 prosjekter har avvik")
    assert "Ingen avvik passer med filtrene." in written(app)


def test_a_chosen_deviation_is_told_in_full(monkeypatch: pytest.MonkeyPatch, examples: Path) -> None:
    app = fjordbyen(monkeypatch, examples, asof="2026-08-01", deviation="F-026:cost_over_p85", deviations="bodies", lang="en")
    found = {it.deviation_id: it for it in deviations(open_snapshot(examples), FJORDBYEN, AUGUST)}["F-026:cost_over_p85"]
    said = written(app)
    assert rule_sentence(here("en"), FJORDBYEN, found.result).replace("\u00a0", " ") in said
    assert "The state's model" in said
    assert len(rows(app, "What the rule said of each report")) == 8
    assert {line[0] for line in rows(app, "Deviations that the owner has reported")} == {"Cost", "Time"}
    (cells,) = [it.proto.body for it in app.get("html") if "Cells of the report for" in it.proto.body]
    assert re.findall(r'href="(trace\?[^"]*)"', cells)
    total = rows(app, "by the body that treats them")[-1]
    assert int(total[-1]) == sum(int(n) for n in total[1:-1])


@pytest.mark.parametrize("view", ["changes", "map", "rules"])
def test_each_view_has_its_table(monkeypatch: pytest.MonkeyPatch, examples: Path, view: str) -> None:
    app = fjordbyen(monkeypatch, examples, asof="2026-08-01", deviations=view, since="2026-01-26", deviation="F-001:jump")
    captions = {
        "changes": "Avvik som er endret fra 26. januar 2026",
        "map": "etter kommune",
        "rules": "Hva hver regel holder mot grensen",
    }
    table = rows(app, captions[view])
    assert table
    if view == "rules":
        assert len(table) == 17
    if view == "map":
        assert [line[0] for line in table] == [it.name for it in FJORDBYEN.municipalities]
    assert "Avviket F-001:jump er ikke åpent på denne datoen." in written(app)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"agreement": "fjordbyen", "asof": "2024-10-01"}, "Ingen prosjekter har levert rapport ennå"),
        ({"agreement": "miljoloftet"}, "Ingen rapporter fra prosjektene i Miljøløftet er lagt inn."),
        ({"agreement": "miljoloftet", "lang": "en"}, "No reports from the projects of Miljøløftet are entered."),
        ({"agreement": "fjordbyen", "asof": "2025-01-05"}, "prosjekter har avvik"),
    ],
)
def test_without_reports_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, examples: Path, address: dict[str, str], said: str
) -> None:
    assert said in finding(page(monkeypatch, examples, **address))


def test_before_anything_is_published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert finding(page(monkeypatch, tmp_path))


def test_a_bar_has_its_counts_at_its_end_and_the_colours_of_the_levels() -> None:
    groups = pd.DataFrame({"name": ["Nord", "<b>Sør"], "red": [2, 0], "yellow": [3, 1], "n_projects": [9, 1]})
    figure = level_bars(groups, "av {n}", ", ", PALETTES["light"])
    assert [list(bar.x) for bar in figure.data] == [[2, 0], [3, 1], [4, 0]]
    assert [bar.marker.color for bar in figure.data[:2]] == [level_colour(it, PALETTES["light"]) for it in ("red", "yellow")]
    assert [it.x for it in figure.layout.annotations] == [9, 1]
    assert figure.layout.annotations[0].text.endswith("av 9")
    assert "<b>" not in figure.layout.annotations[1].y
    # Long counts have their room in the margin.
    longer = level_bars(groups.assign(red=[1128, 0], yellow=[2416, 1], n_projects=[10_608, 1]), "av {n}", ", ", PALETTES["light"])
    assert longer.layout.margin.r > figure.layout.margin.r + 8 * len("11282416")


@pytest.mark.parametrize(
    ("rule", "reasons", "said"),
    [
        ("cost_over_p85", {"reason_cost": "Fordi."}, "Dyrere. Enklere."),
        ("slip_baseline", {"reason_time": "Fordi."}, "Fordi."),
        ("slip_baseline", {"reason_time": None, "reason_overall": "Alt."}, "Alt."),
        ("report_missing", None, "–"),
    ],
)
def test_what_the_owner_says_is_about_what_the_rule_is_about(rule: str, reasons: dict[str, str] | None, said: str) -> None:
    text = OwnerText("F-1", "K1", "cost", "Dyrere.", "Enklere.", None, None, 1, 2)
    assert owner_said(rule, [text, text], reasons) == said


def test_places_without_a_name_are_said() -> None:
    names = [place_name(here(), FJORDBYEN, it) for it in (NO_AREA, NO_FOCUS, "nord", "kollektiv")]
    assert names == ["Uten område", "Uten satsingsområde", "Nord", "Kollektivtransport"]
