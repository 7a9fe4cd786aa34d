"""`traffic-api`: our own calculation of the index from the public API, kept beside the published one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from domain.period import Month
from domain.words import text
from pipelines.commands.outcome import DONE, REFUSED, Command, Outcome, Refused, agreement_named, now
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.exclusions import LeftOut

_BAR_SIGNS = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which agreement, from which month on, and who asks."""
    parser.add_argument("--agreement", required=True)
    parser.add_argument("--from", dest="first", type=_month, required=True, metavar="YYYY-MM")
    parser.add_argument("--as", dest="person", required=True)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Fetches, computes and stores whole or not at all; what was fetched is kept for the next run."""
    from pipelines.reading.graphql import Manners, Server
    from pipelines.traffic_api import load_traffic_api

    agreement, language = agreement_named(parsed.agreement, setting), setting.language
    manners = Manners(per_second=setting.traffic_api_per_second)
    server = Server(setting.traffic_api_url, setting.traffic_api_client, manners)
    bar = ProgressBar(sys.stderr, language)
    try:
        done = load_traffic_api(parsed.person, agreement, parsed.first, now(), setting.data_dir, server, bar.show)
    except KeyboardInterrupt:
        raise Refused("traffic_api_stopped") from None
    finally:
        bar.end()
    status = "refused" if done.is_refused else "committed"
    said = text(f"command.traffic_api_{status}", language, number=done.submission_id)
    if done.already_submitted_as is not None:
        said = text("command.already_submitted", language, number=done.already_submitted_as)
    answer = {
        "submission_id": done.submission_id,
        "status": status,
        "receipt": done.receipt,
        "already_submitted_as": done.already_submitted_as,
        "findings": findings_json(done.findings, language),
        "left_out": [_left_out_json(found, language) for found in done.left_out],
        "yearly": [asdict(row) for row in done.yearly],
    }
    lines = [*(finding_line(finding, language) for finding in done.findings), *_left_out_lines(done.left_out, language), said]
    return Outcome(answer, lines, REFUSED if done.is_refused else DONE)


class ProgressBar:
    """How far a run has come, drawn over itself on a terminal; nothing anywhere else."""

    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream, self._language, self._is_drawn = stream, language, False

    def show(self, percent: float, count: int) -> None:
        """Draws the state of a run that has so many answers."""
        if not self._stream.isatty():
            return
        filled = round(_BAR_SIGNS * percent / 100)
        said = text("command.traffic_api_progress", self._language, percent=f"{percent:.0f}", count=count)
        self._stream.write(f"\r[{'#' * filled}{'.' * (_BAR_SIGNS - filled)}] {said}")
        self._stream.flush()
        self._is_drawn = True

    def end(self) -> None:
        """Leaves the line, if there is one."""
        if self._is_drawn:
            self._stream.write("\n")


def _left_out_json(found: LeftOut, language: str) -> dict[str, Any]:
    exclusion = found.exclusion
    return {
        "point_id": exclusion.point_id,
        "from_month": exclusion.from_month,
        "to_month": exclusion.to_month,
        "indices": exclusion.indices,
        "reason": exclusion.reason.in_language(language),
        "n_months": len(found.months),
    }


def _left_out_lines(left_out: Sequence[LeftOut], language: str) -> list[str]:
    """One line for each exclusion that took anything away."""
    return [
        text(
            "command.traffic_api_left_out",
            language,
            point=found.exclusion.point_id,
            n=len(found.months),
            reason=found.exclusion.reason.in_language(language),
        )
        for found in left_out
        if found.months
    ]


def _month(given: str) -> Month:
    try:
        return Month.parse(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


TRAFFIC_API = Command("traffic-api", arguments, run)
