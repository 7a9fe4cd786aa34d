"""The words of the field in both languages, and the versions of the index method: what the method page is made of."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from domain.fact_files import doubles, load_fact_file
from domain.facts import Fact, Id, LocalText, OrUnknown, Source, Sourced

_HERE = Path(__file__).parent


class Term(Fact):
    """One of the field's words in bokmål and English, and what tells it from its neighbours."""

    term_id: Id
    nb: str
    en: str
    note: LocalText | None = None


class Glossary(Fact):
    """The file of terms."""

    terms: tuple[Term, ...] = Field(min_length=1)


class MethodVersion(Sourced):
    """How an index is computed. Figures of two versions are never joined or compared."""

    method_version: Id
    name: LocalText
    standing: Literal["in_use", "coming"]
    valid_from: OrUnknown[dt.date]
    valid_to: dt.date | None = None
    what: LocalText
    period: LocalText
    weighting: LocalText
    corrections: LocalText
    uncertainty: LocalText


class MethodVersions(Fact):
    """The file of method versions with its sources."""

    versions: tuple[MethodVersion, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)

    def source(self, source_id: str) -> Source:
        return next(source for source in self.sources if source.source_id == source_id)


@cache
def load_glossary(path: Path = _HERE / "glossary.yaml") -> tuple[Term, ...]:
    """The terms in the order of the file. LoadError with every problem at once."""
    loaded = load_fact_file(
        path, Glossary, "a glossary", lambda content: [*doubles(content, "terms", "term_id"), *doubles(content, "terms", "nb")]
    )
    return loaded.terms


@cache
def load_method_versions(path: Path = _HERE / "methods.yaml") -> MethodVersions:
    """The method versions in the order of the file. LoadError with every problem at once."""
    return load_fact_file(
        path, MethodVersions, "the method versions", lambda content: doubles(content, "versions", "method_version")
    )
