"""The headings of a table, by every way that they are written."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from domain.forms import Form, FormColumn, FormTable
from domain.words import LANGUAGES
from pipelines.reading.answers import cleaned, folded, unit_words
from pipelines.reading.workbook import Scalar, Sheet

# Headings are looked for in the first rows: text above them is harmless.
HEADER_ROWS = 20
CLOSE_HEADING = 0.7
_WORD = re.compile(r"[^\W_]+|[%°]")
_BEFORE_BRACKET = re.compile(r"([^(\[]+?)\s*[(\[]([^)\]]*)[)\]]?")


@dataclass(frozen=True)
class Headings:
    """The columns of a table by every way that their headings are written."""

    table: FormTable
    form: Form

    @cached_property
    def columns(self) -> dict[str, FormColumn]:
        """By heading, header or name, in either language, with the unit or without."""
        found: dict[str, FormColumn] = {}
        for column in self.table.columns:
            for header in (column.header.nb, column.header.en):
                for unit in ("", *unit_words(column, self.form)):
                    found.setdefault(plain_heading(f"{header} {unit}"), column)
            found.setdefault(plain_heading(column.column), column)
        return found

    def best_row(self, sheet: Sheet) -> tuple[int, int]:
        """The index of the row with most headings among the first, and how many it has."""
        counts = [len({column.column for column in map(self.column_of, row) if column}) for row in sheet.rows[:HEADER_ROWS]]
        most = max(counts, default=0)
        return (counts.index(most), most) if most else (0, 0)

    def column_of(self, header: Scalar) -> FormColumn | None:
        return self.columns.get(plain_heading(header)) if isinstance(header, str) else None

    def column_in_other_unit(self, header: str) -> tuple[FormColumn, str] | None:
        """The column whose heading stands with a bracket that is not its unit, and the bracket."""
        found = _BEFORE_BRACKET.fullmatch(cleaned(header))
        column = self.column_of(found[1]) if found else None
        return (column, found[2]) if found and column else None

    def nearest(self, header: str, language: str) -> str | None:
        """The heading that a header is nearly, in the language of the sheet."""
        close = difflib.get_close_matches(plain_heading(header)[:80], self.columns, n=1, cutoff=CLOSE_HEADING)
        return self.form.heading(self.columns[close[0]], language) if close else None

    def language(self, headers: Iterable[Scalar], otherwise: str) -> str:
        """The language that most of the headings are in."""
        counts: Counter[str] = Counter()
        for header in headers:
            if column := self.column_of(header):
                plain = plain_heading(str(header))
                of_it = [one for one in LANGUAGES if plain.startswith(plain_heading(column.header.in_language(one)))]
                counts.update(of_it if len(of_it) == 1 else ())
        return counts.most_common(1)[0][0] if counts else otherwise


def plain_heading(header: str) -> str:
    """A heading without capitals, spaces and signs."""
    return "".join(words_of(header))


def words_of(name: str) -> list[str]:
    """The words of a name, without capitals and signs."""
    return _WORD.findall(folded(name))
