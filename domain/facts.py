"""What every fact file is made of: ids, texts in two languages, sources, and that no source gives a fact. Frozen."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

_ID = r"^[a-z0-9][a-z0-9_.\-]*$"
_MUNICIPALITY = r"^(\d{4}|F\d{2})$"
_DATED = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
_PERIOD = r"^\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"
# What a text must look like, in words for whoever writes the file.
PATTERN_WORDS = {
    _ID: "must begin with a letter from a to z or a digit, and go on with such letters (no capitals), digits, _ . or -",
    _MUNICIPALITY: "must be four digits, such as 4601, or F and two digits in an invented agreement",
    _DATED: "must be as exact as the source gives it: 2020, 2020-06 or 2020-06-08",
    _MONTH: "must be a month, such as 2026-04",
    _PERIOD: "must be a period: 2026, 2026-Q3 or 2026-09",
}
Id = Annotated[str, StringConstraints(pattern=_ID)]
MunicipalityCode = Annotated[str, StringConstraints(pattern=_MUNICIPALITY)]
Dated = Annotated[str, StringConstraints(pattern=_DATED)]
MonthText = Annotated[str, StringConstraints(pattern=_MONTH)]
PeriodText = Annotated[str, StringConstraints(pattern=_PERIOD)]


class Fact(BaseModel):
    """Base of everything in an agreement file: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class LocalText(Fact):
    """One text in the two languages of the product."""

    nb: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.nb


class Unknown(Fact):
    """No source gives this fact. The reason is shown to the reader in place of the fact."""

    unknown: LocalText


# A fact, or that no source gives it. The key `unknown` tells which, so that a fault in the one is never reported for the other.
GIVEN, NOT_GIVEN = "<given>", "<unknown>"
T = TypeVar("T")


def _given_or_not(stated: object) -> str:
    is_unknown = isinstance(stated, Unknown) or (isinstance(stated, dict) and "unknown" in stated)
    return NOT_GIVEN if is_unknown else GIVEN


OrUnknown = Annotated[Annotated[T, Tag(GIVEN)] | Annotated[Unknown, Tag(NOT_GIVEN)], Discriminator(_given_or_not)]


class Source(Fact):
    """A document that facts rest on. `dated` is its own date, as exact as it gives one: 2020, 2020-06 or 2020-06-08."""

    source_id: Id
    title: str
    publisher: str
    dated: Dated | None = None
    url: str | None = None
    note: LocalText | None = None


class Sourced(Fact):
    """A fact with the ids of the sources that it rests on, and since when it holds where the source says so."""

    sources: tuple[Id, ...] = Field(min_length=1)
    dated: Dated | None = None
