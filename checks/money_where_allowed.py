"""Whether money is used where, for what and for as large a share as the agreement lets its source be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.at_cell import at
from checks.places_agree import municipality_codes
from checks.row_sums import grouped, have_one_basis, tolerance_mnok, total_mnok
from checks.rules import Rule
from domain.model import Agreement, FundingSource
from domain.returns import Return, ReturnRow
from domain.rows import Finding

OUTSIDE_AREA = Rule("money_outside_area", "error", "across", ("economy", "projects"))
PARTLY_OUTSIDE = Rule("money_partly_outside_area", "warning", "across", ("economy", "projects"))
NOT_FOR_ELEMENT = Rule("source_not_for_element", "error", "across", ("economy",))
SHARE_TOO_HIGH = Rule("source_share_too_high", "error", "across", ("economy",))
RULES = (OUTSIDE_AREA, PARTLY_OUTSIDE, NOT_FOR_ELEMENT, SHARE_TOO_HIGH)

AMOUNTS = ("budget_mnok", "spent_period_mnok", "spent_to_date_mnok", "forecast_mnok", "requisitioned_mnok")


def money_stays_in_its_area(found: Return, agreement: Agreement) -> Iterator[Finding]:
    """A finding at the first row of each project and source whose money may only be used in other municipalities.

    An error where the project lies in none of those where it may be used, a warning where it also lies in others.
    """
    projects, names = found.project_rows(), {place.municipality_code: place.name for place in agreement.municipalities}
    for source, project_id, rows in _used(found, agreement):
        project = projects.get(project_id)
        own = municipality_codes(project) if project else ()
        outside = [code for code in own if code not in source.only_in]
        if source.only_in and outside:
            yield at(
                OUTSIDE_AREA if len(outside) == len(own) else PARTLY_OUTSIDE, rows[0], "funding_source_id",
                project_id=project_id, only_in=_named(source.only_in, names), municipalities=_named(outside, names),
                rows=len(rows),
            )  # fmt: skip


def money_goes_to_its_elements(found: Return, agreement: Agreement) -> Iterator[Finding]:
    """An error at the first row of each project, source and cost element that the source is not for."""
    for source, project_id, rows in _used(found, agreement):
        for (element,), same in grouped(rows, "cost_element").items():
            if source.only_for and element not in source.only_for:
                yield at(
                    NOT_FOR_ELEMENT, same[0], "cost_element", project_id=project_id, source=source.name,
                    expected="; ".join(source.only_for), rows=len(same),
                )  # fmt: skip


def shares_follow_the_element(found: Return, agreement: Agreement) -> Iterator[Finding]:
    """An error where a source pays more of a cost element of a project than its share of it, by the forecasts.

    Says nothing where a forecast of the element is not known or is in other kroner.
    """
    rows_of = grouped(found.of("economy"), "project_id", "cost_element")
    for source, project_id, rows in _used(found, agreement):
        for element, share_pct in source.share_pct.items():
            whole = rows_of.get((project_id, element), [])
            own = [row for row in rows if row.code("cost_element") == element]
            cost, paid = total_mnok(whole, "forecast_mnok"), total_mnok(own, "forecast_mnok")
            if not own or cost is None or paid is None or not have_one_basis(whole):
                continue
            allowed = cost * share_pct / 100
            if paid > allowed + tolerance_mnok(len(whole)):
                largest = max(own, key=lambda row: row.number("forecast_mnok") or 0)
                yield at(
                    SHARE_TOO_HIGH, largest, "forecast_mnok", project_id=project_id, source=source.name, cost_element=element,
                    paid_mnok=paid, cost_mnok=cost, share_pct=share_pct, allowed_mnok=allowed,
                )  # fmt: skip


def _used(found: Return, agreement: Agreement) -> Iterator[tuple[FundingSource, str, list[ReturnRow]]]:
    """Each source with a project that uses it, and the rows where it does: those with an amount."""
    sources = {source.funding_source_id: source for source in agreement.funding_sources}
    rows = [row for row in found.of("economy") if any((row.number(column) or 0) > 0 for column in AMOUNTS)]
    for (source_id, project_id), same in grouped(rows, "funding_source_id", "project_id").items():
        if source_id in sources:
            yield sources[source_id], project_id, same


def _named(codes: Iterable[str], names: dict[str, str]) -> str:
    return "; ".join(dict.fromkeys(names.get(code, code) for code in codes))
