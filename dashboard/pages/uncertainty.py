"""Uncertainty: the chance to stay within frames, what each project may cost, who makes the spread, which risks are open."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.filters import FILTERS, filters
from dashboard.parts.opening import is_reported, opened
from dashboard.parts.uncertainty.blocks import (
    curve_of_portfolio,
    drawn_at,
    forecasts_and_frames,
    nothing_reported,
    rho_asked,
    uncertain,
)
from dashboard.parts.uncertainty.reserve import hit_rate_said, reserve_view
from dashboard.parts.uncertainty.risks import matrix_view, unanswered_view
from dashboard.parts.uncertainty.tables import chance_table, project_table, spread_view
from dashboard.parts.uncertainty.words import headline

here, agreement = opened("page.uncertainty.nav")
sentence = st.container()
chosen = filters(here, agreement, FILTERS if is_reported(here, agreement) else ())
found = uncertain(here, agreement, chosen)
at, band = drawn_at(here, agreement, chosen, found, rho_asked())
with sentence:
    blocks.finding(headline(here, agreement, chosen, found, at))
if not found.projects:
    if chosen.selection.is_everything:
        nothing_reported(here, agreement)
    st.stop()

left, right = st.columns([1.5, 1], gap="large")
with left:
    forecasts_and_frames(here, agreement, chosen, found)
with right:
    if at:
        curve_of_portfolio(here, agreement, chosen, found, at, band)
    hit_rate_said(here, agreement, chosen, found)

views = ("projects", *(("chances", "spread") if at else ()), "reserve", "matrix", "unanswered")
view = choice(
    "uncertainty", here.say("economy.view.label"), views, views[0], lambda name: here.say(f"uncertainty.view.{name}"), "buttons"
)
if view == "projects":
    project_table(here, agreement, chosen, found)
if view == "chances" and at:
    chance_table(here, agreement, chosen, at)
if view == "spread" and at:
    spread_view(here, agreement, chosen, found, at)
if view == "reserve":
    reserve_view(here, agreement, chosen)
if view == "matrix":
    matrix_view(here, agreement, chosen)
if view == "unanswered":
    unanswered_view(here, agreement, chosen)
