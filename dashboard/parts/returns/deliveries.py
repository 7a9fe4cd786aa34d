"""Who has delivered for a period, and until when it is to be delivered."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column
from dashboard.parts.figures import kept
from dashboard.parts.returns.choosing import periods, reporting_parties
from dashboard.parts.surroundings import Surroundings
from domain.facts import Unknown
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from pipelines.answers.reporting.acts import waiting_returns
from pipelines.answers.reporting.returns import deadline_on, moment_of, reporting_status
from pipelines.returns import Asked


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
