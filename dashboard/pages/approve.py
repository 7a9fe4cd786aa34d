"""Approving returns: what waits, what was found in it and what it changes, the decision, and what was done before."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.header import page_header
from dashboard.parts.returns.approve import choose, content, decide, history, opening, outcome, queue_of, queue_table, who
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.approve.nav")
if agreement is None or here.snapshot is None:
    st.stop()
queue = queue_of(here, agreement)
opening(here, queue)
outcome(here, agreement)
if queue:
    left, right = st.columns([1, 1], gap="large")
    with left:
        person = who(here, agreement)
    with right:
        chosen = choose(here, agreement, queue)
    queue_table(here, agreement, queue, chosen)
    content(here, agreement, chosen)
    decide(here, agreement, person, chosen)
history(here, agreement)
