"""The frames of the agreement against what is expected of the sources, in their municipalities and years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.model import Agreement, Frame
from domain.returns import Missing
from pipelines.answers.economy.economy import Sums, sums
from pipelines.answers.economy.lines import Line, economy_lines
from pipelines.answers.prices import Price, figure_in
from pipelines.history.snapshot import Snapshot
from pipelines.methods.money import Amount, Figure, total

# Where the money of a project falls that lies in several municipalities, or in none that is stated.
SEVERAL, NOWHERE = "several_municipalities", "no_municipality"
# Why frames are not added to one of the source: they are not of one kind, or they do not cover where its money is used.
NOT_ADDABLE, NOT_COVERED, NO_FRAME = "not_addable", "not_covered", "no_frame"


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A frame beside what is expected of its source, in its municipality and its years.

    Without a municipality it is of the whole source. `year` is a year of a frame that is stated per year. `frame` says why where
    there is none. `left_mnok` is frame less forecast, None where one of them is not known.
    """

    funding_source_id: str
    municipality_code: str | None
    year: int | None
    frame: Figure
    sums: Sums

    @property
    def left_mnok(self) -> Decimal | None:
        forecast = self.sums.mnok("forecast_mnok")
        return self.frame.mnok - forecast if isinstance(self.frame, Amount) and forecast is not None else None


def frames(snapshot: Snapshot, agreement: Agreement, price: Price | None, as_of: dt.date | None = None) -> tuple[FrameLine, ...]:
    """The frames of each source against the whole portfolio, first the source as a whole, in the order of the agreement.

    Frames of the whole period are added to one of the source only where they are of different municipalities, of the same years,
    and cover all municipalities that its money is used in. Frames per year are never added to them. A frame without a source is
    not held against anything.
    """
    lines = economy_lines(snapshot, agreement, price, as_of).lines
    found: list[FrameLine] = []
    for source in agreement.funding_sources:
        own = [line for line in lines if line.funding_source_id == source.funding_source_id]
        listed = [frame for frame in agreement.frames if frame.funding_source_id == source.funding_source_id]
        if own or listed:
            found += _of_source(source.funding_source_id, listed, own, price)
    return tuple(found)


def frames_without_source(agreement: Agreement) -> tuple[Frame, ...]:
    """The frames that say nothing of where the money comes from; they are held against nothing."""
    return tuple(frame for frame in agreement.frames if frame.funding_source_id is None)


def municipality_of(line: Line) -> str:
    """The municipality that the money of a line is used in: the project's, if it lies in one."""
    codes = line.project.municipality_codes
    return codes[0] if len(codes) == 1 else SEVERAL if codes else NOWHERE


def _of_source(source_id: str, listed: Sequence[Frame], lines: Sequence[Line], price: Price | None) -> list[FrameLine]:
    whole = [frame for frame in listed if not frame.is_per_year]
    places = {municipality_of(line) for line in lines}
    found = [FrameLine(source_id, None, None, _added(whole, places, price), sums(_within(lines, whole)))]
    for frame in whole:
        if frame.municipality_code:
            at = [line for line in _within(lines, [frame]) if municipality_of(line) == frame.municipality_code]
            found.append(FrameLine(source_id, frame.municipality_code, None, _in_price(frame, price), sums(at)))
    framed = {frame.municipality_code for frame in whole}
    rest = sorted(places - framed) if any(framed) else []
    for place in rest:
        at = [line for line in lines if municipality_of(line) == place]
        found += [FrameLine(source_id, place, None, Missing(NO_FRAME), sums(at))]
    return found + [line for frame in listed if frame.is_per_year for line in _per_year(source_id, frame, lines, price)]


def _per_year(source_id: str, frame: Frame, lines: Iterable[Line], price: Price | None) -> list[FrameLine]:
    """One line a year that the source has money in."""
    code = frame.municipality_code
    own = [line for line in _within(lines, [frame]) if code is None or municipality_of(line) == code]
    return [
        FrameLine(source_id, code, year, _in_price(frame, price, year), sums(line for line in own if line.year == year))
        for year in sorted({line.year for line in own})
    ]


def _added(listed: Sequence[Frame], places: set[str], price: Price | None) -> Figure:
    """One frame of the source; a reason why there is none."""
    if not listed:
        return Missing(NO_FRAME)
    figures = [_in_price(frame, price) for frame in listed]
    if len(listed) == 1 and listed[0].municipality_code is None:
        return figures[0]
    codes = [frame.municipality_code for frame in listed]
    if None in codes or len(set(codes)) < len(codes) or len({(frame.from_year, frame.to_year) for frame in listed}) > 1:
        return Missing(NOT_ADDABLE)
    # Money of a project in several municipalities is of those together, and they have their frames.
    if places - set(codes) - {SEVERAL}:
        return Missing(NOT_COVERED)
    if len({figure.basis for figure in figures if isinstance(figure, Amount)}) > 1:
        return Missing(NOT_ADDABLE)
    return total(figures).figure


def _in_price(frame: Frame, price: Price | None, year: int | None = None) -> Figure:
    basis = frame.price_basis
    kind = None if basis.kind == "not_stated" else basis.kind
    kroner = (kind, basis.price_year, basis.includes_vat)
    return figure_in(price, frame.amount_mnok, "frame", kroner, frame.frame_id, year)


def _within(lines: Iterable[Line], listed: Sequence[Frame]) -> list[Line]:
    """The lines of the years that the frames are of; all where there is no frame."""
    if not listed:
        return list(lines)
    first, last = min(frame.from_year for frame in listed), max(frame.to_year for frame in listed)
    return [line for line in lines if first <= line.year <= last]
