"""Every number of every table of the pages of the portfolio leads to what it comes from, and from there to its cell in a file."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from domain.load import load_agreements
from domain.numbers import decimal_text
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.selection import Selection
from pipelines.answers.trace.computed.computed import read_parts, trace_figure
from pipelines.answers.trace.computed.made import Wanted
from pipelines.answers.trace.reported import Asked as AskedCell
from pipelines.answers.trace.reported import trace
from pipelines.history.snapshot import open_snapshot
from tests.pages import run_page

RETURNS = Path(__file__).parents[2] / "data" / "examples" / "fjordbyen" / "returns"
VIEWS = [
    ("status", {}),
    *(("progress", {"progress": view}) for view in ("openings", "moved", "phases", "trend", "earned", "baselines")),
    *(("economy", {"economy": view}) for view in ("source", "area", "party", "year", "course", "frames", "bridge", "limits")),
    *(("uncertainty", {"uncertainty": view}) for view in ("projects", "chances", "spread", "reserve", "matrix", "unanswered")),
    *(("deviations", {"deviations": view}) for view in ("list", "changes", "bodies", "map")),
    ("area", {}), ("area", {"area": "nord"}), ("area", {"municipality": "F02"}), ("project", {"project": "F-003"}),
]  # fmt: skip
# These are read in the everyday run, a view of each kind; all of them in the long one.
EVERY_DAY = ({"economy": "source"}, {"economy": "bridge"}, {"progress": "moved"}, {"deviations": "list"}, {"project": "F-003"})
EVERY_DAY += ({"area": "nord"},)


def often(*given):
    """The case in the everyday run where its view is, else in the long one alone."""
    return given if given[1] in EVERY_DAY else pytest.param(*given, marks=pytest.mark.trust)


# Pages of the index, of cited figures and of what is delivered: their tables, sentences and charts are read whole.
BESIDE = [
    *(("goal", {"view": view}) for view in ("table", "movement", "points", "map", "outlook", "releases")),
    *(("quality", {"quality": view}) for view in ("returns", "coverage", "age", "findings", "editions")),
    ("indicators", {"agreement": "miljoloftet"}), ("economy", {"economy": "outside"}),
]  # fmt: skip
EVERY_DAY += ({"view": "movement"}, {"quality": "findings"}, {"agreement": "miljoloftet"})
# Pages besides, of which the sentences and charts are read, and the tables only in part.
MORE = [
    *VIEWS,
    *BESIDE,
    ("project", {}),
    ("deviations", {"deviations": "early"}),
]
# Each view of these has a chart with numbers in it.
WITH_CHARTS = ("progress", "economy", "uncertainty", "deviations", "area")
# So many numbers of a page are followed.
MOST_FOLLOWED = 60


# A number with a sign, thousands, decimals and a unit; or a date.
NUMBER = re.compile(r"(over |under )?[+−]?\d[\d ]*(,\d+)?( %| dager.*| mill\. kr.*| \(\d+\)| til [−\d,]+| av \d+)?")
# Counts by level: ■ 5 ▲ 23.
LEVELS = re.compile(r"[■▲] \d+( ▲ \d+)?")
DATE = re.compile(r"\d{1,2}\. (januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember) \d{4}.*")
# Columns whose numbers are no figures of their own, by head; and why.
ALLOWED = {
    "År": "names the row",
    "Til og med år": "names the years that the other columns are of",
    "Dag": "names the row",
    "Levert": "the day of the submission, which every figure of the row leads to",
    "Utenfor": "a sentence",
    "Merknad": "a sentence",
    "Periode": "names the row",
    "Siden": "names the year that the row compares with",
    "Publisert dato": "the day of the publication, which every figure of the row leads to",
    "Publisert": "names the row",
}


@dataclass
class Cell:
    """A cell of a table: its words, where they lead, the head of its column, the caption of the table, and what is no link."""

    said: str
    href: str | None
    head: str
    caption: str
    loose: str


class Tables(HTMLParser):
    """The cells of all tables of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[Cell] = []
        self._heads: list[str] = []
        self._at, self._caption, self._open = 0, "", ""
        self._said, self._href, self._loose, self._is_led = "", None, "", False

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "table":
            self._heads, self._caption = [], ""
        if tag == "tr":
            self._at = 0
        if tag in ("td", "th", "caption"):
            self._open, self._said, self._href = ("head" if found.get("scope") == "col" else tag), "", None
            self._loose = ""
        if tag == "a" and self._open:
            self._href, self._is_led = found.get("href"), True

    def handle_data(self, data):
        self._said += data
        self._loose += "" if self._is_led else data

    def handle_endtag(self, tag):
        self._is_led = self._is_led and tag != "a"
        if tag == "caption":
            self._caption = self._said
        elif tag in ("td", "th") and self._open == "head":
            self._heads.append(self._said)
        elif tag in ("td", "th"):
            said = self._said.replace("\u00a0", " ").strip()
            self.cells.append(Cell(said, self._href, self._heads[self._at], self._caption, self._loose))
            self._at += 1
        self._open = "" if tag in ("td", "th", "caption") else self._open


