"""The invented workbooks on the path that any return takes: read in the child, checked, staged, approved.

Only the times are set: each was handed in, and approved, when the example says. A finding that stops a return is a fault of ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from domain.forms import load_form
from domain.model import Agreement, Person
from domain.returns import Return
from pipelines.acting import people_of, person_who_may, person_who_may_submit
from pipelines.examples.fjordbyen.faults import NOTES
from pipelines.examples.fjordbyen.returns import Delivery, deliveries
from pipelines.examples.fjordbyen.workbooks import FOLDER, path_of
from pipelines.history.acts import decision, staged
from pipelines.history.ledger import Change, Ledger, Original, receipt_of
from pipelines.history.return_rows import new_return
from pipelines.reading.child import read_many_in_child
from pipelines.reading.return_file import ReadReturn, return_of
from pipelines.reading.returned.whose import Asked
from pipelines.returns import CheckedReturn, check_read, warm_up

# How many days the secretariat took, in turn.
APPROVED_AFTER_DAYS = (2, 5, 3, 7, 4)


class UnusableExample(RuntimeError):
    """An invented workbook would be refused, or must be confirmed and no note says why."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One workbook of a party, and when it was handed in. `order` counts all of them in the order of time."""

    order: int
    delivery: Delivery
    path: Path

    @property
    def original(self) -> Original:
        return Original(self.path.name, self.path.read_bytes())

    @property
    def approved_at(self) -> dt.datetime:
        days = APPROVED_AFTER_DAYS[self.order % len(APPROVED_AFTER_DAYS)]
        return self.delivery.handed_in_at + dt.timedelta(days=days, hours=1)


def filed_workbooks(folder: Path = FOLDER) -> tuple[Filed, ...]:
    """Every workbook, in the order in which they were handed in."""
    return tuple(Filed(order, one, folder / path_of(one)) for order, one in enumerate(deliveries()))


def not_loaded(ledger: Ledger, agreement_id: str, filed: Sequence[Filed]) -> tuple[Filed, ...]:
    """Those that the ledger does not hold, by their bytes. None of them is opened for that."""
    return tuple(
        one
        for one in filed
        if not ledger.return_with(agreement_id, one.delivery.party_id, one.delivery.period, receipt_of([one.original]))
    )


def check_workbooks(filed: Sequence[Filed], agreement: Agreement) -> dict[Filed, CheckedReturn]:
    """Each workbook read and held against every rule and its party's last one. Nothing is stored. UnusableExample."""
    warm_up()
    checked: dict[Filed, CheckedReturn] = {}
    before: dict[str, Return] = {}
    for one, read in zip(filed, _read(filed, agreement), strict=True):
        checked[one] = check_read(read, load_form(), before.get(one.delivery.party_id))
        found = _usable(one, checked[one])
        # A return that is corrected before the next one is due is no party's last one.
        if not one.delivery.is_first_try:
            before[one.delivery.party_id] = found
    return checked


def load_returns(
    ledger: Ledger, agreement: Agreement, checked: Mapping[Filed, CheckedReturn], actor: Person, at: dt.datetime
) -> None:
    """Hands in and approves in one transaction what the ledger does not hold.

    In the chain of acts it is the actor who did this now; the entry says whose act it shows, and of when.
    """
    missing = not_loaded(ledger, agreement.agreement_id, list(checked))
    changes = [
        _as_example(change, actor, at)
        for number, one in enumerate(missing, ledger.next_id())
        for change in _handed_in_and_approved(number, one, checked[one], agreement, at, ledger.data_dir)
    ]
    if changes:
        ledger.write(changes)


def _read(filed: Sequence[Filed], agreement: Agreement) -> Iterator[ReadReturn]:
    """What each workbook says, all of them opened by one child."""
    for book in read_many_in_child([one.path for one in filed]):
        yield return_of([book], load_form(), {agreement.agreement_id: agreement}, Asked())


def _usable(one: Filed, checked: CheckedReturn) -> Return:
    """The return, if it would be taken as it is."""
    delivery = one.delivery
    if checked.found is None or checked.has_errors:
        raise UnusableExample(f"{one.path.name}: {[found for found in checked.findings if found.severity == 'error']}")
    if (checked.found.party_id, checked.found.period) != (delivery.party_id, delivery.period):
        raise UnusableExample(f"{one.path.name} is of {checked.found.party_id}, {checked.found.period}")
    if checked.n_of["hold"] and (delivery.party_id, delivery.period) not in NOTES:
        raise UnusableExample(
            f"{one.path.name} needs a note: {[found for found in checked.findings if found.severity == 'hold']}"
        )
    return checked.found


def _handed_in_and_approved(
    number: int, one: Filed, checked: CheckedReturn, agreement: Agreement, at: dt.datetime, data_dir: Path
) -> tuple[Change, Change]:
    """What `submit` and `approve` write, by those who may and at the times of the example."""
    delivery, found = one.delivery, _usable(one, checked)
    analyst = person_who_may_submit(delivery.person_id, delivery.party_id, agreement, data_dir)
    secretary = next(person for person in people_of(agreement, data_dir) if "secretariat" in person.roles)
    approver = person_who_may("approve_return", secretary.person_id, agreement, data_dir)
    new = new_return(found, (one.original,), agreement, analyst.person_id, delivery.handed_in_at, at, "submit", analyst.roles)
    note = NOTES[delivery.party_id, delivery.period] if checked.n_of["hold"] else None
    return (
        staged(new, number, found, checked.findings, analyst, note),
        decision(number, agreement.agreement_id, new.receipt, "approve", approver, one.approved_at),
    )


def _as_example(change: Change, actor: Person, at: dt.datetime) -> Change:
    """The change with an entry that says who has really done this, and when."""
    (shown,) = change.return_acts
    facts = {**change.deed.facts, "shown_as": shown["person_id"], "shown_at": shown["acted_at"].isoformat(), "is_example": True}
    return replace(change, deed=replace(change.deed, person_id=actor.person_id, roles=actor.roles, at=at, facts=facts))
