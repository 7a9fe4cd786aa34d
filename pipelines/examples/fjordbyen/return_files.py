"""A return as the CSV files that a party would save from Norwegian Excel, so that each figure stands where its row says."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from domain.forms import Form, FormColumn, FormTable, choices
from domain.model import Agreement
from domain.returns import Answer, Missing, Return, ReturnRow, Split
from pipelines.history.ledger import Original

LANGUAGE = "nb"


@dataclass(frozen=True)
class FileWriter:
    """Writes the returns of one agreement in one version of the form."""

    form: Form
    agreement: Agreement

    def files(self, found: Return) -> tuple[Original, ...]:
        """One file a table, named as its sheet: semicolons, decimal comma, day.month.year, Norwegian labels."""
        return tuple(_file(found.of(table.table), table, self._labels[table.table], self.form) for table in self.form.tables)

    @cached_property
    def _labels(self) -> dict[str, list[dict[str, str]]]:
        """What stands for each code, by table and for each of its columns."""
        return {table.table: [_labels(column, self.agreement) for column in table.columns] for table in self.form.tables}


def _file(rows: Iterable[ReturnRow], table: FormTable, labels: list[dict[str, str]], form: Form) -> Original:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([form.heading(column, LANGUAGE) for column in table.columns])
    for row in rows:
        writer.writerow(
            [_written(row.answers.get(column.column), own, form) for column, own in zip(table.columns, labels, strict=True)]
        )
    return Original(f"{table.sheet.in_language(LANGUAGE)}.csv", text.getvalue().encode("utf-8-sig"))


def _labels(column: FormColumn, agreement: Agreement) -> dict[str, str]:
    return {choice.code: choice.label.in_language(LANGUAGE) for choice in choices(column, agreement)}


def _written(answer: Answer | None, labels: Mapping[str, str], form: Form) -> str:
    """What stands in the cell."""
    if answer is None:
        return ""
    if isinstance(answer, str):
        return labels.get(answer, answer)
    if isinstance(answer, bool):
        return labels["yes" if answer else "no"]
    if isinstance(answer, Decimal):
        return f"{answer:f}".replace(".", ",")
    if isinstance(answer, dt.date):
        return f"{answer:%d.%m.%Y}"
    if isinstance(answer, Missing):
        label = form.missing_code(answer.code).label.in_language(LANGUAGE)
        return f"{label}: {answer.reason}" if answer.reason else label
    if isinstance(answer, Split):
        return "; ".join(f"{labels.get(code, code)} {_written(share, labels, form)}" for code, share in answer.shares)
    if isinstance(answer, tuple):
        return "; ".join(labels.get(code, code) for code in answer)
    return str(answer)
