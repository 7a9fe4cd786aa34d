"""What stands in a cell, in words: an answer with its unit, why there is none, the price basis, and who did what when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboard.parts.person_blocks import name_of
from dashboard.parts.surroundings import Surroundings
from domain.forms import Form, FormColumn, FormTable, choices, load_form
from domain.model import Agreement, Person
from domain.numbers import NO_VALUE, date_text, decimal_text, exact_text, period_text
from domain.period import Period
from domain.returns import Answer, Missing, ReturnRow, Split
from pipelines.answers.trace.published import TracedPublished
from pipelines.answers.trace.reported import Basis, Traced

_SHOWN_DECIMALS = 3


def answer_text(here: Surroundings, agreement: Agreement, column: FormColumn, answer: Answer | None) -> str:
    """An answer as a reader says it, without its unit; an en dash where the cell is blank, and the words of a code for none."""
    if answer is None:
        return NO_VALUE
    if isinstance(answer, Missing):
        label = load_form().missing_code(answer.code).label.in_language(here.language)
        return f"{label}: {answer.reason}" if answer.reason else label
    if isinstance(answer, bool):
        return here.say("page.trace.yes" if answer else "page.trace.no")
    if isinstance(answer, int):
        return str(answer) if column.type == "year" else exact_text(Decimal(answer), here.language)
    if isinstance(answer, Decimal):
        return exact_text(answer, here.language)
    if isinstance(answer, dt.date):
        return date_text(answer, here.language)
    labels = {choice.code: choice.label.in_language(here.language) for choice in choices(column, agreement)}
    if isinstance(answer, Split):
        return ", ".join(f"{labels.get(code, code)} {exact_text(share, here.language)} %" for code, share in answer.shares)
    if isinstance(answer, tuple):
        return ", ".join(labels.get(code, code) for code in answer)
    return labels.get(answer, answer)


def with_unit(here: Surroundings, agreement: Agreement, form: Form, column: FormColumn, answer: Answer | None) -> str:
    """An answer with its unit where it is a number: 124,5 mill. kr."""
    said = answer_text(here, agreement, column, answer)
    is_number = isinstance(answer, (int, Decimal)) and not isinstance(answer, bool)
    if not is_number or not column.unit:
        return said
    return f"{said}\u00a0{form.units[column.unit].in_language(here.language)}"


def basis_text(here: Surroundings, basis: Basis | None) -> str:
    """faste 2024-kroner, uten mva.; nothing where no basis is stated."""
    if basis is None:
        return ""
    kind, year, includes_vat = basis
    parts = []
    if kind in {"real", "nominal"}:
        parts.append(here.say(f"page.trace.basis.{kind}", year=NO_VALUE if year is None else year))
    if isinstance(includes_vat, bool):
        parts.append(here.say("page.trace.basis.with_vat" if includes_vat else "page.trace.basis.without_vat"))
    return ", ".join(parts)


def row_text(here: Surroundings, agreement: Agreement, table: FormTable, row: ReturnRow) -> str:
    """What tells a row apart from the others of its sheet, in words: F-003, Bompenger, Sykkel, 2026."""
    return ", ".join(answer_text(here, agreement, table.column(name), row.answers.get(name)) for name in table.key)


def figure_text(here: Surroundings, agreement: Agreement, found: Traced) -> str:
    """What the figure is, as the sentence says it."""
    form = load_form()
    said = with_unit(here, agreement, form, found.column, found.answer)
    if found.answer is None:
        return here.say("page.trace.blank")
    if isinstance(found.answer, Missing):
        return here.say("page.trace.quoted", said=said)
    if isinstance(found.answer, (int, Decimal, dt.date)) and not isinstance(found.answer, bool):
        return said
    return here.say("page.trace.quoted", said=said)


def amount_text(here: Surroundings, found: TracedPublished) -> str:
    """A published figure with its unit; the text itself where it is no number."""
    if found.amount is None:
        return here.say("page.trace.quoted", said=found.said or NO_VALUE)
    return f"{number_text(here, found.amount)}{unit_text(here, found.unit)}"


def number_text(here: Surroundings, amount: Decimal | float | None) -> str:
    """A cited amount as its source gives it; a computed one with three decimals."""
    if amount is None:
        return NO_VALUE
    if isinstance(amount, Decimal):
        return exact_text(amount, here.language)
    return exact_text(Decimal(repr(round(amount, _SHOWN_DECIMALS))), here.language)


def unit_text(here: Surroundings, unit: str | None) -> str:
    """The unit as it stands after a number; nothing for a unit that has no words of ours."""
    known = {"pct", "mnok", "vehicles_per_day"}
    return f"\u00a0{here.say(f'page.trace.unit.{unit}')}" if unit in known else ""


def plain_text(here: Surroundings, found: object) -> str:
    """What a mart holds beside a figure, as a reader writes it."""
    if found is None:
        return NO_VALUE
    if isinstance(found, bool):
        return here.say("page.trace.yes" if found else "page.trace.no")
    if isinstance(found, dt.date):
        return date_text(found, here.language)
    if isinstance(found, float):
        return number_text(here, found)
    return str(found)


def period_said(here: Surroundings, period: str) -> str:
    """A period in words; what is no period (2018–2025) as it stands."""
    try:
        Period.parse(period)
    except ValueError:
        return period
    return period_text(period, here.language)


def party_name(agreement: Agreement, party_id: str | None) -> str:
    """The name of a party; its id where the agreement no longer has it."""
    return next((party.name for party in agreement.parties if party.party_id == party_id), party_id or NO_VALUE)


def bytes_text(here: Surroundings, n_bytes: int) -> str:
    """How large a file is, in kB."""
    return here.say("page.trace.kilobytes", n=decimal_text(max(1, round(n_bytes / 1000)), 0, here.language))


def day_text(at: dt.datetime, language: str) -> str:
    """The day of a moment by the clock of the machine; `at` is naive UTC."""
    return date_text(at.replace(tzinfo=dt.UTC).astimezone().date(), language)


def whom(people: Mapping[str, Person], person_id: str) -> str:
    """The name of a person; the id of one that is gone."""
    return name_of(dict(people), person_id)


def capital(said: str) -> str:
    """The words as they begin a sentence."""
    return said[:1].upper() + said[1:]


def numbers_of(found: Any) -> float | None:
    """A number for a figure; None for what is none."""
    is_number = isinstance(found, (int, float, Decimal)) and not isinstance(found, bool)
    return float(found) if is_number else None
