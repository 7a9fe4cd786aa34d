"""`check`: reads a return and holds it against every rule; stores nothing."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from domain.period import Period
from domain.rows import Severity
from domain.words import text
from pipelines.commands.import_form import mapping_for
from pipelines.commands.outcome import DONE, FINDINGS, REFUSED, Command, Outcome, Refused, agreement_named, existing_file
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.returns import CheckedReturn


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, whose return they are where they do not say so themselves, and where a marked copy shall be written."""
    parser.add_argument("file", nargs="+")
    parser.add_argument("--agreement")
    parser.add_argument("--party")
    parser.add_argument("--period")
    parser.add_argument("--mapping")
    parser.add_argument("--reported-on", type=dt.date.fromisoformat)
    parser.add_argument("--marked", metavar="PATH")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where the files cannot be read, 1 where there are errors."""
    from pipelines.returns import Asked, check_return
    from pipelines.writing.marks.marking import marked_copy

    paths, language = [existing_file(name) for name in parsed.file], setting.language
    if parsed.mapping:
        checked = _by_mapping(parsed, paths, setting)
    else:
        checked = check_return(paths, Asked(parsed.agreement, parsed.party, parsed.period), setting.data_dir)
    found = checked.found
    answer = {
        "findings": findings_json(checked.findings, language),
        "agreement_id": found.agreement_id if found else None,
        "party_id": found.party_id if found else None,
        "period": found.period if found else None,
        "rows": checked.n_rows,
    }
    lines = [finding_line(finding, language) for finding in checked.findings]
    lines.append(text("command.check_refused" if checked.is_refused else "command.checked", language, **_counted(checked.n_of)))
    if parsed.marked and not checked.is_refused:
        copy = marked_copy(paths, checked.findings, checked.form, language)
        Path(parsed.marked).write_bytes(copy.content)
        lines.append(text("command.marked", language, file=Path(parsed.marked).name))
        lines += [text(f"marked.lost.{code}", language) for code in copy.lost]
    if checked.is_refused:
        return Outcome(answer, lines, REFUSED)
    return Outcome(answer, lines, FINDINGS if checked.has_errors else DONE)


def _by_mapping(parsed: argparse.Namespace, paths: list[Path], setting: Settings) -> CheckedReturn:
    """One file of another form, as of its report date: the one given, or the last day of the period."""
    from pipelines.imports import check_mapped, read_their_file

    if len(paths) != 1 or not parsed.agreement or not (parsed.reported_on or parsed.period):
        raise Refused("mapping_needs")
    agreement = agreement_named(parsed.agreement, setting)
    reported_on = parsed.reported_on or _last_day(parsed.period)
    mapping = mapping_for(parsed.mapping, agreement, setting)
    return check_mapped(read_their_file(paths[0]), mapping, agreement, reported_on, setting.data_dir, parsed.party)


def _last_day(period: str) -> dt.date:
    try:
        return Period.parse(period).last.plus(1).first_day - dt.timedelta(days=1)
    except ValueError as error:
        raise Refused("bad_period", period=period, example="2026-Q3") from error


def _counted(n_of: Mapping[Severity, int]) -> dict[str, int]:
    return {f"n_{severity}": count for severity, count in n_of.items()}


CHECK = Command("check", arguments, run)
