"""The blocks of the page where returns are approved or sent back: the queue, one return, the decision, and what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.choices import choice
from dashboard.parts.figures import kept
from dashboard.parts.person_blocks import FAILURES, acting_person, known_people, moment_text, name_of, now, why_not
from dashboard.parts.returns.effects import effect_blocks
from dashboard.parts.returns.findings import findings_by_sheet, severities, verdict
from dashboard.parts.returns.originals import original_download
from dashboard.parts.returns.sending import LONGEST_NOTE, STATUS_AFTER, change_table
from dashboard.parts.surroundings import Surroundings
from domain.forms import load_form
from domain.model import Agreement, Person
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from domain.returns import Return
from pipelines.acting import NotAllowed, person_who_may
from pipelines.answers.reporting.acts import acts_on_returns, findings_when_submitted, waiting_return, waiting_returns
from pipelines.answers.reporting.returns import last_return, return_of
from pipelines.history.snapshot import Snapshot
from pipelines.originals import original_files
from pipelines.returns import Decided, approve, reject
from pipelines.settings import settings

SHOWN_ACTS = 20
_ADDRESS, _OUTCOME = "return", "decided return"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A return that waits, as it stands in the queue and whole."""

    row: dict[str, Any]
    found: Return

    @property
    def number(self) -> int:
        return int(self.row["submission_id"])


def queue_of(here: Surroundings, agreement: Agreement) -> list[Waiting]:
    """The returns that wait now, the oldest first. What was known on an earlier day is not asked here."""
    snapshot = here.published
    ask = partial(_whole_queue, snapshot, agreement)
    return kept(ask, "queue", *here.known(agreement))


def _whole_queue(snapshot: Snapshot, agreement: Agreement) -> list[Waiting]:
    rows = waiting_returns(snapshot, agreement).to_dict("records")
    whole = [(row, waiting_return(snapshot, agreement, int(row["submission_id"]))) for row in rows]
    return [Waiting({str(name): answer for name, answer in row.items()}, found) for row, found in whole if found]


def opening(here: Surroundings, queue: list[Waiting]) -> None:
    """The page's one sentence: how many wait, and since when."""
    if not queue:
        blocks.finding(here.say("page.approve.empty"))
        return
    number = "one" if len(queue) == 1 else "other"
    since = date_text(queue[0].row["submitted_at"], here.language)
    blocks.finding(here.say(f"page.approve.waiting.{number}", n=len(queue), day=since))


def outcome(here: Surroundings, agreement: Agreement) -> None:
    """What became of the reader's last decision in this agreement, as a sentence."""
    decided: tuple[str, list[str], str] | None = st.session_state.get(_OUTCOME, {}).get(agreement.agreement_id)
    if decided:
        sentence, lines, kind = decided
        verdict(sentence, lines, kind, is_urgent=kind == "error")
    if here.is_past:
        blocks.small(here.say("page.approve.always_now"))


def who(here: Surroundings, agreement: Agreement) -> Person | None:
    """Who decides; None for those who only read, and before somebody is chosen."""
    if not here.is_local:
        blocks.small(here.say("page.approve.read_only"))
        return None
    return acting_person(here, agreement)


def queue_table(here: Surroundings, agreement: Agreement, queue: list[Waiting], chosen: Waiting) -> None:
    """One row per return that waits."""
    people = known_people(agreement)
    names = ("number", "party", "period", "sent_by", "sent_at", "projects", "confirmed", "note")
    columns = [Column(here.say(f"page.approve.column.{name}"), name in {"projects", "confirmed"}) for name in names]
    rows = [_queued(here, agreement, one, people) for one in queue]
    blocks.table(here.say("page.approve.queue_caption"), *blocks.noted(columns, rows), chosen=queue.index(chosen))


def _queued(here: Surroundings, agreement: Agreement, one: Waiting, people: dict[str, Person]) -> list[str]:
    return [
        here.say("page.numbered", number=one.number),
        _party_name(agreement, one.found.party_id),
        period_text(one.found.period, here.language),
        name_of(people, one.row["submitted_by"]),
        moment_text(one.row["submitted_at"], here.language),
        decimal_text(len(one.found.of("projects")), 0, here.language),
        decimal_text(int(one.row["n_hold"]), 0, here.language),
        _note(one),
    ]


