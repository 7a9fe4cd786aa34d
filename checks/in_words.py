"""What findings name, as it stands in the sheet: labels for codes, numbers with the decimal sign of its language."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from domain.forms import Form, FormColumn, FormTable, choices
from domain.model import Agreement
from domain.numbers import decimal_text
from domain.rows import Finding

_MOST_DECIMALS = 8  # of a million: to the øre


def as_in_the_sheet(finding: Finding, form: Form, agreement: Agreement) -> Finding:
    """The finding with labels in place of codes. One that names no table of the form is left as it is."""
    table = next((table for table in form.tables if table.table == finding.named.get("table")), None)
    if table is None:
        return finding
    language = "en" if finding.sheet == table.sheet.en != table.sheet.nb else "nb"
    own = next((column for column in table.columns if column.column == finding.named.get("column")), None)
    say = _Words(form, agreement, table, language)
    named = {name: say.named(name, found, own) for name, found in finding.named.items()}
    quoted = say.answer(finding.quoted, own) if finding.quoted and own else finding.quoted
    return replace(finding, quoted=quoted, named=named)


class _Words:
    """The words of one sheet."""

    def __init__(self, form: Form, agreement: Agreement, table: FormTable, language: str) -> None:
        self._form, self._agreement, self._table, self._language = form, agreement, table, language

    def named(self, name: str, found: str | int | float, own: FormColumn | None) -> str | int | float:
        """What a place of the message is filled with. Headings stay keys: they are said in the reader's language."""
        if isinstance(found, float):
            return decimal_text(found, _decimals(found), self._language)
        if isinstance(found, int) or name == "table" or name.startswith("column"):
            return found
        if name in {"before", "expected", "part"} and own:
            return self.answer(found, own)
        asked = name.removesuffix("_other")
        if asked.endswith("_id") or not self._table.has(asked):
            return self._funding_source(found) if asked == "funding_source_id" else found
        return self._label(found, self._table.column(asked))

    def answer(self, written: str, column: FormColumn) -> str:
        """An answer of a column as its cell would have it."""
        code, colon, reason = written.partition(":")
        missing = {found.code: found.label.in_language(self._language) for found in self._form.missing}
        if code in column.missing and code in missing:
            return missing[code] + colon + reason
        if column.type in {"choices", "split"}:
            return "; ".join(self._share(part, column) for part in written.split("; "))
        if column.is_number and self._language == "nb" and re.fullmatch(r"-?\d+\.\d+", written):
            return written.replace(".", ",")
        return self._label(written, column)

    def _share(self, part: str, column: FormColumn) -> str:
        code, space, rest = part.partition(" ")
        return self._label(code, column) + space + (rest.replace(".", ",") if self._language == "nb" else rest)

    def _label(self, code: str, column: FormColumn) -> str:
        known = {choice.code: choice.label.in_language(self._language) for choice in choices(column, self._agreement)}
        return "; ".join(known.get(part, part) for part in code.split("; "))

    def _funding_source(self, code: str) -> str:
        names = {source.funding_source_id: source.name for source in self._agreement.funding_sources}
        return names.get(code, code)


def _decimals(number: float) -> int:
    """As many as the number has, to the øre."""
    exact = round(Decimal(str(number)), _MOST_DECIMALS).normalize()
    return max(0, -int(exact.as_tuple().exponent))
