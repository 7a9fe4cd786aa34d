"""Economy: what the portfolio is expected to cost, who pays, what years have left, and what changed between two days."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.economy.blocks import (
    against_frames,
    by_year_and_source,
    left_by_year,
    money,
    nothing_reported,
)
from dashboard.parts.economy.bridge import bridge_view
from dashboard.parts.economy.carry_over import carried, carry_over_block, over_by_year
from dashboard.parts.economy.course import along_time, course_view
from dashboard.parts.economy.limits import limits_view
from dashboard.parts.economy.outside import outside_projects
from dashboard.parts.economy.tables import frame_table, group_table, year_table
from dashboard.parts.economy.words import headline
from dashboard.parts.filters import FILTERS, filters
from dashboard.parts.opening import is_reported, opened
from dashboard.parts.who_delivered import who_delivered

here, agreement = opened("page.economy.nav")
if not is_reported(here, agreement):
    nothing_reported(here, agreement)
    st.stop()
sentence = st.container()
chosen = filters(here, agreement, FILTERS)
found, over = money(here, agreement, chosen), against_frames(here, agreement, chosen)
with sentence:
    blocks.finding(headline(here, agreement, chosen, found, over))
    who_delivered(here, agreement, chosen.selection)
if not found.n_projects:
    st.stop()

left, right = st.columns([1.5, 1], gap="large")
with left:
    by_year_and_source(here, agreement, chosen, found)
    left_by_year(here, agreement, chosen, found)
with right:
    along_time(here, agreement, chosen)

views = ("source", "area", "party", "year", "course", "frames", "bridge", "limits", "outside")
view = choice(
    "economy", here.say("economy.view.label"), views, views[0], lambda name: here.say(f"economy.view.{name}"), "buttons"
)
if view in ("source", "area", "party"):
    group_table(here, agreement, chosen, found, view)
if view == "year":
    carry = carried(here, agreement, chosen)
    year_table(here, agreement, chosen, found, over_by_year(here, agreement, chosen, carry))
    carry_over_block(here, agreement, chosen, carry)
if view == "course":
    course_view(here, agreement, chosen)
if view == "frames":
    frame_table(here, agreement, chosen, over)
if view == "bridge":
    bridge_view(here, agreement, chosen)
if view == "limits":
    limits_view(here, agreement, chosen)
if view == "outside":
    outside_projects(here, agreement, chosen.price)