@dataclass
class Read:
    """What a page has written: its blocks of HTML, the cells of its tables, and the texts that stand in its charts."""

    bodies: list[str]
    cells: list[Cell]
    in_charts: list[str]


# What pages have written, by page and what was chosen there: several tests read the same.
READ = {}


def read(monkeypatch, examples, page, chosen):
    key = (examples, page, *chosen.items())
    if key not in READ:
        READ[key] = _read(monkeypatch, examples, page, chosen)
    return READ[key]


def cells_of(monkeypatch, examples, page, chosen):
    return read(monkeypatch, examples, page, chosen).cells


def _read(monkeypatch, examples, page, chosen):
    app = run_page(f"pages/{page}.py", monkeypatch, examples, **{"agreement": "fjordbyen", **chosen})
    bodies = [re.sub(r"<style>.*?</style>", "", block.proto.body, flags=re.S) for block in app.get("html")]
    tables = Tables()
    for body in bodies:
        tables.feed(body)
    charts = [json.loads(html.unescape(drawn)) for body in bodies for drawn in re.findall(r"data-figure='([^']*)'", body)]
    return Read(bodies, tables.cells, [said for chart in charts for said in written_in(chart)])


def written_in(chart):
    """The texts that stand in a chart: at its marks, and beside them; those of an axis are its scale."""
    for drawn in chart["data"]:
        if "text" in drawn.get("mode", "") or drawn.get("textposition"):
            found = drawn.get("text") or []
            yield from [found] if isinstance(found, str) else found
    yield from (it.get("text", "") for it in chart["layout"].get("annotations", ()))


@pytest.mark.parametrize(
    ("page", "chosen"),
    [often(*view) for view in (*VIEWS, *BESIDE)],
    ids=lambda it: it if isinstance(it, str) else "-".join(it.values()),
)
def test_every_number_of_every_table_leads_to_what_it_comes_from(monkeypatch, examples, page, chosen):
    cells = cells_of(monkeypatch, examples, page, chosen)
    kinds = (NUMBER, DATE, LEVELS, re.compile("uendret"))
    numbers = [cell for cell in cells if any(kind.fullmatch(cell.said) for kind in kinds)]
    assert numbers or page == "status"
    numbers += [cell for cell in cells if cell.head == "Hvor mye" and cell.said != "–"]
    untraced = [cell for cell in numbers if (not cell.href or re.search(r"\d", cell.loose)) and cell.head not in ALLOWED]
    assert untraced == []
    assert {urlsplit(cell.href).path for cell in numbers if cell.href} <= {
        "trace",
        "deviations",
        "project",
        "goal",
        "quality",
        "indicators",
    }


# Numbers in sentences, titles and lines of the pages, and in their charts.

MONTHS = "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"
# What is a number and no figure of the projects; and why.
NO_FIGURE = {
    rf"\d{{1,2}}\. ({MONTHS}) \d{{4}}|for \d+ dager siden": "a day as known, a deadline, or an end of a period",
    r"\d\. kvartal \d{4}|\b(19|20)\d\d\b": "a period or a year",
    r"\bP\d\d\b|95 % intervall|i 70 av 100 tilfeller|i 8 av 10 tilfeller|85 % er ventet|\d+ til \d+ %\)": "how a frame or an interval is defined",
    r"[Ss]amvariasjon \d(,\d)?|\d+ km": "what the reader has chosen, or a scale",
    r"F-\d+|E\d+|Rv \d+": "the name of a project or a road",
    r"de \d+ som er flyttet mest|Viser \d+|De \d+ første|≥?(?<![\d,])\d+(–\d+)? %|går opp til 100 %|\d+ (måneder|md\.)|konsekvens [^(]*": "how much is shown, or a scale",
    r"Grensen er \d+ dager|eldre enn \d+ dager": "a limit of a rule",
    r"\d\d:\d\d": "a time of the day",
    r"Avtalt mål.*|(Hva den måler|Hvordan den måles|Usikkerhet) .*": "the agreement, or an indicator, in its own words",
    r"\(\d+ kommuner\)|linje \d|for \d+ år siden": "the name of a place or a line, or the age of a year",
    r"Unntatt|skjemaet spør om": "furniture",
}
LINES = re.compile(r'<(h1|h2|p|summary|details|section)\b[^>]*?(?:class="([^"]*)")?[^>]*>(.*?)</\1>', re.S)


