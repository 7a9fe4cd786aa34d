"""`traffic`: reads, gates, stores an official workbook as a vintage, publishes."""

from __future__ import annotations

import argparse
import datetime as dt

from domain.words import text
from pipelines.commands.outcome import DONE, REFUSED, Command, Outcome, agreement_named, existing_file, now
from pipelines.printing import finding_line, findings_json, revision_json
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file of which agreement, when its maker published it, and who hands it in."""
    parser.add_argument("file")
    parser.add_argument("--agreement", required=True)
    parser.add_argument("--published-on", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--as", dest="person", required=True)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Stores the file whole or not at all."""
    from pipelines.traffic import load_traffic

    agreement, path, language = agreement_named(parsed.agreement, setting), existing_file(parsed.file), setting.language
    stored = load_traffic(parsed.person, path, agreement, parsed.published_on, now(), setting.data_dir)
    status = "refused" if stored.is_refused else "committed"
    said = text(f"command.traffic_{status}", language, file=path.name, number=stored.submission_id)
    if stored.already_submitted_as is not None:
        said = text("command.already_submitted", language, number=stored.already_submitted_as)
    answer = {
        "submission_id": stored.submission_id,
        "status": status,
        "receipt": stored.receipt,
        "already_submitted_as": stored.already_submitted_as,
        "findings": findings_json(stored.findings, language),
        "revisions": [revision_json(row) for row in stored.revisions],
    }
    lines = [*(finding_line(finding, language) for finding in stored.findings), said]
    if stored.revisions:
        lines.append(text("command.revisions", language, n=len(stored.revisions)))
    return Outcome(answer, lines, REFUSED if stored.is_refused else DONE)


TRAFFIC = Command("traffic", arguments, run)
