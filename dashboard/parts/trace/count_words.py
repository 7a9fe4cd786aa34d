"""Counts in words: how each is made, and what deviations or projects are counted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.parts.agreement_names import focus_name, party_name
from dashboard.parts.economy.words import group_name
from dashboard.parts.levels import level_said
from dashboard.parts.quality.words import reason_words
from dashboard.parts.rules.words import rule_name
from dashboard.parts.surroundings import Surroundings
from domain.limit_file import limits_of
from domain.model import Agreement
from domain.numbers import period_text
from domain.rows import SEVERITIES
from pipelines.answers.deviations.listed import NO_AREA, NO_FOCUS
from pipelines.answers.reporting.coverage import QUESTIONS
from pipelines.answers.trace.computed.counts import where_of

_CELLS = (
    "going", "in_several", "early", "with_figures", "with_both", "with_lines", "with_frames", "drivers", "with_curve",
    "over_cost_frame", "between_frames", "with_both_frames", "all_estimates", "moved_to_later", "moved_to_earlier", "record",
    "with_pace", "slower", "weighed", "colour_red", "reported_greener", "reports", "reports_greener", "reports_same",
    "projects_reported", "reserve_with_figures", "reserve_projects", "projects_listed", "risks_open", "risks_closed",
    "sources_paying", "returns_in_time", "returns_asked", "parties_in", "parties_asked",
)  # fmt: skip
# How counts are made: the text of each, by name.
HOW_COUNTED: Mapping[str, str] = {
    **dict.fromkeys(_CELLS, "count_cells"), "drivers_share": "drivers", "reserve_used_pct": "reserve_share",
    "reserve_expected_pct": "reserve_share", "finished_mean": "finished_mean", "p85_over_sum": "p85_over_sum",
    "in_cell": "count_risks_open", "projects_share": "place_share", "deviations_share": "place_share",
    "level_needed": "level_needed", "level_last_year": "what_if", "what_if_start": "what_if", "what_if_gap": "what_if_gap",
    "what_if_end": "what_if", "chance_reached": "chance_reached", "half_width": "half_width", "detectable": "detectable",
    "points_now": "points_now", "points_needed": "points_needed", "indicators_wanted": "indicators_moved",
    "indicators_moved": "indicators_moved", "indicators_with_target": "targets", "indicator_sum": "indicator_sum",
    "indicator_change": "indicator_change",
    "age_days": "age", "aged_old": "age", "aged_all": "age", "over_ceiling": "balance", "administration": "administration",
    "sources_held": "frame", "sources": "frame",
}  # fmt: skip
# The same of names that begin alike.
HOW_COUNTED_OF: Mapping[str, str] = {
    "open_": "count_risks_open", "open": "count_deviations", "deviating": "count_deviating", "changed_": "count_changed",
    "has_": "count_cells", "lacks_": "count_cells", "findings": "findings", "returns_waiting": "count_cells",
    "parties_late": "count_cells", "counted_": "count_cells", "rests_": "count_cells", "finished": "count_cells",
}  # fmt: skip


def name_said(here: Surroundings, name: str) -> str:
    """What a figure is called; of projects without a figure, the question and the reason."""
    lacks = next((it for it in QUESTIONS if name.startswith(f"lacks_{it}_")), None)
    if lacks is None:
        return here.say(f"trace_figure.name.{name}")
    question = here.say(f"page.quality.coverage.question.{lacks}")
    return here.say("trace_counts.lacks", question=question, reason=reason_words(here, name.removeprefix(f"lacks_{lacks}_")))


def found_said(here: Surroundings, agreement: Agreement, key: str) -> str:
    """Which findings are counted, in words: Advarsel, 2. kvartal 2026."""
    named: Mapping[str, Callable[[str], str]] = {
        "severity": lambda it: here.say(f"severity.{it}") if it in SEVERITIES else it,
        "party": lambda it: party_name(agreement, it),
        "period": lambda it: period_text(it, here.language), "submission": lambda it: here.say("page.numbered", number=it),
    }  # fmt: skip
    pairs = (part.partition("=") for part in key.split(";"))
    return ", ".join(named[name](it) for name, _, it in pairs if name in named and it)


def where_said(here: Surroundings, agreement: Agreement, key: str) -> str:
    """What deviations or projects are counted by, in words: Nord, Gange og sykkel, ■ Avvik."""
    bodies = {body.body_id: body.name for body in agreement.bodies}
    known = {
        "subject": ("project", "report"), "level": ("red", "yellow"), "age": ("1", "2", "3", "4"),
        "rule": limits_of(agreement).rules,
    }  # fmt: skip
    named: Mapping[str, Callable[[str], str]] = {
        "area": lambda it: here.say("deviations.area.no_area") if it == NO_AREA else group_name(here, agreement, "area", it),
        "focus": lambda it: here.say("deviations.area.no_focus") if it == NO_FOCUS else focus_name(agreement, it),
        "project": str, "municipality": lambda it: group_name(here, agreement, "municipality", it),
        "subject": lambda it: here.say(f"trace_counts.subject.{it}"), "level": lambda it: level_said(here, it),
        "rule": lambda it: rule_name(here, it), "age": lambda it: here.say(f"deviations.age.{it}"),
        "body": lambda it: bodies.get(it, here.say("deviations.no_body")),
    }  # fmt: skip
    return ", ".join(named[name](it) for name, it in where_of(key).items() if it in known.get(name, (it,)))
