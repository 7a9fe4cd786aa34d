"""The list of pages, the language and the style. No content."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.parts.blocks import style_sheet
from dashboard.parts.surroundings import surroundings
from dashboard.theme import style

_PAGES = Path(__file__).parent / "pages"

st.set_page_config(page_title="Nullvekst", layout="wide", initial_sidebar_state="collapsed")
here = surroundings()
style_sheet(style(here.palette))
st.navigation(
    [
        st.Page(_PAGES / "goal.py", title=here.say("page.goal.nav"), url_path="goal", default=True),
        st.Page(_PAGES / "indicators.py", title=here.say("page.indicators.nav"), url_path="indicators"),
        st.Page(_PAGES / "submit.py", title=here.say("page.submit.nav"), url_path="submit"),
        st.Page(_PAGES / "approve.py", title=here.say("page.approve.nav"), url_path="approve"),
        st.Page(_PAGES / "mapping.py", title=here.say("page.mapping.nav"), url_path="mapping"),
        st.Page(_PAGES / "method.py", title=here.say("page.method.nav"), url_path="method"),
    ],
    position="top",
).run()
