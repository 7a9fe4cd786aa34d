"""What a cell of a template takes, as Excel's validation and in words: drop-downs, limits, help."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from domain.forms import FormColumn, FormTable, RequiredWhen
from domain.numbers import decimal_text
from domain.rows import column_letters
from domain.words import LANGUAGES
from pipelines.writing.templates.columns import AskedColumn, Filling, asked_columns, labels_of
from pipelines.writing.templates.looks import lines_taken

# Drop-downs and limits hold for as many rows as a party may come to write or paste.
LAST_ROW = 5000
# What Excel allows in the texts of a validation.
TITLE_LENGTH, MESSAGE_LENGTH = 32, 255
# A date before or after these is a slip of the pen; Excel counts days from 30 December 1899.
FIRST_DAY, LAST_DAY = ((day - dt.date(1899, 12, 30)).days for day in (dt.date(1950, 1, 1), dt.date(2100, 12, 31)))


def note_of(one: AskedColumn, table: FormTable, filling: Filling) -> Comment:
    """All that there is to say of a column, when somebody points at its header."""
    parts = [filling.say("template.hint.last")] if one.is_last else list(_explained(one, table, filling))
    said = "\n".join([one.heading, *parts])
    return Comment(said, filling.say("product.name"), height=18 * (1 + sum(lines_taken(part, 42) for part in parts)), width=300)


def _explained(one: AskedColumn, table: FormTable, filling: Filling) -> Iterator[str]:
    yield one.column.help.in_language(filling.language)
    if one.column.required == "always":
        yield filling.say("template.hint.always")
    elif isinstance(one.column.required, RequiredWhen):
        yield _required_when(one.column.required, table, filling)
    yield from _accepted(one, filling)


def _required_when(rule: RequiredWhen, table: FormTable, filling: Filling) -> str:
    name, _, column_name = rule.column.rpartition(".")
    other = filling.form.table(name) if name else table
    column = other.column(column_name)
    heading = filling.form.heading(column, filling.language)
    if name:
        heading = filling.say("template.hint.column_in_sheet", column=heading, sheet=filling.sheet_of(name))
    labels = labels_of(column, filling)
    answers = filling.one_of([labels.get(code, code) for code in rule.is_one_of])
    return filling.say("template.hint.when", column=heading, answers=answers)


def _accepted(one: AskedColumn, filling: Filling) -> Iterator[str]:
    """What a cell takes: the kind of answer, and the reasons why there may be none."""
    yield _kind_said(one, filling)
    if one.column.missing:
        yield filling.say("template.hint.missing", labels=filling.one_of(filling.missing_labels(one.column)))


def _kind_said(one: AskedColumn, filling: Filling) -> str:
    column = one.column
    if column.allowed_from == "projects":
        return filling.say("template.hint.project", sheet=filling.sheet_of("projects"))
    if column.type in ("choices", "split") and one.options:
        return filling.say("template.hint.choices", answers=", ".join(one.options.values()))
    if one.options:
        return filling.say("template.hint.choice")
    if column.is_number:
        return _number_said(column, filling)
    if column.type == "date":
        return filling.say("template.hint.date")
    return filling.say("template.hint.text", longest=column.longest)


def _number_said(column: FormColumn, filling: Filling) -> str:
    if column.minimum is None or column.maximum is None:
        return filling.say("template.hint.any_number")
    low, high = (_limit_said(limit, column, filling.language) for limit in (column.minimum, column.maximum))
    if column.type in ("whole", "year"):
        return filling.say("template.hint.whole", low=low, high=high)
    return filling.say("template.hint.number", low=low, high=high)


def _limit_said(limit: Decimal, column: FormColumn, language: str) -> str:
    if column.type == "year":
        return str(limit)
    return decimal_text(float(limit), max(0, -int(limit.normalize().as_tuple().exponent)), language)


def validation_of(one: AskedColumn, table: FormTable, letter: str, filling: Filling, offered: OfferedLists) -> DataValidation:
    """What Excel takes in the cells of a column, with our words for what it does not take."""
    title = _cut(one.heading, TITLE_LENGTH)
    if one.is_last:
        return DataValidation(showInputMessage=True, promptTitle=title, prompt=filling.say("template.hint.last"))
    limits = _limits(one, letter, filling, offered)
    accepted = list(_accepted(one, filling))
    if limits.get("errorStyle") == "warning":
        accepted.append(filling.say("template.hint.go_on"))
    return DataValidation(
        **{"showErrorMessage": True, **limits},
        allow_blank=True,
        showInputMessage=True,
        promptTitle=title,
        prompt=_cut(" ".join(_explained(one, table, filling)), MESSAGE_LENGTH),
        errorTitle=filling.say("template.error_title"),
        error=_cut(" ".join(accepted), MESSAGE_LENGTH),
    )


def _cut(said: str, longest: int) -> str:
    return textwrap.shorten(said, longest, placeholder=" …")


def _limits(one: AskedColumn, letter: str, filling: Filling, offered: OfferedLists) -> dict[str, Any]:
    """Type and limits of a validation.

    A reason why there is no answer must pass, also with words after it. A list cannot say that, so such a list only warns; where
    several answers may stand in a cell, the list only offers. Numbers and dates say it by a formula of the validation.
    """
    column = one.column
    if column.allowed_from == "projects":
        return {"type": "list", "formula1": _own_projects(filling)}
    if one.options:
        labels = [*one.options.values(), *filling.missing_labels(column)]
        listed = {"type": "list", "formula1": offered.range_of(labels)}
        if column.type in ("choices", "split"):
            return {**listed, "showErrorMessage": False}
        return {**listed, "errorStyle": "warning" if column.missing else "stop"}
    if column.is_number or column.type == "date":
        return _number_limits(column, f"{letter}2", filling, offered)
    return {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(column.longest)}


def _number_limits(column: FormColumn, cell: str, filling: Filling, offered: OfferedLists) -> dict[str, str]:
    low, high = (FIRST_DAY, LAST_DAY) if column.type == "date" else (column.minimum, column.maximum)
    is_whole = column.type in ("whole", "year")
    if not column.missing and low is not None and high is not None:
        kind = "date" if column.type == "date" else "whole" if is_whole else "decimal"
        return {"type": kind, "operator": "between", "formula1": str(low), "formula2": str(high)}
    limits = [f"{cell}>={low}"] if low is not None else []
    limits += [f"{cell}<={high}"] if high is not None else []
    limits += [f"{cell}=INT({cell})"] if is_whole else []
    within = f"AND({','.join(limits)})" if limits else "TRUE"
    reasons = [filling.form.missing_code(code).label for code in column.missing]
    labels = [f"{reason.in_language(language)}*" for reason in reasons for language in LANGUAGES]
    reason = f"SUMPRODUCT(COUNTIF({cell},{offered.range_of(labels)}))>0" if labels else "FALSE"
    return {"type": "custom", "formula1": f"IF(ISNUMBER({cell}),{within},{reason})"}


def _own_projects(filling: Filling) -> str:
    """The ids in the workbook's own sheet of projects, down to the last one written."""
    table = filling.form.table("projects")
    names = [one.column.column for one in asked_columns(table, filling)]
    letter, sheet = column_letters(names.index(table.key[0]) + 1), quote_sheetname(filling.sheet_of("projects"))
    ids = f"{sheet}!${letter}$2:${letter}${LAST_ROW}"
    return f'OFFSET({sheet}!${letter}$2,0,0,MAX(1,SUMPRODUCT(MAX(({ids}<>"")*ROW({ids})))-1),1)'


@dataclass
class OfferedLists:
    """The hidden sheet with what drop-downs offer; each list is a column, and stands there once."""

    sheet: Any
    _ranges: dict[tuple[str, ...], str] = field(default_factory=dict)

    def range_of(self, labels: list[str]) -> str:
        key = tuple(labels)
        if key not in self._ranges:
            number = len(self._ranges) + 1
            for row, label in enumerate(key, 1):
                self.sheet.cell(row, number, label).data_type = "s"
            letter = column_letters(number)
            self._ranges[key] = f"{quote_sheetname(self.sheet.title)}!${letter}$1:${letter}${len(key)}"
        return self._ranges[key]
