"""Every number of every table of the pages of the portfolio leads to what it comes from, and from there to its cell in a file."""

from __future__ import annotations

import datetime as dt
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
    *(("deviations", {"deviations": view}) for view in ("list", "changes")),
    ("area", {}), ("area", {"area": "nord"}), ("area", {"municipality": "F02"}), ("project", {"project": "F-003"}),
]  # fmt: skip
# These are read in the everyday run, a view of each kind; all of them in the long one.
EVERY_DAY = ({"economy": "source"}, {"economy": "bridge"}, {"progress": "moved"}, {"deviations": "list"}, {"project": "F-003"})


def often(*given):
    """The case in the everyday run where its view is, else in the long one alone."""
    return given if given[1] in EVERY_DAY else pytest.param(*given, marks=pytest.mark.trust)


# A number with a sign, thousands, decimals and a unit; or a date.
NUMBER = re.compile(r"(over |under )?[+−]?\d[\d ]*(,\d+)?( %| dager.*| mill\. kr.*| \(\d+\)| til [−\d,]+)?")
DATE = re.compile(r"\d{1,2}\. (januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember) \d{4}.*")
# Columns whose numbers are no figures of their own, by head; and why.
ALLOWED = {
    "År": "names the row",
    "Til og med år": "names the years that the other columns are of",
    "Dag": "names the row",
    "Levert": "the day of the submission, which every figure of the row leads to",
    "Prosjekter med tall": "how many projects are in the sum beside it, which lists them",
    "Prosjekter": "a count in a table of limits or of areas; projects stand by name in the list",
    "Utenfor": "a sentence",
    "Merknad": "a sentence",
    "Periode": "names the row",
}


@dataclass
class Cell:
    """A cell of a table: its words, where they lead, the head of its column, and the caption of the table."""

    said: str
    href: str | None
    head: str
    caption: str


class Tables(HTMLParser):
    """The cells of all tables of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[Cell] = []
        self._heads: list[str] = []
        self._at, self._caption, self._open = 0, "", ""
        self._said, self._href = "", None

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "table":
            self._heads, self._caption = [], ""
        if tag == "tr":
            self._at = 0
        if tag in ("td", "th", "caption"):
            self._open, self._said, self._href = ("head" if found.get("scope") == "col" else tag), "", None
        if tag == "a" and self._open:
            self._href = found.get("href")

    def handle_data(self, data):
        self._said += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self._caption = self._said
        elif tag in ("td", "th") and self._open == "head":
            self._heads.append(self._said)
        elif tag in ("td", "th"):
            said = self._said.replace("\u00a0", " ").strip()
            self.cells.append(Cell(said, self._href, self._heads[self._at], self._caption))
            self._at += 1
        self._open = "" if tag in ("td", "th", "caption") else self._open


# What pages have written, by page and what was chosen there: several tests read the same.
READ = {}


def cells_of(monkeypatch, examples, page, chosen):
    key = (examples, page, *chosen.items())
    if key not in READ:
        READ[key] = _cells_of(monkeypatch, examples, page, chosen)
    return READ[key]


def _cells_of(monkeypatch, examples, page, chosen):
    app = run_page(f"pages/{page}.py", monkeypatch, examples, agreement="fjordbyen", **chosen)
    tables = Tables()
    for block in app.get("html"):
        tables.feed(block.proto.body)
    return tables.cells


@pytest.mark.parametrize(
    ("page", "chosen"), [often(*view) for view in VIEWS], ids=lambda it: it if isinstance(it, str) else "-".join(it.values())
)
def test_every_number_of_every_table_leads_to_what_it_comes_from(monkeypatch, examples, page, chosen):
    cells = cells_of(monkeypatch, examples, page, chosen)
    numbers = [cell for cell in cells if NUMBER.fullmatch(cell.said) or DATE.fullmatch(cell.said) or cell.said == "uendret"]
    assert numbers or page == "status"
    numbers += [cell for cell in cells if cell.head == "Hvor mye" and cell.said != "–"]
    untraced = [cell for cell in numbers if not cell.href and cell.head not in ALLOWED]
    assert untraced == []
    assert {urlsplit(cell.href).path for cell in numbers if cell.href} <= {"trace", "deviations", "project"}


# From a link to the cell in the file.


def followed(href, folder):
    """The figure that a link leads to: what it is, and the cells with the file that each stands in."""
    named = {name: found[-1] for name, found in parse_qs(urlsplit(href).query).items()}
    snapshot, agreement = open_snapshot(folder), load_agreements(folder / "agreements")["fjordbyen"]
    if "figure" in named:
        page, _, name = named["figure"].partition(".")
        day = dt.date.fromisoformat(named["asof"]) if "asof" in named else dt.date(2026, 11, 22)
        since = dt.date.fromisoformat(named["since"]) if "since" in named else None
        asked = Asked(snapshot, agreement, price(agreement, day, named.get("price")), day, Selection(named.get("area")))
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