def choose(here: Surroundings, agreement: Agreement, queue: list[Waiting]) -> Waiting:
    """The return that the reader looks at, in the address; the oldest where it asks for none that waits."""
    by_number = {str(one.number): one for one in queue}
    asked = st.query_params.get(_ADDRESS)
    if asked is not None and asked not in by_number:
        _not_waiting(here, agreement, asked)

    def named(number: str) -> str:
        one = by_number[number]
        said = here.say("page.numbered", number=one.number)
        return f"{said}: {_party_name(agreement, one.found.party_id)}, {period_text(one.found.period, here.language)}"

    return by_number[choice(_ADDRESS, here.say("page.approve.choose"), list(by_number), next(iter(by_number)), named)]


def _not_waiting(here: Surroundings, agreement: Agreement, asked: str) -> None:
    """Why a return that the address asks for is not in the queue."""
    acts = _acts(here, agreement)
    own = acts[acts["submission_id"].astype(str) == asked]
    if own.empty:
        blocks.small(here.say("page.approve.no_such_return"))
    else:
        status = here.say(f"return_status.{STATUS_AFTER[own.iloc[0]['act']]}")
        blocks.small(here.say("page.approve.not_waiting", number=int(own.iloc[0]["submission_id"]), status=status))


def content(here: Surroundings, agreement: Agreement, one: Waiting) -> None:
    """What was found when it was handed in, what its sender wrote, and what it would change."""
    party, period = _party_name(agreement, one.found.party_id), period_text(one.found.period, here.language)
    blocks.title(here.say("page.approve.content_title", number=one.number, party=party, period=period))
    if note := _note(one):
        blocks.said(here.say("page.approve.note_from", name=name_of(known_people(agreement), one.row["submitted_by"])), note)
    _changes(here, agreement, one)
    blocks.title(here.say("page.approve.found_title"))
    ask = partial(findings_when_submitted, here.published, agreement, one.number)
    found = kept(ask, "found then", one.number, *here.known(agreement))
    if not found:
        blocks.small(here.say("page.approve.nothing_found"))
        return
    severities(here, found)
    findings_by_sheet(here, found, 1)


def _changes(here: Surroundings, agreement: Agreement, one: Waiting) -> None:
    """What it would change, and what differs from the return that counts for the same period, else from the last before it."""
    snapshot, found = here.published, one.found
    effect_blocks(here, agreement, found, one.number)
    same = kept(
        partial(return_of, snapshot, agreement, found.party_id, found.period), "return now", found.party_id, found.period,
        *here.known(agreement),
    )  # fmt: skip
    before = same or kept(
        partial(last_return, snapshot, agreement, found.party_id, found.period), "return before", found.party_id, found.period,
        *here.known(agreement),
    )  # fmt: skip
    if before is None:
        blocks.title(here.say("page.submit.rows_title"), here.say("page.approve.first"))
    else:
        key = "page.approve.changes_same" if same else "page.approve.changes_approved"
        blocks.title(here.say(key, period=period_text(before.period, here.language)))
    form = load_form()
    change_table(here, form.at(found.form_version), found, before, here.say("page.approve.changes_caption"))


