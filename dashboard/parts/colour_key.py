"""What the colours of a figure stand for, in words above it: a line that a phone can break."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.parts.escape import as_html


def colour_key(entries: Iterable[tuple[str, str, str]]) -> None:
    """One entry for each colour: words, symbol, colour, in the order of the figure."""
    said = "".join(
        f'<span style="white-space:nowrap"><span style="color:{as_html(colour)}" aria-hidden="true">{as_html(symbol)}</span> '
        f"{as_html(words)}</span>"
        for words, symbol, colour in entries
    )
    st.html(f'<p class="nv-small" style="display:flex;flex-wrap:wrap;gap:0.1rem 1rem;max-width:none">{said}</p>')
