"""Money of an agreement for what is no project: secretariat and the like, year by year. It is in no sum of projects."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.facts import Unknown
from domain.model import AdministrationFrame, Agreement
from domain.returns import Missing
from pipelines.answers.prices import Price, figure_in
from pipelines.methods.money import Amount, Figure, total


@dataclass(frozen=True, slots=True)
class AdministrationYear:
    """The frames of one year, in the order of `Administration.frames`: None where a frame is not of the year."""

    year: int
    figures: tuple[Figure, ...]

    @property
    def mnok(self) -> Decimal | None:
        """All of the year together; None where one of them cannot be shown in the chosen kroner."""
        known = [figure for figure in self.figures if figure is not None]
        return None if any(isinstance(figure, Missing) for figure in known) else total(known).mnok


@dataclass(frozen=True, slots=True)
class Administration:
    """What the agreement sets aside for administration, by year. Without frames `unknown` says why, if its file does."""

    frames: tuple[AdministrationFrame, ...]
    years: tuple[AdministrationYear, ...]
    unknown: Unknown | None = None


def administration(agreement: Agreement, price: Price | None) -> Administration:
    """The yearly frames of an agreement for what is no project, in the chosen kroner."""
    stated = agreement.administration
    if stated is None or isinstance(stated, Unknown):
        return Administration((), (), stated)
    years = sorted({year for frame in stated for year in range(frame.from_year, frame.to_year + 1)})
    rows = (AdministrationYear(year, tuple(_of_year(frame, year, price) for frame in stated)) for year in years)
    return Administration(stated, tuple(rows))


def amount_of(figure: Figure) -> Decimal | None:
    """The amount of a figure; None where there is none."""
    return figure.mnok if isinstance(figure, Amount) else None


def _of_year(frame: AdministrationFrame, year: int, price: Price | None) -> Figure:
    if not frame.from_year <= year <= frame.to_year:
        return None
    basis = frame.price_basis
    kind = None if basis.kind == "not_stated" else basis.kind
    kroner = (kind, basis.price_year, basis.includes_vat)
    return figure_in(price, frame.amount_mnok, "frame", kroner, frame.administration_frame_id, year)
