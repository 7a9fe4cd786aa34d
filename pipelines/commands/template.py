"""`template`: the workbook that a party fills in for a period, with the answers of its last return; nothing is stored."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.model import Agreement, Party, ReportingCycle
from domain.numbers import period_text
from domain.period import Period
from domain.words import text
from pipelines.commands.outcome import Command, Outcome, Refused, agreement_named
from pipelines.settings import Settings

if TYPE_CHECKING:
    from domain.forms import Form
    from domain.returns import Return
    from pipelines.history.snapshot import Snapshot

# The frequencies whose periods can be written; the others are taken as they are given.
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_EXAMPLES = {1: "2026-09", 3: "2026-Q3", 12: "2026"}


@dataclass(frozen=True, slots=True)
class _Made:
    """A workbook that is not written yet."""

    party: Party
    path: Path
    content: bytes
    previous: Return | None


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whose template, for which period, and where it goes."""
    parser.add_argument("--agreement", required=True)
    parser.add_argument("--party")
    parser.add_argument("--period", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--overwrite", action="store_true")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Makes every workbook before it writes the first one, so that a refusal leaves nothing behind."""
    from domain.forms import load_form
    from pipelines.writing.templates.template import template

    agreement, language = agreement_named(parsed.agreement, setting), setting.language
    period = _period(parsed.period, agreement)
    parties = _parties(parsed.party, agreement, period)
    form = load_form().at(load_form().version_for(str(period)))
    snapshot = _snapshot(setting)
    made = []
    for party in parties:
        path = _path(Path(parsed.out), parsed.party is not None, agreement, party, period, language)
        previous = _last_return(snapshot, agreement, party, str(period))
        content = template(form, agreement, party.party_id, str(period), previous, language)
        made.append(_Made(party, path, content, previous))
    _write(made, parsed.overwrite)
    answer: dict[str, Any] = {"agreement_id": agreement.agreement_id, "period": str(period), "form_version": form.newest}
    templates = [_template_json(one, form) for one in made]
    return Outcome({**answer, "templates": templates}, [_line(one, language) for one in made])


def _period(given: str, agreement: Agreement) -> Period:
    """The period of the agreement's own length. Refused for anything else."""
    cycle = agreement.reporting
    n_months = _MONTHS_OF.get(cycle.frequency) if isinstance(cycle, ReportingCycle) else None
    try:
        period = Period.parse(given)
    except ValueError:
        period = None
    if period is None or (n_months and period.n_months != n_months):
        raise Refused("bad_period", period=given, example=_EXAMPLES[n_months or 3])
    return period


def _parties(given: str | None, agreement: Agreement, period: Period) -> Sequence[Party]:
    """The parties to make a template for: the one given, or all that report, or of which nobody knows whether they do."""
    reporting = [party for party in agreement.parties if party.is_reporting is not False and _exists(party, period)]
    chosen = [party for party in reporting if given in (None, party.party_id)]
    if not chosen:
        known = ", ".join(party.party_id for party in reporting)
        raise Refused("unknown_party", party=given or "", period=str(period), known=known)
    return chosen


def _exists(party: Party, period: Period) -> bool:
    """Whether the party has its name in any part of the period."""
    has_begun = party.valid_from is None or party.valid_from < period.last.plus(1).first_day
    return has_begun and (party.valid_to is None or party.valid_to >= period.first.first_day)


def _snapshot(setting: Settings) -> Snapshot | None:
    """The newest snapshot; None before the first one, when nobody can have reported."""
    from pipelines.history.snapshot import NoSnapshot, open_snapshot

    try:
        return open_snapshot(setting.data_dir)
    except NoSnapshot:
        return None


def _last_return(snapshot: Snapshot | None, agreement: Agreement, party: Party, period: str) -> Return | None:
    from pipelines.answers.reporting.returns import last_return

    return last_return(snapshot, agreement, party.party_id, period) if snapshot else None


def _path(out: Path, is_one: bool, agreement: Agreement, party: Party, period: Period, language: str) -> Path:
    """The file itself where one is asked for; else, or in a folder that is there, a name that says what it is."""
    if is_one and not out.is_dir():
        return out
    if out.exists() and not out.is_dir():
        raise Refused("template_not_a_folder", file=str(out))
    invented = f"{text('product.synthetic', language).lower().replace(' ', '-')}-" if agreement.is_synthetic else ""
    return out / f"{invented}{agreement.agreement_id}-{party.party_id}-{period}.xlsx"


def _write(made: Sequence[_Made], may_overwrite: bool) -> None:
    """Writes all of them. Refused where a file is there already, or cannot be written."""
    there = next((one.path for one in made if one.path.exists()), None)
    if there and not may_overwrite:
        raise Refused("template_exists", file=str(there))
    for one in made:
        try:
            one.path.parent.mkdir(parents=True, exist_ok=True)
            one.path.write_bytes(one.content)
        except OSError as error:
            raise Refused("template_unwritable", file=str(one.path), reason=error.strerror) from error


def _template_json(one: _Made, form: Form) -> dict[str, Any]:
    """Where one workbook is, and what it was filled in from: the rows of each table of the last return."""
    return {
        "party_id": one.party.party_id,
        "path": str(one.path),
        "prefilled_from": one.previous.period if one.previous else None,
        "rows": {table.table: len(one.previous.of(table.table)) if one.previous else 0 for table in form.tables},
    }


def _line(one: _Made, language: str) -> str:
    if one.previous is None:
        prefilled = text("command.template_empty", language)
    else:
        prefilled = text("command.template_prefilled", language, period=period_text(one.previous.period, language))
    return text("command.template_written", language, path=one.path, prefilled=prefilled)


TEMPLATE = Command("template", arguments, run)
