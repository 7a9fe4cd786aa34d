"""The invented agreement is what the contract says it is, and its parts fit each other."""

from __future__ import annotations

from itertools import pairwise

import pytest

from domain.load import BUILT_IN, load_agreement
from domain.model import Agreement
from domain.period import Period

VOTING = {"fjordby", "lindvag", "austmark", "solsund", "granoy", "kystfylket", "veietaten"}
OBSERVING = {"baneetaten", "statholderen"}
REPORTING = {"fjordby", "lindvag", "austmark", "kystfylket", "veietaten"}
WORKING_AREAS = ["nord", "sor", "vest", "sentrum"]
MUNICIPALITIES = {"F01": "Fjordby", "F02": "Lindvåg", "F03": "Austmark", "F04": "Solsund", "F05": "Granøy"}
FUNDING_SOURCES = ["bompenger", "statlige_programmidler", "belonningsmidler", "fylkeskommunale", "kommunale", "stat_50_50"]
DECIDES = {
    "action_programme": "styringsgruppe",
    "annual_report": "styringsgruppe",
    "cost_frame_excess": "styringsgruppe",
    "deviation": "prioriteringsrad",
    "frame_change": "styringsgruppe",
    "mandate": "styringsgruppe",
    "project_sheet": "sekretariat",
    "rebaseline": "prioriteringsrad",
    "report_approval": "sekretariat",
    "reprioritisation": "styringsgruppe",
}
ROLES = {
    "fjordby.analyst": "analyst",
    "lindvag.analyst": "analyst",
    "austmark.analyst": "analyst",
    "kystfylket.analyst": "analyst",
    "veietaten.analyst": "analyst",
    "fjordby.member": "member",
    "lindvag.member": "member",
    "austmark.member": "member",
    "solsund.member": "member",
    "granoy.member": "member",
    "kystfylket.member": "member",
    "veietaten.member": "member",
    "fjordby.council": "council",
    "lindvag.council": "council",
    "austmark.council": "council",
    "solsund.council": "council",
    "granoy.council": "council",
    "kystfylket.council": "council",
    "veietaten.council": "council",
    "baneetaten.observer": "observer",
    "statholderen.observer": "observer",
    "secretariat.lead": "secretariat",
    "secretariat.officer": "secretariat",
    "admin": "administrator",
}


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(BUILT_IN / "fjordbyen.yaml")


def test_it_is_marked_as_invented_and_nothing_in_it_is_unknown(agreement):
    assert agreement.is_synthetic
    assert agreement.unknowns() == ()
    assert [(source.title, source.url) for source in agreement.sources] == [("Oppdiktet eksempel, laget av Nullvekst", None)]
    assert agreement.index.index_id is None


def test_years_and_periods(agreement):
    assert (agreement.period.from_year, agreement.period.to_year) == (2019, 2029)
    assert (agreement.index.reference_year, agreement.price_year, agreement.goal.window_months) == (2018, 2024, 36)
    reporting = agreement.reporting
    assert (reporting.frequency, reporting.deadline_days) == ("quarter", 20)
    assert (reporting.first_period, reporting.last_period, reporting.next_period) == ("2024-Q3", "2026-Q2", "2026-Q3")
    assert Period.parse(reporting.next_period).previous() == Period.parse(reporting.last_period)


def test_parties(agreement):
    assert {party.party_id for party in agreement.parties} == VOTING | OBSERVING
    assert {party.party_id for party in agreement.parties if party.is_reporting} == REPORTING


def test_places(agreement):
    assert {place.municipality_code: place.name for place in agreement.municipalities} == MUNICIPALITIES
    assert [area.working_area_id for area in agreement.working_areas] == WORKING_AREAS
    assert {code for area in agreement.working_areas for code in area.municipality_codes} == set(MUNICIPALITIES)
    assert sorted(tile.municipality_code for tile in agreement.tile_map) == sorted(MUNICIPALITIES)
    assert len({(tile.row, tile.column) for tile in agreement.tile_map}) == len(MUNICIPALITIES)


def test_bodies(agreement):
    groups = [f"arbeidsgruppe_{area}" for area in WORKING_AREAS]
    assert [body.body_id for body in agreement.bodies] == ["styringsgruppe", "prioriteringsrad", "sekretariat", *groups]
    assert [body.working_area_id for body in agreement.bodies if body.kind == "working_group"] == WORKING_AREAS


