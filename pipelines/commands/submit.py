"""`submit`: checks a return and stores it, so that somebody else can approve it."""

from __future__ import annotations

import argparse

from domain.words import text
from pipelines.commands.outcome import BUSY, DONE, FINDINGS, REFUSED, Command, Outcome, existing_file, now
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings

_CODES = {"refused": FINDINGS, "to_confirm": FINDINGS, "unreadable": REFUSED}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, who hands them in, whose return they are where they do not say so, and why what must be confirmed is right."""
    parser.add_argument("file", nargs="+")
    parser.add_argument("--as", dest="person", required=True)
    parser.add_argument("--agreement")
    parser.add_argument("--party")
    parser.add_argument("--period")
    parser.add_argument("--note", metavar="TEXT")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where the files cannot be read, 1 where there are errors or a note is missing. Then nothing is stored.

    Exit 4 where the answer does not come in time: the return then waits in the queue, and is not lost.
    """
    from pipelines.handing_in import Asked, StillQueued, submit

    paths, language = [existing_file(name) for name in parsed.file], setting.language
    asked = Asked(parsed.agreement, parsed.party, parsed.period)
    try:
        stored = submit(parsed.person, paths, asked, now(), setting.data_dir, parsed.note)
    except StillQueued as waits:
        said = text("command.submit_queued", language, number=waits.number, n=waits.n_before)
        return Outcome({"error": said, "queue_number": waits.number}, [said], BUSY)
    answer = {
        "submission_id": stored.submission_id,
        "status": "refused" if stored.status == "unreadable" else stored.status,
        "receipt": stored.receipt,
        "already_submitted_as": stored.already_submitted_as,
        "superseded": list(stored.superseded),
        "agreement_id": stored.agreement_id,
        "party_id": stored.party_id,
        "period": stored.period,
        "rows": stored.n_rows or {},
        "findings": findings_json(stored.findings, language),
        "queue_number": stored.queue_number,
    }
    lines = [finding_line(finding, language) for finding in stored.findings]
    if stored.already_submitted_as is not None:
        status = text(f"return_status.{stored.status}", language)
        lines.append(text("command.submit_again", language, number=stored.already_submitted_as, status=status))
        return Outcome(answer, lines)
    named = {f"n_{severity}": count for severity, count in stored.n_of.items()}
    lines.append(text(f"command.submit_{stored.status}", language, number=stored.submission_id, **named))
    lines += [text("command.superseded", language, number=number) for number in stored.superseded]
    return Outcome(answer, lines, _CODES.get(stored.status, DONE))


SUBMIT = Command("submit", arguments, run)
