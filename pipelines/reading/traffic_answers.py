"""The answers of the public traffic API as typed rows. Strict: what is not of the documented shape is a NoAnswer, never guessed.

Documented in Statens vegvesen's pages on the API; light vehicles are the length class below 5.6 metres.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from domain.period import Month
from domain.rows import DayQuality, Finding, HourCount, Point, PointMonth, PointVolumes
from pipelines.reading.graphql import NoAnswer, quotable, unknown_shape
from pipelines.reading.traffic_file import road_category

LIGHT = "[..,5.6)"
# The offsets that Norwegian local time has.
_LOCAL_OFFSETS = (dt.timedelta(hours=1), dt.timedelta(hours=2))
_ROAD = re.compile(r"^([ERFKPS])V(\d+)\b")
_ROAD_PREFIX = {"E": "E", "R": "rv. ", "F": "fv. ", "K": "kv. ", "P": "pv. ", "S": "sv. "}

# Ids become names of files, and are never anything but this.
PointId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
Count = Annotated[float, Field(ge=0, le=1e9)]
Percentage = Annotated[float, Field(ge=0, le=100)]
MonthNumber = Annotated[int, Field(ge=1, le=12)]
Year = Annotated[int, Field(ge=1990, le=2099)]


class _Shape(BaseModel):
    """Part of an answer. Types are strict, numbers finite; what we did not ask for is left unread."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False, alias_generator=to_camel)


T = TypeVar("T", bound=BaseModel)


class _Answer(_Shape, Generic[T]):
    data: T


class _PointName(_Shape):
    id: PointId


class _Average(_Shape):
    average: Count | None


class _Share(_Shape):
    percentage: Percentage | None


class _LengthRange(_Shape):
    representation: str


class _MonthTotal(_Shape):
    volume: _Average | None
    valid_length_volume: _Average | None
    coverage: _Share | None


class _ClassTotal(_Shape):
    volume: _Average | None


class _MonthClass(_Shape):
    length_range: _LengthRange
    total: _ClassTotal


class _Month(_Shape):
    year: Year
    month: MonthNumber
    total: _MonthTotal
    by_length_range: tuple[_MonthClass, ...]


class _Daily(_Shape):
    by_month: tuple[_Month, ...]


class _Averages(_Shape):
    daily: _Daily


class _MonthVolume(_Shape):
    average: _Averages


class _MonthData(_Shape):
    traffic_registration_point: _PointName | None = None
    volume: _MonthVolume


class _Months(_Shape):
    # null for a point that the API does not know.
    traffic_data: _MonthData | None


def point_months(answer: bytes, point_id: str) -> tuple[PointMonth, ...]:
    """The months of one point, in the order of the answer; none of a point that the API does not know. NoAnswer."""
    found = _read(answer, _Answer[_Months]).data.traffic_data
    if found is None:
        return ()
    _is_about(found.traffic_registration_point, point_id)
    return tuple(_point_month(point_id, month) for month in found.volume.average.daily.by_month)


def _point_month(point_id: str, month: _Month) -> PointMonth:
    """Quality by city_index.md, section 1: coverage is of valid lengths; without a coverage both count as whole."""
    classes = [found.total.volume for found in month.by_length_range if found.length_range.representation == LIGHT]
    light = classes[0].average if classes and classes[0] else None
    when = Month(month.year, month.month)
    covered = month.total.coverage.percentage if month.total.coverage else None
    if covered is None:
        return PointMonth(point_id, when, light, 100.0, 100.0)
    total, valid = (found.average if found else None for found in (month.total.volume, month.total.valid_length_volume))
    if not total or valid is None:
        return PointMonth(point_id, when, light, None, None)
    length_quality = 100 * valid / total
    return PointMonth(point_id, when, light, covered * length_quality / 100, length_quality)


class _LatLon(_Shape):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class _Coordinates(_Shape):
    lat_lon: _LatLon | None


class _Place(_Shape):
    name: str
    number: int = Field(ge=1, le=9999)


class _RoadReference(_Shape):
    short_form: str


class _Location(_Shape):
    coordinates: _Coordinates | None
    municipality: _Place | None
    road_reference: _RoadReference | None


class _Point(_Shape):
    id: PointId
    name: str
    location: _Location


class _Points(_Shape):
    traffic_registration_points: tuple[_Point, ...]


