"""`restore`: a backup into an empty data folder, and whether it is what it was."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from domain.words import text
from pipelines.commands.backup import arguments, said_in_words
from pipelines.commands.outcome import DONE, FINDINGS, Command, Outcome, now
from pipelines.commands.verify import in_words
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.history.backup import Restored


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 1 where what was put back is not what it was, or the log of heads knows more than it."""
    from pipelines.history.backup import restore

    with said_in_words():
        found = restore(parsed.person, Path(parsed.path), now(), setting.data_dir)
    head, bad = found.manifest.head, found.verdict.first_bad
    answer = {
        "path": parsed.path,
        "sequence": head.sequence,
        "entry_hash": head.entry_hash,
        "made_at": found.manifest.made_at.isoformat(),
        "files": len(found.manifest.files),
        "ok": found.verdict.is_ok,
        "first_bad": {"part": bad.part, "kind": bad.kind, "subject": bad.subject} if bad else None,
    }
    return Outcome({"restore": answer}, _said(found, setting.language), DONE if found.verdict.is_ok else FINDINGS)


def _said(found: Restored, language: str) -> list[str]:
    head, bad = found.manifest.head, found.verdict.first_bad
    lines = [text("command.restored", language, n=head.sequence, made_at=f"{found.manifest.made_at:%Y-%m-%d %H:%M}")]
    if bad:
        lines.append(in_words(bad, language))
    if found.is_older:
        lines.append(text("command.restored_older", language, first=head.sequence + 1, last=found.newest_known))
    return lines


RESTORE = Command("restore", arguments, run)
