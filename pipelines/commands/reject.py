"""`reject`: sends a staged return back with the reason."""

from __future__ import annotations

import argparse

from pipelines.commands.deciding import decided, number_person_and_reason
from pipelines.commands.outcome import Command, Outcome, now
from pipelines.settings import Settings


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where it cannot be rejected, 3 where this person may not."""
    from pipelines.returns import reject

    return decided(lambda: reject(parsed.person, parsed.number, parsed.reason, now(), setting.data_dir), setting)


REJECT = Command("reject", number_person_and_reason, run)
