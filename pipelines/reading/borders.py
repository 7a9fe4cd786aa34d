"""Municipal borders from a GeoJSON file: strict, rewound and thinned. Knows GeoJSON, not our agreements.

Python's own reader of JSON takes the file: it refuses depth by itself, and the size is looked at before it is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from domain.facts import MunicipalityCode
from domain.rows import Finding
from pipelines.methods.rings import Ring, signed_area, thinned, wound

# Room for the detailed borders of a county; the five municipalities of a city, drawn for a page, take a thousandth of it.
MAX_FILE_BYTES = 32 * 1024 * 1024
# A page is some 1 500 pixels wide and shows a handful of municipalities.
MAX_POSITIONS = 400
# About a metre.
DECIMALS = 5
MAX_QUOTED = 80
# Mainland, Svalbard and Jan Mayen. Metres of another system and swapped axes lie far outside.
WEST, EAST, SOUTH, NORTH = -10.0, 35.0, 57.0, 82.0
# As Kartverket, its older files and those who pass them on spell them.
CODES = ("kommunenummer", "kommunenr", "kommune_nr", "kommunenum", "komm", "municipality_code")
NAMES = ("kommunenavn", "navn", "name", "municipality_name")
CREDITS = ("credit", "attribution", "copyright", "licence", "license")
# Kartverket's downloads hold several collections side by side, each under its own name.
COLLECTIONS = ("Kommune", "administrative_enheter.kommune")
_CODE = TypeAdapter(MunicipalityCode)


@dataclass(frozen=True, slots=True)
class Border:
    """A municipality's outline in degrees east and north, WGS84. All rings are closed; outer ones run clockwise, holes do not."""

    municipality_code: str
    name: str
    rings: tuple[Ring, ...]

    @property
    def n_positions(self) -> int:
        return sum(len(ring) for ring in self.rings)


@dataclass(frozen=True, slots=True)
class BorderFile:
    """What a file holds, and its bytes as they were read. With a finding there are no borders. `credit` is the file's own."""

    borders: tuple[Border, ...]
    credit: str | None
    original: bytes
    findings: tuple[Finding, ...] = ()


class _Refused(Exception):
    """Carries a finding from where it is found to `read_borders`."""

    def __init__(self, code: str, quoted: object = None, **named: str | int | float) -> None:
        super().__init__(code)
        shown = None if quoted is None else " ".join(str(quoted).split())[:MAX_QUOTED]
        self.finding = Finding(code, "error", quoted=shown, named=named)


def read_borders(path: Path) -> BorderFile:
    """The borders of a GeoJSON file, by municipality code. All that is wrong with its features is said at once.

    Several features of one municipality become one border.
    """
    try:
        original = _bytes_of(path)
        collection = _collection(_parsed(original))
    except _Refused as refused:
        return BorderFile((), None, b"", (refused.finding,))
    by_code: dict[str, Border] = {}
    findings = []
    for number, feature in enumerate(collection["features"], start=1):
        try:
            border = _border(feature, number)
            earlier = by_code.get(border.municipality_code)
            by_code[border.municipality_code] = _joined(earlier, border) if earlier else border
        except _Refused as refused:
            findings.append(refused.finding)
    borders = () if findings else tuple(_drawable(by_code[code]) for code in sorted(by_code))
    return BorderFile(borders, _credit(collection), original, tuple(findings))


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _Refused("borders_too_large", limit_mb=MAX_FILE_BYTES // 1024**2)
        return path.read_bytes()
    except OSError as error:
        raise _Refused("unreadable_file") from error


def _parsed(original: bytes) -> Any:
    try:
        return json.loads(original.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise _Refused("not_geojson", "[[[[…") from None
    except ValueError as error:
        raise _Refused("not_geojson", error) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _collection(content: Any) -> dict[str, Any]:
    """The collection of municipalities, alone or among others."""
    if isinstance(content, dict) and "type" not in content:
        content = next((content[name] for name in COLLECTIONS if name in content), content)
    kind = content.get("type") if isinstance(content, dict) else type(content).__name__
    if kind != "FeatureCollection" or not isinstance(content.get("features"), list) or not content["features"]:
        raise _Refused("not_a_feature_collection", kind or "null")
    return content


def _credit(collection: Mapping[str, Any]) -> str | None:
    """What the file itself says of its maker and licence, in one line."""
    said = (collection.get(name) for name in CREDITS)
    return next((" ".join(text.split()) for text in said if isinstance(text, str) and text.strip()), None)


def _border(feature: Any, number: int) -> Border:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    stated = {str(name).lower(): found for name, found in properties.items()} if isinstance(properties, dict) else {}
    code = _code(stated, number)
    rings = tuple(ring for polygon in _polygons(feature.get("geometry"), number) for ring in _rings(polygon, number))
    if not rings:
        raise _Refused("border_ring_broken", feature=number)
    return Border(code, _name(stated) or code, rings)


def _code(stated: Mapping[str, Any], number: int) -> str:
    found = next((stated[name] for name in CODES if name in stated), None)
    # Older files write it as a number, which loses the zero of 0301.
    code = f"{found:04d}" if isinstance(found, int) else found
    try:
        return _CODE.validate_python(code)
    except ValidationError:
        raise _Refused("border_without_code", found, feature=number, known=", ".join(CODES)) from None


def _name(stated: Mapping[str, Any]) -> str | None:
    """The name, which newer files give in several languages: Norwegian, or else the first."""
    found = next((stated[name] for name in NAMES if name in stated), None)
    if isinstance(found, list):
        named = [entry for entry in found if isinstance(entry, dict)]
        found = next((entry.get("navn") for entry in sorted(named, key=lambda entry: entry.get("sprak") != "nor")), None)
    return found.strip() or None if isinstance(found, str) else None


def _polygons(geometry: Any, number: int) -> list[Any]:
    kind, coordinates = (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Refused("border_not_a_polygon", kind or "null", feature=number)
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons or not all(isinstance(polygon, list) and polygon for polygon in polygons):
        raise _Refused("border_ring_broken", feature=number)
    return polygons


def _rings(polygon: list[Any], number: int) -> Iterator[Ring]:
    """The rings of a polygon: the first is its outline, the others are holes."""
    for place, positions in enumerate(polygon):
        if not isinstance(positions, list):
            raise _Refused("border_ring_broken", feature=number)
        ring = tuple(_position(position, number) for position in positions)
        if len(ring) < 4 or ring[0] != ring[-1] or signed_area(ring) == 0:
            raise _Refused("border_ring_broken", feature=number)
        fine = tuple((round(east, DECIMALS), round(north, DECIMALS)) for east, north in ring)
        # What is smaller than the rounding cannot be seen either.
        if signed_area(fine) != 0:
            yield wound(fine, is_clockwise=place == 0)


def _position(position: Any, number: int) -> tuple[float, float]:
    """Degrees east and north. A height, where there is one, is left out."""
    if isinstance(position, list) and len(position) in (2, 3) and all(type(part) in (int, float) for part in position):
        # A whole number of hundreds of digits is JSON, and no float.
        east, north = (float(part) if abs(part) < 1e300 else math.inf for part in position[:2])
        if WEST <= east <= EAST and SOUTH <= north <= NORTH:
            return east, north
    raise _Refused("border_outside_norway", position, feature=number)


def _joined(first: Border, second: Border) -> Border:
    return Border(first.municipality_code, first.name, (*first.rings, *second.rings))


def _drawable(border: Border) -> Border:
    """The border with as many positions as a page can show."""
    return Border(border.municipality_code, border.name, thinned(border.rings, MAX_POSITIONS))
