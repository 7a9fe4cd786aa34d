"""`import`: reads one report in another form by a mapping, checks it and stores it as known from its report date."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING

from domain.words import text
from pipelines.commands.outcome import DONE, FINDINGS, REFUSED, Command, Outcome, Refused, agreement_named, existing_file, now
from pipelines.printing import finding_line, findings_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from domain.mappings import FormMapping
    from domain.model import Agreement

_CODES = {"committed": DONE, "refused": FINDINGS, "unreadable": REFUSED}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, by which mapping, of which agreement and report date, and who hands it in."""
    parser.add_argument("file")
    parser.add_argument("--mapping", required=True)
    parser.add_argument("--agreement", required=True)
    parser.add_argument("--reported-on", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--as", dest="person", required=True)
    parser.add_argument("--party")


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Exit 2 where nothing of the file can be read by the mapping, 1 where there are errors. Then nothing is stored."""
    from pipelines.imports import import_file

    agreement, path, language = agreement_named(parsed.agreement, setting), existing_file(parsed.file), setting.language
    mapping = mapping_for(parsed.mapping, agreement, setting)
    stored = import_file(
        parsed.person, path, mapping, agreement, parsed.reported_on, now(), setting.data_dir, party_id=parsed.party
    )
    checked, found = stored.checked, stored.checked.found
    answer = {
        "submission_id": stored.submission_id,
        "status": "committed" if stored.status == "committed" else "refused",
        "receipt": stored.receipt,
        "already_submitted_as": stored.already_submitted_as,
        "mapping_id": mapping.mapping_id,
        "agreement_id": agreement.agreement_id,
        "party_id": found.party_id if found else None,
        "period": found.period if found else None,
        "rows": checked.n_rows,
        "findings": findings_json(checked.findings, language),
    }
    named = {"file": path.name, "number": stored.submission_id, "mapping": mapping.mapping_id}
    said = text(f"command.import_{stored.status}", language, **named, **{f"n_{key}": n for key, n in checked.n_of.items()})
    if stored.already_submitted_as is not None:
        said = text("command.already_submitted", language, number=stored.already_submitted_as)
    lines = [*(finding_line(finding, language) for finding in checked.findings), said]
    if found:
        lines.append(text("command.import_whose", language, party=found.party_id, period=found.period))
    return Outcome(answer, lines, _CODES[stored.status])


def mapping_for(name: str, agreement: Agreement, setting: Settings) -> FormMapping:
    """The mapping of a name. Refused if there is none, or if it is of another agreement."""
    from pipelines.imports import UnknownMapping, mapping_named

    try:
        mapping = mapping_named(name, setting.data_dir)
    except UnknownMapping as unknown:
        raise Refused("unknown_mapping", mapping=name, known=", ".join(unknown.known)) from unknown
    if mapping.agreement_id not in (None, agreement.agreement_id):
        raise Refused("mapping_of_other", mapping=name, agreement=agreement.agreement_id, other=mapping.agreement_id)
    return mapping


IMPORT = Command("import", arguments, run)
