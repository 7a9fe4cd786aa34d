"""The tables of one project besides its reports: goal contribution, uncertainty, reserve, deviations, and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded
from dashboard.parts.blocks import Said
from dashboard.parts.figure_foot import source_line
from dashboard.parts.figures import kept
from dashboard.parts.filters import Chosen
from dashboard.parts.project.tables import amount_of, columns, hand_out, level_text, one_or_other, unit
from dashboard.parts.project_links import page_link, project_link
from dashboard.parts.rules.cases import reports_said
from dashboard.parts.rules.words import how_much, rule_name
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_of, traced
from domain.indicators import load_indicators
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, period_head, period_text
from pipelines.answers.deviations.deviations import OpenDeviation, deviations
from pipelines.answers.deviations.listed import owner_texts
from pipelines.answers.project.history import ProjectHistory
from pipelines.answers.project.sheets import ContributionRow, Neighbour, ProjectSheets, ReserveRow, RiskRow, dependencies
from pipelines.answers.selection import Selection
from pipelines.answers.trace.computed.counts import WHERE, where_key
from pipelines.writing.tables import Cell

_CONSEQUENCES = ("consequence_low_mnok", "consequence_likely_mnok", "consequence_high_mnok")
_EFFECTS = ("low", "likely", "high")
_NUMBERS = frozenset({"probability", "days", *_CONSEQUENCES, *_EFFECTS, "released", "held"})


def contribution_table(here: Surroundings, agreement: Agreement, sheets: ProjectSheets) -> None:
    """What the project says that it contributes to each indicator."""
    blocks.title(here.say("project.goal.title"))
    if not sheets.contributions:
        blocks.small(here.say("project.goal.none"))
        return
    rows = [_contribution_cells(here, agreement, row) for row in sheets.contributions]
    names = ("indicator", *_EFFECTS, "unit", "evidence", "effect_source")
    blocks.table(here.say("project.goal.caption"), columns(here, names, _NUMBERS), rows)
    source_line(here, here.say("project.source"))


def indicator_name(here: Surroundings, indicator_id: str) -> str:
    """The name of an indicator; its id where there is none such."""
    found = load_indicators().get(indicator_id)
    return found.name.in_language(here.language) if found else indicator_id


def _contribution_cells(here: Surroundings, agreement: Agreement, row: ContributionRow) -> list[Said]:
    effects = {name: getattr(row, name) for name in _EFFECTS}
    table = "goal_contributions"
    return [
        indicator_name(here, row.indicator_id),
        *(
            NO_VALUE
            if effect is None
            else traced(here, agreement, row.submission_id, table, row.row_number, name, _effect(here, effect))
            for name, effect in effects.items()
        ),
        coded(here, table, "effect_unit", row.effect_unit),
        coded(here, table, "evidence_grade", row.evidence_grade) or NO_VALUE,
        row.effect_source or NO_VALUE,
    ]


def _effect(here: Surroundings, effect: float) -> str:
    return decimal_text(effect, 0 if effect == round(effect) else 1, here.language)


def risk_table(here: Surroundings, agreement: Agreement, chosen: Chosen, project_id: str, sheets: ProjectSheets) -> None:
    """Risks and opportunities, open ones first."""
    n_open = sum(row.is_open is not False for row in sheets.risks)
    led = partial(computed_of, here, agreement)
    open_ = led("project.risks_open", project_id, str(n_open))
    closed = led("project.risks_closed", project_id, str(len(sheets.risks) - n_open))
    title = here.say("project.risks.title", n=open_, closed=closed)
    blocks.title(title, unit(here, chosen))
    if not sheets.risks:
        blocks.small(here.say("project.risks.none"))
        return
    names = ("what", "probability", *_CONSEQUENCES, "days", "response", "responsible", "standing")
    rows = [_risk_cells(here, agreement, row) for row in sheets.risks]
    blocks.table(here.say("project.risks.caption"), columns(here, names, _NUMBERS), rows)
    source_line(here, here.say("project.source"))
    exported: list[list[Cell]] = [
        [
            row.risk_id, row.kind, row.description, row.probability_pct,
            *(_cell(amount_of(row.consequences[name])) for name in _CONSEQUENCES), row.consequence_days, row.response,
            row.responsible, None if row.is_open is None else str(row.is_open), row.submission_id, row.row_number,
        ]
        for row in sheets.risks
    ]  # fmt: skip
    exported_names = (
        "risk_id", "kind", "description", "probability_pct", *_CONSEQUENCES, "consequence_days", "response", "responsible",
        "is_open", "submission_id", "row_number",
    )  # fmt: skip
    title = f"{here.say('project.risks.export')}: {project_id}"
    hand_out(here, agreement, chosen, f"project-{project_id}-risks", title, exported_names, exported)


def _risk_cells(here: Surroundings, agreement: Agreement, row: RiskRow) -> list[Said]:
    def led(name: str, said: str) -> Said:
        return said if said == NO_VALUE else traced(here, agreement, row.submission_id, "risks", row.row_number, name, said)

    standing = NO_VALUE if row.is_open is None else here.say(f"project.risks.{'open' if row.is_open else 'closed'}")
    kind = coded(here, "risks", "kind", row.kind)
    return [
        here.say("project.risks.named", kind=kind, description=row.description or row.risk_id),
        led("probability_pct", decimal_text(row.probability_pct, 0, here.language)),
        *(led(name, _amount(here, amount_of(figure))) for name, figure in row.consequences.items()),
        led("consequence_days", decimal_text(row.consequence_days, 0, here.language)),
        row.response or NO_VALUE,
        row.responsible or NO_VALUE,
        standing,
    ]


def reserve_table(here: Surroundings, agreement: Agreement, chosen: Chosen, sheets: ProjectSheets) -> None:
    """What is released and what is held back at each level."""
    blocks.title(here.say("project.reserve.title"), unit(here, chosen))
    if not sheets.reserves:
        blocks.small(here.say("project.reserve.none"))
        return
    rows = [_reserve_cells(here, agreement, row) for row in sheets.reserves]
    names = ("level", "released", "held", "decision")
    blocks.table(here.say("project.reserve.caption"), columns(here, names, _NUMBERS), rows, is_narrow=True)
    source_line(here, here.say("project.source"))


def _reserve_cells(here: Surroundings, agreement: Agreement, row: ReserveRow) -> list[Said]:
    figures = {"released_mnok": row.released, "held_mnok": row.held}
    said = {name: _amount(here, amount_of(figure)) for name, figure in figures.items()}
    return [
        coded(here, "reserve", "reserve_level", row.reserve_level),
        *(
            text if text == NO_VALUE else traced(here, agreement, row.submission_id, "reserve", row.row_number, name, text)
            for name, text in said.items()
        ),
        row.reserve_decision or NO_VALUE,
    ]


def deviation_tables(here: Surroundings, agreement: Agreement, history: ProjectHistory) -> None:
    """What is open on the date, what the rules said in each report, and what the owner wrote."""
    project_id = history.project_id
    ask = partial(deviations, here.published, agreement, here.as_of, Selection(project_id=project_id))
    found = kept(ask, "deviations", project_id, *here.known(agreement))
    n = computed(here, agreement, None, "deviations.open", str(len(found)), grain=WHERE, of=where_key({"project": project_id}))
    title = here.say(f"project.deviations.title.{one_or_other(len(found))}", n=n)
    blocks.title(title if found else here.say("project.deviations.none"))
    if found:
        names = ("rule", "level", "much", "since")
        rows = [_deviation_cells(here, agreement, it) for it in found]
        blocks.table(here.say("project.deviations.caption"), columns(here, names, _NUMBERS), rows)
        source_line(here, here.say("project.source"))
    if history.courses:
        _course_table(here, history)
    texts = kept(partial(owner_texts, here.published, agreement, here.as_of), "owner_texts", *here.known(agreement))
    if own := texts.get(project_id):
        blocks.title(here.say("project.deviations.owner_title"))
        lines: list[list[Said]] = [
            [
                coded(here, "deviations", "kind", text.kind),
                traced(here, agreement, text.submission_id, "deviations", text.row_number, "cause", text.cause or NO_VALUE),
                text.proposed_action or NO_VALUE,
                text.decision_reference or NO_VALUE,
            ]
            for text in own
        ]
        names = ("kind", "cause", "action", "decision")
        blocks.table(here.say("project.deviations.owner_caption"), columns(here, names, _NUMBERS), lines)


def _deviation_cells(here: Surroundings, agreement: Agreement, found: OpenDeviation) -> list[Said]:
    result = found.result
    period = period_text(result.since_period or result.report.period, here.language)
    since = here.say("project.deviations.since", period=period, reports=reports_said(here, max(result.periods_in_a_row, 1)))
    rule, much = (
        page_link(here, agreement, "deviations", said, deviation=found.deviation_id)
        for said in (rule_name(here, result.rule), how_much(here, result))
    )
    return [rule, level_text(here, result.level_told), much, since]


def _course_table(here: Surroundings, history: ProjectHistory) -> None:
    blocks.title(here.say("project.deviations.course_title"))
    periods = [report.period for report in history.reports]
    heads = [*columns(here, ["rule"]), *(blocks.Column(period_head(period, here.language)) for period in periods)]
    rows = [
        [rule_name(here, course.rule), *(level_text(here, course.levels.get(period)) for period in periods)]
        for course in history.courses
    ]
    blocks.table(here.say("project.deviations.course_caption"), heads, rows)


def neighbour_table(here: Surroundings, agreement: Agreement, project_id: str) -> None:
    """The projects that this one waits for, that wait for it, and that were merged with it."""
    ask = partial(dependencies, here.published, agreement, project_id, here.as_of)
    found = kept(ask, "dependencies", project_id, *here.known(agreement))
    blocks.title(here.say("project.dependencies.title"))
    if found.is_alone:
        blocks.small(here.say("project.dependencies.none"))
        return
    relations: dict[str, Sequence[Neighbour]] = {
        "depends_on": found.depends_on,
        "needed_by": found.needed_by,
        "merged_into": found.merged_into,
        "merged_from": found.merged_from,
    }
    rows: list[list[Said]] = [
        [
            project_link(here, agreement, it.project_id, " ".join(part for part in (it.project_id, it.project_name) if part)),
            here.say(f"project.dependencies.{relation}"),
            coded(here, "projects", "phase", it.phase) or here.say("project.dependencies.not_reported"),
            coded(here, "projects", "standing", it.standing),
        ]
        for relation, listed in relations.items()
        for it in listed
    ]
    names = ("project", "relation", "phase", "standing")
    blocks.table(here.say("project.dependencies.caption"), columns(here, names, _NUMBERS), rows)


def _amount(here: Surroundings, mnok: Decimal | None) -> str:
    return NO_VALUE if mnok is None else decimal_text(float(mnok), 2 if 0 < abs(mnok) < 1 else 1, here.language)


def _cell(mnok: Decimal | None) -> float | None:
    return None if mnok is None else float(mnok)
