"""The invented returns: reproducible, without a fault that a check would stop, and with a story that the pages can tell."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

import pytest

from checks.across import across_findings
from checks.against_history import history_findings
from domain.forms import FormColumn, choices, load_form
from domain.period import Period
from domain.returns import Missing, Return, ReturnRow, Split, answer_json
from pipelines.answers.reporting.returns import deadline_on, last_return, reporting_status, return_of
from pipelines.examples.fjordbyen.faults import CORRECTED_PROJECT, CORRECTED_RETURN
from pipelines.examples.fjordbyen.portfolio import QUARTERS, projects
from pipelines.examples.fjordbyen.returns import PARTIES, generate_returns, next_return
from pipelines.history.snapshot import open_snapshot
from tests.builders import agreement

FORM = load_form("quarterly_return")
FJORDBYEN = agreement()
ALL = list(generate_returns())
NEXT = {party_id: next_return(party_id) for party_id in PARTIES}
CANONICAL_SHA256 = "2519b4379029ad614ca6d63cba3a251b0cecd3c0f2c36098c2b0fad61f13678c"
ENDED = {"cancelled", "merged"}
# Its cost estimate is in other kroner than its money.
IN_TWO_KRONER = "F-010"


def previous_of(number: int) -> Return | None:
    """The party's return of the latest period before, as it was when this one was handed in."""
    found = ALL[number][0]
    before = {one.period: one for one, _, _ in ALL[:number] if one.party_id == found.party_id and one.period < found.period}
    return before[max(before)] if before else None


# Each return with the one that it is held against.
PAIRS = [(found, previous_of(number)) for number, (found, _, _) in enumerate(ALL)]
PAIRS += [(NEXT[found.party_id], found) for found, _, _ in ALL if found.period == QUARTERS[-2]]
RETURNS = [found for found, _ in PAIRS]


def each(pairs):
    """For parametrize: named by party and period, the corrected one told apart by its number."""
    return [pytest.param(*one, id=f"{one[0].party_id}-{one[0].period}-{number}") for number, one in enumerate(pairs)]


def test_the_same_seed_gives_the_same_returns():
    again = list(generate_returns())
    assert again == ALL
    lines = [
        json.dumps(
            [str(at), person_id, row.table, {column: answer_json(answer) for column, answer in row.answers.items()}],
            sort_keys=True,
        )
        for found, at, person_id in again
        for row in found.all_rows()
    ]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == CANONICAL_SHA256


def test_another_seed_tells_of_the_same_projects_with_other_figures():
    other = [found for found, _, _ in generate_returns(1)]
    assert {row.code("project_name") for found in other for row in found.of("projects")} == {
        row.code("project_name") for found, _, _ in ALL for row in found.of("projects")
    }
    assert sum(map(total, other)) != sum(total(found) for found, _, _ in ALL)


# Who, when, and of what.


def test_every_reporting_party_reports_every_quarter_but_one():
    assert {party.party_id for party in FJORDBYEN.parties if party.is_reporting} == set(PARTIES)
    delivered = {(found.party_id, found.period) for found, _, _ in ALL}
    due = {(party_id, quarter) for party_id in PARTIES for quarter in QUARTERS[:-1]}
    assert due - delivered == {("austmark", "2025-Q1")}
    assert len(ALL) == len(delivered) + 1
    cycle = FJORDBYEN.reporting
    assert (QUARTERS[0], QUARTERS[-2], QUARTERS[-1]) == (cycle.first_period, cycle.last_period, cycle.next_period)


def test_returns_come_in_the_order_of_time_by_the_partys_analyst():
    assert all(earlier <= later for (_, earlier, _), (_, later, _) in pairwise(ALL))
    people = {person.person_id: person for person in FJORDBYEN.people}
    for found, _, person_id in ALL:
        assert people[person_id].party_id == found.party_id
        assert people[person_id].roles == ("analyst",)


