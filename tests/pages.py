"""Pages as Streamlit runs them, over a data folder, and the text that they write."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts.person_blocks import now

DASHBOARD = Path(__file__).parents[1] / "dashboard"
# The day on which pages are asked: what is missing, overdue and due next are as they were then, whenever the tests run.
TODAY = dt.date(2026, 11, 22)


def run_page(script: str, monkeypatch: pytest.MonkeyPatch, data_dir: Path, **address: str) -> AppTest:
    """A script of the dashboard, run with an address; it must not fail."""
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    monkeypatch.setattr("dashboard.parts.surroundings.today", lambda: TODAY)
    for module in ("sending", "approve"):
        monkeypatch.setattr(f"dashboard.parts.returns.{module}.now", lambda: dt.datetime.combine(TODAY, now().time()))
    app = AppTest.from_file(str(DASHBOARD / script), default_timeout=30)
    for name, chosen in address.items():
        app.query_params[name] = chosen
    app.run()
    assert not app.exception
    return app


def written(app: AppTest) -> str:
    """All text of the page, without its tags and style, with plain spaces and hyphens."""
    blocks = [block.proto.body for block in app.get("html")]
    text = " ".join(re.sub(r"<style>.*?</style>", "", block, flags=re.S) for block in blocks)
    # A number in a sentence may be a link: the sentence stays in one piece.
    text = re.sub(r"</?a\b[^>]*>", "", text)
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u2011", "-")


@dataclass(frozen=True)
class Drawn:
    """A figure as a page hands it to the browser: its key, its text alternative, and what Plotly draws."""

    key: str
    alt: str
    spec: dict[str, Any]


_FIGURE = re.compile(
    r"""<div class="nv-figure" id="figure-([^"]*)" role="figure" aria-label="([^"]*)" [^']*data-figure='([^']*)'"""
)


def figures(app: AppTest) -> list[Drawn]:
    """The figures of the page, in its order."""
    places = [found for block in app.get("html") for found in _FIGURE.findall(block.proto.body)]
    return [Drawn(html.unescape(key), html.unescape(alt), json.loads(spec)) for key, alt, spec in places]
