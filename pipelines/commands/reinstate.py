"""`reinstate`: lets an earlier return that counted count again, in place of the newest one."""

from __future__ import annotations

import argparse

from pipelines.commands.deciding import decided, number_person_and_reason
from pipelines.commands.outcome import Command, Outcome, now
from pipelines.settings import Settings


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where it cannot be reinstated, 3 where this person may not."""
    from pipelines.returns import reinstate

    return decided(lambda: reinstate(parsed.person, parsed.number, parsed.reason, now(), setting.data_dir), setting)


REINSTATE = Command("reinstate", number_person_and_reason, run)
