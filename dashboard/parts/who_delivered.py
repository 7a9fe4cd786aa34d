"""Whose returns a page's numbers lack: one line while not all parties have delivered for the newest period."""

from __future__ import annotations

from functools import partial

import pandas as pd

from dashboard.parts import blocks
from dashboard.parts.agreement_names import party_name
from dashboard.parts.blocks import joined
from dashboard.parts.figures import kept
from dashboard.parts.project_links import page_link
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import date_text, period_text
from pipelines.answers.reporting.quality import deliveries
from pipelines.answers.selection import Selection

_CAME = ("delivered", "late")


def who_delivered(here: Surroundings, agreement: Agreement, selection: Selection) -> None:
    """The line, of all parties that report or of the one chosen; nothing where all have delivered for the newest period."""
    said = delivered_said(here, agreement, selection.party_id)
    if said:
        blocks.small(said)


def delivered_said(here: Surroundings, agreement: Agreement, party_id: str | None = None) -> str:
    """Who has not delivered for the newest period, and what that does to the numbers; nothing where all have."""
    rows = kept(partial(deliveries, here.published, agreement, here.as_of), "deliveries", *here.known(agreement))
    rows = rows if party_id is None else rows[rows["party_id"] == party_id]
    came = rows["status"].isin(_CAME)
    if rows.empty or not came.any():
        return ""
    newest = rows[rows["period"] == rows["period"].iloc[0]]
    lacking = newest[~newest["status"].isin(_CAME)]
    if lacking.empty:
        return ""
    known = set(rows.loc[came, "party_id"])
    silent = [party for party in lacking["party_id"] if party not in known]
    before = [party for party in lacking["party_id"] if party in known]
    names = _names(agreement, list(lacking["party_id"]))
    said = [_counted(here, agreement, newest, len(newest) - len(lacking), names)]
    if before:
        is_all = len(before) == len(newest)
        said.append(here.say("delivered.all_before" if is_all else "delivered.from_before", names=_names(agreement, before)))
    if silent:
        said.append(here.say("delivered.not_in", names=_names(agreement, silent)))
    return joined(said)


def _counted(here: Surroundings, agreement: Agreement, newest: pd.DataFrame, n: int, names: str) -> str:
    """How many have delivered for the period, and its deadline where one is set; `names` are those who have not."""
    period, deadline, of = period_text(newest["period"].iloc[0], here.language), newest["deadline_on"].iloc[0], len(newest)
    key = "one" if of == 1 else "some" if n else "none"
    # Who has delivered when is a page of its own.
    to_list = partial(page_link, here, agreement, "quality", period=newest["period"].iloc[0])
    said = here.say(f"delivered.{key}", n=to_list(str(n)), of=to_list(str(of)), names=names, period=period)
    if pd.isna(deadline):
        return said
    day = pd.Timestamp(deadline).date()
    tense = "was" if day < here.as_of else "is"
    return joined([said, here.say(f"delivered.deadline_{tense}", day=date_text(day, here.language))])


def _names(agreement: Agreement, parties: list[str]) -> str:
    return ", ".join(party_name(agreement, party) for party in parties)
