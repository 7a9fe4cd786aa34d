"""What every page begins with: the reader's surroundings, the top with its agreement, and a stop where nothing is published."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.parts.figures import kept
from dashboard.parts.header import page_header
from dashboard.parts.surroundings import Surroundings, surroundings
from domain.model import Agreement
from pipelines.answers.economy.bridges import first_reported


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
    """Whether any return was known on the reader's day: without one there is nothing to choose among."""
    ask = partial(first_reported, here.published, agreement, here.as_of)
    return kept(ask, "first_reported", *here.known(agreement)) is not None
