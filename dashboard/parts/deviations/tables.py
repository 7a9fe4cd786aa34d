"""The tables of deviations: the working list, what changed, bodies and ages, early warnings; the first two to take along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.parts import blocks
from dashboard.parts.agreement_names import party_name
from dashboard.parts.blocks import Column, Link, Said
from dashboard.parts.deviations.choice import (
    Listed,
    Narrowed,
    bodies_in_order,
    body_name,
    count_of,
    deviation_address,
    filters_said,
)
from dashboard.parts.deviations.words import level_now, one_line, owner_said, project_said, since_said
from dashboard.parts.exports import downloads, table_of_reports
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import kept
from dashboard.parts.levels import level_pair, level_said
from dashboard.parts.rules.words import how_much, rule_name, rule_sentence
from dashboard.parts.surroundings import Surroundings
from domain.limit_file import limits_of
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text
from pipelines.answers.deviations.deviations import OpenDeviation
from pipelines.answers.deviations.listed import STEPS, DeviationChange, OwnerText, colour_reasons, owner_texts, texts_about
from pipelines.answers.trace.computed.counts import NOBODY, age_of
from pipelines.writing.tables import Cell

SHOWN = 25
_LIST = ("project", "what", "much", "level", "reported", "figures", "since", "body", "owner")
_CHANGES = ("project", "step", "what", "much", "before", "now", "body")
LIST_EXPORT = (
    "deviation_id", "project_id", "project_name", "party_id", "party_name", "focus_area_id", "rule", "rule_name", "how_much",
    "number", "unit", "level", "level_told", "reported_colour", "data_colour", "since_period", "periods_in_a_row", "body_id",
    "cause", "proposed_action", "decision_reference", "sentence", "submission_id",
)  # fmt: skip
_CHANGE_EXPORT = (
    "deviation_id",
    "project_id",
    "project_name",
    "rule",
    "rule_name",
    "step",
    "level_before",
    "level_now",
    "body_id",
)
Texts = Mapping[str, Sequence[OwnerText]]


def working_list(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """Every deviation that passes the filters, the most serious first; the first of them until the reader asks for all."""
    n_projects = len({it.result.project_id for it in found.found})
    count = partial(count_of, here, agreement, narrowed)
    led = {"n": count("open", len(found.found)), "n_projects": count("deviating", n_projects)}
    title = here.say("deviations.list.title_one" if len(found.found) == 1 else "deviations.list.title", **led)
    blocks.title(title)
    if not found.found:
        blocks.small(here.say("deviations.list.empty"))
        return
    texts, reasons = written_by_owners(here, agreement)
    shown = found.found
    if len(shown) > SHOWN and not st.toggle(here.say("deviations.list.more", n=len(shown)), key="all-deviations"):
        shown = shown[:SHOWN]
    lines = [_line(here, agreement, it, texts, reasons) for it in shown]
    with st.container(key="deviation-list"):
        blocks.table(here.say("deviations.list.caption"), _columns(here, _LIST), lines)
    source_line(here, here.say("deviations.source"))
    make = partial(list_rows, here, agreement, found.found, texts)
    _export(here, agreement, title, LIST_EXPORT, make, narrowed, "deviations")


def written_by_owners(here: Surroundings, agreement: Agreement) -> tuple[Texts, Mapping[str, dict[str, Any]]]:
    """What owners wrote of deviations and of colours, by project."""
    snapshot = here.published
    texts = kept(partial(owner_texts, snapshot, agreement, here.as_of), "owner_texts", *here.known(agreement))
    return texts, kept(partial(colour_reasons, snapshot, agreement, here.as_of), "colour_reasons", *here.known(agreement))


def _line(
    here: Surroundings, agreement: Agreement, it: OpenDeviation, texts: Texts, reasons: Mapping[str, dict[str, Any]]
) -> list[Said]:
    result = it.result
    reported, figures = level_pair(here, result.report.reported_colour, result.report.data_colour)
    return [
        Link(f"{result.project_id} {result.report.project_name}", deviation_address(it.deviation_id)),
        rule_name(here, result.rule),
        Link(how_much(here, result), deviation_address(it.deviation_id)),
        level_now(here, result),
        one_line(reported),
        one_line(figures),
        since_said(here, result),
        body_name(here, agreement, it.body_id),
        owner_said(result.rule, texts.get(result.project_id, ()), reasons.get(result.project_id)),
    ]


def changes(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """What opened, worsened, improved and closed since the chosen day."""
    if narrowed.since is None:
        blocks.small(here.say("deviations.changes.no_since"))
        return
    day, now = date_text(narrowed.since, here.language), date_text(here.as_of, here.language)
    steps = Counter(it.step for it in found.changes)
    if not steps:
        blocks.title(here.say("deviations.changes.none", day=day))
        return
    led = {step: count_of(here, agreement, narrowed, f"changed_{step}", steps[step]) for step in STEPS}
    title = here.say("deviations.changes.title", day=day, **{step: n for step, n in led.items() if step != "ended"})
    blocks.title(title)
    shown = found.changes
    if len(shown) > SHOWN and not st.toggle(here.say("deviations.list.more", n=len(shown)), key="all-changes"):
        shown = shown[:SHOWN]
    lines = [_change(here, agreement, it) for it in shown]
    caption = here.say("deviations.changes.caption", day=day, now=now, ended=led["ended"])
    with st.container(key="deviation-list"):
        blocks.table(caption, _columns(here, _CHANGES), lines)
    source_line(here, here.say("deviations.source"))
    make = partial(_change_export, here, found.changes)
    _export(here, agreement, title, _CHANGE_EXPORT, make, narrowed, "deviation-changes")


def _change(here: Surroundings, agreement: Agreement, it: DeviationChange) -> list[Said]:
    said = f"{it.result.project_id} {it.result.report.project_name}"
    return [
        Link(said, deviation_address(it.deviation_id)) if it.after else said,
        here.say(f"deviations.step.{it.step}"),
        rule_name(here, it.result.rule),
        Link(how_much(here, it.after), deviation_address(it.deviation_id)) if it.after else NO_VALUE,
        one_line(level_said(here, it.before.level_told)) if it.before else NO_VALUE,
        level_now(here, it.after) if it.after else NO_VALUE,
        body_name(here, agreement, it.body_id),
    ]


def bodies_and_ages(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """Deviations by the body that treats them and how long they have been there."""
    count = partial(count_of, here, agreement, narrowed, "open")
    blocks.title(here.say("deviations.bodies.title", n=count(len(found.found))))
    if not found.found:
        blocks.small(here.say("deviations.list.empty"))
        return
    counted = Counter((it.body_id, age_of(it.result)) for it in found.found)
    ages = ("1", "2", "3", "4")
    columns = [
        Column(here.say("deviations.column.body")),
        *(Column(here.say(f"deviations.age.{age}"), True) for age in ages),
        Column(here.say("deviations.column.total"), True),
    ]
    lines: list[list[Said]] = []
    for body_id in bodies_in_order(agreement, (it.body_id for it in found.found)):
        counts = [counted[body_id, age] for age in ages]
        own = partial(count, body=body_id or NOBODY)
        led = (own(_number(here, n), age=age) for age, n in zip(ages, counts, strict=True))
        lines.append([body_name(here, agreement, body_id), *led, own(_number(here, sum(counts)))])
    totals = [sum(n for (_, found_age), n in counted.items() if found_age == age) for age in ages]
    led = (count(_number(here, n), age=age) for age, n in zip(ages, totals, strict=True))
    lines.append([here.say("deviations.column.total"), *led, count(_number(here, sum(totals)))])
    blocks.table(here.say("deviations.bodies.caption"), columns, lines, is_narrow=True)
    source_line(here, here.say("deviations.source"))


def early_warnings(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> None:
    """Projects whose forecast rises report after report though it is within the frames."""
    is_early = found.projects["has_early_warning"].astype(bool)
    ids = set(found.projects.loc[is_early, "project_id"])
    blocks.title(here.say("deviations.early.title", n=count_of(here, agreement, narrowed, "early", len(ids))))
    drifting = [it for it in found.found if it.result.project_id in ids and it.result.rule == "cost_drift"]
    if not drifting:
        return
    lines: list[list[Said]] = [
        [
            Link(project_said(it.result), deviation_address(it.deviation_id)),
            level_now(here, it.result),
            rule_sentence(here, agreement, it.result),
        ]
        for it in drifting
    ]
    blocks.table(here.say("deviations.early.caption"), _columns(here, ("project", "level", "drift")), lines)
    source_line(here, here.say("deviations.source"))


def _columns(here: Surroundings, names: Sequence[str]) -> list[Column]:
    return [Column(here.say(f"deviations.column.{name}")) for name in names]


def _number(here: Surroundings, n: int) -> str:
    return decimal_text(n, 0, here.language)


# What is handed out.


def _export(
    here: Surroundings,
    agreement: Agreement,
    title: str,
    names: Sequence[str],
    make: Callable[[], list[list[Cell]]],
    narrowed: Narrowed,
    key: str,
) -> None:
    credit = here.say("deviations.credit", filters=filters_said(here, agreement, narrowed))
    downloads(
        here,
        agreement,
        lambda: table_of_reports(here, agreement, title, names, make(), credit),
        f"nullvekst-{agreement.agreement_id}-{key}",
    )


def list_rows(here: Surroundings, agreement: Agreement, found: Sequence[OpenDeviation], texts: Texts) -> list[list[Cell]]:
    """One row per deviation under the names that the store uses, unrounded, with the words beside."""
    return [_exported(here, agreement, it, texts.get(it.result.project_id, ())) for it in found]


def _exported(here: Surroundings, agreement: Agreement, it: OpenDeviation, texts: Sequence[OwnerText]) -> list[Cell]:
    result, report = it.result, it.result.report
    about = texts_about(result.rule, texts)
    return [
        it.deviation_id, result.project_id, report.project_name, report.party_id, party_name(agreement, report.party_id),
        report.focus_area_id, result.rule, rule_name(here, result.rule), how_much(here, result), result.number,
        limits_of(agreement).limit(result.rule).unit, result.level, result.level_told, report.reported_colour, report.data_colour,
        result.since_period, result.periods_in_a_row, it.body_id,
        *("; ".join(part for part in parts if part) or None for parts in (
            [text.cause for text in about], [text.proposed_action for text in about], [text.decision_reference for text in about],
        )),
        rule_sentence(here, agreement, result), report.submission_id,
    ]  # fmt: skip


def _change_export(here: Surroundings, found: Sequence[DeviationChange]) -> list[list[Cell]]:
    return [
        [
            it.deviation_id, it.result.project_id, it.result.report.project_name, it.result.rule, rule_name(here, it.result.rule),
            it.step, it.before.level_told if it.before else None, it.after.level_told if it.after else None, it.body_id,
        ]
        for it in found
    ]  # fmt: skip
