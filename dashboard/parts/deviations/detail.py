"""One deviation in full: what the rule says, its figures and cells, the limit, report by report, and what the owner wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded, source_name
from dashboard.parts.blocks import Column, Link, Said
from dashboard.parts.deviations.choice import body_name, deviation_address
from dashboard.parts.deviations.tables import written_by_owners
from dashboard.parts.deviations.words import one_line, project_said, reason_about
from dashboard.parts.figures import kept
from dashboard.parts.levels import level_pair, level_said
from dashboard.parts.links import sources
from dashboard.parts.rules.cases import mnok_said, pct_said, reports_said
from dashboard.parts.rules.words import how_much, limit_said, limit_sources, rule_name, rule_sentence
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import traced
from dashboard.theme import LEVEL_SYMBOLS, level_colour
from domain.forms import QUARTERLY_RETURN, load_form
from domain.limit_file import limits_of
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, period_text
from pipelines.answers.deviations.deviations import OpenDeviation, deviations
from pipelines.answers.deviations.listed import OwnerText, ReadCell, deviation_history, read_cells
from pipelines.answers.deviations.results import RuleResult
from pipelines.answers.selection import Selection

_SHOWN_CELLS = 12
_PERIODS = frozenset({"first_period", "previous_period", "period", "awaited_period"})
_LEVELS = frozenset({"reported_colour", "data_colour"})


def detail(here: Surroundings, agreement: Agreement, deviation_id: str) -> None:
    """The deviation of an id; a sentence where it is not open on the reader's date."""
    project_id = deviation_id.rpartition(":")[0]
    ask = partial(deviations, here.published, agreement, here.as_of, Selection(project_id=project_id))
    found = kept(ask, "deviations of", project_id, *here.known(agreement))
    one = next((it for it in found if it.deviation_id == deviation_id), None)
    with st.container(border=True):
        if one is None:
            blocks.small(here.say("deviations.detail.gone", name=deviation_id))
        else:
            _whole(here, agreement, one)
        blocks.way(Link(here.say("deviations.detail.back"), deviation_address(None)))


def _whole(here: Surroundings, agreement: Agreement, one: OpenDeviation) -> None:
    result = one.result
    _summary(here, agreement, one)
    left, right = st.columns(2, gap="large")
    with left:
        _figures(here, agreement, result)
        _cells(here, agreement, result)
    with right:
        _history(here, agreement, result)
        _owner(here, agreement, result)


def _summary(here: Surroundings, agreement: Agreement, one: OpenDeviation) -> None:
    """What the rule says, how long it has said so, how the project is reported, and the limit with its basis."""
    result = one.result
    blocks.title(f"{project_said(result)}: {rule_name(here, result.rule)}")
    level = result.level_told
    blocks.said(
        level_said(here, level)[2:], rule_sentence(here, agreement, result), LEVEL_SYMBOLS[level],
        level_colour(level, here.palette),
    )  # fmt: skip
    reported, figures = level_pair(here, result.report.reported_colour, result.report.data_colour)
    age = here.say(
        "deviations.detail.age",
        period=period_text(result.since_period or result.report.period, here.language),
        reports=reports_said(here, result.periods_in_a_row),
        body=body_name(here, agreement, one.body_id),
    )
    pair = here.say("deviations.detail.pair", reported=reported, found=figures)
    blocks.said(here.say("deviations.detail.project"), f"{pair}. {age}")
    limit = limits_of(agreement).limit(result.rule)
    blocks.said(here.say("deviations.detail.limit"), limit_said(here, limit, agreement))
    if documents := limit_sources(limit, agreement):
        sources(documents, here.language)


def _figures(here: Surroundings, agreement: Agreement, result: RuleResult) -> None:
    """The figures that the rule has computed with, by their names."""
    if not result.evidence:
        return
    blocks.title(here.say("deviations.detail.figures"))
    lines = [
        [here.say(f"deviations.evidence.{name}"), evidence_said(here, agreement, name, found)]
        for name, found in result.evidence.items()
    ]
    columns = [Column(here.say("deviations.column.figure")), Column(here.say("deviations.column.amount"), True)]
    blocks.table(here.say("deviations.detail.figures_caption"), columns, lines, is_narrow=True)


