"""The blocks of the page where returns are handed in: who has delivered, the template, the upload, and the answer to it."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.choices import choice
from dashboard.parts.exports import EXCEL, file_prefix
from dashboard.parts.figures import kept
from dashboard.parts.returns.effects import effect_blocks
from dashboard.parts.returns.findings import counted, counted_words, finding_downloads, findings_by_sheet, severities, verdict
from dashboard.parts.returns.sending import change_table, receipt, sending_step, sent_before
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import uploader_style
from domain.facts import Unknown
from domain.forms import load_form
from domain.model import Agreement, Party, ReportingCycle
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from domain.period import Month, Period
from domain.returns import Return
from pipelines.answers.reporting.acts import waiting_returns
from pipelines.answers.reporting.returns import deadline_on, last_return, moment_of, reporting_status
from pipelines.returns import Asked, CheckedReturn, CheckFailed, ReaderCrashed, Upload, check_upload, kept_for_a_while, warm_up
from pipelines.settings import settings
from pipelines.writing.marks.marking import marked_copy
from pipelines.writing.templates.template import template

_N_PERIODS = 6
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
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


def opening(here: Surroundings, agreement: Agreement) -> None:
    """The page's one sentence: how many have delivered for the period that is due, and until when."""
    period = periods(agreement, here.today)[0]
    status = _status(here, agreement, period)
    n_delivered = int((status["submitted_at"].notna() | status["is_waiting"]).sum())
    named = {"period": period_text(period, here.language), "n": n_delivered, "of": len(status)}
    until = deadline_on(agreement, period)
    if until is None:
        blocks.finding(here.say("page.submit.some_delivered" if named["n"] else "page.submit.none_delivered", **named))
    else:
        key = "page.submit.finding_late" if until < here.as_of else "page.submit.finding_due"
        blocks.finding(here.say(key, day=date_text(until, here.language), **named))


def periods(agreement: Agreement, today: dt.date) -> list[str]:
    """The periods that can be reported, the one that is due first. Where the agreement states none, the last finished one."""
    cycle = agreement.reporting
    first = cycle.next_period if isinstance(cycle, ReportingCycle) and cycle.next_period else _finished(agreement, today)
    found = [Period.parse(first)]
    while len(found) < _N_PERIODS:
        found.append(found[-1].previous())
    return [str(period) for period in found]


def _finished(agreement: Agreement, today: dt.date) -> str:
    """The last period before today's, as long as those of the agreement; a quarter where it does not say, as the form does."""
    n_months = 3
    if isinstance(agreement.reporting, ReportingCycle):
        n_months = _MONTHS_OF.get(agreement.reporting.frequency, n_months)
    number = Month(today.year, today.month).number
    first = Month.from_number(number - number % n_months)
    return str(Period(first, first.plus(n_months - 1)).previous())


def choose(here: Surroundings, agreement: Agreement) -> Asked:
    """Whose return, and for which period."""
    options = periods(agreement, here.today)
    parties = {party.party_id: party.name for party in reporting_parties(agreement, options[-1], options[0])}
    party_place, period_place, _ = st.columns([2, 1.4, 4])
    with party_place:
        party = choice("party", here.say("page.submit.party"), list(parties), next(iter(parties)), parties.__getitem__)
    with period_place:
        name = partial(period_text, language=here.language)
        period = choice("period", here.say("page.submit.period"), options, options[0], name)
    return Asked(agreement.agreement_id, party, period)


def reporting_parties(agreement: Agreement, first_period: str, last_period: str) -> list[Party]:
    """The parties that report and existed in these periods. One of which it is not known whether it reports counts."""
    first, end = Period.parse(first_period).first.first_day, Period.parse(last_period).last.plus(1).first_day
    return [
        party
        for party in agreement.parties
        if party.is_reporting is not False
        and (party.valid_to is None or party.valid_to >= first)
        and (party.valid_from is None or party.valid_from < end)
    ]