def decide(here: Surroundings, agreement: Agreement, person: Person | None, one: Waiting) -> None:
    """The two buttons, for whoever may press them; a sentence for whoever may not."""
    if person is None:
        return
    blocks.title(here.say("page.original.title"))
    original_download(here, person, original_files(here.published, one.number))
    blocks.title(here.say("page.approve.decide_title", number=one.number))
    try:
        person_who_may("approve_return", person.person_id, agreement, settings().data_dir)
    except NotAllowed as refusal:
        blocks.small(why_not(here, person.name, refusal))
        return
    if person.person_id == one.row["submitted_by"]:
        blocks.small(here.say("page.approve.refused.own_submission", name=person.name))
        return
    left, right = st.columns([1, 1], gap="large")
    data_dir = settings().data_dir
    with left:
        blocks.small(here.say("page.approve.approve_help"))
        if st.button(here.say("page.approve.approve"), type="primary", key=f"approve {one.number}"):
            act = partial(approve, person.person_id, one.number, now(), data_dir, one.row["receipt"])
            _act(here, agreement, person, one, act, "")
    with right, st.form(f"reject {one.number}", border=False, enter_to_submit=False):
        reason = st.text_area(here.say("page.approve.reason"), key=f"reason {one.number}", max_chars=LONGEST_NOTE) or ""
        if st.form_submit_button(here.say("page.approve.reject")):
            act = partial(reject, person.person_id, one.number, reason, now(), data_dir)
            _act(here, agreement, person, one, act, reason.strip())


def _act(here: Surroundings, agreement: Agreement, person: Person, one: Waiting, act: Callable[[], Decided], reason: str) -> None:
    """Does it, and begins the page anew, which then shows what now is and says what was done, or why it was not."""
    party, period = _party_name(agreement, one.found.party_id), period_text(one.found.period, here.language)
    try:
        with st.spinner(here.say("page.approve.deciding")):
            decided = act()
    except FAILURES as failure:
        said = (here.say("page.approve.not_decided"), [why_not(here, person.name, failure)], "error")
    else:
        key = f"page.approve.done.{decided.status}" if decided.is_new else "page.approve.done_before"
        status = here.say(f"return_status.{decided.status}")
        sentence = here.say(key, number=one.number, party=party, period=period, status=status)
        lines = [here.say("page.approve.done_by", name=person.name)]
        lines += [here.say("page.approve.done_reason", reason=reason)] if reason else []
        said = (sentence, lines, "ready" if decided.status == "approved" else "decided")
        st.query_params.pop(_ADDRESS, None)
    st.session_state.setdefault(_OUTCOME, {})[agreement.agreement_id] = said
    st.rerun()


def history(here: Surroundings, agreement: Agreement) -> None:
    """What was done with returns, by whom and when, the newest first."""
    # By the day on which it was done: what was brought in later has its own, earlier day.
    acts = _acts(here, agreement).sort_values(["acted_at", "sequence"], ascending=False)
    st.html('<hr class="nv-rule">')
    blocks.title(here.say("page.approve.history_title"))
    if acts.empty:
        blocks.small(here.say("page.approve.history_empty"))
        return
    people = known_people(agreement)
    names = ("who", "what", "number", "party", "period", "at", "said")
    columns = [Column(here.say(f"page.approve.column.{name}")) for name in names]
    rows = [_done(here, agreement, act, people) for act in acts.head(SHOWN_ACTS).to_dict("records")]
    blocks.table(here.say("page.approve.history_caption"), *blocks.noted(columns, rows))
    if len(acts) > SHOWN_ACTS:
        blocks.small(here.say("page.approve.history_more", n=decimal_text(len(acts) - SHOWN_ACTS, 0, here.language)))


def _done(here: Surroundings, agreement: Agreement, act: Any, people: dict[str, Person]) -> list[str]:
    return [
        name_of(people, act["person_id"]),
        here.say(f"page.approve.act.{act['act']}"),
        here.say("page.numbered", number=int(act["submission_id"])),
        _party_name(agreement, act["party_id"]),
        period_text(act["period"], here.language),
        moment_text(act["acted_at"], here.language),
        "" if pd.isna(act["said"]) else str(act["said"]),
    ]


def _acts(here: Surroundings, agreement: Agreement) -> pd.DataFrame:
    return kept(partial(acts_on_returns, here.published, agreement), "acts", *here.known(agreement))


def _note(one: Waiting) -> str:
    return "" if pd.isna(one.row["note"]) else str(one.row["note"])


def _party_name(agreement: Agreement, party_id: str) -> str:
    return next((party.name for party in agreement.parties if party.party_id == party_id), party_id or NO_VALUE)