def test_two_are_late_and_one_is_corrected():
    first: dict[tuple[str, str], dt.datetime] = {}
    for found, at, _ in ALL:
        assert at.date() > Period.parse(found.period).last.plus(1).first_day
        first.setdefault((found.party_id, found.period), at)
    late = {key for key, at in first.items() if at.date() > deadline_on(FJORDBYEN, key[1])}
    assert late == {("lindvag", "2025-Q3"), ("veietaten", "2024-Q4")}
    before, after = (found for found, _, _ in ALL if (found.party_id, found.period) == CORRECTED_RETURN)
    changed = {row.code("project_id") for row in after.all_rows() if row not in before.of(row.table)}
    assert CORRECTED_PROJECT in changed
    assert cost_of(after, CORRECTED_PROJECT) > cost_of(before, CORRECTED_PROJECT)


def test_all_projects_are_told_of_and_none_vanishes():
    seen: dict[str, set[str]] = defaultdict(set)
    for found, previous in PAIRS:
        seen[found.period] |= set(found.project_rows())
        assert previous is None or set(previous.project_rows()) <= set(found.project_rows())
        assert len(found.project_rows()) == len(found.of("projects"))
    ids = {f"F-{number:03d}" for number in range(1, 64)}
    assert seen[QUARTERS[0]] == ids - {"F-061", "F-062", "F-063"}
    assert seen[QUARTERS[-1]] == ids == {project.project_id for project in projects()}


@pytest.mark.parametrize(("period", "version"), [("2024-Q3", 1), ("2024-Q4", 1), ("2025-Q1", 2), ("2026-Q2", 2), ("2026-Q3", 3)])
def test_each_period_is_reported_in_its_version_of_the_form(period, version):
    asked = {column.column for table in FORM.at(version).tables for column in table.columns}
    of_period = [found for found in RETURNS if found.period == period]
    assert {found.form_version for found in of_period} == {version}
    assert {column for found in of_period for row in found.all_rows() for column in row.answers} <= asked


# Faults that a check would stop.


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_no_check_finds_an_error(found, previous):
    form = FORM.at(found.form_version)
    findings = [*across_findings(found, FJORDBYEN, form), *history_findings(found, previous, FJORDBYEN, form)]
    assert [finding for finding in findings if finding.severity == "error"] == []


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_every_answer_is_one_that_the_form_takes(found, previous):
    form = FORM.at(found.form_version)
    phases = {project_id: row.code("phase") for project_id, row in found.project_rows().items()}
    for table in form.tables:
        allowed = {column.column: {choice.code for choice in choices(column, FJORDBYEN)} for column in table.columns}
        keys = [row.key(table.key) for row in found.of(table.table)]
        assert len(set(keys)) == len(keys)
        for row in found.of(table.table):
            assert row.code("project_id") in phases
            for column in table.columns:
                if column.column in row.answers:
                    assert_taken(row, column, allowed[column.column])
                else:
                    assert not is_required(row, column, phases), (row, column.column)


def assert_taken(row: ReturnRow, column: FormColumn, allowed: set[str]) -> None:
    answer = row.answers[column.column]
    if isinstance(answer, Missing):
        assert answer.code in column.missing
        return
    types = {
        "id": str, "text": str, "choice": str, "choices": tuple, "ids": tuple, "split": Split, "whole": int, "year": int,
        "decimal": Decimal, "money": Decimal, "percent": Decimal, "date": dt.date, "yes_no": bool,
    }  # fmt: skip
    assert type(answer) is types[column.type], column.column
    if isinstance(answer, str):
        assert len(answer) <= column.longest
        assert not column.pattern or re.fullmatch(column.pattern, answer)
    if isinstance(answer, (int, Decimal)) and not isinstance(answer, bool):
        assert column.minimum is None or answer >= column.minimum
        assert column.maximum is None or answer <= column.maximum
    codes = (
        [code for code, _ in answer.shares] if isinstance(answer, Split) else answer if isinstance(answer, tuple) else [answer]
    )
    assert not allowed or isinstance(answer, bool) or set(codes) <= allowed, (column.column, answer)


