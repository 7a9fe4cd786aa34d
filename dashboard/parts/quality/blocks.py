"""The blocks of the page about data quality: one sentence, who has delivered for when, and one table at a time below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.choices import choice
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import kept
from dashboard.parts.person_blocks import known_people, moment_text, name_of
from dashboard.parts.quality.delivery_grid import Heading, grid, grid_style
from dashboard.parts.quality.tables import (
    age_table,
    contents_table,
    coverage_tables,
    editions_table,
    export,
    findings_table,
    returns_table,
)
from dashboard.parts.quality.words import cell_words, days_text, found_in, grid_title, headline, of_quality, party_name
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_sum
from domain.facts import Unknown
from domain.model import Agreement
from domain.numbers import date_text, period_text
from pipelines.answers.reporting.coverage import coverage, recurring_findings
from pipelines.answers.reporting.editions import contents, editions, last_act, published_at
from pipelines.answers.reporting.quality import ages, deliveries, handed_in, stale_after_days
from pipelines.answers.reporting.returns import deadline_on
from pipelines.settings import settings

_NEWEST, _EVERYBODY = "newest", "all"
_SHOWN_PERIODS = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader has chosen; None is each party's newest return, and every party."""

    period: str | None
    party_id: str | None


def delivered(here: Surroundings, agreement: Agreement) -> pd.DataFrame:
    """One row per period and party, the newest period first."""
    return kept(partial(deliveries, here.published, agreement, here.as_of), "deliveries", *here.known(agreement))


def choose(here: Surroundings, agreement: Agreement, rows: pd.DataFrame) -> Asked:
    """Which period and which party, in the address."""
    period_place, party_place, _ = st.columns([2, 2, 4])
    periods = [_NEWEST, *dict.fromkeys(rows["period"])]
    parties = [_EVERYBODY, *dict.fromkeys(rows["party_id"])]
    with period_place:
        period = choice("period", here.say("page.quality.period"), periods, _NEWEST, partial(_period_named, here))
    with party_place:
        party = choice("party", here.say("page.quality.party"), parties, _EVERYBODY, partial(_party_named, here, agreement))
    return Asked(None if period == _NEWEST else period, None if party == _EVERYBODY else party)


def _period_named(here: Surroundings, period: str) -> str:
    return here.say("page.quality.newest") if period == _NEWEST else period_text(period, here.language)


def _party_named(here: Surroundings, agreement: Agreement, party_id: str) -> str:
    return here.say("page.quality.everybody") if party_id == _EVERYBODY else party_name(agreement, party_id)


def opening(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, chosen: str | None) -> None:
    """The page's one sentence, about the chosen period or the one that is due."""
    period = chosen or (rows.iloc[0]["period"] if len(rows) else None)
    blocks.finding(headline(here, agreement, rows[rows["period"] == period], period))


def nothing_yet(here: Surroundings, agreement: Agreement) -> None:
    """Why there is no grid: what the agreement says, or that no source says it."""
    cycle = agreement.reporting
    whys = [cycle] if isinstance(cycle, Unknown) else []
    whys += [party.is_reporting for party in agreement.parties if isinstance(party.is_reporting, Unknown)]
    for why in dict.fromkeys(found.unknown.in_language(here.language) for found in whys):
        blocks.small(why)


def delivery_grid(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, asked: Asked) -> None:
    """Parties and periods, the newest first; older periods on demand."""
    title = grid_title(here, agreement, rows)
    blocks.title(title)
    periods = list(dict.fromkeys(rows["period"]))
    is_whole = asked.period in periods[_SHOWN_PERIODS:]
    if len(periods) > _SHOWN_PERIODS and not is_whole:
        is_whole = st.toggle(here.say("page.quality.grid.more", n=len(periods)), key="all-periods")
    shown = periods if is_whole else periods[:_SHOWN_PERIODS]
    blocks.style_sheet(grid_style(here.palette))
    records = rows[rows["period"].isin(shown)].to_dict("records")
    cells = {(str(row["party_id"]), str(row["period"])): cell_words(here, agreement, _by_name(row)) for row in records}
    order = {party.party_id: number for number, party in enumerate(agreement.parties)}
    parties = sorted({party for party, _ in cells}, key=lambda party: order.get(party, len(order)))
    grid(
        here.say("page.quality.grid.caption"),
        here.say("page.quality.grid.party"),
        [_heading(here, agreement, period) for period in shown],
        [Heading(party, party_name(agreement, party)) for party in parties],
        cells,
        here.say("page.quality.status.not_there"),
        (asked.party_id, asked.period),
    )
    source_line(here, here.say("page.quality.source"))
    how(here, [here.say(f"page.quality.how.{name}") for name in ("in_time", "days", "counts", "findings")])
    export(here, agreement, title, rows, list(rows.columns), "deliveries")


def _heading(here: Surroundings, agreement: Agreement, period: str) -> Heading:
    deadline = deadline_on(agreement, period)
    small = here.say("page.quality.grid.deadline", day=date_text(deadline, here.language)) if deadline else ""
    return Heading(period, period_text(period, here.language), small)


