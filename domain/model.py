"""An urban-growth agreement as its YAML states it. Frozen; every fact names its source, and what no source gives is Unknown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from domain.deviation_limits import OwnLimit
from domain.facts import Dated, Fact, Id, LocalText, MonthText, MunicipalityCode, OrUnknown, PeriodText, Source, Sourced, Unknown
from domain.risk_matrix import RiskMatrix


class Years(Sourced):
    """The years that an agreement holds, both counted."""

    from_year: int
    to_year: int


class Goal(Sourced):
    """What the agreement shall reach, and the window that it is judged on."""

    text: LocalText
    judged_over: LocalText
    window_months: Literal[12, 24, 36]


class TrafficIndex(Sourced):
    """Which index follows up the goal. `method_changes_on` is the first day of the next method."""

    index_id: str | None
    area_name: str
    maker: str
    reference_year: int
    method_version: Id
    method_changes_on: dt.date | None = None
    method_change: LocalText | None = None
    credit: LocalText


class Party(Sourced):
    """Who has signed. `valid_from` and `valid_to` say when it exists under this name."""

    party_id: Id
    name: str
    kind: Literal["municipality", "county", "state_road", "state_rail", "county_governor", "ministry"]
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    replaces: tuple[Id, ...] = ()
    is_reporting: OrUnknown[bool]


class Membership(Fact):
    """A party's seat in a body. Members decide, observers read."""

    party_id: Id
    capacity: Literal["leader", "member", "deputy", "observer", "secretary"]


class Body(Sourced):
    """A forum of the agreement. `standing` is adopted or former where a source shows it, proposed where none shows more."""

    body_id: Id
    name: str
    kind: Literal["steering_group", "council", "coordination", "secretariat", "working_group", "theme_group", "admin_group"]
    task: LocalText
    valid_from: Dated | None = None
    valid_to: Dated | None = None
    replaces: tuple[Id, ...] = ()
    working_area_id: Id | None = None
    standing: Literal["adopted", "proposed", "former"] | None = None
    memberships: OrUnknown[tuple[Membership, ...]]
    mandate: OrUnknown[LocalText]


class Municipality(Sourced):
    """A municipality with the years in which its code holds; after a merger its successors carry on."""

    municipality_code: MunicipalityCode
    name: str
    party_id: Id | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor_codes: tuple[MunicipalityCode, ...] = ()
    is_in_agreement: bool = True


class WorkingArea(Sourced):
    """A part of the area with its own working group. Municipalities may lie in several."""

    working_area_id: Id
    name: str
    municipality_codes: OrUnknown[tuple[MunicipalityCode, ...]]


class CarryOver(Sourced):
    """How much of a source's budget of a year may be carried into the next: at most `max_pct` of it, or all where that is null.

    `text` is the same in the words of the agreement.
    """

    max_pct: Annotated[Decimal, Field(ge=0, le=100)] | None
    text: LocalText


class FundingSource(Sourced):
    """Where money comes from. `only_in` lists the municipalities where it may be used; empty means the whole area.

    `only_for` lists the cost elements (codes of the form) that it may pay; empty means all. `share_pct` is the most that it
    pays of an element. Without `carry_over` the agreement says nothing of what may be carried from year to year.
    """

    funding_source_id: Id
    name: str
    only_in: tuple[MunicipalityCode, ...] = ()
    only_for: tuple[Id, ...] = ()
    share_pct: dict[Id, Annotated[Decimal, Field(gt=0, le=100)]] = Field(default_factory=dict)
    limit: OrUnknown[LocalText]
    carry_over: OrUnknown[CarryOver] | None = None


class PriceBasis(Fact):
    """What the kroner of an amount are worth. `stated` is the source's own wording."""

    price_year: int | None
    kind: Literal["real", "nominal", "not_stated"]
    includes_vat: bool | None
    stated: str


class Frame(Sourced):
    """An economic frame. Per-year frames are never added to frames of a whole period."""

    frame_id: Id
    scope: str
    name: str
    municipality_code: MunicipalityCode | None = None
    funding_source_id: Id | None = None
    amount_mnok: Decimal = Field(gt=0)
    is_per_year: bool = False
    price_basis: PriceBasis
    from_year: int
    to_year: int


class AdministrationFrame(Sourced):
    """Money of each of its years for what is no project, such as a secretariat. It stands in no sum of projects."""

    administration_frame_id: Id
    name: LocalText
    funding_source_id: Id | None = None
    amount_mnok: Decimal = Field(gt=0)
    price_basis: PriceBasis
    from_year: int
    to_year: int


