"""The zero-growth goal: are we reaching it, with what uncertainty, what moved it, and where does each figure come from?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.figures import kept
from dashboard.parts.goal.figure import figure, windows
from dashboard.parts.goal.movement import every_point, what_moved
from dashboard.parts.goal.notes import method, sources, unknowns
from dashboard.parts.goal.outlook import what_if
from dashboard.parts.goal.own import own_calculation_beside
from dashboard.parts.goal.releases import published_when
from dashboard.parts.goal.tables import groups_of_points, rolling_table, yearly_table
from dashboard.parts.goal.words import headline, official, ours
from dashboard.parts.header import page_header
from dashboard.parts.maps.blocks import municipality_map, point_map
from dashboard.parts.surroundings import surroundings
from dashboard.theme import SYMBOLS, answer_colour
from pipelines.answers.goal.goal import goal

here = surroundings()
agreement = page_header(here, "page.goal.nav", is_about_index=True)
if agreement is None or here.snapshot is None:
    st.stop()
found = kept(partial(goal, here.snapshot, agreement, here.as_of), "goal", *here.known(agreement))
judged = found.judged

blocks.finding(headline(here, agreement, found))
if judged is None:
    unknowns(here, agreement)
    st.stop()

left, right = st.columns([2.7, 1], gap="large")
with left:
    options = [str(window) for window in sorted(found.latest, reverse=True)]
    chosen = int(
        choice("window", here.say("page.window"), options, options[0], lambda window: here.say(f"window.{window}"), "buttons")
    )
    figure(here, agreement, found, chosen)
    method(here, agreement, found)
with right:
    symbol, colour = SYMBOLS[found.answer], answer_colour(found.answer, here.palette)
    blocks.said(here.say("page.goal.ours_label"), ours(here, agreement, found, judged), symbol, colour)
    blocks.said(here.say("page.goal.official_label"), official(here, agreement, found, judged))
    windows(here, agreement, found, chosen)
    if agreement.index.method_change:
        blocks.said(here.say("page.goal.method_label"), agreement.index.method_change.in_language(here.language))

views = ("table", "movement", "points", "map", "outlook", "releases")
view = choice("view", here.say("page.view.label"), views, views[0], lambda name: here.say(f"page.view.{name}"), "buttons")
if view == "table":
    rolling_table(here, agreement, found, chosen)
    yearly_table(here, agreement, found, chosen)
    groups_of_points(here, agreement, found, chosen)
    own_calculation_beside(here, agreement, chosen)
if view == "movement":
    what_moved(here, agreement, found, chosen)
if view == "points":
    every_point(here, agreement, found, chosen)
if view == "map":
    municipality_map(here, agreement, found, chosen)
    point_map(here, agreement, found, chosen)
if view == "outlook":
    what_if(here, agreement, found)
if view == "releases":
    published_when(here, agreement, found, chosen)
unknowns(here, agreement)
sources(here, agreement, found)
