"""Whether the places of a project agree: shares of working areas, municipalities that exist in the period, roads given once."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator

from checks.at_cell import at
from checks.rules import Rule
from domain.facts import Unknown
from domain.model import Agreement, Municipality
from domain.period import Period
from domain.returns import Return, ReturnRow, Split
from domain.rows import Finding

NOT_100 = Rule("split_not_100", "error", "across", ("projects",))
AREA_TWICE = Rule("area_twice", "error", "across", ("projects",))
SHARE_NOT_POSITIVE = Rule("share_not_positive", "error", "across", ("projects",))
AREA_ELSEWHERE = Rule("area_without_municipality", "warning", "across", ("projects",))
CODE_NOT_VALID = Rule("municipality_not_valid", "error", "across", ("projects",))
ROAD_TWICE = Rule("road_number_twice", "warning", "across", ("projects",))
RULES = (NOT_100, AREA_TWICE, SHARE_NOT_POSITIVE, AREA_ELSEWHERE, CODE_NOT_VALID, ROAD_TWICE)


def shares_add_up(found: Return) -> Iterator[Finding]:
    """An error where areas are given twice, a share is not above zero, or else the shares are not 100 per cent together."""
    for row, split in _splits(found):
        twice = [area for area, count in Counter(area for area, _ in split.shares).items() if count > 1]
        if any(share <= 0 for _, share in split.shares):
            yield at(SHARE_NOT_POSITIVE, row, "working_area_split")
        elif twice:
            yield at(AREA_TWICE, row, "working_area_split", part="; ".join(twice))
        elif split.total_pct != 100:
            yield at(NOT_100, row, "working_area_split", total_pct=split.total_pct)


def areas_hold_the_municipalities(found: Return, agreement: Agreement) -> Iterator[Finding]:
    """A warning where a project has a share in an area that none of its municipalities lies in, as far as that is known."""
    inside = {
        area.working_area_id: {code for stated in area.municipality_codes for code in successors(agreement, stated)}
        for area in agreement.working_areas
        if not isinstance(area.municipality_codes, Unknown)
    }
    names = {area.working_area_id: area.name for area in agreement.working_areas}
    for row, split in _splits(found):
        own = {code for stated in municipality_codes(row) for code in successors(agreement, stated)}
        elsewhere = [names[area] for area, _ in split.shares if own and not own & inside.get(area, own)]
        if elsewhere:
            yield at(AREA_ELSEWHERE, row, "working_area_split", areas="; ".join(elsewhere), column_other="municipality_codes")


def municipalities_exist_in_the_period(found: Return, agreement: Agreement) -> Iterator[Finding]:
    """An error for each code that does not hold in the period, naming what holds instead."""
    period = Period.parse(found.period)
    first, next_day = period.first.first_day, period.last.plus(1).first_day
    known = {place.municipality_code: place for place in agreement.municipalities}
    for row in found.of("projects"):
        for code in municipality_codes(row):
            place = known.get(code)
            if place is None or _holds(place, first, next_day):
                continue
            instead = [known[new] for new in successors(agreement, code) if new in known and new != code]
            said = "; ".join(f"{new.municipality_code} {new.name}" for new in instead)
            yield at(CODE_NOT_VALID, row, "municipality_codes", quoted=code, code=code, instead=said or "–")


def roads_are_given_once(found: Return) -> Iterator[Finding]:
    """A warning where one number is given twice, perhaps in two forms or categories."""
    for row in found.of("projects"):
        numbers = Counter(road[1] for road in roads(row.code("road_number")))
        written = Counter(re.findall(r"\d+", row.code("road_number") or ""))
        twice = [number for number, count in written.items() if count > 1 or numbers[number] > 1]
        if twice:
            yield at(ROAD_TWICE, row, "road_number", numbers="; ".join(twice))


def municipality_codes(row: ReturnRow) -> tuple[str, ...]:
    """The municipalities of a project row; none where they are not known."""
    stated = row.answers.get("municipality_codes")
    return stated if isinstance(stated, tuple) else ()


def successors(agreement: Agreement, code: str) -> tuple[str, ...]:
    """The codes that carry on a code today: itself where nothing has replaced it."""
    place = next((found for found in agreement.municipalities if found.municipality_code == code), None)
    if place is None or not place.successor_codes:
        return (code,)
    return tuple(last for new in place.successor_codes if new != code for last in successors(agreement, new))


def roads(written: str | None) -> frozenset[tuple[str, str]]:
    """Category and number of each road in a cell; E and Ev are one, and spaces say nothing."""
    found = re.findall(r"([A-Za-z]+)\s*0*(\d+)", written or "")
    return frozenset((category.upper().removesuffix("V") or "V", number) for category, number in found)


def _splits(found: Return) -> Iterator[tuple[ReturnRow, Split]]:
    for row in found.of("projects"):
        split = row.answers.get("working_area_split")
        if isinstance(split, Split):
            yield row, split


def _holds(place: Municipality, first: dt.date, next_day: dt.date) -> bool:
    """Whether a code holds on some day of a period."""
    begins = place.valid_from is None or place.valid_from < next_day
    return begins and (place.valid_to is None or place.valid_to >= first)
