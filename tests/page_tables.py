"""What stands in the tables of a page and in what it hands out, and the figures that the command line gives of the same page."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts import exports
from pipelines.__main__ import main
from pipelines.writing.tables import ExportTable

Figure = dict[str, Any]


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """The rows of each table by its caption, the heads first; spaces are plain, and a minus is a hyphen."""
    found: dict[str, list[list[str]]] = {}
    for block in app.get("html"):
        for caption, body in re.findall(r"<caption>(.*?)</caption>(.*?)</table>", block.proto.body, re.S):
            rows = re.findall(r"<tr.*?</tr>", body, re.S)
            found[_plain(caption)] = [[_plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows]
    return found


def number(said: str) -> float | None:
    """A number as it is written in bokmål; None for a dash."""
    return None if said == "–" else float(said.replace(" ", "").replace(",", ".").replace("+", ""))


def handed_out(monkeypatch: pytest.MonkeyPatch) -> dict[str, ExportTable]:
    """Fills, while a page runs, with every table of reports that it hands out, by the name of its file."""
    made: dict[str, ExportTable] = {}

    def keep(_here: object, _agreement: object, make: Any, key: str) -> None:
        made[key] = make()

    monkeypatch.setattr(exports, "downloads", keep)
    return made


def told(capsys: pytest.CaptureFixture[str], page: str, *arguments: str) -> dict[tuple[str, str, str | None], Figure]:
    """The figures of a page as the command prints them, by name, grain and key."""
    capsys.readouterr()
    assert main(["figures", "--agreement", "fjordbyen", "--page", page, *arguments, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["figures"]
    return {(it["name"], it["grain"], it["key"]): it for it in listed}


def _plain(markup: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", "", markup))
    return text.replace("\u00a0", " ").replace("\u2212", "-").replace("\u2011", "-").strip()
