"""What stands in one cell as an answer to its column's question, or why it is none. Knows the form, no file and no sheet."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property

from babel.dates import get_month_names

from domain.facts import LocalText
from domain.forms import Choice, Form, FormColumn
from domain.returns import Answer, Missing, Split
from domain.rows import Finding, Severity
from pipelines.reading.workbook import Scalar

MAX_QUOTED = 80
# Beyond this nothing that is reported is counted, and eight decimals more still fit Python's own precision of 28 digits.
LARGEST_NUMBER = Decimal(10) ** 15
ORE_OF_A_MILLION = Decimal("1E-8")
EXCEL_DIGITS = 15  # what Excel keeps and shows of a number; a float's further digits are noise
FIRST_YEAR, LAST_YEAR = 1900, 2199
# A suggestion is looked for among the allowed answers, which costs time: not for long texts, and not for ever.
LONGEST_MISSPELT, MOST_MISSPELT = 80, 100
CLOSE = 0.75
# No list of ids is longer; the patterns below are slow on texts that are.
LONGEST = 2000
MOST_KNOWN = 4096
MOST_LISTED = 12

# How people write the units of the form behind a number, without spaces and stops.
UNIT_SPELLINGS: dict[str, frozenset[str]] = {
    "mnok": frozenset({"mnok", "mill", "millkr", "millkroner", "millionerkroner", "millioner", "millionkroner", "nokmillion"}),
    "pct": frozenset({"%", "pct", "pst", "prosent", "percent"}),
    "days": frozenset({"d", "dag", "dager", "day", "days", "døgn"}),
    "degrees": frozenset({"°", "grader", "degrees"}),
}
YES, NO = frozenset({"yes", "ja", "true", "sann"}), frozenset({"no", "nei", "false", "usann"})

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES_IN_LINE = re.compile(r"[^\S\n]+")
_SEVERAL = re.compile(r"[;\n]")
_REASON = re.compile(r"(.+?)(?::| [–—-] )(.*)", re.DOTALL)
_NUMBER = re.compile(r"([+\-\u2212\u2013]?) ?([0-9.,](?:[0-9., ]*[0-9])?) ?(\D*)", re.ASCII)
_UNIT = re.compile(r"[^\W\d_]|[%°]")
_CURRENCY_FIRST = re.compile(r"(?:kr|nok|mnok)\.? ?[0-9+\-\u2212].*", re.IGNORECASE)
_GROUPS = r"[1-9][0-9]{0,2}(?:%s[0-9]{3})+"
# Each way to write a number: the sign between thousands, the sign before decimals, and what such a number looks like.
_WAYS = [
    (thousands, decimals, re.compile(whole + (rf"{re.escape(decimals)}[0-9]+" if decimals else "")))
    for thousands, decimals, whole in (
        ("", "", "[0-9]+"), ("", ",", "[0-9]*"), ("", ".", "[0-9]*"),
        (" ", "", _GROUPS % " "), (" ", ",", _GROUPS % " "), (" ", ".", _GROUPS % " "),
        (".", "", _GROUPS % r"\."), (".", ",", _GROUPS % r"\."), (",", ".", _GROUPS % ","),
        # One comma alone stands before decimals, as in Norwegian; several cannot.
        (",", "", r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"),
    )
]  # fmt: skip
_SHARE = re.compile(r"(.+?)\s*([:=]|\s)\s*([+\-\u2212]?[0-9](?:[0-9 .,]*[0-9])?) ?(%?)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ](.+))?")
_DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_IN_WORDS = re.compile(r"([0-9]{1,2})\.? ?([^\W\d_]+)\.? ([0-9]{4})")
_MIDNIGHT = re.compile(r"00:00(:00(\.0+)?)?Z?")
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}[./ -]+(?:[0-9]{1,2}|[^\W\d_]+)[./ -]+'?[0-9]{2}")
_DAY_OR_MONTH_FIRST = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong or odd with a cell. What it names may differ between the languages; a finding has that of the sheet."""

    code: str
    severity: Severity
    quoted: str | None = None
    named: Mapping[str, str | int | float | LocalText] = field(default_factory=dict)

    def finding(self, sheet: str, cell: str | None, language: str) -> Finding:
        """The fault as a finding at a cell."""
        named = {name: told.in_language(language) if isinstance(told, LocalText) else told for name, told in self.named.items()}
        return Finding(self.code, self.severity, sheet, cell, self.quoted, named)


