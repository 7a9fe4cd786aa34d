"""`approve`: lets a staged return count; never by who handed it in."""

from __future__ import annotations

import argparse

from pipelines.commands.deciding import decided, number_and_person
from pipelines.commands.outcome import Command, Outcome, now
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which return, who approves it, and the receipt of what they have seen."""
    number_and_person(parser)
    parser.add_argument("--receipt", metavar="SHA256")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where it cannot be approved, 3 where this person may not."""
    from pipelines.returns import approve

    return decided(lambda: approve(parsed.person, parsed.number, now(), setting.data_dir, parsed.receipt), setting)


APPROVE = Command("approve", arguments, run)
