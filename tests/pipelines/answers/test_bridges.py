"""The bridge between two dates: it adds up to the øre, and each step is what a plain reading of the returns gives."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.load import load_agreements
from domain.returns import ReturnRow
from pipelines.answers.costs import costs
from pipelines.answers.economy.bridges import first_reported, last_deadline, portfolio_bridge
from pipelines.answers.economy.economy import economy
from pipelines.answers.named_figures import Asked
from pipelines.answers.prices import price
from pipelines.answers.selection import EVERYTHING
from pipelines.answers.trace.computed.computed import trace_figure
from pipelines.answers.trace.computed.made import Wanted
from pipelines.examples.fjordbyen.returns import next_return
from pipelines.history.ledger import Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.return_rows import commit_return, new_return
from pipelines.history.snapshot import open_snapshot
from pipelines.methods.bridge import STEPS
from tests.pipelines.answers.raw_economy import project_totals, raw_lines

FJORDBYEN = load_agreements()["fjordbyen"]
REAL = load_agreements()["miljoloftet"]
# Before any report, before and after the late correction, and between others.
DAYS = [
    dt.date(2024, 10, 1),
    dt.date(2025, 2, 1),
    dt.date(2025, 9, 3),
    dt.date(2025, 9, 4),
    dt.date(2026, 1, 26),
    dt.date(2026, 11, 22),
]
PAIRS = list(itertools.combinations(DAYS, 2))
NEWEST = DAYS[-1]


@pytest.fixture(scope="module")
def snapshot(examples):
    return open_snapshot(examples)


def oracle(before, after):
    """Each step in øre from project totals of two dates; None is a project without a figure."""
    found = dict.fromkeys(STEPS, 0)
    for key in before.keys() | after.keys():
        first, last = before.get(key), after.get(key)
        found["opening"] += first or 0
        found["closing"] += last or 0
        if key not in after:
            found["leavers"] -= first or 0
        elif key not in before:
            found["joiners"] += last or 0
        elif first is not None and last is None:
            found["became_missing"] -= first
        elif first is None and last is not None:
            found["became_known"] += last
        elif first is not None:
            found["growth"] += last - first
    return found


@pytest.mark.parametrize(("first", "last"), PAIRS)
def test_each_step_is_that_of_a_plain_reading(snapshot, first, last):
    found = portfolio_bridge(snapshot, FJORDBYEN, first, last, price=price(FJORDBYEN, last))
    before, after = (
        project_totals(raw_lines(snapshot, FJORDBYEN, day, "2024", index_on=last), "forecast_mnok") for day in (first, last)
    )
    assert {step.step: int(step.amount_mnok * 10**8) for step in found.bridge.steps} == oracle(before, after)
    assert found.bridge.with_figures == (sum(ore is not None for ore in after.values()), len(after))


@pytest.mark.parametrize(
    ("first", "last", "opening"), [(*pair, "2025") for pair in PAIRS] + [(*pair, None) for pair in PAIRS[::4]]
)
def test_the_steps_add_up_to_the_closing(snapshot, first, last, opening):
    chosen = price(FJORDBYEN, NEWEST)
    other = price(FJORDBYEN, NEWEST, opening) if opening else None
    found = portfolio_bridge(snapshot, FJORDBYEN, first, last, EVERYTHING, chosen, opening_price=other)
    steps = found.bridge.steps
    assert tuple(step.step for step in steps) == STEPS
    assert sum(step.amount_mnok for step in steps[:-1]) == steps[-1].amount_mnok == found.bridge.closing_mnok
    assert found.bridge.step("scope").amount_mnok == 0
    assert sum((row.change_mnok for row in found.growth), Decimal(0)) == found.bridge.step("growth").amount_mnok
    is_repriced = bool(opening) and found.bridge.step("opening").amount_mnok != 0
    assert (found.bridge.step("price_level").amount_mnok != 0) == is_repriced


def test_ended_projects_have_left(snapshot):
    found = portfolio_bridge(snapshot, FJORDBYEN, DAYS[1], NEWEST, price=price(FJORDBYEN, NEWEST))
    assert found.bridge.step("leavers").project_ids == ("F-058", "F-059")
    assert found.spent_on_ended == economy(snapshot, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST).of_ended.mnok(
        "spent_to_date_mnok"
    )
    assert found.bridge.step("joiners").project_ids == ("F-061", "F-062", "F-063")
    assert found.scope_told == ()


def test_the_correction_is_a_growth_of_its_project(snapshot):
    found = portfolio_bridge(snapshot, FJORDBYEN, dt.date(2025, 9, 3), dt.date(2025, 9, 4), price=price(FJORDBYEN, NEWEST))
    assert [row.project_id for row in found.growth] == ["F-026"]


@pytest.fixture(scope="module")
def with_scope(examples, tmp_path_factory):
    """The examples with a return more, in which three projects report changed scope: decided, not decided, without an amount.

    The first of them reports another change, too, that is not decided.
    """
    folder = tmp_path_factory.mktemp("scope") / "var"
    shutil.copytree(examples, folder)
    found = next_return("fjordby", "2026-Q3")
    projects = [row.code("project_id") for row in found.of("cost_estimates") if row.number("forecast_mnok")][:3]
    given = [(Decimal("12.5"), "Sak 8/26"), (Decimal(-3), None), (None, "Sak 9/26"), (Decimal(7), None)]
    rows = tuple(
        ReturnRow("deviations", "Avvik", number, {
            "project_id": project_id, "deviation_id": f"S{number}", "kind": "scope", "cause": "Ny undergang", "body_id": "x",
            **({"scope_change_mnok": mnok} if mnok else {}), **({"decision_reference": decision} if decision else {}),
        })
        for number, (project_id, (mnok, decision)) in enumerate(zip([*projects, projects[0]], given, strict=True), 100)
    )  # fmt: skip
    found = replace(found, rows={**found.rows, "deviations": (*found.of("deviations"), *rows)})
    at = dt.datetime(2026, 10, 14, 12)
    with open_ledger(folder) as ledger:
        new = new_return(found, (Original("a.csv", b"scope"),), FJORDBYEN, "admin", at, at)
        commit_return(ledger, new, found)
        publish(ledger, at)
    return open_snapshot(folder), projects


@pytest.mark.parametrize("opening", [None, "2025"])
def test_decided_scope_is_told_from_growth(snapshot, with_scope, opening):
    after, (decided, undecided, unknown) = with_scope
    chosen, first = price(FJORDBYEN, NEWEST), dt.date(2026, 9, 1)
    other = price(FJORDBYEN, NEWEST, opening) if opening else None
    plain, found = (
        portfolio_bridge(it, FJORDBYEN, first, day, EVERYTHING, chosen, opening_price=other)
        for it, day in ((after, dt.date(2026, 10, 13)), (after, NEWEST))
    )
    steps = found.bridge.steps
    assert plain.bridge.step("scope").amount_mnok == 0  # the day before it was reported
    assert (found.bridge.step("scope").amount_mnok, found.bridge.step("scope").project_ids) == (Decimal("12.5"), (decided,))
    assert sum(step.amount_mnok for step in steps[:-1]) == steps[-1].amount_mnok
    assert sum((row.change_mnok for row in found.growth), Decimal(0)) == found.bridge.step("growth").amount_mnok
    assert set(found.scope_told) == {(undecided, None), (unknown, "Sak 9/26"), (decided, None)}
    assert len(found.scope_told) == 3
    again = portfolio_bridge(after, FJORDBYEN, dt.date(2026, 10, 20), NEWEST, EVERYTHING, chosen)
    assert (again.bridge.step("scope").amount_mnok, again.scope_told) == (0, ())


def test_decided_scope_leads_to_the_cell_that_states_it(with_scope):
    after, (decided, *_) = with_scope
    asked = Asked(after, FJORDBYEN, price(FJORDBYEN, NEWEST), NEWEST, EVERYTHING)
    made = trace_figure(asked, Wanted("economy", "bridge_scope", since=dt.date(2026, 9, 1))).made
    assert (made.amount, [(it.project_id, it.table, it.row_number, it.column) for it in made.parts]) == (
        Decimal("12.5"), [(decided, "deviations", 100, "scope_change_mnok")],
    )  # fmt: skip


def test_scope_is_of_the_forecast_alone(with_scope):
    found = portfolio_bridge(with_scope[0], FJORDBYEN, DAYS[-2], NEWEST, EVERYTHING, price(FJORDBYEN, NEWEST), "budget_mnok")
    assert found.bridge.step("scope").amount_mnok == 0


@pytest.mark.parametrize("amount", ["budget_mnok", "spent_to_date_mnok", "p50_mnok"])
def test_other_amounts_have_bridges_too(snapshot, amount):
    chosen = price(FJORDBYEN, NEWEST)
    found = portfolio_bridge(snapshot, FJORDBYEN, DAYS[1], NEWEST, EVERYTHING, chosen, amount)
    steps = found.bridge.steps
    assert sum(step.amount_mnok for step in steps[:-1]) == steps[-1].amount_mnok > 0
    if amount == "p50_mnok":
        rows = costs(snapshot, FJORDBYEN, chosen, NEWEST)
        assert steps[-1].amount_mnok == sum(
            row["p50_mnok"] for row in rows if not row["has_ended"] and row["p50_mnok"] is not None
        )


def test_what_cannot_be_asked_is_refused(snapshot):
    with pytest.raises(ValueError, match="accepted"):
        portfolio_bridge(snapshot, FJORDBYEN, NEWEST, DAYS[0])
    with pytest.raises(ValueError, match="accepted"):
        portfolio_bridge(snapshot, FJORDBYEN, DAYS[0], NEWEST, amount="cost_mnok")


def test_without_reports_there_is_nothing_to_bridge(snapshot):
    found = portfolio_bridge(snapshot, REAL, DAYS[0], NEWEST)
    assert {step.amount_mnok for step in found.bridge.steps} == {0}
    assert first_reported(snapshot, REAL, NEWEST) is None
    assert last_deadline(snapshot, REAL, NEWEST) is None


@pytest.mark.parametrize(
    ("day", "first", "begin"),
    [
        ("2024-10-01", None, None), ("2024-10-12", "2024-10-12", None), ("2025-02-01", "2024-10-12", "2024-10-20"),
        ("2026-11-22", "2024-10-12", "2026-04-20"),
    ],
)  # fmt: skip
def test_where_a_bridge_begins_at_first(snapshot, day, first, begin):
    as_of = dt.date.fromisoformat(day)
    assert str(first_reported(snapshot, FJORDBYEN, as_of)) == str(first)
    assert str(last_deadline(snapshot, FJORDBYEN, as_of)) == str(begin)
