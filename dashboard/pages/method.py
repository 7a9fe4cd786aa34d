"""How the figures are made: the four answers, the method versions, every indicator, the portfolio, and the field's words."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.header import page_header
from dashboard.parts.method.blocks import answers, glossary, indicator_list, opening, versions
from dashboard.parts.method.portfolio import portfolio_methods
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.method.nav")
if agreement is None:
    st.stop()
opening(here, agreement)
answers(here)
versions(here, agreement)
indicator_list(here, agreement)
portfolio_methods(here)
glossary(here)
