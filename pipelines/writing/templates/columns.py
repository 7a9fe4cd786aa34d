"""What a template asks, column by column, in which words, and how an answer of the last return is written in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.lists import format_list

from domain.forms import STAMP, Form, FormColumn, FormTable, choices
from domain.model import Agreement, Party
from domain.returns import Answer, Missing, Return, Split
from domain.words import text

_LOCALE = {"nb": "nb_NO", "en": "en_GB"}


@dataclass(frozen=True)
class Filling:
    """One workbook: whose it is, for when, in which language, and what its party reported last."""

    form: Form
    agreement: Agreement
    party: Party
    period: str
    previous: Return | None
    language: str

    def say(self, key: str, **named: object) -> str:
        return text(key, self.language, **named)

    def one_of(self, labels: list[str]) -> str:
        """The labels in a sentence: A, B or C."""
        return format_list(labels, style="or", locale=_LOCALE[self.language])

    def sheet_of(self, table: str) -> str:
        return self.form.table(table).sheet.in_language(self.language)

    def missing_labels(self, column: FormColumn) -> list[str]:
        return [self.form.missing_code(code).label.in_language(self.language) for code in column.missing]

    @property
    def stamp(self) -> dict[str, str]:
        """What the workbook knows of itself, by the names of domain/forms.py."""
        version = str(self.form.newest)
        known = (self.form.form_id, version, self.agreement.agreement_id, self.party.party_id, self.period, self.language)
        return dict(zip(STAMP, known, strict=True))


@dataclass(frozen=True)
class AskedColumn:
    """One column of a sheet: a question, or the greyed answer of the last return beside it."""

    column: FormColumn
    heading: str
    options: Mapping[str, str]
    is_last: bool = False

    @property
    def takes_last(self) -> bool:
        """Whether the cell is filled from the last return."""
        return self.is_last or self.column.carried in ("kept", "both")


def asked_columns(table: FormTable, filling: Filling) -> Iterator[AskedColumn]:
    """The columns of a sheet from left to right."""
    for column in table.columns:
        heading, options = filling.form.heading(column, filling.language), labels_of(column, filling)
        yield AskedColumn(column, heading, options)
        if filling.previous and column.carried in ("beside", "both"):
            yield AskedColumn(column, f"{filling.say('template.last')} {heading}", options, is_last=True)


def labels_of(column: FormColumn, filling: Filling) -> dict[str, str]:
    """What is written for each code: its label, or the code itself where the label could be taken for another answer."""
    labels = {choice.code: choice.label.in_language(filling.language) for choice in choices(column, filling.agreement)}
    times = Counter(label.casefold() for label in labels.values())
    separators = set(";,\n") if column.type in ("choices", "split") else set()
    return {code: code if times[label.casefold()] > 1 or separators & set(label) else label for code, label in labels.items()}


def written(one: AskedColumn, answer: Answer | None, filling: Filling) -> str | int | Decimal | dt.date | None:
    """What stands in the cell for an answer; None where there is none."""
    if isinstance(answer, bool):
        return one.options["yes" if answer else "no"]
    if isinstance(answer, Missing):
        label = filling.form.missing_code(answer.code).label.in_language(filling.language)
        return f"{label}: {answer.reason}" if answer.reason else label
    if isinstance(answer, Split):
        return _split_text(answer, one.options, filling.language)
    if isinstance(answer, tuple):
        return "; ".join(one.options.get(code, code) for code in answer)
    return one.options.get(answer, answer) if isinstance(answer, str) else answer


def _split_text(answer: Split, options: Mapping[str, str], language: str) -> str:
    """Nord, or Nord 60; Sentrum 40. A name that ends in a number is told from its share by a colon."""
    parts = []
    for code, share in answer.shares:
        name, number = options.get(code, code), f"{share.normalize():f}"
        ends_in_digit = name[-1:].isdigit()
        if len(answer.shares) == 1 and share == 100 and not ends_in_digit:
            return name
        parts.append(f"{name}{':' if ends_in_digit else ''} {number.replace('.', ',') if language == 'nb' else number}")
    return "; ".join(parts)
