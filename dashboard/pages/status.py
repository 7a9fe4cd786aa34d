"""Status: the agreement on one screen for the steering group, each block with the way to its page."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.header import page_header
from dashboard.parts.status.blocks import all_blocks, state
from dashboard.parts.status.grid import grid
from dashboard.parts.status.since import opening
from dashboard.parts.surroundings import surroundings
from dashboard.theme import status_style

here = surroundings()
blocks.style_sheet(status_style(here.palette))
agreement = page_header(here, "page.status.nav")
if agreement is None or here.snapshot is None:
    st.stop()
found = state(here, agreement, here.snapshot)
opening(here, agreement, here.snapshot, found)
grid(all_blocks(here, agreement, found))
