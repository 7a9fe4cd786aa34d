"""`check`: reads a return and holds it against every rule; stores nothing."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from domain.rows import Severity
from domain.words import text
from pipelines.commands.outcome import DONE, FINDINGS, REFUSED, Command, Outcome, existing_file
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, whose return they are where they do not say so themselves, and where a marked copy shall be written."""
    parser.add_argument("file", nargs="+")
    parser.add_argument("--agreement")
    parser.add_argument("--party")
    parser.add_argument("--period")
    parser.add_argument("--marked", metavar="PATH")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where the files cannot be read, 1 where there are errors."""
    from pipelines.returns import Asked, check_return
    from pipelines.writing.marking import marked_copy

    paths, language = [existing_file(name) for name in parsed.file], setting.language
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


def _counted(n_of: Mapping[Severity, int]) -> dict[str, int]:
    return {f"n_{severity}": count for severity, count in n_of.items()}


CHECK = Command("check", arguments, run)
