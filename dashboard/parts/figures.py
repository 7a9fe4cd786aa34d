"""A figure on a page: fixed, without a toolbar, and with a text alternative that says what it shows."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

import plotly.graph_objects as go
import streamlit as st

from dashboard.parts.escape import as_html, as_json_attribute

Made = TypeVar("Made")
# Decimal sign and thousands of what Plotly itself writes.
SEPARATORS = {"nb": ",\u00a0", "en": ".,"}

# What Plotly gives a figure that names no height, in pixels.
_USUAL_HEIGHT = 450
# The last that were asked for.
_MOST_KEPT = 512
_KEPT: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_MAKING: dict[tuple[Any, ...], Lock] = {}
_LOCK = Lock()
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
    """What a key stands for, a figure or an answer, made once. It is shared by all readers and never changed after.

    A key is of what can be hashed. Streamlit's own cache writes every part of every key as bytes, at every look: a tenth of the
    time of a page.
    """
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return cast("Made", _KEPT[key])
        making = _MAKING.setdefault(key, Lock())
    # Who comes while somebody makes it waits.
    with making:
        if key in _KEPT:
            return cast("Made", _KEPT[key])
        try:
            _KEPT[key] = made = make()
        finally:
            _MAKING.pop(key, None)
    with _LOCK:
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return made


def forget_kept() -> None:
    """Nothing is kept any more: the next page makes all of it."""
    with _LOCK:
        _KEPT.clear()
