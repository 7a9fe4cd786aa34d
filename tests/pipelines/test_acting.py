"""Who may do what, person by person, and the people whom a city adds itself."""

from __future__ import annotations

from typing import get_args

import pytest

from domain.faults import LoadError
from domain.load import BUILT_IN, load_agreement
from pipelines.acting import ALLOWED, OPERATOR, Act, NotAllowed, people_of, person_who_may

REPORTING = ("fjordby", "lindvag", "austmark", "kystfylket", "veietaten")
VOTING = (*REPORTING, "solsund", "granoy")
NOTHING: set[str] = set()
BOTH = {"load_traffic", "fetch_traffic", "load_borders", "import_return", "submit_return", "read_original", "publish"}
SECRETARIAT = {*BOTH, "approve_return", "reject_return", "reinstate_return"}
OPERATING = {*BOTH, "load_examples", "backup", "restore"}
MAY = {
    **{f"{party}.analyst": {"submit_return", "read_original"} for party in REPORTING},
    **{f"{party}.member": NOTHING for party in VOTING},
    **{f"{party}.council": NOTHING for party in VOTING},
    "baneetaten.observer": NOTHING,
    "statholderen.observer": NOTHING,
    "secretariat.lead": SECRETARIAT,
    "secretariat.officer": SECRETARIAT,
    "admin": OPERATING,
}


@pytest.fixture(scope="module")
def invented():
    return load_agreement(BUILT_IN / "fjordbyen.yaml")


@pytest.fixture(scope="module")
def real():
    return load_agreement(BUILT_IN / "miljoloftet.yaml")


@pytest.fixture
def city(tmp_path):
    """Writes the people file of the real agreement; gives the folder that it lies in."""

    def write(content: str):
        (tmp_path / "people").mkdir()
        (tmp_path / "people" / "miljoloftet.yaml").write_text(content, encoding="utf-8")
        return tmp_path

    return write


def answer(act, person_id, agreement, data_dir):
    """Who is found, or why nobody is."""
    try:
        return person_who_may(act, person_id, agreement, data_dir).person_id
    except NotAllowed as refusal:
        return refusal.code


def acts_of(person_id, agreement, data_dir):
    answers = {act: answer(act, person_id, agreement, data_dir) for act in get_args(Act)}
    assert set(answers.values()) <= {person_id, "not_allowed"}
    return {act for act, found in answers.items() if found == person_id}


def problems_in(agreement, data_dir):
    with pytest.raises(LoadError) as refusal:
        people_of(agreement, data_dir)
    return [str(problem) for problem in refusal.value.problems]


def test_what_every_person_may_do(invented, tmp_path):
    people = [person.person_id for person in people_of(invented, tmp_path)]
    assert {person_id: acts_of(person_id, invented, tmp_path) for person_id in people} == MAY
    assert set(ALLOWED) == set(get_args(Act))


@pytest.mark.parametrize("person_id", ["", "nobody", "Admin", "admin ", "secretariat", "fjordby.analyst"])
@pytest.mark.parametrize("act", get_args(Act))
def test_somebody_else_is_unknown(real, tmp_path, act, person_id):
    assert answer(act, person_id, real, tmp_path) == "unknown_person"


def test_a_refusal_names_person_and_act(invented, tmp_path):
    with pytest.raises(NotAllowed, match=r"not_allowed: fjordby\.member may not load_traffic") as refusal:
        person_who_may("load_traffic", "fjordby.member", invented, tmp_path)
    assert (refusal.value.person_id, refusal.value.act) == ("fjordby.member", "load_traffic")


def test_the_real_agreement_has_the_operator_and_nobody_else(real, tmp_path):
    assert people_of(real, tmp_path) == (OPERATOR,)
    assert acts_of("admin", real, tmp_path) == OPERATING


def test_a_city_adds_its_own_people(real, city):
    data_dir = city("""
people:
  - {person_id: kari, name: Kari Nordmann, party_id: bergen, roles: [analyst]}
  - {person_id: ola, name: Ola Nordmann, party_id: null, roles: [member, secretariat], bodies: [{body_id: sekretariat, capacity: leader}]}
""")
    assert [person.person_id for person in people_of(real, data_dir)] == ["kari", "ola", "admin"]
    assert acts_of("kari", real, data_dir) == {"submit_return", "read_original"}
    assert acts_of("ola", real, data_dir) == SECRETARIAT


def test_a_city_may_name_its_operator_itself(real, city):
    data_dir = city("people: [{person_id: admin, name: Drift, party_id: null, roles: [administrator]}]")
    assert [person.name for person in people_of(real, data_dir)] == ["Drift"]


@pytest.mark.parametrize("content", ["people:\n", "people: []\n"])
def test_a_list_without_people_adds_nobody(real, city, content):
    assert people_of(real, city(content)) == (OPERATOR,)


def test_people_of_one_agreement_are_not_those_of_another(invented, city):
    data_dir = city("people: [{person_id: kari, name: Kari, party_id: bergen, roles: [administrator]}]")
    assert "kari" not in {person.person_id for person in people_of(invented, data_dir)}


def test_everything_wrong_with_the_people_is_said_at_once(real, city):
    data_dir = city("""
people:
  - {person_id: kari, name: Kari, party_id: bergn, roles: [sjef]}
  - {person_id: Ola, nam: Ola, party_id: null, roles: [analyst], bodies: [{body_id: rad, capacity: member}]}
  - {person_id: kari, name: Kari, party_id: null, roles: [analyst]}
""")
    assert [line.removeprefix("miljoloftet.yaml: people[").split(": ")[0] for line in problems_in(real, data_dir)] == [
        "no. 1, kari].party_id = 'bergn'",
        "no. 1, kari].roles[no. 1] = 'sjef'",
        "Ola].person_id = 'Ola'",
        "Ola].nam = 'Ola'",
        "Ola].bodies[rad].body_id = 'rad'",
        "Ola].name",
        "no. 3, kari].person_id = 'kari'",
    ]


def test_a_city_cannot_give_a_persons_id_to_another(invented, tmp_path):
    (tmp_path / "people").mkdir()
    person = "{person_id: fjordby.analyst, name: Annen, party_id: fjordby, roles: [secretariat]}"
    (tmp_path / "people" / "fjordbyen.yaml").write_text(f"people: [{person}]", encoding="utf-8")
    assert problems_in(invented, tmp_path) == [
        "fjordbyen.yaml: people[fjordby.analyst].person_id = 'fjordby.analyst': is already one of the agreement's own people"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("persons: []\n", "persons = []: is not a known key here; known keys: people"),
        ("- {person_id: kari}\n", "file = [{'person_id': 'kari'}]: must hold the keys of a list of people"),
        ("", "file: is empty; must hold the keys of a list of people"),
        ("people: kari\n", "people = 'kari': must be a list"),
        ("people: [{person_id: kari\n", "line 2, column 1: is not YAML: expected ',' or '}', but got '<stream end>'"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused(real, city, content, said):
    assert f"miljoloftet.yaml: {said}" in problems_in(real, city(content))
