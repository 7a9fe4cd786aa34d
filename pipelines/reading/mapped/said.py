"""What a sheet of another form says itself of its amounts, held against the mapping: the currency and the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.mapping_columns import CURRENCY_UNITS, FACTORS, TheirNumber
from pipelines.reading.answers import cleaned, is_blank
from pipelines.reading.mapped.amounts import currency_said, size_said
from pipelines.reading.mapped.lines import BlockLines, Line
from pipelines.reading.mapped.units import unit_said

# In so many rows from the top a sheet says what its amounts are.
_SAID_ABOVE = 10


def check_said(lines: BlockLines, counted: Sequence[Line], amounts: Mapping[int, TheirNumber]) -> None:
    """Notes each header of an amount, and a text above the table, that says another currency or unit than the mapping."""
    if _has_own_currency(lines, counted, amounts):
        _check_units(lines, counted, amounts)


def _has_own_currency(lines: BlockLines, counted: Sequence[Line], amounts: Mapping[int, TheirNumber]) -> bool:
    """Whether no header says another currency than the mapping. Each that does is noted, and a text above the table."""
    own = lines.mapping.currency.code if lines.mapping.currency else "NOK"
    said = {number: currency_said(lines.headers.shown(number)) for number in sorted(amounts)}
    wrong = {number: code for number, code in said.items() if code not in (None, own)}
    for number, code in wrong.items():
        cell = lines.grid.cell(lines.block.headers_in[-1], number)
        lines.note("mapped_currency_contradicts", cell, lines.headers.shown(number), said=code or "–", own=own)
    silent = next((number for number, code in said.items() if code is None), None)
    titles = (text for text in _texts_above(lines, counted, lines.block.first_line - 1) if currency_said(text) not in (None, own))
    above = next(titles, None)
    if silent is not None and above is not None and not wrong:
        cell = lines.grid.cell(lines.block.headers_in[-1], silent)
        lines.note("mapped_currency_above", cell, above[:80], said=currency_said(above) or "–", own=own)
    return not wrong


def _said_of_size(text: str, code: str | None) -> str | None:
    """The unit that a text says: in the currency of the mapping, or in kroner."""
    if code is None:
        return unit_said(text)
    size = size_said(text) if currency_said(text) == code else None
    return next((unit for unit in CURRENCY_UNITS if FACTORS[unit] == size), None)


def _check_units(lines: BlockLines, counted: Sequence[Line], amounts: Mapping[int, TheirNumber]) -> None:
    """Notes each amount whose header, or else whose sheet, says another unit than the mapping."""
    code = lines.mapping.currency.code if lines.mapping.currency else None
    above = [text for text in _texts_above(lines, counted) if _said_of_size(text, code)]
    of_sheet = {_said_of_size(text, code) for text in above}
    for number, theirs in sorted(amounts.items()):
        header = lines.headers.shown(number)
        said, quoted = _said_of_size(header, code), header
        if said is None and len(of_sheet) == 1:
            said, quoted = _said_of_size(above[0], code), above[0]
        if said is not None and said != theirs.unit:
            cell = lines.grid.cell(lines.block.headers_in[-1], number)
            lines.note("mapped_unit_contradicts", cell, quoted[:80], header=header, unit=theirs.unit or "–", said=said)
            if quoted != header:
                return


def _texts_above(lines: BlockLines, counted: Sequence[Line], n_lines: int | None = None) -> list[str]:
    """The texts of the first rows of the sheet, where it says what its amounts are, or of those only that are before its lines.

    A header speaks for its own column alone.
    """
    of_columns = {
        text
        for number, path in lines.headers.paths.items()
        for text in path
        if any(not is_blank(lines.grid.at(line.number, number)) for line in counted[:_SAID_ABOVE])
    }
    rows = lines.sheet.rows[:_SAID_ABOVE]
    if n_lines is not None:
        rows = tuple(row[:n_lines] for row in rows) if lines.grid.is_transposed else rows[:n_lines]
    texts = [scalar for row in rows for scalar in row if isinstance(scalar, str)]
    return [text for text in texts if cleaned(text) not in of_columns]
