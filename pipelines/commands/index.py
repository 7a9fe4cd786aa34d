"""`index`: recomputes an official workbook, or the yearly index of a raw file of point volumes; no database."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.commands.outcome import DONE, REFUSED, Command, Outcome, Refused, existing_file
from pipelines.printing import finding_line, findings_json, index_json, index_lines, volume_index_json, volume_index_lines
from pipelines.settings import Settings

_ZIP = b"PK"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, the reference year that a workbook must count from, and the year that a raw file holds."""
    parser.add_argument("file")
    parser.add_argument("--reference-year", type=int)
    parser.add_argument("--year", type=int)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Reads, recomputes and gates; stores nothing."""
    path = existing_file(parsed.file)
    if parsed.year is not None and not _is_workbook(path):
        return _raw(path, parsed.year, setting.language)
    if parsed.reference_year is None:
        raise Refused("reference_year_needed")
    return _workbook(path, parsed.reference_year, setting.language)


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _ZIP


def _workbook(path: Path, reference_year: int, language: str) -> Outcome:
    from pipelines.traffic import check_traffic_file

    checked = check_traffic_file(path, reference_year)
    lines = [finding_line(finding, language) for finding in checked.findings]
    if not checked.is_refused:
        lines += index_lines(checked, language)
    return Outcome(index_json(checked, language), lines, REFUSED if checked.is_refused else DONE)


def _raw(path: Path, year: int, language: str) -> Outcome:
    from pipelines.traffic import index_of_raw_file

    found, findings = index_of_raw_file(path, year)
    answer = {"yearly": volume_index_json(found), "findings": findings_json(findings, language)}
    lines = [*(finding_line(finding, language) for finding in findings), *volume_index_lines(found, language)]
    return Outcome(answer, lines, DONE if found else REFUSED)


INDEX = Command("index", arguments, run)