def is_required(row: ReturnRow, column: FormColumn, phases: dict[str, str]) -> bool:
    if isinstance(column.required, str):
        return column.required == "always"
    of = column.required.column
    other = phases[row.code("project_id")] if of == "projects.phase" else row.code(of)
    return other in column.required.is_one_of


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_funding_covers_the_cost_and_the_state_pays_no_more_than_its_half(found, previous):
    for project_id in found.project_rows():
        rows = [row for row in found.of("economy") if row.code("project_id") == project_id]
        cost = cost_of(found, project_id)
        if cost is not None and project_id != IN_TWO_KRONER:
            assert sum(row.number("forecast_mnok") for row in rows) == cost
        rail = [row for row in rows if row.code("cost_element") == "light_rail"]
        state = sum(row.number("forecast_mnok") for row in rail if row.code("funding_source_id") == "stat_50_50")
        whole = sum(row.number("forecast_mnok") for row in rail)
        assert state <= whole / 2
        assert state >= whole * Decimal("0.45")
        assert not [row for row in rows if row.code("funding_source_id") == "stat_50_50" and row not in rail]


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_tolls_are_spent_where_they_may_be_and_requisitions_stay_in_budget(found, previous):
    municipalities = {project_id: row.answers["municipality_codes"] for project_id, row in found.project_rows().items()}
    for row in found.of("economy"):
        if row.code("funding_source_id") == "bompenger":
            assert municipalities[row.code("project_id")] == ("F01",)
        requisitioned, budget = row.number("requisitioned_mnok"), row.number("budget_mnok")
        assert requisitioned is None or requisitioned <= budget
        year = int(found.period[:4])
        assert row.answers["year"] == year or row.number("spent_period_mnok") == 0
        assert row.answers["year"] <= year or row.number("spent_to_date_mnok") == 0


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_spending_never_falls_and_stated_changes_are_those_of_the_figures(found, previous):
    before = {row.key(FORM.table("economy").key): row for row in previous.of("economy")} if previous else {}
    now = {row.key(FORM.table("economy").key): row for row in found.of("economy")}
    assert set(before) <= set(now)
    for key, row in now.items():
        last = before.get(key)
        if last and kroner_of(last) != kroner_of(row):
            last = None
        was = last.number("forecast_mnok") if last else None
        stated, forecast = row.number("stated_change_pct"), row.number("forecast_mnok")
        if last:
            assert row.number("spent_to_date_mnok") >= last.number("spent_to_date_mnok")
            is_next = Period.parse(found.period).previous() == Period.parse(previous.period)
            assert not is_next or row.number("spent_to_date_mnok") - last.number("spent_to_date_mnok") == row.number(
                "spent_period_mnok"
            )
        if found.form_version == 1 or not was or forecast is None:
            assert stated is None
        else:
            assert abs(stated - (forecast / was - 1) * 100) <= Decimal("0.005")


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_dates_and_estimates_stand_in_order(found, previous):
    order = [choice.code for choice in FORM.table("milestones").column("milestone").allowed]
    end = Period.parse(found.period).last.plus(1).first_day
    for project_id in found.project_rows():
        rows = sorted(
            (row for row in found.of("milestones") if row.code("project_id") == project_id),
            key=lambda row: order.index(row.code("milestone")),
        )
        for column in ("baseline_on", "forecast_on", "actual_on"):
            days = [day for row in rows if (day := row.day(column))]
            assert days == sorted(days)
        for row in rows:
            assert not row.day("actual_on") or row.day("actual_on") == row.day("forecast_on") < end
    for row in found.of("cost_estimates"):
        p50, p85 = row.number("p50_mnok"), row.number("p85_mnok")
        assert p50 is None or p50 <= p85
        assert [row.number(name) for name in ("low_mnok", "likely_mnok", "high_mnok")] == sorted(
            (row.number(name) for name in ("low_mnok", "likely_mnok", "high_mnok")), key=lambda amount: amount or 0
        )
    for row in found.of("projects"):
        split = row.answers["working_area_split"]
        assert isinstance(split, Missing) or split.total_pct == 100


