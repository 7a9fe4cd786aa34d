"""The frames of the agreement against what is expected of the sources, in their municipalities and years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from domain.model import Agreement, Frame
from domain.returns import Missing
from pipelines.answers.economy.line_table import Flags, Lines, Texts
from pipelines.answers.economy.lines import economy_lines
from pipelines.answers.economy.sums import Sums, sums
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
    return tuple(line for line, _ in framed_lines(snapshot, agreement, price, as_of))


def framed_lines(
    snapshot: Snapshot, agreement: Agreement, price: Price | None, as_of: dt.date | None = None
) -> Iterator[tuple[FrameLine, Lines]]:
    """The rows of `frames`, each with the lines that it is held against."""
    lines = economy_lines(snapshot, agreement, price, as_of)
    places = municipalities_of(lines)
    for source in agreement.funding_sources:
        own = lines.funding_source_id == source.funding_source_id
        listed = _of(agreement, source.funding_source_id)
        if own.any() or listed:
            yield from _of_source(source.funding_source_id, listed, lines.where(own), places[own], price)


def source_frames(
    snapshot: Snapshot, agreement: Agreement, price: Price | None, as_of: dt.date | None = None
) -> dict[str, Figure]:
    """The frame of each source as a whole, as `frames` has it, or why it has none, in the order of the agreement."""
    lines = economy_lines(snapshot, agreement, price, as_of)
    places = lines.coded_each({key: municipality_of(project.municipality_codes) for key, project in lines.projects.items()})
    used: dict[str, set[str]] = {}
    pairs = np.unique(lines.source.codes * len(places.names) + places.codes) if len(lines) else np.array([], np.int64)
    for source, place in zip(*np.divmod(pairs, len(places.names) or 1), strict=True):
        used.setdefault(lines.source.names[source], set()).add(places.names[place])
    listed = {it.funding_source_id: _of(agreement, it.funding_source_id) for it in agreement.funding_sources}
    return {it: _added(_whole(own), used.get(it, set()), price) for it, own in listed.items() if it in used or own}


def frames_without_source(agreement: Agreement) -> tuple[Frame, ...]:
    """The frames that say nothing of where the money comes from; they are held against nothing."""
    return tuple(frame for frame in agreement.frames if frame.funding_source_id is None)


def municipalities_of(lines: Lines) -> Texts:
    """The municipality that the money of each line is used in: the project's, if it lies in one."""
    return lines.each({key: municipality_of(project.municipality_codes) for key, project in lines.projects.items()})


def municipality_of(codes: Sequence[str]) -> str:
    """The municipality of a project that lies in one; that it lies in several, or in none."""
    return codes[0] if len(codes) == 1 else SEVERAL if codes else NOWHERE


def _of(agreement: Agreement, source_id: str) -> list[Frame]:
    """The frames of a source."""
    return [frame for frame in agreement.frames if frame.funding_source_id == source_id]


def _whole(listed: Sequence[Frame]) -> list[Frame]:
    """Those that are of a whole period."""
    return [frame for frame in listed if not frame.is_per_year]


def _of_source(
    source_id: str, listed: Sequence[Frame], lines: Lines, places: Texts, price: Price | None
) -> Iterator[tuple[FrameLine, Lines]]:
    """The frames of a source against its lines, each of which has its municipality in `places`."""
    whole = _whole(listed)
    used = set(places)
    yield _held(source_id, None, None, _added(whole, used, price), lines.where(_within(lines, whole)))
    for frame in whole:
        if code := frame.municipality_code:
            at = lines.where(_within(lines, [frame]) & (places == code))
            yield _held(source_id, code, None, _in_price(frame, price), at)
    framed = {frame.municipality_code for frame in whole}
    for place in sorted(used - framed) if any(framed) else []:
        yield _held(source_id, place, None, Missing(NO_FRAME), lines.where(places == place))
    for frame in listed:
        if frame.is_per_year:
            yield from _per_year(source_id, frame, lines, places, price)


def _per_year(
    source_id: str, frame: Frame, lines: Lines, places: Texts, price: Price | None
) -> Iterator[tuple[FrameLine, Lines]]:
    """One line a year that the source has money in."""
    code, within = frame.municipality_code, _within(lines, [frame])
    own = lines.where(within if code is None else within & (places == code))
    for year in np.unique(own.year).tolist():
        yield _held(source_id, code, year, _in_price(frame, price, year), own.where(own.year == year))


def _held(source_id: str, code: str | None, year: int | None, frame: Figure, lines: Lines) -> tuple[FrameLine, Lines]:
    return FrameLine(source_id, code, year, frame, sums(lines)), lines


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


def _within(lines: Lines, listed: Sequence[Frame]) -> Flags:
    """Which lines are of the years that the frames are of; all where there is no frame."""
    if not listed:
        return np.ones(len(lines), np.bool_)
    first, last = min(frame.from_year for frame in listed), max(frame.to_year for frame in listed)
    return (first <= lines.year) & (lines.year <= last)
