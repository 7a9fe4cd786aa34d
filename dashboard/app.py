"""The list of pages, the language and the style. No content."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.ahead import imports_done

# Before anything else is imported: the server imports the same in a thread of its own.
imports_done()

from dashboard.parts.blocks import style_sheet  # noqa: E402
from dashboard.parts.choices import on_page  # noqa: E402
from dashboard.parts.surroundings import surroundings  # noqa: E402
from dashboard.theme import style  # noqa: E402
from pipelines.memory import spare_what_stays  # noqa: E402

_PAGES = Path(__file__).parent / "pages"

st.set_page_config(page_title="Nullvekst", layout="wide", initial_sidebar_state="collapsed")
here = surroundings()
style_sheet(style(here.palette))
# Each page by its file, in the sections of the menu. The first page is the one that opens.
_SECTIONS = {
    "now": ("status", "goal", "indicators"),
    "portfolio": ("progress", "economy", "uncertainty", "deviations", "project", "area"),
    "reporting": ("submit", "approve", "quality", "trace", "mapping"),
    "about": ("method",),
}
_START = next(iter(_SECTIONS.values()))[0]


def _page(name: str) -> StreamlitPage:
    path = _PAGES / f"{name}.py"
    return st.Page(path, title=here.say(f"page.{name}.nav"), url_path=name, default=name == _START)


pages = {here.say(f"menu.{section}"): [_page(name) for name in names] for section, names in _SECTIONS.items()}
page = st.navigation(pages, position="top")
on_page(page.url_path)
page.run()
# After the first page everything that pages need has been imported.
spare_what_stays()
