"""A figure on a page: fixed, without a toolbar, and with a text alternative that says what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import plotly.graph_objects as go
import streamlit as st

Made = TypeVar("Made")
# Decimal sign and thousands of what Plotly itself writes.
SEPARATORS = {"nb": ",\u00a0", "en": ".,"}


def show(figure: go.Figure, alternative: str, key: str) -> None:
    """The figure as wide as its place."""
    config = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
    st.plotly_chart(figure, theme=None, key=key, config=config, alt=alternative)


def kept(make: Callable[[], Made], *key: Any) -> Made:
    """What a key stands for, a figure or an answer, made once. It is shared by all readers and never changed after."""
    return cast("Made", _kept(make, *key))


@st.cache_resource(max_entries=512, show_spinner=False)
def _kept(_make: Callable[[], Any], *key: Any) -> Any:  # noqa: ARG001 - the key is what the cache looks at
    return _make()
