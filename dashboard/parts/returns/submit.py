"""The upload of a return and the answer to it: findings, what changes, sending."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.exports import EXCEL, file_prefix
from dashboard.parts.returns.effects import effect_blocks
from dashboard.parts.returns.findings import counted, counted_words, finding_downloads, findings_by_sheet, severities, verdict
from dashboard.parts.returns.sending import change_table, receipt, sending_step, sent_before
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import uploader_style
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, period_text
from domain.returns import Return
from pipelines.returns import Asked, CheckedReturn, CheckFailed, ReaderCrashed, Upload, check_upload, kept_for_a_while, warm_up
from pipelines.settings import settings
from pipelines.writing.marks.marking import marked_copy

# A file that was made without the template does not say itself whose it is, or for when.
_NOT_SAID = frozenset({"party_not_said", "period_not_said"})
# What every workbook begins with, and no CSV file.
_ZIP_START = b"PK"
_DROPPED, _CHECKED = "dropped files", "checked files"
# Streamlit marks no focus on the small button that adds a file.
_SEEN_FOCUS = '[data-testid="stFileUploaderDropzone"] button:focus-visible { outline: 2px solid currentColor; }'

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dropped:
    """The files that a reader has dropped, and a hash of their names and contents."""

    uploads: tuple[Upload, ...]
    digest: str


def upload_step(here: Surroundings) -> Dropped | None:
    """The second step: the files that were dropped, also before the reader looked at another page; None without any."""
    if not here.is_local:
        blocks.title(here.say("page.submit.step_check"))
        blocks.small(here.say("page.submit.read_only"))
        return None
    warm_up()
    blocks.title(here.say("page.submit.step_upload"))
    blocks.style_sheet(uploader_style(here.say("page.submit.choose_files")) + _SEEN_FOCUS)
    # Any type is taken here, so that what cannot be used is refused in the reader's language, with what to do about it.
    label = here.say("page.submit.drop", limit_mb=st.get_option("server.maxUploadSize"))
    shown = st.file_uploader(label, accept_multiple_files=True, key="return_files", on_change=_remember_dropped)
    dropped: Dropped | None = st.session_state.get(_DROPPED)
    if dropped and not shown:
        blocks.small(here.say("page.submit.from_before", files=", ".join(upload.name for upload in dropped.uploads)))
        st.button(here.say("page.submit.forget"), on_click=_forget, key="forget_files")
    return dropped


def _remember_dropped() -> None:
    """Keeps the files for the session. Streamlit itself forgets them when the reader goes to another page."""
    _forget()
    uploads = tuple(Upload(file.name, file.getvalue()) for file in st.session_state["return_files"])
    if uploads:
        st.session_state[_DROPPED] = Dropped(uploads, _digest(uploads))


def _forget() -> None:
    st.session_state.pop(_DROPPED, None)
    st.session_state.pop(_CHECKED, None)


def _digest(uploads: Iterable[Upload]) -> str:
    hashes = [(upload.name, sha256(upload.content).hexdigest()) for upload in uploads]
    return sha256(json.dumps(hashes).encode()).hexdigest()


def answer_to_upload(here: Surroundings, agreement: Agreement, asked: Asked, dropped: Dropped | None) -> None:
    """What was found in the files, and the analyst's own workbook back with the cells marked."""
    if dropped is None:
        if here.is_local:
            verdict(here.say("page.submit.answer_waits"))
        return
    if _is_more_than_one_return(dropped.uploads):
        names = here.say("page.submit.one_workbook_why", files="; ".join(upload.name for upload in dropped.uploads))
        verdict(here.say("page.submit.one_workbook"), [names], "error", is_urgent=True)
        return
    if sent := sent_before(agreement, dropped.digest):
        receipt(here, agreement, sent)
        return
    with st.spinner(here.say("page.submit.checking")):
        checked = _checked(here, agreement, asked, dropped)
    if checked is None:
        verdict(here.say("page.submit.failed"), [here.say("page.submit.failed_ours")], "error", is_urgent=True)
        st.button(here.say("page.submit.again"), on_click=_check_again, key="check_again")
        return
    _verdict(here, agreement, asked, checked, len(dropped.uploads))
    if checked.findings:
        if not checked.is_refused:
            severities(here, checked.findings)
            _marked(here, agreement, checked, dropped.uploads)
        findings_by_sheet(here, checked.findings, len(dropped.uploads))
        key = "-".join(("nullvekst", agreement.agreement_id, *_whose(checked), "findings"))
        blocks.small(here.say("page.submit.list_note"))
        finding_downloads(here, agreement, checked.findings, _about(here, agreement, checked, dropped), key)
    if checked.found:
        _what_changes(here, agreement, checked, checked.found, dropped)
    with st.columns([1, 1])[0]:
        sending_step(here, agreement, checked, dropped.uploads, dropped.digest, _check_again)


def _is_more_than_one_return(uploads: tuple[Upload, ...]) -> bool:
    """Whether a workbook, which is a whole return, was dropped together with other files."""
    return len(uploads) > 1 and any(upload.content.startswith(_ZIP_START) for upload in uploads)


def _checked(here: Surroundings, agreement: Agreement, asked: Asked, dropped: Dropped) -> CheckedReturn | None:
    """The answer to the files. Whose return it is, they say themselves; where they do not, it is what the reader has chosen."""
    checked = _checked_once(here, agreement, Asked(agreement.agreement_id), dropped)
    if checked and checked.is_refused and any(finding.code in _NOT_SAID for finding in checked.findings):
        return _checked_once(here, agreement, asked, dropped)
    return checked