@pytest.mark.parametrize(("found", "previous"), each(PAIRS))
def test_phases_progress_and_released_reserve_go_forward(found, previous):
    phases = [choice.code for choice in FORM.table("projects").column("phase").allowed]
    if previous is None:
        return
    before = previous.project_rows()
    for project_id, row in found.project_rows().items():
        assert project_id not in before or phases.index(row.code("phase")) >= phases.index(before[project_id].code("phase"))
    for table, column in (("progress", "physical_pct"), ("reserve", "released_mnok")):
        last = {row.key(FORM.table(table).key): row.number(column) for row in previous.of(table)}
        for row in found.of(table):
            was, now = last.get(row.key(FORM.table(table).key)), row.number(column)
            assert was is None or now is None or now >= was


def test_the_sums_stay_within_the_frames_of_the_agreement():
    frames = {(frame.municipality_code, frame.funding_source_id): frame.amount_mnok for frame in FJORDBYEN.frames}
    for period in QUARTERS:
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        # Of a corrected quarter the newest, of a missing one none.
        newest = {found.party_id: found for found in RETURNS if found.period == period}
        for found in newest.values():
            rows = found.project_rows()
            for row in found.of("economy"):
                place = rows[row.code("project_id")].answers["municipality_codes"][0]
                sums[place, row.code("funding_source_id")] += row.number("forecast_mnok") or 0
        assert all(amount <= frames[key] for key, amount in sums.items()), sums
    assert max(amount / frames[key] for key, amount in sums.items()) > Decimal("0.9")


def kroner_of(row: ReturnRow) -> tuple[str | None, Decimal | None]:
    return row.code("price_kind"), row.number("price_year")


def test_all_money_is_without_vat_and_nearly_all_in_the_kroner_of_the_agreement():
    rows = [row for found in RETURNS for table in ("economy", "cost_estimates", "risks", "reserve") for row in found.of(table)]
    assert {row.answers["includes_vat"] for row in rows} == {False}
    others = [row for row in rows if kroner_of(row) != ("real", FJORDBYEN.price_year)]
    assert {row.code("project_id") for row in others} == {"F-010", "F-023", "F-032", "F-062"}
    assert 0 < len(others) < len(rows) / 10


# The story.


def newest_rows(table: str, period: str = "2026-Q2") -> list[ReturnRow]:
    return [
        row
        for found in {found.party_id: found for found in RETURNS if found.period == period}.values()
        for row in found.of(table)
    ]


def cost_of(found: Return, project_id: str) -> Decimal | None:
    return next(row.number("forecast_mnok") for row in found.of("cost_estimates") if row.code("project_id") == project_id)


def total(found: Return) -> Decimal:
    return sum((row.number("forecast_mnok") or Decimal(0) for row in found.of("economy")), Decimal(0))


def test_some_forecasts_are_over_p50_and_a_few_over_p85():
    rows = [row for row in newest_rows("cost_estimates") if row.number("forecast_mnok") and row.number("p50_mnok")]
    over = {
        name: {row.code("project_id") for row in rows if row.number("forecast_mnok") > row.number(name)}
        for name in ("p50_mnok", "p85_mnok")
    }
    assert 6 <= len(over["p50_mnok"]) <= 20
    assert {"F-026", "F-038"} <= over["p85_mnok"]
    assert len(over["p85_mnok"]) <= 4


def test_some_forecasts_rise_again_and_again():
    series: dict[str, list[Decimal]] = defaultdict(list)
    for found in RETURNS:
        for row in found.of("cost_estimates"):
            if (forecast := row.number("forecast_mnok")) is not None:
                series[row.code("project_id")].append(forecast)
    rising = [
        project_id for project_id, amounts in series.items() if sum(later > earlier for earlier, later in pairwise(amounts)) >= 5
    ]
    falling = [project_id for project_id, amounts in series.items() if amounts[-1] < amounts[0] * Decimal("0.97")]
    assert "F-020" in rising
    assert "F-002" in falling
    assert len(rising) < 20


def test_some_openings_slip_far_and_most_do_not():
    slips = {row.code("project_id"): (row.day("forecast_on") - row.day("baseline_on")).days for row in newest_rows("milestones")
             if row.code("milestone") == "opening" and row.day("forecast_on")}  # fmt: skip
    assert sum(days > 180 for days in slips.values()) >= 3
    assert sum(90 < days <= 180 for days in slips.values()) >= 5
    assert sum(days == 0 for days in slips.values()) >= 15


