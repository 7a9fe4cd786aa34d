"""Economy: what the portfolio is expected to cost, who pays, what years have left, and what changed between two days."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.economy.blocks import (
    against_frames,
    along_time,
    by_year_and_source,
    is_reported,
    left_by_year,
    money,
    nothing_reported,
)
from dashboard.parts.economy.bridge import bridge_view
from dashboard.parts.economy.limits import limits_view, outside_projects
from dashboard.parts.economy.tables import frame_table, group_table, year_table
from dashboard.parts.economy.words import headline
from dashboard.parts.filters import USUAL, filters
from dashboard.parts.header import page_header
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.economy.nav")
if agreement is None or here.snapshot is None:
    st.stop()
if not is_reported(here, agreement):
    nothing_reported(here, agreement)
    st.stop()
sentence = st.container()
chosen = filters(here, agreement, USUAL)
found, over = money(here, agreement, chosen), against_frames(here, agreement, chosen)
with sentence:
    blocks.finding(headline(here, chosen, found, over))
if not found.n_projects:
    st.stop()

left, right = st.columns([2.2, 1], gap="large")
with left:
    by_year_and_source(here, agreement, chosen, found)
with right:
    left_by_year(here, agreement, chosen, found)
    along_time(here, agreement, chosen)

views = ("source", "area", "party", "year", "frames", "bridge", "limits", "outside")
view = choice(
    "economy", here.say("economy.view.label"), views, views[0], lambda name: here.say(f"economy.view.{name}"), "buttons"
)
if view in ("source", "area", "party"):
    group_table(here, agreement, chosen, found, view)
if view == "year":
    year_table(here, agreement, chosen, found)
if view == "frames":
    frame_table(here, agreement, chosen, over)
if view == "bridge":
    bridge_view(here, agreement, chosen)
if view == "limits":
    limits_view(here, agreement, chosen)
if view == "outside":
    outside_projects(here, agreement)
