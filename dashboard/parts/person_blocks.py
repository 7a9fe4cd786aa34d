"""Who acts: one of the agreement's people, chosen by the reader on the machine itself; and why an act was not done, in words."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable

import streamlit as st

from dashboard.acting import address_of, cookie_name, cookie_of
from dashboard.parts import blocks
from dashboard.parts.escape import as_html
from dashboard.parts.surroundings import Surroundings
from domain.faults import LoadError
from domain.model import Agreement, Person
from domain.numbers import date_text
from pipelines.acting import NotAllowed, people_of
from pipelines.handing_in import StillQueued
from pipelines.returns import CannotDecide, CheckFailed, LedgerBusy, LedgerLoss, ReaderCrashed
from pipelines.settings import settings

# What an act of a reader may be answered with instead of being done. Each is told as a sentence.
FAILURES = (NotAllowed, CannotDecide, LedgerBusy, LedgerLoss, CheckFailed, ReaderCrashed, OSError)
_WIDGET, _CHOSEN, _CHOICES = "acting", "acting person", "acting choices"

log = logging.getLogger(__name__)


def now() -> dt.datetime:
    """Now as naive UTC, to the second: when a reader acts."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def moment_text(at: dt.datetime, language: str) -> str:
    """22. november 2026, 13:05, by the clock of the machine; `at` is naive UTC."""
    # A column of a table gives a Timestamp, which has a way of its own to change zones.
    local = dt.datetime.combine(at.date(), at.time(), dt.UTC).astimezone()
    return f"{date_text(local.date(), language)}, {local:%H:%M}"


def known_people(agreement: Agreement) -> dict[str, Person]:
    """The people of the agreement and the operator, by id; none where a city's own list of them is wrong."""
    try:
        return {person.person_id: person for person in people_of(agreement, settings().data_dir)}
    except LoadError:
        log.exception("the people of an agreement could not be read")
        return {}


def name_of(people: dict[str, Person], person_id: str) -> str:
    """The name of a person; the id of one that is gone from the list."""
    return people[person_id].name if person_id in people else person_id


def acting_person(here: Surroundings, agreement: Agreement) -> Person | None:
    """The person whom the reader has chosen to act as, also over a reload; None before, or where nobody is known."""
    people = known_people(agreement)
    if not people:
        blocks.small(here.say("page.approve.people_unreadable"))
        return None
    memory = f"{_CHOSEN} {agreement.agreement_id}"
    chosen = st.session_state.get(memory) if memory in st.session_state else _remembered(here, agreement, people)
    if chosen not in people:
        # Where there is one person only, there is nothing to choose.
        chosen = next(iter(people)) if len(people) == 1 else None
    widget = f"{_WIDGET} {agreement.agreement_id}"
    # Said at each run: what a widget was not told, Streamlit forgets with its page.
    st.session_state[widget] = chosen
    st.selectbox(
        here.say("page.approve.person"),
        list(people),
        index=None,
        format_func=lambda found: _described(here, agreement, people[found]),
        key=widget,
        placeholder=here.say("page.approve.person_none"),
        on_change=_remember,
        args=(widget, memory),
        filter_mode=None,
    )
    _hand_to_browser(here, agreement, memory)
    return people[chosen] if chosen else None


def _remember(widget: str, memory: str) -> None:
    st.session_state[memory] = st.session_state[widget]
    st.session_state[_CHOICES] = st.session_state.get(_CHOICES, 0) + 1


def _remembered(here: Surroundings, agreement: Agreement, people: Iterable[str]) -> str | None:
    """The person that the browser remembers of an earlier visit; nobody for whoever is not at the machine itself."""
    if not here.is_local:
        return None
    kept = st.context.cookies.get(cookie_name(agreement.agreement_id))
    return next((found for found in people if kept and cookie_of(agreement.agreement_id, found) == kept), None)


def _hand_to_browser(here: Surroundings, agreement: Agreement, memory: str) -> None:
    """An image that is none: the answer to it is the cookie, which no page can set without a script."""
    if here.is_local and memory in st.session_state:
        address = address_of(agreement.agreement_id, st.session_state[memory], st.session_state.get(_CHOICES, 0))
        st.html(f'<img src="{as_html(address)}" alt="" hidden>')


def _described(here: Surroundings, agreement: Agreement, person: Person) -> str:
    """The name, the roles, and the party where the person serves one."""
    party = next((found.name for found in agreement.parties if found.party_id == person.party_id), "")
    roles = ", ".join(here.say(f"page.approve.role.{role}") for role in person.roles)
    return f"{person.name} – {roles}{f', {party}' if party else ''}"


def why_not(here: Surroundings, name: str, failure: Exception) -> str:
    """Why an act was not done, as a sentence to whoever tried it."""
    match failure:
        case NotAllowed():
            return here.say(f"page.approve.refused.{failure.code}", name=name)
        case CannotDecide():
            status = here.say(f"return_status.{failure.status}") if failure.status else ""
            return here.say(f"command.cannot_{failure.code}", number=failure.submission_id, status=status)
        case StillQueued():
            return here.say("page.approve.still_queued")
        case LedgerBusy():
            return here.say("page.approve.busy")
        case LedgerLoss():
            log.error("the ledger does not hold what it held", exc_info=failure)
            return here.say("page.approve.loss")
        case OSError():
            log.error("the disk did not take an act of a reader", exc_info=failure)
            return here.say("page.approve.disk")
    log.error("an act of a reader could not be done", exc_info=failure)
    return here.say("page.submit.failed_ours")
