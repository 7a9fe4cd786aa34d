"""What stands under a figure or a table: where it comes from, as it was known when, and how it is computed, one click away."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.header import as_known
from dashboard.parts.surroundings import Surroundings


def source_line(here: Surroundings, sentence: str) -> None:
    """The source of a figure with the day it was known on, so that a picture of the figure alone still says it."""
    blocks.small(f"{sentence} {as_known(here)}.")


def how(here: Surroundings, lines: Iterable[str]) -> None:
    """How a figure is computed, closed until somebody asks."""
    with st.expander(here.say("page.how")):
        blocks.bullets(lines)