def returns(here: Surroundings, agreement: Agreement, asked: Asked) -> None:
    """Every return of what the reader has chosen, with its trace."""
    found = kept(partial(handed_in, here.published, agreement, here.as_of), "handed in", *here.known(agreement))
    if asked.period is not None:
        found = found[found["period"] == asked.period]
    if asked.party_id is not None:
        found = found[found["party_id"] == asked.party_id]
    days = [_days_after(agreement, row) for row in found.to_dict("records")]
    returns_table(here, agreement, found.assign(days_after=pd.Series(days, index=found.index, dtype="Int64")))


def _days_after(agreement: Agreement, row: dict[Any, Any]) -> int | None:
    deadline = deadline_on(agreement, row["period"])
    return (row["submitted_at"].date() - deadline).days if deadline else None


def covered(here: Surroundings, agreement: Agreement, asked: Asked) -> None:
    """Of how many projects there are figures, question by question."""
    ask = partial(coverage, here.published, agreement, here.as_of, asked.period)
    rows = kept(ask, "coverage", asked.period, *here.known(agreement))
    if asked.party_id is not None:
        rows = rows[rows["party_id"] == asked.party_id]
    coverage_tables(here, agreement, rows, asked.period)
    if len(rows):
        source_line(here, here.say("page.quality.credit"))
        names = ("of", "both", "coded", "not_asked", "unanswered")
        how(here, [here.say(f"page.quality.coverage.how.{name}") for name in names])


def age(here: Surroundings, agreement: Agreement, asked: Asked) -> None:
    """How old the newest figures of each party are, against the limit."""
    rows = kept(partial(ages, here.published, agreement, here.as_of), "ages", *here.known(agreement))
    if asked.party_id is not None:
        rows = rows[rows["party_id"] == asked.party_id]
    has_figures = rows["age_days"].notna()
    if not has_figures.any():
        blocks.title(here.say("page.quality.view.age"))
        blocks.small(here.say("page.quality.age.empty"))
        return
    title = _age_title(here, agreement, rows, asked)
    blocks.title(title)
    age_table(here, agreement, rows, title)
    source_line(here, here.say("page.quality.credit"))


def _age_title(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, asked: Asked) -> str:
    limit = stale_after_days()
    oldest = of_quality(here, agreement, "age_days", days_text(here, int(rows["age_days"].max())), asked.party_id or "")
    if limit is None:
        return here.say("page.quality.age.title_days", days=oldest)
    n_old = int(rows["colour"].isin(["yellow", "red"]).sum())
    if n_old:
        led = partial(of_quality, here, agreement, party_id=asked.party_id or "")
        n, of = led("aged_old", str(n_old)), led("aged_all", str(len(rows)))
        return here.say("page.quality.age.title_some", n=n, of=of, limit=limit)
    return here.say("page.quality.age.title", days=oldest, limit=limit)


def findings(here: Surroundings, agreement: Agreement, asked: Asked) -> None:
    """Which findings come again and again, in plain words."""
    ask = partial(recurring_findings, here.published, agreement, here.as_of, asked.party_id)
    found = kept(ask, "recurring", asked.party_id, *here.known(agreement))
    if asked.period is not None:
        found = [one for one in found if asked.period in one.by_period]
    if not found:
        blocks.title(here.say("page.quality.view.findings"))
        blocks.small(here.say("page.quality.findings.empty"))
        return
    often = sum(len(one.by_period) > 1 for one in found)
    led = partial(found_in, here, agreement, party=asked.party_id, period=asked.period)
    title = here.say(
        "page.quality.findings.title", n=led(str(len(found)), "findings_kinds"), often=led(str(often), "findings_often")
    )
    blocks.title(title)
    findings_table(here, agreement, found, title, asked.party_id)
    source_line(here, here.say("page.quality.credit"))
    how(here, [here.say(f"page.quality.findings.how.{name}") for name in ("kept", "example")])


def published(here: Surroundings, agreement: Agreement) -> None:
    """What the edition that is shown is made of, the newest act in it, and which editions are kept."""
    snapshot = here.published
    at = published_at(snapshot.identity)
    if at is None:
        blocks.title(here.say("page.quality.editions.title_no_time", identity=snapshot.identity))
    else:
        blocks.title(here.say("page.quality.editions.title", at=moment_text(at, here.language)))
    blocks.small(_last_act(here, agreement))
    rows = kept(partial(contents, snapshot, agreement, here.as_of), "contents", *here.known(agreement))
    contents_table(here, agreement, rows)
    editions_table(here, agreement, editions(snapshot, settings().data_dir))


def _last_act(here: Surroundings, agreement: Agreement) -> str:
    act = kept(partial(last_act, here.published, agreement, here.as_of), "last act", *here.known(agreement))
    if act is None:
        return here.say("page.quality.editions.no_act")
    return here.say(
        "page.quality.editions.last_act",
        name=name_of(known_people(agreement), act["person_id"]),
        act=here.say(f"page.approve.act.{act['act']}"),
        number=traced_sum(here, agreement, act["submission_id"], "projects", None, "phase", str(act["submission_id"])),
        party=party_name(agreement, act["party_id"]),
        period=period_text(act["period"], here.language),
        at=moment_text(act["acted_at"], here.language),
    )


def _by_name(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): answer for name, answer in row.items()}