def test_phases_spread_and_move():
    first, last = (defaultdict(int), defaultdict(int))
    for counted, period in ((first, "2024-Q4"), (last, "2026-Q2")):
        for row in newest_rows("projects", period):
            counted[row.code("phase")] += 1
    assert (
        min(last[phase] for phase in ("study", "zoning_plan", "design", "ready_to_build", "construction", "opened", "closed"))
        >= 0
    )
    assert last["construction"] >= 15
    assert last["opened"] + last["closed"] > 3 * (first["opened"] + first["closed"])


@pytest.mark.parametrize(
    ("project_id", "column", "expected"),
    [
        ("F-059", "standing", "cancelled"),
        ("F-058", "standing", "merged"),
        ("F-058", "merged_into", "F-057"),
        ("F-053", "standing", "on_hold"),
        ("F-024", "project_name", "Lindvåg mobilitetspunkt"),
        ("F-024", "earlier_names", "Lindvåg kollektivterminal"),
        ("F-022", "depends_on", ("F-021",)),
        ("F-021", "depends_on", ("F-020",)),
        ("F-018", "working_area_split", Split((("nord", Decimal(60)), ("sentrum", Decimal(40))))),
        ("F-031", "working_area_split", Missing("not_applicable", "hele avtaleområdet")),
    ],
)
def test_what_became_of_some_projects(project_id, column, expected):
    row = next(row for row in newest_rows("projects") if row.code("project_id") == project_id)
    assert row.answers[column] == expected


def test_what_ended_keeps_what_it_spent_and_costs_no_more():
    ended = [row.code("project_id") for row in newest_rows("projects") if row.code("standing") in ENDED]
    assert sorted(ended) == ["F-058", "F-059"]
    for project_id in ended:
        rows = [row for row in newest_rows("economy") if row.code("project_id") == project_id]
        assert sum(row.number("spent_to_date_mnok") for row in rows) == sum(row.number("forecast_mnok") for row in rows) > 0
        assert not any(row.code("project_id") == project_id for row in newest_rows("progress"))


def test_some_parties_see_their_projects_greener_than_the_figures():
    costs = {row.code("project_id"): row for row in newest_rows("cost_estimates")}
    kind = {
        row.code("project_id")
        for row in newest_rows("progress")
        if row.code("colour_cost") == "green"
        and (costs[row.code("project_id")].number("p50_mnok") or 10**6) < costs[row.code("project_id")].number("forecast_mnok")
    }
    assert {"F-020", "F-038"} <= kind
    assert len(kind) < 6


def test_every_reason_for_no_answer_is_given_somewhere():
    given = {
        answer.code
        for found in RETURNS
        for row in found.all_rows()
        for answer in row.answers.values()
        if isinstance(answer, Missing)
    }
    assert given == {code.code for code in FORM.missing}


def test_some_costs_are_not_known_become_known_and_become_missing_again():
    known = {
        period: {
            row.code("project_id") for row in newest_rows("cost_estimates", period) if row.number("forecast_mnok") is not None
        }
        for period in QUARTERS
    }
    assert "F-014" not in known["2025-Q3"]
    assert "F-014" in known["2025-Q4"]
    assert "F-033" in known["2025-Q3"] & known["2026-Q1"] - known["2025-Q4"]
    assert len(known["2026-Q2"]) == 61


def test_the_baseline_of_one_changes_by_decision_and_of_another_without():
    changed: dict[str, set[str | None]] = defaultdict(set)
    for found, previous in PAIRS:
        before = (
            {row.key(("project_id", "milestone")): row.day("baseline_on") for row in previous.of("milestones")}
            if previous
            else {}
        )
        for row in found.of("milestones"):
            if before.get(row.key(("project_id", "milestone")), row.day("baseline_on")) != row.day("baseline_on"):
                changed[row.code("project_id")].add(row.code("baseline_decision"))
    assert changed == {"F-036": {"Sak 41/25"}, "F-043": {None}}


