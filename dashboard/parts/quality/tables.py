"""The tables about data quality: returns with their trace, coverage, age, findings and editions, each to take along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.exports import downloads, plain_rows, table_of_reports
from dashboard.parts.person_blocks import known_people, moment_text, name_of
from dashboard.parts.project_links import page_link
from dashboard.parts.quality.words import (
    AGE_SYMBOLS,
    day_text,
    found_in,
    of_quality,
    party_name,
    reason_words,
    standing_words,
    to_deadline,
)
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced_sum
from dashboard.theme import SEVERITY_SYMBOLS
from domain.model import Agreement, Person
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from domain.rows import Severity
from pipelines.answers.reporting.coverage import QUESTIONS, REASONS, Recurring
from pipelines.answers.reporting.editions import Edition
from pipelines.printing import finding_text

SHOWN_RETURNS, SHOWN_PERIODS = 10, 6
_NUMBERS = {"projects", "warnings", "confirmed", "figures", "age", "n_findings", "n_returns", "n_parties", "submissions"}
_RETURNS = (
    "number", "party", "period", "sent_by", "deadline", "standing", "decided_by", "projects", "warnings", "confirmed", "said",
)  # fmt: skip
# Where the submissions of a kind are listed, each with its way to the file.
_LISTED: dict[str, tuple[str, dict[str, str]]] = {
    "return": ("quality", {"quality": "returns"}),
    "traffic": ("goal", {"view": "releases"}),
    "traffic_api": ("goal", {"view": "table"}),
    "cited_figures": ("indicators", {}),
}
_DAYS = ("first_submitted_at", "submitted_at", "waiting_at", "acted_at", "last_known_from", "published_at")


def returns_table(here: Surroundings, agreement: Agreement, rows: pd.DataFrame) -> None:
    """One row per return: its number, who delivered it when, and who decided it when. `rows` have `days_after` too."""
    title = here.say("page.quality.returns.title")
    blocks.title(title)
    if rows.empty:
        blocks.small(here.say("page.quality.returns.empty"))
        return
    shown = rows
    if len(rows) > SHOWN_RETURNS and not st.toggle(here.say("page.quality.returns.more", n=len(rows)), key="all-returns"):
        shown = rows.head(SHOWN_RETURNS)
    people = known_people(agreement)
    lines = [_return(here, agreement, row, people) for row in shown.to_dict("records")]
    blocks.table(here.say("page.quality.returns.caption"), *blocks.noted(_columns(here, _RETURNS), lines))
    names = [name for name in rows.columns if name != "counts"]
    export(here, agreement, title, rows, names, "returns")


def _return(here: Surroundings, agreement: Agreement, row: dict[Any, Any], people: dict[str, Person]) -> list[Said]:
    # What was decided after the reader's date is not known yet, and what waits was decided by nobody.
    is_decided, number = row["last_act"] != "submit", int(row["submission_id"])
    return [
        _numbered(here, agreement, row),
        party_name(agreement, row["party_id"]),
        period_text(row["period"], here.language),
        _by_at(here, people, row["submitted_by"], row["submitted_at"]),
        here.say("page.quality.returns.correction")
        if row["is_correction"]
        else _of_return(here, agreement, row, to_deadline(here, row["days_after"])),
        standing_words(here, row),
        _by_at(here, people, row["acted_by"], row["acted_at"]) if is_decided else NO_VALUE,
        _of_return(
            here, agreement, row, decimal_text(None if pd.isna(row["n_projects"]) else row["n_projects"], 0, here.language)
        ),
        *(
            # What waits is no part of what is known: its findings stand where it is decided.
            found_in(here, agreement, said, severity=name, submission=number)
            if row.get("counts", True)
            else page_link(here, agreement, "approve", said, **{"return": number})
            for name in ("warning", "hold")
            for said in [decimal_text(row[f"n_{name}"], 0, here.language)]
        ),
        "" if pd.isna(row["said"]) else str(row["said"]),
    ]


def _numbered(here: Surroundings, agreement: Agreement, row: dict[Any, Any]) -> Said:
    """The number of a return, which leads to its cells where it counts."""
    return _of_return(here, agreement, row, here.say("page.numbered", number=int(row["submission_id"])))


def _of_return(here: Surroundings, agreement: Agreement, row: dict[Any, Any], said: str) -> Said:
    """Words that lead to the projects, the file and the acts of a return, where it counts."""
    number = int(row["submission_id"])
    if said == NO_VALUE:
        return said
    return traced_sum(here, agreement, number, "projects", None, "phase", said) if row.get("counts", True) else said


def _by_at(here: Surroundings, people: dict[str, Person], person_id: str, at: dt.datetime) -> str:
    """Who, and on which day; the exported table has the time too."""
    return f"{name_of(people, person_id)}, {date_text(at, here.language)}"


def coverage_tables(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, period: str | None) -> None:
    """Per question of the report: of how many projects there is a figure, by party, and why of the others there is none."""
    if rows.empty:
        blocks.title(here.say("page.quality.view.coverage"))
        blocks.small(here.say("page.quality.coverage.empty"))
        return
    lead = rows[rows["question"] == next(iter(QUESTIONS))]
    parties = list(dict.fromkeys(rows["party_id"]))
    led = partial(of_quality, here, agreement, period=period, party_id=parties[0] if len(parties) == 1 else "")
    n = led("has_forecast_cost", str(int(lead["n_figures"].sum())))
    title = here.say("page.quality.coverage.title", n=n, of=led("projects_reported", str(int(lead["n_asked"].sum()))))
    blocks.title(title)
    by_question = {question: rows[rows["question"] == question] for question in QUESTIONS}
    columns = [Column(here.say("page.quality.column.question"))]
    columns += [Column(here.say("page.quality.coverage.everybody"), True)] if len(parties) > 1 else []
    columns += [Column(party_name(agreement, party_id), True) for party_id in parties]
    lines = [_covered(here, agreement, question, own, parties, period) for question, own in by_question.items()]
    blocks.table(here.say("page.quality.coverage.by_party"), columns, lines, is_narrow=len(parties) == 1)
    columns = [Column(here.say("page.quality.column.question")), Column(here.say("page.quality.column.figures"), True)]
    columns += [Column(reason_words(here, reason), True) for reason in REASONS]
    reasons = [_reasons(here, led, question, own) for question, own in by_question.items()]
    blocks.table(here.say("page.quality.coverage.by_reason"), columns, reasons)
    export(here, agreement, title, rows, list(rows.columns), "coverage")


def _covered(
    here: Surroundings, agreement: Agreement, question: str, own: pd.DataFrame, parties: Sequence[str], period: str | None
) -> list[Said]:
    by_party = {party_id: own[own["party_id"] == party_id] for party_id in parties}
    shown = {"": own, **by_party} if len(parties) > 1 else by_party
    led = partial(of_quality, here, agreement, f"has_{question}", period=period)
    return [_question(here, question), *(led(_n_of(here, found), party_id=party_id) for party_id, found in shown.items())]


def _reasons(here: Surroundings, led: Callable[[str, str], Said], question: str, own: pd.DataFrame) -> list[Said]:
    counts = [led(f"lacks_{question}_{reason}", decimal_text(own[reason].sum(), 0, here.language)) for reason in REASONS]
    return [_question(here, question), led(f"has_{question}", _n_of(here, own)), *counts]


def _question(here: Surroundings, question: str) -> str:
    return here.say(f"page.quality.coverage.question.{question}")


def _n_of(here: Surroundings, own: pd.DataFrame) -> str:
    return here.say("page.quality.coverage.of", n=own["n_figures"].sum(), of=own["n_asked"].sum())


def age_table(here: Surroundings, agreement: Agreement, rows: pd.DataFrame, title: str) -> None:
    """One row per party: its newest figures and how old they are."""
    names = ("party", "period", "number", "sent_at", "age", "mark")
    columns = [Column(here.say(f"page.quality.column.{name}"), name in _NUMBERS) for name in names]
    lines = [_age(here, agreement, row) for row in rows.to_dict("records")]
    blocks.table(here.say("page.quality.age.caption"), columns, lines, is_narrow=True)
    export(here, agreement, title, rows, list(rows.columns), "age")


def _age(here: Surroundings, agreement: Agreement, row: dict[Any, Any]) -> list[Said]:
    if pd.isna(row["age_days"]):
        return [row["party_name"], NO_VALUE, NO_VALUE, NO_VALUE, NO_VALUE, f"◌ {here.say('page.quality.age.no_figures')}"]
    colour = row["colour"]
    return [
        row["party_name"],
        period_text(row["period"], here.language),
        _numbered(here, agreement, row),
        _of_return(here, agreement, row, day_text(here, row["submitted_at"])),
        of_quality(here, agreement, "age_days", decimal_text(row["age_days"], 0, here.language), row["party_id"]),
        f"{AGE_SYMBOLS[colour]} {here.say(f'page.quality.age.{colour}')}",
    ]


def findings_table(
    here: Surroundings, agreement: Agreement, found: Sequence[Recurring], title: str, party_id: str | None = None
) -> None:
    """One row per code: in plain words, how often, of how many parties and in which periods."""
    periods = sorted({period for one in found for period in one.by_period}, key=_newest_first, reverse=True)
    shown = periods[:SHOWN_PERIODS]
    columns = _columns(here, ("severity", "finding", "n_findings", "n_returns", "n_parties"))
    # A plain space before the year, so that a heading may stand in two lines.
    columns += [Column(" ".join(period_text(period, here.language).rsplit("\u00a0", 1)), True) for period in shown]
    with st.container(key="quality-findings"):
        blocks.table(
            here.say("page.quality.findings.caption"), columns, [_found(here, agreement, one, shown, party_id) for one in found]
        )
    rows = pd.DataFrame(
        [
            {
                "code": one.code,
                "severity": one.severity,
                "period": period,
                "n_findings": n,
                "message": finding_text(one.example, "message", here.language),
            }
            for one in found
            for period, n in one.by_period.items()
        ]
    )
    export(here, agreement, title, rows, list(rows.columns), "findings")


def _found(here: Surroundings, agreement: Agreement, one: Recurring, periods: Sequence[str], party_id: str | None) -> list[Said]:
    severity: Severity = one.example.severity
    led = partial(found_in, here, agreement, code=one.code, severity=one.severity, party=party_id)
    return [
        f"{SEVERITY_SYMBOLS[severity]} {here.say(f'severity.{severity}')}",
        finding_text(one.example, "message", here.language),
        led(decimal_text(one.n_findings, 0, here.language)),
        led(decimal_text(one.n_returns, 0, here.language), "findings_returns"),
        led(decimal_text(len(one.party_ids), 0, here.language), "findings_parties"),
        *(led(decimal_text(one.by_period.get(period, 0), 0, here.language), period=period) for period in periods),
    ]


def _newest_first(period: str) -> tuple[str, str]:
    return period[:4], period


def contents_table(here: Surroundings, agreement: Agreement, rows: pd.DataFrame) -> None:
    """What the edition is made of: how many submissions of each kind, and the newest of them."""
    title = here.say("page.quality.editions.contents")
    blocks.title(title)
    if rows.empty:
        blocks.small(here.say("page.quality.editions.empty"))
        return
    lines: list[list[Said]] = [
        [
            here.say(f"page.quality.editions.kind.{row['kind']}"),
            *(
                page_link(here, agreement, page, said, **view)
                for page, view in [_LISTED.get(str(row["kind"]), _LISTED["traffic"])]
                for said in (decimal_text(row["n_submissions"], 0, here.language), day_text(here, row["last_known_from"]))
            ),
        ]
        for row in rows.to_dict("records")
    ]
    columns = _columns(here, ("kind", "submissions", "newest"))
    blocks.table(here.say("page.quality.editions.caption"), columns, lines, is_narrow=True)
    export(here, agreement, title, rows, list(rows.columns), "contents")


def editions_table(here: Surroundings, agreement: Agreement, found: Sequence[Edition]) -> None:
    """The editions that are kept, the newest first."""
    title = here.say("page.quality.editions.kept")
    blocks.title(title)
    lines = [
        [
            # Plain spaces: on a phone it stands in two lines.
            moment_text(one.published_at, here.language).replace("\u00a0", " ") if one.published_at else NO_VALUE,
            one.identity,
            here.say("page.quality.editions.shown") if one.is_shown else "",
        ]
        for one in found
    ]
    columns = _columns(here, ("published", "edition", "shown"))
    blocks.table(here.say("page.quality.editions.kept_caption"), columns, lines, is_narrow=True)
    rows = pd.DataFrame([{"identity": one.identity, "published_at": one.published_at, "is_shown": one.is_shown} for one in found])
    export(here, agreement, title, rows, list(rows.columns), "editions")


def export(here: Surroundings, agreement: Agreement, title: str, rows: pd.DataFrame, names: Sequence[str], key: str) -> None:
    """The whole table as CSV and Excel, under the names that the store uses; times as ISO 8601 in UTC."""
    plain = rows.assign(**{name: rows[name].map(_iso) for name in (*_DAYS, "deadline_on") if name in rows.columns})
    flags = {name: plain[name].map({True: "true", False: "false"}) for name in plain.columns if plain[name].dtype == bool}
    plain = plain.assign(**flags)
    table = table_of_reports(here, agreement, title, names, plain_rows(plain, names), here.say("page.quality.credit"))
    downloads(here, agreement, lambda: table, f"nullvekst-{agreement.agreement_id}-{key}")


def _iso(at: Any) -> str | None:
    return None if at is None or pd.isna(at) else at.isoformat()


def _columns(here: Surroundings, names: Sequence[str]) -> list[Column]:
    return [Column(here.say(f"page.quality.column.{name}"), name in _NUMBERS) for name in names]