def template_step(here: Surroundings, agreement: Agreement, asked: Asked) -> None:
    """The first step: the template, pre-filled with the party's last return."""
    if asked.party_id is None or asked.period is None:
        return
    blocks.title(here.say("page.submit.step_template"))
    last = _last(here, agreement, asked.party_id, asked.period)
    if last is None:
        blocks.small(here.say("page.submit.template_empty"))
    else:
        projects = len(last.of("projects"))
        blocks.small(here.say("page.submit.template_filled", period=period_text(last.period, here.language), n=projects))
    form = load_form()
    make = partial(
        template, form.at(form.version_for(asked.period)), agreement, asked.party_id, asked.period, last, here.language
    )
    st.download_button(
        here.say("page.submit.download_template"),
        make,
        f"{file_prefix(here, agreement)}{agreement.agreement_id}-{asked.party_id}-{asked.period}.xlsx",
        EXCEL,
        "template",
        on_click="ignore",
    )
    notes = [here.say("page.submit.template_greyed")] if last else []
    blocks.small(" ".join([*notes, here.say("page.submit.template_help")]))


def _last(here: Surroundings, agreement: Agreement, party_id: str, period: str) -> Return | None:
    if here.snapshot is None:
        return None
    ask = partial(last_return, here.snapshot, agreement, party_id, period, here.as_of)
    return kept(ask, "last return", party_id, period, *here.known(agreement))


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


def who_has_delivered(here: Surroundings, agreement: Agreement, asked: Asked) -> None:
    """Every reporting party with the day of its return for the period; what is not delivered is said, not left blank."""
    if asked.period is None:
        return
    st.html('<hr class="nv-rule">')
    status = _status(here, agreement, asked.period)
    said = period_text(asked.period, here.language)
    blocks.title(here.say("page.submit.status_title", period=said), " ".join(_cycle(here, agreement)))
    has_any = bool(status["submitted_at"].notna().any())
    if not has_any and not status["is_waiting"].any() and deadline_on(agreement, asked.period) is None:
        blocks.small(here.say("page.submit.nobody", of=len(status)))
        return
    names = ("party", "status", "delivered", "number", "projects") if has_any else ("party", "status")
    columns = [Column(here.say(f"page.submit.column.{name}"), name in {"number", "projects"}) for name in names]
    rows = [_delivery(here, row)[: len(names)] for row in status.itertuples()]
    blocks.table(here.say("page.submit.status_caption", period=said), columns, rows, is_narrow=not has_any)


def _delivery(here: Surroundings, row) -> list[str]:  # type: ignore[no-untyped-def]  # a row of itertuples
    if pd.isna(row.submitted_at):
        # Nobody waits for what no deadline was set for.
        status = row.status if row.deadline_on else "not_delivered"
        said = here.say("page.approve.staged" if row.is_waiting else f"page.submit.status.{status}")
        return [row.party_name, said, NO_VALUE, NO_VALUE, NO_VALUE]
    return [
        row.party_name,
        here.say(f"page.submit.status.{row.status}"),
        date_text(row.submitted_at, here.language),
        here.say("page.numbered", number=int(row.submission_id)),
        decimal_text(row.n_projects, 0, here.language),
    ]


def _cycle(here: Surroundings, agreement: Agreement) -> list[str]:
    """When the agreement asks for returns and of whom, or why we cannot say."""
    cycle = agreement.reporting
    if isinstance(cycle, Unknown):
        when = cycle.unknown.in_language(here.language)
    elif isinstance(cycle.deadline_days, int):
        when = here.say("page.submit.cycle", days=cycle.deadline_days)
    else:
        when = cycle.deadline_days.unknown.in_language(here.language)
    whys = [
        party.is_reporting.unknown.in_language(here.language)
        for party in agreement.parties
        if isinstance(party.is_reporting, Unknown)
    ]
    return [when, *dict.fromkeys(whys)]


def _status(here: Surroundings, agreement: Agreement, period: str) -> pd.DataFrame:
    """One row per party that reports and existed in the period, or has delivered for it.

    `is_waiting` says that a return of the period waits to be approved, and was handed in by the date that is asked about.
    """
    if here.snapshot is None:
        raise ValueError("a page with returns needs a snapshot")
    ask = partial(reporting_status, here.snapshot, agreement, period, here.as_of)
    status = kept(ask, "delivered", period, *here.known(agreement))
    there = {party.party_id for party in reporting_parties(agreement, period, period)}
    waiting = kept(partial(waiting_returns, here.snapshot, agreement), "waiting", *here.known(agreement))
    own = waiting[(waiting["period"] == period) & (waiting["submitted_at"] <= moment_of(here.as_of))]
    status = status.assign(is_waiting=status["party_id"].isin(set(own["party_id"])))
    return status[status["party_id"].isin(there) | status["submitted_at"].notna() | status["is_waiting"]]
