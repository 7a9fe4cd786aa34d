"""Who acts, and what each role may do. Every service that changes something asks here first."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from domain.faults import Fault, LoadError, problems_of, shape_faults
from domain.load import read_mapping
from domain.model import Agreement, Fact, Person, Unknown
from domain.references import broken_ids, ids_of

Act = Literal["load_traffic", "fetch_traffic", "load_examples", "load_borders", "import_return"]
ALLOWED: dict[Act, frozenset[str]] = {
    "load_traffic": frozenset({"secretariat", "administrator"}),
    "fetch_traffic": frozenset({"secretariat", "administrator"}),
    "load_examples": frozenset({"administrator"}),
    "load_borders": frozenset({"secretariat", "administrator"}),
    "import_return": frozenset({"secretariat", "administrator"}),
}
# Whoever runs the commands on the machine where the ledger lies. Every agreement has this one.
OPERATOR = Person(person_id="admin", name="Driftsansvarlig", party_id=None, roles=("administrator",))


class _PeopleFile(Fact):
    """A city's own people of one agreement."""

    people: tuple[Person, ...] | None


class NotAllowed(Exception):
    """The person is not one of the agreement's people, or has no role that may do this."""

    def __init__(self, code: Literal["unknown_person", "not_allowed"], person_id: str, act: str) -> None:
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
