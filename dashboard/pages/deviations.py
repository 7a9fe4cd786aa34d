"""Deviations: the working list of the council, with what each deviation rests on, what changed, and who treats it."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.choices import choice
from dashboard.parts.deviations.blocks import areas, has_reports, opening, rules
from dashboard.parts.deviations.choice import choose, chosen_deviation, listed
from dashboard.parts.deviations.detail import detail
from dashboard.parts.deviations.map import deviation_map
from dashboard.parts.deviations.tables import bodies_and_ages, changes, early_warnings, working_list
from dashboard.parts.opening import opened

here, agreement = opened("page.deviations.nav")
if not has_reports(here, agreement):
    st.stop()
sentence = st.container()
narrowed = choose(here, agreement)
found = listed(here, agreement, narrowed)
with sentence:
    opening(here, agreement, found, narrowed)
if asked_for := chosen_deviation():
    detail(here, agreement, asked_for)
if found.projects.empty:
    st.stop()
areas(here, agreement, found, narrowed)
views = ("list", "changes", "bodies", "early", "map", "rules")
view = choice(
    "deviations", here.say("deviations.view.label"), views, views[0], lambda it: here.say(f"deviations.view.{it}"), "buttons"
)
if view == "list":
    working_list(here, agreement, found, narrowed)
if view == "changes":
    changes(here, agreement, found, narrowed)
if view == "bodies":
    bodies_and_ages(here, agreement, found, narrowed)
if view == "early":
    early_warnings(here, agreement, found, narrowed)
if view == "map":
    deviation_map(here, agreement, found, narrowed)
if view == "rules":
    rules(here, agreement)