class FocusArea(Sourced):
    """A kind of project that the agreement puts its money on (satsingsområde)."""

    focus_area_id: Id
    name: str


class ReportingCycle(Sourced):
    """How often parties report and how many days after the period ends."""

    frequency: Literal["month", "quarter", "four_months", "half_year", "year"]
    deadline_days: OrUnknown[int]
    first_period: PeriodText | None = None
    last_period: PeriodText | None = None
    next_period: PeriodText | None = None


class Event(Sourced):
    """Something that explains traffic. A point in time has no `to_month`; `label` is the word on the figure."""

    event_id: Id
    from_month: MonthText
    to_month: MonthText | None = None
    label: LocalText
    text: LocalText


class PointExclusion(Sourced):
    """A counting point that is left out: for all time, from a month on, or from a month to another, both included.

    `indices` says of which: the rolling index, the volume indices that compare two years, or all.
    """

    point_id: str = Field(min_length=1)
    from_month: MonthText | None = None
    to_month: MonthText | None = None
    indices: Literal["all", "rolling", "volume"] = "all"
    reason: LocalText


class Authority(Sourced):
    """What a body may do with a type of matter."""

    matter: Id
    body_id: Id
    power: Literal["informs", "advises", "recommends", "decides"]


class Tile(Fact):
    """A municipality's place in the equal-size tile map, counted from the upper left."""

    municipality_code: MunicipalityCode
    row: int = Field(ge=0)
    column: int = Field(ge=0)


class Seat(Fact):
    """A person's place in a body."""

    body_id: Id
    capacity: Literal["leader", "member", "deputy", "observer", "secretary"]


class Person(Fact):
    """Somebody who reads or acts, with the roles that decide what. `party_id` is empty for those who serve all parties."""

    person_id: Id
    name: str
    party_id: Id | None
    roles: tuple[Literal["analyst", "secretariat", "member", "council", "observer", "administrator"], ...]
    bodies: tuple[Seat, ...] = ()


class Agreement(Fact):
    """One agreement, whole. References between its parts are checked when it is loaded."""

    agreement_id: Id
    name: str
    short_name: str
    is_synthetic: bool
    about: LocalText
    period: Years
    price_year: OrUnknown[int]
    goal: Goal
    index: TrafficIndex
    sources: tuple[Source, ...]
    parties: tuple[Party, ...]
    bodies: tuple[Body, ...]
    municipalities: tuple[Municipality, ...]
    working_areas: tuple[WorkingArea, ...]
    point_working_areas: OrUnknown[dict[str, Id]]
    funding_sources: tuple[FundingSource, ...]
    frames: tuple[Frame, ...]
    # None where the agreement's file says nothing of it.
    administration: OrUnknown[tuple[AdministrationFrame, ...]] | None = None
    focus_areas: OrUnknown[tuple[FocusArea, ...]]
    reporting: OrUnknown[ReportingCycle]
    indicator_targets: OrUnknown[dict[Id, LocalText]]
    events: tuple[Event, ...] = ()
    point_exclusions: tuple[PointExclusion, ...] = ()
    authority: OrUnknown[tuple[Authority, ...]]
    # Limits of the deviation rules that the agreement has decided; the defaults hold for the others.
    deviation_limits: tuple[OwnLimit, ...] = ()
    # The classes of the risk matrix that the agreement has set; None where those of the default hold.
    risk_matrix: RiskMatrix | None = None
    tile_map: OrUnknown[tuple[Tile, ...]]
    people: OrUnknown[tuple[Person, ...]]

    def source(self, source_id: str) -> Source:
        return next(source for source in self.sources if source.source_id == source_id)

    def unknowns(self) -> tuple[tuple[str, Unknown], ...]:
        """Every fact that no source gives, with its dotted key, in the order of the file."""
        return tuple(_unknowns("", self))


def _unknowns(key: str, part: object) -> list[tuple[str, Unknown]]:
    if isinstance(part, Unknown):
        return [(key, part)]
    if isinstance(part, BaseModel):
        identity = _own_id(part)
        here = f"{key}[{identity}]" if identity and key else key
        return [found for name in type(part).model_fields for found in _unknowns(_join(here, name), getattr(part, name))]
    if isinstance(part, tuple):
        return [found for item in part for found in _unknowns(key, item)]
    return []


def _own_id(part: BaseModel) -> str | None:
    first = next(iter(type(part).model_fields), "")
    own = [name for name in type(part).model_fields if name.endswith(("_id", "_code"))]
    return str(getattr(part, own[0])) if own and first != "unknown" else None


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
