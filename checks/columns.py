"""What the form says of its columns, as Great Expectations suites: answered, of the right type, allowed, within limits, unique.

A suite is plain facts first (`suite_of`). Which cells it is asked of is found here; asking them is run_expectations.py.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from checks.at_cell import OWN_ANSWER, at
from checks.rules import Rule
from checks.run_expectations import Asked, Expected, Failure, Kind, failures
from domain.forms import Form, FormColumn, FormTable, RequiredWhen, choices
from domain.model import Agreement
from domain.returns import Answer, Missing, Return, ReturnRow, Split
from domain.rows import Finding

MISSING = Rule("answer_missing", "error", "column")
MISSING_WHEN = Rule("answer_missing_when", "error", "column")
NO_REASON_TAKEN = Rule("missing_not_taken", "error", "column")
WRONG_TYPE = Rule("wrong_type", "error", "column")
NOT_ALLOWED = Rule("not_allowed", "error", "column")
PROJECT_UNKNOWN = Rule("project_unknown", "error", "column")
# A project may wait for another party's, or become a part of it.
PROJECT_ELSEWHERE = Rule("project_elsewhere", "warning", "column", ("projects",))
BELOW = Rule("below_minimum", "error", "column")
ABOVE = Rule("above_maximum", "error", "column")
WRONG_FORM = Rule("wrong_form", "error", "column")
TOO_LONG = Rule("too_long", "error", "column")
KEY_TWICE = Rule("key_twice", "error", "column")
WITHOUT_ROW = Rule("project_without_row", "error", "column", ("projects",))
RULES = (
    MISSING, MISSING_WHEN, NO_REASON_TAKEN, WRONG_TYPE, NOT_ALLOWED, PROJECT_UNKNOWN, PROJECT_ELSEWHERE, BELOW, ABOVE, WRONG_FORM,
    TOO_LONG, KEY_TWICE, WITHOUT_ROW,
)  # fmt: skip
PROJECTS, PROJECT_ID = "projects", "project_id"
_NUMBER = frozenset({"decimal", "whole"})
# The types that an answer may have in our rows, by the type of its column.
_TYPES = {
    "id": frozenset({"text"}),
    "text": frozenset({"text"}),
    "choice": frozenset({"text"}),
    "choices": frozenset({"codes"}),
    "ids": frozenset({"codes"}),
    "split": frozenset({"split"}),
    "whole": frozenset({"whole"}),
    "year": frozenset({"whole"}),
    "decimal": _NUMBER,
    "money": _NUMBER,
    "percent": _NUMBER,
    "date": frozenset({"date"}),
    "yes_no": frozenset({"yes_no"}),
}
_TYPE_OF = {str: "text", tuple: "codes", Split: "split", int: "whole", Decimal: "decimal", dt.date: "date", bool: "yes_no"}
_TEXTS = frozenset({"text", "codes", "split"})


def column_findings(found: Return, form: Form, agreement: Agreement) -> tuple[Finding, ...]:
    """What is wrong with single cells, by table, column and row. `form` is the form as the return's version asks it.

    A coded missing value is an answer where the column takes it. A blank or faulty cell hides what would follow from it, and a
    column that the sheet does not have is left to the reader of the file, who says so once.
    """
    projects = found.project_rows()
    failed = failures(asked_of(found, form, agreement))
    return tuple(_finding(failure, first, projects) for failure, first in _without_first_of_key(failed))


def asked_of(found: Return, form: Form, agreement: Agreement) -> Iterator[Asked]:
    """The cells of a return that the suites are asked of, suite by suite."""
    projects = found.project_rows()
    for table in form.tables:
        yield from _asked_of(table, suite_of(table, agreement), found, projects)


def suite_of(table: FormTable, agreement: Agreement) -> list[Expected]:
    """What the form expects of a table, column by column. Pure facts: no row, and nothing of the library that is asked.

    Which projects a return has is not known here: what must be one of them is held against None until it is asked.
    """
    suite = [expected for column in table.columns for expected in _of_column(table, column, agreement)]
    suite.append(Expected(KEY_TWICE, "unique", table.table, table.key))
    if table.one_row_for == "each_running_project":
        suite.append(Expected(WITHOUT_ROW, "one_of", table.table, (PROJECT_ID,)))
    return suite


def _of_column(table: FormTable, column: FormColumn, agreement: Agreement) -> Iterator[Expected]:
    def expected(rule: Rule, kind: Kind, against: Any = None) -> Expected:
        return Expected(rule, kind, table.table, (column.column,), against)

    accepted = frozenset(choice.code for choice in choices(column, agreement))
    if isinstance(column.required, RequiredWhen):
        yield expected(MISSING_WHEN, "answered", column.required)
    elif column.required == "always":
        yield expected(MISSING, "answered")
    yield expected(WRONG_TYPE, "one_of", _TYPES[column.type])
    yield expected(NO_REASON_TAKEN, "one_of", frozenset(column.missing))
    if column.allowed_from == PROJECTS:
        yield expected(PROJECT_UNKNOWN, "one_of")
    elif _is_another_project(table, column):
        yield expected(PROJECT_ELSEWHERE, "one_of")
    elif accepted and column.type != "yes_no":
        yield expected(NOT_ALLOWED, "one_of", accepted)
    if column.minimum is not None:
        yield expected(BELOW, "at_least", column.minimum)
    if column.maximum is not None:
        yield expected(ABOVE, "at_most", column.maximum)
    if column.pattern is not None:
        yield expected(WRONG_FORM, "form", column.pattern)
    if not accepted and _TYPES[column.type] <= _TEXTS:
        yield expected(TOO_LONG, "at_most", column.longest)


def _is_another_project(table: FormTable, column: FormColumn) -> bool:
    """Among the projects themselves, every id that is not a project's own is that of another one."""
    return table.table == PROJECTS and column.type in {"id", "ids"} and column.column not in table.key


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one column, each with its row: all (None is a blank), those that say why there is no answer, the answers."""

    every: Sequence[tuple[ReturnRow, Answer | None]]
    missing: Sequence[tuple[ReturnRow, Missing]]
    stated: Sequence[tuple[ReturnRow, Answer]]
    of_right_type: Sequence[tuple[ReturnRow, Any]]


def _cells(column: FormColumn, rows: Iterable[ReturnRow]) -> _Cells:
    name, types = column.column, _TYPES[column.type]
    every = [(row, _answer(row, name)) for row in rows if name in row.places or not row.places]
    stated = [(row, answer) for row, answer in every if answer is not None and not isinstance(answer, Missing)]
    return _Cells(
        every,
        [(row, answer) for row, answer in every if isinstance(answer, Missing)],
        stated,
        [(row, answer) for row, answer in stated if _type_of(answer) in types],
    )


def _answer(row: ReturnRow, column: str) -> Answer | None:
    """What stands in a cell; None where nothing but spaces does."""
    answer = row.answers.get(column)
    if isinstance(answer, str):
        return answer if answer.strip() else None
    is_empty = answer == () or (isinstance(answer, Split) and not answer.shares)
    return None if is_empty else answer


def _type_of(answer: Answer) -> str:
    if isinstance(answer, Decimal) and not answer.is_finite():
        return "not a number"
    return _TYPE_OF.get(type(answer), type(answer).__name__)


def _asked_of(table: FormTable, suite: Iterable[Expected], found: Return, projects: Mapping[str, ReturnRow]) -> Iterator[Asked]:
    """The cells of a table that its suite is asked of."""
    rows = found.of(table.table)
    cells = {column.column: _cells(column, rows) for column in table.columns}
    for expected in suite:
        of_column = cells[expected.columns[0]]
        if expected.rule == WITHOUT_ROW:
            reported = frozenset(project_id for row in rows if (project_id := row.code(PROJECT_ID)))
            yield _asked(replace(expected, against=reported), _running(projects) if table.table in found.rows else [])
        elif expected.rule in (PROJECT_UNKNOWN, PROJECT_ELSEWHERE):
            # Where no project is reported, that has been said, and the rest follows from it.
            yield _asked(replace(expected, against=frozenset(projects)), _texts(of_column) if projects else [])
        elif expected.rule == KEY_TWICE:
            yield _asked(expected, [(row, json.dumps(key)) for row in rows if (key := _whole_key(row, table))])
        else:
            yield _asked(expected, _judged(expected, of_column, projects))


def _asked(expected: Expected, judged: Iterable[tuple[ReturnRow, Any]]) -> Asked:
    pairs = list(judged)
    return Asked(expected, [row for row, _ in pairs], [found for _, found in pairs])


def _judged(expected: Expected, cells: _Cells, projects: Mapping[str, ReturnRow]) -> Iterable[tuple[ReturnRow, Any]]:
    """What is judged of a column's cells: whether there is an answer, its type, its number, its length, each of its texts."""
    rule = expected.rule
    if rule == MISSING:
        return [(row, None if answer is None else True) for row, answer in cells.every]
    if rule == MISSING_WHEN:
        when = expected.against
        return [(row, None if answer is None else True) for row, answer in cells.every if _because(when, row, projects)]
    if rule == WRONG_TYPE:
        return [(row, _type_of(answer)) for row, answer in cells.stated]
    if rule == NO_REASON_TAKEN:
        return [(row, answer.code) for row, answer in cells.missing]
    if rule == TOO_LONG:
        return [(row, max(map(len, _parts(answer)))) for row, answer in cells.of_right_type]
    return cells.of_right_type if rule in (BELOW, ABOVE) else _texts(cells)


