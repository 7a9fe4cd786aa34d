"""Addresses that lead from any page to the page of a project, or to another page with the same agreement, day and price."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from dashboard.parts.blocks import Link
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.words import LANGUAGES

PAGE = "project"


def project_link(here: Surroundings, agreement: Agreement, project_id: str, said: str) -> Link:
    """Words that lead to the page of a project, in the reader's language, price and as known at the reader's date."""
    return page_link(here, agreement, PAGE, said, project=project_id)


def page_link(here: Surroundings, agreement: Agreement, page: str, said: str, **named: object) -> Link:
    """Words that lead to a page by its name in the menu's addresses. `named` are its choices; what is None is left out."""
    parts: dict[str, object] = {"agreement": agreement.agreement_id}
    if here.language != LANGUAGES[0]:
        parts["lang"] = here.language
    if here.is_past:
        parts["asof"] = here.as_of.isoformat()
    parts |= {"price": here.price_asked, **named}
    given = {name: str(part) for name, part in parts.items() if part is not None}
    return Link(said, f"{page}?{urlencode(given, quote_via=quote, safe='')}")
