"""The names that ids stand for on pages: of areas, parties, sources, and the form's own words for its codes."""

from __future__ import annotations

from dashboard.parts.surroundings import Surroundings
from domain.forms import QUARTERLY_RETURN, load_form
from domain.model import Agreement


def area_name(agreement: Agreement, area: str) -> str:
    """The name of a working area; its id where the agreement has no such area."""
    return next((found.name for found in agreement.working_areas if found.working_area_id == area), area)


def party_name(agreement: Agreement, party_id: str) -> str:
    """The name of a party; its id where the agreement has no such party."""
    return next((found.name for found in agreement.parties if found.party_id == party_id), party_id)


def focus_name(agreement: Agreement, focus_area_id: str) -> str:
    """The name of a focus area; its id where the agreement has no such one."""
    areas = agreement.focus_areas if isinstance(agreement.focus_areas, tuple) else ()
    return next((found.name for found in areas if found.focus_area_id == focus_area_id), focus_area_id)


def municipality_name(agreement: Agreement, code: str) -> str:
    """The name of a municipality; its code where the agreement has no such one."""
    return next((found.name for found in agreement.municipalities if found.municipality_code == code), code)


def source_name(agreement: Agreement, funding_source_id: str) -> str:
    """The name of a funding source; its id where the agreement has no such one."""
    return next(
        (found.name for found in agreement.funding_sources if found.funding_source_id == funding_source_id), funding_source_id
    )


def coded(here: Surroundings, table: str, column: str, code: str | None) -> str:
    """The form's own word for a code of one of its columns: byggefase, for example. Empty for none."""
    if code is None:
        return ""
    found = load_form(QUARTERLY_RETURN).table(table).column(column)
    label = next((it.label for it in found.allowed if it.code == code), None)
    return label.in_language(here.language) if label else code
