"""A figure on a page: fixed, without a toolbar, and with a text alternative that says what it shows."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar, cast

import plotly.graph_objects as go
import streamlit as st

from dashboard.parts.escape import as_html, as_json_attribute

Made = TypeVar("Made")
# Decimal sign and thousands of what Plotly itself writes.
SEPARATORS = {"nb": ",\u00a0", "en": ".,"}

# What Plotly gives a figure that names no height, in pixels.
_USUAL_HEIGHT = 450
# By the identity of a figure; a figure has no hash.
_WRITTEN: dict[int, tuple[weakref.ref[go.Figure], str]] = {}


def show(figure: go.Figure, alternative: str, key: str) -> None:
    """The figure as wide as its place. `key` is its own on the page: a figure with the same key later changes in place."""
    drawn = _written(figure)
    height = int(figure.layout.height or _USUAL_HEIGHT)
    st.html(
        f'<div class="nv-figure" id="figure-{as_html(key)}" role="figure" aria-label="{as_html(alternative)}" '
        f"style=\"height:{height}px\" data-figure='{drawn}'></div>"
    )


def _written(figure: go.Figure) -> str:
    """The figure as JSON, made once as long as there is the figure: one that is kept is never changed after."""
    name = id(figure)
    of, written = _WRITTEN.get(name, (None, ""))
    if of is None or of() is not figure:
        written = as_json_attribute(figure.to_json())
        _WRITTEN[name] = weakref.ref(figure, lambda _: _WRITTEN.pop(name, None)), written
    return written


def kept(make: Callable[[], Made], *key: Any) -> Made:
    """What a key stands for, a figure or an answer, made once. It is shared by all readers and never changed after."""
    return cast("Made", _kept(make, *key))


@st.cache_resource(max_entries=512, show_spinner=False)
def _kept(_make: Callable[[], Any], *key: Any) -> Any:  # noqa: ARG001 - the key is what the cache looks at
    return _make()