def test_the_observing_parties_are_observers_wherever_they_sit_and_the_others_never(agreement):
    for body in agreement.bodies:
        for seat in body.memberships:
            assert (seat.capacity == "observer") == (seat.party_id in OBSERVING), body.body_id


def test_every_voting_party_sits_in_the_two_leading_bodies(agreement):
    for body in agreement.bodies[:2]:
        assert {seat.party_id for seat in body.memberships if seat.capacity in {"leader", "member"}} == VOTING
        assert {seat.party_id for seat in body.memberships if seat.capacity == "observer"} == OBSERVING


def test_people_and_their_roles(agreement):
    assert {person.person_id: person.roles for person in agreement.people} == {name: (role,) for name, role in ROLES.items()}
    assert len({person.name for person in agreement.people}) == len(ROLES)
    for person in agreement.people:
        party = person.person_id.split(".")[0]
        assert person.party_id == (party if party in VOTING | OBSERVING else None)


def test_members_sit_in_the_steering_group_and_councillors_in_the_council(agreement):
    assert _people_in(agreement, "styringsgruppe", {"leader", "member"}) == {f"{party}.member" for party in VOTING}
    assert _people_in(agreement, "prioriteringsrad", {"leader", "member"}) == {f"{party}.council" for party in VOTING}
    for body_id in ("styringsgruppe", "prioriteringsrad"):
        assert _people_in(agreement, body_id, {"observer"}) == {"baneetaten.observer", "statholderen.observer"}
        assert _people_in(agreement, body_id, {"secretary"}) == {"secretariat.lead"}


def test_every_body_has_one_leader(agreement):
    leaders = {body.body_id: _people_in(agreement, body.body_id, {"leader"}) for body in agreement.bodies}
    assert leaders == {
        "styringsgruppe": {"fjordby.member"},
        "prioriteringsrad": {"kystfylket.council"},
        "sekretariat": {"secretariat.lead"},
        "arbeidsgruppe_nord": {"lindvag.analyst"},
        "arbeidsgruppe_sor": {"austmark.analyst"},
        "arbeidsgruppe_vest": {"kystfylket.analyst"},
        "arbeidsgruppe_sentrum": {"fjordby.analyst"},
    }


def test_a_person_has_no_other_seat_than_the_party(agreement):
    seats = {(body.body_id, seat.party_id, seat.capacity) for body in agreement.bodies for seat in body.memberships}
    people = {(seat.body_id, person.party_id, seat.capacity) for person in agreement.people for seat in person.bodies}
    assert {seat for seat in people if seat[1] is not None} <= seats


def test_exactly_one_body_decides_each_matter(agreement):
    decides = [(rule.matter, rule.body_id) for rule in agreement.authority if rule.power == "decides"]
    assert sorted(decides) == sorted(DECIDES.items())
    assert {rule.matter for rule in agreement.authority} == set(DECIDES)
    assert len({(rule.matter, rule.body_id) for rule in agreement.authority}) == len(agreement.authority)


def test_money(agreement):
    assert [source.funding_source_id for source in agreement.funding_sources] == FUNDING_SOURCES
    assert {source.funding_source_id: source.only_in for source in agreement.funding_sources if source.only_in} == {
        "bompenger": ("F01",)
    }
    assert {frame.municipality_code for frame in agreement.frames if frame.funding_source_id == "bompenger"} == {"F01"}
    assert {frame.municipality_code for frame in agreement.frames} == set(MUNICIPALITIES)
    assert {frame.funding_source_id for frame in agreement.frames} == set(FUNDING_SOURCES)
    assert {(frame.price_basis.price_year, frame.price_basis.kind) for frame in agreement.frames} == {(2024, "real")}
    assert {(frame.from_year, frame.to_year, frame.is_per_year) for frame in agreement.frames} == {(2019, 2029, False)}


def test_the_pandemic_stands_in_phases_without_a_gap(agreement):
    phases = [event for event in agreement.events if event.event_id.startswith("pandemi_")]
    months = [(Period.parse(event.from_month), Period.parse(event.to_month)) for event in phases]
    assert (phases[0].from_month, phases[-1].to_month) == ("2020-03", "2021-12")
    for (_, last), (following, _) in pairwise(months):
        assert following.previous() == last


def _people_in(agreement: Agreement, body_id: str, capacities: set[str]) -> set[str]:
    return {
        person.person_id
        for person in agreement.people
        for seat in person.bodies
        if seat.body_id == body_id and seat.capacity in capacities
    }
