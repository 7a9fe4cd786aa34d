"""From any figure on any page to the submission, the file, the sheet, the cell, the persons and the time, and its history."""

from __future__ import annotations

import streamlit as st

from dashboard.parts.header import page_header
from dashboard.parts.surroundings import surroundings
from dashboard.parts.trace.blocks import published, reported
from dashboard.parts.trace.figure_asked import computed_asked_for
from dashboard.parts.trace.figure_blocks import computed_figure
from dashboard.parts.trace.finder import asked_for, finder
from pipelines.answers.trace.computed.computed import Traced as Computed
from pipelines.answers.trace.reported import Traced

here = surroundings()
agreement = page_header(here, "page.trace.nav")
if agreement is None or here.snapshot is None:
    st.stop()
found = computed_asked_for(here, agreement) or asked_for(here, agreement)
if found is None:
    finder(here, agreement)
elif isinstance(found, Computed):
    computed_figure(here, agreement, found)
elif isinstance(found, Traced):
    reported(here, agreement, found)
else:
    published(here, agreement, found)