def _texts(cells: _Cells) -> list[tuple[ReturnRow, str]]:
    return [(row, part) for row, answer in cells.of_right_type for part in _parts(answer)]


def _parts(answer: Any) -> tuple[str, ...]:
    """The texts or codes of an answer, one by one."""
    if isinstance(answer, Split):
        return tuple(code for code, _ in answer.shares)
    return answer if isinstance(answer, tuple) else (answer,)


def _because(when: RequiredWhen, row: ReturnRow, projects: Mapping[str, ReturnRow]) -> tuple[ReturnRow, str] | None:
    """The cell whose answer demands another one, as row and column; None where none does."""
    table, _, column = when.column.rpartition(".")
    asked = projects.get(row.code(PROJECT_ID) or "") if table else row
    return (asked, column) if asked and asked.code(column) in when.is_one_of else None


def _running(projects: Mapping[str, ReturnRow]) -> list[tuple[ReturnRow, str]]:
    """The projects that must report, by their own rows: running, and not closed."""
    return [
        (row, project_id)
        for project_id, row in projects.items()
        if row.code("standing") == "running" and row.code("phase") != "closed"
    ]


def _whole_key(row: ReturnRow, table: FormTable) -> tuple[str, ...] | None:
    """The row's key; None where a part is not rightly answered, for then it tells nothing apart."""
    for name in table.key:
        part = _answer(row, name)
        if part is None or _type_of(part) not in _TYPES[table.column(name).type]:
            return None
    return row.key(table.key)


