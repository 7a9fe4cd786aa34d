"""`backup`: a whole copy of all state, in a new folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.words import text
from pipelines.acting import OPERATOR
from pipelines.commands.outcome import Command, Outcome, Refused, now
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which folder, and who does it; else the operator."""
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--as", dest="person", default=OPERATOR.person_id)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """What the new folder holds. Refused where it is there already or the disk does not take it."""
    from pipelines.history.backup import back_up

    with said_in_words():
        made = back_up(parsed.person, Path(parsed.path), now(), setting.data_dir)
    said = text("command.backed_up", setting.language, path=parsed.path, n=made.head.sequence, files=len(made.files))
    answer = {
        "path": parsed.path,
        "sequence": made.head.sequence,
        "entry_hash": made.head.entry_hash,
        "made_at": made.made_at.isoformat(),
        "files": len(made.files),
        "bytes": made.n_bytes,
    }
    return Outcome({"backup": answer}, [said])


@contextmanager
def said_in_words() -> Iterator[None]:
    """What a backup is refused for, and what the disk says no to, as a refusal of the command."""
    from pipelines.history.backup import BackupRefused

    try:
        yield
    except BackupRefused as refused:
        raise Refused(f"backup_{refused.code}", subject=refused.subject) from refused
    except OSError as error:
        raise Refused("backup_disk", subject=error.strerror or str(error)) from error


BACKUP = Command("backup", arguments, run)
