"""What an indicator is: one YAML file each. Every statement names its sources; what no source gives is Unknown."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from domain.fact_files import Content, doubles, load_fact_file, mappings_in
from domain.facts import Fact, Id, LocalText, OrUnknown, Source, Sourced
from domain.faults import Fault, LoadError, Problem

BUILT_IN = Path(__file__).parent / "indicators"
Direction = Literal["down_is_better", "up_is_better", "neutral"]
Mark = Literal["preliminary", "revised"]


class Statement(Sourced):
    """Something said of an indicator. `holds_for` are the agreements whose figures it is about; empty means any."""

    text: LocalText
    holds_for: tuple[Id, ...] = ()

    def concerns(self, agreement_id: str) -> bool:
        return not self.holds_for or agreement_id in self.holds_for


class Break(Statement):
    """Figures before `before_year` are made in another way than those from it on. They are never compared or joined."""

    before_year: int


class StatedChange(Fact):
    """A change that a source prints beside its own counts, in percent since a year."""

    since_year: int
    change_pct: Decimal


class CitedNote(Fact):
    """A note of cited rows, word for word as it stands there, with what it means for the figure."""

    cited: str
    text: LocalText
    mark: Mark | None = None
    states: StatedChange | None = None


class Item(Fact):
    """What is counted of an indicator: a mode, a line, a sector. `subject` begins a sentence and ends before the place.

    `sum_of` are the items that it is the sum of, so that it can be had where a source gives its parts alone.
    """

    item_id: Id
    cited_as: tuple[str, ...] = ()
    name: LocalText
    subject: LocalText
    direction: Direction | None = None
    sum_of: tuple[Id, ...] = ()


class Shown(Fact):
    """How an amount is written in a sentence and on a figure: divided by `per`; decimals as the source has them where unset.

    `unit` stands beside the number; `unit_in_full` names it where it is not the indicator's own unit.
    """

    per: int = Field(default=1, gt=0)
    decimals: int | None = None
    unit: LocalText
    unit_in_full: LocalText | None = None


class Indicator(Fact):
    """One indicator. `cited_as` are the names that cited rows call it by, `unit_code` the code of its own level."""

    indicator_id: Id
    position: int
    name: LocalText
    role: Literal["main", "support", "other"]
    maker: LocalText
    unit_code: Id
    unit: LocalText
    shown: Shown
    direction: Direction
    cited_as: tuple[Id, ...] = Field(min_length=1)
    lead_item: Id
    items: tuple[Item, ...] = Field(min_length=1)
    measures: Statement
    why: Statement
    method: Statement
    uncertainty: OrUnknown[Statement]
    rhythm: OrUnknown[Statement]
    pitfalls: tuple[Statement, ...] = Field(min_length=1)
    breaks: tuple[Break, ...] = ()
    notes: tuple[CitedNote, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)

    def item(self, item_id: str) -> Item | None:
        return next((item for item in self.items if item.item_id == item_id), None)

    def item_cited_as(self, words: str) -> Item | None:
        """The item that a cited row means; None for one that this indicator does not know."""
        return next((item for item in self.items if words in item.cited_as), None)

    def note(self, cited: str | None) -> CitedNote | None:
        """What a cited note means; None for one that is only to be shown."""
        return next((note for note in self.notes if note.cited == cited), None)

    def direction_of(self, item_id: str) -> Direction:
        """Which way is better for an item; the indicator's own where the item has none."""
        item = self.item(item_id)
        return item.direction if item and item.direction else self.direction

    def source(self, source_id: str) -> Source:
        return next(source for source in self.sources if source.source_id == source_id)


@cache
def load_indicators(folder: Path = BUILT_IN) -> dict[str, Indicator]:
    """Every indicator by id, in their order. LoadError with the problems of all files."""
    loaded: list[Indicator] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded.append(load_indicator(path))
        except LoadError as error:
            problems.extend(error.problems)
    problems += _shared(loaded)
    if problems:
        raise LoadError(problems)
    return {found.indicator_id: found for found in sorted(loaded, key=lambda found: found.position)}


def load_indicator(path: Path) -> Indicator:
    """The indicator of one file. LoadError with every problem at once."""
    return load_fact_file(path, Indicator, "an indicator", lambda content: _own_faults(content, path.stem))


def _own_faults(content: Content, file_id: str) -> Iterator[Fault]:
    if content.get("indicator_id", file_id) != file_id:
        yield Fault(("indicator_id",), repr(content["indicator_id"]), f"must be the name of the file, {file_id}")
    yield from doubles(content, "items", "item_id")
    yield from doubles(content, "notes", "cited")
    known = [str(item["item_id"]) for _, item in mappings_in(content, "items") if "item_id" in item]
    accepted = f"must be one of the items: {', '.join(known)}"
    if "lead_item" in content and str(content["lead_item"]) not in known:
        yield Fault(("lead_item",), repr(content["lead_item"]), accepted)
    taken: set[str] = set()
    for number, item in mappings_in(content, "items"):
        for place, part in enumerate(_listed(item, "sum_of")):
            if part not in known:
                yield Fault(("items", number, "sum_of", place), repr(part), accepted)
        for place, words in enumerate(_listed(item, "cited_as")):
            if words in taken:
                yield Fault(("items", number, "cited_as", place), repr(words), "is taken by another item")
            taken.add(words)


def _listed(item: Content, name: str) -> list[str]:
    found = item.get(name)
    return [str(part) for part in found] if isinstance(found, list) else []


def _shared(loaded: list[Indicator]) -> list[Problem]:
    """Names of cited rows and positions that two indicators claim."""
    problems = []
    taken: dict[tuple[str, str], str] = {}
    for found in loaded:
        claims = [("cited_as", name) for name in found.cited_as] + [("position", str(found.position))]
        for claim in claims:
            other = taken.setdefault(claim, found.indicator_id)
            if other != found.indicator_id:
                problems.append(Problem(f"{found.indicator_id}.yaml", claim[0], repr(claim[1]), f"is taken by {other}"))
    return problems
