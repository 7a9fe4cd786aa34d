"""What was reported, as known at a date: rebuilt as committed, never looking ahead, and who has delivered in time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model import ReportingCycle
from domain.period import Period
from domain.returns import Missing, Return, ReturnRow
from pipelines.answers.reporting.returns import deadline_on, last_return, moment_of, reporting_status, return_of
from pipelines.history.ledger import Original, open_ledger
from pipelines.history.publish import publish
from pipelines.history.return_rows import commit_returns, new_return
from pipelines.history.snapshot import Snapshot, open_snapshot
from tests.builders import AT, agreement

FJORDBYEN = agreement()
QUARTERS = ("2025-Q1", "2025-Q2")
PLACES = {"project_id": 1, "project_name": 2}


def a_return(period: str, name: str = "Gate", party_id: str = "fjordby", n_projects: int = 1) -> Return:
    rows = [
        ReturnRow("projects", "Prosjekter", number + 2, {"project_id": f"F-{number:03d}", "project_name": name}, PLACES)
        for number in range(n_projects)
    ]
    return Return("quarterly_return", 2, "fjordbyen", party_id, period, {"projects": tuple(rows), "risks": ()})


def stored(data_dir: Path, *returns: tuple[Return, dt.datetime]) -> Snapshot:
    """A snapshot with these returns, handed in when it says."""
    submissions = []
    for number, (found, at) in enumerate(returns):
        file = Original("a.csv", f"{number} {found}".encode())
        submissions.append((new_return(found, (file,), FJORDBYEN, f"{found.party_id}.analyst", at, AT), found))
    with open_ledger(data_dir) as ledger:
        commit_returns(ledger, submissions)
        publish(ledger, AT)
    return open_snapshot(data_dir)


FIRST, LATER, CORRECTED = a_return("2025-Q1", "A"), a_return("2025-Q2", "B"), a_return("2025-Q1", "C")


@pytest.fixture(scope="module")
def corrected(tmp_path_factory) -> Snapshot:
    """The first quarter, the second one, and then the first one anew, at noon of the ninth of April, July and September."""
    noons = [dt.datetime(2025, month, 9, 12) for month in (4, 7, 9)]
    return stored(tmp_path_factory.mktemp("corrected"), *zip((FIRST, LATER, CORRECTED), noons, strict=True))


@pytest.mark.parametrize(
    ("before", "as_of", "expected"),
    [
        ("2025-Q3", None, LATER),
        ("2025-Q2", None, CORRECTED),
        ("2025-Q1", None, None),
        ("2025-Q3", dt.date(2025, 7, 8), FIRST),
        ("2025-Q3", dt.date(2025, 7, 9), LATER),
        ("2025-Q2", dt.date(2025, 9, 8), FIRST),
        ("2025-Q2", dt.date(2025, 9, 9), CORRECTED),
        ("2025-Q3", dt.date(2025, 4, 8), None),
        ("2026-Q1", dt.date.max, LATER),
        # A whole year and a month lie after the quarters that end before they begin.
        ("2026", None, LATER),
        ("2025-07", None, LATER),
        ("2025-06", None, CORRECTED),
    ],
)
def test_the_last_return_before_a_period(corrected, before, as_of, expected):
    assert last_return(corrected, FJORDBYEN, "fjordby", before, as_of) == expected


@pytest.mark.parametrize(
    ("period", "as_of", "expected"),
    [
        ("2025-Q1", None, CORRECTED),
        ("2025-Q1", dt.date(2025, 4, 9), FIRST),
        ("2025-Q1", dt.date(2025, 9, 8), FIRST),
        ("2025-Q2", dt.date(2025, 7, 8), None),
        ("2025-Q2", dt.date(2026, 1, 1), LATER),
        ("2024-Q4", None, None),
    ],
)
def test_the_return_of_a_period(corrected, period, as_of, expected):
    assert return_of(corrected, FJORDBYEN, "fjordby", period, as_of) == expected


def test_nobody_elses_return_is_given(corrected):
    assert return_of(corrected, FJORDBYEN, "lindvag", "2025-Q1") is None
    assert last_return(corrected, agreement("miljoloftet"), "fjordby", "2025-Q3") is None


def test_cells_come_back_with_the_rows(tmp_path):
    row = ReturnRow("economy", "Økonomi", 14, {"forecast_mnok": Decimal("0.1"), "budget_mnok": Missing("exempt", "pågår")},
                    {"budget_mnok": 5, "forecast_mnok": 8})  # fmt: skip
    found = replace(a_return("2025-Q3"), rows={"economy": (row,)})
    rebuilt = return_of(stored(tmp_path, (found, AT)), FJORDBYEN, "fjordby", "2025-Q3")
    assert rebuilt == found
    assert rebuilt.of("economy")[0].address("forecast_mnok") == "H14"


DAYS = [dt.datetime(2025, 1 + month, 9, 12) for month in range(4)]
deliveries = st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(QUARTERS)), min_size=1, max_size=6)


@pytest.mark.trust
@given(deliveries)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_of_agrees_with_the_naive_model(tmp_path_factory, delivered):
    told = [(a_return(period, f"no. {number}"), at) for number, (at, period) in enumerate(delivered)]
    snapshot = stored(tmp_path_factory.mktemp("ledger"), *told)
    for as_of in [day.date() for day in DAYS]:
        newest: dict[str, Return] = {}
        # Of what was in by then, the one that came last; of two at the same time, the one stored last.
        for found, at in sorted(told, key=lambda one: one[1]):
            if at.date() <= as_of:
                newest[found.period] = found
        for before in ("2025-Q2", "2025-Q3"):
            earlier = [period for period in newest if Period.parse(period).last < Period.parse(before).first]
            expected = newest[max(earlier)] if earlier else None
            assert last_return(snapshot, FJORDBYEN, "fjordby", before, as_of) == expected
            assert return_of(snapshot, FJORDBYEN, "fjordby", before, as_of) == newest.get(before)


# Who has delivered.


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Snapshot:
    """Fjordby in time and corrected after the deadline of 20 October, Lindvåg a day late, Austmark on the last day."""
    return stored(
        tmp_path_factory.mktemp("delivered"),
        (a_return("2025-Q3", party_id="fjordby"), dt.datetime(2025, 10, 10, 9)),
        (a_return("2025-Q3", party_id="austmark"), dt.datetime(2025, 10, 20, 23, 59)),
        (a_return("2025-Q3", party_id="lindvag"), dt.datetime(2025, 10, 21, 0, 1)),
        (a_return("2025-Q3", "Ny", "fjordby", n_projects=3), dt.datetime(2025, 11, 2, 9)),
        (a_return("2025-Q2", party_id="kystfylket"), dt.datetime(2025, 7, 10, 9)),
    )


@pytest.mark.parametrize(
    ("as_of", "statuses"),
    [
        (dt.date(2025, 10, 9), "awaited awaited awaited awaited awaited"),
        (dt.date(2025, 10, 20), "delivered awaited delivered awaited awaited"),
        (dt.date(2025, 10, 21), "delivered late delivered missing missing"),
        (dt.date(2026, 1, 1), "delivered late delivered missing missing"),
    ],
)
def test_the_status_of_each_reporting_party(delivered, as_of, statuses):
    rows = reporting_status(delivered, FJORDBYEN, "2025-Q3", as_of)
    assert list(rows["party_id"]) == ["fjordby", "lindvag", "austmark", "kystfylket", "veietaten"]
    assert list(rows["status"]) == statuses.split()
    assert set(rows["deadline_on"]) == {dt.date(2025, 10, 20)}
    assert list(rows["submission_id"].notna()) == [status in ("delivered", "late") for status in rows["status"]]


@pytest.mark.parametrize(("as_of", "expected"), [(dt.date(2025, 11, 1), (1, 1, 10, 10)), (dt.date(2025, 11, 2), (4, 3, 2, 10))])
def test_a_correction_is_shown_and_does_not_make_its_party_late(delivered, as_of, expected):
    row = reporting_status(delivered, FJORDBYEN, "2025-Q3", as_of).iloc[0]
    assert (row.submission_id, row.n_projects, row.submitted_at.day, row.first_submitted_at.day) == expected
    assert (row.party_name, row.status) == ("Fjordby kommune", "delivered")


def test_without_any_return_all_are_awaited_or_missing(delivered):
    rows = reporting_status(delivered, FJORDBYEN, "2026-Q2", dt.date(2026, 7, 1))
    assert list(rows["status"]) == ["awaited"] * 5
    assert rows["submitted_at"].isna().all()


def test_an_agreement_that_states_no_deadline_has_nobody_late(delivered):
    real = agreement("miljoloftet")
    assert not isinstance(real.reporting, ReportingCycle)
    rows = reporting_status(delivered, real, "2025-Q3", dt.date(2026, 1, 1))
    assert len(rows) == len(real.parties)
    assert set(rows["deadline_on"]) == {None}
    assert set(rows["status"]) == {"awaited"}


@pytest.mark.parametrize(
    ("period", "day"), [("2025-Q4", dt.date(2026, 1, 20)), ("2026-Q1", dt.date(2026, 4, 20)), ("2024-Q3", dt.date(2024, 10, 20))]
)
def test_the_deadline_is_counted_from_the_end_of_the_period(period, day):
    assert deadline_on(FJORDBYEN, period) == day


def test_a_date_asks_about_its_end():
    assert moment_of(dt.date(2025, 4, 9)) > dt.datetime(2025, 4, 9, 23, 59)
    assert moment_of(dt.date(2025, 4, 9)) < dt.datetime(2025, 4, 10)
    assert moment_of(None) == moment_of(dt.date.max) < dt.datetime(9999, 12, 31)