def sentences(bodies):
    """The finding, the titles and the lines of a page, without what leads somewhere; no tables and no lists of how it is done."""
    for body in bodies:
        if "<table" in body or "nv-line" in body or "nv-synthetic" in body:
            continue
        for _, _, inside in LINES.findall(body):
            yield plain(re.sub(r"<a\b.*?</a>", "", inside, flags=re.S))


def plain(said):
    return re.sub(r"[\u00a0\u2011]", " ", html.unescape(re.sub(r"<[^>]+>", " ", said)))


def numbers_in(said):
    """The numbers of words, but those that are no figure of the projects."""
    for pattern in NO_FIGURE:
        said = re.sub(pattern, "", said)
    return [re.sub(r"^\+", "", found.strip()) for found in re.findall(r"[+−]?\d[\d ]*(?:,\d+)?", said)]


@pytest.mark.parametrize(
    ("page", "chosen"),
    [("status", {}), *(often(*view) for view in MORE if view[0] != "status")],
    ids=lambda it: it if isinstance(it, str) else "-".join(it.values()),
)
def test_every_number_of_every_sentence_and_chart_leads_to_what_it_comes_from(monkeypatch, examples, page, chosen):
    found = read(monkeypatch, examples, page, chosen)
    told = list(sentences(found.bodies))
    assert any(len(said) > 40 for said in told)
    assert len(found.in_charts) > 4 or page not in WITH_CHARTS
    assert [said for said in told if numbers_in(said)] == []
    links = re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', "".join(found.bodies))
    led = {number for _, said in links for number in numbers_in(plain(said))}
    loose = [said for said in found.in_charts if set(numbers_in(plain(said).replace("\u2009", ""))) - led]
    assert [said for said in loose if not re.search(r"\d\.\d{1,2}\.\d\d", said)] == []


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("100 avvik i 52 prosjekter", ["100", "52"]), ("Nord 17 av 19", ["17", "19"]), ("koster 12 578 mill. 2024-kroner", ["12 578"]),
        ("Slik det var kjent 22. november 2026.", []), ("+60 dager", ["60"]), ("Båndet er P15 til P85", []),
    ],
)  # fmt: skip
def test_a_number_is_told_from_a_day_and_a_frame(said, numbers):
    assert numbers_in(said) == numbers


# From a link to the cell in the file.


def followed(href, folder):
    """The figure that a link leads to: what it is, and the cells with the file that each stands in."""
    named = {name: found[-1] for name, found in parse_qs(urlsplit(href).query).items()}
    snapshot, agreement = open_snapshot(folder), load_agreements(folder / "agreements")[named["agreement"]]
    if "figure" in named:
        page, _, name = named["figure"].partition(".")
        day = dt.date.fromisoformat(named["asof"]) if "asof" in named else dt.date(2026, 11, 22)
        since = dt.date.fromisoformat(named["since"]) if "since" in named else None
        selection = Selection(named.get("area"), named.get("municipality"))
        asked = Asked(snapshot, agreement, price(agreement, day, named.get("price")), day, selection)
        rho = float(named["rho"]) if "rho" in named else None
        traced = trace_figure(asked, Wanted(page, name, named.get("grain", "agreement"), named.get("of"), since, rho=rho))
        files = {it.handed_in.submission_id: it.handed_in.files[0].file_name for it in traced.sources}
        cells = [
            (files[it.part.submission_id], it.sheet, it.address, it.answer)
            for it in read_parts(snapshot, traced, traced.made.parts)
        ]
        return traced.made, cells
    row = int(named["row"]) if "row" in named else None
    asked = AskedCell(named["table"], named["column"], int(named["submission"]), row, named.get("project"))
    found = trace(snapshot, agreement, asked)
    file = found.handed_in.files[0].file_name
    return found.answer, [(file, row.sheet, row.address(asked.column), row.answers.get(asked.column)) for row in found.rows]