def points(answer: bytes) -> tuple[Point, ...]:
    """All points of an answer, each with its municipality, road and position where these are given. NoAnswer."""
    return tuple(_point(found) for found in _read(answer, _Answer[_Points]).data.traffic_registration_points)


def _point(found: _Point) -> Point:
    place, where = found.location.municipality, found.location.coordinates
    position = where.lat_lon if where else None
    road = _road(found.location.road_reference.short_form) if found.location.road_reference else None
    return Point(
        found.id,
        found.name,
        road,
        road_category(road),
        place.name if place else None,
        f"{place.number:04d}" if place else None,
        latitude=position.lat if position else None,
        longitude=position.lon if position else None,
    )


def _road(short_form: str) -> str:
    """EV39 S79D10 m1192 as the workbooks write it: E39, rv. 580, fv. 556. Anything else as it stands."""
    found = _ROAD.match(short_form)
    return f"{_ROAD_PREFIX[found[1]]}{found[2]}" if found else short_form


class _Change(_Shape):
    calculation_volume: Count | None
    base_volume: Count | None


class _ClassIndex(_Shape):
    length_range: _LengthRange
    index: _Change | None


class _LengthIndices(_Shape):
    is_excluded: bool
    index_numbers: tuple[_ClassIndex, ...]


class _DayTypeIndex(_Shape):
    day_type: str
    is_excluded: bool
    length_ranges_traffic_volume_index: _LengthIndices | None


class _PointIndex(_Shape):
    traffic_registration_point: _PointName
    volume_indices_year_to_date: tuple[_DayTypeIndex, ...]


class _IndexNode(_Shape):
    is_manually_excluded: bool
    point_traffic_volume_index: _PointIndex


class _IndexEdge(_Shape):
    node: _IndexNode


class _IndexPage(_Shape):
    has_next_page: bool


class _IndexPoints(_Shape):
    page_info: _IndexPage
    edges: tuple[_IndexEdge, ...]


class _CalculationMonth(_Shape):
    year: Year
    month: MonthNumber


class _IndexPeriod(_Shape):
    calculation_month: _CalculationMonth


class _PublishedIndex(_Shape):
    period: _IndexPeriod
    contains_point_traffic_volume_indices: _IndexPoints


class _Published(_Shape):
    # null for a month that is not published.
    published_area_traffic_volume_index: _PublishedIndex | None


@dataclass(frozen=True, slots=True)
class IndexPoints:
    """The points of a published index, and the year-to-date volumes of light vehicles of those that have them."""

    point_ids: tuple[str, ...]
    volumes: tuple[PointVolumes, ...]


def index_points(answer: bytes) -> IndexPoints | None:
    """What one month of a published index holds; None if that month is not published. NoAnswer."""
    index = _read(answer, _Answer[_Published]).data.published_area_traffic_volume_index
    if index is None:
        return None
    found = index.contains_point_traffic_volume_indices
    if found.page_info.has_next_page:
        # The API gives 100 points; the rest must not be left out in silence.
        raise NoAnswer(Finding("api_more_points_than_a_page", "error", quoted=str(len(found.edges))))
    nodes = [edge.node for edge in found.edges]
    volumes = [row for node in nodes if (row := _volumes(node, index.period.calculation_month))]
    return IndexPoints(tuple(node.point_traffic_volume_index.traffic_registration_point.id for node in nodes), tuple(volumes))


def _volumes(node: _IndexNode, month: _CalculationMonth) -> PointVolumes | None:
    of_all_days = [row for row in node.point_traffic_volume_index.volume_indices_year_to_date if row.day_type == "ALL"]
    for row in of_all_days:
        lengths = row.length_ranges_traffic_volume_index
        for found in lengths.index_numbers if lengths else ():
            change = found.index
            if found.length_range.representation != LIGHT or change is None:
                continue
            if change.base_volume is not None and change.calculation_volume is not None:
                is_excluded = node.is_manually_excluded or row.is_excluded or (lengths is not None and lengths.is_excluded)
                point_id = node.point_traffic_volume_index.traffic_registration_point.id
                return PointVolumes(point_id, month.year, month.month, change.base_volume, change.calculation_volume, is_excluded)
    return None


class _Numbers(_Shape):
    valid_length: _Share | None


class _HourTotal(_Shape):
    volume_numbers: _Numbers | None
    coverage: _Share | None


class _ClassNumbers(_Shape):
    volume: Annotated[int, Field(ge=0, le=10**6)]


class _HourClassTotal(_Shape):
    volume_numbers: _ClassNumbers | None


