"""Choices that live in the address: a link shows what its sender saw. Ids stand there, never words, in every language.

Streamlit clears the address when the reader goes to another page, so a choice is remembered for the session and put back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from typing import Literal

import streamlit as st

# Where a session keeps the name of the page that is being made.
_PAGE = "page open"


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
    names = {option: named(option) for option in options}

    def name(option: str) -> str:
        # Streamlit also asks for what could be chosen before.
        return names[option] if option in names else named(option)

    _tell(key, found if found in options else default, tuple(names.items()))
    if kind == "buttons":
        st.segmented_control(label, options, format_func=name, key=key, on_change=_to_address, args=(key,), required=True)
    elif kind == "slider":
        st.select_slider(label, options, format_func=name, key=key, on_change=_to_address, args=(key,))
    else:
        st.selectbox(label, options, format_func=name, key=key, on_change=_to_address, args=(key,), filter_mode=None)
    chosen = str(st.session_state[key])
    if chosen != default:
        _remember(key, chosen)
    return chosen


def day(key: str, label: str, earliest: dt.date, latest: dt.date, chosen: dt.date, default: dt.date | None = None) -> None:
    """A date in the address; the default, which is the latest one unless another is named, needs no place there."""
    usual = default or latest
    _tell(key, min(max(chosen, earliest), latest), (earliest, latest))
    st.date_input(
        label, key=key, min_value=earliest, max_value=latest, format="DD.MM.YYYY", on_change=_day_to_address, args=(key, usual)
    )
    if chosen != usual:
        _remember(key, chosen.isoformat())


def on_page(name: str) -> None:
    """Which page is being made, said before any of its choices."""
    st.session_state[_PAGE] = name


def _tell(key: str, chosen: Hashable, among: Hashable) -> None:
    """The widget that comes next has this choice, whatever page it stood on before and whatever could be chosen there.

    What a widget was not told, Streamlit forgets with its page, or when its words change. One that is told what it has is drawn
    anew at every run, and once more after everything else: a fifth of the time of a change in a filter.
    """
    drawn = (st.session_state.get(_PAGE), hash(among))
    if st.session_state.get(key) != chosen or st.session_state.get(_drawn(key)) != drawn:
        st.session_state[key] = chosen
        st.session_state[_drawn(key)] = drawn


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


def _drawn(key: str) -> str:
    return f"drawn {key}"
