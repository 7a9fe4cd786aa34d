"""What every page begins with: the reader's surroundings, the top with its agreement, and a stop where nothing is published."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.parts.economy.words import published
from dashboard.parts.figures import kept
from dashboard.parts.header import page_header
from dashboard.parts.surroundings import Surroundings, surroundings
from domain.model import Agreement
from pipelines.answers.portfolio import projects


def opened(key: str, is_about_index: bool = False) -> tuple[Surroundings, Agreement]:
    """The surroundings, with a snapshot, and the chosen agreement, below the top of the page that `key` names.

    Before anything has been published there is a sentence, and the page ends here.
    """
    here = surroundings()
    agreement = page_header(here, key, is_about_index)
    if agreement is None or here.snapshot is None:
        st.stop()
    return here, agreement


def is_reported(here: Surroundings, agreement: Agreement) -> bool:
    """Whether any project had been reported on the reader's day: without one there is nothing to choose among."""
    return not kept(partial(projects, published(here), agreement, here.as_of), "projects", *here.known(agreement)).empty