def test_goals_are_stated_with_different_evidence_and_not_by_all():
    rows = newest_rows("goal_contributions")
    assert {row.code("evidence_grade") for row in rows} == {"measured", "model", "comparable", "judgement", None}
    stated = {row.code("project_id") for row in rows}
    assert 50 <= len(stated) <= 58
    assert sum(row.number("likely") < 0 for row in rows) >= 20


def test_there_are_risks_and_opportunities_open_and_closed_with_and_without_response():
    rows = newest_rows("risks")
    assert {row.code("kind") for row in rows} == {"risk", "opportunity"}
    assert {row.answers["is_open"] for row in rows} == {True, False}
    assert {row.is_answered("response") for row in rows} == {True, False}


def test_deviations_go_to_the_bodies_that_treat_them():
    rows = newest_rows("deviations")
    assert {row.code("body_id") for row in rows} == {"prioriteringsrad", "styringsgruppe"}
    assert {row.code("kind") for row in rows} == {"cost", "time"}
    assert {row.is_answered("decision_reference") for row in rows} == {True, False}
    assert not newest_rows("deviations", "2024-Q3")[1:]


def test_projects_lie_in_the_open_sea():
    places = [(row.number("latitude"), row.number("longitude")) for found in RETURNS for row in found.of("projects")]
    assert all(60 < north < 62 and 3 < east < Decimal("3.7") for north, east in places if north is not None)


@pytest.mark.parametrize(("party_id", "period"), [("solsund", "2026-Q3"), ("fjordby", "2026-Q4"), ("fjordby", "2024-Q2")])
def test_there_is_no_next_return_of_others_or_of_other_quarters(party_id, period):
    with pytest.raises(ValueError, match=r"not in tuple|does not report"):
        next_return(party_id, period)


def test_the_next_return_follows_the_last_one():
    for party_id, found in NEXT.items():
        assert (found.period, found.party_id, found.form_version) == ("2026-Q3", party_id, 3)
        assert found not in [one for one, _, _ in ALL]


# The ledger.


def answered(found: Return) -> set[tuple[str, frozenset[tuple[str, object]]]]:
    """What a return answers, wherever its rows stand."""
    return {(row.table, frozenset(row.answers.items())) for row in found.all_rows()}


def test_they_come_back_from_the_ledger_as_they_were_generated(example_snapshot):
    n_returns = example_snapshot.rows("SELECT count(*) AS n FROM snapshot.return_submission")["n"].item()
    assert n_returns == len(ALL)
    for number in (0, 19, 39):
        found, at, _ = ALL[number]
        stored = return_of(example_snapshot, FJORDBYEN, found.party_id, found.period)
        assert answered(stored) == answered(found)
        before = return_of(example_snapshot, FJORDBYEN, found.party_id, found.period, at.date() - dt.timedelta(days=1))
        assert before is None or answered(before) != answered(found)


def test_the_corrected_return_is_known_from_its_correction_on(example_snapshot):
    party_id, period = CORRECTED_RETURN
    before, after = (found for found, _, _ in ALL if (found.party_id, found.period) == CORRECTED_RETURN)
    stored = return_of(example_snapshot, FJORDBYEN, party_id, period, dt.date(2025, 9, 3))
    assert answered(stored) == answered(before)
    stored = last_return(example_snapshot, FJORDBYEN, party_id, "2025-Q3", dt.date(2025, 9, 4))
    assert answered(stored) == answered(after) != answered(before)


def test_one_return_is_missing(example_snapshot):
    statuses = reporting_status(example_snapshot, FJORDBYEN, "2025-Q1", dt.date(2025, 5, 1)).set_index("party_id")["status"]
    assert statuses.to_dict() == {**dict.fromkeys(PARTIES, "delivered"), "austmark": "missing"}


def test_nothing_invented_stands_under_a_real_name(examples):
    rows = open_snapshot(examples).rows("SELECT DISTINCT agreement_id, is_synthetic FROM snapshot.return_submission")
    assert rows.to_dict("records") == [{"agreement_id": "fjordbyen", "is_synthetic": True}]
