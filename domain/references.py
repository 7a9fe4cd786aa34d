"""Which ids of an agreement point at which: ids given twice, ids that point at nothing, spans that end before they begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from domain.faults import Fault, Location, quoted

# The lists whose items have an id: what such an id is called in a message, the list, the id's key.
KINDS = {
    "source": ("sources", "source_id"),
    "party": ("parties", "party_id"),
    "body": ("bodies", "body_id"),
    "municipality": ("municipalities", "municipality_code"),
    "working area": ("working_areas", "working_area_id"),
    "funding source": ("funding_sources", "funding_source_id"),
    "frame": ("frames", "frame_id"),
    "administration frame": ("administration", "administration_frame_id"),
    "focus area": ("focus_areas", "focus_area_id"),
    "event": ("events", "event_id"),
    "person": ("people", "person_id"),
}
# Where such ids are used. Every `sources` below the top is one of sources, too; * is any key.
POINTS_AT = {
    ("parties", "replaces"): "party",
    ("bodies", "replaces"): "body",
    ("bodies", "working_area_id"): "working area",
    ("bodies", "memberships", "party_id"): "party",
    ("municipalities", "successor_codes"): "municipality",
    ("municipalities", "party_id"): "party",
    ("working_areas", "municipality_codes"): "municipality",
    ("point_working_areas", "*"): "working area",
    ("funding_sources", "only_in"): "municipality",
    ("frames", "funding_source_id"): "funding source",
    ("frames", "municipality_code"): "municipality",
    ("administration", "funding_source_id"): "funding source",
    ("authority", "body_id"): "body",
    ("tile_map", "municipality_code"): "municipality",
    ("people", "party_id"): "party",
    ("people", "bodies", "body_id"): "body",
}
SPANS = (("from_year", "to_year"), ("from_month", "to_month"), ("valid_from", "valid_to"), ("first_period", "last_period"))


def ids_of(content: Mapping[str, object]) -> dict[str, list[str]]:
    """The ids of each kind in the content of a file. Of a kind whose list is not there nothing can be said; it is left out."""
    lists = {kind: content.get(name) for kind, (name, _) in KINDS.items()}
    return {
        kind: [str(item[KINDS[kind][1]]).strip() for item in items if isinstance(item, dict) and KINDS[kind][1] in item]
        for kind, items in lists.items()
        if isinstance(items, list)
    }


def broken_ids(content: Mapping[str, object], known: Mapping[str, list[str]]) -> list[Fault]:
    """Ids that are given twice or point at none of the known ones, and spans that end before they begin.

    Works on content of any form, so that it can be said together with what is wrong with the form.
    """
    return [*_doubles(content, known), *_dangling((), content, known), *_reversed_spans((), content)]


def _doubles(content: Mapping[str, object], known: Mapping[str, list[str]]) -> Iterator[Fault]:
    for kind, (list_name, id_name) in KINDS.items():
        items = content.get(list_name)
        counted, seen = Counter(known.get(kind, ())), Counter[str]()
        for number, item in enumerate(items if isinstance(items, list) else ()):
            own = str(item[id_name]).strip() if isinstance(item, dict) and id_name in item else ""
            seen[own] += 1
            if counted[own] > 1 and seen[own] > 1:
                yield Fault((list_name, number, id_name), quoted(own), f"must be unique; {counted[own]} have it")


def _dangling(location: Location, part: object, known: Mapping[str, list[str]]) -> Iterator[Fault]:
    for place, inner in _parts(part):
        here = (*location, place)
        if isinstance(inner, (dict, list)):
            yield from _dangling(here, inner, known)
        elif inner is not None:
            kind = _kind_pointed_at(here)
            if kind in known and str(inner).strip() not in known[kind]:
                yield Fault(here, quoted(inner), f"must be one of the {kind} ids: {', '.join(known[kind]) or 'there are none'}")


def _parts(part: object) -> Iterable[tuple[int | str, object]]:
    if isinstance(part, dict):
        return part.items()
    return enumerate(part) if isinstance(part, list) else ()


def _kind_pointed_at(location: Location) -> str:
    names = tuple(part for part in location if isinstance(part, str))
    if len(names) > 1 and names[-1] == "sources":
        return "source"
    return POINTS_AT.get(names) or POINTS_AT.get((*names[:-1], "*"), "")


def _reversed_spans(location: Location, part: object) -> Iterator[Fault]:
    if isinstance(part, dict):
        for start, end in SPANS:
            first, last = str(part.get(start, "")), str(part.get(end, ""))
            # As exact as both are: 2020 holds 2020-06.
            shared = min(len(first), len(last))
            if re.match(r"\d{4}", first) and re.match(r"\d{4}", last) and first[:shared] > last[:shared]:
                yield Fault((*location, end), quoted(part[end]), f"must not be before {start}, {first}")
    for place, inner in _parts(part):
        yield from _reversed_spans((*location, place), inner)
