"""Whether free text holds what belongs to a person: a birth number, an e-mail address or a telephone number. Never quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.at_cell import at
from checks.rules import Rule
from domain.forms import Form
from domain.returns import Missing, Return, ReturnRow
from domain.rows import Finding

BIRTH_NUMBER = Rule("birth_number_in_text", "error", "across")
EMAIL = Rule("email_in_text", "error", "across")
PHONE = Rule("phone_in_text", "error", "across")
RULES = (BIRTH_NUMBER, EMAIL, PHONE)

_ELEVEN_DIGITS = re.compile(r"(?<!\d)(\d{6}) ?(\d{5})(?!\d)")
# The weights of the two control digits, Skatteetaten: a birth number whose weighted sum is no multiple of 11 does not exist.
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# Bounded, as addresses are: a long text without any would else be searched anew from each of its letters.
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(\.[\w\-]{1,63})+")
# Eight digits alone may be an amount or a case: they count after the country code or a word for telephone, when they are
# grouped as telephone numbers are, or when they begin as mobile numbers do and no word of money stands beside them.
_PHONE = re.compile(
    r"""(?<![\d.,/\-])(?:
      (?:\+|00)\s?47[\s\-]?(?:\d[\s\-]?){7}\d
    | (?:tlf|telefon|mobil|mob|phone|tel|mobile)[.:\s]*(?:nr\.?\s*|no\.?\s*|number\s*)?(?:\d[\s\-]?){7}\d
    | (?<!kr\s)(?<!nok\s)(?:[49]\d{2}\s\d{2}\s\d{3}|[2-9]\d\s\d{2}\s\d{2}\s\d{2}|[49]\d{7}(?<!00000))
      (?!\s?(?:kr|nok|kroner|mill))
    )(?![\d/]|[.,\-]\d)""",
    re.IGNORECASE | re.VERBOSE,
)


def texts_name_nobody(found: Return, form: Form) -> Iterator[Finding]:
    """An error for each free text, reasons of missing values included, with something that belongs to a person."""
    for table in form.tables:
        columns = [column.column for column in table.columns]
        texts = {column.column for column in table.columns if column.type == "text"}
        for row in found.of(table.table):
            for column in columns:
                yield from _found_in(row, column, _free_text(row, column, column in texts))


def _found_in(row: ReturnRow, column: str, written: str) -> Iterator[Finding]:
    if any(_is_birth_number("".join(groups)) for groups in _ELEVEN_DIGITS.findall(written)):
        yield at(BIRTH_NUMBER, row, column, quoted=None)
    if _EMAIL.search(written):
        yield at(EMAIL, row, column, quoted=None)
    if _PHONE.search(written):
        yield at(PHONE, row, column, quoted=None)


def _free_text(row: ReturnRow, column: str, is_text: bool) -> str:
    answer = row.answers.get(column)
    if isinstance(answer, Missing):
        return answer.reason or ""
    return answer if is_text and isinstance(answer, str) else ""


def _is_birth_number(digits: str) -> bool:
    """Whether both control digits are right; D-numbers, which begin with 4 to 7, have the same ones."""
    numbers = [int(digit) for digit in digits]
    return (
        _weighted(numbers, _FIRST_WEIGHTS) == 0
        and _weighted(numbers, _SECOND_WEIGHTS) == 0
        and 1 <= int(digits[:2]) % 40 <= 31
        and 1 <= int(digits[2:4]) % 40 <= 12
    )


def _weighted(numbers: list[int], weights: tuple[int, ...]) -> int:
    return sum(number * weight for number, weight in zip(numbers, weights, strict=False)) % 11
