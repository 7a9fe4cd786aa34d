"""Whose return, for which period, and the template for it."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.exports import EXCEL, file_prefix
from dashboard.parts.figures import kept
from dashboard.parts.surroundings import Surroundings
from domain.forms import load_form
from domain.model import Agreement, Party, ReportingCycle
from domain.numbers import period_text
from domain.period import Month, Period
from domain.returns import Return
from pipelines.answers.reporting.returns import last_return
from pipelines.returns import Asked
from pipelines.writing.templates.template import template

_N_PERIODS = 6
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


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