def _without_first_of_key(failed: Iterable[Failure]) -> Iterator[tuple[Failure, ReturnRow]]:
    """Every failure; of the rows that share a key the later ones, each with the first."""
    first: dict[tuple[str, str], ReturnRow] = {}
    for failure in failed:
        if failure.expected.rule != KEY_TWICE:
            yield failure, failure.row
        elif (key := (failure.expected.table, failure.judged)) in first:
            yield failure, first[key]
        else:
            first[key] = failure.row


def _finding(failure: Failure, first: ReturnRow, projects: Mapping[str, ReturnRow]) -> Finding:
    """A failure at its cell, with what it was held against."""
    expected, row, rule = failure.expected, failure.row, failure.expected.rule
    named: dict[str, object] = {"table": expected.table}
    quoted: object = OWN_ANSWER
    if rule == MISSING_WHEN and (because := _because(expected.against, row, projects)):
        named["where"] = _place(*because)
    elif rule in (BELOW, ABOVE):
        named["limit"] = _plain(expected.against)
    elif rule == TOO_LONG:
        named |= {"length": failure.judged, "longest": expected.against}
    elif rule == KEY_TWICE:
        named["first_row"] = first.row
    elif rule in (NOT_ALLOWED, PROJECT_UNKNOWN, PROJECT_ELSEWHERE, WRONG_FORM):
        quoted = failure.judged
    return at(rule, row, expected.columns[0], quoted=quoted, **named)


def _place(row: ReturnRow, column: str) -> str:
    return f"{row.sheet}!{row.address(column) or f'A{row.row}'}"


def _plain(limit: Decimal) -> int | float:
    return int(limit) if limit == limit.to_integral_value() else float(limit)
