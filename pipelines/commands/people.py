"""`people`: the people of an agreement, with their roles and seats."""

from __future__ import annotations

import argparse

from pipelines.acting import people_of
from pipelines.commands.outcome import Command, Outcome, agreement_named
from pipelines.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which agreement."""
    parser.add_argument("--agreement", required=True)


def run(parsed: argparse.Namespace, setting: Settings) -> Outcome:
    """Lists them; nothing is changed."""
    found = people_of(agreement_named(parsed.agreement, setting), setting.data_dir)
    answer = [
        {
            "person_id": person.person_id,
            "name": person.name,
            "party_id": person.party_id,
            "roles": list(person.roles),
            "bodies": [{"body_id": seat.body_id, "capacity": seat.capacity} for seat in person.bodies],
        }
        for person in found
    ]
    return Outcome({"people": answer}, [f"{person.person_id}  {person.name}  {', '.join(person.roles)}" for person in found])


PEOPLE = Command("people", arguments, run)