class _HourClass(_Shape):
    length_range: _LengthRange
    total: _HourClassTotal


class _DayNode(_Shape):
    from_: str = Field(alias="from")
    total: _HourTotal


class _HourNode(_DayNode):
    by_length_range: tuple[_HourClass, ...]


class _DayEdge(_Shape):
    node: _DayNode


class _HourEdge(_Shape):
    node: _HourNode


class _NextPage(_Shape):
    has_next_page: bool
    end_cursor: str | None


class _HourPage(_Shape):
    edges: tuple[_HourEdge, ...]
    page_info: _NextPage


class _DayPage(_Shape):
    edges: tuple[_DayEdge, ...]
    page_info: _NextPage


class _HourVolume(_Shape):
    by_hour: _HourPage


class _DayVolume(_Shape):
    by_day: _DayPage


class _HourData(_Shape):
    traffic_registration_point: _PointName | None = None
    volume: _HourVolume


class _DayData(_Shape):
    traffic_registration_point: _PointName | None = None
    volume: _DayVolume


class _Hours(_Shape):
    traffic_data: _HourData | None


class _Days(_Shape):
    traffic_data: _DayData | None


Row = TypeVar("Row", HourCount, DayQuality)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows. `next_cursor` is None on the last one."""

    rows: tuple[Row, ...]
    next_cursor: str | None


def hours(answer: bytes, point_id: str) -> Page[HourCount]:
    """One page of hours with a count of light vehicles. The two hours of a clock set back are two rows. NoAnswer."""
    found = _read(answer, _Answer[_Hours]).data.traffic_data
    if found is None:
        return Page((), None)
    _is_about(found.traffic_registration_point, point_id)
    page = found.volume.by_hour
    rows = (_hour(point_id, edge.node) for edge in page.edges)
    return Page(tuple(row for row in rows if row), _next_cursor(page.page_info, bool(page.edges)))


def days(answer: bytes, point_id: str) -> Page[DayQuality]:
    """One page of days with their length quality. NoAnswer."""
    found = _read(answer, _Answer[_Days]).data.traffic_data
    if found is None:
        return Page((), None)
    _is_about(found.traffic_registration_point, point_id)
    page = found.volume.by_day
    return Page(tuple(_day(point_id, edge.node) for edge in page.edges), _next_cursor(page.page_info, bool(page.edges)))


def _hour(point_id: str, node: _HourNode) -> HourCount | None:
    """The hour's count with the coverage of all lengths: that of a class is already lowered by its length quality."""
    counts = [found.total.volume_numbers for found in node.by_length_range if found.length_range.representation == LIGHT]
    if not counts or counts[0] is None:
        return None
    begins = _local(node.from_)
    coverage = node.total.coverage.percentage if node.total.coverage else None
    return HourCount(
        point_id, begins.year, begins.month, begins.day, begins.hour, counts[0].volume, coverage, _length_quality(node)
    )


def _day(point_id: str, node: _DayNode) -> DayQuality:
    begins = _local(node.from_)
    return DayQuality(point_id, begins.year, begins.month, begins.day, _length_quality(node))


def _length_quality(node: _DayNode) -> float | None:
    numbers = node.total.volume_numbers
    return numbers.valid_length.percentage if numbers and numbers.valid_length else None


def _local(text: str) -> dt.datetime:
    """The local time of a moment that carries its offset. Another clock than the Norwegian one is another shape."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() not in _LOCAL_OFFSETS:
        raise NoAnswer(Finding("api_unknown_shape", "error", quoted=quotable(f"from = {text!r}")))
    return moment


def _next_cursor(page: _NextPage, has_rows: bool) -> str | None:
    if not page.has_next_page:
        return None
    if not page.end_cursor or not has_rows:
        raise NoAnswer(Finding("api_pages_do_not_end", "error", quoted=quotable(repr(page.end_cursor))))
    return page.end_cursor


def _is_about(named: _PointName | None, point_id: str) -> None:
    """NoAnswer if an answer is about another point than the one that was asked for."""
    if named is not None and named.id != point_id:
        raise NoAnswer(Finding("api_other_point", "error", quoted=named.id, named={"asked": point_id}))


S = TypeVar("S", bound=BaseModel)


def _read(answer: bytes, shape: type[S]) -> S:
    try:
        return shape.model_validate_json(answer)
    except ValidationError as error:
        raise unknown_shape(error) from error
