"""A computed figure in words: what it is, its amount with its unit, how it is made, and which method that is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from dashboard.parts.agreement_names import coded, focus_name
from dashboard.parts.economy.words import group_name
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace.count_words import HOW_COUNTED, HOW_COUNTED_OF, found_said, name_said, where_said
from dashboard.parts.trace.rest_words import ahead_said, indicator_said
from dashboard.parts.trace.words import party_name, period_said
from dashboard.parts.uncertainty.words import chance_said
from domain.indicators import load_indicators
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, exact_text
from pipelines.answers.trace.computed.computed import MAKERS
from pipelines.answers.trace.computed.counts import WHERE
from pipelines.answers.trace.computed.made import Made, Number, Wanted

# How figures are made that are no plain sums: the text of each, by name.
_HOW: Mapping[str, str] = {
    "forecast_share": "share",
    **dict.fromkeys(("balance_budget", "balance_forecast", "result_mnok", "carried_in_mnok", "carried_out_mnok"), "balance"),
    **dict.fromkeys(("over_p50", "rise_over_p50", "over_p85", "forecast_over_p50", "forecast_over_p85"), "against_frame"),
    **dict.fromkeys(("frame", "left_of_frame", "framed_spent", "framed_forecast"), "frame"),
    **dict.fromkeys(
        ("bridge_change", "forecast_change", "bridge_growth", "bridge_price_level", "bridge_scope"), "bridge"
    ),
    **dict.fromkeys(("moved_since_previous", "opening_moved"), "days_previous"),
    **dict.fromkeys(("moved_against_plan", "opening_against_plan", "milestone_against_plan"), "days_plan"),
    "baseline_moved": "baseline", "opening_range": "range", "spi_t": "pace", "cpi": "cost_pace",
    "spent_past_years": "past_years", "budget_past_years": "past_years", "spent_of_budget": "past_share",
    "planned_complete": "weighed", "physically_complete": "weighed",
    "baselines_changed": "count_baselines", "baselines_changed_without_decision": "count_baselines",
    **dict.fromkeys(("p50", "p85", "forecast", "previous_forecast"), "estimate"),
    "sum_of_p50": "sum_estimates", "sum_of_p85": "sum_estimates", "held_against": "held", "share_of_spread": "spread",
    "part_p50": "chance", "part_p85": "chance",
    "reserve_released": "reserve", "reserve_held": "reserve", "reserve_expected": "reserve_expected",
    "reserve_ahead": "reserve_expected", "expected": "expected", "expected_without_response": "expected",
    "risks_without_response": "count_risks", "decisions": "count_deviations", "effect": "effect",
    "projects_red": "count_deviating", "projects_yellow": "count_deviating", "projects_deviating": "count_deviating",
    "carry_ceiling": "ceiling", "spent_cumulative": "spent_until", "milestone_against_stated": "days_stated", **HOW_COUNTED,
}  # fmt: skip
# The same of names that begin alike.
_HOW_OF: Mapping[str, str] = {
    "bridge_": "bridge_end", "chance_": "chance", "portfolio_": "portfolio", "openings_": "count_dates",
    "projects": "count_projects", "deviations": "count_deviations", "report_deviations": "count_deviations",
    "course_": "portfolio", **HOW_COUNTED_OF,
}  # fmt: skip
# Figures that have a sign where they are above zero.
_SIGNED = frozenset({
    "over_p50", "rise_over_p50", "over_p85", "forecast_over_p50", "forecast_over_p85", "result_mnok", "carried_in_mnok",
    "carried_out_mnok", "left_of_frame", "bridge_change", "forecast_change", "bridge_growth", "bridge_price_level",
    "bridge_scope", "reserve_ahead", "effect", "p85_over_sum", "level_needed", "level_last_year", "what_if_start", "what_if_gap",
    "what_if_end", "indicator_change",
})  # fmt: skip
_MOST_DECIMALS, _SHORT_DECIMALS = 4, 3


def how_said(here: Surroundings, wanted: Wanted) -> str:
    """How a figure is made, in a sentence or two; of one without cells, that they are not told."""
    name = wanted.name
    if name not in MAKERS.get(wanted.page, {}):
        return here.say("trace_figure.how.not_told")
    how = _HOW.get(name) or next((how for begin, how in _HOW_OF.items() if name.startswith(begin)), "sum")
    return here.say(f"trace_figure.how.{how}")


def figure_name(here: Surroundings, agreement: Agreement, wanted: Wanted) -> str:
    """What the figure is, and of what: Prognose, Bompenger."""
    is_told = wanted.name in MAKERS.get(wanted.page, {})
    name = name_said(here, wanted.name) if is_told else here.say("trace_figure.other", name=wanted.name)
    of = of_said(here, agreement, wanted)
    return here.say("trace_figure.title", name=name, of=of) if of else name


def of_said(here: Surroundings, agreement: Agreement, wanted: Wanted) -> str:
    """What the figure is of, in words; empty for the agreement, or what is chosen of it."""
    key, grain = wanted.key, wanted.grain
    if not key or key.startswith("rho_"):
        return ""
    if grain == "outlook":
        return ahead_said(here, key)
    if grain == "indicator":
        return indicator_said(here, key)
    if wanted.name == "effect":
        return _effect_of(here, agreement, wanted)
    if grain in ("source", "municipality"):
        return ", ".join(_part_said(here, agreement, part, at) for at, part in enumerate(key.split(":")) if part) if (
            grain == "source"
        ) else group_name(here, agreement, "municipality", key)  # fmt: skip
    if grain == "period":
        return period_said(here, key)
    if grain == "milestone":
        project, _, rest = key.partition(":")
        milestone, _, period = rest.partition(":")
        said = [project, coded(here, "milestones", "milestone", milestone), period_said(here, period) if period else ""]
        return ", ".join(part for part in said if part)
    if grain == "reserve":
        level, _, period = key.partition(":")
        return f"{coded(here, 'reserve', 'reserve_level', level)}, {period_said(here, period)}"
    if grain == "area":
        return group_name(here, agreement, "area", key)
    if grain == "party":
        party, _, period = key.partition(":")
        said = [party_name(agreement, party) if party else "", period_said(here, period) if period else ""]
        return ", ".join(part for part in said if part)
    if grain == "frame":
        return key.partition(":")[0]
    if grain == "found":
        return found_said(here, agreement, key)
    if grain == WHERE:
        return where_said(here, agreement, key)
    if grain == "cell":
        return here.say("trace_counts.cell")
    return focus_name(agreement, key) if grain == "focus_area" else key


def _part_said(here: Surroundings, agreement: Agreement, part: str, at: int) -> str:
    """A part of the key of a frame: source, municipality, year."""
    return part if at > 1 else group_name(here, agreement, ("source", "municipality")[at], part)


def _effect_of(here: Surroundings, agreement: Agreement, wanted: Wanted) -> str:
    place, _, rest = (wanted.key or "").partition("|")
    indicator_id, _, unit = rest.partition("|")
    found = load_indicators().get(indicator_id)
    indicator = found.name.in_language(here.language) if found else indicator_id
    kind = "municipality" if wanted.grain == "municipality" else "area"
    where = group_name(here, agreement, kind, place) if place else ""
    return ", ".join(part for part in (where, indicator, coded(here, "goal_contributions", "effect_unit", unit)) if part)


def amount_said(here: Surroundings, name: str, made: Made) -> str:
    """The amount with its unit, as exactly as it is computed: 6 084,09336289 mill. kr."""
    return _said(here, name, made, made.amount)


def short_said(here: Surroundings, name: str, made: Made) -> str:
    """The amount with its unit as a sentence has it: 6 084,093 mill. kr; omtrent 8 av 10 (0,844)."""
    found = made.amount
    if found is None or isinstance(found, int):
        return _said(here, name, made, found)
    if isinstance(found, Decimal):
        return _said(here, name, made, round(found, _SHORT_DECIMALS))
    if made.unit == "share":
        return f"{chance_said(here, found)} ({number_said(here, round(found, _SHORT_DECIMALS))})"
    return _said(here, name, made, round(found, _SHORT_DECIMALS))


def _said(here: Surroundings, name: str, made: Made, found: Number | None) -> str:
    if found is None:
        return here.say("trace_figure.unknown")
    unit = unit_said(here, made)
    said = number_said(here, found, is_signed=name in _SIGNED or made.unit == "days")
    return f"{said}\u00a0{unit}" if unit else said


def unit_said(here: Surroundings, made: Made) -> str:
    """The unit as it stands after a number; of a ratio or a stated effect none."""
    known = {
        "mnok",
        "pct",
        "days",
        "projects",
        "deviations",
        "risks",
        "milestones",
        "reports",
        "sources",
        "returns",
        "parties",
        "findings",
        "indicators",
        "points",
        "pp",
    }
    return here.say(f"trace_figure.unit.{made.unit}") if made.unit in known else ""


def number_said(here: Surroundings, amount: Number | None, *, is_signed: bool = False) -> str:
    """A number as exactly as it is known; one that is drawn or divided with four decimals at most."""
    if amount is None:
        return NO_VALUE
    exact = Decimal(repr(round(amount, _MOST_DECIMALS))) if isinstance(amount, float) else Decimal(amount)
    said = exact_text(exact, here.language)
    return f"+{said}" if is_signed and exact > 0 else said


def rho_said(here: Surroundings, rho: float) -> str:
    """A correlation as it stands beside the slider."""
    return decimal_text(rho, 2, here.language)
