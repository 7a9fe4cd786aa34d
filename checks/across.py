"""What must be true across the tables of one return. Read it as a table of contents: each line is a rule."""

from __future__ import annotations

from collections.abc import Iterator

from checks import (
    cost_adds_up,
    estimates_in_order,
    milestones_in_order,
    money_by_year,
    money_where_allowed,
    places_agree,
    projects_linked,
)
from domain.forms import Form
from domain.model import Agreement
from domain.returns import Return
from domain.rows import Finding

RULES = (
    *cost_adds_up.RULES,
    *money_by_year.RULES,
    *estimates_in_order.RULES,
    *money_where_allowed.RULES,
    *milestones_in_order.RULES,
    *places_agree.RULES,
    *projects_linked.RULES,
)


def across_findings(found: Return, agreement: Agreement, form: Form) -> Iterator[Finding]:
    """What does not agree between the rows of a return. Rows whose needed answers are missing or faulty are passed over."""
    yield from cost_adds_up.funding_covers_cost(found)
    yield from cost_adds_up.cost_has_funding(found)
    yield from cost_adds_up.kroner_are_the_same(found)
    yield from cost_adds_up.total_is_the_whole(found)

    yield from money_by_year.spent_to_date_holds_the_period(found)
    yield from money_by_year.nothing_is_spent_ahead(found)
    yield from money_by_year.period_is_spent_in_its_year(found)
    yield from money_by_year.finished_years_cost_what_was_spent(found)
    yield from money_by_year.requisitions_stay_in_budget(found)

    yield from estimates_in_order.p50_is_at_most_p85(found)
    yield from estimates_in_order.estimates_rise(found)
    yield from estimates_in_order.forecast_is_above_zero(found)

    yield from money_where_allowed.money_stays_in_its_area(found, agreement)
    yield from money_where_allowed.money_goes_to_its_elements(found, agreement)
    yield from money_where_allowed.shares_follow_the_element(found, agreement)

    yield from milestones_in_order.milestones_in_order(found)
    yield from milestones_in_order.actual_dates_are_past(found)
    yield from milestones_in_order.forecasts_end_with_the_actual(found)
    yield from milestones_in_order.phase_agrees_with_milestones(found, form)

    yield from places_agree.shares_add_up(found)
    yield from places_agree.areas_hold_the_municipalities(found, agreement)
    yield from places_agree.municipalities_exist_in_the_period(found, agreement)
    yield from places_agree.roads_are_given_once(found)

    yield from projects_linked.mergers_end(found)
    yield from projects_linked.dependencies_end(found)
