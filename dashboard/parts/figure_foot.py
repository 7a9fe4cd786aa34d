"""What stands under a figure or a table: where it comes from, as it was known when, and how it is computed, one click away."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Said, joined, said_html
from dashboard.parts.escape import as_html
from dashboard.parts.header import as_known
from dashboard.parts.surroundings import Surroundings

# So many numbers below a figure still are one calm line.
_MOST_OPEN = 8
# So many signs never stand in two lines.
_SHORT = 30


def source_line(here: Surroundings, sentence: str) -> None:
    """The source of a figure with the day it was known on, so that a picture of the figure alone still says it."""
    blocks.small(joined([sentence, f"{as_known(here)}."]))


def follow(here: Surroundings, numbers: Iterable[Said], is_closed: bool = False) -> None:
    """The numbers that are written in a figure, each leading to its trace: a line below it, closed where they are many."""
    listed = [it for it in numbers if str(it)]
    if not listed:
        return
    said = " · ".join(map(_entry, listed))
    if len(listed) <= _MOST_OPEN and not is_closed:
        st.html(f'<p class="nv-small nv-follow">{as_html(here.say("trace_counts.follow"))}: {said}</p>')
        return
    label = as_html(here.say("trace_counts.follow_many"))
    st.html(f'<details class="nv-small nv-follow"><summary>{label}</summary>{said}</details>')


def _entry(number: Said) -> str:
    """HTML, escaped: a short one stays on its line."""
    kind = ' class="nv-one"' if len(str(number)) <= _SHORT else ""
    return f"<span{kind}>{said_html(number)}</span>"


def how(here: Surroundings, lines: Iterable[str]) -> None:
    """How a figure is computed, closed until somebody asks."""
    with st.expander(here.say("page.how")):
        blocks.bullets(lines)
