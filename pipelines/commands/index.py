"""`index`: recomputes an official workbook; no database."""

from __future__ import annotations

import argparse

from pipelines.commands.outcome import DONE, REFUSED, Command, Outcome, existing_file
from pipelines.printing import finding_line, index_json, index_lines
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and the reference year that it must count from."""
    parser.add_argument("file")
    parser.add_argument("--reference-year", type=int, required=True)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Reads, recomputes and gates; stores nothing."""
    from pipelines.traffic import check_traffic_file

    checked = check_traffic_file(existing_file(parsed.file), parsed.reference_year)
    lines = [finding_line(finding, setting.language) for finding in checked.findings]
    if not checked.is_refused:
        lines += index_lines(checked, setting.language)
    return Outcome(index_json(checked, setting.language), lines, REFUSED if checked.is_refused else DONE)


INDEX = Command("index", arguments, run)
