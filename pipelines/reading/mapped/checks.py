"""Whether the figures of another form come out by its own sums and differences, and beside the last return.

A sign or a unit that the mapping has wrong shows here: what would fit is looked for and said.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.row_sums import pairs
from domain.forms import Form
from domain.mapping_columns import (
    CURRENCY_UNITS,
    FACTORS,
    KRONER_UNITS,
    MONEY_UNITS,
    PERCENT_UNITS,
    Kind,
    Recomputation,
    TheirColumn,
    TheirNumber,
    computed,
)
from domain.numbers import decimal_text
from domain.returns import Return
from domain.rows import Finding
from pipelines.reading.answers import is_blank, shown
from pipelines.reading.mapped.lines import BlockLines, Line
from pipelines.reading.mapped.numbers import Numbers
from pipelines.reading.mapped.said import check_said

# A number is as exact as the most exact of its column, and no more than this.
MOST_DECIMALS = 4
THOUSAND = Decimal(1000)
# Kroner, thousand, million and thousand million taken for each other; and a share for a per cent.
SLIPS = {
    "money": (THOUSAND, 1 / THOUSAND, THOUSAND**2, 1 / THOUSAND**2),
    "percent": (Decimal(100), Decimal("0.01")),
}
# A slip of a unit beside the last return: so near a thousand that amounts have moved by half at most.
NEAR = (Decimal("0.5"), Decimal(2))
LANGUAGE = "nb"
# A table has few lines of totals; a file that has thousands is not worth the time.
_MOST_TOTALS = 50


@dataclass(frozen=True, slots=True)
class _Term:
    """A column of theirs in a calculation, and how exact its numbers are in our unit."""

    theirs: TheirNumber
    number: int
    grain: Decimal = Decimal(0)

    @property
    def kind(self) -> str:
        return "percent" if self.theirs.unit in PERCENT_UNITS else "money"


@dataclass(frozen=True, slots=True)
class _Slip:
    """One term multiplied by a factor: what would make a calculation come out."""

    place: int
    factor: Decimal


@dataclass(frozen=True, slots=True)
class _Recomputed:
    """A calculation as their file has it: its columns, its lines with numbers in all of them, and those that do not come out."""

    kind: Kind
    terms: Sequence[_Term]
    table: Sequence[tuple[Line, list[Decimal]]]
    failing: Sequence[tuple[Line, list[Decimal]]]

    def slips(self) -> Counter[_Slip]:
        """How many lines each slip of the mapping would explain."""
        return Counter(slip for _, found in self.failing for slip in _slips(self.kind, found, self.terms))

    def explained(self) -> list[_Slip]:
        """The slips that explain most lines. One cell of theirs with a wrong sign is none: more than half must have it.

        Lines whose difference is nothing, or lost in the rounding, say neither.
        """
        slips = self.slips()
        most = max(slips.values(), default=0)
        n_telling = sum(_is_telling(self.kind, found, self.terms) for _, found in self.table)
        return [slip for slip, n in slips.items() if n == most and 2 * most > n_telling]


def check_block(lines: BlockLines, counted: Sequence[Line], form: Form, pointed: Mapping[int, TheirColumn]) -> None:
    """Notes what does not come out: stated columns, totals, and units that the sheet itself says otherwise."""
    numbers = Numbers(form, lines.mapping)
    made = [_recomputed(lines, counted, numbers, check, pointed) for check in lines.block.checks]
    recomputed = [found for found in made if found is not None and found.failing]
    # A column that is wrong shows in each calculation that it is a part of.
    support = Counter((found.terms[slip.place].number, slip.factor) for found in recomputed for slip in found.explained())
    for found in recomputed:
        _note_failing(lines, found, support)
    stated = {found.terms[0].number: found.terms[0].theirs for found in made if found is not None}
    amounts = {number: theirs for number, theirs in {**stated, **pointed}.items() if theirs.unit in MONEY_UNITS}
    for line in lines.totals[:_MOST_TOTALS]:
        _check_total(lines, line, numbers, amounts)
    check_said(lines, counted, amounts)


# Columns that others give.


def _recomputed(
    lines: BlockLines, counted: Sequence[Line], numbers: Numbers, check: Recomputation, pointed: Mapping[int, TheirColumn]
) -> _Recomputed | None:
    """None where a column of the calculation is not in the sheet, which has been noted."""
    kind = check.equals.kind
    terms = _terms(lines, check, kind, pointed)
    if terms is None:
        return None
    terms = [replace(term, grain=_grain(lines, counted, numbers, term)) for term in terms]
    table = [(line, found) for line in counted if (found := _row(lines, line, numbers, terms)) is not None]
    return _Recomputed(kind, terms, table, [(line, found) for line, found in table if not _holds(kind, found, terms)])


def _note_failing(lines: BlockLines, made: _Recomputed, support: Mapping[tuple[int, Decimal], int]) -> None:
    """Notes what is wrong with the mapping, where that explains it, and else each cell that does not come out."""
    terms, failing = made.terms, list(made.failing)
    best = max(made.explained(), key=lambda slip: (support[terms[slip.place].number, slip.factor], -slip.place), default=None)
    if best is not None:
        fitting = [each for each in failing if _holds(made.kind, each[1], terms, best)]
        _note_slip(lines, fitting, len(made.table), terms, best)
        failing = [each for each in failing if each not in fitting]
    for line, found in failing:
        expected = computed(made.kind, found[1:])
        cell = lines.grid.cell(line.number, terms[0].number)
        lines.note(
            "mapped_recomputed_differs", cell, shown(lines.grid.at(line.number, terms[0].number)),
            header=lines.headers.shown(terms[0].number), computed=_in_theirs(expected, terms[0]),
            others="; ".join(lines.headers.shown(term.number) for term in terms[1:])[:200],
        )  # fmt: skip


def _terms(lines: BlockLines, check: Recomputation, kind: Kind, pointed: Mapping[int, TheirColumn]) -> list[_Term] | None:
    """The stated column and then the others, each with its unit; None where one cannot be found.

    What the check does not say of a column, the mapping's own pointing at it does; else it is as the others are.
    """
    found: list[_Term] = []
    for theirs in (check, *check.equals.terms):
        number = lines.field_of(theirs.header, theirs.nth)
        if number is None:
            return None
        own = pointed.get(number)
        if theirs.unit is None and own is not None:
            theirs = own
        found.append(_Term(TheirNumber(header=theirs.header, unit=theirs.unit, sign=theirs.sign), number))
    of_amounts = next((term.theirs.unit for term in (*found[1:], found[0]) if term.theirs.unit), None)
    for place, term in enumerate(found):
        if term.theirs.unit is None:
            unit = "pct" if kind == "ratio_pct" and place == 0 else of_amounts
            found[place] = replace(term, theirs=term.theirs.model_copy(update={"unit": unit}))
    return found


def _row(lines: BlockLines, line: Line, numbers: Numbers, terms: Sequence[_Term]) -> list[Decimal] | None:
    """The numbers of a line in our units; None where one of them is none."""
    found = []
    for term in terms:
        scalar = lines.grid.at(line.number, term.number)
        number = None if is_blank(scalar) else numbers.number(scalar, term.theirs)
        if not isinstance(number, Decimal):
            return None
        found.append(number)
    return found


def _grain(lines: BlockLines, counted: Iterable[Line], numbers: Numbers, term: _Term) -> Decimal:
    """The last decimal that the numbers of a column are given with, in our unit."""
    most = 0
    for line in counted:
        scalar = lines.grid.at(line.number, term.number)
        read = None if is_blank(scalar) else numbers.as_written(scalar, term.theirs)
        exponent = read.normalize().as_tuple().exponent if isinstance(read, Decimal) else 0
        most = max(most, -exponent if isinstance(exponent, int) else 0)
    return Decimal(1).scaleb(-min(most, MOST_DECIMALS)) * abs(term.theirs.factor)


def _slack(kind: Kind, found: Sequence[Decimal], grains: Sequence[Decimal]) -> Decimal:
    """How far rounding may put the stated number from the computed one."""
    if kind != "ratio_pct":
        return sum(grains, Decimal(0)) / 2
    above, below = abs(found[1]), abs(found[2])
    return grains[0] / 2 + 100 * (grains[1] / below + above * grains[2] / below**2) / 2


def _holds(kind: Kind, found: Sequence[Decimal], terms: Sequence[_Term], slip: _Slip | None = None) -> bool:
    numbers, grains = _slipped(found, terms, slip)
    expected = computed(kind, numbers[1:])
    if expected is None:
        return slip is None
    return abs(numbers[0] - expected) <= _slack(kind, numbers, grains)


def _tells(kind: Kind, found: Sequence[Decimal], terms: Sequence[_Term], slip: _Slip | None = None) -> bool:
    """Whether the numbers are so far from zero that it is no chance when they come out."""
    numbers, grains = _slipped(found, terms, slip)
    return computed(kind, numbers[1:]) is not None and abs(numbers[0]) > 2 * _slack(kind, numbers, grains)


def _slipped(found: Sequence[Decimal], terms: Sequence[_Term], slip: _Slip | None) -> tuple[list[Decimal], list[Decimal]]:
    """The numbers, and how exact each is, with one of them changed."""
    numbers, grains = list(found), [term.grain for term in terms]
    if slip:
        numbers[slip.place] *= slip.factor
        grains[slip.place] *= abs(slip.factor)
    return numbers, grains


def _slips(kind: Kind, found: Sequence[Decimal], terms: Sequence[_Term]) -> Iterator[_Slip]:
    """What would make the line come out."""
    for place, term in enumerate(terms):
        for factor in (Decimal(-1), *SLIPS[term.kind]):
            slip, is_a_unit = _Slip(place, factor), factor < 0 or _unit_for(term.theirs, factor) is not None
            if is_a_unit and found[place] and _holds(kind, found, terms, slip) and _tells(kind, found, terms, slip):
                yield slip


def _is_telling(kind: Kind, found: Sequence[Decimal], terms: Sequence[_Term]) -> bool:
    """Whether a line says anything of signs and units: as it stands, or with one of them changed."""
    return _tells(kind, found, terms) or any(True for _ in _slips(kind, found, terms))


def _unit_for(theirs: TheirNumber, factor: Decimal) -> str | None:
    """The unit that a column would have if its numbers were so many times what the mapping makes of them."""
    wanted = abs(theirs.factor * factor)
    family = next((units for units in (PERCENT_UNITS, CURRENCY_UNITS) if theirs.unit in units), KRONER_UNITS)
    return next((unit for unit in family if FACTORS[unit] == wanted), None)


def _note_slip(
    lines: BlockLines, fitting: Sequence[tuple[Line, list[Decimal]]], of: int, terms: Sequence[_Term], slip: _Slip
) -> None:
    """Notes the first cell of those that one change of the mapping would make come out."""
    term, line = terms[slip.place], fitting[0][0]
    cell = lines.grid.cell(line.number, terms[0].number)
    quoted = shown(lines.grid.at(line.number, terms[0].number))
    named: dict[str, str | int | float] = {
        "header": lines.headers.shown(terms[0].number), "wrong": lines.headers.shown(term.number), "n": len(fitting), "of": of,
    }  # fmt: skip
    if slip.factor < 0:
        lines.note("mapped_sign_wrong", cell, quoted, **named)
    else:
        unit = _unit_for(term.theirs, slip.factor) or "–"
        lines.note("mapped_unit_wrong", cell, quoted, **named, unit=term.theirs.unit or "–", fits=unit)


def _in_theirs(number: Decimal | None, term: _Term) -> str:
    """A number in their own unit and with their own sign, as Norwegians write it."""
    if number is None:
        return "–"
    return _as_norwegian(round(number / term.theirs.factor, MOST_DECIMALS))


def _as_norwegian(number: Decimal) -> str:
    """With as many decimals as it has."""
    exponent = number.normalize().as_tuple().exponent
    return decimal_text(float(number), max(0, -exponent if isinstance(exponent, int) else 0), LANGUAGE)


# Totals.


def _check_total(lines: BlockLines, line: Line, numbers: Numbers, amounts: Mapping[int, TheirNumber]) -> None:
    """Notes each amount of a line of totals that neither all lines, those of a day, nor those since the last total add up to."""
    before = [other for other in lines.body if other.number < line.number] or list(lines.body)
    last = max((other.number for other in lines.totals if other.number < line.number), default=0)
    days: set[dt.date | None] = {other.day for other in before}
    groups = [before, [other for other in before if other.number > last], *([o for o in before if o.day == day] for day in days)]
    if line.day is not None:
        groups = [[other for other in before if other.day == line.day]]
    for number, theirs in amounts.items():
        scalar = lines.grid.at(line.number, number)
        stated = None if is_blank(scalar) else numbers.as_written(scalar, theirs)
        if not isinstance(stated, Decimal):
            continue
        term = _Term(theirs, number)
        grain = _grain(lines, [*lines.body, line], numbers, term) / abs(theirs.factor)
        sums = [_added(lines, group, numbers, term) for group in groups]
        slack = [grain * (len(group) + 1) / 2 for group in groups]
        if not any(abs(stated - added) <= near for added, near in zip(sums, slack, strict=True)):
            added = _in_theirs(sums[0] * theirs.factor, term)
            lines.note("mapped_total_differs", lines.grid.cell(line.number, number), shown(scalar), added=added)


def _added(lines: BlockLines, group: Iterable[Line], numbers: Numbers, term: _Term) -> Decimal:
    """The sum of a column as they have it; what is no number adds nothing."""
    total = Decimal(0)
    for line in group:
        scalar = lines.grid.at(line.number, term.number)
        read = None if is_blank(scalar) else numbers.as_written(scalar, term.theirs)
        total += read if isinstance(read, Decimal) else 0
    return total


# Beside the last return.


def units_beside_history(found: Return, previous: Return | None, form: Form) -> Iterator[Finding]:
    """An error for each column of amounts of which most are about a thousand or a million times what the last return has."""
    for table in form.tables if previous else ():
        rows = list(pairs(found, previous, form, table.table)) if previous else []
        for column in (column for column in table.columns if column.type == "money"):
            ratios = [
                (row, abs(now / before))
                for row, last in rows
                if (now := row.number(column.column)) and (before := last.number(column.column))
            ]
            for factor in SLIPS["money"]:
                slipped = [row for row, ratio in ratios if NEAR[0] <= ratio / factor <= NEAR[1]]
                if slipped and 2 * len(slipped) > len(ratios) and previous:
                    cell = slipped[0].cell(column.column)
                    named: dict[str, str | int | float] = {
                        "table": table.table, "column": column.column, "n": len(slipped), "of": len(ratios),
                        "factor": _as_norwegian(factor),
                        "period_before": previous.period,
                    }  # fmt: skip
                    quoted = slipped[0].answers.get(column.column)
                    yield Finding(
                        "mapped_unit_against_history", "error", slipped[0].sheet, cell.address if cell else None,
                        f"{quoted:f}".replace(".", ",") if isinstance(quoted, Decimal) else None, named,
                    )  # fmt: skip
