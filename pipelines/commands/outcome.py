"""What a command gives back: its JSON answer, its lines for people, its exit code; and how it is refused."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.load import load_agreements
from domain.model import Agreement
from pipelines.settings import Settings

DONE, FINDINGS, REFUSED, FORBIDDEN, BUSY = range(5)


class Refused(Exception):
    """The arguments cannot be used; `key` names the text under `command` that says why."""

    def __init__(self, key: str, **named: object) -> None:
        super().__init__(key)
        self.key, self.named = key, named


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a command. With an exit code other than 0 its lines go to standard error."""

    answer: dict[str, Any]
    lines: Sequence[str]
    code: int = DONE


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name on the command line, the arguments that it adds to the common ones, and what it runs."""

    name: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], Outcome]


def refusal(*lines: str) -> Outcome:
    """The outcome of what cannot be done as asked."""
    return Outcome({"error": "\n".join(lines)}, lines, REFUSED)


def agreement_named(agreement_id: str, setting: Settings) -> Agreement:
    """The agreement of an id, built in or a city's own. Refused if there is none."""
    known = load_agreements(setting.data_dir / "agreements")
    if agreement_id not in known:
        raise Refused("unknown_agreement", agreement=agreement_id, known=", ".join(known))
    return known[agreement_id]


def existing_file(name: str) -> Path:
    """The path of a file that is there. Refused if it is not."""
    path = Path(name)
    if not path.is_file():
        raise Refused("no_such_file", file=name)
    return path


def now() -> dt.datetime:
    """Now as naive UTC, to the second. The commands are where the clock is read."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
