"""Pages as Streamlit runs them, over a data folder, and the text that they write."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

DASHBOARD = Path(__file__).parents[1] / "dashboard"


def run_page(script: str, monkeypatch: pytest.MonkeyPatch, data_dir: Path, **address: str) -> AppTest:
    """A script of the dashboard, run with an address; it must not fail."""
    monkeypatch.setenv("DATA_DIR", str(data_dir))
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
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u2011", "-")
