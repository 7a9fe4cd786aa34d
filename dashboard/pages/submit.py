"""Handing in a quarterly return: the pre-filled template, every finding by sheet and cell, what changes, and the receipt."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.header import page_header
from dashboard.parts.returns.choosing import choose, template_step
from dashboard.parts.returns.deliveries import opening, who_has_delivered
from dashboard.parts.returns.submit import answer_to_upload, upload_step
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.submit.nav")
if agreement is None or here.snapshot is None:
    st.stop()
opening(here, agreement)
asked = choose(here, agreement)
left, right = st.columns([1, 1], gap="large")
with left:
    template_step(here, agreement, asked)
with right:
    dropped = upload_step(here)
answer_to_upload(here, agreement, asked, dropped)
who_has_delivered(here, agreement, asked)
