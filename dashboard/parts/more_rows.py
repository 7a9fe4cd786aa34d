"""Long tables: their first rows, and all of them where the reader asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from dashboard.parts.surroundings import Surroundings

_AT_FIRST = 25
Row = TypeVar("Row")


def first_rows(
    here: Surroundings, listed: Sequence[Row], key: str, at_first: int = _AT_FIRST, words: str = "page.more_rows"
) -> Sequence[Row]:
    """The rows to show: all where they are few or asked for, else the first, with the choice to see all above them.

    `key` names the choice on its page. What is not shown is not made: a browser takes a millisecond for each row at every change.
    """
    n = len(listed)
    # A place of its own also where it is empty: what follows keeps its number on the page, and is changed and not made anew.
    place = st.empty()
    is_whole = n <= at_first or place.toggle(here.say(words, n=n), key=key)
    return listed if is_whole else listed[:at_first]
