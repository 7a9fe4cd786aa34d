"""What is wrong in a mapping that its model cannot say: names that our form does not have, units, spans, names that collide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from domain.fact_files import doubles, mappings_in
from domain.faults import Fault, Location, quoted
from domain.forms import BUILT_IN, Form, FormColumn, load_form
from domain.mapping_columns import CURRENCY_UNITS, KRONER_UNITS, PERCENT_UNITS

Content = dict[str, Any]

_DATE_FORMATS = (
    "dd.mm.yy", "dd/mm/yyyy", "dd/mm/yy", "mm/dd/yyyy", "yyyymmdd", "ddmmyyyy", "dd-mm-yyyy", "excel_serial", "quarter_end",
)  # fmt: skip
_ENDS = ("low", "high")
_AXES = {"rows": ("header_row", "first_row"), "columns": ("header_column", "first_column")}
_CALCULATIONS = {"sum": None, "difference": 2, "ratio_pct": 2}


def faults_of(content: Content, file_id: str) -> Iterator[Fault]:
    """Every fault by its place. Works on content of any form; what the model refuses is left to it."""
    if content.get("mapping_id", file_id) != file_id:
        yield Fault(("mapping_id",), quoted(content["mapping_id"]), f"must be the name of the file, {file_id}")
    if content.get("party_id") and content.get("parties"):
        yield Fault(("parties",), "", "must not be given where party_id says whose every report is")
    # Not by the model: a list whose only item is wrong would be called empty, too.
    yield from _empty(content, ("blocks",))
    if content.get("currency") and not content.get("decimals"):
        yield Fault(("decimals",), "", "is missing: a form in another currency must say whether 1,234 is a thousand: . or ,")
    yield from doubles(content, "identity", "project_id")
    yield from _names_collide(content)
    for name in _scales_of(content):
        yield from _spans_overlap(content["scales"][name], ("scales", name))
    form = _form(content)
    if form is None:
        yield Fault(("form_id",), quoted(content.get("form_id")), f"must be one of: {', '.join(_form_ids())}")
        return
    yield from _words_for_missing(content.get("missing"), ("missing",), [found.code for found in form.missing])
    for place, part in mappings_in(content, "identity"):
        yield from _columns_unknown(part.get("answers"), ("identity", place, "answers"), _all_columns(form))
        left = part.get("left")
        if isinstance(left, dict):
            of_projects = {column.column: column for column in form.table("projects").columns}
            yield from _columns_unknown(left.get("answers"), ("identity", place, "left", "answers"), of_projects)
    for place, block in mappings_in(content, "blocks"):
        yield from _block_faults(("blocks", place), block, content, form)


def _empty(content: Content, here: Location) -> Iterator[Fault]:
    """A fault for a list that must hold something and does not."""
    if content.get(str(here[-1])) in ([], {}):
        yield Fault(here, "", "must hold at least one")


def _form(content: Content) -> Form | None:
    form_id = content.get("form_id")
    return load_form(form_id) if isinstance(form_id, str) and form_id in _form_ids() else None


def _form_ids() -> list[str]:
    return sorted(path.stem for path in BUILT_IN.glob("*.yaml"))


def _all_columns(form: Form) -> dict[str, FormColumn]:
    """Every column that any table asks, by name; a name in several tables asks the same thing."""
    return {column.column: column for table in form.tables for column in table.columns}


def _scales_of(content: Content) -> list[str]:
    scales = content.get("scales")
    return [name for name, listed in scales.items() if isinstance(listed, list)] if isinstance(scales, dict) else []


def _words_for_missing(given: Any, here: Location, accepted: list[str]) -> Iterator[Fault]:
    known = ", ".join(accepted) or "none: the column takes no reason"
    for text, code in given.items() if isinstance(given, dict) else ():
        if code not in accepted:
            yield Fault((*here, text), quoted(code), f"must be one of: {known}")


# Projects and scales.


def _names_collide(content: Content) -> Iterator[Fault]:
    """A name that two of our projects have had at the same time."""
    seen: list[tuple[str, dt.date, str]] = []
    for place, part in mappings_in(content, "identity"):
        yield from _empty(part, ("identity", place, "names"))
        names = part.get("names")
        for number, given in enumerate(names) if isinstance(names, list) else ():
            name = given.get("name") if isinstance(given, dict) else given
            folded, own = " ".join(str(name).split()).casefold(), str(part.get("project_id"))
            until = _day(given.get("valid_to") if isinstance(given, dict) else None, dt.date.max)
            others = [other for text, end, other in seen if text == folded and other != own and end == until]
            if others:
                yield Fault(("identity", place, "names", number), quoted(name), f"is already a name of {others[0]}")
            seen.append((folded, until, own))


def _spans_overlap(listed: list[Any], here: Location) -> Iterator[Fault]:
    for number, part in enumerate(listed):
        if isinstance(part, dict):
            yield from _empty(part, (*here, number, "codes"))
    spans = sorted(
        (_day(part.get("valid_from"), dt.date.min), _day(part.get("valid_to"), dt.date.max), number)
        for number, part in enumerate(listed)
        if isinstance(part, dict)
    )
    for (_, end, _), (start, _, number) in pairwise(spans):
        if start <= end:
            yield Fault((*here, number, "valid_from"), quoted(start), f"must be after {end}, when the scale before it ends")


def _day(given: Any, otherwise: dt.date) -> dt.date:
    return given if isinstance(given, dt.date) else otherwise


# Blocks.


def _block_faults(here: Location, block: Content, content: Content, form: Form) -> Iterator[Fault]:
    if _day(block.get("valid_from"), dt.date.min) > _day(block.get("valid_to"), dt.date.max):
        yield Fault((*here, "valid_to"), quoted(block["valid_to"]), "must not be before valid_from")
    orientation = block.get("orientation", "rows")
    if orientation in _AXES:
        needed, _ = _AXES[orientation]
        if needed not in block:
            yield Fault((*here, needed), "", f"is missing: lines that are {orientation} have their headers there")
        for name in (name for axis, names in _AXES.items() if axis != orientation for name in names if name in block):
            yield Fault((*here, name), quoted(block[name]), f"must not be given where the lines are {orientation}")
    if "party" in block and not content.get("parties"):
        yield Fault((*here, "party"), quoted(block["party"]), "needs parties: the names by which the column says whose a line is")
    date = block.get("report_date")
    if isinstance(date, dict) and sum(name in date for name in ("cell", "header", "above")) != 1:
        yield Fault((*here, "report_date"), "", "must hold one of cell, header and above")
    if isinstance(date, dict) and date.get("takes") == "newest_until" and "header" not in date:
        yield Fault((*here, "report_date", "takes"), quoted(date["takes"]), "needs header: a day in each line")
    if isinstance(date, dict):
        yield from _date_format(date.get("date_format"), (*here, "report_date", "date_format"))
    yield from _empty(block, (*here, "tables"))
    tables = [
        (number, part, form.table(str(part["table"])))
        for number, part in mappings_in(block, "tables")
        if any(table.table == part.get("table") for table in form.tables)
    ]
    shared = {column.column: column for _, _, table in tables for column in table.columns}
    if len(tables) == len(mappings_in(block, "tables")):
        yield from _pointed(block, here, shared, content, form)
    for number, part in mappings_in(block, "tables"):
        there = (*here, "tables", number)
        own = next((table for place, _, table in tables if place == number), None)
        if own is None:
            known = ", ".join(table.table for table in form.tables)
            yield Fault((*there, "table"), quoted(part.get("table")), f"must be one of: {known}")
        else:
            of_table = {column.column: column for column in own.columns}
            yield from _pointed(part, there, of_table, content, form)
            yield from _calculated(part, (*there, "calculated"), of_table)
    for number, check in mappings_in(block, "checks"):
        yield from _calculation(check.get("equals"), (*here, "checks", number, "equals"))


def _pointed(part: Content, here: Location, known: dict[str, FormColumn], content: Content, form: Form) -> Iterator[Fault]:
    """What a block or a part of it says of our columns."""
    columns, constants = part.get("columns"), part.get("constants")
    yield from _columns_unknown(columns, (*here, "columns"), known)
    yield from _columns_unknown(constants, (*here, "constants"), known)
    if not isinstance(columns, dict):
        return
    for name, given in columns.items():
        if isinstance(constants, dict) and name in constants:
            yield Fault((*here, "constants", name), quoted(constants[name]), "is read from a column, and cannot be constant too")
        if name in known:
            yield from _column_faults((*here, "columns", name), given, known[name], content, form)


def _columns_unknown(given: Any, here: Location, known: dict[str, FormColumn]) -> Iterator[Fault]:
    for name in given if isinstance(given, dict) else ():
        if name not in known:
            yield Fault((*here, name), "", f"is not a column of our form here; there are: {', '.join(known)}")


def _column_faults(here: Location, given: Any, column: FormColumn, content: Content, form: Form) -> Iterator[Fault]:
    said = given if isinstance(given, dict) else {}
    money = CURRENCY_UNITS if content.get("currency") else KRONER_UNITS
    units = {"money": money, "percent": PERCENT_UNITS}.get(column.type, ())
    if units and "unit" not in said:
        yield Fault((*here, "unit"), "", f"is missing: must be {' or '.join(units)}")
    elif "unit" in said and said["unit"] not in units:
        accepted = f"must be {' or '.join(units)}" if units else "must not be given: the column is no amount and no per cent"
        yield Fault((*here, "unit"), quoted(said["unit"]), accepted)
    if "sign" in said and not column.is_number:
        yield Fault((*here, "sign"), quoted(said["sign"]), "must not be given: the column is no number")
    if "date_format" in said and column.type != "date":
        yield Fault((*here, "date_format"), quoted(said["date_format"]), "must not be given: the column is no date")
    yield from _date_format(said.get("date_format"), (*here, "date_format"))
    known = [found.code for found in form.missing]
    if said.get("blank_means") is not None and said["blank_means"] not in column.missing:
        accepted = ", ".join(code for code in known if code in column.missing) or "none: the column takes no reason"
        yield Fault((*here, "blank_means"), quoted(said["blank_means"]), f"must be one of: {accepted}")
    reasons = [code for code in known if code in column.missing]
    yield from _words_for_missing(said.get("missing"), (*here, "missing"), reasons)
    ends = (*_ENDS, *reasons) if column.type == "money" else ()
    if "range" in said and said["range"] not in ends:
        accepted = f"must be one of: {', '.join(ends)}" if ends else "must not be given: the column is no amount"
        yield Fault((*here, "range"), quoted(said["range"]), accepted)
    if "scale" in said:
        yield from _scale_faults((*here, "scale"), said["scale"], column, content)


def _scale_faults(here: Location, name: Any, column: FormColumn, content: Content) -> Iterator[Fault]:
    if name not in _scales_of(content):
        yield Fault(here, quoted(name), f"must be one of the scales: {', '.join(_scales_of(content)) or 'there are none'}")
        return
    accepted = [*(choice.code for choice in column.allowed), *column.missing]
    parts = content["scales"][name] if column.type == "choice" and column.allowed else ()
    for number, part in enumerate(parts):
        codes = part.get("codes") if isinstance(part, dict) else None
        for text, code in codes.items() if isinstance(codes, dict) else ():
            if code not in accepted:
                accepted_words = f"must be one of: {', '.join(accepted)}, for {column.column} uses it"
                yield Fault(("scales", name, number, "codes", text), quoted(code), accepted_words)


def _date_format(given: Any, here: Location) -> Iterator[Fault]:
    formats = given if isinstance(given, list) else [] if given is None else [given]
    for one in formats:
        if one not in _DATE_FORMATS:
            accepted = f"must be one of: {', '.join(_DATE_FORMATS)}; 22.11.2026, 2026-11-22 and 22. november 2026 are always read"
            yield Fault(here, quoted(one), accepted)
    if {str(one)[:2] for one in formats} >= {"dd", "mm"}:
        yield Fault(here, quoted(formats), "must not hold both day first and month first: 03/04/2026 would be two days")


def _calculated(part: Content, here: Location, known: dict[str, FormColumn]) -> Iterator[Fault]:
    """What a part says of our numbers that theirs give together."""
    given = part.get("calculated")
    yield from _columns_unknown(given, here, known)
    for name, calculation in given.items() if isinstance(given, dict) else ():
        yield from _calculation(calculation, (*here, name))
        if name in known and not known[name].is_number:
            yield Fault((*here, name), "", "must be a number")
        for other in ("columns", "constants"):
            if isinstance(part.get(other), dict) and name in part[other]:
                yield Fault((*here, name), "", f"is given under {other} too")


def _calculation(given: Any, here: Location) -> Iterator[Fault]:
    if not isinstance(given, dict):
        return
    named = [name for name in _CALCULATIONS if name in given]
    if len(named) != 1:
        yield Fault(here, "", f"must hold one of: {', '.join(_CALCULATIONS)}")
        return
    count, terms = _CALCULATIONS[named[0]], given[named[0]]
    if isinstance(terms, list) and (len(terms) != count if count else not terms):
        yield Fault((*here, named[0]), quoted(terms), f"must hold {'two columns' if count else 'at least one column'}")