# A number is the same where it leads: counts exactly, others to the decimals that are shown. Chances are told in words.
@pytest.mark.parametrize(
    ("page", "chosen"),
    [
        ("area", {"area": "nord"}),
        *(pytest.param(*view, marks=pytest.mark.trust) for view in MORE),
    ],
    ids=lambda it: it if isinstance(it, str) else "-".join(it.values()),
)  # fmt: skip
def test_a_number_of_a_sentence_is_the_one_that_it_leads_to(monkeypatch, examples, page, chosen):
    bodies = [body for body in read(monkeypatch, examples, page, chosen).bodies if "<table" not in body or "of=subject" in body]
    links = dict(re.findall(r'<a href="(trace\?[^"]*figure=[^"]+)"[^>]*>(.*?)</a>', "".join(bodies)))
    compared = 0
    for href, said in list(links.items())[:MOST_FOLLOWED]:
        made, _ = followed(html.unescape(href), examples)
        if made.unit == "share" or not (numbers := numbers_in(plain(said))) or made.amount is None:
            continue
        shown = numbers[0].lstrip("−")
        compared += 1
        assert decimal_text(abs(float(made.amount)), len(shown.partition(",")[2]), "nb").replace("\u00a0", " ") == shown, (
            said,
            href,
        )
    assert compared or not any(numbers_in(plain(said)) for said in links.values())


@cache
def opened(name):
    (path,) = RETURNS.rglob(name)
    return openpyxl.load_workbook(path, data_only=True)


def in_file(name, sheet, address):
    """What a cell of the workbook of an example holds."""
    found = opened(name)[sheet][address].value
    return found.date() if isinstance(found, dt.datetime) else found


FOLLOWED = [
    ("economy", {"economy": "source"}, "Bompenger", "Prognose"),
    ("economy", {"economy": "area"}, "Nord", "Budsjett"),
    ("economy", {"economy": "year"}, "2026", "Overført til neste år"),
    ("economy", {"economy": "limits"}, "Bompenger", "Igjen av rammen"),
    ("economy", {"economy": "bridge"}, "På fra-dagen", "Mill. kr"),
    ("economy", {"economy": "frames"}, "F-020 Bybanen Lauvhagen–Kringsjå", "Styringsramme (P50)"),
    ("progress", {"progress": "moved"}, "F-020 Bybanen Lauvhagen–Kringsjå", "Mot vedtatt plan"),
    ("progress", {"progress": "earned"}, "F-025 Gamle Strandvei miljøgate, øst", "Tempo (SPI(t))"),
    ("uncertainty", {"uncertainty": "chances"}, "Bompenger", "Fra 0 til 1"),
    ("uncertainty", {"uncertainty": "reserve"}, "Prosjektet (til P50)", "Utløst"),
    ("area", {"area": "nord"}, "Nord", "Påløpt hittil"),
    ("project", {"project": "F-003"}, "Plan vedtatt", "Dager etter plan"),
]


@pytest.mark.parametrize(
    ("page", "chosen", "first", "head"), [often(*it) for it in FOLLOWED], ids=[f"{it[0]}-{it[3]}" for it in FOLLOWED]
)
def test_a_number_is_followed_to_the_cells_of_the_files(monkeypatch, examples, page, chosen, first, head):
    cells = cells_of(monkeypatch, examples, page, chosen)
    at = next(place for place, cell in enumerate(cells) if cell.said == first and cell.caption == _caption(cells, first, head))
    cell = next(it for it in cells[at:] if it.head == head)
    made, parts = followed(cell.href, examples)
    amount = getattr(made, "amount", made)
    decimals = len(cell.said.partition(",")[2])
    shown = decimal_text(abs(float(amount)), decimals, "nb").replace("\u00a0", " ")
    assert re.search(r"[\d ,]+", cell.said.lstrip("+−")).group().strip() == shown
    for name, sheet, address, answer in parts[:6]:
        written = in_file(name, sheet, address)
        assert written == answer or float(written) == float(answer)
    if getattr(made, "is_sum", False):
        assert sum(part.amount for part in made.parts) + sum(it.amount for it in made.outside) == made.amount


def _caption(cells, first, head):
    """The table that has both the row and the column."""
    captions = {cell.caption for cell in cells if cell.head == head}
    return next(cell.caption for cell in cells if cell.said == first and cell.caption in captions)
