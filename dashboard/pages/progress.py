"""Progress: projects by phase, what moved since the last report, openings to come, milestones, pace against plan."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.filters import filters
from dashboard.parts.opening import is_reported, opened
from dashboard.parts.progress.blocks import (
    all_moved,
    arrows,
    has_arrows,
    nothing_reported,
    phase_block,
    phases,
    share_block,
    to_open,
)
from dashboard.parts.progress.earned import earned_view
from dashboard.parts.progress.lists import baseline_view, phase_view
from dashboard.parts.progress.tables import moved_view, opening_view
from dashboard.parts.progress.trend import trend_view
from dashboard.parts.progress.words import headline
from dashboard.parts.who_delivered import who_delivered

here, agreement = opened("page.progress.nav")
if not is_reported(here, agreement):
    nothing_reported(here, agreement)
    st.stop()
sentence = st.container()
chosen = filters(here, agreement, ("area", "party", "focus", "phase", "municipality"))
counted, to_come = phases(here, agreement, chosen), to_open(here, agreement, chosen)
moves = all_moved(here, agreement, chosen)
with sentence:
    blocks.finding(headline(here, agreement, chosen, counted.n_projects, to_come))
    who_delivered(here, agreement, chosen.selection)
if not counted.n_projects:
    st.stop()

wide, narrow = (2.2, 1) if has_arrows(moves) else (1, 1)
left, right = st.columns([wide, narrow], gap="large")
with left:
    arrows(here, agreement, chosen, moves)
    if not has_arrows(moves):
        share_block(here, agreement, chosen)
with right:
    phase_block(here, agreement, chosen, counted)
    if has_arrows(moves):
        share_block(here, agreement, chosen)

views = ("openings", "moved", "phases", "trend", "earned", "baselines")
view = choice(
    "progress", here.say("progress.view.label"), views, views[0], lambda name: here.say(f"progress.view.{name}"), "buttons"
)
if view == "openings":
    opening_view(here, agreement, chosen, to_come)
if view == "moved":
    moved_view(here, agreement, chosen, moves)
if view == "phases":
    phase_view(here, agreement, chosen, counted)
if view == "trend":
    trend_view(here, agreement, chosen, moves)
if view == "earned":
    earned_view(here, agreement, chosen)
if view == "baselines":
    baseline_view(here, agreement, chosen)
