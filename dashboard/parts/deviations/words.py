"""The deviations in words: the page's one sentence, and what stands in the rows of its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dashboard.parts.agreement_names import area_name, focus_name
from dashboard.parts.blocks import Said, joined
from dashboard.parts.deviations.choice import Listed, Narrowed, bodies_in_order, body_name, count_of
from dashboard.parts.levels import level_said
from dashboard.parts.rules.cases import reports_said
from dashboard.parts.surroundings import Surroundings
from dashboard.theme import LEVEL_SYMBOLS
from domain.model import Agreement
from domain.numbers import NO_VALUE, date_text, decimal_text, period_text
from pipelines.answers.deviations.deviations import OpenDeviation
from pipelines.answers.deviations.listed import KINDS, NO_AREA, NO_FOCUS, MatrixCell, OwnerText, texts_about
from pipelines.answers.deviations.results import RuleResult


def headline(here: Surroundings, agreement: Agreement, found: Listed, narrowed: Narrowed) -> str:
    """How many projects deviate, what changed since the chosen day, and what the first body has to treat."""
    if found.projects.empty:
        is_filtered = not narrowed.chosen.selection.is_everything
        return here.say("deviations.finding.no_project" if is_filtered else "deviations.finding.not_reported")
    of = len(found.projects)
    worst = worst_levels(found.found)
    n_red = sum(level == "red" for level in worst.values())
    led = partial(count_of, here, agreement, narrowed)
    going = led("going", of)
    key = "in_list" if narrowed.is_partial else "some"
    parts = [here.say(f"deviations.finding.{key}", n=led("deviating", len(worst)), of=going, red=led("deviating_red", n_red))]
    if not worst:
        parts = [here.say("deviations.finding.nothing", of=going)]
    if narrowed.since:
        steps = Counter(it.step for it in found.changes)
        new, day = steps["opened"] + steps["reopened"], date_text(narrowed.since, here.language)
        none = "none_in_list" if narrowed.is_partial else "no_changes"
        key = "changes" if steps["closed"] else "only_new" if new else none
        changed = {"new": led("changed_new", new), "closed": led("changed_closed", steps["closed"])}
        parts.append(here.say(f"deviations.finding.{key}", **changed, day=day))
    bodies = [it.body_id for it in found.found if it.body_id]
    if bodies:
        first = bodies_in_order(agreement, bodies)[0]
        n = led("open", bodies.count(str(first)), body=str(first))
        parts.append(here.say("deviations.finding.body", body=body_name(here, agreement, first), n=n))
    return joined(parts)


def worst_levels(found: Sequence[OpenDeviation]) -> dict[str, str]:
    """The worst open level of each project that deviates."""
    worst: dict[str, str] = {}
    for it in found:
        worst[it.result.project_id] = "red" if worst.get(it.result.project_id) == "red" else it.result.level_told
    return worst


def one_line(said: Said) -> str:
    """Words that stay on one line: a level with its symbol."""
    return str(said).replace(" ", "\u00a0")


def level_now(here: Surroundings, result: RuleResult) -> str:
    """The level of a deviation; that it is the one told last where nothing can be told now."""
    said = one_line(level_said(here, result.level_told))
    return here.say("deviations.list.last_told", level=said) if result.level == "cannot_tell" else said


def since_said(here: Surroundings, result: RuleResult) -> str:
    """4. kvartal 2025, 3 rapporter."""
    if result.since_period is None:
        return NO_VALUE
    n = reports_said(here, result.periods_in_a_row)
    return here.say("deviations.list.since", period=period_text(result.since_period, here.language), reports=n)


def project_said(result: RuleResult) -> str:
    """The id of a project with its name."""
    return f"{result.project_id} {result.report.project_name}"


def owner_said(rule: str, texts: Sequence[OwnerText], reasons: Mapping[str, Any] | None) -> str:
    """The owner's cause and proposal about what a rule is about; else the reason of that colour, or a dash."""
    about = texts_about(rule, texts)
    if about:
        return " ".join(dict.fromkeys(part for text in about for part in (text.cause, text.proposed_action) if part))
    return reason_about(rule, reasons) or NO_VALUE


def reason_about(rule: str, reasons: Mapping[str, Any] | None) -> str | None:
    """The reason that the owner gives for the colour that a rule is about, else for the overall one."""
    subject = "risk" if rule == "risk_without_response" else KINDS.get(rule, "overall")
    given = reasons or {}
    return given.get(f"reason_{subject}") or given.get("reason_overall")


def place_name(here: Surroundings, agreement: Agreement, place: str) -> str:
    """The name of an area or a focus area, or that projects name none."""
    if place == NO_AREA:
        return here.say("deviations.area.no_area")
    if place == NO_FOCUS:
        return here.say("deviations.area.no_focus")
    name = area_name(agreement, place)
    return focus_name(agreement, place) if name == place else name


def cell_said(here: Surroundings, cell: MatrixCell | None) -> str:
    """■ 3 ▲ 13, without a level that no project has; 0 where none deviates, a dash where there are no projects."""
    if cell is None:
        return NO_VALUE
    counts = [f"{LEVEL_SYMBOLS[level]} {decimal_text(n, 0, here.language)}" for level, n in cell.levels.items() if n]
    return one_line(" ".join(counts or [decimal_text(0, 0, here.language)]))