def _checked_once(here: Surroundings, agreement: Agreement, asked: Asked, dropped: Dropped) -> CheckedReturn | None:
    """The answer to these files of this reader, kept while they look at it; None where the check itself failed."""
    identity = here.snapshot.identity if here.snapshot else ""
    key = (dropped.digest, asked, identity, id(agreement))
    known: dict[object, CheckedReturn | None] = st.session_state.setdefault(_CHECKED, {})
    if key not in known:
        try:
            known[key] = check_upload(dropped.uploads, asked, settings().data_dir)
        except (CheckFailed, ReaderCrashed):
            # The process that reads or the one that checks has failed, by a fault of ours that the sender can do nothing about.
            log.exception("a return could not be checked")
            known[key] = None
    return known[key]


def _check_again() -> None:
    st.session_state.pop(_CHECKED, None)


def _verdict(here: Surroundings, agreement: Agreement, asked: Asked, checked: CheckedReturn, n_files: int) -> None:
    """The answer in one sentence, and below whose return it is and what it was held against."""
    if checked.found is None:
        verdict(here.say("page.submit.refused" if n_files == 1 else "page.submit.refused_files"), (), "error", is_urgent=True)
        return
    lines = [
        _whose_said(here, agreement, checked.found, checked.previous),
        *_not_as_chosen(here, agreement, asked, checked.found),
    ]
    if here.is_past:
        lines.append(here.say("page.submit.newest_anyway"))
    n_of = counted(checked.findings)
    if n_of["error"]:
        sentence = here.say("page.submit.stopped", error=counted_words(here, "error", n_of["error"]))
        verdict(sentence, lines, "error", is_urgent=True)
    elif n_of["hold"]:
        verdict(here.say("page.submit.to_confirm", n=decimal_text(n_of["hold"], 0, here.language)), lines, "hold")
    else:
        nothing = [] if checked.findings else [here.say("page.submit.nothing_found")]
        verdict(here.say("page.submit.ready"), [*nothing, *lines], "ready")


def _whose_said(here: Surroundings, agreement: Agreement, found: Return, previous: Return | None) -> str:
    """Whose return it is, for when, and which return it was held against."""
    named = {"party": _party_name(agreement, found.party_id), "period": period_text(found.period, here.language)}
    if previous is None:
        return here.say("page.submit.whose_first", **named)
    return here.say("page.submit.whose", before=period_text(previous.period, here.language), **named)


def _not_as_chosen(here: Surroundings, agreement: Agreement, asked: Asked, found: Return) -> list[str]:
    """One line where the file is of another party or period than the reader has chosen; else none."""
    if asked.party_id is None or asked.period is None or (found.party_id, found.period) == (asked.party_id, asked.period):
        return []
    chosen = {"party": _party_name(agreement, asked.party_id), "period": period_text(asked.period, here.language)}
    return [here.say("page.submit.not_as_chosen", **chosen)]


def _party_name(agreement: Agreement, party_id: str) -> str:
    return next((party.name for party in agreement.parties if party.party_id == party_id), party_id)


def _whose(checked: CheckedReturn) -> tuple[str, ...]:
    return (checked.found.party_id, checked.found.period) if checked.found else ()


def _about(here: Surroundings, agreement: Agreement, checked: CheckedReturn, dropped: Dropped) -> dict[str, str]:
    """What the list of findings must say of the files."""
    about = {here.say("page.submit.column.files"): "; ".join(upload.name for upload in dropped.uploads)}
    if checked.found:
        about[here.say("page.submit.party")] = _party_name(agreement, checked.found.party_id)
        about[here.say("page.submit.period")] = period_text(checked.found.period, here.language)
        about[here.say("page.submit.column.held_against")] = (
            period_text(checked.previous.period, here.language) if checked.previous else NO_VALUE
        )
    return about


def _marked(here: Surroundings, agreement: Agreement, checked: CheckedReturn, uploads: tuple[Upload, ...]) -> None:
    """The analyst's own workbook to download, with every finding at its cell."""

    def make() -> bytes:
        with kept_for_a_while(uploads) as paths:
            return marked_copy(paths, checked.findings, checked.form, here.language).content

    own = uploads[0].name.rpartition(".")[0] if len(uploads) == 1 else "-".join((agreement.agreement_id, *_whose(checked)))
    prefix = file_prefix(here, agreement)
    name = f"{own.removeprefix(prefix)}-{here.say('page.submit.marked_suffix')}"
    st.download_button(
        here.say("page.submit.download_marked"), make, f"{prefix}{name}.xlsx", EXCEL, "marked", on_click="ignore", type="primary"
    )
    blocks.small(here.say("page.submit.marked_note"))


def _what_changes(here: Surroundings, agreement: Agreement, checked: CheckedReturn, found: Return, dropped: Dropped) -> None:
    """What it would change, how many rows were read of each sheet, so that a sheet that was overlooked shows, and what differs.

    Figures with errors change nothing: they cannot be sent.
    """
    if not checked.has_errors:
        effect_blocks(here, agreement, found, dropped.digest)
    if checked.previous is None:
        blocks.title(here.say("page.submit.rows_title"))
    else:
        since = here.say("page.approve.changes_since", period=period_text(checked.previous.period, here.language))
        blocks.title(here.say("page.submit.rows_title"), since)
    change_table(here, checked.form, found, checked.previous, here.say("page.submit.rows_caption"))
