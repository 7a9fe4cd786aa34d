"""`publish`: publishes what the ledger knows, where that is not published already."""

from __future__ import annotations

import argparse

from domain.words import text
from pipelines.acting import OPERATOR
from pipelines.commands.outcome import Command, Outcome, now
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Who publishes; else the operator."""
    parser.add_argument("--as", dest="person", default=OPERATOR.person_id)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """The name of the snapshot; an unchanged ledger keeps the one it has."""
    from pipelines.operation import publish_now

    snapshot, is_new = publish_now(parsed.person, now(), setting.data_dir)
    said = text("command.published" if is_new else "command.published_before", setting.language, snapshot=snapshot)
    return Outcome({"snapshot": snapshot, "is_new": is_new}, [said])


PUBLISH = Command("publish", arguments, run)
