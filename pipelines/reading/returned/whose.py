"""Whose return it is, for when, and by which version of the form it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.facts import Unknown
from domain.forms import STAMP, STAMP_PROPERTY, STAMP_SHEET, Form
from domain.model import Agreement
from domain.period import Period
from pipelines.reading.answers import cleaned, is_blank, shown
from pipelines.reading.returned.noted import Noted
from pipelines.reading.workbook import ReadWorkbook

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_NOT_SAID = {"agreement_id": "agreement_not_said", "party_id": "party_not_said", "period": "period_not_said"}
_CONTRADICTS = {"agreement_id": "agreement_contradicts", "party_id": "party_contradicts", "period": "period_contradicts_file"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose return the caller says that it is, as far as the caller says it."""

    agreement_id: str | None = None
    party_id: str | None = None
    period: str | None = None


def stamp_of(books: Iterable[ReadWorkbook], noted: Noted) -> dict[str, str]:
    """What the files say of themselves, by the names of STAMP. A sheet says more than the properties of its file."""
    stamp: dict[str, str] = {}
    for book in books:
        own = {name: cleaned(book.properties.get(f"{STAMP_PROPERTY}{name}", "")) for name in STAMP}
        for row in next((sheet.rows for sheet in book.sheets if sheet.name == STAMP_SHEET), ()):
            if len(row) > 1 and row[0] in own and not is_blank(row[1]):
                own[str(row[0])] = shown(row[1])
        for name, told in own.items():
            if told and stamp.setdefault(name, told) != told:
                noted.add("stamps_differ", quoted=told, other=stamp[name])
    return stamp


def told_by(stamp: Mapping[str, str], asked: Asked, form: Form, noted: Noted) -> dict[str, str]:
    """Agreement, party and period, of the file and the caller together. Whatever they do not agree on is noted."""
    if stamp.get("form_id", form.form_id) != form.form_id:
        noted.add("other_form", quoted=stamp["form_id"], form=form.form_id)
    told = {}
    for name in _NOT_SAID:
        of_file, of_caller = stamp.get(name), cleaned(getattr(asked, name) or "")
        if of_file and of_caller and of_file != of_caller:
            noted.add(_CONTRADICTS[name], quoted=of_file, asked=of_caller)
        elif not of_file and not of_caller:
            noted.add(_NOT_SAID[name])
        told[name] = of_file or of_caller
    return told


def agreement_of(told: Mapping[str, str], agreements: Mapping[str, Agreement], noted: Noted) -> Agreement | None:
    """The agreement that is told; None, and noted, where nobody knows it."""
    agreement = agreements.get(told["agreement_id"])
    if told["agreement_id"] and agreement is None:
        noted.add("agreement_unknown", quoted=told["agreement_id"], known="; ".join(sorted(agreements)))
    return agreement


def check_party_and_period(told: Mapping[str, str], agreement: Agreement | None, noted: Noted) -> None:
    """Notes a party that the agreement has not, and a period that is none, or not as long as its cycle asks."""
    if agreement and told["party_id"] and told["party_id"] not in (known := [party.party_id for party in agreement.parties]):
        noted.add("party_unknown", quoted=told["party_id"], known="; ".join(known))
    if not told["period"]:
        return
    try:
        period = Period.parse(told["period"])
    except ValueError:
        noted.add("period_unknown", quoted=told["period"])
        return
    if agreement and not isinstance(agreement.reporting, Unknown):
        expected = MONTHS_OF.get(agreement.reporting.frequency)
        if expected and period.n_months != expected:
            noted.add("period_wrong_length", quoted=told["period"], months=expected)


def version_of(stamped: str | None, form: Form, period: str, noted: Noted) -> int:
    """The version to read by: the template's own, where it was in use by then, else the period's."""
    current = form.version_for(period)
    if stamped is None or stamped == str(current):
        return current
    known = {str(version.version): version.version for version in form.versions}
    if stamped not in known:
        noted.add("form_version_unknown", quoted=stamped, current=current)
        return current
    if known[stamped] > current:
        noted.add("form_version_newer", quoted=stamped, current=current)
        return current
    noted.add("form_version_older", quoted=stamped, current=current)
    return known[stamped]
