"""Who acts, and what each role may do. Every service that changes something asks here first."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from domain.facts import Fact, Unknown
from domain.faults import Fault, LoadError, problems_of, shape_faults
from domain.load import load_agreements, read_mapping
from domain.model import Agreement, Person
from domain.references import broken_ids, ids_of

Act = Literal[
    "load_traffic",
    "fetch_traffic",
    "load_examples",
    "load_borders",
    "import_return",
    "submit_return",
    "approve_return",
    "reject_return",
    "reinstate_return",
    "read_original",
    "publish",
    "backup",
    "restore",
]
ALLOWED: dict[Act, frozenset[str]] = {
    "load_traffic": frozenset({"secretariat", "administrator"}),
    "fetch_traffic": frozenset({"secretariat", "administrator"}),
    "load_examples": frozenset({"administrator"}),
    "load_borders": frozenset({"secretariat", "administrator"}),
    "import_return": frozenset({"secretariat", "administrator"}),
    "submit_return": frozenset({"analyst", "secretariat", "administrator"}),
    "approve_return": frozenset({"secretariat"}),
    "reject_return": frozenset({"secretariat"}),
    "reinstate_return": frozenset({"secretariat"}),
    # Everybody reads the figures; the files themselves can hold more than was asked for.
    "read_original": frozenset({"analyst", "secretariat", "administrator"}),
    "publish": frozenset({"secretariat", "administrator"}),
    "backup": frozenset({"administrator"}),
    "restore": frozenset({"administrator"}),
}
# These may hand in and read the files of any party, an analyst of the own one alone.
_FOR_ANY_PARTY = frozenset({"secretariat", "administrator"})
Refusal = Literal["unknown_person", "not_allowed", "other_party", "own_submission"]
# Whoever runs the commands on the machine where the ledger lies. Every agreement has this one.
OPERATOR = Person(person_id="admin", name="Driftsansvarlig", party_id=None, roles=("administrator",))


class _PeopleFile(Fact):
    """A city's own people of one agreement."""

    people: tuple[Person, ...] | None


class NotAllowed(Exception):
    """The person is not one of the agreement's people, or may not do this: at all, for this party, or with an own return."""

    def __init__(self, code: Refusal, person_id: str, act: str) -> None:
        super().__init__(f"{code}: {person_id} may not {act}")
        self.code, self.person_id, self.act = code, person_id, act


def people_of(agreement: Agreement, data_dir: Path) -> tuple[Person, ...]:
    """The agreement's own people, those of a city's own file, and the operator. LoadError if that file is wrong."""
    own = () if isinstance(agreement.people, Unknown) else agreement.people
    path = data_dir / "people" / f"{agreement.agreement_id}.yaml"
    if path.is_file():
        own = (*own, *_people_in(path, agreement, {person.person_id for person in own}))
    return own if any(person.person_id == OPERATOR.person_id for person in own) else (*own, OPERATOR)


def person_who_may(act: Act, person_id: str, agreement: Agreement, data_dir: Path) -> Person:
    """The acting person, known and allowed. NotAllowed otherwise."""
    person = next((found for found in people_of(agreement, data_dir) if found.person_id == person_id), None)
    if person is None:
        raise NotAllowed("unknown_person", person_id, act)
    if not ALLOWED[act] & set(person.roles):
        raise NotAllowed("not_allowed", person_id, act)
    return person


def person_who_may_somewhere(act: Act, person_id: str, data_dir: Path) -> Person:
    """The acting person, known and allowed in some agreement: for what belongs to none, or to one not known yet. NotAllowed."""
    refusals = []
    for agreement in load_agreements(data_dir / "agreements").values():
        try:
            return person_who_may(act, person_id, agreement, data_dir)
        except NotAllowed as refusal:
            refusals.append(refusal)
    known = [refusal for refusal in refusals if refusal.code == "not_allowed"]
    raise (known or refusals)[0]


def person_who_may_submit(person_id: str, party_id: str, agreement: Agreement, data_dir: Path) -> Person:
    """The acting person, allowed to hand in the party's return. NotAllowed otherwise."""
    return _person_who_may_for("submit_return", person_id, party_id, agreement, data_dir)


def person_who_may_read_original(person_id: str, party_id: str | None, agreement: Agreement, data_dir: Path) -> Person:
    """The acting person, allowed to have the files that a party handed in; None is files of no party. NotAllowed otherwise."""
    return _person_who_may_for("read_original", person_id, party_id, agreement, data_dir)


def _person_who_may_for(act: Act, person_id: str, party_id: str | None, agreement: Agreement, data_dir: Path) -> Person:
    person = person_who_may(act, person_id, agreement, data_dir)
    if (party_id is None or person.party_id != party_id) and not _FOR_ANY_PARTY & set(person.roles):
        raise NotAllowed("other_party", person_id, act)
    return person


def _people_in(path: Path, agreement: Agreement, taken: set[str]) -> tuple[Person, ...]:
    """The people of a city's file. Their parties and bodies are the agreement's; their ids are not those of its own people."""
    content = read_mapping(path, "a list of people")
    known = {
        **ids_of(content),
        "party": [party.party_id for party in agreement.parties],
        "body": [body.body_id for body in agreement.bodies],
    }
    found: tuple[Person, ...] = ()
    faults: list[Fault] = []
    try:
        found = _PeopleFile.model_validate(content).people or ()
    except ValidationError as error:
        faults = shape_faults(error, _PeopleFile)
    faults += broken_ids(content, known)
    faults += [
        Fault(("people", number, "person_id"), repr(person.person_id), "is already one of the agreement's own people")
        for number, person in enumerate(found)
        if person.person_id in taken
    ]
    if faults:
        raise LoadError(problems_of(path.name, content, faults))
    return found