class _NoAnswer(Exception):
    """Carries the fault from where it is seen to `answer`."""

    def __init__(self, code: str, quoted: Scalar, **named: str | int | float | LocalText) -> None:
        self.fault = Fault(code, "error", shown(quoted), named)


def answer_of(scalar: Scalar, column: FormColumn, form: Form, allowed: tuple[Choice, ...]) -> Answer | Fault:
    """What a cell answers to its column. Where nothing is `allowed`, any text will do. ValueError for a blank cell."""
    return AnswerReader(column, form, allowed).answer(scalar)


@dataclass(frozen=True)
class AnswerReader:
    """Reads the cells of one column. Made once for many cells."""

    column: FormColumn
    form: Form
    allowed: tuple[Choice, ...]
    _nearest: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[str, Answer | Fault] = field(default_factory=dict, repr=False, compare=False)

    def answer(self, scalar: Scalar) -> Answer | Fault:
        """The answer, or the one fault of the cell. ValueError for a blank cell, which answers nothing."""
        if is_blank(scalar):
            raise ValueError(f"{self.column.column}: a blank cell has no answer")
        if not isinstance(scalar, str):
            return self._answer(scalar)
        # Answers repeat: a column of choices has few different ones.
        if scalar not in self._known:
            if len(self._known) == MOST_KNOWN:
                self._known.clear()
            self._known[scalar] = self._answer(scalar)
        return self._known[scalar]

    def remarks(self, scalar: Scalar, answer: Answer) -> Iterator[Fault]:
        """What is odd with a cell that was understood: a number or a date that is text, a unit behind a number."""
        if not isinstance(scalar, str):
            return
        if isinstance(answer, (int, Decimal)) and not isinstance(answer, bool):
            has_unit = not cleaned(scalar)[-1].isdigit()
            read_as = LocalText(nb=as_text(answer).replace(".", ","), en=as_text(answer))
            if has_unit:
                yield Fault("unit_in_cell", "info", shown(scalar), {"read_as": read_as})
            else:
                yield Fault("number_as_text", "warning", shown(scalar), {"read_as": read_as})
        elif isinstance(answer, dt.date):
            read_as = LocalText(nb=f"{answer.day}.{answer.month}.{answer.year}", en=answer.isoformat())
            yield Fault("date_as_text", "warning", shown(scalar), {"read_as": read_as})

    def _answer(self, scalar: Scalar) -> Answer | Fault:
        try:
            if isinstance(scalar, str):
                if len(scalar) > LONGEST and self.column.type != "text":
                    raise _NoAnswer("answer_too_long", scalar, longest=LONGEST)
                if missing := self._missing(scalar):
                    return missing
            return self._typed(scalar)
        except _NoAnswer as no_answer:
            return no_answer.fault

    def _typed(self, scalar: Scalar) -> Answer:
        kind = self.column.type
        if kind == "yes_no":
            return self._yes_or_no(scalar)
        if isinstance(scalar, bool):
            raise _NoAnswer("yes_no_not_asked", scalar)
        if kind == "date":
            return self._date(scalar)
        if kind in ("whole", "year"):
            return self._whole(scalar)
        if self.column.is_number:
            return self._exact(self._number(scalar), scalar)
        return self._worded(scalar)

    def _worded(self, scalar: Scalar) -> Answer:
        """Texts, ids and choices."""
        if isinstance(scalar, dt.date):
            raise _NoAnswer("date_for_text", scalar)
        written = scalar if isinstance(scalar, str) else _digits(scalar)
        match self.column.type:
            case "id":
                return as_id(written)
            case "choice":
                return self._code(cleaned(written))
            case "choices":
                return self._codes(written)
            case "ids":
                return self._ids(written)
            case "split":
                return self._split(written)
            case _:
                return as_lines(written)

    # Missing values.

    @cached_property
    def _missing_codes(self) -> dict[str, tuple[str, str]]:
        """Code and language of each label and code of a missing value."""
        found: dict[str, tuple[str, str]] = {}
        for missing in self.form.missing:
            for written, language in ((missing.label.nb, "nb"), (missing.label.en, "en"), (missing.code, "en")):
                found.setdefault(folded(written), (missing.code, language))
        return found

    def _missing(self, written: str) -> Missing | None:
        """The coded missing value; None where the cell holds something else. Raises _NoAnswer for one not allowed here."""
        if found := self._missing_codes.get(folded(written)):
            reason = None
        elif (parts := _REASON.fullmatch(cleaned(written))) and (found := self._missing_codes.get(folded(parts[1]))):
            reason = cleaned(parts[2]) or None
        else:
            return None
        code, language = found
        if code in self.column.missing:
            return Missing(code, reason)
        if self.column.type == "text" and reason:
            return None  # a sentence that happens to begin so
        if not self.column.missing:
            raise _NoAnswer("missing_never_allowed", written)
        labels = [self.form.missing_code(accepted).label.in_language(language) for accepted in self.column.missing]
        raise _NoAnswer("missing_not_allowed", written, accepted=_listed(labels))

    @cached_property
    def _missing_labels(self) -> dict[str, str]:
        return {folded(label): label for missing in self.form.missing for label in _both(missing.label)}

    def _refuse_misspelt_missing(self, written: str) -> None:
        """Raises _NoAnswer where a text is nearly the label of a missing value."""
        begun = _REASON.fullmatch(cleaned(written))
        for part in (written, begun[1] if begun else ""):
            if nearest := self._closest(part, self._missing_labels):
                raise _NoAnswer("missing_misspelt", written, nearest=nearest)

    # Choices.

    @cached_property
    def _codes_by_word(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for choice in self.allowed:
            for written in (choice.code, choice.label.nb, choice.label.en):
                found.setdefault(folded(written), choice.code)
        return found

    @cached_property
    def _labels_by_word(self) -> dict[str, str]:
        """Every allowed answer as it is to be written, by its word: labels in both languages, and codes."""
        written = [word for choice in self.allowed for word in (choice.label.nb, choice.label.en, choice.code)]
        written += [word for code in self.column.missing for word in _both(self.form.missing_code(code).label)]
        return {folded(word): word for word in reversed(written)}

    @cached_property
    def _accepted(self) -> LocalText:
        labels = [choice.label for choice in self.allowed]
        return LocalText(nb=_listed(label.nb for label in labels), en=_listed(label.en for label in labels))

    def _code(self, written: str) -> str:
        """The code that a label or code stands for. Where the agreement's list is unknown, the text itself."""
        if not self.allowed:
            return written
        if code := self._codes_by_word.get(folded(written)):
            return code
        if nearest := self._closest(written, self._labels_by_word):
            raise _NoAnswer("choice_misspelt", written, nearest=nearest)
        raise _NoAnswer("choice_unknown", written, accepted=self._accepted)

    def _codes(self, written: str) -> tuple[str, ...]:
        parts = _parts(written)
        with_commas = [part.split(",") for part in parts if "," in part and folded(part) not in self._codes_by_word]
        if any(all(folded(word) in self._codes_by_word for word in words) for words in with_commas):
            raise _NoAnswer("separate_with_semicolon", written)
        return self._once([self._code(part) for part in parts], written)

    def _ids(self, written: str) -> tuple[str, ...]:
        if "," in written:
            raise _NoAnswer("separate_with_semicolon", written)
        return self._once([as_id(part) for part in _parts(written)], written)

    def _once(self, codes: list[str], written: str) -> tuple[str, ...]:
        if twice := next((code for code in codes if codes.count(code) > 1), None):
            raise _NoAnswer("choice_twice", written, twice=twice)
        if not codes:
            raise _NoAnswer("separators_only", written)
        return tuple(codes)

    def _split(self, written: str) -> Split:
        parts = _parts(written)
        if any("," in found[1] for part in parts if (found := _SHARE.fullmatch(part))):
            raise _NoAnswer("separate_with_semicolon", written)
        if not parts:
            raise _NoAnswer("separators_only", written)
        return Split(tuple(self._share(part, written, is_alone=len(parts) == 1) for part in parts))

    def _share(self, part: str, written: str, *, is_alone: bool) -> tuple[str, Decimal]:
        """The code and per cent of one part. A name alone is the whole; a name may itself end in a number."""
        found = _SHARE.fullmatch(part)
        is_name = folded(part) in self._codes_by_word if self.allowed else is_alone and not (found and _is_marked(found))
        if is_name or not found:
            code = self._code(part)
            if not is_alone:
                raise _NoAnswer("split_share_missing", written, part=part)
            return code, Decimal(100)
        readings = _readings(found[3].lstrip("+-\u2212"))
        if len(readings) != 1:
            raise _NoAnswer("split_share_unclear", written, part=part)
        sign = -1 if found[3][0] in "-\u2212" else 1
        return self._code(found[1]), _plain(sign * readings.pop())

    def _closest(self, written: str, labels: Mapping[str, str]) -> str | None:
        """The label that a word is nearly, as it is to be written."""
        word = folded(written)
        if not word or len(word) > LONGEST_MISSPELT or len(self._nearest) >= MOST_MISSPELT:
            return None
        if word not in self._nearest:
            close = difflib.get_close_matches(word, labels, n=1, cutoff=CLOSE)
            self._nearest[word] = labels[close[0]] if close else None
        return self._nearest[word]

    def _yes_or_no(self, scalar: Scalar) -> bool:
        word = folded(scalar) if isinstance(scalar, str) else scalar
        if isinstance(word, bool):
            return word
        if word in YES or word in NO:
            return word in YES
        if isinstance(scalar, str):
            self._refuse_misspelt_missing(scalar)
        raise _NoAnswer("not_yes_or_no", scalar)

    # Numbers.

    def _number(self, scalar: Scalar) -> Decimal:
        if isinstance(scalar, dt.date):
            raise _NoAnswer("date_for_number", scalar)
        if isinstance(scalar, str):
            number = self._written_number(cleaned(scalar), scalar)
        elif isinstance(scalar, float) and not math.isfinite(scalar):
            raise _NoAnswer("not_a_number", scalar)
        else:
            number = Decimal(repr(scalar))
        if abs(number) >= LARGEST_NUMBER:
            raise _NoAnswer("number_too_large", scalar)
        return number

    def _exact(self, number: Decimal, scalar: Scalar) -> Decimal:
        """Without the noise of a float: to the øre for amounts, to the digits that Excel shows for the rest."""
        if self.column.type == "money":
            return _plain(number.quantize(ORE_OF_A_MILLION))
        return _plain(Decimal(f"{number:.{EXCEL_DIGITS}g}") if isinstance(scalar, float) else number)

    def _whole(self, scalar: Scalar) -> int:
        number = self._number(scalar)
        if number != number.to_integral_value():
            raise _NoAnswer("not_a_whole_number", scalar)
        return int(number)

    def _written_number(self, text: str, scalar: Scalar) -> Decimal:
        """The number that a text writes, with the column's own unit behind it or none."""
        found = _NUMBER.fullmatch(text)
        if found and found[3] and not _UNIT.search(found[3]):
            found = None  # stops and dashes are no unit
        readings = _readings(found[2]) if found else set()
        if not found or not readings:
            self._refuse_misspelt_missing(text)
            raise _NoAnswer("unit_not_asked" if _CURRENCY_FIRST.fullmatch(text) else "not_a_number", scalar)
        if found[3] and not self._is_own_unit(found[3]):
            raise _NoAnswer("unit_not_asked", scalar)
        sign = -1 if found[1] and found[1] != "+" else 1
        return self._only({sign * reading for reading in readings}, scalar)

    def _only(self, readings: set[Decimal], scalar: Scalar) -> Decimal:
        """The one reading. Of two, the one that lies within the limits; for an amount nobody but the sender can tell."""
        low, high = self.column.minimum, self.column.maximum
        if len(readings) > 1 and self.column.type != "money" and low is not None and high is not None:
            readings = {reading for reading in readings if low <= reading <= high} or readings
        if len(readings) > 1:
            smaller, larger = (as_text(reading) for reading in sorted(readings, key=abs))
            raise _NoAnswer(
                "number_ambiguous", scalar, smaller=LocalText(nb=smaller.replace(".", ","), en=smaller), larger=larger
            )
        return next(iter(readings))

    def _is_own_unit(self, written: str) -> bool:
        return _spelt(written) in {_spelt(word) for word in unit_words(self.column, self.form)}

    # Dates.

    def _date(self, scalar: Scalar) -> dt.date:
        if isinstance(scalar, dt.datetime):
            if scalar.time() != dt.time.min:
                raise _NoAnswer("date_with_time", scalar)
            return scalar.date()
        if isinstance(scalar, dt.date):
            return scalar
        if not isinstance(scalar, str):
            raise _NoAnswer("number_for_date", scalar)
        return self._written_date(cleaned(scalar))

    def _written_date(self, text: str) -> dt.date:
        if found := _ISO.fullmatch(text):
            if found[4] and not _MIDNIGHT.fullmatch(found[4]):
                raise _NoAnswer("date_with_time", text)
            return _day(text, *map(int, found.groups()[:3]))
        if found := _DOTTED.fullmatch(text):
            return _day(text, int(found[3]), int(found[2]), int(found[1]))
        if (found := _IN_WORDS.fullmatch(text)) and (month := _months().get(folded(found[2]))):
            return _day(text, int(found[3]), month, int(found[1]))
        if _DAY_OR_MONTH_FIRST.fullmatch(text):
            raise _NoAnswer("date_order_unclear", text)
        if _TWO_DIGIT_YEAR.fullmatch(text):
            raise _NoAnswer("date_two_digit_year", text)
        if _NUMBER.fullmatch(text):
            raise _NoAnswer("number_for_date", text)
        self._refuse_misspelt_missing(text)
        raise _NoAnswer("not_a_date", text)


def unit_words(column: FormColumn, form: Form) -> list[str]:
    """How the unit of a column is written: in the form, and by people. None for a column without a unit."""
    unit = column.unit or ("pct" if column.type == "percent" else "")
    own = _both(form.units[unit]) if unit in form.units else ()
    return [*own, *sorted(UNIT_SPELLINGS.get(unit, ()))]


def is_blank(scalar: Scalar) -> bool:
    """Whether a cell holds nothing that can be seen."""
    if not isinstance(scalar, str):
        return scalar is None
    return not (scalar.strip() if scalar.isascii() else cleaned(scalar))


def cleaned(text: str) -> str:
    """The text as it is seen: composed letters, nothing invisible, and one space between words."""
    return " ".join(_seen(text).split())


def folded(text: str) -> str:
    """The text for comparison: as `cleaned`, and without regard to capitals."""
    return cleaned(text).casefold()


def as_id(text: str) -> str:
    """An id as it is seen."""
    return cleaned(text)


def as_lines(text: str) -> str:
    """A text as it is seen, with its line breaks."""
    lines = _seen(text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(_SPACES_IN_LINE.sub(" ", line).strip() for line in lines.strip().split("\n"))


def as_text(number: int | Decimal) -> str:
    """A number in digits, with a point and no exponent."""
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def shown(scalar: Scalar) -> str:
    """What a finding quotes of a cell."""
    if isinstance(scalar, str):
        return cleaned(scalar)[:MAX_QUOTED]
    if isinstance(scalar, dt.datetime):
        return scalar.isoformat(" ")
    return _digits(scalar)[:MAX_QUOTED]


def _seen(text: str) -> str:
    # Most texts are plain: the rest costs time in every cell.
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _digits(number: Scalar) -> str:
    """A number that Excel made of a text, in its digits: 12.0 is 12."""
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(number)


def _parts(written: str) -> list[str]:
    return [part for part in map(cleaned, _SEVERAL.split(_seen(written).replace("\r", "\n"))) if part]


def _both(label: LocalText) -> tuple[str, str]:
    return label.nb, label.en


def _spelt(unit: str) -> str:
    return re.sub(r"[\s.]", "", unit).casefold()


def _listed(labels: Iterable[str]) -> str:
    every = list(labels)
    more = ["…"] if len(every) > MOST_LISTED else []
    return "; ".join([*every[:MOST_LISTED], *more])


def _is_marked(share: re.Match[str]) -> bool:
    """Whether a share says that it is one, and is no number that belongs to a name."""
    return share[2] in (":", "=") or bool(share[4]) or share[3].strip() == "100"


def _readings(digits: str) -> set[Decimal]:
    """Every number that the digits may mean: none, one, or two for 1.234."""
    found = set()
    for thousands, decimals, looks in _WAYS:
        if looks.fullmatch(digits):
            plain = digits.replace(thousands, "") if thousands else digits
            found.add(Decimal(plain.replace(decimals, ".") if decimals else plain))
    return found


def _plain(number: Decimal) -> Decimal:
    """The number without closing zeros, exponent or minus zero, so that equal answers are written alike."""
    return Decimal(f"{number.normalize():f}") if number else Decimal(0)


def _day(text: str, year: int, month: int, day: int) -> dt.date:
    try:
        if FIRST_YEAR <= year <= LAST_YEAR:
            return dt.date(year, month, day)
    except ValueError:
        pass
    raise _NoAnswer("not_a_date", text)


@cache
def _months() -> dict[str, int]:
    """The number of each month by its name and its short name, in both languages."""
    found = {}
    for locale in ("nb_NO", "en_GB"):
        for width in ("wide", "abbreviated"):
            found.update({folded(name).rstrip("."): number for number, name in get_month_names(width, locale=locale).items()})
    return found
