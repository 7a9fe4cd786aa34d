"""What the commands share that decide a return: its number, who decides, and the answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.words import text
from pipelines.commands.outcome import Outcome, Refused
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.returns import Decided

# More than the store counts to is no number of anything.
_LARGEST = 2**62


def number_and_person(parser: argparse.ArgumentParser) -> None:
    """Which return, by its number, and who decides."""
    parser.add_argument("number", type=_submission)
    parser.add_argument("--as", dest="person", required=True)


def number_person_and_reason(parser: argparse.ArgumentParser) -> None:
    """Which return, who decides, and why."""
    number_and_person(parser)
    parser.add_argument("--reason", metavar="TEXT", required=True)


def _submission(given: str) -> int:
    """A number that a submission may have."""
    number = int(given)
    if not 0 < number <= _LARGEST:
        raise ValueError(given)
    return number


def decided(decide: Callable[[], Decided], setting: Settings) -> Outcome:
    """What became of the return. Refused where it cannot be decided so; then nothing is changed."""
    from pipelines.returns import CannotDecide

    language = setting.language
    try:
        found = decide()
    except CannotDecide as cannot:
        status = text(f"return_status.{cannot.status}", language) if cannot.status else ""
        raise Refused(f"cannot_{cannot.code}", number=cannot.submission_id, status=status) from cannot
    answer = {
        "submission_id": found.submission_id,
        "status": found.status,
        "receipt": found.receipt,
        "already_submitted_as": found.already_submitted_as,
        "superseded": list(found.superseded),
        "is_new": found.is_new,
        "findings": [],
    }
    status = text(f"return_status.{found.status}", language)
    key = "decided" if found.is_new else "decided_before"
    lines = [text(f"command.{key}", language, number=found.submission_id, status=status)]
    lines += [text("command.superseded", language, number=number) for number in found.superseded]
    return Outcome(answer, lines)
