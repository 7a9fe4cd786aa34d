"""One project on one page: goal contribution, cost, dates, colours with reasons, funding, risks, deviations, dependencies."""

from __future__ import annotations

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.filters import FILTERS, filters
from dashboard.parts.opening import is_reported, opened
from dashboard.parts.project.blocks import colour_strip, cost_figure, date_figure, history_of, profile, sheets_of
from dashboard.parts.project.finder import chosen_project, finder, finder_sentence
from dashboard.parts.project.more import (
    contribution_table,
    deviation_tables,
    neighbour_table,
    reserve_table,
    risk_table,
)
from dashboard.parts.project.place import project_place
from dashboard.parts.project.tables import colour_table, funding_table, milestone_table, reason_table, report_table
from dashboard.parts.project.words import headline

here, agreement = opened("page.project.nav")
sentence = st.container()
wide, narrow = st.columns([3, 1])
with wide:
    project_id = chosen_project(here, agreement)
with narrow if project_id else st.container():
    wanted = ("price",) if project_id else FILTERS
    chosen = filters(here, agreement, wanted if is_reported(here, agreement) else ())
if project_id is None:
    with sentence:
        blocks.finding(finder_sentence(here, agreement, chosen))
    finder(here, agreement, chosen)
    st.stop()

history = history_of(here, agreement, chosen, project_id)
sheets = sheets_of(here, agreement, chosen, project_id)
newest = history.reports[-1]
with sentence:
    blocks.finding(headline(here, agreement, chosen, history, newest))
    profile(here, agreement, history, newest)
left, right = st.columns(2, gap="large")
with left:
    cost_figure(here, agreement, chosen, history)
with right:
    date_figure(here, agreement, chosen, history, newest)
colour_strip(here, agreement, history)
left, right = st.columns([2, 1], gap="large")
with left:
    contribution_table(here, agreement, sheets)
    reserve_table(here, agreement, chosen, sheets)
    neighbour_table(here, agreement, project_id)
with right:
    project_place(here, agreement, project_id, 340)
report_table(here, agreement, chosen, history)
colour_table(here, agreement, history)
reason_table(here, agreement, history)
deviation_tables(here, agreement, history)
milestone_table(here, agreement, project_id, sheets)
risk_table(here, agreement, chosen, project_id, sheets)
funding_table(here, agreement, chosen, project_id, sheets)
