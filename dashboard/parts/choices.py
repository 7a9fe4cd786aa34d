"""Choices that live in the address: a link shows what its sender saw. Ids stand there, never words, in every language.

Streamlit clears the address when the reader goes to another page, so a choice is remembered for the session and put back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st


def asked(key: str) -> str | None:
    """What the address asks for, else what was chosen before in this session."""
    return st.query_params.get(key, st.session_state.get(_memory(key)))


def choice(
    key: str,
    label: str,
    options: Sequence[str],
    default: str,
    named: Callable[[str], str],
    kind: Literal["list", "buttons", "slider"] = "list",
) -> str:
    """The chosen option. An address that asks for something unknown gets the default."""
    found = st.session_state.get(key)
    if found not in options:
        found = asked(key)
    # Said at each run: what a widget was not told, Streamlit forgets with its page.
    st.session_state[key] = found if found in options else default
    if kind == "buttons":
        st.segmented_control(label, options, format_func=named, key=key, on_change=_to_address, args=(key,), required=True)
    elif kind == "slider":
        st.select_slider(label, options, format_func=named, key=key, on_change=_to_address, args=(key,))
    else:
        st.selectbox(label, options, format_func=named, key=key, on_change=_to_address, args=(key,), filter_mode=None)
    chosen = str(st.session_state[key])
    if chosen != default:
        _remember(key, chosen)
    return chosen


def day(key: str, label: str, earliest: dt.date, latest: dt.date, chosen: dt.date, default: dt.date | None = None) -> None:
    """A date in the address; the default, which is the latest one unless another is named, needs no place there."""
    usual = default or latest
    st.session_state[key] = min(max(chosen, earliest), latest)
    st.date_input(
        label, key=key, min_value=earliest, max_value=latest, format="DD.MM.YYYY", on_change=_day_to_address, args=(key, usual)
    )
    if chosen != usual:
        _remember(key, chosen.isoformat())


def _remember(key: str, chosen: str) -> None:
    st.session_state[_memory(key)] = chosen
    if st.query_params.get(key) != chosen:
        st.query_params[key] = chosen


def _day_to_address(key: str, usual: dt.date) -> None:
    chosen = st.session_state[key]
    if chosen is None or chosen == usual:
        st.query_params.pop(key, None)
        st.session_state.pop(_memory(key), None)
    else:
        _remember(key, chosen.isoformat())


def _to_address(key: str) -> None:
    _remember(key, st.session_state[key])


def _memory(key: str) -> str:
    return f"chosen {key}"
