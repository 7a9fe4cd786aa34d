"""`demo`: loads the built-in agreements and their example data; a second run changes nothing."""

from __future__ import annotations

import argparse

from domain.words import text
from pipelines.acting import OPERATOR
from pipelines.commands.outcome import Command, Outcome, now
from pipelines.settings import Settings


def run(_: argparse.Namespace, setting: Settings) -> Outcome:
    """Loads through the ledger and publishes."""
    from pipelines.examples.demo import load_examples

    snapshot = load_examples(OPERATOR.person_id, now(), setting.data_dir)
    return Outcome({"snapshot": snapshot}, [text("command.demo_loaded", setting.language, snapshot=snapshot)])


DEMO = Command("demo", lambda _: None, run)
