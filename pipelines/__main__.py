"""The door of the commands: arguments in, a command run, its answer printed.

With --json exactly one JSON object goes to standard output; messages for people go to standard error.
"""

from __future__ import annotations

import argparse
import errno
import json
import sys
from collections.abc import Sequence
from typing import NoReturn

from domain.faults import LoadError
from domain.words import text
from pipelines.acting import NotAllowed
from pipelines.commands.approve import APPROVE
from pipelines.commands.backup import BACKUP
from pipelines.commands.borders import BORDERS
from pipelines.commands.bridge import BRIDGE
from pipelines.commands.check import CHECK
from pipelines.commands.demo import DEMO
from pipelines.commands.deviations import DEVIATIONS
from pipelines.commands.figures import FIGURES
from pipelines.commands.hourly import HOURLY
from pipelines.commands.import_form import IMPORT
from pipelines.commands.index import INDEX
from pipelines.commands.outcome import BUSY, FINDINGS, FORBIDDEN, REFUSED, Outcome, Refused, refusal
from pipelines.commands.people import PEOPLE
from pipelines.commands.publish import PUBLISH
from pipelines.commands.reinstate import REINSTATE
from pipelines.commands.reject import REJECT
from pipelines.commands.restore import RESTORE
from pipelines.commands.submit import SUBMIT
from pipelines.commands.template import TEMPLATE
from pipelines.commands.traffic import TRAFFIC
from pipelines.commands.traffic_api import TRAFFIC_API
from pipelines.commands.verify import VERIFY, loss_in_words
from pipelines.history.audit import LedgerLoss
from pipelines.history.busy import LedgerBusy
from pipelines.memory import spare_what_stays
from pipelines.reading.limited import ReaderCrashed
from pipelines.reading.worker import CheckFailed
from pipelines.settings import BadSetting, Settings, settings

_EVERY = (
    DEMO,
    PEOPLE,
    INDEX,
    TRAFFIC,
    TRAFFIC_API,
    HOURLY,
    BORDERS,
    CHECK,
    TEMPLATE,
    IMPORT,
    SUBMIT,
    APPROVE,
    REJECT,
    REINSTATE,
    FIGURES,
    BRIDGE,
    DEVIATIONS,
    PUBLISH,
    VERIFY,
    BACKUP,
    RESTORE,
)
# What a disk says that is full, broken, not ours to write on, or open too often.
_DISK = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE,
})  # fmt: skip
COMMANDS = {command.name: command for command in _EVERY}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        setting = settings()
    except BadSetting as error:
        print(error, file=sys.stderr)
        return REFUSED
    outcome = _outcome(given, setting)
    is_json = "--json" in given
    if is_json:
        print(json.dumps(outcome.answer, ensure_ascii=False, allow_nan=False))
    for line in outcome.lines:
        print(line, file=sys.stderr if is_json or outcome.code else sys.stdout)
    return outcome.code


def _outcome(given: Sequence[str], setting: Settings) -> Outcome:
    """What the command gives, or why it is refused, in words."""
    try:
        parsed = _parser(setting.language).parse_args(given)
        return COMMANDS[parsed.command].run(parsed, setting)
    except _BadArguments as bad:
        return refusal(str(bad))
    except Refused as refused:
        return refusal(text(f"command.{refused.key}", setting.language, **refused.named))
    except LoadError as error:
        return refusal(*(str(problem) for problem in error.problems))
    except NotAllowed as error:
        said = text(f"command.{error.code}", setting.language, person=error.person_id)
        return Outcome({"error": said}, [said], FORBIDDEN)
    except LedgerLoss as loss:
        said = text("command.ledger_loss", setting.language, fault=loss_in_words(loss.fault, setting.language))
        return Outcome({"error": said}, [said], FINDINGS)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        subject = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
        return refusal(text("command.disk", setting.language, subject=subject))
    except (CheckFailed, ReaderCrashed) as failure:
        return refusal(text("command.not_checked", setting.language, why=_last_line(failure)))
    except LedgerBusy:
        said = text("command.busy", setting.language)
        return Outcome({"error": said}, [said], BUSY)


def _last_line(failure: Exception) -> str:
    """What a child process said last of why it failed."""
    return next((line.strip() for line in reversed(str(failure).splitlines()) if line.strip()), type(failure).__name__)


class _BadArguments(Exception):
    """The command line cannot be understood; says why, with the usage."""


class _Parser(argparse.ArgumentParser):
    """Wrong arguments are a refusal like any other, exit 2."""

    def error(self, message: str) -> NoReturn:
        raise _BadArguments(f"{message}\n{self.format_usage().strip()}")


def _parser(language: str) -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m pipelines", description=text("command.about", language))
    named = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    for command in COMMANDS.values():
        own = named.add_parser(command.name, help=text(f"command.help.{command.name.replace('-', '_')}", language))
        own.add_argument("--json", action="store_true", help=text("command.help.json", language))
        command.arguments(own)
    return parser


if __name__ == "__main__":
    spare_what_stays()
    raise SystemExit(main())
