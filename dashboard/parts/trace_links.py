"""Addresses that lead a figure to its trace: from any page to the submission, the sheet and the cell that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from dashboard.parts.blocks import Link, said_html
from dashboard.parts.surroundings import Surroundings
from domain.model import Agreement
from domain.words import LANGUAGES

PAGE = "trace"
# The names that an address may carry besides the agreement; those of a value, and those that only choose in the finder.
VALUE = ("submission", "table", "row", "column", "project", "key", "period")


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


def _address(here: Surroundings, agreement: Agreement, named: Mapping[str, object]) -> str:
    parts: dict[str, object] = {"agreement": agreement.agreement_id}
    if here.language != LANGUAGES[0]:
        parts["lang"] = here.language
    if here.is_past:
        parts["asof"] = here.as_of.isoformat()
    parts |= named
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
