"""Handing in, second half: what changes since the last return, who hands in and with what note, and the receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.escape import as_html
from dashboard.parts.figures import kept
from dashboard.parts.person_blocks import FAILURES, acting_person, known_people, moment_text, name_of, now, why_not
from dashboard.parts.returns.findings import counted, verdict
from dashboard.parts.surroundings import Surroundings
from domain.forms import Form
from domain.model import Agreement, Person
from domain.numbers import decimal_text
from domain.returns import Answer, Return, ReturnRow
from pipelines.acting import NotAllowed, person_who_may_submit
from pipelines.answers.reporting.acts import acts_on_returns
from pipelines.handing_in import Asked, StillQueued, Submitted, Upload, submit_upload
from pipelines.returns import CheckedReturn
from pipelines.settings import settings

_SENT = "sent files"
# Where a return stands after its newest act.
STATUS_AFTER = {
    "submit": "staged",
    "supersede": "superseded",
    "approve": "approved",
    "reject": "rejected",
    "reinstate": "reinstated",
    "import": "imported",
}
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Changed:
    """How the rows of one table differ between two returns; rows are told apart by the key of the table."""

    n_now: int
    n_before: int
    n_new: int
    n_gone: int
    n_changed: int


def changed_rows(found: Return, before: Return, form: Form) -> dict[str, Changed]:
    """How each table of the form differs between two returns."""
    return {table.table: _changed(found.of(table.table), before.of(table.table), table.key) for table in form.tables}


def _changed(rows: tuple[ReturnRow, ...], before: tuple[ReturnRow, ...], key: tuple[str, ...]) -> Changed:
    now_by, before_by = _by_key(rows, key), _by_key(before, key)
    both = now_by.keys() & before_by.keys()
    n_changed = sum(now_by[one] != before_by[one] for one in both)
    return Changed(len(rows), len(before), len(now_by) - len(both), len(before_by) - len(both), n_changed)


def _by_key(rows: Iterable[ReturnRow], key: tuple[str, ...]) -> dict[tuple[str, ...], Mapping[str, Answer]]:
    return {row.key(key): row.answers for row in rows}


def change_table(here: Surroundings, form: Form, found: Return, before: Return | None, caption: str) -> None:
    """How many rows were read of each sheet, and beside them what differs from another return."""
    names = ("sheet", "rows") if before is None else ("sheet", "rows", "last_rows")
    columns = [Column(here.say(f"page.submit.column.{name}"), name != "sheet") for name in names]
    if before is not None:
        columns += [Column(here.say(f"page.approve.column.{name}"), True) for name in ("new", "gone", "changed")]
    differ = changed_rows(found, before or found, form)
    rows = []
    for table in form.tables:
        one = differ[table.table]
        counts = [one.n_now] if before is None else [one.n_now, one.n_before, one.n_new, one.n_gone, one.n_changed]
        rows.append([table.sheet.in_language(here.language), *(decimal_text(count, 0, here.language) for count in counts)])
    blocks.table(caption, columns, rows, is_narrow=True)


def sent_before(agreement: Agreement, digest: str) -> Submitted | None:
    """What became of these files, if they were handed in during this session."""
    found: Submitted | None = st.session_state.get(_SENT, {}).get((agreement.agreement_id, digest))
    return found


def sending_step(
    here: Surroundings,
    agreement: Agreement,
    checked: CheckedReturn,
    uploads: tuple[Upload, ...],
    digest: str,
    check_again: Callable[[], None],
) -> None:
    """The last step: who hands in, the note, and the button. Only for a return without errors."""
    if checked.found is None or checked.has_errors:
        return
    blocks.title(here.say("page.approve.step_send"), here.say("page.approve.step_send_help"))
    person = acting_person(here, agreement)
    if person is None:
        return
    try:
        person_who_may_submit(person.person_id, checked.found.party_id, agreement, settings().data_dir)
    except NotAllowed as refusal:
        blocks.small(why_not(here, person.name, refusal))
        return
    n_holds = counted(checked.findings)["hold"]
    with st.form(f"send {digest}", border=False, enter_to_submit=False):
        label = here.say("page.approve.note_required", n=n_holds) if n_holds else here.say("page.approve.note")
        note = st.text_area(label, key=f"note {digest}", max_chars=LONGEST_NOTE)
        is_pressed = st.form_submit_button(here.say("page.approve.send"), type="primary")
    if is_pressed and n_holds and not (note or "").strip():
        verdict(here.say("page.approve.note_missing"), (), "error", is_urgent=True)
    elif is_pressed:
        _send(here, agreement, person, Asked(agreement.agreement_id, checked.found.party_id, checked.found.period),
              uploads, digest, note, check_again)  # fmt: skip


def _send(
    here: Surroundings, agreement: Agreement, person: Person, asked: Asked, uploads: tuple[Upload, ...], digest: str,
    note: str | None, check_again: Callable[[], None],
) -> None:  # fmt: skip
    """Hands in, and begins the page anew so that it shows what now is; or says why nothing was stored."""
    place = st.empty()
    try:
        with st.spinner(here.say("page.approve.sending")):
            told = partial(_say_queued, here, place)
            sent = submit_upload(person.person_id, uploads, asked, now(), settings().data_dir, note, told)
    except StillQueued as waits:
        place.empty()
        verdict(
            here.say("page.approve.queued_title", number=waits.number), [why_not(here, person.name, waits)], "waiting_decision"
        )
        return
    except FAILURES as failure:
        place.empty()
        verdict(here.say("page.approve.not_sent"), [why_not(here, person.name, failure)], "error", is_urgent=True)
        return
    if sent.submission_id is None:
        # What is known has changed since the files were checked.
        verdict(here.say("page.approve.not_sent"), [here.say("page.approve.not_sent_changed")], "error", is_urgent=True)
        st.button(here.say("page.submit.again"), on_click=check_again, key="send_again")
        return
    st.session_state.setdefault(_SENT, {})[agreement.agreement_id, digest] = sent
    st.rerun()


def _say_queued(here: Surroundings, place: DeltaGenerator, number: int, n_before: int) -> None:
    """Where the return stands in the queue, in the place of what was said of it before."""
    with place.container():
        blocks.small(here.say("page.approve.queued" if n_before else "page.approve.queued_next", number=number, n=n_before))


def receipt(here: Surroundings, agreement: Agreement, sent: Submitted) -> None:
    """The number, the hash, who and when, where the return stands now and what comes next."""
    number = sent.submission_id or 0
    people = known_people(agreement)
    acts = _acts(here, agreement, number)
    status = STATUS_AFTER[acts[0]["act"]] if acts else sent.status
    said = here.say(f"return_status.{status}")
    lines = []
    if acts:
        first = acts[-1]
        named = {"name": name_of(people, first["person_id"]), "at": moment_text(first["acted_at"], here.language)}
        lines.append(here.say("page.approve.receipt_by", **named))
    lines += [here.say("command.superseded", number=old) for old in sent.superseded]
    if status == "staged":
        lines.append(here.say("page.approve.next_step"))
    if sent.already_submitted_as is not None:
        verdict(here.say("page.approve.sent_before", number=number, status=said), lines, "waiting_decision")
    else:
        verdict(here.say("page.approve.sent", number=number, status=said), lines, "ready")
    # A hash has no place of its own to break on a phone.
    digest = as_html(here.say("page.approve.receipt_hash", receipt=sent.receipt.removeprefix("sha256:")))
    st.html(f'<p class="nv-small" style="overflow-wrap:anywhere;max-width:none">{digest}</p>')


def _acts(here: Surroundings, agreement: Agreement, number: int) -> list[dict[Any, Any]]:
    """What was done with a return, the newest first."""
    if here.snapshot is None:
        return []
    found = kept(partial(acts_on_returns, here.snapshot, agreement), "acts", *here.known(agreement))
    return found[found["submission_id"] == number].to_dict("records")
