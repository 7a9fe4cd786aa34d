"""`verify`: whether everything is what it was, and if not, what is not."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from domain.words import text
from pipelines.commands.outcome import DONE, FINDINGS, Command, Outcome
from pipelines.history.audit import Fault
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.history.verify import Bad


def run(_: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 1 where something is not what it was."""
    from pipelines.history.verify import CHECKED
    from pipelines.operation import verify_now

    found, language = verify_now(setting.data_dir), setting.language
    first_bad: dict[str, Any] | None = None
    lines = [text("command.verified", language, n=found.n_entries)]
    if bad := found.first_bad:
        said = in_words(bad, language)
        first_bad = {"part": bad.part, "kind": bad.kind, "subject": bad.subject, "message": said}
        lines = [said]
    answer = {"ok": found.is_ok, "entries": found.n_entries, "first_bad": first_bad, "checked": list(CHECKED)}
    return Outcome({"verify": answer}, lines, DONE if found.is_ok else FINDINGS)


def loss_in_words(fault: Fault, language: str) -> str:
    """What the ledger has lost, for a person."""
    return text(f"verify.heads.{fault.kind}", language, subject=text("verify_subject.entry", language, name=fault.sequence))


def in_words(bad: Bad, language: str) -> str:
    """What is not what it was, for a person."""
    kind, _, name = bad.subject.partition(":")
    subject = text(f"verify_subject.{kind}", language, name=name)
    return text(f"verify.{bad.part}.{bad.kind}", language, subject=subject)


VERIFY = Command("verify", lambda _: None, run)
