"""A figure on a page: fixed, without a toolbar, and with a text alternative that says what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import plotly.graph_objects as go
import streamlit as st

from dashboard.parts.escape import as_html, as_json_attribute

Made = TypeVar("Made")
# Decimal sign and thousands of what Plotly itself writes.
# What Plotly gives a figure that names no height, in pixels.
_USUAL_HEIGHT = 450
SEPARATORS = {"nb": ",\u00a0", "en": ".,"}


def show(figure: go.Figure, alternative: str, key: str) -> None:
    """The figure as wide as its place. `key` is its own on the page: a figure with the same key later changes in place."""
    drawn = as_json_attribute(figure.to_json())
    height = int(figure.layout.height or _USUAL_HEIGHT)
    st.html(
        f'<div class="nv-figure" id="figure-{as_html(key)}" role="figure" aria-label="{as_html(alternative)}" '
        f"style=\"height:{height}px\" data-figure='{drawn}'></div>"
    )


def kept(make: Callable[[], Made], *key: Any) -> Made:
    """What a key stands for, a figure or an answer, made once. It is shared by all readers and never changed after."""
    return cast("Made", _kept(make, *key))


@st.cache_resource(max_entries=512, show_spinner=False)
def _kept(_make: Callable[[], Any], *key: Any) -> Any:  # noqa: ARG001 - the key is what the cache looks at
    return _make()
