"""Reports in other forms: a mapping is made by pointing, and shows at once what is read by it."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.header import page_header
from dashboard.parts.mapping.blocks import choose_party, known, lay_out, opening, upload_step
from dashboard.parts.mapping.columns import point, point_at_projects
from dashboard.parts.mapping.read import findings, read_and_show
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.mapping.nav")
if agreement is None:
    st.stop()
sentence = st.container()
choose_party(here, agreement)
dropped = upload_step(here)
if dropped is None:
    with sentence:
        opening(here, agreement)
else:
    pointing = lay_out(here, agreement, dropped)
    left, right = st.columns([1, 1], gap="large")
    with left:
        point(pointing)
        point_at_projects(pointing)
    if pointing.made.pointed():
        with right:
            found = read_and_show(pointing, sentence)
        findings(pointing, found)
    else:
        with sentence:
            opening(here, agreement)
known(here, agreement)
