"""`hourly`: the index of matched hours from hourly counts; no database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.numbers import decimal_text, signed_text
from domain.rows import Finding
from domain.words import text
from pipelines.commands.outcome import DONE, REFUSED, Command, Outcome, Refused, existing_file
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.hourly import HourlyIndex
    from pipelines.methods.hourly import AreaIndex


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and which two years are laid on each other."""
    parser.add_argument("parquet", nargs="+")
    parser.add_argument("--base", type=int, required=True)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--areas")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Reads and computes; stores nothing."""
    from pipelines.hourly import hourly_index
    from pipelines.methods.hourly import YearPair

    pair = YearPair(parsed.base, parsed.to)
    if pair.base == pair.calculation:
        raise Refused("same_year", year=pair.base)
    paths = [existing_file(name) for name in parsed.parquet]
    areas, findings = _areas(existing_file(parsed.areas) if parsed.areas else None)
    found: HourlyIndex | None = None
    if not findings:
        answer = hourly_index(paths, [pair], areas)
        findings, found = list(answer.findings), next(iter(answer.indices), None)
    lines = [finding_line(finding, setting.language) for finding in findings]
    if found:
        lines += _lines(found, setting.language)
    return Outcome(_json(found, findings, bool(parsed.areas), setting.language), lines, DONE if found else REFUSED)


def _areas(path: Path | None) -> tuple[Mapping[str, frozenset[str]], list[Finding]]:
    from pipelines.reading.areas_file import read_areas

    return read_areas(path) if path else ({}, [])


def _json(found: HourlyIndex | None, findings: list[Finding], has_areas: bool, language: str) -> dict[str, Any]:
    """The answer of the public contract; what is refused has no rows."""
    nothing = {"index_pct": None, "standard_error_pct": None, "n_points": 0}
    answer: dict[str, Any] = {
        "points": [row._asdict() for row in found.rows()] if found else [],
        "area": asdict(found.area) if found else nothing,
    }
    if has_areas:
        answer["areas"] = [{"area": area, **asdict(index)} for area, index in found.areas.items()] if found else []
    return {**answer, "findings": findings_json(findings, language)}


def _lines(found: HourlyIndex, language: str) -> Iterator[str]:
    """The index of all points and of each area, for a person."""
    pair = found.pair
    yield text("command.hourly_index", language, base=pair.base, year=pair.calculation, **_named(found.area, language))
    for area, index in found.areas.items():
        yield text("command.hourly_area", language, area=area, **_named(index, language))


def _named(index: AreaIndex, language: str) -> dict[str, object]:
    return {
        "index": signed_text(index.index_pct, 2, language),
        "error": decimal_text(index.standard_error_pct, 2, language),
        "n": index.n_points,
    }


HOURLY = Command("hourly", arguments, run)
