"""The day of the last meeting, which changes are counted from: chosen by the reader, else a deadline."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import asked, day
from dashboard.parts.figures import kept
from dashboard.parts.status.words import headline
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from pipelines.answers.economy.bridges import last_deadline
from pipelines.answers.goal.releases import first_known
from pipelines.answers.status import Status
from pipelines.history.snapshot import Snapshot


def since_asked(here: Surroundings) -> dt.date | None:
    """The day that the address asks to compare with; None where it asks for none, for nonsense or for no earlier day."""
    try:
        found = dt.date.fromisoformat(asked("since") or "")
    except ValueError:
        return None
    return found if found < here.as_of else None


def opening(here: Surroundings, agreement: Agreement, snapshot: Snapshot, found: Status) -> None:
    """The state in one sentence, and beside it the day of the last meeting where there is anything to compare."""
    usual = kept(partial(last_deadline, snapshot, agreement, here.as_of), "round before", *here.known(agreement))
    if found.changes is None or usual is None:
        blocks.finding(headline(here, agreement, found))
        return
    sentence, field = st.columns([6, 1], vertical_alignment="center")
    with sentence:
        blocks.finding(headline(here, agreement, found))
    since = found.changes.since
    first = kept(partial(first_known, snapshot, agreement), "first", *here.known(agreement)) or since
    with field:
        day("since", here.say("status.changes.field"), min(first, since), here.as_of - dt.timedelta(days=1), since, usual)
