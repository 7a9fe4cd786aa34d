"""Addresses that lead a figure to its trace: from any page to the submission, the sheet and the cell that it stands in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from dashboard.parts.blocks import Link, Said, said_html
from dashboard.parts.filters import Chosen
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.numbers import NO_VALUE
from domain.words import LANGUAGES
from pipelines.answers.prices import Price
from pipelines.answers.selection import EVERYTHING, Selection

PAGE = "trace"
# The names that an address may carry besides the agreement; those of a value, and those that only choose in the finder.
VALUE = ("submission", "table", "row", "column", "project", "key", "period")
# Those of a computed figure: its page and name, what it is of, and the earlier day of a comparison with its kroner.
FIGURE = ("grain", "of", "since", "since_price", "rho")
# The filters of a page by the fields of a selection.
SELECTED = {
    "area": "working_area_id", "municipality": "municipality_code", "party": "party_id", "focus": "focus_area_id",
    "phase": "phase",
}  # fmt: skip


def trace_address(here: Surroundings, agreement: Agreement, table: str, column: str | None = None, **named: object) -> str:
    """The address of a figure's trace, relative to any page, in the reader's language and as known at the reader's date.

    `named` are `submission`, `row`, `project`, `key` and `period`; what is None is left out. With neither row nor key it is the
    set of all the cells of a project, or of a whole table.
    """
    unknown = named.keys() - set(VALUE)
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}; accepted: {', '.join(VALUE)}")
    return _address(here, agreement, {"table": table, "column": column, **named})


def finder_link(here: Surroundings, agreement: Agreement, said: str) -> str:
    """HTML, escaped: the words as a link to where a figure is found by choosing."""
    return said_html(Link(said, _address(here, agreement, {})))


def computed_address(
    here: Surroundings,
    agreement: Agreement,
    figure: str,
    selection: Selection = EVERYTHING,
    price: Price | None = None,
    **named: object,
) -> str:
    """The address of the trace of a computed figure, by its page and name with a dot between: economy.forecast_total.

    `named` are `grain`, `of` (which of them), `since`, `since_price` and `rho`; and `day`, on which it is known, where that is
    not the reader's.
    """
    day = named.pop("day", None)
    unknown = named.keys() - set(FIGURE)
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}; accepted: day, {', '.join(FIGURE)}")
    chosen = {name: getattr(selection, field) for name, field in SELECTED.items()}
    return _address(
        here,
        agreement,
        {"figure": figure, **named, **chosen, "price": price.choice if price else None},
        day if isinstance(day, dt.date) else None,
    )


def computed(here: Surroundings, agreement: Agreement, chosen: Chosen | None, figure: str, said: str, **named: object) -> Said:
    """Words that lead to the trace of a computed figure of what is chosen; plain where they say that there is none."""
    if said in ("", NO_VALUE):
        return said
    selection, price = (chosen.selection, chosen.price) if chosen else (EVERYTHING, None)
    return Link(said, computed_address(here, agreement, figure, selection, price, **named))


def computed_of(here: Surroundings, agreement: Agreement, figure: str, project_id: str, said: str) -> Said:
    """Words that lead to the trace of a figure that is computed of one project, whatever else is chosen."""
    return computed(here, agreement, None, figure, said, grain="project", of=project_id)


def _address(here: Surroundings, agreement: Agreement, named: Mapping[str, object], day: dt.date | None = None) -> str:
    parts: dict[str, object] = {"agreement": agreement.agreement_id}
    if here.language != LANGUAGES[0]:
        parts["lang"] = here.language
    known_on = day or here.as_of
    if known_on < here.today:
        parts["asof"] = known_on.isoformat()
    parts |= {name: part for name, part in named.items() if part is not None}
    # The kroner that the reader has chosen are no part of a cell, but of the pages that lie behind the trace.
    parts.setdefault("price", here.price_asked)
    return f"{PAGE}?{urlencode({name: str(part) for name, part in parts.items() if part is not None}, quote_via=quote, safe='')}"


def traced(
    here: Surroundings, agreement: Agreement, submission_id: int, table: str, row_number: int, column: str, said: str
) -> Link:
    """A cell of one of our tables whose words lead to the trace of a reported figure."""
    address = trace_address(here, agreement, table, column, submission=submission_id, row=row_number)
    return Link(said, address)


def traced_sum(
    here: Surroundings, agreement: Agreement, submission_id: int, table: str, project_id: str | None, column: str, said: str
) -> Link:
    """A cell of one of our tables whose words lead to all the cells that a sum of a project, or of a return, consists of."""
    return Link(said, trace_address(here, agreement, table, column, submission=submission_id, project=project_id))


def traced_figure(here: Surroundings, agreement: Agreement, submission_id: int, table: str, key: str, said: str) -> Link:
    """A cell of one of our tables whose words lead to the trace of a published or cited figure, by its key."""
    return Link(said, trace_address(here, agreement, table, submission=submission_id, key=key))


def trace_link(
    here: Surroundings, agreement: Agreement, submission_id: int, table: str, row_number: int, column: str, said: str
) -> str:
    """HTML, escaped: the words as a link to the trace of a reported figure."""
    return said_html(traced(here, agreement, submission_id, table, row_number, column, said))