def evidence_said(here: Surroundings, agreement: Agreement, name: str, found: Any) -> str:
    """A figure of the evidence with its unit; a dash where there is none."""
    if found is None:
        return NO_VALUE
    if name in _PERIODS:
        return period_text(str(found), here.language)
    if name in _LEVELS:
        return level_said(here, str(found))
    if name.endswith("_on") or name == "as_of":
        return date_text(dt.date.fromisoformat(str(found)), here.language)
    if name.endswith("_mnok"):
        return mnok_said(here, Decimal(str(found)))
    if name.endswith("_pct"):
        return pct_said(here, Decimal(str(found)))
    named: Mapping[str, Callable[[str], str]] = {
        "milestone": partial(coded, here, "milestones", "milestone"),
        "reserve_level": partial(coded, here, "reserve", "reserve_level"),
        "funding_source_id": partial(source_name, agreement),
    }
    return named[name](str(found)) if name in named else str(found)


def _cells(here: Surroundings, agreement: Agreement, result: RuleResult) -> None:
    """The cells of the newest report that the rule has read, each leading to its trace."""
    read = kept(
        partial(read_cells, here.published, result), "read_cells", result.deviation_id, result.report.submission_id, result.cells,
        *here.known(agreement),
    )  # fmt: skip
    if not read:
        return
    blocks.title(here.say("deviations.detail.cells"))
    lines = [_cell(here, agreement, cell) for cell in read[:_SHOWN_CELLS]]
    columns = [Column(here.say(f"deviations.column.{name}")) for name in ("figure", "sheet", "cell")]
    period = period_text(result.report.period, here.language)
    blocks.table(here.say("deviations.detail.cells_caption", period=period), columns, lines, is_narrow=True)
    if len(read) > _SHOWN_CELLS:
        blocks.small(here.say("deviations.detail.cells_more", n=_SHOWN_CELLS, of=len(read)))


def _cell(here: Surroundings, agreement: Agreement, cell: ReadCell) -> list[Said]:
    form = load_form(QUARTERLY_RETURN)
    heading = form.heading(form.table(cell.table).column(cell.column), here.language)
    link = traced(here, agreement, cell.submission_id, cell.table, cell.row_number, cell.column, cell.address)
    return [heading, cell.sheet, link]


def _history(here: Surroundings, agreement: Agreement, result: RuleResult) -> None:
    """What the rule said of each report of the project, the newest first."""
    ask = partial(deviation_history, here.published, agreement, result.project_id, result.rule, here.as_of)
    found = kept(ask, "deviation_history", result.deviation_id, *here.known(agreement))
    blocks.title(here.say("deviations.detail.history"))
    lines = [
        [
            period_text(it.report.period, here.language),
            date_text(it.report.reported_on, here.language),
            one_line(level_said(here, it.level)),
            one_line(level_said(here, it.report.reported_colour)),
            how_much(here, it),
        ]
        for it in reversed(found)
    ]
    columns = [Column(here.say(f"deviations.column.{name}")) for name in ("period", "delivered", "level", "reported", "much")]
    blocks.table(here.say("deviations.detail.history_caption"), columns, lines)


def _owner(here: Surroundings, agreement: Agreement, result: RuleResult) -> None:
    """What the owner has written of the project's deviations and of the colour that the rule is about."""
    texts, reasons = written_by_owners(here, agreement)
    about = texts.get(result.project_id, ())
    blocks.title(here.say("deviations.detail.owner"))
    if about:
        columns = [Column(here.say(f"deviations.column.{name}")) for name in ("kind", "cause", "action", "body", "decision")]
        blocks.table(here.say("deviations.detail.owner_caption"), columns, _owner_lines(here, agreement, about))
    else:
        blocks.small(here.say("deviations.detail.owner_none"))
    reason = reason_about(result.rule, reasons.get(result.project_id))
    if reason:
        said = here.say("deviations.detail.reason", colour=level_said(here, result.report.reported_colour), reason=reason)
        blocks.said(here.say("deviations.evidence.reason"), said)


def _owner_lines(here: Surroundings, agreement: Agreement, about: Sequence[OwnerText]) -> list[list[Said]]:
    return [
        [
            Link(coded(here, "deviations", "kind", text.kind), _address(here, agreement, text)),
            text.cause or NO_VALUE,
            text.proposed_action or NO_VALUE,
            body_name(here, agreement, text.body_id) if text.body_id else NO_VALUE,
            text.decision_reference or NO_VALUE,
        ]
        for text in about
    ]


def _address(here: Surroundings, agreement: Agreement, text: OwnerText) -> str:
    return traced(here, agreement, text.submission_id, "deviations", text.row_number, "cause", text.deviation_id).href
