"""Data quality: what has come from whom, when and with which warnings, how much has figures, and what the edition holds."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.choices import choice
from dashboard.parts.header import page_header
from dashboard.parts.quality.blocks import (
    age,
    choose,
    covered,
    delivered,
    delivery_grid,
    findings,
    nothing_yet,
    opening,
    published,
    returns,
)
from dashboard.parts.surroundings import surroundings

here = surroundings()
agreement = page_header(here, "page.quality.nav")
if agreement is None or here.snapshot is None:
    st.stop()
rows = delivered(here, agreement)
if rows.empty:
    opening(here, agreement, rows, None)
    nothing_yet(here, agreement)
    published(here, agreement)
    st.stop()
sentence = st.container()
asked = choose(here, agreement, rows)
with sentence:
    opening(here, agreement, rows, asked.period)
delivery_grid(here, agreement, rows, asked)
views = ("returns", "coverage", "age", "findings", "editions")
view = choice(
    "quality", here.say("page.quality.view.label"), views, views[0], lambda name: here.say(f"page.quality.view.{name}"), "buttons"
)
if view == "returns":
    returns(here, agreement, asked)
if view == "coverage":
    covered(here, agreement, asked)
if view == "age":
    age(here, agreement, asked)
if view == "findings":
    findings(here, agreement, asked)
if view == "editions":
    published(here, agreement)
