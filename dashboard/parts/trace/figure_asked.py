"""Which computed figure the address names, and its answer."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from dashboard.parts.figures import kept
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import SELECTED
from domain.model import Agreement
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.selection import Selection
from pipelines.answers.trace.computed.computed import Traced, trace_figure
from pipelines.answers.trace.computed.made import Wanted

_LONGEST = 200


def computed_asked_for(here: Surroundings, agreement: Agreement) -> Traced | None:
    """The computed figure that the address names; None where it names none, or one that there is not."""
    snapshot = here.snapshot
    if snapshot is None or "figure" not in st.query_params:
        return None
    named = {name: st.query_params[name][:_LONGEST] for name in st.query_params}
    page, _, name = named["figure"].partition(".")
    wanted = Wanted(
        page, name, named.get("grain", "agreement"), named.get("of"), _day(named.get("since")), named.get("since_price"),
        _share(named.get("rho")),
    )  # fmt: skip
    selection = Selection(**{field: named.get(key) for key, field in SELECTED.items()})
    in_price = price(agreement, here.as_of, named.get("price"))
    asked = Asked(snapshot, agreement, in_price, here.as_of, selection)
    key = (wanted, selection, in_price.choice if in_price else None)
    return kept(partial(trace_figure, asked, wanted), "traced figure", *key, *here.known(agreement))


def _day(written: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written or "")
    except ValueError:
        return None


def _share(written: str | None) -> float | None:
    """A number from 0 to 1; None for anything else."""
    try:
        found = float(written or "")
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None
