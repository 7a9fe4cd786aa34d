"""One working area or municipality: its share of money, projects, deviations and effect, its projects, and its traffic."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.area.blocks import leads_to, places_of, share_bars, traffic_of
from dashboard.parts.area.tables import cited_places, effect_table, place_table, traffic_table
from dashboard.parts.area.words import headline, leads
from dashboard.parts.filters import filters
from dashboard.parts.opening import opened
from dashboard.parts.project.finder import project_list, project_table
from dashboard.parts.project.place import area_map
from pipelines.answers.area import key_of

here, agreement = opened("page.area.nav")
sentence = st.container()
chosen = filters(here, agreement, ("area", "municipality", "price"))
key = key_of(chosen.selection)
found, traffic = places_of(here, agreement, chosen), traffic_of(here, agreement, chosen)
with sentence:
    blocks.finding(headline(here, agreement, chosen, found, traffic))
if not found.whole.n_projects:
    traffic_table(here, agreement, chosen, traffic)
    cited_places(here, agreement, key)
    st.stop()

share_bars(here, agreement, chosen, found)
leads_to(here, agreement, chosen)
place_table(here, agreement, chosen, found)
if key:
    listed, colours = project_list(here, agreement, chosen)
    left, right = st.columns([1, 1.4], gap="large")
    with left:
        area_map(
            here, agreement, tuple(row["project_id"] for row in listed), 460, leads(here, agreement, chosen, found.kind, key)
        )
    with right:
        effect_table(here, agreement, chosen, found, key)
    project_table(here, agreement, chosen, listed, colours, here.say("area.list"))
else:
    effect_table(here, agreement, chosen, found, key)
traffic_table(here, agreement, chosen, traffic)
