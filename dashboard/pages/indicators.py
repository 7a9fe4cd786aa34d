"""The other indicators: travel, boardings, air and climate, each with its area, its source and which way is better."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.header import page_header
from dashboard.parts.indicators.blocks import other_indicators
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.indicators.nav")
if agreement is None:
    st.stop()
other_indicators(here, agreement)
