"""Price indices as input: one YAML file each, in versions as they were published. No price is changed but by one of these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from domain.fact_files import Content, doubles, load_fact_file, mappings_in
from domain.facts import Fact, Id, LocalText, Source, Sourced
from domain.faults import Fault, LoadError, Problem, quoted
from domain.model import Agreement

BUILT_IN = Path(__file__).parent / "price_indices"
# How firm a figure is: it stands, may be revised, or is of a year that has not been.
Standing = Literal["final", "preliminary", "projected"]


class IndexFigure(Fact):
    """The figure of one year."""

    year: int
    figure: Decimal = Field(gt=0)
    standing: Standing = "final"


class PriceIndexVersion(Sourced):
    """An index as it was published on a day. A later version may revise a year; figures of two versions are never mixed."""

    version: Id
    published_on: dt.date
    figures: tuple[IndexFigure, ...] = Field(min_length=2)

    @property
    def figure_by_year(self) -> dict[int, Decimal]:
        return {found.year: found.figure for found in self.figures}

    def standing(self, year: int) -> Standing | None:
        """How firm the figure of a year is; None where there is none."""
        return next((found.standing for found in self.figures if found.year == year), None)


class PriceIndex(Fact):
    """An index with its versions, the oldest first. `holds_for` are the agreements that use it; empty means any.

    An invented index holds for invented agreements alone, and says in its name that it is invented.
    """

    price_index_id: Id
    name: LocalText
    about: LocalText
    is_synthetic: bool
    holds_for: tuple[Id, ...] = ()
    base_year: int
    versions: tuple[PriceIndexVersion, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def newest(self) -> PriceIndexVersion:
        return self.versions[-1]

    def version(self, version: str) -> PriceIndexVersion:
        """The version of a name. KeyError for one that was never published."""
        found = next((found for found in self.versions if found.version == version), None)
        if found is None:
            known = ", ".join(found.version for found in self.versions)
            raise KeyError(f"{self.price_index_id} has no version {version!r}; it has {known}")
        return found

    def known_on(self, day: dt.date) -> PriceIndexVersion | None:
        """The newest version published by a day; None before the first."""
        return next((found for found in reversed(self.versions) if found.published_on <= day), None)


def price_indices_for(agreement: Agreement, folder: Path = BUILT_IN) -> tuple[PriceIndex, ...]:
    """The indices that an agreement's money may be converted with, by id. Real and invented never mix. LoadError."""
    return tuple(
        found
        for found in load_price_indices(folder).values()
        if found.is_synthetic == agreement.is_synthetic and (not found.holds_for or agreement.agreement_id in found.holds_for)
    )


@cache
def load_price_indices(folder: Path = BUILT_IN) -> dict[str, PriceIndex]:
    """Every index by id. LoadError with the problems of all files."""
    loaded: dict[str, PriceIndex] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded[path.stem] = load_price_index(path)
        except LoadError as error:
            problems.extend(error.problems)
    if problems:
        raise LoadError(problems)
    return loaded


def load_price_index(path: Path) -> PriceIndex:
    """The index of one file. LoadError with every problem at once."""
    return load_fact_file(path, PriceIndex, "a price index", lambda content: _own_faults(content, path.stem))


def _own_faults(content: Content, file_id: str) -> Iterator[Fault]:
    if content.get("price_index_id", file_id) != file_id:
        yield Fault(("price_index_id",), quoted(content["price_index_id"]), f"must be the name of the file, {file_id}")
    if content.get("is_synthetic") is True and not content.get("holds_for"):
        yield Fault(("holds_for",), "", "is missing: an invented index holds for named agreements alone")
    yield from doubles(content, "versions", "version")
    before = ""
    for place, version in mappings_in(content, "versions"):
        for fault in doubles(version, "figures", "year"):
            yield Fault(("versions", place, *fault.location), fault.value, fault.accepted)
        if "base_year" in content:
            yield from _base_faults(version, place, content["base_year"])
        published_on = str(version.get("published_on", before))
        if published_on <= before:
            yield Fault(("versions", place, "published_on"), quoted(published_on), f"must be after the version before, {before}")
        before = max(before, published_on)


def _base_faults(version: Content, place: int, base_year: object) -> Iterator[Fault]:
    """A version's figure of the base year is 100, and it has one."""
    based = [(number, figure) for number, figure in mappings_in(version, "figures") if figure.get("year") == base_year]
    if not based:
        yield Fault(("versions", place, "figures"), "", f"must have the figure of the base year, {base_year}")
    for number, figure in based:
        if figure.get("figure") != 100:
            here = ("versions", place, "figures", number, "figure")
            yield Fault(here, quoted(figure.get("figure")), "must be 100 in the base year")
